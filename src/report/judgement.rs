//! What the proof found in a conversion that somebody made, as text, JSON or annotations.

use annotate_snippets::Level as Weight;
use serde::Serialize;

use super::github;
use super::place::Place as Line;
use super::text::{self, Look};
use crate::prove::breach::{Breach, Judgement, Place, Side, Unjudged};

/// A text and the path under which people know it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The path, control characters escaped.
    pub path: &'a str,
    /// All of it.
    pub text: &'a str,
}

/// A pair of texts, judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The original.
    pub before: Named<'a>,
    /// What it became.
    pub after: Named<'a>,
    /// What was found.
    pub judgement: &'a Judgement,
}

impl<'a> Judged<'a> {
    fn of(&self, place: Place) -> Named<'a> {
        if place.side == Side::Before { self.before } else { self.after }
    }

    /// The word for what came of it: `breaches`, `not-judged` or `proven`.
    pub fn outcome(&self) -> &'static str {
        match (self.judgement.breaches.is_empty(), self.judgement.unjudged.is_empty()) {
            (false, _) => "breaches",
            (true, false) => "not-judged",
            (true, true) => "proven",
        }
    }
}

/// Every breach with its line, then what could not be judged, then one line that says what came of it.
pub fn told(judged: &Judged<'_>, look: Look) -> String {
    let mut out = String::new();
    for Breach { id, place, message, help } in &judged.judgement.breaches {
        let named = judged.of(*place);
        let excerpt = place.span.map(|span| (named.text, span));
        let weight = Weight::ERROR.with_name("breach");
        out += &text::block(weight, Some(id.id()), message, named.path, excerpt, help.as_deref(), look);
    }
    for Unjudged { place, message, .. } in &judged.judgement.unjudged {
        let named = judged.of(*place);
        let excerpt = place.span.map(|span| (named.text, span));
        let weight = Weight::WARNING.with_name("not judged");
        out += &text::block(weight, None, message, named.path, excerpt, None, look);
    }
    out + &summary(judged)
}

/// What came of it, in one line.
fn summary(judged: &Judged<'_>) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let breaches = judged.judgement.breaches.len();
    let open = count(judged.judgement.unjudged.len(), "line", "lines");
    match judged.outcome() {
        "breaches" => format!("{}: {}\n", judged.after.path, count(breaches, "breach", "breaches")),
        "not-judged" => format!("{}: nothing found, but {open} could not be judged\n", judged.after.path),
        _ => format!("{}: proven to mean the same as {}\n", judged.after.path, judged.before.path),
    }
}

/// One JSON document.
pub fn json(judged: &Judged<'_>) -> String {
    let said = |place: Place, id, message, help| {
        let named = judged.of(place);
        let line = place.span.map(|span| Line::of(named.text, span));
        Said {
            id,
            path: named.path,
            line: line.as_ref().map(|line| line.line),
            column: line.as_ref().map(|line| line.column),
            span: place.span.map(|span| [span.start, span.end]),
            message,
            help,
        }
    };
    let breaches = judged.judgement.breaches.iter();
    let document = Document {
        version: 1,
        before: judged.before.path,
        after: judged.after.path,
        outcome: judged.outcome(),
        breaches: breaches
            .map(|one| said(one.place, Some(one.id.id()), one.message.as_str(), one.help.as_deref()))
            .collect(),
        unjudged: judged
            .judgement
            .unjudged
            .iter()
            .map(|one| said(one.place, None, one.message.as_str(), None))
            .collect(),
    };
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}

/// One annotation per breach and unjudged line.
pub fn commands(judged: &Judged<'_>) -> String {
    let command = |kind: &str, place: Place, title: &str, message: &str, help: Option<&str>| {
        let named = judged.of(place);
        let line = place.span.map(|span| Line::of(named.text, span).line);
        github::command(kind, named.path, line, title, &github::told(message, help))
    };
    let breaches = judged.judgement.breaches.iter();
    let breaches =
        breaches.map(|one| command("error", one.place, one.id.id(), &one.message, one.help.as_deref()));
    let unjudged = judged.judgement.unjudged.iter();
    breaches
        .chain(unjudged.map(|one| command("warning", one.place, "not-judged", &one.message, None)))
        .collect()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    before: &'a str,
    after: &'a str,
    /// `proven`, `breaches` or `not-judged`.
    outcome: &'static str,
    breaches: Vec<Said<'a>>,
    unjudged: Vec<Said<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'static str>,
    /// The file in which the line stands.
    path: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    span: Option<[usize; 2]>,
    message: &'a str,
    help: Option<&'a str>,
}
