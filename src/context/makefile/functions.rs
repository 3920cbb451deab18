//! Expansion of variables and of the functions that are followed. What can't be told stays as `$(…)`, as a shell writes it.

use super::lines::outside;
use super::{DEEPEST, Makefile, Variable};

/// Bytes that an expansion counts beside those that it makes.
const EACH: usize = 8;

impl Makefile<'_> {
    /// A text with its variables replaced. `scope` are those of the target, the first of a name counts. `None` where it would be too much.
    pub(super) fn expand(&self, text: &str, scope: &[(String, String)], depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            expanded.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            let Some(letter) = rest.chars().next() else { break };
            if matches!(letter, '(' | '{') {
                let close = closing(rest, letter)?;
                let inside = &rest[1..close];
                expanded.push_str(&self.reference(inside, scope, depth)?);
                rest = &rest[close + 1..];
            } else {
                rest = &rest[letter.len_utf8()..];
                match letter {
                    '$' => expanded.push('$'),
                    _ => expanded.push_str(&self.variable(&letter.to_string(), scope, depth)?),
                }
            }
        }
        expanded.push_str(rest);
        self.left.set(self.left.get().checked_sub(expanded.len() + EACH)?);
        Some(expanded)
    }

    /// What stands between the brackets of `$(…)`.
    fn reference(&self, inside: &str, scope: &[(String, String)], depth: usize) -> Option<String> {
        if let Some((function, arguments)) = inside.split_once([' ', '\t'])
            && !function.contains(['$', ':', '='])
        {
            return self.function(function, arguments.trim_start(), inside, scope, depth + 1);
        }
        let name = self.expand(inside, scope, depth + 1)?;
        if let Some(colon) = outside(&name, ':')
            && let Some((from, to)) = name[colon + 1..].split_once('=')
        {
            let value = self.variable(&name[..colon], scope, depth)?;
            let (from, to) = match from.contains('%') {
                true => (from.to_owned(), to.to_owned()),
                false => (format!("%{from}"), format!("%{to}")),
            };
            return Some(each(&value, |word| substituted(word, &from, &to)));
        }
        self.variable(&name, scope, depth)
    }

    fn variable(&self, name: &str, scope: &[(String, String)], depth: usize) -> Option<String> {
        let calling = self.calling;
        if let Some(value) = calling.overrides.get(name) {
            return Some(value.clone());
        }
        if let Some((_, value)) = scope.iter().find(|(one, _)| one == name) {
            return self.expand(value, scope, depth + 1);
        }
        match self.variables.get(name) {
            Some(Variable::Simple(value)) => Some(value.clone()),
            Some(Variable::Recursive(value)) => self.expand(value, scope, depth + 1),
            Some(Variable::Unknown) => Some(format!("${{{name}}}")),
            None => Some(match (calling.environment.get(name), name) {
                (Some(value), _) => value.clone(),
                (None, "CURDIR" | "PWD") => calling.directory.to_owned(),
                (None, "MAKE") => "make".to_owned(),
                (None, "MAKECMDGOALS") => "${MAKECMDGOALS}".to_owned(),
                (None, "MAKEFLAGS" | "MFLAGS") => String::new(),
                (None, _) if self.is_partial => format!("${{{name}}}"),
                (None, _) => String::new(),
            }),
        }
    }

    fn function(
        &self,
        name: &str,
        arguments: &str,
        written: &str,
        scope: &[(String, String)],
        depth: usize,
    ) -> Option<String> {
        let expand = |text: &str| self.expand(text, scope, depth);
        let parts = split(arguments);
        let part = |at: usize| parts.get(at).map_or(Some(String::new()), |text| expand(text));
        let untold = || Some(format!("$({written})"));
        if name == "shell" {
            let command = expand(arguments)?;
            return Some(match command.trim() {
                "uname" | "uname -s" => "Linux".to_owned(),
                "pwd" => self.calling.directory.to_owned(),
                command => format!("$({command})"),
            });
        }
        if matches!(name, "info" | "warning" | "error") {
            return Some(String::new());
        }
        if name == "wildcard" {
            let patterns = expand(arguments)?;
            let matching = patterns.split_whitespace().map(|pattern| (self.calling.matching)(pattern));
            let files: Option<Vec<Vec<String>>> = matching.collect();
            return files.map_or_else(untold, |files| Some(files.concat().join(" ")));
        }
        let is_told = |values: &[&String]| values.iter().all(|value| !value.contains('$'));
        let (first, second, third) = (part(0)?, part(1)?, part(2)?);
        let told = match name {
            "if" | "or" | "and" | "foreach" | "call" | "eval" | "value" | "origin" | "realpath" | "file" => {
                false
            }
            "strip" | "notdir" | "dir" | "basename" | "firstword" | "lastword" | "sort" | "words"
            | "abspath" => is_told(&[&first]),
            _ => is_told(&[&first, &second, &third]),
        };
        if !told {
            return match name {
                "if" if is_told(&[&first]) => part(if first.trim().is_empty() { 2 } else { 1 }),
                "or" if is_told(&[&first]) => Some(if first.trim().is_empty() { second } else { first }),
                "foreach" if is_told(&[&first, &second]) => {
                    let text = arguments.splitn(3, ',').nth(2)?;
                    let of = |word: &str| {
                        let mut inner = vec![(first.trim().to_owned(), word.to_owned())];
                        inner.extend(scope.iter().cloned());
                        self.expand(text, &inner, depth)
                    };
                    let all: Option<Vec<String>> = second.split_whitespace().map(of).collect();
                    Some(all?.join(" "))
                }
                _ => untold(),
            };
        }
        let parent =
            |word: &str| word.rsplit_once('/').map_or("./".to_owned(), |(parent, _)| format!("{parent}/"));
        Some(match name {
            "strip" => each(&first, str::to_owned),
            "notdir" => each(&first, |word| word.rsplit('/').next().unwrap_or(word).to_owned()),
            "dir" => each(&first, parent),
            "basename" => {
                each(&first, |word| word.rsplit_once('.').map_or(word, |(stem, _)| stem).to_owned())
            }
            "firstword" => first.split_whitespace().next().unwrap_or_default().to_owned(),
            "lastword" => first.split_whitespace().last().unwrap_or_default().to_owned(),
            "words" => first.split_whitespace().count().to_string(),
            "sort" => first
                .split_whitespace()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(" "),
            "addprefix" => each(&second, |word| format!("{first}{word}")),
            "addsuffix" => each(&second, |word| format!("{word}{first}")),
            "subst" if !first.is_empty() => third.replace(&first, &second),
            "patsubst" => each(&third, |word| substituted(word, first.trim(), second.trim())),
            "word" => second
                .split_whitespace()
                .nth(first.trim().parse::<usize>().ok()?.checked_sub(1)?)
                .unwrap_or_default()
                .to_owned(),
            "filter" | "filter-out" => {
                let fits = |word: &&str| {
                    first.split_whitespace().any(|pattern| stem(word, pattern).is_some())
                        == (name == "filter")
                };
                second.split_whitespace().filter(fits).collect::<Vec<_>>().join(" ")
            }
            _ => return untold(),
        })
    }
}

/// Arguments at the commas outside of brackets.
fn split(arguments: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = arguments;
    while let Some(comma) = outside(rest, ',') {
        parts.push(&rest[..comma]);
        rest = &rest[comma + 1..];
    }
    parts.push(rest);
    parts
}

fn each(words: &str, change: impl Fn(&str) -> String) -> String {
    words.split_whitespace().map(change).collect::<Vec<_>>().join(" ")
}

/// What stands for the `%` of a pattern that a word fits.
fn stem<'w>(word: &'w str, pattern: &str) -> Option<&'w str> {
    match pattern.split_once('%') {
        Some((before, after)) => word.strip_prefix(before)?.strip_suffix(after),
        None => (word == pattern).then_some(""),
    }
}

fn substituted(word: &str, from: &str, to: &str) -> String {
    stem(word, from).map_or_else(|| word.to_owned(), |stem| to.replacen('%', stem, 1))
}

/// Where the bracket that a text begins with is closed.
pub(super) fn closing(text: &str, open: char) -> Option<usize> {
    let close = if open == '(' { ')' } else { '}' };
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
