//! `Pipfile.lock`: a section for the program, one for development, and one for each further group.

use super::{Locked, MAIN, Origin};
use crate::context::{python, requirement_lines};
use serde_json::{Map, Value};

/// Every package of the file.
pub(super) fn packages(text: &str) -> Option<Vec<Locked>> {
    let root: Map<String, Value> = serde_json::from_str(text).ok()?;
    let sections = root.iter().filter(|(section, _)| *section != "_meta");
    let entries = sections.filter_map(|(section, value)| Some((section, value.as_object()?)));
    let packages = entries.flat_map(|(section, entries)| {
        entries.iter().filter_map(|(name, entry)| package(name, entry.as_object()?, section))
    });
    Some(packages.collect())
}

fn package(name: &str, entry: &Map<String, Value>, section: &str) -> Option<Locked> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    if text("markers").is_some_and(requirement_lines::never_holds) {
        return None;
    }
    let origin = match (text("path"), text("git").or(text("hg")), text("file")) {
        (Some(path), ..) => Origin::Path {
            path: path.to_owned(),
            editable: entry.get("editable").and_then(Value::as_bool) == Some(true),
        },
        (_, Some(_), _) => Origin::VersionControl,
        (.., Some(_)) => Origin::Address,
        _ => Origin::Index,
    };
    let group = if section == "default" { MAIN } else { section };
    Some(Locked {
        name: python::normalised(name),
        version: text("version").map(|version| version.trim_start_matches('=').to_owned()),
        origin,
        groups: vec![group.to_owned()],
        optional: false,
        has_wheel: None,
        dependencies: Vec::new(),
    })
}
