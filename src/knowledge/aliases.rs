//! Images outside the official library that are laid out as those of an official repository, with tags of their own.

use super::Knowledge;
use super::images::DEFAULT_TAG;
use super::table::Row;
use crate::dockerfile::reference::ImageReference;

/// The row of such a repository.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alias<'a> {
    /// Its row in the table.
    pub row: Row<'a>,
}

impl<'a> Alias<'a> {
    /// A tag as the official repository would write it: `nightly-bookworm-slim` → `slim-bookworm`, `0.5-python3.12-alpine` →
    /// `3.12-alpine`; `None` where it is of another kind.
    pub(super) fn official_tag(&self, tag: &str) -> Option<String> {
        let starts = std::iter::once(0).chain(tag.match_indices('-').map(|(at, _)| at + 1));
        let mut rests = starts.filter_map(|at| {
            let before = self.row.words("tag").find_map(|word| tag[at..].strip_prefix(word));
            before.map(|rest| rest.trim_start_matches('-'))
        });
        let rest = rests.next()?;
        if rest.is_empty() {
            return Some(DEFAULT_TAG.to_owned());
        }
        let Some(slim) = rest.strip_suffix("-slim") else { return Some(rest.to_owned()) };
        let at = if slim.starts_with(|first: char| first.is_ascii_digit()) { slim.find('-') } else { None };
        Some(match at {
            Some(at) => format!("{}-slim-{}", &slim[..at], &slim[at + 1..]),
            None if slim.starts_with(|first: char| first.is_ascii_digit()) => rest.to_owned(),
            None => format!("slim-{slim}"),
        })
    }

    /// Programs that its images have beside those of the family.
    pub(super) fn programs(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.row.words("programs")
    }

    /// The image of the same repository, or of the official one, that has no tools for building; `None` where the family decides.
    pub(super) fn slim(
        &self,
        knowledge: &Knowledge,
        reference: &ImageReference,
        family: &str,
    ) -> Option<ImageReference> {
        let tag = reference.tag.as_deref()?;
        match self.row.get("slim") {
            "" => None,
            "official" => {
                let official = knowledge.sibling(reference, family, &self.official_tag(tag)?);
                knowledge.slim_counterpart(&official)
            }
            pair => {
                let (word, other) = pair.split_once('=')?;
                let words = tag.split('-').map(|part| if part == word { other } else { part });
                Some(reference.with_tag(&words.collect::<Vec<_>>().join("-")))
            }
        }
    }
}
