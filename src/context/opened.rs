//! Which files of the build context a compiled program may open at run time, read from the calls of its sources.
//!
//! A call that opens files says in its literals which; one that is given a name from elsewhere may mean any. What macros,
//! attributes and `//go:embed` compile in is in the program already.

use super::glob::Glob;
use super::source_calls::{assignments, called};
use super::token::{Language, Token};
use super::{Context, path, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Tokens of a call that are looked at: none is so long.
const LONGEST_CALL: usize = 400;

/// What the sources of a program say of the files that it opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Whether any call opens a file.
    pub opens: bool,
    /// Whether one of them opens what no literal in it names.
    pub dynamic: bool,
    /// Files and directories of the context that literals in such calls name.
    pub named: BTreeSet<String>,
    /// Files that literals in such calls name and that are not in the context, as written.
    pub absent: BTreeSet<String>,
    /// Literals in calls that open files, which name nothing in the context, without `./` and outer slashes.
    pub sought: BTreeSet<String>,
    /// Last elements of names of which the rest is made up at run time (`filepath.Join(dir, "menu.json")`).
    pub endings: BTreeSet<String>,
    /// Files and directories that are compiled in.
    pub compiled_in: BTreeSet<String>,
    /// What sources compile in that the context does not have: their file, and the path as seen from the root of the context.
    pub embedded: BTreeSet<(String, String)>,
    /// Whether users are looked up by name.
    pub asks_for_users: bool,
    /// Modules or crates that the sources use, by the paths that they import.
    pub imports: BTreeSet<String>,
}

/// Functions whose calls tell, as `os.Open`, `fs::read`, or the last element alone, and what compiles files in.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// They read the file that they are given.
    pub reads: Vec<String>,
    /// They open the file that they are given, which they may make themselves.
    pub opens: Vec<String>,
    /// They are given names of files among others: their literals count, but what they are given otherwise does not.
    pub names: Vec<String>,
    /// They look users up by name.
    pub users: Vec<String>,
    /// Names of what is itself a file system: another call opens it, or it is compiled in.
    pub file_systems: Vec<String>,
    /// Macros and attributes that compile files in.
    pub embeds: Vec<String>,
}

/// A function whose calls tell.
struct Call<'a> {
    name: Vec<&'a str>,
    reads: bool,
    opens: bool,
}

/// Reads the sources for which `is_own` holds.
pub fn opened(context: &Context, rules: &Calls, is_own: &dyn Fn(&str) -> bool) -> Opened {
    let kinds = [(&rules.reads, true, true), (&rules.opens, false, true), (&rules.names, false, false)];
    let calls: Vec<Call<'_>> = kinds
        .into_iter()
        .flat_map(|(names, reads, opens)| {
            names.iter().map(move |name| Call { name: elements(name), reads, opens })
        })
        .collect();
    let users: Vec<Vec<&str>> = rules.users.iter().map(|name| elements(name)).collect();
    let mut found = Opened::default();
    let mut later = BTreeSet::new();
    let mut literals: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in sources::own_files(context, "").map(|entry| entry.path.as_str()).filter(|file| is_own(file)) {
        let Some(language) = Language::of(file) else { continue };
        let Some(text) = context.text(file) else { continue };
        let mut reader = Reader { context, file, found: &mut found };
        if language == Language::Go {
            reader.embeds(&text);
        }
        let tokens = sources::program_tokens(&text, language);
        reader.calls(&tokens, (&calls, &users, &rules.file_systems), &mut later);
        for (name, text) in assigned(&tokens) {
            literals.entry(name.to_owned()).or_default().push((file.to_owned(), text.to_owned()));
        }
        if language == Language::Rust {
            reader.macros(&tokens, &rules.embeds);
        }
        reader.imports(&tokens, language);
    }
    for (words, reads) in later {
        let known: Vec<_> = words.split(' ').filter_map(|word| literals.get(word)).flatten().collect();
        found.dynamic |= known.is_empty();
        for (file, text) in known {
            let call = Call { name: Vec::new(), reads, opens: true };
            Reader { context, file, found: &mut found }.name(text, true, &call);
        }
    }
    found
}

/// The parts of a function's name.
fn elements(name: &str) -> Vec<&str> {
    name.split(['.', ':']).filter(|part| !part.is_empty()).collect()
}

/// Names to which a source gives a literal: `path := "menu.json"`, `const PATH: &str = "menu.json"`.
fn assigned<'t>(tokens: &'t [Token<'_>]) -> Vec<(&'t str, &'t str)> {
    let given =
        assignments(tokens).into_iter().filter_map(|(name, value)| Some((name, text_of(value.first()?)?)));
    given.filter(|(_, text)| !text.is_empty()).collect()
}

