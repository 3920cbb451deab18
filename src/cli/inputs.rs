//! From the paths that were typed to the files that are worked, in a fixed order.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::exclude::Exclude;
use super::search::Search;
use crate::report::{Failure, shown};

/// What a path led to.
#[derive(Debug)]
pub(super) enum Found {
    /// `-`
    Stdin,
    /// A Dockerfile, as people would name it.
    File(PathBuf),
}

/// All that the paths led to.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// What is worked: in the order of the paths, sorted within a folder, each once.
    pub(super) found: Vec<Found>,
    /// Folders that could not be looked into, and why.
    pub(super) unseen: Vec<(PathBuf, Failure)>,
    /// Folders in which no Dockerfile is.
    pub(super) empty: Vec<(PathBuf, Failure)>,
}

/// Every Dockerfile that the paths lead to, but for what is excluded.
pub(super) fn find(paths: &[PathBuf], exclude: &Exclude) -> Inputs {
    let mut inputs = Inputs::default();
    let mut seen = HashSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.found.push(Found::Stdin);
        } else if path.is_dir() {
            let search = Search::of(path);
            if search.files.is_empty() && search.unseen.is_empty() {
                inputs.empty.push((plain(path), empty()));
            }
            let files = search.files.iter().map(|file| plain(file));
            let files = files.filter(|file| !exclude.has(file) && first(file, &mut seen));
            inputs.found.extend(files.map(Found::File));
            let unseen = search.unseen.into_iter().map(|(path, why)| {
                let failure = Failure::new(format!("can't look into this folder: {why}"));
                (plain(&path), failure.help("Dockerfiles below it are left as they are"))
            });
            inputs.unseen.extend(unseen);
        } else if !exclude.has(path) && first(path, &mut seen) {
            // Whether it is there is told when it is opened.
            inputs.found.push(Found::File(plain(path)));
        }
    }
    inputs
}

fn empty() -> Failure {
    Failure::new("no Dockerfile in this folder").help(
        "looked for Dockerfile, Dockerfile.*, *.Dockerfile and Containerfile*; not in hidden folders, what .gitignore names, \
         vendored code, test data and repositories of their own: these can be given by their path",
    )
}

/// The paths of `--from-list`: a file, or `-` for stdin, with a path a line, or parted by NUL as `git ls-files -z` has it.
///
/// # Errors
/// Where the list can't be read.
pub(super) fn listed(list: &Path) -> io::Result<Vec<PathBuf>> {
    let mut text = String::new();
    if list.as_os_str() == "-" {
        io::stdin().lock().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(list)?;
    }
    let end = if text.contains('\0') { '\0' } else { '\n' };
    let lines = text.split(end).map(|line| line.trim_end_matches('\r'));
    Ok(lines.filter(|line| !line.is_empty()).map(PathBuf::from).collect())
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

/// A path for people: what can't be seen in it is escaped.
pub(super) fn shown(path: &Path) -> String {
    shown::line(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in files {
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), text).unwrap();
        }
        root
    }

    fn names(root: &Path, inputs: &Inputs) -> Vec<String> {
        let name = |found: &Found| match found {
            Found::File(path) => path.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
            Found::Stdin => "-".to_owned(),
        };
        inputs.found.iter().map(name).collect()
    }

    fn nothing() -> Exclude {
        Exclude::below(Path::new("/"), &[]).unwrap()
    }

    #[test]
    fn a_folder_gives_sorted_files_each_once() {
        let root = world(&[
            ("b/Dockerfile", ""),
            ("a/x.Dockerfile", ""),
            ("a/Dockerfile", ""),
            ("out/Dockerfile", ""),
            (".hidden/Dockerfile", ""),
            (".gitignore", "out/\n"),
        ]);
        let paths = [root.path().to_owned(), root.path().join("a/Dockerfile")];
        let inputs = find(&paths, &nothing());
        assert_eq!(names(root.path(), &inputs), ["a/Dockerfile", "a/x.Dockerfile", "b/Dockerfile"]);
        let exclude = Exclude::below(root.path(), &["x.*".to_owned(), "/b".to_owned()]).unwrap();
        let inputs = find(&paths, &exclude);
        assert_eq!(names(root.path(), &inputs), ["a/Dockerfile"]);
    }

    #[test]
    fn an_empty_folder_is_told_apart() {
        let root = world(&[("a/x", "")]);
        let inputs = find(&[root.path().join("a")], &nothing());
        assert_eq!((inputs.found.len(), inputs.unseen.len(), inputs.empty.len()), (0, 0, 1));
    }

    #[test]
    fn lists_by_line_and_by_nul() {
        let root = world(&[("lines", "a b\r\n\nc\n"), ("nuls", "a\nb\0c\0")]);
        let listed = |name| listed(&root.path().join(name)).unwrap();
        assert_eq!(listed("lines"), [PathBuf::from("a b"), PathBuf::from("c")]);
        assert_eq!(listed("nuls"), [PathBuf::from("a\nb"), PathBuf::from("c")]);
    }
}
