//! Programs run on the C library they were linked with, or a newer one of the same kind, or on none where they need none.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::context::{cargo, gomod};
use crate::dockerfile::span::Span;
use crate::knowledge::Libc;
use crate::knowledge::images::{Image, Variant};
use crate::knowledge::libraries::Cgo;
use crate::recipe::RuntimeKind;
use crate::recipe::engine::Libraries;
use crate::recipe::product::Outputs;

impl Judge<'_> {
    /// The C library of the runtime suits what comes from the builders.
    pub(super) fn libc(&self, found: &mut Judgement) {
        for builder in self.builders() {
            let (before, after) = (&builder.world.image, &self.runtime.world.image);
            if self.gives_programs(builder) && !self.suits(builder, before, after) {
                let place = Place::after(self.runtime.from.span);
                let message = match after.variant {
                    Variant::Bare => format!(
                        "the builder's programs need the C library, which `{}` lacks",
                        self.runtime.from.image
                    ),
                    _ => format!(
                        "the builder stands on {}, the last stage on {}",
                        before.distribution, after.distribution
                    ),
                };
                let help = "take an image of the builder's own release, or build without C where the program needs none";
                found.breach(BreachId::CLibrary, place, message, help);
            }
        }
        self.without_c(found);
        self.builder_images(found);
    }

    /// Whether a stage compiles programs or packages.
    fn gives_programs(&self, stage: &Stage) -> bool {
        let steps = self.steps_of(
            self.stages
                .iter()
                .find(|one| one.from.instruction == stage.from.instruction)
                .unwrap_or(self.runtime),
        );
        steps.iter().any(|step| {
            step.does(|effect| match effect {
                Effect::Compile(_) => true,
                Effect::InstallDependencies(_) | Effect::InstallBuilt(_) => {
                    self.new.recipe.runtime == RuntimeKind::Interpreter
                }
                _ => false,
            })
        })
    }

    /// Whether what one image linked runs on another.
    fn suits(&self, builder: &Stage, before: &Image, after: &Image) -> bool {
        let is_static = self.new.recipe.runtime == RuntimeKind::Binary && self.is_static_in(builder);
        if is_static || (before.distribution == after.distribution && after.variant != Variant::Bare) {
            return true;
        }
        if after.variant == Variant::Bare && !after.packages.iter().any(|package| package == "libc6") {
            return false;
        }
        if before.distribution.libc() != after.distribution.libc() {
            return false;
        }
        let number =
            |version: &str| -> Vec<u32> { version.split('.').filter_map(|part| part.parse().ok()).collect() };
        match (&before.libc_version, &after.libc_version) {
            (Some(old), Some(new)) => {
                // names of libraries change from release to release
                number(old) <= number(new)
                    && (old == new && before.distribution == after.distribution || !self.links_more())
            }
            _ => false,
        }
    }

    /// Whether anything but the C library is linked, as far as can be told.
    fn links_more(&self) -> bool {
        self.new.recipe.runtime == RuntimeKind::Interpreter || !self.linked().is_empty()
    }

    /// Whether every program that a stage of the new text compiles needs no C library.
    fn is_static_in(&self, stage: &Stage) -> bool {
        let own = self.stages.iter().find(|one| one.from.instruction == stage.from.instruction);
        let steps = own.map(|stage| self.steps_of(stage)).unwrap_or_default();
        let mut outputs =
            steps.iter().flat_map(|step| &step.actions).filter_map(|action| match &action.effect {
                Effect::Compile(outputs) => Some((outputs, action.text.as_str())),
                _ => None,
            });
        let image = &stage.world.image;
        // a toolchain without a C compiler leaves C out by itself; Rust on Alpine links musl into the program
        let compiler = self.is_in(stage, "gcc") || stage.world.packages.contains_key("build-base");
        let without_compiler = image.family == "golang" && image.variant == Variant::Alpine && !compiler;
        let rust_on_musl = image.family == "rust" && image.distribution.libc() == Libc::Musl;
        let any = outputs.clone().next().is_some();
        any && outputs.all(|(outputs, text)| {
            outputs.cgo == Some(false)
                || (outputs.cgo.is_none() && without_compiler)
                || rust_on_musl
                || text.contains("-musl")
        })
    }

    /// Whether the programs that arrive need no C library.
    pub(super) fn is_static(&self) -> bool {
        let compiling =
            self.builders().into_iter().filter(|stage| self.gives_programs(stage)).collect::<Vec<_>>();
        self.new.recipe.runtime == RuntimeKind::Binary
            && !compiling.is_empty()
            && compiling.iter().all(|stage| self.is_static_in(stage))
    }

    /// C is not left out of a build whose modules need it.
    fn without_c(&self, found: &mut Judgement) {
        let said = |outputs: &Outputs| outputs.cgo == Some(false);
        let before = self
            .stage
            .steps
            .iter()
            .any(|step| step.does(|effect| matches!(effect, Effect::Compile(outputs) if said(outputs))));
        let modules = self.modules();
        for (_, step, action) in self.actions() {
            let Effect::Compile(outputs) = &action.effect else { continue };
            if !said(outputs) || before {
                continue;
            }
            let image = &self.stage.world.image;
            let needs = modules
                .iter()
                .find(|module| matches!(self.old.knowledge.go_module(module, image), Cgo::Needs(_)));
            if let Some(module) = needs {
                let message =
                    format!("the build leaves C out, which {module} needs: it fails when the program runs");
                let help = "build as the original does, and take a runtime with the same C library";
                found.breach(BreachId::WithoutC, Place::after(step.span), message, help);
            }
        }
    }

    /// The builder stands on an image that has what the original's had.
    fn builder_images(&self, found: &mut Judgement) {
        let before = &self.stage.world.image;
        for stage in self.builders().into_iter().filter(|stage| self.gives_programs(stage)) {
            let after = &stage.world.image;
            let place = Place::after(stage.from.span);
            let pure = self.new.recipe.runtime == RuntimeKind::Binary && self.is_static_in(stage);
            let fewer = before.variant == Variant::Full && after.variant != Variant::Full
                || before.distribution.libc() != after.distribution.libc();
            if fewer && !pure && before.family == after.family {
                let message = format!("`{}` lacks what the build of the original had", stage.from.image);
                let help = "build on the original's own image";
                found.breach(BreachId::BuilderPackage, place, message, help);
            }
        }
    }

    /// Packages of libraries that the compiled programs link, with who links them.
    pub(super) fn linked(&self) -> Vec<(Span, String, String)> {
        let knowledge = self.old.knowledge;
        let image = &self.stage.world.image;
        let installed: Vec<String> = self.stage.world.packages.keys().cloned().collect();
        let Some(step) = self.compile_step() else { return Vec::new() };
        match self.old.recipe.libraries {
            Some(Libraries::Rust) => {
                let crates = self.crates();
                let in_lock = |name: &str| crates.iter().any(|known| known == name);
                let of = |name: &String| knowledge.rust_crate(name, image, &in_lock, &installed).packages;
                crates
                    .iter()
                    .flat_map(|name| of(name).into_iter().map(|package| (step.span, package, name.clone())))
                    .collect()
            }
            Some(Libraries::Go) => {
                let needs = |module: &String| match knowledge.go_module(module, image) {
                    Cgo::Needs(packages) => packages,
                    _ => Vec::new(),
                };
                self.modules()
                    .iter()
                    .flat_map(|name| {
                        needs(name).into_iter().map(|package| (step.span, package, name.clone()))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn compile_step(&self) -> Option<&Step> {
        self.stage.steps.iter().find(|step| step.does(|effect| matches!(effect, Effect::Compile(_))))
    }

    /// Context directories at or above the compiled sources that may hold a manifest.
    fn manifest_directories(&self) -> Vec<String> {
        let outputs =
            self.stage.steps.iter().flat_map(|step| &step.actions).filter_map(|action| {
                match &action.effect {
                    Effect::Compile(outputs) => Some(outputs),
                    _ => None,
                }
            });
        let mut images: Vec<String> = outputs.flat_map(|outputs| outputs.sources.clone()).collect();
        images.extend(self.stage.state.workdir.clone());
        let mut directories: Vec<String> = Vec::new();
        for mut at in images.iter().filter_map(|image| self.stage.world.context_path(image)) {
            loop {
                if !directories.contains(&at) {
                    directories.push(at.clone());
                }
                match at.rsplit_once('/') {
                    Some((parent, _)) => at = parent.to_owned(),
                    None if at.is_empty() => break,
                    None => at = String::new(),
                }
            }
        }
        directories
    }

    /// Crates of Cargo.lock.
    fn crates(&self) -> Vec<String> {
        let Some(context) = self.old.context else { return Vec::new() };
        let directories = self.manifest_directories();
        let workspaces = directories.iter().filter_map(|directory| cargo::workspace(context, directory).ok());
        workspaces
            .filter_map(|workspace| workspace.lock)
            .flat_map(|lock| lock.keys().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// Modules of go.mod.
    fn modules(&self) -> Vec<String> {
        let Some(context) = self.old.context else { return Vec::new() };
        let directories = self.manifest_directories();
        let modules = directories.iter().filter_map(|directory| gomod::GoModule::read(context, directory));
        modules.flat_map(|module| module.requires).collect()
    }
}
