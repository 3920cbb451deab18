//! `--explain`: which stage every instruction goes to, and why.

use std::fmt::Write as _;

use super::{Report, Verdict, shown};
use crate::dockerfile::span::Span;
use crate::pipeline::Explained;
use crate::report::place::Place;

/// Widest text of an instruction that is shown, in characters.
const WIDEST: usize = 48;

/// The table of one file: line, instruction, stage, why; then the lines that were added. Empty without a conversion.
pub fn table(report: &Report) -> String {
    let (Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite)) = &report.verdict else {
        return String::new();
    };
    let rows: Vec<Row> =
        rewrite.explanation.iter().map(|explained| Row::of(&report.before, explained)).collect();
    let line = width(&rows, |row| &row.line);
    let text = width(&rows, |row| &row.text);
    let stage = width(&rows, |row| row.stage);

    let mut out =
        format!("{} ({}, {})\n", shown::line(&report.path), rewrite.recipe, rewrite.safety().as_str());
    let (kept, added): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| !row.line.is_empty());
    for (head, rows) in [("", kept), ("added\n", added)] {
        if rows.is_empty() {
            continue;
        }
        out += head;
        for row in rows {
            let _ = writeln!(
                out,
                "  {:>line$}  {:<text$}  {:<stage$}  {}",
                row.line,
                row.text,
                row.stage,
                shown::line(row.why)
            );
        }
    }
    out
}

struct Row<'a> {
    /// Line number, empty for an added line.
    line: String,
    text: String,
    stage: &'static str,
    why: &'a str,
}

impl<'a> Row<'a> {
    fn of(before: &str, explained: &'a Explained) -> Self {
        let number = |span: Span| Place::of(before, span).line.to_string();
        Self {
            line: explained.span.map(number).unwrap_or_default(),
            text: shortened(&explained.text),
            stage: explained.placement.as_str(),
            why: &explained.why,
        }
    }
}

fn width<'a>(rows: &'a [Row<'a>], of: impl Fn(&'a Row<'a>) -> &'a str) -> usize {
    rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default()
}

/// The first line, without characters that can't be seen, cut to a readable width. What is cut, and what a line continues with, is `…`.
fn shortened(text: &str) -> String {
    let line = shown::line(&text.lines().next().unwrap_or_default().replace('\t', " "));
    let whole = line.trim();
    let line = whole.trim_end_matches(['\\', '`']);
    if line.len() == whole.len() && line.chars().count() <= WIDEST {
        return line.to_owned();
    }
    line.chars().take(WIDEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Placement, Rewrite};

    #[test]
    fn columns_stand_under_each_other() {
        let explained = |span, text: &str, placement, why: &str| Explained {
            span,
            text: text.into(),
            placement,
            why: why.into(),
        };
        let report = Report {
            path: "Dockerfile".into(),
            patch_path: "Dockerfile".into(),
            repository: None,
            before: "FROM golang:1.22\n\nRUN go build\n".into(),
            verification: None,
            verdict: Verdict::Converted(Rewrite {
                text: String::new(),
                recipe: "go".into(),
                runtime_image: "debian:bookworm-slim".into(),
                notes: Vec::new(),
                explanation: vec![
                    explained(Some(Span::new(0, 16)), "FROM golang:1.22", Placement::Builder, "it compiles"),
                    explained(Some(Span::new(18, 30)), "RUN go build", Placement::Builder, "it makes /app"),
                    explained(None, "FROM debian:bookworm-slim", Placement::Runtime, "the same libc"),
                ],
            }),
        };
        assert_eq!(
            table(&report),
            "Dockerfile (go, safe)\n\
             \x20 1  FROM golang:1.22           builder  it compiles\n\
             \x20 3  RUN go build               builder  it makes /app\n\
             added\n\
             \x20    FROM debian:bookworm-slim  runtime  the same libc\n"
        );
    }

    #[test]
    fn long_instructions_are_cut() {
        let cut = shortened(&"é".repeat(60));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (WIDEST, true));
        assert_eq!(shortened("RUN a && \\\n  b"), "RUN a && …");
    }
}
