//! Span edits of a text, gathered first and applied once.
//!
//! Two edits of the same bytes are a defect of whoever made them: the whole list is refused, nothing is lost silently.

use crate::dockerfile::span::Span;
use std::fmt;

/// Edits of one text, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    span: Span,
    text: String,
}

/// Why a list of edits was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits touch the same bytes, or one inserts inside what the other replaces.
    Overlap(Span, Span),
    /// An edit lies outside of the text or cuts a character in two.
    NoPlace(Span),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap(first, second) => write!(
                f,
                "the edits at bytes {}..{} and {}..{} overlap",
                first.start, first.end, second.start, second.end
            ),
            Self::NoPlace(span) => {
                write!(f, "the edit at bytes {}..{} has no place in the text", span.start, span.end)
            }
        }
    }
}

impl std::error::Error for EditError {}

impl Edits {
    /// Puts `text` in place of what a span covers. For an empty span it is an insertion.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    /// Puts `text` before the byte at `offset`. Insertions at one offset stand in the order in which they were made, and
    /// before what a replacement makes of that byte.
    pub fn insert(&mut self, offset: usize, text: impl Into<String>) {
        self.replace(Span::new(offset, offset), text);
    }

    /// Takes out what a span covers.
    pub fn delete(&mut self, span: Span) {
        self.replace(span, "");
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The text with all edits made.
    ///
    /// # Errors
    /// Where edits overlap or have no place in the text.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| (edit.span.start, !edit.span.is_empty()));
        let mut out = String::with_capacity(text.len());
        let mut last = Span::default();
        for Edit { span, text: replacement } in edits {
            if span.start < last.end {
                return Err(EditError::Overlap(last, *span));
            }
            let (Some(kept), true) =
                (text.get(last.end..span.start), text.get(span.start..span.end).is_some())
            else {
                return Err(EditError::NoPlace(*span));
            };
            out.push_str(kept);
            out.push_str(replacement);
            last = *span;
        }
        out.push_str(&text[last.end..]);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{EditError, Edits};
    use crate::dockerfile::span::Span;

    #[test]
    fn insertions_keep_their_order_and_stand_before_a_replacement() {
        let mut edits = Edits::default();
        edits.insert(7, "X");
        edits.replace(Span::new(7, 10), "R");
        edits.insert(7, "Y");
        edits.insert(10, "Z");
        assert_eq!(edits.apply("0123456789ab").as_deref(), Ok("0123456XYRZab"));
    }

    #[test]
    fn edits_of_the_same_bytes_are_refused() {
        for second in [Span::new(2, 4), Span::new(4, 6), Span::new(3, 3), Span::new(1, 9)] {
            let mut edits = Edits::default();
            edits.replace(Span::new(2, 5), "a");
            edits.replace(second, "b");
            assert!(matches!(edits.apply("0123456789"), Err(EditError::Overlap(..))), "{second:?}");
        }
    }

    #[test]
    fn an_edit_outside_of_the_text_or_inside_a_character_is_refused() {
        for span in [Span::new(3, 9), Span::new(9, 9), Span::new(1, 2), Span::new(3, 2)] {
            let mut edits = Edits::default();
            edits.delete(span);
            assert_eq!(edits.apply("éab"), Err(EditError::NoPlace(span)));
        }
    }
}
