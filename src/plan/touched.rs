//! Directories that commands of the builder may have changed: they are taken from there, not from the build context.

use super::installers;
use super::outputs::compiles;
use super::planner::Planner;
use super::surely::surely_there;
use crate::analysis::effect::{Action, Effect, LOCAL_PREFIX};
use crate::analysis::step::Step;
use crate::analysis::world::{is_of_system, is_standard};
use crate::note::{Note, Reason};
use crate::recipe::path::{absolute, is_within};

/// Directories in which a command may have written anything: they are taken over whole.
pub(super) fn whole_directories(planner: &Planner<'_>, programs: &[String]) -> Result<Vec<String>, Note> {
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
                Effect::InstallBuilt(prefixes) if prefixes.iter().all(|prefix| is_own_prefix(prefix)) => {}
                Effect::InstallBuilt(_) => {
                    return Err(refuse("it installs among the system's own files").help(
                        "install it below /usr/local or a directory of its own (--prefix), or in the runtime with a package manager",
                    ));
                }
                Effect::InstallDependencies(_) => {
                    return Err(refuse("it installs for the system")
                        .help("install it in the runtime with a package manager"));
                }
                Effect::Build | Effect::Unknown(_) if planner.stage.world.is_foreign(&action.directory) => {}
                // the runtime has the program too, and runs it there
                Effect::Unknown(_) if starts_own(action, programs) => {}
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
    // what a command only may have made comes with the directory around it
    let actions = planner.steps().iter().flat_map(|step| &step.actions);
    let written = actions
        .flat_map(|action| action.effect.written())
        .filter(|path| !is_within(path, "/tmp") && !planner.stage.world.is_foreign(path));
    for path in programs.iter().map(String::as_str).chain(written) {
        let sure = surely_there(&planner.stage.world, path);
        if let Some(directory) = sure.filter(|directory| directory != path)
            && !directories.iter().any(|known| is_within(&directory, known))
        {
            directories.push(directory);
        }
    }
    Ok(directories)
}

/// Whether what `make install` puts below a prefix can be told from what the system has there.
pub(super) fn is_own_prefix(prefix: &str) -> bool {
    prefix == LOCAL_PREFIX || !is_of_system(prefix)
}

