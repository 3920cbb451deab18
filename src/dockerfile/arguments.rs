//! Takes a logical line apart: keyword, flags, and the arguments in the shape that the keyword asks for.

use super::document::ScanError;
use super::instruction::{Arguments, Flag, Instruction, Keyword, Pair, Word};
use super::json::{self, Json};
use super::lines::Part;

/// What separates words: narrower than Unicode's white space.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\x0b' | '\x0c' | '\r' | ' ')
}

/// Reads one instruction. Heredocs and the block are the caller's.
///
/// # Errors
/// Where BuildKit's line parsers refuse the arguments.
pub(super) fn instruction(part: Part<'_>, escape: char, line: usize) -> Result<Instruction, ScanError> {
    wrapped_instruction(part, escape, line, false)
}

fn wrapped_instruction(
    part: Part<'_>,
    escape: char,
    line: usize,
    in_onbuild: bool,
) -> Result<Instruction, ScanError> {
    let part = part.trimmed();
    let (keyword_part, rest) = first_word(part);
    let keyword = Keyword::of(keyword_part.text());
    let (flags, rest) = flags(rest, escape);
    let rest = rest.trimmed();
    let arguments = match keyword {
        // ONBUILD of ONBUILD is refused by Docker later on; read no deeper.
        Keyword::Onbuild if in_onbuild => Arguments::Text(rest.logical_text()),
        Keyword::Onbuild => {
            Arguments::Wrapped(Some(Box::new(wrapped_instruction(rest, escape, line, true)?)))
        }
        Keyword::Healthcheck => healthcheck(rest, line)?,
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => command(rest)?,
        Keyword::Add | Keyword::Copy | Keyword::Volume => {
            json_or(rest, |rest| Arguments::Words(words(rest)))?
        }
        Keyword::From | Keyword::Expose => Arguments::Words(words(rest)),
        Keyword::Env | Keyword::Label => Arguments::Pairs(pairs(rest, escape, keyword)?),
        Keyword::Arg => Arguments::Pairs(quoted_words(rest, escape).map(argument_pair).collect()),
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir | Keyword::Unknown => {
            Arguments::Text(rest.logical_text())
        }
    };
    Ok(Instruction {
        keyword,
        keyword_span: keyword_part.span(),
        span: part.span(),
        block: part.span(),
        flags,
        arguments,
        heredocs: Vec::new(),
        line,
    })
}

/// The first word and what follows it and its blanks.
fn first_word(part: Part<'_>) -> (Part<'_>, Part<'_>) {
    let text = part.text();
    let end = text.find(is_blank).unwrap_or(text.len());
    let rest = text.len() - text[end..].trim_start_matches(is_blank).len();
    (part.range(0, end), part.from(rest))
}

/// The leading words that start with `--`, and what follows them.
///
/// BuildKit reads flags byte by byte and so garbles what is not ASCII in them; here such characters stay whole.
fn flags(part: Part<'_>, escape: char) -> (Vec<Flag>, Part<'_>) {
    let text = part.text();
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        at = text.len() - text[at..].trim_start_matches(is_blank).len();
        if !text[at..].starts_with("--") {
            return (flags, part.from(at));
        }
        let (word, end) = flag_word(text, at, escape);
        if word == "--" {
            return (flags, part.from(end));
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        flags.push(Flag { name: name[2..].to_owned(), value, span: part.range(at, end).span() });
        at = end;
    }
}

/// One flag with its quotes and escapes resolved, and where it ends.
fn flag_word(text: &str, start: usize, escape: char) -> (String, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        if quote == Some(c) {
            quote = None;
        } else if c == escape {
            word.extend(chars.next().map(|(_, escaped)| escaped));
        } else if quote.is_some() {
            word.push(c);
        } else if is_blank(c) {
            return (word, start + at);
        } else if matches!(c, '\'' | '"') {
            quote = Some(c);
        } else {
            word.push(c);
        }
    }
    (word, text.len())
}

