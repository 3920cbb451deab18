//! `--format sarif`: SARIF 2.1.0, which code scanning services show; a conversion is a result with its fix.

use serde_json::{Value, json};
use similar::DiffTag;

use super::batch::Batch;
use super::diff;
use super::place::Place;
use super::{Class, Failure, Report, Verdict};
use crate::dockerfile::span::Span;
use crate::note::{Level, Note, Reason, Safety};
use crate::pipeline::Rewrite;

/// The rule of a conversion, beside the reasons of notes.
const CONVERTIBLE: &str = "convertible";

/// The document of all files.
pub fn document(batch: &Batch) -> String {
    let results: Vec<Value> = batch.reports.iter().flat_map(results).collect();
    let failures = batch.reports.iter().filter_map(|report| match &report.verdict {
        Verdict::Failed(failure) => Some(notification("error", &report.path, failure)),
        _ => None,
    });
    let unseen = batch.unseen.iter().map(|(path, failure)| notification("warning", path, failure));
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "restage",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the folder in which restage was started" } } },
            "invocations": [{
                "executionSuccessful": batch.reports.iter().all(|report| report.class() != Class::Failed),
                "toolExecutionNotifications": failures.chain(unseen).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn rules() -> Vec<Value> {
    let convertible = json!({
        "id": CONVERTIBLE,
        "shortDescription": { "text": "The Dockerfile can become a builder stage and a small runtime stage." },
        "defaultConfiguration": { "level": "note" },
    });
    let reasons = Reason::ALL.iter().map(|reason| {
        json!({
            "id": reason.id(),
            "shortDescription": { "text": reason.meaning() },
            "help": { "text": reason.explanation(), "markdown": reason.explanation() },
        })
    });
    std::iter::once(convertible).chain(reasons).collect()
}

fn results(report: &Report) -> Vec<Value> {
    let conversion = report.conversion().map(|rewrite| conversion(report, rewrite));
    let notes = report.notes().iter().map(|note| said(report, note));
    conversion.into_iter().chain(notes).collect()
}

fn conversion(report: &Report, rewrite: &Rewrite) -> Value {
    let safety = match rewrite.safety() {
        Safety::Safe => "rests on no assumption",
        Safety::NeedsReview => "rests on assumptions that need a review",
    };
    let text = format!(
        "This Dockerfile can become a builder stage and a runtime stage on `{}`; the conversion {safety}.",
        rewrite.runtime_image
    );
    json!({
        "ruleId": CONVERTIBLE,
        "level": "note",
        "message": { "text": text },
        "locations": [location(report, Some(Span::new(0, 0)))],
        "fixes": [{
            "description": { "text": "Make it multi-stage" },
            "artifactChanges": [{
                "artifactLocation": artifact(&report.path),
                "replacements": replacements(&report.before, &rewrite.text),
            }],
        }],
    })
}

/// Whole lines of the old text, each run with what takes its place.
fn replacements(before: &str, after: &str) -> Vec<Value> {
    let (old, new) = (diff::lines(before), diff::lines(after));
    let changed = diff::between(&old, &new).into_iter().filter(|change| change.tag() != DiffTag::Equal);
    changed
        .map(|change| {
            let (old_range, new_range) = (change.old_range(), change.new_range());
            json!({
                "deletedRegion": {
                    "startLine": old_range.start + 1, "startColumn": 1,
                    "endLine": old_range.end + 1, "endColumn": 1,
                },
                "insertedContent": { "text": new[new_range].concat() },
            })
        })
        .collect()
}

fn said(report: &Report, note: &Note) -> Value {
    let level = match (note.level, note.reason) {
        (_, Reason::Unreadable) => "error",
        (Level::Assumption, _) => "warning",
        _ => "note",
    };
    let help = note.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    json!({
        "ruleId": note.reason.id(),
        "level": level,
        "message": { "text": format!("{}{help}", note.message) },
        "locations": [location(report, note.span)],
    })
}

fn location(report: &Report, span: Option<Span>) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&report.path) });
    if let Some(span) = span {
        let place = Place::of(&report.before, span);
        let length = place.text.get(place.range.clone()).map_or(0, |part| part.chars().count());
        physical["region"] = json!({
            "startLine": place.line, "startColumn": place.column,
            "endLine": place.line, "endColumn": place.column + length,
        });
    }
    json!({ "physicalLocation": physical })
}

fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        json!({ "uri": format!("file://{}", encoded(path)) })
    } else {
        json!({ "uri": encoded(path), "uriBaseId": "SRCROOT" })
    }
}

/// A path as part of a URI.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

fn notification(level: &str, path: &str, failure: &Failure) -> Value {
    let help = failure.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    json!({
        "level": level,
        "message": { "text": format!("{}{help}", failure.message) },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact(path) } }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(encoded("a b/ü#?%/Dockerfile"), "a%20b/%C3%BC%23%3F%25/Dockerfile");
        assert_eq!(artifact("/srv/Dockerfile")["uri"], "file:///srv/Dockerfile");
    }

    #[test]
    fn replacements_make_the_new_text() {
        let before = "FROM a\nRUN b\nCMD c";
        let after = "FROM a AS builder\nRUN b\n\nFROM d\nCMD c\n";
        let mut lines: Vec<String> = before.split_inclusive('\n').map(str::to_owned).collect();
        for replacement in replacements(before, after).iter().rev() {
            let line = |key| replacement["deletedRegion"][key].as_u64().unwrap() as usize - 1;
            let text = replacement["insertedContent"]["text"].as_str().unwrap().to_owned();
            lines.splice(line("startLine")..line("endLine"), [text]);
        }
        assert_eq!(lines.concat(), after);
    }
}
