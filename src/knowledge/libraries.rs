//! Native libraries behind the packages of a language.

use super::images::Image;
use super::packages::{Belongs, spellings};
use super::table::{self, Row};
use super::tables::{DEBIAN_SONAMES, GO_MODULES, PYTHON_PACKAGES, PYTHON_WHEELS, RUST_CRATES};
use super::{Distribution, Knowledge};

/// What a language's package needs of the system at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Native {
    /// Whether the tables know the package, and its needs in this distribution release.
    pub known: bool,
    /// Distribution packages the runtime needs and does not carry yet.
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

/// The numbers of a version, up to the first part that is none.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

/// What a row names for a distribution release; `None` where it can't tell.
fn named<'a>(row: Row<'a>, distribution: &Distribution) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
    let column = match distribution {
        Distribution::Debian(suite) => suite,
        Distribution::Alpine(_) => distribution.name(),
        Distribution::Ubuntu(_) | Distribution::Rhel(_) => "",
    };
    let cell = row.get(column);
    (!cell.is_empty() && cell != "?").then(|| cell.split_ascii_whitespace().filter(|word| *word != "."))
}

/// Whether the file installs a package by its own name.
fn is_installed(package: &str, installed: &[String], distribution: &Distribution) -> bool {
    installed.iter().any(|name| spellings(name, distribution).any(|spelling| spelling == package))
}

impl Knowledge {
    /// The package that brings a shared library which a program opens by name (`libpq.so.5`, or `-lpq` where it is searched),
    /// where the image has that package.
    pub fn package_of_library(&self, library: &str, image: &Image) -> Option<String> {
        let row = table::row(&self.overlay, &DEBIAN_SONAMES, library)?;
        let package = row.across(self.like(&image.distribution)?);
        (!package.is_empty() && self.package_in_image(package, image)).then(|| package.to_owned())
    }

    /// A Python package by its normalised name, installed on `image`. `compiled` says that no wheel is used. `installed` are
    /// distribution packages the file itself installs.
    ///
    /// What the original image can't have carried is not named: it worked without. A package that stays behind may have brought
    /// a library, so where one does, every library that is linked is named.
    pub fn python_package(&self, name: &str, image: &Image, compiled: bool, installed: &[String]) -> Native {
        let Some(row) = table::row(&self.overlay, &PYTHON_PACKAGES, name) else { return Native::default() };
        let shared = row.words("see").filter_map(|other| table::row(&self.overlay, &PYTHON_PACKAGES, other));
        let mut native = Native { known: true, ..Native::default() };
        for row in [row].into_iter().chain(shared) {
            native.programs.extend(row.words("programs").map(str::to_owned));
            let kind = row.get("kind");
            if kind == "carries" && !compiled {
                continue;
            }
            match named(row, &image.distribution) {
                None => native.known = false,
                Some(packages) if kind == "starts" => {
                    native.packages.extend(self.there(packages, image, installed));
                }
                Some(packages) => native.packages.extend(self.linked(packages, image, installed)),
            }
        }
        native
    }

    /// Whether a version of a Python package has a wheel for Linux and a version of the interpreter; `None` where that is not
    /// known.
    pub fn python_wheel(&self, name: &str, version: &str, interpreter: Option<&str>) -> Option<bool> {
        let row = table::row(&self.overlay, &PYTHON_WHEELS, name)?;
        let interpreter = numbers(interpreter?);
        let pairs = row.words("wheels").filter_map(|pair| pair.split_once('='));
        // the newest interpreter of the table that is not newer than this one
        let (_, first) = pairs
            .map(|(python, first)| (numbers(python), first))
            .filter(|(python, _)| *python <= interpreter[..interpreter.len().min(2)].to_vec())
            .max()?;
        Some(numbers(version) >= numbers(first))
    }

