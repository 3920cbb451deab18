//! Installers that stay in the builder: what the runtime can do without, and what it can't.

use super::layout::{self, Layout};
use super::planner::Planner;
use crate::analysis::effect::Effect;
use crate::analysis::need::Asked;
use crate::analysis::read::copy::Copy;
use crate::analysis::step::Step;
use crate::context::sources;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::mentions_variable;
use crate::note::{Note, Reason};
use crate::recipe::product::Target;

/// Whether a COPY brings an installer from its makers' image, and nothing starts it: `COPY --from=ghcr.io/astral-sh/uv /uv /bin/`
/// (python/uv-sync).
pub(super) fn is_builders_tool(planner: &Planner<'_>, copy: &Copy, work: usize) -> bool {
    let scripts = &planner.sources.recipes.scripts;
    let tool = copy.image.as_ref().and_then(|image| scripts.iter().find(|script| script.is_of(image)));
    // a RUN of the runtime may call it too: `RUN uvx ruff check .` after the last installation (python/uv-tool-after-the-installation)
    let later = || planner.steps().iter().filter(|step| step.index > work).flat_map(|step| &step.actions);
    let starts = |program: &String| {
        planner.needs.programs().any(|(need, _)| need.name == *program)
            || later().any(|action| action.program == *program)
    };
    let name = |source: &String| source.rsplit('/').next().unwrap_or_default().to_owned();
    tool.is_some_and(|tool| {
        copy.sources.iter().all(|source| tool.programs.contains(&name(source)))
            && !tool.programs.iter().any(starts)
    })
}

/// An installer that stays outside of what the runtime takes over can't be started there: `CMD ["poetry", "run", "app"]`.
pub(super) fn refuse_started(planner: &Planner<'_>, layout: &Layout) -> Result<(), Note> {
    let stays = match layout {
        Layout::Environment(creation) => creation.is_sent(),
        Layout::Own(_) => true,
        Layout::Prefix(_) => false,
    };
    let knowledge = planner.sources.knowledge;
    let image = &planner.stage.world.image;
    let stays_behind = |name: &String| {
        layout::installations(planner).iter().any(|(_, found)| {
            found.names.contains(name)
                && found.target == Target::Default
                && layout::is_installer_only(planner, found)
        }) && !knowledge.program_in_image(name, image)
    };
    let hidden = started_in_substitution(planner);
    if let Some(span) = hidden.filter(|_| stays) {
        let message = "an installer that stays in the builder is called within a command of the start";
        return Err(Note::refusal(Reason::NeedsToolchain, span, message));
    }
    // or the builder's image brings it, and the runtime's does not (refused/uv-of-the-image-in-a-script)
    let of_image = |name: &String| image.programs.contains(name);
    let mut started = planner.needs.programs();
    match started.find(|(need, _)| (stays && stays_behind(&need.name)) || of_image(&need.name)) {
        Some((need, Asked { chain, .. })) => {
            let message =
                format!("{} starts `{}`, an installer that stays in the builder", chain.last(), need.name);
            Err(Note::refusal(Reason::NeedsToolchain, chain.span, message)
                .help("start the program itself: its environment comes first on PATH in the runtime"))
        }
        None => Ok(()),
    }
}

/// Whether an ENV sets nothing but variables of installers that nothing in the runtime calls: `ENV UV_LINK_MODE=copy`
/// (python/uv-image).
pub(super) fn only_speaks_to_them(planner: &Planner<'_>, step: &Step, work: usize) -> bool {
    let recipe = planner.sources.recipe;
    let Arguments::Pairs(pairs) = &planner.sources.document.instructions[step.index].arguments else {
        return false;
    };
    let calls = |name: &str| recipe.installers.iter().any(|one| one == name);
    // what runs in the runtime may name one of them, or call it
    let later = planner.steps().iter().filter(|step| step.index > work).flat_map(|step| &step.actions);
    let mut later = later.filter(|action| !matches!(action.effect, Effect::Nothing));
    let is_tool = |name: &str| {
        calls(name)
            || planner
                .sources
                .recipes
                .scripts
                .iter()
                .any(|script| script.programs.iter().any(|one| one == name))
    };
    let is_called = planner.needs.programs().any(|(need, _)| is_tool(&need.name))
        || later.any(|action| is_tool(&action.program));
    let named = |name: &str| {
        let document = planner.sources.document;
        let mut others = document.instructions.iter().enumerate().filter(|(index, _)| *index != step.index);
        others.any(|(_, other)| mentions_variable(document.slice(other.span), name))
            || planner.sources.context.is_some_and(|context| {
                sources::mentions(context, name, &|file| !recipe.files.metadata.is_match(file))
            })
    };
    step.keyword == Keyword::Env
        && !is_called
        && pairs.iter().all(|pair| recipe.is_build_variable(&pair.key.text) && !named(&pair.key.text))
}

/// Whether an installer wrote a file for another, and nobody else reads it: `poetry export -o requirements.txt` (python/poetry-export).
pub(super) fn is_only_theirs(planner: &Planner<'_>, path: &str) -> bool {
    let metadata = &planner.sources.recipe.files.metadata;
    let name = path.rsplit('/').next().unwrap_or(path);
    let counts = |file: &str| !metadata.is_match(file);
    let mentions = |context| sources::mentions(context, name, &counts);
    planner.stage.world.exported.contains(path) && planner.sources.context.is_some_and(|one| !mentions(one))
}

/// A start that calls an installer where its words are put together: `. $(poetry env info --path)/bin/activate`.
fn started_in_substitution(planner: &Planner<'_>) -> Option<Span> {
    let document = planner.sources.document;
    let starts = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];
    let calls = |text: &str| {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let installers = &planner.sources.recipe.installers;
        (text.contains("$(") || text.contains('`'))
            && words.into_iter().any(|word| installers.iter().any(|one| one == word))
    };
    let mut instructions = document.instructions.iter().filter(|one| starts.contains(&one.keyword));
    instructions.find(|one| calls(document.slice(one.span))).map(|one| one.span)
}
