//! Programs and data that the container uses and the bare image lacks: what the full image gave away silently.

use super::packages::RuntimePackages;
use super::planner::Planner;
use crate::context::sources::{self, Hints};
use crate::knowledge::Distribution;
use crate::knowledge::images::Image;
use crate::note::{Level, Note, Reason};

impl Planner<'_> {
    /// Adds the packages of the programs that the container starts, that its sources start, and that commands kept in the
    /// runtime (after instruction `work`) call. `runtime` is what is known of the runtime's image.
    pub(super) fn add_programs(
        &mut self,
        packages: &mut RuntimePackages,
        runtime: Option<&Image>,
        distribution: &Distribution,
        work: usize,
    ) -> Result<(), Note> {
        let mut called: Vec<(String, Option<crate::dockerfile::span::Span>, String)> = Vec::new();
        for need in &self.needs.programs {
            if need.path.as_ref().is_none_or(|path| !self.stage.world.exists(path)) {
                called.push((need.name.clone(), need.span, need.raised_by.clone()));
            }
        }
        for step in self.steps().iter().filter(|step| step.index > work) {
            for action in step.actions.iter().filter(|action| !action.program.is_empty()) {
                called.push((action.program.clone(), Some(action.span), "a RUN".to_owned()));
            }
        }
        let hints = self.hints();
        for (program, file) in &hints.programs {
            if self.sources.recipe.toolchain.contains(program) {
                let message = format!("{file} starts `{program}`, a tool of the builder");
                return Err(Note::refusal(Reason::NeedsToolchain, None, message));
            }
            called.push((program.clone(), None, file.clone()));
        }
        let knowledge = self.sources.knowledge;
        let image = &self.stage.world.image;
        for (program, span, by) in called {
            let there = knowledge.program_in_slim(&program, distribution)
                || runtime.is_some_and(|runtime| knowledge.program_in_image(&program, runtime));
            if there || !knowledge.program_in_image(&program, image) {
                continue;
            }
            let Some(package) = knowledge.package_of_program(&program, distribution) else { continue };
            if packages.has(&package) {
                continue;
            }
            let message = format!(
                "`{program}` comes with {}; {by} calls it, so the runtime installs {package}",
                image.family
            );
            self.notes.push(Note::new(Level::Advice, Reason::ImpliedPackage, span, message));
            packages.add(&package);
        }
        Ok(())
    }

    /// Adds the data that a bare image lacks: certificates always, zones and content types where they are used.
    pub(super) fn add_data(&mut self, packages: &mut RuntimePackages, distribution: &Distribution) {
        let Some(manager) = self.sources.recipes.manager_of(distribution) else { return };
        let knowledge = self.sources.knowledge;
        let image = &self.stage.world.image;
        let hints = self.hints();
        let zones = hints.zones || self.stage.state.environment.contains("TZ");
        let builders = self.sources.recipes.manager_of(&image.distribution);
        let types = hints.content_types
            && builders.is_some_and(|manager| {
                knowledge.package_is_implied(&manager.content_types, image)
                    || knowledge.package_in_slim(&manager.content_types, &image.distribution)
            });
        let wanted =
            [(true, &manager.certificates), (zones, &manager.zones), (types, &manager.content_types)];
        for (wanted, package) in wanted {
            if wanted && !knowledge.package_in_slim(package, distribution) && !packages.has(package) {
                packages.add(package);
            }
        }
    }

    /// What the sources say that they use.
    pub(super) fn hints(&self) -> Hints {
        self.sources.context.map(|context| sources::hints(context, "")).unwrap_or_default()
    }
}
