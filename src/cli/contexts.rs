//! The build context of a Dockerfile, found and listed; one that was just seen is not listed again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::Folder;
use super::inputs::shown;
use super::place::{self, Evidence};
use crate::context::Context;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Keyword;
use crate::note::{Level, Note, Reason};

/// How many contexts are remembered. Files are worked in the order of their paths, so that neighbours share one.
const REMEMBERED: usize = 4;

/// Finds build contexts.
pub(super) struct Contexts {
    /// `--context`
    given: Option<PathBuf>,
    /// The working directory, without links in it.
    here: PathBuf,
    /// Seen lately, the last one last.
    seen: Mutex<Vec<Seen>>,
}

/// A context as one `.dockerignore` shows it.
struct Seen {
    root: PathBuf,
    dockerignore: Option<String>,
    /// None where the folder holds too many files.
    context: Option<Arc<Context>>,
}

impl Contexts {
    /// `given` is `--context`, `here` the working directory.
    pub(super) fn new(given: Option<PathBuf>, here: PathBuf) -> Self {
        Self { given, here, seen: Mutex::default() }
    }

    /// What can be seen of the build context of a Dockerfile that stands at `place`, and what is to be said about it. A
    /// text that no context could convert is given none: listing one takes time. `wished` is the context that the file or the
    /// configuration names.
    pub(super) fn of(
        &self,
        text: &str,
        place: Option<&Path>,
        wished: Option<&Path>,
    ) -> (Option<Arc<Context>>, Option<Note>) {
        let Ok(document) = Document::parse(text) else { return (None, None) };
        if document.instructions.iter().filter(|one| one.keyword == Keyword::From).count() != 1 {
            return (None, None);
        }
        let (root, noted) = match (self.given.as_deref().or(wished), place) {
            (Some(context), _) => (context.to_owned(), None),
            (None, Some(place)) => self.chosen(&document, place.parent().unwrap_or(Path::new(""))),
            (None, None) => return (None, None),
        };
        let Ok(root) = self.here.join(root).canonicalize() else { return (None, noted) };
        let context = self.seen(&root, ignored(&root, place));
        if context.is_some() {
            return (context, noted);
        }
        let message = format!("the build context {} holds too many files to look at", self.near(&root));
        (None, Some(Note::assumption(Reason::ContextUnseen, None, message)))
    }

    /// Where the context of a Dockerfile that stands at `place` is, and the text of the `.dockerignore` in force.
    pub(super) fn root_of(
        &self,
        document: &Document,
        place: Option<&Path>,
        wished: Option<&Path>,
    ) -> Option<(PathBuf, Option<String>)> {
        let root = match (self.given.as_deref().or(wished), place) {
            (Some(context), _) => context.to_owned(),
            (None, Some(place)) => self.chosen(document, place.parent().unwrap_or(Path::new(""))).0,
            (None, None) => return None,
        };
        let root = self.here.join(root).canonicalize().ok()?;
        let ignored = ignored(&root, place);
        Some((root, ignored))
    }

    /// The context as [`place::choose`] has it: from the Dockerfile's own folder up to the root of its repository, or
    /// else up to the working directory.
    fn chosen(&self, document: &Document, own: &Path) -> (PathBuf, Option<Note>) {
        let Ok(start) = self.here.join(own).canonicalize() else { return (own.to_owned(), None) };
        let top = place::top(&start, &self.here);
        let above = start.ancestors().take_while(|folder| folder.starts_with(top));
        let candidates: Vec<PathBuf> = above.map(Path::to_owned).collect();
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        let (index, evidence) = place::choose(&candidates, &place::sources(document), exists);
        let root = candidates[index].clone();
        let level = match evidence {
            Evidence::Own => return (root, None),
            Evidence::Every => Level::Advice,
            Evidence::Most => Level::Assumption,
        };
        let message =
            format!("the build context is taken to be {}, where the sources of COPY stand", self.near(&root));
        let note =
            Note::new(level, Reason::ContextElsewhere, None, message).help("--context DIR says otherwise");
        (root, Some(note))
    }

