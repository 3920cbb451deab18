//! Every program and interpreter that the original starts, and that commands of the new stages call, is there.

use super::Judge;
use super::answer::resolve;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::config::Form;
use crate::analysis::need::{Asked, Program};
use crate::analysis::world::Origin;
use crate::dockerfile::instruction::Keyword;
use crate::knowledge::images::Variant;
use crate::recipe::path::absolute;

impl Judge<'_> {
    /// Programs of the container and of its commands.
    pub(super) fn programs(&self, found: &mut Judgement) {
        self.started_programs(found);
        self.shell(found);
        self.interpreters(found);
        self.called_programs(found);
    }

    fn started_programs(&self, found: &mut Judgement) {
        let (old, new) = (&self.stage.world, &self.runtime.world);
        let help = "copy it from the builder, or install the package that brings it";
        for (need, asked) in self.needs.programs() {
            let known = need.path.as_ref().filter(|path| old.exists(path));
            let gone = match known {
                // a program that has moved is the new text's to start
                Some(path) => !new.exists(path) && !self.has_moved(need, asked),
                None => self.had(&need.name) && !self.is_there(&need.name) && !self.has_moved(need, asked),
            };
            if gone {
                let shown = known.cloned().unwrap_or_else(|| need.name.clone());
                let message = format!("{} starts `{shown}`, which the last stage does not have", asked.chain);
                found.breach(BreachId::MissingProgram, self.place_of_need(need, asked), message, help);
            }
        }
        for (need, asked) in self.needs_after.programs().filter(|(_, asked)| asked.main) {
            let path =
                need.path.as_ref().filter(|path| old.exists(path) || path.starts_with("/usr/local/bin/"));
            if let Some(path) = path.filter(|path| !new.exists(path)) {
                let message = format!("{} starts `{path}`, which the last stage does not have", asked.chain);
                found.breach(BreachId::MissingProgram, Place::after(asked.chain.span), message, help);
            }
        }
        self.dangling(found);
    }

    /// An image without a shell can't start a text for the shell, nor run one.
    fn shell(&self, found: &mut Judgement) {
        if self.runtime.world.image.variant != Variant::Bare {
            return;
        }
        let config = &self.runtime.world.config;
        let help = "write it in exec form: [\"program\", \"argument\"]";
        let started = [&config.entrypoint, &config.command].into_iter().flatten();
        for start in started.filter(|one| matches!(one.form, Form::Shell(_))) {
            let message = "it is a text for the shell, and the last stage has none";
            found.breach(BreachId::MissingProgram, Place::after(start.span), message, help);
        }
        for step in self.runtime_steps().into_iter().filter(|step| step.keyword == Keyword::Run) {
            let message = "a RUN needs a shell, and the last stage has none";
            let help = "run it in the builder, and copy what it makes";
            found.breach(BreachId::MissingProgram, Place::after(step.span), message, help);
        }
    }

    /// Whether the original had a program from its image or a package.
    fn had(&self, program: &str) -> bool {
        self.is_in(self.stage, program)
    }

    /// Whether the new container starts the same program at another place.
    fn has_moved(&self, need: &Program, asked: &Asked) -> bool {
        let same_place = |(_, other): &(&Program, &Asked)| {
            other.chain.last() == asked.chain.last() && other.main == asked.main
        };
        self.needs_after.programs().filter(same_place).any(|(other, _)| {
            let path = other.path.as_ref().filter(|path| self.runtime.world.find(path).is_some());
            path.is_some() && (other.path != need.path || other.name != need.name)
        })
    }

    /// The line of the new text that starts it; where there is none, that of the original.
    fn place_of_need(&self, need: &Program, asked: &Asked) -> Place {
        let same = |(program, other): &(&Program, &Asked)| {
            other.chain.last() == asked.chain.last() && program.name == need.name
        };
        match self.needs_after.programs().find(same).and_then(|(_, other)| other.chain.span) {
            Some(span) => Place::after(span),
            None => asked.chain.span.map_or_else(|| self.place_of(Keyword::Cmd), Place::before),
        }
    }

    /// Interpreters that scripts name by an absolute path.
    fn interpreters(&self, found: &mut Judgement) {
        for interpreter in self.needs.interpreters() {
            let name = interpreter.rsplit('/').next().unwrap_or(interpreter);
            let there = self.runtime.world.exists(interpreter) || self.is_there(name);
            if self.had(name) && !there {
                let message =
                    format!("a script that the container starts names `{interpreter}`, which is not there");
                let help = "install the package that brings it";
                found.breach(BreachId::MissingProgram, self.place_of(Keyword::Cmd), message, help);
            }
        }
    }

    /// Programs that the commands of every live stage call.
    fn called_programs(&self, found: &mut Judgement) {
        for (stage, step, action) in self.actions() {
            if action.program.is_empty() || !action.certainty.is_sure() || action.nested {
                continue;
            }
            let first = action.text.split_whitespace().next().unwrap_or_default();
            let by_path = first.contains('/').then(|| absolute(&action.directory, first));
            // an open tree of packages on PATH is no answer for a program of the system
            let on_path = resolve(stage, &action.program).filter(|path| stage.world.paths.contains_key(path));
            let there = self.is_in(stage, &action.program)
                || by_path.or(on_path).is_some_and(|path| stage.world.exists(&path));
            if self.had(&action.program) && !there {
                let message = format!("a RUN calls `{}`, which this stage does not have", action.program);
                let help = "install the package that brings it, or run the command where it is";
                found.breach(BreachId::MissingProgram, Place::after(step.span), message, help);
            }
        }
    }

    /// Links whose target was there and is not.
    fn dangling(&self, found: &mut Judgement) {
        let (old, new) = (&self.stage.world, &self.runtime.world);
        for (path, entry) in &new.paths {
            let Origin::Link(target) = &entry.origin else { continue };
            if old.exists(target) && !new.exists(target) {
                let message = format!("`{path}` links to `{target}`, which is not there");
                let step = self.runtime_steps().into_iter().find(|step| step.index == entry.instruction);
                let help = "copy what it links to, too";
                found.breach(BreachId::DanglingLink, Place::after(step.map(|step| step.span)), message, help);
            }
        }
    }
}
