//! What the finished container asks of its image, found by walking from CMD, ENTRYPOINT and HEALTHCHECK through wrappers
//! and scripts to programs. Each need carries the place that raised it.

use super::config::{Form, Invocation};
use super::{Sources, Stage};
use crate::dockerfile::shell::{self, Shell};
use crate::dockerfile::span::Span;
use crate::recipe::Starter;
use crate::recipe::path::absolute;
use std::collections::BTreeSet;

/// Everything that the container starts.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Programs, in the order in which they were met; each once.
    pub programs: Vec<Need>,
    /// A start through the toolchain (`go run`), with its words.
    pub starter: Option<Started>,
    /// Interpreters named by the `#!` line of scripts that the container can start, absolute.
    pub interpreters: BTreeSet<String>,
    /// What could not be read.
    pub opaque: Vec<(Option<Span>, String)>,
    /// Whether a login shell is started: it sets PATH anew.
    pub login_shell: bool,
    /// Paths of the image, brought by a COPY of the build context, that words of the started commands name.
    pub named: Vec<String>,
    /// Words that the started commands consist of, for rules that look for a name among them.
    pub words: Vec<String>,
}

/// A start through the toolchain.
#[derive(Clone, Debug)]
pub struct Started {
    /// The rule that knows it.
    pub starter: Starter,
    /// The words, wrappers taken off.
    pub words: Vec<String>,
    /// The invocation it stands in.
    pub span: Option<Span>,
    /// Whether the words are all of the exec form, so that it can be written anew.
    pub whole: bool,
}

/// A program that is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its name without the directory.
    pub name: String,
    /// Its absolute path, where it is started by one, or where a directory of PATH is known to hold it.
    pub path: Option<String>,
    /// What raised it: an instruction of the file, if it is one.
    pub span: Option<Span>,
    /// What raised it, for people: `CMD`, `HEALTHCHECK`, `entrypoint.sh`.
    pub raised_by: String,
    /// Whether the container can't start without it.
    pub main: bool,
}

/// Words of a shell that are no programs.
const BUILTINS: [&str; 44] = [
    "[", "[[", ":", ".", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "echo",
    "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill", "let", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "shopt", "source", "test", "times",
    "trap", "true", "type", "typeset", "ulimit", "umask", "unset", "wait",
];

/// Shells that run scripts.
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

impl Needs {
    /// What a stage needs in the end.
    pub fn of(stage: &Stage, sources: Sources<'_>) -> Self {
        let mut walk = Walk { stage, sources, needs: Self::default(), seen: BTreeSet::new() };
        let config = &stage.world.config;
        match (&config.entrypoint, &config.command) {
            (Some(entrypoint), command) if !entrypoint.is_empty() => {
                let arguments = command.as_ref().filter(|command| !command.is_empty());
                walk.invocation(entrypoint, arguments, "ENTRYPOINT");
            }
            (_, Some(command)) => walk.invocation(command, None, "CMD"),
            _ => {}
        }
        if let Some(test) = config.healthcheck.as_ref().and_then(|check| check.test.as_ref()) {
            let before = walk.needs.starter.take();
            walk.invocation(test, None, "HEALTHCHECK");
            walk.needs.starter = before;
        }
        walk.needs.named = walk.named();
        walk.needs
    }
}

struct Walk<'a> {
    stage: &'a Stage,
    sources: Sources<'a>,
    needs: Needs,
    /// Scripts already read.
    seen: BTreeSet<String>,
}

/// Where a command stands.
#[derive(Clone)]
struct Place {
    span: Option<Span>,
    raised_by: String,
    main: bool,
    /// Whether the words are an exec form as written.
    whole: bool,
}

