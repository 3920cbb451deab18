//! What is in an image, file by file, read from the engine's export: nothing of the image is run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use anyhow::Result;
use tar::{Archive, EntryType};

use super::binary::Binary;
use crate::recipe::path::absolute;

/// Largest ELF file that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// How many links a path may lead through.
const LINKS: usize = 40;

/// The files that tell about others: which are kept as text. A `*` stands for one name.
const TOLD: [&str; 10] = [
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/passwd",
    "/etc/group",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d/*",
    "/etc/ld-musl-*",
    "/var/lib/dpkg/info/*.list",
    "/lib/apk/db/installed",
    "/usr/lib/apk/db/installed",
];

/// All files of an image by their absolute paths.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Directories, files and links.
    pub nodes: BTreeMap<String, Node>,
    /// The content of the files that tell about others.
    pub texts: BTreeMap<String, String>,
}

/// One path of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// User and group, by number.
    pub owner: (u64, u64),
    /// Bytes of the file itself.
    pub size: u64,
}

/// What a path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A file that is neither of the following.
    Plain,
    /// A text whose first line names the program that runs it: the words after `#!`.
    Script(Vec<String>),
    /// A compiled program or library.
    Binary(Box<Binary>),
    /// A symbolic link, as written.
    Link(String),
    /// Something else: a device, a FIFO.
    Special,
}

impl Node {
    /// Whether anybody may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

impl Inventory {
    /// Reads an archive that an engine exported.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn read(archive: &Path) -> Result<Self> {
        Self::of(File::open(archive)?)
    }

    fn of(source: impl Read + Seek) -> Result<Self> {
        let mut inventory = Self::default();
        let mut hard: Vec<(String, String)> = Vec::new();
        for entry in Archive::new(source).entries()? {
            let mut entry = entry?;
            let path = absolute("/", &String::from_utf8_lossy(&entry.path_bytes()));
            let header = entry.header();
            let (mode, size) = (header.mode()? & 0o7777, header.size()?);
            let owner = (header.uid()?, header.gid()?);
            let target = entry.link_name_bytes().map(|name| String::from_utf8_lossy(&name).into_owned());
            let kind = match (header.entry_type(), target) {
                (EntryType::Directory, _) => Kind::Directory,
                (EntryType::Symlink, Some(target)) => Kind::Link(target),
                (EntryType::Link, Some(target)) => {
                    hard.push((path, absolute("/", &target)));
                    continue;
                }
                (EntryType::Regular | EntryType::Continuous, _) => {
                    let bytes = content(&mut entry, &path, size)?;
                    if is_told(&path) {
                        inventory.texts.insert(path.clone(), String::from_utf8_lossy(&bytes).into_owned());
                    }
                    kind_of(&bytes)
                }
                _ => Kind::Special,
            };
            inventory.nodes.insert(path, Node { kind, mode, owner, size });
        }
        for (path, target) in hard {
            if let Some(node) = inventory.nodes.get(&target).cloned() {
                inventory.nodes.insert(path, Node { size: 0, ..node });
            }
        }
        Ok(inventory)
    }

    /// The path at which a path ends when all links are followed; `None` where it leads nowhere.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut rest: Vec<String> = parts(path);
        let mut at = String::new();
        let mut followed = 0;
        while let Some(part) = rest.pop() {
            let next = format!("{at}/{part}");
            match self.nodes.get(&next).map(|node| &node.kind) {
                Some(Kind::Link(target)) if followed < LINKS => {
                    followed += 1;
                    if target.starts_with('/') {
                        at.clear();
                    }
                    let joined = absolute(if at.is_empty() { "/" } else { &at }, target);
                    at.clear();
                    rest.extend(parts(&joined));
                }
                Some(Kind::Link(_)) | None => return None,
                Some(_) => at = next,
            }
        }
        Some(if at.is_empty() { "/".to_owned() } else { at })
    }

    /// The node at which a path ends.
    pub fn node(&self, path: &str) -> Option<&Node> {
        self.nodes.get(&self.resolve(path)?)
    }

    /// Whether a path leads anywhere.
    pub fn has(&self, path: &str) -> bool {
        self.resolve(path).is_some()
    }

    /// Every path whose last part is `name`, in order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is_it = move |path: &&String| path.rsplit('/').next() == Some(name);
        self.nodes.keys().filter(is_it).map(String::as_str)
    }

    /// A program that a shell would find under this name: by its path, or in a directory of `search`.
    pub fn program(&self, name: &str, directory: &str, search: &str) -> Option<String> {
        let runs = |path: &String| self.node(path).is_some_and(|node| node.is_executable());
        if name.contains('/') {
            return Some(absolute(directory, name)).filter(runs);
        }
        search.split(':').map(|one| absolute(directory, &format!("{one}/{name}"))).find(runs)
    }

    /// A value of `os-release`, such as that of `VERSION_ID`.
    pub fn release(&self, key: &str) -> Option<String> {
        let text = self.texts.get("/usr/lib/os-release").or_else(|| self.texts.get("/etc/os-release"))?;
        let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim_matches(['"', '\'']).to_owned())
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.nodes.values().map(|node| node.size).sum()
    }
}

/// The parts of a path, the first of them last.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned).collect()
}

/// As much of a file as tells what it is.
fn content(entry: &mut impl Read, path: &str, size: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.by_ref().take(256).read_to_end(&mut bytes)?;
    if size <= LARGEST && (bytes.starts_with(b"\x7fELF") || is_told(path)) {
        entry.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn kind_of(bytes: &[u8]) -> Kind {
    if let Some(binary) = Binary::read(bytes) {
        return Kind::Binary(Box::new(binary));
    }
    let Some(rest) = bytes.strip_prefix(b"#!") else { return Kind::Plain };
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let words = String::from_utf8_lossy(line).split_whitespace().map(str::to_owned).collect();
    Kind::Script(words)
}

fn is_told(path: &str) -> bool {
    TOLD.iter().any(|pattern| match pattern.split_once('*') {
        None => path == *pattern,
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|name| !name.contains('/')),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An image of these paths: `path/` is a directory, `path -> target` a link, `path content` a file; `!` before a path
    /// makes it executable.
    pub(in crate::verify) fn image(lines: &[&str]) -> Inventory {
        let mut builder = tar::Builder::new(Vec::new());
        for line in lines {
            let (mode, line) = match line.strip_prefix('!') {
                Some(line) => (0o755, line),
                None => (0o644, *line),
            };
            let mut header = tar::Header::new_gnu();
            header.set_mode(mode);
            header.set_uid(0);
            header.set_gid(0);
            header.set_size(0);
            if let Some((path, target)) = line.split_once(" -> ") {
                header.set_entry_type(EntryType::Symlink);
                builder.append_link(&mut header, path, target).unwrap();
            } else if line.ends_with('/') {
                header.set_entry_type(EntryType::Directory);
                builder.append_data(&mut header, line, std::io::empty()).unwrap();
            } else {
                let (path, content) = line.split_once(' ').unwrap_or((line, ""));
                header.set_size(content.len() as u64);
                builder.append_data(&mut header, path, content.as_bytes()).unwrap();
            }
        }
        let mut image = Inventory::of(std::io::Cursor::new(builder.into_inner().unwrap())).unwrap();
        let paths: Vec<String> = image.nodes.keys().cloned().collect();
        for path in paths {
            for (at, _) in path.match_indices('/').skip(1) {
                let directory = Node { kind: Kind::Directory, mode: 0o755, owner: (0, 0), size: 0 };
                image.nodes.entry(path[..at].to_owned()).or_insert(directory);
            }
        }
        image
    }

    #[test]
    fn links_are_followed_part_by_part() {
        let image = image(&[
            "usr/",
            "usr/lib/",
            "lib -> usr/lib",
            "usr/lib/a.so",
            "b -> /lib/a.so",
            "c -> c",
            "d -> gone",
        ]);
        assert_eq!(image.resolve("/lib/a.so").as_deref(), Some("/usr/lib/a.so"));
        assert_eq!(image.resolve("/b").as_deref(), Some("/usr/lib/a.so"));
        assert_eq!(image.resolve("/"), Some("/".to_owned()));
        assert_eq!((image.resolve("/c"), image.resolve("/d"), image.resolve("/e")), (None, None, None));
    }

    #[test]
    fn a_program_is_found_as_a_shell_finds_it() {
        let image = image(&["bin/", "!bin/run #!/bin/sh -e\n", "bin/data x", "app/", "!app/run #!x"]);
        assert_eq!(image.program("run", "/", "/sbin:/bin").as_deref(), Some("/bin/run"));
        assert_eq!(image.program("./run", "/app", "/bin").as_deref(), Some("/app/run"));
        assert_eq!(image.program("data", "/", "/bin"), None);
        let kind = Kind::Script(vec!["/bin/sh".to_owned(), "-e".to_owned()]);
        assert_eq!(image.nodes["/bin/run"].kind, kind);
    }

    #[test]
    fn texts_that_tell_about_others_are_kept() {
        let image = image(&["etc/", "etc/os-release ID=debian\nVERSION_ID=\"12\"\n", "etc/motd hello"]);
        assert_eq!(image.release("VERSION_ID").as_deref(), Some("12"));
        assert_eq!(image.texts.len(), 1);
    }
}
