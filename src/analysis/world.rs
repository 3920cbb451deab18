//! What is known of an image after a line: paths and where they came from, packages, users, configuration.

use super::config::{Config, Form, Invocation};
use super::effect::{Action, Effect};
use super::state::State;
use super::step::Step;
use crate::knowledge::images::Image;
use crate::recipe::path::is_within;
use crate::recipe::product::Target;
use globset::GlobBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// An image, as far as it is known.
#[derive(Clone, Debug)]
pub struct World {
    /// The base image at the bottom.
    pub image: Image,
    /// Absolute paths that lines of the file brought.
    pub paths: BTreeMap<String, Entry>,
    /// Distribution packages that lines of the file installed, without pins.
    pub packages: BTreeSet<String>,
    /// Users and groups that lines of the file created, by name.
    pub users: BTreeSet<String>,
    /// What it leaves to whoever starts it.
    pub config: Config,
}

/// A path of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it came from.
    pub origin: Origin,
    /// Whether there may be more below it than is known.
    pub tree: bool,
    /// Index of the instruction that brought it.
    pub instruction: usize,
}

/// Where a path came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The build context; its path there, empty where it can't be told.
    Context(String),
    /// A compiled program.
    Compiled,
    /// Packages of the language.
    Dependencies,
    /// Written by a command.
    Written,
    /// Another stage.
    Stage(String),
    /// A symbolic link to this absolute path.
    Link(String),
    /// An empty directory.
    Directory,
}

/// Directories that every distribution has.
const STANDARD_DIRECTORIES: [&str; 26] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/sbin",
    "/usr/share",
    "/var",
];

/// Whether every distribution has the directory.
pub fn is_standard(directory: &str) -> bool {
    STANDARD_DIRECTORIES.contains(&directory)
}

/// Whether removing a path, which may hold glob characters, takes a known path away.
fn is_removed(known: &str, removed: &str) -> bool {
    if !removed.contains(['*', '?', '[']) {
        return is_within(known, removed);
    }
    let depth = removed.matches('/').count();
    let end = known.match_indices('/').map(|(at, _)| at).nth(depth).unwrap_or(known.len());
    // a pattern that can't be read may take anything away
    GlobBuilder::new(removed)
        .literal_separator(true)
        .build()
        .map_or(true, |glob| glob.compile_matcher().is_match(&known[..end]))
}

impl World {
    /// An image before the first line.
    pub fn of_image(image: Image) -> Self {
        let command = (!image.command.is_empty()).then(|| Invocation {
            form: Form::Exec(image.command.clone()),
            shell: None,
            span: None,
        });
        Self {
            image,
            paths: BTreeMap::new(),
            packages: BTreeSet::new(),
            users: BTreeSet::new(),
            config: Config { command, ..Config::default() },
        }
    }

