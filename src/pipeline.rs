//! The whole way in one screen: text in, outcome out. No file is opened here.

use crate::analysis::effect::Effect;
use crate::analysis::read::copy::Copy;
use crate::analysis::{Sources, Stage, analyse};
use crate::context::Context;
use crate::dockerfile::bounds;
use crate::dockerfile::conflict::unfinished_merge;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::dockerfile::reference::ImageReference;
use crate::dockerfile::span::Span;
use crate::knowledge::Knowledge;
use crate::note::{Level, Note, Reason, Safety};
use crate::plan::line::Line;
use crate::plan::{Plan, plan};
use crate::prove::breach::{Breach, Judgement, Place, Side, Unjudged};
use crate::prove::{Proof, judge};
use crate::recipe::{Recipe, Recipes};
use crate::rewrite::emit::emit;
use crate::rewrite::spell::{Manner, spell};
use crate::select::recipe;
use std::cmp::Ordering;

/// What to convert, and with what.
pub struct Request<'a> {
    /// Text of the Dockerfile.
    pub text: &'a str,
    /// The build context, where it can be seen.
    pub context: Option<&'a Context>,
    /// The languages.
    pub recipes: &'a Recipes,
    /// The facts.
    pub knowledge: &'a Knowledge,
    /// `--runtime`: the image to base the runtime on.
    pub runtime: Option<&'a ImageReference>,
    /// Packages that the runtime has too, whether or not it is seen to need them.
    pub keep: &'a [String],
    /// Paths that the runtime takes over from the builder, whether or not it is seen to need them.
    pub artifacts: &'a [String],
}

impl<'a> Request<'a> {
    /// What the analysis of a text by a recipe stands on.
    pub(crate) fn sources<'s>(&self, document: &'s Document, recipe: &'s Recipe) -> Sources<'s>
    where
        'a: 's,
    {
        Sources {
            document,
            context: self.context,
            recipes: self.recipes,
            recipe,
            knowledge: self.knowledge,
            keep: self.keep,
            artifacts: self.artifacts,
        }
    }
}

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A new text, proven to mean the same.
    Rewritten(Rewrite),
    /// Nothing to do, with the note that says why (already multi-stage).
    Unchanged(Note),
    /// No careful plan exists; at least one note is a refusal.
    Refused(Vec<Note>),
}

/// A finished conversion.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// The new text, all of it.
    pub text: String,
    /// Name of the recipe, such as `python`.
    pub recipe: String,
    /// The image that the runtime stage stands on, as the new text writes it.
    pub runtime_image: String,
    /// What the plan rests on, by place.
    pub notes: Vec<Note>,
    /// For `--explain`: every instruction of the original in file order, then what was added.
    pub explanation: Vec<Explained>,
}

impl Rewrite {
    /// Whether the plan rests on assumptions.
    pub fn safety(&self) -> Safety {
        Safety::of(&self.notes)
    }
}

/// Which stage an instruction goes to, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its place in the original; `None` for an added line.
    pub span: Option<Span>,
    /// Its first line as written, or the added line.
    pub text: String,
    /// Where it goes.
    pub placement: Placement,
    /// Why, in one sentence without a final period.
    pub why: String,
}

/// Where an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placement {
    /// Only the builder.
    Builder,
    /// Only the runtime.
    Runtime,
    /// Both.
    Both,
    /// Neither: something else does its work.
    Replaced,
}

impl Placement {
    /// The word shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Builder => "builder",
            Self::Runtime => "runtime",
            Self::Both => "both",
            Self::Replaced => "replaced",
        }
    }
}

