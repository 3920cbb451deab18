//! One Cargo.toml: what a package is called, which programs it has, what it depends on.

use super::cargo::Package;
use super::{Context, path};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The tables of dependencies; those for development come last.
const DEPENDENCIES: [&str; 5] =
    ["dependencies", "build-dependencies", "build_dependencies", "dev-dependencies", "dev_dependencies"];

/// How many of [`DEPENDENCIES`] are part of a build.
const BUILT: usize = 3;

/// A Cargo.toml that was read.
pub(super) struct Manifest {
    /// Directory in the context.
    pub(super) directory: String,
    table: Table,
}

/// A dependency as written, with the table it inherits from.
struct Dependency<'a> {
    /// The name that the sources use.
    name: &'a str,
    /// Its own table, then that of `[workspace.dependencies]`; both may be missing.
    tables: [Option<&'a Table>; 2],
}

impl Manifest {
    /// Reads the Cargo.toml of a directory; `None` where there is none.
    pub(super) fn read(context: &Context, directory: &str) -> Option<Result<Self, String>> {
        let file = path::join(directory, "Cargo.toml")?;
        let text = context.exists(&file).then(|| context.text(&file))?;
        Some(text.ok_or_else(|| format!("{file} is not a text")).and_then(|text| {
            let table = toml_table(&file, &text)?;
            Ok(Self { directory: directory.to_owned(), table })
        }))
    }

    /// `[package]`, which was `[project]` once.
    fn package_table(&self) -> Option<&Table> {
        self.table.get("package").or_else(|| self.table.get("project"))?.as_table()
    }

    /// `[workspace]`.
    pub(super) fn workspace(&self) -> Option<&Table> {
        self.table.get("workspace")?.as_table()
    }

    /// `package.workspace`: directory of the workspace's root, as written.
    pub(super) fn workspace_path(&self) -> Option<&str> {
        self.package_table()?.get("workspace")?.as_str()
    }

    /// Whether it has a package.
    pub(super) fn has_package(&self) -> bool {
        self.package_table().is_some()
    }

    /// The package, as a member of the workspace of `root`; `None` for a virtual manifest.
    pub(super) fn package(&self, context: &Context, root: &Self) -> Option<Package> {
        let package = self.package_table()?;
        let name = package.get("name")?.as_str()?;
        let build_script = match package.get("build") {
            Some(build) => build.as_bool() != Some(false),
            None => context.exists(&format!("{}build.rs", self.prefix())),
        };
        let (binaries, optional_binaries) = self.binaries(context, name, self.edition_is_2015(package, root));
        Some(Package {
            directory: self.directory.clone(),
            name: name.to_owned(),
            binaries,
            optional_binaries,
            shared_library: self.shared_library(name),
            default_run: package.get("default-run").and_then(Value::as_str).map(str::to_owned),
            dependencies: self
                .dependencies(root, &DEPENDENCIES[..BUILT])
                .map(|dependency| dependency.text("package").unwrap_or(dependency.name).to_owned())
                .collect(),
            build_script,
        })
    }

