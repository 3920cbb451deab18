//! Every command of the original whose work lasts is run, in the same order and state, and finds what it reads.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::step::Step;
use crate::dockerfile::variables::Value;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// A command of the original, and where the new text runs it.
struct Run<'a> {
    step: &'a Step,
    action: &'a Action,
    again: Vec<(&'a Stage, &'a Step, &'a Action)>,
}

impl<'a> Judge<'a> {
    /// Commands, one by one and in their order.
    pub(super) fn commands(&self, found: &mut Judgement) {
        let actions = self.actions();
        let mut runs = Vec::new();
        for step in &self.stage.steps {
            for action in step.actions.iter().filter(|action| lasts(&action.effect)) {
                let same = |(_, _, other): &&(&Stage, &Step, &Action)| is_same(action, other);
                let again: Vec<_> = actions.iter().filter(same).copied().collect();
                runs.push(Run { step, action, again });
            }
        }
        for run in &runs {
            if run.again.is_empty() {
                self.lost(run, found);
            } else {
                self.state_of(run, found);
                self.inputs(run.step, run.action, &run.again, found);
            }
        }
        order(&runs, found);
    }

    /// A command that is run nowhere: what it leaves must not be missed.
    fn lost(&self, run: &Run<'_>, found: &mut Judgement) {
        let place = Place::before(run.step.span);
        let written = match &run.action.effect {
            Effect::InstallBuilt(paths) => paths.clone(),
            effect @ (Effect::Write(_) | Effect::Duplicate(_) | Effect::Move(_)) => {
                effect.written().into_iter().map(str::to_owned).collect()
            }
            Effect::Link(path, _) => vec![path.clone()],
            // packages and programs are asked for by what arrives
            Effect::InstallDependencies(_) | Effect::Compile(_) | Effect::CreateEnvironment(_) => return,
            Effect::Opaque(why) => {
                found.unjudged(place, format!("what this RUN does can't be told: {why}"));
                return;
            }
            _ => Vec::new(),
        };
        let is_idle = !written.is_empty()
            && written.iter().all(|path| super::answer::is_passing(path) || !self.stage.world.exists(path));
        if !is_idle {
            let message = format!("`{}` is run in no stage", shown(&run.action.text));
            let help = "repeat it where its work is needed";
            found.breach(BreachId::LostCommand, place, message, help);
        }
    }

    /// The command runs in the same directory, with the variables that it may read, as a user with the same rights.
    fn state_of(&self, run: &Run<'_>, found: &mut Judgement) {
        let (old, new) = (run.step, run.again.iter());
        let best =
            new.clone().find(|(_, step, action)| self.state_breach(old, run.action, step, action).is_none());
        if best.is_none()
            && let Some((_, step, action)) = run.again.first()
            && let Some(message) = self.state_breach(old, run.action, step, action)
        {
            let message = format!("`{}` {message}", shown(&run.action.text));
            let help = "put the lines that set its state before it, in the same stage";
            found.breach(BreachId::CommandState, Place::after(step.span), message, help);
        }
    }

    /// How the state of a command differs from the original's.
    fn state_breach(&self, old: &Step, before: &Action, new: &Step, after: &Action) -> Option<String> {
        let located = |stage: &Stage, directory: &str| stage.world.context_path(directory);
        let is_work =
            matches!(before.effect, Effect::Compile(_) | Effect::InstallDependencies(_) | Effect::Fetch);
        let complete = matches!(&before.effect, Effect::InstallDependencies(found) if found.complete);
        let is_same =
            |stage: &Stage| located(stage, &after.directory) == located(self.stage, &before.directory);
        let moved = is_work && (complete || self.old.context.is_none() || self.stages.iter().any(is_same));
        if before.directory != after.directory && !moved {
            return Some(format!("runs in {}, not in {}", after.directory, before.directory));
        }
        if old.before.is_root() && !new.before.is_root() {
            return Some("runs as a user without the rights of root".to_owned());
        }
        if old.before.shell != new.before.shell {
            return Some("runs in another shell".to_owned());
        }
        let reads_variables = matches!(
            before.effect,
            Effect::Unknown(_)
                | Effect::Build
                | Effect::GenerateSources
                | Effect::Configure
                | Effect::Compile(_)
                | Effect::InstallDependencies(_)
        );
        if !reads_variables {
            return None;
        }
        let recipe = self.old.recipe;
        let narrow =
            matches!(before.effect, Effect::Compile(_) | Effect::InstallDependencies(_) | Effect::Fetch);
        let given = &self.stage.world.image.environment;
        for name in &old.before.environment {
            let Some(value) = old.before.variables.values.get(name) else { continue };
            let of_image =
                given.iter().any(|(one, same)| one == name && *value == Value::Known(same.clone()));
            if of_image
                || name == "PATH"
                || *value == Value::Unknown
                || (narrow && !recipe.is_build_variable(name))
            {
                continue;
            }
            if new.before.variables.values.get(name) != Some(value) {
                return Some(format!("runs without the ENV {name} of the original"));
            }
        }
        None
    }
}

/// Whether a command does work that another line, or the container, may rely on.
fn lasts(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Unknown(_)
            | Effect::Build
            | Effect::GenerateSources
            | Effect::Configure
            | Effect::Write(_)
            | Effect::Duplicate(_)
            | Effect::Move(_)
            | Effect::Link(..)
            | Effect::InstallBuilt(_)
            | Effect::ChangeUsers
            | Effect::AddRepository(_)
            | Effect::InstallDependencies(_)
            | Effect::Compile(_)
            | Effect::Opaque(_)
    )
}

/// Whether two commands are the same, as written or by what they make.
fn is_same(before: &Action, after: &Action) -> bool {
    if discriminant(&before.effect) != discriminant(&after.effect) {
        return false;
    }
    match (&before.effect, &after.effect) {
        (Effect::Write(old), Effect::Write(new)) => before.text == after.text && old == new,
        (Effect::Duplicate(old), Effect::Duplicate(new)) | (Effect::Move(old), Effect::Move(new)) => {
            old == new
        }
        (Effect::InstallDependencies(old), Effect::InstallDependencies(new)) => {
            before.text == after.text || (!old.names.is_empty() && old.names == new.names)
        }
        _ => before.text == after.text,
    }
}

/// Commands of one stage of the new text stand in the order of the original.
fn order(runs: &[Run<'_>], found: &mut Judgement) {
    let mut last: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for run in
        runs.iter().filter(|run| !matches!(run.action.effect, Effect::ChangeUsers | Effect::AddRepository(_)))
    {
        let [(stage, step, action)] = run.again.as_slice() else { continue };
        let place = action.span.start.max(step.span.start);
        let known = last.get(&stage.from.instruction).copied();
        if let Some((before, text)) = known
            && before > place
        {
            let message = format!(
                "`{}` runs before `{}`, which the original runs first",
                shown(&run.action.text),
                shown(text)
            );
            let help = "keep the order of the original";
            found.breach(BreachId::CommandState, Place::after(step.span), message, help);
            continue;
        }
        last.insert(stage.from.instruction, (place, &run.action.text));
    }
}

/// A command for people, short.
pub(super) fn shown(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(60).map_or(line.len(), |(at, _)| at);
    if line.is_empty() { "a redirection" } else { &line[..end] }
}
