//! What `docker image inspect` says of both images, compared field by field.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::Case;

/// Fields that must be equal.
const FIELDS: [&str; 8] =
    ["ExposedPorts", "Volumes", "User", "WorkingDir", "Labels", "Healthcheck", "StopSignal", "Shell"];
/// Variables that only a toolchain, a package manager or a build reads: they may stay behind.
const BUILD_ONLY: [&str; 11] = [
    "GO",
    "CGO_",
    "CARGO_",
    "RUST",
    "PIP_",
    "GPG_KEY",
    "DEBIAN_FRONTEND",
    "PIPENV_",
    "POETRY_",
    "UV_",
    "PYTHON_SETUPTOOLS_VERSION",
];
/// Variables that a conversion may bring.
const BROUGHT: [&str; 2] = ["VIRTUAL_ENV", "SSL_CERT_FILE"];

/// One line for each difference that a user of the image would notice.
pub(crate) fn differences(case: &Case, before: &Value, after: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for field in FIELDS {
        compare(field, &before[field], &after[field], &mut faults);
    }
    for field in ["Cmd", "Entrypoint"] {
        if !case.expect.new_command {
            compare(field, &before[field], &after[field], &mut faults);
        }
    }
    let (old, new) = (variables(before), variables(after));
    for (name, value) in &old {
        let kept = new.get(name).is_some_and(|kept| kept == value);
        if !kept && name != "PATH" && !is_build_only(name) {
            faults.push(format!("ENV {name}\n  was {value:?}\n  is  {:?}", new.get(name)));
        }
    }
    let brought =
        new.iter().filter(|(name, _)| !old.contains_key(*name) && !BROUGHT.contains(&name.as_str()));
    faults.extend(brought.map(|(name, value)| format!("ENV {name} is new: {value:?}")));
    faults
}

fn is_build_only(name: &str) -> bool {
    BUILD_ONLY.iter().any(|start| name.starts_with(start))
}

fn compare(field: &str, before: &Value, after: &Value, faults: &mut Vec<String>) {
    if plain(before) != plain(after) {
        faults.push(format!("{field}\n  was {before}\n  is  {after}"));
    }
}

/// Absent, empty and the root folder are the same thing to a container.
fn plain(value: &Value) -> Option<&Value> {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == "/",
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
        _ => false,
    };
    (!empty).then_some(value)
}

/// The environment by name.
fn variables(configuration: &Value) -> BTreeMap<String, String> {
    let lines = configuration["Env"].as_array().into_iter().flatten().filter_map(Value::as_str);
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
