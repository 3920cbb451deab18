//! Whether an image leaves the same to whoever starts it: what `image inspect` says of both, in meaning.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::Side;
use super::finding::{Finding, Kind};
use crate::recipe::is_among;

/// What may differ, since the file or its language says so.
#[derive(Clone, Debug, Default)]
pub struct Meant {
    /// Variables that the file sets and the program sees: they have to stay.
    pub variables: BTreeSet<String>,
    /// Names of variables that only a build reads, whoever sets them: they may go. `*` at the end of one matches any rest.
    pub build_variables: Vec<String>,
    /// Whether variables that only the old base image set may go.
    pub base_variables_may_go: bool,
    /// Whether CMD and ENTRYPOINT change, because they started the toolchain.
    pub new_command: bool,
}

/// Fields that have to mean the same.
const FIELDS: [&str; 8] =
    ["ExposedPorts", "Volumes", "User", "WorkingDir", "Labels", "Healthcheck", "StopSignal", "Shell"];

pub(super) fn differs(before: &Side, after: &Side, meant: &Meant) -> Vec<Finding> {
    let (old, new) = (&before.configuration, &after.configuration);
    let commands: &[&str] = if meant.new_command { &[] } else { &["Cmd", "Entrypoint"] };
    let changed = |field: &&&str| plain(field, &old[**field]) != plain(field, &new[**field]);
    let fields = FIELDS.iter().chain(commands).filter(changed);
    let fields = fields.map(|field| {
        let message = format!("{field} was {} and is {}", old[*field], new[*field]);
        Finding::new(Kind::Configuration, *field, message)
    });
    let variables = old["Env"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let variables = variables.filter_map(|line| line.split_once('=')).filter_map(|(name, value)| {
        let kept = match after.variable(name) {
            Some(now) if name == "PATH" => holds_in_order(now, value) || meant.base_variables_may_go,
            Some(now) => now == value,
            None => false,
        };
        let matters = meant.variables.contains(name)
            || !(meant.base_variables_may_go || is_among(&meant.build_variables, name));
        let message =
            || format!("{name} was {value:?} and is {:?}", after.variable(name).unwrap_or_default());
        (!kept && matters).then(|| Finding::new(Kind::Configuration, format!("ENV {name}"), message()))
    });
    fields.chain(variables).collect()
}

/// Whether a search path holds all directories of another, in their order.
fn holds_in_order(longer: &str, shorter: &str) -> bool {
    let mut rest = longer.split(':');
    shorter.split(':').all(|one| rest.any(|other| other == one))
}

/// Absent, empty and the root directory mean the same to a container; a label of ours is nobody's.
fn plain(field: &str, value: &Value) -> Option<Value> {
    let mut value = value.clone();
    if let (true, Some(labels)) = (field == "Labels", value.as_object_mut()) {
        labels.remove(super::engine::LABEL);
    }
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == "/",
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
        _ => false,
    };
    (!empty).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::Inventory;
    use crate::verify::owner::Packages;
    use serde_json::json;

    fn side(configuration: Value) -> Side {
        let (files, packages) = (Inventory::default(), Packages::default());
        Side { configuration, files, packages, size: 1, layers: 1 }
    }

    #[test]
    fn a_variable_that_the_file_sets_has_to_stay_whatever_its_name() {
        let before = side(json!({"Env": ["RUST_LOG=info", "RUST_VERSION=1.80"]}));
        let after = side(json!({"Env": []}));
        let meant = Meant {
            variables: ["RUST_LOG".to_owned()].into(),
            base_variables_may_go: true,
            ..Meant::default()
        };
        let findings = differs(&before, &after, &meant);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].subject, "ENV RUST_LOG");
    }
}
