//! What became of each file, made into strings.
//!
//! One value, [`Report`], computed once; every format below shows the same value. Nothing here prints, decides or opens.

pub mod batch;
pub mod behaviour;
pub mod diff;
pub mod explain;
pub mod github;
pub mod html;
pub mod json;
pub mod judgement;
pub mod markdown;
mod place;
pub mod sarif;
pub mod shown;
pub mod tally;
pub mod text;
pub mod verified;

use std::path::PathBuf;

use crate::dockerfile::span::Span;
use crate::note::{Note, Reason, Safety};
use crate::pipeline::Rewrite;
use crate::verify::Verification;

/// One file and what became of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file as people named it; control characters escaped.
    pub path: String,
    /// Where a patch finds it: relative to the working directory, where it is below that.
    pub patch_path: PathBuf,
    /// Name of the folder of its repository, where it stands in one.
    pub repository: Option<String>,
    /// What was read; empty where nothing could be.
    pub before: String,
    /// What became of it.
    pub verdict: Verdict,
    /// What an engine said of it, where it was asked.
    pub verification: Option<Box<Verification>>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// A new text.
    Converted(Rewrite),
    /// A new text that rests on assumptions, where only safe ones were asked for.
    HeldBack(Rewrite),
    /// Nothing to do, and why.
    Unchanged(Note),
    /// No careful plan exists, and why.
    Refused(Vec<Note>),
    /// It could not be read, judged or written.
    Failed(Failure),
    /// It is none of the files that were asked for (`--language`, `--only`): it is neither told, counted nor written.
    NotChosen,
}

/// Why something failed. Failures are about the world; what is said about a Dockerfile's meaning is a [`Note`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, in one sentence without a final period.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// The file that is at fault, where it is another than the one that was worked.
    pub path: Option<String>,
    /// Where in a text, for an excerpt.
    pub excerpt: Option<Box<(String, Span)>>,
}

impl Failure {
    /// A failure without help or excerpt.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The same failure with what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The kinds of verdict that are counted and named, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Converted without assumptions.
    Safe,
    /// Converted with assumptions.
    NeedsReview,
    /// Converted with assumptions, and kept from view by `--safe`.
    HeldBack,
    /// Has its stages already.
    MultiStage,
    /// Nothing to do for another reason.
    Unchanged,
    /// No careful plan exists.
    Refused,
    /// Could not be read, judged or written.
    Failed,
    /// None of the files that were asked for.
    NotChosen,
}

impl Report {
    /// What its verdict counts as. A text that is no Dockerfile is a failure, not a refusal.
    pub fn class(&self) -> Class {
        match &self.verdict {
            Verdict::Converted(rewrite) => match rewrite.safety() {
                Safety::Safe => Class::Safe,
                Safety::NeedsReview => Class::NeedsReview,
            },
            Verdict::HeldBack(_) => Class::HeldBack,
            Verdict::Unchanged(note) if note.reason == Reason::MultiStage => Class::MultiStage,
            Verdict::Unchanged(_) => Class::Unchanged,
            Verdict::Refused(notes) if notes.iter().any(|note| note.reason == Reason::Unreadable) => {
                Class::Failed
            }
            Verdict::Refused(_) => Class::Refused,
            Verdict::Failed(_) => Class::Failed,
            Verdict::NotChosen => Class::NotChosen,
        }
    }

    /// What was said about places in it.
    pub fn notes(&self) -> &[Note] {
        match &self.verdict {
            Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite) => &rewrite.notes,
            Verdict::Unchanged(note) => std::slice::from_ref(note),
            Verdict::Refused(notes) => notes,
            Verdict::Failed(_) | Verdict::NotChosen => &[],
        }
    }

    /// The conversion that is in force: shown, written, or counted by `--check`.
    pub fn conversion(&self) -> Option<&Rewrite> {
        match &self.verdict {
            Verdict::Converted(rewrite) => Some(rewrite),
            _ => None,
        }
    }

    /// The conversion as a patch; empty where there is none.
    pub fn patch(&self) -> String {
        self.conversion()
            .map(|rewrite| diff::unified(&self.patch_path, &self.before, &rewrite.text))
            .unwrap_or_default()
    }
}
