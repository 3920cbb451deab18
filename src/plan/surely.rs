//! Questions to a finished plan: is every source of a COPY from the builder surely there, and is every command that no rule
//! knows spoken of? Whatever decided the lines, these hold.

use super::Plan;
use super::line::{Added, Line};
use super::touched::short;
use crate::analysis::certainty::Certainty;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::step::Step;
use crate::analysis::world::{Entry, Origin, World, is_of_system};
use crate::analysis::{Sources, Stage};
use crate::note::{Note, Reason};
use crate::recipe::RuntimeKind;
use crate::recipe::path::is_within;

/// The nearest directory at or above a path that is surely there and may be copied whole; `None` where there is none.
pub(super) fn surely_there(world: &World, path: &str) -> Option<String> {
    let is_made = |entry: &Entry| entry.origin == Origin::Compiled && entry.certainty.is_sure();
    // a program that the container starts is in the directory that a compiler filled, or the original does not start either
    let is_demanded = !world.paths.contains_key(path) && world.find(path).is_some_and(is_made);
    if is_demanded || world.certainty(path) != Certainty::Maybe {
        return Some(path.to_owned());
    }
    let above = path.match_indices('/').rev().map(|(at, _)| &path[..at]);
    let sure = above
        .take_while(|directory| !directory.is_empty())
        .find(|directory| world.certainty(directory).is_sure());
    sure.filter(|directory| !is_of_system(directory)).map(str::to_owned)
}

/// A path that a build only may have made is no source of a COPY, and neither is a directory of the system's own programs.
///
/// # Errors
/// The refusal, where a line copies one.
pub(super) fn check_copies(plan: &Plan, sources: Sources<'_>, stage: &Stage) -> Result<(), Note> {
    let copied = plan.runtime.iter().filter_map(|line| match line {
        Line::New(Added::CopyFrom { paths, .. }, _) => Some(paths),
        _ => None,
    });
    for path in copied.flatten().map(|path| path.path.as_str()) {
        let is_data = sources.recipes.data.iter().any(|data| data.path == path);
        if is_data {
            continue;
        }
        let writer = writer(stage, path);
        let span = writer.map_or(stage.from.span, |action| action.span);
        let by = writer.map_or_else(String::new, |action| match action.text.is_empty() {
            true => "a redirection ".to_owned(),
            false => format!("`{}` ", short(&action.text)),
        });
        if is_of_system(path) && !is_empty_in_image(path, sources, stage) {
            let message = format!(
                "{by}writes into {path}, and which files of it can't be told: the directory holds the system's own too"
            );
            return Err(Note::refusal(Reason::UnknownOutput, span, message)
                .help("give what the program needs a directory of its own, or name each file"));
        }
        if surely_there(&stage.world, path).is_none_or(|sure| sure != path) {
            let message = format!("{by}may or may not leave {path}, and a COPY of what is not there fails");
            return Err(Note::refusal(Reason::UnknownOutput, span, message)
                .help("make it in a command without a condition, or in a directory of its own"));
        }
    }
    Ok(())
}

/// Whether the toolchain's image has nothing there, so that all of it comes from lines of the file: `tar -xz -C /usr/local/bin`.
fn is_empty_in_image(path: &str, sources: Sources<'_>, stage: &Stage) -> bool {
    let image = &stage.world.image;
    // a distribution's interpreter installs there, and nothing else does
    let environment = sources.recipe.environment.as_ref();
    if environment.is_some_and(|one| image.has_more && one.is_part(path)) {
        return true;
    }
    path == LOCAL_PROGRAMS
        && sources.recipe.runtime == RuntimeKind::Binary
        && sources.recipe.images.contains(&image.family)
}

/// Where the official images of compiled languages, and the distributions below them, put no program of their own.
const LOCAL_PROGRAMS: &str = "/usr/local/bin";

/// The last command that may have written at or below a path.
fn writer<'a>(stage: &'a Stage, path: &str) -> Option<&'a Action> {
    let touches = |action: &&Action| {
        let names = |one: &str| is_within(one, path) || is_within(path, one);
        match &action.effect {
            Effect::Compile(outputs) => outputs.programs.iter().any(|program| names(program)),
            Effect::CreateEnvironment(directory) => names(directory),
            Effect::InstallDependencies(dependencies) => {
                dependencies.editable.iter().any(|directory| names(directory))
            }
            Effect::Unknown(mentioned) => mentioned.iter().any(|one| names(one)),
            effect => effect.written().into_iter().any(names),
        }
    };
    stage.steps.iter().flat_map(|step| &step.actions).rfind(touches)
}