    /// A crate of Cargo.lock (`lock`: names of all locked crates), built on `image` with the distribution packages `installed`.
    /// Nearly all crates that link a library of the system have a name on `-sys`; other names that are not known may be taken to
    /// need nothing.
    pub fn rust_crate(
        &self,
        name: &str,
        image: &Image,
        lock: &dyn Fn(&str) -> bool,
        installed: &[String],
    ) -> Native {
        let Some(row) = table::row(&self.overlay, &RUST_CRATES, name) else { return Native::default() };
        let nothing = Native { known: true, ..Native::default() };
        let kind = row.get("kind");
        if kind == "nothing" || row.words("static_by").any(lock) {
            return nothing;
        }
        let headers = row.words("dev").any(|dev| {
            self.package_in_image(dev, image) || is_installed(dev, installed, &image.distribution)
        });
        let could_link = match kind {
            "links" => headers || self.leaves_something(image, installed),
            "finds" => headers,
            _ => true,
        };
        if !could_link {
            return nothing;
        }
        let packages = match named(row, &image.distribution) {
            Some(packages) if kind == "opens" => self.there(packages, image, installed),
            Some(packages) => self.linked(packages, image, installed),
            None => {
                let known = row.words("dev").map(|dev| self.libraries_behind(dev, &image.distribution));
                let Some(libraries) = known.collect::<Option<Vec<_>>>().filter(|found| !found.is_empty())
                else {
                    return Native::default();
                };
                libraries.concat()
            }
        };
        Native { packages, ..nothing }
    }

    /// A module path of go.mod, as it is built without build tags. It tells of the module's own packages: what it requires has paths of its own.
    pub fn go_module(&self, path: &str, image: &Image) -> Cgo {
        match self.go_row(path) {
            Some(row) if row.get("cgo") == "pure" => Cgo::Pure,
            Some(row) if row.get("cgo") == "needs" => match named(row, &image.distribution) {
                Some(packages) => Cgo::Needs(packages.map(str::to_owned).collect()),
                None => Cgo::Unknown,
            },
            _ => Cgo::Unknown,
        }
    }

    /// Build tags with which a module that is pure without them uses C.
    pub fn go_module_tags(&self, path: &str) -> Vec<String> {
        self.go_row(path).into_iter().flat_map(|row| row.words("tags")).map(str::to_owned).collect()
    }

    /// The row of a module: its own, without the major version, or that of the nearest path above it that speaks for all below.
    fn go_row(&self, path: &str) -> Option<Row<'_>> {
        let row = |key: &str| table::row(&self.overlay, &GO_MODULES, key);
        let unversioned = match path.rsplit_once("/v") {
            Some((bare, major)) if !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit()) => {
                bare
            }
            _ => path,
        };
        row(path).or_else(|| row(unversioned)).or_else(|| {
            let cuts = unversioned.rmatch_indices('/');
            cuts.filter_map(|(at, _)| unversioned.get(..at)).find_map(|above| row(&format!("{above}/*")))
        })
    }

    /// Those of the packages that the runtime lacks and the original has: by its image, or by name.
    fn there<'a>(
        &self,
        packages: impl Iterator<Item = &'a str>,
        image: &Image,
        installed: &[String],
    ) -> Vec<String> {
        let there = |package: &&str| {
            self.package_is_implied(package, image) || is_installed(package, installed, &image.distribution)
        };
        packages.filter(there).map(str::to_owned).collect()
    }

    /// Those of the libraries that the runtime lacks and the original can have: as [`Knowledge::there`], or by a package that stays behind.
    fn linked<'a>(
        &self,
        packages: impl Iterator<Item = &'a str>,
        image: &Image,
        installed: &[String],
    ) -> Vec<String> {
        if self.leaves_something(image, installed) {
            packages.filter(|package| !self.package_in_runtime(package, image)).map(str::to_owned).collect()
        } else {
            self.there(packages, image, installed)
        }
    }

    /// Whether a package that the file installs stays behind, with whatever it brought along.
    fn leaves_something(&self, image: &Image, installed: &[String]) -> bool {
        installed.iter().any(|name| {
            let belongs = self.package_belongs_on(name, image);
            matches!(belongs, Belongs::Builder(_) | Belongs::BuilderUnlessCalled(_))
        })
    }
}
