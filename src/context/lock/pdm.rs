//! `pdm.lock` and `pylock.toml`, which is the standard form (PEP 751) and looks nearly the same.

use super::{Locked, MAIN, Origin, has_wheel, package, tables, text};
use crate::context::manifest::strings;
use crate::context::python;
use toml::{Table, Value};

/// Every package of the file.
pub(super) fn packages(root: &Table) -> Vec<Locked> {
    tables(root, "package").chain(tables(root, "packages")).filter_map(locked).collect()
}

fn locked(table: &Table) -> Option<Locked> {
    let mut found = package(table, text(table, "name")?)?;
    let groups = strings(table.get("groups"));
    found.groups = groups.map(|group| if group == "default" { MAIN } else { group }.to_owned()).collect();
    let editable = |table: &Table| table.get("editable").and_then(Value::as_bool) == Some(true);
    let directory = table.get("directory").and_then(Value::as_table);
    found.origin = if ["git", "hg", "vcs"].iter().any(|key| table.contains_key(*key)) {
        Origin::VersionControl
    } else if table.contains_key("url") || table.contains_key("archive") {
        Origin::Address
    } else if let Some(directory) = directory {
        let path = text(directory, "path").unwrap_or(".").to_owned();
        Origin::Path { path, editable: editable(directory) }
    } else if let Some(path) = text(table, "path") {
        Origin::Path { path: path.to_owned(), editable: editable(table) }
    } else {
        Origin::Index
    };
    let files = tables(table, "files").filter_map(|file| text(file, "file"));
    let wheels =
        tables(table, "wheels").filter_map(|wheel| text(wheel, "name").or_else(|| text(wheel, "url")));
    let sdist = table.get("sdist").and_then(Value::as_table);
    let sdist = sdist.and_then(|sdist| text(sdist, "name").or_else(|| text(sdist, "url")));
    found.has_wheel = has_wheel(files.chain(wheels).chain(sdist));
    let depends = strings(table.get("dependencies"));
    found.dependencies = depends.filter_map(python::requirement_name).collect();
    Some(found)
}
