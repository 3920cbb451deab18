//! A rule of a command: which words it matches, and what the command then does.
//!
//! The pattern language has words, `*` (any words) and `{name}` (one word, kept). Options are lifted out first, so a
//! pattern only sees operands; `values` names the options that take the next word with them.

use super::engine::Engine;
use super::path::absolute;
use super::project::ProjectInstaller;
use super::word::words;
use std::collections::BTreeMap;

/// What is known of a command.
#[derive(Clone, Debug)]
pub struct CommandRule {
    /// Patterns, any of which may match.
    pub run: Vec<Pattern>,
    /// Options that take a value, as `-o FILE` or `--output=FILE`.
    pub values: Vec<String>,
    /// Whether one-letter options may stand together, as in `-fsSLo FILE`.
    pub clusters: bool,
    /// Options (or operands) without which the rule does not match.
    pub with: Vec<String>,
    /// What it does.
    pub effect: EffectKind,
    /// Paths that it writes: templates with `{name}`, `{-option}`, `{operands}`, `{rest}` (operands but the first), `{last}`;
    /// `{name|base}` is the last component, `{name|stem}` that without `.git`.
    pub writes: Vec<String>,
    /// The engine that says what it writes or installs, where templates can't.
    pub from: Option<Engine>,
    /// Package manager, for the effects on packages.
    pub manager: Option<String>,
    /// The option that names a file of operands.
    pub lists: Option<String>,
    /// The variable that the command is as good as for those after it: `NAME={capture}`.
    pub sets: Option<String>,
    /// Options that name the file into which it writes what a lock file names; it prints that otherwise.
    pub exports: Vec<String>,
    /// What an installer of a project reads, and where it installs.
    pub project: Option<ProjectInstaller>,
}

words! {
    /// What a command does.
    EffectKind, "effect":
    /// Nothing that lasts: prints, tests, cleans a cache.
    Nothing = "nothing",
    /// Reads the package index anew.
    UpdatePackages = "update-packages",
    /// Installs distribution packages.
    InstallPackages = "install-packages",
    /// Upgrades the packages that the image has.
    UpgradePackages = "upgrade-packages",
    /// Adds a repository of distribution packages.
    AddRepository = "add-repository",
    /// Removes distribution packages.
    RemovePackages = "remove-packages",
    /// Fetches dependencies into a cache of the builder.
    Fetch = "fetch",
    /// Makes a module of the working directory, with the name that the pattern keeps as `{name}`.
    NameModule = "name-module",
    /// Installs a language's dependencies for the program to find.
    InstallDependencies = "install-dependencies",
    /// Compiles programs.
    Compile = "compile",
    /// Writes sources that a later compile reads.
    GenerateSources = "generate-sources",
    /// Runs a build tool: it may write anywhere below the working directory.
    Build = "build",
    /// Runs a build tool's install step: it may write below its prefix.
    InstallBuilt = "install-built",
    /// Makes a virtual environment.
    CreateEnvironment = "create-environment",
    /// Creates a user.
    CreateUser = "create-user",
    /// Creates a group, or changes users and groups.
    ChangeUsers = "change-users",
    /// Creates directories.
    CreateDirectory = "create-directory",
    /// Changes modes or capabilities: a copy from another stage keeps them.
    ChangeMode = "change-mode",
    /// Changes owners: a copy from another stage loses them.
    ChangeOwner = "change-owner",
    /// Sets the system up: links, locales, certificates. Cheap, and meant for the image that runs it.
    Configure = "configure",
    /// Writes files: downloads, unpacks.
    Write = "write",
    /// Copies files inside the image.
    Duplicate = "duplicate",
    /// Makes symbolic links.
    Link = "link",
    /// Brings files from one place of the image to another.
    Move = "move",
    /// Removes files.
    Remove = "remove",
    /// Starts the program of its operands in a shell: `sh -c`, `bash script`.
    Shell = "shell",
}

