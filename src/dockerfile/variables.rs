//! ENV and ARG: which names are set at a line, and what BuildKit makes of `$NAME` there.
//!
//! A stage begins with [`Variables::default`] (what its base image sets is not known here) or, where it is `FROM` an
//! earlier stage, with a copy of that stage's variables; [`Variables::apply`] then takes its instructions one by one.

use super::instruction::{Arguments, Instruction, Keyword};
use super::lexer::{self, Certainty, Lookup, Style};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What BuildKit itself sets in the scope before the first FROM.
const PLATFORM_ARGUMENTS: [&str; 8] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
];

/// Longest text that is told, in bytes, and longest name of a variable. What would be longer is unknown: a file of 600
/// bytes can double a value forty times.
const LONGEST: usize = 16 << 10;
const LONGEST_NAME: usize = 256;

/// Most bytes that the values in force have together.
const MOST: usize = 32 << 10;

/// What is known of a variable's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Always this.
    Known(String),
    /// This by default; `--build-arg` can change it.
    BuildArgument(String),
    /// Can't be told.
    Unknown,
}

impl Value {
    /// The value in a build without `--build-arg`.
    pub fn default_value(&self) -> Option<&str> {
        match self {
            Self::Known(value) | Self::BuildArgument(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

/// The variables in force at a line of one stage.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// ENV and ARG of the stage by name.
    pub values: Arc<BTreeMap<String, Value>>,
    /// ARGs without a default: unset as long as no `--build-arg` gives them.
    pub unset_arguments: BTreeSet<String>,
}

impl Variables {
    /// The scope before the first FROM, which FROM lines see and from which a stage takes what it declares.
    pub fn global() -> Self {
        let values = PLATFORM_ARGUMENTS.map(|name| (name.to_owned(), Value::Unknown));
        Self { values: Arc::new(values.into()), unset_arguments: BTreeSet::new() }
    }

    /// Takes an ENV or ARG into account; other instructions change nothing.
    pub fn apply(&mut self, instruction: &Instruction, global: &Self, escape: char) {
        let Arguments::Pairs(pairs) = &instruction.arguments else { return };
        match instruction.keyword {
            Keyword::Env => {
                // All of one instruction see the values before it.
                let before = self.clone();
                for pair in pairs {
                    let Some(value) = &pair.value else { continue };
                    if let Value::Known(key) = before.expand(&pair.key.text, escape)
                        && key.len() <= LONGEST_NAME
                    {
                        self.unset_arguments.remove(&key);
                        self.set(key, before.expand(&value.text, escape));
                    }
                }
            }
            Keyword::Arg => {
                for pair in pairs {
                    let key = &pair.key.text;
                    let default = match &pair.value {
                        Some(value) => Some(self.expand(&value.text, escape)),
                        None => global.values.get(key).or_else(|| self.values.get(key)).cloned(),
                    };
                    match default {
                        Some(Value::Known(value) | Value::BuildArgument(value)) => {
                            self.unset_arguments.remove(key);
                            self.set(key.clone(), Value::BuildArgument(value));
                        }
                        Some(Value::Unknown) => {
                            self.set(key.clone(), Value::Unknown);
                        }
                        None => {
                            self.unset_arguments.insert(key.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, name: String, value: Value) {
        let size = |value: &Value| value.default_value().map_or(0, str::len);
        let others = self.values.iter().filter(|(other, _)| **other != name);
        let fits = others.map(|(_, value)| size(value)).sum::<usize>() + size(&value) <= MOST;
        Arc::make_mut(&mut self.values).insert(name, if fits { value } else { Value::Unknown });
    }

    /// What BuildKit makes of a word: quotes and escapes resolved, `$NAME` and its forms expanded (unset is empty).
    /// The result is `Unknown` as soon as an unknown value is used, `BuildArgument` as soon as a build argument is;
    /// `Unknown` too where BuildKit would refuse the word, and where the result would be very long.
    pub fn expand(&self, word: &str, escape: char) -> Value {
        let style = Style { escape, keep_quotes: false, keep_escapes: false, longest: LONGEST };
        let lookup = |name: &str| match self.values.get(name) {
            Some(Value::Known(value)) => Lookup::Set(value.clone(), Certainty::Known),
            Some(Value::BuildArgument(value)) => Lookup::Set(value.clone(), Certainty::BuildArgument),
            Some(Value::Unknown) => Lookup::Set(String::new(), Certainty::Unknown),
            None if self.unset_arguments.contains(name) => Lookup::Unset(Certainty::BuildArgument),
            None => Lookup::Unset(Certainty::Known),
        };
        match lexer::read(word, &style, &lookup) {
            Ok(output) if output.text.len() <= LONGEST => match output.certainty {
                Certainty::Known => Value::Known(output.text),
                Certainty::BuildArgument => Value::BuildArgument(output.text),
                Certainty::Unknown => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }
}

/// Whether a text uses a variable as `$NAME` or `${NAME…}`.
pub fn mentions_variable(text: &str, name: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.match_indices('$').any(|(at, _)| {
        let rest = text[at + 1..].strip_prefix('{').unwrap_or(&text[at + 1..]);
        rest.strip_prefix(name).is_some_and(|after| !after.starts_with(is_name))
    })
}
