//! Dependencies before sources: what fetching or installing reads of the build context, where that is known to be all.

use super::planner::Planner;
use super::touched::is_copied;
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::context::gomod;
use crate::dockerfile::instruction::Keyword;
use crate::recipe::path::{self, absolute, is_within};
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
        if !is_fetched_alike(planner, step.index) {
            return None;
        }
        let has_all = manifests.required.iter().all(|name| in_workdir(name).is_some());
        let is_more = files.len() > found.len();
        let excluded = manifests.unless.iter().any(|name| context.exists(&path::below(directory, name)));
        let module =
            context.text(&path::below(directory, "go.mod")).and_then(|text| gomod::GoModule::parse(&text));
        let is_closed =
            module.is_none_or(|module| module.local_replaces.is_empty() && !module.requires.is_empty());
        return (has_all && is_more && !excluded && is_closed).then_some((step.index, found));
    }
    None
}

/// Whether a download right behind a COPY would reach what the first build after it reaches: nothing between them may set up
/// how modules are fetched, and the build has no mounts (secrets, ssh) or variables of its own.
fn is_fetched_alike(planner: &Planner<'_>, copied: usize) -> bool {
    let Some(manifests) = &planner.sources.recipe.manifests else { return false };
    let document = planner.sources.document;
    for step in planner.steps().iter().filter(|step| step.index > copied) {
        if matches!(step.keyword, Keyword::Env | Keyword::Arg | Keyword::User | Keyword::Copy | Keyword::Add)
        {
            return false;
        }
        if step.keyword != Keyword::Run {
            continue;
        }
        let instruction = &document.instructions[step.index];
        let text = document.slice(step.span);
        if !instruction.flags.is_empty()
            || manifests.unless_set.iter().any(|name| text.contains(&format!("{name}=")))
            || manifests.unless_said.iter().any(|words| text.contains(words.as_str()))
        {
            return false;
        }
        for action in &step.actions {
            match action.effect {
                Effect::Compile(_) => return true,
                Effect::Nothing | Effect::CreateDirectory(_) | Effect::Remove(_) => {}
                _ => return false,
            }
        }
    }
    false
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
            files.extend(action.reads.iter().cloned());
            match &action.effect {
                // a script of the context is read too: `RUN ./install.sh`, `RUN make install`
                _ if action.nested => return None,
                Effect::InstallDependencies(dependencies) if dependencies.complete => {
                    files.extend(dependencies.files.iter().cloned());
                }
                Effect::Nothing
                | Effect::UpdatePackages
                | Effect::UpgradePackages
                | Effect::InstallPackages(_)
                | Effect::RemovePackages(_)
                | Effect::Fetch
                | Effect::CreateUser(_)
                | Effect::ChangeUsers
                | Effect::CreateDirectory(_)
                | Effect::CreateEnvironment(_) => {}
                Effect::ChangeMode(paths) | Effect::ChangeOwner(paths) | Effect::Remove(paths)
                    if paths.iter().all(|path| !means_copied(planner, path) || path.starts_with("/tmp")) => {}
                _ => return None,
            }
        }
    }
    Some(files)
}

/// Whether a path, which may be a pattern, means something that a COPY brought: not `/var/lib/apt/lists/*` where files were copied
/// to `/` (python/manifest-at-the-root).
fn means_copied(planner: &Planner<'_>, path: &str) -> bool {
    let fixed = path
        .find(['*', '?', '['])
        .map_or(path, |at| path[..at].rsplit_once('/').map_or("", |(above, _)| above));
    let mut copies = planner.steps().iter().filter_map(|step| step.copy.as_ref());
    match copies.clone().all(|copy| copy.files.is_some()) {
        true => copies
            .filter_map(|copy| copy.files.as_ref())
            .flatten()
            .any(|(_, place)| is_within(place, fixed) || is_within(path, place)),
        false => copies.any(|_| is_copied(planner, path)),
    }
}
