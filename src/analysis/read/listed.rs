//! Words that a command takes from the lines of a file: `pip install $(grep -v '^#' FILE)`, `xargs pip install < FILE`,
//! `cat FILE | xargs apt-get install`.

use super::run::Reader;
use super::words::Words;
use crate::dockerfile::shell::{self, Command, Joined, Shell, ShellWord, WordPart};
use crate::recipe::command::{Call, CommandRule, EffectKind};
use crate::recipe::path::absolute;

/// The word that stands for words that can't be told.
const UNTOLD: &str = "$(xargs)";

/// What a command reads from its standard input.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    /// Words of the commands that are piped into it, the first one first.
    pub(super) pipeline: Vec<Vec<String>>,
    /// The file behind `<`, absolute.
    file: Option<String>,
}

impl Input {
    /// The address that the piped command fetches.
    pub(super) fn address(&self) -> Option<&str> {
        self.pipeline.last()?.iter().find(|word| word.contains("://")).map(String::as_str)
    }

    /// Takes in that a command is read next, with its words expanded, and its directory.
    pub(super) fn before(&mut self, command: &Command) {
        if command.joined != Joined::Pipe {
            self.pipeline.clear();
        }
        self.file = None;
    }
}

/// A file of whose lines some are words of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Absolute path in the image.
    pub file: String,
    /// The words that stand for its lines.
    pub words: Vec<String>,
}

impl Reader<'_> {
    /// Takes in the file behind `<`.
    pub(super) fn takes_in(&mut self, command: &Command, directory: &str) {
        let read = command.redirections.iter().find(|redirection| redirection.operator == "<");
        let Some(read) = read else { return };
        let target = self.expand(std::slice::from_ref(&read.target));
        let path = target.words.first().filter(|_| target.unknown.is_empty());
        self.input.file = path.map(|path| absolute(directory, path));
    }

    /// Words that a wrapper gives to the program that it starts, whose own words are `unwrapped`.
    pub(super) fn feed(&self, words: &mut Words, unwrapped: &mut Vec<String>, directory: &str) {
        let read = self.input.file.clone().map(|file| (file, true)).or_else(|| {
            let [first, rest @ ..] = self.input.pipeline.as_slice() else { return None };
            self.filtered(first, directory).map(|(file, whole)| (file, whole && rest.is_empty()))
        });
        let known = read.as_ref().filter(|(_, whole)| *whole).and_then(|(file, _)| self.plain_words(file));
        let fed = known.unwrap_or_else(|| vec![UNTOLD.to_owned()]);
        match mark(&words.words) {
            None => unwrapped.extend(fed.iter().cloned()),
            Some(mark) => {
                let filled = unwrapped.drain(..).flat_map(|word| match word.contains(&mark) {
                    true if word == mark => fed.clone(),
                    true => vec![word.replace(&mark, UNTOLD)],
                    false => vec![word],
                });
                *unwrapped = filled.collect();
            }
        }
        words.listed.extend(read.map(|(file, _)| Listed { file, words: fed }));
        words.unknown.extend(unwrapped.iter().filter(|word| word.contains(UNTOLD)).cloned());
    }

    /// Whether a rule says too much of a command whose operands can't be told: `find … | xargs rm`.
    pub(super) fn is_untold(rule: &CommandRule, unwrapped: &[String]) -> bool {
        let kept = [
            EffectKind::Nothing,
            EffectKind::Fetch,
            EffectKind::InstallPackages,
            EffectKind::RemovePackages,
            EffectKind::InstallDependencies,
        ];
        !kept.contains(&rule.effect) && unwrapped.iter().any(|word| word.contains(UNTOLD))
    }

    /// The file whose lines a word takes, with the words that it then is.
    pub(super) fn listed_by(&self, word: &ShellWord) -> Option<Listed> {
        let (file, whole) = self.substituted(word)?;
        let known = self.plain_words(&file).filter(|_| whole);
        Some(Listed { file, words: known.unwrap_or_else(|| vec![word.raw.clone()]) })
    }

    /// The file behind `$(…)`, and whether all of its lines are taken.
    fn substituted(&self, word: &ShellWord) -> Option<(String, bool)> {
        let [WordPart::Dynamic(written)] = word.parts.as_slice() else { return None };
        let inside = written.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
        let inside = inside.or_else(|| written.strip_prefix('`')?.strip_suffix('`'))?;
        let Shell::Commands(commands) = shell::parse_plain(inside) else { return None };
        let (first, rest) = commands.split_first()?;
        let is_filter = |command: &Command| {
            let name = command.words.first().and_then(ShellWord::literal);
            name.is_some_and(|name| self.sources.recipes.line_filters.contains(&name))
        };
        if !rest.iter().all(|command| command.joined == Joined::Pipe && is_filter(command)) {
            return None;
        }
        let words: Option<Vec<String>> = first.words.iter().map(ShellWord::literal).collect();
        let read = first.redirections.iter().find(|redirection| redirection.operator == "<");
        let read = read.and_then(|redirection| redirection.target.literal());
        match (words?.as_slice(), read) {
            ([], Some(file)) => Some((absolute(&self.at, &file), rest.is_empty())),
            (words, _) => {
                self.filtered(words, &self.at).map(|(file, whole)| (file, whole && rest.is_empty()))
            }
        }
    }

    /// The file of the build context that a filter of lines prints, and whether it prints all of it.
    fn filtered(&self, words: &[String], directory: &str) -> Option<(String, bool)> {
        let (program, operands) = words.split_first()?;
        let filters = &self.sources.recipes.line_filters;
        if !filters.contains(program) {
            return None;
        }
        let mut files = operands.iter().map(|word| absolute(directory, word));
        let file = files.find(|path| self.locate(path).is_some())?;
        Some((file, operands.len() == 1))
    }

    /// The words of a file of the build context that holds nothing but plain words.
    fn plain_words(&self, path: &str) -> Option<Vec<String>> {
        let text = self.sources.context?.text(&self.locate(path)?)?;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./=:@+,~[]<>!".contains(letter);
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.iter().all(|word| !word.starts_with('-') && word.chars().all(plain)).then_some(words)
    }

    /// A file of operands is read as the option that names such files.
    pub(super) fn take_lists(&self, rule: &CommandRule, call: &mut Call, words: &Words) {
        let Some(option) = &rule.lists else { return };
        for listed in &words.listed {
            call.operands.retain(|operand| !listed.words.contains(operand));
            call.options.entry(option.clone()).or_default().push(listed.file.clone());
        }
    }
}

/// The word that `xargs -I` replaces.
fn mark(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word.starts_with("-I"))?;
    let glued = &words[at][2..];
    let mark = if glued.is_empty() { words.get(at + 1)?.clone() } else { glued.to_owned() };
    (!mark.is_empty()).then_some(mark)
}
