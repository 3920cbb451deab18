//! Where an interpreter's packages are, and so what the runtime takes over.
//!
//! The virtual environment is the small and clean way. Where something in the file would not see it (an absolute path of
//! the prefix, a program that starts others with a PATH of its own), the whole prefix is taken over: larger, but the
//! same files at the same places.

use super::blind::{Prefix, blind};
use super::environment::{self, Creation};
use super::planner::Planner;
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::context::sources;
use crate::note::{Note, Reason};
use crate::recipe::VirtualEnvironment;
use crate::recipe::product::{Dependencies, Target};
use crate::recipe::project::minor;

/// What the runtime takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A virtual environment that restage puts in.
    Environment(Creation),
    /// The whole prefix of the interpreter; why the smaller way would not do.
    Prefix(String),
    /// Directories that the file itself installs into, absolute.
    Own(Vec<String>),
}

/// Every installation of dependencies, with its step.
pub(super) fn installations<'a>(planner: &Planner<'a>) -> Vec<(&'a Step, &'a Dependencies)> {
    let steps = planner.steps().iter();
    let of = |step: &'a Step| {
        step.actions.iter().filter_map(move |action| match &action.effect {
            Effect::InstallDependencies(dependencies) => Some((step, dependencies)),
            _ => None,
        })
    };
    steps.flat_map(of).collect()
}

