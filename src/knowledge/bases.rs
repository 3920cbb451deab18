//! Which image a runtime stands on: the same release without the toolchain.

use super::images::{DEFAULT_TAG, Image, Variant};
use super::table;
use super::tables::{IMAGE_TAGS, IMAGE_VERSIONS, RELEASES};
use super::tags::Version;
use super::{Distribution, Knowledge};
use crate::dockerfile::reference::ImageReference;

impl Knowledge {
    /// The same image without the toolchain: `python:3.11` → `python:3.11-slim`; a slim or alpine python stays;
    /// registry and path are kept. `None` where the family has none (golang, rust).
    pub fn slim_counterpart(&self, reference: &ImageReference) -> Option<ImageReference> {
        let image = self.image(reference)?;
        let official = self.official(reference)?;
        let family = official.family;
        if let Some(slim) = official.alias.and_then(|alias| alias.slim(self, reference, family.key())) {
            return Some(slim);
        }
        if family.get("kind") != "language" || family.get("slim") != "runtime" {
            return None;
        }
        if image.variant != Variant::Full {
            return Some(reference.clone());
        }
        let tag = reference.tag.as_deref().unwrap_or(DEFAULT_TAG);
        let (version, suite) = match tag.split_once('-') {
            Some((version, suite)) => (version, suite),
            None if tag == DEFAULT_TAG => ("", ""),
            None if Version::parse_release(tag).is_some() => (tag, ""),
            None => ("", tag),
        };
        let parts = [version, "slim", suite].into_iter().filter(|part| !part.is_empty());
        self.same_release(&image, reference.with_tag(&parts.collect::<Vec<_>>().join("-")))
    }

    /// The same image with its Debian suite or Alpine release spelled out in the tag, so that it does not move: `python:3.12` →
    /// `python:3.12-trixie`, `golang:1.24-alpine` → `golang:1.24-alpine3.23`, `debian:stable-slim` → `debian:trixie-slim`. A tag
    /// that does not move stays; `None` where the name is not known or no such tag was ever listed.
    pub fn pinned(&self, reference: &ImageReference) -> Option<ImageReference> {
        let image = self.image(reference)?;
        if !image.floats {
            return Some(reference.clone());
        }
        let tag = reference.tag.as_deref().unwrap_or(DEFAULT_TAG);
        let release = self.release_tag(&image.distribution)?;
        if self.official(reference).is_some_and(|official| official.alias.is_some()) {
            let tag = match tag.strip_suffix("-slim") {
                Some(channel) => format!("{channel}-{release}-slim"),
                None => format!("{tag}-{release}"),
            };
            return self.same_release(&image, reference.with_tag(&tag));
        }
        let versioned = tag.starts_with(|first: char| first.is_ascii_digit());
        let tag = match image.variant {
            Variant::Alpine => format!("{tag}{release}"),
            Variant::Distribution if tag.ends_with("-slim") => format!("{release}-slim"),
            Variant::Distribution => release,
            Variant::Bare | Variant::Unknown => return None,
            Variant::Slim => format!("{tag}-{release}"),
            Variant::Full if versioned => format!("{tag}-{release}"),
            Variant::Full if tag == DEFAULT_TAG => release,
            Variant::Full => return None,
        };
        self.same_release(&image, reference.with_tag(&tag))
    }

    /// `candidate`, if it is known to exist and to rest on the release of `image`.
    fn same_release(&self, image: &Image, candidate: ImageReference) -> Option<ImageReference> {
        let known = self.image(&candidate)?;
        (known.distribution == image.distribution && self.was_listed(&known)).then_some(candidate)
    }

    /// Whether a Debian variant of a listed version was ever built on its suite. Versions newer than the tables pass.
    fn was_listed(&self, image: &Image) -> bool {
        let column = match image.variant {
            Variant::Full => "full_suites",
            Variant::Slim => "slim_suites",
            Variant::Alpine | Variant::Distribution | Variant::Bare | Variant::Unknown => return true,
        };
        let key = format!("{}:{}", image.family, image.version.as_deref().unwrap_or_default());
        table::row(&self.overlay, &IMAGE_VERSIONS, &key)
            .is_none_or(|row| row.words(column).any(|suite| suite == image.distribution.release()))
    }

    /// The bare distribution image of a release, in the same registry family as `like` (`docker.io/library/golang` →
    /// `docker.io/library/debian`): `debian:bookworm-slim`, `alpine:3.20`, `ubuntu:24.04`. For a private registry or a mirror path that is not a
    /// known mirror of the official library the plain official name is given.
    pub fn distribution_image(
        &self,
        distribution: &Distribution,
        like: &ImageReference,
    ) -> Option<ImageReference> {
        let tag = self.release_tag(distribution)?;
        Some(match distribution {
            Distribution::Debian(_) => self.sibling(like, distribution.name(), &format!("{tag}-slim")),
            Distribution::Ubuntu(_) | Distribution::Alpine(_) => {
                self.sibling(like, distribution.name(), &tag)
            }
            Distribution::Rhel(_) => return None,
        })
    }

    /// The tag by which the image of a distribution names a release: `bookworm`, `24.04`, `3.20`.
    fn release_tag(&self, distribution: &Distribution) -> Option<String> {
        Some(match distribution {
            Distribution::Debian(release) | Distribution::Alpine(release) => release.clone(),
            Distribution::Ubuntu(_) => {
                table::row(&self.overlay, &RELEASES, &distribution.key())?.get("number").to_owned()
            }
            Distribution::Rhel(_) => return None,
        })
    }

    /// The newest Alpine release in the tables, for programs that need no C library: `alpine:3.22`.
    pub fn newest_alpine(&self, like: &ImageReference) -> ImageReference {
        let key = format!("{0}:{DEFAULT_TAG}", Distribution::ALPINE);
        let newest = table::row(&self.overlay, &IMAGE_TAGS, &key).map(|row| row.get("version"));
        self.sibling(like, Distribution::ALPINE, newest.unwrap_or(DEFAULT_TAG))
    }
}
