//! Packages of the language: what the original installs arrives where the interpreter and PATH look, whole.
//!
//! A tree of packages has two parts, the packages and the programs that they bring. Both are followed from where an
//! installation puts them, through every COPY, to where they stand in the last stage.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::joined::{stage_before, stage_named};
use crate::analysis::step::Step;
use crate::dockerfile::span::Span;
use crate::recipe::path::{absolute, is_within};
use crate::recipe::product::{Dependencies, Target};
use crate::recipe::{RuntimeKind, VirtualEnvironment};
use std::collections::BTreeSet;

/// Packages that an installation of the new text puts somewhere.
struct Installed<'a> {
    stage: &'a Stage,
    span: Span,
    root: Root,
    /// What it installs: names of packages, of files that list them, of projects.
    what: BTreeSet<String>,
}

/// The directory below which a tree of packages stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    /// A virtual environment.
    Environment(String),
    /// A prefix, such as the interpreter's own or that of a user.
    Prefix(String),
    /// A directory of packages.
    Flat(String),
    /// It can't be told.
    Elsewhere,
}

impl Judge<'_> {
    /// Every installation of the original, with its line.
    pub(super) fn dependencies_before(&self) -> Vec<(&Step, &Dependencies)> {
        let of = |step| dependencies_of(step).map(move |(_, found)| (step, found));
        self.stage.steps.iter().flat_map(of).collect()
    }

    /// Packages of the language have arrived.
    pub(super) fn dependencies(&self, found: &mut Judgement) {
        let recipe = self.old.recipe;
        let (RuntimeKind::Interpreter, Some(environment)) = (recipe.runtime, &recipe.environment) else {
            return;
        };
        let mut there = BTreeSet::new();
        let mut texts = String::new();
        for installed in self.installations(environment) {
            if installed.root == Root::Elsewhere {
                found.unjudged(Place::after(installed.span), "where it puts packages can't be told");
                return;
            }
            if self.arrives(&installed, environment, found) {
                there.extend(installed.what);
            }
        }
        self.wheels(&mut texts);
        for (step, dependencies) in self.dependencies_before() {
            let is_said = |name: &str| texts.split_whitespace().any(|word| mentions(word, name));
            // what was collected by the same files is the same
            let by_files = !dependencies.files.is_empty()
                && dependencies.files.iter().all(|file| is_said(file.rsplit('/').next().unwrap_or(file)));
            let lost = what(dependencies).into_iter().find(|name| {
                // an installer may stay behind, unless the container starts it (refused/poetry-run)
                let may_stay = self.old.recipes.is_installer(recipe, name) && !self.is_started(name);
                !may_stay && !there.contains(name) && !by_files && !is_said(name)
            });
            if let Some(name) = lost {
                let message =
                    format!("`{name}`, which the original installs, does not arrive in the last stage");
                let help =
                    "copy the tree of packages from the builder, with its programs, or install it here";
                found.breach(BreachId::MissingDependencies, Place::before(step.span), message, help);
            }
        }
        self.editable(found);
    }

    /// Whether the container starts a program that the last stage's image does not have.
    fn is_started(&self, name: &str) -> bool {
        self.needs.programs().any(|(need, _)| need.name == name)
            && !self.new.knowledge.program_in_image(name, &self.runtime.world.image)
    }

    /// Installations of the live stages.
    fn installations(&self, environment: &VirtualEnvironment) -> Vec<Installed<'_>> {
        let mut installed = Vec::new();
        for (stage, step, action) in self.actions() {
            let Effect::InstallDependencies(dependencies) = &action.effect else { continue };
            let root = root(dependencies, step, environment);
            installed.push(Installed { stage, span: step.span, root, what: what(dependencies) });
        }
        installed
    }

    /// What builders collected to be installed later, where the last stage installs it.
    fn wheels(&self, texts: &mut String) {
        let installs_paths =
            self.runtime_steps().iter().flat_map(|step| dependencies_of(step)).any(|(action, _)| {
                action
                    .text
                    .split_whitespace()
                    .any(|word| word.contains('/') && self.runtime.world.exists(directory_of(word)))
            });
        if installs_paths {
            for stage in self.builders() {
                let collects = stage
                    .steps
                    .iter()
                    .flat_map(|step| &step.actions)
                    .filter(|action| matches!(action.effect, Effect::Build));
                for action in collects {
                    texts.push_str(&action.text);
                    texts.push('\n');
                }
            }
        }
    }

    /// Whether an installation's packages are where the last stage looks for them.
    fn arrives(
        &self,
        installed: &Installed<'_>,
        environment: &VirtualEnvironment,
        found: &mut Judgement,
    ) -> bool {
        let place = Place::after(installed.span);
        let root = match &installed.root {
            Root::Environment(root) | Root::Prefix(root) | Root::Flat(root) => root.as_str(),
            Root::Elsewhere => return false,
        };
        let in_runtime = self
            .lineage(self.runtime)
            .iter()
            .any(|stage| stage.from.instruction == installed.stage.from.instruction);
        let (image, own) = (&self.runtime.world.image, &installed.stage.world.image);
        let version = own.version.clone().unwrap_or_default();
        let packages = match &installed.root {
            Root::Flat(root) => root.clone(),
            _ => format!("{root}/lib/python{version}/site-packages"),
        };
        let roots: Vec<String> =
            if in_runtime { vec![packages.clone()] } else { self.arrivals(installed.stage, &packages) };
        if roots.is_empty() {
            return false;
        }
        if !in_runtime && own.version != image.version && own.family == image.family {
            let message = format!(
                "packages for version {} stand under version {}",
                own.version.as_deref().unwrap_or("?"),
                image.version.as_deref().unwrap_or("?")
            );
            let help = "give both stages the same version of the interpreter";
            found.breach(BreachId::InterpreterVersion, Place::after(self.runtime.from.span), message, help);
        }
        if !roots.iter().any(|packages| self.is_seen(packages, installed, environment)) {
            let message =
                format!("packages of `{root}` arrive at `{}`, where the interpreter does not look", roots[0]);
            let help = "copy them to the same path, or where the interpreter of the last stage looks";
            found.breach(BreachId::MisplacedDependencies, place, message, help);
            return true;
        }
        let programs: Vec<String> = if in_runtime {
            vec![format!("{root}/bin")]
        } else {
            self.arrivals(installed.stage, &format!("{root}/bin"))
        };
        if !matches!(installed.root, Root::Flat(_))
            && !programs.iter().any(|directory| self.is_on_path(directory))
        {
            self.console_programs(installed.span, found);
        }
        true
    }

    /// Whether the interpreter of the last stage looks into a directory of packages.
    fn is_seen(&self, packages: &str, installed: &Installed<'_>, environment: &VirtualEnvironment) -> bool {
        let state = &self.runtime.state;
        let by_variable =
            state.variable("PYTHONPATH").is_some_and(|path| path.split(':').any(|one| one == packages));
        let by_user_base = state.variable("PYTHONUSERBASE").is_some_and(|base| is_within(packages, base));
        by_variable
            || by_user_base
            || match &installed.root {
                Root::Environment(root) => is_within(packages, root),
                Root::Prefix(root) => {
                    let home = format!("{}/.local", crate::analysis::step::home(state));
                    let at_root = is_within(packages, root) && self.stage_has_root(root);
                    is_within(packages, &environment.prefix) || is_within(packages, &home) || at_root
                }
                Root::Elsewhere => false,
                Root::Flat(root) => {
                    let in_original = self
                        .dependencies_before()
                        .iter()
                        .any(|(_, one)| matches!(&one.target, Target::Directory(path) if path == root));
                    packages == root && in_original || state.workdir.as_deref() == Some(packages)
                }
            }
    }

    /// Whether the original has its packages below the same directory.
    fn stage_has_root(&self, root: &str) -> bool {
        self.dependencies_before()
            .iter()
            .any(|(_, one)| matches!(&one.target, Target::Directory(path) if path == root))
    }

    fn is_on_path(&self, directory: &str) -> bool {
        let path = self.runtime.state.variable("PATH").unwrap_or_default();
        path.split(':').any(|one| one == directory)
    }

    /// Programs that the container starts and only the packages bring.
    fn console_programs(&self, span: Span, found: &mut Judgement) {
        for (need, asked) in self.needs_after.programs() {
            let own = need.path.as_ref().is_some_and(|path| self.runtime.world.find(path).is_some());
            if !own && !need.name.contains('/') && need.path.is_none() && !self.is_there(&need.name) {
                let message = format!(
                    "{} starts `{}`, whose package arrives without its programs, or off PATH",
                    asked.chain.last(),
                    need.name
                );
                let help = "copy the directory of programs too, and put it on PATH";
                found.breach(
                    BreachId::MissingProgram,
                    Place::after(asked.chain.span.or(Some(span))),
                    message,
                    help,
                );
            }
        }
    }

    /// Where a path of a stage stands in the last stage, by every COPY and FROM on the way.
    fn arrivals(&self, stage: &Stage, path: &str) -> Vec<String> {
        let mut arrived = Vec::new();
        let mut open = vec![(stage.from.instruction, path.to_owned())];
        let runtime: Vec<usize> =
            self.lineage(self.runtime).iter().map(|stage| stage.from.instruction).collect();
        while let Some((at, path)) = open.pop() {
            if runtime.contains(&at) {
                arrived.push(path);
                continue;
            }
            for (index, taker) in
                self.stages.iter().enumerate().filter(|(index, _)| self.live.contains(index))
            {
                let before = &self.stages[..index];
                let is_giver =
                    |giver: Option<&Stage>| giver.is_some_and(|giver| giver.from.instruction == at);
                if is_giver(stage_before(&taker.from.image, before)) {
                    open.push((taker.from.instruction, path.clone()));
                }
                for copy in taker.steps.iter().filter_map(|step| step.copy.as_ref()) {
                    if is_giver(copy.from.as_deref().and_then(|name| stage_named(name, before))) {
                        open.extend(moved(copy, &path).map(|path| (taker.from.instruction, path)));
                    }
                }
            }
        }
        arrived
    }

    /// Packages that are installed in place need their directory.
    fn editable(&self, found: &mut Judgement) {
        for (step, dependencies) in self.dependencies_before() {
            for directory in dependencies.editable.iter().filter(|path| !self.runtime.world.exists(path)) {
                let still = self.actions().into_iter().any(|(_, _, action)| {
                    matches!(&action.effect, Effect::InstallDependencies(found) if found.editable.contains(directory))
                });
                if still {
                    let message =
                        format!("`{directory}` is installed in place, and is not in the last stage");
                    let help = "copy the directory to the same place, or install without -e";
                    found.breach(BreachId::MissingDependencies, Place::before(step.span), message, help);
                }
            }
        }
    }
}

