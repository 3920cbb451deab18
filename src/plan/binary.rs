//! The plan for a compiled language: the builder keeps its lines, the runtime gets the programs at their old places and
//! the files that they may read.

use super::line::{Added, Line};
use super::planner::Planner;
use super::{Plan, inherited, linked, manifests, outputs, packages, requirements, starter, touched};
use crate::analysis::effect::{Action, Effect, LOCAL_PREFIX, installed_below};
use crate::analysis::step::Step;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::knowledge::Distribution;
use crate::note::{Note, Reason};
use crate::recipe::path::is_within;
use crate::recipe::product::Outputs;

/// Plans; see [`super::plan`].
pub(super) fn plan(mut planner: Planner<'_>) -> Result<Plan, Note> {
    outputs::refuse_toolchain(&planner)?;
    let started = starter::starter(&planner)?;
    let compiles: Vec<(&Step, &Outputs)> = outputs::compiles(&planner);
    let last = compiles.iter().map(|(step, _)| step.index).max();
    let builds = planner.steps().iter().any(|step| step.does(|effect| matches!(effect, Effect::Build)));
    if last.is_none() && started.is_none() && !builds {
        let message = "no command compiles a program, so there is nothing to leave behind";
        return Err(Note::refusal(Reason::NothingToLeave, planner.stage.from.span, message));
    }
    let programs = outputs::programs(&planner, started.as_ref())?;
    let builder_distribution = planner.stage.world.image.distribution.clone();
    let mut libraries = linked::libraries(&mut planner, &compiles, &programs);
    libraries.extend(requirements::opened(&planner));
    let mut packages = packages::split(&mut planner, &builder_distribution, &libraries, usize::MAX)?;
    planner.add_programs(&mut packages, None, &builder_distribution, usize::MAX)?;

    let whole = touched::whole_directories(&planner, &programs)?;
    // a target that can't be read may have written the program itself
    let is_known = |program: &String| !whole.iter().any(|directory| is_within(program, directory));
    let free_of_cgo = linked::is_free_of_cgo(&planner, &compiles, started.as_ref());
    let glibc = matches!(builder_distribution, Distribution::Debian(_) | Distribution::Ubuntu(_));
    let may_move = glibc
        && free_of_cgo
        && packages.names.is_empty()
        && programs.iter().all(is_known)
        && !repeats_commands(&planner)
        && !planner.brings_foreign_programs();
    let alpine = planner
        .alpine_image()
        .filter(|_| may_move && planner.requested.is_none() && planner.starts_only(&programs));
    let (runtime_image, distribution) = match alpine {
        Some(alpine) => alpine,
        None => {
            let links = !free_of_cgo || !packages.names.is_empty() || planner.brings_foreign_programs();
            (planner.bare_image(links)?, builder_distribution)
        }
    };
    let data = planner.add_data(&mut packages, None, &distribution);
    let mut head = inherited::head(&planner, &programs);
    head.extend(data);
    let install = planner.packages_line(&packages, &distribution)?;
    if let (Some(line), None) = (&install, packages.at) {
        head.push(Line::New(
            line.clone(),
            packages.why("certificates, and packages that the program needs at run time"),
        ));
    }
    let explicit_cgo =
        glibc && matches!(distribution, Distribution::Alpine(_)) && !linked::sets_cgo(&compiles);
    touched::note_whole(&mut planner, &whole);
    outputs::note_conditions(&mut planner);
    outputs::note_generated(&mut planner);
    let manifests = manifests::before_sources(&planner);
    let mut taken: Vec<String> = Vec::new();
    for step in planner.steps() {
        if Some(step.index) == packages.at
            && let Some(line) = &install
        {
            let why = packages.why("packages that the program needs at run time");
            planner.add_to_runtime(line.clone(), why);
        }
        let compiles_here = step.does(|effect| matches!(effect, Effect::Compile(_)));
        if compiles_here && explicit_cgo && !planner.builder.iter().any(linked::is_cgo_line) {
            planner.add_to_builder(
                linked::without_cgo(),
                "the runtime has another C library, and the program needs none",
            );
        }
        if let Some((at, pairs)) = &manifests
            && *at == step.index
        {
            for line in planner.copy_lines(pairs, &[], &[], step) {
                planner.add_to_builder(line, "dependencies are fetched before the sources, so that a change of those does not fetch them anew");
            }
            let fetch = planner.sources.recipe.manifests.iter().map(|manifests| manifests.fetch.clone());
            planner.add_to_builder(Added::Run(fetch.collect()), "fetches the dependencies");
        }
        let alone: Vec<String> = programs
            .iter()
            .filter(|program| !whole.iter().any(|directory| is_within(program, directory)))
            .cloned()
            .collect();
        // a RUN that also starts what it built needs the program first
        if step.actions.iter().any(|action| touched::starts_own(action, &programs)) {
            take_programs(&mut planner, step, &alone, &mut taken);
        }
        step_to_stages(&mut planner, step, &whole, &programs)?;
        take_programs(&mut planner, step, &alone, &mut taken);
        if Some(step.index) == touched::last_change(&planner, &whole) {
            for directory in &whole {
                planner.copy_from_builder(
                    directory,
                    Vec::new(),
                    "a command of the builder may write anywhere in it",
                );
            }
        }
    }
    if let Some(started) = &started {
        if explicit_cgo && !planner.builder.iter().any(linked::is_cgo_line) {
            planner.add_to_builder(
                linked::without_cgo(),
                "the runtime has another C library, and the program needs none",
            );
        }
        let changes = |step: &&Step| matches!(step.keyword, Keyword::Copy | Keyword::Add | Keyword::Run);
        let last = planner.steps().iter().filter(changes).map(|step| step.index).max();
        let is_fresh = |step: &Step, outputs: &Outputs| {
            outputs.programs.contains(&started.program) && Some(step.index) == last
        };
        if !compiles.iter().any(|(step, outputs)| is_fresh(step, outputs)) {
            planner.add_to_builder(
                Added::Run(vec![started.build.clone()]),
                "builds once what the container built at every start",
            );
        }
        starter::start_program(&mut planner, started)?;
    }
    for program in &programs {
        if !taken.contains(program) && !whole.iter().any(|directory| is_within(program, directory)) {
            planner.insert_before_start(program);
        }
    }
    Ok(planner.finish(runtime_image, head))
}

