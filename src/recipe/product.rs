//! What the engines of the languages say that a command makes.

use crate::context::Context;
use std::collections::BTreeMap;

/// What an engine may ask of the place in which a command runs.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The build context, where it can be seen.
    pub context: Option<&'a Context>,
    /// The context path behind an absolute path of the image (file or directory), where a COPY or a bind mount brought it.
    pub locate: &'a dyn Fn(&str) -> Option<String>,
    /// Absolute home directory of the user.
    pub home: &'a str,
    /// Version of the toolchain, as far as its image tells: `1.22`.
    pub version: Option<&'a str>,
    /// Whether the user is root.
    pub root: bool,
    /// The module that a command made of a directory of the image or of one above it: its absolute root and its name.
    pub named_module: &'a dyn Fn(&str) -> Option<(String, String)>,
    /// Programs of those packages of the registry that are not named as their package.
    pub registry_programs: &'a BTreeMap<String, Vec<String>>,
}

/// Packages of the language that a command installs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Where they go.
    pub target: Target,
    /// The variable that would send them to an environment, where the installer keeps one of its own.
    pub pin: Option<String>,
    /// Why it can't be told where they go, in one clause: "`--project` is given".
    pub untold: Option<String>,
    /// Words by which a file would name that environment of its own.
    pub own_names: Vec<String>,
    /// Normalised names, as far as they can be told.
    pub names: Vec<String>,
    /// Extras that are asked for, as `sqlalchemy[postgresql]`.
    pub extras: Vec<String>,
    /// Versions that are fixed (`==`), by name.
    pub versions: BTreeMap<String, String>,
    /// Those that are compiled, whatever wheel there is; `:all:` for every one.
    pub compiled: Vec<String>,
    /// Files of the image that the command reads, absolute.
    pub files: Vec<String>,
    /// Whether `files` is all that it reads.
    pub complete: bool,
    /// Whether `names` may lack packages that the command installs by files that can't be read.
    pub unread: bool,
    /// Whether sources come from a version control system.
    pub fetches_sources: bool,
    /// Whether packages are built with what the interpreter's prefix has installed (`--no-build-isolation`).
    pub needs_installed_tools: bool,
    /// Directories of the image installed as projects, absolute.
    pub projects: Vec<String>,
    /// Directories of the image to which the installed package points, absolute: they must stay (`pip install -e`).
    pub editable: Vec<String>,
}

/// Where dependencies go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The interpreter's own prefix, or the virtual environment in force.
    #[default]
    Default,
    /// The home directory of the user.
    User,
    /// This directory.
    Directory(String),
    /// A virtual environment, by its absolute path.
    Environment(String),
    /// The interpreter's own prefix, whatever virtual environment is in force.
    Prefix,
    /// A place that can't be told: the command as a person would name it.
    Elsewhere(String),
}

/// Programs that a command compiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Absolute paths of the programs, as far as they can be told.
    pub programs: Vec<String>,
    /// Absolute directories into which programs go whose names can't all be told.
    pub directories: Vec<String>,
    /// Why not everything can be told, in one sentence.
    pub unknown: Option<String>,
    /// Whether C libraries may be linked: known not to be (`Some(false)`), known to be, or not known.
    pub cgo: Option<bool>,
    /// Whether build tags choose among the sources.
    pub tagged: bool,
    /// Directories of the image that hold the sources, absolute.
    pub sources: Vec<String>,
    /// Directories of the build context that hold the packages that are built, as they were when the command ran; empty where
    /// they can't be told.
    pub packages: Vec<String>,
    /// Shared libraries that are built beside the programs, absolute: a program may open them by their paths.
    pub libraries: Vec<String>,
    /// Whether the programs come from a registry and not from the sources of the image: tools, unless something starts them.
    pub foreign: bool,
}

/// What CMD does with the toolchain, taken apart: the builder builds, the runtime starts the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// The command that the builder runs instead.
    pub build: String,
    /// The program that it makes, absolute.
    pub program: String,
    /// Arguments that the program is started with.
    pub arguments: Vec<String>,
}
