//! One instruction of a stage: the state before it, and what it does.

use super::effect::{Action, Effect};
use super::joined;
use super::read::copy::Copy;
use super::read::run::Reader;
use super::state::State;
use super::world::World;
use super::{Sources, Stage};
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword, Word};
use crate::dockerfile::reference::ImageReference;
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::{Value, Variables};

/// A FROM, taken apart.
#[derive(Clone, Debug)]
pub struct From {
    /// Index of the instruction in the document.
    pub instruction: usize,
    /// Its place.
    pub span: Span,
    /// The image as written, variables included.
    pub written: String,
    /// Place of the image as written.
    pub image_span: Span,
    /// The image with variables expanded by their defaults.
    pub image: String,
    /// The image's parts; `None` where it can't be one.
    pub reference: Option<ImageReference>,
    /// Whether a build argument can change it.
    pub is_argument: bool,
    /// `AS name`, lower-cased.
    pub name: Option<String>,
}

impl From {
    /// Reads a FROM; `None` where its image depends on something unknown.
    pub fn read(instruction: &Instruction, index: usize, globals: &Variables, escape: char) -> Option<Self> {
        let Arguments::Words(words) = &instruction.arguments else { return None };
        let image = words.first()?;
        let value = globals.expand(&image.text, escape);
        let expanded = value.default_value().filter(|image| !image.is_empty())?.to_owned();
        Some(Self {
            instruction: index,
            span: instruction.span,
            written: image.text.clone(),
            image_span: image.span,
            reference: ImageReference::parse(&expanded),
            image: expanded,
            is_argument: matches!(value, Value::BuildArgument(_)),
            name: words.get(2).map(|word| word.text.to_lowercase()),
        })
    }
}

impl From {
    /// A FROM whose image depends on something unknown, or that names none.
    pub fn unread(instruction: &Instruction, index: usize) -> Self {
        let words: &[Word] = match &instruction.arguments {
            Arguments::Words(words) => words,
            _ => &[],
        };
        let written = words.first().map(|word| word.text.clone()).unwrap_or_default();
        Self {
            instruction: index,
            span: instruction.span,
            image_span: words.first().map_or(instruction.span, |word| word.span),
            reference: None,
            image: written.clone(),
            written,
            is_argument: true,
            name: words.get(2).map(|word| word.text.to_lowercase()),
        }
    }
}

/// An instruction after FROM.
#[derive(Clone, Debug)]
pub struct Step {
    /// Index of the instruction in the document.
    pub index: usize,
    /// What it is.
    pub keyword: Keyword,
    /// Its place.
    pub span: Span,
    /// State before it.
    pub before: State,
    /// What the commands of a RUN do, in order.
    pub actions: Vec<Action>,
    /// A COPY or ADD, taken apart.
    pub copy: Option<Copy>,
    /// The instruction itself, where it says how the image is started.
    pub declares: Option<Instruction>,
    /// Directory that a WORKDIR makes.
    pub makes_directory: Option<String>,
    /// Absolute targets of the cache and tmpfs mounts of a RUN.
    pub caches: Vec<String>,
    /// The character that continues lines in this file.
    pub escape: char,
}

impl Step {
    /// Reads an instruction in the state and world before it; the world is then that after it.
    pub fn read(
        sources: Sources<'_>,
        index: usize,
        instruction: &Instruction,
        state: &State,
        world: &mut World,
        stages: &[Stage],
    ) -> Self {
        let escape = sources.document.escape;
        let mut step = Self {
            index,
            keyword: instruction.keyword,
            span: instruction.span,
            before: state.clone(),
            actions: Vec::new(),
            copy: None,
            declares: None,
            makes_directory: None,
            caches: Vec::new(),
            escape,
        };
        match instruction.keyword {
            Keyword::Run => {
                let mounts = Mount::of(instruction, state, escape);
                let is_cache = |mount: &&Mount| matches!(mount.kind.as_str(), "cache" | "tmpfs");
                step.caches =
                    mounts.iter().filter(is_cache).filter_map(|mount| mount.target.clone()).collect();
                step.actions = Reader::running(sources, state, world, &mounts, (index, &step.caches))
                    .instruction(instruction);
            }
            Keyword::Copy | Keyword::Add => {
                step.copy = Copy::read(instruction, escape, state, world, sources.context);
                if let Some(copy) = &mut step.copy {
                    copy.brought = joined::brought(copy, world, state, stages);
                    copy.image = joined::image(copy, stages);
                }
            }
            Keyword::Workdir => {
                let mut after = state.clone();
                after.apply(instruction, &Variables::default(), escape);
                step.makes_directory = after.workdir;
            }
            Keyword::Arg | Keyword::Env | Keyword::From => {}
            _ => step.declares = Some(instruction.clone()),
        }
        world.apply(&step);
        step
    }

    /// Absolute home directory of the user.
    pub fn home(&self) -> String {
        home(&self.before)
    }

    /// Whether any of its commands has an effect that the predicate knows.
    pub fn does(&self, predicate: impl Fn(&Effect) -> bool) -> bool {
        self.actions.iter().any(|action| predicate(&action.effect))
    }
}

/// Home directory of the user in a state: HOME, or where the distributions put it.
pub fn home(state: &State) -> String {
    let name = state.user.as_deref().and_then(|user| user.split(':').next());
    match (state.variable("HOME"), name) {
        (Some(home), _) if !home.is_empty() => home.to_owned(),
        (_, Some(name)) if !state.is_root() => {
            let by_name = || match name.bytes().all(|digit| digit.is_ascii_digit()) {
                // a number that no user has
                true => "/".to_owned(),
                false => format!("/home/{name}"),
            };
            state.homes.get(name).cloned().unwrap_or_else(by_name)
        }
        _ => "/root".to_owned(),
    }
}

/// `RUN --mount`.
#[derive(Clone, Debug, Default)]
pub struct Mount {
    /// `bind` (the default), `cache`, `tmpfs`, `secret`, `ssh`.
    pub kind: String,
    /// Absolute target.
    pub target: Option<String>,
    /// Source in the build context or stage.
    pub source: String,
    /// `from=`.
    pub from: Option<String>,
}

impl Mount {
    fn of(instruction: &Instruction, state: &State, escape: char) -> Vec<Self> {
        let variables = &state.variables;
        let mounts = instruction.flags.iter().filter(|flag| flag.name == "mount");
        mounts
            .map(|flag| {
                let mut mount = Self { kind: "bind".to_owned(), ..Self::default() };
                for option in flag.value.as_deref().unwrap_or_default().split(',') {
                    let (key, value) = option.split_once('=').unwrap_or((option, ""));
                    let value = variables.expand(value, escape).default_value().unwrap_or(value).to_owned();
                    match key.to_ascii_lowercase().as_str() {
                        "type" => mount.kind = value,
                        "target" | "dst" | "destination" => mount.target = state.absolute(&value),
                        "source" | "src" => mount.source = value,
                        "from" => mount.from = Some(value),
                        _ => {}
                    }
                }
                mount
            })
            .collect()
    }
}