/// Converts one file.
pub fn restage(request: &Request<'_>) -> Outcome {
    let document = match read(request.text) {
        Ok(document) => document,
        Err(note) => return Outcome::Refused(vec![note]),
    };
    let stages: Vec<&Instruction> =
        document.instructions.iter().filter(|instruction| instruction.keyword == Keyword::From).collect();
    let from = match stages.as_slice() {
        [] => {
            let note = Note::refusal(Reason::Unreadable, None, "no FROM names a base image");
            return Outcome::Refused(vec![note.help("Docker can't build a file without one either")]);
        }
        [.., from] => *from,
    };
    if let Some(beyond) = bounds::beyond(&document) {
        let note = Note::refusal(Reason::TooLarge, beyond.span, beyond.message);
        return Outcome::Refused(vec![
            note.help("no file costs much time or memory; this one was left alone"),
        ]);
    }
    let count = stages.len();
    let already = |why: &str| {
        let message = format!("already has {count} stages, and {why}");
        Outcome::Unchanged(Note::new(Level::Advice, Reason::MultiStage, from.span, message))
    };
    let on_stage = stages[..count - 1].iter().any(|stage| is_named(stage, from));
    let builds_nothing =
        if on_stage { "the last stands on one of them" } else { "the last builds nothing by itself" };
    let recipe = match recipe(request, &document, from) {
        Ok(recipe) => recipe,
        Err(_) if count > 1 => return already(builds_nothing),
        Err(note) => return Outcome::Refused(vec![note]),
    };
    let sources = request.sources(&document, recipe);
    let stages = match analyse(sources) {
        Ok(stages) => stages,
        Err(_) => return Outcome::Refused(vec![unknown_base(from)]),
    };
    // the last stage is what ships
    let Some(stage) = stages.last() else { return Outcome::Refused(vec![unknown_base(from)]) };
    if count > 1 && !builds(stage, &stages) {
        return already(builds_nothing);
    }
    // where no COPY finds anything, this is not the build context
    let copies = || stage.steps.iter().filter_map(|step| step.copy.as_ref());
    let seen = copies().any(|copy| copy.files.as_ref().is_some_and(|files| !files.is_empty()));
    if request.context.is_some() && !seen && copies().any(Copy::is_unseen) {
        return restage(&Request { context: None, ..*request });
    }
    let runtime = request.runtime.map(ToString::to_string);
    let plan = match plan(sources, stage, runtime.as_deref()) {
        Ok(plan) => plan,
        Err(notes) => return Outcome::Refused(notes),
    };
    let text = emit(&document, stage.from.instruction, &plan);
    let against = against(sources, stage, &text);
    if let (false, Some(image)) = (against.is_empty(), request.runtime) {
        return Outcome::Refused(vec![unfit(request, image, &against)]);
    }
    if let (false, Some((_, breach))) = (request.artifacts.is_empty(), against.first()) {
        let message = format!("what the file asks to take over from the builder can't be: {breach}");
        let note = Note::refusal(Reason::UnknownOutput, None, message);
        return Outcome::Refused(vec![note.help("name a path that a line of the file surely makes")]);
    }
    if !against.is_empty() {
        let refuse = |(span, breach): (Option<Span>, String)| {
            let message = format!("the rewrite does not prove to mean the same: {breach}");
            Note::refusal(Reason::NotProven, span, message)
        };
        return Outcome::Refused(against.into_iter().map(refuse).collect());
    }
    let explanation = explain(&document, stage.from.instruction, &plan);
    Outcome::Rewritten(Rewrite {
        text,
        recipe: recipe.name.clone(),
        runtime_image: plan.runtime_image,
        notes: plan.notes,
        explanation,
    })
}

/// Name of the recipe for a file, as far as its base image tells.
pub fn language(text: &str, recipes: &Recipes, knowledge: &Knowledge) -> Option<String> {
    let document = read(text).ok()?;
    let from = document.instructions.iter().find(|instruction| instruction.keyword == Keyword::From)?;
    let request =
        Request { text, context: None, recipes, knowledge, runtime: None, keep: &[], artifacts: &[] };
    recipe(&request, &document, from).ok().map(|recipe| recipe.name.clone())
}

/// The text, read, where Docker would read it too.
fn read(text: &str) -> Result<Document, Note> {
    if let Some(marker) = unfinished_merge(text) {
        let message = "a merge was not finished here: both sides stand in the file";
        return Err(Note::refusal(Reason::Unreadable, marker, message).help("resolve the conflict first"));
    }
    let document = Document::parse(text)
        .map_err(|error| Note::refusal(Reason::Unreadable, error.span, error.message))?;
    match document.instructions.iter().find(|instruction| instruction.keyword == Keyword::Unknown) {
        None => Ok(document),
        Some(unknown) => {
            let message = "Docker does not know this instruction";
            Err(Note::refusal(Reason::Unreadable, unknown.keyword_span, message))
        }
    }
}

/// Why the image that was asked for can't be the runtime's, and which one restage would take.
fn unfit(request: &Request<'_>, image: &ImageReference, breaches: &[(Option<Span>, String)]) -> Note {
    let message = match request.knowledge.image(image) {
        None => format!(
            "what is in `{image}` is not known, so it can't be checked that the container finds all it needs there"
        ),
        Some(_) => {
            let told: Vec<&str> = breaches.iter().take(3).map(|(_, told)| told.as_str()).collect();
            let more = breaches.len() - told.len();
            let more = if more == 0 { String::new() } else { format!("; and {more} more") };
            format!("`{image}` does not do for this container: {}{more}", told.join("; "))
        }
    };
    let note = Note::refusal(Reason::RuntimeUnfit, None, message);
    match restage(&Request { runtime: None, ..*request }) {
        Outcome::Rewritten(rewrite) => {
            note.help(format!("restage by itself takes `{}`: leave --runtime out", rewrite.runtime_image))
        }
        _ => note.help("name an image of the same distribution and release, or leave --runtime out"),
    }
}

