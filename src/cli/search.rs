//! Which files of a folder are Dockerfiles of its own: git's view of it.
//!
//! What git ignores is not ours, and neither is what stands in a repository of its own, in a folder of vendored code or of
//! test data, or is a copy or a text about a Dockerfile. Whoever means one of them names it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder};

use super::read;

/// Folders of other people's code and of data for tests. A search that starts inside of one takes what it finds.
const FOREIGN: [&str; 13] = [
    "vendor",
    "third_party",
    "third-party",
    "node_modules",
    "bower_components",
    "site-packages",
    "test",
    "tests",
    "__tests__",
    "testdata",
    "test-data",
    "fixtures",
    "__fixtures__",
];

/// Endings of copies that editors and merges leave, of texts about Dockerfiles, and of templates that are none yet.
const NEVER: [&str; 31] = [
    "bak",
    "backup",
    "old",
    "orig",
    "rej",
    "save",
    "swp",
    "swo",
    "tmp",
    "disabled",
    "dockerignore",
    "md",
    "markdown",
    "rst",
    "adoc",
    "html",
    "lock",
    "log",
    "sha256",
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "gotmpl",
    "template",
    "mustache",
    "hbs",
    "erb",
    "ejs",
    "in",
];

/// Endings of programs and data. `Dockerfile.go` may be the Dockerfile of a service in Go, or the source of a parser: its
/// text tells.
const AMBIGUOUS: [&str; 29] = [
    "go", "rs", "py", "pyi", "js", "mjs", "cjs", "ts", "tsx", "jsx", "rb", "java", "kt", "c", "h", "cc",
    "cpp", "cs", "php", "lua", "sh", "vim", "el", "json", "yaml", "yml", "toml", "txt", "snap",
];

/// How far the first instruction of a file is looked for, in bytes.
const HEAD: u64 = 64 << 10;

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The Dockerfiles; links come after what they may lead to.
    pub(super) files: Vec<PathBuf>,
    /// Folders that could not be looked into, and why.
    pub(super) unseen: Vec<(PathBuf, String)>,
}

impl Search {
    /// Searches a folder.
    pub(super) fn of(root: &Path) -> Self {
        let mut search = Self::default();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            folders.extend(search.walk(&folder));
        }
        let (mut links, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
            search.files.drain(..).partition(|path| path.is_symlink());
        files.sort();
        links.sort();
        search.files = files.into_iter().chain(links).collect();
        search.unseen.sort();
        search
    }

    /// Walks one folder, and gives the repositories in it that have to be walked by themselves.
    fn walk(&mut self, root: &Path) -> Vec<PathBuf> {
        let here = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let repository = repository(&here);
        let is_foreign = repository.as_ref().is_some_and(|top| is_foreign(&here, top));
        let counting = here.ancestors().take_while(|folder| {
            *folder == here || repository.as_ref().is_some_and(|top| folder.starts_with(top))
        });
        if let Some(why) = counting.filter_map(unreadable_rules).next() {
            self.unseen.push((root.to_owned(), why));
            return Vec::new();
        }
        let (sender, repositories) = mpsc::channel();
        let (unsearched, not_searched) = mpsc::channel();
        // Ignore files count from the repository's root downwards, and outside of one from the folder that was named:
        // a `*` further up, in somebody's home, is about other things.
        let walk = WalkBuilder::new(root)
            .git_global(false)
            .git_exclude(false)
            .ignore(false)
            .require_git(repository.is_some())
            .parents(repository.is_some())
            .filter_entry(move |entry| {
                let is_other = entry.depth() > 0 && is_repository(entry.path());
                if is_other {
                    let _ = sender.send(entry.path().to_owned());
                }
                if is_other || entry.depth() > 0 && !is_ours(entry, is_foreign) {
                    return false;
                }
                let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
                match is_folder.then(|| unreadable_rules(entry.path())).flatten() {
                    Some(why) => unsearched.send((entry.path().to_owned(), why)).is_err(),
                    None => true,
                }
            })
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    if is_dockerfile(&entry, repository.as_deref().unwrap_or(&here)) {
                        self.files.push(entry.into_path());
                    }
                }
                Err(error) => self.unseen.push(unseen(root, &error)),
            }
        }
        self.unseen.extend(not_searched.try_iter());
        // In a folder of clones each is its own; in a repository they are somebody else's.
        if repository.is_none() { repositories.try_iter().collect() } else { Vec::new() }
    }
}

