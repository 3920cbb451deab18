//! A command finds what it reads: files of the build context, and what commands before it made.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::step::Step;
use crate::analysis::world::Origin;
use crate::recipe::path::{absolute, is_within};

impl<'a> Judge<'a> {
    /// What a command of the original could read, it can read in at least one place where the new text runs it.
    pub(super) fn inputs(
        &self,
        old: &Step,
        action: &Action,
        again: &[(&'a Stage, &'a Step, &'a Action)],
        found: &mut Judgement,
    ) {
        let mut missing = None;
        for (stage, step, other) in again {
            match self.missing_input(old, action, stage, step, other) {
                None => return,
                Some(path) => missing = missing.or(Some((step.span, path))),
            }
        }
        if let Some((span, path)) = missing {
            let message = format!(
                "`{}` may read `{path}`, which is not there yet",
                super::commands::shown(&action.text)
            );
            let help = "copy it before, in the same stage";
            found.breach(BreachId::BuilderInput, Place::after(span), message, help);
        }
    }

    /// A file that the command had in the original and has not in this stage.
    fn missing_input(
        &self,
        old: &Step,
        action: &Action,
        stage: &'a Stage,
        step: &Step,
        other: &Action,
    ) -> Option<String> {
        let reads_context = matches!(
            action.effect,
            Effect::Unknown(_)
                | Effect::Build
                | Effect::GenerateSources
                | Effect::Compile(_)
                | Effect::InstallDependencies(_)
        );
        if !reads_context || self.binds_context(step) {
            return None;
        }
        let earlier: Vec<&Step> =
            self.steps_of(stage).into_iter().filter(|one| one.index < step.index).collect();
        if let Effect::InstallDependencies(dependencies) = &action.effect
            && dependencies.complete
        {
            let Effect::InstallDependencies(now) = &other.effect else { return None };
            return now.files.iter().find(|file| !is_brought(&earlier, file)).cloned();
        }
        let here =
            self.lineage(self.runtime).iter().any(|one| one.from.instruction == stage.from.instruction);
        let starts_own = here && self.starts_compiled(action);
        let compiled = |source: &str| starts_own && self.old.recipe.files.sources.is_match(source);
        let before = self.stage.steps.iter().filter(|one| one.index < old.index);
        for copy in
            before.filter_map(|step| step.copy.as_ref()).filter(|copy| copy.from.is_none() && !copy.special)
        {
            if earlier
                .iter()
                .filter_map(|step| step.copy.as_ref())
                .any(|other| other.from.is_none() && other.sources == copy.sources)
            {
                continue;
            }
            match &copy.files {
                Some(files) => {
                    let kinds = &self.old.recipe.files.metadata;
                    let is_read = |source: &str, place: &str| {
                        // the program has no use for what an installation read, nor for what it was compiled of
                        !(kinds.is_match(source) || here && (self.is_manifest(place) || compiled(source)))
                    };
                    let lost = files
                        .iter()
                        .find(|(source, place)| is_read(source, place) && !brings_source(&earlier, source));
                    if let Some((source, _)) = lost {
                        return Some(source.clone());
                    }
                }
                None => {
                    let lost = copy.sources.iter().find(|source| !brings_source(&earlier, source));
                    if let Some(source) = lost {
                        return Some(source.clone());
                    }
                }
            }
        }
        None
    }

    /// Whether a command is a program that the file compiled: it reads what it reads when the container starts it.
    fn starts_compiled(&self, action: &Action) -> bool {
        let first = action.text.split_whitespace().next().unwrap_or_default();
        let entry = self.stage.world.paths.get(&absolute(&action.directory, first));
        first.contains('/') && entry.is_some_and(|entry| entry.origin == Origin::Compiled)
    }

    /// Whether a RUN sees the build context by a mount.
    fn binds_context(&self, step: &Step) -> bool {
        self.instruction(step).flags.iter().any(|flag| {
            let value = flag.value.as_deref().unwrap_or_default();
            flag.name == "mount"
                && (value.contains("type=bind") || !value.contains("type="))
                && !value.contains("from=")
        })
    }
}

/// Whether lines before bring a path of the image.
fn is_brought(earlier: &[&Step], path: &str) -> bool {
    earlier.iter().any(|step| {
        let copied = step.copy.as_ref().is_some_and(|copy| match (&copy.files, &copy.brought) {
            (Some(files), _) => files.iter().any(|(_, place)| place == path || is_within(path, place)),
            (None, Some(brought)) => brought.iter().any(|(place, _)| is_within(path, place)),
            (None, None) => {
                copy.destination.as_ref().is_some_and(|place| is_within(path, place)) && names(copy, path)
            }
        });
        let written = step.actions.iter().any(|action| match &action.effect {
            effect @ (Effect::Write(_) | Effect::Duplicate(_) | Effect::Move(_)) => {
                effect.written().iter().any(|one| is_within(path, one))
            }
            Effect::Build | Effect::Unknown(_) => is_within(path, &action.directory),
            _ => false,
        });
        copied || written
    })
}

/// Whether a COPY whose files can't be seen may bring a path.
fn names(copy: &crate::analysis::read::copy::Copy, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    copy.special
        || copy.sources.iter().any(|source| {
            let last = absolute("/", source);
            let last = last.rsplit('/').next().unwrap_or_default();
            last.is_empty() || last.contains(['*', '?', '[']) || last == name || !last.contains('.')
        })
}

/// Whether lines before bring a file or directory of the build context, or take one from a stage that has it.
fn brings_source(earlier: &[&Step], source: &str) -> bool {
    let wanted = absolute("/", source);
    earlier.iter().filter_map(|step| step.copy.as_ref()).any(|copy| match (&copy.files, &copy.brought) {
        (Some(files), _) => files.iter().any(|(one, _)| one == source),
        (None, Some(brought)) => brought.iter().any(|(_, entry)| match &entry.origin {
            Origin::Context(one) => one == source || (one.is_empty() && entry.tree),
            _ => false,
        }),
        (None, None) => {
            copy.from.is_none()
                && copy
                    .sources
                    .iter()
                    .any(|one| is_within(&wanted, &absolute("/", one)) || one.contains(['*', '?']))
        }
    })
}
