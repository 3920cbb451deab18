//! What `cargo build`, `cargo install` and `cargo run` make: names and places come from the manifests.

use super::command::{Call, quoted};
use super::path::{absolute, below};
use super::product::{Outputs, Started, Surroundings};
use crate::context::cargo::{self, Package, Workspace};

/// Options that choose among the kinds of targets; without one, cargo builds libraries and binaries.
const OTHER_TARGETS: [&str; 6] = ["--lib", "--test", "--tests", "--bench", "--benches", "--examples"];

/// `cargo build`.
pub fn build(call: &Call, around: Surroundings<'_>) -> Outputs {
    let mut outputs = Outputs { sources: vec![call.directory.clone()], ..Outputs::default() };
    match place(call, around) {
        Ok((workspace, root)) => {
            let packages = selected(call, &workspace);
            let directory = target_directory(call, Some(&workspace), &root);
            outputs.packages = packages.iter().map(|package| package.directory.clone()).collect();
            outputs.programs = programs_in(call, &packages, &directory);
            let libraries = packages.iter().filter_map(|package| package.shared_library.as_ref());
            outputs.libraries = libraries.map(|name| format!("{directory}/lib{name}.so")).collect();
            // both are copies of the finished programs
            for option in ["--out-dir", "--artifact-dir"] {
                if let Some(copies) = call.option(&[option]).map(|copies| call.absolute(copies)) {
                    outputs.programs.extend(programs_in(call, &packages, &copies));
                }
            }
            if call.has(&["--examples"]) {
                outputs.directories.push(format!("{directory}/examples"));
            }
        }
        Err(why) => {
            outputs.unknown = Some(why);
            outputs.directories.push(target_directory(call, None, &call.directory));
        }
    }
    outputs
}

/// The programs of packages that a command builds, in the directory of finished programs.
fn programs_in(call: &Call, packages: &[&Package], directory: &str) -> Vec<String> {
    let named = |option: &str| call.options.get(option).into_iter().flatten();
    let examples = named("--example").map(|name| format!("{directory}/examples/{name}"));
    let chooses = call.has(&["--example"]) || call.has(&OTHER_TARGETS);
    let binaries = packages.iter().flat_map(|package| binaries(call, package));
    let binaries = binaries.filter(|_| !chooses || call.has(&["--bin", "--bins"]));
    binaries.map(|name| format!("{directory}/{name}")).chain(examples).collect()
}

/// The binaries of a package that a command's options ask for.
fn binaries(call: &Call, package: &Package) -> Vec<String> {
    let wanted: Vec<&String> = call.options.get("--bin").into_iter().flatten().collect();
    let given: Vec<&str> = ["--features", "-F"]
        .iter()
        .filter_map(|option| call.options.get(*option))
        .flatten()
        .flat_map(|features| features.split([',', ' ']))
        .map(|feature| feature.rsplit('/').next().unwrap_or(feature))
        .collect();
    let is_on = |feature: &String| call.has(&["--all-features"]) || given.contains(&feature.as_str());
    let optional = package.optional_binaries.iter();
    let optional = optional.filter(|(_, required)| required.iter().all(is_on)).map(|(name, _)| name);
    let all = package.binaries.iter().chain(optional);
    all.filter(|name| wanted.is_empty() || wanted.contains(name)).cloned().collect()
}

/// `cargo install`.
pub fn install(call: &Call, around: Surroundings<'_>) -> Outputs {
    let root = call.option(&["--root"]).map(|root| call.absolute(root));
    let root = root.or_else(|| call.variables.get("CARGO_INSTALL_ROOT").cloned());
    let root = root.or_else(|| call.variables.get("CARGO_HOME").cloned());
    let target = format!("{}/bin", root.unwrap_or_else(|| absolute(around.home, ".cargo")));
    let mut outputs = Outputs { sources: vec![call.directory.clone()], ..Outputs::default() };
    let Some(path) = call.option(&["--path"]) else {
        outputs.foreign = true;
        outputs.programs = of_registry(call, around).iter().map(|name| format!("{target}/{name}")).collect();
        // what a repository without a package's name holds is not known
        if outputs.programs.is_empty() {
            outputs.directories.push(target);
        }
        return outputs;
    };
    let directory = call.absolute(path);
    match package(&directory, around) {
        Ok(package) => {
            outputs.programs =
                binaries(call, &package).iter().map(|name| format!("{target}/{name}")).collect();
            outputs.packages.push(package.directory);
        }
        Err(why) => {
            outputs.unknown = Some(why);
            outputs.directories.push(target);
        }
    }
    outputs
}

/// The programs of crates of a registry: as the rules know them, else each is taken to be named after its crate.
fn of_registry(call: &Call, around: Surroundings<'_>) -> Vec<String> {
    if let Some(wanted) = call.options.get("--bin") {
        return wanted.clone();
    }
    let programs = call.operands.iter().flat_map(|operand| {
        let name = operand.split('@').next().unwrap_or(operand);
        around.registry_programs.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()])
    });
    programs.collect()
}

