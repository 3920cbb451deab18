//! Reads a document with dockerfile-parser, a parser that shares no code with restage's own.
//!
//! That parser knows no heredocs, directives, byte order marks or comments right behind `RUN \`, and refuses other valid
//! text. So it is given one instruction at a time, in a spelling it can read and that means the same, and what it can't
//! read even then says nothing. What it does read, it must read as restage does.

use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::lines;
use crate::dockerfile::span::Span;
use dockerfile_parser::{Dockerfile, Instruction as Second};

/// Most lines of one instruction that are handed over: it recurses for each and overflows the stack beyond 5,000.
const MOST_LINES: usize = 1_000;

/// The first thing that the second reader sees differently, in one sentence without a final period.
pub fn disagreement(document: &Document) -> Option<(Span, String)> {
    let known = |instruction: &&Instruction| instruction.keyword != Keyword::Unknown;
    document.instructions.iter().filter(known).find_map(|instruction| {
        let text = respelled(document, instruction)?;
        let read = Dockerfile::parse(&text).ok()?;
        difference(instruction, &read.instructions).map(|difference| {
            (instruction.span, format!("on line {} a second parser sees {difference}", instruction.line))
        })
    })
}

/// An instruction without what the second reader can't read; `None` where it is too long.
fn respelled(document: &Document, instruction: &Instruction) -> Option<String> {
    let end = instruction.heredocs.first().map_or(instruction.span.end, |heredoc| heredoc.body.start);
    let text = document.slice(Span::new(instruction.keyword_span.start, end));
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index >= MOST_LINES {
            return None;
        }
        let is_first = index == 0;
        if !is_first && (lines::is_comment(line) || lines::is_blank(line)) {
            continue;
        }
        let (piece, _) = lines::cut_continuation(line.trim_end_matches('\r'), document.escape);
        if piece.trim().is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str("\\\n");
        }
        out.extend(piece.chars().map(|c| if c.is_whitespace() && c != '\t' { ' ' } else { c }));
        // A backslash that continues nothing would continue the line here.
        if out.trim_end_matches([' ', '\t']).ends_with('\\') {
            out.push('_');
        }
    }
    // A `#` that begins the arguments would make a comment of them.
    let arguments = out.find([' ', '\t']).map(|at| out.len() - out[at..].trim_start().len());
    if let Some(at) = arguments.filter(|at| out[*at..].starts_with('#')) {
        out.replace_range(at..=at, "_");
    }
    Some(out)
}

/// How the second reader's list differs from this one instruction.
fn difference(instruction: &Instruction, read: &[Second]) -> Option<String> {
    let [second] = read else {
        return Some(format!("{} instructions instead of one", read.len()));
    };
    let name = match second {
        Second::From(_) => "FROM",
        Second::Arg(_) => "ARG",
        Second::Label(_) => "LABEL",
        Second::Run(_) => "RUN",
        Second::Entrypoint(_) => "ENTRYPOINT",
        Second::Cmd(_) => "CMD",
        Second::Copy(_) => "COPY",
        Second::Env(_) => "ENV",
        Second::Misc(misc) => misc.instruction.as_ref(),
    };
    if Keyword::of(name) != instruction.keyword {
        return Some(format!("{name} instead of {}", instruction.keyword.as_str()));
    }
    let (Second::From(from), Arguments::Words(words)) = (second, &instruction.arguments) else { return None };
    let word = |index: usize| words.get(index).map(|word| word.text.as_str());
    // a FROM that names no image is none that Docker takes: there is nothing to agree on
    // and one that begins with `#` was respelled, and can't be a name either
    let image = word(0).filter(|image| !image.starts_with('#'))?;
    if image != from.image.as_ref() {
        return Some(format!("the image `{}`", from.image.as_ref()));
    }
    let alias = from.alias.as_ref().map(AsRef::as_ref);
    (word(2) != alias).then(|| format!("the stage name `{}`", alias.unwrap_or_default()))
}
