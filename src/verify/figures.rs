//! What a reader of a conversion asks first: how large, how many, how long.

use std::time::Duration;

use super::compare::Side;
use super::inventory::Kind;

/// An image in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Bytes, as the engine counts them.
    pub size: u64,
    /// Layers.
    pub layers: usize,
    /// Files and links.
    pub files: usize,
    /// Distribution packages.
    pub packages: usize,
    /// Files that run as their owner or group.
    pub setuid: usize,
    /// Programs that only build.
    pub compilers: usize,
    /// How long the build took, with whatever the engine had cached.
    pub build: Duration,
}

impl Figures {
    pub(super) fn of(side: &Side, toolchain: &[String], build: Duration) -> Self {
        let files = side.files.nodes.values().filter(|node| node.kind != Kind::Directory);
        Self {
            size: side.size,
            layers: side.layers,
            files: files.clone().count(),
            packages: side.packages.names.len(),
            setuid: files.filter(|node| node.mode & 0o6000 != 0).count(),
            compilers: toolchain.iter().filter(|name| side.program(name).is_some()).count(),
            build,
        }
    }
}
