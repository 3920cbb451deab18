//! Which files of the build context a compiled program may read at run time: the judgement that plan and proof share.
//!
//! A file is a program's data if its sources, or a module that it uses, open files at run time and may mean it. What the
//! sources can't be asked for (they are not in the context) is judged by its kind alone.

use super::effect::Effect;
use super::need::Needs;
use super::{Sources, Stage};
use crate::context::opened::{Opened, opened};
use crate::context::reach::Reach;
use crate::context::{Context, path};
use crate::dockerfile::instruction::Keyword;
use crate::recipe::Convention;
use crate::recipe::path::{absolute, is_within};
use globset::GlobSet;
use std::collections::BTreeSet;

/// The judgement for one stage.
pub struct Readable<'a> {
    sources: Sources<'a>,
    /// Paths of the image that commands and variables of the container name.
    named: Vec<String>,
    /// Instructions whose COPY brings sources.
    trees: BTreeSet<usize>,
    /// What the sources say; `None` where they are not all in the context.
    said: Option<Said>,
}

/// What the sources of the program say.
struct Said {
    reach: Reach,
    opened: Opened,
    /// Files of the context that literals name, wherever they stand.
    mentioned: BTreeSet<String>,
    /// Patterns of files that the used modules read by convention.
    conventions: Vec<GlobSet>,
    /// Names of such files.
    conventional: BTreeSet<String>,
    /// Files and directories that generators turn into sources.
    generated: BTreeSet<String>,
    /// Absolute paths of the image that sources compile in, and that no file of the context stands for.
    embedded: BTreeSet<String>,
}

impl<'a> Readable<'a> {
    /// Asks the sources of what a stage compiles.
    pub fn of(sources: Sources<'a>, stage: &Stage, needs: &Needs) -> Self {
        let is_source = |path: &String| sources.recipe.files.sources.is_match(path);
        let copies =
            stage.steps.iter().filter_map(|step| Some((step.index, step.copy.as_ref()?.files.as_ref()?)));
        let trees = copies.filter(|(_, files)| files.iter().any(|(path, _)| is_source(path)));
        let mut named: Vec<String> = needs.files().map(str::to_owned).collect();
        named.extend(values(stage));
        Self {
            sources,
            named,
            trees: trees.map(|(index, _)| index).collect(),
            said: Said::of(sources, stage, needs),
        }
    }

    /// Whether the program may read a file of the context that an instruction brings to a place of the image.
    pub fn may_read(&self, instruction: usize, path: &str, place: &str) -> bool {
        let kinds = &self.sources.recipe.files;
        let beside = kinds.metadata.is_match(path) || self.sources.recipes.beside_sources.is_match(path);
        if self.named.iter().any(|named| is_within(place, named)) {
            return true;
        }
        let Some(said) = &self.said else { return !kinds.sources.is_match(path) && !beside };
        if said.is_named(path) {
            return true;
        }
        if said.is_compiled_in(path) {
            return false;
        }
        let is_mentioned = said.mentioned.contains(path);
        if kinds.sources.is_match(path) || beside {
            return said.opened.opens && is_mentioned;
        }
        // a line that brings no source was written for the container
        if !self.trees.contains(&instruction) || is_mentioned {
            return true;
        }
        let in_mentioned = path.match_indices('/').any(|(at, _)| said.mentioned.contains(&path[..at]));
        said.opened.dynamic || (said.opened.opens && in_mentioned)
    }

    /// Whether what another stage brings to an absolute path of the image is compiled in, and no call may open it as a file:
    /// `//go:embed dist` (go/pages-compiled-in).
    pub fn is_embedded(&self, place: &str) -> bool {
        let ends = || place.match_indices('/').map(|(at, _)| &place[at + 1..]);
        let in_named = |named: &String| ends().any(|end| is_within(named, end) || is_within(end, named));
        self.said.as_ref().is_some_and(|said| {
            said.embedded.iter().any(|embedded| is_within(place, embedded))
                && !said.opened.dynamic
                && !said.opened.sought.iter().chain(&said.opened.endings).any(in_named)
        })
    }

    /// Whether a source is part of the program, as far as that can be told.
    pub fn is_of_program(&self, file: &str) -> bool {
        self.said.as_ref().is_none_or(|said| said.reach.holds(file))
    }

    /// Whether the program looks users up by name, which are those of the distribution.
    pub fn asks_for_users(&self) -> bool {
        self.said.as_ref().is_some_and(|said| said.opened.asks_for_users)
    }

    /// Whether a file that the program does not read may be in a directory of such that it reads: one that lies beside sources is.
    pub fn may_come_along(&self, path: &str) -> bool {
        let kinds = &self.sources.recipe.files;
        !kinds.sources.is_match(path)
            && (kinds.metadata.is_match(path) || self.sources.recipes.beside_sources.is_match(path))
    }

    /// Files that the program reads from its working directory, and that are not in the context: as written.
    pub fn absent(&self) -> impl Iterator<Item = &str> {
        let said = self.said.iter();
        said.flat_map(|said| said.opened.absent.iter().chain(&said.conventional)).map(String::as_str)
    }
}

