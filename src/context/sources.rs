//! What the sources and scripts say that the program uses at run time, read from their text: a hint, never a proof.

use super::token::{Language, Token, Tokens};
use super::{Context, Entry, mentions, path, source_calls, source_data};
use std::collections::{BTreeSet, HashSet};

/// What was seen in the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// First words of commands that the program starts (`subprocess.run(["git", …`, `exec.Command("git"`, `Command::new("git")`, `os.system("git …")`): program and context path of the source.
    /// A program of a directory such as /usr/bin is said by its name alone.
    pub programs: BTreeSet<(String, String)>,
    /// The same for words that could be the program, in sources that also start what they are told elsewhere.
    pub possible_programs: BTreeSet<(String, String)>,
    /// The same for words that may as well be prose: every literal of a source that starts what it is told elsewhere, and
    /// what the functions that do so are given.
    pub weak_programs: BTreeSet<(String, String)>,
    /// Sources that start something that no literal tells.
    pub untold: BTreeSet<String>,
    /// Shared libraries that are opened by name: their file name, or the name that `find_library` is given, and the source.
    pub libraries: BTreeSet<(String, String)>,
    /// Font files of the system that are opened by path or name: the literal and the source.
    pub fonts: BTreeSet<(String, String)>,
    /// Whether zones of the time-zone database are looked up by name.
    pub zones: bool,
    /// Whether content types are looked up by file extension or static files are served.
    pub content_types: bool,
    /// Files and directories of the context that string literals name: their context path and that of the source. What is
    /// only compiled in (`include_str!`, attributes, `//go:embed`) does not count. Of a pattern or a text with holes
    /// (`data/{name}.json`) it is the directory before the first of them.
    pub paths: BTreeSet<(String, String)>,
}

/// Directories whose content is not the program's own, or not part of it.
const FOREIGN: &[&str] = &[
    "vendor",
    "node_modules",
    ".git",
    "testdata",
    "tests",
    "test",
    "benches",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    "site-packages",
];

/// Words that look up a zone by its name; the system's database is asked.
const ZONES: &[(Language, &[&str])] = &[
    (Language::Go, &["LoadLocation"]),
    (Language::Python, &["zoneinfo", "ZoneInfo", "gettz", "tzset"]),
    (Language::Rust, &["chrono_tz", "jiff", "tzfile"]),
];

/// Words that look up a content type by the file's extension; the system's table is asked.
const CONTENT_TYPES: &[(Language, &[&str])] = &[
    (
        Language::Go,
        &[
            "TypeByExtension",
            "ExtensionsByType",
            "FileServer",
            "FileServerFS",
            "ServeFile",
            "ServeFileFS",
            "ServeContent",
            "Static",
            "StaticFS",
            "StaticFile",
        ],
    ),
    (
        Language::Python,
        &["mimetypes", "StaticFiles", "FileResponse", "send_file", "send_from_directory", "static_folder"],
    ),
    (Language::Rust, &[]),
];

/// More bytes of sources than this are not read.
const VAST: u64 = 64 << 20;

/// Macros that read a file when the program is compiled.
const COMPILED_IN: &[&str] = &["include", "include_str", "include_bytes", "include_dir", "migrate"];

/// Reads every source file (`.py`, `.go`, `.rs`, tests left out) below a directory.
pub fn hints(context: &Context, directory: &str) -> Hints {
    let mut hints = Hints::default();
    let mut embeds_zones = false;
    let names = Names::of(context);
    let mut helpers = Helpers::default();
    let files = own_files(context, directory).map(|entry| entry.path.as_str());
    for (file, language) in files.filter_map(|file| Some((file, Language::of(file)?))) {
        let Some(text) = context.text(file) else { continue };
        let tokens = program_tokens(&text, language);
        let (zones, content_types) = (words_of(ZONES, language), words_of(CONTENT_TYPES, language));
        for token in &tokens {
            match token {
                Token::Word(word) if word.len() > 2 => {
                    hints.zones |= zones.contains(word);
                    hints.content_types |= content_types.contains(word);
                }
                Token::Text(text) => embeds_zones |= language == Language::Go && text == "time/tzdata",
                _ => {}
            }
        }
        helpers.found(
            source_calls::programs(&tokens, language, &BTreeSet::new()),
            file,
            language,
            &mut hints,
        );
        for text in literals(&tokens, language) {
            names.find(text, file, &mut hints.paths);
            source_data::literal(text, file, &mut hints);
        }
        source_data::calls(&tokens, file, &mut hints);
    }
    hints.zones &= !embeds_zones;
    helpers.follow(context, directory, &mut hints);
    hints
}

/// Functions that start what they are given, and the sources that have them.
#[derive(Default)]
struct Helpers {
    /// Function and its source, by language.
    open: Vec<(Language, String, String)>,
    /// Functions that somebody calls with a literal.
    told: BTreeSet<String>,
    /// Functions, and who hands on to them what it is given.
    handed_on: BTreeSet<(String, String)>,
}

