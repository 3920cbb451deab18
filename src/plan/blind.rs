//! What would not see a virtual environment: absolute paths of the prefix, programs that start others with a PATH of their own.

use super::layout::installations;
use super::planner::Planner;
use super::touched::short;
use crate::analysis::effect::{Action, Effect};
use crate::analysis::need::{Caller, is_login};
use crate::analysis::world::Origin;
use crate::context::sources;
use crate::dockerfile::instruction::{Arguments, Instruction, Keyword};
use crate::recipe::VirtualEnvironment;
use crate::recipe::project::minor;

/// Where packages go without an environment, as it is written where somebody names them.
pub(super) struct Prefix<'a> {
    /// Directory of the programs, with a slash at the end.
    bin: String,
    /// Beginning of the directories of the packages.
    library: String,
    /// Version of the interpreter, where it is known.
    version: Option<&'a str>,
    /// Whether the distribution's own programs stand there too.
    of_distribution: bool,
}

impl<'a> Prefix<'a> {
    /// That of the language's own image.
    pub(super) fn own(planner: &Planner<'a>, environment: &VirtualEnvironment) -> Self {
        let version = planner.stage.world.image.version.as_deref();
        Self { of_distribution: false, version, ..Self::of_distribution(&environment.prefix) }
    }

    /// That of a distribution's interpreter.
    pub(super) fn of_distribution(prefix: &str) -> Self {
        let (bin, library) = (format!("{prefix}/bin/"), format!("{prefix}/lib/python"));
        Self { bin, library, version: None, of_distribution: true }
    }

    /// Whether a text puts the prefix's programs on PATH before what stands there: `PATH=/usr/local/bin:$PATH`, `env PATH=/usr/local/bin:/bin`
    /// (python/path-set-in-a-source).
    fn puts_first(&self, text: &str) -> bool {
        let bin = self.bin.trim_end_matches('/');
        !self.of_distribution && text.contains("PATH") && text.contains(&format!("{bin}:"))
    }

    /// Whether a path is that of a program which the distribution brings, and no interpreter of the language.
    fn is_of_system(&self, planner: &Planner<'_>, path: &str) -> bool {
        let (knowledge, distribution) = (planner.sources.knowledge, &planner.stage.world.image.distribution);
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_interpreter =
            || planner.sources.recipe.interpreters.iter().any(|one| name.starts_with(one.as_str()));
        self.of_distribution
            && path.starts_with(&self.bin)
            && (knowledge.program_in_slim(name, distribution)
                || knowledge.package_of_program(name, distribution).is_some())
            && !is_interpreter()
    }
}

/// What in the file would not see a virtual environment; in a shared one, what the interpreter has installed is visible.
pub(super) fn blind(
    planner: &Planner<'_>,
    environment: &VirtualEnvironment,
    prefix: &Prefix<'_>,
    shared: bool,
) -> Option<String> {
    let older = |version: &str| minor(version) < minor(&environment.since);
    if !prefix.of_distribution && prefix.version.is_none_or(older) {
        return Some(format!("virtual environments came with version {}", environment.since));
    }
    let Prefix { bin, library, .. } = prefix;
    let document = planner.sources.document;
    for instruction in &document.instructions {
        let text = document.slice(instruction.span);
        if text.contains(bin) && !only_copies_into(planner, instruction, prefix) {
            return Some(format!("line {} names {bin}", instruction.line));
        }
        if text.contains(library) && !only_takes_away(planner, instruction, library) {
            return Some(format!("line {} names {library}", instruction.line));
        }
        if prefix.puts_first(text) {
            return Some(format!("line {} puts {bin} first on PATH", instruction.line));
        }
        if let (Keyword::Env, Arguments::Pairs(pairs)) = (instruction.keyword, &instruction.arguments) {
            let resets = pairs.iter().find(|pair| {
                pair.key.text == "PATH"
                    && pair.value.as_ref().is_none_or(|value| !value.text.contains("PATH"))
            });
            if resets.is_some() {
                return Some(format!("line {} sets PATH anew", instruction.line));
            }
        }
    }
    let first_word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    let programs =
        planner.steps().iter().flat_map(|step| &step.actions).map(|action| first_word(&action.text));
    let started = planner.needs.programs().map(|(need, _)| need.name.clone());
    for program in programs.chain(started) {
        // the environment has the version that made it
        let own = |name: &str| {
            let version = program.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            name.ends_with('.') && prefix.version == Some(version)
        };
        if environment.versioned.iter().any(|name| program.starts_with(name.as_str()) && !own(name)) {
            return Some(format!("`{program}` is called by its versioned name"));
        }
        if environment.resets_path.contains(&program) {
            return Some(format!("`{program}` starts programs with a PATH of its own"));
        }
    }
    if let Some(program) = started_of_package(planner, prefix) {
        return Some(format!("`{program}` comes with a package of the distribution, and runs without it"));
    }
    let shells = planner
        .steps()
        .iter()
        .filter_map(|step| step.before.shell.as_ref())
        .chain(&planner.stage.state.shell);
    if planner.needs.login_shell || shells.into_iter().any(|shell| is_login(shell)) {
        return Some("a login shell sets PATH anew".to_owned());
    }
    let names = installations(planner);
    let embedder = names
        .iter()
        .flat_map(|(_, found)| &found.names)
        .find(|name| planner.sources.recipe.embedders.contains(name));
    if let Some(embedder) = embedder {
        return Some(format!("`{embedder}` embeds the interpreter"));
    }
    if let Some(scheduler) = scheduler(planner, environment) {
        return Some(format!("`{scheduler}` starts programs with a PATH of its own"));
    }
    if let Some(why) = names_installed(planner, prefix) {
        return Some(why);
    }
    let installs =
        planner.needs.programs().any(|(need, _)| planner.sources.recipe.installers.contains(&need.name));
    // an environment has neither the image's tools for building nor a place where any user can write (python/pip-at-run-time)
    if installs {
        return Some("the container installs packages by itself".to_owned());
    }
    if let Some(text) = asked_later(planner) {
        return Some(format!("`{}` asks the installer for what is installed", short(text)));
    }
    if let Some(path) = beside_packages(planner, environment) {
        return Some(format!("{path} is looked for beside the interpreter's packages"));
    }
    if !shared && installations(planner).iter().any(|(_, found)| found.needs_installed_tools) {
        return Some("packages are built with the tools that the image has installed".to_owned());
    }
    let mut interpreters = planner.needs.interpreters();
    let fixed = interpreters.find(|interpreter| {
        interpreter.starts_with(bin.as_str()) && !prefix.is_of_system(planner, interpreter)
    });
    fixed.map(|interpreter| format!("a script names {interpreter}"))
}

