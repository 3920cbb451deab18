//! Files of the build context in the runtime: what a compiled program may read, and nothing that only the build reads.

use super::line::Added;
use super::planner::Planner;
use crate::analysis::read::copy::Copy;
use crate::analysis::readable::Readable;
use crate::analysis::step::Step;
use crate::analysis::world::World;
use crate::recipe::RuntimeKind;
use crate::recipe::command::quoted;
use crate::recipe::path::{absolute, below, is_within};
use std::collections::{BTreeMap, HashSet};

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

/// What a program may read of what a COPY brings. Without a view of the context, everything.
fn taken(step: &Step, copy: &Copy, readable: &Readable<'_>, world: &World) -> Taken {
    let Some(files) = &copy.files else { return Taken::All };
    // what the file itself surely takes away again is no data
    let is_data: Vec<bool> = files
        .iter()
        .map(|(path, place)| !world.is_gone(place) && readable.may_read(step.index, path, place))
        .collect();
    if is_data.iter().all(|data| *data) {
        return Taken::All;
    }
    if !is_data.contains(&true) {
        return Taken::Nothing;
    }
    // directories whose every copied file is data are taken whole, the topmost of them
    let mut directories: BTreeMap<&str, bool> = BTreeMap::new();
    for ((path, place), data) in files.iter().zip(&is_data) {
        for (at, _) in path.match_indices('/') {
            *directories.entry(&path[..at]).or_insert(true) &=
                *data || (readable.may_come_along(path) && !world.is_gone(place));
        }
    }
    let mut found: Vec<(String, String)> = Vec::new();
    let mut known = HashSet::new();
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
        if known.insert(pair.clone()) {
            found.push(pair);
        }
    }
    Taken::Some(found)
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
        let from_stage = copy.from.is_some().then_some(copy.destination.as_deref()).flatten();
        if from_stage.is_some_and(|place| self.readable.is_embedded(place)) {
            self.because(step, "the program has it compiled in");
            return;
        }
        let optional = self.absent_files(copy);
        match taken(step, copy, &self.readable, &self.stage.world) {
            Taken::Nothing if optional.is_empty() => self.because(step, "sources: only the build reads them"),
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
            // only root may make links anywhere
            Taken::Some(_) if !copy.links.is_empty() && !step.before.is_root() => {
                self.keep_in_runtime(step, "files that the program may read, and symbolic links");
            }
            rest => {
                self.because(step, "the build reads the sources; the program may read the rest");
                let pairs = if let Taken::Some(pairs) = rest { pairs } else { Vec::new() };
                let pairs = pairs.into_iter().filter(|(_, place)| !self.comes_again(step, place));
                // what git ignores is on this machine and need not be on the next
                let ignored = |(path, _): &(String, String)| {
                    self.sources.context.is_some_and(|context| {
                        context.entry(path).is_some() && context.is_ignored_by_git(path)
                    })
                };
                let (here, pairs): (Vec<_>, Vec<_>) = pairs.partition(ignored);
                let optional: Vec<(String, String)> = optional.into_iter().chain(here).collect();
                let flags = self.copy_flags(step);
                for (_, place) in &pairs {
                    self.have(place);
                }
                let (links, pairs): (Vec<_>, Vec<_>) =
                    pairs.into_iter().partition(|(_, place)| copy.links.contains_key(place));
                for line in self.copy_lines(&pairs, &optional, &flags, step) {
                    self.add_to_runtime(line, "files that the program may read");
                }
                // a COPY of a link by its name would bring what it points to, or fail
                let mut made: Vec<String> = Vec::new();
                for (_, place) in &links {
                    let parent = place.rsplit_once('/').map_or("/", |(parent, _)| parent);
                    let is_there = step.before.workdir.as_deref() == Some(parent)
                        || pairs.iter().any(|(_, place)| is_within(place, parent));
                    if !is_there {
                        made.push(format!("mkdir -p {}", quoted(parent)));
                    }
                    let target = copy.links.get(place).map_or("", String::as_str);
                    made.push(format!("ln -s {} {}", quoted(target), quoted(place)));
                }
                made.dedup();
                if !made.is_empty() {
                    self.add_to_runtime(Added::Run(made), "symbolic links of the build context, as they are");
                }
            }
        }
    }

    /// Whether a later COPY, which stays as it stands, brings the same file.
    pub(super) fn comes_again(&self, step: &Step, place: &str) -> bool {
        self.comes_again_at(step, place).is_some()
    }

    /// Index of the last such COPY.
    pub(super) fn comes_again_at(&self, step: &Step, place: &str) -> Option<usize> {
        let last = self.brought_whole.get_or_init(|| {
            let copies = self.steps().iter().filter_map(|step| Some((step, step.copy.as_ref()?)));
            // the sources of an interpreter are what it runs
            let stays = |step: &Step, copy: &Copy| {
                self.sources.recipe.runtime == RuntimeKind::Interpreter
                    || taken(step, copy, &self.readable, &self.stage.world) == Taken::All
            };
            let whole = copies.filter(|(step, copy)| stays(step, copy));
            whole
                .flat_map(|(step, copy)| copy.files.iter().flatten().map(|(_, at)| (at.as_str(), step.index)))
                .collect()
        });
        last.get(place).copied().filter(|last| *last > step.index)
    }

    /// Files that the program reads from its working directory and that a COPY of a directory would bring from a machine that
    /// has them, though the context, as it is here, has not: git ignores them.
    fn absent_files(&self, copy: &Copy) -> Vec<(String, String)> {
        let (Some(context), Some(destination)) = (self.sources.context, &copy.destination) else {
            return Vec::new();
        };
        let workdir = self.stage.state.workdir.as_deref().unwrap_or("/");
        let directories: Vec<String> = copy
            .sources
            .iter()
            .flat_map(|source| context.matching(source))
            .filter(|path| context.is_directory(path))
            .collect();
        let mut found = Vec::new();
        for place in self.readable.absent().map(|name| absolute(workdir, name)) {
            let Some(inside) = place.strip_prefix(destination.trim_end_matches('/')) else { continue };
            if !inside.starts_with('/') {
                continue;
            }
            let paths = directories.iter().map(|directory| below(directory, inside));
            let may_be_there = |path: &String| {
                !context.exists(path) && context.is_ignored_by_git(path) && !context.is_hidden(path)
            };
            found.extend(paths.filter(may_be_there).map(|path| (path, place.clone())));
        }
        found
    }

    /// COPY lines that bring files or directories of the context to their places; files of one directory share a line.
    pub(super) fn copy_lines(
        &self,
        pairs: &[(String, String)],
        optional: &[(String, String)],
        flags: &[String],
        step: &Step,
    ) -> Vec<Added> {
        // the directory in which the builder's image starts is not the runtime's
        let image = &self.stage.world.image.workdir;
        let own = step.before.workdir.as_deref().filter(|workdir| workdir != image && *workdir != "/");
        let inside = |place: &str| place.strip_prefix(own?)?.strip_prefix('/').map(str::to_owned);
        let mut together: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        let pairs = pairs.iter().map(|pair| (pair, false));
        for ((source, place), is_optional) in pairs.chain(optional.iter().map(|pair| (pair, true))) {
            let is_file =
                is_optional || self.sources.context.is_some_and(|context| context.entry(source).is_some());
            let same_name = source.rsplit('/').next() == place.rsplit('/').next();
            let place = match place.rsplit_once('/') {
                Some((parent, _)) if is_file && same_name && own == Some(parent) => "./".to_owned(),
                Some((parent, _)) if is_file && same_name => format!("{parent}/"),
                _ => match inside(place) {
                    Some(inside) => format!("./{inside}{}", if is_file { "" } else { "/" }),
                    None => place.clone(),
                },
            };
            let (sources, optional) = together.entry(place).or_default();
            if is_optional { optional } else { sources }.push(source.clone());
        }
        let lines = together.into_iter().map(|(place, (sources, optional))| {
            let sources = sources.into_iter().map(|source| match self.sources.context {
                Some(context) if context.entry(&source).is_none() => format!("{source}/"),
                _ => source,
            });
            Added::Copy { sources: sources.collect(), optional, destination: place, flags: flags.to_vec() }
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
