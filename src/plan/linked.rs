//! What compiled programs link, as far as manifests, locks and sources tell: the packages they need, and whether they
//! could do without the C library.

use super::line::{Added, Line};
use super::packages;
use super::planner::Planner;
use crate::analysis::effect::Effect;
use crate::analysis::step::Step;
use crate::context::gomod::{self, GoPackage};
use crate::context::{Context, sources};
use crate::knowledge::libraries::Cgo;
use crate::note::{Note, Reason};
use crate::recipe::engine::Libraries;
use crate::recipe::path;
use crate::recipe::product::{Outputs, Started};
use std::collections::BTreeSet;

/// Distribution packages that the compiled programs link.
pub(super) fn libraries(
    planner: &mut Planner<'_>,
    compiles: &[(&Step, &Outputs)],
    programs: &[String],
) -> Vec<String> {
    let knowledge = planner.sources.knowledge;
    let image = &planner.stage.world.image;
    let installed: Vec<String> =
        packages::installed(planner).iter().flat_map(|(_, packages)| packages.names.clone()).collect();
    match planner.sources.recipe.libraries {
        Some(Libraries::Rust) => {
            let locks = rust_crates(planner, compiles, programs);
            let own = own_links(planner, compiles, &installed);
            let in_lock = |name: &str| locks.iter().any(|known| known == name);
            locks
                .iter()
                .flat_map(|name| knowledge.rust_crate(name, image, &in_lock, &installed).packages)
                .chain(own)
                .collect()
        }
        Some(Libraries::Go) => {
            let modules = go_modules(planner, compiles);
            let needs = modules.iter().filter_map(|module| match knowledge.go_module(module, image) {
                Cgo::Needs(packages) => Some(packages),
                _ => None,
            });
            needs.flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// Packages of the libraries that the file's own sources link by name, `#[link(name = "mariadb")]`: those behind the image's
/// development packages. Says of others that they are taken to be there (rust/linked-by-its-own-sources).
fn own_links(planner: &mut Planner<'_>, compiles: &[(&Step, &Outputs)], installed: &[String]) -> Vec<String> {
    let Some(context) = planner.sources.context else { return Vec::new() };
    let (knowledge, image) = (planner.sources.knowledge, &planner.stage.world.image);
    let words = &planner.sources.recipe.linking_words;
    let is_rust = |file: &str| planner.sources.recipe.files.sources.is_match(file);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (_, text) in sources::texts(context, "", &is_rust) {
        for word in words {
            let rests = text.match_indices(word.as_str()).map(|(at, _)| &text[at + word.len()..]);
            let name = |rest: &str| -> String {
                rest.chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || "-_.+".contains(*letter))
                    .collect()
            };
            names.extend(rests.filter(|rest| !rest.contains("=") || !rest.starts_with("static")).map(name));
        }
    }
    // what the file itself installs, or builds from source, has been seen to
    let builds =
        planner.steps().iter().any(|step| step.does(|effect| matches!(effect, Effect::InstallBuilt(_))));
    let is_open = |name: &String| {
        !name.is_empty()
            && !builds
            && !["dylib", "static"].contains(&name.as_str())
            && !installed.iter().any(|package| package.contains(name.as_str()))
    };
    let mut found = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for name in names.into_iter().filter(is_open) {
        let dev = format!("lib{name}-dev");
        let behind = knowledge.libraries_behind(&dev, &image.distribution);
        match behind.filter(|_| knowledge.package_in_image(&dev, image)) {
            Some(packages) => found.extend(packages),
            None => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        let message =
            format!("sources link {} by name, which the runtime is taken to have", unknown.join(", "));
        let span = compiles.first().map(|(step, _)| step.span);
        planner.notes.push(
            Note::assumption(Reason::ImpliedPackage, span, message).help(
                "look with `ldd` in the old image: the package of the library goes into an install line",
            ),
        );
    }
    found
}

/// Crates that may be linked: those of Cargo.lock; without it those of the manifests and what they usually bring.
pub(super) fn rust_crates(
    planner: &mut Planner<'_>,
    compiles: &[(&Step, &Outputs)],
    programs: &[String],
) -> Vec<String> {
    let directories = source_directories(planner, compiles);
    let workspaces = planner.sources.context.into_iter().flat_map(|context| {
        directories
            .iter()
            .filter_map(|directory| crate::context::cargo::workspace(context, directory).ok())
            .collect::<Vec<_>>()
    });
    let mut crates: Vec<String> = Vec::new();
    let (mut is_locked, mut has_manifest) = (false, false);
    for workspace in workspaces {
        has_manifest = true;
        match &workspace.lock {
            Some(lock) => {
                is_locked = true;
                crates.extend(lock.keys().cloned());
            }
            None => crates.extend(workspace.packages.iter().flat_map(|package| package.dependencies.clone())),
        }
    }
    let taken = |outputs: &Outputs| {
        outputs.programs.is_empty() || outputs.programs.iter().any(|program| programs.contains(program))
    };
    let of_registry = compiles.iter().find(|(_, outputs)| outputs.foreign && taken(outputs));
    if let Some((step, _)) = of_registry {
        let message = "what a program of the registry links is in no lock file of this build context";
        planner.notes.push(
            Note::assumption(Reason::ImpliedPackage, step.span, message)
                .help("check with `ldd` that the runtime has every library of it"),
        );
        crates.extend(planner.sources.recipe.unlocked_crates.clone());
    }
    let depends_on_nothing = has_manifest && crates.is_empty();
    if !is_locked && !depends_on_nothing {
        let features = &planner.sources.recipe.unlocked_features;
        let behind = crates.iter().filter_map(|name| features.get(name)).flatten();
        let unlocked: Vec<String> =
            planner.sources.recipe.unlocked_crates.iter().chain(behind).cloned().collect();
        let message = format!(
            "no Cargo.lock was seen: the program is taken to link what {} links",
            unlocked.join(", ")
        );
        let span = compiles.first().map(|(step, _)| step.span);
        planner.notes.push(
            Note::assumption(Reason::ImpliedPackage, span, message)
                .help("commit Cargo.lock, or check with `ldd` that the runtime has every library"),
        );
        crates.extend(unlocked);
    }
    crates
}

pub(super) fn go_modules(planner: &Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let Some(context) = planner.sources.context else { return Vec::new() };
    let directories = source_directories(planner, compiles);
    let modules = directories.iter().filter_map(|directory| gomod::GoModule::read(context, directory));
    modules.flat_map(|module| module.requires).collect()
}

/// Context directories at or above the compiled sources that may hold a manifest.
pub(super) fn source_directories(planner: &Planner<'_>, compiles: &[(&Step, &Outputs)]) -> Vec<String> {
    let mut starts: Vec<String> = compiles.iter().flat_map(|(_, outputs)| outputs.packages.clone()).collect();
    let images = compiles.iter().filter(|(_, outputs)| outputs.packages.is_empty());
    let images = images.flat_map(|(_, outputs)| &outputs.sources).chain(&planner.stage.state.workdir);
    starts.extend(images.filter_map(|image| planner.stage.world.context_path(image)));
    let mut directories: Vec<String> = Vec::new();
    for mut at in starts {
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

/// Whether every program of the file is proven to link no C library.
pub(super) fn is_free_of_cgo(
    planner: &Planner<'_>,
    compiles: &[(&Step, &Outputs)],
    started: Option<&Started>,
) -> bool {
    if planner.sources.recipe.libraries != Some(Libraries::Go) {
        return false;
    }
    let said: Vec<Option<bool>> = compiles.iter().map(|(_, outputs)| outputs.cgo).collect();
    if said.contains(&Some(true)) || (compiles.is_empty() && started.is_none()) {
        return false;
    }
    if !said.is_empty() && said.iter().all(|cgo| *cgo == Some(false)) {
        return true;
    }
    if compiles.iter().any(|(_, outputs)| outputs.tagged) {
        return false;
    }
    let Some(context) = planner.sources.context else { return false };
    let directories = source_directories(planner, compiles);
    let root =
        directories.iter().find(|directory| context.entry(&path::below(directory, "go.mod")).is_some());
    let Some(root) = root else { return is_plain(context, compiles) };
    let module = gomod::GoModule::read(context, root);
    let Some(module) = module.filter(|module| module.local_replaces.is_empty()) else { return false };
    let image = &planner.stage.world.image;
    let vendored = context.exists(&path::below(root, "vendor"));
    let dependencies = match vendored {
        true => gomod::vendor_uses_cgo(context, root) == Some(false),
        false => {
            module.requires.iter().all(|path| planner.sources.knowledge.go_module(path, image) == Cgo::Pure)
        }
    };
    dependencies && gomod::packages(context, root).iter().all(|package| !package.uses_cgo)
}

/// Whether programs without go.mod import nothing but the standard library (go/without-go-mod).
fn is_plain(context: &Context, compiles: &[(&Step, &Outputs)]) -> bool {
    let standard = |import: &String| !import.split('/').next().unwrap_or_default().contains('.');
    let own = |directory: &String| gomod::packages(context, directory);
    let is_plain = |package: &GoPackage| !package.uses_cgo && package.imports.iter().all(standard);
    compiles.iter().all(|(_, outputs)| {
        !outputs.packages.is_empty()
            && outputs.packages.iter().flat_map(own).all(|package| is_plain(&package))
    })
}

/// Whether the file itself says that no program links C.
pub(super) fn sets_cgo(compiles: &[(&Step, &Outputs)]) -> bool {
    !compiles.is_empty() && compiles.iter().all(|(_, outputs)| outputs.cgo == Some(false))
}

/// The line that keeps C out of the builder's programs.
pub(super) fn without_cgo() -> Added {
    Added::Env { name: "CGO_ENABLED".to_owned(), value: "0".to_owned() }
}

pub(super) fn is_cgo_line(line: &Line) -> bool {
    matches!(line, Line::New(added, _) if *added == without_cgo())
}
