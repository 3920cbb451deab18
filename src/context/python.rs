//! Requirement files and projects: what pip would install, and which files it would read to do so.

use super::Context;
use std::collections::BTreeSet;

/// What `pip install -r FILE` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Normalised names of the packages (lower case, `-` for `_` and `.`), without extras and versions.
    pub names: BTreeSet<String>,
    /// Names forced to be compiled: `--no-binary NAME`; `:all:` stands for every one.
    pub compiled: BTreeSet<String>,
    /// Every file read: the one asked for, `-r` and `-c` includes; context paths.
    pub files: BTreeSet<String>,
    /// Local directories or archives it installs (`.`, `./lib`, `-e .`, `file:`), as written.
    pub local: Vec<String>,
    /// Whether it fetches from a version control system (`git+https://…`).
    pub version_control: bool,
    /// Whether everything was understood and found: only then is `files` all that pip reads.
    pub complete: bool,
}

/// A project that `pip install DIRECTORY` installs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Normalised name, where it is written down.
    pub name: Option<String>,
    /// Console scripts.
    pub scripts: BTreeSet<String>,
    /// Normalised names of its dependencies (extras too).
    pub dependencies: BTreeSet<String>,
}

/// Reads a requirements file of the context and what it includes; `None` where it is not there.
pub fn requirements(_context: &Context, _path: &str) -> Option<Requirements> {
    unimplemented!()
}

/// One requirement as given on a command line, such as `Flask[async]>=2`: its normalised name; `None` for a path or an address.
pub fn requirement_name(_text: &str) -> Option<String> {
    unimplemented!()
}

/// Reads pyproject.toml, setup.cfg and setup.py (literal strings only) of a directory; `None` where none is there.
pub fn project(_context: &Context, _directory: &str) -> Option<Project> {
    unimplemented!()
}
