//! The build context: what COPY can see, read-only.
//!
//! The core never opens a file: `cli` hands in something that lists and reads ([`Files`]), tests hand in a map.
//! `dockerignore` hides what Docker would hide; the readers beside it say what the manifests and sources mean.

pub mod cargo;
mod dockerignore;
pub mod gomod;
pub mod python;
pub mod sources;

use std::collections::BTreeMap;

/// Access to the files below the root of a build context.
pub trait Files {
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
    files: Box<dyn Files>,
}

impl Context {
    /// Sees `files` through the text of a `.dockerignore`.
    pub fn new(files: Box<dyn Files>, _dockerignore: Option<&str>) -> Self {
        let entries = files.list().into_iter().map(|entry| (entry.path.clone(), entry)).collect();
        Self { entries, files }
    }

    /// A file by its path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// Whether the path is a file or a directory (`""` is the root).
    pub fn exists(&self, path: &str) -> bool {
        self.entry(path).is_some() || self.below(path).next().is_some()
    }

    /// Every file below a directory (`""` is the root), sorted by path.
    pub fn below<'a>(&'a self, directory: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let start = prefix.clone();
        self.entries
            .range(start..)
            .map(|(_, entry)| entry)
            .take_while(move |entry| entry.path.starts_with(&prefix))
    }

    /// The text of a file, where it is UTF-8 and at most a megabyte.
    pub fn text(&self, path: &str) -> Option<String> {
        let entry = self.entry(path)?;
        if entry.size > 1 << 20 {
            return None;
        }
        String::from_utf8(self.files.read(path)?).ok()
    }

    /// Paths (files or directories) that a source of COPY names: cleaned, or matched by Go's `filepath.Match` where it has `*`, `?` or `[`.
    /// `.` and `/` are the root, `""`. Sorted; empty where nothing matches.
    pub fn matching(&self, _source: &str) -> Vec<String> {
        unimplemented!()
    }
}
