//! A container that builds at every start: the builder builds once, and the container starts the program.

use super::line::{Added, Line};
use super::planner::Planner;
use crate::analysis::config::Form;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::dockerfile::span::Span;
use crate::note::{Note, Reason};
use crate::recipe::engine::Engine;
use crate::recipe::product::{Started, Surroundings};
use crate::recipe::{go, rust};

/// What the builder does in place of a start through the toolchain.
pub(super) fn starter(planner: &Planner<'_>) -> Result<Option<Started>, Note> {
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
        named_module: &|directory| planner.stage.world.named_module(directory),
        registry_programs: &planner.sources.recipe.registry_programs,
    };
    let started = match start.starter.from {
        Engine::GoRun => go::run(&start.words, &start.starter.values, &directory, around),
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
pub(super) fn is_simple_shell_form(planner: &Planner<'_>) -> bool {
    let config = &planner.stage.world.config;
    let invocation = config.entrypoint.as_ref().filter(|one| !one.is_empty()).or(config.command.as_ref());
    let Some(Form::Shell(text)) = invocation.map(|one| &one.form) else {
        return false;
    };
    !text.contains(['$', '&', '|', ';', '>', '<', '`', '*', '?', '(', '"', '\'', '\\', '#', '~', '{'])
}

/// The instruction that started the toolchain starts the program.
pub(super) fn start_program(planner: &mut Planner<'_>, started: &Started) -> Result<(), Note> {
    let Some(span) = planner.needs.starter.as_ref().and_then(|start| start.span) else { return Ok(()) };
    let words = std::iter::once(&started.program).chain(&started.arguments);
    planner.start_anew(span, &Form::Exec(words.cloned().collect()));
    Ok(())
}

impl Planner<'_> {
    /// Writes the words of an instruction that starts something anew, in their place.
    pub(super) fn start_anew(&mut self, span: Span, form: &Form) {
        let instructions = &self.sources.document.instructions;
        let Some(index) = instructions.iter().position(|instruction| instruction.span == span) else {
            return;
        };
        let json = |words: &[String]| {
            let words = words.iter().map(|word| serde_json::Value::from(word.as_str()).to_string());
            words.collect::<Vec<_>>().join(", ")
        };
        let (place, text) = match (&instructions[index].arguments, form) {
            (Arguments::Text(text), Form::Exec(words)) => (text.span, format!("[{}]", json(words))),
            (Arguments::Text(text), Form::Shell(line)) => (text.span, line.clone()),
            (Arguments::Json(old), Form::Exec(words)) => match (old.first(), old.last()) {
                (Some(first), Some(last)) => (Span::new(first.span.start, last.span.end), json(words)),
                _ => return,
            },
            _ => return,
        };
        for line in &mut self.runtime {
            if *line == Line::Instruction(index) {
                *line = Line::Changed(index, place, text.clone());
            }
        }
    }

    /// Where a line of the runtime that no step of the file asks for stands: before those that say how the image is started.
    pub(super) fn before_start(&self) -> usize {
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
        self.runtime.iter().position(starts).unwrap_or(self.runtime.len())
    }

    /// A program that no step of the file makes (the builder's own addition) stands before the line that starts it.
    pub(super) fn insert_before_start(&mut self, program: &str) {
        let place = self.before_start();
        self.have(program);
        self.runtime.insert(
            place,
            Line::New(Added::copy_from(program, Vec::new()), "the program, at its old place".to_owned()),
        );
    }
}