/// A program with a PATH of its own that is installed and spoken of: one that nothing speaks of starts nothing
/// (python/sudo-without-use).
fn scheduler(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Option<String> {
    let packages = super::packages::installed(planner);
    let lines: Vec<usize> = packages.iter().map(|(index, _)| *index).collect();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let says = |text: &str, name: &str| text.split(|letter| !is_word(letter)).any(|word| word == name);
    let document = planner.sources.document;
    let is_spoken_of = |name: &&String| {
        let mut others = document.instructions.iter().enumerate().filter(|(index, _)| !lines.contains(index));
        let metadata = &planner.sources.recipe.files.metadata;
        let Some(context) = planner.sources.context else { return true };
        let counts = |file: &str| !metadata.is_match(file);
        others.any(|(_, other)| says(document.slice(other.span), name))
            || sources::texts(context, "", &counts).any(|(_, text)| says(&text, name))
    };
    let names = packages.iter().flat_map(|(_, packages)| &packages.names);
    names.filter(|name| environment.resets_path.contains(name)).find(is_spoken_of).cloned()
}

/// A program that the container starts and that a package of the distribution's interpreter brings: `apk add py3-gunicorn`
/// (refused/program-of-an-alpine-package).
fn started_of_package(planner: &Planner<'_>, prefix: &Prefix<'_>) -> Option<String> {
    let installed = super::packages::installed(planner);
    let brings = |program: &str| {
        let names = || installed.iter().flat_map(|(_, found)| &found.names);
        names().any(|name| name.strip_suffix(program).is_some_and(|before| before.ends_with('-')))
    };
    let started = planner.needs.programs().filter(|(need, _)| need.path.is_none());
    let mut names = started.map(|(need, _)| need.name.clone()).filter(|_| prefix.of_distribution);
    names.find(|name| brings(name))
}

/// Who names a program of the prefix by its path, one that no COPY brings, or a package of the prefix: what is started beside
/// the Dockerfile, or a file of the build context.
fn names_installed(planner: &Planner<'_>, prefix: &Prefix<'_>) -> Option<String> {
    let Prefix { bin, library, .. } = prefix;
    let (bin, library) = (bin.as_str(), library.as_str());
    let is_installed = |path: &str| {
        path.starts_with(bin)
            && !planner.stage.world.paths.contains_key(path)
            && !prefix.is_of_system(planner, path)
    };
    let mut started = planner.needs.started_by(&[Caller::Container, Caller::Compose]);
    let started = started.find(|(need, _)| need.path.as_deref().is_some_and(is_installed));
    if let Some((_, asked)) = started {
        return Some(format!("{} names a program in {bin}", asked.chain.last()));
    }
    let context = planner.sources.context?;
    let metadata = &planner.sources.recipe.files.metadata;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);

    sources::texts(context, "", &|file| !metadata.is_match(file)).find_map(|(file, text)| {
        let mut paths = text.match_indices(bin).map(|(at, _)| {
            let rest = &text[at + bin.len()..];
            &text[at..at + bin.len() + rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())]
        });
        let installed = paths.any(|path| path.len() > bin.len() && is_installed(path));
        if installed {
            return Some(format!("{file} names a program in {bin}"));
        }
        if prefix.puts_first(&text) {
            return Some(format!("{file} puts {bin} first on PATH"));
        }
        if starts_login_shell(&text) {
            return Some(format!("{file} may start a login shell, which sets PATH anew"));
        }
        text.contains(library).then(|| format!("{file} names a package in {library}"))
    })
}

