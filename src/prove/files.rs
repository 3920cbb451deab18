//! Files and directories: what the program may read is where it was, what the build made has arrived, what was deleted stays
//! away, and owners and modes are kept.

use super::Judge;
use super::answer::{has_directory, is_passing, same_origin};
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::effect::Effect;
use crate::analysis::readable::Readable;
use crate::analysis::world::{Entry, Origin};
use crate::dockerfile::instruction::Keyword;
use crate::recipe::RuntimeKind;
use crate::recipe::path::is_within;

/// Most breaches of one kind that are told: a lost tree is lost once.
const MOST: usize = 3;

impl Judge<'_> {
    /// Everything that stood somewhere in the end.
    pub(super) fn files(&self, found: &mut Judgement) {
        self.context_files(found);
        self.made_files(found);
        self.deleted(found);
        super::owners::owners(self, found);
    }

    /// Every file of the context that is no source is where it was, and the same.
    fn context_files(&self, found: &mut Judgement) {
        let readable = Readable::of(self.old, self.stage, &self.needs);
        let (old, new) = (&self.stage.world, &self.runtime.world);
        let mut told = 0;
        for (path, entry) in &old.paths {
            let Origin::Context(source) = &entry.origin else { continue };
            if readable.is_embedded(path) {
                continue;
            }
            let is_read = entry.tree || readable.may_read(entry.instruction, source, path);
            if !is_read || self.is_manifest(path) || self.is_only_program_source(entry) {
                continue;
            }
            let now = new.find(path);
            let same = match now {
                Some(now) => {
                    matches!(
                        &now.origin,
                        Origin::Context(_) | Origin::Written | Origin::Stage(_) | Origin::Compiled
                    ) && !is_other_file(&entry.origin, &now.origin)
                }
                None => entry.tree && new.has_below(path),
            };
            if !same {
                told += 1;
                if told > MOST {
                    return;
                }
                let is_changed = now.is_some_and(|now| is_other_file(&entry.origin, &now.origin));
                let message = match is_changed {
                    true => format!("`{path}` is another file of the build context than in the original"),
                    false => format!("`{path}` of the build context is missing in the last stage"),
                };
                let help = "copy it to the same place in the last stage";
                let place = now.filter(|_| is_changed).and_then(|now| self.span_of(now.instruction));
                let place = place.map_or_else(|| self.line_of(entry), Place::after);
                found.breach(BreachId::MissingFile, place, message, help);
            }
        }
    }

    /// A tree that can't be seen and from which only a program is compiled.
    fn is_only_program_source(&self, entry: &Entry) -> bool {
        entry.tree && self.old.recipe.runtime == RuntimeKind::Binary && self.old.context.is_some()
    }

    /// The line of the original that brought an entry.
    fn line_of(&self, entry: &Entry) -> Place {
        let instruction = self.old.document.instructions.get(entry.instruction);
        Place::before(instruction.map(|instruction| instruction.span))
    }

    fn span_of(&self, index: usize) -> Option<crate::dockerfile::span::Span> {
        self.new.document.instructions.get(index).map(|instruction| instruction.span)
    }

    /// Whether an installation of the original reads the file: the program then has no use for it.
    pub(super) fn is_manifest(&self, path: &str) -> bool {
        self.stage.steps.iter().flat_map(|step| &step.actions).any(|action| match &action.effect {
            Effect::InstallDependencies(dependencies) => dependencies.files.iter().any(|file| file == path),
            _ => false,
        })
    }

    /// Programs, links, directories and what commands wrote.
    fn made_files(&self, found: &mut Judgement) {
        let (old, new) = (&self.stage.world, &self.runtime.world);
        let readable = Readable::of(self.old, self.stage, &self.needs);
        let mut told = 0;
        for (path, entry) in &old.paths {
            if is_passing(path) || old.is_foreign(path) || readable.is_embedded(path) || told >= MOST {
                continue;
            }
            let (id, gone, what) = match &entry.origin {
                Origin::Compiled if !entry.tree => (
                    BreachId::MissingProgram,
                    self.is_own_program(path) && !self.has_program(path) && !self.is_installed(path),
                    "the program",
                ),
                Origin::Written if self.is_for_container(path) => {
                    let now = new.find(path);
                    let laid_over = now.is_some_and(|now| matches!(now.origin, Origin::Context(_)))
                        && !old.paths.iter().any(|(known, _)| {
                            known != path
                                && is_within(path, known)
                                && matches!(
                                    old.paths.get(known),
                                    Some(Entry { origin: Origin::Context(_), tree: true, .. })
                                )
                        });
                    if laid_over {
                        self.laid_over(path, now, found);
                    }
                    let kept =
                        now.is_some_and(|now| !matches!(now.origin, Origin::Directory)) || self.writes(path);
                    (BreachId::MissingFile, !kept, "what a command writes at")
                }
                Origin::Stage(_) => {
                    let is_tool = self.is_of_makers(entry);
                    let is_gone =
                        !is_tool && self.is_for_container(path) && !new.exists(path) && !new.has_below(path);
                    (
                        BreachId::MissingFile,
                        is_gone && !readable.is_embedded(path),
                        "what another stage brings to",
                    )
                }
                // `ln -s /opt/poetry/bin/poetry`: the tool that a fetched script brings is the build's (python/poetry-linked)
                Origin::Link(target) if self.is_tools_link(target) => continue,
                Origin::Link(_) => {
                    let gone = self.is_for_container(path)
                        && self.is_read_link(&readable, entry, path)
                        && !new.exists(path);
                    (BreachId::MissingFile, gone, "the link")
                }
                Origin::Directory if self.is_made_by_run(entry) => {
                    let gone = self.is_for_container(path) && !has_directory(new, path);
                    (BreachId::MissingDirectory, gone, "the directory")
                }
                _ => continue,
            };
            if gone {
                told += 1;
                let message = format!("{what} `{path}` is missing in the last stage");
                let help = "copy it from the builder, or repeat the command that makes it";
                found.breach(id, self.line_of(entry), message, help);
            }
        }
    }

    /// Whether a link points to a program that a fetched script brought, and that nothing in the container starts.
    fn is_tools_link(&self, target: &str) -> bool {
        let name = target.rsplit('/').next().unwrap_or(target);
        self.stage.world.fetched.contains(name) && !self.needs.programs().any(|(need, _)| need.name == name)
    }

    /// Whether a COPY brought it from the image of the makers of a build tool.
    fn is_of_makers(&self, entry: &Entry) -> bool {
        let step = self.stage.steps.iter().find(|step| step.index == entry.instruction);
        let image = step.and_then(|step| step.copy.as_ref()?.image.as_deref());
        image.is_some_and(|image| self.old.recipes.scripts.iter().any(|script| script.is_of(image)))
    }

    /// Whether a link that a COPY brings is one that the program may read; what a command makes is.
    fn is_read_link(&self, readable: &Readable<'_>, entry: &Entry, path: &str) -> bool {
        let step = self.stage.steps.iter().find(|step| step.index == entry.instruction);
        let files = step.and_then(|step| step.copy.as_ref()).and_then(|copy| copy.files.as_ref());
        let source = files.into_iter().flatten().find(|(_, place)| place == path).map(|(source, _)| source);
        source.is_none_or(|source| readable.may_read(entry.instruction, source, path))
    }

    /// A file of the context stands where the build had written.
    fn laid_over(&self, path: &str, now: Option<&Entry>, found: &mut Judgement) {
        let message =
            format!("a COPY of the build context lays old files over `{path}`, which the build wrote");
        let help = "copy from the builder after the build context";
        let place = Place::after(now.and_then(|now| self.span_of(now.instruction)));
        found.breach(BreachId::Overwritten, place, message, help);
    }

    /// Whether a command of the runtime itself writes there.
    fn writes(&self, path: &str) -> bool {
        self.runtime_steps().iter().flat_map(|step| &step.actions).any(|action| match &action.effect {
            Effect::Write(paths) | Effect::InstallBuilt(paths) => {
                paths.iter().any(|one| is_within(path, one))
            }
            Effect::Build => is_within(path, &action.directory),
            _ => false,
        })
    }

    /// Whether the program is one that the container was meant to have: built from the file's own sources, and no tool of the build.
    fn is_own_program(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let actions = || self.stage.steps.iter().flat_map(|step| &step.actions);
        let is_started = self.needs.programs().any(|(need, _)| need.path.as_deref() == Some(path));
        let is_tool =
            actions().any(|action| action.program == name && !matches!(action.effect, Effect::Nothing));
        // what a generator of the build calls comes from elsewhere: `protoc-gen-go` (go/generator-in-a-makefile)
        let generates =
            actions().any(|action| matches!(action.effect, Effect::GenerateSources | Effect::Build));
        let own_sources = actions().any(|action| match &action.effect {
            Effect::Compile(outputs) => {
                outputs.programs.iter().any(|program| program == path)
                    && !outputs.sources.is_empty()
                    && !(outputs.foreign && generates)
            }
            _ => false,
        });
        is_started || (own_sources && !is_tool && !self.old.recipe.is_subcommand(name))
    }

    /// Whether the new world has a compiled program of that name, here or where the new text starts it.
    fn has_program(&self, path: &str) -> bool {
        let new = &self.runtime.world;
        let is_made =
            |entry: &Entry| matches!(entry.origin, Origin::Compiled | Origin::Written | Origin::Stage(_));
        let name = path.rsplit('/').next().unwrap_or(path);
        let elsewhere = new.paths.iter().any(|(other, entry)| {
            entry.origin == Origin::Compiled
                && (other.ends_with(&format!("/{name}")) || self.is_started_there(other))
        });
        new.find(path).is_some_and(is_made) || elsewhere
    }

    /// Whether the program arrives where the original installs it, and nothing starts it where it was built.
    fn is_installed(&self, path: &str) -> bool {
        let starts = self.needs.programs().any(|(need, _)| need.path.as_deref() == Some(path));
        !starts && self.stage.installed_as(path).is_some_and(|installed| self.has_program(installed))
    }

    fn is_started_there(&self, path: &str) -> bool {
        self.needs_after.programs().any(|(need, asked)| asked.main && need.path.as_deref() == Some(path))
    }

    /// Whether the container may ask for what a command left there: not what only a build of a program reads.
    fn is_for_container(&self, path: &str) -> bool {
        if is_passing(path) || self.is_manifest(path) {
            return false;
        }
        if self.old.recipe.runtime == RuntimeKind::Interpreter {
            return true;
        }
        let kinds = &self.old.recipe.files;
        !kinds.sources.is_match(path.trim_start_matches('/'))
            && !kinds.metadata.is_match(path.trim_start_matches('/'))
    }

    fn is_made_by_run(&self, entry: &Entry) -> bool {
        let instruction = self.old.document.instructions.get(entry.instruction);
        instruction.is_some_and(|instruction| instruction.keyword == Keyword::Run)
    }

    /// What the original deleted or moved away does not come back.
    fn deleted(&self, found: &mut Judgement) {
        let (old, new) = (&self.stage.world, &self.runtime.world);
        for path in old
            .gone
            .iter()
            .filter(|path| !is_passing(path) && !path.contains(['*', '?', '[']) && !old.exists(path))
        {
            let own = new.paths.get(path).map(|entry| (path, entry));
            let back = own
                .into_iter()
                .chain(new.below(path))
                .find(|(_, entry)| matches!(entry.origin, Origin::Context(_) | Origin::Written));
            let unseen = new.find(path).filter(|entry| {
                matches!(&entry.origin, Origin::Context(_))
                    && entry.tree
                    && self.is_copied_here(entry.instruction)
            });
            if let Some(entry) = back.map(|(_, entry)| entry).or(unseen) {
                let message = format!("`{path}` is back, which the original removes");
                let help = "remove it in the last stage too, or leave it out of the COPY";
                let place = Place::after(self.span_of(entry.instruction));
                found.breach(BreachId::DeletedReturns, place, message, help);
            }
        }
    }

    /// Whether a line of the runtime copies from the build context itself.
    fn is_copied_here(&self, index: usize) -> bool {
        let steps = self.runtime_steps();
        steps
            .iter()
            .any(|step| step.index == index && step.copy.as_ref().is_some_and(|copy| copy.from.is_none()))
    }
}

/// Whether two files of the context are known to be different ones.
fn is_other_file(before: &Origin, after: &Origin) -> bool {
    matches!((before, after), (Origin::Context(_), Origin::Context(_))) && !same_origin(before, after)
}
