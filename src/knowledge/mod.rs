//! Facts: images, distributions, packages, libraries. Look-ups over embedded tables of `rules/`; nothing is parsed at start-up.
//!
//! Answers name facts only; what to do with them is the plan's. "Not known" is an answer of its own and never a guess.

use std::fmt;

use tables::RELEASES;

mod aliases;
mod bare;
mod bases;
mod explain;
pub mod images;
pub mod libraries;
mod overlay;
pub mod packages;
pub mod programs;
mod registries;
mod table;
mod tables;
mod tags;

/// A distribution and its release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distribution {
    /// Debian by suite: `bookworm`.
    Debian(String),
    /// Ubuntu by suite: `noble`.
    Ubuntu(String),
    /// Alpine by release: `3.20`, or `edge`.
    Alpine(String),
    /// RHEL and its kin by family and release: `el9`, `fedora41`, `amazonlinux2023`.
    Rhel(String),
}

impl Distribution {
    /// Name of Debian in tables and of its image.
    const DEBIAN: &str = "debian";
    /// Name of Ubuntu in tables and of its image.
    const UBUNTU: &str = "ubuntu";
    /// Name of Alpine in tables and of its image.
    const ALPINE: &str = "alpine";
    /// Name of RHEL and its kin in tables.
    const RHEL: &str = "rhel";

    /// `debian`, `ubuntu`, `alpine`, `rhel`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Debian(_) => Self::DEBIAN,
            Self::Ubuntu(_) => Self::UBUNTU,
            Self::Alpine(_) => Self::ALPINE,
            Self::Rhel(_) => Self::RHEL,
        }
    }

    /// `bookworm`, `noble`, `3.20`, `el9`.
    pub fn release(&self) -> &str {
        match self {
            Self::Debian(release) | Self::Ubuntu(release) | Self::Alpine(release) | Self::Rhel(release) => {
                release
            }
        }
    }

    /// The family of its package manager, by which tables of packages are keyed: Ubuntu's packages are Debian's.
    fn packages(&self) -> &'static str {
        match self {
            Self::Ubuntu(_) => Self::DEBIAN,
            other => other.name(),
        }
    }

    /// Its key in tables: `debian/bookworm`.
    fn key(&self) -> String {
        format!("{}/{}", self.name(), self.release())
    }

    /// The distribution of a key.
    fn of_key(key: &str) -> Option<Self> {
        let (name, release) = key.split_once('/')?;
        let release = release.to_owned();
        Some(match name {
            Self::DEBIAN => Self::Debian(release),
            Self::UBUNTU => Self::Ubuntu(release),
            Self::ALPINE => Self::Alpine(release),
            Self::RHEL => Self::Rhel(release),
            _ => return None,
        })
    }

    /// Which C library its programs are linked with.
    pub fn libc(&self) -> Libc {
        if matches!(self, Self::Alpine(_)) { Libc::Musl } else { Libc::Glibc }
    }
}

impl fmt::Display for Distribution {
    /// As people say it: `debian bookworm`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.release())
    }
}

/// A C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// GNU
    Glibc,
    /// musl
    Musl,
}

impl fmt::Display for Libc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Glibc => "glibc",
            Self::Musl => "musl",
        })
    }
}

/// All facts: the embedded tables, and over them the user's own.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The user's tables; empty unless laid over.
    overlay: table::Overlay,
}

impl Knowledge {
    /// The embedded tables. Costs nothing: they are looked up in place.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// Whether `apt-get update` (or its like) still finds the packages of a release where its image looks for them: `false` for
    /// Debian buster and older, whose packages moved to an archive. `true` where the tables do not tell.
    pub fn packages_are_served(&self, distribution: &Distribution) -> bool {
        table::row(&self.overlay, &RELEASES, &distribution.key())
            .is_none_or(|row| row.get("index") != "archived")
    }

    /// The Debian suite whose names of programs and tools hold in a release.
    fn like(&self, distribution: &Distribution) -> Option<&str> {
        table::row(&self.overlay, &RELEASES, &distribution.key()).map(|row| row.get("like"))
    }
}
