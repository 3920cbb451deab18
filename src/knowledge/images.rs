//! What a FROM stands for.

use super::aliases::Alias;
use super::table::{self, Row};
use super::tables::{IMAGE_ENVIRONMENT, IMAGE_FAMILIES, RELEASES};
use super::tags::Version;
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
    /// Which of the package sets of Debian's images it carries.
    pub layer: Layer,
    /// What it is built on.
    pub distribution: Distribution,
    /// Version of its C library, where the tables tell: `2.36` (glibc), `1.2.5` (musl).
    pub libc_version: Option<String>,
    /// Whether the tag can come to stand for another distribution release (`latest`, `3`, an active minor version without suite).
    pub floats: bool,
    /// Whether only its name speaks for it: an official name on a registry that is not a known mirror of the official library.
    pub presumed: bool,
    /// ENV that it sets and that a container sees (`PATH`, `LANG`, `GOPATH` …), as far as the values are known.
    pub environment: Vec<(String, String)>,
    /// Names of ENV that it sets to values that differ from build to build (`PYTHON_VERSION`, `GPG_KEY` …).
    pub opaque_environment: Vec<String>,
    /// Those names, of both lists, that only the language's own tools read: a runtime without the tools can do without them.
    pub toolchain_environment: Vec<String>,
    /// Working directory.
    pub workdir: String,
    /// CMD.
    pub command: Vec<String>,
    /// Packages of a [`Variant::Bare`] image; of the others tables tell.
    pub packages: Vec<String>,
    /// Programs that it has beside those of its family.
    pub programs: Vec<String>,
    /// Whether it holds more than its family's images, of which nothing is known by name.
    pub has_more: bool,
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
    /// Without shell and package manager: no more than its packages.
    Bare,
    /// Nothing is known of what is in it.
    Unknown,
}

impl Image {
    /// An image of which nothing is known: what its lines do is not followed.
    pub fn unknown() -> Self {
        Self {
            family: String::new(),
            version: None,
            variant: Variant::Unknown,
            layer: Layer::Slim,
            distribution: Distribution::Debian(String::new()),
            libc_version: None,
            floats: false,
            presumed: false,
            environment: Vec::new(),
            opaque_environment: Vec::new(),
            toolchain_environment: Vec::new(),
            workdir: "/".to_owned(),
            command: Vec::new(),
            packages: Vec::new(),
            programs: Vec::new(),
            has_more: true,
        }
    }
}

impl Variant {
    /// `full`, `slim`, `alpine`, `distribution`: as tables write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Slim => "slim",
            Self::Alpine => "alpine",
            Self::Distribution => "distribution",
            Self::Bare => "bare",
            Self::Unknown => "unknown",
        }
    }
}

/// The package sets of Debian's images; each holds the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// `debian:SUITE` and `debian:SUITE-slim`: the same packages.
    Slim,
    /// `buildpack-deps:SUITE-curl`.
    Curl,
    /// `buildpack-deps:SUITE-scm`.
    Scm,
    /// `buildpack-deps:SUITE`.
    Full,
}

/// Tag of a name that has none.
pub(super) const DEFAULT_TAG: &str = "latest";

impl Knowledge {
    /// What an image is; `None` where nothing certain is known (other repositories, windows, onbuild, unknown tags).
    /// A digest does not change the answer where a tag stands beside it; a digest alone is not known.
    pub fn image(&self, reference: &ImageReference) -> Option<Image> {
        if reference.tag.is_none() && reference.digest.is_some() {
            return None;
        }
        let official = self.official(reference)?;
        let family = official.family;
        let tag = reference.tag.as_deref().unwrap_or(DEFAULT_TAG);
        let plain = match official.alias {
            Some(alias) => Some(alias.official_tag(tag)?),
            None => None,
        };
        let tag = plain.as_deref().unwrap_or(tag);
        let meaning = match family.get("kind") {
            "language" => self.language_tag(family, tag)?,
            _ => self.distribution_tag(family, tag)?,
        };
        let configuration = meaning
            .version
            .as_deref()
            .and_then(|version| version.split('.').next())
            .and_then(|major| self.family(&format!("{}:{major}", family.key())))
            .unwrap_or(family);
        let alpine = matches!(meaning.distribution, Distribution::Alpine(_));
        let mut image = Image {
            family: family.key().to_owned(),
            libc_version: self.libc_version(&meaning.distribution),
            version: meaning.version,
            variant: meaning.variant,
            layer: meaning.layer,
            distribution: meaning.distribution,
            floats: meaning.floats,
            presumed: official.presumed,
            environment: Vec::new(),
            opaque_environment: Vec::new(),
            toolchain_environment: Vec::new(),
            packages: Vec::new(),
            has_more: official.alias.is_some() && family.get("kind") == "distribution",
            programs: official.alias.iter().flat_map(Alias::programs).map(str::to_owned).collect(),
            workdir: configuration.get("workdir").to_owned(),
            command: configuration
                .words(if alpine { "command_alpine" } else { "command" })
                .map(str::to_owned)
                .collect(),
        };
        if let Some(command) =
            official.alias.map(|alias| alias.row.get("command")).filter(|own| !own.is_empty())
        {
            image.command = vec![command.to_owned()];
        }
        self.environment_of(&mut image);
        Some(image)
    }

    /// The row of an official repository.
    pub(super) fn family(&self, name: &str) -> Option<Row<'_>> {
        table::row(&self.overlay, &IMAGE_FAMILIES, name)
    }

    /// Fills in the ENV of an image.
    fn environment_of(&self, image: &mut Image) {
        let version = image.version.as_deref().and_then(Version::parse);
        let prefix = format!("{}/", image.family);
        for row in table::rows(&self.overlay, &IMAGE_ENVIRONMENT, &prefix) {
            let range = row.get("versions");
            if range != "*" && version.is_none_or(|version| !version.within(range)) {
                continue;
            }
            let name = row.key().strip_prefix(&prefix).unwrap_or_default().to_owned();
            if row.get("purpose") == "toolchain" {
                image.toolchain_environment.push(name.clone());
            }
            match row.get("value") {
                "?" => image.opaque_environment.push(name),
                value => image.environment.push((name, value.to_owned())),
            }
        }
    }

    /// Version of a release's C library, where the tables tell: `2.36` for bookworm.
    pub fn libc_version(&self, distribution: &Distribution) -> Option<String> {
        let row = table::row(&self.overlay, &RELEASES, &distribution.key())?;
        Some(row.get("libc")).filter(|version| !version.is_empty()).map(str::to_owned)
    }
}
