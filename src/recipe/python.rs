//! What pip, setup.py and their kin install, where it goes, and which files they read to do so.

use super::command::Call;
use super::path::absolute;
use super::product::{Dependencies, Surroundings, Target};
use crate::context::{lock, python};

/// `pip install`.
pub fn pip(call: &Call, around: Surroundings<'_>) -> Dependencies {
    let mut found = Dependencies { complete: true, target: target(call, around), ..Dependencies::default() };
    for option in ["-r", "--requirement", "-c", "--constraint"] {
        for file in call.options.get(option).into_iter().flatten() {
            requirements(&mut found, &call.absolute(file), option.contains('r'), around);
        }
    }
    for option in ["-e", "--editable"] {
        for path in call.options.get(option).into_iter().flatten() {
            let path = path.strip_prefix("file://").unwrap_or(path);
            if path.contains("://") {
                found.complete = false;
            } else {
                let directory = call.absolute(path.split('[').next().unwrap_or(path));
                found.editable.push(directory.clone());
                project(&mut found, directory, around);
            }
        }
    }
    for operand in &call.operands {
        match python::requirement_name(operand) {
            Some(name) => {
                found.extras.extend(python::extras(operand, &name));
                found.versions.extend(python::pinned(operand).map(|version| (name.clone(), version)));
                found.names.push(name);
            }
            None if operand.contains("://") => found.fetches_sources |= operand.contains('+'),
            None => project(&mut found, call.absolute(operand.split('[').next().unwrap_or(operand)), around),
        }
    }
    found.needs_installed_tools = call.has(&["--no-build-isolation", "--no-use-pep517"]);
    for option in call.options.get("--no-binary").into_iter().flatten() {
        found.compiled.extend(option.split(',').map(str::to_owned));
    }
    found
}

/// `python setup.py install` and `develop`.
pub fn setup(call: &Call, develops: bool, around: Surroundings<'_>) -> Dependencies {
    let mut found = Dependencies { target: target(call, around), ..Dependencies::default() };
    if develops {
        found.editable.push(call.directory.clone());
    }
    project(&mut found, call.directory.clone(), around);
    found
}

/// `pip-sync`: the environment holds what the files name, `requirements.txt` if none is given, and nothing else.
pub fn sync(call: &Call, around: Surroundings<'_>) -> Dependencies {
    let mut found = Dependencies { complete: true, target: target(call, around), ..Dependencies::default() };
    let files = match call.operands.is_empty() {
        true => vec!["requirements.txt".to_owned()],
        false => call.operands.clone(),
    };
    for file in files {
        requirements(&mut found, &call.absolute(&file), true, around);
    }
    found
}

/// `pip uninstall`: changes the environment, reads at most lists of names, and brings nothing.
pub fn uninstall(call: &Call, around: Surroundings<'_>) -> Dependencies {
    let mut found = Dependencies { complete: true, target: target(call, around), ..Dependencies::default() };
    for option in ["-r", "--requirement"] {
        for file in call.options.get(option).into_iter().flatten() {
            requirements(&mut found, &call.absolute(file), false, around);
        }
    }
    found
}

/// `spacy download`: a model is a package of data, and needs what spaCy itself needs.
pub fn spacy(call: &Call, around: Surroundings<'_>) -> Dependencies {
    let names = vec!["spacy".to_owned()];
    Dependencies { complete: true, target: target(call, around), names, ..Dependencies::default() }
}

/// An installer that is told to go past the virtual environment in force (`uv pip install --system`).
pub fn into_prefix() -> Dependencies {
    Dependencies { target: Target::Prefix, unread: true, ..Dependencies::default() }
}

/// An installer with a place of its own, which is not followed: the first words of the command say which.
pub fn elsewhere(call: &Call) -> Dependencies {
    let command = call.words.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
    Dependencies { target: Target::Elsewhere(command), ..Dependencies::default() }
}

/// The same with the packages of the lock files in its working directory, which such an installer reads.
pub fn locked(mut found: Dependencies, call: &Call, around: Surroundings<'_>) -> Dependencies {
    for name in lock::NAMES {
        let place = call.absolute(name);
        let located = around.context.zip((around.locate)(&place));
        let Some(read) = located.and_then(|(context, file)| lock::read(context, &file)) else { continue };
        // packages beside the lock file are read from there; the project itself is `.`
        found.complete &= !read.packages.iter().any(|package| {
            matches!(&package.origin, lock::Origin::Path { path, .. } if !matches!(path.as_str(), "." | ""))
        });
        for package in read.of_program() {
            found.names.push(package.name.clone());
            found.versions.extend(package.version.clone().map(|version| (package.name.clone(), version)));
            if package.has_wheel == Some(false) {
                found.compiled.push(package.name.clone());
            }
        }
        found.unread = false;
    }
    found
}

fn requirements(found: &mut Dependencies, path: &str, installs: bool, around: Surroundings<'_>) {
    found.files.push(path.to_owned());
    let located = around.context.zip((around.locate)(path));
    let Some(read) = located.and_then(|(context, file)| Some((python::requirements(context, &file)?, file)))
    else {
        found.complete = false;
        found.unread = true;
        return;
    };
    let (read, file) = read;
    found.fetches_sources |= read.version_control;
    found.complete &= read.complete && read.local.is_empty();
    // an include stands beside the file that names it, in the image as in the context
    let above = |path: &str| path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    let (image, context) = (above(path), above(&file));
    for include in read.files.iter().filter(|include| **include != file) {
        match include.strip_prefix(context.as_str()) {
            Some(rest) => found.files.push(absolute(&image, rest.trim_start_matches('/'))),
            None => found.complete = false,
        }
    }
    if installs {
        found.names.extend(read.names);
        found.extras.extend(read.extras);
        found.versions.extend(read.versions);
        found.compiled.extend(read.compiled);
        for local in &read.local {
            let editable = local.strip_prefix("-e ").or_else(|| local.strip_prefix("--editable "));
            let directory = absolute(&image, editable.unwrap_or(local).trim());
            if editable.is_some() {
                found.editable.push(directory.clone());
            }
            project(found, directory, around);
        }
    }
}

fn project(found: &mut Dependencies, directory: String, around: Surroundings<'_>) {
    let located = around.context.zip((around.locate)(&directory));
    if let Some(read) = located.and_then(|(context, path)| python::project(context, &path)) {
        found.names.extend(read.dependencies);
    } else {
        found.unread = true;
    }
    found.complete = false;
    found.projects.push(directory);
}

/// Every option of pip has a variable too.
fn variable<'a>(call: &'a Call, names: &[&str]) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| call.variables.get(*name))
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn target(call: &Call, around: Surroundings<'_>) -> Target {
    if let Some(directory) = variable(call, &["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"]) {
        return Target::Directory(call.absolute(directory));
    }
    let by_variable =
        variable(call, &["PIP_USER"]).is_some_and(|value| !matches!(value, "0" | "no" | "false"));
    let for_user = by_variable || call.has(&["--user"]) || !around.root;
    if let (true, Some(directory)) = (for_user, variable(call, &["PYTHONUSERBASE"])) {
        return Target::Directory(call.absolute(directory));
    }
    match call.option(&["-t", "--target", "--prefix", "--root", "--install-lib"]) {
        Some(directory) => Target::Directory(call.absolute(directory)),
        None if for_user => Target::User,
        None => Target::Default,
    }
}
