//! From the text of a RUN to what its commands do, one after the other, each in the world that the ones before it left.

use super::listed::Input;
use super::unwrap::unwrap;
use super::words::Words;
use crate::analysis::Sources;
use crate::analysis::apply::Scene;
use crate::analysis::certainty::Certainty;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::state::State;
use crate::analysis::step::{self, Mount};
use crate::analysis::world::World;
use crate::dockerfile::instruction::{Arguments, Instruction};
use crate::dockerfile::shell::{self, Command, Joined, Shell};
use crate::dockerfile::span::Span;
use crate::recipe::command::{Call, EffectKind};
use crate::recipe::engine::Engine;
use crate::recipe::path::absolute;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

/// Interpreters whose scripts can be read.
pub(super) const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

/// Most commands of a stage, those of scripts among them: a script can call itself over and over. What is beyond is unread.
const MOST_COMMANDS: usize = 4000;

/// Most bytes that variables put into one command, and that those which the shell sets hold together.
pub(super) const MOST_EXPANDED: usize = 8 << 10;

/// Reads the commands of one instruction.
pub struct Reader<'a> {
    pub(super) sources: Sources<'a>,
    pub(super) state: &'a State,
    pub(super) world: Seen<'a>,
    pub(super) mounts: &'a [Mount],
    /// Variables that earlier commands of the same text set; `None` where the value can't be told.
    pub(super) locals: BTreeMap<String, Option<String>>,
    /// Index of the instruction, and the absolute targets of its cache mounts.
    line: (usize, &'a [String]),
    /// Functions that the text defines: what they may do is read in their bodies.
    functions: BTreeSet<String>,
    /// What the command that is being read finds on its standard input, and its directory.
    pub(super) input: Input,
    pub(super) at: String,
    /// Files of whose lines some are words of the command that is being read.
    reads: Vec<String>,
    /// What a later command of the text enters from the directory of the command that is being read.
    entered: Option<String>,
    /// Start of the pipeline that is being read, in the file.
    pipeline: usize,
    /// Commands that may still be read.
    pub(super) left: usize,
    /// Whether the command that was read says what a lock file names.
    exporting: bool,
}

