//! Build arguments in the runtime: declared where a line uses them, and kept in the paths that they choose.

use super::line::{Added, ImagePath, Line};
use super::planner::Planner;
use crate::analysis::step::Step;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::dockerfile::variables::{Value, mentions_variable};
use crate::note::{Note, Reason};
use crate::recipe::path::{absolute, is_within};

/// Keeps those ARG lines of the runtime that a later line of it uses.
pub(super) fn declare(planner: &Planner<'_>, runtime: &mut Vec<Line>) {
    let document = planner.sources.document;
    let declared = |line: &Line| match &document.instructions[line.index()?] {
        instruction if instruction.keyword == Keyword::Arg => {
            Some(argument_names(document.slice(instruction.span)))
        }
        _ => None,
    };
    let mut kept: Vec<Line> = Vec::new();
    for line in runtime.drain(..).rev() {
        let is_used = |name: &String| kept.iter().any(|later| later.mentions(document, name));
        if declared(&line).is_none_or(|names| names.iter().any(is_used)) {
            kept.push(line);
        }
    }
    kept.reverse();
    *runtime = kept;
}

/// Names that an ARG line declares, read from its words.
fn argument_names(text: &str) -> Vec<String> {
    let words = text.split_whitespace().skip(1);
    words.map(|word| word.split('=').next().unwrap_or(word).trim_matches(['"', '\'']).to_owned()).collect()
}

/// A directory that a build argument chooses, and how the file writes it.
struct Chosen {
    path: String,
    written: String,
}

/// Paths below a directory that a build argument chooses are written as the file writes them.
pub(super) fn write_out(planner: &Planner<'_>, runtime: &mut [Line]) {
    let chosen = chosen_paths(planner);
    if chosen.is_empty() {
        return;
    }
    let document = planner.sources.document;
    let mut set: Vec<String> = Vec::new();
    for line in runtime {
        if let Some(Arguments::Pairs(pairs)) =
            line.index().map(|index| &document.instructions[index].arguments)
        {
            set.extend(pairs.iter().map(|pair| pair.key.text.clone()));
        }
        let Line::New(Added::CopyFrom { paths, .. }, _) = line else { continue };
        for one in paths {
            // only in terms of what the runtime has set by then
            one.written = written(&one.path, &chosen)
                .filter(|text| variables(text).all(|name| set.iter().any(|one| one == name)));
        }
    }
}

/// Names of the variables in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').map(|(at, _)| {
        let rest = text[at + 1..].strip_prefix('{').unwrap_or(&text[at + 1..]);
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

fn written(path: &str, chosen: &[Chosen]) -> Option<String> {
    let around = chosen.iter().filter(|one| is_within(path, &one.path));
    let nearest = around.max_by_key(|one| one.path.len())?;
    let rest = &path[nearest.path.len()..];
    // what would have to be quoted is not worth it
    let is_plain = rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-+".contains(letter));
    is_plain.then(|| format!("{}{rest}", nearest.written))
}

/// Paths in the file that build arguments choose, relative ones below their directory as the file writes it.
fn chosen_paths(planner: &Planner<'_>) -> Vec<Chosen> {
    let document = planner.sources.document;
    let mut found: Vec<Chosen> = Vec::new();
    for step in planner.steps() {
        for word in words_of(planner, step) {
            let value = step.before.variables.expand(word, document.escape);
            let Value::BuildArgument(value) = value else { continue };
            if value.is_empty() || word.contains(['"', '\'', ' ', '`', '(']) {
                continue;
            }
            let directory = step.before.workdir.as_deref().unwrap_or("/");
            let path = absolute(directory, &value);
            let word = word.trim_end_matches('/');
            let text = match value.starts_with('/') {
                true => word.to_owned(),
                false => {
                    let directory = written(directory, &found).unwrap_or_else(|| directory.to_owned());
                    format!("{}/{}", directory.trim_end_matches('/'), word.trim_start_matches("./"))
                }
            };
            if path != "/" && !found.iter().any(|one| one.path == path) {
                found.push(Chosen { path, written: text });
            }
        }
    }
    found
}

/// Words of an instruction that may be paths: those of the file's own lines, and of the commands of a RUN.
fn words_of<'a>(planner: &Planner<'a>, step: &Step) -> Vec<&'a str> {
    let document = planner.sources.document;
    let instruction = &document.instructions[step.index];
    match &instruction.arguments {
        Arguments::Words(words) | Arguments::Json(words) => {
            words.iter().map(|word| word.text.as_str()).collect()
        }
        Arguments::Text(text) if step.keyword == Keyword::Workdir => vec![text.text.trim()],
        Arguments::Text(_) if step.keyword == Keyword::Run => {
            document.slice(step.span).split([' ', '\t', '\n', '=', ';', '&', '"']).collect()
        }
        _ => Vec::new(),
    }
}

/// Says that a path or an owner in a line restage wrote came from a build argument: its default stands there.
pub(super) fn note(planner: &mut Planner<'_>, runtime: &[Line]) {
    let document = planner.sources.document;
    let places = [Keyword::Workdir, Keyword::User, Keyword::Env, Keyword::Copy, Keyword::Add];
    let doubtful = planner.steps().iter().find_map(|step| {
        let text = document.slice(step.span);
        let is_place = places.contains(&step.keyword);
        let is_output = text.contains("-o $") || text.contains("-o /") || text.contains("--root");
        let known =
            |name: &&String| !matches!(step.before.variables.values.get(*name), None | Some(Value::Unknown));
        let mut names = step.before.arguments.iter().filter(known);
        let name = names.find(|name| (is_place || is_output) && names_a_place(text, name, is_place))?;
        Some((step.span, name.clone()))
    });
    let chosen = chosen_paths(planner);
    // a path that no argument chooses, or that is written with it, is in no doubt
    let is_fixed = |path: &ImagePath| {
        let may_be_chosen = chosen.is_empty() || chosen.iter().any(|one| is_within(&path.path, &one.path));
        path.written.is_none() && may_be_chosen
    };
    let is_fixed = |line: &Line| matches!(line, Line::New(Added::CopyFrom { paths, .. }, _) if paths.iter().any(is_fixed));
    if let Some((span, name)) = doubtful.filter(|_| runtime.iter().any(is_fixed)) {
        let message =
            format!("ARG {name} may choose a path here; the copies of the runtime name its default");
        planner.notes.push(
            Note::assumption(Reason::UnknownValue, span, message)
                .help("a build with another value needs other paths in the COPY --from lines"),
        );
    }
}

/// Whether a text uses a variable as a part of a path or, where `whole` values are places, as one of them.
fn names_a_place(text: &str, name: &str, whole: bool) -> bool {
    text.split([' ', '=', '\t', '"']).any(|word| {
        let is_path = word.contains('/') || (whole && word.trim_matches(['$', '{', '}']) == name);
        is_path && !word.contains("://") && mentions_variable(word, name)
    })
}
