//! Programs that only start another one: wrappers, shells, scripts of the build context.

use super::run::{Place, Reader, SHELLS, mentioned};
use crate::analysis::effect::{Action, Effect};
use crate::dockerfile::shell;
use crate::recipe::go;
use crate::recipe::path::absolute;
use std::collections::BTreeMap;

/// How deep scripts and nested shells are followed.
const DEPTH: usize = 3;

impl Reader<'_> {
    /// Aliases resolved, and programs that only start another one taken off.
    pub(super) fn unwrap(
        &self,
        mut words: Vec<String>,
        assignments: &mut BTreeMap<String, String>,
    ) -> Vec<String> {
        for _ in 0..8 {
            let Some(program) = words.first() else { break };
            let name = program.rsplit('/').next().unwrap_or(program);
            let Some(inner) = self.sources.recipes.unwrap(name, &words) else { break };
            let set = inner.iter().take_while(|word| is_assignment(word)).count();
            assignments.extend(
                inner[..set]
                    .iter()
                    .filter_map(|word| word.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            words = inner[set..].to_vec();
        }
        self.sources.recipes.resolve_alias(words)
    }

    /// A command that no rule knows: a script of the build context is followed, anything else is unknown.
    pub(super) fn unruled(
        &mut self,
        words: &[String],
        text: &str,
        name: &str,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let program = &words[0];
        if program.contains('/')
            && depth < DEPTH
            && let Some(actions) = self.script(&absolute(&place.directory, program), place, depth)
        {
            return actions;
        }
        vec![self.act(place, Effect::Unknown(mentioned(words)), text, name)]
    }

    /// `sh -c TEXT`, `sh SCRIPT`, or a shell that reads what it is piped.
    pub(super) fn nested_shell(
        &mut self,
        words: &[String],
        text: &str,
        name: &str,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let operands: Vec<&String> = words.iter().skip(1).filter(|word| !word.starts_with('-')).collect();
        let takes_text = words
            .iter()
            .skip(1)
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'));
        let inner = Place { nested: true, ..place.clone() };
        match operands.first() {
            _ if depth >= DEPTH => {}
            Some(script) if takes_text => return self.text(shell::parse_plain(script), &inner, depth + 1),
            Some(path) => {
                if let Some(actions) = self.script(&absolute(&place.directory, path), place, depth) {
                    return actions;
                }
            }
            None if place.piped => {
                let why = "it runs a script that another command prints".to_owned();
                return vec![self.act(place, Effect::Opaque(why), text, name)];
            }
            None => {}
        }
        vec![self.act(place, Effect::Unknown(mentioned(words)), text, name)]
    }

    /// The commands of a script of the build context.
    fn script(&mut self, path: &str, place: &Place, depth: usize) -> Option<Vec<Action>> {
        let text = self.sources.context?.text(&self.locate(path)?)?;
        let first = text.lines().next().unwrap_or_default();
        if let Some(interpreter) = first.strip_prefix("#!")
            && !SHELLS.iter().any(|shell| interpreter.split(['/', ' ']).any(|word| word == *shell))
        {
            return None;
        }
        let inner = Place { nested: true, ..place.clone() };
        Some(self.text(shell::parse_plain(&text), &inner, depth + 1))
    }

    /// The context path behind a path of the image, through COPY and bind mounts.
    pub(super) fn locate(&self, path: &str) -> Option<String> {
        let bound = self.mounts.iter().filter(|mount| mount.kind == "bind" && mount.from.is_none());
        for mount in bound {
            let Some(target) = &mount.target else { continue };
            if let Some(rest) = path.strip_prefix(target.as_str())
                && (rest.is_empty() || rest.starts_with('/') || target == "/")
            {
                return Some(go::join(&mount.source, rest.trim_start_matches('/')));
            }
        }
        self.world.context_path(path)
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}
