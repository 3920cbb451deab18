//! What both kinds of plan share: the file, what was found out about it, and the lines so far.

use super::line::{Added, Line};
use super::surely::surely_there;
use super::{Plan, assemble};
use crate::analysis::effect::{Action, Effect};
use crate::analysis::need::Needs;
use crate::analysis::readable::Readable;
use crate::analysis::step::Step;
use crate::analysis::{Sources, Stage};
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::knowledge::images::Variant;
use crate::note::{Note, Reason};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A plan in the making.
pub(super) struct Planner<'a> {
    pub(super) sources: Sources<'a>,
    pub(super) stage: &'a Stage,
    /// What the container asks for.
    pub(super) needs: Needs,
    /// Which files of the context the program may read.
    pub(super) readable: Readable<'a>,
    /// `--runtime`.
    pub(super) requested: Option<&'a str>,
    pub(super) builder: Vec<Line>,
    pub(super) runtime: Vec<Line>,
    /// Absolute paths that the runtime has so far, files and directories.
    pub(super) present: BTreeSet<String>,
    pub(super) notes: Vec<Note>,
    /// Files that a COPY which stays as it stands brings, each with the index of the last such line.
    pub(super) brought_whole: OnceCell<HashMap<&'a str, usize>>,
    pub(super) why: BTreeMap<usize, String>,
    /// The builder's image, where another tag says the same for longer.
    pub(super) builder_image: Option<String>,
    /// Commands that create users or groups, with the line of the runtime in which they run.
    pub(super) creators: Vec<(String, Line)>,
}

impl<'a> Planner<'a> {
    /// Looks at what no plan can do without.
    pub(super) fn new(
        sources: Sources<'a>,
        stage: &'a Stage,
        requested: Option<&'a str>,
    ) -> Result<Self, Note> {
        let needs = Needs::of(stage, sources);
        let mut planner = Self {
            sources,
            stage,
            readable: Readable::of(sources, stage, &needs),
            needs,
            requested,
            builder: Vec::new(),
            runtime: Vec::new(),
            present: BTreeSet::new(),
            notes: Vec::new(),
            why: BTreeMap::new(),
            brought_whole: OnceCell::new(),
            builder_image: None,
            creators: Vec::new(),
        };
        planner.refuse_what_is_not_read()?;
        planner.note_doubts();
        if stage.world.image.presumed {
            let message = format!("`{}` is taken to be the official image of that name", stage.from.image);
            planner.notes.push(Note::assumption(Reason::UnknownBase, stage.from.image_span, message));
        }
        if sources.context.is_none() {
            let message = "the build context was not seen: what the manifests and sources need is not known";
            planner
                .notes
                .push(Note::assumption(Reason::ContextUnseen, None, message).help("name it with --context"));
        }
        Ok(planner)
    }

    fn refuse_what_is_not_read(&mut self) -> Result<(), Note> {
        for step in &self.stage.steps {
            if matches!(step.keyword, Keyword::Copy | Keyword::Add | Keyword::Workdir) {
                let unknown = match &step.copy {
                    Some(copy) => copy.destination.is_none(),
                    None => step.makes_directory.is_none(),
                };
                if unknown {
                    let message = "the path depends on a variable whose value can't be told";
                    return Err(Note::refusal(Reason::UnknownValue, step.span, message)
                        .help("give the ARG a default value, or write the path out"));
                }
            }
            let user = step.declares.as_ref().and_then(|user| match &user.arguments {
                Arguments::Text(text) if user.keyword == Keyword::User => Some(text.text.trim()),
                _ => None,
            });
            if let Some(user) = user.filter(|user| user.contains(char::is_whitespace)) {
                let message = format!(
                    "Docker takes all of `{user}` as the name of a user, and no user has such a name"
                );
                return Err(Note::refusal(Reason::UnknownValue, step.span, message)
                    .help("write a comment on a line of its own"));
            }
            if step.keyword == Keyword::Onbuild {
                let message =
                    "ONBUILD triggers run in images built on this one and may need what the builder keeps";
                return Err(Note::refusal(Reason::UnsupportedInstruction, step.span, message));
            }
        }
        if let Some((span, what)) = self.needs.opaque.first() {
            let message = format!("what the container starts can't be read: {what}");
            return Err(Note::refusal(Reason::OpaqueShell, *span, message));
        }
        Ok(())
    }

    /// Says what the container may start and can't be told, where the image has programs that the runtime may lack.
    fn note_doubts(&mut self) {
        let image = &self.stage.world.image;
        if image.variant != Variant::Full {
            return;
        }
        for doubt in &self.needs.doubts {
            let message = format!("{} {}", doubt.chain, doubt.message);
            let help =
                format!("if it is one that only {} has, name its package in an install line", image.family);
            self.notes.push(Note::assumption(Reason::UnknownStart, doubt.chain.span, message).help(help));
        }
    }

