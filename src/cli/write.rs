//! Replaces a file in one step, or not at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::temporary::{self, Temporary};
use crate::report::Failure;

/// Makes `after` the content of the file, if `before` still is. The new file is made apart and the two change places, so
/// that no moment exists at which it is lost or half; what somebody else wrote meanwhile stays. Links are followed; mode
/// and, where possible, owner are kept.
///
/// # Errors
/// Why it was not written; the file is then as it was.
pub(super) fn replace(path: &Path, before: &str, after: &str) -> Result<(), Failure> {
    try_replace(path, before, after).map_err(|error| {
        Failure::new(format!("can't write: {error:#}"))
            .help("the file is as it was; without --write the diff is printed")
    })
}

fn try_replace(path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    let target = path.canonicalize()?;
    let metadata = fs::metadata(&target)?;
    anyhow::ensure!(metadata.is_file(), "not a regular file");
    // Moving a file over another asks only for the folder's leave. Who takes the write bit from a file means it.
    anyhow::ensure!(!metadata.permissions().readonly(), "the file is read-only");
    let folder = target.parent().unwrap_or(Path::new("/"));
    anyhow::ensure!(!fs::metadata(folder)?.permissions().readonly(), "its folder is read-only");
    anyhow::ensure!(temporary::holds(&target, before.as_bytes()), CHANGED);

    let mut new = Temporary::new(folder)?;
    let file = new.file();
    file.write_all(after.as_bytes())?;
    keep_owner(file, &metadata);
    file.set_permissions(metadata.permissions())?;
    file.sync_all()?;
    anyhow::ensure!(new.take_place(&target, before.as_bytes())?, CHANGED);
    Ok(())
}

const CHANGED: &str = "it was changed meanwhile";

/// Only a superuser may give files away; for all others the owner is already right, or can't be kept.
#[cfg(unix)]
fn keep_owner(file: &fs::File, metadata: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &fs::File, _metadata: &fs::Metadata) {}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn keeps_mode_owner_and_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        // Only root can give a file away; for others the group stays theirs.
        let _ = std::os::unix::fs::chown(&file, Some(1234), Some(1234));
        let owner = fs::metadata(&file).unwrap().uid();
        symlink("file", &link).unwrap();

        replace(&link, "old", "new").unwrap();

        let metadata = fs::metadata(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!((metadata.mode() & 0o7777, metadata.uid()), (0o640, owner));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_changed_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "newer").unwrap();
        let failure = replace(&file, "old", "new").unwrap_err();
        assert_eq!(failure.message, "can't write: it was changed meanwhile");
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    }

    #[test]
    fn read_only_is_respected_even_for_root() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(replace(&file, "old", "new").unwrap_err().message, "can't write: the file is read-only");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        assert_eq!(replace(&file, "old", "new").unwrap_err().message, "can't write: its folder is read-only");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }
}
