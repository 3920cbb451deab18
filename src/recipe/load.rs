//! Rule files: from TOML to checked recipes. Unknown keys are refused, patterns are read, captures must be bound.
//!
//! The `Written…` types mirror the files; only the functions here turn them into what the rest of restage uses.

use super::command::{CommandRule, EffectKind, Pattern};
use super::engine::{Engine, Libraries};
use super::project::ProjectInstaller;
use super::starts::{Daemon, Starts, Syntax};
use super::word;
use super::{
    Alias, Among, Cache, Convention, Data, FetchedScript, FileKinds, Manager, Manifests, Opens, Recipe,
    Recipes, RuntimeKind, Shared, Starter, VirtualEnvironment, Wrapper,
};
use crate::context::opened::Calls;
use crate::dockerfile::span::Span;
use crate::rule_error::RuleError;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The files of `rules/` that are recipes or command rules, in the order in which they are tried.
const EMBEDDED: [(&str, &str); 6] = [
    ("files.toml", include_str!("../../rules/files.toml")),
    ("commands.toml", include_str!("../../rules/commands.toml")),
    ("starts.toml", include_str!("../../rules/starts.toml")),
    ("python.toml", include_str!("../../rules/python.toml")),
    ("go.toml", include_str!("../../rules/go.toml")),
    ("rust.toml", include_str!("../../rules/rust.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenFile {
    /// Present in a recipe, absent in a file of system rules.
    name: Option<String>,
    #[serde(default)]
    images: Vec<String>,
    runtime: Option<WrittenRuntime>,
    #[serde(default)]
    toolchain: Vec<String>,
    #[serde(default)]
    build_environment: Vec<String>,
    libraries: Option<Libraries>,
    files: Option<WrittenFiles>,
    opens: Option<WrittenOpens>,
    #[serde(default)]
    beside_sources: Vec<String>,
    virtual_environment: Option<WrittenEnvironment>,
    #[serde(default)]
    cache: WrittenCache,
    manifests: Option<WrittenManifests>,
    #[serde(default)]
    embedders: Vec<String>,
    #[serde(default)]
    unlocked_features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    registry_programs: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    library_openers: Vec<String>,
    #[serde(default)]
    compiling_packages: Vec<String>,
    #[serde(default)]
    building_calls: Vec<String>,
    #[serde(default)]
    compiling_calls: Vec<String>,
    #[serde(default)]
    full_only_modules: Vec<String>,
    #[serde(default)]
    installers: Vec<String>,
    #[serde(default)]
    interpreters: Vec<String>,
    #[serde(default)]
    content_type_users: Vec<String>,
    #[serde(default)]
    linking_words: Vec<String>,
    #[serde(default)]
    unlocked_crates: Vec<String>,
    #[serde(default)]
    command: Vec<Spanned<WrittenCommand>>,
    #[serde(default)]
    starter: Vec<WrittenStarter>,
    #[serde(default)]
    alias: Vec<WrittenAlias>,
    #[serde(default)]
    wrapper: Vec<WrittenWrapper>,
    #[serde(default)]
    manager: Vec<WrittenManager>,
    #[serde(default)]
    data: Vec<WrittenData>,
    #[serde(default)]
    line_filters: Vec<String>,
    #[serde(default)]
    prefix_options: Vec<String>,
    #[serde(default)]
    script: Vec<WrittenScript>,
    #[serde(default)]
    repository_files: Vec<String>,
    #[serde(default)]
    used_by_name: Vec<String>,
    #[serde(default)]
    homes: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    weights: BTreeMap<String, u64>,
    #[serde(default)]
    unpackers: Vec<String>,
    #[serde(default)]
    self_contained: Vec<String>,
    #[serde(default)]
    own_data: Vec<String>,
    #[serde(default)]
    fetchers: Vec<String>,
    starts: Option<WrittenStarts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenStarts {
    #[serde(default)]
    builtins: Vec<String>,
    #[serde(default)]
    prose: Vec<String>,
    #[serde(default)]
    finders: Vec<String>,
    #[serde(default)]
    sets_path: Vec<String>,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    service_directories: Vec<String>,
    #[serde(default)]
    shell_line: Vec<WrittenShellLine>,
    #[serde(default)]
    daemon: Vec<WrittenDaemon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenShellLine {
    programs: Vec<String>,
    option: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDaemon {
    programs: Vec<String>,
    files: Vec<String>,
    syntax: Syntax,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    tables: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenRuntime {
    Binary,
    Interpreter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFiles {
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    metadata: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOpens {
    #[serde(default)]
    reads: Vec<String>,
    #[serde(default)]
    opens: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    users: Vec<String>,
    #[serde(default)]
    file_systems: Vec<String>,
    #[serde(default)]
    embeds: Vec<String>,
    #[serde(default)]
    programs: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    modules: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenEnvironment {
    path: String,
    create: String,
    shared: Option<WrittenShared>,
    prefix: String,
    prefix_weight: u64,
    weight: u64,
    #[serde(default)]
    also_of: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    #[serde(default)]
    among: BTreeMap<String, WrittenAmong>,
    since: String,
    #[serde(default)]
    versioned: Vec<String>,
    #[serde(default)]
    resets_path: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenCache {
    directory: String,
    options: Vec<String>,
    variables: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenShared {
    create: String,
    pin: String,
    since: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenManifests {
    files: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    unless_set: Vec<String>,
    #[serde(default)]
    unless_said: Vec<String>,
    fetch: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCommand {
    run: OneOrMany,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    clusters: bool,
    #[serde(default)]
    with: Vec<String>,
    effect: EffectKind,
    writes: Option<OneOrMany>,
    from: Option<Spanned<Engine>>,
    manager: Option<Spanned<String>>,
    lists: Option<String>,
    sets: Option<String>,
    #[serde(default)]
    exports: Vec<String>,
    project: Option<ProjectInstaller>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAmong {
    prefix: String,
    create: String,
    pin: String,
    since: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStarter {
    run: String,
    #[serde(default)]
    values: Vec<String>,
    from: Spanned<Engine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAlias {
    words: OneOrMany,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenScript {
    addresses: Vec<String>,
    effect: Spanned<EffectKind>,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    images: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWrapper {
    programs: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    operands: usize,
    #[serde(default)]
    appends: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenManager {
    name: String,
    programs: Vec<String>,
    distributions: Vec<String>,
    update: Option<String>,
    upgrade: Option<String>,
    install: String,
    lean: Option<String>,
    #[serde(default)]
    clean: Vec<String>,
    #[serde(default)]
    data: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenData {
    name: String,
    path: String,
    #[serde(default)]
    by_package: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// See [`Recipes::load`].
pub(super) fn load(overlay: &[(String, String)]) -> Result<Recipes, RuleError> {
    let mut recipes = Recipes {
        recipes: Vec::new(),
        system: Vec::new(),
        aliases: Vec::new(),
        wrappers: Vec::new(),
        managers: Vec::new(),
        data: Vec::new(),
        used_by_name: Vec::new(),
        weights: BTreeMap::new(),
        unpackers: Vec::new(),
        self_contained: Vec::new(),
        line_filters: Vec::new(),
        prefix_options: Vec::new(),
        scripts: Vec::new(),
        repository_files: Vec::new(),
        beside_sources: GlobSet::empty(),
        homes: BTreeMap::new(),
        starts: Starts::default(),
    };
    for (file, text) in EMBEDDED {
        add(&mut recipes, file, text)?;
    }
    for (file, text) in overlay {
        add(&mut recipes, file, text)?;
    }
    Ok(recipes)
}

/// Where in a file a rule is wrong, and why.
type Fault = (Option<Range<usize>>, String);

fn add(recipes: &mut Recipes, file: &str, text: &str) -> Result<(), RuleError> {
    let fail = |(span, message): Fault| RuleError {
        file: file.to_owned(),
        span: span.map(|range| Span::new(range.start, range.end)),
        text: text.to_owned(),
        message,
    };
    let written: WrittenFile =
        toml::from_str(text).map_err(|error| fail((error.span(), error.message().to_owned())))?;
    recipes.managers.extend(written.manager.into_iter().map(|manager| Manager {
        name: manager.name,
        programs: manager.programs,
        distributions: manager.distributions,
        update: manager.update,
        upgrade: manager.upgrade,
        install: manager.install,
        lean: manager.lean,
        clean: manager.clean,
        data: manager.data,
    }));
    let commands = written.command.into_iter().map(|command| check_command(command, &recipes.managers));
    let commands = commands.collect::<Result<Vec<_>, _>>().map_err(fail)?;
    let starters = written.starter.into_iter().map(check_starter).collect::<Result<Vec<_>, _>>();
    let starters = starters.map_err(fail)?;
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    recipes.aliases.extend(written.alias.into_iter().flat_map(|alias| {
        let is = words(&alias.is);
        alias.words.into_vec().into_iter().map(move |one| Alias { words: words(&one), is: is.clone() })
    }));
    recipes.wrappers.extend(written.wrapper.into_iter().flat_map(|wrapper| {
        let WrittenWrapper { programs, values, operands, appends } = wrapper;
        programs.into_iter().map(move |program| Wrapper {
            program,
            values: values.clone(),
            operands,
            appends,
        })
    }));
    recipes.repository_files.extend(written.repository_files);
    recipes.used_by_name.extend(written.used_by_name);
    for (distribution, homes) in written.homes {
        recipes.homes.entry(distribution).or_default().extend(homes);
    }
    recipes.weights.extend(written.weights);
    recipes.data.extend(written.data.into_iter().map(|data| Data {
        name: data.name,
        path: data.path,
        by_package: data.by_package,
    }));
    if let Some(starts) = written.starts {
        add_starts(&mut recipes.starts, starts).map_err(|message| fail((None, message)))?;
    }
    recipes.unpackers.extend(written.unpackers);
    recipes.self_contained.extend(written.self_contained);
    recipes.line_filters.extend(written.line_filters);
    recipes.prefix_options.extend(written.prefix_options);
    for script in written.script {
        let span = script.effect.span();
        let WrittenScript { addresses, effect, packages, programs, images } = script;
        let effect = effect.into_inner();
        if !matches!(effect, EffectKind::Fetch | EffectKind::AddRepository) {
            let message = "the effect of a script is `fetch` or `add-repository`".to_owned();
            return Err(fail((Some(span), message)));
        }
        recipes.scripts.push(FetchedScript { addresses, effect, packages, programs, images });
    }
    if !written.beside_sources.is_empty() {
        recipes.beside_sources = globs(&written.beside_sources).map_err(|message| fail((None, message)))?;
    }
    let Some(name) = written.name else {
        recipes.system.splice(0..0, commands);
        return Ok(());
    };
    let files = written.files.unwrap_or(WrittenFiles { sources: Vec::new(), metadata: Vec::new() });
    let recipe = Recipe {
        name,
        images: written.images,
        runtime: match written.runtime {
            Some(WrittenRuntime::Interpreter) => RuntimeKind::Interpreter,
            Some(WrittenRuntime::Binary) | None => RuntimeKind::Binary,
        },
        toolchain: written.toolchain,
        build_environment: written.build_environment,
        libraries: written.libraries,
        files: FileKinds {
            sources: globs(&files.sources).map_err(|message| fail((None, message)))?,
            metadata: globs(&files.metadata).map_err(|message| fail((None, message)))?,
        },
        opens: written.opens.map(opens).transpose().map_err(|message| fail((None, message)))?,
        commands,
        starters,
        environment: written.virtual_environment.map(|environment| VirtualEnvironment {
            path: environment.path,
            create: environment.create,
            shared: environment.shared.map(|shared| Shared {
                create: shared.create,
                pin: shared.pin,
                since: shared.since,
                unless: shared.unless,
            }),
            prefix_weight: environment.prefix_weight,
            weight: environment.weight,
            prefix: environment.prefix,
            also_of: environment.also_of,
            parts: environment.parts,
            among: environment
                .among
                .into_iter()
                .map(|(name, WrittenAmong { prefix, create, pin, since })| {
                    (name, Among { prefix, create, pin, since })
                })
                .collect(),
            since: environment.since,
            versioned: environment.versioned,
            resets_path: environment.resets_path,
        }),
        manifests: written.manifests.map(|manifests| Manifests {
            files: manifests.files,
            required: manifests.required,
            unless: manifests.unless,
            unless_set: manifests.unless_set,
            unless_said: manifests.unless_said,
            fetch: manifests.fetch,
        }),
        cache: Cache {
            directory: written.cache.directory,
            options: written.cache.options,
            variables: written.cache.variables,
        },
        embedders: written.embedders,
        installers: written.installers,
        unlocked_features: written.unlocked_features,
        registry_programs: written.registry_programs,
        library_openers: written.library_openers,
        compiling_packages: written.compiling_packages,
        compiling_calls: written.compiling_calls,
        building_calls: written.building_calls,
        own_data: written.own_data,
        full_only_modules: written.full_only_modules,
        interpreters: written.interpreters,
        fetchers: written.fetchers,
        content_type_users: written.content_type_users,
        unlocked_crates: written.unlocked_crates,
        linking_words: written.linking_words,
    };
    recipes.recipes.retain(|known| known.name != recipe.name);
    recipes.recipes.push(recipe);
    Ok(())
}

fn add_starts(starts: &mut Starts, written: WrittenStarts) -> Result<(), String> {
    starts.builtins.extend(written.builtins);
    starts.prose.extend(written.prose);
    starts.finders.extend(written.finders);
    starts.sets_path.extend(written.sets_path);
    starts.services.extend(written.services);
    starts.service_directories.extend(written.service_directories);
    for WrittenShellLine { programs, option } in written.shell_line {
        starts.shell_lines.extend(programs.into_iter().map(|program| (program, option.clone())));
    }
    for WrittenDaemon { programs, files, syntax, keys, tables } in written.daemon {
        let files = globs(&files)?;
        starts.daemons.push(Daemon { programs, files, syntax, keys, tables });
    }
    Ok(())
}

fn opens(written: WrittenOpens) -> Result<Opens, String> {
    let convention = |(module, patterns): (String, Vec<String>)| {
        let names = patterns.iter().filter(|pattern| !pattern.contains('*') && !pattern.ends_with('/'));
        Ok(Convention { module, files: globs(&patterns)?, names: names.cloned().collect() })
    };
    let conventions = written.modules.into_iter().map(convention).collect::<Result<_, String>>()?;
    let programs = written.programs.into_iter().map(convention).collect::<Result<_, String>>()?;
    let calls = Calls {
        reads: written.reads,
        opens: written.opens,
        names: written.names,
        users: written.users,
        file_systems: written.file_systems,
        embeds: written.embeds,
    };
    Ok(Opens { calls, conventions, programs })
}

/// A rule of a command whose words are all known.
fn check_command(written: Spanned<WrittenCommand>, managers: &[Manager]) -> Result<CommandRule, Fault> {
    let span = written.span();
    let written = written.into_inner();
    let run = written.run.into_vec();
    let run = run.iter().map(|text| Pattern::parse(text)).collect::<Result<Vec<_>, _>>();
    let run = run.map_err(|message| (Some(span.clone()), message))?;
    let writes = written.writes.map(OneOrMany::into_vec).unwrap_or_default();
    check_templates(&writes, &written.values, &run).map_err(|message| (Some(span.clone()), message))?;
    if let Some(engine) = &written.from {
        let (engine, place) = (*engine.get_ref(), engine.span());
        if engine.effect() != Some(written.effect) {
            let wanted =
                engine.effect().map(|effect| format!("of rules with effect = \"{}\"", effect.word()));
            let wanted = wanted.unwrap_or_else(|| "of [[starter]]".to_owned());
            let message =
                format!("`{}` is an engine {wanted}, not of `{}`", engine.word(), written.effect.word());
            return Err((Some(place), message));
        }
    }
    let names: Vec<&str> = managers.iter().map(|manager| manager.name.as_str()).collect();
    match &written.manager {
        Some(name) if !names.contains(&name.get_ref().as_str()) => {
            return Err((Some(name.span()), word::unknown("package manager", name.get_ref(), &names)));
        }
        None if written.effect == EffectKind::InstallPackages => {
            return Err((Some(span), "a rule that installs packages names its `manager`".to_owned()));
        }
        _ => {}
    }
    Ok(CommandRule {
        run,
        values: written.values,
        clusters: written.clusters,
        with: written.with,
        effect: written.effect,
        writes,
        from: written.from.map(Spanned::into_inner),
        manager: written.manager.map(Spanned::into_inner),
        lists: written.lists,
        sets: written.sets,
        exports: written.exports,
        project: written.project,
    })
}

/// Templates whose captures are bound.
fn check_templates(writes: &[String], values: &[String], run: &[Pattern]) -> Result<(), String> {
    for template in writes {
        let Some((_, rest)) = template.split_once('{') else { continue };
        let Some((name, _)) = rest.split_once('}') else {
            return Err(format!("`{template}` has no closing brace"));
        };
        let name = match name.split_once('|') {
            Some((name, "base" | "stem")) => name,
            _ => name,
        };
        let known = ["operands", "rest", "last"].contains(&name)
            || (name.starts_with('-') && values.iter().any(|value| value == name))
            || run.iter().all(|pattern| pattern.captures().any(|capture| capture == name));
        if !known {
            return Err(format!(
                "`{template}`: `{name}` is neither bound by every `run` pattern, nor an option of `values`, nor one of operands, rest, last"
            ));
        }
    }
    Ok(())
}

/// A start whose engine is one of starts.
fn check_starter(written: WrittenStarter) -> Result<Starter, Fault> {
    let engine = *written.from.get_ref();
    if engine.effect().is_some() {
        let message = format!("`{}` is no engine of a [[starter]]", engine.word());
        return Err((Some(written.from.span()), message));
    }
    let run = written.run.split_whitespace().map(str::to_owned).collect();
    Ok(Starter { run, values: written.values, from: engine })
}

/// Patterns as in .gitignore: one without a slash matches the last component, `/` at the end means everything below, `/` at
/// the beginning the root of the build context.
fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let whole = match pattern.strip_suffix('/') {
            // only beside the Dockerfile and the manifests
            _ if pattern.starts_with('/') => pattern.trim_start_matches('/').to_owned(),
            Some(directory) if directory.contains('/') => format!("{directory}/**"),
            Some(directory) => format!("{{{directory},**/{directory}}}/**"),
            None if pattern.contains('/') => pattern.clone(),
            None => format!("{{{pattern},**/{pattern}}}"),
        };
        let glob = GlobBuilder::new(&whole).literal_separator(true).case_insensitive(true).build();
        set.add(glob.map_err(|error| format!("`{pattern}`: {error}"))?);
    }
    set.build().map_err(|error| error.to_string())
}
