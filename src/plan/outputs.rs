//! The programs that the runtime takes over: those that the container starts, and those that the build meant for the image.

use super::planner::Planner;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::need::{Asked, Caller, Program};
use crate::analysis::step::Step;
use crate::analysis::world::Origin;
use crate::context::sources;
use crate::note::{Note, Reason};
use crate::recipe::product::{Outputs, Started};

/// Every compilation with its step.
pub(super) fn compiles<'a>(planner: &Planner<'a>) -> Vec<(&'a Step, &'a Outputs)> {
    let of = |step: &'a Step| {
        step.actions.iter().filter_map(move |action| match &action.effect {
            Effect::Compile(outputs) => Some((step, outputs)),
            _ => None,
        })
    };
    planner.steps().iter().flat_map(of).collect()
}

/// A container that starts a tool of the builder, or nothing but a shell, can't leave the builder behind.
pub(super) fn refuse_toolchain(planner: &Planner<'_>) -> Result<(), Note> {
    planner.refuse_fetched_programs()?;
    let toolchain = &planner.sources.recipe.toolchain;
    let alone = planner.needs.programs().count() == 1 && planner.needs.words().count() == 1;
    let is_tool = |(need, asked): &(&Program, &Asked)| {
        let is_shell = alone && asked.main && ["sh", "bash", "ash"].contains(&need.name.as_str());
        is_shell || toolchain.contains(&need.name)
    };
    // a program of that name that the file builds from its own sources is no tool: an application can be called `gin`
    let is_own = |need: &Program| {
        let made = |path: &String| {
            compiles(planner).iter().any(|(_, outputs)| !outputs.foreign && outputs.programs.contains(path))
        };
        need.path.as_ref().is_some_and(made)
    };
    let tool = planner
        .needs
        .started_by(&[Caller::Container, Caller::Compose])
        .find(|found| is_tool(found) && !is_own(found.0));
    if let Some((need, Asked { chain, .. })) = tool {
        let message = match toolchain.contains(&need.name) {
            true => format!("{} starts `{}`, a tool of the builder", chain.last(), need.name),
            false => format!(
                "the container starts nothing but `{}`: the image is one to work in, with its tools",
                need.name
            ),
        };
        return Err(Note::refusal(Reason::NeedsToolchain, chain.span, message)
            .help("a container that builds at start needs the whole image: leave it as it is"));
    }
    Ok(())
}

/// Absolute paths of the programs that the runtime takes over.
pub(super) fn programs(planner: &Planner<'_>, started: Option<&Started>) -> Result<Vec<String>, Note> {
    if let Some(started) = started {
        return Ok(vec![started.program.clone()]);
    }
    let world = &planner.stage.world;
    let mut programs: Vec<String> = Vec::new();
    for (need, _) in planner.needs.programs() {
        let Some(path) = &need.path else { continue };
        let made = |origin: &Origin| matches!(origin, Origin::Compiled | Origin::Written);
        let path = match world.paths.get(path).map(|entry| &entry.origin) {
            Some(Origin::Link(target)) => target,
            _ => path,
        };
        if world.find(path).is_some_and(|entry| made(&entry.origin)) && !programs.contains(path) {
            programs.push(path.clone());
        }
    }
    if !programs.is_empty() {
        // programs with a place of their own were meant to be in the image
        for (path, entry) in &world.paths {
            let named = entry.origin == Origin::Compiled && !entry.tree;
            // `cp bin/* /usr/bin/`: what is found there is what was meant
            let installed = planner.stage.installed_as(path).is_some();
            if named && !installed && !programs.contains(path) && !is_for_the_build(planner, path) {
                programs.push(path.clone());
            }
        }
        return Ok(programs);
    }
    let main = planner.needs.programs().find(|(_, asked)| asked.main);
    let compiles = compiles(planner);
    let unknown = compiles.iter().find_map(|(step, outputs)| Some((step.span, outputs.unknown.clone()?)));
    match (main, unknown) {
        (Some((need, asked)), Some((span, why))) => {
            let message = format!("which program this writes can't be told: {why}");
            Err(Note::refusal(Reason::UnknownOutput, span, message).help(format!(
                "{} starts `{}`: give the program that path with an option of the build",
                asked.chain.last(),
                need.name
            )))
        }
        (Some((need, asked)), None) => {
            let message =
                format!("{} starts `{}`, which no line of the file makes", asked.chain.last(), need.name);
            Err(Note::refusal(Reason::NoProgram, asked.chain.span, message)
                .help("start the program that the build writes, by its path"))
        }
        (None, _) => {
            let message = "the container starts no program that the file builds";
            Err(Note::refusal(Reason::NoProgram, planner.stage.from.span, message)
                .help("add a CMD or ENTRYPOINT that starts the built program"))
        }
    }
}

/// Whether what a command compiles was only meant for the build: a tool that the build itself calls, or a library that
/// nothing opens.
fn is_for_the_build(planner: &Planner<'_>, path: &String) -> bool {
    let compiles = compiles(planner);
    let name = path.rsplit('/').next().unwrap_or(path);
    if compiles.iter().any(|(_, outputs)| outputs.libraries.contains(path)) {
        let opens = planner.sources.context.is_none_or(|context| {
            let calls = &planner.sources.recipe.library_openers;
            let said = |text: &str| {
                sources::texts(context, "", &|file| file.ends_with(".rs"))
                    .any(|(_, rust)| rust.contains(text))
            };
            said(name) || calls.iter().any(|call| said(call))
        });
        return !opens;
    }
    if !compiles.iter().any(|(_, outputs)| outputs.foreign && outputs.programs.contains(path)) {
        return false;
    }
    let callers = [Caller::Source, Caller::PossibleSource, Caller::Compose];
    if planner.needs.started_by(&callers).any(|(program, _)| program.name == name) {
        return false;
    }
    let calls = |action: &Action| match &action.effect {
        Effect::Compile(outputs) if outputs.foreign => false,
        Effect::GenerateSources | Effect::Build => true,
        _ => action.text.split_whitespace().any(|word| word.rsplit('/').next() == Some(name)),
    };
    planner.sources.recipe.is_subcommand(name)
        || planner.steps().iter().flat_map(|step| &step.actions).any(calls)
}

/// Says that sources are generated: data that the same command writes for the program is not known.
pub(super) fn note_generated(planner: &mut Planner<'_>) {
    let mut actions = planner.steps().iter().flat_map(|step| &step.actions);
    if let Some(action) = actions.find(|action| matches!(action.effect, Effect::GenerateSources)) {
        let message = format!(
            "`{}` is taken to write sources only: other files that it writes are not copied",
            action.text
        );
        planner.notes.push(
            Note::assumption(Reason::UnknownCommand, action.span, message)
                .help("if the program reads such a file at run time, copy it from the builder"),
        );
    }
}

/// Says that a program is made under a condition: the runtime copies it all the same.
pub(super) fn note_conditions(planner: &mut Planner<'_>) {
    let is_doubtful = |action: &&Action| {
        matches!(&action.effect, Effect::Compile(outputs) if !outputs.programs.is_empty())
            && !action.certainty.is_sure()
    };
    let mut actions = planner.steps().iter().flat_map(|step| &step.actions);
    if let Some(action) = actions.find(is_doubtful) {
        let message =
            format!("`{}` runs under a condition, and the runtime copies what it makes", action.text);
        planner.notes.push(Note::assumption(Reason::UnknownOutput, action.span, message));
    }
}
