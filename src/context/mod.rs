//! The build context: what COPY can see, read-only.
//!
//! The core never opens a file: `cli` hands in something that lists and reads ([`Files`]), tests hand in a map.
//! `dockerignore` hides what Docker would hide; the readers beside it say what the manifests and sources mean.

pub mod cargo;
mod command_line;
pub mod compose;
mod dockerignore;
mod glob;
mod go_constraint;
pub mod gomod;
pub mod lock;
mod manifest;
pub mod map_files;
pub mod opened;
pub mod path;
pub mod python;
mod python_project;
pub mod reach;
mod requirement_lines;
mod source_calls;
mod source_data;
pub mod sources;
mod token;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Files longer than this are not read: no manifest or source is.
const LONGEST: u64 = 1 << 20;

/// Symbolic links followed on the way to one file, as many as Linux follows.
const LINKS: usize = 40;

/// Access to the files below the root of a build context.
pub trait Files: Send + Sync {
    /// Every file and symbolic link below the root, with `/`-separated relative paths, in any order.
    fn list(&self) -> Vec<Entry>;
    /// The bytes of a file; `None` where it can't be read.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// A file or symbolic link of the context. Directories exist through what is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the context's root, `/`-separated, without `./`.
    pub path: String,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Target as written, for a symbolic link.
    pub link: Option<String>,
    /// Size in bytes.
    pub size: u64,
}

/// The files that a COPY can see: `.dockerignore` applied.
pub struct Context {
    entries: BTreeMap<String, Entry>,
    /// Directories that a COPY can see, even where all that is in them is hidden.
    directories: BTreeSet<String>,
    /// Files that say how the image is run, which a `.dockerignore` hides: they stand beside the image.
    beside: BTreeMap<String, Entry>,
    files: Box<dyn Files>,
    dockerignore: dockerignore::Dockerignore,
    /// What the sources of all of it say, once somebody asked.
    hints: OnceLock<sources::Hints>,
}

impl Context {
    /// Sees `files` through the text of a `.dockerignore`. (`<name of the Dockerfile>.dockerignore` goes before
    /// `.dockerignore`; the caller picks.)
    pub fn new(files: Box<dyn Files>, dockerignore: Option<&str>) -> Self {
        let dockerignore = dockerignore.map(dockerignore::Dockerignore::parse).unwrap_or_default();
        let mut walk = dockerignore.walk();
        let mut entries = BTreeMap::new();
        let mut beside = BTreeMap::new();
        let mut directories = BTreeSet::from([String::new()]);
        for entry in files.list() {
            let hidden = walk.hides(&entry.path);
            for (end, _) in entry.path.match_indices('/') {
                let directory = &entry.path[..end];
                if !directories.contains(directory) && (!hidden || !walk.hides(directory)) {
                    directories.insert(directory.to_owned());
                }
            }
            if !hidden {
                entries.insert(entry.path.clone(), entry);
            } else if compose::is_compose(&entry.path) && entry.link.is_none() {
                beside.insert(entry.path.clone(), entry);
            }
        }
        drop(walk);
        Self { entries, directories, beside, files, dockerignore, hints: OnceLock::new() }
    }

    /// Whether git would leave out a path, which need not be there: it may then be on one machine and not on another.
    pub fn is_ignored_by_git(&self, path: &str) -> bool {
        let mut directory = path::parent(path);
        while let Some(at) = directory {
            let file = path::join(at, ".gitignore").and_then(|file| self.files.read(&file));
            let text = file.and_then(|bytes| String::from_utf8(bytes).ok());
            let mut rules = ignore::gitignore::GitignoreBuilder::new("");
            for line in text.iter().flat_map(|text| text.lines()) {
                // a line that can't be read leaves out nothing, as git has it
                let _ = rules.add_line(None, line);
            }
            let inside = path.strip_prefix(at).unwrap_or(path).trim_start_matches('/');
            if let Ok(rules) = rules.build() {
                let found = rules.matched_path_or_any_parents(inside, false);
                if !found.is_none() {
                    return found.is_ignore();
                }
            }
            directory = path::parent(at);
        }
        false
    }

    /// Whether `.dockerignore` hides a path, which need not be there.
    pub fn is_hidden(&self, path: &str) -> bool {
        self.dockerignore.walk().hides(path)
    }

    /// What all sources of the context say that the program uses; they are read once.
    pub fn hints(&self) -> &sources::Hints {
        self.hints.get_or_init(|| sources::hints(self, ""))
    }

    /// A file or symbolic link by its path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// Whether the path is a file or a directory (`""` is the root), links followed.
    pub fn exists(&self, path: &str) -> bool {
        self.resolve(path).is_some()
    }

