//! A container that starts its program through an installer: the program is started itself, in the environment that the runtime takes over.

use super::environment;
use super::interpreter::Decided;
use super::layout::{self, Layout};
use super::planner::Planner;
use crate::analysis::config::Form;
use crate::analysis::need::runner::without_runner;
use crate::context::lock;
use crate::dockerfile::span::Span;
use crate::note::{Note, Reason};
use crate::recipe::path::absolute;

/// Writes the start anew; the environment comes first on PATH.
pub(super) fn start_itself(planner: &mut Planner<'_>, decided: &Decided<'_>) -> Result<(), Note> {
    let Some((span, form)) = planner.needs.runner.clone() else { return Ok(()) };
    let Some(span) = span else { return Ok(()) };
    check(planner, span, &form)?;
    planner.start_anew(span, &form);
    let Layout::Own(directories) = &decided.layout else { return Ok(()) };
    let path = planner.stage.state.variable("PATH").unwrap_or_default().to_owned();
    for directory in directories {
        if !path.split(':').any(|one| one == format!("{directory}/bin")) {
            let place = planner.before_start();
            planner.runtime.insert(place, environment::path(directory));
        }
    }
    Ok(())
}

/// Whether the program is in the environment before anything starts it.
fn check(planner: &Planner<'_>, span: Span, form: &Form) -> Result<(), Note> {
    let refuse = |message: String| {
        Err(Note::refusal(Reason::NeedsToolchain, span, message)
            .help("install the project in a RUN, and start the program itself"))
    };
    let original =
        planner.stage.world.config.entrypoint.as_ref().or(planner.stage.world.config.command.as_ref());
    let project =
        original.and_then(|one| without_runner(planner.sources.recipe, planner.sources.recipes, &one.form));
    let Some((_, project)) = project else { return Ok(()) };
    if let Some(file) = project.run_loads.as_ref().filter(|file| loads(planner, file)) {
        return refuse(format!("`{}` gives the program the variables of {file}", project.run.join(" ")));
    }
    let program = match form {
        Form::Exec(words) => words.first().cloned().unwrap_or_default(),
        Form::Shell(text) => text.split_whitespace().next().unwrap_or_default().to_owned(),
    };
    let installations = layout::installations(planner);
    let mut projects = installations.iter().filter(|(_, found)| !found.files.is_empty());
    let Some((_, found)) = projects.next_back().filter(|(_, found)| found.projects.is_empty()) else {
        return Ok(());
    };
    // a lock file defines no scripts
    let is_lock = |file: &&String| lock::NAMES.iter().any(|name| file.ends_with(&format!("/{name}")));
    for file in found.files.iter().filter(|file| !is_lock(file)) {
        let path = planner.stage.world.context_path(file);
        let text = planner.sources.context.zip(path).and_then(|(context, path)| context.text(&path));
        let Some(text) = text else {
            return refuse(format!(
                "{file} can't be seen, so whether `{program}` is a script of the project can't be told"
            ));
        };
        if scripts(&text).any(|name| name == program) {
            return refuse(format!("`{program}` is a script of the project, which no RUN installs"));
        }
        if project.run_installs && text.lines().any(|line| line.trim() == "[build-system]") {
            return refuse(format!(
                "`{}` installs the project itself when the container starts",
                project.run.join(" ")
            ));
        }
    }
    Ok(())
}

/// Whether the build context has a file beside the program, or may have it on another machine: git ignores it there.
fn loads(planner: &Planner<'_>, file: &str) -> bool {
    let Some(context) = planner.sources.context else { return true };
    let directory = planner.stage.state.workdir.as_deref().unwrap_or("/");
    let place = planner.stage.world.context_path(&absolute(directory, file));
    context.entry(file).is_some() || place.is_some_and(|place| context.entry(&place).is_some())
}

/// Names of the scripts that a manifest defines: `serve = "service:main"` below `[tool.poetry.scripts]`.
fn scripts(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().map(str::trim).filter_map(move |line| {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("scripts");
            return None;
        }
        let name = line.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        (inside && !name.is_empty()).then_some(name)
    })
}
