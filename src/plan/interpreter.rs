//! The plan for a language with an interpreter: dependencies are installed in the builder and taken over as a tree; the
//! sources are copied into the runtime as before, and what ran after the last installation runs there.

use super::environment;
use super::layout::{self, Layout};
use super::line::{Added, Line};
use super::planner::Planner;
use super::{Plan, downloads, gain, installers, manifests, packages, requirements, runner, touched};
use crate::analysis::effect::{Action, Effect};
use crate::analysis::need::Asked;
use crate::analysis::read::copy::Copy;
use crate::analysis::step::Step;
use crate::context::sources;
use crate::dockerfile::instruction::Keyword;
use crate::note::{Note, Reason};
use crate::recipe::VirtualEnvironment;
use crate::recipe::path::is_within;
use crate::recipe::product::Target;
use std::collections::BTreeSet;

/// What is decided before the lines are gone through.
pub(super) struct Decided<'a> {
    pub(super) environment: &'a VirtualEnvironment,
    pub(super) layout: Layout,
    /// Index of the last instruction that does the builder's work.
    work: usize,
    /// Index of the first instruction that installs dependencies.
    first: usize,
    /// Image paths that the installation reads, where they are all that the builder needs of the context.
    manifests: Option<BTreeSet<String>>,
    /// Directories that the runtime takes from the builder instead of the context.
    from_builder: Vec<String>,
}

/// Plans; see [`super::plan`].
pub(super) fn plan(mut planner: Planner<'_>) -> Result<Plan, Note> {
    let recipe = planner.sources.recipe;
    let Some(environment) = &recipe.environment else {
        let message = format!("the recipe `{}` says nothing of where packages go", recipe.name);
        return Err(Note::refusal(Reason::NoRecipe, None, message));
    };
    let installations = layout::installations(&planner);
    let (Some(first), Some(last)) = (installations.first(), installations.last()) else {
        // a make target or a script may install what no other command does
        let may_install = |action: &&Action| {
            matches!(
                action.effect,
                Effect::Build | Effect::Unknown(_) | Effect::InstallBuilt(_) | Effect::Opaque(_)
            )
        };
        if let Some(action) = planner.steps().iter().flat_map(|step| &step.actions).find(may_install) {
            let message = format!(
                "`{}` may install packages of the language, and what it installs can't be told",
                touched::said(&planner, action)
            );
            return Err(Note::refusal(Reason::UnknownCommand, action.span, message)
                .help("write the commands that install into the Dockerfile"));
        }
        let message = "no command installs packages of the language, so there is nothing to leave behind";
        return Err(Note::refusal(Reason::NothingToLeave, planner.stage.from.span, message));
    };
    let layout = layout::choose(&planner, environment)?;
    // an installer that is sent to the environment stays out of it itself
    let sent = installations.iter().find(|(_, found)| found.pin.is_some());
    let first = sent.unwrap_or(first).0.index;
    let work = planner.steps().iter().filter(|step| step.does(is_builders_work)).map(|step| step.index).max();
    let work = downloads::work_with(&planner, work.unwrap_or(first).max(last.0.index));
    let mut decided = Decided { environment, layout, work, first, manifests: None, from_builder: Vec::new() };
    decided.from_builder = touched::changed_directories(&planner, decided.work)?;
    decided.manifests = manifests::read_by_installations(&planner, decided.work, &decided.from_builder);

    touched::note_whole(&mut planner, &decided.from_builder);

    let runtime_image = planner.slim_image()?;
    requirements::refuse_full_only_modules(&planner)?;
    requirements::refuse_compilers(&planner)?;
    check_toolchain(&planner)?;
    installers::refuse_started(&planner, &decided.layout)?;
    let distribution = planner.stage.world.image.distribution.clone();
    let mut libraries = requirements::libraries(&planner);
    libraries.extend(requirements::opened(&planner));
    let mut packages = packages::split(&mut planner, &distribution, &libraries, work)?;
    let known = planner.image_named(&runtime_image);
    planner.add_programs(&mut packages, known.as_ref(), &distribution, work)?;
    gain::weigh(&planner, &decided, &packages)?;
    let mut head = planner.add_data(&mut packages, known.as_ref(), &distribution);
    let install = planner.packages_line(&packages, &distribution)?;
    let mut install_at = packages.at;
    if let (Some(line), None) = (&install, install_at) {
        head.push(Line::New(
            line.clone(),
            packages.why("packages that the full image gave, or whose headers the builder has"),
        ));
        install_at = Some(usize::MAX);
    }
    let take_at = take_over_at(&planner, &decided);
    for step in planner.steps() {
        if Some(step.index) == install_at
            && let Some(line) = &install
        {
            let why = packages.why("packages that the program needs at run time");
            planner.add_to_runtime(line.clone(), why);
        }
        if let (true, Layout::Environment(creation)) = (step.index == first, &decided.layout) {
            let place = planner
                .builder
                .iter()
                .position(|line| starts_copies(&planner, line))
                .filter(|_| step.before.is_root() && creation.needs.is_none());
            let place = place.unwrap_or(planner.builder.len());
            let path = &environment.path;
            let made = Line::New(
                Added::Run(environment::commands(&planner, creation, step.index)),
                format!("packages go to {path}, which the runtime takes over"),
            );
            // pip would follow PATH, and bring the installer itself
            let first = (!creation.is_sent()).then(|| environment::path(path));
            let lines = [made].into_iter().chain(first).chain(environment::pins(path, creation));
            planner.builder.splice(place..place, lines);
        }
        if step.index == take_at {
            take_over(&mut planner, &decided);
        }
        take_own(&mut planner, &decided, step);
        step_to_stages(&mut planner, &decided, step)?;
        if step.index == work {
            for directory in decided.from_builder.clone() {
                planner.copy_from_builder(&directory, Vec::new(), "a command of the builder writes there");
            }
        }
    }
    runner::start_itself(&mut planner, &decided)?;
    planner.note_unknown_dependencies();
    Ok(planner.finish(runtime_image, head))
}

