//! What the installed packages of an interpreter's language need of the system, and what can't be told of it.

use super::planner::Planner;
use super::{layout, packages};
use crate::context::sources;
use crate::knowledge::images::Variant;
use crate::note::{Note, Reason};
use std::collections::BTreeSet;

/// Distribution packages that the installed packages of the language need.
pub(super) fn libraries(planner: &Planner<'_>) -> Vec<String> {
    let image = &planner.stage.world.image;
    let installed: Vec<String> =
        packages::installed(planner).iter().flat_map(|(_, packages)| packages.names.clone()).collect();
    let knowledge = planner.sources.knowledge;
    let mut needed = Vec::new();
    for (_, dependencies) in layout::installations(planner) {
        for name in dependencies.names.iter().chain(&dependencies.extras) {
            let compiled = dependencies.compiled.iter().any(|one| one == name || one == ":all:")
                || dependencies.versions.get(name).is_some_and(|version| {
                    knowledge.python_wheel(name, version, image.version.as_deref()) == Some(false)
                });
            let native = knowledge.python_package(name, image, compiled, &installed);
            needed.extend(native.packages);
            let programs =
                native.programs.iter().filter(|program| knowledge.program_in_image(program, image));
            needed.extend(
                programs.filter_map(|program| knowledge.package_of_program(program, &image.distribution)),
            );
        }
    }
    needed
}

/// Distribution packages of the shared libraries that the program opens by name.
pub(super) fn opened(planner: &Planner<'_>) -> Vec<String> {
    let image = &planner.stage.world.image;
    let package = |(name, _)| planner.sources.knowledge.package_of_library(name, image);
    planner.needs.opened().filter_map(package).collect()
}

/// Packages and calls that compile while the program runs, where the image has a compiler.
pub(super) fn refuse_compilers(planner: &Planner<'_>) -> Result<(), Note> {
    let recipe = planner.sources.recipe;
    let knowledge = planner.sources.knowledge;
    let image = &planner.stage.world.image;
    let installed = packages::installed(planner);
    let has_compiler = recipe.toolchain.iter().any(|tool| {
        let package = knowledge.package_of_program(tool, &image.distribution);
        knowledge.program_in_image(tool, image)
            || package
                .is_some_and(|package| installed.iter().any(|(_, found)| found.names.contains(&package)))
    });
    if !has_compiler {
        return Ok(());
    }
    let help = "a container that compiles needs the whole image: leave it as it is";
    for (step, dependencies) in layout::installations(planner) {
        let compiles = |name: &&String| recipe.compiling_packages.contains(name);
        if let Some(name) = dependencies.names.iter().find(compiles) {
            let message = format!(
                "`{name}` compiles while the program runs, with a compiler that only the full image has"
            );
            return Err(Note::refusal(Reason::NeedsToolchain, step.span, message).help(help));
        }
    }
    let Some(context) = planner.sources.context else { return Ok(()) };
    let is_source = |file: &str| sources::is_source(file);
    let calls = |text: &str| recipe.compiling_calls.iter().find(|call| text.contains(call.as_str())).cloned();
    let found = sources::texts(context, "", &is_source)
        .find_map(|(file, text)| Some((file.to_owned(), calls(&text)?)));
    if let Some((file, call)) = found {
        let message = format!("{file} calls `{call}`, which compiles while the program runs");
        return Err(Note::refusal(Reason::NeedsToolchain, None, message).help(help));
    }
    Ok(())
}

/// Modules of the language whose libraries only the full image has.
pub(super) fn refuse_full_only_modules(planner: &Planner<'_>) -> Result<(), Note> {
    let (Variant::Full, Some(context)) = (planner.stage.world.image.variant, planner.sources.context) else {
        return Ok(());
    };
    let recipe = planner.sources.recipe;
    for module in &recipe.full_only_modules {
        let imports = [format!("import {module}"), format!("from {module}")];
        let is_source = |file: &str| !recipe.files.metadata.is_match(file);
        let mut texts = sources::texts(context, "", &is_source);
        let importing = texts.find(|(_, text)| {
            text.lines().any(|line| imports.iter().any(|import| line.trim_start().starts_with(import)))
        });
        if let Some((file, _)) = importing {
            let message = format!("{file} imports {module}, whose libraries only the full image has");
            return Err(Note::refusal(Reason::ImpliedPackage, planner.stage.from.image_span, message));
        }
    }
    Ok(())
}

impl Planner<'_> {
    /// Full images carry libraries that a package unknown to the tables may have been compiled against.
    pub(super) fn note_unknown_dependencies(&mut self) {
        if self.stage.world.image.variant != Variant::Full {
            return;
        }
        let image = &self.stage.world.image;
        if let Some((step, _)) = layout::installations(self).into_iter().find(|(_, found)| found.unread) {
            let message = "which packages it installs can't all be read, so neither can the libraries of the full image that they need";
            self.notes.push(Note::assumption(Reason::ImpliedPackage, step.span, message).help(
                "import every package in the new image once, or name its libraries in an install line",
            ));
        }
        let names = layout::installations(self).into_iter().flat_map(|(_, dependencies)| &dependencies.names);
        let unknown: BTreeSet<&String> = names
            .filter(|name| !self.sources.knowledge.python_package(name, image, false, &[]).known)
            .filter(|name| !self.sources.recipe.installers.contains(name))
            .collect();
        if !unknown.is_empty() {
            let listed = unknown.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let message = format!(
                "taken to need no library of the full image, for the tables do not know them: {listed}"
            );
            self.notes.push(
                Note::assumption(Reason::ImpliedPackage, None, message)
                    .help("import each of them once in the new image"),
            );
        }
    }
}