/// Sends one instruction to the stages that need it.
fn step_to_stages(
    planner: &mut Planner<'_>,
    step: &Step,
    whole: &[String],
    programs: &[String],
) -> Result<(), Note> {
    match step.keyword {
        Keyword::Run => {
            let runs_own = |action: &Action| {
                matches!(action.effect, Effect::Unknown(_)) && touched::starts_own(action, programs)
            };
            planner.keep_in_builder(step, "the build");
            take_installed(planner, step);
            // what a repeated command reads, such as a certificate, was written before it
            for action in &step.actions {
                take_written(planner, step, &action.effect.written(), whole);
            }
            planner.replay(step, &runs_own)?;
        }
        Keyword::Copy | Keyword::Add => {
            planner.keep_in_builder(step, "the build may read it");
            let Some(copy) = &step.copy else { return Ok(()) };
            let destination = copy.destination.as_deref().unwrap_or("/");
            if !whole.iter().any(|directory| is_within(destination, directory)) {
                planner.take_files(step, copy);
            }
        }
        Keyword::Env => {
            planner.keep_in_builder(step, "both stages see it");
            let document = planner.sources.document;
            let instruction = &document.instructions[step.index];
            let only_builds = matches!(&instruction.arguments, Arguments::Pairs(pairs)
                if pairs.iter().all(|pair| planner.sources.recipe.is_build_variable(&pair.key.text)));
            if !only_builds {
                planner.keep_in_runtime(step, "the program sees it");
            }
        }
        Keyword::Arg | Keyword::Shell | Keyword::User | Keyword::Workdir => {
            planner.keep_in_builder(step, "both stages see it");
            planner.keep_in_runtime(step, "the program sees it");
        }
        _ => planner.keep_in_runtime(step, "says how the image is started"),
    }
    Ok(())
}

