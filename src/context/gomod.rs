//! go.mod, go.work and the Go packages beside them.

use super::token::{Language, Token, Tokens};
use super::{Context, go_constraint, path};
use std::collections::{BTreeMap, BTreeSet};

/// What a go.mod says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoModule {
    /// `module` path.
    pub path: String,
    /// `go` version, such as `1.22` or `1.22.3`.
    pub go: Option<String>,
    /// Paths of all required modules, indirect ones too.
    pub requires: BTreeSet<String>,
    /// Directories that `replace` points to (start with `.` or `/`).
    pub local_replaces: Vec<String>,
}

/// One directory of Go files (test files left out, and files that build constraints keep from linux).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoPackage {
    /// Directory in the context, `""` for the root.
    pub directory: String,
    /// `package` clause.
    pub name: String,
    /// Imported paths.
    pub imports: BTreeSet<String>,
    /// Patterns of `//go:embed`, as written, without quotes.
    pub embeds: Vec<String>,
    /// Whether a file imports "C", or "plugin", and so needs cgo.
    pub uses_cgo: bool,
}

/// First release whose go.mod names indirect requirements too; before it, only go.sum does.
const NAMES_INDIRECT: (u32, u32) = (1, 17);

impl GoModule {
    /// Reads the go.mod of a directory; where it is too old to name indirect requirements, those of go.sum count too (a few
    /// more than the build needs).
    pub fn read(context: &Context, directory: &str) -> Option<Self> {
        let mut module = Self::parse(&context.text(&path::join(directory, "go.mod")?)?)?;
        let sums = path::join(directory, "go.sum").and_then(|file| context.text(&file));
        if let (false, Some(sums)) = (module.names_indirect(), sums) {
            module.requires.extend(summed(&sums).map(str::to_owned));
        }
        Some(module)
    }

    fn names_indirect(&self) -> bool {
        let mut parts =
            self.go.as_deref().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= NAMES_INDIRECT
    }

    /// Reads the text of a go.mod; `None` without a module line.
    pub fn parse(text: &str) -> Option<Self> {
        let mut module = Self::default();
        for (verb, arguments) in statements(text) {
            let mut arguments = arguments.into_iter();
            match verb.as_str() {
                "module" => module.path = arguments.next().unwrap_or_default(),
                "go" => module.go = arguments.next(),
                "require" => module.requires.extend(arguments.next()),
                "replace" => {
                    let target = arguments.skip_while(|word| word != "=>").nth(1);
                    module.local_replaces.extend(target.filter(|target| is_local(target)));
                }
                _ => {}
            }
        }
        if module.path.is_empty() { None } else { Some(module) }
    }

    /// Name that `go build` and `go install` give the program of a package directory (relative to the module's root,
    /// `""` for the root): the last path element that is not a major-version suffix `vN`. (The `.vN` of gopkg.in stays:
    /// the Go tool does not take it off.)
    pub fn program_name(&self, directory: &str) -> String {
        let package = path::clean(&format!("{}/{directory}", self.path)).unwrap_or_default();
        let mut elements = package.rsplit('/');
        let last = elements.next().unwrap_or_default();
        let name = if is_major_version(last) { elements.next().unwrap_or(last) } else { last };
        name.to_owned()
    }
}

/// Modules of a go.sum whose sources were fetched. Of those with a `/go.mod` line alone only the requirements were read:
/// nothing of them is compiled.
fn summed(sums: &str) -> impl Iterator<Item = &str> {
    sums.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (module, version) = (words.next()?, words.next()?);
        (!version.ends_with("/go.mod")).then_some(module)
    })
}

/// Directories (of the context) of the modules in the go.work that is in force in a directory; `None` where no go.work
/// is in it or above it. Modules outside the context are left out.
pub fn work(context: &Context, directory: &str) -> Option<Vec<String>> {
    let mut root = directory;
    let text = loop {
        match context.text(&path::join(root, "go.work")?) {
            Some(text) => break text,
            None => root = path::parent(root)?,
        }
    };
    let uses = statements(&text).into_iter().filter(|(verb, _)| verb == "use");
    Some(uses.filter_map(|(_, arguments)| path::join(root, arguments.first()?)).collect())
}

/// Every package below a directory of the context, by directory; `vendor/` and `testdata/` left out, and what the Go
/// tool's `./...` leaves out: directories that start with `.` or `_`, and modules of their own.
pub fn packages(context: &Context, directory: &str) -> Vec<GoPackage> {
    packages_with(context, directory, &[])
}

/// [`packages`], as built with `-tags`.
pub fn packages_with(context: &Context, directory: &str, tags: &[&str]) -> Vec<GoPackage> {
    let modules: BTreeSet<&str> = context
        .below(directory)
        .filter(|entry| path::name(&entry.path) == "go.mod")
        .filter_map(|entry| path::parent(&entry.path))
        .filter(|module| *module != directory)
        .collect();
    let in_module = |mut package: &str| loop {
        if package == directory {
            return true;
        }
        let name = path::name(package);
        if matches!(name, "vendor" | "testdata") || name.starts_with(['.', '_']) || modules.contains(package)
        {
            return false;
        }
        let Some(parent) = path::parent(package) else { return true };
        package = parent;
    };
    collect(context, directory, tags, in_module)
}

