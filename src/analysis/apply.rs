//! What lines and commands do to a [`World`]. The one place that says what a doubtful command leaves in doubt.

use super::certainty::Certainty;
use super::effect::{Action, Effect, Transfer, installed_below};
use super::read::copy::Copy;
use super::step::Step;
use super::world::{Entry, Origin, User, World, is_standard};
use crate::knowledge::packages::bare_name;
use crate::recipe::path::{absolute, is_within};
use crate::recipe::product::Target;
use globset::GlobBuilder;

/// What a command sees of the line it stands in.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Index of the instruction.
    pub instruction: usize,
    /// Absolute targets of its cache mounts: what they cover is not in the image.
    pub caches: &'a [String],
    /// Absolute home directory of the user.
    pub home: &'a str,
}

impl World {
    /// Takes in what a line other than a RUN does.
    pub fn apply(&mut self, step: &Step) {
        if let Some(instruction) = &step.declares {
            self.config.apply(instruction, &step.before, step.escape);
        }
        if let Some(copy) = &step.copy {
            self.copy(step.index, copy);
        }
        if let Some(directory) = &step.makes_directory {
            let entry = Entry {
                origin: Origin::Directory,
                tree: false,
                instruction: step.index,
                certainty: Certainty::Sure,
            };
            self.returns(directory);
            self.paths.entry(directory.clone()).or_insert(entry).certainty = Certainty::Sure;
        }
    }

    fn copy(&mut self, instruction: usize, copy: &Copy) {
        let Some(destination) = &copy.destination else { return };
        if let Some((address, path)) = copy.fetched() {
            self.addresses.insert(path, address.to_owned());
        }
        let origin = |path: &str| match &copy.from {
            Some(from) => Origin::Stage(from.clone()),
            None => Origin::Context(path.to_owned()),
        };
        let entry = |origin, tree| Entry { origin, tree, instruction, certainty: Certainty::Sure };
        match (&copy.brought, &copy.files) {
            (Some(brought), _) => {
                for (path, known) in brought {
                    self.insert(path, Entry { instruction, ..known.clone() });
                }
            }
            (None, Some(files)) => {
                for (source, path) in files {
                    let origin = match copy.links.get(path) {
                        Some(target) => {
                            let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
                            Origin::Link(absolute(parent, target))
                        }
                        None => origin(source),
                    };
                    let is_link = matches!(origin, Origin::Link(_));
                    self.insert(path, entry(origin, is_link));
                }
            }
            (None, None) => self.insert(destination, entry(origin(""), true)),
        }
    }

    /// Takes in what a command of a RUN does.
    pub fn act(&mut self, scene: &Scene<'_>, action: &Action) {
        let certainty = action.certainty;
        let mut put = |path: &str, origin: Origin, tree: bool| self.put(scene, path, origin, tree, certainty);
        match &action.effect {
            Effect::Build if !is_standard(&action.directory) => put(&action.directory, Origin::Written, true),
            Effect::InstallDependencies(dependencies) => match &dependencies.target {
                Target::Directory(path) | Target::Environment(path) => put(path, Origin::Dependencies, true),
                Target::User => put(&format!("{}/.local", scene.home), Origin::Dependencies, true),
                Target::Default | Target::Prefix | Target::Elsewhere(_) => {}
            },
            Effect::CreateEnvironment(path) => put(path, Origin::Dependencies, true),
            Effect::Compile(outputs) => {
                let files = outputs.programs.iter().chain(&outputs.libraries);
                files.for_each(|file| put(file, Origin::Compiled, false));
                outputs.directories.iter().for_each(|directory| put(directory, Origin::Compiled, true));
            }
            Effect::NameModule(directory, name) => {
                self.modules.insert(directory.clone(), name.clone());
            }
            Effect::CreateDirectory(paths) => {
                for path in paths {
                    self.make_directory(scene, path, certainty);
                }
            }
            Effect::Write(paths) => paths.iter().for_each(|path| self.write(scene, path, certainty)),
            Effect::InstallBuilt(paths) => {
                paths.iter().for_each(|path| put(&installed_below(path), Origin::Written, true));
            }
            Effect::Link(path, target) => put(path, Origin::Link(target.clone()), true),
            Effect::Duplicate(transfers) => {
                transfers.iter().for_each(|transfer| self.transfer(scene, transfer, false, certainty));
            }
            Effect::Move(transfers) => {
                for transfer in transfers {
                    self.transfer(scene, transfer, true, certainty);
                    match transfer.is_named || transfer.source.contains(['*', '?', '[']) {
                        true => self.remove(&transfer.source, certainty),
                        false => self.remove(&format!("{}/*", action.directory), Certainty::Maybe),
                    }
                }
            }
            Effect::Remove(paths) => paths.iter().for_each(|path| self.remove(path, certainty)),
            Effect::Unknown(mentioned) => {
                // a program does not take itself away
                let program = action.text.split(' ').next().unwrap_or_default();
                let program = absolute(&action.directory, program);
                let own = self.paths.get(&program).cloned();
                self.disturb(scene, &action.directory, mentioned);
                if let Some(own) = own {
                    self.paths.insert(program, own);
                }
            }
            Effect::Opaque(_) => self.paths.values_mut().for_each(|entry| entry.certainty = Certainty::Maybe),
            _ => self.settle(action),
        }
    }

