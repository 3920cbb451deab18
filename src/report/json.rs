//! `--format json`: one document for all files, one line per file.
//!
//! The document is versioned, and `docs/schema/report-1.json` is its schema. Fields may be added within a version; none is
//! renamed, removed or given another meaning.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::place::Place;
use super::tally::Tally;
use super::verified::Verified;
use super::{Class, Failure, Report, Verdict};
use crate::note::{Level, Note};
use crate::pipeline::Explained;

/// Version of the document.
const VERSION: u32 = 1;

/// What comes before the first file.
pub fn head() -> String {
    format!("{{\"version\":{VERSION},\"files\":[")
}

/// One file; `first` tells whether it is the first of the document.
pub fn file(report: &Report, first: bool) -> String {
    let separator = if first { "\n" } else { ",\n" };
    separator.to_owned() + &serde_json::to_string(&File::of(report)).unwrap_or_default()
}

/// One file, for formats that hold it inside of something else.
pub(super) fn value(report: &Report) -> Value {
    serde_json::to_value(File::of(report)).unwrap_or_default()
}

/// What comes after the last file: counts, and the folders that could not be looked into or hold no Dockerfile.
pub fn tail(tally: &Tally, unseen: &[(String, Failure)]) -> String {
    let summary = Summary {
        files: tally.files(),
        safe: tally.count(Class::Safe),
        needs_review: tally.count(Class::NeedsReview),
        held_back: tally.count(Class::HeldBack),
        multi_stage: tally.count(Class::MultiStage),
        unchanged: tally.count(Class::Unchanged),
        refused: tally.count(Class::Refused),
        failed: tally.count(Class::Failed),
        reasons: tally.reasons().map(|(reason, count)| (reason.id(), count)).collect(),
    };
    let unseen: Vec<Unseen> =
        unseen.iter().map(|(path, failure)| Unseen { path, message: &failure.message }).collect();
    format!(
        "\n],\"unseen\":{},\"summary\":{}}}\n",
        serde_json::to_string(&unseen).unwrap_or_default(),
        serde_json::to_string(&summary).unwrap_or_default()
    )
}

/// One file.
#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    /// Name of the repository's folder, where it stands in one.
    repository: Option<&'a str>,
    /// `converted`, `held-back`, `unchanged`, `refused` or `failed`.
    outcome: &'static str,
    recipe: Option<&'a str>,
    /// The image that the runtime stage stands on.
    runtime: Option<&'a str>,
    /// `safe` or `needs-review`.
    safety: Option<&'static str>,
    notes: Vec<Said<'a>>,
    /// The patch, as the text format prints it.
    diff: Option<String>,
    /// The new file, all of it.
    text: Option<&'a str>,
    explanation: Vec<Row<'a>>,
    /// What an engine said of it, with `--verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Verified<'a>>,
}

/// A note, or the failure of a file.
#[derive(Serialize)]
struct Said<'a> {
    /// `error`, `refusal`, `assumption` or `advice`.
    level: &'static str,
    reason: Option<&'static str>,
    message: &'a str,
    help: Option<&'a str>,
    /// From 1.
    line: Option<usize>,
    /// In characters, from 1.
    column: Option<usize>,
    /// Byte offsets, from 0, half-open.
    span: Option<[usize; 2]>,
}

/// Where an instruction goes.
#[derive(Serialize)]
struct Row<'a> {
    /// Line in the original, from 1; none for an added line.
    line: Option<usize>,
    text: &'a str,
    /// `builder`, `runtime`, `both` or `replaced`.
    stage: &'static str,
    why: &'a str,
}

/// Counts over all files.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Summary {
    files: usize,
    safe: usize,
    needs_review: usize,
    held_back: usize,
    multi_stage: usize,
    unchanged: usize,
    refused: usize,
    failed: usize,
    /// How many files have a note of each reason, advice left out.
    reasons: BTreeMap<&'static str, usize>,
}

/// A folder that could not be looked into or holds no Dockerfile.
#[derive(Serialize)]
struct Unseen<'a> {
    path: &'a str,
    message: &'a str,
}

impl<'a> File<'a> {
    fn of(report: &'a Report) -> Self {
        let rewrite = match &report.verdict {
            Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite) => Some(rewrite),
            _ => None,
        };
        let notes = report.notes().iter().map(|note| Said::note(&report.before, note));
        let failure = match &report.verdict {
            Verdict::Failed(failure) => Some(Said::failure(failure)),
            _ => None,
        };
        Self {
            path: &report.path,
            repository: report.repository.as_deref(),
            outcome: match report.class() {
                Class::Safe | Class::NeedsReview => "converted",
                Class::HeldBack => "held-back",
                Class::MultiStage | Class::Unchanged => "unchanged",
                Class::Refused => "refused",
                Class::Failed => "failed",
                Class::NotChosen => "not-chosen",
            },
            recipe: rewrite.map(|rewrite| rewrite.recipe.as_str()),
            runtime: rewrite.map(|rewrite| rewrite.runtime_image.as_str()),
            safety: rewrite.map(|rewrite| rewrite.safety().as_str()),
            notes: notes.chain(failure).collect(),
            diff: report.conversion().map(|_| report.patch()),
            text: report.conversion().map(|rewrite| rewrite.text.as_str()),
            explanation: rewrite
                .map(|rewrite| rewrite.explanation.iter().map(|row| Row::of(&report.before, row)).collect())
                .unwrap_or_default(),
            verification: report.verification.as_deref().map(Verified::of),
        }
    }
}

impl<'a> Said<'a> {
    fn note(text: &str, note: &'a Note) -> Self {
        let place = note.span.map(|span| Place::of(text, span));
        Self {
            level: match note.level {
                Level::Advice => "advice",
                Level::Assumption => "assumption",
                Level::Refusal => "refusal",
            },
            reason: Some(note.reason.id()),
            message: &note.message,
            help: note.help.as_deref(),
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            span: note.span.map(|span| [span.start, span.end]),
        }
    }

    fn failure(failure: &'a Failure) -> Self {
        Self {
            level: "error",
            reason: None,
            message: &failure.message,
            help: failure.help.as_deref(),
            line: None,
            column: None,
            span: None,
        }
    }
}

impl<'a> Row<'a> {
    fn of(text: &str, explained: &'a Explained) -> Self {
        Self {
            line: explained.span.map(|span| Place::of(text, span).line),
            text: &explained.text,
            stage: explained.placement.as_str(),
            why: &explained.why,
        }
    }
}
