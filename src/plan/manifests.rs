//! Dependencies before sources: what fetching or installing reads of the build context, where that is known to be all.

use super::planner::Planner;
use super::touched::is_copied;
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::context::gomod;
use crate::recipe::go;
use crate::recipe::path::absolute;
use std::collections::BTreeSet;

/// The COPY that brings manifests and sources together, and the manifests, where they are all that fetching reads.
pub(super) fn before_sources(planner: &Planner<'_>) -> Option<(usize, Vec<(String, String)>)> {
    let manifests = planner.sources.recipe.manifests.as_ref()?;
    let context = planner.sources.context?;
    let fetches =
        |step: &Step| step.does(|effect| matches!(effect, Effect::Fetch)) || !step.caches.is_empty();
    let variables = &planner.stage.state.variables.values;
    if planner.steps().iter().any(fetches)
        || manifests.unless_set.iter().any(|name| variables.contains_key(name))
    {
        return None;
    }
    for step in planner.steps() {
        let Some(files) = step.copy.as_ref().and_then(|copy| copy.files.as_ref()) else { continue };
        let workdir = step.before.workdir.as_deref()?;
        let in_workdir = |name: &String| {
            let place = absolute(workdir, name);
            files.iter().find(|(_, at)| *at == place).cloned()
        };
        let found: Vec<(String, String)> = manifests.files.iter().filter_map(in_workdir).collect();
        if found.is_empty() {
            continue;
        }
        let directory = found[0].0.rsplit_once('/').map_or("", |(directory, _)| directory);
        let later_setup = planner.steps().iter().filter(|later| later.index > step.index).any(|later| {
            later.does(|effect| matches!(effect, Effect::InstallPackages(_)))
                || planner.sources.document.slice(later.span).contains("-mod=")
        });
        if later_setup {
            return None;
        }
        let has_all = manifests.required.iter().all(|name| in_workdir(name).is_some());
        let is_more = files.len() > found.len();
        let excluded = manifests.unless.iter().any(|name| context.exists(&go::join(directory, name)));
        let module =
            context.text(&go::join(directory, "go.mod")).and_then(|text| gomod::GoModule::parse(&text));
        let is_closed =
            module.is_none_or(|module| module.local_replaces.is_empty() && !module.requires.is_empty());
        return (has_all && is_more && !excluded && is_closed).then_some((step.index, found));
    }
    None
}

/// What the installations read, where that is known to be all that the builder needs of the context.
pub(super) fn read_by_installations(
    planner: &Planner<'_>,
    work: usize,
    from_builder: &[String],
) -> Option<BTreeSet<String>> {
    planner.sources.context?;
    if !from_builder.is_empty() {
        return None;
    }
    let mut files = BTreeSet::new();
    for step in planner.steps().iter().filter(|step| step.index <= work) {
        for action in &step.actions {
            match &action.effect {
                Effect::InstallDependencies(dependencies) if dependencies.complete => {
                    files.extend(dependencies.files.iter().cloned());
                }
                Effect::Nothing
                | Effect::UpdatePackages
                | Effect::InstallPackages(_)
                | Effect::RemovePackages(_)
                | Effect::Fetch
                | Effect::CreateUser(_)
                | Effect::ChangeUsers
                | Effect::CreateDirectory(_)
                | Effect::CreateEnvironment(_) => {}
                Effect::Remove(paths)
                    if paths.iter().all(|path| !is_copied(planner, path) || path.starts_with("/tmp")) => {}
                _ => return None,
            }
        }
    }
    Some(files)
}