/// Before which instruction the runtime takes the dependencies over: before the sources, so that a change of those does
/// not bring the dependencies anew. A tree that stands in a user's or the application's directory waits for its own line.
fn take_over_at(planner: &Planner<'_>, decided: &Decided<'_>) -> usize {
    let copies = planner.steps().iter().filter(|step| matches!(step.keyword, Keyword::Copy | Keyword::Add));
    match decided.layout {
        Layout::Environment(_) => {
            copies.map(|step| step.index).chain([decided.first]).min().unwrap_or(decided.first)
        }
        // what sets up the libraries below the prefix finds them there
        Layout::Prefix(_) => {
            let builds = |step: &&Step| step.does(|effect| matches!(effect, Effect::InstallBuilt(_)));
            let built = planner.steps().iter().find(builds).map(|step| step.index);
            built.into_iter().chain([decided.first]).min().unwrap_or(decided.first)
        }
        Layout::Own(_) => decided.first,
    }
}

/// Commands that need the builder.
fn is_builders_work(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::InstallDependencies(_)
            | Effect::Compile(_)
            | Effect::Build
            | Effect::InstallBuilt(_)
            | Effect::CreateEnvironment(_)
    )
}

/// Sends one instruction to the stages that need it.
fn step_to_stages(planner: &mut Planner<'_>, decided: &Decided<'_>, step: &Step) -> Result<(), Note> {
    let in_builder = step.index <= decided.work;
    match step.keyword {
        Keyword::Run => return run(planner, decided, step),
        Keyword::Copy | Keyword::Add => {
            if let Some(copy) = &step.copy {
                copied(planner, decided, step, copy);
            }
        }
        Keyword::Arg | Keyword::Env | Keyword::Shell | Keyword::User | Keyword::Workdir => {
            if in_builder {
                planner.keep_in_builder(step, "both stages see it");
            }
            if !in_builder || !installers::only_speaks_to_them(planner, step, decided.work) {
                planner.keep_in_runtime(step, "the program sees it");
            }
        }
        _ => planner.keep_in_runtime(step, "says how the image is started"),
    }
    Ok(())
}

