//! What a COPY or ADD brings into the image, file by file where the build context can be seen.

use crate::analysis::state::State;
use crate::analysis::world::{self, World};
use crate::context::{self, Context, Entry};
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::recipe::path::absolute;
use std::collections::BTreeMap;

/// A COPY or ADD, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    /// `--from`, as written.
    pub from: Option<String>,
    /// The image that `--from` names, by itself or as the stage of that name; `None` for a stage whose lines are followed.
    pub image: Option<String>,
    /// Sources as expanded; heredoc words left out.
    pub sources: Vec<String>,
    /// Absolute destination; `None` where it can't be told.
    pub destination: Option<String>,
    /// Whether sources go below the destination under their own names.
    pub into_directory: bool,
    /// Whether a source is an address or an archive that ADD unpacks, or a heredoc: its files are not known by name.
    pub special: bool,
    /// Pairs of context path and absolute image path; `None` where the context (or a source) can't be seen.
    pub files: Option<Vec<(String, String)>>,
    /// Those of `files` that are symbolic links and stay so: absolute image path, and what they point to as written.
    pub links: BTreeMap<String, String>,
    /// `--parents`: sources keep the directories above them.
    parents: bool,
    /// `--exclude`: what is left out.
    excluded: Vec<String>,
    /// Absolute paths with what another stage gave; `None` where no stage is the source.
    pub brought: Option<Vec<(String, world::Entry)>>,
}

/// Endings of the archives that ADD unpacks.
const ARCHIVES: [&str; 8] = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"];

/// Most files that the lines of a stage bring, and most comparisons of a name with a pattern in one line. The context
/// counts as unseen beyond.
const MOST_FILES: usize = 600_000;
const MOST_COMPARED: usize = 5_000_000;

impl Copy {
    /// Reads a COPY or ADD in the state and world before it.
    pub fn read(
        instruction: &Instruction,
        escape: char,
        state: &State,
        world: &World,
        context: Option<&Context>,
    ) -> Option<Self> {
        let (Arguments::Words(words) | Arguments::Json(words)) = &instruction.arguments else { return None };
        let variables = &state.variables;
        let (destination, sources) = words.split_last()?;
        let expand = |text: &str| variables.expand(text, escape).default_value().map(str::to_owned);
        let heredocs = instruction.heredocs.len();
        let from = instruction.flag("from").and_then(|flag| flag.value.clone());
        let raw = expand(&destination.text);
        let destination = raw.as_deref().and_then(|path| state.absolute(path));
        let sources: Option<Vec<String>> = sources
            .iter()
            .filter(|word| heredocs == 0 || !word.text.contains("<<"))
            .map(|word| expand(&word.text))
            .collect();
        let unknown = sources.is_none();
        let sources = sources.unwrap_or_default();
        let fetched = |source: &String| {
            source.contains("://")
                || source.starts_with("git@")
                || ARCHIVES.iter().any(|ending| source.to_ascii_lowercase().ends_with(ending))
        };
        let special = heredocs > 0 || (instruction.keyword == Keyword::Add && sources.iter().any(fetched));
        let ends_open =
            raw.as_deref().is_some_and(|path| path.ends_with('/') || path.ends_with("/.") || path == ".");
        let into_directory = ends_open
            || sources.len() + heredocs > 1
            || destination.as_deref().is_some_and(|path| world.is_directory(path, state.workdir.as_deref()));
        let excluded = instruction.flags.iter().filter(|flag| flag.name == "exclude");
        let excluded: Option<Vec<String>> = excluded.map(|flag| expand(flag.value.as_deref()?)).collect();
        let parents = instruction.flag("parents").is_some_and(|flag| flag.value.as_deref() != Some("false"));
        let opaque = unknown || special || from.is_some() || excluded.is_none();
        let mut copy = Self {
            from,
            sources,
            destination,
            into_directory,
            special,
            parents,
            excluded: excluded.unwrap_or_default(),
            ..Self::default()
        };
        if let (false, Some(context)) = (opaque, context) {
            copy.files = copy.list(context, MOST_FILES.saturating_sub(world.paths.len()));
            copy.links = copy.linked(context);
        }
        Some(copy)
    }

    /// Address and absolute place of the one file that an ADD fetches.
    pub fn fetched(&self) -> Option<(&str, String)> {
        let ([address], Some(destination)) = (self.sources.as_slice(), &self.destination) else {
            return None;
        };
        let name = address.rsplit('/').next().unwrap_or(address);
        let place = if self.into_directory { absolute(destination, name) } else { destination.clone() };
        (self.special && address.contains("://")).then_some((address, place))
    }

    /// Whether a look at the build context did not tell what it brings.
    pub fn is_unseen(&self) -> bool {
        self.from.is_none() && !self.special && self.files.is_none()
    }

    /// Links below the directories that are copied: a link that a source names is followed.
    fn linked(&self, context: &Context) -> BTreeMap<String, String> {
        let files = self.files.iter().flatten();
        files
            .filter(|(path, _)| !self.sources.iter().any(|source| absolute("/", source)[1..] == **path))
            .filter_map(|(path, place)| Some((place.clone(), context.entry(path)?.link.clone()?)))
            .collect()
    }

    /// Every file that the sources name, with its place in the image; `None` where a source names nothing, and where there
    /// are more than `most`.
    fn list(&self, context: &Context, most: usize) -> Option<Vec<(String, String)>> {
        let destination = self.destination.as_deref()?;
        let patterns = self.sources.iter().filter(|source| source.contains(['*', '?', '['])).count();
        if patterns.saturating_mul(context.below("").count()) > MOST_COMPARED {
            return None;
        }
        let excluded = context::pattern_list(&self.excluded);
        let mut files = Vec::new();
        for source in &self.sources {
            // `a/./b` keeps what is behind the dot
            let kept_from =
                source.split_once("/./").map_or(0, |(above, _)| match absolute("/", above).len() {
                    1 => 0,
                    length => length,
                });
            let matches = context.matching(source);
            // a pattern may match nothing
            if matches.is_empty() && !source.contains(['*', '?', '[']) {
                return None;
            }
            let many = matches.len() > 1;
            for path in matches {
                let kept = self.parents.then(|| path.get(kept_from..).unwrap_or_default());
                if context.entry(&path).is_some() {
                    let name = path.rsplit('/').next().unwrap_or(&path);
                    let into = self.into_directory || many || self.parents;
                    let place = if into {
                        absolute(destination, kept.unwrap_or(name))
                    } else {
                        destination.to_owned()
                    };
                    if !excluded.holds(name) {
                        files.push((path, place));
                    }
                } else {
                    let above = absolute(destination, kept.unwrap_or_default());
                    let inside = |entry: &Entry| entry.path[path.len()..].trim_start_matches('/').to_owned();
                    let below = context.below(&path).map(|entry| (entry, inside(entry)));
                    let below = below.filter(|(_, inside)| !excluded.holds(inside));
                    let below = below.map(|(entry, inside)| (entry.path.clone(), absolute(&above, &inside)));
                    files.extend(below.take(most + 1));
                }
                if files.len() > most {
                    return None;
                }
            }
        }
        Some(files)
    }
}
