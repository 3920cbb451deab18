//! The two pattern languages of Docker: Go's `filepath.Match` (sources of COPY) and that of `.dockerignore`.
//!
//! Matching walks all possibilities at once, so that no pattern takes longer than its length times the path's.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::Chars;

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub(super) struct Glob(Vec<Token>);

#[derive(Clone, Debug)]
enum Token {
    /// This character.
    Char(char),
    /// Any one character but `/`.
    Any,
    /// Any number of characters but `/`.
    Star,
    /// Any number of characters.
    Everything,
    /// The next token may be left out.
    Optional,
    /// Any number of characters, then `/`.
    Directories,
    /// One character in (or not in) these ranges.
    Class { negated: bool, ranges: Vec<RangeInclusive<char>> },
}

impl Glob {
    /// Go's `filepath.Match`; `None` for what it calls a bad pattern.
    pub(super) fn path(pattern: &str) -> Option<Self> {
        let mut chars = pattern.chars().peekable();
        let mut tokens = Vec::new();
        while let Some(char) = chars.next() {
            tokens.push(if char == '*' { Token::Star } else { single(char, &mut chars)? });
        }
        Some(Self(tokens))
    }

    /// A pattern of `.dockerignore`, as moby's patternmatcher reads it: `filepath.Match` and `**`. `None` for one that
    /// matches nothing.
    pub(super) fn deep(pattern: &str) -> Option<Self> {
        let mut chars = pattern.chars().peekable();
        let mut tokens = Vec::new();
        while let Some(char) = chars.next() {
            if char != '*' {
                // moby makes a regular expression of it, where `\b` and the like mean something else (and never a name).
                if char == '\\' && chars.peek().is_some_and(char::is_ascii_alphanumeric) {
                    return None;
                }
                tokens.push(single(char, &mut chars)?);
            } else if chars.next_if_eq(&'*').is_none() {
                tokens.push(Token::Star);
            } else {
                let slash = chars.next_if_eq(&'/').is_some();
                // moby compares `**text` by its end alone, though `x/**text` wants a directory or nothing before the text.
                let suffix =
                    tokens.is_empty() && !slash && !chars.clone().any(|char| "*?[]\\".contains(char));
                if chars.peek().is_none() || suffix {
                    tokens.push(Token::Everything);
                } else {
                    tokens.extend([Token::Optional, Token::Directories]);
                }
            }
        }
        Some(Self(tokens))
    }

    /// Whether the whole path matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut states = vec![false; self.0.len() + 1];
        let mut next = states.clone();
        self.enter(0, &mut states);
        for char in path.chars() {
            next.fill(false);
            for (at, token) in self.0.iter().enumerate().filter(|(at, _)| states[*at]) {
                let (stays, passes) = match token {
                    Token::Char(wanted) => (false, *wanted == char),
                    Token::Any => (false, char != '/'),
                    Token::Star => (char != '/', false),
                    Token::Everything => (true, false),
                    Token::Optional => (false, false),
                    Token::Directories => (true, char == '/'),
                    Token::Class { negated, ranges } => {
                        (false, ranges.iter().any(|range| range.contains(&char)) != *negated)
                    }
                };
                if stays {
                    self.enter(at, &mut next);
                }
                if passes {
                    self.enter(at + 1, &mut next);
                }
            }
            std::mem::swap(&mut states, &mut next);
            if !states.contains(&true) {
                return false;
            }
        }
        states[self.0.len()]
    }

    /// Marks a state and those reached from it without a character.
    fn enter(&self, mut at: usize, states: &mut [bool]) {
        loop {
            states[at] = true;
            match self.0.get(at) {
                Some(Token::Star | Token::Everything) => at += 1,
                Some(Token::Optional) => {
                    states[at + 1] = true;
                    at += 2;
                }
                _ => return,
            }
        }
    }
}

/// A token that is neither `*` nor `**`.
fn single(char: char, chars: &mut Peekable<Chars<'_>>) -> Option<Token> {
    Some(match char {
        '?' => Token::Any,
        '\\' => Token::Char(chars.next()?),
        '[' => class(chars)?,
        _ => Token::Char(char),
    })
}

/// What follows a `[`.
fn class(chars: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let low = member(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { member(chars)? } else { low };
        ranges.push(low..=high);
    }
    Some(Token::Class { negated, ranges })
}

/// An end of a range.
fn member(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        char => Some(char),
    }
}
