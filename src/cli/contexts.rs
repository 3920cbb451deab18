//! The build context of a Dockerfile, found and listed; one that was just seen is not listed again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::folder::Folder;
use super::inputs::shown;
use super::place::{self, Evidence};
use super::read;
use crate::context::Context;
use crate::dockerfile::bounds;
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
    /// Whoever comes first lists it, and who comes meanwhile waits for it.
    context: Arc<OnceLock<Arc<Context>>>,
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
        let keywords: Vec<Keyword> = document.instructions.iter().map(|one| one.keyword).collect();
        let stages = keywords.iter().filter(|keyword| **keyword == Keyword::From).count();
        // a last stage without a RUN builds nothing
        let last = keywords.rsplit(|keyword| *keyword == Keyword::From).next().unwrap_or_default();
        if stages == 0 || (stages > 1 && !last.contains(&Keyword::Run)) || bounds::beyond(&document).is_some()
        {
            return (None, None);
        }
        let (root, noted) = match (self.given.as_deref().or(wished), place) {
            (Some(context), _) => (context.to_owned(), None),
            (None, Some(place)) => self.chosen(&document, place.parent().unwrap_or(Path::new(""))),
            (None, None) => return (None, None),
        };
        let Ok(root) = self.here.join(root).canonicalize() else { return (None, noted) };
        let beyond = match ignored(&root, place) {
            Err(beyond) => beyond,
            Ok(dockerignore) => {
                let context = self.seen(&root, dockerignore);
                match context.beyond() {
                    None => return (Some(context), noted),
                    Some(beyond) => beyond.to_owned(),
                }
            }
        };
        let message = format!("the build context {} was not looked at: {beyond}", self.near(&root));
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
        let ignored = ignored(&root, place).ok()?;
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
    fn seen(&self, root: &Path, dockerignore: Option<String>) -> Arc<Context> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.iter().position(|known| known.root == root && known.dockerignore == dockerignore);
        let place = if let Some(known) = known {
            Arc::clone(&seen[known].context)
        } else {
            if seen.len() == REMEMBERED {
                seen.remove(0);
            }
            let context = Arc::default();
            let root = root.to_owned();
            seen.push(Seen { root, dockerignore: dockerignore.clone(), context: Arc::clone(&context) });
            context
        };
        drop(seen);
        let list = || Arc::new(Context::new(Box::new(Folder::new(root)), dockerignore.as_deref()));
        Arc::clone(place.get_or_init(list))
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

/// The text of the `.dockerignore` in force: the Dockerfile's own goes before that of the context. `Err` says why it can't
/// be used.
fn ignored(root: &Path, place: Option<&Path>) -> Result<Option<String>, String> {
    let beside = place.map(|place| {
        let mut path = place.as_os_str().to_owned();
        path.push(".dockerignore");
        PathBuf::from(path)
    });
    for path in beside.into_iter().chain([root.join(".dockerignore")]) {
        match read::regular(&path, read::IGNORE_FILE) {
            Ok(bytes) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {}
            Err(error) => {
                return Err(format!(
                    "{}: {error}",
                    path.file_name().map(Path::new).map(shown).unwrap_or_default()
                ));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::fs;

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
