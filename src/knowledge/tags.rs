//! What a tag says: a version, how much is in the image, and the distribution release it rests on.

use super::images::{Layer, Variant};
use super::table::{self, Row};
use super::tables::{IMAGE_TAGS, IMAGE_VERSIONS, RELEASES};
use super::{Distribution, Knowledge};

/// A dotted version number; missing parts sort first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    parts: [u32; 3],
    count: usize,
}

impl Version {
    /// After every other: what moving releases (`edge`) are taken for.
    pub(super) const NEWEST: Self = Self { parts: [u32::MAX; 3], count: 3 };

    /// Up to three numbers with dots between.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut version = Self::default();
        for part in text.split('.') {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *version.parts.get_mut(version.count)? = part.parse().ok().filter(|_| digits)?;
            version.count += 1;
        }
        Some(version)
    }

    /// The version of a release or of one before it, by its shape: `3.15.0b2`, `1.24rc1`.
    pub(super) fn parse_release(text: &str) -> Option<Self> {
        let numbers = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let kind = ["alpha", "beta", "rc", "a", "b"].iter().find_map(|kind| numbers.strip_suffix(kind));
        Self::parse(text).or_else(|| Self::parse(kind.filter(|_| numbers.len() < text.len())?))
    }

    /// Its first two numbers as text.
    fn minor(self) -> String {
        format!("{}.{}", self.parts[0], self.parts[1])
    }

    /// Whether it has all three numbers.
    fn is_patch(self) -> bool {
        self.count == 3
    }

    /// Whether it lies in a range of minor versions as tables write it: `*`, `-3.12`, `3.14-`, `3.9-3.16`, `3.9`.
    pub(super) fn within(self, range: &str) -> bool {
        let minor = &self.parts[..2];
        let bound = |text: &str| Self::parse(text).map(|bound| [bound.parts[0], bound.parts[1]]);
        if range == "*" {
            true
        } else if let Some(last) = range.strip_prefix('-') {
            bound(last).is_some_and(|last| *minor <= last[..])
        } else if let Some(first) = range.strip_suffix('-') {
            bound(first).is_some_and(|first| *minor >= first[..])
        } else if let Some((first, last)) = range.split_once('-') {
            bound(first)
                .zip(bound(last))
                .is_some_and(|(first, last)| *minor >= first[..] && *minor <= last[..])
        } else {
            bound(range).is_some_and(|only| *minor == only[..])
        }
    }
}

/// What a tag stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Minor version, where it is told.
    pub version: Option<String>,
    /// Distribution release.
    pub distribution: Distribution,
    /// How much is in it.
    pub variant: Variant,
    /// Which Debian packages it carries.
    pub layer: Layer,
    /// Whether it can come to stand for another distribution release.
    pub floats: bool,
}

/// What follows the version in the tag of a language image.
enum Suffix<'a> {
    Full,
    Slim,
    Alpine,
    FullOn(&'a str),
    SlimOn(&'a str),
    AlpineOn(&'a str),
}

impl<'a> Suffix<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        Some(match text {
            "" => Self::Full,
            "slim" => Self::Slim,
            "alpine" => Self::Alpine,
            _ => {
                if let Some(release) = text.strip_prefix("alpine") {
                    Version::parse(release).filter(|version| version.count == 2)?;
                    Self::AlpineOn(release)
                } else if let Some(suite) = text.strip_prefix("slim-") {
                    Self::SlimOn(suite)
                } else {
                    Self::FullOn(text)
                }
            }
        })
    }

    fn variant(&self) -> Variant {
        match self {
            Self::Full | Self::FullOn(_) => Variant::Full,
            Self::Slim | Self::SlimOn(_) => Variant::Slim,
            Self::Alpine | Self::AlpineOn(_) => Variant::Alpine,
        }
    }
}

impl Knowledge {
    /// The tag of a language image.
    pub(super) fn language_tag(&self, family: Row<'_>, tag: &str) -> Option<Meaning> {
        let (version, rest) = match tag.split_once('-') {
            _ if Version::parse_release(tag).is_some() => (Version::parse_release(tag), ""),
            Some((first, rest)) if Version::parse_release(first).is_some() => {
                (Version::parse_release(first), rest)
            }
            _ => (None, if tag == "latest" { "" } else { tag }),
        };
        let suffix = Suffix::parse(rest)?;
        let variant = suffix.variant();
        if variant == Variant::Slim && family.get("slim").is_empty() {
            return None;
        }
        let minor = version.filter(|version| version.count > 1);
        let listed = table::row(&self.overlay, &IMAGE_TAGS, &format!("{}:{tag}", family.key()));
        let told = minor.map(Version::minor).or_else(|| listed.map(|row| row.get("version").to_owned()));
        let (distribution, floats) = match (&suffix, minor) {
            (Suffix::FullOn(suite) | Suffix::SlimOn(suite), _) => (self.debian(suite)?, false),
            (Suffix::AlpineOn(release), _) => (Distribution::Alpine((*release).to_owned()), false),
            (_, Some(version)) => {
                let (release, floats) = self.release_behind(family.key(), version, variant)?;
                let alpine = variant == Variant::Alpine;
                (if alpine { Distribution::Alpine(release) } else { self.debian(&release)? }, floats)
            }
            (_, None) => {
                let row = listed?;
                (Distribution::of_key(row.get("release"))?, row.get("state") == "moves")
            }
        };
        let layer = match variant {
            Variant::Full if family.get("layer") == "scm" => Layer::Scm,
            Variant::Full => Layer::Full,
            _ => Layer::Slim,
        };
        let version = told.filter(|version| !version.is_empty());
        Some(Meaning { version, distribution, variant, layer, floats })
    }

