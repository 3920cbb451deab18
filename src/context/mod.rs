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
pub mod makefile;
mod manifest;
pub mod map_files;
mod mentions;
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

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Files longer than this are not read: no manifest or source is.
const LONGEST: u64 = 1 << 20;

/// Bytes of files that are remembered.
const REMEMBERED: usize = 16 << 20;

/// Longest `.gitignore` that is read, in bytes.
const LONGEST_GITIGNORE: usize = 64 << 10;

/// Symbolic links followed on the way to one file, as many as Linux follows.
const LINKS: usize = 40;

/// Access to the files below the root of a build context.
pub trait Files: Send + Sync {
    /// Every file and symbolic link below the root that is wanted, with `/`-separated relative paths, in any order. A
    /// directory (then the second argument is `true`) that is not wanted need not be entered. `None` where there are more
    /// than can be listed.
    fn list(&self, wanted: &mut dyn FnMut(&str, bool) -> bool) -> Option<Vec<Entry>>;
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
    /// By path.
    entries: Vec<Entry>,
    /// Directories that a COPY can see, even where all that is in them is hidden.
    directories: BTreeSet<String>,
    /// Files that say how the image is run, which a `.dockerignore` hides: they stand beside the image.
    beside: BTreeMap<String, Entry>,
    has_links: bool,
    files: Box<dyn Files>,
    dockerignore: dockerignore::Dockerignore,
    /// Why it was not looked at whole.
    beyond: Option<&'static str>,
    /// What was read, so that no file is read twice.
    read: Mutex<Memory>,
    /// Which files say which names, as far as it was asked.
    mentions: Mutex<HashMap<String, Arc<mentions::Mentions>>>,
    /// What git ignores, by the directory of the `.gitignore`.
    git_rules: Mutex<HashMap<String, Option<Arc<Gitignore>>>>,
    /// What the sources of all of it say, once somebody asked.
    hints: OnceLock<sources::Hints>,
}

/// Contents of files, by path.
#[derive(Default)]
struct Memory {
    contents: HashMap<String, Option<Arc<[u8]>>>,
    size: usize,
}

impl Context {
    /// Sees `files` through the text of a `.dockerignore`. (`<name of the Dockerfile>.dockerignore` goes before
    /// `.dockerignore`; the caller picks.) What is too large to be looked at shows no file: [`Self::beyond`] says so.
    pub fn new(files: Box<dyn Files>, dockerignore: Option<&str>) -> Self {
        let mut directories = BTreeSet::from([String::new()]);
        let rules = dockerignore.map(dockerignore::Dockerignore::parse);
        let too_many = matches!(rules, Some(None));
        let dockerignore = rules.flatten().unwrap_or_default();
        let mut beside = BTreeMap::new();
        let (entries, beyond) = if too_many {
            (Vec::new(), Some("its .dockerignore has more than 5000 rules"))
        } else {
            list(&*files, &dockerignore, &mut directories, &mut beside)
        };
        let has_links = entries.iter().any(|entry| entry.link.is_some());
        let (read, mentions, git_rules, hints) = Default::default();
        let mut context = Self {
            entries,
            directories,
            beside,
            has_links,
            files,
            dockerignore,
            beyond,
            read,
            mentions,
            git_rules,
            hints,
        };
        if sources::are_vast(&context) {
            context.beyond = Some("its sources are more than 64 MB together");
        }
        context
    }

    /// Whether git would leave out a path, which need not be there: it may then be on one machine and not on another.
    pub fn is_ignored_by_git(&self, path: &str) -> bool {
        let mut directory = path::parent(path);
        while let Some(at) = directory {
            let inside = path.strip_prefix(at).unwrap_or(path).trim_start_matches('/');
            if let Some(rules) = self.git_rules(at) {
                let found = rules.matched_path_or_any_parents(inside, false);
                if !found.is_none() {
                    return found.is_ignore();
                }
            }
            directory = path::parent(at);
        }
        false
    }

