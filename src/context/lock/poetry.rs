//! `poetry.lock`: groups stand there since its format 2.1, `category` before 1.5, and nothing between.

use super::{Locked, MAIN, Origin, has_wheel, package, tables, text};
use crate::context::manifest::strings;
use crate::context::python;
use toml::{Table, Value};

/// Every package of the file.
pub(super) fn packages(root: &Table) -> Vec<Locked> {
    // files of all packages stood together once
    let together = root.get("metadata").and_then(|metadata| metadata.get("files")).and_then(Value::as_table);
    tables(root, "package").filter_map(|table| locked(table, together)).collect()
}

fn locked(table: &Table, together: Option<&Table>) -> Option<Locked> {
    let name = text(table, "name")?;
    let mut found = package(table, name)?;
    found.groups = strings(table.get("groups")).map(str::to_owned).collect();
    if let Some(category) = text(table, "category") {
        found.groups.push(if category == "main" { MAIN.to_owned() } else { category.to_owned() });
    }
    let files = table.get("files").or_else(|| together?.get(name)).and_then(Value::as_array);
    let names = files.into_iter().flatten().filter_map(|file| file.get("file")?.as_str());
    found.has_wheel = has_wheel(names);
    if let Some(source) = table.get("source").and_then(Value::as_table) {
        let path = text(source, "url").unwrap_or_default().to_owned();
        found.origin = match text(source, "type") {
            Some("git" | "hg") => Origin::VersionControl,
            Some("url") => Origin::Address,
            Some("directory") => {
                Origin::Path { path, editable: table.get("develop").and_then(Value::as_bool) == Some(true) }
            }
            Some("file") => Origin::Path { path, editable: false },
            _ => Origin::Index,
        };
    }
    let depends = table.get("dependencies").and_then(Value::as_table).into_iter().flatten();
    found.dependencies = depends.map(|(name, _)| python::normalised(name)).collect();
    Some(found)
}