    /// Whether the path is a directory (`""` is the root), links followed.
    pub fn is_directory(&self, path: &str) -> bool {
        self.resolve(path).is_some_and(|path| self.directories.contains(&path))
    }

    /// Where a path leads when symbolic links are followed: the path of a file or directory that is there. `None` where
    /// nothing is, or where a link leaves the context. Absolute links start at the context's root, as BuildKit has it.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for _ in 0..=LINKS {
            let link = path
                .match_indices('/')
                .map(|(end, _)| end)
                .chain([path.len()])
                .find_map(|end| Some((end, self.entries.get(&path[..end])?.link.as_deref()?)));
            let Some((end, target)) = link else {
                let there = self.entries.contains_key(&path) || self.directories.contains(&path);
                return there.then_some(path);
            };
            let from = if target.starts_with('/') { "" } else { path::parent(&path[..end])? };
            path = path::clean(&format!("{from}/{target}/{}", &path[end..]))?;
        }
        None
    }

    /// Every file below a directory (`""` is the root), sorted by path.
    pub fn below<'a>(&'a self, directory: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let prefix = prefix(directory);
        let start = prefix.clone();
        self.entries
            .range(start..)
            .map(|(_, entry)| entry)
            .take_while(move |entry| entry.path.starts_with(&prefix))
    }

    /// Every directory below a directory (`""` is the root), sorted by path.
    pub fn directories<'a>(&'a self, directory: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = prefix(directory);
        let start = prefix.clone();
        self.directories
            .range(start..)
            .map(String::as_str)
            .filter(|path| !path.is_empty())
            .take_while(move |path| path.starts_with(&prefix))
    }

    /// The bytes of a file of at most a megabyte, links followed.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.entries.get(&self.resolve(path)?)?;
        if entry.size > LONGEST { None } else { self.files.read(&entry.path) }
    }

    /// The bytes of a file that the `.dockerignore` hides and that says how the image is run.
    fn beside_bytes(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.beside.get(path).filter(|entry| entry.size <= LONGEST)?;
        self.files.read(&entry.path)
    }

    /// The text of a file, where it is UTF-8 and at most a megabyte, links followed.
    pub fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.bytes(path)?).ok()
    }

    /// Paths (files or directories) that a source of COPY names: cleaned, or matched by Go's `filepath.Match` where it has `*`, `?` or `[`.
    /// `.` and `/` are the root, `""`. Sorted; empty where nothing matches, and where the source leaves the context
    /// (BuildKit would start again at the root, the classic builder refuses). A link to a directory is that directory:
    /// COPY copies what is in it.
    pub fn matching(&self, source: &str) -> Vec<String> {
        let Some(source) = path::clean(source) else { return Vec::new() };
        let parts: Vec<&str> = source.split('/').collect();
        let plain = parts.iter().take_while(|part| !is_wild(part)).count();
        let base = parts[..plain].join("/");
        if plain == parts.len() {
            return self.copied(&base).into_iter().collect();
        }
        let Some(resolved) = self.resolve(&base) else { return Vec::new() };
        let Some(glob) = glob::Glob::path(&parts[plain..].join("/")) else { return Vec::new() };
        let skip = prefix(&resolved).len();
        let paths = self.below(&resolved).map(|entry| entry.path.as_str());
        let matching = paths.chain(self.directories(&resolved)).filter(|path| glob.matches(&path[skip..]));
        matching.filter_map(|path| self.copied(path)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What a COPY takes for a path: a directory with links followed, or the path of a file as it is, for that is what
    /// the copy is named after.
    fn copied(&self, path: &str) -> Option<String> {
        let resolved = self.resolve(path)?;
        Some(if self.directories.contains(&resolved) { resolved } else { path.to_owned() })
    }
}

/// Patterns in the manner of `.dockerignore`, as `COPY --exclude` has them.
pub struct PatternList(dockerignore::Dockerignore);

/// Reads patterns in the manner of `.dockerignore`.
pub fn pattern_list(patterns: &[String]) -> PatternList {
    PatternList(dockerignore::Dockerignore::parse(&patterns.join("\n")))
}

impl PatternList {
    /// Whether the path, or a directory above it, is among them.
    pub fn holds(&self, path: &str) -> bool {
        self.0.walk().hides(path)
    }
}

/// What the paths below a directory start with.
fn prefix(directory: &str) -> String {
    if directory.is_empty() { String::new() } else { format!("{directory}/") }
}

/// Whether an element of a COPY source is a pattern; `\` takes the meaning from the character after it.
fn is_wild(element: &str) -> bool {
    let mut chars = element.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}
