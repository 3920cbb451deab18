//! Which programs the operands of a Go command stand for: by go.mod, go.work, the packages of the build context, or GOPATH.

use super::command::Call;
use super::path::{absolute, below};
use super::product::Surroundings;
use crate::context::Context;
use crate::context::gomod::{self, GoModule};

/// What operands stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Names of the programs.
    pub(super) programs: Vec<String>,
    /// Directories of the build context that hold their packages.
    pub(super) packages: Vec<String>,
    /// Whether they are fetched from elsewhere.
    pub(super) foreign: bool,
    /// Whether one of them may be a library.
    pub(super) maybe: bool,
}

/// A package that one operand stands for.
struct Package {
    program: String,
    /// Its directory in the build context.
    directory: Option<String>,
    /// Whether it is fetched from elsewhere.
    foreign: bool,
    /// Whether it may be a library.
    maybe: bool,
}

/// The programs that the operands of a command stand for.
///
/// # Errors
/// Why they can't be told, in one sentence.
pub(super) fn named(call: &Call, directory: &str, around: Surroundings<'_>) -> Result<Named, String> {
    let lookup = Lookup { directory, here: (around.locate)(directory), around };
    let files: Vec<&String> = call.operands.iter().filter(|operand| operand.ends_with(".go")).collect();
    if let Some(first) = files.first() {
        return lookup.of_files(first);
    }
    let here = [".".to_owned()];
    let operands: &[String] = if call.operands.is_empty() { &here } else { &call.operands };
    let mut found = Named::default();
    for operand in operands {
        for package in lookup.packages(operand)? {
            found.foreign |= package.foreign;
            found.maybe |= package.maybe;
            found.packages.extend(package.directory);
            found.programs.push(package.program);
        }
    }
    Ok(found)
}

struct Lookup<'a> {
    /// Absolute directory of the image in which the command runs.
    directory: &'a str,
    /// The same in the build context.
    here: Option<String>,
    around: Surroundings<'a>,
}

