//! From the text of a RUN to what its commands do: words are expanded, wrappers taken off, rules asked, scripts followed.

use super::Sources;
use super::effect::{Action, Effect};
use super::state::State;
use super::step::{self, Mount};
use super::world::World;
use crate::dockerfile::instruction::{Arguments, Instruction};
use crate::dockerfile::shell::{self, Command, Joined, Shell, ShellWord, WordPart};
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::Value;
use crate::recipe::command::EffectKind;
use crate::recipe::go;
use crate::recipe::path::absolute;
use std::collections::{BTreeMap, BTreeSet};

/// How deep scripts and nested shells are followed.
const DEPTH: usize = 3;

/// Interpreters whose scripts can be read.
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

/// Reads the commands of one instruction.
pub struct Reader<'a> {
    pub(super) sources: Sources<'a>,
    pub(super) state: &'a State,
    pub(super) world: &'a World,
    mounts: &'a [Mount],
    /// Variables that earlier commands of the same text set.
    locals: BTreeMap<String, String>,
    /// Start of the pipeline that is being read, in the file.
    pipeline: usize,
    /// Virtual environments that earlier commands of the same text made.
    made: BTreeSet<String>,
}

/// The words of a command after expansion.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Each word; one that can't be told stands as written.
    pub words: Vec<String>,
    /// Words whose value can't be told.
    pub unknown: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A reader in the state and world before the instruction.
    pub fn new(sources: Sources<'a>, state: &'a State, world: &'a World, mounts: &'a [Mount]) -> Self {
        Self { sources, state, world, mounts, locals: BTreeMap::new(), pipeline: 0, made: BTreeSet::new() }
    }

    /// What a RUN does.
    pub fn instruction(mut self, instruction: &Instruction) -> Vec<Action> {
        let place = Place {
            span: instruction.span,
            statement: instruction.span,
            directory: self.state.workdir.clone().unwrap_or_else(|| "/".to_owned()),
            conditional: false,
            nested: false,
            piped: false,
        };
        if let Arguments::Json(words) = &instruction.arguments {
            let words =
                Words { words: words.iter().map(|word| word.text.clone()).collect(), unknown: Vec::new() };
            return self.words(words, &BTreeMap::new(), &place, 0);
        }
        let is_posix = |shell: &Vec<String>| {
            shell
                .first()
                .is_some_and(|program| SHELLS.contains(&program.rsplit('/').next().unwrap_or(program)))
        };
        if self.state.shell.as_ref().is_some_and(|shell| !is_posix(shell)) {
            return vec![place.action(Effect::Opaque("the shell is not sh or bash".to_owned()), "", "")];
        }
        match self.sources.document.shell_text(instruction) {
            Some(text) => self.text(shell::parse(&text), &place, 0),
            None => {
                vec![place.action(Effect::Opaque("another interpreter reads the text".to_owned()), "", "")]
            }
        }
    }

    /// What a shell text does. `place` is the command that starts the text, for nested ones.
    fn text(&mut self, shell: Shell, place: &Place, depth: usize) -> Vec<Action> {
        let commands = match shell {
            Shell::Commands(commands) => commands,
            Shell::Opaque(why) => return vec![place.action(Effect::Opaque(why), "", "")],
        };
        let mut actions = Vec::new();
        for command in &commands {
            actions.extend(self.command(command, place, depth));
        }
        actions
    }

    fn command(&mut self, command: &Command, outer: &Place, depth: usize) -> Vec<Action> {
        if command.joined != Joined::Pipe {
            self.pipeline = command.span.start;
        }
        let words = self.expand(&command.words);
        let mut assignments = BTreeMap::new();
        for (name, value) in &command.assignments {
            let value = self.expand(std::slice::from_ref(value));
            if value.unknown.is_empty() {
                assignments.insert(name.clone(), value.words.join(" "));
            } else {
                self.locals.remove(name);
            }
        }
        let exports = words.words.first().is_some_and(|word| word == "export");
        if words.words.is_empty() {
            self.locals.extend(assignments.clone());
        } else if exports {
            let set = words.words.iter().skip(1).filter_map(|word| word.split_once('='));
            self.locals.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        let mut place = Place {
            span: if outer.nested { outer.span } else { command.span },
            statement: if outer.nested {
                outer.statement
            } else {
                Span::new(self.pipeline, command.span.end)
            },
            directory: outer.directory.clone(),
            conditional: outer.conditional || command.conditional,
            nested: outer.nested,
            piped: command.joined == Joined::Pipe,
        };
        let followed =
            command.directory.as_ref().and_then(|directories| self.follow(&outer.directory, directories));
        let lost = followed.is_none();
        place.directory = followed.unwrap_or_else(|| outer.directory.clone());
        if let [program, script, ..] = words.words.as_slice()
            && matches!(program.as_str(), "." | "source")
        {
            self.activate(&absolute(&place.directory, script));
        }
        let mut actions = Vec::new();
        if !words.words.is_empty() {
            actions = self.words(words, &assignments, &place, depth);
        }
        let written = self.redirected(command, &place);
        if !written.is_empty() {
            actions.push(place.action(Effect::Write(written), "", ">"));
        }
        let depends = |effect: &Effect| {
            !matches!(
                effect,
                Effect::Nothing
                    | Effect::UpdatePackages
                    | Effect::InstallPackages(_)
                    | Effect::RemovePackages(_)
                    | Effect::Fetch
            )
        };
        if lost && actions.iter().any(|action| depends(&action.effect)) {
            return vec![place.action(Effect::Opaque("a `cd` in it can't be followed".to_owned()), "", "cd")];
        }
        actions
    }

    /// A script that activates a virtual environment puts its programs first.
    fn activate(&mut self, script: &str) {
        let Some((bin, _)) = script.rsplit_once('/') else { return };
        let environment = bin.strip_suffix("/bin").filter(|path| self.is_environment(path));
        if environment.is_some() {
            let path = self.value("PATH").unwrap_or_default();
            self.locals.insert("PATH".to_owned(), format!("{bin}:{path}"));
        }
    }

    /// Whether a line before made a virtual environment there.
    pub(super) fn is_environment(&self, path: &str) -> bool {
        self.made.contains(path)
            || self
                .world
                .paths
                .get(path)
                .is_some_and(|entry| entry.origin == super::world::Origin::Dependencies)
    }

    /// The directory that a row of `cd`s leads to.
    fn follow(&self, from: &str, directories: &[String]) -> Option<String> {
        directories.iter().try_fold(from.to_owned(), |at, directory| {
            if directory.contains(['`', '(', '*', '?', '[']) || directory == "-" {
                return None;
            }
            let plain = directory.replace('~', &step::home(self.state));
            match self.variables().expand(&plain, '\\') {
                Value::Unknown => None,
                value => Some(absolute(&at, value.default_value()?)),
            }
        })
    }

    fn variables(&self) -> crate::dockerfile::variables::Variables {
        let mut variables = self.state.variables.clone();
        variables
            .values
            .extend(self.locals.iter().map(|(name, value)| (name.clone(), Value::Known(value.clone()))));
        variables
    }

    /// Files that redirections write.
    fn redirected(&self, command: &Command, place: &Place) -> Vec<String> {
        let writes = command.redirections.iter().filter(|redirection| redirection.operator.contains('>'));
        writes
            .filter_map(|redirection| {
                let target = self.expand(std::slice::from_ref(&redirection.target));
                let path = target.words.first()?;
                let descriptor = path.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
                if descriptor
                    || path.starts_with("/dev/")
                    || path.starts_with('&')
                    || !target.unknown.is_empty()
                {
                    return None;
                }
                Some(absolute(&place.directory, path))
            })
            .collect()
    }

    /// Words with variables replaced by what they are known to hold.
    pub fn expand(&self, words: &[ShellWord]) -> Words {
        let mut expanded = Words::default();
        for word in words {
            let mut text = Some(String::new());
            let mut splits = false;
            for part in &word.parts {
                let piece = match part {
                    WordPart::Literal(literal) => Some(literal.clone()),
                    WordPart::Glob(letter) => Some(letter.to_string()),
                    WordPart::Variable(name, in_quotes) => {
                        splits |= !in_quotes;
                        self.value(name)
                    }
                    WordPart::Dynamic(written) if written == "~" => Some(step::home(self.state)),
                    WordPart::Dynamic(_) => None,
                };
                text = text.zip(piece).map(|(text, piece)| text + &piece);
            }
            match text {
                Some(text) if splits => expanded.words.extend(text.split_whitespace().map(str::to_owned)),
                Some(text) => expanded.words.push(text),
                None => {
                    expanded.unknown.push(word.raw.clone());
                    expanded.words.push(word.raw.clone());
                }
            }
        }
        expanded
    }

    fn value(&self, name: &str) -> Option<String> {
        if let Some(value) = self.locals.get(name) {
            return Some(value.clone());
        }
        if let Some(value) = self.state.variables.values.get(name) {
            return value.default_value().map(str::to_owned);
        }
        (name == "HOME").then(|| step::home(self.state))
    }

    /// What a command of these words does.
    fn words(
        &mut self,
        words: Words,
        assignments: &BTreeMap<String, String>,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let text = words.words.join(" ");
        let mut assignments = assignments.clone();
        let unwrapped = self.unwrap(words.words.clone(), &mut assignments);
        let Some(program) = unwrapped.first() else { return vec![place.action(Effect::Nothing, &text, "")] };
        let name = program.rsplit('/').next().unwrap_or(program).to_owned();
        let rules = self.sources.recipe.commands.iter().chain(&self.sources.recipes.system);
        let matched = rules.filter_map(|rule| Some((rule, rule.call(&unwrapped)?))).next();
        let Some((rule, mut call)) = matched else {
            return self.unruled(&unwrapped, &text, &name, place, depth);
        };
        call.directory.clone_from(&place.directory);
        call.variables = self.state.known_variables();
        call.variables.extend(self.locals.clone());
        call.variables.extend(assignments);
        if rule.effect == EffectKind::Shell {
            return self.nested_shell(&unwrapped, &text, &name, place, depth);
        }
        let effect = self.effect(rule, &call, &words.unknown);
        if let Effect::CreateEnvironment(path) = &effect {
            self.made.insert(path.clone());
        }
        let mut actions = vec![place.action(effect, &text, &name)];
        if rule.effect == EffectKind::Move {
            let sources = call.operands.split_last().map_or(&[][..], |(_, sources)| sources);
            let gone = sources.iter().map(|source| call.absolute(source)).collect();
            actions.insert(0, place.action(Effect::Remove(gone), &text, &name));
        }
        actions
    }

    /// Aliases resolved, and programs that only start another one taken off.
    fn unwrap(&self, mut words: Vec<String>, assignments: &mut BTreeMap<String, String>) -> Vec<String> {
        for _ in 0..8 {
            let Some(program) = words.first() else { break };
            let name = program.rsplit('/').next().unwrap_or(program);
            let Some(inner) = self.sources.recipes.unwrap(name, &words) else { break };
            let set = inner.iter().take_while(|word| is_assignment(word)).count();
            assignments.extend(
                inner[..set]
                    .iter()
                    .filter_map(|word| word.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            words = inner[set..].to_vec();
        }
        self.sources.recipes.resolve_alias(words)
    }

    /// A command that no rule knows: a script of the build context is followed, anything else is unknown.
    fn unruled(
        &mut self,
        words: &[String],
        text: &str,
        name: &str,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let program = &words[0];
        if program.contains('/')
            && depth < DEPTH
            && let Some(actions) = self.script(&absolute(&place.directory, program), place, depth)
        {
            return actions;
        }
        vec![place.action(Effect::Unknown(mentioned(words)), text, name)]
    }

    /// `sh -c TEXT`, `sh SCRIPT`, or a shell that reads what it is piped.
    fn nested_shell(
        &mut self,
        words: &[String],
        text: &str,
        name: &str,
        place: &Place,
        depth: usize,
    ) -> Vec<Action> {
        let operands: Vec<&String> = words.iter().skip(1).filter(|word| !word.starts_with('-')).collect();
        let takes_text = words
            .iter()
            .skip(1)
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'));
        let inner = Place { nested: true, ..place.clone() };
        match operands.first() {
            _ if depth >= DEPTH => {}
            Some(script) if takes_text => return self.text(shell::parse_plain(script), &inner, depth + 1),
            Some(path) => {
                if let Some(actions) = self.script(&absolute(&place.directory, path), place, depth) {
                    return actions;
                }
            }
            None if place.piped => {
                let why = "it runs a script that another command prints".to_owned();
                return vec![place.action(Effect::Opaque(why), text, name)];
            }
            None => {}
        }
        vec![place.action(Effect::Unknown(mentioned(words)), text, name)]
    }

    /// The commands of a script of the build context.
    fn script(&mut self, path: &str, place: &Place, depth: usize) -> Option<Vec<Action>> {
        let text = self.sources.context?.text(&self.locate(path)?)?;
        let first = text.lines().next().unwrap_or_default();
        if let Some(interpreter) = first.strip_prefix("#!")
            && !SHELLS.iter().any(|shell| interpreter.split(['/', ' ']).any(|word| word == *shell))
        {
            return None;
        }
        let inner = Place { nested: true, ..place.clone() };
        Some(self.text(shell::parse_plain(&text), &inner, depth + 1))
    }

    /// The context path behind a path of the image, through COPY and bind mounts.
    pub(super) fn locate(&self, path: &str) -> Option<String> {
        let bound = self.mounts.iter().filter(|mount| mount.kind == "bind" && mount.from.is_none());
        for mount in bound {
            let Some(target) = &mount.target else { continue };
            if let Some(rest) = path.strip_prefix(target.as_str())
                && (rest.is_empty() || rest.starts_with('/') || target == "/")
            {
                return Some(go::join(&mount.source, rest.trim_start_matches('/')));
            }
        }
        self.world.context_path(path)
    }
}

/// Where a command stands.
#[derive(Clone, Debug)]
struct Place {
    span: Span,
    statement: Span,
    directory: String,
    conditional: bool,
    nested: bool,
    piped: bool,
}

impl Place {
    fn action(&self, effect: Effect, text: &str, program: &str) -> Action {
        Action {
            span: self.span,
            statement: self.statement,
            effect,
            text: text.to_owned(),
            program: program.to_owned(),
            conditional: self.conditional,
            nested: self.nested,
            directory: self.directory.clone(),
        }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// Absolute paths among the words of a command.
pub(super) fn mentioned(words: &[String]) -> Vec<String> {
    let paths =
        words.iter().skip(1).map(|word| word.split_once('=').map_or(word.as_str(), |(_, value)| value));
    paths.filter(|path| path.starts_with('/') && path.len() > 1).map(|path| absolute("/", path)).collect()
}
