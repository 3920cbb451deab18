//! The proof: the finished text is read and run anew, and must answer every need of the original with the same
//! configuration. It knows nothing of how the text came about, so it also judges conversions made by hand.

pub mod second_reader;

use crate::analysis::effect::Effect;
use crate::analysis::need::{Asked, Needs};
use crate::analysis::readable::Readable;
use crate::analysis::world::Origin;
use crate::analysis::{Sources, Stage, analyse};
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Instruction, Keyword};
use crate::dockerfile::variables::{Value, mentions_variable};
use crate::knowledge::Distribution;
use crate::recipe::RuntimeKind;
use crate::recipe::path::absolute;
use crate::recipe::product::Outputs;

/// What is compared: the original's only stage and the finished document.
pub struct Proof<'a> {
    /// The original, with its context, rules and facts.
    pub before: Sources<'a>,
    /// Its stage.
    pub stage: &'a Stage,
    /// The finished document.
    pub after: &'a Document,
}

/// Why the finished text does not prove to mean the same; one sentence each, none if it does.
pub fn breaches(proof: &Proof<'_>) -> Vec<String> {
    let sources = Sources { document: proof.after, ..proof.before };
    let stages = match analyse(sources) {
        Ok(stages) => stages,
        Err(index) => return vec![format!("the base image of instruction {} is not known", index + 1)],
    };
    let [builders @ .., runtime] = stages.as_slice() else { return vec!["it has no stage".to_owned()] };
    if builders.is_empty() {
        return vec!["it has only one stage".to_owned()];
    }
    let judge = Judge { proof, sources, builders, runtime };
    let mut found = Vec::new();
    judge.configuration(&mut found);
    judge.environment(&mut found);
    judge.copies(&mut found);
    judge.needs(&mut found);
    judge.files(&mut found);
    judge.arguments(&mut found);
    judge.users(&mut found);
    judge.package_index(&mut found);
    judge.libc(&mut found);
    found
}

struct Judge<'a> {
    proof: &'a Proof<'a>,
    sources: Sources<'a>,
    builders: &'a [Stage],
    runtime: &'a Stage,
}

