//! What a COPY from another stage brings: at the destination stands what stood at the source, with its origin.
//!
//! A stage is named by its name in any case, or by its number. What is known of the source is known of the destination;
//! where a file may stand in a tree of which nothing more is known, the same holds of the destination.

use super::Stage;
use super::certainty::Certainty;
use super::read::copy::Copy;
use super::state::State;
use super::world::{Entry, Origin, World, is_standard};
use crate::recipe::path::absolute;
use globset::GlobBuilder;

/// The stage that `--from` or `from=` names, among those before.
pub fn stage_named<'a>(name: &str, stages: &'a [Stage]) -> Option<&'a Stage> {
    stage_before(name, stages).or_else(|| stages.get(name.parse::<usize>().ok()?))
}

/// The stage on which a FROM of this name stands.
pub fn stage_before<'a>(name: &str, stages: &'a [Stage]) -> Option<&'a Stage> {
    let lower = name.to_lowercase();
    // the last of a name is the one that counts
    stages.iter().rev().find(|stage| stage.from.name.as_deref() == Some(lower.as_str()))
}

/// Absolute paths with what stands there after the COPY; `None` where the source is no stage, or one that is not followed.
pub fn brought(copy: &Copy, world: &World, state: &State, stages: &[Stage]) -> Option<Vec<(String, Entry)>> {
    let from = copy.from.as_deref()?;
    let giver = stage_named(from, stages).filter(|stage| stage.is_known())?;
    let destination = copy.destination.as_deref()?;
    let mut found = Vec::new();
    for source in &copy.sources {
        // sources of another stage are relative to its root, whatever its working directory
        let source = absolute("/", source);
        let sources = named(&source, &giver.world);
        for source in &sources {
            let place = Landing { destination, source, copy, world, state };
            land(&place, from, giver, &mut found);
        }
        // a pattern over a tree of which nothing is known by name
        let parent = source.rsplit_once('/').map_or("/", |(parent, _)| parent);
        if let (true, Some(entry)) = (sources.is_empty(), giver.world.find(parent)) {
            found.push((destination.to_owned(), entry.clone()));
        }
    }
    Some(found)
}

/// The image from which a COPY takes; `None` where it is the build context, or a stage whose lines are followed.
pub fn image(copy: &Copy, stages: &[Stage]) -> Option<String> {
    let from = copy.from.as_deref()?;
    match stage_named(from, stages) {
        Some(giver) => (!giver.is_known()).then(|| giver.from.image.clone()),
        None => Some(from.to_owned()),
    }
}

/// The known paths of a source, which may be a pattern.
fn named(source: &str, giver: &World) -> Vec<String> {
    if !source.contains(['*', '?', '[']) {
        return vec![source.to_owned()];
    }
    let depth = source.matches('/').count();
    let Ok(glob) = GlobBuilder::new(source).literal_separator(true).build() else { return Vec::new() };
    let glob = glob.compile_matcher();
    let mut names: Vec<String> = Vec::new();
    for path in giver.paths.keys() {
        let end = path.match_indices('/').map(|(at, _)| at).nth(depth).unwrap_or(path.len());
        let cut = &path[..end];
        if glob.is_match(cut) {
            names.push(cut.to_owned());
        }
    }
    names.dedup();
    names
}

/// Where one source of a COPY goes.
struct Landing<'a> {
    destination: &'a str,
    source: &'a str,
    copy: &'a Copy,
    world: &'a World,
    state: &'a State,
}

impl Landing<'_> {
    /// The place of the source itself: a file goes below a directory, a directory's content into it.
    fn place(&self, is_directory: bool) -> String {
        let into = self.copy.into_directory
            || self.world.is_directory(self.destination, self.state.workdir.as_deref());
        if into && !is_directory {
            absolute(self.destination, name(self.source))
        } else {
            self.destination.to_owned()
        }
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn land(landing: &Landing<'_>, from: &str, giver: &Stage, found: &mut Vec<(String, Entry)>) {
    let source = landing.source;
    let below: Vec<(&String, &Entry)> = giver.world.below(source).collect();
    let own = giver.world.paths.get(source);
    let is_directory = !below.is_empty()
        || is_standard(source)
        || giver.state.workdir.as_deref() == Some(source)
        || own.is_some_and(|entry| is_directory(entry, landing));
    let place = landing.place(is_directory);
    match own.or_else(|| giver.world.find(source)) {
        Some(entry) => found.push((place.clone(), entry.clone())),
        // of what the image itself holds, nothing is known by name
        None if below.is_empty() => {
            let origin = Origin::Stage(from.to_owned());
            found.push((
                place.clone(),
                Entry { origin, tree: true, instruction: 0, certainty: Certainty::Sure },
            ));
        }
        None => {}
    }
    for (path, entry) in below {
        let inside = path[source.trim_end_matches('/').len()..].trim_start_matches('/');
        found.push((absolute(&place, inside), entry.clone()));
    }
}

/// Whether a path of which nothing is known below is a directory: by what made it, or by the names.
fn is_directory(entry: &Entry, landing: &Landing<'_>) -> bool {
    match &entry.origin {
        Origin::Directory => true,
        Origin::Dependencies => entry.tree,
        _ if !entry.tree => false,
        // `COPY --from=builder /app/dist ./dist/`
        _ => {
            name(landing.source) == name(landing.destination)
                || !name(landing.source).contains('.') && !landing.copy.into_directory
        }
    }
}
