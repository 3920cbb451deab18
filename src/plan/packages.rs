//! Distribution packages of the runtime: what the file installs and the program needs, split one by one, and what the
//! full image gave away silently.

use super::line::{Added, Installation};
use super::planner::Planner;
use crate::analysis::effect::{Effect, Packages};
use crate::analysis::need::Caller;
use crate::analysis::need::chain::Chain;
use crate::analysis::step::Step;
use crate::knowledge::Distribution;
use crate::knowledge::packages::{Belongs, bare_name as bare, provided_name};
use crate::note::{Note, Reason};
use crate::recipe::RuntimeKind;
use std::collections::{BTreeMap, BTreeSet};

/// The packages that the runtime installs.
#[derive(Clone, Debug, Default)]
pub(super) struct RuntimePackages {
    /// Names in the order in which they are written, pins included; each once.
    pub(super) names: Vec<String>,
    /// Whether recommended packages stay away, as the file wants it.
    pub(super) lean: bool,
    /// Whether what the image has is upgraded, as the file does.
    pub(super) upgrade: bool,
    /// Index of the instruction that installs the first of them, or upgrades, where the file has one.
    pub(super) at: Option<usize>,
    /// Who asks for a package, where the file does not install it itself.
    pub(super) asked_by: BTreeMap<String, String>,
}

impl RuntimePackages {
    /// Adds a package, if it is not among them.
    pub(super) fn add(&mut self, name: &str) {
        // a file may still say the old name, which the new package provides (python/old-name-of-a-library)
        if !self.names.iter().any(|known| provided_name(bare(known)) == provided_name(bare(name))) {
            self.names.push(name.to_owned());
        }
    }

    /// Adds a package that somebody asks for.
    pub(super) fn add_for(&mut self, name: &str, who: &Chain) {
        self.add(name);
        self.asked_by.entry(name.to_owned()).or_insert_with(|| who.to_string());
    }

    /// Why the runtime installs packages, with who asks for those that the file does not install.
    pub(super) fn why(&self, sentence: &str) -> String {
        let asked = self.asked_by.iter().map(|(name, who)| format!("{name}: {who}"));
        let asked = asked.collect::<Vec<_>>().join("; ");
        if asked.is_empty() { sentence.to_owned() } else { format!("{sentence} ({asked})") }
    }

    /// Whether a package is among them, whatever its pin.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| bare(known) == name)
    }
}

/// Every installation of the file, with its instruction's index.
pub(super) fn installed<'a>(planner: &Planner<'a>) -> Vec<(usize, &'a Packages)> {
    let steps = planner.steps().iter();
    steps
        .flat_map(|step| step.actions.iter().map(move |action| (step.index, action)))
        .filter_map(|(index, action)| match &action.effect {
            Effect::InstallPackages(packages) => Some((index, packages)),
            _ => None,
        })
        .collect()
}

