//! Engines: what templates of a rule can't say of a command. Rules name them by a word of this list; any other word is an
//! error when the rules are loaded.

use super::command::{Call, EffectKind};
use super::product::{Dependencies, Outputs, Surroundings};
use super::word::words;
use super::{go, python, rust};

words! {
    /// The engine that says what a command does in detail.
    Engine, "engine":
    /// `pip install`.
    Pip = "pip",
    /// `pip-sync`: what the files name, and nothing else.
    PipSync = "pip-sync",
    /// `pip uninstall`.
    PipUninstall = "pip-uninstall",
    /// `python setup.py install`.
    SetupInstall = "setup-install",
    /// `python setup.py develop`.
    SetupDevelop = "setup-develop",
    /// `spacy download`: models, as packages.
    SpacyDownload = "spacy-download",
    /// An installer that goes past the virtual environment in force, into the interpreter's own prefix.
    Prefix = "prefix",
    /// An installer of a project, which `[command.project]` describes.
    Project = "project",
    /// An installer whose place is not followed.
    Elsewhere = "elsewhere",
    /// `go build`.
    GoBuild = "go-build",
    /// `go install`.
    GoInstall = "go-install",
    /// `go run`, as a start.
    GoRun = "go-run",
    /// `cargo build`.
    CargoBuild = "cargo-build",
    /// `cargo install`.
    CargoInstall = "cargo-install",
    /// `cargo run`, as a start.
    CargoRun = "cargo-run",
    /// A program that creates users with a home directory unless it is told otherwise (`adduser`).
    WithHome = "with-home",
    /// `make`, whose targets stand in a Makefile of the build context; elsewhere the next rule that matches decides.
    Makefile = "makefile",
    /// `find`, which removes what its tests select.
    Find = "find",
}

words! {
    /// Which native libraries the dependencies of a language link, and where that is written.
    Libraries, "reader of libraries":
    /// Packages of Python, by name.
    Python = "python",
    /// Modules of `go.mod` that use cgo.
    Go = "go",
    /// `-sys` crates of `Cargo.lock`.
    Rust = "rust",
}

/// What an engine says of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Packages of the language.
    Installs(Dependencies),
    /// Programs.
    Compiles(Outputs),
}

impl Engine {
    /// What a call installs or compiles; `None` for an engine that says something else.
    pub fn answer(self, call: &Call, around: Surroundings<'_>) -> Option<Answer> {
        Some(match self {
            Self::Pip => Answer::Installs(python::pip(call, around)),
            Self::PipSync => Answer::Installs(python::sync(call, around)),
            Self::PipUninstall => Answer::Installs(python::uninstall(call, around)),
            Self::SetupInstall => Answer::Installs(python::setup(call, false, around)),
            Self::SetupDevelop => Answer::Installs(python::setup(call, true, around)),
            Self::SpacyDownload => Answer::Installs(python::spacy(call, around)),
            Self::Prefix => Answer::Installs(python::locked(python::into_prefix(), call, around)),
            Self::Elsewhere => Answer::Installs(python::locked(python::elsewhere(call), call, around)),
            Self::GoBuild => Answer::Compiles(go::build(call, around)),
            Self::GoInstall => Answer::Compiles(go::install(call, around)),
            Self::CargoBuild => Answer::Compiles(rust::build(call, around)),
            Self::CargoInstall => Answer::Compiles(rust::install(call, around)),
            Self::GoRun | Self::CargoRun | Self::WithHome | Self::Find | Self::Makefile | Self::Project => {
                return None;
            }
        })
    }

    /// The effect of the rules that may name it; `None` for an engine of starts.
    pub fn effect(self) -> Option<EffectKind> {
        match self {
            Self::Pip
            | Self::PipSync
            | Self::PipUninstall
            | Self::SetupInstall
            | Self::SetupDevelop
            | Self::SpacyDownload
            | Self::Prefix
            | Self::Project
            | Self::Elsewhere => Some(EffectKind::InstallDependencies),
            Self::GoBuild | Self::GoInstall | Self::CargoBuild | Self::CargoInstall => {
                Some(EffectKind::Compile)
            }
            Self::WithHome => Some(EffectKind::CreateUser),
            Self::Find => Some(EffectKind::Remove),
            Self::Makefile => Some(EffectKind::Build),
            Self::GoRun | Self::CargoRun => None,
        }
    }
}
