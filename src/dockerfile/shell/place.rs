//! Where the nodes of brush-parser's tree stand in a text.
//!
//! brush-parser counts characters, not bytes, and gives redirections no place; both are made good here with the help
//! of the tokens.

use super::{ShellWord, word};
use crate::dockerfile::instruction::LogicalText;
use brush_parser::ast::Word;
use brush_parser::{SourceSpan, Token};

/// A text, its tokens, and what leads from one to the other.
pub(super) struct Places<'a> {
    /// The text that was read.
    pub(super) text: &'a LogicalText,
    bytes: Option<Vec<usize>>,
    tokens: &'a [Token],
}

/// Byte offset of each character and of the end; `None` where characters are bytes.
fn byte_offsets(text: &str) -> Option<Vec<usize>> {
    (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
}

impl<'a> Places<'a> {
    /// For a text and its tokens.
    pub(super) fn new(text: &'a LogicalText, tokens: &'a [Token]) -> Self {
        Self { text, bytes: byte_offsets(&text.text), tokens }
    }

    /// Byte offset in the text of a character.
    pub(super) fn byte(&self, character: usize) -> usize {
        let end = self.text.text.len();
        match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(end),
            None => character.min(end),
        }
    }

    /// Bytes of a span; `None` where it is not one.
    pub(super) fn known(&self, span: &SourceSpan) -> Option<(usize, usize)> {
        let (start, end) = (self.byte(span.start.index), self.byte(span.end.index));
        (start <= end).then_some((start, end))
    }

    /// The place of a word. brush-parser counts the blank before it too where a heredoc was opened on the line.
    pub(super) fn known_of(&self, word: &Word) -> Option<(usize, usize)> {
        let (start, end) = self.known(word.loc.as_ref()?)?;
        let text = self.text.text.get(start..end)?;
        let plain = text.trim_start();
        let is_it = plain.chars().count() == word.value.chars().count();
        let blanks = if is_it { text.len() - plain.len() } else { 0 };
        Some((start + blanks, end))
    }

    /// A word as written.
    pub(super) fn raw(&self, word: &Word) -> String {
        self.known_of(word)
            .and_then(|(start, end)| self.text.text.get(start..end))
            .map_or_else(|| word.value.clone(), str::to_owned)
    }

    /// A word with its parts and place.
    pub(super) fn shell_word(&self, word: &Word) -> ShellWord {
        self.word_at(self.known_of(word), &self.raw(word))
    }

    /// The word that is written as `raw` in a range of the text.
    pub(super) fn word_at(&self, range: Option<(usize, usize)>, raw: &str) -> ShellWord {
        let span = range.map(|(start, end)| self.text.span_of(start, end)).unwrap_or_default();
        ShellWord { raw: raw.to_owned(), parts: word::parts(raw), span }
    }

    /// The tokens of a `[[ … ]]` or `(( … ))` as words.
    pub(super) fn words_between(&self, span: &SourceSpan) -> Vec<ShellWord> {
        self.tokens
            .iter()
            .filter(|token| {
                let at = token.location();
                span.start.index <= at.start.index && at.end.index <= span.end.index
            })
            .map(|token| self.word_at(self.known(token.location()), token.to_str()))
            .collect()
    }

    /// A range widened by the redirections directly before and behind it.
    pub(super) fn with_redirections(&self, (mut start, mut end): (usize, usize)) -> (usize, usize) {
        let span = |index: usize| self.tokens.get(index).and_then(|token| self.known(token.location()));
        let is_redirection = |index: usize| matches!(self.tokens.get(index), Some(Token::Operator(operator, _)) if operator.contains(['<', '>']));
        // A descriptor touches its operator: `2>`.
        let is_descriptor = |index: usize| match (self.tokens.get(index), span(index), span(index + 1)) {
            (Some(Token::Word(word, _)), Some(number), Some(operator)) => {
                number.1 == operator.0 && word.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ => false,
        };
        let mut index = self.tokens.partition_point(|token| self.byte(token.location().start.index) < end);
        loop {
            let operator = index + usize::from(is_redirection(index + 1) && is_descriptor(index));
            match span(operator + 1) {
                Some(target) if is_redirection(operator) && target.0 >= end => {
                    end = target.1;
                    index = operator + 2;
                }
                _ => break,
            }
        }
        let mut index = self.tokens.partition_point(|token| self.byte(token.location().start.index) < start);
        loop {
            // Before a target word stands its operator; before a program, target and operator.
            let operator = match index {
                1.. if is_redirection(index - 1) => index - 1,
                2.. if is_redirection(index - 2) => index - 2,
                _ => break,
            };
            let first = operator - usize::from(operator > 0 && is_descriptor(operator - 1));
            let Some(range) = span(first) else { break };
            start = range.0;
            index = first;
        }
        (start, end)
    }
}