impl Said {
    fn of(sources: Sources<'_>, stage: &Stage, needs: &Needs) -> Option<Self> {
        let context = sources.context?;
        let rules = sources.recipe.opens.as_ref()?;
        let compiles =
            stage.steps.iter().flat_map(|step| &step.actions).filter_map(|action| match &action.effect {
                Effect::Compile(outputs) if !outputs.foreign => Some(outputs),
                _ => None,
            });
        let mut packages: Vec<String> = Vec::new();
        for outputs in compiles {
            if outputs.packages.is_empty() && !(outputs.programs.is_empty() && outputs.directories.is_empty())
            {
                return None;
            }
            packages.extend(outputs.packages.iter().cloned());
        }
        packages.extend(started(context, stage, needs));
        if packages.is_empty() {
            return None;
        }
        let reach = Reach::of(context, &packages);
        let opened = opened(context, &rules.calls, &|file| reach.holds(file));
        let uses = |module: &String| {
            let within = |import: &String| {
                import
                    .strip_prefix(module.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            opened.imports.iter().any(within)
        };
        // `sqlx migrate run` in a script (rust/migrations-of-a-tool)
        let starts =
            |convention: &&Convention| needs.programs().any(|(need, _)| need.name == convention.module);
        let used = rules.conventions.iter().filter(|convention| uses(&convention.module));
        let used: Vec<_> = used.chain(rules.programs.iter().filter(starts)).collect();
        let mentioned = context.hints().paths.iter().filter(|(_, source)| reach.holds(source));
        Some(Self {
            mentioned: mentioned.map(|(path, _)| path.clone()).collect(),
            conventions: used.iter().map(|convention| convention.files.clone()).collect(),
            conventional: used.iter().flat_map(|convention| convention.names.clone()).collect(),
            generated: generated(stage),
            embedded: embedded(stage, &opened),
            opened,
            reach,
        })
    }

    /// Whether a call that opens files, or a convention of a module, means a file of the context.
    fn is_named(&self, path: &str) -> bool {
        let in_named = |named: &String| !named.is_empty() && is_within(path, named);
        let ends = |ending: &String| match ending.starts_with('.') {
            true => path.ends_with(ending.as_str()),
            false => path.rsplit('/').next() == Some(ending),
        };
        self.opened.named.iter().any(in_named)
            || self.opened.endings.iter().any(ends)
            || self.conventions.iter().any(|files| files.is_match(path))
    }

    fn is_compiled_in(&self, path: &str) -> bool {
        self.opened.compiled_in.iter().chain(&self.generated).any(|compiled| is_within(path, compiled))
    }
}

/// Directories of the context with what the container builds at every start: `go run ./cmd/server`, `cargo run` (go/go-run).
fn started(context: &Context, stage: &Stage, needs: &Needs) -> Option<String> {
    let start = needs.starter.as_ref()?;
    let mut words = start.words.iter().skip(start.starter.run.len());
    let mut first = words.next();
    while let Some(flag) = first.filter(|word| word.starts_with('-') && *word != "--") {
        if start.starter.values.contains(flag) {
            words.next();
        }
        first = words.next();
    }
    let directory = stage.state.workdir.as_deref().unwrap_or("/");
    let place = |word: &str| stage.world.context_path(&absolute(directory, word));
    let named = first.and_then(|word| place(word)).filter(|place| context.exists(place));
    let file = named.as_ref().filter(|place| context.entry(place).is_some());
    match file {
        Some(file) => path::parent(file).map(str::to_owned),
        None => named.or_else(|| place(".")),
    }
}

/// Absolute paths among the values of variables that the file sets.
fn values(stage: &Stage) -> Vec<String> {
    let state = &stage.state;
    let set = state.environment.iter().filter(|name| *name != "PATH");
    let given = |name: &String, value: &str| {
        stage.world.image.environment.iter().any(|(known, same)| known == name && same == value)
    };
    set.filter_map(|name| Some((name, state.variable(name)?)))
        .filter(|(name, value)| value.starts_with('/') && value.len() > 1 && !given(name, value))
        .filter(|(_, value)| stage.world.paths.contains_key(*value) || stage.world.has_below(value))
        .map(|(_, value)| value.to_owned())
        .filter(|value| state.workdir.as_ref() != Some(value))
        .collect()
}

/// Where in the image the files and directories stand that sources compile in and that are not in the context.
fn embedded(stage: &Stage, opened: &Opened) -> BTreeSet<String> {
    let copied = || stage.steps.iter().filter_map(|step| step.copy.as_ref()?.files.as_ref()).flatten();
    let mut found = BTreeSet::new();
    for (file, absent) in &opened.embedded {
        // the source and what it compiles in stand in one tree
        let roots = copied().filter(|(source, _)| source == file);
        let roots = roots.filter_map(|(source, place)| place.strip_suffix(source.as_str()));
        found.extend(roots.map(|root| format!("{root}{absent}")));
    }
    found
}

/// Files and directories of the context that a generator of sources is given.
fn generated(stage: &Stage) -> BTreeSet<String> {
    let actions =
        stage.steps.iter().filter(|step| step.keyword == Keyword::Run).flat_map(|step| &step.actions);
    let generators = actions.filter(|action| matches!(action.effect, Effect::GenerateSources));
    let words = generators.flat_map(|action| {
        let directory = action.directory.clone();
        action.text.split_whitespace().skip(1).map(move |word| {
            let word = word.split_once('=').map_or(word, |(_, value)| value);
            let word = word.trim_end_matches("...").trim_end_matches("/*");
            absolute(&directory, word)
        })
    });
    words.filter_map(|path| stage.world.context_path(&path)).filter(|path| !path.is_empty()).collect()
}
