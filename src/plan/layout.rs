//! Where an interpreter's packages are, and so what the runtime takes over.
//!
//! The virtual environment is the small and clean way. Where something in the file would not see it (an absolute path of
//! the prefix, a program that starts others with a PATH of its own), the whole prefix is taken over: larger, but the
//! same files at the same places.

use super::environment::{self, Creation};
use super::planner::Planner;
use crate::analysis::effect::Effect;
use crate::analysis::need::{Caller, is_login};
use crate::analysis::step::Step;
use crate::context::sources;
use crate::dockerfile::instruction::{Arguments, Keyword};
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
                let message = format!("where `{command}` puts packages is not followed yet");
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
            Ok(match blind(planner, environment, creation.shared) {
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
    match names_own(planner, &installations).or_else(|| blind(planner, environment, false)) {
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
    let counts = |file: &str| !metadata.is_match(file) && !beside.is_match(file);
    in_line.or_else(|| {
        let mut texts = sources::texts(planner.sources.context?, "", &counts);
        texts.find_map(|(file, text)| Some(format!("{file} says `{}`", named(&text)?)))
    })
}

/// What the interpreter of a distribution installs: into a prefix that is empty but for it, where the rules know one.
fn of_distribution(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Result<Layout, Note> {
    let distribution = &planner.stage.world.image.distribution;
    if environment.also_of.iter().any(|name| name == distribution.name()) {
        return Ok(Layout::Prefix(format!(
            "{} installs for {distribution} there",
            planner.sources.recipe.name
        )));
    }
    let message = format!(
        "packages for the interpreter of {distribution} go among those of the distribution, and can't be told apart"
    );
    let span = installations(planner).first().map_or(planner.stage.from.span, |(step, _)| step.span);
    Err(Note::refusal(Reason::UnknownOutput, span, message)
        .help("install them into a virtual environment that the file makes"))
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

/// What in the file would not see a virtual environment; in a shared one, what the interpreter has installed is visible.
fn blind(planner: &Planner<'_>, environment: &VirtualEnvironment, shared: bool) -> Option<String> {
    let image = &planner.stage.world.image;
    let older = |version: &str| minor(version) < minor(&environment.since);
    if image.version.as_deref().is_none_or(older) {
        return Some(format!("virtual environments came with version {}", environment.since));
    }
    let bin = format!("{}/bin/", environment.prefix);
    let library = format!("{}/lib/python", environment.prefix);
    let document = planner.sources.document;
    for instruction in &document.instructions {
        let text = document.slice(instruction.span);
        if text.contains(&bin) && !only_copies_into(planner, instruction, &bin) {
            return Some(format!("line {} names {bin}", instruction.line));
        }
        if text.contains(&library) {
            return Some(format!("line {} names {library}", instruction.line));
        }
        if let (Keyword::Env, Arguments::Pairs(pairs)) = (instruction.keyword, &instruction.arguments) {
            let resets = pairs.iter().find(|pair| {
                pair.key.text == "PATH"
                    && pair.value.as_ref().is_none_or(|value| !value.text.contains("PATH"))
            });
            if resets.is_some() {
                return Some(format!("line {} sets PATH anew", instruction.line));
            }
        }
    }
    let first_word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    let programs =
        planner.steps().iter().flat_map(|step| &step.actions).map(|action| first_word(&action.text));
    let started = planner.needs.programs().map(|(need, _)| need.name.clone());
    for program in programs.chain(started) {
        // the environment has the version that made it
        let own = |prefix: &str| {
            let version = program.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            prefix.ends_with('.') && image.version.as_deref() == Some(version)
        };
        if environment.versioned.iter().any(|prefix| program.starts_with(prefix.as_str()) && !own(prefix)) {
            return Some(format!("`{program}` is called by its versioned name"));
        }
        if environment.resets_path.contains(&program) {
            return Some(format!("`{program}` starts programs with a PATH of its own"));
        }
    }
    let shells = planner
        .steps()
        .iter()
        .filter_map(|step| step.before.shell.as_ref())
        .chain(&planner.stage.state.shell);
    if planner.needs.login_shell || shells.into_iter().any(|shell| is_login(shell)) {
        return Some("a login shell sets PATH anew".to_owned());
    }
    let names = installations(planner);
    let embedder = names
        .iter()
        .flat_map(|(_, found)| &found.names)
        .find(|name| planner.sources.recipe.embedders.contains(name));
    if let Some(embedder) = embedder {
        return Some(format!("`{embedder}` embeds the interpreter"));
    }
    let packages = super::packages::installed(planner);
    let scheduler = packages
        .iter()
        .flat_map(|(_, packages)| &packages.names)
        .find(|name| environment.resets_path.contains(name));
    if let Some(scheduler) = scheduler {
        return Some(format!("`{scheduler}` starts programs with a PATH of its own"));
    }
    if let Some(why) = names_installed(planner, &bin, &library) {
        return Some(why);
    }
    let installs =
        planner.needs.programs().any(|(need, _)| planner.sources.recipe.installers.contains(&need.name));
    if installs && !shared && !planner.stage.state.is_root() {
        return Some(
            "the container installs packages as a user who can't write to the environment".to_owned(),
        );
    }
    if !shared && installations(planner).iter().any(|(_, found)| found.needs_installed_tools) {
        return Some("packages are built with the tools that the image has installed".to_owned());
    }
    let fixed = planner.needs.interpreters().find(|interpreter| interpreter.starts_with(&bin));
    fixed.map(|interpreter| format!("a script names {interpreter}"))
}

/// Who names a program of the prefix by its path, one that no COPY brings, or a package of the prefix: what is started beside
/// the Dockerfile, or a file of the build context.
fn names_installed(planner: &Planner<'_>, bin: &str, library: &str) -> Option<String> {
    let is_installed = |path: &str| path.starts_with(bin) && !planner.stage.world.paths.contains_key(path);
    let mut started = planner.needs.started_by(&[Caller::Container, Caller::Compose]);
    let started = started.find(|(need, _)| need.path.as_deref().is_some_and(is_installed));
    if let Some((_, asked)) = started {
        return Some(format!("{} names a program in {bin}", asked.chain.last()));
    }
    let context = planner.sources.context?;
    let metadata = &planner.sources.recipe.files.metadata;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);

    sources::texts(context, "", &|file| !metadata.is_match(file)).find_map(|(file, text)| {
        let mut paths = text.match_indices(bin).map(|(at, _)| {
            let rest = &text[at + bin.len()..];
            &text[at..at + bin.len() + rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())]
        });
        let installed =
            paths.any(|path| path.len() > bin.len() && !planner.stage.world.paths.contains_key(path));
        if installed {
            return Some(format!("{file} names a program in {bin}"));
        }
        text.contains(library).then(|| format!("{file} names a package in {library}"))
    })
}

/// A COPY of files of the build context into the prefix's bin does not ask for what is there.
fn only_copies_into(
    planner: &Planner<'_>,
    instruction: &crate::dockerfile::instruction::Instruction,
    bin: &str,
) -> bool {
    let into = matches!(instruction.keyword, Keyword::Copy | Keyword::Add);
    let brought = |word: &str| planner.stage.world.paths.contains_key(word);
    let text = planner.sources.document.slice(instruction.span);
    let words =
        text.split([' ', '"', '\'', ',', '[', ']', '=', '\n', ';', '&']).filter(|word| word.contains(bin));
    into || words.into_iter().all(brought)
}
