//! Programs that neither the file's own sources nor a package bring: which shared libraries they need is not known, and the
//! image that the runtime stands on has fewer than the builder's.

use super::Plan;
use super::line::{Added, Line};
use crate::analysis::world::{Entry, Origin};
use crate::analysis::{Sources, Stage};
use crate::dockerfile::span::Span;
use crate::knowledge::images::Variant;
use crate::note::{Note, Reason};
use crate::recipe::path::{absolute, is_within};

/// Says of every such program in the runtime that its libraries are taken to be there (python/program-of-another-image,
/// python/fetched-program).
pub(super) fn note(plan: &mut Plan, sources: Sources<'_>, stage: &Stage) {
    if stage.world.image.variant != Variant::Full {
        return;
    }
    let fetched = stage.world.paths.iter().filter_map(|(path, entry)| fetched(path, entry, sources, stage));
    let mut found: Vec<(String, Span)> = fetched.chain(copied(sources, stage)).collect();
    found.retain(|(path, span)| is_in_runtime(plan, path, *span, sources));
    found.dedup();
    for (path, span) in found {
        let message = format!(
            "{path} was built elsewhere: taken to need no shared library that only the full image has"
        );
        plan.notes.push(Note::assumption(Reason::ImpliedPackage, span, message).help(
            "look with `ldd` in the old image: the package of a library that it needs goes into an install line",
        ));
    }
}

/// Programs that a COPY takes from another image, or an ADD from an address.
fn copied<'a>(sources: Sources<'a>, stage: &'a Stage) -> impl Iterator<Item = (String, Span)> + 'a {
    let copies = stage.steps.iter().filter_map(|step| Some((step, step.copy.as_ref()?)));
    copies.flat_map(move |(step, copy)| {
        let is_foreign = copy.image.is_some() || copy.fetched().is_some();
        let image = copy.image.as_deref().unwrap_or_default();
        let destination = copy.destination.as_deref().filter(|_| is_foreign && !is_known(image, sources));
        copy.sources.iter().filter_map(move |source| {
            let destination = destination?;
            let name = source.rsplit('/').next().unwrap_or(source);
            let path = if copy.into_directory { absolute(destination, name) } else { destination.to_owned() };
            (is_program(&path) && !is_known(name, sources)).then_some((path, step.span))
        })
    })
}

/// A program that the tools of a RUN fetch or unpack.
fn fetched(path: &str, entry: &Entry, sources: Sources<'_>, stage: &Stage) -> Option<(String, Span)> {
    let recipes = sources.recipes;
    let step = stage.steps.iter().find(|step| step.index == entry.instruction)?;
    let is_tool =
        |program: &String| recipes.used_by_name.contains(program) || recipes.unpackers.contains(program);
    let by_tool = step.actions.iter().find(|action| is_tool(&action.program))?;
    let is_known = is_known(path, sources) || step.actions.iter().any(|one| is_known(&one.text, sources));
    (entry.origin == Origin::Written && is_program(path) && !is_known)
        .then_some((path.to_owned(), by_tool.span))
}

/// Whether a path is where programs are found by name.
fn is_program(path: &str) -> bool {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    directory.ends_with("/bin") || directory.ends_with("/sbin") || directory == "/opt/bin"
}

/// Whether a name, address or command speaks of a program that is known to bring all that it needs.
fn is_known(text: &str, sources: Sources<'_>) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut words = text.split(|letter| !is_part(letter));
    let known = &sources.recipes.self_contained;
    words.any(|word| {
        known.iter().any(|name| {
            let rest = word.strip_prefix(name.as_str());
            // `dockerize-linux-amd64`
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        })
    })
}

/// Whether the runtime has a path by a line of the plan.
fn is_in_runtime(plan: &Plan, path: &str, span: Span, sources: Sources<'_>) -> bool {
    plan.runtime.iter().any(|line| match line {
        Line::Instruction(index) | Line::Changed(index, ..) => {
            let line = sources.document.instructions[*index].span;
            line.start <= span.start && span.end <= line.end
        }
        Line::New(Added::CopyFrom { paths, .. }, _) => paths.iter().any(|one| is_within(path, &one.path)),
        Line::New(..) => false,
    })
}
