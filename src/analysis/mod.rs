//! The abstract machine: what each line of a stage does, and what the program needs in the end.
//!
//! Building a Dockerfile is running a program whose state is an image. [`analyse`] runs it without an engine:
//! `state` is what later lines see (variables, directory, user), `world` what the image holds and how sure that is, `effect` what
//! one command does, `apply` what it leaves in the world, `read` how a line's text becomes effects, `need` what the
//! finished container asks for. The plan and the proof both use this machine; the proof knows nothing of how a plan came about.

mod apply;
pub mod certainty;
pub mod config;
pub mod effect;
pub mod joined;
pub mod need;
pub mod read;
pub mod readable;
pub mod state;
pub mod step;
pub mod world;

use crate::context::Context;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Instruction, Keyword};
use crate::dockerfile::variables::Variables;
use crate::knowledge::Knowledge;
use crate::knowledge::images::{Image, Variant};
use crate::recipe::{Recipe, Recipes};
use state::State;
use step::Step;
use world::World;

/// What every part of the machine may look up.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The file.
    pub document: &'a Document,
    /// The build context, where it can be seen.
    pub context: Option<&'a Context>,
    /// The rules of commands.
    pub recipes: &'a Recipes,
    /// The recipe of the language.
    pub recipe: &'a Recipe,
    /// The facts.
    pub knowledge: &'a Knowledge,
    /// Packages that the runtime has too, by the user's wish.
    pub keep: &'a [String],
    /// Paths that the runtime takes over from the builder, by the user's wish.
    pub artifacts: &'a [String],
}

/// One stage, run to its end.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its FROM, taken apart.
    pub from: step::From,
    /// Every instruction after the FROM, in order.
    pub steps: Vec<Step>,
    /// What later lines would see.
    pub state: State,
    /// What the image holds in the end.
    pub world: World,
}

/// Runs every stage of a document, in order. An earlier stage on an image that is not known is not followed: what is copied from
/// it is a tree of which nothing more is known. `Err` names the instruction of the last FROM, where its image is not known.
pub fn analyse(sources: Sources<'_>) -> Result<Vec<Stage>, usize> {
    let document = sources.document;
    let mut globals = Variables::global();
    let mut stages: Vec<Stage> = Vec::new();
    let mut current: Option<Stage> = None;
    for (index, instruction) in document.instructions.iter().enumerate() {
        match (instruction.keyword, current.as_mut()) {
            (Keyword::From, _) => {
                stages.extend(current.take());
                current = Some(Stage::begin(sources, index, instruction, &globals, &stages));
            }
            (_, None) => globals.apply(instruction, &Variables::default(), document.escape),
            (_, Some(stage)) if !stage.is_known() => {}
            (_, Some(stage)) => stage.run(sources, index, &globals, &stages),
        }
    }
    stages.extend(current);
    match stages.last() {
        Some(last) if !last.is_known() => Err(last.from.instruction),
        _ => Ok(stages),
    }
}

impl Stage {
    /// Where a program was surely copied from the place in which it was built, to be found there: `install -m 755 bin/app /usr/bin`.
    pub fn installed_as(&self, program: &str) -> Option<&str> {
        let actions =
            self.steps.iter().flat_map(|step| &step.actions).filter(|action| action.certainty.is_sure());
        let transfers = actions.filter_map(|action| match &action.effect {
            effect::Effect::Duplicate(transfers) => Some(transfers),
            _ => None,
        });
        let is_there = |transfer: &&effect::Transfer| {
            let directory = transfer.destination.rsplit_once('/').map_or("", |(directory, _)| directory);
            transfer.is_named
                && transfer.source == program
                && directory.ends_with("/bin")
                && self.world.certainty(&transfer.destination).is_sure()
        };
        transfers.flatten().find(is_there).map(|transfer| transfer.destination.as_str())
    }

    /// Whether anything is known of the image at its bottom.
    pub fn is_known(&self) -> bool {
        self.world.image.variant != Variant::Unknown
    }

    fn begin(
        sources: Sources<'_>,
        index: usize,
        instruction: &Instruction,
        globals: &Variables,
        stages: &[Self],
    ) -> Self {
        let from = step::From::read(instruction, index, globals, sources.document.escape);
        let from = from.unwrap_or_else(|| step::From::unread(instruction, index));
        if let Some(parent) = joined::stage_before(&from.image, stages) {
            return Self { from, steps: Vec::new(), ..parent.clone() };
        }
        let known = |name| sources.knowledge.image(name).or_else(|| sources.knowledge.bare_image(name));
        let image = from.reference.as_ref().and_then(known).unwrap_or_else(Image::unknown);
        let mut state = State::of_image(&image);
        state.homes.extend(sources.recipes.homes.get(image.distribution.name()).cloned().unwrap_or_default());
        Self { from, steps: Vec::new(), state, world: World::of_image(image) }
    }

    fn run(&mut self, sources: Sources<'_>, index: usize, globals: &Variables, stages: &[Self]) {
        let Some(instruction) = sources.document.instructions.get(index) else { return };
        let step = Step::read(sources, index, instruction, &self.state, &mut self.world, stages);
        self.state.apply(instruction, globals, sources.document.escape);
        for (name, user) in &self.world.users {
            let names = [Some(name), user.number.as_ref()].into_iter().flatten();
            self.state.homes.extend(names.map(|name| (name.clone(), user.home.clone())));
        }
        self.steps.push(step);
    }
}
