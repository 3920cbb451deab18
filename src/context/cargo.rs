//! Cargo.toml, Cargo.lock and .cargo/config.toml: which programs a build writes, and where.

use super::glob::Glob;
use super::manifest::{Manifest, strings, toml_table};
use super::{Context, is_wild, path};
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// A package or workspace as cargo sees it from one directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Directory that holds `target/` (the workspace root), in the context.
    pub root: String,
    /// Every package, by directory.
    pub packages: Vec<Package>,
    /// Directory of the package that a plain `cargo build` in that directory means; `None` for a virtual workspace.
    pub current: Option<String>,
    /// Directories of `default-members`, where given. They count where a build in the root names no package.
    pub default_members: Option<Vec<String>>,
    /// `build.target` of .cargo/config.toml: adds a directory below target/.
    pub target: Option<String>,
    /// `build.target-dir` of .cargo/config.toml: a directory of the context, or an absolute path as written.
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
    /// The binaries that need features which are not on by default, with those features.
    pub optional_binaries: Vec<(String, Vec<String>)>,
    /// Name of the shared library that it builds, as in `lib{name}.so`: its library has `crate-type` `cdylib` or `dylib`.
    pub shared_library: Option<String>,
    /// `default-run`.
    pub default_run: Option<String>,
    /// Names of dependencies (all kinds but dev), renames resolved to the real crate name.
    pub dependencies: BTreeSet<String>,
    /// Whether it has a build script.
    pub build_script: bool,
}

/// Reads what cargo would see when run in a directory of the context: as cargo does, it takes the nearest Cargo.toml
/// there or above.
///
/// # Errors
/// One sentence without a final period: no Cargo.toml there, or it can't be read.
pub fn workspace(context: &Context, directory: &str) -> Result<Workspace, String> {
    let start = path::clean(directory).ok_or_else(|| format!("{directory} is not in the build context"))?;
    let mut here = start.as_str();
    let manifest = loop {
        match Manifest::read(context, here) {
            Some(manifest) => break manifest?,
            None => here = path::parent(here).ok_or_else(|| no_manifest(&start))?,
        }
    };
    let current = manifest.has_package().then(|| manifest.directory.clone());
    if current.is_none() && manifest.workspace().is_none() {
        return Err(format!("{} has neither a package nor a workspace", file(here, "Cargo.toml")));
    }
    let root = root(context, &manifest)?.unwrap_or(manifest);
    let (target, target_directory) = configuration(context, &start)?;
    let members = Members::of(&root);
    Ok(Workspace {
        packages: members.packages(context, &root)?,
        current,
        default_members: root
            .workspace()
            .and_then(|workspace| workspace.get("default-members"))
            .map(|members| expand(context, &root.directory, strings(Some(members)))),
        target,
        target_directory,
        lock: lock(context, &root.directory)?,
        root: root.directory,
    })
}

fn no_manifest(directory: &str) -> String {
    let place = if directory.is_empty() { "the root of the build context" } else { directory };
    format!("there is no Cargo.toml in {place} or above it")
}

/// Path of a file of a directory.
fn file(directory: &str, name: &str) -> String {
    format!("{}{name}", super::prefix(directory))
}

/// The manifest of the workspace that a package belongs to; `None` where it stands alone or is the root itself.
fn root(context: &Context, manifest: &Manifest) -> Result<Option<Manifest>, String> {
    if manifest.workspace().is_some() {
        return Ok(None);
    }
    if let Some(written) = manifest.workspace_path() {
        return path::join(&manifest.directory, written)
            .and_then(|root| Manifest::read(context, &root))
            .ok_or_else(|| format!("the workspace {written} of {} is not there", manifest.directory))
            .map(|root| root.map(Some))?;
    }
    let mut above = manifest.directory.as_str();
    while let Some(parent) = path::parent(above) {
        above = parent;
        if let Some(root) = Manifest::read(context, parent).transpose()?
            && root.workspace().is_some()
        {
            let excluded = Members::of(&root).excludes(&manifest.directory);
            return Ok(if excluded { None } else { Some(root) });
        }
    }
    Ok(None)
}

/// Which directories `[workspace]` takes in.
struct Members {
    /// As written, below the root.
    written: Vec<String>,
    /// Directories of the context.
    explicit: Vec<String>,
    excluded: Vec<String>,
    root: String,
    is_workspace: bool,
}