    /// Directories of the packages that it depends on by `path`, for development too.
    pub(super) fn path_dependencies(&self, root: &Self) -> Vec<String> {
        let path = |dependency: Dependency<'_>| {
            let [own, inherited] = dependency.tables.map(|table| table?.get("path")?.as_str());
            own.map_or_else(
                || path::join(&root.directory, inherited?),
                |own| path::join(&self.directory, own),
            )
        };
        self.dependencies(root, &DEPENDENCIES).filter_map(path).collect()
    }

    /// What the paths of its files start with.
    fn prefix(&self) -> String {
        super::prefix(&self.directory)
    }

    /// Only the first edition, which is in force where none is written, ignores files beside a `[[bin]]`.
    fn edition_is_2015(&self, package: &Table, root: &Self) -> bool {
        let inherited = || root.workspace()?.get("package")?.get("edition")?.as_str();
        match package.get("edition") {
            Some(Value::String(edition)) => edition == "2015",
            Some(_) => inherited().is_none_or(|edition| edition == "2015"),
            None => true,
        }
    }

    /// Name of the library, where its kinds include one that is opened or linked when a program runs.
    fn shared_library(&self, package: &str) -> Option<String> {
        let library = self.table.get("lib")?.as_table()?;
        let kinds = library.get("crate-type").or_else(|| library.get("crate_type"));
        strings(kinds)
            .any(|kind| matches!(kind, "cdylib" | "dylib"))
            .then(|| library.get("name").and_then(Value::as_str).unwrap_or(package).replace('-', "_"))
    }

    /// Names of the binaries that are built with the default features: those written down, then those found. Beside them
    /// those that need more features, with these.
    fn binaries(
        &self,
        context: &Context,
        package: &str,
        edition_2015: bool,
    ) -> (Vec<String>, Vec<(String, Vec<String>)>) {
        let written = self.table.get("bin").and_then(Value::as_array);
        let mut names = Vec::new();
        let mut optional = Vec::new();
        let mut seen_names = BTreeSet::new();
        let mut seen_paths = BTreeSet::new();
        let features = self.default_features();
        for bin in written.into_iter().flatten() {
            let Some(name) = bin.get("name").and_then(Value::as_str) else { continue };
            seen_names.insert(name.to_owned());
            seen_paths.extend(bin.get("path").and_then(|path| path::join(&self.directory, path.as_str()?)));
            let required: Vec<String> = strings(bin.get("required-features")).map(str::to_owned).collect();
            if required.iter().all(|feature| features.contains(feature.as_str())) {
                names.push(name.to_owned());
            } else {
                optional.push((name.to_owned(), required));
            }
        }
        let automatic = self.package_table().and_then(|package| package.get("autobins")?.as_bool());
        if automatic.unwrap_or(!(edition_2015 && written.is_some())) {
            let found = self.found_binaries(context, package);
            let unseen =
                |(name, path): &(String, String)| !seen_names.contains(name) && !seen_paths.contains(path);
            names.extend(found.into_iter().filter(unseen).map(|(name, _)| name));
        }
        (names, optional)
    }

    /// Name and path of what cargo takes for a binary by its place: src/main.rs, src/bin/*.rs, src/bin/*/main.rs.
    fn found_binaries(&self, context: &Context, package: &str) -> Vec<(String, String)> {
        let main = format!("{}src/main.rs", self.prefix());
        let folder = format!("{}src/bin", self.prefix());
        let mut found = Vec::new();
        if context.exists(&main) {
            found.push((package.to_owned(), main));
        }
        for entry in context.below(&folder) {
            let inner = entry.path.get(folder.len() + 1..).unwrap_or_default();
            let name = inner.strip_suffix("/main.rs").or_else(|| inner.strip_suffix(".rs")).unwrap_or("/");
            if !name.contains('/') && !name.starts_with('.') {
                found.push((name.to_owned(), entry.path.clone()));
            }
        }
        found
    }

    /// Every feature that is on by default, with what those turn on.
    fn default_features(&self) -> BTreeSet<&str> {
        let features = self.table.get("features").and_then(Value::as_table);
        let mut on = BTreeSet::new();
        let mut next = vec!["default"];
        while let Some(feature) = next.pop() {
            if on.insert(feature) {
                next.extend(strings(features.and_then(|features| features.get(feature))));
                // `crate/feature` turns on the optional dependency too.
                next.extend(feature.split_once('/').map(|(dependency, _)| dependency));
            }
        }
        on
    }

    /// The dependencies of these kinds, those for one target only too.
    fn dependencies<'a>(&'a self, root: &'a Self, kinds: &'a [&str]) -> impl Iterator<Item = Dependency<'a>> {
        let targets = self.table.get("target").and_then(Value::as_table).into_iter().flatten();
        let tables = targets.filter_map(|(_, target)| target.as_table()).chain([&self.table]);
        let inherited =
            root.workspace().and_then(|workspace| workspace.get("dependencies")).and_then(Value::as_table);
        tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table())).flatten().map(
            move |(name, value)| {
                let own = value.as_table();
                let inherits =
                    own.is_some_and(|own| own.get("workspace").and_then(Value::as_bool) == Some(true));
                let inherited = inherited.and_then(|table| table.get(name)?.as_table());
                Dependency { name, tables: [own, inherited.filter(|_| inherits)] }
            },
        )
    }
}

impl<'a> Dependency<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.tables.iter().flatten().find_map(|table| table.get(key)?.as_str())
    }
}

/// The strings of an array, where it is one.
pub(super) fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The table that a TOML file is, or one sentence about why it is none.
pub(super) fn toml_table(file: &str, text: &str) -> Result<Table, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| format!(":{}", before.matches('\n').count() + 1)).unwrap_or_default();
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        format!("{file}{line} can't be read: {message}")
    })
}
