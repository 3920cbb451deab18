//! Which image names stand for the official library.
//!
//! `python` is `docker.io/library/python`, and so is what mirrors serve under its name. `someone/python` is not; nor is
//! `cgr.dev/chainguard/python`. A registry nobody knows is a company's own, where the name is taken at its word.

use super::aliases::Alias;
use super::table;
use super::tables::{IMAGE_ALIASES, REGISTRIES};
use super::{Knowledge, table::Row};
use crate::dockerfile::reference::ImageReference;

/// Host that names without a registry mean.
const DEFAULT_HOST: &str = "docker.io";

/// An image name that stands for an official repository.
#[derive(Clone, Copy, Debug)]
pub(super) struct Official<'a> {
    /// Row of the repository in the table of families.
    pub family: Row<'a>,
    /// What stands in front of the repository's name in the path: `library/`, `docker/library/`, empty.
    pub prefix: &'a str,
    /// Whether only the name speaks for it: a private registry.
    pub presumed: bool,
    /// The other repository that it is, which is laid out as the official one and has tags of its own.
    pub alias: Option<Alias<'a>>,
}

impl Knowledge {
    /// The official repository that a name stands for.
    pub(super) fn official<'a>(&'a self, reference: &'a ImageReference) -> Option<Official<'a>> {
        let path = reference.path.as_str();
        let at = path.rfind('/').map_or(0, |slash| slash + 1);
        let (prefix, name) = path.split_at_checked(at)?;
        if name.contains(':') {
            return None;
        }
        let host = reference.registry.as_deref().unwrap_or(DEFAULT_HOST).to_ascii_lowercase();
        if let Some(row) = table::row(&self.overlay, &IMAGE_ALIASES, &format!("{host}/{path}")) {
            let family = self.family(row.get("family"))?;
            return Some(Official { family, prefix: "", presumed: false, alias: Some(Alias { row }) });
        }
        let family = self.family(name)?;
        match table::row(&self.overlay, &REGISTRIES, &host) {
            None => Some(Official { family, prefix, presumed: true, alias: None }),
            Some(mirrors) => {
                let here = if prefix.is_empty() { "." } else { prefix };
                mirrors.words("mirrors").any(|mirror| mirror == here).then_some(Official {
                    family,
                    prefix,
                    presumed: false,
                    alias: None,
                })
            }
        }
    }

    /// The name of another official repository, from the same place as `like` where that is known to mirror the whole library.
    pub(super) fn sibling(&self, like: &ImageReference, name: &str, tag: &str) -> ImageReference {
        let (registry, prefix) = match self.official(like) {
            Some(Official { prefix, presumed: false, alias: None, .. }) => (like.registry.clone(), prefix),
            _ => (None, ""),
        };
        ImageReference { registry, path: format!("{prefix}{name}"), tag: Some(tag.to_owned()), digest: None }
    }
}
