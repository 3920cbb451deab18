//! Keeps away from brush-parser what it would read slowly or deeply.
//!
//! It needs a frame of the stack for each level of nesting, and twice the time for each further level of `(` or `case`
//! in a text that has a syntax error. In 240,514 real RUN texts, commands are nested four deep at most, and one text
//! has more than 64 expansions that may hold others.

use super::mask;
use brush_parser::{Token, TokenizerOptions, uncached_tokenize_str};

/// Longest text that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// Most `((` that are read.
const MOST_DOUBLE_PARENTHESES: usize = 8;
/// Most `$(`, `${` and backquotes that are read: each could stand inside the one before it.
const MOST_EXPANSIONS: usize = 64;
/// Most `<<` that are read: each is looked at with the whole text before it.
const MOST_HEREDOCS: usize = 32;
/// Deepest nesting of compound commands that is read.
const DEEPEST: usize = 12;

/// The tokens of a text.
///
/// # Errors
/// Why the text is not read.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    if text.len() > LONGEST {
        return Err(format!("the shell text is longer than {LONGEST} bytes"));
    }
    // wait-for-it.sh: `${0##*/}` above a heredoc
    let unclear = text.contains("<<") || expansions(text) > MOST_EXPANSIONS;
    let masked = if unclear { mask::masked(text) } else { None };
    let text = masked.as_deref().unwrap_or(text);
    if text.matches("((").count() > MOST_DOUBLE_PARENTHESES {
        return Err("the shell text has too many `((`".to_owned());
    }
    if expansions(text) > MOST_EXPANSIONS {
        return Err(format!("the shell text has more than {MOST_EXPANSIONS} expansions"));
    }
    if text.matches("<<").count() > MOST_HEREDOCS {
        return Err(format!("the shell text has more than {MOST_HEREDOCS} heredocs"));
    }
    if !are_heredocs_readable(text) {
        return Err(
            "the shell text has a heredoc without a plain name, or an expansion or quote on its line"
                .to_owned(),
        );
    }
    let options = TokenizerOptions { enable_extended_globbing: true, posix_mode: false, sh_mode: false };
    let tokens = uncached_tokenize_str(text, &options)
        .map_err(|error| format!("the shell text can't be read: {error}"))?;
    if !tokens.windows(2).all(|pair| is_descriptor_readable(&pair[0], &pair[1])) {
        return Err("the shell text redirects a file descriptor that is no number".to_owned());
    }
    if tokens.iter().any(has_computed_index) {
        return Err("the shell text computes the index of an array".to_owned());
    }
    if depth(&tokens) > DEEPEST {
        return Err(format!("the shell text is nested more than {DEEPEST} deep"));
    }
    Ok(tokens)
}