impl Members {
    fn of(root: &Manifest) -> Self {
        let list = |key| strings(root.workspace().and_then(|workspace| workspace.get(key)));
        let directories =
            |key| list(key).filter_map(|member| path::join(&root.directory, member)).collect::<Vec<_>>();
        Self {
            written: list("members").map(str::to_owned).collect(),
            explicit: directories("members"),
            excluded: directories("exclude"),
            root: root.directory.clone(),
            is_workspace: root.workspace().is_some(),
        }
    }

    /// Whether a directory is in `exclude` and not in `members`.
    fn excludes(&self, directory: &str) -> bool {
        let under = |list: &[String]| list.iter().any(|member| is_under(directory, member));
        under(&self.excluded) && !under(&self.explicit)
    }

    /// Every package: the root's, the members', and those they depend on by path below the root.
    fn packages(&self, context: &Context, root: &Manifest) -> Result<Vec<Package>, String> {
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![self.root.clone()];
        next.extend(expand(context, &self.root, self.written.iter().map(String::as_str)));
        while let Some(directory) = next.pop() {
            if self.excludes(&directory) || !seen.insert(directory.clone()) {
                continue;
            }
            let Some(manifest) = Manifest::read(context, &directory).transpose()? else { continue };
            if let Some(package) = manifest.package(context, root) {
                packages.insert(directory, package);
            }
            if self.is_workspace {
                let nested = |directory: &String| is_under(directory, &self.root);
                next.extend(manifest.path_dependencies(root).into_iter().filter(nested));
            }
        }
        Ok(packages.into_values().collect())
    }
}

/// Whether a directory is another one or below it.
fn is_under(directory: &str, other: &str) -> bool {
    other.is_empty()
        || directory.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The directories that members name; those of patterns only where they hold a Cargo.toml.
fn expand<'a>(context: &Context, root: &str, members: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut directories = Vec::new();
    for member in members.filter_map(|member| path::join(root, member)) {
        if !is_wild(&member) {
            directories.push(member);
        } else if let Some(glob) = Glob::deep(&member) {
            let manifests = context.below("").filter(|entry| path::name(&entry.path) == "Cargo.toml");
            let parents = manifests.filter_map(|entry| path::parent(&entry.path));
            directories.extend(parents.filter(|parent| glob.matches(parent)).map(str::to_owned));
        }
    }
    directories
}

/// `build.target` and `build.target-dir` in force in a directory: the nearest configuration that says them counts.
fn configuration(context: &Context, directory: &str) -> Result<(Option<String>, Option<String>), String> {
    let (mut target, mut target_directory) = (None, None);
    let mut here = Some(directory);
    while let Some(directory) = here {
        // The name without an extension is the older one, and goes first.
        let files = [".cargo/config", ".cargo/config.toml"].map(|name| file(directory, name));
        if let Some((file, text)) = files.iter().find_map(|file| Some((file, context.text(file)?))) {
            let table = toml_table(file, &text)?;
            let build = table.get("build");
            let first = |value: &Value| match value {
                Value::Array(targets) => targets.first().and_then(Value::as_str).map(str::to_owned),
                _ => value.as_str().map(str::to_owned),
            };
            target = target.or_else(|| first(build?.get("target")?));
            target_directory = target_directory.or_else(|| {
                let written = build?.get("target-dir")?.as_str()?;
                Some(path::join(directory, written).unwrap_or_else(|| written.to_owned()))
            });
        }
        here = path::parent(directory);
    }
    Ok((target, target_directory))
}

/// The crates of Cargo.lock (every version of its format), all versions of a crate taken together.
fn lock(context: &Context, root: &str) -> Result<Option<BTreeMap<String, BTreeSet<String>>>, String> {
    let file = file(root, "Cargo.lock");
    let Some(text) = context.text(&file) else { return Ok(None) };
    let table = toml_table(&file, &text)?;
    let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let packages = table.get("package").and_then(Value::as_array).into_iter().flatten();
    for package in packages.chain(table.get("root")) {
        let Some(name) = package.get("name").and_then(Value::as_str) else { continue };
        // `name`, `name version` or `name version (source)`.
        let dependencies = strings(package.get("dependencies")).filter_map(|name| name.split(' ').next());
        crates.entry(name.to_owned()).or_default().extend(dependencies.map(str::to_owned));
    }
    Ok(Some(crates))
}