/// How often functions are followed that hand on to others what they are given.
const HANDED_ON: usize = 3;

impl Helpers {
    /// Takes in what was found in a source.
    fn found(&mut self, started: source_calls::Started, file: &str, language: Language, hints: &mut Hints) {
        let in_file = |program: String| (program, file.to_owned());
        hints.programs.extend(started.programs.into_iter().map(in_file));
        hints.possible_programs.extend(started.possible.into_iter().map(in_file));
        hints.weak_programs.extend(started.weak.into_iter().map(in_file));
        self.open.extend(started.open.into_iter().map(|function| (language, function, file.to_owned())));
        self.told.extend(started.told);
        self.handed_on.extend(started.handed_on);
    }

    /// Looks in every source for what these functions are given.
    fn follow(mut self, context: &Context, directory: &str, hints: &mut Hints) {
        let mut known = 0;
        for _ in 0..HANDED_ON {
            if self.open.len() == known {
                break;
            }
            known = self.open.len();
            let open = self.open.clone();
            for (file, language) in own_files(context, directory)
                .map(|entry| entry.path.as_str())
                .filter_map(|file| Some((file, Language::of(file)?)))
            {
                let of_language =
                    open.iter().filter(|(spoken, name, _)| *spoken == language && !name.is_empty());
                let helpers: BTreeSet<String> = of_language.map(|(_, name, _)| name.clone()).collect();
                let text =
                    context.text(file).filter(|text| helpers.iter().any(|helper| text.contains(helper)));
                let Some(text) = text else { continue };
                let started = source_calls::programs(&program_tokens(&text, language), language, &helpers);
                self.found(started, file, language, hints);
            }
            self.open.sort_by(|one, other| (&one.1, &one.2).cmp(&(&other.1, &other.2)));
            self.open.dedup();
        }
        for _ in 0..HANDED_ON {
            let told = self.handed_on.iter().filter(|(_, from)| self.told.contains(from));
            let told: Vec<String> = told.map(|(to, _)| to.clone()).collect();
            self.told.extend(told);
        }
        let untold = self.open.into_iter().filter(|(_, function, _)| !self.told.contains(function));
        hints.untold.extend(untold.map(|(.., file)| file));
    }
}

/// Whether a file is source text of a language that is read here.
pub fn is_source(file: &str) -> bool {
    Language::of(file).is_some()
}

/// The row of a language.
fn words_of(table: &[(Language, &'static [&'static str])], language: Language) -> &'static [&'static str] {
    table.iter().find(|(spoken, _)| *spoken == language).map_or(&[], |(_, words)| words)
}

/// Whether any source file, script or configuration file says this name of a file; `is_asked` leaves files out. Of a name
/// that very many say, it is taken to be so.
/// See [`texts`] for which files are asked.
pub fn mentions(context: &Context, name: &str, is_asked: &dyn Fn(&str) -> bool) -> bool {
    let mentions = mentions::of(context, name);
    mentions.more || mentions.files.iter().any(|file| is_asked(file))
}

/// Path and text of every source file, script or configuration file below a directory, but for tests, documents and lock
/// files, and for those that `is_asked` leaves out.
pub fn texts<'a>(
    context: &'a Context,
    directory: &str,
    is_asked: &'a dyn Fn(&str) -> bool,
) -> impl Iterator<Item = (&'a str, String)> {
    let asked = own_files(context, directory).filter(says).map(|entry| entry.path.as_str());
    asked.filter(|file| is_asked(file)).filter_map(|file| Some((file, context.text(file)?)))
}

/// Whether a directory of this name holds what is not the program's own.
pub(super) fn is_foreign(name: &str) -> bool {
    FOREIGN.contains(&name)
}

/// The files that [`texts`] has of the whole context.
pub(super) fn speaking(context: &Context) -> impl Iterator<Item = &Entry> {
    own_files(context, "").filter(says)
}

fn says(entry: &&Entry) -> bool {
    const SAY_NOTHING: &[&str] = &["md", "rst", "adoc", "lock", "sum", "svg", "css", "map"];
    let extension = path::name(&entry.path).rsplit_once('.').map(|(_, extension)| extension);
    entry.size <= super::LONGEST && !extension.is_some_and(|found| SAY_NOTHING.contains(&found))
}

/// Whether the sources of a context are more than is read.
pub(super) fn are_vast(context: &Context) -> bool {
    let sources = own_files(context, "").filter(|entry| Language::of(&entry.path).is_some());
    sources.map(|entry| entry.size).filter(|size| *size <= super::LONGEST).sum::<u64>() > VAST
}

/// Files below a directory that are the program's own, without its tests.
pub(super) fn own_files<'a>(
    context: &'a Context,
    directory: &str,
) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let skip = super::prefix(directory).len();
    context.below(directory).filter(|entry| entry.link.is_none()).filter(move |entry| {
        let mut elements = entry.path[skip..].rsplit('/');
        let name = elements.next().unwrap_or_default();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_test =
            stem.ends_with("_test") || extension == "py" && (stem.starts_with("test_") || stem == "conftest");
        !is_test && !elements.any(|element| FOREIGN.contains(&element))
    })
}

