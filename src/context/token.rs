//! Words, strings and signs of Go, Python and Rust text: as much of these languages as a hint needs.
//!
//! Telling code from comments and strings is all that is wanted here, so one scanner serves the three. Text that is no
//! such program gives tokens too, of no meaning, and never an error. One pass, byte by byte.

use std::borrow::Cow;

/// A language that is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Go,
    Python,
    Rust,
}

impl Language {
    /// By the file's extension.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "go" => Some(Self::Go),
            "py" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Identifier, keyword or number.
    Word(&'a str),
    /// A string literal's content, common escapes resolved.
    Text(Cow<'a, str>),
    /// Anything else that is one character.
    Sign(char),
    /// A comment to the end of its line, with its sign.
    Comment(&'a str),
    /// The end of a line outside of strings and comments.
    Line,
}

/// The tokens of a text.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    language: Language,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, language: Language) -> Self {
        Self { text, at: 0, language }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves on to the text's next occurrence of what is searched, and returns what is before it; to the end where there is none.
    fn until(&mut self, stop: impl Fn(&[u8]) -> bool) -> &'a str {
        let bytes = self.text.as_bytes();
        let from = self.at;
        while self.at < bytes.len() && !stop(&bytes[self.at..]) {
            self.at += 1;
        }
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// A comment that starts here, or nothing. `Some(None)` for one that is skipped.
    fn comment(&mut self) -> Option<Option<Token<'a>>> {
        let rest = self.rest();
        if rest.starts_with(if self.language == Language::Python { "#" } else { "//" }) {
            return Some(Some(Token::Comment(self.until(|rest| rest[0] == b'\n').trim_end())));
        }
        if self.language == Language::Python || !rest.starts_with("/*") {
            return None;
        }
        let mut depth = 0_usize;
        loop {
            let rest = self.rest().as_bytes();
            if rest.starts_with(b"/*") && (depth == 0 || self.language == Language::Rust) {
                depth += 1;
            } else if rest.starts_with(b"*/") {
                depth -= 1;
            }
            if depth == 0 || rest.is_empty() {
                self.at = (self.at + 2).min(self.text.len());
                return Some(None);
            }
            self.at += if rest.starts_with(b"/*") || rest.starts_with(b"*/") { 2 } else { 1 };
            self.until(|rest| matches!(rest[0], b'/' | b'*'));
        }
    }

    /// A string that starts here (its prefix is `prefix`, already read).
    fn string(&mut self, prefix: &str) -> Option<Token<'a>> {
        let rest = self.rest();
        let raw = prefix.contains(['r', 'R']);
        match self.language {
            Language::Go if rest.starts_with('`') => Some(self.quoted("`", true, true)),
            Language::Go if rest.starts_with('"') => Some(self.quoted("\"", false, false)),
            Language::Python if rest.starts_with("\"\"\"") => Some(self.quoted("\"\"\"", raw, true)),
            Language::Python if rest.starts_with("'''") => Some(self.quoted("'''", raw, true)),
            Language::Python if rest.starts_with('"') => Some(self.quoted("\"", raw, false)),
            Language::Python if rest.starts_with('\'') => Some(self.quoted("'", raw, false)),
            Language::Rust if raw => {
                let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
                rest[hashes..].starts_with('"').then(|| {
                    let close = format!("\"{}", &rest[..hashes]);
                    self.at += hashes + 1;
                    let text = self.until(|rest| rest.starts_with(close.as_bytes()));
                    self.at = (self.at + close.len()).min(self.text.len());
                    Token::Text(Cow::Borrowed(text))
                })
            }
            Language::Rust if rest.starts_with('"') => Some(self.quoted("\"", false, true)),
            _ => None,
        }
    }

    /// A string between two equal quotes. `raw`: a backslash is one, though in Python it still keeps a quote from ending
    /// the string. `many`: it may have many lines; otherwise the line's end ends it, closed or not.
    fn quoted(&mut self, quote: &str, raw: bool, many: bool) -> Token<'a> {
        self.at += quote.len();
        let from = self.at;
        let bytes = self.text.as_bytes();
        let mut escapes = false;
        let (to, end) = loop {
            let Some(&byte) = bytes.get(self.at) else { break (bytes.len(), bytes.len()) };
            if byte == b'\\' && quote != "`" {
                escapes |= !raw;
                self.at += 2;
            } else if byte == b'\n' && !many {
                break (self.at, self.at);
            } else if bytes[self.at..].starts_with(quote.as_bytes()) {
                break (self.at, self.at + quote.len());
            } else {
                self.at += 1;
            }
        };
        self.at = end;
        let text = self.text.get(from..to).unwrap_or_default();
        Token::Text(if escapes { Cow::Owned(unescape(text)) } else { Cow::Borrowed(text) })
    }

    /// A `'` in Go or Rust: a character, or the start of a lifetime.
    fn character(&mut self) {
        let mut chars = self.rest().chars().skip(1);
        let (first, second) = (chars.next(), chars.next());
        self.at += 1;
        if first == Some('\\') {
            self.at += 2;
            self.until(|rest| matches!(rest[0], b'\'' | b'\n'));
            self.at = (self.at + 1).min(self.text.len());
        } else if second == Some('\'') {
            self.at += first.map_or(0, char::len_utf8) + 1;
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let &byte = self.text.as_bytes().get(self.at)?;
            if byte == b'\n' {
                self.at += 1;
                return Some(Token::Line);
            }
            if byte.is_ascii_whitespace() {
                self.at += 1;
                continue;
            }
            if is_word(byte) {
                let word = self.until(|rest| !is_word(rest[0]));
                let prefix = word.len() <= 2 && self.language != Language::Go;
                let string = if prefix && word.bytes().all(|byte| b"rRbBfFuUtTc".contains(&byte)) {
                    self.string(word)
                } else {
                    None
                };
                return Some(string.unwrap_or(Token::Word(word)));
            }
            if matches!(byte, b'/' | b'#')
                && let Some(comment) = self.comment()
            {
                match comment {
                    Some(comment) => return Some(comment),
                    None => continue,
                }
            }
            if matches!(byte, b'"' | b'\'' | b'`')
                && let Some(string) = self.string("")
            {
                return Some(string);
            }
            if byte == b'\'' {
                self.character();
                continue;
            }
            self.at += 1;
            return Some(Token::Sign(char::from(byte)));
        }
    }
}

/// Bytes of identifiers and numbers; all that is not ASCII counts, so that no character is cut.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Resolves the escapes that paths and commands are written with; of others only the backslash goes.
fn unescape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        result.push(match char {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('\n') => continue,
                Some(other) => other,
                None => continue,
            },
            other => other,
        });
    }
    result
}
