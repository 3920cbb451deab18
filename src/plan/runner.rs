//! A container that starts its program through an installer: the program is started itself, in the environment that the runtime takes over.

use super::environment;
use super::interpreter::Decided;
use super::layout::{self, Layout};
use super::line::Line;
use super::planner::Planner;
use crate::analysis::config::Form;
use crate::analysis::need::runner::without_runner;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::span::Span;
use crate::note::{Note, Reason};

/// Writes the start anew; the environment comes first on PATH.
pub(super) fn start_itself(planner: &mut Planner<'_>, decided: &Decided<'_>) -> Result<(), Note> {
    let Some((span, form)) = planner.needs.runner.clone() else { return Ok(()) };
    let document = planner.sources.document;
    let found = document.instructions.iter().position(|one| Some(one.span) == span);
    let Some((index, instruction)) = found.map(|index| (index, &document.instructions[index])) else {
        return Ok(());
    };
    check(planner, instruction, &form)?;
    let Some((place, text)) = written(instruction, &form) else {
        return Ok(());
    };
    for line in &mut planner.runtime {
        if *line == Line::Instruction(index) {
            *line = Line::Changed(index, place, text.clone());
        }
    }
    let Layout::Own(directories) = &decided.layout else { return Ok(()) };
    let path = planner.stage.state.variable("PATH").unwrap_or_default().to_owned();
    for directory in directories {
        if !path.split(':').any(|one| one == format!("{directory}/bin")) {
            let starts = |line: &Line| {
                matches!(line, Line::Instruction(one) | Line::Changed(one, ..)
                if matches!(document.instructions[*one].keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Expose | Keyword::User))
            };
            let place = planner.runtime.iter().position(starts).unwrap_or(planner.runtime.len());
            planner.runtime.insert(place, environment::path(directory));
        }
    }
    Ok(())
}

/// Whether the program is in the environment before anything starts it.
fn check(planner: &Planner<'_>, instruction: &Instruction, form: &Form) -> Result<(), Note> {
    let refuse = |message: String| {
        Err(Note::refusal(Reason::NeedsToolchain, instruction.span, message)
            .help("install the project in a RUN, and start the program itself"))
    };
    let original =
        planner.stage.world.config.entrypoint.as_ref().or(planner.stage.world.config.command.as_ref());
    let project =
        original.and_then(|one| without_runner(planner.sources.recipe, planner.sources.recipes, &one.form));
    let Some((_, project)) = project else { return Ok(()) };
    let program = match form {
        Form::Exec(words) => words.first().cloned().unwrap_or_default(),
        Form::Shell(text) => text.split_whitespace().next().unwrap_or_default().to_owned(),
    };
    let installations = layout::installations(planner);
    let mut projects = installations.iter().filter(|(_, found)| !found.files.is_empty());
    let Some((_, found)) = projects.next_back().filter(|(_, found)| found.projects.is_empty()) else {
        return Ok(());
    };
    for file in &found.files {
        let Some(context) = planner.sources.context else { continue };
        let text = planner.stage.world.context_path(file).and_then(|path| context.text(&path));
        let Some(text) = text else {
            return refuse(format!(
                "{file} can't be seen, so whether `{program}` is a script of the project can't be told"
            ));
        };
        let names = |line: &str| {
            line.trim().split('=').next().unwrap_or_default().trim().trim_matches('"') == program
        };
        if text.lines().any(names) {
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

/// The place of the words, and how they are written without the installer.
fn written(instruction: &Instruction, form: &Form) -> Option<(Span, String)> {
    match (&instruction.arguments, form) {
        (Arguments::Json(words), Form::Exec(new)) => {
            let json = new.iter().map(|word| serde_json::Value::from(word.as_str()).to_string());
            let (first, last) = (words.first()?, words.last()?);
            Some((Span::new(first.span.start, last.span.end), json.collect::<Vec<_>>().join(", ")))
        }
        (Arguments::Text(text), Form::Shell(new)) => Some((text.span, new.clone())),
        _ => None,
    }
}
