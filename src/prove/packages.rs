//! Packages of the distribution: what the container needs is installed in the last stage, what a build needs in its own.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::effect::{Action, Effect, Packages};
use crate::analysis::need::Caller;
use crate::analysis::step::Step;
use crate::knowledge::images::Variant;
use crate::knowledge::packages::{Belongs, bare_name};
use crate::recipe::RuntimeKind;
use std::collections::BTreeSet;

impl Judge<'_> {
    /// Packages of the runtime, of the builders, and the index that they are installed by.
    pub(super) fn packages(&self, found: &mut Judgement) {
        self.runtime_packages(found);
        self.builder_packages(found);
        self.package_index(found);
        self.upgrades(found);
    }

    /// Every installation of the original that no later line takes back, with its line.
    fn installed(&self) -> Vec<(&Step, &Packages, &String)> {
        let mut installed = Vec::new();
        for step in &self.stage.steps {
            for action in &step.actions {
                if let Effect::InstallPackages(packages) = &action.effect {
                    installed.extend(packages.names.iter().map(|name| (step, packages, name)));
                }
            }
        }
        installed
    }

    /// Whether a later line of the original removes the package for certain.
    fn is_removed(&self, step: &Step, packages: &Packages, name: &str) -> bool {
        let later =
            self.stage.steps.iter().filter(|later| later.index >= step.index).flat_map(|step| &step.actions);
        later.into_iter().filter(|action| action.certainty.is_sure()).any(|action| match &action.effect {
            Effect::RemovePackages(names) => names.iter().any(|removed| {
                bare_name(removed) == bare_name(name) || packages.group.as_ref() == Some(removed)
            }),
            _ => false,
        })
    }

    fn runtime_packages(&self, found: &mut Judgement) {
        let (image, after) = (&self.stage.world.image, &self.runtime.world);
        // names are those of one distribution
        if image.distribution.name() != after.image.distribution.name()
            || after.image.variant == Variant::Bare
        {
            return;
        }
        let called = self.called();
        let is_static = self.is_static();
        for (step, packages, name) in self.installed() {
            if self.is_removed(step, packages, name) || name.ends_with('-') {
                continue;
            }
            let (needed, id): (Vec<String>, BreachId) =
                match self.old.knowledge.package_belongs_on(name, image) {
                    Belongs::Builder(_) if is_static => continue,
                    Belongs::Builder(libraries) => (libraries, BreachId::MissingLibrary),
                    Belongs::Runtime | Belongs::Unknown => (vec![name.clone()], BreachId::MissingPackage),
                    Belongs::BuilderUnlessCalled(programs) => {
                        let is_called = programs.iter().any(|program| called.contains(program))
                            || self.is_for_the_container(bare_name(name), &programs);
                        (if is_called { vec![name.clone()] } else { Vec::new() }, BreachId::MissingPackage)
                    }
                };
            if packages.group.is_some() && id == BreachId::MissingPackage {
                continue;
            }
            for package in needed.iter().filter(|package| !self.has_package(after, package)) {
                let message = match id {
                    BreachId::MissingLibrary => {
                        format!("`{package}`, the library behind `{name}`, is not in the last stage")
                    }
                    _ => format!("`{package}`, which the original installs, is not in the last stage"),
                };
                let help = format!("install {package} in the last stage");
                found.breach(id, Place::before(step.span), message, &help);
            }
        }
    }

    /// Names of the programs that the container, its sources, its packages and the runtime's own lines call.
    fn called(&self) -> BTreeSet<String> {
        let callers = [Caller::Container, Caller::Source];
        let started = self.needs.started_by(&callers).map(|(need, _)| need.name.clone());
        let manages = |action: &&Action| {
            !matches!(
                action.effect,
                Effect::InstallPackages(_) | Effect::RemovePackages(_) | Effect::UpdatePackages
            )
        };
        let steps = self.runtime_steps();
        let here =
            steps.iter().flat_map(|step| &step.actions).filter(manages).map(|action| action.program.clone());
        let image = &self.stage.world.image;
        let names = self.dependencies_before().into_iter().flat_map(|(_, found)| &found.names);
        let of_packages =
            names.flat_map(|name| self.old.knowledge.python_package(name, image, false, &[]).programs);
        started.chain(here).chain(of_packages).collect()
    }

    /// Whether a package is used by name or not at all, and no command names it: then it is there for the container.
    fn is_for_the_container(&self, name: &str, programs: &[String]) -> bool {
        let recipe = self.old.recipe;
        let installs = self.dependencies_before();
        let fetches = recipe.runtime == RuntimeKind::Binary
            || installs.iter().any(|(_, found)| !found.complete || found.fetches_sources);
        if !self.old.recipes.used_by_name.iter().any(|known| known == name)
            || (fetches && recipe.fetchers.iter().any(|fetcher| fetcher == name))
        {
            return false;
        }
        let programs = self.old.recipes.with_makers_programs(name, programs);
        let actions = self.stage.steps.iter().flat_map(|step| &step.actions);
        let manages = |action: &&Action| {
            !matches!(action.effect, Effect::InstallPackages(_) | Effect::RemovePackages(_))
        };
        !actions.filter(manages).any(|action| {
            let text = self.old.document.slice(action.statement);
            let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            programs.contains(&action.program)
                || words.any(|word| programs.iter().any(|program| program == word))
        })
    }

    /// What the original's build had installed, its stage in the new text has too.
    fn builder_packages(&self, found: &mut Judgement) {
        let is_work = |effect: &Effect| {
            matches!(effect, Effect::Compile(_) | Effect::InstallDependencies(_) | Effect::Build)
        };
        let image = &self.stage.world.image;
        let Some(last) =
            self.stage.steps.iter().filter(|step| step.does(is_work)).map(|step| step.index).max()
        else {
            return;
        };
        for stage in self.builders() {
            let works = self.steps_of(stage).iter().any(|step| step.does(is_work));
            let own = stage.world.image.distribution.name() == image.distribution.name();
            if !works || !own {
                continue;
            }
            for (step, _, name) in self.installed().into_iter().filter(|(step, ..)| step.index <= last) {
                let for_build =
                    !matches!(self.old.knowledge.package_belongs_on(name, image), Belongs::Runtime);
                let elsewhere = self.builders().iter().any(|other| self.had_package(other, name));
                if for_build && !elsewhere && !self.had_package(self.runtime, name) {
                    let message =
                        format!("`{name}`, which the build has in the original, is in no stage that builds");
                    let help = format!("install {name} in the builder");
                    found.breach(BreachId::BuilderPackage, Place::before(step.span), message, &help);
                } else if for_build && !elsewhere && self.is_dev(name) {
                    let message =
                        format!("`{name}` is installed in the last stage only, and the build needs it");
                    let help = format!("install {name} in the builder");
                    found.breach(BreachId::BuilderPackage, Place::before(step.span), message, &help);
                }
            }
        }
    }

    /// Whether a stage has a package at some time: what it removes in the end served its build.
    fn had_package(&self, stage: &Stage, name: &str) -> bool {
        let own = self.stages.iter().find(|one| one.from.instruction == stage.from.instruction);
        let steps = own.map(|stage| self.steps_of(stage)).unwrap_or_default();
        let installs = |action: &Action| {
            matches!(&action.effect, Effect::InstallPackages(packages)
                if packages.names.iter().any(|one| bare_name(one) == bare_name(name)))
        };
        self.has_package(&stage.world, name) || steps.iter().flat_map(|step| &step.actions).any(installs)
    }

    fn is_dev(&self, name: &str) -> bool {
        let image = &self.stage.world.image;
        matches!(self.old.knowledge.package_belongs_on(name, image), Belongs::Builder(_))
    }

    /// No package manager runs without its index, or where it is not.
    fn package_index(&self, found: &mut Judgement) {
        for stage in self.live.iter().filter_map(|index| self.stages.get(*index)) {
            // an index that one RUN reads stays for the next, until something takes it away
            let mut updated = false;
            for step in &stage.steps {
                for action in &step.actions {
                    let packages = match &action.effect {
                        Effect::UpdatePackages => {
                            updated = true;
                            continue;
                        }
                        // a script that adds one repository reads its index too
                        Effect::AddRepository(own) => {
                            updated |= !own.is_empty();
                            continue;
                        }
                        Effect::Remove(_) => {
                            let mut managers = self.new.recipes.managers.iter();
                            updated &= !managers.any(|one| one.clean.contains(&action.text));
                            continue;
                        }
                        Effect::InstallPackages(packages) => packages,
                        _ => continue,
                    };
                    let managers = &self.new.recipes.managers;
                    let Some(manager) = managers.iter().find(|one| one.name == packages.manager) else {
                        continue;
                    };
                    let distribution = stage.world.image.distribution.name();
                    let place = Place::after(step.span);
                    if !manager.distributions.iter().any(|one| one == distribution) {
                        let message =
                            format!("{} is not the package manager of {distribution}", manager.name);
                        found.breach(
                            BreachId::PackageIndex,
                            place,
                            message,
                            "use the manager of this stage's distribution",
                        );
                    } else if manager.update.is_some() && !updated {
                        let message = "packages are installed without an index: the image carries none";
                        let help = "read the index before, in the same RUN";
                        found.breach(BreachId::PackageIndex, place, message, help);
                    }
                }
            }
        }
    }

    /// What the original upgraded is upgraded in the last stage.
    fn upgrades(&self, found: &mut Judgement) {
        let upgrades = |action: &Action| {
            let mut words = action.text.split_whitespace();
            let program = words.next().and_then(|word| word.rsplit('/').next()).unwrap_or_default();
            let managers = &self.old.recipes.managers;
            managers.iter().any(|manager| manager.programs.iter().any(|one| one == program))
                && words.any(|word| word.ends_with("upgrade"))
        };
        let here = self.runtime_steps().iter().flat_map(|step| &step.actions).any(upgrades);
        for step in self.stage.steps.iter().filter(|step| step.actions.iter().any(upgrades)) {
            if !here && self.runtime.world.image.variant != Variant::Bare {
                let message = "the original upgrades the packages of its image, and the last stage does not";
                found.breach(
                    BreachId::NotUpgraded,
                    Place::before(step.span),
                    message,
                    "repeat the upgrade in the last stage",
                );
            }
        }
    }
}