/// JSON form, or what `otherwise` makes of the rest.
fn json_or<'a>(
    rest: Part<'a>,
    otherwise: impl FnOnce(Part<'a>) -> Arguments,
) -> Result<Arguments, ScanError> {
    match json::read(rest) {
        Json::Strings(words) => Ok(Arguments::Json(words)),
        Json::No => Ok(otherwise(rest)),
        Json::Mixed => Err(ScanError {
            span: rest.span(),
            message: "an array in JSON form must hold strings only".to_owned(),
        }),
    }
}

/// Exec form or shell form.
fn command(rest: Part<'_>) -> Result<Arguments, ScanError> {
    json_or(rest, |rest| Arguments::Text(rest.logical_text()))
}

/// `CMD command` or `NONE`.
fn healthcheck(rest: Part<'_>, line: usize) -> Result<Arguments, ScanError> {
    let text = rest.text();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let after = text.len() - text[end..].trim_start().len();
    let keyword_part = rest.range(0, end);
    let arguments = command(rest.from(after))?;
    if text.eq_ignore_ascii_case("none") {
        return Ok(Arguments::Wrapped(None));
    }
    let keyword = match Keyword::of(keyword_part.text()) {
        Keyword::Cmd => Keyword::Cmd,
        _ => Keyword::Unknown,
    };
    Ok(Arguments::Wrapped(Some(Box::new(Instruction {
        keyword,
        keyword_span: keyword_part.span(),
        span: rest.span(),
        block: rest.span(),
        flags: Vec::new(),
        arguments,
        heredocs: Vec::new(),
        line,
    }))))
}

/// Words between blanks; quotes mean nothing here.
fn words(rest: Part<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = rest;
    while !rest.text().is_empty() {
        let (word, after) = first_word(rest);
        words.push(word.word());
        rest = after;
    }
    words
}

/// Words between blanks, where quotes and the escape character hold a word together; both stay in it.
fn quoted_words<'a>(rest: Part<'a>, escape: char) -> impl Iterator<Item = Part<'a>> {
    let text = rest.text();
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = text.len() - text[next..].trim_start().len();
        let mut quote = None;
        let mut chars = text[start..].char_indices();
        next = text.len();
        let mut end = text.len();
        while let Some((at, c)) = chars.next() {
            if c == escape && quote != Some('\'') {
                if chars.next().is_none() {
                    // BuildKit drops an escape character that escapes nothing.
                    end = start + at;
                }
            } else if quote == Some(c) {
                quote = None;
            } else if quote.is_none() && c.is_whitespace() {
                end = start + at;
                next = end;
                break;
            } else if quote.is_none() && matches!(c, '\'' | '"') {
                quote = Some(c);
            }
        }
        (start < end).then(|| rest.range(start, end))
    })
}

/// `key=value …`, or the legacy form `key rest of line`.
fn pairs(rest: Part<'_>, escape: char, keyword: Keyword) -> Result<Vec<Pair>, ScanError> {
    let mut words = quoted_words(rest, escape).peekable();
    match words.peek() {
        None => return Ok(Vec::new()),
        Some(first) if !first.text().contains('=') => {
            let (key, value) = first_word(rest);
            if value.text().is_empty() {
                return Err(ScanError {
                    span: rest.span(),
                    message: format!("{} needs a name and a value", keyword.as_str()),
                });
            }
            return Ok(vec![Pair { key: key.word(), value: Some(value.word()), span: rest.span() }]);
        }
        Some(_) => {}
    }
    words
        .map(|word| match argument_pair(word) {
            pair @ Pair { value: Some(_), .. } => Ok(pair),
            _ => Err(ScanError {
                span: word.span(),
                message: format!("`{}` has no `=`; {} takes name=value", word.text(), keyword.as_str()),
            }),
        })
        .collect()
}

/// `key` or `key=value`.
fn argument_pair(word: Part<'_>) -> Pair {
    let (key, value) = match word.text().find('=') {
        Some(at) => (word.range(0, at), Some(word.from(at + 1).word())),
        None => (word, None),
    };
    Pair { key: key.word(), value, span: word.span() }
}
