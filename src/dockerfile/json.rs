//! The JSON form of RUN, CMD, COPY and others: an array of strings, each with its place.
//!
//! BuildKit takes the JSON form only where the whole rest of the line is valid JSON; anything else is silently the
//! shell form. A valid array that holds something other than strings is an error.

use super::instruction::Word;
use super::lines::Part;
use serde::de::IgnoredAny;

/// What the rest of a line is.
pub(super) enum Json {
    /// Not JSON: the shell form.
    No,
    /// An array of strings.
    Strings(Vec<Word>),
    /// Valid JSON, but not all strings: Docker refuses it.
    Mixed,
}

/// Reads the rest of a line.
pub(super) fn read(part: Part<'_>) -> Json {
    let text = part.text();
    if !text.starts_with('[') {
        return Json::No;
    }
    if let Some(words) = strings(part) {
        return Json::Strings(words);
    }
    match serde_json::from_str::<Vec<IgnoredAny>>(text) {
        Ok(_) => Json::Mixed,
        Err(_) => Json::No,
    }
}

/// The strings of an array that holds nothing else and is followed by nothing.
fn strings(part: Part<'_>) -> Option<Vec<Word>> {
    let text = part.text();
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = skip_blanks(bytes, 1);
    if bytes.get(at) == Some(&b']') {
        return (skip_blanks(bytes, at + 1) == bytes.len()).then_some(words);
    }
    loop {
        let (value, end) = string(text, at)?;
        words.push(Word { text: value, span: part.range(at, end).span() });
        at = skip_blanks(bytes, end);
        match bytes.get(at)? {
            b',' => at = skip_blanks(bytes, at + 1),
            b']' => return (skip_blanks(bytes, at + 1) == bytes.len()).then_some(words),
            _ => return None,
        }
    }
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    let blanks = bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    from + blanks.count()
}

/// The string that begins at `start`, unescaped, and the offset after its closing quote.
fn string(text: &str, start: usize) -> Option<(String, usize)> {
    let mut chars = text.get(start..)?.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((value, text.len() - chars.as_str().len())),
            '\\' => value.push(match chars.next()? {
                c @ ('"' | '\\' | '/') => c,
                'b' => '\x08',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => unicode(&mut chars)?,
                _ => return None,
            }),
            c if c < ' ' => return None,
            c => value.push(c),
        }
    }
}

/// The character of `\uXXXX` or of a surrogate pair; half a pair is the replacement character, as in Go.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let first = four_digits(chars)?;
    if let Some(c) = char::from_u32(first) {
        return Some(c);
    }
    let mut ahead = chars.clone();
    if first < 0xdc00 && ahead.next() == Some('\\') && ahead.next() == Some('u') {
        let second = four_digits(&mut ahead)?;
        if (0xdc00..0xe000).contains(&second) {
            *chars = ahead;
            return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
    }
    Some(char::REPLACEMENT_CHARACTER)
}

fn four_digits(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |value, _| Some(value * 16 + chars.next()?.to_digit(16)?))
}