impl Judge<'_> {
    /// CMD, ENTRYPOINT, EXPOSE and their kin, working directory, user and shell mean the same.
    fn configuration(&self, found: &mut Vec<String>) {
        let (before, after) = (&self.proof.stage.world.config, &self.runtime.world.config);
        let starts_toolchain = Needs::of(self.proof.stage, self.proof.before).starter.is_some();
        let mut differ = |what: &str, same: bool| {
            if !same {
                found.push(format!("{what} differs"));
            }
        };
        // what the bare image itself starts does not matter where the file says what to start
        let started = |config: &crate::analysis::config::Config| {
            config.command.clone().filter(|one| one.span.is_some())
        };
        differ("CMD", starts_toolchain || started(before) == started(after));
        differ("ENTRYPOINT", starts_toolchain || before.entrypoint == after.entrypoint);
        differ("HEALTHCHECK", before.healthcheck == after.healthcheck);
        differ("EXPOSE", before.ports == after.ports);
        differ("VOLUME", before.volumes == after.volumes);
        differ("LABEL", before.labels == after.labels);
        differ("STOPSIGNAL", before.stop_signal == after.stop_signal);
        differ("ONBUILD", before.triggers == after.triggers);
        let (before, after) = (&self.proof.stage.state, &self.runtime.state);
        differ("WORKDIR", before.workdir == after.workdir);
        differ("USER", before.user == after.user);
        differ("SHELL", before.shell == after.shell);
    }

    /// Every variable that the file sets has its value, but for those that only matter to a build.
    fn environment(&self, found: &mut Vec<String>) {
        let recipe = self.sources.recipe;
        let (before, after) = (&self.proof.stage.state, &self.runtime.state);
        for name in &before.environment {
            let Some(value) = before.variables.values.get(name) else { continue };
            let given = self
                .proof
                .stage
                .world
                .image
                .environment
                .iter()
                .any(|(given, same)| given == name && *value == Value::Known(same.clone()));
            let opaque = self.proof.stage.world.image.opaque_environment.contains(name);
            if recipe.is_build_variable(name) || ((given || opaque) && recipe.runtime == RuntimeKind::Binary)
            {
                continue;
            }
            let same = match (name.as_str(), after.variables.values.get(name)) {
                ("PATH", Some(now)) => is_longer_path(value, now) || recipe.runtime == RuntimeKind::Binary,
                (_, now) => now == Some(value) || (*value == Value::Unknown && now.is_some()),
            };
            if !same {
                found.push(format!("ENV {name} differs"));
            }
        }
    }

    /// Each source of a COPY from another stage is there.
    fn copies(&self, found: &mut Vec<String>) {
        for step in &self.runtime.steps {
            let Some(copy) = &step.copy else { continue };
            let Some(from) = &copy.from else { continue };
            let Some(stage) =
                self.builders.iter().find(|stage| stage.from.name.as_deref() == Some(from.as_str()))
            else {
                continue;
            };
            for source in &copy.sources {
                let standard = stage.world.is_directory(source, stage.state.workdir.as_deref())
                    || self.sources.recipes.data.iter().any(|data| data.path == *source);
                if !standard && !stage.world.exists(source) {
                    found.push(format!("`{source}` is not known to exist in stage `{from}`"));
                }
            }
        }
    }

    /// Every program that the original starts is there.
    fn needs(&self, found: &mut Vec<String>) {
        let before = Needs::of(self.proof.stage, self.proof.before);
        let after = Needs::of(self.runtime, self.sources);
        let knowledge = self.sources.knowledge;
        let (old, new) = (&self.proof.stage.world, &self.runtime.world);
        if let Some(start) = &after.starter {
            found.push(format!("it still starts `{}`", start.starter.run.join(" ")));
        }
        for (need, Asked { chain, .. }) in before.programs() {
            let known = need.path.as_ref().filter(|path| old.exists(path));
            if let Some(path) = known {
                if !new.exists(path) {
                    found.push(format!("{} starts `{path}`, which the runtime does not have", chain.last()));
                }
            } else if knowledge.program_in_image(&need.name, &old.image) && !self.is_there(&need.name) {
                found.push(format!(
                    "{} starts `{}`, which the runtime does not have",
                    chain.last(),
                    need.name
                ));
            }
        }
        for step in &self.runtime.steps {
            for action in
                step.actions.iter().filter(|action| !action.program.is_empty() && action.certainty.is_sure())
            {
                let from_image = knowledge.program_in_image(&action.program, &old.image);
                if from_image
                    && !new.exists(&absolute(&action.directory, &action.text))
                    && !self.is_there(&action.program)
                {
                    found.push(format!("a RUN calls `{}`, which the runtime does not have", action.program));
                }
            }
        }
        for (need, Asked { chain, .. }) in after.programs().filter(|(_, asked)| asked.main) {
            let path =
                need.path.as_ref().filter(|path| old.exists(path) || path.starts_with("/usr/local/bin/"));
            if let Some(path) = path.filter(|path| !new.exists(path)) {
                found.push(format!("{} starts `{path}`, which the runtime does not have", chain.last()));
            }
        }
    }

    /// Whether the runtime has a program from its image or a package.
    fn is_there(&self, program: &str) -> bool {
        let (knowledge, new) = (self.sources.knowledge, &self.runtime.world);
        let distribution = &new.image.distribution;
        let package = knowledge.package_of_program(program, distribution);
        knowledge.program_in_slim(program, distribution)
            || knowledge.program_in_image(program, &new.image)
            || package.is_some_and(|package| new.packages.contains_key(&package))
    }

    /// Every file of the context that is no source is where it was.
    fn files(&self, found: &mut Vec<String>) {
        let (old, new) = (&self.proof.stage.world, &self.runtime.world);
        let needs = Needs::of(self.proof.stage, self.proof.before);
        let readable = Readable::of(self.proof.before, self.proof.stage, &needs);
        let missing = old.paths.iter().find(|(path, entry)| match &entry.origin {
            Origin::Context(source) if !entry.tree => {
                !new.exists(path)
                    && readable.may_read(entry.instruction, source, path)
                    && !self.is_manifest(path)
            }
            _ => false,
        });
        if let Some((path, _)) = missing {
            found.push(format!("`{path}` of the build context is missing in the runtime"));
        }
    }

    /// Whether an installation of the original reads the file: the program then has no use for it.
    fn is_manifest(&self, path: &str) -> bool {
        self.proof.stage.steps.iter().flat_map(|step| &step.actions).any(|action| match &action.effect {
            Effect::InstallDependencies(dependencies) => dependencies.files.iter().any(|file| file == path),
            _ => false,
        })
    }

    /// Build arguments are declared before they are used.
    fn arguments(&self, found: &mut Vec<String>) {
        let declared = &self.proof.stage.state.arguments;
        for step in &self.runtime.steps {
            let instruction = &self.sources.document.instructions[step.index];
            if matches!(
                instruction.keyword,
                Keyword::Arg | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck
            ) {
                continue;
            }
            let text = self.sources.document.slice(instruction.span);
            for name in declared {
                let known = step.before.arguments.contains(name) || step.before.environment.contains(name);
                if !known && mentions_variable(text, name) && !sets_itself(instruction, text, name) {
                    found.push(format!(
                        "line {} uses ARG {name}, which this stage does not declare",
                        instruction.line
                    ));
                }
            }
        }
    }

    /// A user that the file created exists before USER names it.
    fn users(&self, found: &mut Vec<String>) {
        for step in self.runtime.steps.iter().filter(|step| step.keyword == Keyword::User) {
            let Some(user) = step.declares.as_ref().and_then(|_| self.runtime.state.user.clone()) else {
                continue;
            };
            let name = user.split(':').next().unwrap_or(&user);
            if self.proof.stage.world.users.contains_key(name) && !self.runtime.world.users.contains_key(name)
            {
                found.push(format!("USER {name} is not created in the runtime"));
            }
        }
    }

    /// No package manager runs without its index.
    fn package_index(&self, found: &mut Vec<String>) {
        for step in &self.runtime.steps {
            let mut updated = false;
            for action in &step.actions {
                match &action.effect {
                    Effect::UpdatePackages => updated = true,
                    Effect::InstallPackages(packages) => {
                        let managers = &self.sources.recipes.managers;
                        let needs = managers
                            .iter()
                            .any(|manager| manager.name == packages.manager && manager.update.is_some());
                        if needs && !updated {
                            let line = self.sources.document.instructions[step.index].line;
                            found.push(format!("line {line} installs packages without an index"));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Programs run on the C library they were linked with, or on none.
    fn libc(&self, found: &mut Vec<String>) {
        let after = &self.runtime.world.image.distribution;
        for builder in self.builders {
            let before = &builder.world.image.distribution;
            if before == after {
                continue;
            }
            let outputs = builder.steps.iter().flat_map(|step| &step.actions).filter_map(|action| {
                match &action.effect {
                    Effect::Compile(outputs) => Some(outputs),
                    _ => None,
                }
            });
            let links_libc = |outputs: &Outputs| outputs.cgo != Some(false);
            let same_family = before.libc() == after.libc();
            let older = match (before, after) {
                (Distribution::Debian(_), Distribution::Debian(_)) => true,
                _ => !same_family,
            };
            if older
                && (self.sources.recipe.runtime == RuntimeKind::Interpreter
                    || outputs.into_iter().any(links_libc))
            {
                found.push(format!("the builder stands on {before}, the runtime on {after}"));
            }
        }
    }
}

/// Whether the new PATH holds all directories of the old one, in the same order.
fn is_longer_path(before: &Value, after: &Value) -> bool {
    let (Some(before), Some(after)) = (before.default_value(), after.default_value()) else {
        return before == after;
    };
    let before: Vec<&str> = before.split(':').collect();
    after.split(':').filter(|directory| before.contains(directory)).eq(before.iter().copied())
}

/// Whether a RUN gives the variable a value of its own.
fn sets_itself(instruction: &Instruction, text: &str, name: &str) -> bool {
    instruction.keyword == Keyword::Run
        && (text.contains(&format!("{name}=")) || text.contains(&format!("for {name} ")))
}