/// How many expansions could stand in one another at most. Nothing stands in `${NAME}`.
fn expansions(text: &str) -> usize {
    let bytes = text.as_bytes();
    let opens = |(at, pair): (usize, &[u8])| match pair {
        [b'$' | b'<' | b'>' | b'@' | b'!' | b'?' | b'*' | b'+', b'('] | b"$[" => true,
        b"${" => {
            let name =
                bytes[at + 2..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            bytes.get(at + 2 + name.count()) != Some(&b'}')
        }
        _ => false,
    };
    let brackets = bytes.windows(2).enumerate().filter(|window| opens(*window)).count();
    brackets + bytes.iter().filter(|byte| **byte == b'`').count() / 2
}

/// Whether no heredoc is opened inside an expansion, and none has an expansion or an open quote behind it on its line:
/// brush-parser loses the order of tokens there and panics at the end of the text. Nor may a name be empty: it then never
/// ends. Takes `<<` in quotes for a heredoc.
fn are_heredocs_readable(text: &str) -> bool {
    text.match_indices("<<").all(|(at, _)| {
        // an escaped `<` is none of the three
        if text[..at].ends_with('\\') {
            return false;
        }
        if text[at..].starts_with("<<<") || text[..at].ends_with('<') {
            return true;
        }
        let line = text[at..].split('\n').next().unwrap_or_default();
        let tag = line[2..]
            .trim_start_matches('-')
            .trim_start_matches([' ', '\t'])
            .trim_start_matches(['"', '\'', '\\']);
        tag.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            && !["$(", "${", "$["].iter().any(|opening| line.contains(opening))
            && !line.ends_with('\\')
            && ['"', '\''].iter().all(|quote| line.matches(*quote).count() % 2 == 0)
            && are_expansions_closed(&text[..at])
    })
}

/// Whether every expansion is closed again, with nothing inside that could hide what closes it.
fn are_expansions_closed(text: &str) -> bool {
    let mut open: Vec<u8> = Vec::new();
    let mut before = 0;
    for byte in text.bytes() {
        match byte {
            b'(' if before == b'$' || !open.is_empty() => open.push(b')'),
            b'{' if before == b'$' => open.push(b'}'),
            b'[' if before == b'$' => open.push(b']'),
            _ if open.last() == Some(&byte) => {
                open.pop();
            }
            b'"' | b'\'' | b'\\' | b'`' | b'#' if !open.is_empty() => return false,
            _ => {}
        }
        before = byte;
    }
    open.is_empty()
}

/// Whether digits before a redirection are a number that brush-parser can hold; it panics where they are not.
fn is_descriptor_readable(word: &Token, operator: &Token) -> bool {
    match (word, operator) {
        (Token::Word(word, _), Token::Operator(operator, _)) if operator.starts_with(['<', '>']) => {
            !word.bytes().all(|byte| byte.is_ascii_digit()) || word.parse::<i32>().is_ok()
        }
        _ => true,
    }
}

/// Whether a word such as `a[${b}]=c` has an expansion in its index: brush-parser reads those at once, with no bound to
/// their depth, and panics at `~` before a long number in them.
fn has_computed_index(token: &Token) -> bool {
    let Token::Word(word, _) = token else { return false };
    let name = word.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    name.starts_with('[') && ["${", "$(", "$[", "`"].iter().any(|opening| name.contains(opening))
}

/// What a level of nesting is closed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Parenthesis,
    Brace,
    If,
    Loop,
    Case,
    Test,
}

/// Depth to which compound commands are nested; too much where keywords are mere arguments, never too little in what
/// stands before the first syntax error.
fn depth(tokens: &[Token]) -> usize {
    let mut open: Vec<Level> = Vec::new();
    let mut deepest = 0;
    // Whether a closing keyword may stand here; elsewhere it is an argument.
    let mut is_command_position = true;
    for token in tokens {
        let (opens, closes) = match (token, token.to_str()) {
            (Token::Operator(..), "(") => (Some(Level::Parenthesis), None),
            (Token::Operator(..), ")") => (None, Some(Level::Parenthesis)),
            (Token::Operator(..), _) => (None, None),
            (_, "{") => (Some(Level::Brace), None),
            (_, "if") => (Some(Level::If), None),
            (_, "for" | "while" | "until" | "select") => (Some(Level::Loop), None),
            (_, "case") => (Some(Level::Case), None),
            (_, "[[") => (Some(Level::Test), None),
            (_, "}") if is_command_position => (None, Some(Level::Brace)),
            (_, "fi") if is_command_position => (None, Some(Level::If)),
            (_, "done") if is_command_position => (None, Some(Level::Loop)),
            (_, "esac") if is_command_position => (None, Some(Level::Case)),
            (_, "]]") => (None, Some(Level::Test)),
            _ => (None, None),
        };
        is_command_position = matches!(token, Token::Operator(..)) || closes.is_some();
        if closes.is_some() && open.last() == closes.as_ref() {
            open.pop();
        }
        open.extend(opens);
        deepest = deepest.max(open.len());
    }
    deepest
}
