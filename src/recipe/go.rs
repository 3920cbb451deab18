//! What `go build`, `go install` and `go run` make: names come from go.mod and the packages, never from a guess.

use super::command::Call;
use super::path::absolute;
use super::product::{Outputs, Started, Surroundings};
use crate::context::gomod::{self, GoModule};

/// Modes of `-buildmode` that give a program.
const PROGRAM_MODES: [&str; 3] = ["default", "exe", "pie"];

/// The module that a directory of the image belongs to.
struct Place {
    module: GoModule,
    /// Context directory of go.mod.
    module_directory: String,
    /// Context directory in which the command runs.
    directory: String,
}

/// `go build`.
pub fn build(call: &Call, around: Surroundings<'_>) -> Outputs {
    let directory = working_directory(call);
    let mut outputs = Outputs {
        cgo: cgo(call),
        tagged: tagged(call),
        sources: vec![directory.clone()],
        ..Outputs::default()
    };
    if let Some(mode) = call.option(&["-buildmode"])
        && !PROGRAM_MODES.contains(&mode)
    {
        outputs.cgo = Some(true);
        outputs.programs.extend(call.option(&["-o"]).map(|output| absolute(&directory, output)));
        outputs.unknown = Some(format!("-buildmode={mode} does not make a program"));
        return outputs;
    }
    match call.option(&["-o"]) {
        Some(output) if output.ends_with('/') => {
            let target = absolute(&directory, output);
            match names(call, &directory, around) {
                Ok(names) => outputs.programs = names.iter().map(|name| absolute(&target, name)).collect(),
                Err(why) => {
                    outputs.unknown = Some(why);
                    outputs.directories.push(target);
                }
            }
        }
        Some("/dev/null") => {}
        Some(output) => outputs.programs.push(absolute(&directory, output)),
        None => match names(call, &directory, around) {
            // of several packages `go build` keeps nothing
            Ok(names) if names.len() == 1 => {
                outputs.programs = names.iter().map(|name| absolute(&directory, name)).collect();
            }
            Ok(_) => {}
            Err(why) => {
                outputs.unknown = Some(why);
                outputs.directories.push(directory);
            }
        },
    }
    outputs
}

/// `go install`, and `go get` of releases that still installed.
pub fn install(call: &Call, around: Surroundings<'_>) -> Outputs {
    let directory = working_directory(call);
    let mut outputs = Outputs {
        cgo: cgo(call),
        tagged: tagged(call),
        sources: vec![directory.clone()],
        ..Outputs::default()
    };
    let gets = call.words.get(1).is_some_and(|word| word == "get");
    if gets && (call.has(&["-d"]) || version(around) >= Some((1, 18))) {
        return outputs;
    }
    let target = match (call.variables.get("GOBIN"), call.variables.get("GOPATH")) {
        (Some(directory), _) if !directory.is_empty() => directory.clone(),
        (_, Some(path)) if !path.is_empty() => format!("{}/bin", path.split(':').next().unwrap_or(path)),
        _ => absolute(around.home, "go/bin"),
    };
    match names(call, &directory, around) {
        Ok(names) => outputs.programs = names.iter().map(|name| absolute(&target, name)).collect(),
        Err(why) => outputs.unknown = Some(why),
    }
    if gets || outputs.unknown.is_some() {
        // `go get ./...` of an old release installs what has a main package: demanded names are looked for there
        outputs.programs.retain(|_| !gets);
        outputs.directories.push(target);
    }
    outputs
}

/// `go run`: what the builder builds instead, and what then starts.
///
/// # Errors
/// Why it can't be told, in one sentence.
pub fn run(
    words: &[String],
    values: &[String],
    directory: &str,
    around: Surroundings<'_>,
) -> Result<Started, String> {
    let mut flags = Vec::new();
    let mut rest = words.iter().skip(2).peekable();
    while let Some(flag) = rest.next_if(|word| word.starts_with('-')) {
        flags.push(flag.clone());
        if values.contains(flag) {
            flags.extend(rest.next().cloned());
        }
    }
    let mut packages: Vec<String> = Vec::new();
    while let Some(file) = rest.next_if(|word| word.ends_with(".go")) {
        packages.push(file.clone());
    }
    if packages.is_empty() {
        packages.push(rest.next().ok_or("`go run` names no package")?.clone());
    }
    let call = Call { operands: packages.clone(), directory: directory.to_owned(), ..Call::default() };
    let name = names(&call, directory, around)?.pop().ok_or("`go run` names no main package")?;
    let program = format!("/usr/local/bin/{name}");
    let build = ["go", "build", "-o", &program]
        .into_iter()
        .map(str::to_owned)
        .chain(flags)
        .chain(packages)
        .map(|word| crate::recipe::command::quoted(&word))
        .collect::<Vec<_>>()
        .join(" ");
    Ok(Started { build, program, arguments: rest.cloned().collect() })
}

