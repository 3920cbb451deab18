//! A byte span as people see it: a line, and the part of it that is meant.

use std::ops::Range;

use crate::dockerfile::span::Span;

/// The line on which a span begins. Spans of many lines are shown by their first.
pub(super) struct Place<'a> {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// The line's text, without its end and without a byte order mark.
    pub(super) text: &'a str,
    /// The part of `text` that the span covers, in bytes.
    pub(super) range: Range<usize>,
}

impl<'a> Place<'a> {
    /// Finds the line. Offsets outside the text, or inside a character, are moved to the nearest boundary before.
    pub(super) fn of(source: &'a str, span: Span) -> Self {
        let (bom, source) = match source.strip_prefix('\u{feff}') {
            Some(rest) => ('\u{feff}'.len_utf8(), rest),
            None => (0, source),
        };
        let start = boundary(source, span.start.saturating_sub(bom));
        let end = boundary(source, span.end.saturating_sub(bom)).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let text = source[line_start..line_end].trim_end_matches('\r');
        let clip = |at: usize| (at - line_start).min(text.len());
        Self {
            line: 1 + source[..line_start].matches('\n').count(),
            column: 1 + source[line_start..start].chars().count(),
            text,
            range: clip(start)..clip(end.min(line_end)),
        }
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_first_line_of_a_span() {
        let text = "FROM a\r\nRUN é && \\\r\n  b\r\n";
        let place = Place::of(text, Span::new(8, text.len()));
        assert_eq!((place.line, place.column, place.text), (2, 1, "RUN é && \\"));
        assert_eq!(&place.text[place.range], "RUN é && \\");
        let place = Place::of(text, Span::new(15, 17));
        assert_eq!((place.line, place.column, &place.text[place.range.clone()]), (2, 7, "&&"));
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let place = Place::of("\u{feff}FROM a", Span::new(8, 9));
        assert_eq!((place.column, &place.text[place.range.clone()]), (6, "a"));
        assert_eq!(Place::of("\u{feff}FROM a", Span::new(0, 3)).column, 1);
    }

    #[test]
    fn wild_spans_are_clamped() {
        for (start, end) in [(0, 0), (99, 200), (5, 2), (2, usize::MAX), (1, 2)] {
            let place = Place::of("é\nb", Span::new(start, end));
            assert!(place.text.get(place.range.clone()).is_some(), "{start}..{end}");
        }
    }
}