/// What the proof has against a text, with places of the original; nothing where it proves to mean the same.
fn against(sources: Sources<'_>, stage: &Stage, text: &str) -> Vec<(Option<Span>, String)> {
    let after = match Document::parse(text) {
        Ok(after) => after,
        Err(error) => return vec![(None, error.message)],
    };
    let judgement = judge(&Proof { before: sources, stage, after: &after });
    let place = |breach: &Breach| breach.place.span.filter(|_| breach.place.side == Side::Before);
    let breaches = judgement.breaches.iter();
    let breaches = breaches.map(|breach| (place(breach), format!("{} ({})", breach.message, breach.id.id())));
    let unjudged = judgement.unjudged.iter().filter(|one| one.whole || one.place.side == Side::After);
    breaches.chain(unjudged.map(|one| (None, one.message.clone()))).collect()
}

/// Judges a conversion that somebody made: `request.text` is the original, `after` what it became.
///
/// # Errors
/// Which of the two texts is no Dockerfile, and why.
pub fn prove(request: &Request<'_>, after: &str) -> Result<Judgement, (Side, Note)> {
    let before = read(request.text).map_err(|note| (Side::Before, note))?;
    let after = read(after).map_err(|note| (Side::After, note))?;
    let stages = before.instructions.iter().filter(|instruction| instruction.keyword == Keyword::From);
    let mut unknown = None;
    let mut known = None;
    for from in stages {
        match recipe(request, &before, from) {
            Ok(recipe) => known = Some(recipe),
            Err(note) => unknown = unknown.or(Some(note)),
        }
    }
    let unjudged = |span: Option<Span>, message: String| {
        let place = Place::before(span);
        Judgement { unjudged: vec![Unjudged { place, message, whole: true }], ..Judgement::default() }
    };
    let Some(recipe) = known else {
        let Some(note) = unknown else {
            return Err((
                Side::Before,
                Note::refusal(Reason::Unreadable, None, "no FROM names a base image"),
            ));
        };
        return Ok(unjudged(note.span, note.message));
    };
    let sources = request.sources(&before, recipe);
    let stages = match analyse(sources) {
        Ok(stages) => stages,
        Err(index) => {
            let span = before.instructions.get(index).map(|instruction| instruction.span);
            return Ok(unjudged(span, "what is in the base image is not known".to_owned()));
        }
    };
    match stages.last() {
        Some(stage) => Ok(judge(&Proof { before: sources, stage, after: &after })),
        None => Ok(unjudged(None, "the original has no stage".to_owned())),
    }
}

/// Whether a FROM stands on the stage of another.
fn is_named(stage: &Instruction, from: &Instruction) -> bool {
    let words = |from: &Instruction| match &from.arguments {
        Arguments::Words(words) => words.iter().map(|word| word.text.to_lowercase()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    words(stage).get(2).is_some_and(|name| words(from).first() == Some(name))
}

fn unknown_base(from: &Instruction) -> Note {
    Note::refusal(Reason::UnknownBase, from.span, "the base image is not known")
}

/// Whether the last stage makes something by itself that its tools could be left behind for: it stands on an image, not on
/// another stage, and compiles or installs packages of a language.
fn builds(stage: &Stage, stages: &[Stage]) -> bool {
    let on_stage = stages.iter().any(|other| other.from.name.as_deref() == Some(&stage.from.image));
    let makes = |effect: &Effect| matches!(effect, Effect::Compile(_) | Effect::InstallDependencies(_));
    !on_stage && stage.steps.iter().any(|step| step.does(makes))
}

/// Where each instruction of the file went, then what was added.
fn explain(document: &Document, from: usize, plan: &Plan) -> Vec<Explained> {
    let has = |lines: &[Line], wanted: usize| lines.iter().any(|line| line.index() == Some(wanted));
    let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let mut explained = Vec::new();
    for (index, instruction) in document.instructions.iter().enumerate() {
        let placement = match (has(&plan.builder, index), has(&plan.runtime, index)) {
            (true, true) => Placement::Both,
            (true, false) => Placement::Builder,
            (false, true) => Placement::Runtime,
            (false, false) if instruction.keyword == Keyword::From => Placement::Builder,
            (false, false) if plan.why.contains_key(&index) => Placement::Replaced,
            // an ARG before FROM belongs to no stage and stays
            (false, false) => Placement::Both,
        };
        explained.push(Explained {
            span: Some(instruction.span),
            text: first_line(document.slice(instruction.span)),
            placement,
            why: plan.why.get(&index).cloned().unwrap_or_else(|| {
                match index.cmp(&from) {
                    Ordering::Less => "what stands before the last stage stays as it is",
                    _ => "the base image stays as it is",
                }
                .to_owned()
            }),
        });
    }
    explained.push(Explained {
        span: None,
        text: format!("FROM {}", plan.runtime_image),
        placement: Placement::Runtime,
        why: "the same release and C library without the toolchain, or none where none is needed".to_owned(),
    });
    for (lines, placement) in [(&plan.builder, Placement::Builder), (&plan.runtime, Placement::Runtime)] {
        for line in lines {
            if let Line::New(added, why) = line {
                let manner = Manner { escape: document.escape, lower: false, builder: &plan.builder_name };
                let text = first_line(&spell(added, manner));
                explained.push(Explained { span: None, text, placement, why: why.clone() });
            }
        }
    }
    explained
}
