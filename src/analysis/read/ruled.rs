//! From a command that a rule knows to what it does: templates filled, engines asked, targets found.

use super::run::{Reader, mentioned};
use super::words::Words;
use crate::analysis::effect::{Account, Effect, Packages};
use crate::analysis::step;
use crate::recipe::command::{Call, CommandRule, EffectKind};
use crate::recipe::engine::{Answer, Engine};
use crate::recipe::path::absolute;
use crate::recipe::product::{Dependencies, Outputs, Surroundings, Target};
use crate::recipe::python;

impl Reader<'_> {
    /// What the rule says that the call does.
    pub(super) fn effect(&self, rule: &CommandRule, call: &Call, words: &Words) -> Effect {
        let unknown = words.unknown.as_slice();
        let home = step::home(self.state);
        let locate = |path: &str| self.locate(path);
        let around = Surroundings {
            context: self.sources.context,
            locate: &locate,
            home: &home,
            version: self.world.image.version.as_deref(),
            root: self.state.is_root(),
            named_module: &|directory| self.world.named_module(directory),
            registry_programs: &self.sources.recipe.registry_programs,
        };
        // `wget -qO-` writes to its output (python/fetched-program)
        let written = || -> Vec<String> {
            let files = rule.written(call).into_iter().filter(|path| path != "-");
            files.map(|path| call.absolute(&path.replacen('~', &home, 1))).collect()
        };
        // a path that can't be told is no path
        let certain = |paths: Vec<String>| -> Effect {
            // a pattern stands for files of its directory
            let directory = |path: String| match path.find(['*', '?', '[']) {
                Some(glob) => {
                    path[..glob].rsplit_once('/').map_or("/".to_owned(), |(parent, _)| format!("{parent}/"))
                }
                None => path,
            };
            // a shell that knows braces made several words of one (go/braces-of-bash)
            let paths = paths.iter().flat_map(|path| braces(path));
            let paths: Vec<String> = paths.map(directory).map(|path| absolute("/", &path)).collect();
            match paths.iter().any(|path| path.contains(['$', '`'])) {
                true => Effect::Opaque("a path in it can't be told".to_owned()),
                false => Effect::Write(paths),
            }
        };
        match rule.effect {
            EffectKind::Nothing => Effect::Nothing,
            EffectKind::UpdatePackages => Effect::UpdatePackages,
            EffectKind::InstallPackages => Effect::InstallPackages(self.packages(rule, call, words)),
            EffectKind::UpgradePackages => Effect::UpgradePackages,
            EffectKind::AddRepository => Effect::AddRepository(Vec::new()),
            EffectKind::RemovePackages => Effect::RemovePackages(call.operands.clone()),
            EffectKind::Fetch => Effect::Fetch,
            EffectKind::NameModule => Effect::NameModule(
                call.directory.clone(),
                call.captures.get("name").cloned().unwrap_or_default(),
            ),
            EffectKind::InstallDependencies | EffectKind::Compile => {
                match rule.from.and_then(|engine| engine.answer(call, around)) {
                    Some(Answer::Installs(found)) => match &rule.project {
                        Some(project) if project.untold(call, around).is_some() => {
                            Effect::InstallDependencies(project.elsewhere(call, around))
                        }
                        Some(project) => Effect::InstallDependencies(
                            project.pinned(found, call, &|path| self.is_environment(path)),
                        ),
                        None => self.dependencies(self.exported(found, call, around), call),
                    },
                    Some(Answer::Compiles(outputs)) => Effect::Compile(outputs),
                    None if rule.effect == EffectKind::Compile => {
                        Effect::Compile(Outputs { programs: written(), ..Outputs::default() })
                    }
                    None if rule.project.is_some() => {
                        let is_environment = |path: &str| self.is_environment(path);
                        let found = rule
                            .project
                            .as_ref()
                            .map(|project| project.dependencies(call, around, &is_environment));
                        Effect::InstallDependencies(found.unwrap_or_default())
                    }
                    None => {
                        let found = Dependencies { complete: true, unread: true, ..Dependencies::default() };
                        self.dependencies(found, call)
                    }
                }
            }
            EffectKind::GenerateSources => Effect::GenerateSources,
            EffectKind::Build => Effect::Build,
            EffectKind::InstallBuilt => {
                Effect::InstallBuilt(self.prefix(call).map_or_else(written, |prefix| vec![prefix]))
            }
            EffectKind::CreateEnvironment => match &rule.project {
                Some(project) if project.untold(call, around).is_some() => {
                    Effect::InstallDependencies(project.elsewhere(call, around))
                }
                _ => Effect::CreateEnvironment(written().pop().unwrap_or_default()),
            },
            EffectKind::CreateUser => Effect::CreateUser(account(call, rule.from == Some(Engine::WithHome))),
            EffectKind::ChangeUsers => Effect::ChangeUsers,
            EffectKind::CreateDirectory => match certain(written()) {
                Effect::Write(paths) => {
                    Effect::CreateDirectory(paths.iter().flat_map(|path| braces(path)).collect())
                }
                other => other,
            },
            EffectKind::ChangeMode => Effect::ChangeMode(written()),
            EffectKind::ChangeOwner => Effect::ChangeOwner(written()),
            EffectKind::Configure => Effect::Configure,
            EffectKind::Link => {
                let target = call.operands.first().cloned().unwrap_or_default();
                let paths = self.transfers(call, unknown).unwrap_or_default();
                // `cd /usr/local/bin && ln -s /opt/poetry/bin/poetry` (python/poetry-linked)
                let alone = || call.absolute(target.rsplit('/').next().unwrap_or(&target));
                let path = paths.first().map_or_else(alone, |first| first.destination.clone());
                let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
                Effect::Link(path.clone(), absolute(parent, &target))
            }
            // `git clone https://…/$NAME.git`
            EffectKind::Write if rule.writes.iter().any(|template| template.contains('|')) => {
                match certain(written()) {
                    Effect::Opaque(_) => Effect::Build,
                    other => other,
                }
            }
            EffectKind::Write => match written() {
                nothing if nothing.is_empty() => Effect::Nothing,
                paths => certain(paths),
            },
            EffectKind::Duplicate => {
                self.transfers(call, unknown).map_or_else(Effect::Opaque, Effect::Duplicate)
            }
            EffectKind::Move => self.transfers(call, unknown).map_or_else(Effect::Opaque, Effect::Move),
            EffectKind::Remove => match rule.from {
                Some(Engine::Find) => Effect::Remove(self.found(call)),
                _ => Effect::Remove(written().iter().flat_map(|path| braces(path)).collect()),
            },
            EffectKind::Shell => Effect::Unknown(mentioned(&call.words)),
        }
    }

    /// Requirements that an installer wrote are what its lock file names (python/poetry-export).
    fn exported(&self, found: Dependencies, call: &Call, around: Surroundings<'_>) -> Dependencies {
        let is_told = |file: &String| self.world.exported.contains(file);
        match found.unread && found.files.iter().any(is_told) {
            true => python::locked(found, call, around),
            false => found,
        }
    }

    /// Dependencies go into the virtual environment in force, if the file made one.
    fn dependencies(&self, mut found: Dependencies, call: &Call) -> Effect {
        let program = call.words.first().map_or("", String::as_str);
        let own = program.rsplit_once("/bin/").map(|(environment, _)| absolute(&call.directory, environment));
        let first = call.variables.get("PATH").and_then(|dirs| {
            let mut environments = dirs.split(':').filter_map(|directory| directory.strip_suffix("/bin"));
            environments.find(|path| self.is_environment(path)).map(str::to_owned)
        });
        if matches!(found.target, Target::Default | Target::User)
            && !call.has(&["--user"])
            && let Some(environment) = own.filter(|path| self.is_environment(path)).or(first)
        {
            found.target = Target::Environment(environment);
        }
        Effect::InstallDependencies(found)
    }

    fn packages(&self, rule: &CommandRule, call: &Call, words: &Words) -> Packages {
        let manager = rule.manager.clone().unwrap_or_default();
        let lean = self.sources.recipes.managers.iter().find(|known| known.name == manager);
        let lean = lean.and_then(|known| known.lean.as_deref()).is_none_or(|option| call.has(&[option]));
        let unknown: Vec<String> =
            call.operands.iter().filter(|name| words.unknown.contains(name)).cloned().collect();
        Packages {
            manager,
            names: call.operands.iter().filter(|name| !unknown.contains(name)).cloned().collect(),
            unknown,
            chosen: words.chosen.iter().filter(|(name, _)| call.operands.contains(name)).cloned().collect(),
            group: call.option(&["-t", "--virtual"]).map(str::to_owned),
            lean,
        }
    }
}

/// The user that `useradd` or `adduser` makes, with a home where these put it.
fn account(call: &Call, by_default: bool) -> Account {
    let name = match call.operands.as_slice() {
        [user, _group] => user.clone(),
        operands => operands.last().cloned().unwrap_or_default(),
    };
    let base = call.option(&["-b", "--base-dir"]).unwrap_or("/home");
    let home = call.option(&["-d", "--home-dir", "--home", "-h"]).map(|home| call.absolute(home));
    let home = home.unwrap_or_else(|| format!("{}/{name}", base.trim_end_matches('/')));
    let makes_home = match by_default {
        true => !call.has(&["-H", "--no-create-home"]),
        false => call.has(&["-m", "--create-home"]),
    };
    let number = call.option(&["-u", "--uid"]).map(str::to_owned);
    Account { name, number, home, makes_home }
}

/// `/a/{b,c}` as the shell reads it; one level.
pub(super) fn braces(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let Some((inside, after)) = rest.split_once('}') else { return vec![path.to_owned()] };
    inside.split(',').map(|one| format!("{before}{one}{after}")).collect()
}
