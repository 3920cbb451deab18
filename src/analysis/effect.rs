//! What one command does to the image.

use crate::dockerfile::span::Span;
use crate::recipe::product::{Dependencies, Outputs};

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
    /// Whether it may not run at all, or more than once.
    pub conditional: bool,
    /// Whether it was read from a script or a nested shell and so can't be repeated by itself.
    pub nested: bool,
    /// Absolute working directory in which it runs.
    pub directory: String,
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
    /// Adds a repository of distribution packages.
    AddRepository,
    /// Removes these distribution packages.
    RemovePackages(Vec<String>),
    /// Fetches dependencies into a cache of the builder.
    Fetch,
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
    /// Creates a user of this name.
    CreateUser(String),
    /// Creates groups, or changes users.
    ChangeUsers,
    /// Creates directories.
    CreateDirectory(Vec<String>),
    /// Changes modes or owners.
    ChangeMode(Vec<String>),
    /// Sets the system up.
    Configure,
    /// Writes these files or directories.
    Write(Vec<String>),
    /// Makes a symbolic link: its absolute path, and what it points to, absolute.
    Link(String, String),
    /// Removes these.
    Remove(Vec<String>),
    /// No rule knows it: it may write below its working directory and at the absolute paths among its words.
    Unknown(Vec<String>),
    /// The shell text can't be read; why.
    Opaque(String),
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
    /// Name of the group that a later command removes (`apk add --virtual`).
    pub group: Option<String>,
    /// Whether recommended packages are kept away.
    pub lean: bool,
}
