//! Languages, as data: `rules/*.toml`, embedded, overlaid by `--rules DIR`.
//!
//! A recipe says how a language is detected, which of its commands fetch, build or install, what they leave behind, and
//! which files of the build context are source and not data. `command` matches a command's words against the rules;
//! `engine` lists what rules can name, and `go`, `rust` and `python` are the engines: the little that data can't say.

pub mod command;
pub mod engine;
pub mod go;
mod go_names;
mod load;
pub mod path;
pub mod product;
pub mod project;
pub mod python;
pub mod rust;
pub mod starts;
mod word;

use crate::context::opened::Calls;
use crate::rule_error::RuleError;
use command::CommandRule;
use engine::{Engine, Libraries};
use globset::GlobSet;
use starts::Starts;
use std::collections::BTreeMap;

/// Every recipe and command rule in force.
#[derive(Clone, Debug)]
pub struct Recipes {
    /// Languages, in the order in which they are tried.
    pub recipes: Vec<Recipe>,
    /// Rules of commands that belong to no language, tried after the language's own.
    pub system: Vec<CommandRule>,
    /// Leading words that stand for others, such as `python3 -m pip` for `pip`.
    pub aliases: Vec<Alias>,
    /// Programs that start another program named by their arguments, such as `tini`.
    pub wrappers: Vec<Wrapper>,
    /// Package managers.
    pub managers: Vec<Manager>,
    /// Files of the system that programs read without naming them.
    pub data: Vec<Data>,
    /// Files that lie beside the sources of any language and are neither read by a build nor by a program, unless a source
    /// opens them: for deployment, editors, CI, generators and people.
    pub beside_sources: GlobSet,
    /// Beginnings of the paths that say where packages come from.
    pub repository_files: Vec<String>,
    /// Packages whose programs a build uses by name or not at all: where no command names them, they are for the container.
    pub used_by_name: Vec<String>,
    /// Absolute home directories of the users that every image of a distribution has, by its lower-case name, then by user name
    /// and by number.
    pub homes: BTreeMap<String, BTreeMap<String, String>>,
    /// Megabytes that packages of a build weigh with all that comes with them, by `manager/name`.
    pub weights: BTreeMap<String, u64>,
    /// How programs start others.
    pub starts: Starts,
    /// Programs that unpack archives, which may hold programs of any C library.
    pub unpackers: Vec<String>,
    /// Programs that bring all that they need: linked statically, or with nothing but the C library.
    pub self_contained: Vec<String>,
    /// Scripts that are fetched and run at once.
    pub scripts: Vec<FetchedScript>,
    /// Options and variables of build tools that say where `install` puts things.
    pub prefix_options: Vec<String>,
    /// Programs that print lines of the files that they are given.
    pub line_filters: Vec<String>,
}

/// One language.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Its name, such as `go`.
    pub name: String,
    /// Families of official images that are its toolchain.
    pub images: Vec<String>,
    /// What the runtime needs of the language.
    pub runtime: RuntimeKind,
    /// Programs of the toolchain: a container that starts one of them can't leave it behind.
    pub toolchain: Vec<String>,
    /// Names of environment variables that only matter to a build; `*` at the end matches any rest.
    pub build_environment: Vec<String>,
    /// What reads its dependencies' native libraries; none for data-only recipes.
    pub libraries: Option<Libraries>,
    /// What the files of the build context are.
    pub files: FileKinds,
    /// How its sources say which files the program opens; `None` where they can't be asked.
    pub opens: Option<Opens>,
    /// Rules of its commands.
    pub commands: Vec<CommandRule>,
    /// How a builder runs what CMD runs through the toolchain: rules with `starts`.
    pub starters: Vec<Starter>,
    /// Install into a directory of its own, for languages with an interpreter.
    pub environment: Option<VirtualEnvironment>,
    /// How dependencies can be fetched before the sources are copied.
    pub manifests: Option<Manifests>,
    /// Programs and packages that embed the interpreter and so do not see a virtual environment.
    pub embedders: Vec<String>,
    /// Packages that compile while the program runs.
    pub compiling_packages: Vec<String>,
    /// Calls, as a source writes them, that compile while the program runs.
    pub compiling_calls: Vec<String>,
    /// Calls, as a source writes them, that compile C when a RUN starts the source.
    pub building_calls: Vec<String>,
    /// Modules that come with the interpreter and need libraries that only its full image has.
    pub full_only_modules: Vec<String>,
    /// Crates that may be linked behind a crate where no lock file says which.
    pub unlocked_features: BTreeMap<String, Vec<String>>,
    /// Beginnings of the names of the language's interpreters.
    pub interpreters: Vec<String>,
    /// Packages of the programs with which the language itself fetches sources.
    pub fetchers: Vec<String>,
    /// Programs of those packages of the language's registry that are not named as their package.
    pub registry_programs: BTreeMap<String, Vec<String>>,
    /// Kinds of [`Data`] that the toolchain brings itself, so that a program finds them whatever packages the image has.
    pub own_data: Vec<String>,
    /// Words of sources that open shared libraries by name at run time.
    pub library_openers: Vec<String>,
    /// Words by which sources of the language link a shared library by its name.
    pub linking_words: Vec<String>,
    /// Crates that are taken to be linked where no lock file says which are.
    pub unlocked_crates: Vec<String>,
    /// Packages that tell content types by file extension.
    pub content_type_users: Vec<String>,
    /// Packages that only install others: where they go says nothing of where the program's packages are.
    pub installers: Vec<String>,
    /// What installers keep of what they downloaded.
    pub cache: Cache,
}