    /// Every step, in order. The borrow is the stage's, so lines may be added on the way.
    pub(super) fn steps(&self) -> &'a [Step] {
        &self.stage.steps
    }

    /// An instruction as it stands goes to the builder.
    pub(super) fn keep_in_builder(&mut self, step: &Step, why: &str) {
        self.builder.push(Line::Instruction(step.index));
        self.because(step, why);
    }

    /// An instruction as it stands goes to the runtime.
    pub(super) fn keep_in_runtime(&mut self, step: &Step, why: &str) {
        self.runtime.push(Line::Instruction(step.index));
        self.note_creators(step.actions.iter());
        if let Some(directory) = &step.makes_directory {
            self.have(directory);
        }
        self.because(step, why);
    }

    /// The last line of the runtime runs these commands: some may create users.
    pub(super) fn note_creators<'b>(&mut self, actions: impl Iterator<Item = &'b Action>) {
        let Some(line) = self.runtime.last().cloned() else { return };
        let creates = |effect: &Effect| matches!(effect, Effect::CreateUser(_) | Effect::ChangeUsers);
        let creating = actions.filter(|action| creates(&action.effect));
        self.creators.extend(creating.map(|action| (action.text.clone(), line.clone())));
    }

    /// A new line of the builder.
    pub(super) fn add_to_builder(&mut self, added: Added, why: impl Into<String>) {
        self.builder.push(Line::New(added, why.into()));
    }

    /// A new line of the runtime.
    pub(super) fn add_to_runtime(&mut self, added: Added, why: impl Into<String>) {
        self.runtime.push(Line::New(added, why.into()));
    }

    /// Says why an instruction goes where it goes; what is said first stays.
    pub(super) fn because(&mut self, step: &Step, why: &str) {
        self.why.entry(step.index).or_insert_with(|| why.to_owned());
    }

    /// Notes that the runtime has a path, and the directories above it.
    pub(super) fn have(&mut self, path: &str) {
        let mut at = path;
        while !at.is_empty() && self.present.insert(at.to_owned()) {
            at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Whether the runtime has a path by now, as far as the file brought it.
    pub(super) fn has(&self, path: &str) -> bool {
        self.present.contains(path)
    }

    /// Copies a path from the builder to the same place.
    pub(super) fn copy_from_builder(&mut self, path: &str, flags: Vec<String>, why: &str) {
        // what is only maybe there comes with a directory that surely is
        let sure = surely_there(&self.stage.world, path);
        let path = sure.as_deref().unwrap_or(path);
        if self.runtime.iter().any(|line| line.copies_from_builder(path)) {
            return;
        }
        self.have(path);
        self.add_to_runtime(Added::copy_from(path, flags), why);
    }

    /// Finishes the plan; `head` are lines that belong before all others of the runtime.
    pub(super) fn finish(self, runtime_image: String, mut head: Vec<Line>) -> Plan {
        let asked = self.sources.artifacts.iter().filter(|path| !self.has(path));
        let copies = asked
            .map(|path| Line::New(Added::copy_from(path, Vec::new()), "the file asks for it".to_owned()));
        head.extend(copies.collect::<Vec<_>>());
        assemble::assemble(self, runtime_image, head)
    }

    /// `builder`, or the next name that neither an image, nor a stage, nor a `--from` of the file uses.
    pub(super) fn free_name(&self) -> String {
        let document = self.sources.document;
        let images = document.instructions.iter().filter(|one| one.keyword == Keyword::From);
        let flags = document.instructions.iter().flat_map(|one| &one.flags);
        let texts: Vec<String> = images
            .map(|from| document.slice(from.span).to_lowercase())
            .chain(flags.map(|flag| document.slice(flag.span).to_lowercase()))
            .collect();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let is_free = |name: &String| {
            !texts.iter().flat_map(|text| text.split(|letter| !is_part(letter))).any(|word| word == *name)
        };
        let names =
            std::iter::once("builder".to_owned()).chain((2..).map(|number| format!("builder-{number}")));
        names.into_iter().find(is_free).unwrap_or_else(|| "builder".to_owned())
    }

    /// The end of the builder that the runtime has as it stands does nothing for the builder.
    pub(super) fn shorten_builder(&mut self, runtime: &[Line]) {
        while let Some(last @ Line::Instruction(index)) = self.builder.last() {
            if !runtime.contains(last) {
                break;
            }
            self.why.insert(*index, "nothing of the builder comes after it".to_owned());
            self.builder.pop();
        }
    }
}
