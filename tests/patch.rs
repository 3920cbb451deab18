//! Whatever the two texts are, `git apply` makes the one of the other.

#![expect(clippy::disallowed_methods, reason = "tests make files and start git")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use restage::report::diff::unified;

/// Lines that could be taken for something else in a patch.
fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "RUN a",
        "RUN b",
        "",
        " ",
        "\r",
        "a\rb",
        "-- a",
        "++ b",
        "@@ -1 +1 @@",
        "\\ No newline",
        "\u{feff}",
        "\u{1b}[0m",
    ]);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    (prop::collection::vec((line, end), 1..12), any::<bool>()).prop_map(|(lines, closed)| {
        let mut text: String = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
        if !closed {
            text.push_str("CMD c");
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn git_applies_what_is_shown(before in text(), after in text()) {
        let patch = unified(Path::new("Dockerfile"), &before, &after);
        prop_assert_eq!(patch.is_empty(), before == after);
        if before != after {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("Dockerfile"), &before).unwrap();
            let mut git = Command::new("git")
                .args(["apply", "--whitespace=nowarn"])
                .current_dir(folder.path())
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            git.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
            prop_assert!(git.wait().unwrap().success(), "{}", patch);
            prop_assert_eq!(fs::read_to_string(folder.path().join("Dockerfile")).unwrap(), after);
        }
    }
}

/// A line that could stand in two places: the hunk once counted from the wrong one.
#[test]
fn a_hunk_counts_its_own_lines() {
    let patch = unified(Path::new("Dockerfile"), "RUN a\r\nRUN b\nCMD c", "RUN b\nRUN b\nCMD c");
    assert!(patch.contains("@@ -1,3 +1,3 @@"), "{patch}");
}