fn run(planner: &mut Planner<'_>, decided: &Decided<'_>, step: &Step) -> Result<(), Note> {
    if let Some(action) = step.actions.iter().find(|action| matches!(action.effect, Effect::Opaque(_))) {
        if step.index > decided.work {
            planner.keep_in_runtime(step, "runs after the last installation");
            return Ok(());
        }
        let Effect::Opaque(why) = &action.effect else { return Ok(()) };
        let message = format!("what this RUN does can't be told: {why}");
        return Err(
            Note::refusal(Reason::OpaqueShell, step.span, message).help("write it as plain shell commands")
        );
    }
    if step.index <= decided.work {
        planner.keep_in_builder(step, "installs or builds what the program needs");
        // what a repeated command reads, such as a certificate, was written before it
        for action in &step.actions {
            if !planner.is_repeated(action) {
                take_written(planner, decided, &action.effect.written());
            }
        }
        let again: Vec<bool> =
            step.actions.iter().map(|action| runs_in_both(planner, decided, action)).collect();
        let repeats = |action: &Action| {
            step.actions.iter().zip(&again).any(|(one, again)| *again && std::ptr::eq(one, action))
        };
        planner.replay(step, &repeats)?;
        let hidden =
            step.actions.iter().find(|action| action.nested && matches!(action.effect, Effect::Unknown(_)));
        if let Some(action) = hidden {
            let message = format!(
                "a script runs `{}`: what it writes outside of {} is not copied",
                action.text, action.directory
            );
            planner.notes.push(Note::assumption(Reason::UnknownCommand, action.span, message));
        }
        return Ok(());
    }
    let is_packages = |effect: &Effect| {
        matches!(
            effect,
            Effect::InstallPackages(_)
                | Effect::RemovePackages(_)
                | Effect::UpdatePackages
                | Effect::UpgradePackages
        )
    };
    if !step.does(is_packages) {
        let is_idle = step.actions.iter().all(|action| is_cleaning(&action.effect));
        if is_idle {
            planner.because(step, "cleans up after the installation, which stays behind");
        } else {
            planner.keep_in_runtime(step, "runs after the last installation");
        }
        return Ok(());
    }
    // the packages are installed by the runtime's own line; the rest of the RUN is repeated
    let rest = |action: &Action| !is_packages(&action.effect) && !is_cleaning(&action.effect);
    planner.because(step, "its packages are split between the stages");
    planner.replay(step, &rest)
}

/// Whether an unknown command of the builder runs in the runtime too: what it writes elsewhere than in a tree that comes
/// from the builder can't be told.
fn runs_in_both(planner: &Planner<'_>, decided: &Decided<'_>, action: &Action) -> bool {
    let in_tree = decided.from_builder.iter().any(|directory| is_within(&action.directory, directory));
    matches!(action.effect, Effect::Unknown(_)) && !in_tree && touched::runs_there(planner, action)
}

fn is_cleaning(effect: &Effect) -> bool {
    match effect {
        Effect::Nothing | Effect::UpdatePackages | Effect::RemovePackages(_) | Effect::Fetch => true,
        Effect::Remove(paths) => paths.iter().all(|path| {
            ["/tmp", "/root/.cache", "/var/lib/apt", "/var/cache", "/var/tmp"]
                .iter()
                .any(|cache| path.starts_with(cache))
        }),
        _ => false,
    }
}

