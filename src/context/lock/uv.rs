//! `uv.lock`: no package says which group asks for it, but each says what it depends on, so groups are found by walking
//! from the projects of the lock.

use super::{Locked, MAIN, Origin, has_wheel, package, tables, text};
use crate::context::python;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// Every package of the file, but for the projects that hold no code of their own.
pub(super) fn packages(root: &Table) -> Vec<Locked> {
    let listed: Vec<&Table> = tables(root, "package").collect();
    let is_project = |table: &&&Table| {
        table
            .get("source")
            .is_some_and(|source| ["virtual", "editable"].iter().any(|key| source.get(key).is_some()))
    };
    let projects: Vec<&Table> = listed.iter().filter(is_project).copied().collect();
    let wanted = |key: &str| {
        let asked = projects.iter().flat_map(|project| match key {
            "dependencies" => names(project.get(key)),
            _ => project
                .get(key)
                .and_then(Value::as_table)
                .into_iter()
                .flatten()
                .flat_map(|(_, group)| names(Some(group)))
                .collect(),
        });
        reached(&listed, asked.collect())
    };
    let (main, extras, development) =
        (wanted("dependencies"), wanted("optional-dependencies"), wanted("dev-dependencies"));
    let groups = |name: &String| {
        let group = |set: &BTreeSet<String>, group: &str| set.contains(name).then(|| group.to_owned());
        let found = [group(&main, MAIN), group(&development, "dev")].into_iter().flatten();
        found.collect::<Vec<String>>()
    };
    let locked = listed.iter().filter_map(|table| {
        let mut found = locked(table)?;
        found.groups = if projects.is_empty() { Vec::new() } else { groups(&found.name) };
        found.optional = !main.contains(&found.name) && extras.contains(&found.name);
        Some(found)
    });
    locked.collect()
}

fn locked(table: &Table) -> Option<Locked> {
    let mut found = package(table, text(table, "name")?)?;
    let source = table.get("source").and_then(Value::as_table);
    if let Some(source) = source {
        let path = |key: &str| text(source, key).map(str::to_owned);
        found.origin = if source.get("git").is_some() {
            Origin::VersionControl
        } else if source.get("url").is_some() {
            Origin::Address
        } else if let Some(path) = path("editable") {
            Origin::Path { path, editable: true }
        } else if let Some(path) = path("directory").or_else(|| path("path")) {
            Origin::Path { path, editable: false }
        } else if source.get("virtual").is_some() {
            return None;
        } else {
            Origin::Index
        };
    }
    let wheels =
        tables(table, "wheels").filter_map(|wheel| text(wheel, "url").or_else(|| text(wheel, "filename")));
    let sdist = table.get("sdist").and_then(Value::as_table).and_then(|sdist| text(sdist, "url"));
    found.has_wheel = has_wheel(wheels.chain(sdist));
    found.dependencies = names(table.get("dependencies"));
    Some(found)
}

/// Normalised names of an array of `{ name = … }`.
fn names(value: Option<&Value>) -> Vec<String> {
    let entries = value.and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some(python::normalised(entry.get("name")?.as_str()?))).collect()
}

/// These packages and all that they depend on.
fn reached(listed: &[&Table], asked: Vec<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = asked;
    while let Some(name) = next.pop() {
        if reached.insert(name.clone()) {
            let of = |table: &&&Table| text(table, "name").is_some_and(|one| python::normalised(one) == name);
            for table in listed.iter().filter(of) {
                next.extend(names(table.get("dependencies")));
                let extras =
                    table.get("optional-dependencies").and_then(Value::as_table).into_iter().flatten();
                next.extend(extras.flat_map(|(_, group)| names(Some(group))));
            }
        }
    }
    reached
}
