//! From CMD, ENTRYPOINT and HEALTHCHECK through wrappers and scripts to the programs that they start.

use super::chain::Chain;
use super::{Caller, Need, Needs, Program, Started};
use crate::analysis::config::{Form, Invocation};
use crate::analysis::read::run::Reader;
use crate::analysis::read::unwrap::{Unwrapped, unwrap};
use crate::analysis::{Sources, Stage};
use crate::dockerfile::shell::{self, Shell};
use crate::recipe::Starter;
use crate::recipe::path::absolute;
use std::collections::BTreeSet;

/// Words of a shell that are no programs.
const BUILTINS: [&str; 44] = [
    "[", "[[", ":", ".", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "echo",
    "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill", "let", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "shopt", "source", "test", "times",
    "trap", "true", "type", "typeset", "ulimit", "umask", "unset", "wait",
];

/// Shells that run scripts.
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

/// What the instructions of a stage start.
pub(super) fn walk(stage: &Stage, sources: Sources<'_>) -> Needs {
    let mut walk = Walk { stage, sources, needs: Needs::default(), seen: BTreeSet::new() };
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
    walk.named();
    walk.needs
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
    chain: Chain,
    /// Whether the container can't start without what stands here.
    main: bool,
    /// Whether the words are an exec form as written.
    whole: bool,
}

impl Walk<'_> {
    fn invocation(&mut self, invocation: &Invocation, arguments: Option<&Invocation>, raised_by: &str) {
        let place = Place {
            chain: Chain::instruction(raised_by, invocation.span, self.sources.document),
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
                    self.command(more, &self.handed_over(arguments, &place));
                }
            }
            (Form::Exec(words), Some(Form::Shell(text))) => {
                self.command(words, &Place { whole: false, ..place.clone() });
                let place = self.handed_over(arguments, &place);
                self.text(shell::parse_plain(text), &place);
            }
            (Form::Exec(words), None) => self.command(words, &Place { whole: true, ..place }),
        }
    }

    /// The place of a CMD that an ENTRYPOINT is given.
    fn handed_over(&self, command: Option<&Invocation>, place: &Place) -> Place {
        // what can't be told there is told of the ENTRYPOINT, which decides
        let mut chain = Chain::instruction("CMD", command.and_then(|one| one.span), self.sources.document);
        chain.span = place.chain.span;
        Place { chain, main: false, whole: place.whole }
    }

    fn text(&mut self, shell: Shell, place: &Place) {
        let commands = match shell {
            Shell::Commands(commands) => commands,
            Shell::Opaque(why) => {
                self.needs.opaque.push((place.chain.span, format!("{}: {why}", place.chain.last())));
                return;
            }
        };
        let state = &self.stage.state;
        for command in &commands {
            let reader = Reader::new(self.sources, state, &self.stage.world, &[]);
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
        for word in words {
            self.needs.add(Need::Argument(word.clone()), &place.chain, place.main);
        }
        let Unwrapped { words, wrappers, .. } = unwrap(self.sources.recipes, words.to_vec());
        for wrapper in wrappers.iter().filter(|wrapper| !BUILTINS.contains(&wrapper.as_str())) {
            self.program(wrapper, place);
        }
        let Some(program) = words.first().cloned() else { return };
        let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
        if let Some(starter) = self.starter(&words) {
            let started =
                Started { starter: starter.clone(), words, span: place.chain.span, whole: place.whole };
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
    fn named(&mut self) {
        // what the toolchain is told to build is not what the program reads
        if self.needs.starter.is_some() {
            return;
        }
        let mut named = Vec::new();
        for asked in &self.needs.list {
            let Need::Argument(word) = &asked.need else { continue };
            let word = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
            let path = absolute(self.directory(), word);
            let is_path = !word.is_empty() && !word.starts_with('-') && path != "/";
            if is_path && self.stage.world.context_path(&path).is_some() {
                named.push((path, asked.chain.clone()));
            }
        }
        for (path, chain) in named {
            self.needs.add(Need::File(path), &chain, false);
        }
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
        let name = program.rsplit('/').next().unwrap_or(program).to_owned();
        let need = Need::Program(Program { name, path: path.clone(), caller: Caller::Container });
        self.needs.add(need, &place.chain, place.main);
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
            is_shell = SHELLS.contains(&named);
            let place = Place { chain: place.chain.then(&file).at(1), whole: false, ..place.clone() };
            self.needs.add(Need::Interpreter(interpreter.to_owned()), &place.chain, place.main);
            if named != name {
                self.program(named, &place);
            } else {
                self.program(interpreter, &place);
            }
        }
        if is_shell && !text.contains('\0') {
            let place = Place { chain: place.chain.then(&file), main: false, whole: false };
            self.text(shell::parse_plain(&text), &place);
        }
    }
}

/// Whether the words start a login shell.
pub fn is_login(words: &[String]) -> bool {
    let mut options = words.iter().skip(1).take_while(|word| word.starts_with('-'));
    options.any(|option| option == "--login" || (!option.starts_with("--") && option.contains('l')))
}