    /// Packages and users.
    fn settle(&mut self, action: &Action) {
        match &action.effect {
            Effect::InstallPackages(packages) => {
                for name in &packages.names {
                    let known = self.packages.entry(bare_name(name).to_owned()).or_insert(action.certainty);
                    *known = (*known).max(action.certainty);
                }
                if let Some(group) = &packages.group {
                    self.groups.entry(group.clone()).or_default().extend(packages.names.iter().cloned());
                }
            }
            Effect::RemovePackages(names) => {
                let groups = &self.groups;
                let members = |name: &String| groups.get(name).cloned().unwrap_or_else(|| vec![name.clone()]);
                for name in names.iter().flat_map(members).collect::<Vec<_>>() {
                    if action.certainty.is_sure() {
                        self.packages.remove(bare_name(&name));
                    } else if let Some(known) = self.packages.get_mut(bare_name(&name)) {
                        *known = Certainty::Maybe;
                    }
                }
            }
            Effect::CreateUser(account) => {
                let before = self.users.get(&account.name).map_or(Certainty::No, |user| user.certainty);
                let certainty = action.certainty.max(before);
                let (number, home) = (account.number.clone(), account.home.clone());
                self.users.insert(account.name.clone(), User { number, home, certainty });
            }
            _ => {}
        }
    }

    /// What a command that no rule knows may have done: written, changed or taken away anything below its working directory
    /// and at the absolute paths among its words. Everything known there is maybe there from then on, and there may be more.
    pub fn disturb(&mut self, scene: &Scene<'_>, directory: &str, mentioned: &[String]) {
        let own = (!is_standard(directory)).then_some(directory);
        let named = mentioned.iter().map(String::as_str).filter(|path| !is_standard(path));
        for path in own.into_iter().chain(named) {
            let prefix = format!("{}/", path.trim_end_matches('/'));
            for (below, entry) in self.paths.range_mut(path.to_owned()..) {
                if below.starts_with(&prefix) || (below == path && Some(path) != own) {
                    entry.certainty = Certainty::Maybe;
                } else if !below.starts_with(path) {
                    break;
                }
            }
            let before = Certainty::under(Some(path) != own);
            if let Some(entry) = self.paths.get_mut(path)
                && entry.origin == Origin::Directory
            {
                *entry = Entry {
                    origin: Origin::Written,
                    tree: true,
                    instruction: scene.instruction,
                    ..entry.clone()
                };
            } else if !self.paths.contains_key(path) {
                self.put(scene, path, Origin::Written, true, before);
            }
        }
    }

    fn put(&mut self, scene: &Scene<'_>, path: &str, origin: Origin, tree: bool, certainty: Certainty) {
        let entry = Entry { origin, tree, instruction: scene.instruction, certainty };
        // what a cache mount covers is not in the image
        if !scene.caches.iter().any(|cache| is_within(path, cache)) {
            self.insert(path, entry);
        }
    }

