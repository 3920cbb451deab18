//! From the paths that were typed to the files that are worked, in a fixed order.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::report::Failure;

/// What a path led to.
#[derive(Debug)]
pub(super) enum Found {
    /// `-`
    Stdin,
    /// A Dockerfile, as people would name it.
    File(PathBuf),
    /// A path that led nowhere, and why.
    Nothing(PathBuf, Failure),
}

/// Every Dockerfile that the paths lead to: in the order of the paths, sorted within a folder, each once.
pub(super) fn find(paths: &[PathBuf]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push(Found::Stdin);
        } else if path.is_dir() {
            search(path, &mut seen, &mut found);
        } else if first(path, &mut seen) {
            // Whether it is there is told when it is opened.
            found.push(Found::File(plain(path)));
        }
    }
    found
}

fn search(root: &Path, seen: &mut HashSet<PathBuf>, found: &mut Vec<Found>) {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    // Only `.gitignore` files decide: the same folder gives the same files on every machine.
    let walk =
        WalkBuilder::new(root).git_global(false).git_exclude(false).ignore(false).require_git(false).build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                // A link is left to its target, which has its own place.
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                if is_file && is_dockerfile(&entry.file_name().to_string_lossy()) {
                    files.push(plain(entry.path()));
                }
            }
            Err(error) => failures.push(Found::Nothing(plain(root), Failure::new(error.to_string()))),
        }
    }
    if files.is_empty() && failures.is_empty() {
        let failure = Failure::new("no Dockerfile in this folder").help(
            "looked for Dockerfile, Dockerfile.*, *.Dockerfile and Containerfile*, not in hidden folders or what .gitignore \
             names; a file of another name can be given by its path",
        );
        failures.push(Found::Nothing(plain(root), failure));
    }
    files.sort();
    files.retain(|file| first(file, seen));
    found.extend(files.into_iter().map(Found::File));
    found.extend(failures);
}

/// Whether a file of this name is a Dockerfile by custom.
fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_lowercase();
    let (stem, extension) = lower.split_once('.').unwrap_or((&lower, ""));
    !lower.ends_with(".dockerignore")
        && (stem == "dockerfile"
            || stem == "containerfile"
            || extension.rsplit('.').next() == Some("dockerfile"))
}

/// Whether the file was not met before, by whatever name.
fn first(path: &Path, seen: &mut HashSet<PathBuf>) -> bool {
    seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
}

/// The path without `./`.
fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { path.to_owned() } else { plain }
}

/// A path for people: control characters escaped.
pub(super) fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for character in path.to_string_lossy().chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Dockerfile.dev",
            "api.Dockerfile",
            "a.b.dockerfile",
            "Containerfile",
            "Containerfile.x",
        ] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfiles",
            "MyDockerfile",
            "Makefile",
            ".dockerignore",
            "README.md",
        ] {
            assert!(!is_dockerfile(name), "{name}");
        }
    }

    #[test]
    fn a_folder_gives_sorted_files_and_respects_gitignore() {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("b/Dockerfile", ""),
            ("a/x.Dockerfile", ""),
            ("a/Dockerfile", ""),
            ("out/Dockerfile", ""),
            (".hidden/Dockerfile", ""),
            (".gitignore", "out/\n"),
        ] {
            std::fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            std::fs::write(root.path().join(file), text).unwrap();
        }
        let names: Vec<String> = find(&[root.path().to_owned(), root.path().join("a/Dockerfile")])
            .iter()
            .map(|found| match found {
                Found::File(path) => path.strip_prefix(root.path()).unwrap().to_string_lossy().into_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["a/Dockerfile", "a/x.Dockerfile", "b/Dockerfile"]);
    }
}
