//! What a verification found: a way in which the new image is less than the old one, and what would mend it.

use std::collections::BTreeSet;
use std::fmt;

use crate::rewrite::amend::Additions;

macro_rules! findings {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
        /// Kinds of finding. The ids are stable: scripts may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[doc = $doc])+ $name,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable kebab-case id.
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }

            /// What it means.
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ } }
        }
    };
}

findings! {
    /// The new file does not build.
    NotBuilt = "not-built",
    /// What the image leaves to whoever starts it is not the same.
    Configuration = "configuration-differs",
    /// The image grew.
    Larger = "larger",
    /// CMD, ENTRYPOINT or HEALTHCHECK starts a program that the new image lacks.
    Program = "program-missing",
    /// A script or program names an interpreter that the new image lacks.
    Interpreter = "interpreter-missing",
    /// A program or library needs a shared library that the new image lacks.
    Library = "library-missing",
    /// A shared library is there, but older than what was linked.
    Version = "library-too-old",
    /// The user of the image is not in its list of users.
    User = "user-missing",
    /// A path of both images has another owner or other permissions in the new one.
    Mode = "mode-differs",
    /// A module of the language that could be imported can't be any more.
    Module = "module-missing",
    /// The new image answers otherwise than the old one.
    Answer = "answer-differs",
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind it is.
    pub kind: Kind,
    /// What it is about: a path, a name, a field.
    pub subject: String,
    /// What is so, in one sentence without a final period.
    pub message: String,
    /// What would mend it, the surest first; any of them is worth a try.
    pub remedies: Vec<Remedy>,
}

impl Finding {
    /// A finding that nothing known would mend.
    pub fn new(kind: Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), message: message.into(), remedies: Vec::new() }
    }

    /// The same with a remedy more.
    #[must_use]
    pub fn remedy(mut self, remedy: Option<Remedy>) -> Self {
        self.remedies.extend(remedy);
        self
    }
}

/// A line that the runtime stage may lack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy {
    /// Install this distribution package.
    Package(String),
    /// Take this absolute path from the stage that the old file was.
    Copy(String),
    /// Take this absolute path with the owner, `user:group` by number, that it had.
    CopyOwned(String, String),
}

/// The lines that remedies ask for.
pub fn additions(remedies: &BTreeSet<Remedy>) -> Additions {
    let mut additions = Additions::default();
    for remedy in remedies {
        match remedy {
            Remedy::Package(name) => additions.packages.push(name.clone()),
            Remedy::Copy(path) => additions.copies.push((path.clone(), None)),
            Remedy::CopyOwned(path, owner) => additions.copies.push((path.clone(), Some(owner.clone()))),
        }
    }
    additions
}

impl fmt::Display for Remedy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(name) => write!(out, "install {name} in the runtime"),
            Self::Copy(path) => write!(out, "copy {path} from the builder"),
            Self::CopyOwned(path, owner) => write!(out, "copy {path} from the builder, owned by {owner}"),
        }
    }
}
