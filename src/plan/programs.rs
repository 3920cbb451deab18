//! Programs and data that the container uses and the bare image lacks: what the full image gave away silently.

use super::line::{Added, Line};
use super::packages::RuntimePackages;
use super::planner::Planner;
use crate::analysis::need::chain::Chain;
use crate::analysis::need::{Caller, Need};
use crate::dockerfile::shell::{self, Shell};
use crate::knowledge::Distribution;
use crate::knowledge::images::Image;
use crate::note::{Level, Note, Reason};

/// Names of the kinds of data in the rules.
const CERTIFICATES: &str = "certificates";
const ZONES: &str = "zones";
const CONTENT_TYPES: &str = "content-types";
const FONTS: &str = "fonts";

/// A program that something in the runtime starts.
struct Called {
    program: String,
    /// Whether it is asked for in the directories of the distribution's own programs.
    of_system: bool,
    /// The places that lead to it.
    chain: Chain,
    /// Who starts it, for people.
    by: String,
}

impl Planner<'_> {
    /// Adds the packages of the programs that the container starts, that its sources start, and that commands kept in the
    /// runtime (after instruction `work`) call. `runtime` is what is known of the runtime's image.
    pub(super) fn add_programs(
        &mut self,
        packages: &mut RuntimePackages,
        runtime: Option<&Image>,
        distribution: &Distribution,
        work: usize,
    ) -> Result<(), Note> {
        let mut called = self.started()?;
        let mut first_call = usize::MAX;
        for step in self.steps() {
            let actions = step.actions.iter().filter(|action| step.index > work || self.sets_up(action));
            for action in actions.filter(|action| !action.program.is_empty()) {
                called.push(Called {
                    program: action.program.clone(),
                    of_system: false,
                    chain: Chain::instruction("RUN", Some(step.span), self.sources.document)
                        .placed(action.span),
                    by: "a RUN".to_owned(),
                });
                first_call = first_call.min(step.index);
            }
        }
        let knowledge = self.sources.knowledge;
        let image = &self.stage.world.image;
        let installed = super::packages::installed(self);
        // the language's own image has its interpreter elsewhere than the distribution's
        let of_system: Vec<String> = self
            .needs
            .interpreters()
            .filter(|path| path.starts_with("/usr/bin/") || path.starts_with("/bin/"))
            .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
            .filter(|name| name != "env")
            .collect();
        for Called { program, of_system: own, chain, by } in called {
            let there = knowledge.program_in_slim(&program, distribution)
                || (!own
                    && !of_system.contains(&program)
                    && runtime.is_some_and(|runtime| knowledge.program_in_image(&program, runtime)));
            let Some(package) = knowledge.package_of_program(&program, distribution) else { continue };
            // a helper of a development package that the file installs (`pg_config`) stays behind with it
            let installs = || installed.iter().any(|(_, found)| found.names.contains(&package));
            if there || packages.has(&package) || !(knowledge.program_in_image(&program, image) || installs())
            {
                continue;
            }
            let message = match knowledge.program_in_image(&program, image) {
                true => format!(
                    "`{program}` comes with {}; {by} calls it, so the runtime installs {package}",
                    image.family
                ),
                false => format!("{by} calls `{program}`, so the runtime installs {package} too"),
            };
            self.notes.push(Note::new(Level::Advice, Reason::ImpliedPackage, chain.span, message));
            packages.add_for(&package, &chain);
            // what a RUN calls has to be there before it
            packages.at = packages.at.filter(|at| *at <= first_call);
        }
        Ok(())
    }

    /// What the container, the compose files and the sources start, but for what the file itself makes.
    fn started(&mut self) -> Result<Vec<Called>, Note> {
        let mut called = Vec::new();
        let everybody = [Caller::Container, Caller::Compose, Caller::Source, Caller::PossibleSource];
        for (need, asked) in self.needs.started_by(&everybody) {
            let by = asked.chain.last().to_owned();
            let of_source = matches!(need.caller, Caller::Source | Caller::PossibleSource);
            // what lies beside the program, a generator say, is not started
            if of_source && !self.readable.is_of_program(&by) {
                continue;
            }
            if of_source && self.sources.recipe.toolchain.contains(&need.name) {
                let program = &need.name;
                if need.caller == Caller::PossibleSource {
                    let message = format!("{by} may start `{program}`, a tool of the builder");
                    self.notes.push(
                        Note::assumption(Reason::NeedsToolchain, None, message)
                            .help("a container that builds needs the whole image: leave it as it is"),
                    );
                    continue;
                }
                let message = format!("{by} starts `{program}`, a tool of the builder");
                return Err(Note::refusal(Reason::NeedsToolchain, None, message));
            }
            if of_source {
                let of_script = self.programs_of_script(&need.name).into_iter();
                let by = &need.name;
                called.extend(of_script.map(|program| Called {
                    program,
                    of_system: false,
                    chain: asked.chain.then(by),
                    by: by.clone(),
                }));
            }
            let path = need.path.as_deref();
            if of_source || path.is_none_or(|path| !self.stage.world.exists(path)) {
                let of_system =
                    path.is_some_and(|path| path.starts_with("/usr/bin/") || path.starts_with("/bin/"));
                called.push(Called { program: need.name.clone(), of_system, chain: asked.chain.clone(), by });
            }
        }
        Ok(called)
    }

    /// Programs that a script of the build context starts, which a source starts by its path.
    fn programs_of_script(&self, path: &str) -> Vec<String> {
        let text = self.sources.context.and_then(|context| context.text(path.trim_start_matches("./")));
        let text =
            text.filter(|text| path.contains('/') && (path.ends_with(".sh") || text.starts_with("#!")));
        match text.map(|text| shell::parse_plain(&text)) {
            Some(Shell::Commands(commands)) => {
                commands.iter().filter_map(|command| command.words.first()?.literal()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The data that programs read without naming it and the runtime's image lacks: copied from the builder, so that it is the
    /// very same; certificates by their package where packages are installed anyway. Gives the new lines.
    pub(super) fn add_data(
        &self,
        packages: &mut RuntimePackages,
        runtime: Option<&Image>,
        distribution: &Distribution,
    ) -> Vec<Line> {
        let knowledge = self.sources.knowledge;
        let image = &self.stage.world.image;
        let managers = self
            .sources
            .recipes
            .manager_of(distribution)
            .zip(self.sources.recipes.manager_of(&image.distribution));
        let Some((manager, builders)) = managers else { return Vec::new() };
        let installed = super::packages::installed(self);
        let mut lines = Vec::new();
        for data in &self.sources.recipes.data {
            let (Some(package), Some(builders)) =
                (manager.data.get(&data.name), builders.data.get(&data.name))
            else {
                continue;
            };
            let there = knowledge.package_in_slim(package, distribution)
                || runtime.is_some_and(|runtime| knowledge.package_in_image(package, runtime))
                || packages.has(package);
            if there || !self.reads(&data.name) {
                continue;
            }
            let in_builder = knowledge.package_in_slim(builders, &image.distribution)
                || knowledge.package_in_image(builders, image)
                || installed.iter().any(|(_, packages)| packages.names.contains(builders));
            let is_vital = data.name == CERTIFICATES;
            let is_served = knowledge.packages_are_served(distribution);
            let together = is_vital && (!packages.names.is_empty() || !in_builder);
            if together || (data.by_package && in_builder && is_served) {
                match self.needs.list.iter().find(|asked| asked.need == Need::Data(data.name.clone())) {
                    Some(asked) => packages.add_for(package, &asked.chain),
                    None => packages.add(package),
                }
            } else if !in_builder && self.sources.recipe.own_data.contains(&data.name) {
                packages.add(package);
            } else if in_builder {
                let why = format!("{} that the program may read", data.name);
                lines.push(Line::New(Added::copy_from(&data.path, Vec::new()), why));
            }
        }
        lines
    }

    /// Whether the program reads a kind of data.
    fn reads(&self, data: &str) -> bool {
        match data {
            CERTIFICATES => true,
            ZONES => self.needs.reads(data) || self.stage.state.environment.contains("TZ"),
            CONTENT_TYPES => {
                let users = &self.sources.recipe.content_type_users;
                let installed = super::layout::installations(self);
                self.needs.reads(data)
                    || installed.iter().flat_map(|(_, found)| &found.names).any(|name| users.contains(name))
            }
            FONTS => self.needs.reads(data),
            _ => false,
        }
    }
}
