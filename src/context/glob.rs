//! The two pattern languages of Docker: Go's `filepath.Match` (sources of COPY) and that of `.dockerignore`.
//!
//! Matching walks all possibilities at once, so that no pattern takes longer than its length times the path's.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::Chars;

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    tokens: Vec<Token>,
    /// The longest run of plain characters: every match has it.
    literal: String,
    /// Whether that is all of it.
    is_literal: bool,
}

/// What matching remembers from one character to the next; kept, it need not be made for each path.
#[derive(Debug, Default)]
pub(super) struct Matching {
    states: Vec<bool>,
    next: Vec<bool>,
}

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
        Some(Self::new(tokens))
    }

    fn new(tokens: Vec<Token>) -> Self {
        let plain = |token: &Token| if let Token::Char(char) = token { Some(*char) } else { None };
        let runs = tokens.chunk_by(|one, other| plain(one).is_some() == plain(other).is_some());
        let runs = runs.map(|run| run.iter().filter_map(plain).collect::<String>());
        let literal = runs.max_by_key(String::len).unwrap_or_default();
        let is_literal = tokens.iter().all(|token| plain(token).is_some());
        Self { tokens, literal, is_literal }
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
        Some(Self::new(tokens))
    }

    /// What every match has in it, perhaps nothing.
    pub(super) fn literal(&self) -> &str {
        &self.literal
    }

    /// Whether the whole path matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.try_match(path, &mut Matching::default()).0
    }

    /// Whether the whole path matches, and how many steps it took to say so.
    pub(super) fn try_match(&self, path: &str, matching: &mut Matching) -> (bool, usize) {
        // Most paths lack what every match has.
        if self.literal.len() > path.len() || !path.contains(&self.literal) {
            return (false, 1);
        }
        if self.is_literal {
            return (self.literal.len() == path.len(), 1);
        }
        let mut steps = 1;
        let Matching { states, next } = matching;
        states.clear();
        states.resize(self.tokens.len() + 1, false);
        next.clone_from(states);
        self.enter(0, states);
        for char in path.chars() {
            next.fill(false);
            steps += self.tokens.len();
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| states[*at]) {
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
                    self.enter(at, next);
                }
                if passes {
                    self.enter(at + 1, next);
                }
            }
            std::mem::swap(states, next);
            if !states.contains(&true) {
                return (false, steps);
            }
        }
        (states[self.tokens.len()], steps)
    }

    /// Whether a path below a directory could match; `true` where that is not plain.
    pub(super) fn may_match_below(&self, directory: &str) -> bool {
        let plain = |token: &Token| if let Token::Char(char) = token { Some(*char) } else { None };
        let start: String = self.tokens.iter().map_while(plain).collect();
        start.starts_with(&format!("{directory}/"))
            || !self.is_literal && format!("{directory}/").starts_with(&start)
    }

    /// Marks a state and those reached from it without a character.
    fn enter(&self, mut at: usize, states: &mut [bool]) {
        loop {
            states[at] = true;
            match self.tokens.get(at) {
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
