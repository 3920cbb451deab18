//! What the proof can find: a need of the original that the new world does not answer, with its place.
//!
//! A leaf like `note`: ids are stable, so that scripts may match on them, and each says what it means.

use crate::dockerfile::span::Span;

/// A need of the original that the new text does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Stable kebab-case id.
    pub id: BreachId,
    /// The line that is wrong in the new text, or the line of the original whose work is lost.
    pub place: Place,
    /// What is so, in one sentence without a final period.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A line that could not be judged: the pair is neither proven nor condemned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The line.
    pub place: Place,
    /// Why, in one sentence without a final period.
    pub message: String,
    /// Whether nothing at all could be judged because of it (the base image is not known).
    pub whole: bool,
}

/// A place in one of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which text.
    pub side: Side,
    /// Where in it; none where the text as a whole is meant.
    pub span: Option<Span>,
}

/// Which of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The original.
    Before,
    /// What it became.
    After,
}

/// Everything that the proof found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What is wrong, in the order of the checks.
    pub breaches: Vec<Breach>,
    /// What could not be judged.
    pub unjudged: Vec<Unjudged>,
}

impl Judgement {
    /// Adds a breach, once.
    pub(super) fn breach(&mut self, id: BreachId, place: Place, message: impl Into<String>, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let breach = Breach { id, place, message: message.into(), help };
        if !self.breaches.contains(&breach) {
            self.breaches.push(breach);
        }
    }

    /// Adds a line that could not be judged, once.
    pub(super) fn unjudged(&mut self, place: Place, message: impl Into<String>) {
        let unjudged = Unjudged { place, message: message.into(), whole: false };
        if !self.unjudged.contains(&unjudged) {
            self.unjudged.push(unjudged);
        }
    }
}

impl Place {
    /// A place in the original.
    pub fn before(span: impl Into<Option<Span>>) -> Self {
        Self { side: Side::Before, span: span.into() }
    }

    /// A place in the new text.
    pub fn after(span: impl Into<Option<Span>>) -> Self {
        Self { side: Side::After, span: span.into() }
    }
}

macro_rules! breaches {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
        /// What is not answered. The ids are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum BreachId { $($(#[doc = $doc])+ $name,)+ }

        impl BreachId {
            /// Every id, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable kebab-case id.
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }

            /// What it means, as documented here.
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ } }
        }
    };
}

breaches! {
    /// Two parsers read the new text differently.
    SecondReader = "second-reader",
    /// There is no second stage to leave anything behind in.
    OneStage = "one-stage",
    /// CMD starts another program, or the same with other arguments.
    Command = "command",
    /// ENTRYPOINT starts another program, or the same with other arguments.
    Entrypoint = "entrypoint",
    /// HEALTHCHECK differs.
    Healthcheck = "healthcheck",
    /// EXPOSE differs.
    Ports = "ports",
    /// VOLUME differs.
    Volumes = "volumes",
    /// A LABEL is lost or has another value.
    Labels = "labels",
    /// STOPSIGNAL differs.
    StopSignal = "stop-signal",
    /// ONBUILD triggers differ.
    Triggers = "triggers",
    /// The container starts in another directory.
    WorkingDirectory = "working-directory",
    /// The container starts as another user.
    User = "user",
    /// SHELL differs.
    Shell = "shell",
    /// A variable that the container saw is lost or has another value.
    Environment = "environment",
    /// A build argument is used where no ARG of its stage declares it.
    UndeclaredArgument = "undeclared-argument",
    /// A path rests on a variable that is not set there.
    UnsetVariable = "unset-variable",
    /// A user or owner is named who does not exist there.
    UnknownUser = "unknown-user",
    /// A user whom the original created is missing.
    MissingUser = "missing-user",
    /// A stage is named that no line before defines.
    UnknownStage = "unknown-stage",
    /// A COPY names a source that is not surely there.
    MissingSource = "missing-source",
    /// The root directory of another stage is copied.
    RootCopied = "root-copied",
    /// A directory of system programs or libraries of another stage is copied whole.
    SystemCopied = "system-copied",
    /// The same tree is copied twice.
    CopiedTwice = "copied-twice",
    /// A later COPY lays old files over what the build made.
    Overwritten = "overwritten",
    /// A program that is started is not there.
    MissingProgram = "missing-program",
    /// The container still starts the toolchain.
    StartsToolchain = "starts-toolchain",
    /// A file that the program may read is not where it was.
    MissingFile = "missing-file",
    /// A file that the original deleted or moved away is back.
    DeletedReturns = "deleted-returns",
    /// A directory that the original made is missing.
    MissingDirectory = "missing-directory",
    /// A file or directory has lost its owner.
    Owner = "owner",
    /// A file or directory has lost its mode or capabilities.
    Mode = "mode",
    /// A link points to what is not there.
    DanglingLink = "dangling-link",
    /// A package that the container needs is not installed.
    MissingPackage = "missing-package",
    /// Packages that the original upgraded are not.
    NotUpgraded = "not-upgraded",
    /// Packages are installed without an index, or with another distribution's manager.
    PackageIndex = "package-index",
    /// A shared library that a program or package links is not there.
    MissingLibrary = "missing-library",
    /// Certificates, time zones or content types that the program reads are not there.
    MissingData = "missing-data",
    /// Packages of the language are not there.
    MissingDependencies = "missing-dependencies",
    /// Packages of the language stand where the interpreter or PATH does not look.
    MisplacedDependencies = "misplaced-dependencies",
    /// The interpreter is of another version than the one that the packages were installed for.
    InterpreterVersion = "interpreter-version",
    /// Programs stand on another C library, or an older one, than the one they were linked with.
    CLibrary = "c-library",
    /// C is left out of a build that needs it.
    WithoutC = "without-c",
    /// A command of the original whose work lasts is not run.
    LostCommand = "lost-command",
    /// A command is run before what it needs, or in another place or state than in the original.
    CommandState = "command-state",
    /// A command does not find a file that it reads.
    BuilderInput = "builder-input",
    /// A command does not find a package that it needs.
    BuilderPackage = "builder-package",
}
