//! One file, from its path to its report.

use std::fs;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::args::Args;
use super::config::Configs;
use super::contexts::Contexts;
use super::inputs::{Found, shown};
use super::lock::Lock;
use super::search::repository;
use super::settings::{self, Settings};
use super::{base, guard, rules, write};
use crate::analysis::{Sources, analyse};
use crate::context::Context;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::dockerfile::reference::ImageReference;
use crate::knowledge::Knowledge;
use crate::note::{Level, Note, Reason, Safety};
use crate::pipeline::{self, Outcome, Request};
use crate::prove::breach::{Judgement, Side, Unjudged};
use crate::prove::{Proof, judge};
use crate::recipe::{Manager, Recipe, Recipes};
use crate::report::{Failure, Report, Verdict};

/// Largest file that is taken for a Dockerfile, in bytes.
const LARGEST: u64 = 1 << 20;

/// All that files are worked with.
pub(super) struct Workshop<'a> {
    args: &'a Args,
    recipes: Recipes,
    knowledge: Knowledge,
    contexts: Contexts,
    configs: Configs,
    /// The working directory, without links in it.
    here: PathBuf,
    /// From where the paths of patches count.
    base: PathBuf,
}

impl<'a> Workshop<'a> {
    /// Loads the rules.
    ///
    /// # Errors
    /// The path at fault, and why nothing can be worked.
    pub(super) fn open(args: &'a Args) -> Result<Self, (String, Failure)> {
        let (recipes, knowledge) =
            rules::load(args.rules.as_deref()).map_err(|(path, failure)| (shown(&path), failure))?;
        if let Some(context) = args.context.as_deref().filter(|context| !context.is_dir()) {
            let failure = Failure::new("the build context is not a folder that can be seen");
            return Err((shown(context), failure));
        }
        let languages: Vec<&str> = recipes.recipes.iter().map(|recipe| recipe.name.as_str()).collect();
        if let Some(other) = args.language.iter().find(|name| !languages.contains(&name.as_str())) {
            let failure = Failure::new("no recipe is for this language");
            return Err((other.clone(), failure.help(format!("restage knows {}", languages.join(", ")))));
        }
        let here = std::env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
        let contexts = Contexts::new(args.context.clone(), here.clone());
        let configs = Configs::default();
        // A fault in the configuration of this folder is told before anything is done; that of another repository is its own.
        configs.of(&here).map_err(|failure| (shown(&here), failure))?;
        Ok(Self { args, recipes, knowledge, contexts, configs, base: here.clone(), here })
    }

    /// Lets the paths of patches count from where git finds all of the files; gives that folder if it is another one than
    /// the working directory.
    pub(super) fn patch_from(&mut self, inputs: &[Found]) -> Option<String> {
        self.base = base::of(inputs, &self.here);
        (self.base != self.here).then(|| shown(&self.base))
    }

    /// `--print-config`: what the configuration says for these paths.
    ///
    /// # Errors
    /// The path, and the fault in one of its files.
    pub(super) fn configuration(&self, paths: &[PathBuf]) -> Result<String, (String, Failure)> {
        let mut out = String::new();
        for path in paths {
            let whole = self.here.join(path);
            let folder = if whole.is_dir() { whole.as_path() } else { whole.parent().unwrap_or(&self.here) };
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            let layers = self.configs.of(&folder).map_err(|failure| (shown(path), failure))?;
            out += &settings::printed(path, &layers);
        }
        Ok(out)
    }

    /// How many files are worked at once; none for as many as there are cores.
    pub(super) fn jobs(&self) -> Option<NonZeroUsize> {
        self.args.jobs
    }

    /// The facts in force.
    pub(super) fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// The build context of a file, for a builder, and the `.dockerignore` in force.
    pub(super) fn context_of(&self, text: &str, place: Option<&Path>) -> Option<(PathBuf, Option<String>)> {
        let settings = self.settings(text, place).ok()??;
        self.contexts.root_of(&Document::parse(text).ok()?, place, settings.context.as_deref())
    }

    /// A recipe by its name.
    pub(super) fn recipe(&self, name: &str) -> Option<&Recipe> {
        self.recipes.recipes.iter().find(|recipe| recipe.name == name)
    }

    /// Where programs read data without naming it.
    pub(super) fn data_paths(&self) -> Vec<String> {
        self.recipes.data.iter().map(|data| data.path.clone()).collect()
    }

