//! One run at a time writes to a tree.
//!
//! A run that reads while another writes would see half of that one's work. So `--write` holds, from its first look to
//! its last byte, every tree in which it may read: an advisory lock on the folder at its top, and shared ones on the
//! folders above, which meet whoever holds one of those whole. No file is made for it, and the lock ends with the process.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::place;

/// How many trees are locked apart; of more, the folder above them all is.
const MOST: usize = 32;

/// The locks of a run; they end when it is dropped.
pub(super) struct Lock {
    held: Vec<File>,
    /// Whether all that was wanted is held.
    whole: bool,
}

impl Lock {
    /// Locks the trees of the paths that were typed. `wait` is told of a folder that another run holds.
    pub(super) fn of(
        paths: &[PathBuf],
        context: Option<&Path>,
        here: &Path,
        wait: impl FnMut(&Path),
    ) -> Self {
        let folder = |path: &PathBuf| {
            let path = here.join(path);
            let path = path.canonicalize().unwrap_or(path);
            if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("/")).to_owned() }
        };
        let typed = paths.iter().filter(|path| path.as_os_str() != "-").map(folder);
        let tops = typed.map(|folder| place::top(&folder, here).to_owned());
        Self::take(apart(tops.chain(context.map(|context| folder(&context.to_owned()))).collect()), wait)
    }

    /// Everyone takes them in the order of their paths, so that no two runs wait for each other.
    fn take(tops: Vec<PathBuf>, mut wait: impl FnMut(&Path)) -> Self {
        let mut wanted = BTreeMap::new();
        for top in &tops {
            for above in top.ancestors().skip(1) {
                wanted.entry(above.to_owned()).or_insert(false);
            }
        }
        wanted.extend(tops.into_iter().map(|top| (top, true)));
        let mut lock = Self { held: Vec::new(), whole: true };
        for (folder, whole) in wanted {
            // Folders above may be closed to us. Who may open them holds those below, too.
            let Ok(file) = File::open(&folder) else {
                lock.whole &= !whole;
                continue;
            };
            let tried = if whole { file.try_lock() } else { file.try_lock_shared() };
            let taken = match tried {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => {
                    wait(&folder);
                    if whole { file.lock() } else { file.lock_shared() }.is_ok()
                }
                Err(TryLockError::Error(_)) => false,
            };
            if taken {
                lock.held.push(file);
            } else {
                lock.whole = false;
            }
        }
        lock
    }

    /// Whether no other run can be writing: only then is what one left removed.
    pub(super) fn holds(&self) -> bool {
        self.whole
    }
}

/// The folders that lie in no other of them.
fn apart(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    folders.sort();
    // What lies in a folder is sorted right behind it.
    folders.dedup_by(|folder, above| folder.starts_with(above));
    if folders.len() <= MOST {
        return folders;
    }
    let common = folders.iter().skip(1).fold(folders[0].clone(), |common, folder| {
        common.ancestors().find(|above| folder.starts_with(above)).unwrap_or(Path::new("/")).to_owned()
    });
    vec![common]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> Vec<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_tree_is_locked_once() {
        assert_eq!(apart(paths(&["/a/b", "/a", "/c", "/a/b/c", "/a"])), paths(&["/a", "/c"]));
        let many = (0..=MOST).map(|index| PathBuf::from(format!("/srv/app{index}/x"))).collect();
        assert_eq!(apart(many), paths(&["/srv"]));
    }

    #[test]
    fn a_tree_meets_the_trees_in_it_and_above_it_and_no_others() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            folder.canonicalize().unwrap()
        };
        let (a, below, b) = (folder("a"), folder("a/below"), folder("b"));
        let taken = |one: &Path, other: &Path| {
            let held = Lock::take(vec![one.to_owned()], |_| panic!("nobody holds it"));
            let other = other.to_owned();
            let (sender, receiver) = std::sync::mpsc::channel();
            // it waits for as long as this test holds the other
            let waiting = std::thread::spawn(move || {
                let met = sender.clone();
                let lock = Lock::take(vec![other], |folder| drop(met.send(Some(folder.to_owned()))));
                assert!(lock.holds());
                drop(sender.send(None));
            });
            let met = receiver.recv().unwrap();
            drop(held);
            waiting.join().unwrap();
            met
        };
        assert_eq!(taken(&a, &b), None);
        assert_eq!(taken(&a, &a), Some(a.clone()));
        assert_eq!(taken(&a, &below), Some(a.clone()));
        assert_eq!(taken(&below, &a), Some(a.clone()));
    }
}
