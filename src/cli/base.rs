//! The folder from which the paths of a patch count.
//!
//! git takes no path that leads out of the folder it works in. Where a Dockerfile stands outside of the working directory, all
//! paths count from the root of the repository, or else from the deepest folder that holds every file.

use std::path::{Path, PathBuf};

use super::inputs::Found;
use super::search::repository;

/// The working directory where it holds every file, else the nearest folder that does.
pub(super) fn of(inputs: &[Found], here: &Path) -> PathBuf {
    let files = inputs.iter().filter_map(|input| match input {
        Found::File(path) => path.canonicalize().ok(),
        Found::Stdin => None,
    });
    let folders: Vec<PathBuf> = files.filter_map(|file| file.parent().map(Path::to_owned)).collect();
    if folders.iter().all(|folder| folder.starts_with(here)) {
        return here.to_owned();
    }
    let mut common = here.to_owned();
    if let Some(first) = folders.first() {
        common.clone_from(first);
    }
    while !folders.iter().all(|folder| folder.starts_with(&common)) && common.pop() {}
    repository(&common).unwrap_or(common)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_folder_that_holds_every_file() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for folder in ["r/.git", "r/a", "r/b", "s/c"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let file = |path: &str| {
            fs::write(root.join(path), "").unwrap();
            Found::File(root.join(path))
        };
        let (a, b, c) = (file("r/a/Dockerfile"), file("r/b/Dockerfile"), file("s/c/Dockerfile"));
        assert_eq!(of(&[a], &root.join("r")), root.join("r"));
        assert_eq!(of(&[b], &root.join("r/a")), root.join("r"));
        assert_eq!(of(&[file("r/a/Dockerfile"), c], &root.join("r/a")), root);
        assert_eq!(of(&[file("s/c/Dockerfile")], &root.join("r")), root.join("s/c"));
        assert_eq!(of(&[Found::Stdin], &root), root);
    }
}
