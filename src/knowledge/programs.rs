//! Which package ships a program.

use super::images::Image;
use super::table;
use super::tables::{ALPINE_PROGRAMS, DEBIAN_PROGRAMS, IMAGE_EXTRAS, SLIM_PROGRAMS};
use super::{Distribution, Knowledge};

impl Knowledge {
    /// Whether the bare or slim image of a distribution has the program on its PATH (coreutils, sh, busybox applets …). The program may be
    /// written as a path.
    pub fn program_in_slim(&self, program: &str, distribution: &Distribution) -> bool {
        let key = format!("{}/{}", distribution.packages(), file_name(program));
        let Some(row) = table::row(&self.overlay, &SLIM_PROGRAMS, &key) else { return false };
        let listed = |suite: &str| row.words("releases").any(|release| release == suite || release == "*");
        match distribution {
            Distribution::Alpine(_) => true,
            Distribution::Debian(suite) if DEBIAN_PROGRAMS.columns.contains(&suite.as_str()) => listed(suite),
            // No list of its own: what every listed release has, this one has too.
            Distribution::Debian(_) | Distribution::Ubuntu(_) => {
                DEBIAN_PROGRAMS.columns.iter().skip(1).all(|suite| listed(suite))
            }
            Distribution::Rhel(_) => false,
        }
    }

    /// The package that ships a program, such as `curl` for `curl`, `procps` for `ps`, `netcat-openbsd` for `nc`; `None` where not known.
    pub fn package_of_program(&self, program: &str, distribution: &Distribution) -> Option<String> {
        let program = file_name(program);
        let package = match distribution {
            Distribution::Debian(_) | Distribution::Ubuntu(_) => {
                table::row(&self.overlay, &DEBIAN_PROGRAMS, program)?.across(self.like(distribution)?)
            }
            Distribution::Alpine(_) => table::row(&self.overlay, &ALPINE_PROGRAMS, program)?.get("package"),
            Distribution::Rhel(_) => return None,
        };
        (!package.is_empty()).then(|| package.to_owned())
    }

    /// Whether the image carries the program (from its full package set or its toolchain).
    pub fn program_in_image(&self, program: &str, image: &Image) -> bool {
        let program = file_name(program);
        let key = format!("{}/{}", image.family, image.variant.name());
        let extras = table::row(&self.overlay, &IMAGE_EXTRAS, &key);
        let version = image.version.as_deref().unwrap_or_default();
        let unversioned = program.strip_suffix(version).unwrap_or(program);
        image.programs.iter().any(|own| own == program)
            || extras.is_some_and(|row| {
                row.words("programs").any(|extra| extra == program || extra == unversioned)
            })
            || self.program_in_slim(program, &image.distribution)
            || self
                .package_of_program(program, &image.distribution)
                .is_some_and(|package| self.package_in_image(&package, image))
    }
}

/// The last component of a path.
fn file_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}