/// Where a path goes with a COPY of one source around it.
fn moved(copy: &crate::analysis::read::copy::Copy, path: &str) -> Option<String> {
    let destination = copy.destination.as_deref()?;
    copy.sources.iter().find_map(|source| {
        let source = absolute("/", source);
        if !is_within(path, &source) {
            return None;
        }
        let inside = path[source.trim_end_matches('/').len()..].trim_start_matches('/');
        Some(absolute(destination, inside))
    })
}

fn dependencies_of(step: &Step) -> impl Iterator<Item = (&Action, &Dependencies)> {
    step.actions.iter().filter_map(|action| match &action.effect {
        Effect::InstallDependencies(dependencies) => Some((action, dependencies)),
        _ => None,
    })
}

/// Names of what is installed: packages, files that list them (by name: they may stand elsewhere), projects.
fn what(dependencies: &Dependencies) -> BTreeSet<String> {
    let files = dependencies.files.iter().map(|file| file.rsplit('/').next().unwrap_or(file).to_owned());
    match dependencies.names.is_empty() {
        true => files.collect(),
        false => dependencies.names.iter().cloned().collect(),
    }
}

fn root(dependencies: &Dependencies, step: &Step, environment: &VirtualEnvironment) -> Root {
    match &dependencies.target {
        Target::Environment(path) => Root::Environment(path.clone()),
        Target::User => Root::Prefix(format!("{}/.local", step.home())),
        Target::Default | Target::Prefix => Root::Prefix(environment.prefix.clone()),
        Target::Directory(path) => {
            let text = step.actions.iter().map(|action| action.text.as_str()).collect::<Vec<_>>().join(" ");
            match text.contains("--prefix") || text.contains("--user") {
                true => Root::Prefix(path.clone()),
                false => Root::Flat(path.clone()),
            }
        }
        Target::Elsewhere(_) => Root::Elsewhere,
    }
}

