//! Commands of a builder's RUN that the runtime repeats: users, directories, modes, the set-up of the system.

use super::line::Added;
use super::planner::Planner;
use crate::analysis::effect::{Action, Effect, Transfer};
use crate::analysis::step::Step;
use crate::analysis::world::{Entry, Origin, is_standard};
use crate::dockerfile::instruction::Keyword;
use crate::dockerfile::span::Span;
use crate::dockerfile::variables::mentions_variable;
use crate::note::{Note, Reason};
use crate::recipe::RuntimeKind;
use crate::recipe::command::quoted;
use crate::recipe::path::{absolute, is_within};

/// Directories whose content the system's own packages bring: removing a file there is meant for the image.
const SYSTEM: [&str; 3] = ["/etc/", "/usr/share/", "/var/www/"];

impl Planner<'_> {
    /// Repeats in the runtime what a RUN of the builder sets up for the image. The instruction stays whole where that
    /// is all that it does. `also` names further actions to repeat.
    pub(super) fn replay(&mut self, step: &Step, also: &dyn Fn(&Action) -> bool) -> Result<(), Note> {
        let mut wanted: Vec<&Action> = Vec::new();
        for action in &step.actions {
            if self.is_repeated(action) || also(action) {
                // a later command of the same RUN may be about what this one makes
                self.remember(action);
                wanted.push(action);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let is_idle = |action: &Action| matches!(action.effect, Effect::Nothing) && action.program != "cd";
        let whole = step.actions.iter().all(|action| {
            is_idle(action) || action.program == "cd" || wanted.iter().any(|one| std::ptr::eq(*one, action))
        });
        if whole {
            self.keep_in_runtime(step, "sets up users, directories or modes that the program sees");
            return Ok(());
        }
        let mut commands: Vec<String> = Vec::new();
        let repeated = wanted.clone();
        for action in wanted {
            // a directory more does no harm: `mkdir -p bin` in a Makefile
            if let Some(command) = directories(action).filter(|_| action.nested) {
                commands.push(command);
                continue;
            }
            if (action.nested && !is_plain(&action.text)) || !action.certainty.is_sure() {
                let message = format!(
                    "`{}` matters to the runtime, but it stands in a script or a condition",
                    action.text
                );
                return Err(Note::refusal(Reason::UnknownCommand, action.span, message)
                    .help("put it into a RUN of its own"));
            }
            commands.push(self.command_text(action, step)?);
        }
        commands.dedup();
        self.add_to_runtime(
            Added::Run(commands),
            "the part of a builder's RUN that sets up users, directories or modes",
        );
        self.note_creators(repeated.into_iter());
        Ok(())
    }

    /// Whether the runtime repeats a command wherever it stands.
    pub(super) fn is_repeated(&self, action: &Action) -> bool {
        if self.is_in_foreign_tree(action) {
            return false;
        }
        match &action.effect {
            Effect::CreateUser(_) | Effect::ChangeUsers | Effect::Configure => true,
            Effect::Link(path, target) => {
                // one that is gone in the end, or that only the build follows, is not repeated
                let name = target.rsplit('/').next().unwrap_or(target);
                let is_tool = self.stage.world.fetched.contains(name)
                    && !self.needs.programs().any(|(need, _)| need.name == name);
                !is_tool
                    && matches!(self.stage.world.paths.get(path), Some(Entry { origin: Origin::Link(_), .. }))
                    && !path.starts_with("/tmp/")
                    && !self.sources.recipe.files.sources.is_match(path.trim_start_matches('/'))
            }
            Effect::CreateDirectory(paths)
                if !paths.is_empty() && paths.iter().all(|path| self.is_made_by_workdir(action, path)) =>
            {
                false
            }
            Effect::CreateDirectory(paths)
                if action.nested && paths.iter().all(|path| self.gets_program(path)) =>
            {
                false
            }
            Effect::CreateDirectory(paths) => !paths
                .iter()
                .all(|path| self.has(path) || path.starts_with("/tmp/") || self.holds_only_sources(path)),
            Effect::ChangeMode(paths) if self.copy_keeps_mode(paths) => false,
            Effect::ChangeMode(paths) | Effect::ChangeOwner(paths) => {
                let is_there = |path: &String| match path.find(['*', '?', '[']) {
                    Some(glob) => self
                        .present
                        .range(path[..glob].to_owned()..)
                        .next()
                        .is_some_and(|first| first.starts_with(&path[..glob])),
                    None => self.has(path) || is_standing(path),
                };
                !paths.is_empty() && paths.iter().all(is_there)
            }
            // what the original takes away does not come back with the context
            Effect::Remove(paths) if paths.iter().any(|path| self.brings(path)) => action.certainty.is_sure(),
            Effect::Move(transfers) => {
                let is_there =
                    |transfer: &Transfer| transfer.is_named && self.is_of_context(&transfer.destination);
                action.certainty.is_sure() && !transfers.is_empty() && transfers.iter().all(is_there)
            }
            Effect::Remove(paths) => {
                let in_system = |path: &String| SYSTEM.iter().any(|directory| path.starts_with(directory));
                let forced =
                    action.text.split_whitespace().any(|word| word.starts_with('-') && word.contains('f'));
                forced && !paths.is_empty() && paths.iter().all(in_system)
            }
            _ => false,
        }
    }

    /// Whether a WORKDIR behind the RUN makes the very directory, before any other RUN: `RUN mkdir /app`, `WORKDIR /app`
    /// (go/run-makes-the-workdir).
    fn is_made_by_workdir(&self, action: &Action, path: &str) -> bool {
        let usual = action.program == "mkdir" && !action.text.split(' ').any(|word| word.starts_with("-m"));
        let own = |step: &&Step| step.span.start <= action.span.start && action.span.end <= step.span.end;
        let Some(own) = self.steps().iter().find(own).filter(|_| usual) else { return false };
        let mut later = self.steps().iter().filter(|step| step.index > own.index);
        let mut behind = own.actions.iter().skip_while(|one| !std::ptr::eq(*one, action)).skip(1);
        let next = later.find(|step| matches!(step.keyword, Keyword::Run | Keyword::Workdir));
        behind.all(|one| matches!(one.effect, Effect::Nothing | Effect::CreateDirectory(_)))
            && next.is_some_and(|step| {
                let made = step.makes_directory.as_deref();
                step.before.is_root() && made.is_some_and(|made| is_within(made, path))
            })
    }

    /// Whether the runtime gets something of what is removed from the build context.
    fn brings(&self, removed: &str) -> bool {
        let plain = removed.find(['*', '?', '[']).map_or(removed, |glob| &removed[..glob]);
        let copies = || self.steps().iter().filter_map(|step| step.copy.as_ref());
        let is_meant = |place: &str| match plain == removed {
            true => is_within(place, removed),
            false => place.starts_with(plain),
        };
        let mut copied = copies().flat_map(|copy| copy.files.iter().flatten());
        let is_there = copied.any(|(_, place)| is_meant(place) && self.has(place));
        let mut unseen = copies().filter(|copy| copy.is_unseen());
        let stays_away = plain != removed || self.stage.world.is_gone(removed);
        (is_there && stays_away)
            || unseen.any(|copy| {
                copy.destination.as_ref().is_some_and(|to| to != "/" && self.has(to) && is_within(plain, to))
            })
    }

    /// Whether a path is a file, or a directory of files, that the build context brought and the runtime copies.
    fn is_of_context(&self, path: &str) -> bool {
        let world = &self.stage.world;
        let own = world.paths.get(path).filter(|entry| entry.origin != Origin::Directory).into_iter();
        let mut all = own.chain(world.below(path).map(|(_, entry)| entry)).peekable();
        self.sources.recipe.runtime == RuntimeKind::Interpreter
            && all.peek().is_some()
            && all.all(|entry| {
                matches!(entry.origin, Origin::Context(_) | Origin::Directory) && entry.certainty.is_sure()
            })
    }

    /// Whether a command of the builder is one that the runtime may have to repeat: users, owners, modes, the set-up of the system.
    pub(super) fn sets_up(&self, action: &Action) -> bool {
        match &action.effect {
            Effect::CreateUser(_) | Effect::ChangeUsers | Effect::Configure | Effect::ChangeOwner(_) => true,
            Effect::ChangeMode(paths) => !self.copy_keeps_mode(paths),
            _ => false,
        }
    }

    /// Whether paths come from the builder with the modes and capabilities they have there. A change of owner takes
    /// capabilities away, so what is repeated after one is repeated too.
    fn copy_keeps_mode(&self, paths: &[String]) -> bool {
        let world = &self.stage.world;
        let is_made = |path: &String| {
            matches!(world.paths.get(path), Some(Entry { origin: Origin::Compiled | Origin::Written, .. }))
        };
        let actions = self.steps().iter().flat_map(|step| &step.actions);
        let owned = |path: &String| {
            actions.clone().any(|action| match &action.effect {
                Effect::ChangeOwner(trees) => trees.iter().any(|tree| is_within(path, tree)),
                _ => false,
            })
        };
        !paths.is_empty() && paths.iter().all(|path| is_made(path) && !owned(path))
    }

    /// Whether a command is about foreign sources that are built and installed: `mkdir build && cmake ..`.
    fn is_in_foreign_tree(&self, action: &Action) -> bool {
        let world = &self.stage.world;
        match &action.effect {
            Effect::CreateDirectory(paths) | Effect::ChangeMode(paths) | Effect::ChangeOwner(paths) => {
                !paths.is_empty() && paths.iter().all(|path| world.is_foreign(path))
            }
            Effect::Link(path, _) => world.is_foreign(path),
            _ => false,
        }
    }

    /// Whether a compiled program stands in a directory: its COPY makes it.
    fn gets_program(&self, directory: &str) -> bool {
        let mut below = self.stage.world.below(directory);
        below.any(|(_, entry)| entry.origin == Origin::Compiled && entry.certainty.is_sure())
    }

    /// Whether a directory is gone in the end, or holds nothing but what only the build reads.
    fn holds_only_sources(&self, directory: &str) -> bool {
        let world = &self.stage.world;
        if !world.exists(directory) {
            return true;
        }
        let prefix = format!("{directory}/");
        let mut below = world.paths.iter().filter(|(path, _)| path.starts_with(&prefix)).peekable();
        let sources = &self.sources.recipe.files.sources;
        below.peek().is_some()
            && below.all(|(path, entry)| match &entry.origin {
                Origin::Context(source) => sources.is_match(source),
                Origin::Written => sources.is_match(path.trim_start_matches('/')),
                _ => false,
            })
    }

    /// Notes what the runtime then has.
    fn remember(&mut self, action: &Action) {
        match &action.effect {
            Effect::CreateDirectory(paths) => {
                for path in paths {
                    self.have(path);
                }
            }
            Effect::CreateUser(account) if account.makes_home => self.have(&account.home),
            Effect::Link(path, _) => self.have(path),
            effect => {
                for path in effect.written() {
                    self.have(path);
                }
            }
        }
    }

    /// The command as written, so that it means the same by itself.
    fn command_text(&self, action: &Action, step: &Step) -> Result<String, Note> {
        let document = self.sources.document;
        // what a script or a target does is repeated by its words
        let written = if action.nested { &action.text } else { document.slice(action.statement) };
        let mut text = written.to_owned();
        let known = &step.before.variables;
        let variables = text.match_indices('$').map(|(at, _)| variable_name(&text[at + 1..]));
        let own: Vec<&str> =
            variables.filter(|name| !name.is_empty() && !known.values.contains_key(*name)).collect();
        let is_set_here = |name: &&str| {
            let before = document.slice(Span::new(step.span.start, action.statement.start));
            mentions_assignment(before, name) || name.starts_with(|first: char| !first.is_ascii_alphabetic())
        };
        if own.iter().any(is_set_here) {
            if action.text.contains(['$', '*', '?', '`', '|', '>', '<', '"', '\'']) {
                let message = format!("`{}` uses a variable that its own RUN sets", action.text);
                return Err(Note::refusal(Reason::UnknownCommand, action.span, message)
                    .help("put the users and directories into a RUN of their own"));
            }
            text.clone_from(&action.text);
        }
        let workdir = step.before.workdir.as_deref().unwrap_or("/");
        if action.directory == workdir || !self.depends_on_directory(action) {
            return Ok(text);
        }
        let directory = quoted(&action.directory);
        if is_standard(&action.directory) || self.has(&action.directory) {
            return Ok(format!("cd {directory} && {text}"));
        }
        if matches!(action.effect, Effect::CreateDirectory(_)) {
            return Ok(format!("mkdir -p {directory} && cd {directory} && {text}"));
        }
        let message =
            format!("`{}` runs in {}, which the runtime does not have", action.text, action.directory);
        Err(Note::refusal(Reason::UnknownCommand, action.span, message)
            .help("name its files by their absolute paths, or put it into a RUN of its own"))
    }

    /// Whether a command means another thing in another directory: one of its words is a path that begins there.
    fn depends_on_directory(&self, action: &Action) -> bool {
        let mut words =
            action.text.split_whitespace().skip(1).filter(|word| !word.starts_with(['/', '-', '$']));
        match &action.effect {
            Effect::CreateUser(_) | Effect::ChangeUsers | Effect::Configure => words.any(|word| {
                let path = absolute(&action.directory, word);
                self.stage.world.paths.contains_key(&path) || self.stage.world.has_below(&path)
            }),
            // `ln -s /opt/poetry/bin/poetry` makes its link where it runs
            Effect::Link(path, _) => !action.text.split_whitespace().any(|word| word == path),
            // the first says the mode or the owner
            Effect::ChangeMode(_) | Effect::ChangeOwner(_) => words.nth(1).is_some(),
            _ => words.next().is_some(),
        }
    }
}

/// `mkdir -p` with absolute paths, for a command that makes directories with the usual mode.
fn directories(action: &Action) -> Option<String> {
    let Effect::CreateDirectory(paths) = &action.effect else { return None };
    let has_mode = action.text.split(' ').any(|word| word.starts_with("-m") || word.starts_with("--mode"));
    let is_usual = !has_mode && action.program == "mkdir" && !paths.is_empty();
    (is_usual && paths.iter().all(|path| is_plain(path))).then(|| format!("mkdir -p {}", paths.join(" ")))
}

/// Whether a shell reads words back as they are.
fn is_plain(text: &str) -> bool {
    text.split(' ').all(|word| quoted(word) == word)
}

fn variable_name(rest: &str) -> &str {
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let end =
        rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
    &rest[..end]
}

fn mentions_assignment(text: &str, name: &str) -> bool {
    text.contains(&format!("{name}="))
        || mentions_variable(text, name)
        || text.contains(&format!("for {name} "))
}

/// Directories that every image has.
fn is_standing(path: &str) -> bool {
    [
        "/tmp", "/var", "/var/log", "/var/run", "/var/lib", "/opt", "/srv", "/home", "/root", "/etc", "/run",
        "/mnt",
    ]
    .contains(&path)
}
