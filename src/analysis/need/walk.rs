//! From CMD, ENTRYPOINT and HEALTHCHECK through wrappers and scripts to the programs that they start.

use super::chain::Chain;
use super::runner::without_runner;
use super::text::{Line, Text};
use super::{Caller, Doubt, Need, Needs, Program, Started};
use crate::analysis::config::{Form, Invocation};
use crate::analysis::read::unwrap::{Unwrapped, unwrap};
use crate::analysis::world::Origin;
use crate::analysis::{Sources, Stage};
use crate::recipe::Starter;
use crate::recipe::path::absolute;
use std::collections::{BTreeMap, BTreeSet};

/// Shells that run scripts.
pub(super) const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

/// How deep wrappers, functions and lines for the shell stand in each other.
const DEEPEST: usize = 16;

/// Walks, and collects.
pub(super) struct Walk<'a> {
    pub(super) stage: &'a Stage,
    pub(super) sources: Sources<'a>,
    pub(super) needs: Needs,
    /// Scripts already read, by their path and who starts them.
    pub(super) seen: BTreeSet<(String, Caller)>,
    /// Whether a script runs what it is given, by its path.
    handing: BTreeMap<String, bool>,
}

/// Where a command stands.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) chain: Chain,
    /// Whether the container can't start without what stands here.
    pub(super) main: bool,
    /// Whether the words are an exec form as written.
    pub(super) whole: bool,
    /// Who starts it.
    pub(super) caller: Caller,
    /// Whether a start through the toolchain that stands here can be written anew.
    pub(super) replaceable: bool,
    /// How many wrappers, functions and lines for the shell it stands in.
    pub(super) depth: usize,
}

impl Place {
    /// What a file or a package starts.
    pub(super) fn of(chain: Chain, caller: Caller) -> Self {
        Self { chain, main: false, whole: false, caller, replaceable: false, depth: 0 }
    }

    /// A place inside this one, where less is sure.
    pub(super) fn inside(&self) -> Self {
        Self { whole: false, depth: self.depth + 1, ..self.clone() }
    }
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub(super) fn new(stage: &'a Stage, sources: Sources<'a>) -> Self {
        Self { stage, sources, needs: Needs::default(), seen: BTreeSet::new(), handing: BTreeMap::new() }
    }

    /// What the instructions of the stage start.
    pub(super) fn instructions(&mut self) {
        let config = &self.stage.world.config;
        match (&config.entrypoint, &config.command) {
            (Some(entrypoint), command) if !entrypoint.is_empty() => {
                let arguments = command.as_ref().filter(|command| !command.is_empty());
                let place = self.place_of(entrypoint, "ENTRYPOINT");
                self.invocation(entrypoint, arguments, &place);
            }
            (_, Some(command)) => {
                let place = self.place_of(command, "CMD");
                self.invocation(command, None, &place);
            }
            _ => {}
        }
        if let Some(test) = config.healthcheck.as_ref().and_then(|check| check.test.as_ref()) {
            let place = Place { main: false, replaceable: false, ..self.place_of(test, "HEALTHCHECK") };
            self.invocation(test, None, &place);
        }
    }

    fn place_of(&self, invocation: &Invocation, keyword: &str) -> Place {
        let chain = Chain::instruction(keyword, invocation.span, self.sources.document);
        Place { main: true, replaceable: true, ..Place::of(chain, Caller::Container) }
    }

