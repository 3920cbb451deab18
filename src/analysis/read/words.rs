//! Words of a shell text with their variables replaced, as far as values are known at that command.

use super::listed::Listed;
use super::run::{MOST_EXPANDED, Reader};
use crate::analysis::step;
use crate::dockerfile::shell::{ShellWord, WordPart};
use crate::dockerfile::variables::{Value, Variables};
use crate::recipe::path::absolute;
use std::sync::Arc;

/// The words of a command after expansion.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Each word; one that can't be told stands as written.
    pub words: Vec<String>,
    /// Words whose value can't be told.
    pub unknown: Vec<String>,
    /// Words that a build argument chooses, with what is written for them.
    pub chosen: Vec<(String, String)>,
    /// Files of whose lines some are words of the command.
    pub listed: Vec<Listed>,
}

impl Reader<'_> {
    /// Words with variables replaced by what they are known to hold.
    pub fn expand(&self, words: &[ShellWord]) -> Words {
        let mut expanded = Words::default();
        let mut left = MOST_EXPANDED;
        for word in words {
            let mut text = Some(String::new());
            let mut splits = false;
            for part in &word.parts {
                let piece = match part {
                    WordPart::Literal(literal) => Some(literal.clone()),
                    WordPart::Glob(letter) => Some(letter.to_string()),
                    WordPart::Variable(name, in_quotes) => {
                        splits |= !in_quotes;
                        let value = self.value(name).filter(|value| value.len() <= left);
                        left -= value.as_ref().map_or(0, String::len);
                        value
                    }
                    WordPart::Dynamic(written) if written == "~" => Some(step::home(self.state)),
                    WordPart::Dynamic(_) => None,
                };
                text = text.zip(piece).map(|(text, piece)| text + &piece);
            }
            if let Some(text) = text.as_ref().filter(|_| self.is_chosen(word)) {
                let words = text.split_whitespace().map(|one| (one.to_owned(), word.raw.clone()));
                expanded.chosen.extend(words);
            }
            match text {
                Some(text) if splits => expanded.words.extend(text.split_whitespace().map(str::to_owned)),
                Some(text) => expanded.words.push(text),
                None => {
                    let listed = self.listed_by(word);
                    let known = listed.as_ref().filter(|listed| listed.words != [word.raw.as_str()]);
                    match known {
                        Some(listed) => expanded.words.extend(listed.words.iter().cloned()),
                        None => {
                            expanded.unknown.push(word.raw.clone());
                            expanded.words.push(word.raw.clone());
                        }
                    }
                    expanded.listed.extend(listed);
                }
            }
        }
        expanded
    }

    /// Whether a build argument has a say in a word.
    fn is_chosen(&self, word: &ShellWord) -> bool {
        let values = &self.state.variables.values;
        word.parts.iter().any(|part| match part {
            WordPart::Variable(name, _) => {
                !self.locals.contains_key(name) && matches!(values.get(name), Some(Value::BuildArgument(_)))
            }
            _ => false,
        })
    }

    /// The value of a variable at this command.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        if let Some(value) = self.locals.get(name) {
            return value.clone();
        }
        if let Some(value) = self.state.variables.values.get(name) {
            return value.default_value().map(str::to_owned);
        }
        (name == "HOME").then(|| step::home(self.state))
    }

    /// The directory that a row of `cd`s leads to.
    pub(super) fn follow(&self, from: &str, directories: &[String]) -> Option<String> {
        directories.iter().try_fold(from.to_owned(), |at, directory| {
            if directory.contains(['`', '(', '*', '?', '[']) || directory == "-" {
                return None;
            }
            let plain = directory.replace('~', &step::home(self.state));
            match self.variables().expand(&plain, '\\') {
                Value::Unknown => None,
                value => Some(absolute(&at, value.default_value()?)),
            }
        })
    }

    fn variables(&self) -> Variables {
        let mut variables = self.state.variables.clone();
        if !self.locals.is_empty() {
            let value = |value: &Option<String>| value.clone().map_or(Value::Unknown, Value::Known);
            let locals = self.locals.iter().map(|(name, local)| (name.clone(), value(local)));
            Arc::make_mut(&mut variables.values).extend(locals);
        }
        variables
    }
}
