//! Which stage a distribution package belongs to.

use super::images::{Image, Layer, Variant};
use super::table::{self, Row, Table};
use super::tables::{
    ALPINE_LIBRARIES, DEBIAN_LIBRARIES, IMAGE_EXTRAS, IMAGE_PACKAGES, PACKAGE_PATTERNS, PACKAGES,
    RHEL_LIBRARIES, UBUNTU_LIBRARIES,
};
use super::tags::Version;
use super::{Distribution, Knowledge};

/// Where a package belongs, by the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// To the builder only; the runtime needs these packages in its place (libraries of a `-dev` package).
    Builder(Vec<String>),
    /// To the runtime.
    Runtime,
    /// To the builder, unless the program, a script or a HEALTHCHECK calls one of these programs (git, curl, unzip …).
    BuilderUnlessCalled(Vec<String>),
    /// Not in the tables.
    Unknown,
}

/// Where a package belongs, and why.
pub(super) struct Judged {
    pub belongs: Belongs,
    /// The table that says so.
    pub table: &'static Table,
    /// Key of its row.
    pub key: String,
}

impl Judged {
    /// What a row of the tables of packages says, on an image of `family`. `name` makes a package name of a word of `instead`.
    fn by(table: &'static Table, row: Row<'_>, family: Option<&str>, name: impl Fn(&str) -> String) -> Self {
        let has_its_own = family.is_some_and(|family| row.words("own").any(|own| own == family));
        let belongs = match row.get("belongs") {
            _ if has_its_own => Belongs::Builder(Vec::new()),
            "builder" => Belongs::Builder(row.words("instead").map(name).collect()),
            "called" => Belongs::BuilderUnlessCalled(row.words("programs").map(str::to_owned).collect()),
            "runtime" => Belongs::Runtime,
            _ => Belongs::Unknown,
        };
        Self { belongs, table, key: row.key().to_owned() }
    }
}

/// The table of the libraries behind a distribution's development packages.
fn libraries_of(distribution: &Distribution) -> &'static Table {
    match distribution {
        Distribution::Debian(_) => &DEBIAN_LIBRARIES,
        Distribution::Ubuntu(_) => &UBUNTU_LIBRARIES,
        Distribution::Alpine(_) => &ALPINE_LIBRARIES,
        Distribution::Rhel(_) => &RHEL_LIBRARIES,
    }
}

/// A package's name without pin, release and architecture.
pub fn bare_name(name: &str) -> &str {
    name.split(['=', ':', '<', '>', '~', '@', '/']).next().unwrap_or(name)
}

/// The name that a library had before Debian's transition to 64-bit times, and that the package still provides: `libglib2.0-0` for
/// `libglib2.0-0t64` (wiki.debian.org/ReleaseGoals/64bit-time).
pub fn provided_name(name: &str) -> &str {
    name.strip_suffix("t64").unwrap_or(name)
}

impl Knowledge {
    /// Where a package belongs. The name may carry a version pin or an architecture (`libpq-dev=15.*`, `zlib1g:amd64`), which do not matter here.
    pub fn package_belongs(&self, name: &str, distribution: &Distribution) -> Belongs {
        self.belongs(name, distribution, None)
    }

    /// Where a package belongs in an image, which may bring its own of it: on `python:3.12`, Debian's `python3-dev` and
    /// `python3-pip` serve nobody at run time; on `debian:bookworm` they stand for the interpreter.
    pub fn package_belongs_on(&self, name: &str, image: &Image) -> Belongs {
        self.belongs(name, &image.distribution, Some(&image.family))
    }

    fn belongs(&self, name: &str, distribution: &Distribution, family: Option<&str>) -> Belongs {
        self.judged(name, distribution, family).map_or(Belongs::Unknown, |judged| judged.belongs)
    }

    /// Where a package belongs, and the row that says so. `family` is that of the image it is installed on.
    pub(super) fn judged(
        &self,
        name: &str,
        distribution: &Distribution,
        family: Option<&str>,
    ) -> Option<Judged> {
        for name in spellings(name, distribution) {
            let key = format!("{}/{name}", distribution.packages());
            if let Some(row) = table::row(&self.overlay, &PACKAGES, &key) {
                return Some(Judged::by(&PACKAGES, row, family, |word| word.to_owned()));
            }
            if let Some(libraries) = self.libraries_behind(name, distribution) {
                let table = libraries_of(distribution);
                return Some(Judged { belongs: Belongs::Builder(libraries), table, key: name.to_owned() });
            }
        }
        let name = spellings(name, distribution).last()?;
        let prefix = format!("{}/", distribution.packages());
        let matching = table::rows(&self.overlay, &PACKAGE_PATTERNS, &prefix)
            .filter_map(|row| Some((wildcard(row.key().strip_prefix(&prefix)?, name)?, row)));
        let (stood_for, row) = matching.max_by_key(|(_, row)| row.key().len())?;
        Some(Judged::by(&PACKAGE_PATTERNS, row, family, |word| word.replace('*', stood_for)))
    }