/// Paths that are joined of literals alone: `filepath.Join("data", "menu.json")`.
fn joined(tokens: &[Token<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        if let [Token::Word("Join" | "join"), Token::Sign('(')] = pair {
            let inside = arguments(&tokens[at + 1..]);
            let parts: Vec<&str> = inside.iter().filter_map(text_of).collect();
            let plain = |token: &Token<'_>| matches!(token, Token::Text(_) | Token::Sign(',') | Token::Line);
            if parts.len() > 1 && inside.iter().all(plain) {
                found.push(parts.join("/"));
            }
        }
    }
    found
}

struct Reader<'a> {
    context: &'a Context,
    file: &'a str,
    found: &'a mut Opened,
}

impl Reader<'_> {
    /// Calls that open files, and what they name. Names that stand for literals elsewhere are left for the end.
    fn calls(
        &mut self,
        tokens: &[Token<'_>],
        (calls, users, file_systems): (&[Call<'_>], &[Vec<&str>], &[String]),
        later: &mut BTreeSet<(String, bool)>,
    ) {
        let nothing = BTreeMap::new();
        for (open, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Token::Sign('(')) {
            let name = called(tokens, open, &nothing);
            if name.is_empty() {
                continue;
            }
            self.found.asks_for_users |= users.iter().any(|call| name.ends_with(call));
            let Some(call) = calls.iter().find(|call| name.ends_with(&call.name)) else { continue };
            let arguments = arguments(&tokens[open..]);
            // `http.FileServer(http.FS(pages))` (go/pages-compiled-in)
            let is_handed = |token: &Token<'_>| matches!(token, Token::Word(word) if file_systems.iter().any(|one| one == word));
            if arguments.iter().any(is_handed) && !arguments.iter().any(|token| text_of(token).is_some()) {
                continue;
            }
            self.found.opens |= call.opens;
            let (mut named, mut words) = (false, Vec::new());
            for (at, token) in arguments.iter().enumerate() {
                match token {
                    Token::Text(text) if !text.is_empty() => {
                        named = true;
                        let before = at.checked_sub(1).and_then(|at| arguments.get(at));
                        let after = arguments.get(at + 1);
                        let ends = |token: Option<&Token<'_>>| {
                            matches!(token, None | Some(Token::Sign(',' | '&') | Token::Line))
                        };
                        self.name(text, ends(before) && ends(after), call);
                    }
                    Token::Word(word) => words.push(*word),
                    _ => {}
                }
            }
            for joined in joined(arguments) {
                self.name(&joined, true, call);
            }
            // without an argument it opens what it always opens: `godotenv.Load()`
            if !named && call.opens && !words.is_empty() {
                // one that is resolved in the end is enough; none at all may be any file
                later.insert((words.join(" "), call.reads));
            }
        }
    }

    /// Takes in a literal of a call that opens files. `is_whole` says that nothing else is part of the name.
    fn name(&mut self, literal: &str, is_whole: bool, call: &Call<'_>) {
        let places = self.places(literal);
        if places.is_empty() {
            let plain = literal.trim_start_matches("./");
            if call.opens && is_whole && !plain.is_empty() {
                self.found.sought.insert(plain.trim_matches('/').to_owned());
            }
            let is_file = !plain.is_empty()
                && !plain.contains(['*', '%', '{', '}', ' ', '\n', ':', '?'])
                && path::name(plain).contains('.')
                && !plain.starts_with('/')
                && !plain.starts_with("..");
            if is_file && is_whole && call.reads {
                self.found.absent.insert(plain.to_owned());
            }
        }
        if !is_whole {
            let ending = path::name(literal);
            let says =
                ending.contains(|letter: char| letter.is_ascii_alphanumeric()) && !ending.contains('%');
            if says {
                self.found.endings.insert(ending.to_owned());
            }
            self.found.dynamic |= call.opens && !says && places.is_empty();
        }
        // the whole tree may be meant
        self.found.dynamic |= call.opens && places.contains("");
        self.found.named.extend(places.into_iter().filter(|place| !place.is_empty()));
    }

    /// The paths of the context that a literal can stand for.
    fn places(&self, literal: &str) -> BTreeSet<String> {
        let mut places = BTreeSet::new();
        // a route, and no directory: `Files::new("/", "./static")` (rust/built-by-a-user)
        if literal == "/" {
            return places;
        }
        let end = literal.find(['*', '?', '[', '{', '%']);
        let plain =
            end.map_or(literal, |end| literal[..end].rsplit_once('/').map_or(".", |(parent, _)| parent));
        let plain = plain.trim_start_matches('/');
        let from = std::iter::successors(path::parent(self.file), |directory| path::parent(directory));
        for directory in from {
            // a package is not the data of its own sources
            let holds = |place: &String| !place.is_empty() && self.file.starts_with(&format!("{place}/"));
            if let Some(place) = path::join(directory, plain).filter(|place| !holds(place))
                && self.context.exists(&place)
                && (!place.is_empty() || matches!(plain, "." | "./" | ""))
            {
                places.insert(place);
            }
        }
        // an absolute path of the image: its end is what the context has
        if literal.starts_with('/') {
            let ends = plain.match_indices('/').map(|(at, _)| &plain[at + 1..]);
            places.extend(ends.filter(|end| !end.is_empty() && self.context.exists(end)).map(str::to_owned));
        }
        places
    }

    /// `//go:embed` patterns, which start from the source's directory.
    fn embeds(&mut self, text: &str) {
        let Some(directory) = path::parent(self.file) else { return };
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("//go:embed ")) {
            for pattern in line.split_whitespace() {
                let pattern = pattern.trim_matches(['"', '`']);
                let pattern = pattern.strip_prefix("all:").unwrap_or(pattern);
                let Some(whole) = path::join(directory, pattern) else { continue };
                if self.context.exists(&whole) {
                    self.found.compiled_in.insert(whole);
                    continue;
                }
                let end = whole.find(['*', '?', '[']).unwrap_or(whole.len());
                let above = whole[..end].trim_end_matches('/').to_owned();
                if !above.is_empty() && !self.context.exists(&above) {
                    self.found.embedded.insert((self.file.to_owned(), above));
                }
                if let Some(glob) = Glob::path(&whole) {
                    let files = self.context.below(directory).map(|entry| entry.path.as_str());
                    let all = files.chain(self.context.directories(directory));
                    self.found.compiled_in.extend(all.filter(|path| glob.matches(path)).map(str::to_owned));
                }
            }
        }
    }

    /// Literals of macros and attributes that compile files in.
    fn macros(&mut self, tokens: &[Token<'_>], embedders: &[String]) {
        for (at, token) in tokens.iter().enumerate() {
            let group = match (token, tokens.get(at + 1), tokens.get(at + 2)) {
                (Token::Word(name), Some(Token::Sign('!')), Some(Token::Sign('(' | '[' | '{')))
                    if embedders.iter().any(|known| known == name) =>
                {
                    arguments(&tokens[at + 2..])
                }
                (Token::Sign('#'), Some(Token::Sign('[')), _) => arguments(&tokens[at + 1..]),
                _ => continue,
            };
            for text in group.iter().filter_map(text_of) {
                let text = text.trim_start_matches("$CARGO_MANIFEST_DIR").trim_start_matches('/');
                if text.len() > 1 && !text.contains(char::is_whitespace) {
                    let places = self.places(text);
                    // of attributes, those that say so: `#[folder = "dist/"]`, and not `#[serde(rename = "dist")]`
                    let says = |token: &Token<'_>| matches!(token, Token::Word(word) if embedders.iter().any(|one| one == word));
                    if places.is_empty() && (says(token) || group.iter().any(says)) {
                        let from =
                            std::iter::successors(path::parent(self.file), |above| path::parent(above));
                        let absent = from.filter_map(|directory| path::join(directory, text));
                        let file = self.file.to_owned();
                        self.found.embedded.extend(absent.map(|place| (file.clone(), place)));
                    }
                    self.found.compiled_in.extend(places.into_iter().filter(|place| !place.is_empty()));
                }
            }
        }
    }

    /// The modules that a source imports (Go), or the crates that it names (Rust).
    fn imports(&mut self, tokens: &[Token<'_>], language: Language) {
        match language {
            Language::Go => {
                let mut group = false;
                for pair in tokens.windows(2) {
                    match pair {
                        [Token::Word("import"), next] => {
                            group = *next == Token::Sign('(');
                            if let Token::Text(import) = next {
                                self.found.imports.insert(import.to_string());
                            }
                        }
                        [_, Token::Text(import)] if group => {
                            self.found.imports.insert(import.to_string());
                        }
                        [Token::Sign(')'), _] => group = false,
                        [Token::Word("func" | "type"), _] => break,
                        _ => {}
                    }
                }
            }
            Language::Rust => {
                for triple in tokens.windows(3) {
                    if let [Token::Word(word), Token::Sign(':'), Token::Sign(':')] = triple {
                        self.found.imports.insert((*word).to_owned());
                    }
                }
            }
            Language::Python => {}
        }
    }
}

fn text_of<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    match token {
        Token::Text(text) => Some(text),
        _ => None,
    }
}

/// What stands between an opening bracket, the first token, and the one that closes it.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().take(LONGEST_CALL) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return &tokens[1.min(at)..at];
        }
    }
    &[]
}
