//! Which files say which names: one look for all names, not one for each.

use super::{Context, path, sources};
use aho_corasick::AhoCorasick;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

/// Names that are sought at once.
const AT_ONCE: usize = 10_000;

/// Files that are remembered for one name.
const FILES: usize = 16;

/// Most bytes that are looked through, and most places where a name is found in them.
const BYTES: u64 = 64 << 20;
const FOUND: usize = 20_000_000;

/// The files that say a name.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// Some of them, by path.
    pub(super) files: Vec<String>,
    /// Whether there may be more.
    pub(super) more: bool,
}

/// The files that say `name`, which is best the last element of a path of the context.
pub(super) fn of(context: &Context, name: &str) -> Arc<Mentions> {
    let mut known = context.mentions.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(mentions) = known.get(name) {
        return Arc::clone(mentions);
    }
    let names: BTreeSet<&str> = context.entries.iter().map(|entry| path::name(&entry.path)).collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    // Names are asked for in any order, but most of one file's after another.
    let chunk = names.binary_search(&name).unwrap_or_default() / AT_ONCE * AT_ONCE;
    names = names.into_iter().skip(chunk).take(AT_ONCE).collect();
    if names.binary_search(&name).is_err() {
        names = vec![name];
    }
    let mut found = look(context, &names);
    for (at, name) in names.iter().enumerate() {
        known.insert((*name).to_owned(), Arc::new(found.remove(&at).unwrap_or_default()));
    }
    known.get(name).map(Arc::clone).unwrap_or_default()
}

fn look(context: &Context, names: &[&str]) -> HashMap<usize, Mentions> {
    let mut found: HashMap<usize, Mentions> = HashMap::new();
    let everywhere = || (0..names.len()).map(|at| (at, Mentions { files: Vec::new(), more: true })).collect();
    let Ok(finder) = AhoCorasick::new(names) else { return everywhere() };
    let (mut bytes, mut places) = (0, 0);
    for entry in sources::speaking(context) {
        bytes += entry.size;
        if bytes > BYTES {
            return everywhere();
        }
        let Some(text) = context.content(entry).filter(|text| std::str::from_utf8(text).is_ok()) else {
            continue;
        };
        for place in finder.find_overlapping_iter(&*text) {
            places += 1;
            if places > FOUND {
                return everywhere();
            }
            let mentions = found.entry(place.pattern().as_usize()).or_default();
            if mentions.more || mentions.files.last().is_some_and(|last| *last == entry.path) {
                continue;
            }
            if mentions.files.len() < FILES {
                mentions.files.push(entry.path.clone());
            } else {
                mentions.more = true;
            }
        }
    }
    found
}
