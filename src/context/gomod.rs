//! go.mod and the Go packages beside it.

use super::Context;
use std::collections::BTreeSet;

/// What a go.mod says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoModule {
    /// `module` path.
    pub path: String,
    /// `go` version, such as `1.22` or `1.22.3`.
    pub go: Option<String>,
    /// Paths of all required modules, indirect ones too.
    pub requires: BTreeSet<String>,
    /// Directories that `replace` points to (start with `.` or `/`).
    pub local_replaces: Vec<String>,
}

/// One directory of Go files (test files left out, and files that build constraints keep from linux).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoPackage {
    /// Directory in the context, `""` for the root.
    pub directory: String,
    /// `package` clause.
    pub name: String,
    /// Imported paths.
    pub imports: BTreeSet<String>,
    /// Patterns of `//go:embed`, as written.
    pub embeds: Vec<String>,
    /// Import paths or files that make it need cgo: whether a file imports "C".
    pub uses_cgo: bool,
}

impl GoModule {
    /// Reads the text of a go.mod; `None` without a module line.
    pub fn parse(_text: &str) -> Option<Self> {
        unimplemented!()
    }

    /// Name that `go build` and `go install` give the program of a package directory (relative to the module's root,
    /// `""` for the root): the last path element that is not a major-version suffix `vN`.
    pub fn program_name(&self, _directory: &str) -> String {
        unimplemented!()
    }
}

/// Every package below a directory of the context, by directory; `vendor/` and `testdata/` left out.
pub fn packages(_context: &Context, _directory: &str) -> Vec<GoPackage> {
    unimplemented!()
}
