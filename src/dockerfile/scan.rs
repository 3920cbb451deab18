//! Cuts a text into instructions exactly as BuildKit's parser does.
//!
//! `lines` makes logical lines of physical ones, `arguments` takes a logical line apart, `heredoc` reads the bodies
//! that follow it; here they are put together.

use super::arguments;
use super::directives::Directives;
use super::document::{Document, ScanError};
use super::heredoc;
use super::instruction::{Arguments, Instruction};
use super::lines::{Line, Lines, Logical, cut_continuation, is_blank, is_comment};
use super::span::Span;

/// See [`Document::parse`].
pub(super) fn scan(text: String) -> Result<Document, ScanError> {
    let mut lines = Lines::new(&text);
    let mut directives = Directives::new();
    let mut instructions = Vec::new();
    let mut joined = Joined::default();
    // Where the comments directly above began.
    let mut comments = None;
    while let Some(line) = lines.next()? {
        if directives.take(&line)? || is_blank(line.content) {
            comments = None;
        } else if is_comment(line.content) {
            comments = comments.or(Some(line.start));
        } else {
            let block = comments.take().unwrap_or(line.start);
            instructions.push(joined.instruction(&mut lines, line, block, directives.escape)?);
        }
    }
    if instructions.is_empty() {
        return Err(ScanError {
            span: Span::new(text.len(), text.len()),
            message: "the file has no instruction".to_owned(),
        });
    }
    let mut line_starts = lines.starts;
    line_starts.shrink_to_fit();
    let Directives { escape, found: directives, .. } = directives;
    Ok(Document { text, line_starts, escape, directives, instructions })
}

/// Room for joining continued lines, used again for each instruction.
#[derive(Default)]
struct Joined {
    text: String,
    segments: Vec<(usize, usize)>,
}

impl Joined {
    /// Reads the instruction that begins in `line`; `block` is where its comments begin.
    fn instruction(
        &mut self,
        lines: &mut Lines<'_>,
        line: Line<'_>,
        block: usize,
        escape: char,
    ) -> Result<Instruction, ScanError> {
        let number = lines.number();
        let start = line.end() - line.content.trim_start().len();
        let (piece, mut goes_on) = cut_continuation(line.content.trim_start(), escape);
        self.text.clear();
        self.segments.clear();
        self.segments.push((0, start));
        let is_single = !goes_on;
        let (mut end, mut next) = (line.end(), line.next);
        if goes_on {
            self.text.push_str(piece);
        }
        while goes_on && let Some(line) = lines.next()? {
            (end, next) = (line.end(), line.next);
            if is_comment(line.content) || is_blank(line.content) {
                continue;
            }
            let piece;
            (piece, goes_on) = cut_continuation(line.content, escape);
            if !piece.is_empty() {
                if self.text.is_empty() {
                    self.segments.clear();
                }
                self.segments.push((self.text.len(), line.start));
                self.text.push_str(piece);
            }
        }
        let text = if is_single { piece } else { &self.text };
        let logical = Logical { text, segments: &self.segments, start };
        let mut instruction = arguments::instruction(logical.part(), escape, number)?;
        if text.contains("<<") && heredoc::may_open(&instruction) {
            let openings = heredoc::openings(text).map_err(|_| ScanError {
                span: Span::new(start, end),
                message: "the name of a heredoc can't be read".to_owned(),
            })?;
            if !openings.is_empty() {
                let heredocs;
                (heredocs, end) = heredoc::bodies(openings, lines, next)?;
                next = lines.position();
                if let Arguments::Wrapped(Some(inner)) = &mut instruction.arguments {
                    inner.heredocs.clone_from(&heredocs);
                    inner.span.end = end;
                    inner.block.end = end;
                }
                instruction.heredocs = heredocs;
            }
        }
        instruction.span.end = end;
        instruction.block = Span::new(block, next);
        Ok(instruction)
    }
}
