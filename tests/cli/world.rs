//! A small world on disk to run the program in.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with one convertible Dockerfile and its build context in each of `folders`.
pub(crate) struct World(TempDir);

impl World {
    /// A world with these folders.
    pub(crate) fn new(folders: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            for file in ["Dockerfile", "go.mod", "main.go"] {
                let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/world/go").join(file);
                fs::copy(from, root.path().join(folder).join(file)).unwrap();
            }
        }
        Self(root)
    }

    /// A path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces the text of a file.
    pub(crate) fn change(&self, path: &str, change: impl Fn(String) -> String) {
        fs::write(self.path(path), change(self.read(path))).unwrap();
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    /// Runs a program in a folder of the world.
    pub(crate) fn run(&self, folder: &str, program: &str, args: &[&str], stdin: &[u8]) -> Output {
        let mut child = Command::new(program)
            .args(args)
            .current_dir(self.path(folder))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs restage in the world.
    pub(crate) fn restage(&self, args: &[&str]) -> Output {
        self.run("", env!("CARGO_BIN_EXE_restage"), args, b"")
    }
}

/// What stands on stdout.
pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What stands on stderr.
pub(crate) fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
