//! What later lines of a stage see: variables, working directory, user, shell.

use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::variables::{Value, Variables};
use crate::knowledge::images::Image;
use crate::recipe::path::absolute;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// PATH of a container whose image sets none, as Docker gives it.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Longest path that Linux knows, in bytes.
const LONGEST_PATH: usize = 4096;

/// The state before or after a line.
#[derive(Clone, Debug)]
pub struct State {
    /// Environment and build arguments in force.
    pub variables: Variables,
    /// Names that the image or an ENV set: they stay in the image.
    pub environment: BTreeSet<String>,
    /// Names that an ARG of the stage declared: they end with the stage.
    pub arguments: BTreeSet<String>,
    /// Absolute working directory; `None` where a WORKDIR depends on something unknown.
    pub workdir: Option<String>,
    /// USER as written and expanded; `None` is the image's own, root.
    pub user: Option<String>,
    /// SHELL; `None` is `/bin/sh -c`.
    pub shell: Option<Vec<String>>,
    /// Absolute home directories of users that are known, by name.
    pub homes: BTreeMap<String, String>,
}

impl State {
    /// The state in which an image leaves the next line.
    pub fn of_image(image: &Image) -> Self {
        let known = image.environment.iter().map(|(name, value)| (name.clone(), Value::Known(value.clone())));
        let opaque = image.opaque_environment.iter().map(|name| (name.clone(), Value::Unknown));
        let path = ("PATH".to_owned(), Value::Known(DEFAULT_PATH.to_owned()));
        let values: BTreeMap<String, Value> = std::iter::once(path).chain(opaque).chain(known).collect();
        Self {
            environment: values.keys().cloned().collect(),
            variables: Variables { values: Arc::new(values), ..Variables::default() },
            arguments: BTreeSet::new(),
            workdir: Some(if image.workdir.is_empty() { "/".to_owned() } else { image.workdir.clone() }),
            user: None,
            shell: None,
            homes: BTreeMap::new(),
        }
    }

    /// Values of all variables that are known without `--build-arg`.
    pub fn known_variables(&self) -> BTreeMap<String, String> {
        let known =
            |(name, value): (&String, &Value)| Some((name.clone(), value.default_value()?.to_owned()));
        self.variables.values.iter().filter_map(known).collect()
    }

    /// The value of an environment variable, where known.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.values.get(name)?.default_value()
    }

    /// Whether lines run as root.
    pub fn is_root(&self) -> bool {
        self.user.as_deref().is_none_or(|user| matches!(user.split(':').next(), Some("root" | "0")))
    }

    /// An absolute path for one that is relative to the working directory.
    pub fn absolute(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            Some(absolute("/", path))
        } else {
            Some(absolute(self.workdir.as_ref()?, path))
        }
    }

    /// What the line does to the state. `globals` are the variables before the first FROM.
    pub fn apply(&mut self, instruction: &Instruction, globals: &Variables, escape: char) {
        self.variables.apply(instruction, globals, escape);
        match (instruction.keyword, &instruction.arguments) {
            (Keyword::Arg, Arguments::Pairs(pairs)) => {
                self.arguments.extend(pairs.iter().map(|pair| pair.key.text.clone()));
            }
            (Keyword::Env, Arguments::Pairs(pairs)) => {
                self.environment.extend(pairs.iter().map(|pair| pair.key.text.clone()));
            }
            (Keyword::Workdir, Arguments::Text(text)) => {
                let value = self.variables.expand(text.text.trim(), escape);
                let path = value.default_value().and_then(|path| self.absolute(path));
                self.workdir = path.filter(|path| path.len() <= LONGEST_PATH);
            }
            (Keyword::User, Arguments::Text(text)) => {
                let value = self.variables.expand(text.text.trim(), escape);
                self.user = Some(value.default_value().unwrap_or(text.text.trim()).to_owned());
            }
            (Keyword::Shell, Arguments::Json(words)) => {
                self.shell = Some(words.iter().map(|word| word.text.clone()).collect());
            }
            _ => {}
        }
    }
}
