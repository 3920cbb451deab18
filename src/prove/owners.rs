//! Owners and modes: COPY gives files to root and keeps their modes; who owned a file before still owns it.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::analysis::world::Origin;
use crate::recipe::path::is_within;

/// Programs that change owners; the others of their kind change modes.
const OWNERS: [&str; 2] = ["chown", "chgrp"];

/// Owners and modes that the original sets.
pub(super) fn owners(judge: &Judge<'_>, found: &mut Judgement) {
    for step in &judge.stage.steps {
        for action in &step.actions {
            let (Effect::ChangeMode(paths) | Effect::ChangeOwner(paths)) = &action.effect else { continue };
            let owner = OWNERS.contains(&action.program.as_str());
            for path in paths.iter().filter(|path| matters(judge, path)) {
                if judge.repeats(&action.text, path, owner) {
                    continue;
                }
                let (id, what) = if owner { (BreachId::Owner, "owner") } else { (BreachId::Mode, "mode") };
                let message = format!("`{path}` loses the {what} that `{}` gives it", action.text);
                let help = "repeat the command in the last stage, or give COPY the flag for it";
                found.breach(id, Place::before(step.span), message, help);
            }
        }
        let flag = |name: &str| judge.old.document.instructions[step.index].flag(name).is_some();
        let destination = step.copy.as_ref().and_then(|copy| copy.destination.as_deref());
        let Some(destination) = destination.filter(|path| matters(judge, path)) else { continue };
        if flag("chown") && !judge.is_owned(destination) {
            let message = format!("`{destination}` loses the owner that --chown gives it");
            let help = "give the COPY of the last stage the same --chown";
            found.breach(BreachId::Owner, judge.copy_into(destination), message, help);
        }
        if flag("chmod") && !judge.keeps_mode(destination) {
            let message = format!("`{destination}` loses the mode that --chmod gives it");
            let help = "give the COPY of the last stage the same --chmod";
            found.breach(BreachId::Mode, judge.copy_into(destination), message, help);
        }
    }
    of_users(judge, found);
}

/// Whether the container has the path, so that its owner counts.
fn matters(judge: &Judge<'_>, path: &str) -> bool {
    !super::answer::is_passing(path) && judge.stage.world.exists(path) && judge.runtime.world.exists(path)
}

/// What another user than root wrote is that user's.
fn of_users(judge: &Judge<'_>, found: &mut Judgement) {
    for step in judge.stage.steps.iter().filter(|step| !step.actions.is_empty() && !step.before.is_root()) {
        let mine = judge.stage.world.paths.iter().filter(|(_, entry)| entry.instruction == step.index);
        for (path, _) in mine.filter(|(path, _)| matters(judge, path)) {
            let brought = judge.runtime_steps().into_iter().find(|step| {
                step.copy.as_ref().is_some_and(|copy| {
                    copy.from.is_some()
                        && copy.destination.as_ref().is_some_and(|place| is_within(path, place))
                })
            });
            if brought.is_some() && !judge.is_owned(path) {
                let user = step.before.user.as_deref().unwrap_or("root");
                let message = format!("`{path}` is {user}'s in the original, and root's here");
                let help = "give the COPY --chown";
                found.breach(BreachId::Owner, Place::after(brought.map(|step| step.span)), message, help);
                break;
            }
        }
    }
}

impl Judge<'_> {
    /// Whether the new text changes owner or mode of a path as the original does.
    fn repeats(&self, text: &str, path: &str, owner: bool) -> bool {
        let is_same = |action: &crate::analysis::effect::Action| {
            matches!(&action.effect, Effect::ChangeMode(paths) | Effect::ChangeOwner(paths)
                if action.text == text
                    || OWNERS.contains(&action.program.as_str()) == owner && paths.iter().any(|one| is_within(path, one)))
        };
        let here = self.runtime_steps().iter().flat_map(|step| &step.actions).any(is_same);
        if here {
            return true;
        }
        if owner {
            return self.is_owned(path);
        }
        let built =
            self.builders().iter().flat_map(|stage| &stage.steps).flat_map(|step| &step.actions).any(is_same);
        // COPY keeps the modes of what another stage has
        (built && self.comes_from_stage(path)) || self.flagged(path, "chmod")
    }

    fn comes_from_stage(&self, path: &str) -> bool {
        self.runtime_steps().iter().any(|step| {
            step.copy.as_ref().is_some_and(|copy| {
                copy.from.is_some()
                    && copy
                        .destination
                        .as_ref()
                        .is_some_and(|place| is_within(path, place) || is_within(place, path))
            })
        })
    }

    /// Whether every COPY of the runtime to a path gives it an owner, or a command does.
    fn is_owned(&self, path: &str) -> bool {
        let steps = self.runtime_steps();
        let is_changed = |path: &str, after: usize| {
            let behind = steps.iter().filter(|step| step.index >= after);
            behind.flat_map(|step| &step.actions).any(|action| {
                matches!(&action.effect, Effect::ChangeOwner(paths)
                    if OWNERS.contains(&action.program.as_str()) && paths.iter().any(|one| is_within(path, one)))
            })
        };
        let made_here = self.runtime.world.find(path).is_some_and(|entry| {
            !matches!(entry.origin, Origin::Context(_) | Origin::Stage(_))
                && self.runtime_steps().iter().any(|step| {
                    step.index == entry.instruction && !step.actions.is_empty() && !step.before.is_root()
                })
        });
        // a COPY into the path gives the owner itself, or a command behind it does
        let copies = self.copies_to(path);
        let gives = |step: &&Step| {
            let place = step.copy.as_ref().and_then(|copy| copy.destination.as_deref());
            self.instruction(step).flag("chown").is_some()
                || place.is_some_and(|place| is_changed(place, step.index))
        };
        is_changed(path, 0) || made_here || (!copies.is_empty() && copies.iter().all(gives))
    }

    fn keeps_mode(&self, path: &str) -> bool {
        let changed = self.actions().iter().any(|(_, _, action)| {
            matches!(&action.effect, Effect::ChangeMode(paths) if paths.iter().any(|one| is_within(path, one)))
        });
        changed || self.flagged(path, "chmod") || self.comes_from_stage(path)
    }

    /// Whether every COPY of the runtime to a path, of which there is one, has a flag.
    fn flagged(&self, path: &str, flag: &str) -> bool {
        let copies = self.copies_to(path);
        !copies.is_empty() && copies.iter().all(|step| self.instruction(step).flag(flag).is_some())
    }

    /// The COPY lines of the runtime that bring a path.
    fn copies_to(&self, path: &str) -> Vec<&Step> {
        let brings = |step: &&Step| {
            let Some(copy) = &step.copy else { return false };
            let place = copy.destination.as_deref().unwrap_or("/");
            match (&copy.files, &copy.brought) {
                (Some(files), _) => files.iter().any(|(_, one)| is_within(one, path) || is_within(path, one)),
                (_, Some(brought)) => {
                    brought.iter().any(|(one, _)| is_within(one, path) || is_within(path, one))
                }
                _ => is_within(path, place) || is_within(place, path),
            }
        };
        self.runtime_steps().into_iter().filter(brings).collect()
    }

    /// The first COPY of the runtime to a path.
    fn copy_into(&self, path: &str) -> Place {
        Place::after(self.copies_to(path).first().map(|step| step.span))
    }
}