    /// What an invocation starts, with the arguments that it is given.
    pub(super) fn invocation(
        &mut self,
        invocation: &Invocation,
        arguments: Option<&Invocation>,
        place: &Place,
    ) {
        let place = place.clone();
        // only the container's own start is ours to write anew
        let plain = arguments.is_none() && place.replaceable && place.main;
        if let Some((form, _)) =
            without_runner(self.sources.recipe, self.sources.recipes, &invocation.form).filter(|_| plain)
        {
            self.needs.runner = Some((invocation.span, form.clone()));
            return self.invocation(&Invocation { form, ..invocation.clone() }, None, &place);
        }
        match (&invocation.form, arguments.map(|arguments| &arguments.form)) {
            (Form::Shell(text), _) => self.text(text, &place),
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
                let first = words.first().map(String::as_str).unwrap_or_default();
                let runs_arguments = self.is_script(first) || SHELLS.contains(&name_of(first));
                if runs_arguments && more.first().is_some_and(|first| !first.starts_with('-')) {
                    let place = self.handed_over(arguments, &place);
                    self.command(more, &place);
                }
            }
            (Form::Exec(words), Some(Form::Shell(text))) => {
                self.command(words, &Place { whole: false, ..place.clone() });
                let place = self.handed_over(arguments, &place);
                self.text(text, &place);
            }
            (Form::Exec(words), None) => self.command(words, &Place { whole: true, ..place }),
        }
    }

    /// The place of a CMD that an ENTRYPOINT is given.
    fn handed_over(&self, command: Option<&Invocation>, place: &Place) -> Place {
        if place.caller != Caller::Container {
            return Place { main: false, ..place.clone() };
        }
        // what can't be told there is told of the ENTRYPOINT, which decides
        let mut chain = Chain::instruction("CMD", command.and_then(|one| one.span), self.sources.document);
        chain.span = place.chain.span;
        Place { chain, main: false, ..place.clone() }
    }

    /// What a text for the shell starts.
    pub(super) fn text(&mut self, text: &str, place: &Place) {
        let read = match Text::read(text, self.stage, self.sources) {
            Ok(read) => read,
            // beside the image, what can't be read is a doubt; in it, it decides what is started
            Err(why) if place.caller == Caller::Compose => {
                let message = format!("starts what can't be read: {why}");
                self.needs.doubts.push(Doubt { chain: place.chain.clone(), message });
                return;
            }
            Err(why) => {
                self.needs.opaque.push((place.chain.span, format!("{}: {why}", place.chain.last())));
                return;
            }
        };
        for name in &read.variables {
            self.needs.add(Need::Variable(name.clone()), &place.chain, false);
        }
        for line in &read.lines {
            self.line(line, &read, place);
        }
    }

    fn line(&mut self, line: &Line, text: &Text, place: &Place) {
        let chain = place.chain.at(line.number);
        let place = Place { chain, main: place.main && !line.conditional, ..place.clone() };
        if let Some(why) = &line.unknown {
            self.needs.doubts.push(Doubt { chain: place.chain, message: why.clone() });
            return;
        }
        let Some(program) = line.words.first() else { return };
        // a function that runs what it is given: `run() { "$@"; }`
        if let Some(runs_arguments) = text.functions.get(program) {
            let rest = &line.words[1..];
            if *runs_arguments && place.depth < DEEPEST {
                self.handed(rest, &place.inside());
            }
            return;
        }
        self.command(&line.words, &place);
    }

    /// Words that something runs which was given them: a command, or one line for the shell.
    pub(super) fn handed(&mut self, words: &[String], place: &Place) {
        match words {
            [line] if line.contains(' ') => self.text(line, place),
            _ => self.command(words, place),
        }
    }

    /// A command and what it starts.
    pub(super) fn command(&mut self, words: &[String], place: &Place) {
        if place.depth > DEEPEST {
            return;
        }
        // a directory that is only gone to is not read
        let is_read = words.first().is_none_or(|first| first != "cd");
        for word in words.iter().filter(|_| is_read) {
            self.needs.add(Need::Argument(word.clone()), &place.chain, place.main);
        }
        let Unwrapped { words, wrappers, .. } = unwrap(self.sources.recipes, words.to_vec());
        let builtins = &self.sources.recipes.starts.builtins;
        for wrapper in wrappers.iter().filter(|wrapper| !builtins.contains(wrapper)) {
            self.program(wrapper, place);
        }
        let Some(program) = words.first() else { return };
        let name = name_of(program);
        if let Some(starter) = self.starter(&words) {
            let starter = starter.clone();
            if place.replaceable {
                let span = place.chain.span;
                let started = Started { starter, words, span, whole: place.whole };
                self.needs.starter.get_or_insert(started);
            } else {
                self.program(&starter.run[0], place);
            }
        } else if SHELLS.contains(&name) {
            self.program(program, place);
            self.shell(&words, place);
        } else if builtins.iter().any(|builtin| builtin == name) && !program.contains('/') {
            self.builtin(name, &words, place);
        } else {
            self.program(program, place);
            if !self.targets(&words, place) {
                self.arguments_of(program, &words, place);
            }
        }
    }

    /// What a shell is given: `sh -c TEXT`, `sh SCRIPT`.
    fn shell(&mut self, words: &[String], place: &Place) {
        self.needs.login_shell |= is_login(words);
        let takes_text = words
            .iter()
            .skip(1)
            .take_while(|word| word.starts_with('-'))
            .any(|word| word.ends_with('c') && !word.starts_with("--"));
        let operand = words.iter().skip(1).find(|word| !word.starts_with('-')).cloned();
        match operand {
            Some(text) if takes_text => {
                let whole = place.whole;
                self.text(&text, &Place { whole, ..place.inside() });
            }
            Some(script) => self.script(&absolute(self.directory(), &script), place),
            None => {}
        }
    }

    /// Words of the shell itself that run what they are given.
    fn builtin(&mut self, name: &str, words: &[String], place: &Place) {
        match (name, words.get(1)) {
            ("." | "source", Some(script)) => {
                let path = absolute(self.directory(), script);
                self.needs.login_shell |= self.sources.recipes.starts.sets_path.contains(&path);
                self.script(&path, place);
            }
            ("eval", Some(_)) => {
                let line = words[1..].join(" ");
                self.text(&line, &place.inside());
            }
            ("trap", Some(line)) => {
                let place = Place { main: false, ..place.inside() };
                self.text(line, &place);
            }
            _ => {}
        }
    }

    /// What a program is given to start: a line for a shell, a service, or, for a script, its arguments.
    fn arguments_of(&mut self, program: &str, words: &[String], place: &Place) {
        let name = name_of(program);
        let starts = &self.sources.recipes.starts;
        if let Some(service) = starts.service(program, words) {
            self.program(service, place);
        }
        if let Some(line) = starts.shell_line(name, words) {
            self.text(line, &place.inside());
            return;
        }
        // a script may hand over to its arguments: `wait-for.sh db:5432 -- ./app`
        let rest = match words.iter().position(|word| word == "--") {
            Some(end) => words.get(end + 1..).unwrap_or_default(),
            None => words.get(1..).unwrap_or_default(),
        };
        let is_made =
            |word: &String| self.resolve(word).is_some_and(|path| self.stage.world.paths.contains_key(&path));
        let Some(path) = self.resolve(program) else { return };
        let is_one = rest.first().is_some_and(|first| !first.starts_with('-'));
        let entry = |word: &String| self.stage.world.paths.get(&self.resolve(word)?);
        let is_compiled =
            rest.first().and_then(entry).is_some_and(|entry| entry.origin == Origin::Compiled && !entry.tree);
        if is_one && self.runs_arguments(&path, rest.first().is_some_and(is_made), is_compiled) {
            self.command(rest, &place.inside());
        }
    }

    /// Whether a program is a script that runs what it is given; `likely` says that it is given what the file brought, `compiled` that
    /// this is a program.
    fn runs_arguments(&mut self, path: &str, likely: bool, compiled: bool) -> bool {
        if let Some(known) = self.handing.get(path) {
            return *known;
        }
        let runs = match self.script_text(path) {
            Some((_, text)) => {
                likely || Text::read(&text, self.stage, self.sources).is_ok_and(|read| read.runs_arguments)
            }
            // one that was fetched is not seen (go/fetched-wait-script)
            None => compiled && self.stage.world.exists(path),
        };
        self.handing.insert(path.to_owned(), runs);
        runs
    }

    fn starter(&self, words: &[String]) -> Option<&'a Starter> {
        let begins = |starter: &&Starter| words.starts_with(&starter.run);
        self.sources.recipe.starters.iter().find(begins)
    }

    fn is_starter(&self, words: &[String]) -> bool {
        self.starter(&self.sources.recipes.resolve_alias(words.to_vec())).is_some()
    }

    pub(super) fn directory(&self) -> &'a str {
        self.stage.state.workdir.as_deref().unwrap_or("/")
    }

    /// Absolute path of a program, where the image is known to hold it.
    pub(super) fn resolve(&self, program: &str) -> Option<String> {
        if program.contains('/') {
            return Some(absolute(self.directory(), program));
        }
        let path = self.stage.state.variable("PATH").unwrap_or_default();
        let candidates = path
            .split(':')
            .filter(|dir| !dir.is_empty())
            .map(|dir| absolute(self.directory(), &format!("{dir}/{program}")));
        let all: Vec<String> =
            candidates.filter(|candidate| self.stage.world.find(candidate).is_some()).collect();
        // a file that is known beats a directory that may hold it
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

    /// A program that is started, and what stands in it where it is a script.
    pub(super) fn program(&mut self, program: &str, place: &Place) {
        let path = self.resolve(program);
        let name = name_of(program).to_owned();
        let need = Need::Program(Program { name, path: path.clone(), caller: place.caller });
        self.needs.add(need, &place.chain, place.main);
        if let Some(path) = path {
            self.script(&path, place);
        }
    }
}

/// A program's name without its directory.
pub(super) fn name_of(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whether the words start a login shell.
pub fn is_login(words: &[String]) -> bool {
    let mut options = words.iter().skip(1).take_while(|word| word.starts_with('-'));
    options.any(|option| option == "--login" || (!option.starts_with("--") && option.contains('l')))
}
