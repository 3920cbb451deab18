//! Physical lines, and the logical line that continuations make of them.
//!
//! BuildKit splits at `\n` alone, trims every `\r` and `\n` from the end of a line, joins continued lines without a
//! separator, and skips comments and blank lines inside a continuation without ending it.

use super::document::ScanError;
use super::instruction::{LogicalText, Word};
use super::span::Span;

/// Length at which BuildKit refuses a physical line, in bytes without the `\n`.
const TOO_LONG: usize = 65_536;

/// One physical line.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Offset of its first byte, after the BOM on the first line.
    pub(super) start: usize,
    /// Its text without the `\r` and `\n` at its end.
    pub(super) content: &'a str,
    /// Offset of the line after it.
    pub(super) next: usize,
}

impl Line<'_> {
    /// Offset after the last byte of its content.
    pub(super) fn end(&self) -> usize {
        self.start + self.content.len()
    }
}

/// Whether a physical line is a comment, indented or not.
pub(crate) fn is_comment(content: &str) -> bool {
    content.trim_start().starts_with('#')
}

/// Whether nothing but blanks stands in a physical line.
pub(crate) fn is_blank(content: &str) -> bool {
    content.trim_start().is_empty()
}

/// Walks over the physical lines of a text and remembers where each began.
pub(super) struct Lines<'a> {
    text: &'a str,
    next: usize,
    /// Offset of the first byte of each line seen so far.
    pub(super) starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// At the start of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, next: 0, starts: Vec::with_capacity(text.len() / 32 + 1) }
    }

    /// Number of the line that [`Self::next`] gave last, from 1.
    pub(super) fn number(&self) -> usize {
        self.starts.len()
    }

    /// Offset of the line that [`Self::next`] gives next.
    pub(super) fn position(&self) -> usize {
        self.next
    }

    /// The next line.
    ///
    /// # Errors
    /// A line that is longer than BuildKit reads.
    pub(super) fn next(&mut self) -> Result<Option<Line<'a>>, ScanError> {
        let rest = &self.text[self.next..];
        if rest.is_empty() {
            return Ok(None);
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        if length >= TOO_LONG {
            return Err(ScanError {
                span: Span::new(self.next, self.next + length),
                message: format!(
                    "a line of {length} bytes is longer than the 65,535 bytes that Docker reads"
                ),
            });
        }
        let bom =
            if self.starts.is_empty() && rest.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line = Line {
            start: self.next + bom,
            content: rest[bom..length].trim_end_matches('\r'),
            next: (self.next + length + 1).min(self.text.len()),
        };
        self.starts.push(self.next);
        self.next = line.next;
        Ok(Some(line))
    }
}

/// What a physical line adds to its logical line, and whether the next line goes on.
///
/// The escape character continues where only spaces and tabs follow and no second one stands before it.
pub(crate) fn cut_continuation(content: &str, escape: char) -> (&str, bool) {
    match content.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(before) if !before.ends_with(escape) => (before, true),
        _ => (content, false),
    }
}

/// A logical line: continuations joined, comments inside them taken out.
pub(super) struct Logical<'a> {
    /// The joined text.
    pub(super) text: &'a str,
    /// As in [`LogicalText::segments`].
    pub(super) segments: &'a [(usize, usize)],
    /// Offset in the file at which it begins.
    pub(super) start: usize,
}

impl Logical<'_> {
    /// Offset in the file of a byte of the text.
    fn offset(&self, at: usize) -> usize {
        match self.segments.partition_point(|(logical, _)| *logical <= at).checked_sub(1) {
            Some(index) => self.segments[index].1 + (at - self.segments[index].0),
            None => self.start + at,
        }
    }

    /// All of it.
    pub(super) fn part(&self) -> Part<'_> {
        Part { line: self, start: 0, end: self.text.len() }
    }
}

/// A range of a logical line.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    line: &'a Logical<'a>,
    start: usize,
    end: usize,
}

impl<'a> Part<'a> {
    /// Its text.
    pub(super) fn text(self) -> &'a str {
        &self.line.text[self.start..self.end]
    }

    /// The range `start..end` of this part.
    pub(super) fn range(self, start: usize, end: usize) -> Self {
        Self { start: self.start + start, end: self.start + end, ..self }
    }

    /// From `start` of this part on.
    pub(super) fn from(self, start: usize) -> Self {
        Self { start: self.start + start, ..self }
    }

    /// Without the blanks around it.
    pub(super) fn trimmed(self) -> Self {
        let text = self.text();
        let start = text.len() - text.trim_start().len();
        self.range(start, start + text.trim().len())
    }

    /// Its place in the file.
    pub(super) fn span(self) -> Span {
        let start = self.line.offset(self.start);
        if self.start >= self.end {
            return Span::new(start, start);
        }
        Span::new(start, self.line.offset(self.end - 1) + 1)
    }

    /// As a word.
    pub(super) fn word(self) -> Word {
        Word { text: self.text().to_owned(), span: self.span() }
    }

    /// As a text of its own that knows where it stands.
    pub(super) fn logical_text(self) -> LogicalText {
        let segments = self.line.segments;
        let first = segments.partition_point(|(logical, _)| *logical <= self.start);
        let mut own = vec![(0, self.line.offset(self.start))];
        own.extend(
            segments[first..]
                .iter()
                .take_while(|(logical, _)| *logical < self.end)
                .map(|(logical, file)| (logical - self.start, *file)),
        );
        LogicalText { text: self.text().to_owned(), segments: own, span: self.span() }
    }
}
