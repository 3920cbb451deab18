//! What a FROM stands for.

use super::{Distribution, Knowledge};
use crate::dockerfile::reference::ImageReference;

/// What is known of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Official repository that it is (or mirrors): `python`, `golang`, `rust`, `debian`, `alpine`, `buildpack-deps` …
    pub family: String,
    /// Version of what the image is for, as far as the tag or the table tells: `3.11`, `1.22`, `1.90`.
    pub version: Option<String>,
    /// How much is in it.
    pub variant: Variant,
    /// What it is built on.
    pub distribution: Distribution,
    /// Whether the tag can come to stand for another distribution release (`latest`, `3`, an active minor version without suite).
    pub floats: bool,
    /// ENV that it sets and that a container sees (`PATH`, `LANG`, `GOPATH` …).
    pub environment: Vec<(String, String)>,
    /// Working directory.
    pub workdir: String,
    /// CMD.
    pub command: Vec<String>,
}

/// How much is in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// On buildpack-deps: compilers, headers and tools.
    Full,
    /// On a slim Debian.
    Slim,
    /// On Alpine.
    Alpine,
    /// A bare distribution.
    Distribution,
}

impl Knowledge {
    /// What an image is; `None` where nothing certain is known (other repositories, windows, onbuild, unknown tags).
    /// A digest does not change the answer where a tag stands beside it; a digest alone is not known.
    pub fn image(&self, _reference: &ImageReference) -> Option<Image> {
        unimplemented!()
    }

    /// The same image without the toolchain: `python:3.11` → `python:3.11-slim`; a slim or alpine python stays;
    /// registry and path are kept. `None` where the family has none (golang, rust).
    pub fn slim_counterpart(&self, _reference: &ImageReference) -> Option<ImageReference> {
        unimplemented!()
    }

    /// The bare distribution image of a release, in the same registry family as `like` (`docker.io/library/golang` →
    /// `docker.io/library/debian`): `debian:bookworm-slim`, `alpine:3.20`, `ubuntu:24.04`. For a private registry or a mirror path that is not a
    /// known mirror of the official library the plain official name is given.
    pub fn distribution_image(
        &self,
        _distribution: &Distribution,
        _like: &ImageReference,
    ) -> Option<ImageReference> {
        unimplemented!()
    }

    /// The newest Alpine release in the tables, for programs that need no C library: `alpine:3.22`.
    pub fn newest_alpine(&self, _like: &ImageReference) -> ImageReference {
        unimplemented!()
    }
}
