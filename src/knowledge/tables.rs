//! The tables of `rules/`, each under the name by which a user's file overlays it.

use super::table::Table;

/// Families of package managers, by which tables of packages are keyed; Ubuntu's is Debian's.
const PACKAGE_MANAGERS: &[&str] = &["alpine/", "debian/", "rhel/"];

/// Repositories whose tags are understood.
pub(super) static IMAGE_FAMILIES: Table = Table::new(
    "image-families.tsv",
    &["family", "kind", "layer", "slim", "workdir", "command", "command_alpine"],
    include_str!("../../rules/image-families.tsv"),
)
.words(&[
    ("kind", &["distribution", "language", "packages"]),
    ("layer", &["-", "full", "scm"]),
    ("slim", &["-", "runtime", "toolchain"]),
]);

/// Images without shell and package manager.
pub(super) static BARE_IMAGES: Table = Table::new(
    "bare-images.tsv",
    &["image", "release", "packages"],
    include_str!("../../rules/bare-images.tsv"),
);

/// ENV of the images.
pub(super) static IMAGE_ENVIRONMENT: Table = Table::new(
    "image-environment.tsv",
    &["variable", "versions", "purpose", "value"],
    include_str!("../../rules/image-environment.tsv"),
)
.words(&[("purpose", &["program", "toolchain"])]);

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
)
.words(&[("state", &["active", "ended"])]);

/// Tags without a minor version.
pub(super) static IMAGE_TAGS: Table = Table::new(
    "image-tags.tsv",
    &["image", "release", "version", "state"],
    include_str!("../../rules/image-tags.tsv"),
)
.words(&[("state", &["fixed", "moves"])]);

/// Registries and what of the official library they mirror.
pub(super) static REGISTRIES: Table =
    Table::new("registries.tsv", &["host", "mirrors"], include_str!("../../rules/registries.tsv"));

/// Repositories that are laid out as an official one.
pub(super) static IMAGE_ALIASES: Table = Table::new(
    "image-aliases.tsv",
    &["image", "family", "tag", "slim", "programs", "command"],
    include_str!("../../rules/image-aliases.tsv"),
);

/// Distribution releases.
pub(super) static RELEASES: Table = Table::new(
    "releases.tsv",
    &["release", "number", "libc", "python3", "openssl", "state", "index", "like"],
    include_str!("../../rules/releases.tsv"),
)
.keys(&["alpine/", "debian/", "ubuntu/"])
.words(&[("state", &["active", "ended"]), ("index", &["archived", "live"])]);

/// Packages whose stage is known by name.
pub(super) static PACKAGES: Table = Table::new(
    "packages.tsv",
    &["package", "belongs", "instead", "programs", "own"],
    include_str!("../../rules/packages.tsv"),
)
.keys(PACKAGE_MANAGERS)
.words(&[("belongs", &["builder", "called", "runtime"])]);

/// Families of package names.
pub(super) static PACKAGE_PATTERNS: Table = Table::new(
    "package-patterns.tsv",
    &["pattern", "belongs", "instead", "own"],
    include_str!("../../rules/package-patterns.tsv"),
)
.keys(PACKAGE_MANAGERS)
.words(&[("belongs", &["builder", "library", "runtime"])]);

/// Libraries behind Debian's development packages.
pub(super) static DEBIAN_LIBRARIES: Table = Table::new(
    "debian-libraries.tsv",
    &["dev", "bullseye", "bookworm", "trixie"],
    include_str!("../../rules/debian-libraries.tsv"),
);

/// Libraries behind Ubuntu's development packages.
pub(super) static UBUNTU_LIBRARIES: Table = Table::new(
    "ubuntu-libraries.tsv",
    &["dev", "focal", "jammy", "noble"],
    include_str!("../../rules/ubuntu-libraries.tsv"),
);

/// Libraries behind Alpine's development packages.
pub(super) static ALPINE_LIBRARIES: Table =
    Table::new("alpine-libraries.tsv", &["dev", "runtime"], include_str!("../../rules/alpine-libraries.tsv"));

