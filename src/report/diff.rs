//! A conversion as a unified diff that `git apply` and `patch -p1` take.
//!
//! The headers are the traditional ones: a `diff --git` line would make git count paths from the root of the repository
//! instead of from the working directory.

use std::fmt::Write as _;
use std::path::Path;

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

/// The patch that makes `before` into `after`; empty where they are equal.
pub fn unified(path: &Path, before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .context_radius(3)
        .header(&name("a/", path), &name("b/", path))
        .to_string()
}

/// Lines with their ends. They end with LF only: a lone CR is a byte like any other to git.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Which lines stayed, went and came, as the patch has it.
pub(super) fn between(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    capture_diff_slices(Algorithm::Patience, old, new)
}

/// The patch with its lines painted for a terminal.
pub fn painted(patch: &str) -> String {
    let mut out = String::with_capacity(patch.len() * 2);
    for line in patch.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        let code = match line.as_bytes().first() {
            Some(b'-' | b'+') if line.starts_with("--- ") || line.starts_with("+++ ") => "1",
            Some(b'-') => "31",
            Some(b'+') => "32",
            Some(b'@') => "36",
            _ => {
                out.push_str(line);
                continue;
            }
        };
        let _ = write!(out, "\u{1b}[{code}m{body}\u{1b}[0m{end}");
    }
    out
}

/// A file's name in a header, as git writes it: quoted where it has bytes that could end it early.
fn name(prefix: &str, path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let bytes = bytes.strip_prefix(b"/").unwrap_or(bytes);
    if bytes.iter().all(|byte| !byte.is_ascii_control() && byte.is_ascii() && !b"\"\\".contains(byte)) {
        // A tab ends a name that has blanks in it.
        let tab = if bytes.contains(&b' ') { "\t" } else { "" };
        return format!("{prefix}{}{tab}", String::from_utf8_lossy(bytes));
    }
    let mut quoted = format!("\"{prefix}");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_say_about_equal_texts() {
        assert_eq!(unified(Path::new("Dockerfile"), "FROM a\n", "FROM a\n"), "");
    }

    #[test]
    fn headers_and_missing_newlines() {
        let patch = unified(Path::new("x/Dockerfile"), "FROM a\nCMD b", "FROM a AS builder\nCMD b\n");
        assert_eq!(
            patch,
            "--- a/x/Dockerfile\n+++ b/x/Dockerfile\n@@ -1,2 +1,2 @@\n-FROM a\n-CMD b\n\\ No newline at end of file\n\
             +FROM a AS builder\n+CMD b\n"
        );
    }

    #[test]
    fn names_that_could_end_early_are_quoted() {
        assert_eq!(name("a/", Path::new("my dir/Dockerfile")), "a/my dir/Dockerfile\t");
        assert_eq!(name("a/", Path::new("é\"/Dockerfile")), "\"a/\\303\\251\\\"/Dockerfile\"");
        assert_eq!(name("b/", Path::new("/srv/Dockerfile")), "b/srv/Dockerfile");
    }

    #[test]
    fn only_whole_lines_are_painted() {
        assert_eq!(painted("-a\n b\n+c\n"), "\u{1b}[31m-a\u{1b}[0m\n b\n\u{1b}[32m+c\u{1b}[0m\n");
    }
}