    /// The release behind a tag that names a version but no release, and whether it can move.
    fn release_behind(&self, family: &str, version: Version, variant: Variant) -> Option<(String, bool)> {
        let (column, runs) = match variant {
            Variant::Slim => ("slim", "slim_by_patch"),
            Variant::Alpine => ("alpine", "alpine_by_patch"),
            _ => ("full", "full_by_patch"),
        };
        let told = |release: &str| (!release.is_empty() && release != "?").then(|| release.to_owned());
        let Some(row) = table::row(&self.overlay, &IMAGE_VERSIONS, &format!("{family}:{}", version.minor()))
        else {
            return Some((self.release_of_newest(family, version, column)?, true));
        };
        let active = row.get("state") == "active";
        let last = Version::parse(row.get("last_patch"))?;
        if !version.is_patch() {
            return Some((told(row.get(column))?, active));
        }
        if version > last {
            return Some((told(row.get(column))?, true));
        }
        let mut release = if row.get(runs).is_empty() { row.get(column) } else { "" };
        for (first, base) in row.words(runs).filter_map(|run| run.split_once('=')) {
            if Version::parse(first).is_some_and(|first| first <= version) {
                release = base;
            }
        }
        Some((told(release)?, active && version == last))
    }

    /// The release that versions newer than the tables most likely rest on: that of the two newest, where they agree.
    fn release_of_newest(&self, family: &str, version: Version, column: &str) -> Option<String> {
        let prefix = format!("{family}:");
        let mut known: Vec<_> = table::rows(&self.overlay, &IMAGE_VERSIONS, &prefix)
            .filter_map(|row| Some((Version::parse(row.key().strip_prefix(&prefix)?)?, row)))
            .collect();
        known.sort_by_key(|(version, _)| *version);
        let [.., (_, before), (newest, last)] = known.as_slice() else { return None };
        let newer = version.parts[0] == newest.parts[0] && version.parts[1] > newest.parts[1];
        let agreed = last.get(column) == before.get(column) && !last.get(column).is_empty();
        (newer && agreed).then(|| last.get(column).to_owned())
    }

    /// A Debian suite by name.
    fn debian(&self, suite: &str) -> Option<Distribution> {
        table::row(&self.overlay, &RELEASES, &format!("debian/{suite}"))?;
        Some(Distribution::Debian(suite.to_owned()))
    }

    /// The tag of a distribution image, or of one with more packages on top.
    pub(super) fn distribution_tag(&self, family: Row<'_>, tag: &str) -> Option<Meaning> {
        let name = family.key();
        let row = table::row(&self.overlay, &IMAGE_TAGS, &format!("{name}:{tag}"))
            .or_else(|| table::row(&self.overlay, &IMAGE_TAGS, &format!("{name}:{}", undated(name, tag)?)))?;
        let layer = match tag.rsplit_once('-').map_or(tag, |(_, kind)| kind) {
            _ if family.get("kind") != "packages" => Layer::Slim,
            "curl" => Layer::Curl,
            "scm" => Layer::Scm,
            _ => Layer::Full,
        };
        let version = row.get("version");
        Some(Meaning {
            version: (!version.is_empty()).then(|| version.to_owned()),
            distribution: Distribution::of_key(row.get("release"))?,
            variant: if layer == Layer::Slim { Variant::Distribution } else { Variant::Full },
            layer,
            floats: row.get("state") == "moves",
        })
    }
}

/// The tag without the day of a snapshot (`bookworm-20240110-slim`) or the point release (`12.5`, `3.20.1`).
fn undated(family: &str, tag: &str) -> Option<String> {
    let (bare, slim) = tag.strip_suffix("-slim").map_or((tag, ""), |bare| (bare, "-slim"));
    if let Some((suite, day)) = bare.rsplit_once('-') {
        let dated =
            matches!(day.len(), 8 | 10) && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        return dated.then(|| format!("{suite}{slim}"));
    }
    let version = Version::parse(bare)?;
    match (family, version.count) {
        ("debian", 2 | 3) => Some(format!("{}{slim}", version.parts[0])),
        ("alpine", 3) => Some(version.minor()),
        _ => None,
    }
}
