//! Which shared libraries of an image's programs are not in it: what the dynamic loader would find, told from the files alone.

use std::collections::BTreeMap;

use super::binary::Binary;
use super::inventory::{Inventory, Kind};

/// What a program or library lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Its interpreter.
    Interpreter(String),
    /// A library, by its soname.
    Library(String),
    /// A version of a library's symbols: soname and version.
    Version(String, String),
}

/// The dynamic loader of one image.
#[derive(Debug)]
pub struct Loader<'a> {
    image: &'a Inventory,
    /// `LD_LIBRARY_PATH`, then the configured and the built-in directories.
    directories: Vec<String>,
}

impl<'a> Loader<'a> {
    /// The loader of an image that is started with this `LD_LIBRARY_PATH`.
    pub fn new(image: &'a Inventory, library_path: &str) -> Self {
        let told = image.texts.iter().filter(|(path, _)| path.starts_with("/etc/ld"));
        let configured = told.flat_map(|(_, text)| text.split(['\n', ':'])).map(str::trim);
        let configured = configured.filter(|line| line.starts_with('/'));
        // what glibc is built to look in on a multiarch distribution, and musl without a file of its own
        let multiarch = image.nodes.iter().filter(|(path, node)| {
            node.kind == Kind::Directory && path.ends_with("-linux-gnu") && path.starts_with("/usr/lib/")
                || path.starts_with("/lib/") && path.ends_with("-linux-gnu")
        });
        let fixed = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"];
        let directories = library_path
            .split(':')
            .filter(|one| !one.is_empty())
            .chain(configured)
            .chain(multiarch.map(|(path, _)| path.as_str()))
            .chain(fixed);
        Self { image, directories: directories.map(str::to_owned).collect() }
    }

    /// What each program and library lacks, by its path.
    pub fn lacks(&self) -> BTreeMap<&'a str, Vec<Lack>> {
        let binaries = self.image.nodes.iter().filter_map(|(path, node)| match &node.kind {
            Kind::Binary(binary) => Some((path.as_str(), binary.as_ref())),
            _ => None,
        });
        let lacks = binaries.map(|(path, binary)| (path, self.of(path, binary)));
        lacks.filter(|(_, lacks)| !lacks.is_empty()).collect()
    }

    fn of(&self, path: &str, binary: &Binary) -> Vec<Lack> {
        let mut lacks = Vec::new();
        if let Some(interpreter) = binary.interpreter.as_ref().filter(|one| !self.image.has(one)) {
            lacks.push(Lack::Interpreter(interpreter.clone()));
        }
        for name in &binary.needed {
            match self.find(path, binary, name) {
                None => lacks.push(Lack::Library(name.clone())),
                Some(library) => {
                    let wanted = binary.versions.iter().filter(|(file, _)| file == name);
                    let missing = wanted.filter(|(_, version)| {
                        !library.defines.is_empty() && !library.defines.contains(version)
                    });
                    lacks.extend(missing.map(|(_, version)| Lack::Version(name.clone(), version.clone())));
                }
            }
        }
        lacks
    }

    /// The library that the loader would take.
    fn find(&self, path: &str, binary: &Binary, name: &str) -> Option<&'a Binary> {
        let here = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = binary.search.iter().map(|one| one.replace("${ORIGIN}", here).replace("$ORIGIN", here));
        let mut places = own.chain(self.directories.iter().cloned()).map(|one| format!("{one}/{name}"));
        places.find_map(|place| match &self.image.node(&place)?.kind {
            Kind::Binary(library) if library.kind == binary.kind => Some(library.as_ref()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::Node;
    use crate::verify::inventory::tests::image;

    fn put(image: &mut Inventory, path: &str, binary: Binary) {
        let kind = Kind::Binary(Box::new(binary));
        image.nodes.insert(path.to_owned(), Node { kind, mode: 0o755, owner: (0, 0), size: 1 });
    }

    fn program(needed: &[&str]) -> Binary {
        Binary { needed: needed.iter().map(|&name| name.to_owned()).collect(), ..Binary::default() }
    }

    #[test]
    fn a_library_is_found_where_the_loader_looks() {
        let mut image = image(&[
            "etc/",
            "etc/ld.so.conf.d/",
            "etc/ld.so.conf.d/x.conf /opt/lib\n",
            "usr/",
            "usr/lib/",
            "lib -> usr/lib",
            "opt/",
            "opt/lib/",
            "app/",
            "app/libs/",
        ]);
        put(&mut image, "/usr/lib/liba.so", Binary::default());
        put(&mut image, "/opt/lib/libb.so", Binary::default());
        put(&mut image, "/app/libs/libc.so", Binary { kind: (1, true), ..Binary::default() });
        let own = Binary { search: vec!["$ORIGIN/libs".to_owned()], ..program(&["libd.so"]) };
        put(&mut image, "/app/libs/libd.so", Binary::default());
        put(&mut image, "/app/run", own);
        put(&mut image, "/app/other", program(&["liba.so", "libb.so", "libc.so"]));
        let lacks = Loader::new(&image, "/app/libs").lacks();
        // libc.so is there, but for another machine
        assert_eq!(lacks["/app/other"], [Lack::Library("libc.so".to_owned())]);
        assert!(!lacks.contains_key("/app/run"));
    }

    #[test]
    fn a_library_may_be_too_old() {
        let mut image = image(&["lib/"]);
        let version = |name: &str| ("libc.so.6".to_owned(), name.to_owned());
        put(
            &mut image,
            "/lib/libc.so.6",
            Binary { defines: ["GLIBC_2.31".to_owned()].into(), ..Binary::default() },
        );
        let binary = Binary {
            versions: [version("GLIBC_2.31"), version("GLIBC_2.34")].into(),
            interpreter: Some("/lib64/ld.so".to_owned()),
            ..program(&["libc.so.6"])
        };
        put(&mut image, "/run", binary);
        let lack = Lack::Version("libc.so.6".to_owned(), "GLIBC_2.34".to_owned());
        assert_eq!(
            Loader::new(&image, "").lacks()["/run"],
            [Lack::Interpreter("/lib64/ld.so".to_owned()), lack]
        );
    }
}
