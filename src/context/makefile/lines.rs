//! Pieces of the lines of a Makefile: continuations, comments, assignments, lists of prerequisites.

use super::functions::closing;

/// What stands between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Recursive,
    Simple,
    IfUnset,
    Append,
    Shell,
}

/// A line with those that a backslash joins to it.
pub(super) fn joined<'t>(first: &str, lines: &mut impl Iterator<Item = &'t str>, is_recipe: bool) -> String {
    let continues = |line: &str| (line.len() - line.trim_end_matches('\\').len()) % 2 == 1;
    let mut line = first.to_owned();
    while continues(&line) {
        let Some(next) = lines.next() else { break };
        match is_recipe {
            true => {
                line.push('\n');
                line.push_str(next.strip_prefix('\t').unwrap_or(next));
            }
            false => {
                line.pop();
                line.truncate(line.trim_end().len());
                line.push(' ');
                line.push_str(next.trim_start());
            }
        }
    }
    line
}

/// Whether SHELL names a shell: `/bin/bash`, `/usr/bin/env bash -o pipefail`.
pub(super) fn is_shell(value: &str) -> bool {
    value.split_whitespace().take(2).any(|word| word.ends_with("sh"))
}

/// The lines up to `endef`.
pub(super) fn defined<'t>(lines: &mut impl Iterator<Item = &'t str>) -> String {
    lines.take_while(|line| line.trim() != "endef").collect::<Vec<_>>().join("\n")
}

pub(super) fn without_comment(line: &str) -> String {
    let mut comment = line.match_indices('#').filter(|(at, _)| !line[..*at].ends_with('\\'));
    let end = comment.next().map_or(line.len(), |(at, _)| at);
    line[..end].replace("\\#", "#")
}

/// Where a letter stands outside of `$(…)` and `${…}`.
pub(super) fn outside(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            _ if depth == 0 && letter == wanted => return Some(at),
            '(' | '{' if depth > 0 || before == '$' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = letter;
    }
    None
}

/// `NAME = value` and its kin.
pub(super) fn assignment(line: &str) -> Option<(&str, Operator, &str)> {
    let equals = outside(line, '=')?;
    let (mut name, value) = (&line[..equals], line[equals + 1..].trim());
    let mut operator = Operator::Recursive;
    for (end, one) in
        [(":", Operator::Simple), ("?", Operator::IfUnset), ("+", Operator::Append), ("!", Operator::Shell)]
    {
        if let Some(rest) = name.strip_suffix(end) {
            name = rest.trim_end_matches(':');
            operator = one;
            break;
        }
    }
    let name = name.trim();
    let is_name = !name.is_empty() && !name.contains(char::is_whitespace) && outside(name, ':').is_none();
    is_name.then_some((name, operator, value))
}

/// Commands that print the names of files that are there: nothing makes those.
const LISTS_FILES: [&str; 2] = ["$(find ", "$(git ls-files"];

/// Words of a list of prerequisites; one that can't be told holds a `$`.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        words.extend(rest[..at].split_whitespace().map(str::to_owned));
        let end = closing(&rest[at + 1..], '(').map_or(rest.len(), |end| at + end + 2);
        if !LISTS_FILES.iter().any(|command| rest[at..].starts_with(command)) {
            words.push("$".to_owned());
        }
        rest = &rest[end..];
    }
    words.extend(rest.split_whitespace().map(str::to_owned));
    words
}
