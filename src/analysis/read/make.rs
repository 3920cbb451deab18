//! `make`: where the Makefile is in the build context, what its targets run is read as the RUN's own commands.

use super::run::{Place, Reader};
use super::unwrap::DEPTH;
use super::words::Words;
use crate::analysis::certainty::Certainty;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::world::World;
use crate::context::Context;
use crate::context::makefile::{Calling, Line, Makefile};
use crate::dockerfile::shell;
use crate::recipe::command::Call;
use crate::recipe::path::absolute;
use std::collections::{BTreeMap, BTreeSet};

/// Names under which make finds its file, in its order.
const NAMES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

/// Options that change what runs.
const CHANGING: [&str; 4] = ["-e", "-n", "-t", "-q"];

/// What a call of make runs.
pub struct Made {
    /// The Makefile, by its path in the build context.
    pub file: String,
    /// Absolute directory in which the lines run.
    pub directory: String,
    /// The lines of its targets.
    pub lines: Vec<Line>,
}

/// What the targets of a call run; `None` where the Makefile is not seen, or not understood. `unknown` are words that can't be told.
pub fn made(
    call: &Call,
    unknown: &[String],
    context: Option<&Context>,
    locate: &dyn Fn(&str) -> Option<String>,
) -> Option<Made> {
    if call.has(&CHANGING) {
        return None;
    }
    let context = context?;
    let below = call.option(&["-C", "--directory"]).unwrap_or(".");
    let directory = absolute(&call.directory, below);
    let file = match call.option(&["-f", "--file", "--makefile"]) {
        Some(file) => locate(&absolute(&directory, file))?,
        None => NAMES.iter().find_map(|name| {
            let file = locate(&absolute(&directory, name))?;
            context.entry(&file).map(|_| file)
        })?,
    };
    let text = context.text(&file)?;
    let mut goals = Vec::new();
    let mut overrides = BTreeMap::new();
    for operand in &call.operands {
        match operand.split_once('=') {
            Some((name, value)) => {
                drop(overrides.insert(name.trim_end_matches(':').to_owned(), value.to_owned()));
            }
            // the number of jobs
            None if operand.bytes().all(|digit| digit.is_ascii_digit()) => {}
            None if unknown.contains(operand) => return None,
            None => goals.push(operand.clone()),
        }
    }
    let include = |path: &str| context.text(&locate(&absolute(&directory, path))?);
    let within = locate(&directory);
    let matching = |pattern: &str| {
        let is_plain = !pattern.starts_with('/') && !pattern.contains(['$', '\\']);
        let within = within.as_ref().filter(|_| is_plain)?;
        let prefix = if within.is_empty() { String::new() } else { format!("{within}/") };
        let paths = context.matching(&format!("{prefix}{pattern}"));
        Some(paths.iter().filter_map(|path| Some(path.strip_prefix(prefix.as_str())?.to_owned())).collect())
    };
    let calling = Calling {
        environment: &call.variables,
        overrides: &overrides,
        directory: &directory,
        matching: &matching,
        include: &include,
    };
    let lines = Makefile::read(&text, &calling)?.lines(&goals)?;
    Some(Made { file, directory, lines })
}

impl Reader<'_> {
    /// What the targets do; `None` where they can't be read.
    pub(super) fn make(
        &mut self,
        call: &Call,
        words: &Words,
        place: &Place,
        depth: usize,
    ) -> Option<Vec<Action>> {
        if depth >= DEPTH {
            return None;
        }
        let made = made(call, &words.unknown, self.sources.context, &|path| self.locate(path))?;
        Some(self.made(&made.lines, &made.directory, place, depth))
    }

    fn made(&mut self, lines: &[Line], directory: &str, place: &Place, depth: usize) -> Vec<Action> {
        let mut actions = Vec::new();
        // what is there already is not made again
        let files = lines.iter().filter_map(|line| line.file.as_ref());
        let there: BTreeSet<&String> =
            files.filter(|file| is_known(&self.world, &absolute(directory, file))).collect();
        for line in lines {
            let is_there = line.file.as_ref().is_some_and(|file| there.contains(file));
            let inner = Place {
                nested: true,
                directory: directory.to_owned(),
                certainty: place.certainty.min(Certainty::under(is_there || line.may_fail)),
                ..place.clone()
            };
            let Some(text) = &line.text else {
                let text = format!("make {}", line.target);
                actions.push(self.act(&inner, Effect::Build, &text, "make"));
                continue;
            };
            let outer = self.locals.clone();
            let handed = line.environment.iter();
            self.locals.extend(
                handed.map(|(name, value)| (name.clone(), (!value.contains('$')).then(|| value.clone()))),
            );
            actions.extend(self.text(shell::parse_plain(text), &inner, depth + 1));
            self.locals = outer;
        }
        if actions.is_empty() {
            actions.push(self.act(place, Effect::Nothing, "make", "make"));
        }
        actions
    }
}

/// Whether a path itself is known to be there, and not only that a directory above it may hold more.
fn is_known(world: &World, path: &str) -> bool {
    world.paths.contains_key(path) || world.has_below(path)
}
