//! A text for the shell, read as far as a walk needs it: words with what is known of their variables, and which functions
//! run what they are given.

use crate::analysis::read::run::Reader;
use crate::analysis::{Sources, Stage};
use crate::dockerfile::shell::{self, Command, Shell, ShellWord, WordPart};
use std::collections::{BTreeMap, BTreeSet};

/// A text.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Its commands, in order.
    pub(super) lines: Vec<Line>,
    /// Functions that it defines, and whether each runs its arguments.
    pub(super) functions: BTreeMap<String, bool>,
    /// Whether it runs its own arguments (`exec "$@"`).
    pub(super) runs_arguments: bool,
    /// Variables of the image that it uses.
    pub(super) variables: BTreeSet<String>,
}

/// A command.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Its words; empty where its program can't be told, or is what the text was given.
    pub(super) words: Vec<String>,
    /// Line in the text, from 1.
    pub(super) number: usize,
    /// Whether it may not run.
    pub(super) conditional: bool,
    /// Why its program can't be told, where it can't.
    pub(super) unknown: Option<String>,
}

impl Text {
    /// Reads a text.
    ///
    /// # Errors
    /// Why it can't be read.
    pub(super) fn read(text: &str, stage: &Stage, sources: Sources<'_>) -> Result<Self, String> {
        let commands = match shell::parse_plain(text) {
            Shell::Commands(commands) => commands,
            Shell::Opaque(why) => return Err(why),
        };
        let mut reader = Reading {
            reader: Reader::new(sources, &stage.state, &stage.world, &[]),
            sources,
            assigned: BTreeMap::new(),
        };
        let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let mut read = Self { functions: functions(text, sources), ..Self::default() };
        for command in &commands {
            let of_image = |name: &&str| stage.state.environment.contains(*name);
            read.variables.extend(variables(command).filter(of_image).map(str::to_owned));
            for (name, value) in &command.assignments {
                let value = reader.values(value);
                if command.words.is_empty() {
                    reader.assigned.entry(name.clone()).or_default().extend(value);
                }
            }
            if command.words.is_empty() {
                continue;
            }
            let number = breaks.partition_point(|at| *at < command.span.start) + 1;
            read.runs_arguments |= is_given(command, sources);
            read.lines.extend(reader.lines(command, number));
        }
        Ok(read)
    }
}

struct Reading<'a> {
    reader: Reader<'a>,
    sources: Sources<'a>,
    /// What the text itself gives to variables: every value that it may have.
    assigned: BTreeMap<String, Vec<String>>,
}

impl Reading<'_> {
    /// The command once for each program that its first word may be.
    fn lines(&self, command: &Command, number: usize) -> Vec<Line> {
        let line =
            |words: Vec<String>| Line { words, number, conditional: command.conditional, unknown: None };
        let words = self.reader.expand(&command.words);
        let first = &command.words[0];
        let told = words.words.first().is_none_or(|word| !words.unknown.contains(word));
        if told {
            return vec![line(self.with_values(words.words, command))];
        }
        if is_positional(first) {
            return Vec::new();
        }
        let values = self.values(first);
        let rest = self.reader.expand(&command.words[1..]).words;
        let whole = |value: &String| {
            let own = value.split_whitespace().map(str::to_owned);
            line(own.chain(rest.iter().cloned()).collect())
        };
        if values.is_empty() {
            let unknown = Some(format!("starts `{}`, and which program that is can't be told", first.raw));
            return vec![Line { unknown, ..line(Vec::new()) }];
        }
        values.iter().filter(|value| !value.trim().is_empty()).map(whole).collect()
    }

    /// Words that stand for a variable of the text, replaced where it has one value.
    fn with_values(&self, words: Vec<String>, command: &Command) -> Vec<String> {
        if self.assigned.is_empty() || words.len() != command.words.len() {
            return words;
        }
        let known = |(word, written): (String, &ShellWord)| match self.values(written).as_slice() {
            [one] if word == written.raw => one.clone(),
            _ => word,
        };
        words.into_iter().zip(&command.words).map(known).collect()
    }

    /// Every value that a word may have, as far as one variable or default makes it.
    fn values(&self, word: &ShellWord) -> Vec<String> {
        let expanded = self.reader.expand(std::slice::from_ref(word));
        if expanded.unknown.is_empty() {
            return vec![expanded.words.join(" ")];
        }
        let mut values = vec![String::new()];
        for part in &word.parts {
            let pieces = match part {
                WordPart::Literal(text) => vec![text.clone()],
                WordPart::Glob(letter) => vec![letter.to_string()],
                WordPart::Variable(name, _) => self.of_variable(name),
                WordPart::Dynamic(written) => self.of_default(written),
            };
            if pieces.is_empty() || values.len() * pieces.len() > 16 {
                return Vec::new();
            }
            values = values
                .iter()
                .flat_map(|value| pieces.iter().map(move |piece| format!("{value}{piece}")))
                .collect();
        }
        values
    }

    fn of_variable(&self, name: &str) -> Vec<String> {
        if let Some(values) = self.assigned.get(name) {
            return values.clone();
        }
        let word =
            ShellWord { parts: vec![WordPart::Variable(name.to_owned(), true)], ..ShellWord::default() };
        let expanded = self.reader.expand(&[word]);
        if expanded.unknown.is_empty() { expanded.words } else { Vec::new() }
    }

    /// `${NAME:-default}`: the variable's values and the default; `$(which NAME)`: the name.
    fn of_default(&self, written: &str) -> Vec<String> {
        let inside = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        if let Some((name, default)) = inside.and_then(|inside| inside.split_once('-')) {
            let name = name.trim_end_matches(':');
            let default = default.trim_matches(['"', '\'']);
            let mut values = self.of_variable(name);
            if !default.contains('$') {
                values.push(default.to_owned());
            }
            return values;
        }
        let substituted = written.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
        let mut words = substituted.unwrap_or_default().split_whitespace();
        let finds = |word: &str| self.sources.recipes.starts.finders.iter().any(|finder| finder == word);
        match (words.next(), words.next_back()) {
            (Some(first), Some(name)) if finds(first) => vec![name.to_owned()],
            _ => Vec::new(),
        }
    }
}