/// One pattern: leading program words and operands, and the options that must be there too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    tokens: Vec<Token>,
    options: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Any,
    Capture(String),
}

/// A command's words, taken apart by a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// All words, aliases resolved.
    pub words: Vec<String>,
    /// Options by name with their values, in order; an empty value for those without.
    pub options: BTreeMap<String, Vec<String>>,
    /// Words that are neither options nor their values, the program and the pattern's own words left out.
    pub operands: Vec<String>,
    /// What `{name}` matched.
    pub captures: BTreeMap<String, String>,
    /// Absolute working directory.
    pub directory: String,
    /// Values of variables in force (environment and build arguments), as far as they are known.
    pub variables: BTreeMap<String, String>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it: it has no word to begin with, or an unclosed brace.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (options, words): (Vec<&str>, Vec<&str>) =
            text.split_whitespace().partition(|word| word.len() > 1 && word.starts_with('-'));
        let tokens = words
            .into_iter()
            .map(|word| match word.strip_prefix('{') {
                _ if word == "*" => Ok(Token::Any),
                Some(rest) => match rest.strip_suffix('}') {
                    Some(name) if !name.is_empty() => Ok(Token::Capture(name.to_owned())),
                    _ => Err(format!("`{word}` should be `{{name}}`")),
                },
                None => Ok(Token::Word(word.to_owned())),
            })
            .collect::<Result<Vec<_>, _>>()?;
        match tokens.first() {
            Some(Token::Word(_)) => {
                Ok(Self { tokens, options: options.into_iter().map(str::to_owned).collect() })
            }
            _ => Err("a pattern begins with the name of a program".to_owned()),
        }
    }

    /// Names that it binds.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Capture(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The program and its words up to the first that is not literal.
    fn literal_words(&self) -> usize {
        self.tokens.iter().take_while(|token| matches!(token, Token::Word(_))).count()
    }

    /// Matches operands (program first); gives the captures.
    fn matches(&self, words: &[String]) -> Option<BTreeMap<String, String>> {
        let mut captures = BTreeMap::new();
        match_tokens(&self.tokens, words, &mut captures).then_some(captures)
    }
}

/// Patterns have a handful of tokens, and `*` at most twice: the recursion is as deep as the pattern is long.
fn match_tokens(tokens: &[Token], words: &[String], captures: &mut BTreeMap<String, String>) -> bool {
    match (tokens.split_first(), words.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Token::Any, rest)), _) => {
            rest.is_empty() || (0..=words.len()).any(|skip| match_tokens(rest, &words[skip..], captures))
        }
        (Some((Token::Word(expected), rest)), Some((word, words))) => {
            expected == word && match_tokens(rest, words, captures)
        }
        (Some((Token::Capture(name), rest)), Some((word, words))) => {
            captures.insert(name.clone(), word.clone());
            match_tokens(rest, words, captures)
        }
        (Some(_), None) => false,
    }
}

impl CommandRule {
    /// A rule that only takes the words of a start through the toolchain apart.
    pub fn starter(starter: &super::Starter) -> Option<Self> {
        Some(Self {
            run: vec![Pattern::parse(&format!("{} *", starter.run.join(" "))).ok()?],
            values: starter.values.clone(),
            clusters: false,
            with: Vec::new(),
            effect: EffectKind::Compile,
            writes: Vec::new(),
            from: None,
            manager: None,
            lists: None,
            sets: None,
            exports: Vec::new(),
            project: None,
        })
    }

    /// Takes the words of a command apart, if the rule is about it. The program is compared without its directory.
    pub fn call(&self, words: &[String]) -> Option<Call> {
        self.run.iter().find_map(|pattern| self.call_as(pattern, words))
    }