    /// The rules of the `.gitignore` of a directory, read once. One that is very long leaves out nothing.
    fn git_rules(&self, directory: &str) -> Option<Arc<Gitignore>> {
        let mut known = self.git_rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = known.get(directory) {
            return rules.clone();
        }
        let file = path::join(directory, ".gitignore").and_then(|file| self.files.read(&file));
        let text = file.filter(|bytes| bytes.len() <= LONGEST_GITIGNORE);
        let rules = text.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| {
            let mut rules = GitignoreBuilder::new("");
            for line in text.lines() {
                // a line that can't be read leaves out nothing, as git has it
                let _ = rules.add_line(None, line);
            }
            rules.build().ok().map(Arc::new)
        });
        known.insert(directory.to_owned(), rules.clone());
        rules
    }

    /// Whether `.dockerignore` hides a path, which need not be there.
    pub fn is_hidden(&self, path: &str) -> bool {
        self.dockerignore.walk().hides(path)
    }

    /// What all sources of the context say that the program uses; they are read once.
    pub fn hints(&self) -> &sources::Hints {
        self.hints.get_or_init(|| sources::hints(self, ""))
    }

    /// What kept it from being looked at, about the context as in "its sources are more than 64 MB together".
    pub fn beyond(&self) -> Option<&'static str> {
        self.beyond
    }

    /// A file or symbolic link by its path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
        self.entries.get(at)
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
                .filter(|_| self.has_links)
                .find_map(|end| Some((end, self.entry(&path[..end])?.link.as_deref()?)));
            let Some((end, target)) = link else {
                let there = self.directories.contains(&path) || self.entry(&path).is_some();
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
        let start = self.entries.partition_point(|entry| entry.path < prefix);
        self.entries[start..].iter().take_while(move |entry| entry.path.starts_with(&prefix))
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
        let entry = self.entry(&self.resolve(path)?)?;
        if entry.size > LONGEST { None } else { self.content(entry).map(|content| content.to_vec()) }
    }

    /// The bytes of a file, from memory or read.
    fn content(&self, entry: &Entry) -> Option<Arc<[u8]>> {
        let memory = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = memory().contents.get(&entry.path) {
            return known.clone();
        }
        let content = self.files.read(&entry.path).map(Arc::<[u8]>::from);
        let mut memory = memory();
        let size = content.as_ref().map_or(0, |content| content.len()) + entry.path.len();
        if memory.size + size <= REMEMBERED {
            memory.size += size;
            memory.contents.insert(entry.path.clone(), content.clone());
        }
        content
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
    PatternList(dockerignore::Dockerignore::parse(&patterns.join("\n")).unwrap_or_default())
}

impl PatternList {
    /// Whether the path, or a directory above it, is among them.
    pub fn holds(&self, path: &str) -> bool {
        self.0.walk().hides(path)
    }
}

/// How deep files that stand beside the image are looked for in what is hidden.
const BESIDE: usize = 3;

/// The files that the rules show, sorted, and why they are none; adds the directories that are shown, and the hidden files
/// that say how the image is run.
fn list(
    files: &dyn Files,
    rules: &dockerignore::Dockerignore,
    directories: &mut BTreeSet<String>,
    beside: &mut BTreeMap<String, Entry>,
) -> (Vec<Entry>, Option<&'static str>) {
    let mut walk = rules.walk();
    let mut last = String::new();
    let mut hidden_ones = BTreeSet::new();
    let entries = files.list(&mut |path, is_directory| {
        if is_directory {
            let near = path.matches('/').count() < BESIDE && !sources::is_foreign(path::name(path));
            return near || !walk.hides_whole(path);
        }
        let hidden = walk.hides(path);
        if hidden && compose::is_compose(path) {
            hidden_ones.insert(path.to_owned());
        }
        let parent = path::parent(path).unwrap_or_default();
        if hidden || parent != last {
            for (end, _) in path.match_indices('/') {
                let directory = &path[..end];
                if !directories.contains(directory) && (!hidden || !walk.hides(directory)) {
                    directories.insert(directory.to_owned());
                }
            }
            if !hidden {
                parent.clone_into(&mut last);
            }
        }
        !hidden || hidden_ones.contains(path)
    });
    let beyond = match &entries {
        _ if walk.is_exhausted() => Some("its .dockerignore takes too long to match"),
        None => Some("it has more than 250000 files that .dockerignore does not hide"),
        Some(_) => None,
    };
    let entries = entries.filter(|_| beyond.is_none()).unwrap_or_default();
    let (hidden, mut entries): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| hidden_ones.contains(&entry.path));
    let hidden = hidden.into_iter().filter(|entry| entry.link.is_none());
    beside.extend(hidden.map(|entry| (entry.path.clone(), entry)));
    if beyond.is_some() {
        *directories = BTreeSet::from([String::new()]);
    }
    entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    (entries, beyond)
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
