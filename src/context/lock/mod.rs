//! Lock files of Python's installers: every package that they would install, with its version.
//!
//! Each installer has a format of its own; what is read of it is the same for all. A lock names the packages behind the
//! packages too, so it tells more than the manifest beside it.

mod pdm;
mod pipenv;
mod poetry;
mod uv;

use super::manifest::toml_table;
use super::requirement_lines::never_holds;
use super::{Context, path, python};
use toml::{Table, Value};

/// A lock file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The packages, in the order of the file.
    pub packages: Vec<Locked>,
}

/// One package of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Normalised name.
    pub name: String,
    /// Its version, where one is locked.
    pub version: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Groups that ask for it, as the installer names them (`main`, `default`, `dev`); empty where the lock does not tell.
    pub groups: Vec<String>,
    /// Whether only an extra asks for it.
    pub optional: bool,
    /// Whether the lock lists a wheel: `None` where it lists no files.
    pub has_wheel: Option<bool>,
    /// Normalised names of the packages that it depends on, as far as the lock tells.
    pub dependencies: Vec<String>,
}

/// Where a locked package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An index of packages.
    Index,
    /// A version control system.
    VersionControl,
    /// An address.
    Address,
    /// A file or directory, as written, relative to the lock file.
    Path {
        /// The path.
        path: String,
        /// Whether the installed package points back to it.
        editable: bool,
    },
}

/// Group of the packages that the program itself needs, in every format.
pub const MAIN: &str = "main";

/// The names of the lock files that are read.
pub const NAMES: [&str; 5] = ["Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"];

/// Reads a lock file of the context by its name; `None` where it is not there, is no lock file, or can't be read.
pub fn read(context: &Context, file: &str) -> Option<Lock> {
    let text = context.text(file)?;
    let packages = match path::name(file) {
        "Pipfile.lock" => pipenv::packages(&text)?,
        "poetry.lock" => poetry::packages(&toml_table(file, &text).ok()?),
        "uv.lock" => uv::packages(&toml_table(file, &text).ok()?),
        "pdm.lock" | "pylock.toml" => pdm::packages(&toml_table(file, &text).ok()?),
        _ => return None,
    };
    Some(Lock { packages })
}

impl Lock {
    /// Packages that an installation without groups for development, and without extras, may bring. Where the lock does
    /// not tell who asks for a package, it may come.
    pub fn of_program(&self) -> impl Iterator<Item = &Locked> {
        let is_main = |package: &&Locked| {
            package.groups.is_empty()
                || package.groups.iter().any(|group| group == MAIN || !is_for_development(group))
        };
        self.packages.iter().filter(is_main)
    }
}

/// Whether a group's name says that the program does without.
fn is_for_development(group: &str) -> bool {
    ["dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "typing"].contains(&group)
}

/// The tables of an array of tables.
fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// A text of a table.
fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

/// A package with the name and version of its table; `None` for one that is kept for other systems than Linux.
fn package(table: &Table, name: &str) -> Option<Locked> {
    let marker = text(table, "markers").or_else(|| text(table, "marker"));
    if marker.is_some_and(never_holds) {
        return None;
    }
    Some(Locked {
        name: python::normalised(name),
        version: text(table, "version").map(str::to_owned),
        origin: Origin::Index,
        groups: Vec::new(),
        optional: table.get("optional").and_then(Value::as_bool) == Some(true),
        has_wheel: None,
        dependencies: Vec::new(),
    })
}

/// Whether one of these file names is a wheel for Linux or for every system; `None` where there is none to look at.
fn has_wheel<'a>(files: impl Iterator<Item = &'a str>) -> Option<bool> {
    let mut files = files.peekable();
    files.peek()?;
    Some(files.any(|file| {
        let file = file.rsplit('/').next().unwrap_or(file);
        file.ends_with("-any.whl") || (file.ends_with(".whl") && file.contains("linux"))
    }))
}
