//! What the image leaves to whoever starts it: configuration and environment mean the same.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::Stage;
use crate::analysis::config::{Config, Form, Invocation};
use crate::analysis::need::Started;
use crate::analysis::need::runner::without_runner;
use crate::analysis::step::Step;
use crate::dockerfile::instruction::Keyword;
use crate::dockerfile::variables::Value;
use crate::recipe::RuntimeKind;

/// Characters that only a shell understands.
const SHELL_ONLY: [char; 17] =
    ['$', '&', '|', ';', '>', '<', '`', '*', '?', '(', '"', '\'', '\\', '#', '~', '{', '='];

impl Judge<'_> {
    /// CMD, ENTRYPOINT, EXPOSE and their kin, working directory, user and shell mean the same.
    pub(super) fn configuration(&self, found: &mut Judgement) {
        self.started(found);
        let (before, after) = (&self.stage.world.config, &self.runtime.world.config);
        let labels = before.labels.iter().all(|(name, value)| after.labels.get(name) == Some(value));
        let ports = before.ports.is_subset(&after.ports);
        let health = before.healthcheck == after.healthcheck || self.same_check(before, after);
        let stop = before.stop_signal == after.stop_signal;
        let checks = [
            (BreachId::Healthcheck, Keyword::Healthcheck, health, "the HEALTHCHECK is not the original's"),
            (BreachId::Ports, Keyword::Expose, ports, "a port that the original exposes is not exposed"),
            (
                BreachId::Volumes,
                Keyword::Volume,
                before.volumes == after.volumes,
                "the volumes are not the original's",
            ),
            (
                BreachId::Labels,
                Keyword::Label,
                labels,
                "a label of the original is lost or has another value",
            ),
            (BreachId::StopSignal, Keyword::Stopsignal, stop, "the container is stopped by another signal"),
            (
                BreachId::Triggers,
                Keyword::Onbuild,
                before.triggers == after.triggers,
                "ONBUILD triggers differ",
            ),
        ];
        let (old, new) = (&self.stage.state, &self.runtime.state);
        let directory = |path: &Option<String>| path.clone().unwrap_or_else(|| "an unknown place".to_owned());
        let states = [
            (
                BreachId::WorkingDirectory,
                Keyword::Workdir,
                old.workdir == new.workdir,
                format!(
                    "the container starts in {}, not in {}",
                    directory(&new.workdir),
                    directory(&old.workdir)
                ),
            ),
            (
                BreachId::User,
                Keyword::User,
                user(old.user.as_deref()) == user(new.user.as_deref()),
                format!(
                    "the container starts as {}, not as {}",
                    user(new.user.as_deref()),
                    user(old.user.as_deref())
                ),
            ),
            (
                BreachId::Shell,
                Keyword::Shell,
                old.shell == new.shell || !self.uses_shell(),
                "SHELL is not the original's".to_owned(),
            ),
        ];
        let checks = checks.map(|(id, keyword, same, message)| (id, keyword, same, message.to_owned()));
        for (id, keyword, same, message) in checks.into_iter().chain(states) {
            if !same {
                let help = format!("repeat the {} line of the original in the last stage", keyword.as_str());
                found.breach(id, self.place_of(keyword), message, &help);
            }
        }
    }

    /// The line of the last stage that says it; where there is none, that of the original.
    pub(super) fn place_of(&self, keyword: Keyword) -> Place {
        let last = |steps: Vec<&Step>| {
            steps.into_iter().rev().find(|step| step.keyword == keyword).map(|step| step.span)
        };
        if let Some(span) = last(self.runtime_steps()) {
            return Place::after(span);
        }
        match last(self.stage.steps.iter().collect()) {
            Some(span) => Place::before(span),
            None => Place::after(self.runtime.from.span),
        }
    }

    /// Whether a later line or the container starts something through SHELL.
    fn uses_shell(&self) -> bool {
        let config = &self.runtime.world.config;
        [&config.entrypoint, &config.command]
            .into_iter()
            .flatten()
            .any(|one| matches!(one.form, Form::Shell(_)))
            || !self.stage.world.config.triggers.is_empty()
    }

    /// CMD and ENTRYPOINT start the same program with the same arguments.
    fn started(&self, found: &mut Judgement) {
        if let Some(start) = &self.needs_after.starter {
            let message = format!("the container still starts `{}`", start.starter.run.join(" "));
            let help = "build the program in the builder, and start it by its path";
            found.breach(BreachId::StartsToolchain, self.place_of(Keyword::Cmd), message, help);
            return;
        }
        let (before, after) = (&self.stage.world.config, &self.runtime.world.config);
        // what the bare image itself starts does not matter where the file says what to start
        let own = |command: &Option<Invocation>| {
            command.clone().filter(|one| one.span.is_some() && !one.is_empty())
        };
        if let Some(start) = &self.needs.starter {
            if !self.starts_built(start, after) {
                let help = "start the built program with the arguments that the original gives";
                let message = "the container does not start what the original builds and starts";
                found.breach(BreachId::Command, self.place_of(Keyword::Cmd), message, help);
            }
            return;
        }
        let help = "only the path of a program that has moved may change";
        let same = self.same_start(before.entrypoint.as_ref(), after.entrypoint.as_ref(), false);
        if !same {
            let message = "ENTRYPOINT is not the original's: what follows the image's name at start means something else";
            found.breach(BreachId::Entrypoint, self.place_of(Keyword::Entrypoint), message, help);
        }
        if !self.same_start(own(&before.command).as_ref(), own(&after.command).as_ref(), true) {
            let message = "CMD does not start what the original starts";
            found.breach(BreachId::Command, self.place_of(Keyword::Cmd), message, help);
        }
    }

    /// Whether two invocations start the same program with the same arguments. `forms` allows the exec form of a plain shell text.
    fn same_start(&self, before: Option<&Invocation>, after: Option<&Invocation>, forms: bool) -> bool {
        let is_set = |one: &&Invocation| !one.is_empty();
        let (Some(before), Some(after)) = (before.filter(is_set), after.filter(is_set)) else {
            return before.filter(is_set).is_none() && after.filter(is_set).is_none();
        };
        if before == after {
            return true;
        }
        // `poetry run app` became `app`, whose environment comes first on PATH (python/poetry-run)
        if let Some((form, _)) = without_runner(self.old.recipe, self.old.recipes, &before.form)
            && form == after.form
        {
            return true;
        }
        let mixed = matches!(
            (&before.form, &after.form),
            (Form::Exec(_), Form::Exec(_)) | (Form::Shell(_), Form::Shell(_))
        );
        let (Some(old), Some(new)) = (plain_words(before), plain_words(after)) else { return false };
        let (Some((old_program, old_arguments)), Some((new_program, new_arguments))) =
            (old.split_first(), new.split_first())
        else {
            return false;
        };
        (forms || mixed) && old_arguments == new_arguments && self.is_same_program(old_program, new_program)
    }

    /// Whether the health check calls the same program, which has moved.
    fn same_check(&self, before: &Config, after: &Config) -> bool {
        let (Some(before), Some(after)) = (&before.healthcheck, &after.healthcheck) else { return false };
        before.options == after.options && self.same_start(before.test.as_ref(), after.test.as_ref(), true)
    }

    /// Whether two words name the same program, each in its world.
    fn is_same_program(&self, old: &str, new: &str) -> bool {
        if old == new {
            return true;
        }
        let resolved = |stage: &Stage, program: &str| {
            let path = super::answer::resolve(stage, program)?;
            let origin = stage.world.find(&path)?.origin.clone();
            Some((path, origin))
        };
        let (Some((old, was)), Some((new, is))) = (resolved(self.stage, old), resolved(self.runtime, new))
        else {
            return false;
        };
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        old == new
            || super::answer::same_origin(&was, &is)
                && (name(&old) == name(&new) || self.is_only_program(&was))
    }

    /// Whether the original makes one program only, which may then have another name.
    fn is_only_program(&self, origin: &crate::analysis::world::Origin) -> bool {
        let made = self.stage.world.paths.values().filter(|entry| entry.origin == *origin);
        made.count() == 1
    }

    /// Whether the new container starts the program that the toolchain built and started, with its arguments.
    fn starts_built(&self, start: &Started, after: &Config) -> bool {
        let main = self.needs_after.programs().find(|(_, asked)| asked.main);
        let path = main.and_then(|(need, _)| need.path.as_deref());
        if path.is_none_or(|path| self.runtime.world.find(path).is_none()) {
            return false;
        }
        let invocation = after.entrypoint.as_ref().filter(|one| !one.is_empty()).or(after.command.as_ref());
        let Some(words) = invocation.and_then(plain_words) else { return false };
        let arguments = words.get(1..).unwrap_or_default();
        if let Some(end) = start.words.iter().position(|word| word == "--") {
            return start.words[end + 1..].ends_with(arguments)
                && arguments.len() == start.words.len() - end - 1
                || arguments.ends_with(&start.words[end + 1..]);
        }
        start.words.ends_with(arguments) && {
            let rest = &start.words
                [start.starter.run.len().min(start.words.len())..start.words.len() - arguments.len()];
            let operands = rest.iter().filter(|word| !word.starts_with('-')).collect::<Vec<_>>();
            let sources = operands.iter().filter(|word| word.contains(['.', '/'])).count();
            // what is left out is what was built: a package, or its files
            operands.len() <= sources.max(1) + start.starter.values.len().min(operands.len())
        }
    }

    /// Every variable that the file sets has its value, but for those that only matter to a build.
    pub(super) fn environment(&self, found: &mut Judgement) {
        let recipe = self.old.recipe;
        let (before, after) = (&self.stage.state, &self.runtime.state);
        let image = &self.stage.world.image;
        for name in &before.environment {
            let Some(value) = before.variables.values.get(name) else { continue };
            let same_as_given =
                |(given, same): &(String, String)| given == name && *value == Value::Known(same.clone());
            let given = image.environment.iter().any(same_as_given);
            let opaque = image.opaque_environment.contains(name);
            let tools = (given || opaque) && image.toolchain_environment.contains(name);
            if recipe.is_build_variable(name)
                || tools
                || ((given || opaque) && recipe.runtime == RuntimeKind::Binary)
            {
                continue;
            }
            let same = match (name.as_str(), after.variables.values.get(name)) {
                ("PATH", Some(now)) => is_longer_path(value, now) || recipe.runtime == RuntimeKind::Binary,
                (_, Some(now)) if after.environment.contains(name) => {
                    now == value || *value == Value::Unknown
                }
                _ => false,
            };
            if !same {
                let message = format!("ENV {name} is lost or has another value");
                let help = format!("repeat the ENV line of the original that sets {name}");
                found.breach(BreachId::Environment, self.place_of_variable(name), message, &help);
            }
        }
    }

    /// The line of the last stage that sets a variable; where there is none, that of the original.
    fn place_of_variable(&self, name: &str) -> Place {
        let sets = |instruction: &crate::dockerfile::instruction::Instruction| {
            matches!(&instruction.arguments, crate::dockerfile::instruction::Arguments::Pairs(pairs)
                if instruction.keyword == Keyword::Env && pairs.iter().any(|pair| pair.key.text == name))
        };
        let steps = self.runtime_steps();
        if let Some(step) = steps.iter().rev().find(|step| sets(self.instruction(step))) {
            return Place::after(step.span);
        }
        let old =
            self.stage.steps.iter().rev().find(|step| sets(&self.old.document.instructions[step.index]));
        old.map_or(Place::after(self.runtime.from.span), |step| Place::before(step.span))
    }
}

/// The user by whom root is meant, too.
fn user(user: Option<&str>) -> &str {
    match user {
        None | Some("0" | "root" | "0:0" | "root:root" | "") => "root",
        Some(user) => user,
    }
}

/// The words of an exec form, or of a shell form that needs no shell.
fn plain_words(invocation: &Invocation) -> Option<Vec<String>> {
    match &invocation.form {
        Form::Exec(words) => Some(words.clone()),
        Form::Shell(text) if text.contains(SHELL_ONLY) => None,
        Form::Shell(text) => {
            let words = text.split_whitespace().skip_while(|word| *word == "exec");
            Some(words.map(str::to_owned).collect())
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
