//! Whose are the images, containers and folders that bear our name, and does that process still run? What a killed one left,
//! the next one removes.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

/// The names of all that is made begin so; the session follows.
pub(super) const PREFIX: &str = "restage-verify-";

/// A name for a session of this process that no other has.
pub(super) fn name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let stamp = now.map_or(0, |now| now.subsec_nanos());
    format!("{}-{:x}-{stamp}", std::process::id(), here())
}

/// Whether the process of a session has ended, by the name of something that it made. Where that can't be seen it has not.
pub(super) fn is_dead(name: &str) -> bool {
    let mut parts = name.split(PREFIX).nth(1).unwrap_or_default().split('-');
    let (Some(process), Some(place)) = (parts.next(), parts.next()) else { return false };
    let number = !process.is_empty() && process.chars().all(|digit| digit.is_ascii_digit());
    let visible = place == format!("{:x}", here()) && Path::new("/proc/self").exists();
    number && visible && !Path::new("/proc").join(process).exists()
}

/// Where a number of a process means something: an engine serves several machines, and several containers of one.
fn here() -> u64 {
    let mut hasher = DefaultHasher::new();
    fs::read_link("/proc/self/ns/pid").ok().hash(&mut hasher);
    for file in ["/etc/machine-id", "/proc/sys/kernel/hostname"] {
        fs::read(file).ok().hash(&mut hasher);
    }
    hasher.finish()
}

/// Removes the folders of dead sessions.
pub(super) fn clear_folders() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        if is_dead(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn only_what_a_process_of_this_machine_left_is_dead() {
        let own = name();
        let process = std::process::id().to_string();
        assert!(!is_dead(&format!("localhost/{PREFIX}{own}-7-after:latest")));
        // no process has this number
        let gone = own.replacen(&process, "99999999", 1);
        assert!(is_dead(&format!("{PREFIX}{gone}-7-after:latest")));
        let elsewhere = gone.replace(&format!("{:x}", here()), "abc");
        assert!(!is_dead(&format!("{PREFIX}{elsewhere}-7-after:latest")));
        assert!(!is_dead("somebody-elses"));
        assert!(!is_dead(PREFIX));
    }
}
