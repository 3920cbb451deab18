//! Each COPY from another stage: its source is surely there, it brings no system, and brings nothing twice.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::certainty::Certainty;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::joined::stage_named;
use crate::analysis::read::copy::Copy;
use crate::analysis::step::Step;
use crate::analysis::world::{Origin, is_standard};
use crate::dockerfile::reference::ImageReference;
use crate::recipe::path::{absolute, is_within};

/// Directories of the system: what is in them belongs to the image that they are of.
const SYSTEM: [&str; 12] = [
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/sbin",
    "/usr/share",
    "/var",
];

/// Files that every distribution has.
const COMMON: [&str; 6] =
    ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ssl", "/etc/services", "/etc/protocols"];

/// Directories below which a path names one architecture.
const TRIPLETS: [&str; 3] = ["x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf"];

impl Judge<'_> {
    /// Everything that COPY takes from other stages.
    pub(super) fn copies(&self, found: &mut Judgement) {
        for (at, stage) in self.stages.iter().enumerate().filter(|(at, _)| self.live.contains(at)) {
            let before = &self.stages[..at];
            for step in &stage.steps {
                for name in super::stages::references(self.instruction(step)) {
                    self.named_stage(&name, before, step, found);
                }
                let Some(copy) = &step.copy else { continue };
                if self.names_nothing(copy) {
                    let message = "a COPY names what is not in the build context";
                    let help = "name what is there, or the stage that has it";
                    found.breach(BreachId::MissingSource, Place::after(step.span), message, help);
                }
                let giver = copy.from.as_deref().and_then(|name| stage_named(name, before));
                // what a stage holds that is not followed is the original's business
                let Some(giver) = giver.filter(|giver| giver.is_known()) else { continue };
                for source in &copy.sources {
                    self.source(&absolute("/", source), giver, step, found);
                }
            }
        }
        self.twice(found);
    }

    /// Whether a COPY from the build context finds nothing there, where all of the original's find something.
    fn names_nothing(&self, copy: &Copy) -> bool {
        let finds_nothing = |copy: &Copy| copy.from.is_none() && !copy.special && copy.files.is_none();
        let mut before = self.stage.steps.iter().filter_map(|step| step.copy.as_ref());
        self.new.context.is_some() && finds_nothing(copy) && !before.any(finds_nothing)
    }

    /// A name that is no stage before must at least be an image.
    fn named_stage(&self, name: &str, before: &[Stage], step: &Step, found: &mut Judgement) {
        if stage_named(name, before).is_some() || name.is_empty() {
            return;
        }
        let reference = ImageReference::parse(name);
        let known = reference.as_ref().is_some_and(|reference| self.new.knowledge.image(reference).is_some());
        let is_address = name.contains(['/', ':', '@', '.']);
        let in_original =
            self.old.document.instructions.iter().flat_map(super::stages::references).any(|one| one == name);
        if !known && !is_address && !in_original {
            let message = format!("no stage before this line is named `{name}`");
            let help = "name a stage that stands above, by its name or number";
            found.breach(BreachId::UnknownStage, Place::after(step.span), message, help);
        }
    }

    /// One source of a COPY from a stage.
    fn source(&self, source: &str, giver: &Stage, step: &Step, found: &mut Judgement) {
        let place = Place::after(step.span);
        let from = giver.from.name.clone().unwrap_or_else(|| giver.from.image.clone());
        if source == "/" {
            let message = format!("the whole of stage `{from}` is copied, its system included");
            let help = "name what the runtime needs";
            found.breach(BreachId::RootCopied, place, message, help);
            return;
        }
        if SYSTEM.contains(&source) {
            let message =
                format!("`{source}` of stage `{from}` is copied whole: it belongs to the system there");
            let help = "name the files that the runtime needs";
            found.breach(BreachId::SystemCopied, place, message, help);
            return;
        }
        if let Some(triplet) = TRIPLETS.iter().find(|triplet| source.contains(*triplet))
            && !self.old.document.text().contains(triplet)
        {
            let message = format!("`{source}` is there on one architecture only");
            let help = "install the package that brings the library";
            found.breach(BreachId::MissingSource, place, message, help);
            return;
        }
        let certainty = self.source_certainty(source, giver);
        if certainty == Certainty::No {
            let message = format!("`{source}` is not known to exist in stage `{from}`");
            let help = "copy what a line of that stage surely makes, by its path there";
            found.breach(BreachId::MissingSource, place, message, help);
        } else if certainty == Certainty::Maybe {
            found.unjudged(place, format!("whether `{source}` exists in stage `{from}` can't be told"));
        }
    }

    /// How sure it is that a path exists in a stage: by its lines, its image, or the data that every distribution has.
    fn source_certainty(&self, source: &str, giver: &Stage) -> Certainty {
        let world = &giver.world;
        let known = world.certainty(source);
        // files of a context that nobody sees are those that the original copies too
        let unseen = self.new.context.is_none()
            && world.find(source).is_some_and(|entry| matches!(entry.origin, Origin::Context(_)));
        // an original that works has what it starts
        let started = self.needs.programs().any(|(need, _)| need.path.as_deref() == Some(source));
        match known {
            Certainty::Sure => Certainty::Sure,
            Certainty::Maybe if started => Certainty::Sure,
            Certainty::Maybe if !unseen && !source.contains(['*', '?', '[']) => Certainty::Maybe,
            _ if self.is_otherwise_there(source, giver) => Certainty::Sure,
            _ => Certainty::No,
        }
    }

    fn is_otherwise_there(&self, source: &str, giver: &Stage) -> bool {
        let data = &self.new.recipes.data;
        let of_data =
            |path: &str| data.iter().any(|data| is_within(&data.path, path) || is_within(path, &data.path));
        if of_data(source) && source.matches('/').count() > 1 {
            let kinds =
                data.iter().filter(|data| is_within(&data.path, source) || is_within(source, &data.path));
            return kinds.into_iter().any(|kind| self.has_data(giver, kind));
        }
        if source.contains(['*', '?', '[']) {
            let fixed = source.split(['*', '?', '[']).next().unwrap_or_default();
            let parent = fixed.rsplit_once('/').map_or("/", |(parent, _)| parent);
            return parent.is_empty() || giver.world.exists(parent) || self.is_of_language(parent, giver);
        }
        is_standard(source)
            || giver.world.exists(source)
            || giver.world.is_directory(source, giver.state.workdir.as_deref())
            || COMMON.contains(&source)
            || self.is_of_language(source, giver)
            || self.is_program_of_image(source, giver)
            || self.is_build_told(source, giver)
    }

    /// Whether a build tool of the stage is told to write there: `pip wheel -w /wheels`.
    fn is_build_told(&self, source: &str, giver: &Stage) -> bool {
        let named = |action: &Action| {
            let mut words = action.text.split_whitespace().flat_map(|word| word.split('='));
            matches!(action.effect, Effect::Build) && words.any(|word| word.trim_end_matches('/') == source)
        };
        giver.steps.iter().flat_map(|step| &step.actions).any(named)
    }

    /// Whether a path is a program that the stage's image or packages bring.
    fn is_program_of_image(&self, source: &str, giver: &Stage) -> bool {
        let (directory, name) = source.rsplit_once('/').unwrap_or(("", source));
        let is_bin = directory.ends_with("/bin") || directory.ends_with("/sbin");
        is_bin && self.is_in(giver, name)
    }

    /// A tree that is copied, and then a part of it again to the same place.
    fn twice(&self, found: &mut Judgement) {
        let steps = self.runtime_steps();
        let copies: Vec<(&Step, &Copy)> = steps
            .iter()
            .filter_map(|step| Some((*step, step.copy.as_ref().filter(|copy| copy.from.is_some())?)))
            .collect();
        for (at, (step, copy)) in copies.iter().enumerate() {
            for (_, other) in &copies[..at] {
                let same_stage = other.from.as_ref().map(|name| name.to_lowercase())
                    == copy.from.as_ref().map(|name| name.to_lowercase());
                let (Some(place), Some(earlier)) = (&copy.destination, &other.destination) else { continue };
                let [source] = copy.sources.as_slice() else { continue };
                let [whole] = other.sources.as_slice() else { continue };
                let (source, whole) = (absolute("/", source), absolute("/", whole));
                let below = |path: &str, base: &str| {
                    path.strip_prefix(base).map(|rest| rest.trim_matches('/').to_owned())
                };
                let inside = is_within(&source, &whole) && is_within(place, earlier);
                if same_stage && inside && below(&source, &whole) == below(place, earlier) {
                    let message = format!("`{source}` is copied again: `{whole}` has brought it already");
                    let help = "leave one of the two out: both layers stay in the image";
                    found.breach(BreachId::CopiedTwice, Place::after(step.span), message, help);
                }
            }
        }
    }
}
