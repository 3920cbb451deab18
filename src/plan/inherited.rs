//! What the builder's image set and a bare image does not: variables, PATH, the working directory.

use super::line::{Added, Line};
use super::planner::Planner;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::knowledge::images::Image;

/// ENV lines for what the builder's image set, the runtime's does not, and a line uses before it sets it itself.
pub(super) fn variables(facts: &Planner<'_>, runtime: &[Line], image: Option<&Image>) -> Vec<Line> {
    let document = facts.sources.document;
    let sets = |line: &Line, name: &str| match line {
        Line::Instruction(index) | Line::Changed(index, ..) => {
            let instruction = &document.instructions[*index];
            matches!(&instruction.arguments, Arguments::Pairs(pairs)
                if instruction.keyword == Keyword::Env && pairs.iter().any(|pair| pair.key.text == name))
        }
        Line::New(Added::Env { name: known, .. }, _) => known == name,
        Line::New(..) => false,
    };
    let given =
        |name: &String| image.is_some_and(|image| image.environment.iter().any(|(known, _)| known == name));
    let lacking =
        facts.stage.world.image.environment.iter().filter(|(name, _)| name != "PATH" && !given(name));
    let mut lines = Vec::new();
    for (name, value) in lacking {
        let used = runtime.iter().position(|line| line.mentions(document, name));
        let set = runtime.iter().position(|line| sets(line, name));
        if used.is_some_and(|used| set.is_none_or(|set| set >= used)) {
            let why = format!("the builder's image sets it, and a line uses ${name}");
            lines.push(Line::New(Added::Env { name: name.clone(), value: value.clone() }, why));
        }
    }
    lines
}

/// Lines before all others of the runtime: where the builder's image finds programs, and where it starts.
pub(super) fn head(planner: &Planner<'_>, programs: &[String]) -> Vec<Line> {
    let image = &planner.stage.world.image;
    let mut lines = Vec::new();
    // a program that is found by its bare name has to stay on PATH
    let bare = planner
        .needs
        .programs()
        .map(|(need, _)| need)
        .filter(|need| need.path.as_ref().is_some_and(|path| programs.contains(path)))
        .filter(|need| planner.needs.words().any(|word| word == need.name));
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