/// Chooses what the runtime takes over.
pub(super) fn choose(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Result<Layout, Note> {
    let installations = installations(planner);
    refuse_embedders(planner, &installations)?;
    let mut own: Vec<String> = Vec::new();
    let mut in_prefix = false;
    let mut only_prefix = None;
    for action in planner.steps().iter().flat_map(|step| &step.actions) {
        if let Effect::CreateEnvironment(path) = &action.effect {
            own.push(path.clone());
        }
    }
    for (step, dependencies) in &installations {
        match &dependencies.target {
            Target::Directory(path) | Target::Environment(path) => {
                let inside = own.iter().any(|known| path == known || path.starts_with(&format!("{known}/")));
                if !inside {
                    own.push(path.clone());
                }
            }
            Target::User => {
                let path = format!("{}/.local", step.home());
                if !own.contains(&path) {
                    own.push(path);
                }
            }
            Target::Default => in_prefix |= !is_installer_only(planner, dependencies),
            Target::Prefix => {
                only_prefix = Some(format!("a command installs into {} by name", environment.prefix))
            }
            Target::Elsewhere(command) => {
                let message = match &dependencies.untold {
                    Some(why) => format!("where `{command}` puts packages is not followed here: {why}"),
                    None => format!("where `{command}` puts packages is not followed yet"),
                };
                return Err(Note::refusal(Reason::UnsupportedInstruction, step.span, message)
                    .help("export the dependencies to a requirements file and install them with pip"));
            }
        }
    }
    let into_prefix = |effect: &Effect| matches!(effect, Effect::InstallBuilt(paths) if paths.contains(&environment.prefix));
    let built =
        planner.steps().iter().flat_map(|step| &step.actions).find(|action| into_prefix(&action.effect));
    let elsewhere = planner.steps().iter().find(|step| {
        step.does(|effect| {
            matches!(effect, Effect::InstallBuilt(paths) if paths.iter().any(|path| *path != environment.prefix))
        })
    });
    if let Some(step) = elsewhere {
        let message = "what this installs outside of the interpreter's prefix can't be told";
        return Err(Note::refusal(Reason::UnknownCommand, step.span, message));
    }
    if let Some(action) = built {
        let why = format!("`{}` installs below {}", action.text, environment.prefix);
        return if own.is_empty() { Ok(Layout::Prefix(why)) } else { Err(mixed(action.span)) };
    }
    match (own.is_empty(), in_prefix) {
        (true, _) if !planner.has_own_interpreter() => of_distribution(planner, environment),
        (true, _) if only_prefix.is_some() => Ok(Layout::Prefix(only_prefix.unwrap_or_default())),
        (true, _) if installations.iter().any(|(_, found)| found.pin.is_some()) => {
            pinned(planner, environment)
        }
        (true, _) => {
            let creation = environment::creation(planner, environment);
            Ok(match blind(planner, environment, &Prefix::own(planner, environment), creation.shared) {
                Some(why) => Layout::Prefix(why),
                None => Layout::Environment(creation),
            })
        }
        (false, false) if only_prefix.is_none() => Ok(Layout::Own(own)),
        (false, _) => Err(mixed(installations[0].0.span)),
    }
}

/// An environment that an installer is sent to, which keeps one of its own otherwise.
fn pinned(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Result<Layout, Note> {
    let installations = installations(planner);
    let span = installations.iter().find(|(_, found)| found.pin.is_some()).map(|(step, _)| step.span);
    // one that pip fills too would hold the installer, or lack what pip installs
    let other =
        installations.iter().find(|(_, found)| found.pin.is_none() && !is_installer_only(planner, found));
    if let Some((step, _)) = other {
        return Err(mixed(step.span));
    }
    match names_own(planner, &installations)
        .or_else(|| blind(planner, environment, &Prefix::own(planner, environment), false))
    {
        None => Ok(Layout::Environment(environment::creation(planner, environment))),
        Some(why) => {
            let message = format!("the packages can't move into an environment of their own: {why}");
            Err(Note::refusal(Reason::UnknownOutput, span, message)
                .help("let the file make a virtual environment, and install into that"))
        }
    }
}

/// What embeds a distribution's interpreter links its shared library, which comes with the development package alone
/// (refused/embedder-of-the-distributions).
fn refuse_embedders(planner: &Planner<'_>, installations: &[(&Step, &Dependencies)]) -> Result<(), Note> {
    let embeds = |name: &&String| planner.sources.recipe.embedders.contains(name);
    let found = installations
        .iter()
        .find_map(|(step, found)| Some((step, found.names.iter().find(embeds)?)))
        .filter(|_| !planner.has_own_interpreter());
    let Some((step, name)) = found else { return Ok(()) };
    let message = format!(
        "`{name}` embeds the interpreter of {}, whose shared library only its development package brings",
        planner.stage.world.image.distribution
    );
    Err(Note::refusal(Reason::UnknownPackage, step.span, message)
        .help("stand the file on the language's own image, or install the distribution's package of it"))
}

/// What in the file or beside it names the environment that an installer keeps by itself (refused/poetry-environment-by-name): it is not
/// there any more where the installer is sent elsewhere.
fn names_own(planner: &Planner<'_>, installations: &[(&Step, &Dependencies)]) -> Option<String> {
    let names: Vec<&String> = installations.iter().flat_map(|(_, found)| &found.own_names).collect();
    let named = |text: &str| names.iter().find(|name| text.contains(name.as_str()));
    let document = planner.sources.document;
    let in_line = document.instructions.iter().find_map(|instruction| {
        let name = named(document.slice(instruction.span))?;
        Some(format!("line {} says `{name}`", instruction.line))
    });
    let beside = &planner.sources.recipes.beside_sources;
    let metadata = &planner.sources.recipe.files.metadata;
    // a manifest speaks to its installer, and settings of checkers name what they leave out (python/poetry-checkers-settings)
    let read: Vec<&str> = installations
        .iter()
        .flat_map(|(_, found)| &found.files)
        .filter_map(|file| file.rsplit('/').next())
        .collect();
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let counts = |file: &str| {
        !metadata.is_match(file) && !beside.is_match(file) && !read.contains(&name(file).as_str())
    };
    in_line.or_else(|| {
        let mut texts = sources::texts(planner.sources.context?, "", &counts);
        texts.find_map(|(file, text)| Some(format!("{file} says `{}`", named(&text)?)))
    })
}

/// What the interpreter of a distribution installs: into a prefix that is empty but for it, or among the distribution's own, where
/// the rules know an environment that leaves those visible.
fn of_distribution(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Result<Layout, Note> {
    let image = &planner.stage.world.image;
    let distribution = &image.distribution;
    if environment.also_of.iter().any(|name| name == distribution.name()) {
        return Ok(Layout::Prefix(format!(
            "{} installs for {distribution} there",
            planner.sources.recipe.name
        )));
    }
    let refuse = |message: String| {
        let span = installations(planner).first().map_or(planner.stage.from.span, |(step, _)| step.span);
        Err(Note::refusal(Reason::UnknownOutput, span, message)
            .help("install them into a virtual environment that the file makes"))
    };
    let among = environment.among.get(distribution.name());
    let Some(among) = among.filter(|among| minor(distribution.release()) >= minor(&among.since)) else {
        return refuse(format!(
            "packages for the interpreter of {distribution} go among those of the distribution, and can't be told apart"
        ));
    };
    // a program of the distribution's runs without the environment (refused/program-of-an-alpine-package)
    let prefix = Prefix::of_distribution(&among.prefix);
    if let Some(why) = blind(planner, environment, &prefix, true) {
        return refuse(format!("the packages can't move into an environment of their own: {why}"));
    }
    Ok(Layout::Environment(environment::beside(planner, among)))
}

fn mixed(span: crate::dockerfile::span::Span) -> Note {
    let message = "packages go to more than one place, and which of them the program sees can't be told";
    Note::refusal(Reason::UnknownOutput, span, message)
        .help("install everything into one virtual environment, or all of it without one")
}

/// Whether only the tools that install are installed (or upgraded).
pub(super) fn is_installer_only(planner: &Planner<'_>, dependencies: &Dependencies) -> bool {
    let (recipes, recipe) = (planner.sources.recipes, planner.sources.recipe);
    // none at all are installed where some are taken away (`pip uninstall`)
    dependencies.complete
        && !dependencies.unread
        && dependencies.projects.is_empty()
        && dependencies.names.iter().all(|name| recipes.is_installer(recipe, name))
}