/// Names of the variables that a command's words use.
fn variables(command: &Command) -> impl Iterator<Item = &str> {
    command.words.iter().flat_map(|word| &word.parts).filter_map(|part| match part {
        WordPart::Variable(name, _) => Some(name.as_str()),
        _ => None,
    })
}

/// Whether a word is what the text or the function was given: `"$@"`, `$*`, `$1`.
fn is_positional(word: &ShellWord) -> bool {
    let inside = word.raw.trim_matches('"');
    let inside = inside.strip_prefix("${").map_or(inside, |rest| rest.trim_end_matches('}'));
    let inside = inside.strip_prefix('$').unwrap_or(inside);
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|char| char.is_ascii_digit());
    word.raw.contains('$')
        && (inside.starts_with('@')
            || inside.starts_with('*')
            || is_number(inside.split(':').next().unwrap_or_default()))
}

/// Whether a command is what the text was given, wrappers and `eval` taken off.
fn is_given(command: &Command, sources: Sources<'_>) -> bool {
    let mut rest: &[ShellWord] = &command.words;
    for _ in 0..8 {
        let Some(first) = rest.first() else { return false };
        if is_positional(first) {
            return true;
        }
        let raw: Vec<String> = rest.iter().map(|word| word.raw.clone()).collect();
        let name = super::walk::name_of(&raw[0]);
        if name == "eval" {
            return rest.get(1).is_some_and(is_positional);
        }
        let takes_line =
            super::walk::SHELLS.contains(&name) || sources.recipes.starts.shell_line(name, &raw).is_some();
        if takes_line {
            return rest.iter().skip(1).any(is_positional);
        }
        let Some(inner) = sources.recipes.unwrap(name, &raw) else { return false };
        rest = &rest[rest.len() - inner.len()..];
    }
    false
}

/// Functions that a text defines, and whether each runs its arguments.
fn functions(text: &str, sources: Sources<'_>) -> BTreeMap<String, bool> {
    let mut functions = BTreeMap::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let named = line.strip_prefix("function ").map_or_else(
            || line.split_once("()").map(|(name, rest)| (name.trim(), rest)),
            |rest| rest.trim_start().split_once(|char: char| char.is_whitespace() || "({".contains(char)),
        );
        let Some((name, rest)) = named else { continue };
        let is_function = |char: char| char.is_ascii_alphanumeric() || "_-.:".contains(char);
        if name.is_empty() || !name.chars().all(is_function) {
            continue;
        }
        let mut body = rest.trim_start_matches(['(', ')', ' ', '{']).to_owned();
        if !body.trim_end().ends_with('}') {
            let inner = lines.by_ref().take_while(|line| line.trim() != "}");
            body.extend(inner.flat_map(|line| ["\n", line]));
        }
        let body = body.trim_end().trim_end_matches('}');
        let runs = match shell::parse_plain(body) {
            Shell::Commands(commands) => commands.iter().any(|command| is_given(command, sources)),
            Shell::Opaque(_) => body.contains("\"$@\""),
        };
        functions.insert(name.to_owned(), runs);
    }
    functions
}
