//! Files of the build context in the runtime: what a compiled program may read, and nothing that only the build reads.

use super::line::Added;
use super::planner::Planner;
use crate::analysis::read::copy::Copy;
use crate::analysis::step::Step;
use crate::context::{Context, sources};
use crate::recipe::FileKinds;
use crate::recipe::path::is_within;
use std::collections::BTreeMap;

/// What the runtime takes of a COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Nothing: sources and build files only.
    Nothing,
    /// The line as it stands.
    All,
    /// These: context path and absolute destination, a directory or a file.
    Some(Vec<(String, String)>),
}

/// What a program may read of what a COPY brings. Without a view of the context, everything. `named` are image paths that
/// the container is started with.
fn taken(copy: &Copy, kinds: &FileKinds, context: Option<&Context>, named: &[&str]) -> Taken {
    let (Some(files), Some(context)) = (&copy.files, context) else { return Taken::All };
    let is_named = |place: &str| named.iter().any(|named: &&str| is_within(place, named));
    let is_data: Vec<bool> =
        files.iter().map(|(path, place)| is_named(place) || is_data(path, kinds, context)).collect();
    if is_data.iter().all(|data| *data) {
        return Taken::All;
    }
    if !is_data.contains(&true) {
        return Taken::Nothing;
    }
    // directories whose every copied file is data are taken whole, the topmost of them
    let mut directories: BTreeMap<&str, bool> = BTreeMap::new();
    for ((path, _), data) in files.iter().zip(&is_data) {
        for (at, _) in path.match_indices('/') {
            *directories.entry(&path[..at]).or_insert(true) &= *data || is_harmless(path, kinds);
        }
    }
    let mut found: Vec<(String, String)> = Vec::new();
    for ((path, place), data) in files.iter().zip(&is_data) {
        if !data {
            continue;
        }
        let whole =
            path.match_indices('/').map(|(at, _)| &path[..at]).find(|directory| directories[directory]);
        let pair = whole.and_then(|directory| {
            let place = place.strip_suffix(&path[directory.len()..])?;
            Some((directory.to_owned(), place.to_owned()))
        });
        let pair = pair.unwrap_or_else(|| (path.clone(), place.clone()));
        if !found.contains(&pair) {
            found.push(pair);
        }
    }
    Taken::Some(found)
}

/// Whether a program may read the file: it is no source, and no metadata unless a source names it.
fn is_data(path: &str, kinds: &FileKinds, context: &Context) -> bool {
    if kinds.sources.is_match(path) {
        return false;
    }
    if !kinds.metadata.is_match(path) {
        return true;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    !path.starts_with('.')
        && !path.contains("/.")
        && sources::mentions(context, "", name, &|file| file != path && !kinds.metadata.is_match(file))
}

/// Metadata inside a directory of data may come along.
fn is_harmless(path: &str, kinds: &FileKinds) -> bool {
    kinds.metadata.is_match(path) && !kinds.sources.is_match(path)
}

impl Planner<'_> {
    /// Brings what the program may read of a COPY into the runtime.
    pub(super) fn take_files(&mut self, step: &Step, copy: &Copy) {
        let gone = copy
            .files
            .as_ref()
            .is_some_and(|files| files.iter().all(|(_, place)| !self.stage.world.exists(place)));
        if gone {
            self.because(step, "the file itself takes it away again");
            return;
        }
        match taken(
            copy,
            &self.sources.recipe.files,
            self.sources.context,
            &self.needs.files().collect::<Vec<_>>(),
        ) {
            Taken::Nothing => self.because(step, "sources: only the build reads them"),
            Taken::All => {
                self.keep_in_runtime(step, "files that the program may read");
                for (_, place) in copy.files.iter().flatten() {
                    self.have(place);
                }
                if copy.files.is_none()
                    && let Some(destination) = &copy.destination
                {
                    self.have(destination);
                }
            }
            Taken::Some(pairs) => {
                self.because(step, "the build reads the sources; the program may read the rest");
                let pairs: Vec<(String, String)> =
                    pairs.into_iter().filter(|(_, place)| !self.comes_again(step, place)).collect();
                let flags = self.copy_flags(step);
                for (_, place) in &pairs {
                    self.have(place);
                }
                for line in self.copy_lines(&pairs, &flags, step) {
                    self.add_to_runtime(line, "files that the program may read");
                }
            }
        }
    }

    /// Whether a later COPY, which stays as it stands, brings the same file.
    pub(super) fn comes_again(&self, step: &Step, place: &str) -> bool {
        let later = self
            .steps()
            .iter()
            .filter(|later| later.index > step.index)
            .filter_map(|later| later.copy.as_ref());
        later
            .filter(|copy| {
                taken(
                    copy,
                    &self.sources.recipe.files,
                    self.sources.context,
                    &self.needs.files().collect::<Vec<_>>(),
                ) == Taken::All
            })
            .any(|copy| copy.files.iter().flatten().any(|(_, again)| again == place))
    }

    /// COPY lines that bring files or directories of the context to their places; files of one directory share a line.
    pub(super) fn copy_lines(&self, pairs: &[(String, String)], flags: &[String], step: &Step) -> Vec<Added> {
        // the directory in which the builder's image starts is not the runtime's
        let image = &self.stage.world.image.workdir;
        let own = step.before.workdir.as_deref().filter(|workdir| workdir != image && *workdir != "/");
        let inside = |place: &str| place.strip_prefix(own?)?.strip_prefix('/').map(str::to_owned);
        let mut together: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (source, place) in pairs {
            let is_file = self.sources.context.is_some_and(|context| context.entry(source).is_some());
            let same_name = source.rsplit('/').next() == place.rsplit('/').next();
            let place = match place.rsplit_once('/') {
                Some((parent, _)) if is_file && same_name && own == Some(parent) => "./".to_owned(),
                Some((parent, _)) if is_file && same_name => format!("{parent}/"),
                _ => match inside(place) {
                    Some(inside) => format!("./{inside}{}", if is_file { "" } else { "/" }),
                    None => place.clone(),
                },
            };
            together.entry(place).or_default().push(source.clone());
        }
        let lines = together.into_iter().map(|(place, sources)| {
            let sources = sources.into_iter().map(|source| match self.sources.context {
                Some(context) if context.entry(&source).is_none() => format!("{source}/"),
                _ => source,
            });
            Added::Copy { sources: sources.collect(), destination: place, flags: flags.to_vec() }
        });
        lines.collect()
    }

    /// Flags of a COPY that a copy of a part of it keeps.
    pub(super) fn copy_flags(&self, step: &Step) -> Vec<String> {
        let instruction = &self.sources.document.instructions[step.index];
        let kept =
            instruction.flags.iter().filter(|flag| ["chown", "chmod", "link"].contains(&flag.name.as_str()));
        kept.map(|flag| self.sources.document.slice(flag.span).to_owned()).collect()
    }
}