/// The world that a reader sees, and changes where it runs a line.
pub(super) enum Seen<'a> {
    Finished(&'a World),
    Running(&'a mut World),
}

impl Deref for Seen<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        match self {
            Self::Finished(world) => world,
            Self::Running(world) => world,
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader in a state and a world, which stays as it is.
    pub fn new(sources: Sources<'a>, state: &'a State, world: &'a World, mounts: &'a [Mount]) -> Self {
        let left = MOST_COMMANDS;
        let world = Seen::Finished(world);
        Self {
            sources,
            state,
            world,
            mounts,
            locals: BTreeMap::new(),
            line: (0, &[]),
            functions: BTreeSet::new(),
            input: Input::default(),
            at: String::new(),
            reads: Vec::new(),
            entered: None,
            pipeline: 0,
            exporting: false,
            left,
        }
    }

    /// A reader that does in the world what the commands do. `line` is the index of the instruction, with the absolute
    /// targets of its cache mounts.
    pub fn running(
        sources: Sources<'a>,
        state: &'a State,
        world: &'a mut World,
        mounts: &'a [Mount],
        line: (usize, &'a [String]),
    ) -> Self {
        let left = MOST_COMMANDS.saturating_sub(world.commands);
        let world = Seen::Running(world);
        Self {
            sources,
            state,
            world,
            mounts,
            locals: BTreeMap::new(),
            line,
            functions: BTreeSet::new(),
            input: Input::default(),
            at: String::new(),
            reads: Vec::new(),
            entered: None,
            pipeline: 0,
            exporting: false,
            left,
        }
    }

    /// What a RUN does.
    pub fn instruction(mut self, instruction: &Instruction) -> Vec<Action> {
        let place = Place {
            span: instruction.span,
            statement: instruction.span,
            directory: self.state.workdir.clone().unwrap_or_else(|| "/".to_owned()),
            certainty: Certainty::Sure,
            nested: false,
            piped: false,
        };
        if let Arguments::Json(words) = &instruction.arguments {
            let words =
                Words { words: words.iter().map(|word| word.text.clone()).collect(), ..Words::default() };
            return self.words(words, &BTreeMap::new(), &place, 0);
        }
        let is_posix = |shell: &Vec<String>| {
            shell
                .first()
                .is_some_and(|program| SHELLS.contains(&program.rsplit('/').next().unwrap_or(program)))
        };
        if self.state.shell.as_ref().is_some_and(|shell| !is_posix(shell)) {
            return self.opaque(&place, "the shell is not sh or bash");
        }
        match self.sources.document.shell_text(instruction) {
            Some(text) => self.text(shell::parse(&text), &place, 0),
            None => self.opaque(&place, "another interpreter reads the text"),
        }
    }

    /// Does what a command does, and says it.
    pub(super) fn act(&mut self, place: &Place, effect: Effect, text: &str, program: &str) -> Action {
        let action = Action {
            span: place.span,
            statement: place.statement,
            effect,
            text: text.to_owned(),
            program: program.to_owned(),
            certainty: place.certainty,
            nested: place.nested,
            directory: place.directory.clone(),
            reads: std::mem::take(&mut self.reads),
        };
        if let Seen::Running(world) = &mut self.world {
            world.commands += 1;
            let scene =
                Scene { instruction: self.line.0, caches: self.line.1, home: &step::home(self.state) };
            world.act(&scene, &action);
        }
        action
    }

    pub(super) fn opaque(&mut self, place: &Place, why: &str) -> Vec<Action> {
        vec![self.act(place, Effect::Opaque(why.to_owned()), "", "")]
    }

    /// What a shell text does. `place` is the command that starts the text, for nested ones.
    pub(super) fn text(&mut self, shell: Shell, place: &Place, depth: usize) -> Vec<Action> {
        let commands = match shell {
            Shell::Commands(commands) => commands,
            Shell::Opaque(why) => return self.opaque(place, &why),
        };
        self.functions.extend(commands.iter().filter_map(|command| command.function.clone()));
        let mut actions = Vec::new();
        for (at, command) in commands.iter().enumerate() {
            let Some(left) = self.left.checked_sub(1) else {
                let why =
                    format!("there is more of it than the {MOST_COMMANDS} commands that restage looks at");
                actions.extend(self.opaque(place, &why));
                break;
            };
            self.left = left;
            self.entered = self.entered(command, &commands[at + 1..]);
            actions.extend(self.command(command, place, depth));
        }
        actions
    }

    fn command(&mut self, command: &Command, outer: &Place, depth: usize) -> Vec<Action> {
        if command.joined != Joined::Pipe {
            self.pipeline = command.span.start;
        }
        self.input.before(command);
        let followed =
            command.directory.as_ref().and_then(|directories| self.follow(&outer.directory, directories));
        self.at = followed.clone().unwrap_or_else(|| outer.directory.clone());
        let words = self.expand(&command.words);
        let assignments = self.assign(command, &words);
        let lost = followed.is_none();
        let own = Span::new(self.pipeline, command.span.end);
        let place = Place {
            span: if outer.nested { outer.span } else { command.span },
            statement: if outer.nested { outer.statement } else { own },
            directory: followed.unwrap_or_else(|| outer.directory.clone()),
            certainty: outer.certainty.min(Certainty::under(command.conditional)),
            nested: outer.nested,
            piped: command.joined == Joined::Pipe,
        };
        if let [program, script, ..] = words.words.as_slice()
            && matches!(program.as_str(), "." | "source")
        {
            self.activate(&absolute(&place.directory, script), place.certainty);
        }
        self.takes_in(command, &place.directory);
        let mut actions = Vec::new();
        self.exporting = false;
        if !words.words.is_empty() {
            let said = words.words.clone();
            actions = self.words(words, &assignments, &place, depth);
            self.input.pipeline.push(said);
        }
        let written = self.redirected(command, &place);
        if !written.is_empty() {
            self.note_exported(&written);
            actions.push(self.act(&place, Effect::Write(written), "", ">"));
        }
        let depends = |effect: &Effect| {
            !matches!(
                effect,
                Effect::Nothing
                    | Effect::UpdatePackages
                    | Effect::UpgradePackages
                    | Effect::InstallPackages(_)
                    | Effect::RemovePackages(_)
                    | Effect::Fetch
            )
        };
        if lost && actions.iter().any(|action| depends(&action.effect)) {
            let why = "a `cd` in it can't be followed".to_owned();
            return vec![self.act(&place, Effect::Opaque(why), "", "cd")];
        }
        actions
    }

    /// What a command of these words does.
    pub(super) fn words(
        &mut self,
        mut words: Words,
        assignments: &BTreeMap<String, String>,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let text = words.words.join(" ");
        let mut assignments = assignments.clone();
        let unwrapped = unwrap(self.sources.recipes, words.words.clone());
        assignments.extend(unwrapped.assignments);
        let appends = unwrapped.wrappers.iter().any(|wrapper| self.sources.recipes.appends(wrapper));
        let mut unwrapped = unwrapped.words;
        if appends && !unwrapped.is_empty() {
            self.feed(&mut words, &mut unwrapped, &place.directory);
        }
        let Some(program) = unwrapped.first() else {
            return vec![self.act(place, Effect::Nothing, &text, "")];
        };
        let name = program.rsplit('/').next().unwrap_or(program).to_owned();
        if self.functions.contains(program) {
            return vec![self.act(place, Effect::Nothing, &text, &name)];
        }
        // every program that takes it only says what it is: `tesseract --version` (python/version-of-a-program)
        if matches!(unwrapped.as_slice(), [_, asked] if ["--version", "--help"].contains(&asked.as_str())) {
            return vec![self.act(place, Effect::Nothing, &text, &name)];
        }
        if let Some(effect) = self.fetched_script(&unwrapped, &name, place) {
            return vec![self.act(place, effect, &text, &name)];
        }
        let rules = self.sources.recipe.commands.iter().chain(&self.sources.recipes.system);
        let mut matching = rules.filter_map(|rule| Some((rule, rule.call(&unwrapped)?)));
        let mut matched = matching.next().filter(|(rule, _)| !Self::is_untold(rule, &unwrapped));
        if let Some((rule, call)) = &mut matched
            && rule.from == Some(Engine::Makefile)
        {
            self.complete(call, place, &assignments);
            if let Some(actions) = self.make(call, &words, place, depth) {
                return actions;
            }
            matched = matching.next();
        }
        self.reads = words.listed.iter().map(|listed| listed.file.clone()).collect();
        let Some((rule, mut call)) = matched else {
            return self.unruled(&unwrapped, &text, &name, place, depth);
        };
        self.complete(&mut call, place, &assignments);
        self.take_lists(rule, &mut call, &words);
        if rule.effect == EffectKind::Shell {
            return self.nested_shell(&unwrapped, &text, &name, place, depth);
        }
        let mut effect = self.effect(rule, &call, &words);
        // `tar xz && cd lib-1.0`
        if matches!(effect, Effect::Build)
            && self.sources.recipes.unpackers.contains(&name)
            && let Some(entered) = &self.entered
        {
            effect = Effect::Write(vec![absolute(&place.directory, entered)]);
        }
        self.note_built(&call, &effect);
        if !rule.exports.is_empty() {
            let names: Vec<&str> = rule.exports.iter().map(String::as_str).collect();
            let file = call.option(&names).map(|file| call.absolute(file));
            self.exporting = true;
            if let Some(file) = file {
                self.note_exported(std::slice::from_ref(&file));
                effect = Effect::Write(vec![file]);
            }
        }
        if let (Some((name, value)), Seen::Running(world)) = (rule.setting(&call), &mut self.world) {
            match place.certainty.is_sure() {
                true => drop(world.settings.insert(name, value)),
                false => drop(world.settings.remove(&name)),
            }
        }
        let doubtful = rule.from == Some(Engine::Find) && !self.finds_by_name(&call);
        let certainty = place.certainty.min(Certainty::under(doubtful));
        if let (Effect::Write(paths), Seen::Running(world)) = (&effect, &mut self.world)
            && let ([path], Some(address)) =
                (paths.as_slice(), unwrapped.iter().find(|word| word.contains("://")))
        {
            world.addresses.insert(path.clone(), address.clone());
        }
        vec![self.act(&Place { certainty, ..place.clone() }, effect, &text, &name)]
    }
}

impl Reader<'_> {
    /// What an installer says of its lock file is the content of these files.
    fn note_exported(&mut self, files: &[String]) {
        if let (true, Seen::Running(world)) = (self.exporting, &mut self.world) {
            world.exported.extend(files.iter().cloned());
        }
    }

    /// Where a call runs, and the variables that it sees.
    fn complete(&self, call: &mut Call, place: &Place, assignments: &BTreeMap<String, String>) {
        call.directory.clone_from(&place.directory);
        call.variables = self.state.known_variables();
        for (name, value) in &self.locals {
            match value {
                Some(value) => drop(call.variables.insert(name.clone(), value.clone())),
                None => drop(call.variables.remove(name)),
            }
        }
        call.variables.extend(assignments.clone());
        for (name, value) in &self.world.settings {
            call.variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Where a command stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) span: Span,
    pub(super) statement: Span,
    pub(super) directory: String,
    pub(super) certainty: Certainty,
    pub(super) nested: bool,
    pub(super) piped: bool,
}

/// Absolute paths among the words of a command.
pub(super) fn mentioned(words: &[String]) -> Vec<String> {
    let paths =
        words.iter().skip(1).map(|word| word.split_once('=').map_or(word.as_str(), |(_, value)| value));
    paths.filter(|path| path.starts_with('/') && path.len() > 1).map(|path| absolute("/", path)).collect()
}
