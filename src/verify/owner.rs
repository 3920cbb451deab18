//! Which distribution package a file of an image belongs to, from the databases that dpkg and apk keep in it.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::Inventory;

/// Files and the packages that brought them.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Names of all packages.
    pub names: BTreeSet<String>,
    owners: BTreeMap<String, String>,
}

impl Packages {
    /// Reads the databases of an image; empty where it has none.
    pub fn of(image: &Inventory) -> Self {
        let mut packages = Self::default();
        for (path, text) in &image.texts {
            if let Some(name) = path.strip_prefix("/var/lib/dpkg/info/") {
                let name = name.trim_end_matches(".list");
                packages.dpkg(name.split(':').next().unwrap_or(name), text);
            } else if path.ends_with("/apk/db/installed") {
                packages.apk(text);
            }
        }
        packages
    }

    /// The package that brought a path.
    ///
    /// A directory that was merged into `/usr` is written either way.
    pub fn owner(&self, path: &str) -> Option<&str> {
        let merged = path.strip_prefix("/usr").unwrap_or(path);
        let other = format!("/usr{path}");
        [path, merged, &other].into_iter().find_map(|path| self.owners.get(path)).map(String::as_str)
    }

    /// A list file: a path a line.
    fn dpkg(&mut self, name: &str, list: &str) {
        self.names.insert(name.to_owned());
        self.owners.extend(list.lines().map(|path| (path.to_owned(), name.to_owned())));
    }

    /// The list of what is installed: `P:` a package, `F:` a directory of it, `R:` a file there.
    fn apk(&mut self, text: &str) {
        let (mut package, mut folder) = ("", "");
        for line in text.lines() {
            match line.split_once(':') {
                Some(("P", name)) => {
                    package = name;
                    self.names.insert(name.to_owned());
                }
                Some(("F", path)) => folder = path,
                Some(("R", name)) => {
                    self.owners.insert(format!("/{folder}/{name}").replace("//", "/"), package.to_owned());
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::tests::image;

    #[test]
    fn dpkg_and_merged_directories() {
        let image = image(&["var/lib/dpkg/info/libpq5:amd64.list /.\n/usr/lib/libpq.so.5\n/lib/x\n"]);
        let packages = Packages::of(&image);
        assert_eq!(packages.owner("/usr/lib/libpq.so.5"), Some("libpq5"));
        assert_eq!(packages.owner("/usr/lib/x"), Packages::of(&image).owner("/lib/x"));
        assert_eq!(packages.owner("/usr/lib/x"), None.or(Some("libpq5")));
        assert_eq!(packages.owner("/opt/x"), None);
    }

    #[test]
    fn apk() {
        let image =
            image(&["lib/apk/db/installed P:zlib\nV:1.3\nF:lib\nR:libz.so.1\n\nP:git\nF:usr/bin\nR:git\n"]);
        let packages = Packages::of(&image);
        assert_eq!(packages.owner("/lib/libz.so.1"), Some("zlib"));
        assert_eq!(packages.owner("/usr/bin/git"), Some("git"));
        assert_eq!(packages.names.len(), 2);
    }
}