/// What the runtime needs of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeKind {
    /// Compiled programs: a bare distribution image will do.
    Binary,
    /// The interpreter: the slim counterpart of the same image.
    Interpreter,
}

/// A kind of file of the build context, by glob patterns on its path.
#[derive(Clone, Debug)]
pub struct FileKinds {
    /// Only the builder reads them.
    pub sources: GlobSet,
    /// Neither builder nor program reads them, unless a source names them.
    pub metadata: GlobSet,
}

/// How sources of a language say which files the program opens.
#[derive(Clone, Debug, Default)]
pub struct Opens {
    /// Functions that open files, and what compiles them in.
    pub calls: Calls,
    /// Files that modules read without being told.
    pub conventions: Vec<Convention>,
    /// Files that tools read without being told, by the tool's name.
    pub programs: Vec<Convention>,
}

/// Files that a module reads without being told which.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The module, as sources import it.
    pub module: String,
    /// The files, by patterns.
    pub files: GlobSet,
    /// Those patterns that name one file.
    pub names: Vec<String>,
}

/// Leading words that stand for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The words as they are written; `*` at the end of one stands for any rest of it.
    pub words: Vec<String>,
    /// The words they stand for.
    pub is: Vec<String>,
}

/// A program that starts another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// Its name.
    pub program: String,
    /// Its options that take a value.
    pub values: Vec<String>,
    /// Operands before the program that it starts (1 for `gosu USER PROGRAM`).
    pub operands: usize,
    /// Whether it appends words that it reads to those of the program (`xargs`).
    pub appends: bool,
}

/// A script that is fetched and run at once, as its makers document it (`curl ADDRESS | sh`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedScript {
    /// Beginnings of its address, without the scheme.
    pub addresses: Vec<String>,
    /// What it does: `fetch` or `add-repository`.
    pub effect: command::EffectKind,
    /// The packages for which it adds a repository.
    pub packages: Vec<String>,
    /// The programs that it brings, or its packages do.
    pub programs: Vec<String>,
    /// Names of the images in which their makers offer the same programs.
    pub images: Vec<String>,
}

impl FetchedScript {
    /// Whether an image, as a `--from` names it, is one of those of its makers.
    pub fn is_of(&self, image: &str) -> bool {
        let rest = self.images.iter().find_map(|name| image.strip_prefix(name.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
    }
}

/// A package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// Its name in the rules of commands, such as `apt`.
    pub name: String,
    /// Programs that are this manager.
    pub programs: Vec<String>,
    /// Distributions that have it, by the lower-case name of [`crate::knowledge::Distribution`].
    pub distributions: Vec<String>,
    /// Words that must run before an install in the same RUN, because images carry no package index.
    pub update: Option<String>,
    /// Words that upgrade what the image has.
    pub upgrade: Option<String>,
    /// Words that install; `{packages}` are the names.
    pub install: String,
    /// The option that keeps recommended packages away, where the manager has one.
    pub lean: Option<String>,
    /// Commands that take the package index away again.
    pub clean: Vec<String>,
    /// The package that brings each kind of [`Data`], by its name.
    pub data: BTreeMap<String, String>,
}

/// Files of the system that programs read without naming them, and that a bare image may lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// `certificates`, `zones`, `content-types` or `fonts`.
    pub name: String,
    /// Where every distribution has them.
    pub path: String,
    /// Whether they are installed by their package rather than copied.
    pub by_package: bool,
}

