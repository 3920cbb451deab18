//! Programs that start what their files say: process managers, schedulers. Which files these are, and how they say it, is
//! data (`rules/starts.toml`).

use super::chain::Chain;
use super::walk::{Place, Walk, name_of};
use super::{Caller, Need};
use crate::analysis::effect::{Action, Effect};
use crate::analysis::world::Origin;
use crate::recipe::path::absolute;
use crate::recipe::starts::{Daemon, Syntax};
use std::collections::BTreeSet;

/// A file that a daemon reads.
struct File {
    /// Its name for people.
    name: String,
    /// Its path in the image.
    path: String,
    text: String,
}

/// Walks through the files of every daemon that is started, those that another daemon starts too.
pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut read = BTreeSet::new();
    loop {
        let before = read.len();
        for daemon in &walk.sources.recipes.starts.daemons {
            let Some(place) = started(walk, daemon) else { continue };
            for file in files(walk, daemon) {
                if read.insert(file.path.clone()) {
                    let chain = place.chain.then(&file.name);
                    starts(walk, daemon, &file, &Place { chain, ..place.clone() });
                }
            }
        }
        if read.len() == before {
            return;
        }
    }
}

/// Who starts a daemon, where somebody does.
fn started(walk: &Walk<'_>, daemon: &Daemon) -> Option<Place> {
    let asked = walk.needs.list.iter().find(|asked| match &asked.need {
        Need::Program(program) => daemon.programs.contains(&program.name),
        _ => false,
    })?;
    Some(Place::of(asked.chain.clone(), Caller::Container))
}

/// The commands of one file.
fn starts(walk: &mut Walk<'_>, daemon: &Daemon, file: &File, place: &Place) {
    if daemon.syntax == Syntax::Script {
        walk.script(&file.path, place);
        return;
    }
    for (number, line) in lines(&file.text) {
        if let Some(command) = daemon.command(&line) {
            let chain: Chain = place.chain.at(number);
            walk.text(command, &Place { chain, ..place.clone() });
        }
    }
}

/// Lines with their numbers; one that begins with a blank goes on from the one before.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let goes_on = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, before)) if !before.trim().is_empty() && !line.trim_start().contains('=') => {
                before.push(' ');
                before.push_str(line.trim());
            }
            _ => lines.push((at + 1, line.trim().to_owned())),
        }
    }
    lines
}

/// The files of a daemon, as far as their text can be seen: by their place, or named by a started command.
fn files(walk: &Walk<'_>, daemon: &Daemon) -> Vec<File> {
    let world = &walk.stage.world;
    let named: BTreeSet<String> = walk
        .needs
        .list
        .iter()
        .filter_map(|asked| match &asked.need {
            Need::Argument(word) => {
                let word = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
                (!word.is_empty()).then(|| absolute(walk.directory(), word))
            }
            _ => None,
        })
        .collect();
    let is_file = |path: &str, origin: &Origin| match origin {
        Origin::Context(file) => {
            daemon.reads(path) || daemon.reads(file) || (daemon.takes_named() && named.contains(path))
        }
        Origin::Written => daemon.reads(path),
        _ => false,
    };
    let paths = world.paths.iter().filter(|(path, entry)| is_file(path, &entry.origin));
    let read = paths.filter_map(|(path, _)| {
        let (name, text) = walk.script_text(path)?;
        Some(File { name, path: path.clone(), text })
    });
    read.chain(written(walk, daemon)).collect()
}

/// What commands of a RUN write into a file of the daemon, or hand to the program that keeps its table.
fn written(walk: &Walk<'_>, daemon: &Daemon) -> Vec<File> {
    let mut files = Vec::new();
    for step in &walk.stage.steps {
        let name = format!("line {}", walk.sources.document.instructions[step.index].line);
        let mut add = |text: String, path: String| files.push(File { name: name.clone(), path, text });
        for action in &step.actions {
            let writes = match &action.effect {
                Effect::Write(paths) => paths.iter().any(|path| daemon.reads(path)),
                _ => daemon.tables.contains(&action.program),
            };
            if !writes {
                continue;
            }
            // `echo "…" > FILE`, `echo "…" | crontab -`
            let said = step.actions.iter().filter(|other| other.statement.start == action.statement.start);
            for other in said.filter(|other| is_printer(other)) {
                let text = printed(&other.text);
                let path = format!("{}:{}", step.index, other.span.start);
                add(text, path);
            }
            // `crontab FILE`
            for word in
                action.text.split_whitespace().skip(1).filter(|_| daemon.tables.contains(&action.program))
            {
                let path = absolute(&action.directory, word);
                if let Some((_, text)) = walk.script_text(&path) {
                    add(text, path);
                }
            }
        }
    }
    files
}

fn is_printer(action: &Action) -> bool {
    matches!(name_of(&action.program), "echo" | "printf")
}

/// What `echo` or `printf` prints: its operands, with line breaks where they are written.
fn printed(text: &str) -> String {
    let words =
        text.split_whitespace().skip(1).skip_while(|word| ["-e", "-n", "-en", "%s\\n"].contains(word));
    words.collect::<Vec<_>>().join(" ").replace("\\n", "\n")
}