    /// Whether a text proves to mean the same as the file, read with a recipe.
    pub(super) fn proves(&self, recipe: &Recipe, before: &str, place: Option<&Path>, after: &str) -> bool {
        let (Ok(document), Ok(after), Ok(Some(settings))) =
            (Document::parse(before), Document::parse(after), self.settings(before, place))
        else {
            return false;
        };
        let (context, _) = self.contexts.of(before, place, settings.context.as_deref());
        let sources = Sources {
            document: &document,
            context: context.as_deref(),
            recipes: &self.recipes,
            recipe,
            knowledge: &self.knowledge,
            keep: &settings.keep,
            artifacts: &settings.artifacts,
        };
        let stages = analyse(sources).unwrap_or_default();
        stages.first().is_some_and(|stage| {
            let judgement = judge(&Proof { before: sources, stage, after: &after });
            let is_open = |one: &Unjudged| one.whole || one.place.side == Side::After;
            judgement.breaches.is_empty() && !judgement.unjudged.iter().any(is_open)
        })
    }

    /// The package manager of the image that the last stage of a text stands on.
    pub(super) fn manager_of_runtime(&self, text: &str) -> Option<&Manager> {
        let document = Document::parse(text).ok()?;
        let from = document.instructions.iter().rfind(|instruction| instruction.keyword == Keyword::From)?;
        let Arguments::Words(words) = &from.arguments else { return None };
        let image = self.knowledge.image(&ImageReference::parse(&words.first()?.text)?)?;
        self.recipes.manager_of(&image.distribution)
    }

    /// Holds all trees that this run may read or write. `wait` is told of a folder that another run holds.
    pub(super) fn lock(&self, paths: &[PathBuf], wait: impl FnMut(&Path)) -> Lock {
        Lock::of(paths, self.args.context.as_deref(), &self.here, wait)
    }

