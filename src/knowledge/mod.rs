//! Facts: images, distributions, packages, libraries. Look-ups over embedded tables of `rules/`; nothing is parsed at start-up.
//!
//! Answers name facts only; what to do with them is the plan's. "Not known" is an answer of its own and never a guess.

pub mod images;
pub mod libraries;
pub mod packages;
pub mod programs;

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
    /// Lower-case name of the family, without the release.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Debian(_) => "debian",
            Self::Ubuntu(_) => "ubuntu",
            Self::Alpine(_) => "alpine",
            Self::Rhel(_) => "rhel",
        }
    }

    /// Which C library its programs are linked with.
    pub fn libc(&self) -> Libc {
        if matches!(self, Self::Alpine(_)) { Libc::Musl } else { Libc::Glibc }
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

/// All facts: the embedded tables, and over them the user's own.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    // overlay tables; empty by default
}

impl Knowledge {
    /// The embedded tables. Costs nothing: they are looked up in place.
    pub fn embedded() -> Self {
        Self::default()
    }
}
