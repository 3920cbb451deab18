//! What the finished container asks of its image: one list, each entry with the chain of places that leads to it.
//!
//! `walk` goes from CMD, ENTRYPOINT and HEALTHCHECK through wrappers (`text` reads what a shell is given, `script` files, `target` Makefiles)
//! to programs; `daemon` goes on through the files that process managers and schedulers read, `compose` starts from the
//! services beside the Dockerfile; `source` adds what the program's own sources say. The plan reads the list to decide what the runtime gets, the proof
//! to judge what a finished text gives.

pub mod chain;
mod compose;
mod daemon;
pub mod runner;
mod script;
mod source;
mod target;
mod text;
mod walk;

use super::{Sources, Stage};
use crate::analysis::config::Form;
use crate::dockerfile::span::Span;
use crate::recipe::Starter;
use chain::Chain;
use std::collections::BTreeMap;

pub use walk::is_login;

/// One thing that the container asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A program.
    Program(Program),
    /// The interpreter that the `#!` line of a script names: an absolute path, which may be the distribution's own.
    Interpreter(String),
    /// A file or directory of the image that is read: its absolute path.
    File(String),
    /// A directory in which the user of this name writes.
    Directory(Directory),
    /// A shared library.
    Library(Library),
    /// Files of the system that programs read without naming them: a name of `[[data]]` in the rules.
    Data(String),
    /// A package of the language, by its normalised name.
    Package(String),
    /// A user that has to exist.
    User(String),
    /// A variable of the environment.
    Variable(String),
    /// A word of a command that the container starts.
    Argument(String),
}

/// A program that is started.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Its name without the directory.
    pub name: String,
    /// Its absolute path, where it is started by one, or where a directory of PATH is known to hold it.
    pub path: Option<String>,
    /// Who starts it.
    pub caller: Caller,
}

/// Who starts a program, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// CMD, ENTRYPOINT, HEALTHCHECK, or a script that one of them starts.
    Container,
    /// A source, which says it where it starts it.
    Source,
    /// A source that names it, and starts what it is told elsewhere.
    PossibleSource,
    /// A compose file beside the Dockerfile.
    Compose,
}

/// A directory that has to be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Directory {
    /// Absolute path.
    pub path: String,
    /// Name of the user who writes there, where one does.
    pub writer: Option<String>,
}

/// A shared library of the system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Library {
    /// The distribution's package that brings it.
    Package(String),
    /// The file name by which the dynamic linker finds it.
    Soname(String),
}

/// A need, and who raised it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is asked for.
    pub need: Need,
    /// The places that lead to it.
    pub chain: Chain,
    /// Whether the container can't start without it.
    pub main: bool,
}

/// Something that may be asked for and can't be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The places that lead to it.
    pub chain: Chain,
    /// What can't be told, in one sentence.
    pub message: String,
}

/// Everything that the container asks for.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// The needs, in the order in which they were met; each once.
    pub list: Vec<Asked>,
    /// A start through the toolchain (`go run`), with its words.
    pub starter: Option<Started>,
    /// A start through an installer (`poetry run`): its place, and how it is written without.
    pub runner: Option<(Option<Span>, Form)>,
    /// What may be asked for and can't be told.
    pub doubts: Vec<Doubt>,
    /// What could not be read.
    pub opaque: Vec<(Option<Span>, String)>,
    /// Whether a login shell is started: it sets PATH anew.
    pub login_shell: bool,
    /// Where each need stands in the list.
    places: BTreeMap<Need, usize>,
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

impl Needs {
    /// What a stage needs in the end.
    pub fn of(stage: &Stage, sources: Sources<'_>) -> Self {
        let mut walk = walk::Walk::new(stage, sources);
        walk.instructions();
        daemon::walk(&mut walk);
        compose::walk(&mut walk);
        let mut needs = walk.needs;
        source::add(&mut needs, stage, sources);
        needs
    }

    /// Programs that somebody of these starts, in the order in which they were met.
    pub fn started_by<'a>(&'a self, callers: &'a [Caller]) -> impl Iterator<Item = (&'a Program, &'a Asked)> {
        self.list.iter().filter_map(|asked| match &asked.need {
            Need::Program(program) if callers.contains(&program.caller) => Some((program, asked)),
            _ => None,
        })
    }

    /// Programs that the container itself starts.
    pub fn programs(&self) -> impl Iterator<Item = (&Program, &Asked)> {
        self.started_by(&[Caller::Container])
    }

    /// Programs that the sources start, or may start.
    pub fn of_sources(&self) -> impl Iterator<Item = (&Program, &Asked)> {
        self.started_by(&[Caller::Source, Caller::PossibleSource])
    }

    /// Interpreters of scripts, absolute.
    pub fn interpreters(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|asked| match &asked.need {
            Need::Interpreter(path) => Some(path.as_str()),
            _ => None,
        })
    }

    /// Paths of the image that words of the started commands name, and that a COPY of the build context brought.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|asked| match &asked.need {
            Need::File(path) => Some(path.as_str()),
            _ => None,
        })
    }

    /// Words of the commands that the instructions of the file start.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let asked = self.list.iter().filter(|asked| asked.chain.is_of_instruction());
        asked.filter_map(|asked| match &asked.need {
            Need::Argument(word) => Some(word.as_str()),
            _ => None,
        })
    }

    /// Shared libraries that the program opens by name, with who says so.
    pub fn opened(&self) -> impl Iterator<Item = (&str, &Chain)> {
        self.list.iter().filter_map(|asked| match &asked.need {
            Need::Library(Library::Soname(name)) => Some((name.as_str(), &asked.chain)),
            _ => None,
        })
    }

    /// Whether a kind of data is read.
    pub fn reads(&self, data: &str) -> bool {
        self.list.iter().any(|asked| matches!(&asked.need, Need::Data(name) if name == data))
    }

    /// Adds a need; one that is there keeps its first chain.
    fn add(&mut self, need: Need, chain: &Chain, main: bool) {
        if let Some(known) = self.places.get(&need).and_then(|at| self.list.get_mut(*at)) {
            known.main |= main;
            return;
        }
        self.places.insert(need.clone(), self.list.len());
        self.list.push(Asked { need, chain: chain.clone(), main });
    }
}
