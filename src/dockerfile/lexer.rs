//! BuildKit's own small shell: quotes, escapes, `$NAME` and `${NAME…}`.
//!
//! It reads two things: the words of instructions in which BuildKit itself expands variables, and a whole line when
//! heredocs are sought in it. (The shell of a RUN is another matter: see `shell`.)

use super::pattern;
use std::iter::Peekable;
use std::str::Chars;

/// Depth of nested `${…${…}}` beyond which a text is not read, so that none can overflow the stack.
const DEEPEST: usize = 100;

/// How sure a text is, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// Always this.
    Known,
    /// `--build-arg` can change it.
    BuildArgument,
    /// Can't be told.
    Unknown,
}

/// What a name stands for.
pub(super) enum Lookup {
    /// It has a value.
    Set(String, Certainty),
    /// It has none.
    Unset(Certainty),
    /// It stays as it is written.
    Verbatim,
}

/// The text can't be read; BuildKit refuses it too.
#[derive(Debug)]
pub(super) struct Malformed;

/// What came out.
#[derive(Debug)]
pub(super) struct Output {
    /// The text as one word.
    pub(super) text: String,
    /// The text split at unquoted blanks.
    pub(super) words: Vec<String>,
    /// How sure it is.
    pub(super) certainty: Certainty,
}

/// Settings of one reading.
pub(super) struct Style {
    /// The character that escapes.
    pub(super) escape: char,
    /// Whether quotes stay in the text.
    pub(super) keep_quotes: bool,
    /// Whether escape characters stay in the text.
    pub(super) keep_escapes: bool,
    /// Most bytes that all values that go into the text may have together, and what replaces them.
    pub(super) longest: usize,
}

/// Reads a text; `lookup` tells what names stand for.
///
/// # Errors
/// A quote or brace that nothing closes, a form that BuildKit does not know, or more than the style lets in.
pub(super) fn read(text: &str, style: &Style, lookup: &dyn Fn(&str) -> Lookup) -> Result<Output, Malformed> {
    let mut lexer = Lexer {
        chars: text.chars().peekable(),
        style,
        lookup,
        keep_escapes: style.keep_escapes,
        certainty: Certainty::Known,
        depth: 0,
        left: style.longest,
    };
    let (text, words) = lexer.until(None)?;
    Ok(Output { text, words, certainty: lexer.certainty })
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    style: &'a Style,
    lookup: &'a dyn Fn(&str) -> Lookup,
    keep_escapes: bool,
    /// Worst certainty of what went into the text so far.
    certainty: Certainty,
    depth: usize,
    /// Bytes of values that may still go into the text.
    left: usize,
}

/// Gathers words.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    current: String,
}

impl Words {
    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.finish();
        } else {
            self.current.push(c);
        }
    }

    fn finish(&mut self) {
        if !self.current.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
        }
    }
}