/// Splits what the file installs, and adds what `libraries` and the started programs need.
///
/// `distribution` is the runtime's, and the builder's. Instructions after `work` are the runtime's.
pub(super) fn split(
    planner: &mut Planner<'_>,
    distribution: &Distribution,
    libraries: &[String],
    work: usize,
) -> Result<RuntimePackages, Note> {
    let knowledge = planner.sources.knowledge;
    let mut found = RuntimePackages { lean: true, ..RuntimePackages::default() };
    let upgrades = |step: &&Step| step.does(|effect| matches!(effect, Effect::UpgradePackages));
    if let Some(step) = planner.steps().iter().find(upgrades) {
        (found.upgrade, found.at) = (true, Some(step.index));
    }
    let called = called_programs(planner, work);
    let mut unknown: Vec<String> = Vec::new();
    for (index, packages) in installed(planner) {
        let span = planner.sources.document.instructions[index].span;
        if let Some(word) = packages.unknown.first() {
            let message = format!("which packages `{word}` stands for can't be told");
            return Err(Note::refusal(Reason::UnknownValue, span, message)
                .help("write the names out, or give the variable a value in this file"));
        }
        for name in packages.names.iter().filter(|name| !name.ends_with('-')) {
            if name.contains(['/', '*', '?'])
                || [".deb", ".apk", ".rpm"].iter().any(|ending| name.ends_with(ending))
            {
                let message = format!("`{name}` is a package file or a pattern, not a package's name");
                return Err(Note::refusal(Reason::UnknownPackage, span, message)
                    .help("install it in a RUN of its own after the build, in the stage that needs it"));
            }
            let removed = is_removed(planner, index, bare(name)) && !called.contains(bare(name));
            let keep = match knowledge.package_belongs_on(name, &planner.stage.world.image) {
                Belongs::Builder(runtime) => {
                    // what a library recommends came with it: `libsasl2-dev` brings libsasl2-2, and that its mechanisms
                    // (python/recommended-with-a-library)
                    if runtime.iter().any(|library| !knowledge.package_in_slim(library, distribution)) {
                        found.lean &= packages.lean;
                    }
                    for library in runtime {
                        found.add(&library);
                    }
                    false
                }
                Belongs::Runtime => true,
                // a group that the file itself removes is a build group, whatever is in it
                Belongs::Unknown if packages.group.is_some() => false,
                Belongs::Unknown => {
                    unknown.push(name.clone());
                    true
                }
                Belongs::BuilderUnlessCalled(programs) => {
                    programs.iter().any(|program| called.contains(program))
                        || is_for_the_container(planner, bare(name), &programs)
                }
            };
            let wished = planner.sources.keep.iter().any(|wished| wished == bare(name));
            if (wished || keep && !removed) && !knowledge.package_in_slim(bare(name), distribution) {
                found.lean &= packages.lean;
                found.at.get_or_insert(index);
                // what a build argument chooses is chosen in the runtime too
                found.add(packages.chosen.get(name).unwrap_or(name));
            }
        }
    }
    if !found.names.is_empty() {
        refuse_other_repositories(planner, &found.names)?;
    }
    if !unknown.is_empty() {
        let message = format!("not in the tables, so kept in the runtime: {}", unknown.join(", "));
        planner.notes.push(Note::new(crate::note::Level::Advice, Reason::UnknownPackage, None, message));
    }
    for library in libraries.iter().chain(planner.sources.keep) {
        if !knowledge.package_in_slim(library, distribution) {
            found.add(library);
        }
    }
    Ok(found)
}

/// Whether a line at or after the installation removes the package again.
fn is_removed(planner: &Planner<'_>, installed: usize, name: &str) -> bool {
    let later = planner.steps().iter().filter(|step| step.index >= installed).flat_map(|step| &step.actions);
    later.into_iter().any(|action| match &action.effect {
        Effect::RemovePackages(names) if action.certainty.is_sure() => {
            names.iter().any(|removed| bare(removed) == name)
        }
        _ => false,
    })
}

/// Packages that the file may take from a repository of its own can't be installed without it.
fn refuse_other_repositories(planner: &Planner<'_>, names: &[String]) -> Result<(), Note> {
    let places = &planner.sources.recipes.repository_files;
    let is_place = |path: &str| places.iter().any(|place| path.starts_with(place.as_str()));
    for step in planner.steps() {
        // a mirror put in place of another has the same packages
        let added = step.actions.iter().find(|action| match &action.effect {
            Effect::AddRepository(own) => {
                own.is_empty() || own.iter().any(|name| names.iter().any(|one| bare(one) == name))
            }
            effect => action.program != "sed" && effect.written().into_iter().any(is_place),
        });
        let copied = step.copy.as_ref().and_then(|copy| copy.destination.as_deref()).is_some_and(is_place);
        if added.is_some() || copied {
            let message = format!(
                "a package repository is added here, and the runtime may need packages of it: {}",
                names.join(", ")
            );
            return Err(Note::refusal(
                Reason::UnknownPackage,
                added.map_or(step.span, |action| action.span),
                message,
            ));
        }
    }
    Ok(())
}

/// Whether a package whose program no command of the file names is there for the container.
fn is_for_the_container(planner: &Planner<'_>, name: &str, programs: &[String]) -> bool {
    let fetches = planner.sources.recipe.runtime == RuntimeKind::Binary
        || super::layout::installations(planner)
            .iter()
            .any(|(_, found)| !found.complete || found.fetches_sources);
    if !planner.sources.recipes.used_by_name.iter().any(|known| known == name)
        || (fetches && planner.sources.recipe.fetchers.iter().any(|fetcher| fetcher == name))
    {
        return false;
    }
    let actions = planner.steps().iter().flat_map(|step| &step.actions);
    let programs = planner.sources.recipes.with_makers_programs(name, programs);
    let manages = |effect: &Effect| matches!(effect, Effect::InstallPackages(_) | Effect::RemovePackages(_));
    !actions.filter(|action| !manages(&action.effect)).any(|action| {
        let document = planner.sources.document;
        let words = document
            .slice(action.statement)
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        programs.contains(&action.program)
            || words.into_iter().any(|word| programs.iter().any(|program| program == word))
    })
}

