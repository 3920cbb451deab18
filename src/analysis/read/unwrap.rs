//! Programs that only start another one: wrappers (`env`, `tini --`, `gosu USER`), the same for what a build runs and for what a
//! container starts; shells and scripts of the build context.

use super::run::{Place, Reader, SHELLS, mentioned};
use crate::analysis::effect::{Action, Effect};
use crate::dockerfile::shell;
use crate::recipe::Recipes;
use crate::recipe::path::{absolute, below};
use std::collections::BTreeMap;

/// How deep scripts and nested shells are followed.
pub(super) const DEPTH: usize = 4;

/// Most wrappers around one command.
const WRAPPERS: usize = 8;

/// A command without the programs around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unwrapped {
    /// Its words, aliases resolved; none where only assignments or wrappers stand.
    pub words: Vec<String>,
    /// Variables that are set for it.
    pub assignments: BTreeMap<String, String>,
    /// The programs that were taken off, as written, the outermost first.
    pub wrappers: Vec<String>,
}

/// Takes assignments and wrappers off a command.
pub fn unwrap(recipes: &Recipes, mut words: Vec<String>) -> Unwrapped {
    let mut found = Unwrapped::default();
    for _ in 0..WRAPPERS {
        let set = words.iter().take_while(|word| is_assignment(word)).count();
        let pairs = words[..set].iter().filter_map(|word| word.split_once('='));
        found.assignments.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        words.drain(..set);
        let Some(program) = words.first().cloned() else { return found };
        let name = program.rsplit('/').next().unwrap_or(&program);
        let Some(inner) = recipes.unwrap(name, &words).map(<[String]>::to_vec) else { break };
        found.wrappers.push(program);
        words = inner;
    }
    found.words = recipes.resolve_alias(words);
    found
}

/// Whether a word is `NAME=value`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

impl Reader<'_> {
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
        let effect = match self.builds(words, name, place) {
            true => Effect::Build,
            // every program that takes it only says what it is: `tesseract --version` (python/version-of-a-program)
            false if matches!(words, [_, asked] if ["--version", "--help"].contains(&asked.as_str())) => {
                Effect::Nothing
            }
            false => Effect::Unknown(mentioned(words)),
        };
        vec![self.act(place, effect, text, name)]
    }

    /// Whether an interpreter of the language is given a source that compiles C: `python ffi_build.py`
    /// (python/extension-built-by-a-script).
    fn builds(&self, words: &[String], name: &str, place: &Place) -> bool {
        let recipe = self.sources.recipe;
        let Some(context) = self.sources.context else { return false };
        let is_interpreter = recipe.interpreters.iter().any(|one| name.starts_with(one.as_str()));
        let script = words.iter().skip(1).find(|word| !word.starts_with('-')).filter(|_| is_interpreter);
        let text = script
            .and_then(|script| self.world.context_path(&absolute(&place.directory, script)))
            .and_then(|file| context.text(&file));
        text.is_some_and(|text| recipe.building_calls.iter().any(|call| text.contains(call.as_str())))
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
                return Some(below(&mount.source, rest.trim_start_matches('/')));
            }
        }
        self.world.context_path(path)
    }
}

#[cfg(test)]
mod tests {
    use super::unwrap;
    use crate::recipe::Recipes;

    #[test]
    fn wrappers_assignments_and_aliases_come_off_in_any_order() {
        let recipes = Recipes::load(&[]).expect("the built-in rules");
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let found = unwrap(&recipes, words("A=1 env B=2 tini -- gosu app python3 -m pip list"));
        assert_eq!(found.words, ["pip", "list"]);
        assert_eq!(found.wrappers, ["env", "tini", "gosu"]);
        assert_eq!(
            found.assignments.into_iter().collect::<Vec<_>>(),
            [("A".into(), "1".into()), ("B".into(), "2".into())]
        );
        assert!(unwrap(&recipes, words("exec")).words.is_empty());
    }
}
