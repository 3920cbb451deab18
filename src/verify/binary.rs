//! What an ELF file asks of the image it is in: its interpreter, its shared libraries, and the versions of their symbols.
//!
//! Read from the bytes alone; nothing is loaded. What can't be read asks for nothing.

use std::collections::BTreeSet;

use object::Endianness;
use object::elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_STRSZ, DT_STRTAB, FileHeader32, FileHeader64};
use object::read::StringTable;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

/// What an ELF file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binary {
    /// Machine and word size, so that libraries of another kind do not count.
    pub kind: (u16, bool),
    /// The program interpreter (the dynamic loader), absolute.
    pub interpreter: Option<String>,
    /// Sonames of the libraries that are loaded with it.
    pub needed: Vec<String>,
    /// Directories that it names for them, `$ORIGIN` included.
    pub search: Vec<String>,
    /// Versions of symbols that it needs, with the library that must define them: `("libc.so.6", "GLIBC_2.34")`.
    pub versions: BTreeSet<(String, String)>,
    /// Versions that it defines itself.
    pub defines: BTreeSet<String>,
}

impl Binary {
    /// Reads an ELF file; `None` where the bytes are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        match (bytes.get(..4)?, bytes.get(4)?) {
            (b"\x7fELF", 2) => parse::<FileHeader64<Endianness>>(bytes, true),
            (b"\x7fELF", 1) => parse::<FileHeader32<Endianness>>(bytes, false),
            _ => None,
        }
    }

    /// Whether libraries are loaded into it.
    pub fn is_dynamic(&self) -> bool {
        self.interpreter.is_some() || !self.needed.is_empty()
    }
}

fn parse<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8], wide: bool) -> Option<Binary> {
    let header = Elf::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let mut binary = Binary { kind: (header.e_machine(endian), wide), ..Binary::default() };
    let segments = header.program_headers(endian, bytes).ok()?;
    for segment in segments {
        if let Ok(Some(path)) = segment.interpreter(endian, bytes) {
            binary.interpreter = Some(String::from_utf8_lossy(path).into_owned());
        }
        let Ok(Some(entries)) = segment.dynamic(endian, bytes) else { continue };
        let value = |tag: i64| entries.iter().find(|entry| entry.tag(endian) == tag);
        let (Some(table), Some(size)) = (value(DT_STRTAB), value(DT_STRSZ)) else {
            continue;
        };
        let (address, size) = (table.val(endian), size.val(endian));
        let strings = segments.iter().find_map(|load| load.data_range(endian, bytes, address, size).ok()?);
        let strings = StringTable::new(strings?, 0, size);
        for entry in entries {
            let Ok(text) = entry.string(endian, strings) else { continue };
            let text = String::from_utf8_lossy(text).into_owned();
            let tag = entry.tag(endian);
            if tag == DT_NEEDED {
                binary.needed.push(text);
            } else if tag == DT_RUNPATH || tag == DT_RPATH {
                binary.search.extend(text.split(':').filter(|one| !one.is_empty()).map(str::to_owned));
            }
        }
    }
    versions(header, endian, bytes, &mut binary);
    Some(binary)
}

/// Symbol versions, where the file has sections to tell them.
fn versions<Elf: FileHeader<Endian = Endianness>>(
    header: &Elf,
    endian: Endianness,
    bytes: &[u8],
    binary: &mut Binary,
) -> Option<()> {
    let sections = header.sections(endian, bytes).ok()?;
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    if let Ok(Some((mut needs, link))) = sections.gnu_verneed(endian, bytes) {
        let strings = sections.strings(endian, bytes, link).ok()?;
        while let Ok(Some((need, mut names))) = needs.next() {
            let Ok(file) = need.file(endian, strings) else { continue };
            while let Ok(Some(name)) = names.next() {
                if let Ok(version) = name.name(endian, strings) {
                    binary.versions.insert((text(file), text(version)));
                }
            }
        }
    }
    if let Ok(Some((mut defines, link))) = sections.gnu_verdef(endian, bytes) {
        let strings = sections.strings(endian, bytes, link).ok()?;
        while let Ok(Some((_, mut names))) = defines.next() {
            if let Ok(Some(name)) = names.next()
                && let Ok(version) = name.name(endian, strings)
            {
                binary.defines.insert(text(version));
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_test_is_linked_with() {
        let itself = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let binary = Binary::read(&itself).unwrap();
        assert!(binary.is_dynamic());
        assert!(binary.needed.iter().any(|name| name.starts_with("libc.so")), "{:?}", binary.needed);
        assert!(binary.versions.iter().any(|(_, version)| version.starts_with("GLIBC_")));
    }

    #[test]
    fn what_is_no_program_asks_for_nothing() {
        assert_eq!(Binary::read(b""), None);
        assert_eq!(Binary::read(b"#!/bin/sh\n"), None);
        assert_eq!(Binary::read(b"\x7fELF\x02\x01"), None);
    }
}