/// Libraries behind the development packages of RHEL and its kin.
pub(super) static RHEL_LIBRARIES: Table =
    Table::new("rhel-libraries.tsv", &["dev", "runtime"], include_str!("../../rules/rhel-libraries.tsv"));

/// Debian packages in the layers of the images.
pub(super) static IMAGE_PACKAGES: Table = Table::new(
    "image-packages.tsv",
    &["package", "bullseye", "bookworm", "trixie", "kind"],
    include_str!("../../rules/image-packages.tsv"),
)
.words(&[("kind", &["dev", "lib", "other", "tool"])]);

/// What the language images add to their layer.
pub(super) static IMAGE_EXTRAS: Table = Table::new(
    "image-extras.tsv",
    &["image", "packages", "programs"],
    include_str!("../../rules/image-extras.tsv"),
);

/// Programs of bare images.
pub(super) static SLIM_PROGRAMS: Table =
    Table::new("slim-programs.tsv", &["program", "releases"], include_str!("../../rules/slim-programs.tsv"))
        .keys(PACKAGE_MANAGERS);

/// Debian's packages by program.
pub(super) static DEBIAN_PROGRAMS: Table = Table::new(
    "debian-programs.tsv",
    &["program", "bullseye", "bookworm", "trixie"],
    include_str!("../../rules/debian-programs.tsv"),
);

/// Debian's packages by shared library.
pub(super) static DEBIAN_SONAMES: Table = Table::new(
    "debian-sonames.tsv",
    &["library", "bullseye", "bookworm", "trixie"],
    include_str!("../../rules/debian-sonames.tsv"),
);

/// Alpine's packages by program.
pub(super) static ALPINE_PROGRAMS: Table = Table::new(
    "alpine-programs.tsv",
    &["program", "package"],
    include_str!("../../rules/alpine-programs.tsv"),
);

/// Python packages and the libraries behind them.
pub(super) static PYTHON_PACKAGES: Table = Table::new(
    "python-packages.tsv",
    &["name", "kind", "bullseye", "bookworm", "trixie", "alpine", "programs", "see", "evidence"],
    include_str!("../../rules/python-packages.tsv"),
)
.words(&[("kind", &["carries", "needs", "starts"])]);

/// First versions of Python packages with a wheel.
pub(super) static PYTHON_WHEELS: Table = Table::new(
    "python-wheels.tsv",
    &["name", "wheels", "evidence"],
    include_str!("../../rules/python-wheels.tsv"),
);

/// Rust crates and the libraries behind them.
pub(super) static RUST_CRATES: Table = Table::new(
    "rust-crates.tsv",
    &["crate", "kind", "dev", "bullseye", "bookworm", "trixie", "alpine", "static_by", "evidence"],
    include_str!("../../rules/rust-crates.tsv"),
)
.words(&[("kind", &["finds", "links", "nothing", "opens"])]);

/// Go modules and whether they use C.
pub(super) static GO_MODULES: Table = Table::new(
    "go-modules.tsv",
    &["module", "cgo", "bullseye", "bookworm", "trixie", "alpine", "evidence", "tags"],
    include_str!("../../rules/go-modules.tsv"),
)
.words(&[("cgo", &["needs", "pure", "unknown"])]);

/// Every table.
pub(super) static ALL: &[&Table] = &[
    &BARE_IMAGES,
    &IMAGE_FAMILIES,
    &IMAGE_ENVIRONMENT,
    &IMAGE_VERSIONS,
    &IMAGE_TAGS,
    &IMAGE_PACKAGES,
    &IMAGE_EXTRAS,
    &REGISTRIES,
    &IMAGE_ALIASES,
    &RELEASES,
    &PACKAGES,
    &PACKAGE_PATTERNS,
    &DEBIAN_LIBRARIES,
    &UBUNTU_LIBRARIES,
    &ALPINE_LIBRARIES,
    &RHEL_LIBRARIES,
    &SLIM_PROGRAMS,
    &DEBIAN_PROGRAMS,
    &DEBIAN_SONAMES,
    &ALPINE_PROGRAMS,
    &PYTHON_PACKAGES,
    &PYTHON_WHEELS,
    &RUST_CRATES,
    &GO_MODULES,
];