    /// What is known of a path: its own entry, or the nearest directory above it that may hold more than is known.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        if let Some(entry) = self.paths.get(path) {
            return Some(entry);
        }
        let mut at = path;
        while let Some((parent, _)) = at.rsplit_once('/') {
            let key = if parent.is_empty() { "/" } else { parent };
            if let Some(entry) = self.paths.get(key)
                && entry.tree
            {
                return Some(entry);
            }
            at = parent;
        }
        None
    }

    /// Whether anything is known below a directory.
    pub fn has_below(&self, directory: &str) -> bool {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        self.paths.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// Whether a path exists, as a file or a directory.
    pub fn exists(&self, path: &str) -> bool {
        self.find(path).is_some() || self.has_below(path)
    }

    /// Whether a path is known to be a directory.
    pub fn is_directory(&self, path: &str, state: &State) -> bool {
        STANDARD_DIRECTORIES.contains(&path)
            || state.workdir.as_deref() == Some(path)
            || self.paths.get(path).is_some_and(|entry| entry.origin == Origin::Directory)
            || self.has_below(path)
    }

    /// The context path behind a path of the image, for a file or for a directory whose files came from one directory.
    pub fn context_path(&self, path: &str) -> Option<String> {
        if let Some(Entry { origin: Origin::Context(source), tree: false, .. }) = self.paths.get(path) {
            return Some(source.clone());
        }
        let prefix = format!("{}/", path.trim_end_matches('/'));
        let below = self.paths.range(prefix.clone()..).take_while(|(below, _)| below.starts_with(&prefix));
        below
            .filter_map(|(below, entry)| match &entry.origin {
                Origin::Context(source) if !entry.tree => {
                    let inside = &below[prefix.len()..];
                    let directory = source.strip_suffix(inside)?;
                    (directory.is_empty() || directory.ends_with('/'))
                        .then(|| directory.trim_end_matches('/').to_owned())
                }
                _ => None,
            })
            .next()
    }

    /// Takes in what a line does.
    pub fn apply(&mut self, step: &Step) {
        if let Some(instruction) = &step.declares {
            self.config.apply(instruction, &step.before, step.escape);
        }
        if let Some(copy) = &step.copy {
            self.copy(step, copy);
        }
        if let Some(directory) = &step.makes_directory {
            self.paths.entry(directory.clone()).or_insert(Entry {
                origin: Origin::Directory,
                tree: false,
                instruction: step.index,
            });
        }
        for action in &step.actions {
            self.act(step, action);
        }
    }

    fn put(&mut self, step: &Step, path: &str, origin: Origin, tree: bool) {
        // what a cache mount covers is not in the image
        if step.caches.iter().any(|cache| path == cache || path.starts_with(&format!("{cache}/"))) {
            return;
        }
        self.paths.insert(path.to_owned(), Entry { origin, tree, instruction: step.index });
    }

    fn copy(&mut self, step: &Step, copy: &super::copy::Copy) {
        let Some(destination) = &copy.destination else { return };
        let origin = |path: &str| match &copy.from {
            Some(from) => Origin::Stage(from.clone()),
            None => Origin::Context(path.to_owned()),
        };
        if let Some(files) = &copy.files {
            for (source, path) in files {
                self.put(step, path, origin(source), false);
            }
        } else if copy.from.is_some()
            && copy.into_directory
            && copy.sources.len() == 1
            && !copy.sources[0].ends_with('/')
        {
            // a file below the destination, or the content of a directory: either may be
            self.put(step, destination, origin(""), true);
        } else {
            self.put(step, destination, origin(""), true);
        }
    }

    fn act(&mut self, step: &Step, action: &Action) {
        let effect = &action.effect;
        match effect {
            Effect::Build if !is_standard(&action.directory) => {
                self.put(step, &action.directory, Origin::Written, true);
            }
            Effect::InstallPackages(packages) => self.packages.extend(packages.names.iter().cloned()),
            Effect::CreateUser(name) => {
                self.users.insert(name.clone());
            }
            Effect::InstallDependencies(dependencies) => match &dependencies.target {
                Target::Directory(path) | Target::Environment(path) => {
                    self.put(step, path, Origin::Dependencies, true)
                }
                Target::User => {
                    let path = format!("{}/.local", step.home());
                    self.put(step, &path, Origin::Dependencies, true);
                }
                Target::Default | Target::Prefix | Target::Elsewhere(_) => {}
            },
            Effect::CreateEnvironment(path) => self.put(step, path, Origin::Dependencies, true),
            Effect::Compile(outputs) => {
                for program in &outputs.programs {
                    self.put(step, program, Origin::Compiled, false);
                }
                for directory in &outputs.directories {
                    self.put(step, directory, Origin::Compiled, true);
                }
            }
            Effect::CreateDirectory(paths) => {
                for path in paths {
                    if !self.paths.contains_key(path) {
                        self.put(step, path, Origin::Directory, false);
                    }
                }
            }
            Effect::Write(paths) | Effect::InstallBuilt(paths) => {
                for path in paths {
                    let known = self.paths.get(path).is_some_and(|entry| entry.origin == Origin::Directory)
                        || self.is_directory(path, &step.before);
                    if !known || matches!(effect, Effect::InstallBuilt(_)) {
                        self.put(step, path, Origin::Written, true);
                    } else {
                        self.paths.insert(
                            path.clone(),
                            Entry { origin: Origin::Written, tree: true, instruction: step.index },
                        );
                    }
                }
            }
            Effect::Link(path, target) => self.put(step, path, Origin::Link(target.clone()), true),
            Effect::Remove(paths) => {
                for path in paths {
                    self.paths.retain(|known, _| !is_removed(known, path));
                }
            }
            _ => {}
        }
    }
}