/// Whether a package in the `vendor/` of a directory imports "C"; `None` where nothing is vendored.
pub fn vendor_uses_cgo(context: &Context, directory: &str) -> Option<bool> {
    let vendor = path::join(directory, "vendor")?;
    let vendored = context.is_directory(&vendor);
    vendored.then(|| collect(context, &vendor, &[], |_| true).iter().any(|package| package.uses_cgo))
}

/// Packages below a directory, in those directories that are wanted.
fn collect(context: &Context, below: &str, tags: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<GoPackage> {
    let mut packages: BTreeMap<&str, GoPackage> = BTreeMap::new();
    for entry in context.below(below) {
        let (Some(directory), name) = (path::parent(&entry.path), path::name(&entry.path)) else { continue };
        if !name.ends_with(".go")
            || name.ends_with("_test.go")
            || name.starts_with(['.', '_'])
            || !wanted(directory)
        {
            continue;
        }
        if let Some(text) = context.text(&entry.path).filter(|text| go_constraint::builds(name, text, tags)) {
            let package = packages.entry(directory).or_default();
            package.directory = directory.to_owned();
            package.add(&text);
        }
    }
    packages.into_values().filter(|package| !package.name.is_empty()).collect()
}

impl GoPackage {
    /// Adds what one of its files says: its package clause and imports, which come first, and its `//go:embed` lines.
    fn add(&mut self, text: &str) {
        let mut tokens = Tokens::new(text, Language::Go).peekable();
        let mut words = tokens.by_ref().filter_map(|token| match token {
            Token::Word(word) => Some(word),
            _ => None,
        });
        // Files of the package `documentation` hold nothing else, and the Go tool passes over them.
        let (Some("package"), Some(name)) =
            (words.next(), words.next().filter(|name| *name != "documentation"))
        else {
            return;
        };
        if self.name.is_empty() {
            self.name = name.to_owned();
        }
        let mut group = false;
        let mut embeds = Vec::new();
        while let Some(token) = tokens.next_if(|token| match token {
            Token::Word(word) => group || *word == "import",
            _ => true,
        }) {
            match token {
                Token::Sign('(') => group = true,
                Token::Sign(')') => group = false,
                Token::Text(import) => {
                    // plugins are loaded by the C library's loader
                    self.uses_cgo |= import == "C" || import == "plugin";
                    self.imports.insert(import.into_owned());
                }
                Token::Word("import") if !group => {
                    // The name that the file gives it.
                    tokens.next_if(|token| matches!(token, Token::Word(_)));
                }
                Token::Comment(comment) => embeds.extend(embedded(comment)),
                _ => {}
            }
        }
        if self.imports.contains("embed") {
            self.embeds.extend(embeds);
            self.embeds.extend(tokens.flat_map(|token| match token {
                Token::Comment(comment) => embedded(comment),
                _ => Vec::new(),
            }));
        }
    }
}

/// The patterns of a `//go:embed` comment.
fn embedded(comment: &str) -> Vec<String> {
    let patterns = comment.strip_prefix("//go:embed").filter(|patterns| patterns.starts_with([' ', '\t']));
    patterns.map(words_of).unwrap_or_default()
}

/// The statements of a go.mod or go.work: verb and arguments, those of blocks one by one.
fn statements(text: &str) -> Vec<(String, Vec<String>)> {
    let mut statements = Vec::new();
    let mut block: Option<String> = None;
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let mut words = words_of(line).into_iter();
        let Some(first) = words.next() else { continue };
        let mut arguments: Vec<String> = words.collect();
        match &block {
            Some(_) if first == ")" => block = None,
            Some(verb) => {
                arguments.insert(0, first);
                statements.push((verb.clone(), arguments));
            }
            None if arguments.first().is_some_and(|word| word == "(") => block = Some(first),
            None => statements.push((first, arguments)),
        }
    }
    statements
}

/// Words of a line up to its comment: bare, or quoted with `"` or a backquote; parentheses stand alone.
fn words_of(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            _ if rest.starts_with("//") => break,
            '"' | '`' => rest[1..].split_once(first).unwrap_or((&rest[1..], "")),
            '(' | ')' => rest.split_at(1),
            _ => {
                let end = rest.find(|char: char| char.is_whitespace() || "()".contains(char));
                let end = end.unwrap_or(rest.len()).min(rest.find("//").unwrap_or(rest.len()));
                rest.split_at(end)
            }
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

/// Whether the target of a `replace` is a directory.
fn is_local(target: &str) -> bool {
    target.starts_with(['.', '/'])
}

/// `v2`, `v3`, `v10` …; not `v0`, `v1`, `v05`.
fn is_major_version(element: &str) -> bool {
    element.strip_prefix('v').is_some_and(|number| {
        !number.is_empty()
            && number != "1"
            && !number.starts_with('0')
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
