//! What a Python project says of itself: pyproject.toml, setup.cfg, setup.py.
//!
//! setup.py is a program; only what it says in literal strings is taken, as a hint.

use super::manifest::{strings, toml_table};
use super::python::{Project, normalised, requirement_name, requirements};
use super::token::{Language, Token, Tokens};
use super::{Context, path};
use toml::{Table, Value};

/// Reads all three, each adding to what the others say; `None` where none is there.
pub(super) fn read(context: &Context, directory: &str) -> Option<Project> {
    let files =
        ["pyproject.toml", "setup.cfg", "setup.py"].map(|name| format!("{}{name}", super::prefix(directory)));
    if !files.iter().any(|file| context.exists(file)) {
        return None;
    }
    let [toml, cfg, script] = files.map(|file| context.text(&file));
    let mut reader = Reader { context, directory, project: Project::default() };
    if let Some(table) = toml.and_then(|text| toml_table("pyproject.toml", &text).ok()) {
        reader.pyproject(&table);
    }
    if let Some(text) = cfg {
        reader.setup_cfg(&text);
    }
    if let Some(text) = script {
        reader.setup_py(&text);
    }
    let mut project = reader.project;
    // An extra may ask for the project itself with other extras.
    if let Some(name) = &project.name {
        project.dependencies.remove(name);
    }
    Some(project)
}

struct Reader<'a> {
    context: &'a Context,
    directory: &'a str,
    project: Project,
}

impl Reader<'_> {
    /// The first name that is said counts.
    fn name(&mut self, name: Option<&str>) {
        if self.project.name.is_none() {
            self.project.name = name.and_then(requirement_name);
        }
    }

    fn dependencies<'t>(&mut self, requirements: impl Iterator<Item = &'t str>) {
        self.project.dependencies.extend(requirements.filter_map(requirement_name));
    }

    /// What a requirements file that the project names asks for.
    fn requirements_file(&mut self, file: &str) {
        let found =
            path::join(self.directory, file.trim()).and_then(|file| requirements(self.context, &file));
        self.project.dependencies.extend(found.map(|found| found.names).unwrap_or_default());
    }

    /// Entry points, `name = module:function`.
    fn scripts<'t>(&mut self, entry_points: impl Iterator<Item = &'t str>) {
        let names = entry_points.filter_map(|entry| Some(entry.split_once('=')?.0.trim().to_owned()));
        self.project.scripts.extend(names.filter(|name| !name.is_empty()));
    }

    fn pyproject(&mut self, table: &Table) {
        let at = |keys: &str| {
            let mut keys = keys.split('.');
            let first = table.get(keys.next()?)?;
            keys.try_fold(first, |value, key| value.get(key))
        };
        let keys = |keys: &str| at(keys).and_then(Value::as_table).into_iter().flat_map(Table::keys);
        for name in ["project.name", "tool.poetry.name"] {
            self.name(at(name).and_then(Value::as_str));
        }
        for scripts in ["project.scripts", "project.gui-scripts", "tool.poetry.scripts", "tool.flit.scripts"]
        {
            self.project.scripts.extend(keys(scripts).cloned());
        }
        self.dependencies(strings(at("project.dependencies")));
        self.dependencies(strings(at("tool.flit.metadata.requires")));
        for (_, extra) in at("project.optional-dependencies").and_then(Value::as_table).into_iter().flatten()
        {
            self.dependencies(strings(Some(extra)));
        }
        let poetry = keys("tool.poetry.dependencies").filter(|name| *name != "python");
        self.project.dependencies.extend(poetry.map(|name| normalised(name)));
        let file = at("tool.setuptools.dynamic.dependencies.file");
        for file in strings(file).chain(file.and_then(Value::as_str)) {
            self.requirements_file(file);
        }
    }

    fn setup_cfg(&mut self, text: &str) {
        for (section, key, value) in settings(text) {
            let lines = value.lines().map(str::trim);
            match (section, key) {
                ("metadata", "name") => self.name(Some(&value)),
                ("options", "install_requires") => match value.trim().strip_prefix("file:") {
                    Some(files) => files.split([',', '\n']).for_each(|file| self.requirements_file(file)),
                    None => self.dependencies(lines.flat_map(|line| line.split(';').next())),
                },
                ("options.extras_require", _) => {
                    self.dependencies(lines.flat_map(|line| line.split(';').next()))
                }
                ("options.entry_points", "console_scripts" | "gui_scripts") => self.scripts(lines),
                ("options", "scripts") => self.project.scripts.extend(lines.filter_map(file_name)),
                _ => {}
            }
        }
    }

    fn setup_py(&mut self, text: &str) {
        let tokens: Vec<Token<'_>> = Tokens::new(text, Language::Python)
            .filter(|token| !matches!(token, Token::Line | Token::Comment(_)))
            .collect();
        let values =
            |name| literals(&tokens, name).into_iter().filter(|text| !text.is_key).map(|text| text.text);
        self.name(values("name").next());
        for requires in ["install_requires", "extras_require"] {
            self.dependencies(values(requires));
        }
        self.project.scripts.extend(values("scripts").filter_map(file_name));
        let mut in_scripts = false;
        let entry_points = literals(&tokens, "entry_points");
        for text in entry_points.iter().flat_map(|text| text.text.lines()).map(str::trim) {
            match text.trim_matches(['[', ']']) {
                "console_scripts" | "gui_scripts" => in_scripts = true,
                _ if !text.contains('=') => in_scripts = false,
                _ if in_scripts => self.scripts([text].into_iter()),
                _ => {}
            }
        }
        if values("install_requires").next().is_none() && tokens.contains(&Token::Word("install_requires")) {
            let files = tokens.iter().filter_map(|token| match token {
                Token::Text(text) if text.ends_with(".txt") => Some(text),
                _ => None,
            });
            files.for_each(|file| self.requirements_file(file));
        }
    }
}

