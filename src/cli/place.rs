//! Which folder is the build context of a Dockerfile.
//!
//! A Dockerfile does not say. `docker build .` builds in its own folder, but many repositories keep it elsewhere and build
//! with `-f docker/Dockerfile .`; then the sources of its COPY lines stand in a folder above.

use std::path::{Path, PathBuf};

use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};

/// What a choice of context rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// The Dockerfile's own folder, as `docker build .` has it.
    Own,
    /// A folder above, in which every source stands.
    Every,
    /// A folder above, in which more sources stand than in any folder below it, but not every one.
    Most,
}

/// The folder above which no build context is looked for: the root of the repository in which a folder lies, or else the
/// working directory `here`, or else the folder itself.
pub(super) fn top<'a>(folder: &'a Path, here: &'a Path) -> &'a Path {
    let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
    repository.unwrap_or(if folder.starts_with(here) { here } else { folder })
}

/// Chooses among the folders `candidates`, the Dockerfile's own first and then upwards: the nearest in which the most
/// sources exist. Gives the index of the choice.
pub(super) fn choose(
    candidates: &[PathBuf],
    sources: &[String],
    exists: impl Fn(&Path) -> bool,
) -> (usize, Evidence) {
    let mut best = (0, 0);
    for (index, folder) in candidates.iter().enumerate() {
        let count = sources.iter().filter(|source| exists(&folder.join(source))).count();
        if count > best.1 {
            best = (index, count);
        }
    }
    let evidence = match best {
        (0, _) => Evidence::Own,
        (_, count) if count == sources.len() => Evidence::Every,
        _ => Evidence::Most,
    };
    (best.0, evidence)
}

/// The paths that the build reads from its context and that name something: without globs, variables, URLs and `.`.
pub(super) fn sources(document: &Document) -> Vec<String> {
    let mut sources: Vec<String> = document.instructions.iter().flat_map(read_by).filter_map(clean).collect();
    sources.sort();
    sources.dedup();
    sources
}

fn read_by(instruction: &Instruction) -> Vec<&str> {
    match (instruction.keyword, &instruction.arguments) {
        (Keyword::Copy | Keyword::Add, Arguments::Words(words) | Arguments::Json(words))
            if !instruction.flags.iter().any(|flag| flag.name == "from") =>
        {
            let sources = words.len().saturating_sub(1);
            words[..sources].iter().map(|word| word.text.as_str()).collect()
        }
        (Keyword::Run, _) => {
            let mounts = instruction.flags.iter().filter(|flag| flag.name == "mount");
            mounts.filter_map(|flag| bound(flag.value.as_deref()?)).collect()
        }
        _ => Vec::new(),
    }
}

/// The source of a bind mount from the context.
fn bound(mount: &str) -> Option<&str> {
    let mut source = None;
    for option in mount.split(',') {
        match option.split_once('=')? {
            ("type", kind) if kind != "bind" => return None,
            ("from", _) => return None,
            ("source" | "src", path) => source = Some(path),
            _ => {}
        }
    }
    source
}

fn clean(source: &str) -> Option<String> {
    let odd =
        source.contains(['*', '?', '[', '$', '\\']) || source.contains("://") || source.starts_with("<<");
    let parts: Vec<&str> = source.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if odd || parts.is_empty() || parts.contains(&"..") {
        return None;
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sources: &[&str], files: &[&str]) -> (usize, Evidence) {
        let candidates = ["/r/docker/api", "/r/docker", "/r"].map(PathBuf::from);
        let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
        choose(&candidates, &sources, |path| files.iter().any(|file| Path::new(file).starts_with(path)))
    }

    #[test]
    fn the_own_folder_where_nothing_speaks_against_it() {
        assert_eq!(chosen(&[], &["/r/app.py"]), (0, Evidence::Own));
        assert_eq!(chosen(&["gone"], &["/r/app.py"]), (0, Evidence::Own));
        assert_eq!(chosen(&["app.py"], &["/r/docker/api/app.py", "/r/app.py"]), (0, Evidence::Own));
    }

    #[test]
    fn the_nearest_folder_with_every_source() {
        assert_eq!(chosen(&["src", "go.mod"], &["/r/src/a.go", "/r/go.mod"]), (2, Evidence::Every));
        assert_eq!(chosen(&["a"], &["/r/docker/a", "/r/a"]), (1, Evidence::Every));
        assert_eq!(chosen(&["a", "b"], &["/r/docker/api/a", "/r/a", "/r/b"]), (2, Evidence::Every));
    }

    #[test]
    fn the_folder_with_most_sources_is_less_sure() {
        assert_eq!(chosen(&["a", "b", ".env"], &["/r/a", "/r/b"]), (2, Evidence::Most));
    }

    #[test]
    fn only_names_are_evidence() {
        let cleaned = |source| clean(source);
        assert_eq!(cleaned("./src/"), Some("src".into()));
        assert_eq!(cleaned("/src//a"), Some("src/a".into()));
        for source in [".", "/", "*.txt", "$X", "https://a/b", "<<EOF", "../a"] {
            assert_eq!(cleaned(source), None, "{source}");
        }
        assert_eq!(bound("type=bind,source=go.sum,target=go.sum"), Some("go.sum"));
        assert_eq!(bound("type=cache,source=x,target=/x"), None);
        assert_eq!(bound("type=bind,from=base,source=x,target=/x"), None);
    }
}
