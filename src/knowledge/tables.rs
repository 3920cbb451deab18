//! The tables of `rules/`, each under the name by which a user's file overlays it.

use super::table::Table;

/// Repositories whose tags are understood.
pub(super) static IMAGE_FAMILIES: Table = Table::new(
    "image-families.tsv",
    &["family", "kind", "layer", "slim", "workdir", "command", "command_alpine"],
    include_str!("../../rules/image-families.tsv"),
);

/// ENV of the images.
pub(super) static IMAGE_ENVIRONMENT: Table = Table::new(
    "image-environment.tsv",
    &["variable", "versions", "purpose", "value"],
    include_str!("../../rules/image-environment.tsv"),
);

/// Minor versions of the language images.
pub(super) static IMAGE_VERSIONS: Table = Table::new(
    "image-versions.tsv",
    &[
        "image",
        "state",
        "last_patch",
        "full",
        "slim",
        "alpine",
        "full_suites",
        "slim_suites",
        "full_by_patch",
        "slim_by_patch",
        "alpine_by_patch",
    ],
    include_str!("../../rules/image-versions.tsv"),
);

/// Tags without a minor version.
pub(super) static IMAGE_TAGS: Table = Table::new(
    "image-tags.tsv",
    &["image", "release", "version", "state"],
    include_str!("../../rules/image-tags.tsv"),
);

/// Registries and what of the official library they mirror.
pub(super) static REGISTRIES: Table =
    Table::new("registries.tsv", &["host", "mirrors"], include_str!("../../rules/registries.tsv"));

/// Distribution releases.
pub(super) static RELEASES: Table = Table::new(
    "releases.tsv",
    &["release", "number", "libc", "python3", "openssl", "state"],
    include_str!("../../rules/releases.tsv"),
);

/// Every table.
pub(super) static ALL: &[&Table] =
    &[&IMAGE_FAMILIES, &IMAGE_ENVIRONMENT, &IMAGE_VERSIONS, &IMAGE_TAGS, &REGISTRIES, &RELEASES];