    /// The files of a folder, from memory or from disk. Nobody waits while another folder is listed.
    fn seen(&self, root: &Path, dockerignore: Option<String>) -> Option<Arc<Context>> {
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |known: &&Seen| known.root == root && known.dockerignore == dockerignore;
        if let Some(known) = seen().iter().find(known) {
            return known.context.clone();
        }
        let context = Folder::open(root)
            .map(|folder| Arc::new(Context::new(Box::new(folder), dockerignore.as_deref())));
        let mut seen = seen();
        if seen.len() == REMEMBERED {
            seen.remove(0);
        }
        seen.push(Seen { root: root.to_owned(), dockerignore, context: context.clone() });
        context
    }

    /// A folder for people: as the working directory sees it.
    fn near(&self, folder: &Path) -> String {
        match folder.strip_prefix(&self.here) {
            Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
            Ok(below) => shown(below),
            Err(_) => shown(folder),
        }
    }
}

/// The text of the `.dockerignore` in force: the Dockerfile's own goes before that of the context.
fn ignored(root: &Path, place: Option<&Path>) -> Option<String> {
    let beside = place.map(|place| {
        let mut path = place.as_os_str().to_owned();
        path.push(".dockerignore");
        path
    });
    let text = |path: &Path| if path.is_file() { fs::read_to_string(path).ok() } else { None };
    beside.and_then(|path| text(Path::new(&path))).or_else(|| text(&root.join(".dockerignore")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "FROM a\nCOPY app.py lib ./\n";

    fn world(files: &[(&str, &str)]) -> (tempfile::TempDir, Contexts) {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in files {
            fs::create_dir_all(root.path().join(file).parent().unwrap()).unwrap();
            fs::write(root.path().join(file), text).unwrap();
        }
        let here = root.path().canonicalize().unwrap();
        (root, Contexts::new(None, here))
    }

    #[test]
    fn the_own_dockerignore_goes_first() {
        let (root, contexts) = world(&[
            ("Dockerfile", TEXT),
            ("dev.Dockerfile", TEXT),
            ("dev.Dockerfile.dockerignore", "lib\n"),
            (".dockerignore", "app.py\n"),
            ("app.py", ""),
            ("lib/x", ""),
        ]);
        let sees = |name: &str| {
            let context = contexts.of(TEXT, Some(&root.path().join(name)), None).0.unwrap();
            (context.exists("app.py"), context.exists("lib/x"))
        };
        for _ in 0..2 {
            assert_eq!(sees("Dockerfile"), (false, true));
            assert_eq!(sees("dev.Dockerfile"), (true, false));
        }
    }

    #[test]
    fn a_context_above_is_told() {
        let (root, contexts) = world(&[("docker/Dockerfile", TEXT), ("app.py", ""), ("lib/x", "")]);
        let (context, note) = contexts.of(TEXT, Some(&root.path().join("docker/Dockerfile")), None);
        assert!(context.unwrap().exists("docker/Dockerfile"));
        assert_eq!(note.unwrap().level, Level::Advice);

        let (root, contexts) = world(&[("docker/Dockerfile", TEXT), ("app.py", "")]);
        let (_, note) = contexts.of(TEXT, Some(&root.path().join("docker/Dockerfile")), None);
        assert_eq!(note.unwrap().level, Level::Assumption);
    }

    #[test]
    fn none_is_listed_for_what_has_stages() {
        let (root, contexts) = world(&[("app.py", "")]);
        let text = "FROM a AS b\nFROM c\nCOPY app.py .\n";
        assert!(contexts.of(text, Some(&root.path().join("Dockerfile")), None).0.is_none());
        assert!(contexts.of(TEXT, None, None).0.is_none());
    }
}