    fn call_as(&self, pattern: &Pattern, words: &[String]) -> Option<Call> {
        let (program, rest) = words.split_first()?;
        let name = program.rsplit('/').next().unwrap_or(program);
        match pattern.tokens.first() {
            // a script of that name elsewhere is another program
            Some(Token::Word(word)) if word == program || (word == name && is_on_path(program)) => {}
            _ => return None,
        }
        let (options, mut operands) = lift_options(rest, &self.values, self.clusters);
        operands.insert(
            0,
            match pattern.tokens.first() {
                Some(Token::Word(word)) => word.clone(),
                _ => name.to_owned(),
            },
        );
        let captures = pattern.matches(&operands)?;
        let has = |wanted: &String| {
            options.contains_key(wanted)
                || operands.contains(wanted)
                || options.keys().any(|option| is_cluster_with(option, wanted))
        };
        if !self.with.iter().chain(&pattern.options).all(has) {
            return None;
        }
        let operands = operands.split_off(pattern.literal_words().min(operands.len()));
        Some(Call { words: words.to_vec(), options, operands, captures, ..Call::default() })
    }

    /// The paths it writes, as its templates say. Relative ones are below the call's directory.
    pub fn written(&self, call: &Call) -> Vec<String> {
        self.writes.iter().flat_map(|template| call.fill(template)).collect()
    }
}

/// Whether a program is started by its bare name, or from a directory for programs.
fn is_on_path(program: &str) -> bool {
    program.rsplit_once('/').is_none_or(|(directory, _)| directory.ends_with("bin"))
}

/// Whether `-rf` has the `-f` that is wanted.
fn is_cluster_with(option: &str, wanted: &str) -> bool {
    let (Some(cluster), Some(letter)) = (option.strip_prefix('-'), wanted.strip_prefix('-')) else {
        return false;
    };
    !cluster.starts_with('-') && letter.len() == 1 && cluster.contains(letter)
}

/// Options by name with their values, and the operands, both in order.
fn lift_options(
    words: &[String],
    values: &[String],
    clusters: bool,
) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut operands = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            operands.extend(words.by_ref().cloned());
        } else if word.len() < 2 || !word.starts_with('-') {
            operands.push(word.clone());
        } else if let Some((name, value)) = word.split_once('=') {
            options.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if values.contains(word) {
            options.entry(word.clone()).or_default().push(words.next().cloned().unwrap_or_default());
        } else if let Some((name, value)) = glued_value(word, values) {
            options.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if clusters && !word.starts_with("--") {
            for (name, value) in cluster(word, values) {
                let value = value.unwrap_or_else(|| words.next().cloned().unwrap_or_default());
                options.entry(name).or_default().push(value);
            }
        } else {
            options.entry(word.clone()).or_default().push(String::new());
        }
    }
    (options, operands)
}

/// `-ofile` where `-o` takes a value. Long options are never glued.
fn glued_value<'a>(word: &'a str, values: &[String]) -> Option<(&'a str, &'a str)> {
    let (name, value) = word.split_at_checked(2)?;
    (!name.starts_with("--") && values.iter().any(|option| option == name)).then_some((name, value))
}

/// The options of `-fsSLofile`, as getopt reads them: the first letter that takes a value takes the rest of the word, or the next
/// word (`None`) where it is the last.
fn cluster(word: &str, values: &[String]) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for (at, letter) in word.char_indices().skip(1) {
        let name = format!("-{letter}");
        if values.contains(&name) {
            let rest = &word[at + letter.len_utf8()..];
            found.push((name, (!rest.is_empty()).then(|| rest.to_owned())));
            break;
        }
        found.push((name, Some(String::new())));
    }
    found
}

impl CommandRule {
    /// Name and value of the variable that a call is as good as for the commands after it.
    pub fn setting(&self, call: &Call) -> Option<(String, String)> {
        let filled = call.fill(self.sets.as_deref()?).pop()?;
        filled.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
    }
}

