//! What the builder's image set and a bare image does not: variables, PATH, the working directory.

use super::line::{Added, Line};
use super::planner::Planner;
use crate::analysis::step::Step;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::dockerfile::variables::mentions_variable;

/// Lines before all others of the runtime: what the builder's image set and a later line or the container relies on.
pub(super) fn head(planner: &Planner<'_>, programs: &[String]) -> Vec<Line> {
    let image = &planner.stage.world.image;
    let mut lines = Vec::new();
    let document = planner.sources.document;
    let sets = |step: &&Step, name: &str| {
        matches!(&document.instructions[step.index].arguments, Arguments::Pairs(pairs)
            if step.keyword == Keyword::Env && pairs.iter().any(|pair| pair.key.text == name))
    };
    for (name, value) in image.environment.iter().filter(|(name, _)| name != "PATH") {
        let lines_of_runtime = planner.steps().iter().filter(|step| step.keyword != Keyword::Run);
        let used = lines_of_runtime.clone().find(|step| mentions_variable(document.slice(step.span), name));
        let set = lines_of_runtime.clone().find(|step| sets(step, name));
        if used.is_some_and(|used| set.is_none_or(|set| set.index >= used.index)) {
            let why = format!("the builder's image sets it, and a line uses ${name}");
            lines.push(Line::New(Added::Env { name: name.clone(), value: value.clone() }, why));
        }
    }
    // a program that is found by its bare name has to stay on PATH
    let bare = planner
        .needs
        .programs()
        .map(|(need, _)| need)
        .filter(|need| need.path.as_ref().is_some_and(|path| programs.contains(path)));
    let system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    let mut directories: Vec<&str> = Vec::new();
    for need in bare {
        let Some((directory, _)) = need.path.as_deref().and_then(|path| path.rsplit_once('/')) else {
            continue;
        };
        let on_image_path = image
            .environment
            .iter()
            .any(|(name, value)| name == "PATH" && value.split(':').any(|one| one == directory));
        if on_image_path && !system.contains(&directory) && !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    if !directories.is_empty() {
        lines.push(Line::New(
            Added::Path(directories.into_iter().map(str::to_owned).collect()),
            "the builder's image finds programs there".to_owned(),
        ));
    }
    if image.workdir != "/" && !image.workdir.is_empty() && relies_on_workdir(planner) {
        lines.push(Line::New(
            Added::Workdir(image.workdir.clone()),
            "the builder's image starts there".to_owned(),
        ));
    }
    lines
}

/// Whether a line before the first absolute WORKDIR, or the container itself, starts from the image's own directory.
fn relies_on_workdir(planner: &Planner<'_>) -> bool {
    let document = planner.sources.document;
    for step in planner.steps() {
        let instruction = &document.instructions[step.index];
        let last = match &instruction.arguments {
            Arguments::Words(words) | Arguments::Json(words) => words.last().map(|word| word.text.as_str()),
            Arguments::Text(text) => Some(text.text.trim()),
            _ => None,
        };
        let is_relative = last.is_some_and(|path| !path.starts_with(['/', '$', '"']));
        match step.keyword {
            Keyword::Workdir => return is_relative,
            Keyword::Copy | Keyword::Add if is_relative => return true,
            _ => {}
        }
    }
    true
}
