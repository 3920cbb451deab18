//! Two images held side by side, without running anything of either: configuration, programs, interpreters, libraries, users,
//! permissions, sizes, and what was left behind.
//!
//! What the old image lacked as well is nobody's fault here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::configuration::{Meant, differs};
use super::finding::{Finding, Kind as Found, Remedy};
use super::inventory::{Inventory, Kind};
use super::linking::{Lack, Loader};
use super::owner::Packages;
use super::ownership;

/// An image, taken apart.
#[derive(Debug)]
pub struct Side {
    /// `image inspect`, the part that says how containers start.
    pub configuration: Value,
    /// Its files.
    pub files: Inventory,
    /// The packages of the distribution.
    pub packages: Packages,
    /// Bytes, as the engine counts them.
    pub size: u64,
    /// Layers.
    pub layers: usize,
}

impl Side {
    /// A value of its environment.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let lines = self.configuration["Env"].as_array().into_iter().flatten().filter_map(Value::as_str);
        lines
            .filter_map(|line| line.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Where containers start.
    pub fn directory(&self) -> &str {
        self.configuration["WorkingDir"].as_str().filter(|path| !path.is_empty()).unwrap_or("/")
    }

    /// Where programs are looked for.
    pub fn search(&self) -> &str {
        self.variable("PATH").unwrap_or("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    }

    /// A program that CMD or a script would find here.
    pub fn program(&self, name: &str) -> Option<String> {
        self.files.program(name, self.directory(), self.search())
    }

    /// What would bring a path of this image to another: its package if that has a package manager, else the path.
    pub fn remedy(&self, path: &str, other: &Self) -> Option<Remedy> {
        let path = self.files.resolve(path)?;
        match self.packages.owner(&path) {
            Some(package) if !other.packages.names.is_empty() => Some(Remedy::Package(package.to_owned())),
            _ => Some(Remedy::Copy(path)),
        }
    }
}

/// Everything in which the new image is less than the old one.
pub fn differences(before: &Side, after: &Side, meant: &Meant) -> Vec<Finding> {
    let mut found = differs(before, after, meant);
    found.extend(programs(before, after));
    found.extend(interpreters(before, after));
    found.extend(libraries(before, after));
    found.extend(ownership::users(before, after));
    if after.size > before.size {
        let message = format!("the image grew from {} to {} bytes", before.size, after.size);
        found.push(Finding::new(Found::Larger, "image", message));
    }
    found
}

/// The first word of what CMD, ENTRYPOINT and HEALTHCHECK start, with the instruction.
fn started(configuration: &Value) -> Vec<(&'static str, String)> {
    let words = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let health = words(&configuration["Healthcheck"]["Test"]);
    let health = match health.first().map(String::as_str) {
        Some("CMD") => health[1..].to_vec(),
        Some("CMD-SHELL") => match words(&configuration["Shell"]) {
            shell if shell.is_empty() => vec!["/bin/sh".to_owned()],
            shell => shell,
        },
        _ => Vec::new(),
    };
    let entrypoint = words(&configuration["Entrypoint"]);
    let command = words(&configuration["Cmd"]);
    let main = if entrypoint.is_empty() { ("CMD", command) } else { ("ENTRYPOINT", entrypoint) };
    [main, ("HEALTHCHECK", health)]
        .into_iter()
        .filter_map(|(what, words)| Some((what, words.into_iter().next()?)))
        .collect()
}

fn programs(before: &Side, after: &Side) -> Vec<Finding> {
    let missing = started(&after.configuration).into_iter().filter(|(_, name)| after.program(name).is_none());
    missing
        .map(|(what, name)| {
            let message = format!("{what} starts `{name}`, which the new image lacks");
            let remedy = before.program(&name).and_then(|path| before.remedy(&path, after));
            Finding::new(Found::Program, name, message).remedy(remedy)
        })
        .collect()
}

/// Interpreters of scripts that anybody may execute.
fn interpreters(before: &Side, after: &Side) -> Vec<Finding> {
    let mut found: BTreeMap<String, Finding> = BTreeMap::new();
    for (path, node) in after.files.nodes.iter().filter(|(_, node)| node.is_executable()) {
        let Kind::Script(words) = &node.kind else { continue };
        // of a package that another of its own files would need as well, or that the old image could not start either
        let Some(name) = interpreter(words) else { continue };
        if after.program(name).is_some() || before.program(name).is_none() {
            continue;
        }
        let remedy = before.program(name).and_then(|path| before.remedy(&path, after));
        let message = format!("{path} is run by `{name}`, which the new image lacks");
        found
            .entry(name.to_owned())
            .or_insert_with(|| Finding::new(Found::Interpreter, name, message).remedy(remedy));
    }
    found.into_values().collect()
}

/// What runs a script: through `env`, the program that this looks for.
fn interpreter(words: &[String]) -> Option<&str> {
    let (first, rest) = words.split_first()?;
    match first.rsplit('/').next() {
        Some("env") => {
            rest.iter().map(String::as_str).find(|word| !word.starts_with('-') && !word.contains('='))
        }
        _ => Some(first),
    }
}

fn libraries(before: &Side, after: &Side) -> Vec<Finding> {
    let path = |side: &Side| side.variable("LD_LIBRARY_PATH").unwrap_or_default().to_owned();
    let old = Loader::new(&before.files, &path(before)).lacks();
    let mut found: BTreeMap<Lack, Finding> = BTreeMap::new();
    for (path, lacks) in Loader::new(&after.files, &path(after)).lacks() {
        let lacked = |lack: &Lack| old.get(path).is_some_and(|known| known.contains(lack));
        for lack in lacks.into_iter().filter(|lack| !lacked(lack)) {
            // a library that its program loads itself is found by nobody's list
            let elsewhere = |name: &str| {
                !before.files.nodes.contains_key(path) && after.files.named(name).next().is_some()
            };
            let (kind, name, message) = match &lack {
                Lack::Interpreter(name) => (
                    Found::Interpreter,
                    name,
                    format!("{path} is loaded by {name}, which the new image lacks"),
                ),
                Lack::Library(name) if elsewhere(name) => continue,
                Lack::Library(name) => {
                    (Found::Library, name, format!("{path} needs {name}, which the new image lacks"))
                }
                Lack::Version(name, version) => {
                    (Found::Version, name, format!("{path} needs {version} of {name}, which is older here"))
                }
            };
            let place = match kind {
                Found::Version => None,
                Found::Interpreter => Some(name.as_str()),
                _ => before.files.named(name).next(),
            };
            let remedy = place.and_then(|place| before.remedy(place, after));
            let finding = Finding::new(kind, name.as_str(), message).remedy(remedy);
            found.entry(lack).or_insert(finding);
        }
    }
    found.into_values().collect()
}

/// Every file of the old image that the new one lacks, as numbers by who brought it: a package, or a directory.
pub fn left_behind(before: &Side, after: &Side) -> BTreeMap<String, usize> {
    let mut groups = BTreeMap::new();
    for (path, node) in &before.files.nodes {
        if node.kind == Kind::Directory || after.files.has(path) {
            continue;
        }
        let group = match before.packages.owner(path) {
            Some(package) => format!("package {package}"),
            None => path.match_indices('/').nth(3).map_or(path.as_str(), |(at, _)| &path[..at]).to_owned(),
        };
        *groups.entry(group).or_default() += 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::tests::image;
    use serde_json::json;

    fn side(configuration: Value, lines: &[&str]) -> Side {
        let files = image(lines);
        Side { configuration, packages: Packages::of(&files), files, size: 1, layers: 1 }
    }

    fn found(before: &Side, after: &Side) -> Vec<(&'static str, String)> {
        let findings = differences(before, after, &Meant::default());
        findings.into_iter().map(|finding| (finding.kind.id(), finding.subject)).collect()
    }

    #[test]
    fn programs_interpreters_and_users_of_the_new_image() {
        let start =
            json!({"Entrypoint": ["/run.sh"], "Healthcheck": {"Test": ["CMD", "curl"]}, "User": "app"});
        let curl = "var/lib/dpkg/info/curl.list /usr/bin/curl\n";
        let shared = ["!run.sh #!/usr/bin/env bash\n", "bin/", "usr/", "usr/bin/"];
        let all = [&shared[..], &["!usr/bin/curl", "!bin/bash", "etc/passwd app:x:1:1::/:/bin/sh\n", curl]]
            .concat();
        let before = side(start.clone(), &all);
        assert_eq!(found(&before, &before), []);
        let after = side(start, &shared);
        assert_eq!(
            found(&before, &after),
            [
                ("program-missing", "curl".into()),
                ("interpreter-missing", "bash".into()),
                ("user-missing", "app".into())
            ]
        );
    }

    #[test]
    fn a_package_is_installed_where_there_is_a_manager_and_copied_where_there_is_none() {
        let curl = ["usr/", "usr/bin/", "!usr/bin/curl", "var/lib/dpkg/info/curl.list /usr/bin/curl\n"];
        let before = side(json!({}), &curl);
        let debian = side(json!({}), &["var/lib/dpkg/info/dash.list /bin/sh\n"]);
        assert_eq!(before.remedy("/usr/bin/curl", &debian), Some(Remedy::Package("curl".to_owned())));
        let scratch = side(json!({}), &[]);
        assert_eq!(before.remedy("/usr/bin/curl", &scratch), Some(Remedy::Copy("/usr/bin/curl".to_owned())));
    }

    #[test]
    fn what_is_left_behind_is_grouped_by_who_brought_it() {
        let before = side(
            json!({}),
            &[
                "a/",
                "a/b/",
                "a/b/c/",
                "a/b/c/d",
                "a/b/c/e",
                "usr/",
                "usr/gcc",
                "var/lib/dpkg/info/gcc.list /usr/gcc\n",
            ],
        );
        let after = side(json!({}), &["var/lib/dpkg/info/gcc.list"]);
        let groups = left_behind(&before, &after);
        assert_eq!(
            groups.into_iter().collect::<Vec<_>>(),
            [("/a/b/c".to_owned(), 2), ("package gcc".to_owned(), 1)]
        );
    }
}