/// A COPY: the builder gets what the installation reads, the runtime what the program may read.
fn copied(planner: &mut Planner<'_>, decided: &Decided<'_>, step: &Step, copy: &Copy) {
    let before_work = step.index <= decided.work;
    let replaced = copy.destination.as_ref().is_some_and(|destination| {
        before_work && decided.from_builder.iter().any(|directory| is_within(destination, directory))
    });
    if before_work {
        match (&decided.manifests, &copy.files) {
            (Some(manifests), Some(files)) => {
                let needed: Vec<_> = files.iter().filter(|(_, place)| manifests.contains(place)).collect();
                if needed.len() == files.len() {
                    planner.keep_in_builder(step, "the installation reads it");
                } else if !needed.is_empty() {
                    let needed: Vec<(String, String)> = needed.into_iter().cloned().collect();
                    for line in planner.copy_lines(&needed, &[], &planner.copy_flags(step), step) {
                        planner.add_to_builder(line, "all that the installation reads of the build context");
                    }
                }
                let only_manifests = files.iter().all(|(_, place)| manifests.contains(place));
                let comes_again = || files.iter().all(|(_, place)| planner.comes_again(step, place));
                if only_manifests && (comes_again() || !is_read(planner, files)) {
                    return;
                }
            }
            _ => planner.keep_in_builder(step, "the installation may read it"),
        }
    }
    if replaced {
        return;
    }
    if before_work && comes_unused_again(planner, step, copy) {
        return;
    }
    if before_work && installers::is_builders_tool(planner, copy, decided.work) {
        return;
    }
    let world = &planner.stage.world;
    if copy.files.as_ref().is_some_and(|files| files.iter().all(|(_, place)| !world.exists(place))) {
        return;
    }
    // `ADD https://…/install.sh /` that a later line removes
    if copy.fetched().is_some_and(|(_, place)| world.is_gone(&place)) {
        return;
    }
    planner.keep_in_runtime(step, "files that the program may read");
    match (&copy.files, &copy.destination) {
        (Some(files), _) => {
            for (_, place) in files {
                planner.have(place);
            }
        }
        (None, Some(destination)) => planner.have(destination),
        _ => {}
    }
}

/// Whether a later COPY brings the same files, and no command before it does more than install (python/poetry-checkers-settings).
fn comes_unused_again(planner: &Planner<'_>, step: &Step, copy: &Copy) -> bool {
    let Some(files) = copy.files.as_ref().filter(|files| copy.from.is_none() && !files.is_empty()) else {
        return false;
    };
    let again: Option<Vec<usize>> =
        files.iter().map(|(_, place)| planner.comes_again_at(step, place)).collect();
    let Some(last) = again.and_then(|again| again.into_iter().max()) else { return false };
    let world = &planner.stage.world;
    let installs = |action: &Action| {
        let is_exported = |paths: &Vec<String>| paths.iter().all(|path| world.exported.contains(path));
        if matches!(&action.effect, Effect::Write(paths) if is_exported(paths)) {
            return true;
        }
        matches!(
            action.effect,
            Effect::Nothing
                | Effect::Fetch
                | Effect::InstallDependencies(_)
                | Effect::InstallPackages(_)
                | Effect::RemovePackages(_)
                | Effect::UpdatePackages
                | Effect::UpgradePackages
                | Effect::CreateEnvironment(_)
        ) && (!action.nested || matches!(action.effect, Effect::InstallDependencies(_)))
    };
    let between = planner.steps().iter().filter(|one| one.index > step.index && one.index < last);
    between.filter(|one| one.keyword == Keyword::Run).flat_map(|one| &one.actions).all(installs)
}

/// Whether a later COPY brings the same files anyway (then this one may go), or a source names one of them.
fn is_read(planner: &Planner<'_>, files: &[(String, String)]) -> bool {
    let Some(context) = planner.sources.context else { return false };
    let metadata = &planner.sources.recipe.files.metadata;
    files.iter().any(|(source, _)| {
        let name = source.rsplit('/').next().unwrap_or(source);
        sources::mentions(context, name, &|file| file != source && !metadata.is_match(file))
    })
}

/// The runtime takes the dependencies over.
fn take_over(planner: &mut Planner<'_>, decided: &Decided<'_>) {
    match &decided.layout {
        Layout::Environment(_) => {
            let path = &decided.environment.path;
            planner.copy_from_builder(path, Vec::new(), "the installed packages and their programs");
            planner.runtime.push(environment::path(path));
        }
        Layout::Prefix(why) => {
            let environment = decided.environment;
            if planner.stage.world.image.has_more {
                for part in &environment.parts {
                    let path = format!("{}/{part}", environment.prefix);
                    planner.copy_from_builder(&path, Vec::new(), &format!("the installed packages: {why}"));
                }
            } else {
                let why = format!("the installed packages; the whole prefix, because {why}");
                planner.copy_from_builder(&environment.prefix, Vec::new(), &why);
            }
            let libraries = planner
                .steps()
                .iter()
                .any(|step| step.does(|effect| matches!(effect, Effect::InstallBuilt(_))));
            if libraries {
                planner.add_to_runtime(
                    Added::Run(vec!["ldconfig".to_owned()]),
                    "libraries below the prefix are found",
                );
            }
        }
        Layout::Own(_) => {}
    }
}

