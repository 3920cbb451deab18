//! One file, from its path to its report.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::Args;
use super::contexts::Contexts;
use super::inputs::{Found, shown};
use super::lock::Lock;
use super::{base, guard, rules, write};
use crate::knowledge::Knowledge;
use crate::note::Safety;
use crate::pipeline::{self, Outcome, Request};
use crate::recipe::Recipes;
use crate::report::{Failure, Report, Verdict};

/// Largest file that is taken for a Dockerfile, in bytes.
const LARGEST: u64 = 16 << 20;

/// All that files are worked with.
pub(super) struct Workshop<'a> {
    args: &'a Args,
    recipes: Recipes,
    knowledge: Knowledge,
    contexts: Contexts,
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
        let here = std::env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
        let contexts = Contexts::new(args.context.clone(), here.clone());
        Ok(Self { args, recipes, knowledge, contexts, base: here.clone(), here })
    }

    /// Lets the paths of patches count from where git finds all of the files; gives that folder if it is another one than
    /// the working directory.
    pub(super) fn patch_from(&mut self, inputs: &[Found]) -> Option<String> {
        self.base = base::of(inputs, &self.here);
        (self.base != self.here).then(|| shown(&self.base))
    }

    /// The facts in force.
    pub(super) fn knowledge(&self) -> &Knowledge {
        &self.knowledge
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
            Found::File(path) => (path.clone(), fs::File::open(path).and_then(read)),
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

    fn convert(&self, text: &str, place: Option<&Path>) -> Verdict {
        let (context, noted) = self.contexts.of(text, place);
        let outcome = pipeline::restage(&Request {
            text,
            context: context.as_deref(),
            recipes: &self.recipes,
            knowledge: &self.knowledge,
            runtime: self.args.runtime.as_ref(),
        });
        match outcome {
            Outcome::Unchanged(note) => Verdict::Unchanged(note),
            Outcome::Refused(mut notes) => {
                notes.extend(noted);
                Verdict::Refused(notes)
            }
            Outcome::Rewritten(mut rewrite) => {
                rewrite.notes.extend(noted);
                if self.args.safe && rewrite.safety() < Safety::Safe {
                    Verdict::HeldBack(rewrite)
                } else {
                    Verdict::Converted(rewrite)
                }
            }
        }
    }

    fn report(&self, path: &Path, before: String, verdict: Verdict) -> Report {
        // git follows no links: the patch names the file itself.
        let target = path.canonicalize();
        let patch_path = match &target {
            Ok(target) => target.strip_prefix(&self.base).unwrap_or(target).to_owned(),
            Err(_) => path.to_owned(),
        };
        Report { path: shown(path), patch_path, before, verdict }
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
        _ => Failure::new(format!("can't read: {error}")),
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, Failure> {
    if u64::try_from(bytes.len()).is_ok_and(|size| size > LARGEST) {
        return Err(Failure::new(format!("larger than {} MiB: not a Dockerfile", LARGEST >> 20)));
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
