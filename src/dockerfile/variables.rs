//! ENV and ARG: which names are set at a line, and what BuildKit makes of `$NAME` there.

use std::collections::BTreeMap;

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
    pub values: BTreeMap<String, Value>,
}

impl Variables {
    /// What BuildKit makes of a word: quotes and escapes resolved, `$NAME` and its forms expanded (unset is empty).
    /// The result is `Unknown` as soon as an unknown value is used, `BuildArgument` as soon as a build argument is.
    pub fn expand(&self, _word: &str, _escape: char) -> Value {
        unimplemented!()
    }
}