    /// Reads and converts one file; nothing is written.
    pub(super) fn work(&self, input: &Found) -> Report {
        let (path, bytes) = match input {
            Found::Stdin => {
                let path = self.args.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("stdin"));
                (path, read(io::stdin().lock()))
            }
            Found::File(path) => (path.clone(), super::read::regular(path, LARGEST)),
        };
        let text = match bytes.map_err(unread).and_then(decode) {
            Ok(text) => text,
            Err(failure) => return self.report(&path, String::new(), Verdict::Failed(failure)),
        };
        let place = match input {
            Found::Stdin => self.args.stdin_filename.as_deref(),
            _ => Some(path.as_path()),
        };
        let verdict = guard::run(|| self.convert(&text, place)).unwrap_or_else(Verdict::Failed);
        self.report(&path, text, verdict)
    }

    /// Writes what became of one file, where something did; says why it could not.
    pub(super) fn write(&self, input: &Found, report: &Report) -> Option<Failure> {
        let (Found::File(path), Some(rewrite)) = (input, report.conversion()) else { return None };
        write::replace(path, &report.before, &rewrite.text).err()
    }

    /// The text of one file, or of stdin.
    ///
    /// # Errors
    /// Why it can't be read, or is no text.
    pub(super) fn text(&self, path: &Path) -> Result<String, Failure> {
        let bytes = match path.as_os_str() == "-" {
            true => read(io::stdin().lock()),
            false => fs::File::open(path).and_then(read),
        };
        bytes.map_err(unread).and_then(decode)
    }

    /// Judges a pair of texts; the original stands at `place`.
    ///
    /// # Errors
    /// Which of them is no Dockerfile, and why.
    pub(super) fn prove(
        &self,
        before: &str,
        place: Option<&Path>,
        after: &str,
    ) -> Result<Judgement, (Side, Note)> {
        let (context, _) = self.contexts.of(before, place, self.args.context.as_deref());
        let context: Option<&Context> = context.as_deref();
        let request = Request {
            text: before,
            context,
            recipes: &self.recipes,
            knowledge: &self.knowledge,
            runtime: None,
            keep: &[],
            artifacts: &[],
        };
        pipeline::prove(&request, after)
    }

    fn convert(&self, text: &str, place: Option<&Path>) -> Verdict {
        match self.settings(text, place) {
            Ok(Some(settings)) => self.convert_as(text, place, &settings),
            Ok(None) => Verdict::NotChosen,
            Err(failure) => Verdict::Failed(failure),
        }
    }

    /// What counts for a file; none where the configuration leaves it out.
    fn settings(&self, text: &str, place: Option<&Path>) -> Result<Option<Settings>, Failure> {
        let folder =
            place.and_then(Path::parent).map_or_else(|| self.here.clone(), |folder| self.here.join(folder));
        let folder = folder.canonicalize().unwrap_or(folder);
        let layers = self.configs.of(&folder)?;
        let path = place.and_then(Path::file_name).map(|name| folder.join(name));
        if let Some(path) = path
            && settings::is_excluded(&layers, &path)?
        {
            return Ok(None);
        }
        Settings::of(self.args, &layers, text, &folder).map(Some)
    }

    fn convert_as(&self, text: &str, place: Option<&Path>, settings: &Settings) -> Verdict {
        if let Some(span) = settings.ignored {
            let message = "the file asks to be left alone";
            return Verdict::Unchanged(Note::new(Level::Advice, Reason::Ignored, span, message));
        }
        let (context, noted) = self.contexts.of(text, place, settings.context.as_deref());
        let outcome = pipeline::restage(&Request {
            text,
            context: context.as_deref(),
            recipes: &self.recipes,
            knowledge: &self.knowledge,
            runtime: settings.runtime.as_ref(),
            keep: &settings.keep,
            artifacts: &settings.artifacts,
        });
        if !self.is_chosen(text, &outcome) {
            return Verdict::NotChosen;
        }
        match outcome {
            Outcome::Unchanged(note) => Verdict::Unchanged(note),
            Outcome::Refused(mut notes) => {
                notes.extend(noted);
                Verdict::Refused(notes)
            }
            Outcome::Rewritten(mut rewrite) => {
                rewrite.notes.extend(noted);
                rewrite.notes = settings.unaccepted(rewrite.notes);
                if settings.safe && rewrite.safety() < Safety::Safe {
                    Verdict::HeldBack(rewrite)
                } else {
                    Verdict::Converted(rewrite)
                }
            }
        }
    }

    /// Whether `--language` and `--only` ask for this file.
    fn is_chosen(&self, text: &str, outcome: &Outcome) -> bool {
        let notes = match outcome {
            Outcome::Rewritten(rewrite) => rewrite.notes.as_slice(),
            Outcome::Unchanged(note) => std::slice::from_ref(note),
            Outcome::Refused(notes) => notes,
        };
        let language = || match outcome {
            Outcome::Rewritten(rewrite) => Some(rewrite.recipe.clone()),
            _ => pipeline::language(text, &self.recipes, &self.knowledge),
        };
        let only = &self.args.only;
        (only.is_empty() || notes.iter().any(|note| only.contains(&note.reason)))
            && (self.args.language.is_empty()
                || language().is_some_and(|name| self.args.language.contains(&name)))
    }

    fn report(&self, path: &Path, before: String, verdict: Verdict) -> Report {
        // git follows no links: the patch names the file itself.
        let target = path.canonicalize();
        let patch_path = match &target {
            Ok(target) => target.strip_prefix(&self.base).unwrap_or(target).to_owned(),
            Err(_) => path.to_owned(),
        };
        let repository = target.ok().and_then(|target| repository(&target));
        let repository = repository.as_deref().and_then(Path::file_name).map(|name| shown(Path::new(name)));
        Report { path: shown(path), patch_path, repository, before, verdict, verification: None }
    }
}

/// Reads all there is, up to a bound: `/dev/zero` has no end.
fn read(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unread(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new("no such file"),
        io::ErrorKind::PermissionDenied => Failure::new("no permission to read this file"),
        io::ErrorKind::FileTooLarge => too_large(),
        io::ErrorKind::InvalidInput => Failure::new("not a regular file").help("a pipe can be read as `-`"),
        _ => Failure::new(format!("can't read: {error}")),
    }
}

fn too_large() -> Failure {
    Failure::new(format!("larger than {} MiB: not a Dockerfile", LARGEST >> 20))
}

fn decode(bytes: Vec<u8>) -> Result<String, Failure> {
    if u64::try_from(bytes.len()).is_ok_and(|size| size > LARGEST) {
        return Err(too_large());
    }
    if bytes.contains(&0) {
        return Err(Failure::new("a binary file: not a Dockerfile"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        Failure::new(format!("not UTF-8: line {line} has bytes that are no text"))
            .help("save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_is_decoded() {
        assert_eq!(decode(b"FROM a\n".to_vec()).unwrap(), "FROM a\n");
        assert_eq!(decode(b"\x7fELF\0".to_vec()).unwrap_err().message, "a binary file: not a Dockerfile");
        let failure = decode(b"FROM a\n# caf\xe9\n".to_vec()).unwrap_err();
        assert_eq!(failure.message, "not UTF-8: line 2 has bytes that are no text");
    }

    #[test]
    fn what_has_no_end_is_not_read_to_the_end() {
        assert!(decode(read(io::repeat(b'a')).unwrap()).unwrap_err().message.starts_with("larger than"));
    }
}
