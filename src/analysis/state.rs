//! What later lines of a stage see: variables, working directory, user, shell.

use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::variables::{Value, Variables};
use crate::knowledge::images::Image;
use crate::recipe::command::absolute;
use std::collections::BTreeMap;

/// The state before or after a line.
#[derive(Clone, Debug)]
pub struct State {
    /// Environment of the image.
    pub environment: BTreeMap<String, Value>,
    /// Build arguments declared so far; they end with the stage.
    pub arguments: BTreeMap<String, Value>,
    /// Absolute working directory; `None` where a WORKDIR depends on something unknown.
    pub workdir: Option<String>,
    /// USER as written and expanded; `None` is the image's own, root.
    pub user: Option<String>,
    /// SHELL; `None` is `/bin/sh -c`.
    pub shell: Option<Vec<String>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            environment: BTreeMap::new(),
            arguments: BTreeMap::new(),
            workdir: Some("/".to_owned()),
            user: None,
            shell: None,
        }
    }
}

impl State {
    /// The state in which an image leaves the next line.
    pub fn of_image(image: &Image) -> Self {
        let known = |(name, value): &(String, String)| (name.clone(), Value::Known(value.clone()));
        let opaque = image.opaque_environment.iter().map(|name| (name.clone(), Value::Unknown));
        Self {
            environment: opaque.chain(image.environment.iter().map(known)).collect(),
            workdir: Some(if image.workdir.is_empty() { "/".to_owned() } else { image.workdir.clone() }),
            ..Self::default()
        }
    }

    /// Variables as a line sees them: ENV wins over ARG of the same name.
    pub fn variables(&self) -> Variables {
        let mut values = self.arguments.clone();
        values.extend(self.environment.clone());
        Variables { values }
    }

    /// Values of all variables that are known without `--build-arg`.
    pub fn known_variables(&self) -> BTreeMap<String, String> {
        let known = |(name, value): (String, Value)| Some((name, value.default_value()?.to_owned()));
        self.variables().values.into_iter().filter_map(known).collect()
    }

    /// The value of an environment variable, where known.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name)?.default_value()
    }

    /// Whether lines run as root.
    pub fn is_root(&self) -> bool {
        self.user.as_deref().is_none_or(|user| matches!(user.split(':').next(), Some("root" | "0")))
    }

    /// An absolute path for one that is relative to the working directory.
    pub fn absolute(&self, path: &str) -> Option<String> {
        if path.starts_with('/') { Some(absolute("/", path)) } else { Some(absolute(self.workdir.as_ref()?, path)) }
    }

    /// Notes an ARG before the first FROM.
    pub fn global_argument(&mut self, instruction: &Instruction, escape: char) {
        if let (Keyword::Arg, Arguments::Pairs(_)) = (instruction.keyword, &instruction.arguments) {
            self.declare(instruction, &Self::default(), escape);
        }
    }

    /// What the line does to the state.
    pub fn apply(&mut self, instruction: &Instruction, globals: &Self, escape: char) {
        match (instruction.keyword, &instruction.arguments) {
            (Keyword::Arg, _) => self.declare(instruction, globals, escape),
            (Keyword::Env, Arguments::Pairs(pairs)) => {
                let before = self.variables();
                for pair in pairs {
                    let value = pair.value.as_ref().map_or("", |word| word.text.as_str());
                    let name = before.expand(&pair.key.text, escape).default_value().unwrap_or_default().to_owned();
                    self.environment.insert(name, before.expand(value, escape));
                }
            }
            (Keyword::Workdir, Arguments::Text(text)) => {
                let value = self.variables().expand(text.text.trim(), escape);
                self.workdir = value.default_value().and_then(|path| self.absolute(path));
            }
            (Keyword::User, Arguments::Text(text)) => {
                let value = self.variables().expand(text.text.trim(), escape);
                self.user = Some(value.default_value().unwrap_or(text.text.trim()).to_owned());
            }
            (Keyword::Shell, Arguments::Json(words)) => {
                self.shell = Some(words.iter().map(|word| word.text.clone()).collect());
            }
            _ => {}
        }
    }

    fn declare(&mut self, instruction: &Instruction, globals: &Self, escape: char) {
        let Arguments::Pairs(pairs) = &instruction.arguments else { return };
        for pair in pairs {
            let value = match &pair.value {
                Some(word) => match self.variables().expand(&word.text, escape) {
                    Value::Known(value) => Value::BuildArgument(value),
                    other => other,
                },
                None => globals.arguments.get(&pair.key.text).cloned().unwrap_or(Value::Unknown),
            };
            self.arguments.insert(pair.key.text.clone(), value);
        }
    }
}
