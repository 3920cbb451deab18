//! The whole way in one screen: text in, outcome out. No file is opened here.

use crate::context::Context;
use crate::dockerfile::reference::ImageReference;
use crate::dockerfile::span::Span;
use crate::knowledge::Knowledge;
use crate::note::{Note, Safety};
use crate::recipe::Recipes;

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
pub fn restage(_request: &Request<'_>) -> Outcome {
    unimplemented!()
}
