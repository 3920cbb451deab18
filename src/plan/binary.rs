//! The plan for a compiled language: the builder keeps its lines, the runtime gets the programs at their old places and
//! the files that they may read.

use super::packages;
use super::planner::{Planner, mentions_variable};
use super::{Line, Plan};
use crate::analysis::effect::Effect;
use crate::analysis::need::Need;
use crate::analysis::step::Step;
use crate::analysis::world::Origin;
use crate::context::gomod;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::knowledge::Distribution;
use crate::knowledge::libraries::Cgo;
use crate::note::{Note, Reason};
use crate::recipe::product::{Outputs, Started, Surroundings};
use crate::recipe::{go, rust};

/// Plans; see [`super::plan`].
pub(super) fn plan(mut planner: Planner<'_>) -> Result<Plan, Note> {
    refuse_toolchain(&planner)?;
    let started = starter(&planner)?;
    let compiles: Vec<(&Step, &Outputs)> = compiles(&planner);
    let last = compiles.iter().map(|(step, _)| step.index).max();
    if last.is_none() && started.is_none() {
        let message = "no command compiles a program, so there is nothing to leave behind";
        return Err(Note::refusal(Reason::NothingToLeave, planner.stage.from.span, message));
    }
    let programs = programs(&planner, started.as_ref())?;
    let builder_distribution = planner.stage.world.image.distribution.clone();
    let libraries = libraries(&mut planner, &compiles);
    let mut packages = packages::split(&mut planner, &builder_distribution, &libraries, usize::MAX)?;
    planner.add_programs(&mut packages, None, &builder_distribution, usize::MAX)?;

    let free_of_cgo = is_free_of_cgo(&planner, &compiles, started.as_ref());
    let alone = packages.names.is_empty() && planner.starts_only(&programs) && !repeats_commands(&planner);
    let glibc = matches!(builder_distribution, Distribution::Debian(_) | Distribution::Ubuntu(_));
    let alpine = (glibc && free_of_cgo && alone && planner.requested.is_none())
        .then(|| planner.alpine_image())
        .flatten();
    let (runtime_image, distribution) = match alpine {
        Some(alpine) => alpine,
        None => (planner.bare_image()?, builder_distribution),
    };
    let data = planner.add_data(&mut packages, None, &distribution);
    let mut head = head(&planner, &programs);
    head.extend(data);
    let install = planner.packages_line(&packages, &distribution)?;
    if let (Some(line), None) = (&install, packages.at) {
        head.push(Line::New(
            line.clone(),
            "certificates, and packages that the program needs at run time".to_owned(),
        ));
    }
    let explicit_cgo =
        glibc && matches!(distribution, Distribution::Alpine(_)) && !sets_cgo(&planner, &compiles);
    let whole = whole_directories(&planner)?;
    let manifests = manifests_first(&planner);
    let mut taken: Vec<String> = Vec::new();
    for step in planner.steps() {
        if Some(step.index) == packages.at
            && let Some(line) = &install
        {
            planner.add_to_runtime(line.clone(), "packages that the program needs at run time");
        }
        let compiles_here = step.does(|effect| matches!(effect, Effect::Compile(_)));
        if compiles_here && explicit_cgo && !planner.builder.iter().any(is_cgo_line) {
            planner.add_to_builder(
                "ENV CGO_ENABLED=0",
                "the runtime has another C library, and the program needs none",
            );
        }
        if let Some((at, pairs)) = &manifests
            && *at == step.index
        {
            for line in planner.copy_lines(pairs, "", step) {
                planner.add_to_builder(line, "dependencies are fetched before the sources, so that a change of those does not fetch them anew");
            }
            let fetch =
                planner.sources.recipe.manifests.as_ref().map(|manifests| format!("RUN {}", manifests.fetch));
            planner.add_to_builder(fetch.unwrap_or_default(), "fetches the dependencies");
        }
        step_to_stages(&mut planner, step, &whole)?;
        take_programs(&mut planner, step, &programs, &mut taken);
        if Some(step.index) == last_change(&planner, &whole) {
            for directory in &whole {
                planner.copy_from_builder(directory, "", "a command of the builder may write anywhere in it");
            }
        }
    }
    if let Some(started) = &started {
        if explicit_cgo && !planner.builder.iter().any(is_cgo_line) {
            planner.add_to_builder(
                "ENV CGO_ENABLED=0",
                "the runtime has another C library, and the program needs none",
            );
        }
        if !compiles.iter().any(|(_, outputs)| outputs.programs.contains(&started.program)) {
            planner.add_to_builder(
                format!("RUN {}", started.build),
                "builds once what the container built at every start",
            );
        }
        start_program(&mut planner, started)?;
    }
    for program in &programs {
        if !taken.contains(program) && !whole.iter().any(|directory| is_within(program, directory)) {
            planner.insert_before_start(program);
        }
    }
    Ok(planner.finish(runtime_image, head))
}

