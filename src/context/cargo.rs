//! Cargo.toml, Cargo.lock and .cargo/config.toml: which programs a build writes, and where.

use super::Context;
use std::collections::{BTreeMap, BTreeSet};

/// A package or workspace as cargo sees it from one directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Directory that holds `target/` (the workspace root), in the context.
    pub root: String,
    /// Every package, by directory.
    pub packages: Vec<Package>,
    /// Directory of the package that a plain `cargo build` in that directory means; `None` for a virtual workspace.
    pub current: Option<String>,
    /// Directories of `default-members`, where given.
    pub default_members: Option<Vec<String>>,
    /// `build.target` of .cargo/config.toml: adds a directory below target/.
    pub target: Option<String>,
    /// `build.target-dir` of .cargo/config.toml.
    pub target_directory: Option<String>,
    /// Locked crates by name with their dependencies' names; `None` without Cargo.lock.
    pub lock: Option<BTreeMap<String, BTreeSet<String>>>,
}

/// One package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Directory in the context.
    pub directory: String,
    /// `package.name`.
    pub name: String,
    /// Names of its binaries: `[[bin]]`, src/main.rs, src/bin/*.rs and src/bin/*/main.rs (`autobins` respected). Those with
    /// required features that are not default are left out.
    pub binaries: Vec<String>,
    /// `default-run`.
    pub default_run: Option<String>,
    /// Names of dependencies (all kinds but dev), renames resolved to the real crate name.
    pub dependencies: BTreeSet<String>,
    /// Whether it has a build script.
    pub build_script: bool,
}

/// Reads what cargo would see when run in a directory of the context.
///
/// # Errors
/// One sentence: no Cargo.toml there, or it can't be read.
pub fn workspace(_context: &Context, _directory: &str) -> Result<Workspace, String> {
    unimplemented!()
}