    /// An entry that may be written anew is as sure as it was.
    fn insert(&mut self, path: &str, mut entry: Entry) {
        if let Some(before) = self.paths.get(path) {
            entry.certainty = entry.certainty.max(before.certainty);
        }
        self.returns(path);
        self.paths.insert(path.to_owned(), entry);
    }

    /// Takes back that a path is gone.
    fn returns(&mut self, path: &str) {
        self.gone.retain(|gone| !is_within(path, gone));
    }

    fn make_directory(&mut self, scene: &Scene<'_>, path: &str, certainty: Certainty) {
        match self.paths.get_mut(path) {
            Some(entry) => entry.certainty = entry.certainty.max(certainty),
            None => self.put(scene, path, Origin::Directory, false, certainty),
        }
    }

    fn write(&mut self, scene: &Scene<'_>, path: &str, certainty: Certainty) {
        let is_file = self.paths.get(path).is_some_and(|entry| {
            !entry.tree && matches!(entry.origin, Origin::Context(_) | Origin::Compiled | Origin::Written)
        });
        self.put(scene, path, Origin::Written, !is_file, certainty);
    }

    /// What `cp` and `mv` bring; a moved file keeps its origin.
    fn transfer(&mut self, scene: &Scene<'_>, transfer: &Transfer, moves: bool, certainty: Certainty) {
        let Transfer { source, destination, is_named } = transfer;
        let own = self.paths.get_key_value(source).into_iter();
        let known: Vec<(String, Entry)> =
            own.chain(self.below(source)).map(|(path, entry)| (path.clone(), entry.clone())).collect();
        if !is_named || known.is_empty() {
            self.put(scene, destination, Origin::Written, true, certainty);
            return;
        }
        if known.iter().all(|(path, _)| path != source) {
            self.make_directory(scene, destination, certainty);
        }
        for (path, entry) in known {
            let inside = &path[source.len()..];
            let origin = match entry.origin {
                Origin::Compiled if !moves => Origin::Written,
                origin => origin,
            };
            let at = format!("{}{inside}", destination.trim_end_matches('/'));
            // a command that succeeds found what it names
            let inside = if path == *source { Certainty::Sure } else { entry.certainty };
            self.put(scene, &at, origin, entry.tree, certainty.min(inside));
        }
    }

    /// Takes away a path, or what a pattern matches; under doubt it may still be there.
    fn remove(&mut self, removed: &str, certainty: Certainty) {
        let matcher = Matcher::new(removed);
        if !certainty.is_sure() {
            let entries = self.paths.iter_mut().filter(|(path, _)| matcher.takes(path));
            entries.for_each(|(_, entry)| entry.certainty = Certainty::Maybe);
            return;
        }
        let taken: Vec<String> = self.paths.keys().filter(|path| matcher.takes(path)).cloned().collect();
        for path in &taken {
            self.paths.remove(path);
        }
        self.gone.extend(taken);
        if let Matcher::Path(path) = matcher {
            self.gone.insert(path.to_owned());
        }
    }
}

/// What a word of `rm` takes away.
enum Matcher<'a> {
    /// A path with all that is below it.
    Path(&'a str),
    /// What a pattern matches, and all below it; the number of its components.
    Pattern(globset::GlobMatcher, usize),
    /// A pattern that can't be read may take anything away.
    Anything,
}

impl<'a> Matcher<'a> {
    fn new(removed: &'a str) -> Self {
        if !removed.contains(['*', '?', '[']) {
            return Self::Path(removed);
        }
        let glob = GlobBuilder::new(removed).literal_separator(true).build();
        glob.map_or(Self::Anything, |glob| {
            Self::Pattern(glob.compile_matcher(), removed.matches('/').count())
        })
    }

    fn takes(&self, known: &str) -> bool {
        match self {
            Self::Path(path) => is_within(known, path),
            Self::Pattern(glob, depth) => {
                let end = known.match_indices('/').map(|(at, _)| at).nth(*depth).unwrap_or(known.len());
                glob.is_match(&known[..end])
            }
            Self::Anything => true,
        }
    }
}
