//! What the sources and scripts say that the program uses at run time, read from their text: a hint, never a proof.

use super::Context;
use std::collections::BTreeSet;

/// What was seen in the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// First words of commands that the program starts (`subprocess.run(["git", …`, `exec.Command("git"`, `Command::new("git")`, `os.system("git …")`): program and context path of the source.
    pub programs: BTreeSet<(String, String)>,
    /// Whether zones of the time-zone database are looked up by name.
    pub zones: bool,
    /// Whether content types are looked up by file extension or static files are served.
    pub content_types: bool,
}

/// Reads every source file (`.py`, `.go`, `.rs`, tests left out) below a directory.
pub fn hints(_context: &Context, _directory: &str) -> Hints {
    Hints::default()
}

/// Whether any source file, script or configuration file below a directory says this text (a file's name, say).
/// Files whose path is `except` are not asked.
pub fn mentions(_context: &Context, _directory: &str, _text: &str, _except: &str) -> bool {
    false
}
