//! The patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/replacement}`: `*`, `?` and escapes.
//!
//! Where several matches exist, the one that BuildKit's regular expression would find: leftmost, and each `*` in
//! turn as long as it can be (or as short, where not greedy).

/// Most pairs of pattern token and character that are looked at.
const MOST_STEPS: usize = 4_000_000;

#[derive(Clone, Copy)]
enum Token {
    Char(char),
    AnyChar,
    AnyText,
}

/// The tokens of a pattern; `None` for an escape that BuildKit refuses.
fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::AnyText,
            '?' => Token::AnyChar,
            '\\' => match chars.next()? {
                escaped @ ('}' | '/' | '*' | '?' | '\\') => Token::Char(escaped),
                _ => return None,
            },
            c => Token::Char(c),
        });
    }
    Some(tokens)
}

/// Where a pattern matches in a text, from any start.
struct Matcher {
    tokens: Vec<Token>,
    /// `fits[token][at]`: whether the tokens from `token` on match the text from `at` on, to some end.
    fits: Vec<Vec<bool>>,
    greedy: bool,
}

impl Matcher {
    fn new(tokens: Vec<Token>, text: &[char], greedy: bool) -> Option<Self> {
        if (tokens.len() + 1).saturating_mul(text.len() + 1) > MOST_STEPS {
            return None;
        }
        let mut fits = vec![vec![true; text.len() + 1]];
        for token in tokens.iter().rev() {
            let after = fits.last()?;
            let mut row = vec![false; text.len() + 1];
            for at in (0..=text.len()).rev() {
                let next = text.get(at);
                let one_on = next.is_some_and(|_| after[at + 1]);
                row[at] = match token {
                    Token::Char(c) => next == Some(c) && one_on,
                    Token::AnyChar => next != Some(&'\n') && one_on,
                    Token::AnyText => after[at] || next.is_some_and(|c| *c != '\n' && row[at + 1]),
                };
            }
            fits.push(row);
        }
        fits.reverse();
        Some(Self { tokens, fits, greedy })
    }

    /// Where the preferred match that begins at `start` ends.
    fn end(&self, text: &[char], start: usize) -> Option<usize> {
        if !self.fits[0][start] {
            return None;
        }
        let mut at = start;
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Char(_) | Token::AnyChar => at += 1,
                Token::AnyText => {
                    let line = text[at..].iter().take_while(|c| **c != '\n').count();
                    let mut ends = at..=at + line;
                    let after = &self.fits[index + 1];
                    at = if self.greedy {
                        ends.rfind(|end| after[*end])?
                    } else {
                        ends.find(|end| after[*end])?
                    };
                }
            }
        }
        Some(at)
    }
}

/// The text without what the pattern matches at its start; `None` where the pattern is not one.
pub(super) fn trim_prefix(pattern: &str, text: &str, greedy: bool) -> Option<String> {
    trim(tokens(pattern)?, text.chars().collect(), greedy).map(|rest| rest.into_iter().collect())
}

/// The text without what the pattern matches at its end; `None` where the pattern is not one.
pub(super) fn trim_suffix(pattern: &str, text: &str, greedy: bool) -> Option<String> {
    let reversed = tokens(pattern)?.into_iter().rev().collect();
    trim(reversed, text.chars().rev().collect(), greedy).map(|rest| rest.into_iter().rev().collect())
}

fn trim(tokens: Vec<Token>, text: Vec<char>, greedy: bool) -> Option<Vec<char>> {
    let end = Matcher::new(tokens, &text, greedy)?.end(&text, 0).unwrap_or(0);
    Some(text[end..].to_vec())
}

/// The text with the first match, or all, replaced; `None` where the pattern is not one or the replacement of all
/// matches has a `$`, which BuildKit reads as a reference into its regular expression.
pub(super) fn replace(pattern: &str, text: &str, replacement: &str, all: bool) -> Option<String> {
    if all && replacement.contains('$') {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let matcher = Matcher::new(tokens(pattern)?, &text, true)?;
    let mut out = String::new();
    let mut at = 0;
    let mut last_end = None;
    let mut done = false;
    while at <= text.len() {
        // An empty match right behind another one does not count.
        let end = matcher.end(&text, at).filter(|end| !(done || *end == at && last_end == Some(at)));
        if let Some(end) = end {
            out.push_str(replacement);
            last_end = Some(end);
            done = !all;
            if end > at {
                at = end;
                continue;
            }
        }
        out.extend(text.get(at));
        at += 1;
    }
    Some(out)
}
