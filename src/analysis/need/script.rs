//! Scripts of the build context that the container starts: their interpreter, and what they start.

use super::Need;
use super::walk::{Place, SHELLS, Walk, name_of};
use crate::analysis::world::Origin;
use crate::context::sources::is_source;
use crate::dockerfile::instruction::Keyword;

impl Walk<'_> {
    /// Whether a started word is a script that can be read.
    pub(super) fn is_script(&self, program: &str) -> bool {
        self.resolve(program).is_some_and(|path| self.script_text(&path).is_some())
    }

    /// Name and text of the script at a path of the image: a file of the build context, or one that the Dockerfile holds.
    pub(super) fn script_text(&self, path: &str) -> Option<(String, String)> {
        let world = &self.stage.world;
        if let Some(entry) = world.paths.get(path)
            && let Origin::Link(target) = &entry.origin
            && target != path
            && !matches!(world.paths.get(target), Some(other) if matches!(other.origin, Origin::Link(_)))
        {
            return self.script_text(target);
        }
        if let Some(context) = self.sources.context
            && let Some(file) = world.context_path(path).filter(|file| context.entry(file).is_some())
        {
            return Some((file.clone(), context.text(&file)?));
        }
        self.of_heredoc(path).or_else(|| self.of_moved(path))
    }

    /// The body of `COPY <<EOF path`.
    fn of_heredoc(&self, path: &str) -> Option<(String, String)> {
        let document = self.sources.document;
        self.stage.steps.iter().rev().find_map(|step| {
            let copy = step.copy.as_ref().filter(|copy| copy.special && copy.sources.is_empty())?;
            let instruction = document.instructions.get(step.index)?;
            let destination = copy.destination.as_deref()?;
            let of = |name: &str| match copy.into_directory {
                true => crate::recipe::path::absolute(destination, name) == path,
                false => destination == path,
            };
            let heredoc = instruction.heredocs.iter().find(|heredoc| of(&heredoc.name))?;
            Some((name_of(path).to_owned(), document.slice(heredoc.body).to_owned()))
        })
    }

    /// A file of the build context that a command copied or moved there: the only one of that name.
    fn of_moved(&self, path: &str) -> Option<(String, String)> {
        let context = self.sources.context?;
        let entry = self.stage.world.find(path)?;
        if entry.origin != Origin::Written {
            return None;
        }
        let name = name_of(path);
        let copies = self.stage.steps.iter().filter_map(|step| step.copy.as_ref()?.files.as_ref()).flatten();
        let mut named = copies.map(|(file, _)| file).filter(|file| name_of(file) == name);
        let file = named.next()?;
        if named.any(|other| other != file) {
            return None;
        }
        let moves = |step: &crate::analysis::step::Step| {
            step.keyword == Keyword::Run && self.sources.document.slice(step.span).contains(name)
        };
        self.stage.steps.iter().any(moves).then(|| Some((file.clone(), context.text(file)?)))?
    }

    /// Reads a script that is started, once for each kind of caller.
    pub(super) fn script(&mut self, path: &str, place: &Place) {
        let Some((file, text)) = self.script_text(path) else { return };
        if !self.seen.insert((path.to_owned(), place.caller)) {
            return;
        }
        let first = text.lines().next().unwrap_or_default();
        // a source of another language is no text of a shell, whoever starts it
        let mut is_shell = file.ends_with(".sh") || !(first.starts_with("#!") || is_source(&file));
        if let Some(line) = first.strip_prefix("#!") {
            let mut words = line.split_whitespace();
            let interpreter = words.next().unwrap_or_default();
            let name = name_of(interpreter);
            let named = if name == "env" {
                words.find(|word| !word.starts_with('-')).unwrap_or_default()
            } else {
                name
            };
            is_shell = SHELLS.contains(&named);
            let place = Place { chain: place.chain.then(&file).at(1), whole: false, ..place.clone() };
            self.needs.add(Need::Interpreter(interpreter.to_owned()), &place.chain, place.main);
            if is_shell {
                let all: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                self.needs.login_shell |= super::walk::is_login(&all);
            }
            if named != name {
                self.program(named, &place);
            } else {
                self.program(interpreter, &place);
            }
        }
        if is_shell && !text.contains('\0') {
            self.needs.login_shell |= sets_path_anew(&text);
            let chain = place.chain.then(&file);
            let place = Place { chain, main: false, ..place.inside() };
            self.text(&text, &place);
        }
    }
}

/// Whether a script sets PATH without what it was: programs of an environment of its own are lost.
fn sets_path_anew(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix("PATH=").is_some_and(|value| !value.contains("PATH"))
    })
}