/// `go run`, `cargo run`: what CMD does with the toolchain and the builder should do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// Leading words of the command.
    pub run: Vec<String>,
    /// Its options that take a value.
    pub values: Vec<String>,
    /// What says which program it builds and starts: an engine of starts.
    pub from: Engine,
}

/// Where an interpreter's packages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualEnvironment {
    /// Its absolute path, the same in both stages.
    pub path: String,
    /// The command that makes it, with an installer of its own in it.
    pub create: String,
    /// Makes one without an installer of its own, in which all that the interpreter has installed stays visible.
    pub shared: Option<Shared>,
    /// The prefix into which packages go without it.
    pub prefix: String,
    /// Megabytes of the prefix in an image without packages: what a second copy of it weighs.
    pub prefix_weight: u64,
    /// Megabytes of an environment with an installer of its own.
    pub weight: u64,
    /// Distributions, by lower-case name, whose own interpreter has the same prefix, empty in their images.
    pub also_of: Vec<String>,
    /// Directories of the prefix to which packages go, where more than packages stands there.
    pub parts: Vec<String>,
    /// Distributions, by lower-case name, whose interpreter installs among the distribution's own packages.
    pub among: BTreeMap<String, Among>,
    /// First version of the language that can make one, such as `3.3`.
    pub since: String,
    /// Name of the interpreter's versioned programs, such as `python3.`: they are not all in the environment.
    pub versioned: Vec<String>,
    /// Programs that start others with a PATH of their own, in which the environment is missing.
    pub resets_path: Vec<String>,
}

impl VirtualEnvironment {
    /// Whether an absolute path is one of the parts of the prefix.
    pub fn is_part(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.prefix.as_str()).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|below| self.parts.iter().any(|part| part == below))
    }
}

/// An environment beside the packages of a distribution, which stay visible in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Among {
    /// The prefix of the distribution's interpreter and of what it installs.
    pub prefix: String,
    /// The command that makes it; its first word is the interpreter.
    pub create: String,
    /// The variable that sends what the distribution's installer installs there.
    pub pin: String,
    /// First release whose installer reads the variable.
    pub since: String,
}

/// A virtual environment that brings no installer of its own: the image's installs into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The command that makes it.
    pub create: String,
    /// The variable that sends what the image's installer installs there.
    pub pin: String,
    /// First versions whose images bring an installer that reads the variable: one for each minor version (the first image of it, or
    /// the patch from which on), the last for all that follow.
    pub since: Vec<String>,
    /// Options of the installer with which it does not read the variable.
    pub unless: Vec<String>,
}

/// What installers keep of what they downloaded, if nobody tells them not to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// Its directory in the user's home.
    pub directory: String,
    /// Options without which it is kept.
    pub options: Vec<String>,
    /// Variables that keep it away where they are set.
    pub variables: Vec<String>,
}

/// How dependencies can be fetched before the sources are copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifests {
    /// The files, of which those that exist are copied.
    pub files: Vec<String>,
    /// The first of `files` must exist, and so must these.
    pub required: Vec<String>,
    /// Not where one of these exists: the files are then not all that is read.
    pub unless: Vec<String>,
    /// Not where one of these variables is set: fetching may then need more.
    pub unless_set: Vec<String>,
    /// Not where the build's own RUN, or one before it, says one of these: fetching is then set up there.
    pub unless_said: Vec<String>,
    /// The command that fetches.
    pub fetch: String,
}

impl Recipes {
    /// The recipes of `rules/`, and over them those of the user: pairs of file name and text, later wins by recipe name.
    ///
    /// # Errors
    /// The first file that is not a recipe, with the place in it.
    pub fn load(overlay: &[(String, String)]) -> Result<Self, RuleError> {
        load::load(overlay)
    }