/// `--chown` for a program that the RUN which makes it surely gives to somebody: `go build -o server && chown app server`
/// (go/program-of-a-user).
fn owner_of(step: &Step, program: &str) -> Vec<String> {
    let gives = |action: &&Action| {
        action.program == "chown"
            && action.certainty.is_sure()
            && matches!(&action.effect, Effect::ChangeOwner(paths) if paths.iter().any(|path| is_within(program, path)))
    };
    let owner = step.actions.iter().rfind(gives).and_then(|action| {
        action.text.split(' ').skip(1).find(|word| !word.starts_with('-')).map(str::to_owned)
    });
    // what another user than root builds is that user's (rust/built-by-a-user)
    let user = || step.before.user.clone().filter(|_| !step.before.is_root());
    let is_plain = |owner: &String| !owner.contains(['$', '`', '"', '\'']);
    owner.or_else(user).filter(is_plain).map(|owner| format!("--chown={owner}")).into_iter().collect()
}

/// The programs that a step makes go to the runtime at its place.
fn take_programs(planner: &mut Planner<'_>, step: &Step, programs: &[String], taken: &mut Vec<String>) {
    for program in programs {
        let made_here =
            planner.stage.world.find(program).is_some_and(|entry| entry.instruction == step.index);
        if made_here && !taken.contains(program) {
            let owner = owner_of(step, program);
            planner.copy_from_builder(program, owner, "the program, at its old place");
            taken.push(program.clone());
        }
    }
}

/// Libraries that a C project of foreign sources installs: the linker's table is made anew behind them.
fn take_installed(planner: &mut Planner<'_>, step: &Step) {
    for action in &step.actions {
        let Effect::InstallBuilt(prefixes) = &action.effect else { continue };
        for prefix in prefixes {
            let taken = installed_below(prefix);
            planner.copy_from_builder(&taken, Vec::new(), "libraries that are built from source");
            let message = format!(
                "`{}` is taken to install libraries: of what it puts below {prefix}, the runtime gets {taken}",
                touched::short(&action.text)
            );
            planner.notes.push(
                Note::assumption(Reason::UnknownCommand, action.span, message)
                    .help("if the program needs other files of it, copy them from the builder too"),
            );
        }
        let glibc = matches!(
            planner.stage.world.image.distribution,
            Distribution::Debian(_) | Distribution::Ubuntu(_)
        );
        let is_searched = prefixes.iter().any(|prefix| prefix == LOCAL_PREFIX);
        let sets_up = step.actions.iter().any(|action| matches!(action.effect, Effect::Configure));
        if glibc && is_searched && !sets_up {
            planner.add_to_runtime(Added::Run(vec!["ldconfig".to_owned()]), "the libraries are found");
        }
    }
}

/// Files that a command wrote, outside of what is thrown away.
fn take_written(planner: &mut Planner<'_>, step: &Step, paths: &[&str], whole: &[String]) {
    for path in paths {
        let skipped = [
            "/tmp",
            "/var/tmp",
            "/dev",
            "/etc/apt",
            "/usr/share/keyrings",
            "/root/.ssh",
            "/root/.cargo",
            "/root/.gitconfig",
            "/var/lib/apt",
        ];
        let recipe = planner.sources.recipe;
        let skipped = skipped.iter().any(|directory| is_within(path, directory))
            || whole.iter().any(|directory| is_within(path, directory))
            || planner.stage.world.is_foreign(path)
            || recipe.files.sources.is_match(path.trim_start_matches('/'));
        if !skipped && planner.stage.world.paths.contains_key(*path) {
            planner.copy_from_builder(path, owner_of(step, path), "a command of the builder writes it");
        }
    }
}

/// Whether the runtime would repeat commands of the builder's distribution.
fn repeats_commands(planner: &Planner<'_>) -> bool {
    planner.steps().iter().any(|step| {
        step.does(|effect| {
            matches!(
                effect,
                Effect::CreateUser(_) | Effect::ChangeUsers | Effect::Configure | Effect::InstallBuilt(_)
            )
        })
    }) || !planner.stage.state.is_root()
}