/// The COPY that brings manifests and sources together, and the manifests, where they are all that fetching reads.
fn manifests_first(planner: &Planner<'_>) -> Option<(usize, Vec<(String, String)>)> {
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
            let place = crate::recipe::command::absolute(workdir, name);
            files.iter().find(|(_, at)| *at == place).cloned()
        };
        let found: Vec<(String, String)> = manifests.files.iter().filter_map(in_workdir).collect();
        if found.is_empty() {
            continue;
        }
        let directory = found[0].0.rsplit_once('/').map_or("", |(directory, _)| directory);
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

/// Every compilation with its step.
fn compiles<'a>(planner: &Planner<'a>) -> Vec<(&'a Step, &'a Outputs)> {
    let of = |step: &'a Step| {
        step.actions.iter().filter_map(move |action| match &action.effect {
            Effect::Compile(outputs) => Some((step, outputs)),
            _ => None,
        })
    };
    planner.steps().iter().flat_map(of).collect()
}

/// What the builder does in place of a start through the toolchain.
fn starter(planner: &Planner<'_>) -> Result<Option<Started>, Note> {
    let Some(start) = &planner.needs.starter else { return Ok(None) };
    let refuse = |message: String| Note::refusal(Reason::NeedsToolchain, start.span, message);
    if !start.whole && !is_simple_shell_form(planner) {
        let message = format!("`{}` stands in a script or among other commands", start.starter.run.join(" "));
        return Err(refuse(message).help("build the program in a RUN and start it by its path"));
    }
    let state = &planner.stage.state;
    let directory = state.workdir.clone().unwrap_or_else(|| "/".to_owned());
    let home = crate::analysis::step::home(state);
    let locate = |path: &str| planner.stage.world.context_path(path);
    let around = Surroundings {
        context: planner.sources.context,
        locate: &locate,
        home: &home,
        version: planner.stage.world.image.version.as_deref(),
        root: state.is_root(),
    };
    let started = match start.starter.from.as_str() {
        "go-run" => go::run(&start.words, &start.starter.values, &directory, around),
        _ => {
            let rule = crate::recipe::command::CommandRule::starter(&start.starter);
            let call = rule.and_then(|rule| rule.call(&start.words));
            let mut call = call.ok_or_else(|| refuse("the command can't be read".to_owned()))?;
            call.directory = directory;
            call.variables = state.known_variables();
            rust::run(&call, around)
        }
    };
    started.map(Some).map_err(refuse)
}

/// A shell form of one plain command can be written anew in exec form.
fn is_simple_shell_form(planner: &Planner<'_>) -> bool {
    let config = &planner.stage.world.config;
    let invocation = config.entrypoint.as_ref().filter(|one| !one.is_empty()).or(config.command.as_ref());
    let Some(crate::analysis::config::Form::Shell(text)) = invocation.map(|one| &one.form) else {
        return false;
    };
    !text.contains(['$', '&', '|', ';', '>', '<', '`', '*', '?', '(', '"', '\'', '\\', '#', '~', '{'])
}

