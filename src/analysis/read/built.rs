//! What is built from foreign sources: where `make install` puts it, which tree it was built in, and which directory an archive
//! unpacks. Case: `curl … | tar xz && cd lib-1.0 && ./configure --prefix=/opt/lib && make install`.

use super::run::{Reader, Seen};
use crate::analysis::effect::Effect;
use crate::analysis::world::{Origin, is_standard};
use crate::dockerfile::shell::{Command, ShellWord};
use crate::recipe::command::{Call, EffectKind};
use crate::recipe::path::{absolute, is_within};

/// How many commands after an unpacking are asked where they go, or what they move.
const MOST_LATER: usize = 64;

impl Reader<'_> {
    /// The directory below which `make install` puts things, where its own words or an earlier configuration of the tree say it.
    pub(super) fn prefix(&self, call: &Call) -> Option<String> {
        let configured = || {
            let trees = self.world.prefixes.iter();
            let related = trees
                .filter(|(tree, _)| is_within(tree, &call.directory) || is_within(&call.directory, tree));
            related.map(|(_, prefix)| prefix.clone()).next_back()
        };
        self.said_prefix(call).or_else(configured)
    }

    fn said_prefix(&self, call: &Call) -> Option<String> {
        let said = self.sources.recipes.prefix_options.iter().find_map(|name| {
            let glued =
                || call.words.iter().find_map(|word| word.strip_prefix(name.as_str())?.strip_prefix('='));
            let apart = || {
                let at = call.words.iter().position(|word| word == name && word.starts_with('-'))?;
                call.words.get(at + 1).map(String::as_str)
            };
            glued().or_else(apart)
        })?;
        // one that can't be told may be any
        Some(if said.contains(['$', '`']) { "/".to_owned() } else { absolute(&call.directory, said) })
    }

    /// Takes in what a build tool is told, and where one installs from.
    pub(super) fn note_built(&mut self, call: &Call, effect: &Effect) {
        let prefix = if matches!(effect, Effect::Build) { self.said_prefix(call) } else { None };
        let tree = if matches!(effect, Effect::InstallBuilt(_)) { self.tree(&call.directory) } else { None };
        if let Seen::Running(world) = &mut self.world {
            world.prefixes.extend(prefix.map(|prefix| (call.directory.clone(), prefix)));
            world.foreign_trees.extend(tree);
        }
    }

    /// The tree around a directory in which something foreign is built: nothing of the build context is in it.
    fn tree(&self, directory: &str) -> Option<String> {
        let outer = directory.match_indices('/').skip(1).map(|(at, _)| &directory[..at]).chain([directory]);
        let mut outer = outer.filter(|path| !is_standard(path));
        outer
            .find(|path| {
                let mut below =
                    self.world.below(path).map(|(_, entry)| entry).chain(self.world.paths.get(*path));
                below.all(|entry| matches!(entry.origin, Origin::Written | Origin::Directory))
                    && self
                        .state
                        .workdir
                        .as_deref()
                        .is_none_or(|workdir| workdir == directory || !is_within(workdir, path))
            })
            .map(str::to_owned)
    }

    /// What an archive unpacks, as far as later commands of the same text say it: the directory that one enters, or the file that one
    /// moves away.
    pub(super) fn entered(&self, unpacked: &Command, later: &[Command]) -> Option<String> {
        let here = unpacked.directory.as_ref()?;
        // most commands unpack nothing, and a script of thousands must not be gone through for each of them
        let unpackers = &self.sources.recipes.unpackers;
        let unpacks = |word: String| {
            word.rsplit('/').next().is_some_and(|name| unpackers.iter().any(|one| one == name))
        };
        if !unpacked.words.iter().filter_map(ShellWord::literal).any(unpacks) {
            return None;
        }
        let later = later.get(..MOST_LATER).unwrap_or(later);
        let named = || {
            later
                .iter()
                .filter(|command| command.directory.as_ref() == Some(here))
                .find_map(|command| self.brought(command))
        };
        let entered = later.iter().find_map(|command| {
            let there = command.directory.as_ref()?;
            let next = there.get(here.len()).filter(|_| there.starts_with(here))?;
            let first = next.trim_start_matches("./").split('/').next().unwrap_or_default();
            let is_plain = !first.is_empty()
                && first != ".."
                && !next.starts_with('/')
                && !first.contains(['$', '`', '*']);
            is_plain.then(|| first.to_owned())
        });
        entered.or_else(|| named().filter(|_| self.is_nobodys(here)))
    }

    /// Whether a directory is one of the image or the distribution: what else an archive leaves there, nobody reads.
    fn is_nobodys(&self, directories: &[String]) -> bool {
        let workdir = self.state.workdir.as_deref().unwrap_or("/");
        let own = if self.world.image.workdir.is_empty() { "/" } else { self.world.image.workdir.as_str() };
        self.follow(workdir, directories).is_some_and(|at| is_standard(&at) || at == own)
    }

    /// The first component of what a command moves or copies from its directory: `tar xz && mv tool /usr/local/bin`.
    fn brought(&self, command: &Command) -> Option<String> {
        let words: Option<Vec<String>> = command.words.iter().map(ShellWord::literal).collect();
        let words = words?;
        let mut rules = self.sources.recipes.system.iter();
        let (rule, call) = rules.find_map(|rule| Some((rule, rule.call(&words)?)))?;
        let (_, sources) = call.operands.split_last()?;
        let source = sources.first()?.trim_start_matches("./");
        let first = source.split('/').next().unwrap_or_default();
        let moves = matches!(rule.effect, EffectKind::Move | EffectKind::Duplicate);
        let is_plain = !first.is_empty() && first != ".." && !source.contains(['*', '?', '[', '$']);
        (moves && is_plain).then(|| first.to_owned())
    }
}
