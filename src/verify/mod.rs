//! Asks a real engine: builds the file as it was and as it would be, compares both images, and looks up what is missing where
//! it worked.
//!
//! `engine` drives the user's own program in a `session`, and `built` is what that made; `inventory` reads an image without running it (`binary`: what ELF files ask for,
//! `linking`: what a loader would find, `owner`: which package brought a file, `ownership`:
//! whom it belongs to); `compare` holds two images side by side; `ask`
//! runs them, where that was asked for; `hint` reads what a failure names; [`verify`] repeats that until nothing is missing or
//! nothing more is known.

#![expect(clippy::disallowed_methods, reason = "this layer drives a program and reads what it exported")]

pub mod ask;
pub mod binary;
pub mod built;
pub mod compare;
pub mod configuration;
pub mod engine;
pub mod fault;
pub mod figures;
pub mod finding;
pub mod hint;
pub mod inventory;
pub mod linking;
pub mod owner;
mod ownership;
mod session;
pub mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use self::ask::{Answer, Questions};
use self::built::Image;
use self::compare::Side;
use self::configuration::Meant;
use self::engine::{Engine, last_lines};
use self::fault::Fault;
use self::figures::Figures;
use self::finding::{Finding, Kind, Remedy};
use self::inventory::Inventory;
use self::owner::Packages;
use self::ownership::Bases;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Keyword;
use crate::note::Reason;

/// How often a text is amended and built again.
const ROUNDS: usize = 3;

/// A conversion to verify.
pub struct Subject<'a> {
    /// The text of the file as it was.
    pub before: &'a str,
    /// The text as it would be.
    pub after: &'a str,
    /// The build context.
    pub context: &'a Path,
    /// The `.dockerignore` in force, its text.
    pub ignore: Option<&'a str>,
    /// What may differ.
    pub meant: Meant,
    /// Programs that only build.
    pub toolchain: &'a [String],
    /// Paths that programs read without naming them.
    pub data: &'a [String],
    /// Writes an amended text with these lines more, if it still proves: `None` says that it does not.
    pub amend: &'a dyn Fn(&str, &BTreeSet<Remedy>) -> Option<String>,
}

/// How to verify.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The user's own words for the builder.
    pub options: Vec<String>,
    /// What to ask both images.
    pub questions: Questions,
    /// Whether to mend what is missing.
    pub repair: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// The old image.
    pub before: Figures,
    /// The new image; `None` where it does not build.
    pub after: Option<Figures>,
    /// In what the new image is less; empty where it is verified.
    pub findings: Vec<Finding>,
    /// The new text, repairs included.
    pub text: String,
    /// What was added to it.
    pub added: BTreeSet<Remedy>,
    /// Files that only the old image has, by who brought them.
    pub left: BTreeMap<String, usize>,
    /// Whether both images are of one release of one distribution.
    pub same_release: bool,
    /// Whether both were asked something.
    pub asked: bool,
    /// Assumptions that the images settled, with how.
    pub settled: Vec<(Reason, &'static str)>,
}

impl Verification {
    /// Whether the new image is in nothing less than the old one.
    pub fn holds(&self) -> bool {
        self.findings.is_empty() && self.after.is_some()
    }
}

/// Builds, compares and, if so asked, mends.
///
/// # Errors
/// Why there is no verdict: the engine, the original, a bound, or the user's own stop.
pub fn verify(engine: &Engine, subject: &Subject<'_>, settings: &Settings) -> Result<Verification, Fault> {
    Bench { engine, subject, settings }.run().map_err(|error| match error.downcast_ref::<Fault>() {
        Some(fault) => fault.clone(),
        None if fault::is_full(&format!("{error:#}")) => Fault::Full(format!("{error:#}")),
        None => Fault::Engine(format!("{error:#}")),
    })
}

struct Bench<'a> {
    engine: &'a Engine,
    subject: &'a Subject<'a>,
    settings: &'a Settings,
}

/// An image, what is in it, and what it answered.
struct Built<'a> {
    image: Image<'a>,
    side: Side,
    answers: Vec<Answer>,
}

impl<'a> Bench<'a> {
    fn run(&self) -> Result<Verification> {
        let before =
            self.build("before", self.subject.before).map_err(|error| fault_or(error, Fault::Original))?;
        if let Some(answer) = before.answers.iter().find(|answer| answer.is_none()) {
            let why = format!("{}: {}", answer.question, answer.outcome);
            anyhow::bail!(Fault::OriginalRun(why));
        }
        let mut verification = Verification {
            before: Figures::of(&before.side, self.subject.toolchain, before.image.took),
            text: self.subject.after.to_owned(),
            asked: !self.settings.questions.is_empty(),
            ..Verification::default()
        };
        let mut tried = BTreeSet::new();
        let mut unmended = None;
        for round in 0..=ROUNDS {
            self.judge(&before, &mut verification)?;
            unmended.get_or_insert_with(|| verification.clone());
            if verification.holds() || !self.settings.repair || round == ROUNDS {
                break;
            }
            let untried =
                |finding: &Finding| finding.remedies.iter().find(|remedy| !tried.contains(*remedy)).cloned();
            let more: Vec<Remedy> = verification.findings.iter().filter_map(untried).collect();
            tried.extend(more.iter().cloned());
            let added: BTreeSet<Remedy> = verification.added.iter().cloned().chain(more.clone()).collect();
            let amended = (self.subject.amend)(self.subject.after, &added);
            let Some(text) = amended.filter(|_| !more.is_empty()) else { break };
            (verification.text, verification.added) = (text, added);
        }
        // what can't be mended whole is not mended by half
        Ok(unmended.filter(|_| !verification.holds()).unwrap_or(verification))
    }

