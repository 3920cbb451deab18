//! A build context on disk.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::temporary::is_temporary;
use crate::context::{Entry, Files};

/// How many files and folders are listed at most; a context beyond that is not worth the wait.
const MOST: usize = 100_000;

/// Largest file that is read, in bytes; the core asks for no larger one.
const LARGEST: u64 = 1 << 20;

/// The files below a folder, listed once and read when asked for.
pub(super) struct Folder {
    /// Without links in it, so that what a path leads to can be compared with it.
    root: PathBuf,
    entries: Vec<Entry>,
}

impl Folder {
    /// Lists a folder; `None` where it holds too many files or is none. Links are listed and not followed, folders that
    /// can't be opened count as empty, of `.git` only its existence is seen, and of what a run writes nothing.
    pub(super) fn open(root: &Path) -> Option<Self> {
        Self::bounded(root, MOST)
    }

    fn bounded(root: &Path, most: usize) -> Option<Self> {
        let root = root.canonicalize().ok().filter(|root| root.is_dir())?;
        let mut entries = Vec::new();
        let mut seen = 0;
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let Ok(listing) = fs::read_dir(root.join(&folder)) else { continue };
            for item in listing.flatten() {
                seen += 1;
                if seen > most {
                    return None;
                }
                let name = item.file_name();
                let name = name.to_string_lossy();
                if is_temporary(&name) {
                    continue;
                }
                let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
                let Ok(metadata) = item.metadata() else { continue };
                if metadata.is_dir() && path != ".git" {
                    folders.push(path);
                } else if metadata.is_dir() || metadata.is_file() || metadata.is_symlink() {
                    entries.push(Entry {
                        executable: metadata.is_file() && executable(&metadata),
                        link: fs::read_link(item.path()).ok().map(|link| link.to_string_lossy().into_owned()),
                        size: if metadata.is_file() { metadata.len() } else { 0 },
                        path,
                    });
                }
            }
        }
        Some(Self { root, entries })
    }
}

impl Files for Folder {
    fn list(&self) -> Vec<Entry> {
        self.entries.clone()
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.root.join(path).canonicalize().ok()?;
        if !path.starts_with(&self.root) || !path.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let read = fs::File::open(path).ok()?.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
        (u64::try_from(read).ok()? <= LARGEST).then_some(bytes)
    }
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn executable(_metadata: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), *file).unwrap();
        }
        root
    }

    fn paths(folder: &Folder) -> Vec<String> {
        let mut paths: Vec<String> = folder.list().into_iter().map(|entry| entry.path).collect();
        paths.sort();
        paths
    }

    #[test]
    fn lists_files_and_only_the_existence_of_git() {
        let root = folder(&["a/b.py", "c", ".git/config", "a/.git/config"]);
        let folder = Folder::open(root.path()).unwrap();
        assert_eq!(paths(&folder), [".git", "a/.git/config", "a/b.py", "c"]);
        assert_eq!(folder.read("a/b.py").as_deref(), Some(&b"a/b.py"[..]));
        assert_eq!(folder.read(".git"), None);
    }

    #[test]
    fn too_many_files_are_not_seen() {
        let root = folder(&["a/1", "a/2", "a/3"]);
        assert!(Folder::bounded(root.path(), 4).is_some());
        assert!(Folder::bounded(root.path(), 3).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_lead_nowhere_outside() {
        let outside = folder(&["secret"]);
        let root = folder(&["in/file"]);
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), root.path().join("leak")).unwrap();
        std::os::unix::fs::symlink("in/file", root.path().join("inner")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        assert_eq!(paths(&folder), ["in/file", "inner", "leak", "out"]);
        assert_eq!(folder.read("leak"), None);
        assert_eq!(folder.read("out/secret"), None);
        assert_eq!(folder.read("../x"), None);
        assert_eq!(folder.read("inner").as_deref(), Some(&b"in/file"[..]));
    }
}
