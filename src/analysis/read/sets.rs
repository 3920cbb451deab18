//! What a command leaves for those after it in the same text beside its words: variables, an environment that is activated, files
//! behind redirections.

use super::run::{MOST_EXPANDED, Place, Reader};
use super::words::Words;
use crate::analysis::certainty::Certainty;
use crate::analysis::world::Origin;
use crate::dockerfile::shell::Command;
use crate::recipe::path::absolute;
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Takes in the variables that a command sets; gives those that it sets for itself. One that is only maybe set can't be told.
    pub(super) fn assign(&mut self, command: &Command, words: &Words) -> BTreeMap<String, String> {
        let mut set: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (name, value) in &command.assignments {
            let value = self.expand(std::slice::from_ref(value));
            set.insert(name.clone(), value.unknown.is_empty().then(|| value.words.join(" ")));
        }
        let own = set.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
        let program = words.words.first().map_or("", String::as_str);
        let mut lasting = BTreeMap::new();
        if program.is_empty() {
            lasting = set;
        } else if matches!(program, "export" | "declare" | "local" | "readonly" | "typeset") {
            let pairs = words.words.iter().skip(1);
            lasting.extend(pairs.filter_map(|word| {
                let (name, value) = word.split_once('=')?;
                Some((name.to_owned(), (!words.unknown.contains(word)).then(|| value.to_owned())))
            }));
        } else if matches!(program, "read" | "unset") {
            lasting.extend(words.words.iter().skip(1).map(|name| (name.clone(), None)));
        }
        if command.conditional {
            lasting.values_mut().for_each(|value| *value = None);
        }
        self.locals.extend(lasting);
        let size =
            |(name, value): (&String, &Option<String>)| name.len() + value.as_ref().map_or(0, String::len);
        if self.locals.iter().map(size).sum::<usize>() > MOST_EXPANDED {
            self.left = 0;
        }
        own
    }

    /// A script that activates a virtual environment puts its programs first.
    pub(super) fn activate(&mut self, script: &str, certainty: Certainty) {
        let Some((bin, _)) = script.rsplit_once('/') else { return };
        let environment = bin.strip_suffix("/bin").filter(|path| self.is_environment(path));
        if let Some(environment) = environment {
            let own = certainty.is_sure().then(|| environment.to_owned());
            self.locals.insert("VIRTUAL_ENV".to_owned(), own);
            let path = self.value("PATH").unwrap_or_default();
            let value = certainty.is_sure().then(|| format!("{bin}:{path}"));
            self.locals.insert("PATH".to_owned(), value);
        }
    }

    /// Whether a command before made a virtual environment there.
    pub(super) fn is_environment(&self, path: &str) -> bool {
        self.world.paths.get(path).is_some_and(|entry| entry.origin == Origin::Dependencies)
    }

    /// Files that redirections write.
    pub(super) fn redirected(&self, command: &Command, place: &Place) -> Vec<String> {
        let writes = command.redirections.iter().filter(|redirection| redirection.operator.contains('>'));
        writes
            .filter_map(|redirection| {
                let target = self.expand(std::slice::from_ref(&redirection.target));
                let path = target.words.first()?;
                let descriptor = path.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
                if descriptor || path.starts_with("/dev/") || path.starts_with('&') {
                    return None;
                }
                // `for name in a b; do echo > /opt/lists/$name.txt; done`: some file of that directory (refused/files-of-a-loop)
                let fixed = match target.unknown.is_empty() {
                    true => path.as_str(),
                    false => {
                        let end = path.find(['$', '`']).unwrap_or(path.len());
                        path[..end]
                            .rsplit_once('/')
                            .map(|(above, _)| above)
                            .filter(|above| !above.is_empty())?
                    }
                };
                Some(absolute(&place.directory, fixed))
            })
            .collect()
    }
}