pub(super) fn add_directory(
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

/// Whether a command starts a program that the runtime takes over.
pub(super) fn starts_own(action: &Action, programs: &[String]) -> bool {
    let first = action.text.split_whitespace().next().unwrap_or_default();
    first.contains('/') && programs.contains(&absolute(&action.directory, first))
}

/// Says that directories are taken over whole, and because of which command.
pub(super) fn note_whole(planner: &mut Planner<'_>, whole: &[String]) {
    for directory in whole {
        let writes = |action: &&Action| {
            matches!(action.effect, Effect::Build | Effect::Unknown(_))
                && is_within(&action.directory, directory)
        };
        let action = planner.steps().iter().flat_map(|step| &step.actions).find(writes);
        if let Some(action) = action {
            let message = format!(
                "`{}` may write anywhere in {directory}, so all of it is copied",
                short(&action.text)
            );
            planner.notes.push(Note::assumption(Reason::UnknownCommand, action.span, message).help(
                "check that it writes nothing elsewhere; a build command written out needs no such copy",
            ));
        }
    }
}

/// Paths that an unknown command may name without writing for the image.
pub(super) fn is_harmless(planner: &Planner<'_>, path: &str) -> bool {
    ["/tmp", "/dev", "/proc", "/var/tmp"].iter().any(|directory| is_within(path, directory))
        || planner.stage.world.exists(path)
}

pub(super) fn is_script_like(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.contains('/') || matches!(first, "sh" | "bash")
}

/// A command as a person would name it; what a text holds that is not read, by the line that runs it.
pub(super) fn said<'a>(planner: &Planner<'a>, action: &'a Action) -> &'a str {
    match action.text.is_empty() {
        true => short(planner.sources.document.slice(action.span)),
        false => short(&action.text),
    }
}

pub(super) fn short(text: &str) -> &str {
    let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
    text[..end].lines().next().unwrap_or_default()
}

/// Index of the last step that may change one of the directories.
pub(super) fn last_change(planner: &Planner<'_>, whole: &[String]) -> Option<usize> {
    let touches = |step: &&Step| {
        let copied = step.copy.as_ref().and_then(|copy| copy.destination.as_deref());
        copied.is_some_and(|path| whole.iter().any(|directory| is_within(path, directory)))
            || step.actions.iter().any(|action| {
                matches!(
                    action.effect,
                    Effect::Unknown(_)
                        | Effect::Build
                        | Effect::Compile(_)
                        | Effect::Write(_)
                        | Effect::Duplicate(_)
                        | Effect::Move(_)
                ) && whole.iter().any(|directory| is_within(&action.directory, directory))
            })
    };
    if whole.is_empty() {
        return None;
    }
    planner.steps().iter().filter(touches).map(|step| step.index).max()
}

/// Directories of the build context in which a command of the builder writes: they come from there.
pub(super) fn changed_directories(planner: &Planner<'_>, work: usize) -> Result<Vec<String>, Note> {
    let mut changed: Vec<String> = Vec::new();
    let mut add = |path: String| {
        if !changed.iter().any(|known| is_within(&path, known)) {
            changed.retain(|known| !is_within(known, &path));
            changed.push(path);
        }
    };
    for step in planner.steps().iter().filter(|step| step.index <= work) {
        for action in &step.actions {
            match &action.effect {
                Effect::Compile(_) if is_copied(planner, &action.directory) => {
                    add(tree_of(planner, &action.directory));
                }
                Effect::Build => {
                    if let Some(directory) = touched_by(planner, action)? {
                        add(directory);
                    }
                }
                Effect::Unknown(_) if !runs_there(planner, action) => {
                    if let Some(directory) = touched_by(planner, action)? {
                        add(directory);
                    }
                }
                Effect::InstallDependencies(dependencies) => {
                    for directory in &dependencies.editable {
                        if !planner.stage.world.exists(directory) {
                            let message =
                                format!("`{directory}` is installed in place, but no COPY brings it");
                            return Err(Note::refusal(Reason::UnknownOutput, action.span, message));
                        }
                        add(directory.clone());
                    }
                }
                // the runtime moves files of the context, too
                Effect::Move(_) if planner.is_repeated(action) => {}
                effect => {
                    let written = effect.written().into_iter();
                    let written = written.filter(|path| !installers::is_only_theirs(planner, path));
                    for path in written.filter(|path| is_copied(planner, path)) {
                        if planner.stage.world.certainty(path).is_sure() {
                            add(path.to_owned());
                        } else if planner.stage.world.exists(path) {
                            add(tree_of(planner, path));
                        }
                    }
                }
            }
        }
    }
    Ok(changed)
}

/// The directory in which a command may have written: the copied tree around its own.
fn touched_by(planner: &Planner<'_>, action: &Action) -> Result<Option<String>, Note> {
    let directory = &action.directory;
    let passes = is_within(directory, "/tmp") || is_within(directory, "/var/tmp");
    if passes || planner.stage.world.is_foreign(directory) {
        return Ok(None);
    }
    if is_copied(planner, directory) {
        return Ok(Some(tree_of(planner, directory)));
    }
    if is_standard(directory) {
        let message = format!("what `{}` writes can't be told: it runs in {directory}", short(&action.text));
        return Err(Note::refusal(Reason::UnknownCommand, action.span, message)
            .help("run it in a directory of its own (WORKDIR), or after the last installation of packages"));
    }
    Ok(planner.stage.world.exists(directory).then(|| directory.clone()))
}

/// Whether the runtime can repeat an unknown command: the interpreter runs it, or a package of the language brought it.
pub(super) fn runs_there(planner: &Planner<'_>, action: &Action) -> bool {
    let knowledge = planner.sources.knowledge;
    let image = &planner.stage.world.image;
    let recipe = planner.sources.recipe;
    let program = action.program.as_str();
    let is_interpreter = recipe.interpreters.iter().any(|name| program.starts_with(name.as_str()));
    let is_known = knowledge.program_in_image(program, image)
        || knowledge.program_in_slim(program, &image.distribution)
        || knowledge.package_of_program(program, &image.distribution).is_some();
    let by_path = action.text.split_whitespace().next().is_some_and(|first| first.contains('/'));
    !action.nested && (is_interpreter || (!is_known && !by_path))
}

/// The copied tree around a directory: the outermost destination of a COPY that holds it.
pub(super) fn tree_of(planner: &Planner<'_>, directory: &str) -> String {
    let destinations = planner.steps().iter().filter_map(|step| step.copy.as_ref()?.destination.clone());
    let around = destinations.filter(|destination| destination != "/" && is_within(directory, destination));
    around.min_by_key(String::len).unwrap_or_else(|| directory.to_owned())
}

pub(super) fn is_copied(planner: &Planner<'_>, path: &str) -> bool {
    path != "/"
        && planner.steps().iter().any(|step| {
            let destination = step.copy.as_ref().and_then(|copy| copy.destination.as_ref());
            destination
                .is_some_and(|destination| is_within(path, destination) || is_within(destination, path))
        })
}
