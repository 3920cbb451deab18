//! Which stage needs each line: from what a stage does and needs to two lists of lines.
//!
//! `interpreter` and `binary` decide for the two kinds of language; both build on the same pieces: `base` (the runtime's
//! image), `packages` (what is installed there), `files` (what is copied there), `replay` (which commands are repeated there).
//! The plan holds no text of the file: `rewrite` cuts and joins.

mod arguments;
mod assemble;
mod base;
mod binary;
mod blind;
mod downloads;
mod environment;
mod files;
mod foreign;
mod gain;
mod inherited;
mod installers;
mod interpreter;
mod layout;
pub mod line;
mod linked;
mod manifests;
mod outputs;
mod packages;
mod planner;
mod programs;
mod replay;
mod requirements;
mod runner;
mod starter;
mod surely;
mod touched;

use crate::analysis::{Sources, Stage};
use crate::dockerfile::span::Span;
use crate::note::Note;
use crate::recipe::RuntimeKind;
use line::Line;
use std::collections::BTreeMap;

/// A conversion, decided.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the builder stage.
    pub builder_name: String,
    /// Whether the file already gives its stage that name.
    pub is_named: bool,
    /// The builder's image, written anew: where it stands, and how.
    pub builder_image: Option<(Span, String)>,
    /// The name that the file gives its last stage, where stages stand before it: who asks for it wants what is shipped.
    pub runtime_name: Option<String>,
    /// Lines of the builder after its FROM, in order.
    pub builder: Vec<Line>,
    /// Base image of the runtime, as it is to be written.
    pub runtime_image: String,
    /// `--platform` of the FROM, as written, repeated for the runtime.
    pub platform: Option<String>,
    /// Lines of the runtime after its FROM, in order.
    pub runtime: Vec<Line>,
    /// What the plan rests on.
    pub notes: Vec<Note>,
    /// Why each instruction goes where it goes.
    pub why: BTreeMap<usize, String>,
}

/// Plans a conversion of the only stage of a file.
///
/// # Errors
/// The refusals, where no careful plan exists.
pub fn plan(sources: Sources<'_>, stage: &Stage, runtime: Option<&str>) -> Result<Plan, Vec<Note>> {
    let planner = planner::Planner::new(sources, stage, runtime).map_err(|note| vec![note])?;
    let planned = match sources.recipe.runtime {
        RuntimeKind::Interpreter => interpreter::plan(planner),
        RuntimeKind::Binary => binary::plan(planner),
    };
    let mut plan = planned.map_err(|note| vec![note])?;
    surely::check_copies(&plan, sources, stage).map_err(|note| vec![note])?;
    surely::note_doubts(&mut plan, sources, stage);
    foreign::note(&mut plan, sources, stage);
    Ok(plan)
}
