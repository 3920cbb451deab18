//! Scripts that are fetched and run at once: `curl ADDRESS | sh`, `sh -c "$(curl ADDRESS)"`, `curl -o FILE ADDRESS && sh FILE`. Those that the
//! rules know by their addresses do what their makers say. The same of archives that hold a toolchain: `curl ADDRESS | tar -C /usr/local -xz`.

use super::run::{Place, Reader, SHELLS, Seen};
use crate::analysis::effect::Effect;
use crate::recipe::command::EffectKind;
use crate::recipe::path::absolute;

impl Reader<'_> {
    /// What a command does that runs a fetched script of the rules.
    pub(super) fn fetched_script(&mut self, words: &[String], name: &str, place: &Place) -> Option<Effect> {
        let recipes = &self.sources.recipes.recipes;
        let runs_scripts = SHELLS.contains(&name)
            || recipes
                .iter()
                .flat_map(|recipe| &recipe.interpreters)
                .any(|one| name.starts_with(one.as_str()));
        // `sh FILE`, or FILE itself
        let operand = words.iter().skip(1).find(|word| !word.starts_with('-'));
        let file = if runs_scripts { operand } else { words.first().filter(|word| word.contains('/')) };
        let address = file.and_then(|file| self.world.addresses.get(&absolute(&place.directory, file)));
        let substituted = || {
            let mut unread = words.iter().skip(1).filter(|word| word.contains("$(") || word.starts_with('<'));
            unread.find(|word| word.contains("://")).filter(|_| runs_scripts)
        };
        let unpacks = self.sources.recipes.unpackers.iter().any(|one| one == name);
        let mut operands = words.iter().skip(1).filter(|_| unpacks);
        let archive = operands.find_map(|word| self.world.addresses.get(&absolute(&place.directory, word)));
        let piped = || self.input.address().filter(|_| (runs_scripts || unpacks) && place.piped);
        let address = address.or(archive).or_else(substituted).map(String::as_str).or_else(piped)?;
        let script = self.sources.recipes.script_at(address)?;
        if let (Seen::Running(world), EffectKind::Fetch) = (&mut self.world, script.effect) {
            world.fetched.extend(script.programs.iter().cloned());
        }
        Some(match script.effect {
            EffectKind::AddRepository => Effect::AddRepository(script.packages.clone()),
            _ => Effect::Fetch,
        })
    }
}
