//! Takes a word of the shell apart: quotes and escapes resolved, expansions kept as what they are.

use super::WordPart;

/// The parts of a word as it is written.
pub(super) fn parts(raw: &str) -> Vec<WordPart> {
    let mut reader = Reader { raw, at: 0, parts: Vec::new() };
    if raw.starts_with('~') {
        reader.dynamic_to(raw.find('/').unwrap_or(raw.len()));
    }
    while let Some(c) = reader.next() {
        reader.unquoted(c);
    }
    reader.parts
}

struct Reader<'a> {
    raw: &'a str,
    at: usize,
    parts: Vec<WordPart>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.raw[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn literal(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(WordPart::Literal(last)) => last.push_str(text),
            _ => self.parts.push(WordPart::Literal(text.to_owned())),
        }
    }

    fn literal_char(&mut self, c: char) {
        self.literal(c.encode_utf8(&mut [0; 4]));
    }

    /// Everything from the place of the last character up to `end`, as written.
    fn dynamic_to(&mut self, end: usize) {
        self.dynamic(self.at, end);
    }

    fn dynamic(&mut self, start: usize, end: usize) {
        self.parts.push(WordPart::Dynamic(self.raw[start..end].to_owned()));
        self.at = end;
    }

    /// A character outside of quotes; it has been consumed.
    fn unquoted(&mut self, c: char) {
        let start = self.at - c.len_utf8();
        match c {
            '\'' => {
                let length = self.rest().find('\'').unwrap_or(self.rest().len());
                let (text, end) = (&self.rest()[..length], self.at + length);
                self.literal(text);
                self.at = (end + 1).min(self.raw.len());
            }
            '"' => self.double_quoted(),
            '\\' => match self.next() {
                Some('\n') => {}
                Some(escaped) => self.literal_char(escaped),
                None => self.literal("\\"),
            },
            '$' => self.dollar(start, false),
            '`' => self.dynamic(start, closing(self.raw, start)),
            '*' | '?' => self.parts.push(WordPart::Glob(c)),
            '[' if self.rest().contains(']') => self.parts.push(WordPart::Glob(c)),
            '{' => match brace_expansion(self.rest()) {
                Some(length) => self.dynamic(start, self.at + length),
                None => self.literal("{"),
            },
            '<' | '>' => self.dynamic(start, self.raw.len()),
            c => self.literal_char(c),
        }
    }

    fn double_quoted(&mut self) {
        self.literal("");
        while let Some(c) = self.next() {
            let start = self.at - c.len_utf8();
            match c {
                '"' => return,
                '\\' => match self.next() {
                    Some('\n') => {}
                    Some(escaped @ ('$' | '`' | '"' | '\\')) => self.literal_char(escaped),
                    other => {
                        self.literal("\\");
                        other.into_iter().for_each(|c| self.literal_char(c));
                    }
                },
                '$' => self.dollar(start, true),
                '`' => self.dynamic(start, closing(self.raw, start)),
                c => self.literal_char(c),
            }
        }
    }

    /// What follows a `$`, which has been consumed.
    fn dollar(&mut self, start: usize, quoted: bool) {
        let rest = self.rest();
        match rest.chars().next() {
            Some('{') => {
                let end = closing(self.raw, self.at);
                let name = self.raw[self.at + 1..end].trim_end_matches('}');
                if is_name(name) {
                    self.parts.push(WordPart::Variable(name.to_owned(), quoted));
                    self.at = end;
                } else {
                    self.dynamic(start, end);
                }
            }
            Some('(') => self.dynamic(start, closing(self.raw, self.at)),
            Some('\'' | '"') if !quoted => self.dynamic(start, closing(self.raw, self.at)),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!' | '0'..='9') => self.dynamic(start, self.at + 1),
            _ => {
                let length =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                if length == 0 {
                    self.literal("$");
                } else {
                    self.parts.push(WordPart::Variable(rest[..length].to_owned(), quoted));
                    self.at += length;
                }
            }
        }
    }
}

/// Whether a text is a variable's name.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Length of `a,b}` or `1..9}` behind a brace that bash would expand; a plain `{}` is none.
fn brace_expansion(rest: &str) -> Option<usize> {
    let mut depth = 0;
    let mut expands = false;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return expands.then_some(at + 1),
            '}' => depth -= 1,
            ',' => expands = true,
            '.' if rest[at..].starts_with("..") => expands = true,
            _ => {}
        }
    }
    None
}

/// Where the quote, bracket or backquote at `start` is closed: the offset behind it, or the end of the text.
fn closing(raw: &str, start: usize) -> usize {
    let mut open: Vec<char> = Vec::new();
    let mut before = None;
    let mut chars = raw[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        let inside = open.last().copied();
        if inside == Some(c) {
            open.pop();
            if open.is_empty() {
                return start + at + c.len_utf8();
            }
        } else if inside == Some('\'') {
        } else if c == '\\' {
            chars.next();
        } else {
            let after_dollar = before == Some('$');
            let opens = match c {
                '(' if inside != Some('"') || after_dollar => Some(')'),
                '{' if open.is_empty() || after_dollar => Some('}'),
                '\'' if inside != Some('"') => Some('\''),
                '"' | '`' => Some(c),
                _ => None,
            };
            open.extend(opens);
        }
        before = Some(c);
    }
    raw.len()
}
