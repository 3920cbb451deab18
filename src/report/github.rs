//! `--format github`: workflow commands, which GitHub shows beside the lines of a pull request.

use super::place::Place;
use super::{Failure, Report, Verdict, shown};
use crate::note::{Level, Note, Reason};

/// One command per note, and one for a conversion or a failure. Advice is left out: a pull request is no place for it.
pub fn commands(report: &Report) -> String {
    let mut out = String::new();
    match &report.verdict {
        Verdict::Failed(failure) => {
            out += &command(
                "error",
                &report.path,
                None,
                "failed",
                &told(&failure.message, failure.help.as_deref()),
            );
        }
        Verdict::Converted(rewrite) => {
            let message = format!("This Dockerfile can become multi-stage ({})", rewrite.safety().as_str());
            out += &command("notice", &report.path, Some(1), "convertible", &message);
        }
        Verdict::HeldBack(_) | Verdict::Unchanged(_) | Verdict::Refused(_) | Verdict::NotChosen => {}
    }
    for note in report.notes().iter().filter(|note| note.level > Level::Advice) {
        let line = note.span.map(|span| Place::of(&report.before, span).line);
        out += &command(
            kind(note),
            &report.path,
            line,
            note.reason.id(),
            &told(&note.message, note.help.as_deref()),
        );
    }
    out
}

/// A folder that could not be looked into or holds no Dockerfile.
pub fn warning(path: &str, failure: &Failure) -> String {
    command("warning", path, None, "not seen", &told(&failure.message, failure.help.as_deref()))
}

fn kind(note: &Note) -> &'static str {
    match (note.level, note.reason) {
        (_, Reason::Unreadable) => "error",
        (Level::Assumption, _) => "warning",
        _ => "notice",
    }
}

pub(super) fn told(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}\nhelp: {help}"))
}

/// Only the first line is given: GitHub shows no annotation whose last line is outside of the change.
pub(super) fn command(kind: &str, path: &str, line: Option<usize>, title: &str, message: &str) -> String {
    let line = line.map(|line| format!(",line={line}")).unwrap_or_default();
    format!(
        "::{kind} file={}{line},title={}::{}\n",
        property(path),
        property(&format!("restage: {title}")),
        data(message)
    )
}

fn data(text: &str) -> String {
    shown::text(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::span::Span;

    #[test]
    fn what_could_end_a_command_is_escaped() {
        let report = Report {
            path: "a,b/Dockerfile".into(),
            patch_path: "a,b/Dockerfile".into(),
            repository: None,
            before: "FROM x\nRUN y\n".into(),
            verification: None,
            verdict: Verdict::Refused(vec![
                Note::refusal(Reason::NoRecipe, Span::new(7, 12), "100% unknown\nreally").help("name it"),
            ]),
        };
        assert_eq!(
            commands(&report),
            "::notice file=a%2Cb/Dockerfile,line=2,title=restage%3A no-recipe::100%25 unknown%0Areally%0Ahelp: name it\n"
        );
    }
}