    /// The recipe whose toolchain an image family is.
    pub fn of_image(&self, family: &str) -> Option<&Recipe> {
        self.recipes.iter().find(|recipe| recipe.images.iter().any(|image| image == family))
    }

    /// Whether a package of a language only installs others, by the language's rules or by those of an installer of one's own.
    pub fn is_installer(&self, recipe: &Recipe, package: &str) -> bool {
        let mut projects = self.system.iter().filter_map(|rule| rule.project.as_ref());
        recipe.installers.iter().any(|name| name == package)
            || projects.any(|project| project.run.first().is_some_and(|name| name == package))
    }

    /// The manager of a distribution.
    pub fn manager_of(&self, distribution: &crate::knowledge::Distribution) -> Option<&Manager> {
        let name = distribution.name();
        self.managers.iter().find(|manager| manager.distributions.iter().any(|one| one == name))
    }
}

impl Recipes {
    /// The words with the longest alias at their beginning replaced by what it stands for.
    pub fn resolve_alias(&self, words: Vec<String>) -> Vec<String> {
        let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
        let is = |wanted: &str, word: &str| match wanted.strip_suffix('*') {
            Some(prefix) => word.starts_with(prefix),
            None => wanted == word,
        };
        let begins = |alias: &&Alias| {
            let mut pairs = alias.words.iter().zip(&words).enumerate();
            alias.words.len() <= words.len()
                && pairs.all(|(at, (wanted, word))| is(wanted, word) || (at == 0 && is(wanted, &name(word))))
        };
        match self.aliases.iter().filter(begins).max_by_key(|alias| alias.words.len()) {
            Some(alias) => {
                // the program keeps its directory: it tells which environment it belongs to
                let directory =
                    words[0].rsplit_once('/').map_or(String::new(), |(directory, _)| format!("{directory}/"));
                let mut is = alias.is.clone();
                if let Some(first) = is.first_mut() {
                    *first = format!("{directory}{first}");
                }
                is.into_iter().chain(words.into_iter().skip(alias.words.len())).collect()
            }
            None => words,
        }
    }

    /// The programs of a package with those that its maker's own package has too.
    pub fn with_makers_programs(&self, name: &str, programs: &[String]) -> Vec<String> {
        let own = self.scripts.iter().filter(|script| script.packages.iter().any(|one| one == name));
        programs.iter().cloned().chain(own.flat_map(|script| script.programs.clone())).collect()
    }

    /// The script at an address that a rule knows.
    pub fn script_at(&self, text: &str) -> Option<&FetchedScript> {
        let begins = |address: &String| {
            text.match_indices("://").any(|(at, _)| text[at + 3..].starts_with(address.as_str()))
        };
        self.scripts.iter().find(|script| script.addresses.iter().any(begins))
    }

    /// Whether a program appends words that it reads to those of the program that it starts.
    pub fn appends(&self, program: &str) -> bool {
        let name = program.rsplit('/').next().unwrap_or(program);
        self.wrappers.iter().any(|wrapper| wrapper.appends && wrapper.program == name)
    }

    /// The words of the command that a wrapper starts (assignments before it included); `None` if `program` is no wrapper.
    pub fn unwrap<'a>(&self, program: &str, words: &'a [String]) -> Option<&'a [String]> {
        let wrapper = self.wrappers.iter().find(|wrapper| wrapper.program == program)?;
        let mut rest = words.get(1..)?;
        while let Some((word, after)) = rest.split_first() {
            if word == "--" {
                rest = after;
                break;
            }
            if !word.starts_with('-') {
                break;
            }
            rest = if wrapper.values.contains(word) { after.get(1..).unwrap_or_default() } else { after };
        }
        rest.get(wrapper.operands..)
    }
}

impl Recipe {
    /// Whether a program is nothing without a tool of the toolchain: `cargo-chef` without `cargo`.
    pub fn is_subcommand(&self, name: &str) -> bool {
        let of = |tool: &String| name.strip_prefix(tool.as_str()).is_some_and(|rest| rest.starts_with('-'));
        self.toolchain.iter().any(of)
    }

    /// Whether a variable only matters to a build.
    pub fn is_build_variable(&self, name: &str) -> bool {
        is_among(&self.build_environment, name)
    }
}

/// Whether a name is one of a list; `*` at the end of one matches any rest.
pub fn is_among(names: &[String], name: &str) -> bool {
    names.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    })
}
