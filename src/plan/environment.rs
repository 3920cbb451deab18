//! How the virtual environment is made that takes the packages: as small as the image's own installer allows.
//!
//! An environment with an installer of its own weighs 13 to 22 MB more than the packages in it. Where the image's installer can be
//! told to install elsewhere, the environment needs none, and what the interpreter has installed stays visible in it.

use super::layout;
use super::line::{Added, Line};
use super::planner::Planner;
use crate::knowledge::packages::Belongs;
use crate::recipe::{Among, Shared, VirtualEnvironment};

/// An environment to be made in the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Creation {
    /// The command.
    pub(super) command: String,
    /// Variables that send the installers there: names.
    pub(super) pins: Vec<String>,
    /// Whether what the interpreter has installed stays visible.
    pub(super) shared: bool,
    /// Megabytes that it weighs without packages.
    pub(super) weight: u64,
    /// Package of the distribution's interpreter, which makes it.
    pub(super) needs: Option<String>,
}

impl Creation {
    /// Whether only the variables send the packages there.
    pub(super) fn is_sent(&self) -> bool {
        !self.shared && !self.pins.is_empty()
    }
}

/// The smallest environment that every installation of the file can go to.
pub(super) fn creation(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Creation {
    let mut pins: Vec<String> = Vec::new();
    for pin in layout::installations(planner).into_iter().filter_map(|(_, found)| found.pin.clone()) {
        if !pins.contains(&pin) {
            pins.push(pin);
        }
    }
    // what such an installer has for itself must not be seen there: it would not install it again (python/poetry-no-environment)
    if !pins.is_empty() {
        let (command, weight) = (environment.create.clone(), environment.weight);
        return Creation { command, pins, shared: false, weight, needs: None };
    }
    match environment.shared.as_ref().filter(|shared| can_share(planner, shared)) {
        Some(shared) => Creation {
            command: shared.create.clone(),
            pins: vec![shared.pin.clone()],
            shared: true,
            weight: 0,
            needs: None,
        },
        None => Creation {
            command: environment.create.clone(),
            pins: Vec::new(),
            shared: false,
            weight: environment.weight,
            needs: None,
        },
    }
}

/// The environment beside the packages of a distribution.
pub(super) fn beside(planner: &Planner<'_>, among: &Among) -> Creation {
    let distribution = &planner.stage.world.image.distribution;
    let interpreter = among.create.split(' ').next().unwrap_or_default();
    Creation {
        command: among.create.clone(),
        pins: vec![among.pin.clone()],
        shared: true,
        weight: 0,
        needs: planner.sources.knowledge.package_of_program(interpreter, distribution),
    }
}

/// The commands that make it before an instruction: first its interpreter is installed, unless a line before has it.
pub(super) fn commands(planner: &Planner<'_>, creation: &Creation, before: usize) -> Vec<String> {
    let distribution = &planner.stage.world.image.distribution;
    let manager = planner.sources.recipes.manager_of(distribution);
    let knowledge = planner.sources.knowledge;
    let brings = |name: &String, needed: &String| {
        let belongs = knowledge.package_belongs(name, distribution);
        name == needed || matches!(belongs, Belongs::Builder(instead) if instead.contains(needed))
    };
    let installed = super::packages::installed(planner);
    let mut before =
        installed.iter().filter(|(index, _)| *index < before).flat_map(|(_, found)| &found.names);
    let missing = creation.needs.as_ref().filter(|needed| !before.any(|name| brings(name, needed)));
    let install = manager.zip(missing);
    let install = install.map(|(manager, package)| manager.install.replace("{packages}", package));
    install.into_iter().chain([creation.command.clone()]).collect()
}

/// The line that puts the environment's programs first.
pub(super) fn path(path: &str) -> Line {
    let why = "the environment's programs come first";
    Line::New(Added::Path(vec![format!("{path}/bin")]), why.to_owned())
}

/// The lines that send the installers there.
pub(super) fn pins<'a>(path: &'a str, creation: &'a Creation) -> impl Iterator<Item = Line> + use<'a> {
    creation.pins.iter().map(move |pin| {
        let added = Added::Env { name: pin.clone(), value: path.to_owned() };
        Line::New(added, "the image's installer installs into the environment".to_owned())
    })
}

/// Whether the image's installer is known to read the variable that sends packages to the environment.
fn can_share(planner: &Planner<'_>, shared: &Shared) -> bool {
    // a container that installs must find in the environment what stands in it
    let installers = &planner.sources.recipe.installers;
    if planner.needs.programs().any(|(program, _)| installers.contains(&program.name)) {
        return false;
    }
    let actions = planner.steps().iter().flat_map(|step| &step.actions);
    let mut words = actions.flat_map(|action| action.text.split_whitespace());
    !words.any(|word| shared.unless.iter().any(|option| option == word)) && is_new_enough(planner, shared)
}

fn is_new_enough(planner: &Planner<'_>, shared: &Shared) -> bool {
    let Some(reference) = &planner.stage.from.reference else { return false };
    // a digest may stand for an older build than its tag
    if reference.digest.is_some() {
        return false;
    }
    let tag = reference.tag.as_deref().unwrap_or_default();
    let written = numbers(tag.split('-').next().unwrap_or_default());
    let version = match (written.len() > 1, &planner.stage.world.image.version) {
        (true, _) => written,
        (false, Some(version)) => numbers(version),
        (false, None) => return false,
    };
    let same = |first: &&Vec<u32>| version.starts_with(&first[..first.len().min(2)]);
    let since: Vec<Vec<u32>> = shared.since.iter().map(|version| numbers(version)).collect();
    match since.iter().find(same) {
        // a tag without a patch is the last build of its minor version
        Some(first) => version.len() < 3 || version >= *first,
        None => since.last().is_some_and(|last| version > *last),
    }
}

/// `3.11.4` as numbers; ends at the first part that is none.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}
