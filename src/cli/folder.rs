//! A build context on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::read;
use super::temporary::is_temporary;
use crate::context::{Entry, Files};

/// How many files are listed at most, those left aside that nobody wants.
const MOST: usize = 250_000;

/// Largest file that is read, in bytes; the core asks for no larger one.
const LARGEST: u64 = 1 << 20;

/// The files below a folder, listed and read when asked for.
pub(super) struct Folder {
    root: PathBuf,
    most: usize,
}

impl Folder {
    /// A folder; `root` is without links in it. Links are listed and not followed, folders that can't be opened count as
    /// empty, of `.git` only its existence is seen, and of what a run writes nothing.
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), most: MOST }
    }
}

impl Files for Folder {
    fn list(&self, wanted: &mut dyn FnMut(&str, bool) -> bool) -> Option<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let Ok(listing) = fs::read_dir(self.root.join(&folder)) else { continue };
            for item in listing.flatten() {
                let name = item.file_name();
                let name = name.to_string_lossy();
                let Ok(kind) = item.file_type() else { continue };
                if is_temporary(&name) {
                    continue;
                }
                let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
                if kind.is_dir() && path != ".git" {
                    if wanted(&path, true) {
                        folders.push(path);
                    }
                } else if (kind.is_dir() || kind.is_file() || kind.is_symlink()) && wanted(&path, false) {
                    if entries.len() == self.most {
                        return None;
                    }
                    entries.extend(entry(&item, kind, path));
                }
            }
            if folders.len() > self.most {
                return None;
            }
        }
        Some(entries)
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        read::within(&open(&self.root, path).ok()?, LARGEST).ok()
    }
}

fn entry(item: &fs::DirEntry, kind: fs::FileType, path: String) -> Option<Entry> {
    if kind.is_symlink() {
        let link = fs::read_link(item.path()).ok()?.to_string_lossy().into_owned();
        return Some(Entry { path, executable: false, link: Some(link), size: 0 });
    }
    if kind.is_dir() {
        return Some(Entry { path, executable: false, link: None, size: 0 });
    }
    let metadata = item.metadata().ok()?;
    Some(Entry { path, executable: executable(&metadata), link: None, size: metadata.len() })
}

/// Opens a file below a folder; no link is followed, so that nothing outside is ever read.
#[cfg(target_os = "linux")]
fn open(root: &Path, path: &str) -> io::Result<fs::File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let folder =
        rustix::fs::openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match rustix::fs::openat2(&folder, path, flags, Mode::empty(), how) {
        Ok(file) => Ok(file.into()),
        // Old kernels and some sandboxes do not know this call.
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => open_checked(root, path),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn open(root: &Path, path: &str) -> io::Result<fs::File> {
    open_checked(root, path)
}

fn open_checked(root: &Path, path: &str) -> io::Result<fs::File> {
    let path = root.join(path);
    if path.canonicalize()? != path || !path.metadata()?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    fs::File::open(path)
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
    use crate::context::Context;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), *file).unwrap();
        }
        root
    }

    fn paths(root: &Path) -> Vec<String> {
        let entries = Folder::new(root).list(&mut |_, _| true).unwrap();
        let mut paths: Vec<String> = entries.into_iter().map(|entry| entry.path).collect();
        paths.sort();
        paths
    }

    #[test]
    fn lists_files_and_only_the_existence_of_git() {
        let root = folder(&["a/b.py", "c", ".git/config", "a/.git/config"]);
        assert_eq!(paths(root.path()), [".git", "a/.git/config", "a/b.py", "c"]);
        let folder = Folder::new(root.path());
        assert_eq!(folder.read("a/b.py").as_deref(), Some(&b"a/b.py"[..]));
        assert_eq!(folder.read(".git"), None);
        assert_eq!(open_checked(&root.path().canonicalize().unwrap(), ".git").ok().map(drop), None);
    }

    #[test]
    fn only_what_is_wanted_counts() {
        let root = folder(&["a/1", "a/2", "a/3", "b/1"]);
        let list = |most, skipped: &str| {
            let folder = Folder { most, ..Folder::new(root.path()) };
            folder.list(&mut |path, _| path != skipped).map(|entries| entries.len())
        };
        assert_eq!(list(4, ""), Some(4));
        assert_eq!(list(3, ""), None);
        assert_eq!(list(3, "a/1"), Some(3));
        assert_eq!(list(1, "a"), Some(1));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_lead_nowhere_outside() {
        let outside = folder(&["secret"]);
        let root = folder(&["in/file"]);
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), root.path().join("leak")).unwrap();
        std::os::unix::fs::symlink("in/file", root.path().join("inner")).unwrap();
        assert_eq!(paths(root.path()), ["in/file", "inner", "leak", "out"]);
        let real = root.path().canonicalize().unwrap();
        let folder = Folder::new(&real);
        for path in ["leak", "out/secret", "../x", "inner"] {
            assert_eq!(folder.read(path), None);
            assert!(open_checked(&real, path).is_err());
        }
        // Who resolves them is the context, by what it lists.
        let context = Context::new(Box::new(folder), None);
        assert_eq!(context.bytes("inner").as_deref(), Some(&b"in/file"[..]));
        assert_eq!((context.bytes("leak"), context.bytes("out/secret")), (None, None));
    }
}
