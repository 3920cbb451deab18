//! Which sources of the build context are part of a program: what its packages import, and not what else lies beside them.

use super::gomod::{self, GoModule, GoPackage};
use super::{Context, cargo, path};
use std::collections::{BTreeMap, BTreeSet};

/// The sources of a program.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Directories of Go packages; `None` where they can't be told.
    go: Option<BTreeSet<String>>,
    /// Directories of crates, and whether they are part of the program.
    crates: BTreeMap<String, bool>,
}

impl Reach {
    /// What the packages in these directories import, themselves included.
    pub fn of(context: &Context, packages: &[String]) -> Self {
        Self { go: go(context, packages), crates: crates(context, packages) }
    }

    /// Whether a source is part of the program. One of which nothing is known is.
    pub fn holds(&self, file: &str) -> bool {
        let parent = path::parent(file).unwrap_or_default();
        match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "go" => self.go.as_ref().is_none_or(|directories| directories.contains(parent)),
            "rs" => self.holds_rust(file),
            _ => true,
        }
    }

    fn holds_rust(&self, file: &str) -> bool {
        let inside = |directory: &String| {
            if directory.is_empty() {
                Some(file)
            } else {
                file.strip_prefix(directory.as_str())?.strip_prefix('/')
            }
        };
        let around =
            self.crates.iter().filter_map(|(directory, own)| Some((directory, own, inside(directory)?)));
        let Some((_, own, inside)) = around.max_by_key(|(directory, ..)| directory.len()) else {
            return true;
        };
        let builds_only = ["tests/", "benches/", "examples/"].iter().any(|start| inside.starts_with(start));
        *own && inside != "build.rs" && !builds_only
    }
}

/// Directories of the packages that Go packages import, as far as modules of the context hold them.
fn go(context: &Context, packages: &[String]) -> Option<BTreeSet<String>> {
    let roots = context.below("").filter(|entry| path::name(&entry.path) == "go.mod");
    let modules: Vec<(String, String)> = roots
        .filter_map(|entry| {
            let module = GoModule::parse(&context.text(&entry.path)?)?;
            Some((module.path, path::parent(&entry.path)?.to_owned()))
        })
        .collect();
    if modules.is_empty() || packages.is_empty() {
        return None;
    }
    let all: BTreeMap<String, GoPackage> = modules
        .iter()
        .flat_map(|(_, root)| gomod::packages(context, root))
        .map(|package| (package.directory.clone(), package))
        .collect();
    let mut reached = BTreeSet::new();
    let mut next: Vec<String> = packages.to_vec();
    while let Some(directory) = next.pop() {
        // generated or hidden: what it imports is not known
        let package = all.get(&directory)?;
        if !reached.insert(directory) {
            continue;
        }
        for import in &package.imports {
            let places = modules.iter().filter_map(|(module, root)| {
                let rest = import.strip_prefix(module.as_str())?;
                (rest.is_empty() || rest.starts_with('/'))
                    .then(|| path::join(root, rest.trim_start_matches('/')))?
            });
            next.extend(places.filter(|place| all.contains_key(place)));
        }
    }
    Some(reached)
}

/// Crates of the workspaces around these packages, and whether they are among them or what they depend on.
fn crates(context: &Context, packages: &[String]) -> BTreeMap<String, bool> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    for directory in packages {
        let Ok(workspace) = cargo::workspace(context, directory) else { continue };
        for package in &workspace.packages {
            found.entry(package.directory.clone()).or_insert(false);
        }
        let named = |name: &String| workspace.packages.iter().find(|package| package.name == *name);
        let mut next: Vec<&cargo::Package> =
            workspace.packages.iter().filter(|package| package.directory == *directory).collect();
        while let Some(package) = next.pop() {
            if found.insert(package.directory.clone(), true) != Some(true) {
                next.extend(package.dependencies.iter().filter_map(named));
            }
        }
    }
    found
}