impl Lookup<'_> {
    /// A program of files is named after the first of them.
    fn of_files(&self, first: &str) -> Result<Named, String> {
        let (folder, name) = first.rsplit_once('/').unwrap_or(("", first));
        let packages: Vec<String> = self.here.iter().map(|here| below(here, folder)).collect();
        let mut name = name.to_owned();
        if name.starts_with('*') {
            let files =
                self.around.context.zip(packages.first()).into_iter().flat_map(|(context, folder)| {
                    context.below(folder).map(|entry| entry.path.as_str()).filter_map(|path| {
                        path.strip_prefix(folder.as_str()).map(|inside| inside.trim_start_matches('/'))
                    })
                });
            let mut files = files.filter(|file| file.ends_with(".go") && !file.contains('/'));
            name = files.next().ok_or_else(|| format!("`{first}` names no file"))?.to_owned();
        }
        let programs = vec![name.trim_end_matches(".go").to_owned()];
        Ok(Named { programs, packages, ..Named::default() })
    }

    fn packages(&self, operand: &str) -> Result<Vec<Package>, String> {
        let program = |path: &str| GoModule { path: path.to_owned(), ..GoModule::default() }.program_name("");
        let elsewhere =
            |path: &str, maybe| Package { program: program(path), directory: None, foreign: true, maybe };
        // with a version it is a program: of a library the command would fail
        if let Some((path, _version)) = operand.split_once('@') {
            return Ok(vec![elsewhere(path, false)]);
        }
        let local = [".", ".."].contains(&operand)
            || ["./", "../", "/"].iter().any(|start| operand.starts_with(start));
        if let Some(prefix) = operand.strip_suffix("...") {
            return self.pattern(operand, prefix.trim_end_matches('/'), local);
        }
        if local {
            let path = absolute(self.directory, operand);
            return self.local(&path).map(|package| package.into_iter().collect());
        }
        if let Some(directory) = self.imported(operand) {
            return self.in_context(&directory).map(|package| package.into_iter().collect());
        }
        Ok(vec![elsewhere(operand, true)])
    }

    /// `./...`: every main package below.
    fn pattern(&self, operand: &str, prefix: &str, local: bool) -> Result<Vec<Package>, String> {
        let unseen =
            || format!("which programs `{operand}` stands for can't be told without the build context");
        let context = self.around.context.ok_or_else(unseen)?;
        let directory = match local {
            true => (self.around.locate)(&absolute(self.directory, prefix)),
            false => self.imported(prefix),
        };
        let directory = directory.ok_or_else(unseen)?;
        let mains = gomod::packages(context, &directory).into_iter().filter(|package| package.name == "main");
        mains.map(|package| self.in_context(&package.directory)).filter_map(Result::transpose).collect()
    }

    /// The package in a directory of the image; `None` for a library.
    fn local(&self, path: &str) -> Result<Option<Package>, String> {
        if let Some(directory) = (self.around.locate)(path) {
            return self.in_context(&directory);
        }
        // without go.mod, the last element of the directory is the last element of the import path
        if path.contains("/src/") {
            let program = path.rsplit('/').next().unwrap_or_default().to_owned();
            return Ok(Some(Package { program, directory: None, foreign: false, maybe: false }));
        }
        Err("the program's name stands in go.mod, which can't be seen".to_owned())
    }

    /// The package in a directory of the build context; `None` for a library.
    fn in_context(&self, directory: &str) -> Result<Option<Package>, String> {
        let Some(context) = self.around.context else { return Ok(None) };
        let is_library = gomod::packages(context, directory)
            .iter()
            .any(|package| package.directory == directory && package.name != "main");
        if is_library {
            return Ok(None);
        }
        let program = match module_of(context, directory) {
            Some((module, root)) => {
                let inside = directory.strip_prefix(root.as_str()).unwrap_or(directory);
                module.program_name(inside.trim_start_matches('/'))
            }
            None => self.without_go_mod(directory)?,
        };
        Ok(Some(Package { program, directory: Some(directory.to_owned()), foreign: false, maybe: false }))
    }

    /// The name of a package that no go.mod is above: a module that a command made names it, or its directory in GOPATH.
    fn without_go_mod(&self, directory: &str) -> Result<String, String> {
        let here = self.here.as_deref().unwrap_or_default();
        let inside = directory.strip_prefix(here).unwrap_or_default().trim_start_matches('/');
        let path = absolute(self.directory, inside);
        if let Some((root, name)) = (self.around.named_module)(&path) {
            let inside = path.strip_prefix(root.as_str()).unwrap_or_default();
            let module = GoModule { path: name, ..GoModule::default() };
            return Ok(module.program_name(inside.trim_start_matches('/')));
        }
        match path.contains("/src/") {
            true => Ok(path.rsplit('/').next().unwrap_or_default().to_owned()),
            false => Err("the program's name stands in go.mod, which can't be seen".to_owned()),
        }
    }

    /// The directory of the build context behind an import path: of this module, of one beside it (go.work), or below GOPATH.
    fn imported(&self, import: &str) -> Option<String> {
        let context = self.around.context?;
        let here = self.here.as_deref()?;
        let own = module_of(context, here).map(|(module, root)| (module.path, root));
        let beside = gomod::work(context, here).into_iter().flatten().filter_map(|root| {
            let text = context.text(&below(&root, "go.mod"))?;
            Some((GoModule::parse(&text)?.path, root))
        });
        let inside = |path: &str| {
            let rest = import.strip_prefix(path)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
        };
        let mut modules = own.into_iter().chain(beside);
        if let Some(found) = modules.find_map(|(path, root)| Some(below(&root, &inside(&path)?))) {
            return Some(found);
        }
        let (sources, _) = self.directory.split_once("/src/")?;
        (self.around.locate)(&format!("{sources}/src/{import}"))
    }
}

/// The module of a directory of the build context, and its root: the nearest go.mod at or above it.
pub(crate) fn module_of(context: &Context, directory: &str) -> Option<(GoModule, String)> {
    let mut at = directory;
    loop {
        let file = below(at, "go.mod");
        if let Some(module) = context.text(&file).and_then(|text| GoModule::parse(&text)) {
            return Some((module, at.to_owned()));
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}
