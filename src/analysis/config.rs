//! The configuration that an image leaves to whoever starts it: what must mean the same before and after.

use super::state::State;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// CMD, ENTRYPOINT and their kin at the end of a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// ENTRYPOINT.
    pub entrypoint: Option<Invocation>,
    /// CMD; that of the base image until the file sets one of its own or an ENTRYPOINT.
    pub command: Option<Invocation>,
    /// HEALTHCHECK, options included; the words for `NONE` are empty.
    pub healthcheck: Option<Healthcheck>,
    /// EXPOSE, expanded.
    pub ports: BTreeSet<String>,
    /// VOLUME, expanded.
    pub volumes: BTreeSet<String>,
    /// LABEL, expanded; `MAINTAINER` is a label too.
    pub labels: BTreeMap<String, String>,
    /// STOPSIGNAL.
    pub stop_signal: Option<String>,
    /// ONBUILD triggers as written.
    pub triggers: Vec<String>,
}

/// How a program is started.
#[derive(Clone, Debug, Eq)]
pub struct Invocation {
    /// Words of the exec form, or one text for the shell.
    pub form: Form,
    /// SHELL in force, for the shell form.
    pub shell: Option<Vec<String>>,
    /// Its place; `None` where the base image gives it.
    pub span: Option<Span>,
}

/// Two invocations are the same wherever they stand.
impl PartialEq for Invocation {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form && (matches!(self.form, Form::Exec(_)) || self.shell == other.shell)
    }
}

/// Exec form or shell form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `["program", "argument"]`
    Exec(Vec<String>),
    /// `program argument`, for the shell
    Shell(String),
}

/// HEALTHCHECK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healthcheck {
    /// Options as written, sorted.
    pub options: Vec<(String, Option<String>)>,
    /// What is started; `None` for `NONE`.
    pub test: Option<Invocation>,
}

impl Invocation {
    /// Reads a CMD or ENTRYPOINT.
    pub fn read(instruction: &Instruction, shell: Option<&Vec<String>>) -> Self {
        let form = match &instruction.arguments {
            Arguments::Json(words) => Form::Exec(words.iter().map(|word| word.text.clone()).collect()),
            Arguments::Text(text) => Form::Shell(text.text.trim().to_owned()),
            _ => Form::Exec(Vec::new()),
        };
        Self { form, shell: shell.cloned(), span: Some(instruction.span) }
    }

    /// Whether it resets rather than starts (`CMD []`).
    pub fn is_empty(&self) -> bool {
        match &self.form {
            Form::Exec(words) => words.is_empty(),
            Form::Shell(text) => text.is_empty(),
        }
    }
}

impl Config {
    /// What a line does to the configuration, in the state before it.
    pub fn apply(&mut self, instruction: &Instruction, state: &State, escape: char) {
        let variables = &state.variables;
        let expand = |text: &str| match variables.expand(text, escape).default_value() {
            Some(value) => value.to_owned(),
            None => text.to_owned(),
        };
        match (instruction.keyword, &instruction.arguments) {
            (Keyword::Cmd, _) => self.command = Some(Invocation::read(instruction, state.shell.as_ref())),
            (Keyword::Entrypoint, _) => {
                self.entrypoint = Some(Invocation::read(instruction, state.shell.as_ref()));
                // an ENTRYPOINT clears the CMD that the base image gave
                if self.command.as_ref().is_some_and(|command| command.span.is_none()) {
                    self.command = None;
                }
            }
            (Keyword::Healthcheck, Arguments::Wrapped(wrapped)) => {
                let mut options: Vec<_> =
                    instruction.flags.iter().map(|flag| (flag.name.clone(), flag.value.clone())).collect();
                options.sort();
                let test = wrapped.as_ref().map(|inner| Invocation::read(inner, state.shell.as_ref()));
                self.healthcheck = Some(Healthcheck { options, test });
            }
            (Keyword::Expose, Arguments::Words(words)) => {
                let ports = words.iter().flat_map(|word| {
                    expand(&word.text).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
                });
                self.ports.extend(ports);
            }
            (Keyword::Volume, Arguments::Words(words) | Arguments::Json(words)) => {
                self.volumes.extend(words.iter().map(|word| expand(&word.text)));
            }
            (Keyword::Label, Arguments::Pairs(pairs)) => {
                self.labels.extend(pairs.iter().map(|pair| {
                    let value = pair.value.as_ref().map_or("", |word| word.text.as_str());
                    (expand(&pair.key.text), expand(value))
                }));
            }
            (Keyword::Maintainer, Arguments::Text(text)) => {
                self.labels.insert("maintainer".to_owned(), text.text.trim().to_owned());
            }
            (Keyword::Stopsignal, Arguments::Text(text)) => self.stop_signal = Some(expand(text.text.trim())),
            (Keyword::Onbuild, Arguments::Wrapped(Some(inner))) => {
                self.triggers.push(format!("{:?} {:?}", inner.keyword, inner.arguments));
            }
            _ => {}
        }
    }
}
