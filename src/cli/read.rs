//! Files of others are read one way: only regular ones, which end and never keep anyone waiting, and only up to a size.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// Longest ignore file that is read, in bytes.
pub(super) const IGNORE_FILE: u64 = 64 << 10;

/// The bytes of a regular file of at most so many; links are followed.
///
/// # Errors
/// Why it can't be read; [`io::ErrorKind::FileTooLarge`] and [`io::ErrorKind::InvalidInput`] (no regular file) among them.
pub(super) fn regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Opening a pipe would wait for who writes to it.
        options.custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default());
    }
    within(&options.open(path)?, most)
}

/// The same of an open file.
pub(super) fn within(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    if metadata.len() <= most {
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or_default() + 1);
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    if metadata.len().max(bytes.len() as u64) > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {} KiB", most >> 10)));
    }
    Ok(bytes)
}

/// Why the ignore file of a folder can't be used; none where there is none.
pub(super) fn unusable(ignore_file: &Path) -> Option<&'static str> {
    let metadata = ignore_file.metadata().ok()?;
    if !metadata.is_file() {
        Some("is not a regular file")
    } else if metadata.len() > IGNORE_FILE {
        Some("is larger than 64 KiB")
    } else {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_and_only_so_long() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(regular(&file, 5).unwrap(), b"12345");
        let kind = |path: &Path| regular(path, 4).unwrap_err().kind();
        assert_eq!(kind(&file), io::ErrorKind::FileTooLarge);
        assert_eq!(kind(folder.path()), io::ErrorKind::IsADirectory);
        assert_eq!(kind(Path::new("/dev/zero")), io::ErrorKind::InvalidInput);
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        assert_eq!(kind(&pipe), io::ErrorKind::InvalidInput);
    }
}
