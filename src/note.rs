//! All that restage can say about a place in a file.
//!
//! A leaf: it knows spans and nothing else, so every layer may speak. A refusal, an assumption and a
//! piece of advice are the same thing said with different weight, and so share one type.

use crate::dockerfile::span::Span;

/// How much a note weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; nothing depends on it.
    Advice,
    /// The plan rests on something that the files at hand do not prove: a person should check it.
    Assumption,
    /// No careful plan exists: the file stays as it is.
    Refusal,
}

/// One thing said about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How much it weighs.
    pub level: Level,
    /// Stable kebab-case id, such as `floating-tag`; documented in the README.
    pub reason: Reason,
    /// The place in the original file that raised it.
    pub span: Option<Span>,
    /// What is so, in one sentence without a final period.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Note {
    /// A note without a help text.
    pub fn new(
        level: Level,
        reason: Reason,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Self {
        Self { level, reason, span: span.into(), message: message.into(), help: None }
    }

    /// A refusal.
    pub fn refusal(reason: Reason, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Level::Refusal, reason, span, message)
    }

    /// An assumption.
    pub fn assumption(reason: Reason, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Level::Assumption, reason, span, message)
    }

    /// The same note with what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Whether a plan rests on assumptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// At least one note is an assumption.
    NeedsReview,
    /// Everything the plan rests on was seen.
    Safe,
}

impl Safety {
    /// What the notes of a plan make of it.
    pub fn of(notes: &[Note]) -> Self {
        if notes.iter().any(|note| note.level >= Level::Assumption) { Self::NeedsReview } else { Self::Safe }
    }

    /// The word shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::NeedsReview => "needs-review",
        }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
        /// Why a note was made. The ids are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $name,)+ }

        impl Reason {
            /// Every reason, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable kebab-case id.
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }

            /// The reason of an id.
            pub fn of(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|reason| reason.id() == id) }

            /// What the reason means, as documented here.
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ } }
        }
    };
}

/// One section for each reason: what it means, an example, what to do.
const EXPLANATIONS: &str = include_str!("../docs/reasons.md");

impl Reason {
    /// What the reason means, with an example and what to do, in Markdown.
    pub fn explanation(self) -> &'static str {
        let section = EXPLANATIONS.split("\n## ").find(|section| section.lines().next() == Some(self.id()));
        section.and_then(|section| section.split_once('\n')).map_or(self.meaning(), |(_, text)| text.trim())
    }
}

reasons! {
    /// The text is not a Dockerfile that Docker would accept.
    Unreadable = "unreadable",
    /// Larger than what restage looks at; the note names the bound.
    TooLarge = "too-large",
    /// The file already has more than one stage.
    MultiStage = "multi-stage",
    /// No recipe knows the language of this file.
    NoRecipe = "no-recipe",
    /// Nothing in the file builds anything that a runtime could leave behind.
    NothingToLeave = "nothing-to-leave",
    /// The base image is not one whose content is known.
    UnknownBase = "unknown-base",
    /// The container starts nothing that was found.
    NoProgram = "no-program",
    /// The container starts a tool of the builder.
    NeedsToolchain = "needs-toolchain",
    /// The container may start a program that can't be told.
    UnknownStart = "unknown-start",
    /// The name of what a build writes can't be told.
    UnknownOutput = "unknown-output",
    /// A command's effects can't be told.
    UnknownCommand = "unknown-command",
    /// The shell text of a RUN can't be read.
    OpaqueShell = "opaque-shell",
    /// An instruction that restage does not move yet.
    UnsupportedInstruction = "unsupported-instruction",
    /// A variable's value can't be told where it is needed.
    UnknownValue = "unknown-value",
    /// The base image's tag moves from one distribution release to the next.
    FloatingTag = "floating-tag",
    /// A package that the tables do not know is kept in the runtime.
    UnknownPackage = "unknown-package",
    /// A library that the base image gave away silently.
    ImpliedPackage = "implied-package",
    /// The build context was not seen, so more is copied than may be needed.
    ContextUnseen = "context-unseen",
    /// The build context is taken to be a folder above the Dockerfile's own.
    ContextElsewhere = "context-elsewhere",
    /// The packages of the distribution's release left its mirrors, so nothing can be installed on it.
    ArchivedRelease = "archived-release",
    /// The image asked for with --runtime is not known, or does not have what the container needs.
    RuntimeUnfit = "runtime-unfit",
    /// Files that the program may read at run time.
    RuntimeFiles = "runtime-files",
    /// The file itself asks to be left alone.
    Ignored = "ignored",
    /// The finished rewrite did not prove to mean the same: a defect of restage, please report it.
    NotProven = "not-proven",
    /// Both images were built, and the new one is less than the old.
    NotVerified = "not-verified",
}