/// Names of the programs that the operands stand for.
fn names(call: &Call, directory: &str, around: Surroundings<'_>) -> Result<Vec<String>, String> {
    let files: Vec<&String> = call.operands.iter().filter(|operand| operand.ends_with(".go")).collect();
    if let Some(first) = files.first() {
        let name = first.rsplit('/').next().unwrap_or(first);
        return Ok(vec![name.trim_end_matches(".go").trim_start_matches('*').to_owned()]).and_then(|names| {
            if names[0].is_empty() { Err(format!("`{first}` names no file")) } else { Ok(names) }
        });
    }
    let here = [".".to_owned()];
    let operands: &[String] = if call.operands.is_empty() { &here } else { &call.operands };
    let place = place(directory, around);
    let mut names = Vec::new();
    for operand in operands {
        names.extend(names_of(operand, directory, place.as_ref(), around)?);
    }
    Ok(names)
}

fn names_of(
    operand: &str,
    directory: &str,
    place: Option<&Place>,
    around: Surroundings<'_>,
) -> Result<Vec<String>, String> {
    if let Some((path, _version)) = operand.split_once('@') {
        return Ok(vec![GoModule { path: path.to_owned(), ..GoModule::default() }.program_name("")]);
    }
    let local =
        operand == "." || operand.starts_with("./") || operand.starts_with("../") || operand.starts_with('/');
    if operand.ends_with("...") {
        let (Some(context), Some(place)) = (around.context, place) else {
            return Err(format!(
                "which programs `{operand}` stands for can't be told without the build context"
            ));
        };
        let below = operand.trim_end_matches("...").trim_end_matches('/');
        let below = if local { join(&place.directory, below) } else { place.package_directory(below)? };
        let mains = gomod::packages(context, &below).into_iter().filter(|package| package.name == "main");
        return Ok(mains.map(|package| place.program_name(&package.directory)).collect());
    }
    match place {
        Some(place) if local => Ok(vec![place.program_name(&join(&place.directory, operand))]),
        Some(place) => Ok(vec![place.program_name(&place.package_directory(operand)?)]),
        // without go.mod, the last element of the directory is the last element of the import path
        None if local && directory.contains("/src/") => {
            let path = absolute(directory, operand);
            Ok(vec![path.rsplit('/').next().unwrap_or_default().to_owned()])
        }
        None if !local => Ok(vec![operand.rsplit('/').next().unwrap_or(operand).to_owned()]),
        None => Err("the program's name stands in go.mod, which can't be seen".to_owned()),
    }
}

impl Place {
    fn program_name(&self, directory: &str) -> String {
        let inside = directory.strip_prefix(self.module_directory.as_str()).unwrap_or(directory);
        self.module.program_name(inside.trim_start_matches('/'))
    }

    fn package_directory(&self, import: &str) -> Result<String, String> {
        match import.strip_prefix(self.module.path.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(join(&self.module_directory, rest)),
            _ => Err(format!("`{import}` is not a package of module `{}`", self.module.path)),
        }
    }
}

/// The module of a directory of the image: the nearest go.mod at or above it in the build context.
fn place(directory: &str, around: Surroundings<'_>) -> Option<Place> {
    let context = around.context?;
    let here = (around.locate)(directory)?;
    let mut at = here.as_str();
    loop {
        let file = join(at, "go.mod");
        if let Some(module) = context.text(&file).and_then(|text| GoModule::parse(&text)) {
            return Some(Place { module, module_directory: at.to_owned(), directory: here.clone() });
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

fn working_directory(call: &Call) -> String {
    call.option(&["-C"]).map_or_else(|| call.directory.clone(), |directory| call.absolute(directory))
}

/// What the command and its variables say of cgo.
fn cgo(call: &Call) -> Option<bool> {
    if call.has(&["-race", "-msan", "-asan"]) {
        return Some(true);
    }
    match call.variables.get("CGO_ENABLED").map(String::as_str) {
        Some("0") => Some(false),
        Some("1") => Some(true),
        _ => None,
    }
}

/// Whether build tags other than those of the standard library are given.
fn tagged(call: &Call) -> bool {
    const HARMLESS: [&str; 4] = ["netgo", "osusergo", "timetzdata", "static_build"];
    let tags = ["-tags", "--tags"].iter().filter_map(|option| call.options.get(*option)).flatten();
    tags.flat_map(|tags| tags.split([',', ' '])).any(|tag| !tag.is_empty() && !HARMLESS.contains(&tag))
}

/// Version of the toolchain.
fn version(around: Surroundings<'_>) -> Option<(u32, u32)> {
    let mut parts = around.version?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// A context path below another, cleaned.
pub(crate) fn join(directory: &str, path: &str) -> String {
    absolute(&format!("/{directory}"), path.trim_start_matches('/')).trim_start_matches('/').to_owned()
}