/// Last element of a path; `None` for an empty one.
fn file_name(file: &str) -> Option<String> {
    Some(path::name(file).to_owned()).filter(|name| !name.is_empty())
}

/// Sections, keys and values of an INI file, as Python's configparser reads them; a value's further lines are indented.
fn settings(text: &str) -> Vec<(&str, &str, String)> {
    let mut settings: Vec<(&str, &str, String)> = Vec::new();
    let mut section = "";
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, _, value)) = settings.last_mut() {
                value.push('\n');
                value.push_str(content);
            }
        } else if let Some(name) = content.strip_prefix('[') {
            section = name.split(']').next().unwrap_or_default();
        } else if let Some((key, value)) = content.split_once(['=', ':']) {
            settings.push((section, key.trim(), value.trim().to_owned()));
        }
    }
    settings
}

/// A string literal.
struct Literal<'a> {
    text: &'a str,
    /// Whether it is the key of a dictionary.
    is_key: bool,
}

/// The strings of what a keyword argument or variable is set to: a literal, a list or dictionary of literals, or a
/// variable that is set to one.
fn literals<'a>(tokens: &'a [Token<'_>], name: &'a str) -> Vec<Literal<'a>> {
    let mut name = name;
    // A variable named by a variable is as far as hints go.
    for _ in 0..3 {
        let set_at = tokens.windows(2).position(|pair| pair == [Token::Word(name), Token::Sign('=')]);
        let Some(value) = set_at.and_then(|at| tokens.get(at + 2..)) else { return Vec::new() };
        match value {
            [Token::Text(text), ..] => return vec![Literal { text, is_key: false }],
            [Token::Sign('[' | '(' | '{'), ..] => return inside(value),
            [Token::Word(variable), after, ..] if *after != Token::Sign('(') => name = variable,
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

/// The strings up to the bracket that closes the first.
fn inside<'a>(tokens: &'a [Token<'_>]) -> Vec<Literal<'a>> {
    let mut depth = 0_usize;
    let mut texts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('[' | '(' | '{') => depth += 1,
            Token::Sign(']' | ')' | '}') => depth -= 1,
            Token::Text(text) => {
                texts.push(Literal { text, is_key: tokens.get(at + 1) == Some(&Token::Sign(':')) });
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    texts
}
