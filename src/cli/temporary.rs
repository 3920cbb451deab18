//! The new text of a file until it is in its place: without a name where the system can do that, else under a name that is
//! listed in no build context. A run that was killed can leave one; the next one that writes there removes it.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

const PREFIX: &str = ".restage-";
const ENDING: &str = ".tmp";

/// Whether a file of this name is one of ours, so that no build context lists it.
pub(super) fn is_temporary(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(ENDING));
    digits.is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// Removes what killed runs left in a folder. Only for who knows that no other run writes there.
pub(super) fn remove_left(folder: &Path) {
    for item in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = item.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temporary(&item.file_name().to_string_lossy()) {
            let _ = fs::remove_file(item.path());
        }
    }
}

/// A file that is not yet in its place; dropped, it leaves nothing.
pub(super) struct Temporary {
    folder: PathBuf,
    file: File,
    /// Its name, once it has one.
    name: Option<PathBuf>,
}

impl Temporary {
    /// An empty file on the file system of a folder.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let folder = folder.to_owned();
        if let Some(file) = nameless(&folder) {
            return Ok(Self { folder, file, name: None });
        }
        let name = fresh(&folder);
        let file = OpenOptions::new().write(true).create_new(true).open(&name)?;
        Ok(Self { folder, file, name: Some(name) })
    }

    /// To write to.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Puts the file in the place of `target`, if that still holds `before`; says whether it did. The name that this
    /// needs exists for three calls to the system.
    pub(super) fn take_place(mut self, target: &Path, before: &[u8]) -> io::Result<bool> {
        if !holds(target, before) {
            return Ok(false);
        }
        if self.name.is_none() {
            let name = fresh(&self.folder);
            link(&self.file, &name)?;
            self.name = Some(name);
        }
        let Some(name) = self.name.clone() else { return Ok(false) };
        if !exchange(&name, target)? {
            if !holds(target, before) {
                return Ok(false);
            }
            fs::rename(&name, target)?;
            self.name = None;
            return Ok(true);
        }
        // The name is now that of the old file: what an editor wrote a moment ago is found there, and given back.
        if holds(&name, before) {
            return Ok(true);
        }
        fs::rename(&name, target)?;
        self.name = None;
        Ok(false)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = fs::remove_file(name);
        }
    }
}

fn fresh(folder: &Path) -> PathBuf {
    // Every `RandomState` has keys of its own.
    folder.join(format!("{PREFIX}{:016x}{ENDING}", RandomState::new().hash_one(std::process::id())))
}

/// Whether the path itself is a regular file with this content.
pub(super) fn holds(path: &Path, content: &[u8]) -> bool {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default());
    }
    let Ok(mut file) = options.open(path) else { return false };
    let same_size = |metadata: fs::Metadata| {
        metadata.is_file() && usize::try_from(metadata.len()).is_ok_and(|size| size == content.len())
    };
    let mut now = Vec::with_capacity(content.len() + 1);
    file.metadata().is_ok_and(same_size)
        && file.by_ref().take(content.len() as u64 + 1).read_to_end(&mut now).is_ok()
        && now == content
}

/// A file without a name: whatever happens, it is gone with the process.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    // Without /proc it could not be given a name later.
    let file = File::from(rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?);
    own_path(&file).exists().then_some(file)
}

#[cfg(target_os = "linux")]
fn own_path(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd as _;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(target_os = "linux")]
fn link(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    Ok(rustix::fs::linkat(CWD, own_path(file), CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

/// Lets two files change names in one step; `false` where the file system can't.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags};
    use rustix::io::Errno;
    match rustix::fs::renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn nameless(_folder: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn link(_file: &File, _name: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn only_our_own_names_are_ours() {
        assert!(is_temporary(".restage-0123456789abcdef.tmp"));
        for name in [".restage.toml", ".restage-config", ".restage-0123456789abcdeg.tmp", ".restage-.tmp"] {
            assert!(!is_temporary(name), "{name}");
        }
        assert!(is_temporary(&fresh(Path::new("/x")).file_name().unwrap().to_string_lossy()));
    }

    #[test]
    fn nothing_is_seen_before_its_time_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let target = folder.path().join("Dockerfile");
        fs::write(&target, "old").unwrap();
        for (before, done, after) in [("other", false, "old"), ("old", true, "new")] {
            let mut temporary = Temporary::new(folder.path()).unwrap();
            temporary.file().write_all(b"new").unwrap();
            if cfg!(target_os = "linux") {
                assert_eq!(names(), 1);
            }
            assert_eq!(temporary.take_place(&target, before.as_bytes()).unwrap(), done);
            assert_eq!((fs::read_to_string(&target).unwrap().as_str(), names()), (after, 1));
        }
    }

    #[test]
    fn a_named_one_is_removed_too() {
        let folder = tempfile::tempdir().unwrap();
        let name = fresh(folder.path());
        fs::write(&name, "x").unwrap();
        let mine = folder.path().join(".restage-notes.tmp");
        fs::write(&mine, "x").unwrap();
        remove_left(folder.path());
        assert!(!name.exists() && mine.exists());
    }
}
