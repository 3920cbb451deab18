//! Heredocs: `<<NAME` in RUN, COPY and ADD, and the lines up to the terminator.
//!
//! BuildKit splits the whole logical line into words with its own lexer and takes the rest of a word as the name,
//! which is not what a shell would do: `<<EOF;` ends at a line `EOF;`. Where its lexer fails, there is no heredoc.

use super::document::{Document, ScanError};
use super::instruction::{Arguments, Heredoc, Instruction, Keyword, LogicalText};
use super::lexer::{self, Lookup, Malformed, Style};
use super::lines::Lines;
use super::span::Span;

/// `<<NAME` as it stands in a line, before its body is read.
#[derive(Debug)]
pub(super) struct Opening {
    name: String,
    chomp: bool,
    expand: bool,
    descriptor: u32,
}

/// Whether an instruction may open heredocs at all.
pub(super) fn may_open(instruction: &Instruction) -> bool {
    match (&instruction.arguments, instruction.keyword) {
        (Arguments::Wrapped(Some(inner)), Keyword::Onbuild) => may_open(inner),
        (Arguments::Json(_), _) => false,
        (_, keyword) => matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add),
    }
}

/// The heredocs that a logical line opens, in order.
///
/// # Errors
/// A name that BuildKit can't read.
pub(super) fn openings(line: &str) -> Result<Vec<Opening>, Malformed> {
    let style = Style { escape: '\\', keep_quotes: true, keep_escapes: true, longest: usize::MAX };
    let Ok(output) = lexer::read(line, &style, &|_| Lookup::Verbatim) else {
        return Ok(Vec::new());
    };
    output.words.iter().filter_map(|word| opening(word).transpose()).collect()
}

/// The heredoc that a word opens: optional digits, `<<`, optional `-`, and the name.
///
/// # Errors
/// A name that BuildKit can't read.
pub(super) fn opening(word: &str) -> Result<Option<Opening>, Malformed> {
    let after_digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &word[..word.len() - after_digits.len()];
    let Some(rest) = after_digits.strip_prefix("<<") else { return Ok(None) };
    let (chomp, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let words = |keep_quotes| {
        let style = Style { escape: '\\', keep_quotes, keep_escapes: false, longest: usize::MAX };
        lexer::read(rest, &style, &|_| Lookup::Verbatim).map(|output| output.words)
    };
    let [name] = words(false)?.try_into().unwrap_or_default();
    if name.is_empty() {
        return Ok(None);
    }
    let [as_written]: [String; 1] = words(true)?.try_into().map_err(|_| Malformed)?;
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    let expand = quotes(&name) == quotes(&as_written);
    Ok(Some(Opening { name, chomp, expand, descriptor: digits.parse().unwrap_or(0) }))
}

/// Reads the bodies of heredocs, one after the other. Gives the end of the last terminator too.
///
/// # Errors
/// A terminator that never comes.
pub(super) fn bodies(
    openings: Vec<Opening>,
    lines: &mut Lines<'_>,
    mut from: usize,
) -> Result<(Vec<Heredoc>, usize), ScanError> {
    let mut heredocs = Vec::with_capacity(openings.len());
    let mut end = from;
    for opening in openings {
        let body_start = from;
        loop {
            let Some(line) = lines.next()? else {
                return Err(ScanError {
                    span: Span::new(body_start, from),
                    message: format!("the heredoc `{}` is never closed", opening.name),
                });
            };
            let content = if opening.chomp { line.content.trim_start_matches('\t') } else { line.content };
            from = line.next;
            if content == opening.name {
                end = line.end();
                let Opening { name, chomp, expand, descriptor } = opening;
                let body = Span::new(body_start, line.start);
                heredocs.push(Heredoc { name, chomp, expand, descriptor, body });
                break;
            }
        }
    }
    Ok((heredocs, end))
}

/// See [`Document::shell_text`].
pub(super) fn shell_text(document: &Document, instruction: &Instruction) -> Option<LogicalText> {
    let Arguments::Text(text) = &instruction.arguments else { return None };
    match (instruction.keyword, instruction.heredocs.as_slice()) {
        (Keyword::Cmd | Keyword::Entrypoint, _) | (Keyword::Run, []) => Some(text.clone()),
        (Keyword::Run, heredocs) => match opening(&text.text) {
            Ok(Some(_)) => script(document, heredocs.first()?),
            _ => Some(reconstituted(document, text, heredocs)),
        },
        _ => None,
    }
}

/// The body of `RUN <<NAME`, which is the script itself; `None` where `#!` names its interpreter.
fn script(document: &Document, heredoc: &Heredoc) -> Option<LogicalText> {
    let mut script = LogicalText { span: heredoc.body, ..LogicalText::default() };
    let mut at = heredoc.body.start;
    for line in document.slice(heredoc.body).split_inclusive('\n') {
        let kept = if heredoc.chomp { line.trim_start_matches('\t') } else { line };
        script.push(kept, at + line.len() - kept.len());
        at += line.len();
    }
    (!script.text.starts_with("#!")).then_some(script)
}

/// The line with the bodies behind it, as BuildKit hands it to the shell.
fn reconstituted(document: &Document, text: &LogicalText, heredocs: &[Heredoc]) -> LogicalText {
    let mut whole = text.clone();
    for heredoc in heredocs {
        whole.push("\n", heredoc.body.start.saturating_sub(1));
        whole.push(document.slice(heredoc.body), heredoc.body.start);
        let terminator = &document.text()[heredoc.body.end..];
        let tabs = terminator.len() - terminator.trim_start_matches('\t').len();
        let tabs = if heredoc.chomp { tabs } else { 0 };
        whole.push(&heredoc.name, heredoc.body.end + tabs);
        whole.span.end = heredoc.body.end + tabs + heredoc.name.len();
    }
    whole
}