/// Says of every command that no rule knows where it was put, and of every COPY that can't be followed that it is so.
pub(super) fn note_doubts(plan: &mut Plan, sources: Sources<'_>, stage: &Stage) {
    for step in &stage.steps {
        if let Some(note) = unseen(step, sources) {
            plan.notes.push(note);
        }
        let removals = step.actions.iter().filter_map(|action| maybe_removed(action, stage));
        if !has(&plan.runtime, step, None) {
            plan.notes.extend(removals);
        }
        plan.notes.extend(step.actions.iter().filter_map(|action| unpacked(action, sources, stage)));
        let unknown = step.actions.iter().filter(|action| is_unknown(action, sources, stage));
        for action in unknown {
            let is_said = plan.notes.iter().any(|note| {
                note.reason == Reason::UnknownCommand && note.span.is_some_and(|span| span == action.span)
            });
            if is_said {
                continue;
            }
            let stages =
                match (has(&plan.builder, step, Some(action)), has(&plan.runtime, step, Some(action))) {
                    (true, true) => "in both stages",
                    (_, true) => "in the runtime",
                    _ => "in the builder",
                };
            let message = format!("no rule knows `{}`, which now runs {stages}", short(&action.text));
            plan.notes.push(Note::assumption(Reason::UnknownCommand, action.span, message).help(
                "check that it finds there what it needs, and that what it writes is where the program reads it",
            ));
        }
    }
}

/// A COPY that names what the build context, as far as it is seen, does not have.
fn unseen(step: &Step, sources: Sources<'_>) -> Option<Note> {
    let context = sources.context?;
    let copy = step.copy.as_ref().filter(|copy| copy.is_unseen())?;
    let missing = copy.sources.iter().find(|source| context.matching(source).is_empty())?;
    let message = format!("`{missing}` is not in the build context: what this brings was not seen");
    Some(Note::assumption(Reason::ContextUnseen, step.span, message).help(
        "where it is made before the build, make it before restage runs; or name the context with --context",
    ))
}

/// Whether nothing was seen of what a command does: it is neither the language's interpreter nor a program of the image.
fn is_unknown(action: &Action, sources: Sources<'_>, stage: &Stage) -> bool {
    let is_interpreter =
        sources.recipe.interpreters.iter().any(|name| action.program.starts_with(name.as_str()));
    let first = action.text.split_whitespace().next().unwrap_or_default();
    let is_own = first.contains('/')
        && stage.world.certainty(&crate::recipe::path::absolute(&action.directory, first)).is_possible();
    matches!(action.effect, Effect::Unknown(_)) && !is_interpreter && !is_own
}

/// An archive whose one entry that later commands name is all that is known of it, outside of what is thrown away.
fn unpacked(action: &Action, sources: Sources<'_>, stage: &Stage) -> Option<Note> {
    let Effect::Write(paths) = &action.effect else { return None };
    let [path] = paths.as_slice() else { return None };
    let (parent, name) = path.rsplit_once('/')?;
    let parent = if parent.is_empty() { "/" } else { parent };
    let is_open = parent == action.directory && !action.text.contains(name) && !is_within(path, "/tmp");
    let message = format!("of what `{}` unpacks, only {name} is taken to matter", short(&action.text));
    (is_open && sources.recipes.unpackers.contains(&action.program) && !stage.world.is_foreign(path)).then(
        || {
            Note::assumption(Reason::UnknownCommand, action.span, message)
                .help("if the program reads other files of the archive, unpack it in a directory of its own")
        },
    )
}

/// A command that only may take away files of the build context, which the runtime then has in any case.
fn maybe_removed(action: &Action, stage: &Stage) -> Option<Note> {
    let is_of_context =
        |entry: &Entry| matches!(entry.origin, Origin::Context(_)) && entry.certainty == Certainty::Maybe;
    let world = &stage.world;
    let removed = action.effect.removed().into_iter().find(|path| {
        let own = world.paths.get(*path).into_iter();
        own.chain(world.below(path).map(|(_, entry)| entry)).any(is_of_context)
    })?;
    let message =
        format!("`{}` only may take {removed} away: the runtime has it in any case", short(&action.text));
    (!action.certainty.is_sure()).then(|| {
        Note::assumption(Reason::RuntimeFiles, action.span, message)
            .help("where it must be gone, take it away in a RUN of its own, without a condition")
    })
}

/// Whether a stage runs a command: the whole RUN as it stands, or a line that repeats it.
fn has(lines: &[Line], step: &Step, action: Option<&Action>) -> bool {
    lines.iter().any(|line| match line {
        Line::Instruction(index) | Line::Changed(index, ..) => *index == step.index,
        Line::New(Added::Run(commands), _) => commands.iter().any(|command| {
            action.and_then(|action| action.text.split(' ').next()).is_some_and(|word| command.contains(word))
        }),
        Line::New(..) => false,
    })
}