/// Names of all programs that the container, its sources, or commands of the runtime (after instruction `work`) start.
fn called_programs(planner: &Planner<'_>, work: usize) -> BTreeSet<String> {
    let callers = [Caller::Container, Caller::Compose];
    let started = planner.needs.started_by(&callers).map(|(need, _)| need.name.clone());
    let hinted = planner.needs.started_by(&[Caller::Source]).map(|(need, _)| need.name.clone());
    let manages = |effect: &Effect| {
        matches!(
            effect,
            Effect::InstallPackages(_)
                | Effect::RemovePackages(_)
                | Effect::UpdatePackages
                | Effect::UpgradePackages
        )
    };
    let later = planner.steps().iter().filter(|step| step.index > work).flat_map(|step| &step.actions);
    let set_up = planner.steps().iter().filter(|step| step.index <= work).flat_map(|step| &step.actions);
    let set_up = set_up.filter(|action| planner.sets_up(action));
    let later = later.chain(set_up).filter(|action| !manages(&action.effect));
    let later = later.flat_map(|action| action.text.split_whitespace().map(str::to_owned));
    let image = &planner.stage.world.image;
    let installations = super::layout::installations(planner);
    let of_packages = installations.iter().flat_map(|(_, found)| &found.names);
    let of_packages = of_packages
        .flat_map(|name| planner.sources.knowledge.python_package(name, image, false, &[]).programs);
    started.chain(hinted).chain(later).chain(of_packages).collect()
}

impl Planner<'_> {
    /// A container that starts what a fetched script brought (`curl … | sh`) needs where the script put it, which is not known.
    pub(super) fn refuse_fetched_programs(&self) -> Result<(), Note> {
        let fetched = &self.stage.world.fetched;
        let mut started = self.needs.started_by(&[Caller::Container, Caller::Compose]);
        let Some((need, asked)) = started.find(|(need, _)| fetched.contains(&need.name)) else {
            return Ok(());
        };
        let message = format!(
            "{} starts `{}`, which a script that the build fetches brings: where it stands can't be told",
            asked.chain.last(),
            need.name
        );
        Err(Note::refusal(Reason::NeedsToolchain, asked.chain.span, message)
            .help("start the program itself, or install the tool with a package manager"))
    }

    /// The line that gives the runtime its packages. A release whose packages left the mirrors has none.
    pub(super) fn packages_line(
        &self,
        packages: &RuntimePackages,
        distribution: &Distribution,
    ) -> Result<Option<Added>, Note> {
        let is_idle = packages.names.is_empty() && !packages.upgrade;
        // where the file itself installs from that release, it has a way to
        let installs = |effect: &Effect| matches!(effect, Effect::InstallPackages(_));
        let installs_itself = *distribution == self.stage.world.image.distribution
            && self.steps().iter().any(|step| step.does(installs));
        if is_idle || installs_itself || self.sources.knowledge.packages_are_served(distribution) {
            return Ok(self.install_line(packages, distribution));
        }
        let needed = match packages.names.as_slice() {
            [] => "upgraded packages, as the file asks for".to_owned(),
            names => names.join(", "),
        };
        let message =
            format!("the runtime needs {needed}, and the packages of {distribution} left its mirrors");
        Err(Note::refusal(Reason::ArchivedRelease, self.stage.from.image_span, message)
            .help("move the base image to a release that is still served"))
    }

    /// The line that installs packages, in the manner of the distribution's package manager.
    fn install_line(&self, packages: &RuntimePackages, distribution: &Distribution) -> Option<Added> {
        if packages.names.is_empty() && !packages.upgrade {
            return None;
        }
        let manager = self.sources.recipes.manager_of(distribution)?;
        let mut names = packages.names.clone();
        names.sort();
        let lean = manager.lean.as_deref().filter(|_| packages.lean);
        let options = lean.map(|option| format!("{option} {{packages}}"));
        Some(Added::Install(Installation {
            before: manager
                .update
                .iter()
                .chain(manager.upgrade.iter().filter(|_| packages.upgrade))
                .cloned()
                .collect(),
            command: match options {
                Some(options) => manager.install.replacen("{packages}", &options, 1),
                None => manager.install.clone(),
            },
            packages: names,
            after: manager.clean.clone(),
        }))
    }
}
