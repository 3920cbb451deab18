//! Downloads after the last installation: the builder fetches, so that the runtime needs no curl and no git. Case: a model that
//! `curl -o` brings, rules that `git clone` brings.

use super::planner::Planner;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::step::Step;
use crate::analysis::world::{Origin, is_of_system};
use crate::dockerfile::instruction::Keyword;
use crate::recipe::path::absolute;

/// The last instruction of the builder's work, with the downloads that follow it directly. What prepares one, or tidies
/// up before the next, may stand in a RUN of its own.
pub(super) fn work_with(planner: &Planner<'_>, work: usize) -> usize {
    let mut last = work;
    for step in planner.steps().iter().filter(|step| step.index > work) {
        let goes_on = match step.keyword {
            Keyword::Run => is_of_downloads(planner, step),
            Keyword::Copy | Keyword::Add | Keyword::User => false,
            _ => true,
        };
        if !goes_on {
            break;
        }
        if step.actions.iter().any(|action| fetches(planner, action)) {
            last = step.index;
        }
    }
    last
}

/// Whether a command fetches a file to a place of its own, with a tool that the runtime would have to install.
fn fetches(planner: &Planner<'_>, action: &Action) -> bool {
    let image = &planner.stage.world.image;
    matches!(action.effect, Effect::Write(_))
        && planner.sources.recipes.used_by_name.contains(&action.program)
        && !planner.sources.knowledge.program_in_slim(&action.program, &image.distribution)
}

/// Whether a RUN does nothing but what downloads need: it fetches, makes directories for that, unpacks, tidies up (also what
/// the installation before it left: `RUN apt-get purge -y gcc`).
fn is_of_downloads(planner: &Planner<'_>, step: &Step) -> bool {
    step.before.is_root()
        && step.caches.is_empty()
        && planner.sources.document.instructions.get(step.index).is_some_and(|one| one.flags.is_empty())
        && step.actions.iter().all(|action| action.certainty.is_sure() && is_plain(planner, action))
}

/// Whether what a command leaves is known by name, and nothing of the build context is read for it.
fn is_plain(planner: &Planner<'_>, action: &Action) -> bool {
    let world = &planner.stage.world;
    let kind = match &action.effect {
        Effect::Nothing
        | Effect::CreateDirectory(_)
        | Effect::ChangeMode(_)
        | Effect::Remove(_)
        | Effect::RemovePackages(_) => true,
        Effect::Write(_) | Effect::Duplicate(_) | Effect::Move(_) => {
            let mut written = action.effect.written().into_iter();
            written
                .all(|path| !is_of_system(path) && (world.certainty(path).is_sure() || world.is_gone(path)))
        }
        _ => false,
    };
    let mut words = action.text.split(' ').skip(1).map(|word| absolute(&action.directory, word));
    let reads_context = words
        .any(|path| world.paths.get(&path).is_some_and(|entry| matches!(entry.origin, Origin::Context(_))));
    kind && !action.nested && !reads_context
}
