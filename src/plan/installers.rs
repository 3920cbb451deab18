//! Installers that stay in the builder: what the runtime can do without, and what it can't.

use super::layout::{self, Layout};
use super::planner::Planner;
use crate::analysis::need::Asked;
use crate::analysis::read::copy::Copy;
use crate::dockerfile::instruction::Keyword;
use crate::dockerfile::span::Span;
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
    match planner.needs.programs().find(|(need, _)| stays && stays_behind(&need.name)) {
        Some((need, Asked { chain, .. })) => {
            let message =
                format!("{} starts `{}`, an installer that stays in the builder", chain.last(), need.name);
            Err(Note::refusal(Reason::NeedsToolchain, chain.span, message)
                .help("start the program itself: its environment comes first on PATH in the runtime"))
        }
        None => Ok(()),
    }
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
