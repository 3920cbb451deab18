//! The lines of a planned stage as values: decisions are made, compared and put in order here, and spelled by `rewrite` alone.

use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Keyword;
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::mentions_variable;

/// A line of a planned stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// An instruction of the file, by index, as it stands.
    Instruction(usize),
    /// An instruction of the file with one span of it replaced.
    Changed(usize, Span, String),
    /// A new instruction, and why it is there.
    New(Added, String),
}

/// An instruction that the file does not have. Paths, names and values are plain: quotes belong to whoever spells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// COPY from the builder, each path to its own place.
    CopyFrom {
        /// What is copied; more than one are files of one directory.
        paths: Vec<ImagePath>,
        /// Flags as they are written, such as `--chown=app`.
        flags: Vec<String>,
    },
    /// COPY from the build context.
    Copy {
        /// Context paths; a directory ends with `/`.
        sources: Vec<String>,
        /// Context paths of files that may not be there when the image is built.
        optional: Vec<String>,
        /// Where they go: absolute, or relative to the working directory; a directory ends with `/`.
        destination: String,
        /// Flags as they are written, such as `--chown=app`.
        flags: Vec<String>,
    },
    /// RUN with commands one after the other, each as a shell reads it.
    Run(Vec<String>),
    /// RUN that installs packages.
    Install(Installation),
    /// ENV with a value that holds no variable.
    Env {
        /// Name of the variable.
        name: String,
        /// Its value.
        value: String,
    },
    /// ENV that puts directories before those of PATH.
    Path(Vec<String>),
    /// WORKDIR.
    Workdir(String),
    /// USER.
    User(String),
}

/// A path of the image, and how the file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePath {
    /// Absolute.
    pub path: String,
    /// The same in terms of build arguments, such as `${APP_DIR}/server`, where those choose it.
    pub written: Option<String>,
}

/// Packages, in the manner of a distribution's package manager.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Commands before the installation: the package index is read, the image's own packages are upgraded.
    pub before: Vec<String>,
    /// The command that installs; `{packages}` stands for the names.
    pub command: String,
    /// Names with their pins, or a variable that holds such, sorted; none where the image is only upgraded.
    pub packages: Vec<String>,
    /// Commands after the installation: the package index is taken away again.
    pub after: Vec<String>,
}

impl From<&str> for ImagePath {
    fn from(path: &str) -> Self {
        Self { path: path.to_owned(), written: None }
    }
}

impl Line {
    /// The instruction of the file that it is, changed or not.
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Instruction(index) | Self::Changed(index, ..) => Some(*index),
            Self::New(..) => None,
        }
    }

    /// Whether it uses a variable of the stage.
    pub fn mentions(&self, document: &Document, name: &str) -> bool {
        match self {
            Self::Instruction(index) => {
                mentions_variable(document.slice(document.instructions[*index].span), name)
            }
            Self::Changed(index, span, text) => {
                let whole = document.instructions[*index].span;
                let around = [Span::new(whole.start, span.start), Span::new(span.end, whole.end)];
                around.into_iter().any(|part| mentions_variable(document.slice(part), name))
                    || mentions_variable(text, name)
            }
            Self::New(added, _) => added.mentions(name),
        }
    }

    /// Whether it is new and copies this very path from the builder.
    pub fn copies_from_builder(&self, path: &str) -> bool {
        matches!(self, Self::New(Added::CopyFrom { paths, .. }, _) if paths.iter().any(|one| one.path == path))
    }
}

impl Added {
    /// One path from the builder to its own place.
    pub fn copy_from(path: &str, flags: Vec<String>) -> Self {
        Self::CopyFrom { paths: vec![ImagePath::from(path)], flags }
    }

    /// Its keyword.
    pub fn keyword(&self) -> Keyword {
        match self {
            Self::CopyFrom { .. } | Self::Copy { .. } => Keyword::Copy,
            Self::Run(_) | Self::Install(_) => Keyword::Run,
            Self::Env { .. } | Self::Path(_) => Keyword::Env,
            Self::Workdir(_) => Keyword::Workdir,
            Self::User(_) => Keyword::User,
        }
    }

    /// Whether it uses a variable of the stage.
    pub fn mentions(&self, name: &str) -> bool {
        let is_in = |text: &String| mentions_variable(text, name);
        match self {
            Self::CopyFrom { paths, flags } => {
                flags.iter().any(is_in) || paths.iter().filter_map(|path| path.written.as_ref()).any(is_in)
            }
            Self::Copy { flags, .. } => flags.iter().any(is_in),
            Self::Run(commands) => commands.iter().any(is_in),
            Self::Install(installation) => {
                let Installation { before, command, packages, after } = installation;
                before.iter().chain([command]).chain(packages).chain(after).any(is_in)
            }
            Self::Path(_) => name == "PATH",
            Self::Env { .. } | Self::Workdir(_) | Self::User(_) => false,
        }
    }
}
