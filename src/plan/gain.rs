//! Whether a conversion makes the image smaller: what stays behind in the builder, against what the new layout brings.

use super::interpreter::Decided;
use super::layout::{self, Layout};
use super::packages::{self, RuntimePackages};
use super::planner::Planner;
use crate::analysis::effect::{Effect, Packages};
use crate::analysis::step::Step;
use crate::knowledge::images::Variant;
use crate::knowledge::packages::bare_name as bare;
use crate::note::{Note, Reason};
use crate::recipe::path::is_within;

/// Megabytes of a package that the rules do not weigh.
const UNWEIGHED: u64 = 1;

/// Refuses a conversion after which the image would not be smaller.
pub(super) fn weigh(
    planner: &Planner<'_>,
    decided: &Decided<'_>,
    runtime: &RuntimePackages,
) -> Result<(), Note> {
    let reference = planner.stage.from.reference.as_ref();
    let counterpart = reference.and_then(|image| planner.sources.knowledge.slim_counterpart(image));
    if planner.stage.world.image.variant == Variant::Full
        || counterpart.is_some_and(|counterpart| Some(&counterpart) != reference)
    {
        return Ok(());
    }
    let span = planner.stage.from.span;
    let refuse = |message: String| Err(Note::refusal(Reason::NothingToLeave, span, message));
    let left = left_behind(planner, runtime);
    let (cost, what) = match &decided.layout {
        Layout::Environment(creation) => (creation.weight, "an environment of its own"),
        // the distribution's interpreter stands elsewhere (python/ubuntu-pip)
        Layout::Prefix(_) if !planner.has_own_interpreter() => (0, ""),
        Layout::Prefix(_) => (decided.environment.prefix_weight, "a second copy of the interpreter"),
        Layout::Own(_) => (0, ""),
    };
    if left.iter().map(|(_, weight)| weight).sum::<u64>() > cost {
        return Ok(());
    }
    if !left.is_empty() {
        let names = left.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
        return refuse(format!("what would stay behind ({names}) weighs less than {what}"));
    }
    let why = match &decided.layout {
        Layout::Prefix(why) => {
            format!(", and the packages can't move into an environment of their own: {why}")
        }
        _ => String::new(),
    };
    let message = format!(
        "nothing that only the build needs would stay behind, so the image would not get smaller{why}"
    );
    let note = Note::refusal(Reason::NothingToLeave, span, message);
    Err(match cached(planner) {
        Some(option) => note.help(format!(
            "`{option}` keeps what the installer downloads out of the image, without a second stage"
        )),
        None => note,
    })
}

/// Packages in the layers of the original that the runtime does not have, with their weights.
fn left_behind(planner: &Planner<'_>, runtime: &RuntimePackages) -> Vec<(String, u64)> {
    let weights = &planner.sources.recipes.weights;
    let mut left: Vec<(String, u64)> = Vec::new();
    for (index, packages) in packages::installed(planner) {
        let Some(step) = planner.steps().iter().find(|step| step.index == index) else { continue };
        for name in packages.names.iter().map(|name| bare(name)) {
            let known = left.iter().any(|(known, _)| known == name);
            let there = runtime.has(name)
                || planner.sources.knowledge.package_in_image(name, &planner.stage.world.image);
            if known || there || is_gone_with_its_layer(step, packages, name) {
                continue;
            }
            let weight = weights.get(&format!("{}/{name}", packages.manager)).copied();
            left.push((name.to_owned(), weight.unwrap_or(UNWEIGHED)));
        }
    }
    left
}

/// Whether the RUN that installs a package removes it again: no layer has it.
fn is_gone_with_its_layer(step: &Step, packages: &Packages, name: &str) -> bool {
    step.actions.iter().any(|action| match &action.effect {
        Effect::RemovePackages(names) => names
            .iter()
            .any(|removed| bare(removed) == name || Some(bare(removed)) == packages.group.as_deref()),
        _ => false,
    })
}

/// The option that would keep away what an installer of the file leaves of its downloads.
fn cached<'a>(planner: &Planner<'a>) -> Option<&'a str> {
    let cache = &planner.sources.recipe.cache;
    let keeps = |step: &Step| {
        let directory = format!("{}/{}", step.home(), cache.directory);
        let covers = |path: &String| is_within(path, &directory) || is_within(&directory, path);
        let removed = step.actions.iter().any(|action| match &action.effect {
            Effect::Remove(paths) => paths.iter().any(covers),
            _ => false,
        });
        let set = |name: &String| step.before.variables.values.contains_key(name);
        let is_told = |text: &str| {
            text.split_whitespace().any(|word| cache.options.iter().any(|option| option == word))
        };
        let installs = step
            .actions
            .iter()
            .any(|action| matches!(&action.effect, Effect::InstallDependencies(_)) && !is_told(&action.text));
        installs && !removed && !step.caches.iter().any(covers) && !cache.variables.iter().any(set)
    };
    let kept = layout::installations(planner).into_iter().any(|(step, _)| keeps(step));
    cache.options.first().filter(|_| kept).map(String::as_str)
}