/// The root of the repository in which a folder stands.
pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| is_repository(folder)).map(Path::to_owned)
}

/// Whether a folder is a repository's root. In submodules and work trees `.git` is a file.
fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// Why what the `.gitignore` of a folder says can't be told.
fn unreadable_rules(folder: &Path) -> Option<String> {
    read::unusable(&folder.join(".gitignore")).map(|why| format!("its .gitignore {why}"))
}

/// Whether a folder below the repository's root is, or stands in, one of other people's code.
fn is_foreign(folder: &Path, top: &Path) -> bool {
    let below = folder.strip_prefix(top).unwrap_or(Path::new(""));
    below.components().any(|part| FOREIGN.iter().any(|name| part.as_os_str() == *name))
}

/// Whether the walk goes into a folder, or looks at a file.
fn is_ours(entry: &DirEntry, in_foreign: bool) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    !is_folder || in_foreign || !FOREIGN.iter().any(|name| entry.file_name() == *name)
}

/// Whether an entry is a Dockerfile, or a link to one that stays below `top`.
fn is_dockerfile(entry: &DirEntry, top: &Path) -> bool {
    let Some(kind) = entry.file_type() else { return false };
    let here = || {
        let target = entry.path().canonicalize();
        target.is_ok_and(|target| target.starts_with(top) && target.is_file())
    };
    if !(kind.is_file() || kind.is_symlink() && here()) {
        return false;
    }
    match named(&entry.file_name().to_string_lossy()) {
        Named::Dockerfile => true,
        Named::Perhaps => begins_as_dockerfile(entry.path()),
        Named::Otherwise => false,
    }
}

/// What a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// A Dockerfile by custom.
    Dockerfile,
    /// A Dockerfile, or a program about Dockerfiles.
    Perhaps,
    /// Something else.
    Otherwise,
}

