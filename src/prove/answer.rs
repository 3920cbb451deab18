//! What a world answers to a question: whether a path is there, and as surely as before.

use super::Judge;
use crate::analysis::Stage;
use crate::analysis::world::{Origin, World, is_standard};
use crate::knowledge::images::Variant;
use crate::knowledge::packages::bare_name;
use crate::recipe::path::{absolute, is_within};

/// Directories whose content no container relies on.
const PASSING: [&str; 10] = [
    "/tmp",
    "/var/tmp",
    "/var/cache",
    "/var/lib/apt",
    "/dev",
    "/proc",
    "/run",
    "/root/.cache",
    "/etc/apt",
    "/usr/share/keyrings",
];

/// Whether nobody relies on what a build leaves there.
pub(super) fn is_passing(path: &str) -> bool {
    PASSING.iter().any(|directory| is_within(path, directory))
}

/// Absolute path of a program as a stage finds it: by its own path, or in a directory of PATH that is known to hold it.
pub(super) fn resolve(stage: &Stage, program: &str) -> Option<String> {
    let directory = stage.state.workdir.as_deref().unwrap_or("/");
    if program.contains('/') {
        return Some(absolute(directory, program));
    }
    let path = stage.state.variable("PATH").unwrap_or_default();
    let candidates: Vec<String> = path
        .split(':')
        .filter(|one| !one.is_empty())
        .map(|one| absolute(directory, &format!("{one}/{program}")))
        .collect();
    let known = candidates.iter().find(|path| stage.world.paths.contains_key(*path));
    known.or(candidates.iter().find(|path| stage.world.find(path).is_some())).cloned()
}

/// Whether two entries came about the same way.
pub(super) fn same_origin(before: &Origin, after: &Origin) -> bool {
    match (before, after) {
        (Origin::Context(old), Origin::Context(new)) => old == new || old.is_empty() || new.is_empty(),
        (Origin::Link(_), Origin::Link(_)) | (Origin::Stage(_), Origin::Stage(_)) => true,
        (before, after) => before == after,
    }
}

/// Whether a directory is known to be there, and not only may be in a tree.
pub(super) fn has_directory(world: &World, path: &str) -> bool {
    is_standard(path) || world.paths.contains_key(path) || world.has_below(path)
}

impl Judge<'_> {
    /// Whether the runtime has a program from its image or a package.
    pub(super) fn is_there(&self, program: &str) -> bool {
        self.is_in(self.runtime, program)
    }

    /// Whether a stage has a program from its image or a package.
    pub(super) fn is_in(&self, stage: &Stage, program: &str) -> bool {
        let (knowledge, world) = (self.new.knowledge, &stage.world);
        if world.image.variant == Variant::Bare {
            return false;
        }
        let distribution = &world.image.distribution;
        let package = knowledge.package_of_program(program, distribution);
        knowledge.program_in_slim(program, distribution)
            || knowledge.program_in_image(program, &world.image)
            || package.is_some_and(|package| self.has_package(world, &package))
    }

    /// Whether a world has a package by its image or by name.
    pub(super) fn has_package(&self, world: &World, package: &str) -> bool {
        let bare_image = world.image.variant == Variant::Bare;
        let listed = bare_image && world.image.packages.iter().any(|known| known == package);
        if bare_image {
            return listed;
        }
        self.new.knowledge.package_in_image(package, &world.image)
            || self.new.knowledge.package_in_slim(package, &world.image.distribution)
            || world.packages.contains_key(bare_name(package))
    }
}
