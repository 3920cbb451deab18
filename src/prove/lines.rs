//! What each line needs of the state before it: declared arguments, set variables, users who exist.

use super::Judge;
use super::breach::{BreachId, Judgement, Place};
use crate::analysis::effect::{Account, Effect};
use crate::analysis::step::Step;
use crate::analysis::{Sources, Stage};
use crate::dockerfile::instruction::{Instruction, Keyword};
use crate::dockerfile::variables::mentions_variable;
use std::collections::BTreeSet;

/// Names of the variables that a text uses, without those that it gives a value of their own where they are not set.
pub(super) fn variables_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let escaped = rest[..at].ends_with('\\');
        rest = &rest[at + 1..];
        let braced = rest.starts_with('{');
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let end = inner
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(inner.len());
        let (name, after) = inner.split_at(end);
        let has_default = braced && after.starts_with([':', '-', '+', '?']);
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
        if is_name && !escaped && !has_default && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether BuildKit itself expands the variables of such a line.
fn is_expanded(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Copy
            | Keyword::Add
            | Keyword::Workdir
            | Keyword::User
            | Keyword::Env
            | Keyword::Expose
            | Keyword::Volume
            | Keyword::Label
    )
}

impl Judge<'_> {
    /// Build arguments are declared before they are used, and paths rest on variables that are set.
    pub(super) fn arguments(&self, found: &mut Judgement) {
        let declared = &self.stage.state.arguments;
        let unset_before = unset(self.old, self.stage);
        for stage in self.live.iter().filter_map(|index| self.stages.get(*index)) {
            for step in &stage.steps {
                let instruction = self.instruction(step);
                let keyword = instruction.keyword;
                if matches!(keyword, Keyword::Arg | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
                {
                    continue;
                }
                let text = self.new.document.slice(instruction.span);
                for name in declared.iter().filter(|name| mentions_variable(text, name)) {
                    let known =
                        step.before.arguments.contains(name) || step.before.environment.contains(name);
                    if !known && !sets_itself(instruction, text, name) {
                        let message =
                            format!("ARG {name} is used, which no line of this stage declares before");
                        let help =
                            format!("repeat `ARG {name}` in this stage: arguments end with their stage");
                        found.breach(BreachId::UndeclaredArgument, Place::after(step.span), message, &help);
                    }
                }
                if is_expanded(keyword) {
                    for name in unset_names(step, text)
                        .into_iter()
                        .filter(|name| !unset_before.contains(name) && !declared.contains(name))
                    {
                        let message = format!("${name} is not set here, so nothing stands in its place");
                        let help = "set it before, or write the value out";
                        found.breach(BreachId::UnsetVariable, Place::after(step.span), message, help);
                    }
                }
            }
        }
    }

    /// A user or owner exists before a line names him.
    pub(super) fn users(&self, found: &mut Judgement) {
        for stage in self.live.iter().filter_map(|index| self.stages.get(*index)) {
            let mut there = BTreeSet::new();
            for parent in self.lineage(stage) {
                for step in &parent.steps {
                    let own = parent.from.instruction == stage.from.instruction;
                    if own {
                        self.named_users(stage, step, &there, found);
                    }
                    there.extend(self.created(step));
                }
            }
        }
        let made = self.runtime_steps().iter().flat_map(|step| self.created(step)).collect::<BTreeSet<_>>();
        for (step, action) in
            self.stage.steps.iter().flat_map(|step| step.actions.iter().map(move |one| (step, one)))
        {
            if let Effect::CreateUser(Account { name, .. }) = &action.effect
                && !made.contains(name)
                && !made.contains(ALL_USERS)
                && !is_number(name)
            {
                let message = format!("the user {name} is not created in the last stage");
                let help = "repeat the command that creates it";
                found.breach(BreachId::MissingUser, Place::before(step.span), message, help);
            }
        }
    }

    /// Users that a line creates; [`ALL_USERS`] where it brings the file that lists them.
    fn created(&self, step: &Step) -> Vec<String> {
        let brings = step.copy.as_ref().is_some_and(|copy| {
            copy.sources.iter().any(|source| source == "/etc/passwd")
                || copy.destination.as_deref() == Some("/etc/passwd")
                || copy.files.iter().flatten().any(|(_, place)| place == "/etc/passwd")
        });
        let users = step.actions.iter().filter_map(|action| match &action.effect {
            Effect::CreateUser(account) => Some(account.name.clone()),
            _ => None,
        });
        users.chain(brings.then(|| ALL_USERS.to_owned())).collect()
    }

    /// The users whom one line names.
    fn named_users(&self, stage: &Stage, step: &Step, there: &BTreeSet<String>, found: &mut Judgement) {
        let instruction = self.instruction(step);
        let mut named: Vec<String> = Vec::new();
        if step.keyword == Keyword::User
            && let crate::dockerfile::instruction::Arguments::Text(text) = &instruction.arguments
        {
            named.push(text.text.trim().to_owned());
        }
        named.extend(instruction.flag("chown").and_then(|flag| flag.value.clone()));
        for written in named {
            let value = step.before.variables.expand(&written, self.new.document.escape);
            let Some(value) = value.default_value() else { continue };
            let name = value.split(':').next().unwrap_or(value);
            if name.is_empty() || is_number(name) || there.contains(name) || there.contains(ALL_USERS) {
                continue;
            }
            let created = self.stage.world.users.contains_key(name);
            let bare = stage.world.image.family == "scratch";
            if created || (bare && name != "root") {
                let message = format!("{name} is named here, whom no line of this stage creates before");
                let help = "create the user before, or name it by its number";
                found.breach(BreachId::UnknownUser, Place::after(step.span), message, help);
            }
        }
    }
}

/// Stands for every user, where the file that lists them is brought.
const ALL_USERS: &str = "*";

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_digit())
}

/// Variables that expanded lines of a stage use without their being set.
fn unset(sources: Sources<'_>, stage: &Stage) -> BTreeSet<String> {
    let expanded = stage.steps.iter().filter(|step| is_expanded(step.keyword));
    expanded.flat_map(|step| unset_names(step, sources.document.slice(step.span))).collect()
}

/// Variables of a line that nothing before it sets.
fn unset_names(step: &Step, text: &str) -> Vec<String> {
    let variables = &step.before.variables;
    let is_set =
        |name: &String| variables.values.contains_key(name) || variables.unset_arguments.contains(name);
    variables_of(text).into_iter().filter(|name| !is_set(name)).collect()
}

/// Whether a RUN gives the variable a value of its own.
fn sets_itself(instruction: &Instruction, text: &str, name: &str) -> bool {
    instruction.keyword == Keyword::Run
        && (text.contains(&format!("{name}=")) || text.contains(&format!("for {name} ")))
}