impl Call {
    /// The last value of an option, under any of its names.
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.options.get(*name)?.last()).map(String::as_str)
    }

    /// Whether an option is given, under any of its names.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.options.contains_key(*name))
    }

    /// A path made absolute against the call's directory and cleaned.
    pub fn absolute(&self, path: &str) -> String {
        absolute(&self.directory, path)
    }

    fn fill(&self, template: &str) -> Vec<String> {
        match template {
            "{operands}" => self.operands.clone(),
            "{rest}" => self.operands.iter().skip(1).cloned().collect(),
            "{last}" => self.operands.last().cloned().into_iter().collect(),
            _ => {
                let Some((before, rest)) = template.split_once('{') else { return vec![template.to_owned()] };
                let Some((name, after)) = rest.split_once('}') else { return Vec::new() };
                let (name, part) = name.split_once('|').unwrap_or((name, ""));
                let value = match name.starts_with('-') {
                    true => self.option(&[name]).map(str::to_owned),
                    false => self.captures.get(name).cloned(),
                };
                let value = value.map(|value| part_of(value, part));
                value.map(|value| format!("{before}{value}{after}")).into_iter().collect()
            }
        }
    }
}

/// The part of a value that a template asks for: `base`, its last component, or `stem`, that without `.git`.
fn part_of(value: String, part: &str) -> String {
    let base = value.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    match part {
        "base" => base.to_owned(),
        "stem" => base.strip_suffix(".git").unwrap_or(base).to_owned(),
        _ => value,
    }
}

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./=:@%+,".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn rule(pattern: &str, values: &[&str]) -> CommandRule {
        CommandRule {
            run: vec![Pattern::parse(pattern).unwrap()],
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            clusters: true,
            with: Vec::new(),
            effect: EffectKind::Nothing,
            writes: vec!["{-o}".to_owned()],
            from: None,
            manager: None,
            lists: None,
            sets: None,
            exports: Vec::new(),
            project: None,
        }
    }

    #[test]
    fn an_option_takes_its_value_apart_glued_or_after_an_equals_sign() {
        let rule = rule("cc *", &["-o"]);
        for text in ["cc -o app main.c", "cc -oapp main.c", "cc -o=app main.c", "cc -co app main.c"] {
            let call = rule.call(&words(text)).unwrap();
            assert_eq!(rule.written(&call), ["app"], "{text}");
            assert_eq!(call.operands, ["main.c"], "{text}");
        }
    }

    #[test]
    fn the_first_letter_of_a_cluster_that_takes_a_value_takes_the_rest() {
        let rule = rule("get *", &["-o", "-p"]);
        for text in ["get -qoapp x", "get -qo app x", "get -qsoapp x", "get -qsoapp -px"] {
            assert_eq!(rule.call(&words(text)).unwrap().option(&["-o"]), Some("app"), "{text}");
        }
        let call = rule.call(&words("get -qp8o x")).unwrap();
        assert_eq!((call.option(&["-p"]), call.option(&["-o"])), (Some("8o"), None));
    }

    #[test]
    fn without_clusters_a_long_option_takes_no_value() {
        let rule = CommandRule { clusters: false, ..rule("cc *", &["-o", "-l"]) };
        let call = rule.call(&words("cc -Wall -o app main.c")).unwrap();
        assert_eq!(rule.written(&call), ["app"]);
    }

    #[test]
    fn a_pattern_without_a_star_matches_no_further_operand() {
        assert!(rule("go vet", &[]).call(&words("go vet ./...")).is_none());
        assert!(rule("go vet *", &[]).call(&words("go vet ./...")).is_some());
        assert!(rule("go vet *", &[]).call(&words("/usr/local/go/bin/go vet")).is_some());
    }

    #[test]
    fn an_option_in_a_pattern_must_be_there() {
        let rule = rule("py -m spacy download *", &[]);
        assert!(rule.call(&words("py -m spacy download en")).is_some());
        assert!(rule.call(&words("py spacy download en")).is_none());
    }

    #[test]
    fn a_pattern_needs_a_program() {
        assert!(Pattern::parse("* -o {x}").is_err());
        assert!(Pattern::parse("cc {x").is_err());
    }
}
