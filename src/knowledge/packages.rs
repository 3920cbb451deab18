//! Which stage a distribution package belongs to.

use super::images::Image;
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

impl Knowledge {
    /// Where a package belongs. The name may carry a version pin or an architecture (`libpq-dev=15.*`, `zlib1g:amd64`), which do not matter here.
    pub fn package_belongs(&self, _name: &str, _distribution: &Distribution) -> Belongs {
        unimplemented!()
    }

    /// A package that an image carries and a bare distribution image (of the same release) or slim counterpart lacks.
    pub fn package_is_implied(&self, _package: &str, _image: &Image) -> bool {
        unimplemented!()
    }

    /// Whether the slim (or bare) image of this distribution already carries the package.
    pub fn package_in_slim(&self, _package: &str, _distribution: &Distribution) -> bool {
        unimplemented!()
    }
}