fn named(name: &str) -> Named {
    let lower = name.to_lowercase();
    let (stem, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    let last = rest.rsplit('.').next().unwrap_or_default();
    let is_one = stem == "dockerfile" || stem == "containerfile" || last == "dockerfile";
    if !is_one || NEVER.contains(&last) || lower.ends_with('~') {
        Named::Otherwise
    } else if AMBIGUOUS.contains(&last) {
        Named::Perhaps
    } else {
        Named::Dockerfile
    }
}

/// Whether the first instruction is one that a Dockerfile begins with.
fn begins_as_dockerfile(path: &Path) -> bool {
    let Ok(file) = fs::File::open(path) else { return false };
    let first = BufReader::new(file.take(HEAD)).lines().map_while(Result::ok).find(|line| {
        let line = line.trim_start_matches('\u{feff}').trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let words = first.unwrap_or_default();
    let word = words.split_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("arg")
}

/// What could not be looked into, and why, without the path in the reason.
fn unseen(root: &Path, error: &ignore::Error) -> (PathBuf, String) {
    let mut inner = error;
    let mut path = root.to_owned();
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at.clone();
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            other => return (path, other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        let all = |names: &[&str], expected| {
            for name in names {
                assert_eq!(named(name), expected, "{name}");
            }
        };
        all(
            &[
                "Dockerfile",
                "dockerfile",
                "Dockerfile.dev",
                "api.Dockerfile",
                "a.b.dockerfile",
                "Containerfile",
            ],
            Named::Dockerfile,
        );
        all(&["Dockerfile.go", "dockerfile.py", "Dockerfile.yml"], Named::Perhaps);
        all(
            &[
                "Dockerfile.dockerignore",
                "Dockerfile.bak",
                "Dockerfile.orig",
                "Dockerfile.md",
                "Dockerfile.j2",
                "Dockerfile~",
                "Dockerfiles",
                "MyDockerfile",
                "Makefile",
            ],
            Named::Otherwise,
        );
    }

    fn world(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn names(root: &Path, below: &str) -> Vec<String> {
        let files = Search::of(&root.join(below)).files;
        files.iter().map(|path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn ignore_files_stop_at_the_root_of_the_repository() {
        let root = world(&[
            (".gitignore", "*\n"),
            ("repo/.git/HEAD", ""),
            ("repo/.gitignore", "/out/\n"),
            ("repo/Dockerfile", ""),
            ("repo/out/Dockerfile", ""),
            ("repo/sub/out/Dockerfile", ""),
        ]);
        assert_eq!(names(root.path(), "repo"), ["repo/Dockerfile", "repo/sub/out/Dockerfile"]);
        assert_eq!(names(root.path(), "repo/sub"), ["repo/sub/out/Dockerfile"]);
    }

    #[test]
    fn without_a_repository_they_count_from_the_folder_that_is_named() {
        let root = world(&[
            (".gitignore", "*\n"),
            ("a/.gitignore", "out\n"),
            ("a/Dockerfile", ""),
            ("a/out/Dockerfile", ""),
        ]);
        assert_eq!(names(root.path(), "a"), ["a/Dockerfile"]);
    }

    #[test]
    fn other_repositories_are_left_to_themselves() {
        let files = [
            ("a/.git/HEAD", ""),
            ("a/Dockerfile", ""),
            ("a/sub/.git", "gitdir: x"),
            ("a/sub/Dockerfile", ""),
        ];
        let root = world(&files);
        assert_eq!(names(root.path(), "a"), ["a/Dockerfile"]);
        assert_eq!(names(root.path(), "a/sub"), ["a/sub/Dockerfile"], "unless named");
        let root = world(&[
            ("clones/.gitignore", "*\n!*/\n"),
            ("clones/b/.git/HEAD", ""),
            ("clones/b/Dockerfile", ""),
            ("clones/a/.git/HEAD", ""),
            ("clones/a/Dockerfile", ""),
            ("clones/a/vendor/x/Dockerfile", ""),
        ]);
        assert_eq!(names(root.path(), "clones"), ["clones/a/Dockerfile", "clones/b/Dockerfile"]);
    }

    #[test]
    fn vendored_code_and_test_data_only_by_name() {
        let root = world(&[
            (".git/HEAD", ""),
            ("vendor/x/Dockerfile", ""),
            ("tests/data/tests/Dockerfile", ""),
            ("Dockerfile.go", "package dockerfile\n"),
            ("app/Dockerfile.go", "# syntax=docker/dockerfile:1\n\nfrom golang:1.22\n"),
        ]);
        assert_eq!(names(root.path(), ""), ["app/Dockerfile.go"]);
        assert_eq!(names(root.path(), "tests"), ["tests/data/tests/Dockerfile"]);
        assert_eq!(names(root.path(), "vendor"), ["vendor/x/Dockerfile"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_found_and_stay_inside() {
        use std::os::unix::fs::symlink;
        let root = world(&[
            ("out/Dockerfile", ""),
            ("r/.git/HEAD", ""),
            ("r/docker/app.df", ""),
            ("r/z/Dockerfile", ""),
        ]);
        symlink("docker/app.df", root.path().join("r/Dockerfile")).unwrap();
        symlink("../../out/Dockerfile", root.path().join("r/z/Dockerfile.out")).unwrap();
        symlink("nowhere", root.path().join("r/Dockerfile.gone")).unwrap();
        assert_eq!(names(root.path(), "r"), ["r/z/Dockerfile", "r/Dockerfile"]);
    }
}
