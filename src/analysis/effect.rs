//! What one command does to the image.

use super::certainty::Certainty;
use crate::dockerfile::span::Span;
use crate::recipe::product::{Dependencies, Outputs};
use std::collections::BTreeMap;

/// A command of a RUN and what it does.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its place in the file; that of the whole command, for what a nested shell or a script does.
    pub span: Span,
    /// The same with the commands that are piped into it: what has to be repeated to repeat it.
    pub statement: Span,
    /// What it does.
    pub effect: Effect,
    /// Its words as a person would read them.
    pub text: String,
    /// Program it runs, without its directory; empty for a bare redirection.
    pub program: String,
    /// Whether it surely runs and succeeds; maybe in an `if`, a loop, a function, a chain with `||`.
    pub certainty: Certainty,
    /// Whether it was read from a script or a nested shell and so can't be repeated by itself.
    pub nested: bool,
    /// Absolute working directory in which it runs.
    pub directory: String,
    /// Absolute paths of files of whose lines some are its words: `$(cat FILE)`, `xargs … < FILE`.
    pub reads: Vec<String>,
}

/// What a command does.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Nothing that lasts.
    Nothing,
    /// Reads the package index anew.
    UpdatePackages,
    /// Installs distribution packages.
    InstallPackages(Packages),
    /// Upgrades the packages that the image has.
    UpgradePackages,
    /// Adds a repository of distribution packages: the names of those that it is for, none where it may have any.
    AddRepository(Vec<String>),
    /// Removes these distribution packages.
    RemovePackages(Vec<String>),
    /// Fetches dependencies into a cache of the builder.
    Fetch,
    /// Makes a module of a directory: its absolute path, and the name.
    NameModule(String, String),
    /// Installs a language's dependencies.
    InstallDependencies(Dependencies),
    /// Compiles programs.
    Compile(Outputs),
    /// Writes sources that a later compile reads.
    GenerateSources,
    /// A build tool: it may write anywhere below its working directory.
    Build,
    /// Installs what a build tool made below these directories.
    InstallBuilt(Vec<String>),
    /// Makes a virtual environment there.
    CreateEnvironment(String),
    /// Creates a user.
    CreateUser(Account),
    /// Creates groups, or changes users.
    ChangeUsers,
    /// Creates directories.
    CreateDirectory(Vec<String>),
    /// Changes modes or capabilities.
    ChangeMode(Vec<String>),
    /// Changes owners.
    ChangeOwner(Vec<String>),
    /// Sets the system up.
    Configure,
    /// Writes these files or directories.
    Write(Vec<String>),
    /// Copies files inside the image.
    Duplicate(Vec<Transfer>),
    /// Moves files inside the image.
    Move(Vec<Transfer>),
    /// Makes a symbolic link: its absolute path, and what it points to, absolute.
    Link(String, String),
    /// Removes these.
    Remove(Vec<String>),
    /// No rule knows it: what it may touch is [`super::world::World::disturb`]'s to say. These are the absolute paths among its
    /// words.
    Unknown(Vec<String>),
    /// The shell text can't be read; why.
    Opaque(String),
}

/// What `cp` or `mv` brings from one path to another, both absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What is copied or moved. A pattern, or a path that can't be told, where `is_named` is not.
    pub source: String,
    /// Where it is then; a directory in which names are not known where `is_named` is not.
    pub destination: String,
    /// Whether the destination is the file (or tree) itself.
    pub is_named: bool,
}

/// A user that a command creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name.
    pub name: String,
    /// Its number, where it is given.
    pub number: Option<String>,
    /// The absolute home directory.
    pub home: String,
    /// Whether the command makes that directory.
    pub makes_home: bool,
}

/// Packages that a command installs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// Name of the manager in the rules.
    pub manager: String,
    /// Names as written, pins included.
    pub names: Vec<String>,
    /// Words whose value can't be told.
    pub unknown: Vec<String>,
    /// Names that a build argument chooses, with what is written for them.
    pub chosen: BTreeMap<String, String>,
    /// Name of the group that a later command removes (`apk add --virtual`).
    pub group: Option<String>,
    /// Whether recommended packages are kept away.
    pub lean: bool,
}

/// The prefix of `make install` where nothing says another.
pub const LOCAL_PREFIX: &str = "/usr/local";

/// What of a prefix is known to come from `make install`: the libraries of /usr/local, which images fill with other things too; all
/// of any other.
pub fn installed_below(prefix: &str) -> String {
    if prefix == LOCAL_PREFIX { format!("{LOCAL_PREFIX}/lib") } else { prefix.to_owned() }
}

impl Effect {
    /// Absolute paths that the command writes by name: files, or directories in which it may have written.
    pub fn written(&self) -> Vec<&str> {
        match self {
            Self::Write(paths) => paths.iter().map(String::as_str).collect(),
            Self::Duplicate(transfers) | Self::Move(transfers) => {
                transfers.iter().map(|transfer| transfer.destination.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Absolute paths, or patterns of such, that the command takes away.
    pub fn removed(&self) -> Vec<&str> {
        match self {
            Self::Remove(paths) => paths.iter().map(String::as_str).collect(),
            Self::Move(transfers) => transfers.iter().map(|transfer| transfer.source.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}