/// Directories of the file's own that this line makes, or is the first to install into: users and directories around them are
/// there by then.
fn take_own(planner: &mut Planner<'_>, decided: &Decided<'_>, step: &Step) {
    let Layout::Own(directories) = &decided.layout else { return };
    for directory in directories {
        let makes = |step: &&Step| {
            step.does(|effect| match effect {
                Effect::CreateEnvironment(path) => path == directory,
                Effect::InstallDependencies(found) => match &found.target {
                    Target::Directory(path) | Target::Environment(path) => is_within(path, directory),
                    Target::User => *directory == format!("{}/.local", step.home()),
                    _ => false,
                },
                _ => false,
            })
        };
        let made = planner.steps().iter().find(makes).map_or(decided.first, |step| step.index);
        if made == step.index {
            let owner = owner_of(planner, directory);
            planner.copy_from_builder(directory, owner, "the installed packages");
        }
    }
}

/// `--chown` for a tree that a user other than root installed.
fn owner_of(planner: &Planner<'_>, directory: &str) -> Vec<String> {
    let installed =
        layout::installations(planner).into_iter().find(|(_, dependencies)| match &dependencies.target {
            Target::User => directory.ends_with("/.local"),
            Target::Directory(path) | Target::Environment(path) => path.starts_with(directory),
            _ => false,
        });
    match installed {
        Some((step, _)) if !step.before.is_root() => {
            vec![format!("--chown={}", step.before.user.clone().unwrap_or_default())]
        }
        _ => Vec::new(),
    }
}

/// A file that a command of the builder wrote, outside of what is taken over or thrown away.
fn take_written(planner: &mut Planner<'_>, decided: &Decided<'_>, paths: &[&str]) {
    let own: &[String] = match &decided.layout {
        Layout::Own(directories) => directories,
        _ => &[],
    };
    let prefix = match decided.layout {
        Layout::Prefix(_) => decided.environment.prefix.as_str(),
        _ => decided.environment.path.as_str(),
    };
    for path in paths {
        let elsewhere = own.iter().map(String::as_str).chain([
            prefix,
            "/tmp",
            "/var/tmp",
            "/dev",
            "/etc/apt",
            "/usr/share/keyrings",
        ]);
        let skipped = elsewhere.into_iter().any(|directory| is_within(path, directory))
            || decided.from_builder.iter().any(|directory| is_within(path, directory))
            || planner.stage.world.is_foreign(path)
            || installers::is_only_theirs(planner, path);
        if !skipped && planner.stage.world.paths.contains_key(*path) {
            planner.copy_from_builder(path, Vec::new(), "a command of the builder writes it");
        }
    }
}

/// A container that starts a tool of the builder can't leave it behind.
fn check_toolchain(planner: &Planner<'_>) -> Result<(), Note> {
    planner.refuse_fetched_programs()?;
    let toolchain = &planner.sources.recipe.toolchain;
    match planner.needs.programs().find(|(need, _)| toolchain.contains(&need.name)) {
        Some((need, Asked { chain, .. })) => {
            let message = format!("{} starts `{}`, a tool of the builder", chain.last(), need.name);
            Err(Note::refusal(Reason::NeedsToolchain, chain.span, message))
        }
        None => Ok(()),
    }
}

fn starts_copies(planner: &Planner<'_>, line: &Line) -> bool {
    match line {
        Line::Instruction(index) | Line::Changed(index, ..) => {
            matches!(planner.sources.document.instructions[*index].keyword, Keyword::Copy | Keyword::Add)
        }
        Line::New(added, _) => matches!(added, Added::Copy { .. } | Added::CopyFrom { .. }),
    }
}
