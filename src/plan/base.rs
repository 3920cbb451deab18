//! The runtime's base image: the builder's release and C library, without the toolchain.

use super::planner::Planner;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::need::Caller;
use crate::analysis::read::copy::Copy;
use crate::dockerfile::instruction::Keyword;
use crate::dockerfile::reference::ImageReference;
use crate::dockerfile::variables::Variables;
use crate::knowledge::Distribution;
use crate::knowledge::images::Image;
use crate::note::{Level, Note, Reason};
use crate::recipe::path::is_within;

impl Planner<'_> {
    /// The slim counterpart of the builder's image, written as the file writes it: variables stay.
    pub(super) fn slim_image(&mut self) -> Result<String, Note> {
        let from = &self.stage.from;
        if let Some(requested) = self.requested {
            return Ok(requested.to_owned());
        }
        let counterpart =
            from.reference.as_ref().and_then(|reference| self.sources.knowledge.slim_counterpart(reference));
        if counterpart.is_none() && !self.has_own_interpreter() {
            return self.bare_image(true);
        }
        let Some(counterpart) = counterpart else {
            let message = format!("no image without the toolchain is known for `{}`", from.image);
            return Err(
                Note::refusal(Reason::UnknownBase, from.image_span, message).help("name one with --runtime")
            );
        };
        if from.reference.as_ref().is_some_and(|reference| reference.digest.is_some()) {
            let message =
                "the digest fixes one build of the image; the runtime follows the tag, which may move on";
            self.notes.push(
                Note::assumption(Reason::FloatingTag, from.image_span, message)
                    .help("add the digest of the slim image of the same build"),
            );
        }
        let wanted = counterpart.to_string();
        if self.stage.world.image.has_more && wanted != from.image {
            let message = format!(
                "what `{}` has and `{wanted}` lacks (compilers, headers, profilers) is taken not to be used at run time",
                from.image
            );
            self.notes.push(
                Note::assumption(Reason::NeedsToolchain, from.image_span, message)
                    .help("a program that compiles while it runs needs the whole image: leave it as it is"),
            );
        }
        if let Some(written) = self.written_like(&wanted) {
            return Ok(written);
        }
        let message = format!(
            "a build argument chooses the base image; the runtime is fixed to its default, `{wanted}`"
        );
        self.notes.push(Note::assumption(Reason::UnknownValue, from.image_span, message));
        Ok(wanted)
    }

    /// Whether the base image is the language's own, and not a distribution's with the language installed.
    pub(super) fn has_own_interpreter(&self) -> bool {
        self.sources.recipe.images.contains(&self.stage.world.image.family)
    }

    /// An image as the file would write it: its variables stay where they say the same of the new name.
    fn written_like(&self, wanted: &str) -> Option<String> {
        let from = &self.stage.from;
        if wanted == from.image {
            return Some(from.written.clone());
        }
        if !from.is_argument {
            return Some(wanted.to_owned());
        }
        let escape = self.sources.document.escape;
        let globals = self.global_variables();
        let written = from.written.as_str();
        let suffixed = std::iter::once(format!("{written}-slim"));
        let inserted =
            written.match_indices('-').map(|(at, _)| format!("{}-slim{}", &written[..at], &written[at..]));
        // the registry by variable, the name by table
        let (_, name) = wanted.rsplit_once('/').unwrap_or(("", wanted));
        let elsewhere = written.match_indices('/').map(|(at, _)| format!("{}{name}", &written[..=at]));
        let fits = |candidate: &String| globals.expand(candidate, escape).default_value() == Some(wanted);
        suffixed.chain(inserted).chain(elsewhere).find(fits)
    }

    /// Whether a build argument may choose the distribution's release: it stands in the tag, and the release not beside it.
    fn argument_chooses_release(&self) -> bool {
        let from = &self.stage.from;
        let name = from.written.rsplit_once('/').map_or(from.written.as_str(), |(_, name)| name);
        let Some((_, rest)) = name.rsplit_once('$') else { return false };
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let behind =
            rest.rsplit_once('}').map_or_else(|| rest.trim_start_matches(is_name), |(_, behind)| behind);
        !behind.contains(self.stage.world.image.distribution.release())
    }

    /// What is known of an image as it is written in a FROM of this file.
    pub(super) fn image_named(&self, written: &str) -> Option<Image> {
        let expanded = self.global_variables().expand(written, self.sources.document.escape);
        self.sources.knowledge.image(&ImageReference::parse(expanded.default_value()?)?)
    }

    /// Global ARGs, as a FROM sees them.
    fn global_variables(&self) -> Variables {
        let mut globals = Variables::global();
        let document = self.sources.document;
        for instruction in document.instructions.iter().take(self.stage.from.instruction) {
            globals.apply(instruction, &Variables::default(), document.escape);
        }
        globals
    }

    /// The bare image of the builder's release. `links` says whether the programs need that release's C library: then a tag
    /// that may move on is pinned to it, in both stages.
    pub(super) fn bare_image(&mut self, links: bool) -> Result<String, Note> {
        let from = &self.stage.from;
        if let Some(requested) = self.requested {
            return Ok(requested.to_owned());
        }
        let image = &self.stage.world.image;
        let like = from.reference.as_ref();
        // what it has beside the distribution may be linked (rust/cuda)
        if image.has_more {
            return self.slim_image();
        }
        let bare = like.and_then(|like| self.sources.knowledge.distribution_image(&image.distribution, like));
        let Some(bare) = bare else {
            let message = format!("no image of {} without the toolchain is known", image.distribution);
            return Err(
                Note::refusal(Reason::UnknownBase, from.image_span, message).help("name one with --runtime")
            );
        };
        let bare = bare.to_string();
        let by_argument = from.written.rsplit_once('/').is_some_and(|(registry, _)| registry.contains('$'));
        let written = if by_argument { self.written_like(&bare) } else { Some(bare.clone()) };
        let follows = written.is_some() && !(from.is_argument && self.argument_chooses_release());
        if image.floats && links {
            self.pin();
        } else if !follows && links {
            let message = format!(
                "a build argument chooses the base image; the runtime follows its default, {}",
                image.distribution
            );
            self.notes.push(Note::assumption(Reason::FloatingTag, from.image_span, message));
        } else if written.is_none() {
            let message = format!(
                "a build argument chooses the registry; the runtime comes from its default, `{bare}`"
            );
            self.notes.push(Note::assumption(Reason::UnknownValue, from.image_span, message));
        }
        Ok(written.unwrap_or(bare))
    }

    /// A tag that moves from release to release names the one it stands on today: the version still moves, the C library no longer.
    fn pin(&mut self) {
        let from = &self.stage.from;
        let image = &self.stage.world.image;
        let fixed =
            from.reference.as_ref().filter(|reference| !from.is_argument && reference.digest.is_none());
        match fixed.and_then(|reference| self.sources.knowledge.pinned(reference)) {
            Some(pinned) => {
                let message = format!(
                    "`{}` stands on {} today and moves on one day: both stages name the release, so that they move together",
                    from.image, image.distribution
                );
                self.notes.push(Note::new(Level::Advice, Reason::FloatingTag, from.image_span, message));
                self.builder_image = Some(pinned.to_string());
            }
            None => {
                let message = format!(
                    "`{}` stands on {} today; when it moves to another release, change the runtime's FROM with it",
                    from.image, image.distribution
                );
                self.notes.push(
                    Note::assumption(Reason::FloatingTag, from.image_span, message)
                        .help("a tag that names the release does not move"),
                );
            }
        }
    }

    /// The newest Alpine, for programs that need no C library.
    pub(super) fn alpine_image(&self) -> Option<(String, Distribution)> {
        let reference = self.sources.knowledge.newest_alpine(self.stage.from.reference.as_ref()?);
        let release = reference.tag.clone()?;
        Some((reference.to_string(), Distribution::Alpine(release)))
    }

    /// Whether the runtime takes programs whose C library is not known: downloads, programs and scripts of the build context.
    pub(super) fn brings_foreign_programs(&self) -> bool {
        let downloads = &self.sources.recipes.used_by_name;
        let mut actions = self.steps().iter().flat_map(|step| &step.actions);
        let shell = self.steps().iter().map(|step| &step.before.shell).chain([&self.stage.state.shell]);
        let is_foreign = |path: &str| {
            let context = self.sources.context?;
            let text = context.text(path);
            let first = text.as_deref().map(|text| text.lines().next().unwrap_or_default().to_owned());
            Some(match first {
                None => context.entry(path)?.executable,
                Some(line) => line.starts_with("#!") && !line.trim_end().ends_with("/sh"),
            })
        };
        let files = self.steps().iter().filter_map(|step| step.copy.as_ref()?.files.as_ref()).flatten();
        let taken = files.filter(|(path, _)| !self.sources.recipe.files.sources.is_match(path));
        // an archive, or another image, may hold programs of either C library
        let unpacks = |action: &&Action| {
            self.sources.recipes.unpackers.contains(&action.program)
                && !is_within(&action.directory, "/tmp")
                && !matches!(action.effect, Effect::Nothing)
        };
        let brought = self.steps().iter().filter_map(|step| Some((step.keyword, step.copy.as_ref()?)));
        let is_embedded =
            |copy: &Copy| copy.destination.as_deref().is_some_and(|place| self.readable.is_embedded(place));
        let is_brought = |(keyword, copy): (Keyword, &Copy)| {
            (copy.from.is_some() && !is_embedded(copy)) || (keyword == Keyword::Add && copy.special)
        };
        brought.into_iter().any(is_brought)
            || actions.clone().any(|action| unpacks(&action))
            || shell.into_iter().any(Option::is_some)
            || actions.any(|action| {
                (matches!(action.effect, Effect::Build) || !action.effect.written().is_empty())
                    && downloads.contains(&action.program)
            })
            || taken.into_iter().any(|(path, _)| is_foreign(path) == Some(true))
    }

    /// Whether everything that the container and its sources start would run on another distribution: only its own programs.
    pub(super) fn starts_only(&self, programs: &[String]) -> bool {
        let own = |path: &Option<String>| path.as_ref().is_some_and(|path| programs.contains(path));
        let image = &self.stage.world.image;
        let knowledge = self.sources.knowledge;
        // a program of the same name has other options elsewhere: `date -d yesterday`, `sort --parallel`
        let moves = |program: &String| {
            !knowledge.program_in_slim(program, &image.distribution)
                && !knowledge.program_in_image(program, image)
        };
        let of_program =
            self.needs.of_sources().filter(|(_, asked)| self.readable.is_of_program(asked.chain.last()));
        self.needs.interpreters().next().is_none()
            && self
                .needs
                .started_by(&[Caller::Container, Caller::Compose])
                .all(|(need, _)| own(&need.path) || need.name == "sh")
            && of_program.into_iter().all(|(need, _)| moves(&need.name))
            && !self.readable.asks_for_users()
    }
}