impl Lexer<'_> {
    /// Reads up to a character, which is consumed, or to the end.
    fn until(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), Malformed> {
        let mut text = String::new();
        let mut words = Words::default();
        loop {
            let Some(c) = self.chars.next() else {
                if stop.is_some() {
                    return Err(Malformed);
                }
                break;
            };
            if stop == Some(c) {
                break;
            }
            match c {
                '$' => {
                    let value = self.dollar()?;
                    value.chars().for_each(|c| words.push(c));
                    text.push_str(&value);
                }
                '\'' | '"' | '<' => {
                    let from = text.len();
                    match c {
                        '\'' => self.single_quoted(&mut text)?,
                        '"' => self.double_quoted(&mut text)?,
                        _ => self.angle(&mut text),
                    }
                    words.current.push_str(&text[from..]);
                }
                c if c == self.style.escape => {
                    if self.keep_escapes {
                        text.push(c);
                        words.current.push(c);
                    }
                    if let Some(escaped) = self.chars.next() {
                        text.push(escaped);
                        words.current.push(escaped);
                    }
                }
                c => {
                    text.push(c);
                    words.push(c);
                }
            }
        }
        words.finish();
        Ok((text, words.done))
    }

    fn single_quoted(&mut self, text: &mut String) -> Result<(), Malformed> {
        self.quote(text, '\'');
        loop {
            match self.chars.next().ok_or(Malformed)? {
                '\'' => {
                    self.quote(text, '\'');
                    return Ok(());
                }
                c => text.push(c),
            }
        }
    }

    fn double_quoted(&mut self, text: &mut String) -> Result<(), Malformed> {
        self.quote(text, '"');
        loop {
            match self.chars.next().ok_or(Malformed)? {
                '"' => {
                    self.quote(text, '"');
                    return Ok(());
                }
                '$' => {
                    let value = self.dollar()?;
                    text.push_str(&value);
                }
                c if c == self.style.escape => {
                    if self.keep_escapes {
                        text.push(c);
                    }
                    let escape = self.style.escape;
                    match self.chars.next_if(|c| matches!(c, '"' | '$') || *c == escape) {
                        Some(escaped) => text.push(escaped),
                        None if self.chars.peek().is_some() => text.push(c),
                        None => {}
                    }
                }
                c => text.push(c),
            }
        }
    }

    fn quote(&self, text: &mut String, quote: char) {
        if self.style.keep_quotes {
            text.push(quote);
        }
    }

    /// `<`, or `<<` with the blanks after it, which so stay in one word with the heredoc's name.
    fn angle(&mut self, text: &mut String) {
        text.push('<');
        if self.chars.next_if_eq(&'<').is_some() {
            text.push('<');
            while let Some(blank) = self.chars.next_if(|c| matches!(c, '\t' | '\r' | ' ')) {
                text.push(blank);
            }
        }
    }

    /// What follows a `$`, as long as there is room for it.
    fn dollar(&mut self) -> Result<String, Malformed> {
        let value = self.value()?;
        self.left = self.left.checked_sub(value.len()).ok_or(Malformed)?;
        Ok(value)
    }

    fn value(&mut self) -> Result<String, Malformed> {
        if self.chars.next_if_eq(&'{').is_none() {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            return Ok(match (self.lookup)(&name) {
                Lookup::Verbatim => format!("${name}"),
                found => self.use_value(found).unwrap_or_default(),
            });
        }
        if self.depth >= DEEPEST {
            return Err(Malformed);
        }
        self.depth += 1;
        let value = self.braced();
        self.depth -= 1;
        value
    }

    /// A value that goes into the text, with its certainty; `None` where the name is unset.
    fn use_value(&mut self, found: Lookup) -> Option<String> {
        let (value, certainty) = match found {
            Lookup::Set(value, certainty) => (Some(value), certainty),
            Lookup::Unset(certainty) => (None, certainty),
            Lookup::Verbatim => (None, Certainty::Known),
        };
        self.certainty = self.certainty.max(certainty);
        value
    }

    /// What follows `${`.
    fn braced(&mut self) -> Result<String, Malformed> {
        if matches!(self.chars.peek(), None | Some('{' | '}' | ':')) {
            return Err(Malformed);
        }
        let name = self.name();
        let found = (self.lookup)(&name);
        let mut modifier = self.chars.next().ok_or(Malformed)?;
        if modifier == '}' {
            return Ok(match found {
                Lookup::Verbatim => format!("${{{name}}}"),
                found => self.use_value(found).unwrap_or_default(),
            });
        }
        if modifier == '/' {
            return self.replaced(&name, found);
        }
        let empty_is_unset = modifier == ':';
        if empty_is_unset {
            modifier = self.chars.next().ok_or(Malformed)?;
        }
        let is_trim = matches!(modifier, '#' | '%');
        if is_trim && empty_is_unset || !empty_is_unset && !matches!(modifier, '+' | '-' | '?' | '#' | '%') {
            return Err(Malformed);
        }
        // The word counts for the certainty only where it is used.
        let before = self.certainty;
        let word = self.nested('}', is_trim)?;
        let with_word = std::mem::replace(&mut self.certainty, before);
        if matches!(found, Lookup::Verbatim) {
            let colon = if empty_is_unset { ":" } else { "" };
            return Ok(format!("${{{name}{colon}{modifier}{word}}}"));
        }
        let value = self.use_value(found);
        let counts = value.as_ref().is_some_and(|value| !(empty_is_unset && value.is_empty()));
        let uses_word = is_trim || counts == (modifier == '+');
        if uses_word {
            self.certainty = self.certainty.max(with_word);
        }
        match modifier {
            '-' | '+' if uses_word => Ok(word),
            '-' => Ok(value.unwrap_or_default()),
            '+' => Ok(String::new()),
            '?' if counts => Ok(value.unwrap_or_default()),
            '#' | '%' => {
                let (pattern, greedy) = match word.strip_prefix(modifier) {
                    Some(pattern) => (pattern, true),
                    None => (word.as_str(), false),
                };
                let value = value.unwrap_or_default();
                let trim = if modifier == '#' { pattern::trim_prefix } else { pattern::trim_suffix };
                trim(pattern, &value, greedy).ok_or(Malformed)
            }
            _ => Err(Malformed),
        }
    }

    /// `${name/pattern/replacement}` and `${name//pattern/replacement}`.
    fn replaced(&mut self, name: &str, found: Lookup) -> Result<String, Malformed> {
        let all = self.chars.next_if_eq(&'/').is_some();
        let pattern = self.nested('/', true)?;
        let replacement = self.nested('}', true)?;
        if matches!(found, Lookup::Verbatim) {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        }
        let value = self.use_value(found).unwrap_or_default();
        if replacement.len().saturating_mul(value.len() + 1) > self.left {
            return Err(Malformed);
        }
        pattern::replace(&pattern, &value, &replacement, all).ok_or(Malformed)
    }

    fn nested(&mut self, stop: char, keep_escapes: bool) -> Result<String, Malformed> {
        let outer = std::mem::replace(&mut self.keep_escapes, keep_escapes);
        let word = self.until(Some(stop)).map(|(text, _)| text);
        self.keep_escapes = outer;
        word
    }

    /// A name, digits, or one special character such as `@`; empty where none stands.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.chars.peek() {
            Some(c) if c.is_numeric() => {
                while let Some(digit) = self.chars.next_if(|c| c.is_numeric()) {
                    name.push(digit);
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => name.extend(self.chars.next()),
            _ => {
                while let Some(c) = self.chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    name.push(c);
                }
            }
        }
        name
    }
}