/// Whether a word of a command names a package or a file that lists packages.
fn mentions(word: &str, name: &str) -> bool {
    let last = word.rsplit('/').next().unwrap_or(word);
    let bare = last.split(['=', '<', '>', '~', '[', '!', ';']).next().unwrap_or(last);
    last == name || bare.to_lowercase().replace(['_', '.'], "-") == name
}

fn directory_of(word: &str) -> &str {
    let path = word.rsplit_once('=').map_or(word, |(_, path)| path);
    path.split(['*', '?']).next().unwrap_or(path).trim_end_matches('/')
}

/// Whether a part of the language's own prefix is meant.
pub(super) fn is_of_prefix(source: &str, environment: &VirtualEnvironment) -> bool {
    is_within(source, &environment.prefix)
}

impl Judge<'_> {
    /// Whether a path is part of where the interpreter of a stage's image has its packages and programs.
    pub(super) fn is_of_language(&self, source: &str, giver: &Stage) -> bool {
        let recipe = self.new.recipe;
        let image = &giver.world.image;
        let own = recipe.images.contains(&image.family);
        let also = |environment: &VirtualEnvironment| {
            let name = image.distribution.name();
            environment.is_part(source) && environment.also_of.iter().any(|one| one == name)
        };
        let environment = recipe.environment.as_ref();
        if environment.is_some_and(also) {
            return true;
        }
        let Some(environment) = environment.filter(|_| own) else { return false };
        let version = image.version.as_deref().unwrap_or_default();
        is_of_prefix(source, environment)
            && {
                // a library of another version of the interpreter is not there
                let rest = source.split("/python").nth(1).map(|rest| rest.split('/').next().unwrap_or(rest));
                rest.is_none_or(|named| {
                    named.is_empty()
                        || !named.starts_with(|letter: char| letter.is_ascii_digit())
                        || named == version
                })
            }
            && self.is_installed_program(source, giver, environment)
    }

    /// A single program of the prefix is there only if a package or the image brings it.
    fn is_installed_program(&self, source: &str, giver: &Stage, environment: &VirtualEnvironment) -> bool {
        let bin = format!("{}/bin/", environment.prefix);
        source.strip_prefix(&bin).is_none_or(|name| {
            self.new.knowledge.program_in_image(name, &giver.world.image)
                || self
                    .steps_of(
                        self.stages
                            .iter()
                            .find(|one| one.from.instruction == giver.from.instruction)
                            .unwrap_or(self.runtime),
                    )
                    .iter()
                    .flat_map(|step| dependencies_of(step))
                    .any(|(_, found)| found.unread || !found.names.is_empty())
        })
    }
}