/// `cargo run`: what the builder builds instead, and what then starts.
///
/// # Errors
/// Why it can't be told, in one sentence.
pub fn run(call: &Call, around: Surroundings<'_>) -> Result<Started, String> {
    let end = call.words.iter().position(|word| word == "--").unwrap_or(call.words.len());
    let (ours, arguments) = call.words.split_at(end);
    let mut arguments: Vec<String> = arguments.iter().skip(1).cloned().collect();
    // operands before `--` are arguments of the program too
    let given: Vec<String> = call.operands.iter().filter(|operand| ours.contains(operand)).cloned().collect();
    arguments.splice(0..0, given.iter().cloned());
    let outputs = build(call, around);
    let program = match outputs.programs.as_slice() {
        [program] => program.clone(),
        programs => {
            let (workspace, _) = place(call, around)?;
            let packages = selected(call, &workspace);
            let name = packages.iter().find_map(|package| package.default_run.clone());
            let name = name.ok_or_else(|| format!("`cargo run` could start {} programs", programs.len()))?;
            let path = programs.iter().find(|path| path.rsplit('/').next() == Some(&name));
            path.cloned().ok_or_else(|| format!("`default-run` names `{name}`, which no package has"))?
        }
    };
    let words = ours.iter().skip(2).filter(|word| !given.contains(word)).map(|word| quoted(word));
    let build =
        ["cargo".to_owned(), "build".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ");
    Ok(Started { build, program, arguments })
}

/// The workspace that cargo sees, and the absolute path of its root in the image.
fn place(call: &Call, around: Surroundings<'_>) -> Result<(Workspace, String), String> {
    let directory = match call.option(&["--manifest-path"]) {
        Some(path) => {
            call.absolute(path).rsplit_once('/').map_or("/".to_owned(), |(parent, _)| parent.to_owned())
        }
        None => call.directory.clone(),
    };
    let context = around.context.ok_or("names stand in Cargo.toml, and the build context can't be seen")?;
    let here = (around.locate)(&directory).ok_or_else(|| {
        format!("no COPY from the build context to `{directory}` was found, so Cargo.toml can't be seen")
    })?;
    let workspace = cargo::workspace(context, &here)?;
    let up = here.strip_prefix(workspace.root.as_str()).unwrap_or_default();
    let levels = up.split('/').filter(|part| !part.is_empty()).count();
    let root = absolute(&directory, &"../".repeat(levels));
    Ok((workspace, root))
}

/// Packages that the command builds.
fn selected<'a>(call: &Call, workspace: &'a Workspace) -> Vec<&'a Package> {
    let named: Vec<&String> =
        ["-p", "--package"].iter().filter_map(|option| call.options.get(*option)).flatten().collect();
    let is_default = |package: &&Package| match (&workspace.current, &workspace.default_members) {
        _ if !named.is_empty() => named.iter().any(|name| name.split('@').next() == Some(&package.name)),
        _ if call.has(&["--workspace", "--all"]) => true,
        (Some(current), _) if *current != workspace.root => package.directory == *current,
        (_, Some(members)) => members.contains(&package.directory),
        (Some(current), None) => package.directory == *current,
        (None, None) => true,
    };
    workspace.packages.iter().filter(is_default).collect()
}

fn package(directory: &str, around: Surroundings<'_>) -> Result<Package, String> {
    let context = around.context.ok_or("names stand in Cargo.toml, and the build context can't be seen")?;
    let here = (around.locate)(directory).ok_or_else(|| {
        format!("no COPY from the build context to `{directory}` was found, so Cargo.toml can't be seen")
    })?;
    let workspace = cargo::workspace(context, &here)?;
    let found = workspace.packages.into_iter().find(|package| package.directory == below(&here, ""));
    found.ok_or_else(|| format!("`{directory}` holds no package"))
}

/// Directory of the finished programs: `target/[TRIPLE/]PROFILE`.
fn target_directory(call: &Call, workspace: Option<&Workspace>, root: &str) -> String {
    let configured = workspace.and_then(|workspace| workspace.target_directory.as_deref());
    let target = match (call.option(&["--target-dir"]), call.variables.get("CARGO_TARGET_DIR")) {
        (Some(directory), _) => call.absolute(directory),
        (None, Some(directory)) if !directory.is_empty() => call.absolute(directory),
        _ => absolute(root, configured.unwrap_or("target")),
    };
    let triple = call.option(&["--target"]).map(str::to_owned);
    let triple = triple.or_else(|| call.variables.get("CARGO_BUILD_TARGET").cloned());
    let triple = triple.or_else(|| workspace.and_then(|workspace| workspace.target.clone()));
    let profile = match call.option(&["--profile"]) {
        Some("dev" | "test") => "debug",
        Some("bench") => "release",
        Some(profile) => profile,
        None if call.has(&["--release", "-r"]) => "release",
        None => "debug",
    };
    match triple {
        Some(triple) => format!("{target}/{triple}/{profile}"),
        None => format!("{target}/{profile}"),
    }
}