impl Walk<'_> {
    fn invocation(&mut self, invocation: &Invocation, arguments: Option<&Invocation>, raised_by: &str) {
        let place = Place {
            span: invocation.span,
            raised_by: raised_by.to_owned(),
            main: raised_by != "HEALTHCHECK",
            whole: false,
        };
        match (&invocation.form, arguments.map(|arguments| &arguments.form)) {
            (Form::Shell(text), _) => self.text(shell::parse_plain(text), &place),
            (Form::Exec(words), Some(Form::Exec(more))) if self.is_starter(words) => {
                // CMD goes to the program only where the toolchain does not read it first
                let reaches = words.iter().any(|word| word == "--")
                    || more.first().is_none_or(|first| !first.starts_with('-'));
                self.command(words, &Place { whole: reaches, ..place });
            }
            (Form::Exec(words), Some(Form::Exec(more))) => {
                let all: Vec<String> = words.iter().chain(more).cloned().collect();
                self.command(&all, &place);
                // a script may hand over to its arguments: `exec "$@"`
                let runs_arguments = self.script_text(&self.resolve(&words[0]).unwrap_or_default()).is_some()
                    || SHELLS.contains(&words[0].rsplit('/').next().unwrap_or_default());
                if runs_arguments && more.first().is_some_and(|first| !first.starts_with('-')) {
                    let place = Place { raised_by: "CMD".to_owned(), main: false, ..place };
                    self.command(more, &place);
                }
            }
            (Form::Exec(words), Some(Form::Shell(text))) => {
                self.command(words, &Place { whole: false, ..place.clone() });
                let place = Place { raised_by: "CMD".to_owned(), main: false, ..place };
                self.text(shell::parse_plain(text), &place);
            }
            (Form::Exec(words), None) => self.command(words, &Place { whole: true, ..place }),
        }
    }

    fn text(&mut self, shell: Shell, place: &Place) {
        let commands = match shell {
            Shell::Commands(commands) => commands,
            Shell::Opaque(why) => {
                self.needs.opaque.push((place.span, format!("{}: {why}", place.raised_by)));
                return;
            }
        };
        let state = &self.stage.state;
        for command in &commands {
            let reader = super::command::Reader::new(self.sources, state, &self.stage.world, &[]);
            let words = reader.expand(&command.words);
            let unknown_program = words.words.first().is_some_and(|first| words.unknown.contains(first));
            if !words.words.is_empty() && !unknown_program {
                self.command(
                    &words.words,
                    &Place { main: place.main && !command.conditional, ..place.clone() },
                );
            }
        }
    }

    /// A command and what it starts.
    fn command(&mut self, words: &[String], place: &Place) {
        let mut words = words.to_vec();
        self.needs.words.extend(words.iter().cloned());
        for _ in 0..8 {
            words = words
                .into_iter()
                .skip_while(|word| word.split_once('=').is_some_and(|(name, _)| is_name(name)))
                .collect();
            let Some(program) = words.first().cloned() else { return };
            let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
            let Some(inner) = self.sources.recipes.unwrap(&name, &words).map(<[String]>::to_vec) else {
                break;
            };
            if !BUILTINS.contains(&name.as_str()) {
                self.program(&program, place);
            }
            words = inner;
        }
        let words = self.sources.recipes.resolve_alias(words);
        let Some(program) = words.first().cloned() else { return };
        let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
        if let Some(starter) = self.starter(&words) {
            let started = Started { starter: starter.clone(), words, span: place.span, whole: place.whole };
            self.needs.starter.get_or_insert(started);
            return;
        }
        if SHELLS.contains(&name.as_str()) {
            self.program(&program, place);
            self.needs.login_shell |= is_login(&words);
            let takes_text = words
                .iter()
                .skip(1)
                .take_while(|word| word.starts_with('-'))
                .any(|word| word.ends_with('c') && !word.starts_with("--"));
            let operand = words.iter().skip(1).find(|word| !word.starts_with('-')).cloned();
            match operand {
                Some(text) if takes_text => self.text(shell::parse_plain(&text), place),
                Some(script) => self.script(&absolute(self.directory(), &script), place),
                None => {}
            }
            return;
        }
        if BUILTINS.contains(&name.as_str()) && !program.contains('/') {
            if let (true, Some(script)) = (matches!(name.as_str(), "." | "source"), words.get(1)) {
                self.script(&absolute(self.directory(), script), place);
            }
            return;
        }
        self.program(&program, place);
        // a script may hand over to its arguments: `wait-for.sh db:5432 -- ./app`
        let is_script = self.resolve(&program).is_some_and(|path| self.script_text(&path).is_some());
        let rest = match words.iter().position(|word| word == "--") {
            Some(end) => words.get(end + 1..).unwrap_or_default(),
            None => words.get(1..).unwrap_or_default(),
        };
        let is_made =
            |word: &String| self.resolve(word).is_some_and(|path| self.stage.world.paths.contains_key(&path));
        if is_script && rest.first().is_some_and(is_made) {
            self.command(rest, &Place { whole: false, ..place.clone() });
        }
    }

    /// Words that are paths of files or directories of the build context, as options' values too.
    fn named(&self) -> Vec<String> {
        // what the toolchain is told to build is not what the program reads
        if self.needs.starter.is_some() {
            return Vec::new();
        }
        let values = self
            .needs
            .words
            .iter()
            .map(|word| word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value));
        let paths = values
            .filter(|word| !word.is_empty() && !word.starts_with('-'))
            .map(|word| absolute(self.directory(), word));
        let is_copied = |path: &String| self.stage.world.context_path(path).is_some();
        paths.filter(|path| path != "/" && is_copied(path)).collect()
    }

    fn starter(&self, words: &[String]) -> Option<&Starter> {
        let begins = |starter: &&Starter| words.starts_with(&starter.run);
        self.sources.recipe.starters.iter().find(begins)
    }

    fn is_starter(&self, words: &[String]) -> bool {
        self.starter(&self.sources.recipes.resolve_alias(words.to_vec())).is_some()
    }

    fn directory(&self) -> &str {
        self.stage.state.workdir.as_deref().unwrap_or("/")
    }

    /// Absolute path of a program, where the image is known to hold it.
    fn resolve(&self, program: &str) -> Option<String> {
        if program.contains('/') {
            return Some(absolute(self.directory(), program));
        }
        let path = self.stage.state.variable("PATH").unwrap_or_default();
        let candidates = path
            .split(':')
            .filter(|dir| !dir.is_empty())
            .map(|dir| absolute(self.directory(), &format!("{dir}/{program}")));
        let mut candidates = candidates.filter(|candidate| self.stage.world.find(candidate).is_some());
        // a file that is known beats a directory that may hold it
        let all: Vec<String> = candidates.by_ref().collect();
        let known = all.iter().find(|path| self.stage.world.paths.contains_key(*path));
        known.or(all.first().filter(|_| !self.is_of_system(program))).cloned()
    }

    /// Whether the image or a package brings a program of that name.
    fn is_of_system(&self, program: &str) -> bool {
        let (knowledge, image) = (self.sources.knowledge, &self.stage.world.image);
        knowledge.program_in_slim(program, &image.distribution)
            || knowledge.program_in_image(program, image)
            || knowledge.package_of_program(program, &image.distribution).is_some()
    }

    fn program(&mut self, program: &str, place: &Place) {
        let path = self.resolve(program);
        let need = Need {
            name: program.rsplit('/').next().unwrap_or(program).to_owned(),
            path: path.clone(),
            span: place.span,
            raised_by: place.raised_by.clone(),
            main: place.main,
        };
        if let Some(known) =
            self.needs.programs.iter_mut().find(|known| known.name == need.name && known.path == need.path)
        {
            known.main |= need.main;
        } else {
            self.needs.programs.push(need);
        }
        if let Some(path) = path {
            self.script(&path, place);
        }
    }

    fn script_text(&self, path: &str) -> Option<(String, String)> {
        let context = self.sources.context?;
        let file = self.stage.world.context_path(path).filter(|file| context.entry(file).is_some())?;
        let text = context.text(&file)?;
        Some((file, text))
    }

    /// Reads a script of the build context that the container starts.
    fn script(&mut self, path: &str, place: &Place) {
        let Some((file, text)) = self.script_text(path) else { return };
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        let first = text.lines().next().unwrap_or_default();
        let mut is_shell = file.ends_with(".sh") || !first.starts_with("#!");
        if let Some(line) = first.strip_prefix("#!") {
            let mut words = line.split_whitespace();
            let interpreter = words.next().unwrap_or_default();
            let name = interpreter.rsplit('/').next().unwrap_or_default();
            let named = if name == "env" {
                words.find(|word| !word.starts_with('-')).unwrap_or_default()
            } else {
                name
            };
            self.needs.interpreters.insert(interpreter.to_owned());
            is_shell = SHELLS.contains(&named);
            let place = Place { raised_by: file.clone(), whole: false, ..place.clone() };
            if named != name {
                self.program(named, &place);
            } else {
                self.program(interpreter, &place);
            }
        }
        if is_shell && !text.contains('\0') {
            let place = Place { raised_by: file, main: false, whole: false, ..place.clone() };
            self.text(shell::parse_plain(&text), &place);
        }
    }
}

/// Whether the words start a login shell.
pub fn is_login(words: &[String]) -> bool {
    let mut options = words.iter().skip(1).take_while(|word| word.starts_with('-'));
    options.any(|option| option == "--login" || (!option.starts_with("--") && option.contains('l')))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
