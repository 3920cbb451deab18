//! Files of the system that programs read without naming them (certificates, zones, content types), and native libraries
//! behind the language's packages.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::knowledge::images::Variant;
use crate::recipe::Data;
use crate::recipe::path::is_within;

impl Judge<'_> {
    /// Data and libraries.
    pub(super) fn data(&self, found: &mut Judgement) {
        for kind in &self.old.recipes.data {
            if self.reads(&kind.name) && self.has_data(self.stage, kind) && !self.has_data(self.runtime, kind)
            {
                let message = format!("{} that the program may read are not in the last stage", kind.name);
                let help =
                    format!("copy {} from the builder, or install the package that brings it", kind.path);
                found.breach(BreachId::MissingData, Place::after(self.runtime.from.span), message, &help);
            }
        }
        self.libraries(found);
    }

    /// Whether a stage has a kind of data: by a package, or by a COPY.
    pub(super) fn has_data(&self, stage: &Stage, kind: &Data) -> bool {
        let image = &stage.world.image;
        let manager = self.new.recipes.manager_of(&image.distribution);
        let package = manager.and_then(|manager| manager.data.get(&kind.name));
        let brought = |path: &str| {
            stage.world.paths.contains_key(path)
                || stage.world.find(path).is_some()
                || stage.world.paths.keys().any(|known| is_within(known, path))
        };
        package.is_some_and(|package| self.has_package(&stage.world, package)) || brought(&kind.path)
    }

    /// Whether the program reads a kind of data.
    fn reads(&self, data: &str) -> bool {
        match data {
            "certificates" => true,
            "zones" => self.needs.reads(data) || self.stage.state.environment.contains("TZ"),
            "content-types" => {
                let users = &self.old.recipe.content_type_users;
                let mut names = self.dependencies_before().into_iter().flat_map(|(_, found)| &found.names);
                self.needs.reads(data) || names.any(|name| users.contains(name))
            }
            other => self.needs.reads(other),
        }
    }

    /// Libraries behind the packages of the language.
    fn libraries(&self, found: &mut Judgement) {
        let image = &self.stage.world.image;
        if image.distribution != self.runtime.world.image.distribution {
            return;
        }
        let installed: Vec<String> = self.stage.world.packages.keys().cloned().collect();
        for (step, dependencies) in self.dependencies_before() {
            for name in &dependencies.names {
                let compiled = dependencies.compiled.iter().any(|one| one == name || one == ":all:");
                let native = self.old.knowledge.python_package(name, image, compiled, &installed);
                let missing = native
                    .packages
                    .into_iter()
                    .find(|package| !self.has_package(&self.runtime.world, package));
                if let Some(package) = missing {
                    let message =
                        format!("`{name}` needs the library of `{package}`, which is not in the last stage");
                    let help = format!("install {package} in the last stage");
                    found.breach(BreachId::MissingLibrary, Place::before(step.span), message, &help);
                }
            }
        }
        self.linked_libraries(found);
    }

    /// Libraries that compiled programs link.
    fn linked_libraries(&self, found: &mut Judgement) {
        if self.is_static() || self.runtime.world.image.variant == Variant::Bare {
            return;
        }
        for (step, package, by) in self.linked() {
            if !self.has_package(&self.runtime.world, &package) {
                let message =
                    format!("`{by}` links the library of `{package}`, which is not in the last stage");
                let help = format!("install {package} in the last stage");
                found.breach(BreachId::MissingLibrary, Place::before(step), message, &help);
            }
        }
    }
}
