//! What is known of an image after a line: paths and where they came from, packages, users, configuration, and how sure each is.

use super::certainty::Certainty;
use super::config::{Config, Form, Invocation};
use crate::knowledge::images::Image;
use crate::recipe::path::is_within;
use std::collections::{BTreeMap, BTreeSet};

/// An image, as far as it is known.
#[derive(Clone, Debug)]
pub struct World {
    /// The base image at the bottom.
    pub image: Image,
    /// Absolute paths that lines of the file brought, none of which is surely gone.
    pub paths: BTreeMap<String, Entry>,
    /// Absolute paths that a line of the file surely took away and none brought back.
    pub gone: BTreeSet<String>,
    /// Distribution packages that lines of the file installed, by name without pin.
    pub packages: BTreeMap<String, Certainty>,
    /// Packages by the name of the group under which they were installed (`apk add --virtual`).
    pub groups: BTreeMap<String, Vec<String>>,
    /// Modules that commands made, by their absolute directory: the file that names them is not in the build context.
    pub modules: BTreeMap<String, String>,
    /// Addresses from which files were fetched, by their absolute paths.
    pub addresses: BTreeMap<String, String>,
    /// Absolute paths of files into which an installer wrote what its lock file names.
    pub exported: BTreeSet<String>,
    /// Variables that commands were as good as: an installer's configuration.
    pub settings: BTreeMap<String, String>,
    /// Where `make install` puts what is built in a directory, both absolute, as far as it was configured.
    pub prefixes: BTreeMap<String, String>,
    /// Absolute directories in which foreign sources are built and installed from: nothing reads them afterwards.
    pub foreign_trees: BTreeSet<String>,
    /// Programs that fetched scripts brought, wherever they stand.
    pub fetched: BTreeSet<String>,
    /// Users that lines of the file created, by name.
    pub users: BTreeMap<String, User>,
    /// What it leaves to whoever starts it.
    pub config: Config,
    /// Commands that were run in it so far.
    pub commands: usize,
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
    /// Whether it is there in every build; never `No`.
    pub certainty: Certainty,
}

/// A user of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number, where the command that creates it gives one.
    pub number: Option<String>,
    /// Absolute home directory.
    pub home: String,
    /// Whether it is there in every build; never `No`.
    pub certainty: Certainty,
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

/// Directories in which programs and libraries of the system stand: never copied whole from one image to another.
const SYSTEM_PROGRAMS: [&str; 13] = [
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/sbin",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
];

/// Whether the directory holds the system's own files, so that a copy of all of it would lay one system over another.
pub fn is_of_system(directory: &str) -> bool {
    SYSTEM_PROGRAMS.contains(&directory)
        || ["/", "/etc", "/var", "/root", "/home", "/usr/share"].contains(&directory)
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
            gone: BTreeSet::new(),
            packages: BTreeMap::new(),
            groups: BTreeMap::new(),
            modules: BTreeMap::new(),
            addresses: BTreeMap::new(),
            settings: BTreeMap::new(),
            exported: BTreeSet::new(),
            fetched: BTreeSet::new(),
            prefixes: BTreeMap::new(),
            foreign_trees: BTreeSet::new(),
            users: BTreeMap::new(),
            config: Config { command, ..Config::default() },
            commands: 0,
        }
    }

    /// What is known of a path: its own entry, or the nearest directory above it that may hold more than is known.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        if let Some(entry) = self.paths.get(path) {
            return Some(entry);
        }
        let mut at = path;
        if self.gone.contains(path) {
            return None;
        }
        while let Some((parent, _)) = at.rsplit_once('/') {
            let key = if parent.is_empty() { "/" } else { parent };
            if self.gone.contains(key) {
                return None;
            }
            if let Some(entry) = self.paths.get(key)
                && entry.tree
            {
                return Some(entry);
            }
            at = parent;
        }
        None
    }

    /// Every known path below a directory, sorted.
    pub fn below(&self, directory: &str) -> impl Iterator<Item = (&String, &Entry)> {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        self.paths.range(prefix.clone()..).take_while(move |(path, _)| path.starts_with(&prefix))
    }

    /// Whether anything is known below a directory.
    pub fn has_below(&self, directory: &str) -> bool {
        self.below(directory).next().is_some()
    }

    /// How sure it is that a path is there, as a file or a directory, as far as lines of the file brought it. What only an open
    /// directory may hold is maybe there.
    pub fn certainty(&self, path: &str) -> Certainty {
        // a directory is as sure as what it holds
        let below = self.below(path).map(|(_, entry)| entry.certainty).max().unwrap_or(Certainty::No);
        match self.paths.get(path) {
            Some(entry) => entry.certainty.max(below),
            None if below.is_possible() => below,
            None => Certainty::under(true).min(if self.find(path).is_some() {
                Certainty::Sure
            } else {
                Certainty::No
            }),
        }
    }

    /// Whether a path may exist, as a file or a directory.
    pub fn exists(&self, path: &str) -> bool {
        self.find(path).is_some() || self.has_below(path)
    }

    /// Whether a path is known to be a directory; `workdir` is the working directory, which exists.
    pub fn is_directory(&self, path: &str, workdir: Option<&str>) -> bool {
        is_standard(path)
            || workdir == Some(path)
            || self.paths.get(path).is_some_and(|entry| entry.origin == Origin::Directory)
            || self.has_below(path)
    }

    /// The context path behind a path of the image, for a file or for a directory whose files came from one directory.
    pub fn context_path(&self, path: &str) -> Option<String> {
        let mut at = path;
        // as many links as Linux follows
        for _ in 0..40 {
            match self.paths.get(at) {
                Some(Entry { origin: Origin::Link(target), .. }) => at = target,
                _ => break,
            }
        }
        let path = at;
        if let Some(Entry { origin: Origin::Context(source), tree: false, .. }) = self.paths.get(path) {
            return Some(source.clone());
        }
        let skip = path.trim_end_matches('/').len() + 1;
        self.below(path)
            .filter_map(|(below, entry)| match &entry.origin {
                Origin::Context(source) if !entry.tree => {
                    let inside = &below[skip..];
                    let directory = source.strip_suffix(inside)?;
                    (directory.is_empty() || directory.ends_with('/'))
                        .then(|| directory.trim_end_matches('/').to_owned())
                }
                _ => None,
            })
            .next()
    }

    /// The module that a command made of a directory or of one above it: its root and its name.
    pub fn named_module(&self, directory: &str) -> Option<(String, String)> {
        let mut above = self.modules.iter().filter(|(root, _)| is_within(directory, root));
        above.next_back().map(|(root, name)| (root.clone(), name.clone()))
    }

    /// Whether a path belongs to foreign sources that are built and installed.
    pub fn is_foreign(&self, path: &str) -> bool {
        self.foreign_trees.iter().any(|tree| is_within(path, tree))
    }

    /// Whether a line surely took the path away, by itself or with a directory above it, and none brought it back.
    pub fn is_gone(&self, path: &str) -> bool {
        !self.exists(path) && self.gone.iter().any(|gone| is_within(path, gone))
    }
}
