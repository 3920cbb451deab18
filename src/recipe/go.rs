//! What `go build`, `go install` and `go run` make: names come from go.mod and the packages, never from a guess.

use super::command::Call;
use super::go_names::{Named, named};
use super::path::absolute;
use super::product::{Outputs, Started, Surroundings};

/// Modes of `-buildmode` that give a program.
const PROGRAM_MODES: [&str; 3] = ["default", "exe", "pie"];

/// `go build`.
pub fn build(call: &Call, around: Surroundings<'_>) -> Outputs {
    let directory = working_directory(call);
    let mut outputs = outputs_in(call, &directory);
    if let Some(mode) = call.option(&["-buildmode"])
        && !PROGRAM_MODES.contains(&mode)
    {
        outputs.cgo = Some(true);
        outputs.programs.extend(call.option(&["-o"]).map(|output| absolute(&directory, output)));
        outputs.unknown = Some(format!("-buildmode={mode} does not make a program"));
        return outputs;
    }
    let named = named(call, &directory, around);
    match &named {
        Ok(named) => outputs.packages.clone_from(&named.packages),
        // without go.mod `-o` names the program, and its package is the directory all the same (go/without-go-mod)
        Err(_) if call.operands.iter().all(|operand| operand == ".") => {
            outputs.packages.extend((around.locate)(&directory));
        }
        Err(_) => {}
    }
    // several programs of one command go into a directory, whatever its name looks like
    let many = named.as_ref().is_ok_and(|named| named.programs.len() > 1);
    match call.option(&["-o"]) {
        Some(output) if output.ends_with('/') || many => {
            place_in(&mut outputs, absolute(&directory, output), named);
        }
        Some("/dev/null") => {}
        Some(output) => outputs.programs.push(absolute(&directory, output)),
        None => match named {
            // of several packages `go build` keeps nothing
            Ok(named) if named.programs.len() == 1 => {
                outputs.programs = named.programs.iter().map(|name| absolute(&directory, name)).collect();
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
    let mut outputs = outputs_in(call, &directory);
    let gets = call.words.get(1).is_some_and(|word| word == "get");
    if gets && (call.has(&["-d"]) || version(around) >= Some((1, 18))) {
        return outputs;
    }
    let target = match (call.variables.get("GOBIN"), call.variables.get("GOPATH")) {
        (Some(directory), _) if !directory.is_empty() => directory.clone(),
        (_, Some(path)) if !path.is_empty() => format!("{}/bin", path.split(':').next().unwrap_or(path)),
        _ => absolute(around.home, "go/bin"),
    };
    match named(call, &directory, around) {
        // what is not seen may be a library, which makes no program, and `go get ./...` of an old release installs what
        // has a main package: demanded names are looked for there
        Ok(named) if gets || named.maybe => {
            outputs.foreign = named.foreign;
            outputs.directories.push(target);
        }
        Ok(named) => {
            outputs.foreign = named.foreign;
            place_in(&mut outputs, target, Ok(named));
        }
        Err(why) => place_in(&mut outputs, target, Err(why)),
    }
    outputs
}

fn outputs_in(call: &Call, directory: &str) -> Outputs {
    Outputs {
        cgo: cgo(call),
        tagged: tagged(call),
        sources: vec![directory.to_owned()],
        ..Outputs::default()
    }
}

/// The programs go into a directory under their own names.
fn place_in(outputs: &mut Outputs, target: String, named: Result<Named, String>) {
    match named {
        Ok(named) => {
            outputs.programs = named.programs.iter().map(|name| absolute(&target, name)).collect();
            outputs.packages = named.packages;
        }
        Err(why) => {
            outputs.unknown = Some(why);
            outputs.directories.push(target);
        }
    }
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
    let name = named(&call, directory, around)?.programs.pop().ok_or("`go run` names no main package")?;
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

fn working_directory(call: &Call) -> String {
    call.option(&["-C"]).map_or_else(|| call.directory.clone(), |directory| call.absolute(directory))
}

/// What the command and its variables say of cgo.
fn cgo(call: &Call) -> Option<bool> {
    if call.has(&["-race", "-msan", "-asan"]) {
        return Some(true);
    }
    // these have the C linker make the program, or an interpreter load it: `-buildmode=pie`, `-linkmode external`
    // (go/position-independent)
    let flags = call.variables.get("GOFLAGS").map(String::as_str);
    let said = ["-buildmode", "-ldflags"].iter().filter_map(|option| call.option(&[option])).chain(flags);
    if said.into_iter().any(|text| text.contains("pie") || text.contains("linkmode")) {
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