/// The instruction that started the toolchain starts the program.
fn start_program(planner: &mut Planner<'_>, started: &Started) -> Result<(), Note> {
    let Some(span) = planner.needs.starter.as_ref().and_then(|start| start.span) else { return Ok(()) };
    let document = planner.sources.document;
    let Some(index) = document.instructions.iter().position(|instruction| instruction.span == span) else {
        return Ok(());
    };
    let words = std::iter::once(&started.program).chain(&started.arguments);
    let json =
        words.map(|word| serde_json::Value::from(word.as_str()).to_string()).collect::<Vec<_>>().join(", ");
    let instruction = &document.instructions[index];
    let place = match &instruction.arguments {
        Arguments::Text(text) => text.span,
        Arguments::Json(words) => match (words.first(), words.last()) {
            (Some(first), Some(last)) => crate::dockerfile::span::Span::new(first.span.start, last.span.end),
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let text = if matches!(instruction.arguments, Arguments::Text(_)) { format!("[{json}]") } else { json };
    for line in &mut planner.runtime {
        if *line == Line::Instruction(index) {
            *line = Line::Changed(index, place, text.clone());
        }
    }
    Ok(())
}

/// A container that starts a tool of the builder, or nothing but a shell, can't leave the builder behind.
fn refuse_toolchain(planner: &Planner<'_>) -> Result<(), Note> {
    let toolchain = &planner.sources.recipe.toolchain;
    let alone = planner.needs.programs.len() == 1;
    let is_tool = |need: &&Need| {
        let is_shell = alone && need.main && ["sh", "bash", "ash"].contains(&need.name.as_str());
        (is_shell && planner.needs.words.len() == 1 || toolchain.contains(&need.name))
            && need.path.as_ref().is_none_or(|path| !planner.stage.world.paths.contains_key(path))
    };
    if let Some(need) = planner.needs.programs.iter().find(is_tool) {
        let message = match toolchain.contains(&need.name) {
            true => format!("{} starts `{}`, a tool of the builder", need.raised_by, need.name),
            false => format!(
                "the container starts nothing but `{}`: the image is one to work in, with its tools",
                need.name
            ),
        };
        return Err(Note::refusal(Reason::NeedsToolchain, need.span, message)
            .help("a container that builds at start needs the whole image: leave it as it is"));
    }
    Ok(())
}

/// Absolute paths of the programs that the runtime takes over.
fn programs(planner: &Planner<'_>, started: Option<&Started>) -> Result<Vec<String>, Note> {
    if let Some(started) = started {
        return Ok(vec![started.program.clone()]);
    }
    let world = &planner.stage.world;
    let mut programs: Vec<String> = Vec::new();
    for need in &planner.needs.programs {
        let Some(path) = &need.path else { continue };
        let made = |origin: &Origin| matches!(origin, Origin::Compiled | Origin::Written);
        if world.find(path).is_some_and(|entry| made(&entry.origin)) && !programs.contains(path) {
            programs.push(path.clone());
        }
    }
    if !programs.is_empty() {
        // programs with a place of their own were meant to be in the image
        for (path, entry) in &world.paths {
            let named = entry.origin == Origin::Compiled && !entry.tree;
            if named && !programs.contains(path) {
                programs.push(path.clone());
            }
        }
        return Ok(programs);
    }
    let main = planner.needs.programs.iter().find(|need| need.main);
    let compiles = compiles(planner);
    let unknown = compiles.iter().find_map(|(step, outputs)| Some((step.span, outputs.unknown.clone()?)));
    match (main, unknown) {
        (Some(need), Some((span, why))) => {
            let message = format!("which program this writes can't be told: {why}");
            Err(Note::refusal(Reason::UnknownOutput, span, message).help(format!(
                "{} starts `{}`: give the program that path with an option of the build",
                need.raised_by, need.name
            )))
        }
        (Some(need), None) => {
            let message =
                format!("{} starts `{}`, which no line of the file makes", need.raised_by, need.name);
            Err(Note::refusal(Reason::NoProgram, need.span, message)
                .help("start the program that the build writes, by its path"))
        }
        (None, _) => {
            let message = "the container starts no program that the file builds";
            Err(Note::refusal(Reason::NoProgram, planner.stage.from.span, message)
                .help("add a CMD or ENTRYPOINT that starts the built program"))
        }
    }
}

/// Lines before all others of the runtime: what the builder's image set and a later line or the container relies on.
fn head(planner: &Planner<'_>, programs: &[String]) -> Vec<Line> {
    let image = &planner.stage.world.image;
    let mut lines = Vec::new();
    let document = planner.sources.document;
    let sets = |step: &&Step, name: &str| {
        matches!(&document.instructions[step.index].arguments, Arguments::Pairs(pairs)
            if step.keyword == Keyword::Env && pairs.iter().any(|pair| pair.key.text == name))
    };
    for (name, value) in image.environment.iter().filter(|(name, _)| name != "PATH") {
        let lines_of_runtime = planner.steps().iter().filter(|step| step.keyword != Keyword::Run);
        let used = lines_of_runtime.clone().find(|step| mentions_variable(document.slice(step.span), name));
        let set = lines_of_runtime.clone().find(|step| sets(step, name));
        if used.is_some_and(|used| set.is_none_or(|set| set.index >= used.index)) {
            let why = format!("the builder's image sets it, and a line uses ${name}");
            lines.push(Line::New(format!("ENV {name}={value}"), why));
        }
    }
    // a program that is found by its bare name has to stay on PATH
    let bare = planner
        .needs
        .programs
        .iter()
        .filter(|need| need.path.as_ref().is_some_and(|path| programs.contains(path)));
    let system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    let mut directories: Vec<&str> = Vec::new();
    for need in bare {
        let Some((directory, _)) = need.path.as_deref().and_then(|path| path.rsplit_once('/')) else {
            continue;
        };
        let on_image_path = image
            .environment
            .iter()
            .any(|(name, value)| name == "PATH" && value.split(':').any(|one| one == directory));
        if on_image_path && !system.contains(&directory) && !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    if !directories.is_empty() {
        lines.push(Line::New(
            format!("ENV PATH=\"{}:$PATH\"", directories.join(":")),
            "the builder's image finds programs there".to_owned(),
        ));
    }
    let has_workdir = planner.steps().iter().any(|step| step.keyword == Keyword::Workdir);
    if image.workdir != "/" && !image.workdir.is_empty() && !has_workdir {
        lines.push(Line::New(
            format!("WORKDIR {}", image.workdir),
            "the builder's image starts there".to_owned(),
        ));
    }
    lines
}

/// Sends one instruction to the stages that need it.
fn step_to_stages(planner: &mut Planner<'_>, step: &Step, whole: &[String]) -> Result<(), Note> {
    match step.keyword {
        Keyword::Run => {
            planner.keep_in_builder(step, "the build");
            planner.replay(step, &|_| false)?;
            for action in &step.actions {
                if let Effect::Write(paths) = &action.effect {
                    take_written(planner, paths, whole);
                }
            }
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

/// The programs that a step makes go to the runtime at its place.
fn take_programs(planner: &mut Planner<'_>, step: &Step, programs: &[String], taken: &mut Vec<String>) {
    for program in programs {
        let made_here =
            planner.stage.world.find(program).is_some_and(|entry| entry.instruction == step.index);
        if made_here && !taken.contains(program) {
            planner.copy_from_builder(program, "", "the program, at its old place");
            taken.push(program.clone());
        }
    }
}

/// Files that a command wrote, outside of what is thrown away.
fn take_written(planner: &mut Planner<'_>, paths: &[String], whole: &[String]) {
    for path in paths {
        let skipped = [
            "/tmp",
            "/var/tmp",
            "/dev",
            "/etc/apt",
            "/root/.ssh",
            "/root/.cargo",
            "/root/.gitconfig",
            "/var/lib/apt",
        ];
        let recipe = planner.sources.recipe;
        let skipped = skipped.iter().any(|directory| is_within(path, directory))
            || whole.iter().any(|directory| is_within(path, directory))
            || recipe.files.sources.is_match(path.trim_start_matches('/'));
        if !skipped && planner.stage.world.paths.contains_key(path) {
            planner.copy_from_builder(path, "", "a command of the builder writes it");
        }
    }
}

/// Directories in which a command may have written anything: they are taken over whole.
fn whole_directories(planner: &Planner<'_>) -> Result<Vec<String>, Note> {
    let mut directories: Vec<String> = Vec::new();
    for step in planner.steps() {
        for action in &step.actions {
            let refuse = |why: &str| {
                let message = format!("what `{}` writes can't be told: {why}", short(&action.text));
                Note::refusal(Reason::UnknownCommand, action.span, message)
            };
            match &action.effect {
                Effect::Opaque(why) => {
                    let message = format!("what this RUN does can't be told: {why}");
                    return Err(Note::refusal(Reason::OpaqueShell, action.span, message)
                        .help("write it as plain shell commands"));
                }
                Effect::InstallBuilt(_) | Effect::InstallDependencies(_) => {
                    return Err(refuse("it installs for the system")
                        .help("install it in the runtime with a package manager"));
                }
                Effect::Unknown(paths) => {
                    let outside = paths.iter().find(|path| !is_harmless(planner, path));
                    if let Some(path) = outside {
                        return Err(refuse(&format!("it names {path}")));
                    }
                    if is_script_like(&action.text) && planner.sources.context.is_none() {
                        return Err(refuse("the build context can't be seen, so the script can't be read"));
                    }
                    add_directory(planner, &mut directories, &action.directory)
                        .map_err(|why| refuse(&why))?;
                }
                Effect::Build => {
                    add_directory(planner, &mut directories, &action.directory).map_err(|why| refuse(&why))?
                }
                _ => {}
            }
        }
    }
    Ok(directories)
}

fn add_directory(
    planner: &Planner<'_>,
    directories: &mut Vec<String>,
    directory: &str,
) -> Result<(), String> {
    if is_within(directory, "/tmp") || directories.iter().any(|known| is_within(directory, known)) {
        return Ok(());
    }
    let destinations = planner.steps().iter().filter_map(|step| step.copy.as_ref()?.destination.as_deref());
    let tree = destinations
        .filter(|destination| *destination != "/" && is_within(directory, destination))
        .min_by_key(|path| path.len());
    let Some(tree) = tree else {
        return if directory.matches('/').count() > 1 || directory == "/" {
            Err(format!("it runs in {directory}"))
        } else {
            Ok(())
        };
    };
    let inside_target = compiles(planner).iter().any(|(_, outputs)| {
        outputs.programs.iter().any(|program| program.contains("/target/") && is_within(program, tree))
    });
    if inside_target {
        return Err(format!("it runs in {tree}, beside the compiler's own files"));
    }
    directories.push(tree.to_owned());
    Ok(())
}

/// Paths that an unknown command may name without writing for the image.
fn is_harmless(planner: &Planner<'_>, path: &str) -> bool {
    ["/tmp", "/dev", "/proc", "/var/tmp"].iter().any(|directory| is_within(path, directory))
        || planner.stage.world.exists(path)
}

fn is_script_like(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.contains('/') || matches!(first, "sh" | "bash")
}

fn short(text: &str) -> &str {
    let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
    text[..end].lines().next().unwrap_or_default()
}

/// Index of the last step that may change one of the directories.
fn last_change(planner: &Planner<'_>, whole: &[String]) -> Option<usize> {
    let touches = |step: &&Step| {
        let copied = step.copy.as_ref().and_then(|copy| copy.destination.as_deref());
        copied.is_some_and(|path| whole.iter().any(|directory| is_within(path, directory)))
            || step.actions.iter().any(|action| {
                matches!(
                    action.effect,
                    Effect::Unknown(_) | Effect::Build | Effect::Compile(_) | Effect::Write(_)
                ) && whole.iter().any(|directory| is_within(&action.directory, directory))
            })
    };
    if whole.is_empty() {
        return None;
    }
    planner.steps().iter().filter(touches).map(|step| step.index).max()
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

/// Distribution packages that the compiled programs link.
fn libraries(planner: &mut Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let knowledge = planner.sources.knowledge;
    let image = &planner.stage.world.image;
    let installed: Vec<String> =
        packages::installed(planner).iter().flat_map(|(_, packages)| packages.names.clone()).collect();
    match planner.sources.recipe.libraries.as_deref() {
        Some("rust") => {
            let locks = rust_crates(planner, compiles);
            let in_lock = |name: &str| locks.iter().any(|known| known == name);
            locks
                .iter()
                .flat_map(|name| knowledge.rust_crate(name, image, &in_lock, &installed).packages)
                .collect()
        }
        Some("go") => {
            let modules = go_modules(planner, compiles);
            let needs = modules.iter().filter_map(|module| match knowledge.go_module(module, image) {
                Cgo::Needs(packages) => Some(packages),
                _ => None,
            });
            needs.flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// Crates that may be linked: those of Cargo.lock; without it those of the manifests and what they usually bring.
fn rust_crates(planner: &mut Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let directories = source_directories(planner, compiles);
    let workspaces = planner.sources.context.into_iter().flat_map(|context| {
        directories
            .iter()
            .filter_map(|directory| crate::context::cargo::workspace(context, directory).ok())
            .collect::<Vec<_>>()
    });
    let mut crates: Vec<String> = Vec::new();
    let mut is_locked = false;
    for workspace in workspaces {
        match &workspace.lock {
            Some(lock) => {
                is_locked = true;
                crates.extend(lock.keys().cloned());
            }
            None => crates.extend(workspace.packages.iter().flat_map(|package| package.dependencies.clone())),
        }
    }
    if !is_locked {
        let unlocked = planner.sources.recipe.unlocked_crates.clone();
        let message = format!(
            "no Cargo.lock was seen: the program is taken to link what {} links",
            unlocked.join(", ")
        );
        let span = compiles.first().map(|(step, _)| step.span);
        planner.notes.push(
            Note::assumption(Reason::ImpliedPackage, span, message)
                .help("commit Cargo.lock, or check with `ldd` that the runtime has every library"),
        );
        crates.extend(unlocked);
    }
    crates
}

fn go_modules(planner: &Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let Some(context) = planner.sources.context else { return Vec::new() };
    let directories = source_directories(planner, compiles);
    let modules = directories
        .iter()
        .filter_map(|directory| gomod::GoModule::parse(&context.text(&go::join(directory, "go.mod"))?));
    modules.flat_map(|module| module.requires).collect()
}

/// Context directories at or above the compiled sources that may hold a manifest.
fn source_directories(planner: &Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let mut images: Vec<String> = compiles.iter().flat_map(|(_, outputs)| outputs.sources.clone()).collect();
    images.extend(planner.stage.state.workdir.clone());
    let mut directories: Vec<String> = Vec::new();
    for image in images {
        let Some(mut at) = planner.stage.world.context_path(&image) else { continue };
        loop {
            if !directories.contains(&at) {
                directories.push(at.clone());
            }
            match at.rsplit_once('/') {
                Some((parent, _)) => at = parent.to_owned(),
                None if at.is_empty() => break,
                None => at = String::new(),
            }
        }
    }
    directories
}

/// Whether every program of the file is proven to link no C library.
fn is_free_of_cgo(planner: &Planner<'_>, compiles: &[(&Step, &Outputs)], started: Option<&Started>) -> bool {
    if planner.sources.recipe.libraries.as_deref() != Some("go") {
        return false;
    }
    let said: Vec<Option<bool>> = compiles.iter().map(|(_, outputs)| outputs.cgo).collect();
    if said.contains(&Some(true)) || (compiles.is_empty() && started.is_none()) {
        return false;
    }
    if !said.is_empty() && said.iter().all(|cgo| *cgo == Some(false)) {
        return true;
    }
    let Some(context) = planner.sources.context else { return false };
    let directories = source_directories(planner, compiles);
    let root = directories.iter().find(|directory| context.entry(&go::join(directory, "go.mod")).is_some());
    let Some(root) = root else { return false };
    let module = context.text(&go::join(root, "go.mod")).and_then(|text| gomod::GoModule::parse(&text));
    let Some(module) = module.filter(|module| module.local_replaces.is_empty()) else { return false };
    let image = &planner.stage.world.image;
    let vendored = context.exists(&go::join(root, "vendor"));
    let dependencies = match vendored {
        true => gomod::vendor_uses_cgo(context, root) == Some(false),
        false => {
            module.requires.iter().all(|path| planner.sources.knowledge.go_module(path, image) == Cgo::Pure)
        }
    };
    dependencies && gomod::packages(context, root).iter().all(|package| !package.uses_cgo)
}

fn sets_cgo(_planner: &Planner<'_>, compiles: &[(&Step, &Outputs)]) -> bool {
    !compiles.is_empty() && compiles.iter().all(|(_, outputs)| outputs.cgo == Some(false))
}

fn is_cgo_line(line: &Line) -> bool {
    matches!(line, Line::New(text, _) if text.starts_with("ENV CGO_ENABLED"))
}

fn is_within(path: &str, directory: &str) -> bool {
    path == directory || directory == "/" || path.starts_with(&format!("{directory}/"))
}

impl Planner<'_> {
    /// A program that no step of the file makes (the builder's own addition) stands before the line that starts it.
    fn insert_before_start(&mut self, program: &str) {
        let document = self.sources.document;
        let starts = |line: &Line| match line {
            Line::Instruction(index) | Line::Changed(index, ..) => {
                matches!(
                    document.instructions[*index].keyword,
                    Keyword::Cmd
                        | Keyword::Entrypoint
                        | Keyword::Healthcheck
                        | Keyword::User
                        | Keyword::Expose
                )
            }
            Line::New(..) => false,
        };
        let place = self.runtime.iter().position(starts).unwrap_or(self.runtime.len());
        let text = format!("COPY --from={{builder}} {program} {program}");
        self.have(program);
        self.runtime.insert(place, Line::New(text, "the program, at its old place".to_owned()));
    }
}
