//! Requirement files and projects: what pip would install, and which files it would read to do so.

use super::{Context, path, python_project, requirement_lines};
use std::collections::{BTreeMap, BTreeSet};

/// What `pip install -r FILE` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Normalised names of the packages (lower case, `-` for `_` and `.`), without extras and versions. Those that a marker
    /// keeps for other systems than Linux are left out.
    pub names: BTreeSet<String>,
    /// Extras that are asked for, as `sqlalchemy[postgresql]`.
    pub extras: BTreeSet<String>,
    /// Versions that are fixed (`==`), by name.
    pub versions: BTreeMap<String, String>,
    /// Names forced to be compiled: `--no-binary NAME`; `:all:` stands for every one.
    pub compiled: BTreeSet<String>,
    /// Every file read: the one asked for, `-r` and `-c` includes, the files of a `--find-links` directory; context paths.
    pub files: BTreeSet<String>,
    /// Local directories or archives it installs (`.`, `./lib`, `-e .`, `file:`): the path as written, without extras. pip
    /// takes them from the working directory, not from the file's.
    pub local: Vec<String>,
    /// Whether it fetches from a version control system (`git+https://…`).
    pub version_control: bool,
    /// Whether everything was understood and found: only then is `files` all that pip reads.
    pub complete: bool,
}

/// A project that `pip install DIRECTORY` installs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Normalised name, where it is written down.
    pub name: Option<String>,
    /// Console scripts.
    pub scripts: BTreeSet<String>,
    /// Normalised names of its dependencies (extras too).
    pub dependencies: BTreeSet<String>,
}

/// Reads a requirements file of the context and what it includes; `None` where it is not there.
pub fn requirements(context: &Context, path: &str) -> Option<Requirements> {
    let start = path::clean(path)?;
    context.bytes(&start)?;
    let mut found = Requirements { complete: true, ..Requirements::default() };
    // What is left to read: a path, and whether the file only constrains what others ask for.
    let mut next = vec![(start, false)];
    let mut seen = BTreeSet::new();
    while let Some((file, constrains)) = next.pop() {
        if !seen.insert((file.clone(), constrains)) {
            continue;
        }
        let Some(lines) = context.bytes(&file).and_then(|bytes| requirement_lines::read(&bytes)) else {
            found.complete = false;
            continue;
        };
        let directory = path::parent(&file).unwrap_or_default().to_owned();
        found.files.insert(file);
        for line in lines {
            let (requirement, options) = requirement_lines::split(&line);
            if !requirement.is_empty() && !constrains {
                found.add(requirement);
            }
            for (option, value) in options {
                let included = path::join(&directory, &value);
                match (option, included) {
                    ("-r", Some(file)) => next.push((file, constrains)),
                    ("-c", Some(file)) => next.push((file, true)),
                    ("-e", _) if !constrains => found.add_editable(&value),
                    ("-f", Some(folder)) => found.find_links(context, &folder, &value),
                    ("--no-binary", _) => found.compile(&value),
                    ("-r" | "-c" | "-f" | "?", _) => found.complete = false,
                    _ => {}
                }
            }
        }
    }
    Some(found)
}

impl Requirements {
    /// Adds a requirement, a path or an address.
    fn add(&mut self, requirement: &str) {
        let (requirement, marker) = requirement.split_once(" ;").unwrap_or((requirement, ""));
        // In an address, only a blank sets a marker off.
        let (requirement, marker) = match requirement.split_once(';') {
            Some(split) if !requirement.contains("://") => split,
            _ => (requirement, marker),
        };
        if requirement_lines::never_holds(marker) {
            return;
        }
        let (name, place) = match requirement.split_once('@') {
            Some((name, place)) if requirement_name(name).is_some() => (requirement_name(name), place.trim()),
            _ => (requirement_name(requirement), requirement.trim()),
        };
        let named = name.is_some();
        if let Some(name) = &name {
            self.extras.extend(extras(requirement, name));
            self.versions.extend(pinned(requirement).map(|version| (name.clone(), version)));
        }
        self.names.extend(name);
        let scheme = place.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
        if let Some(place) = place.strip_prefix("file:") {
            let place = place.strip_prefix("//").unwrap_or(place);
            self.local.push(without_extras(place.split('#').next().unwrap_or_default()));
        } else if scheme.contains('+') || scheme == "git" {
            self.version_control = true;
            self.names.extend(name_of_address(place).filter(|_| !named));
        } else if scheme.starts_with("http") {
            let name = name_of_address(place).filter(|_| !named);
            self.complete &= named || name.is_some();
            self.names.extend(name);
        } else if place.contains("${") {
            self.complete = false;
        } else if !named || place != requirement.trim() {
            self.local.push(without_extras(place));
        }
    }