    /// Builds the text as it now is, and says in what it is less.
    fn judge(&self, before: &Built<'a>, verification: &mut Verification) -> Result<()> {
        let after = match self.build("after", &verification.text) {
            Ok(after) => after,
            Err(error) if error.is::<Fault>() || fault::is_full(&format!("{error:#}")) => return Err(error),
            Err(error) => {
                let message = format!("the new file does not build: {error:#}");
                let hints = hint::hints(&message, &before.side, &nothing(), &[]);
                let mut finding = Finding::new(Kind::NotBuilt, "Dockerfile", message);
                finding.remedies = hints;
                (verification.findings, verification.after) = (vec![finding], None);
                return Ok(());
            }
        };
        let meant = &self.subject.meant;
        verification.findings = compare::differences(&before.side, &after.side, meant);
        verification.findings.extend(self.modes(before, &after, &verification.text)?);
        verification.findings.extend(self.compare_answers(before, &after)?);
        verification.after = Some(Figures::of(&after.side, self.subject.toolchain, after.image.took));
        verification.left = compare::left_behind(&before.side, &after.side);
        let release = |side: &Side| (side.files.release("ID"), side.files.release("VERSION_ID"));
        verification.same_release =
            release(&before.side).0.is_some() && release(&before.side) == release(&after.side);
        Ok(())
    }

    fn compare_answers(&self, before: &Built<'a>, after: &Built<'a>) -> Result<Vec<Finding>> {
        let pairs = || before.answers.iter().zip(&after.answers);
        if pairs().all(|(old, new)| old.difference(new, None).is_none()) {
            return Ok(Vec::new());
        }
        // what two runs of the old image tell differently says nothing
        let again = ask::answers(self.engine, &before.image, &self.settings.questions)?;
        let differing = pairs().zip(&again).filter_map(|((old, new), again)| {
            let mut finding = Finding::new(Kind::Answer, &*old.question, old.difference(new, Some(again))?);
            if old.is_list {
                finding.kind = Kind::Module;
            }
            let told = format!("{}\n{}\n{}", new.said, new.outcome, finding.message);
            finding.remedies = hint::hints(&told, &before.side, &after.side, self.subject.data);
            Some(finding)
        });
        Ok(differing.collect())
    }

    /// Asks for the base images only where something differs that may be theirs.
    fn modes(&self, before: &Built<'a>, after: &Built<'a>, text: &str) -> Result<Vec<Finding>> {
        let modes = |bases| ownership::modes(&before.side, &after.side, &bases);
        let found = modes(Bases::default());
        if found.is_empty() {
            return Ok(found);
        }
        let files = |text: &str| match base(text) {
            Some(base) => self.image("base", &base).and_then(|(image, folder)| files(&image, &folder)),
            None => Ok(Inventory::default()),
        };
        Ok(modes(Bases { before: files(self.subject.before)?, after: files(text)? }))
    }

    fn build(&self, role: &str, text: &str) -> Result<Built<'a>> {
        let (image, folder) = self.image(role, text)?;
        let files = files(&image, &folder)?;
        let side = Side {
            configuration: image.configuration()?,
            packages: Packages::of(&files),
            files,
            size: image.size()?,
            layers: image.layers()?,
        };
        let answers = ask::answers(self.engine, &image, &self.settings.questions)?;
        Ok(Built { image, side, answers })
    }

    /// The image of a text, and a folder to work in.
    fn image(&self, role: &str, text: &str) -> Result<(Image<'a>, TempDir)> {
        let folder = self.engine.folder()?;
        let file = folder.path().join("Dockerfile");
        fs::write(&file, text)?;
        if let Some(ignore) = self.subject.ignore {
            fs::write(folder.path().join("Dockerfile.dockerignore"), ignore)?;
        }
        let image = Image::build(self.engine, role, &file, self.subject.context, &self.settings.options)?;
        Ok((image, folder))
    }
}

fn files(image: &Image<'_>, folder: &TempDir) -> Result<Inventory> {
    let archive = folder.path().join("files.tar");
    image.export(&archive)?;
    Inventory::read(&archive).context("the engine's export can't be read")
}

/// A file that builds the base image of another; `None` where that is empty.
fn base(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let last = document.instructions.iter().rfind(|instruction| instruction.keyword == Keyword::From)?;
    let empty = document.slice(last.span).split_whitespace().any(|word| word.eq_ignore_ascii_case("scratch"));
    (!empty).then(|| text[..last.block.end].to_owned())
}

/// An image with nothing in it.
fn nothing() -> Side {
    Side {
        configuration: serde_json::Value::Null,
        files: Inventory::default(),
        packages: Packages::default(),
        size: 0,
        layers: 0,
    }
}

/// A fault stays what it is; any other failure is made one.
fn fault_or(error: anyhow::Error, otherwise: fn(String) -> Fault) -> anyhow::Error {
    if error.is::<Fault>() {
        return error;
    }
    let told = format!("{error:#}");
    let fault = if fault::is_full(&told) { Fault::Full } else { otherwise };
    fault(last_lines(&told, 12)).into()
}
