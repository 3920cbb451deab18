//! The proof: the finished text is read and run anew, and every need of the original must be answered in the new world, at
//! least as surely as in the old one.
//!
//! It knows nothing of how the text came about, so it also judges conversions made by hand or by other tools. `breach` is
//! what it can find; each of the other files asks one kind of question. A line that can't be followed is said to be
//! unjudged, and is neither proven nor condemned.

mod answer;
pub mod breach;
mod commands;
mod config;
mod copies;
mod data;
mod dependencies;
mod files;
mod inputs;
mod libc;
mod lines;
mod owners;
mod packages;
mod programs;
pub mod second_reader;
mod stages;

use crate::analysis::need::Needs;
use crate::analysis::{Sources, Stage, analyse};
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Arguments;
use breach::{BreachId, Judgement, Place, Unjudged};

/// What is compared: the original and the finished document. The last stage of each is what people run.
pub struct Proof<'a> {
    /// The original, with its context, rules and facts.
    pub before: Sources<'a>,
    /// Its last stage.
    pub stage: &'a Stage,
    /// The finished document.
    pub after: &'a Document,
}

/// What the finished text does not answer, and what could not be judged.
pub fn judge(proof: &Proof<'_>) -> Judgement {
    let mut found = Judgement::default();
    if let Some((span, difference)) = second_reader::disagreement(proof.after) {
        let help = "write the line in a plainer way";
        found.breach(BreachId::SecondReader, Place::after(span), difference, help);
    }
    let sources = Sources { document: proof.after, ..proof.before };
    let stages = match analyse(sources) {
        Ok(stages) => stages,
        Err(index) => {
            unknown_base(proof.after, index, &mut found);
            return found;
        }
    };
    let Some(runtime) = stages.last() else {
        found.breach(BreachId::OneStage, Place::after(None), "it has no stage", "");
        return found;
    };
    if stages.len() < 2 {
        let help = "a builder stage keeps what only the build needs";
        found.breach(BreachId::OneStage, Place::after(runtime.from.span), "it has only one stage", help);
        return found;
    }
    let judge = Judge {
        old: proof.before,
        stage: proof.stage,
        new: sources,
        stages: &stages,
        runtime,
        needs: Needs::of(proof.stage, proof.before),
        needs_after: Needs::of(runtime, sources),
        live: stages::live(proof.after, &stages),
    };
    judge.configuration(&mut found);
    judge.environment(&mut found);
    judge.arguments(&mut found);
    judge.users(&mut found);
    judge.copies(&mut found);
    judge.programs(&mut found);
    judge.files(&mut found);
    judge.packages(&mut found);
    judge.dependencies(&mut found);
    judge.data(&mut found);
    judge.libc(&mut found);
    judge.commands(&mut found);
    found
}

/// Both worlds, and what is asked of them.
struct Judge<'a> {
    old: Sources<'a>,
    stage: &'a Stage,
    new: Sources<'a>,
    /// Every stage of the new text.
    stages: &'a [Stage],
    /// The last of them.
    runtime: &'a Stage,
    /// What the original's container asks for.
    needs: Needs,
    /// What the new container asks for.
    needs_after: Needs,
    /// Indices of the stages of which something reaches the last one.
    live: Vec<usize>,
}

/// A FROM that can't be read: a variable that no ARG before it sets is wrong, an image that nobody knows is only unknown.
fn unknown_base(document: &Document, index: usize, found: &mut Judgement) {
    let Some(instruction) = document.instructions.get(index) else { return };
    let image = match &instruction.arguments {
        Arguments::Words(words) => words.first().map_or("", |word| word.text.as_str()),
        _ => "",
    };
    let place = Place::after(instruction.span);
    if image.contains('$') && !is_declared_before(document, index, image) {
        let message = format!("no ARG before it gives `{image}` a value");
        found.breach(
            BreachId::UnsetVariable,
            place,
            message,
            "declare the ARG, with a default, before the first FROM",
        );
    } else {
        let message = format!("what is in `{image}` is not known");
        found.unjudged.push(Unjudged { place, message, whole: true });
    }
}

/// Whether the lines before the first FROM declare every variable of a word.
fn is_declared_before(document: &Document, index: usize, word: &str) -> bool {
    use crate::dockerfile::instruction::Keyword;
    let globals = document.instructions[..index].iter().take_while(|one| one.keyword != Keyword::From);
    let declared: Vec<&str> = globals
        .filter(|one| one.keyword == Keyword::Arg)
        .flat_map(|one| match &one.arguments {
            Arguments::Pairs(pairs) => pairs.iter().map(|pair| pair.key.text.as_str()).collect(),
            _ => Vec::new(),
        })
        .collect();
    lines::variables_of(word).iter().all(|name| declared.contains(&name.as_str()))
}
