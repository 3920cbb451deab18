//! What the program's own sources ask for, and which files the started commands name.

use super::chain::Chain;
use super::walk::name_of;
use super::{Caller, Doubt, Library, Need, Needs, Program};
use crate::analysis::{Sources, Stage};
use crate::recipe::path::absolute;
use std::collections::BTreeSet;

/// Names of kinds of data in the rules.
const ZONES: &str = "zones";
const CONTENT_TYPES: &str = "content-types";
const FONTS: &str = "fonts";

/// Adds what the build context says, as far as the image had it.
pub(super) fn add(needs: &mut Needs, stage: &Stage, sources: Sources<'_>) {
    named(needs, stage);
    let Some(context) = sources.context else { return };
    let hints = context.hints();
    let brought = Brought::of(stage, sources);
    let of_image = |(_, file): &&(String, String)| brought.has(file);
    let mut program = |name: &str, file: &str, caller: Caller| {
        let path = name.starts_with('/').then(|| name.to_owned());
        // a relative path is that of a script, which says what it starts
        let name = if path.is_some() { name_of(name).to_owned() } else { name.to_owned() };
        needs.add(Need::Program(Program { name, path, caller }), &Chain::named(file), false);
    };
    for (name, file) in hints.programs.iter().filter(of_image) {
        program(name, file, Caller::Source);
    }
    for (name, file) in hints.possible_programs.iter().filter(of_image) {
        program(name, file, Caller::PossibleSource);
    }
    let is_prose = |name: &String| sources.recipes.starts.prose.contains(name);
    for (name, file) in hints.weak_programs.iter().filter(of_image).filter(|(name, _)| !is_prose(name)) {
        program(name, file, Caller::PossibleSource);
    }
    for (soname, file) in hints.libraries.iter().filter(of_image) {
        let library = Library::Soname(soname.clone());
        needs.add(Need::Library(library), &Chain::named(file), false);
    }
    // a font that the build context brings is no font of the system
    let own: BTreeSet<&str> = context.below("").map(|entry| name_of(&entry.path)).collect();
    for (font, file) in hints.fonts.iter().filter(of_image).filter(|(font, _)| !own.contains(name_of(font))) {
        let chain = Chain::named(file).then(font);
        needs.add(Need::Data(FONTS.to_owned()), &chain, false);
    }
    for (read, name) in [(hints.zones, ZONES), (hints.content_types, CONTENT_TYPES)] {
        if read {
            needs.add(Need::Data(name.to_owned()), &Chain::named("a source"), false);
        }
    }
    for file in hints.untold.iter().filter(|file| brought.has(file)) {
        let message = "starts a program that its text does not tell".to_owned();
        needs.doubts.push(Doubt { chain: Chain::named(file), message });
    }
}

/// What the COPY lines bring of the build context.
struct Brought<'a> {
    /// Every copied file, gone in the end or not; `None` where a line's files can't be told.
    files: Option<BTreeSet<&'a str>>,
}

impl<'a> Brought<'a> {
    fn of(stage: &'a Stage, sources: Sources<'_>) -> Self {
        let mut files = Some(BTreeSet::new());
        for step in &stage.steps {
            let instruction = sources.document.instructions.get(step.index);
            let flags = instruction.into_iter().flat_map(|instruction| &instruction.flags);
            let mounts = flags.filter(|flag| flag.name == "mount").filter_map(|flag| flag.value.as_deref());
            // a bind mount shows all of the context
            let is_bind = |mount: &str| {
                !mount.contains("from=") && (mount.contains("type=bind") || !mount.contains("type="))
            };
            if mounts.into_iter().any(is_bind) {
                files = None;
            }
            let Some(copy) = step.copy.as_ref().filter(|copy| copy.from.is_none()) else { continue };
            match (&copy.files, &mut files) {
                (Some(copied), Some(files)) => files.extend(copied.iter().map(|(file, _)| file.as_str())),
                (None, _) if copy.sources.is_empty() => {}
                _ => files = None,
            }
        }
        Self { files }
    }

    fn has(&self, file: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(file))
    }
}

/// Words of started commands that are paths of files or directories of the build context, as options' values too.
fn named(needs: &mut Needs, stage: &Stage) {
    // what the toolchain is told to build is not what the program reads
    if needs.starter.is_some() {
        return;
    }
    let workdir = stage.state.workdir.as_deref().unwrap_or("/");
    let mut named = Vec::new();
    for asked in &needs.list {
        let Need::Argument(word) = &asked.need else { continue };
        let word = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
        let path = absolute(workdir, word);
        let is_path = !word.is_empty() && !word.starts_with('-') && path != "/";
        if is_path && stage.world.context_path(&path).is_some() {
            named.push((path, asked.chain.clone()));
        }
    }
    for (path, chain) in named {
        needs.add(Need::File(path), &chain, false);
    }
}
