//! Notes and failures for people, in the manner of rustc: what is so, the line, what to do next.

use annotate_snippets::{AnnotationKind, Group, Level as Weight, Origin, Renderer, Snippet};

use super::place::Place;
use super::shown;
use super::{Failure, Report, Verdict};
use crate::dockerfile::span::Span;
use crate::note::{Level, Note, Reason};

/// How notes are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// With terminal colours.
    pub color: bool,
    /// With advice too, on which nothing depends.
    pub verbose: bool,
    /// Whether it is the only file: then it is also told why nothing is to be done with it.
    pub alone: bool,
}

/// Everything said about one file; empty where there is nothing to say.
pub fn notes(report: &Report, look: Look) -> String {
    if let Verdict::Failed(failure) = &report.verdict {
        return self::failure(&report.path, failure, look);
    }
    let told = look.verbose || look.alone && matches!(report.verdict, Verdict::Unchanged(_));
    let mut out: String = report
        .notes()
        .iter()
        .filter(|note| told || note.level > Level::Advice)
        .map(|note| self::note(&report.path, &report.before, note, look))
        .collect();
    if let Verdict::HeldBack(_) = report.verdict {
        let held = Failure::new("the conversion rests on assumptions and is held back by --safe")
            .help("leave --safe out to see it");
        out += &block(
            Weight::NOTE.with_name("held back"),
            None,
            &held.message,
            &report.path,
            None,
            held.help.as_deref(),
            look,
        );
    }
    out
}

/// A failure about a file or folder.
pub fn failure(path: &str, failure: &Failure, look: Look) -> String {
    let excerpt = failure.excerpt.as_ref().map(|excerpt| (excerpt.0.as_str(), excerpt.1));
    let path = failure.path.as_deref().unwrap_or(path);
    block(Weight::ERROR, None, &failure.message, path, excerpt, failure.help.as_deref(), look)
}

/// Something about a file or folder that stops nothing.
pub fn warning(path: &str, failure: &Failure, look: Look) -> String {
    block(Weight::WARNING, None, &failure.message, path, None, failure.help.as_deref(), look)
}

fn note(path: &str, text: &str, note: &Note, look: Look) -> String {
    let weight = match (note.level, note.reason) {
        (_, Reason::Unreadable) => Weight::ERROR,
        (Level::Refusal, _) => Weight::WARNING.with_name("refused"),
        (Level::Assumption, _) => Weight::WARNING.with_name("assumption"),
        (Level::Advice, _) => Weight::NOTE,
    };
    let excerpt = note.span.map(|span| (text, span));
    block(weight, Some(note.reason.id()), &note.message, path, excerpt, note.help.as_deref(), look)
}

/// One block: title, place, excerpt, help.
pub(super) fn block(
    weight: Weight<'_>,
    id: Option<&str>,
    message: &str,
    path: &str,
    excerpt: Option<(&str, Span)>,
    help: Option<&str>,
    look: Look,
) -> String {
    let (message, path, help) = (shown::text(message), shown::line(path), help.map(shown::text));
    let title = weight.primary_title(&message);
    let mut group = Group::with_title(match id {
        Some(id) => title.id(id),
        None => title,
    });
    // A blank line has nothing to point at, and an empty text has no line.
    let place =
        excerpt.map(|(text, span)| Place::of(text, span)).filter(|place| !place.text.trim().is_empty());
    let excerpt = place.map(|place| {
        let (range, text) = (place.range, place.text);
        let [before, meant, after] =
            [&text[..range.start], &text[range.clone()], &text[range.end..]].map(shown::text);
        let range = before.len()..before.len() + meant.len();
        (place.line, before + &meant + &after, range)
    });
    group = match excerpt {
        Some((line, text, range)) => group.element(
            Snippet::source(text)
                .line_start(line)
                .path(&path)
                .annotation(AnnotationKind::Primary.span(range)),
        ),
        None => group.element(Origin::path(&path)),
    };
    if let Some(help) = &help {
        group = group.element(Weight::HELP.message(help));
    }
    let renderer = if look.color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group]) + "\n\n"
}
