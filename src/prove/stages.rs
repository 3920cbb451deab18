//! Which stages count, and in which order their lines run.

use super::Judge;
use crate::analysis::Stage;
use crate::analysis::effect::Action;
use crate::analysis::joined::{stage_before, stage_named};
use crate::analysis::step::Step;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::Instruction;

/// Indices of the stages of which something reaches the last one, by FROM, COPY or mount.
pub(super) fn live(document: &Document, stages: &[Stage]) -> Vec<usize> {
    let mut live = vec![stages.len().saturating_sub(1)];
    let mut next = 0;
    while let Some(&at) = live.get(next) {
        next += 1;
        let Some(stage) = stages.get(at) else { continue };
        let before = &stages[..at];
        let named = stage.steps.iter().flat_map(|step| references(&document.instructions[step.index]));
        let givers = named.filter_map(|name| stage_named(&name, before));
        for giver in givers.chain(stage_before(&stage.from.image, before)) {
            let index = stages.iter().position(|one| one.from.instruction == giver.from.instruction);
            if let Some(index) = index.filter(|index| !live.contains(index)) {
                live.push(index);
            }
        }
    }
    live.sort_unstable();
    live
}

/// Names of stages or images that an instruction takes something from.
pub(super) fn references(instruction: &Instruction) -> Vec<String> {
    let mut names = Vec::new();
    for flag in &instruction.flags {
        let value = flag.value.as_deref().unwrap_or_default();
        match flag.name.as_str() {
            "from" => names.push(value.to_owned()),
            "mount" => names
                .extend(value.split(',').filter_map(|part| part.strip_prefix("from=")).map(str::to_owned)),
            _ => {}
        }
    }
    names
}

impl<'a> Judge<'a> {
    /// The stages whose lines make up a stage: those it stands on, then itself.
    pub(super) fn lineage(&self, stage: &'a Stage) -> Vec<&'a Stage> {
        let mut lineage = vec![stage];
        let mut at = stage;
        while let Some(parent) = self.parent(at) {
            lineage.insert(0, parent);
            at = parent;
        }
        lineage
    }

    /// The stage of this document on which a stage stands.
    fn parent(&self, stage: &Stage) -> Option<&'a Stage> {
        let own = self.stages.iter().position(|one| one.from.instruction == stage.from.instruction)?;
        stage_before(&stage.from.image, &self.stages[..own])
    }

    /// Every line that made a stage, in order.
    pub(super) fn steps_of(&self, stage: &'a Stage) -> Vec<&'a Step> {
        self.lineage(stage).into_iter().flat_map(|stage| &stage.steps).collect()
    }

    /// Every line of the runtime, with those of the stages it stands on.
    pub(super) fn runtime_steps(&self) -> Vec<&'a Step> {
        self.steps_of(self.runtime)
    }

    /// The live stages that are no part of the runtime's own lineage.
    pub(super) fn builders(&self) -> Vec<&'a Stage> {
        let own: Vec<usize> = self.lineage(self.runtime).iter().map(|stage| stage.from.instruction).collect();
        let live = self.live.iter().filter_map(|index| self.stages.get(*index));
        live.filter(|stage| !own.contains(&stage.from.instruction)).collect()
    }

    /// Every command of the live stages, with its stage and line.
    pub(super) fn actions(&self) -> Vec<(&'a Stage, &'a Step, &'a Action)> {
        let live = self.live.iter().filter_map(|index| self.stages.get(*index));
        live.flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)))
            .flat_map(|(stage, step)| step.actions.iter().map(move |action| (stage, step, action)))
            .collect()
    }

    /// An instruction of the new text.
    pub(super) fn instruction(&self, step: &Step) -> &'a Instruction {
        &self.new.document.instructions[step.index]
    }
}
