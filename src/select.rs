//! Which language a file is of: by what it does. The base image of a language speaks for itself; on a distribution's image it
//! is the language whose packages the last stage installs or whose programs it compiles.

use crate::analysis::analyse;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::step::From;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Instruction;
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::Variables;
use crate::note::{Note, Reason};
use crate::pipeline::Request;
use crate::recipe::Recipe;

/// The recipe for a file whose stage in question starts at `from`.
///
/// # Errors
/// Why there is none: an image of which nothing is known, a language that restage does not know, or several at once.
pub(crate) fn recipe<'a>(
    request: &Request<'a>,
    document: &Document,
    from: &Instruction,
) -> Result<&'a Recipe, Note> {
    let index =
        document.instructions.iter().position(|instruction| instruction.span == from.span).unwrap_or(0);
    let mut globals = Variables::global();
    for instruction in &document.instructions[..index] {
        globals.apply(instruction, &Variables::default(), document.escape);
    }
    let from = From::read(from, index, &globals, document.escape).ok_or_else(|| {
        let message = "the base image depends on a build argument without a default";
        Note::refusal(Reason::UnknownValue, from.span, message).help("give the ARG a default value")
    })?;
    let image = from.reference.as_ref().and_then(|reference| request.knowledge.image(reference));
    let Some(image) = image else {
        return Err(unknown(request, &from));
    };
    if let Some(recipe) = request.recipes.of_image(&image.family) {
        return Ok(recipe);
    }
    by_deeds(request, document, &from, index)
}

/// Refuses an image that is not known.
fn unknown(request: &Request<'_>, from: &From) -> Note {
    let message = format!("what is in `{}` is not known", from.image);
    // an official image of another language is known to be none of ours
    let names = request.recipes.recipes.iter().flat_map(|recipe| &recipe.images);
    let is_other = from.reference.as_ref().is_some_and(|reference| {
        reference.registry.is_none()
            && !reference.path.contains('/')
            && !names.clone().any(|name| *name == reference.path)
    });
    let reason = if is_other { Reason::NoRecipe } else { Reason::UnknownBase };
    Note::refusal(reason, from.image_span, message).help(known(request))
}

fn known(request: &Request<'_>) -> String {
    let names: Vec<String> =
        request.recipes.recipes.iter().flat_map(|recipe| recipe.images.clone()).collect();
    format!(
        "restage converts files that stand on the official images of {}, or on a distribution's image with those languages installed",
        names.join(", ")
    )
}

/// The language whose work the stage at `index` does, on an image that is of none.
fn by_deeds<'a>(
    request: &Request<'a>,
    document: &Document,
    from: &From,
    index: usize,
) -> Result<&'a Recipe, Note> {
    let found: Vec<(&Recipe, Span)> = request
        .recipes
        .recipes
        .iter()
        .filter_map(|recipe| Some((recipe, first_deed(request, document, recipe, index)?)))
        .collect();
    match found.as_slice() {
        [(recipe, _)] => Ok(recipe),
        [] => {
            let message = format!(
                "`{}` is of no language, and no command of this stage compiles a program or installs packages of a language",
                from.image
            );
            Err(Note::refusal(Reason::NoRecipe, from.image_span, message).help(known(request)))
        }
        [.., (other, span)] => {
            let names: Vec<&str> = found.iter().map(|(recipe, _)| recipe.name.as_str()).collect();
            let message = format!(
                "several languages are built here ({}), and which of them the container runs can't be told",
                names.join(", ")
            );
            Err(Note::refusal(Reason::NoRecipe, *span, message)
                .help(format!("give {} a stage of its own", other.name)))
        }
    }
}

/// The first command of a stage that does the work of a language.
fn first_deed(request: &Request<'_>, document: &Document, recipe: &Recipe, index: usize) -> Option<Span> {
    let stages = analyse(request.sources(document, recipe)).ok()?;
    let stage = stages.into_iter().find(|stage| stage.from.instruction == index)?;
    let is_deed =
        |action: &&Action| matches!(action.effect, Effect::Compile(_) | Effect::InstallDependencies(_));
    stage.steps.iter().flat_map(|step| &step.actions).find(is_deed).map(|action| action.span)
}
