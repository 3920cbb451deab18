//! `--write` beside others: no file's work is another's context, no run's another's; what is killed leaves nothing that counts.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests make files and start programs")]
#![expect(clippy::unwrap_used, reason = "a test that can not go on has failed")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

const SERVICES: usize = 16;

/// A repository whose root Dockerfile copies all of it, with services that have Dockerfiles of their own and are worked before.
fn monorepo() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join(".git")).unwrap();
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/world/go");
    let folders = (0..SERVICES).map(|service| root.path().join(format!("{service:02}-svc")));
    for folder in folders.chain([root.path().to_owned()]) {
        fs::create_dir_all(&folder).unwrap();
        for file in ["go.mod", "main.go"] {
            fs::copy(world.join(file), folder.join(file)).unwrap();
        }
        let text =
            "FROM golang:1.24-bookworm\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD [\"/app\"]\n";
        fs::write(folder.join("Dockerfile"), text).unwrap();
    }
    // It lists what it finds: whatever lies there may be needed.
    let lists = "package main\n\nimport \"os\"\n\nfunc main() { os.ReadDir(\"00-svc\") }\n";
    fs::write(root.path().join("main.go"), lists).unwrap();
    root
}

fn start(root: &Path, args: &[&str]) -> Child {
    let program = env!("CARGO_BIN_EXE_restage");
    let (out, err) = (Stdio::piped(), Stdio::piped());
    Command::new(program).args(args).current_dir(root).stdout(out).stderr(err).spawn().unwrap()
}

/// Every file of a tree with its content.
fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                files.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    files
}

/// What the files become if each is worked alone.
fn alone() -> BTreeMap<PathBuf, String> {
    let root = monorepo();
    let mut files = tree(root.path());
    for (path, text) in files.iter_mut().filter(|(path, _)| path.ends_with("Dockerfile")) {
        let output = start(root.path(), &["--stdout", path.to_str().unwrap()]).wait_with_output().unwrap();
        *text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(" AS builder"), "{}: {text}", path.display());
    }
    files
}

#[test]
fn no_files_work_is_another_ones_context() {
    let alone = alone();
    for _ in 0..8 {
        let root = monorepo();
        let output = start(root.path(), &["--write", "."]).wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(tree(root.path()), alone);
    }
}

#[test]
fn two_runs_at_once_are_one_after_the_other() {
    let alone = alone();
    for round in 0..6 {
        let root = monorepo();
        let one = start(root.path(), &["--write", "."]);
        thread::sleep(Duration::from_millis(round * 7));
        let other = start(root.path(), &["--write", if round % 2 == 0 { "." } else { "03-svc" }]);
        assert!(one.wait_with_output().unwrap().status.success());
        assert!(other.wait_with_output().unwrap().status.success());
        assert_eq!(tree(root.path()), alone);
    }
}

#[test]
fn a_run_that_has_to_wait_says_for_whom() {
    let root = monorepo();
    let held = File::open(root.path()).unwrap();
    held.lock().unwrap();
    let before = tree(root.path());
    let mut waiting = start(root.path(), &["--write", "00-svc"]);
    let mut told = String::new();
    BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert!(told.starts_with("another run of restage is writing in "), "{told}");
    assert_eq!(tree(root.path()), before);
    drop(held);
    assert!(waiting.wait().unwrap().success());
    assert_ne!(tree(root.path()), before);
}

#[test]
fn killed_at_any_moment() {
    let alone = alone();
    for (round, signal) in ["INT", "TERM", "HUP", "KILL"].iter().cycle().take(16).enumerate() {
        let root = monorepo();
        let before = tree(root.path());
        let run = start(root.path(), &["--write", "."]);
        // The last rounds are over before the signal comes, on a fast machine.
        thread::sleep(Duration::from_millis(5 + round as u64 * 9));
        Command::new("kill").args([&format!("-{signal}"), &run.id().to_string()]).status().unwrap();
        run.wait_with_output().unwrap();
        for (path, text) in tree(root.path()) {
            let caught = *signal != "KILL";
            let known = before.contains_key(&path);
            assert!(known || !caught, "{signal} left {}", path.display());
            assert!(!known || text == before[&path] || text == alone[&path], "half: {}", path.display());
        }
        let output = start(root.path(), &["--write", "."]).wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(tree(root.path()), alone, "after {signal}");
    }
}

#[test]
fn what_a_killed_run_left_is_no_context_and_is_removed() {
    let alone = alone();
    let root = monorepo();
    let left = root.path().join("00-svc/.restage-0123456789abcdef.tmp");
    fs::write(&left, "half").unwrap();
    let output = start(root.path(), &["Dockerfile"]).wait_with_output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains(".restage-"));
    assert!(left.exists(), "who only looks removes nothing");
    start(root.path(), &["--write", "."]).wait_with_output().unwrap();
    assert_eq!(tree(root.path()), alone);
}

/// An editor that saves while files are replaced: in place and by moving a file there.
#[test]
fn no_edit_is_lost() {
    let mark = "# mine\n";
    for round in 0..6 {
        let root = monorepo();
        let mut run = start(root.path(), &["--write", "."]);
        let mut edited = Vec::new();
        let mut service = 0;
        while run.try_wait().unwrap().is_none() {
            let path = root.path().join(format!("{service:02}-svc/Dockerfile"));
            let text = format!("{mark}{}", fs::read_to_string(&path).unwrap());
            if round % 2 == 0 {
                File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
            } else {
                let new = root.path().join("editor.new");
                fs::write(&new, &text).unwrap();
                fs::rename(&new, &path).unwrap();
            }
            edited.push(path);
            service = (service + 1) % SERVICES;
            thread::sleep(Duration::from_millis(1));
        }
        for path in edited {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains("mine"), "round {round}: {}\n{text}", path.display());
        }
    }
}