/// Whether a source starts a shell that reads the profile: `subprocess.run(["bash", "-lc", …])`
/// (python/login-shell-of-a-source).
fn starts_login_shell(text: &str) -> bool {
    ["\"-lc\"", "'-lc'", "bash -lc ", "bash -l ", "bash --login", "sh -lc "]
        .iter()
        .any(|said| text.contains(said))
}

/// A command of a RUN behind the last installation that calls an installer: in the runtime it would ask that of the image, which does
/// not see an environment (python/packages-listed-later).
fn asked_later<'a>(planner: &Planner<'a>) -> Option<&'a str> {
    let last = installations(planner).last().map(|(step, _)| step.index)?;
    let recipe = planner.sources.recipe;
    let asks = |action: &&Action| {
        let name = action.program.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let module = action.text.split(' ').skip_while(|word| *word != "-m").nth(1);
        let called = [Some(name), module].into_iter().flatten();
        called.into_iter().any(|called| recipe.installers.iter().any(|one| one == called))
            && !matches!(action.effect, Effect::InstallDependencies(_))
    };
    let mut later = planner.steps().iter().filter(|step| step.index > last && step.keyword == Keyword::Run);
    later.find_map(|step| {
        // `LOCATION=$(pip show click)`
        let text = planner.sources.document.slice(step.span);
        let is_name = |letter: char| letter.is_ascii_alphabetic() || letter == '-';
        let mut inside = text.split("$(").skip(1).map(|rest| rest.split(|letter| !is_name(letter)).next());
        let asked = inside.any(|name| recipe.installers.iter().any(|one| Some(one.as_str()) == name));
        step.actions.iter().find(asks).map(|action| action.text.as_str()).or(asked.then_some(text))
    })
}

/// Data that the file puts where programs look by way of the interpreter's prefix, which is another in an environment:
/// `COPY nltk_data /usr/local/nltk_data` (python/data-of-the-prefix).
fn beside_packages(planner: &Planner<'_>, environment: &VirtualEnvironment) -> Option<String> {
    let prefix = environment.prefix.as_str();
    let says = |context| sources::texts(context, "", &|_| true).any(|(_, text)| text.contains("sys.prefix"));
    let is_asked = planner.sources.context.is_some_and(says);
    let is_data = |path: &&String| {
        let below = path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
        let first = below.split('/').next().unwrap_or_default();
        let is_part = is_asked
            && environment.parts.iter().any(|part| part == first && part != "bin")
            && below.contains('/');
        (is_part || first.ends_with("_data")) && !planner.stage.world.is_foreign(path)
    };
    planner.stage.world.paths.keys().find(is_data).cloned()
}

/// Whether all that a RUN says of a path is that it goes: `rm /usr/lib/python3*/EXTERNALLY-MANAGED` (python/alpine-pip-marker).
fn only_takes_away(planner: &Planner<'_>, instruction: &Instruction, path: &str) -> bool {
    let text = planner.sources.document.slice(instruction.span);
    let step = planner.steps().iter().find(|step| step.span == instruction.span);
    let removed: Vec<&str> =
        step.into_iter().flat_map(|step| &step.actions).flat_map(|action| action.effect.removed()).collect();
    let words = text.split([' ', '"', '\'', '\n', ';', '&', '\\']).filter(|word| word.contains(path));
    words.into_iter().all(|word| removed.contains(&word))
}

/// A COPY of files of the build context into the prefix's bin does not ask for what is there.
fn only_copies_into(planner: &Planner<'_>, instruction: &Instruction, prefix: &Prefix<'_>) -> bool {
    let into = matches!(instruction.keyword, Keyword::Copy | Keyword::Add);
    let world = &planner.stage.world;
    // `ln -s /usr/bin/python3 /usr/bin/python`: the environment has both names, and comes first (python/alpine-pip-one-run)
    let is_linked = |word: &str| {
        let mut entries = world.paths.values();
        prefix.of_distribution
            && entries.any(|entry| matches!(&entry.origin, Origin::Link(target) if target == word))
    };
    let is_brought =
        |word: &str| world.paths.contains_key(word) || prefix.is_of_system(planner, word) || is_linked(word);
    let text = planner.sources.document.slice(instruction.span);
    let words = text
        .split([' ', '"', '\'', ',', '[', ']', '=', '\n', ';', '&'])
        .filter(|word| word.contains(prefix.bin.as_str()));
    into || words.into_iter().all(is_brought)
}
