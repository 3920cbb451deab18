//! Native libraries behind the packages of a language.

use super::Knowledge;
use super::images::Image;

/// What a language's package needs of the system at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Native {
    /// Whether the tables know the package at all.
    pub known: bool,
    /// Distribution packages the runtime needs.
    pub packages: Vec<String>,
    /// Programs it starts.
    pub programs: Vec<String>,
}

/// What a Go module needs of cgo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cgo {
    /// Known to be pure Go.
    Pure,
    /// Uses C: the binary needs these packages, and does not build or work without cgo.
    Needs(Vec<String>),
    /// Not known.
    Unknown,
}

impl Knowledge {
    /// A Python package by its normalised name, installed on `image`. `compiled` says that no wheel is used. `installed` are
    /// distribution packages the file itself installs.
    pub fn python_package(
        &self,
        _name: &str,
        _image: &Image,
        _compiled: bool,
        _installed: &[String],
    ) -> Native {
        Native::default()
    }

    /// A crate of Cargo.lock (`lock`: names of all locked crates), built on `image` with the distribution packages `installed`.
    pub fn rust_crate(
        &self,
        _name: &str,
        _image: &Image,
        _lock: &dyn Fn(&str) -> bool,
        _installed: &[String],
    ) -> Native {
        Native::default()
    }

    /// A module path of go.mod.
    pub fn go_module(&self, _path: &str, _image: &Image) -> Cgo {
        Cgo::Unknown
    }
}
