//! Which package ships a program.

use super::images::Image;
use super::{Distribution, Knowledge};

impl Knowledge {
    /// Whether the bare or slim image of a distribution has the program on its PATH (coreutils, sh, busybox applets …).
    pub fn program_in_slim(&self, _program: &str, _distribution: &Distribution) -> bool {
        unimplemented!()
    }

    /// The package that ships a program, such as `curl` for `curl`, `procps` for `ps`, `netcat-openbsd` for `nc`; `None` where not known.
    pub fn package_of_program(&self, _program: &str, _distribution: &Distribution) -> Option<String> {
        unimplemented!()
    }

    /// Whether the image carries the program (from its full package set or its toolchain).
    pub fn program_in_image(&self, _program: &str, _image: &Image) -> bool {
        unimplemented!()
    }
}