    /// Adds what `-e` names: an address, or a path however it looks.
    fn add_editable(&mut self, place: &str) {
        if place.contains(':') || place.contains('@') {
            self.add(place);
        } else {
            self.local.push(without_extras(place));
        }
    }

    /// `--no-binary`: names with commas between.
    fn compile(&mut self, names: &str) {
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                ":none:" => self.compiled.clear(),
                ":all:" => drop(self.compiled.insert(name.to_owned())),
                _ => drop(self.compiled.insert(normalised(name))),
            }
        }
    }

    /// `--find-links`: a page of links, or a directory of archives.
    fn find_links(&mut self, context: &Context, folder: &str, written: &str) {
        if context.exists(folder) {
            self.files.extend(context.below(folder).map(|entry| entry.path.clone()));
        } else if !written.contains("://") {
            self.complete = false;
        }
    }
}

/// `./lib` of `./lib[extra]`.
fn without_extras(place: &str) -> String {
    place.split('[').next().unwrap_or_default().to_owned()
}

/// One requirement as given on a command line, such as `Flask[async]>=2`: its normalised name; `None` for a path or an address.
pub fn requirement_name(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|char: char| !(char.is_ascii_alphanumeric() || "._-".contains(char)));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let inside = |char: &u8| char.is_ascii_alphanumeric();
    let named = name.as_bytes().first().is_some_and(inside) && name.as_bytes().last().is_some_and(inside);
    let after = rest.trim_start().chars().next();
    let archive =
        [".whl", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"].iter().any(|end| name.ends_with(end));
    (named && !archive && after.is_none_or(|char| "[=<>!~(;@,".contains(char))).then(|| normalised(name))
}

/// The extras of a requirement with this normalised name: `name[extra]` for each.
pub fn extras(requirement: &str, name: &str) -> Vec<String> {
    let inside = requirement.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let extras = inside.map_or("", |(extras, _)| extras).split(',').map(str::trim);
    extras.filter(|extra| !extra.is_empty()).map(|extra| format!("{name}[{}]", normalised(extra))).collect()
}

/// The version that a requirement fixes with `==`.
pub fn pinned(requirement: &str) -> Option<String> {
    let (_, version) = requirement.split_once("==")?;
    let version = version.trim_start_matches('=').trim();
    let end = version.find(|char: char| !char.is_ascii_alphanumeric() && !"._+!-".contains(char));
    let version = &version[..end.unwrap_or(version.len())];
    (!version.is_empty() && !requirement.contains("==*") && !version.ends_with('.'))
        .then(|| version.to_owned())
}

/// The name that an address ends in: `#egg=NAME`, or that of an archive.
fn name_of_address(address: &str) -> Option<String> {
    let (place, fragment) = address.split_once('#').unwrap_or((address, ""));
    if let Some(egg) = fragment.split('&').find_map(|part| part.strip_prefix("egg=")) {
        return requirement_name(egg);
    }
    let file = place.split('?').next()?.rsplit('/').next()?;
    let name = match file.strip_suffix(".whl") {
        Some(wheel) => wheel.split('-').next(),
        None => [".tar.gz", ".zip", ".tgz", ".tar.bz2"]
            .iter()
            .find_map(|end| file.strip_suffix(end)?.rsplit_once('-'))
            .map(|(name, _)| name),
    };
    requirement_name(name?)
}

/// The one way to write a package's name (PEP 503): lower case, and `-` for each run of `-`, `_` and `.`.
pub fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Reads pyproject.toml, setup.cfg and setup.py (literal strings only) of a directory; `None` where none is there.
pub fn project(context: &Context, directory: &str) -> Option<Project> {
    python_project::read(context, &path::clean(directory)?)
}