    /// The shared libraries that a development package stands for at run time; `None` where the tables of the release do not know it.
    pub fn libraries_behind(&self, dev: &str, distribution: &Distribution) -> Option<Vec<String>> {
        let words = |cell: &str| {
            let libraries = cell.split_ascii_whitespace().filter(|word| *word != ".");
            (!cell.is_empty()).then(|| libraries.map(str::to_owned).collect())
        };
        let row = table::row(&self.overlay, libraries_of(distribution), dev)?;
        match distribution {
            Distribution::Debian(suite) | Distribution::Ubuntu(suite) => words(row.across(suite)),
            Distribution::Rhel(_) => words(row.get("runtime")),
            Distribution::Alpine(release) => {
                let release = Version::parse(release).unwrap_or(Version::NEWEST);
                let holds =
                    |part: &&str| part.split_once(": ").is_none_or(|(range, _)| release.within(range));
                let part = row.get("runtime").split("; ").find(holds)?;
                words(part.split_once(": ").map_or(part, |(_, names)| names))
            }
        }
    }

    /// A package that an image carries and a bare distribution image (of the same release) or slim counterpart lacks.
    pub fn package_is_implied(&self, package: &str, image: &Image) -> bool {
        self.package_in_image(package, image) && !self.package_in_runtime(package, image)
    }

    /// Whether the image that takes an image's place as runtime (its slim counterpart, or the bare distribution) carries a package.
    pub fn package_in_runtime(&self, package: &str, image: &Image) -> bool {
        let counterpart = if image.variant == Variant::Full { Variant::Slim } else { image.variant };
        self.package_in_slim(package, &image.distribution)
            || self.has_runtime_slim(image) && self.is_extra(package, image, counterpart)
    }

    /// Whether an image carries a package.
    pub fn package_in_image(&self, package: &str, image: &Image) -> bool {
        let by_layer = self.layer_of(package, &image.distribution).is_some_and(|layer| layer <= image.layer);
        by_layer || self.is_extra(package, image, image.variant)
    }

    /// Whether the slim (or bare) image of this distribution already carries the package.
    pub fn package_in_slim(&self, package: &str, distribution: &Distribution) -> bool {
        let bare = format!("{}/distribution", distribution.name());
        let listed = table::row(&self.overlay, &IMAGE_EXTRAS, &bare);
        self.layer_of(package, distribution) == Some(Layer::Slim)
            || listed.is_some_and(|row| row.words("packages").any(|extra| extra == package))
    }

    /// Whether the slim variant of an image's family is a runtime (python) and not another toolchain (rust).
    fn has_runtime_slim(&self, image: &Image) -> bool {
        self.family(&image.family).is_some_and(|family| family.get("slim") == "runtime")
    }

    /// Whether a variant of an image's family adds a package to the layer it rests on.
    fn is_extra(&self, package: &str, image: &Image, variant: Variant) -> bool {
        let key = format!("{}/{}", image.family, variant.name());
        table::row(&self.overlay, &IMAGE_EXTRAS, &key)
            .is_some_and(|row| row.words("packages").any(|extra| extra == package))
    }

    /// The first of Debian's layers that has a package. In releases without a table of their own only tools are told, by the
    /// nearest release: libraries change their names.
    fn layer_of(&self, package: &str, distribution: &Distribution) -> Option<Layer> {
        let row = table::row(&self.overlay, &IMAGE_PACKAGES, package)?;
        let own = row.across(distribution.release());
        let layer = match distribution {
            Distribution::Debian(_) if !own.is_empty() => own,
            Distribution::Debian(suite) if IMAGE_PACKAGES.columns.contains(&suite.as_str()) => return None,
            Distribution::Debian(_) | Distribution::Ubuntu(_) if row.get("kind") == "tool" => {
                row.across(self.like(distribution)?)
            }
            _ => return None,
        };
        match layer {
            // Ubuntu's bare image is its own: nothing is said of it.
            "slim" => matches!(distribution, Distribution::Debian(_)).then_some(Layer::Slim),
            "curl" => Some(Layer::Curl),
            "scm" => Some(Layer::Scm),
            "full" => Some(Layer::Full),
            _ => None,
        }
    }
}

/// A package name as written on a command line, and without what pins it: version, architecture, release, repository, and apt's
/// sign for installing or removing.
pub(super) fn spellings<'a>(
    name: &'a str,
    distribution: &Distribution,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let cut = |marks: &[char]| name.split(marks).next().unwrap_or_default();
    let (bare, signs): (&str, &[char]) = match distribution {
        Distribution::Debian(_) | Distribution::Ubuntu(_) => (cut(&['=', ':', '/']), &['+', '-']),
        Distribution::Alpine(_) if name.starts_with("so:") => (name, &[]),
        Distribution::Alpine(_) => (cut(&['=', '<', '>', '~', '@']), &[]),
        Distribution::Rhel(_) => {
            let architecture = [".x86_64", ".aarch64", ".noarch", ".i686"];
            (architecture.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name), &[])
        }
    };
    let unsigned = bare.strip_suffix(signs).filter(|shorter| !shorter.is_empty());
    [Some(bare).filter(|bare| !bare.is_empty()), unsigned].into_iter().flatten()
}

/// What the `*` of a pattern stands for in a name; the name itself where the pattern has none and is the name.
fn wildcard<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == name).then_some(name),
        Some((before, after)) => match after.split_once('*') {
            None => name.strip_prefix(before)?.strip_suffix(after),
            Some((between, end)) => {
                let rest = name.strip_prefix(before)?.strip_suffix(end)?;
                rest.split_once(between).map(|(stood_for, _)| stood_for)
            }
        },
    }
}
