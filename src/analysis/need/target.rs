//! `make run` as a start: the container needs make, its Makefile, and what the targets start.

use super::walk::{Place, Walk};
use super::{Doubt, Need};
use crate::analysis::read::make::made;
use crate::recipe::engine::Engine;

impl Walk<'_> {
    /// Follows a call of make; whether it is one.
    pub(super) fn targets(&mut self, words: &[String], place: &Place) -> bool {
        let mut rules = self.sources.recipes.system.iter().filter(|rule| rule.from == Some(Engine::Makefile));
        let Some(mut call) = rules.find_map(|rule| rule.call(words)) else { return false };
        call.directory = self.directory().to_owned();
        call.variables = self.stage.state.known_variables();
        let world = &self.stage.world;
        let made = made(&call, &[], self.sources.context, &|path| world.context_path(path));
        let Some(made) = made.filter(|made| made.directory == call.directory && place.depth < DEEPEST) else {
            let message = format!("starts `{}`, whose Makefile can't be read", words.join(" "));
            self.needs.doubts.push(Doubt { chain: place.chain.clone(), message });
            return true;
        };
        let chain = place.chain.then(&made.file);
        self.needs.add(Need::Argument(made.file.clone()), &chain, false);
        let place = Place { chain, main: false, whole: false, ..place.inside() };
        for line in &made.lines {
            match &line.text {
                Some(text) => self.text(text, &place),
                None => {
                    let message = format!("makes `{}`, which can't be read", line.target);
                    self.needs.doubts.push(Doubt { chain: place.chain.clone(), message });
                }
            }
        }
        true
    }
}

/// Deepest nesting of targets that start one another.
const DEEPEST: usize = 8;
