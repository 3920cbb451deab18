//! Files that exist only in memory: how tests, and whoever has no directory at hand, give a context.

use super::{Entry, Files};
use std::collections::BTreeMap;

/// A map from path to content.
#[derive(Clone, Debug, Default)]
pub struct MapFiles(BTreeMap<String, (Entry, Vec<u8>)>);

impl MapFiles {
    /// Plain files, from pairs of path and content.
    pub fn new<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        files.into_iter().fold(Self::default(), |map, (path, content)| map.file(path, content))
    }

    /// One more plain file.
    #[must_use]
    pub fn file(self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.with(path.into(), content.into(), false, None)
    }

    /// One more executable file.
    #[must_use]
    pub fn executable(self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.with(path.into(), content.into(), true, None)
    }

    /// One more symbolic link.
    #[must_use]
    pub fn link(self, path: impl Into<String>, target: impl Into<String>) -> Self {
        self.with(path.into(), Vec::new(), false, Some(target.into()))
    }

    fn with(mut self, path: String, content: Vec<u8>, executable: bool, link: Option<String>) -> Self {
        let entry = Entry { path: path.clone(), executable, link, size: content.len() as u64 };
        self.0.insert(path, (entry, content));
        self
    }
}

impl Files for MapFiles {
    fn list(&self, wanted: &mut dyn FnMut(&str, bool) -> bool) -> Option<Vec<Entry>> {
        let entries = self.0.values().map(|(entry, _)| entry);
        Some(entries.filter(|entry| wanted(&entry.path, false)).cloned().collect())
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let (entry, content) = self.0.get(path)?;
        entry.link.is_none().then(|| content.clone())
    }
}