/// The tokens of a source without comments and without its tests.
pub(super) fn program_tokens(text: &str, language: Language) -> Vec<Token<'_>> {
    let tokens: Vec<Token<'_>> =
        Tokens::new(text, language).filter(|token| !matches!(token, Token::Comment(_))).collect();
    match language == Language::Rust && text.contains("#[cfg(test)]") {
        true => without_tests(&tokens),
        false => tokens,
    }
}

/// Tokens without `#[cfg(test)] mod … { … }` and what else stands under that attribute.
fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    use Token::{Sign, Word};
    const ATTRIBUTE: [Token<'static>; 7] =
        [Sign('#'), Sign('['), Word("cfg"), Sign('('), Word("test"), Sign(')'), Sign(']')];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [first, after @ ..] = rest {
        if *first == Sign('#') && rest.starts_with(&ATTRIBUTE) {
            let item = &rest[ATTRIBUTE.len()..];
            let end = item.iter().position(|token| matches!(token, Sign('{' | ';'))).unwrap_or(item.len());
            rest = &item[end..];
            rest = if rest.first() == Some(&Sign('{')) {
                after_brackets(rest)
            } else {
                rest.get(1..).unwrap_or_default()
            };
        } else {
            kept.push(first.clone());
            rest = after;
        }
    }
    kept
}

/// What follows the bracket that closes the first one.
fn after_brackets<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}

/// The strings that the running program may use: not those of Go imports, Rust attributes and macros that compile in.
fn literals<'t>(tokens: &'t [Token<'_>], language: Language) -> Vec<&'t str> {
    use Token::{Sign, Text, Word};
    let mut texts = Vec::new();
    let mut rest = tokens;
    loop {
        rest = match (rest, language) {
            ([], _) => return texts,
            ([Word("import"), group @ ..], Language::Go) if group.first() == Some(&Sign('(')) => {
                after_brackets(group)
            }
            (
                [Word("import"), Text(_), after @ ..] | [Word("import"), _, Text(_), after @ ..],
                Language::Go,
            ) => after,
            ([Sign('#'), Sign('!'), group @ ..] | [Sign('#'), group @ ..], Language::Rust)
                if group.first() == Some(&Sign('[')) =>
            {
                after_brackets(group)
            }
            ([Word(name), Sign('!'), group @ ..], Language::Rust) if COMPILED_IN.contains(name) => {
                after_brackets(group)
            }
            ([Text(text), after @ ..], _) => {
                texts.push(&**text);
                after
            }
            ([_, after @ ..], _) => after,
        };
    }
}

/// Finds what literals name in the context.
struct Names<'a> {
    context: &'a Context,
    /// Every last element of a path: most literals are no such, and cost no more than this look.
    known: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(context: &'a Context) -> Self {
        let paths = context.below("").map(|entry| entry.path.as_str()).chain(context.directories(""));
        Self { context, known: paths.map(path::name).collect() }
    }

    /// Adds the paths that a literal of a source names. A relative one may start from the source's directory or any
    /// above it; an absolute one from anywhere, for where the context will be in the image is not known here.
    fn find(&self, literal: &str, source: &str, paths: &mut BTreeSet<(String, String)>) {
        let Some(named) = plain(literal).filter(|named| self.known.contains(path::name(named))) else {
            return;
        };
        let mut endings = vec![named.as_str()];
        if literal.starts_with('/') {
            endings.extend(named.match_indices('/').map(|(at, _)| &named[at + 1..]));
        }
        let directories = std::iter::successors(path::parent(source), |directory| path::parent(directory));
        for place in
            directories.flat_map(|directory| endings.iter().filter_map(|end| path::join(directory, end)))
        {
            if self.context.exists(&place) {
                paths.insert((place, source.to_owned()));
            }
        }
    }
}

/// The part of a literal that is a path for certain: up to the directory of the first pattern or hole; without `/`, `./`
/// and `../` before it. `None` where nothing is left, or it is no path at all.
fn plain(literal: &str) -> Option<String> {
    if literal.is_empty() || literal.len() > 255 || literal.contains(['\n', '\t', '<', '>', '|', '"', ';']) {
        return None;
    }
    // A hole at the start is some directory.
    let literal = match literal.split_once('}') {
        Some((hole, rest)) if hole.starts_with('{') => rest,
        _ => literal.strip_prefix("%s").unwrap_or(literal),
    };
    let end = literal.find(['{', '*', '?', '[', '%']);
    let literal =
        end.map_or(literal, |end| literal[..end].rsplit_once('/').map_or("", |(directory, _)| directory));
    let elements = literal.split('/').filter(|element| !element.is_empty() && *element != ".");
    let elements: Vec<&str> = elements.skip_while(|element| *element == "..").collect();
    if elements.is_empty() { None } else { Some(elements.join("/")) }
}
