//! Which programs a source starts: the calls that start one, and the commands they are given.

use super::command_line;
use super::token::{Language, Token};
use std::collections::{BTreeMap, BTreeSet};

/// A function that starts a program.
struct Starter {
    language: Language,
    /// Its name with that of its module.
    name: &'static [&'static str],
    /// Which of its arguments says the program, from 0.
    argument: usize,
    /// Whether that argument is a line for the shell.
    shell: bool,
}

const fn starter(language: Language, name: &'static [&'static str], argument: usize, shell: bool) -> Starter {
    Starter { language, name, argument, shell }
}

use Language::{Go, Python, Rust};

const STARTERS: &[Starter] = &[
    starter(Go, &["exec", "Command"], 0, false),
    starter(Go, &["exec", "CommandContext"], 1, false),
    starter(Go, &["exec", "LookPath"], 0, false),
    starter(Go, &["syscall", "Exec"], 0, false),
    starter(Go, &["os", "StartProcess"], 0, false),
    starter(Rust, &["Command", "new"], 0, false),
    starter(Rust, &["which"], 0, false),
    starter(Rust, &["cmd"], 0, false),
    starter(Python, &["subprocess", "run"], 0, false),
    starter(Python, &["subprocess", "call"], 0, false),
    starter(Python, &["subprocess", "check_call"], 0, false),
    starter(Python, &["subprocess", "check_output"], 0, false),
    starter(Python, &["subprocess", "Popen"], 0, false),
    starter(Python, &["subprocess", "getoutput"], 0, true),
    starter(Python, &["subprocess", "getstatusoutput"], 0, true),
    starter(Python, &["asyncio", "create_subprocess_exec"], 0, false),
    starter(Python, &["asyncio", "create_subprocess_shell"], 0, true),
    starter(Python, &["shutil", "which"], 0, false),
    starter(Python, &["os", "system"], 0, true),
    starter(Python, &["os", "popen"], 0, true),
    starter(Python, &["os", "execv"], 0, false),
    starter(Python, &["os", "execve"], 0, false),
    starter(Python, &["os", "execvp"], 0, false),
    starter(Python, &["os", "execvpe"], 0, false),
    starter(Python, &["os", "execl"], 0, false),
    starter(Python, &["os", "execlp"], 0, false),
    starter(Python, &["os", "spawnlp"], 1, false),
    starter(Python, &["os", "spawnvp"], 1, false),
    starter(Python, &["os", "posix_spawn"], 0, false),
    starter(Python, &["os", "posix_spawnp"], 0, false),
    starter(Python, &["pexpect", "spawn"], 0, true),
    starter(Python, &["pexpect", "run"], 0, true),
];

/// Python modules whose functions are programs.
const PROGRAMS_MODULES: [&str; 2] = ["sh", "cmd"];

/// Words that stand for the running program itself, which starts nothing else.
const ITSELF: [&str; 6] = ["executable", "Executable", "Args", "current_exe", "argv", "args_os"];

/// Bytes of a literal that is put together of several: no command is so long.
const LONGEST_TEXT: usize = 10_000;

/// Tokens of a call that are looked at for an argument: none is so long, and text that only opens calls takes no time.
const LONGEST_CALL: usize = 1000;

/// What a source starts.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// Programs, as far as it says them in literals where it starts them.
    pub(super) programs: BTreeSet<String>,
    /// Where it also starts what it is told elsewhere: words that stand first in a call or a list and could be the program.
    pub(super) possible: BTreeSet<String>,
    /// The same for any literal that is, or begins with, a word that could be a program, though it may be prose.
    pub(super) weak: BTreeSet<String>,
    /// Functions in which it starts what it is told elsewhere; an empty name where no function is around.
    pub(super) open: BTreeSet<String>,
    /// Functions of `open`, of any file, that it calls with a literal.
    pub(super) told: BTreeSet<String>,
    /// A function that starts what it is given, and the function that hands on to it what it is given itself.
    pub(super) handed_on: BTreeSet<(String, String)>,
}

/// The programs that a source starts; tokens without comments. `helpers` are functions that start what they are given.
pub(super) fn programs(tokens: &[Token<'_>], language: Language, helpers: &BTreeSet<String>) -> Started {
    let joined = joined(tokens, language);
    let tokens = joined.as_slice();
    let mut found = Found::default();
    let mut started = Started::default();
    let imports = if language == Python { imports(tokens) } else { BTreeMap::new() };
    let command_is_foreign = language == Rust && !imports_process_command(tokens);
    let assigned = assignments(tokens);
    let functions = functions(tokens, language);
    for (open, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Token::Sign('(')) {
        let name = called(tokens, open, &imports);
        if let [.., module, program] = name[..]
            && PROGRAMS_MODULES.contains(&module)
            && imports.values().any(|full| full.contains(&module))
        {
            found.add(program);
        }
        let around =
            functions.partition_point(|function| function.at < open).checked_sub(1).map(|at| &functions[at]);
        let is_definition = around.is_some_and(|function| function.opens == open);
        let is_called = |starter: &&Starter| starter.language == language && ends_with(&name, starter.name);
        let starter = STARTERS.iter().find(is_called).filter(|starter| {
            !(command_is_foreign && starter.name[0] == "Command" && !name.contains(&"process"))
        });
        let values = match starter {
            Some(starter) => vec![(argument(&tokens[open + 1..], starter.argument), starter.shell)],
            None if !is_definition && name.last().is_some_and(|last| helpers.contains(*last)) => {
                let given = (0..3).map(|at| argument(&tokens[open + 1..], at));
                let given =
                    given.filter(|value| matches!(value.first(), Some(Token::Text(_) | Token::Sign('['))));
                let given: Vec<_> = given.map(|value| (value, true)).collect();
                let first = (argument(&tokens[open + 1..], 0), true);
                if given.is_empty() { vec![first] } else { given }
            }
            None => continue,
        };
        // a helper may be given more than the program, which comes first
        let mut told = false;
        for (value, shell) in values {
            told |= found.call(&Call { value, shell, assigned: &assigned, around });
        }
        if !told {
            let around = around.map(|function| function.name.to_owned()).unwrap_or_default();
            if let (None, Some(last)) = (starter, name.last()) {
                started.handed_on.insert(((*last).to_owned(), around.clone()));
            }
            started.open.insert(around);
        } else if starter.is_none() {
            started.told.extend(name.last().map(|last| (*last).to_owned()));
        }
    }
    if found.indirect || !started.open.is_empty() {
        started.possible = first_words(tokens);
    }
    if !started.open.is_empty() {
        let mut weak = Found::default();
        for token in tokens {
            if let Token::Text(text) = token {
                weak.literal(text);
            }
        }
        started.weak = weak.programs;
    }
    started.programs = found.programs;
    started
}

/// A call that starts something, and what is around it.
struct Call<'t, 'a> {
    /// The argument that says what is started, and what follows it.
    value: &'t [Token<'a>],
    shell: bool,
    assigned: &'t [(&'a str, &'t [Token<'a>])],
    around: Option<&'t Function<'a>>,
}

/// A function of a source.
struct Function<'a> {
    name: &'a str,
    /// Where its definition begins, and its parameters.
    at: usize,
    opens: usize,
    parameters: Vec<&'a str>,
}

/// Functions with a name, in order.
fn functions<'a>(tokens: &[Token<'a>], language: Language) -> Vec<Function<'a>> {
    use Token::{Sign, Word};
    let keyword = match language {
        Go => "func",
        Python => "def",
        Rust => "fn",
    };
    let mut functions = Vec::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Word(keyword)) {
        let mut rest = &tokens[at + 1..];
        if let [Sign('('), ..] = rest {
            // the receiver of a method
            rest = rest.iter().position(|token| *token == Sign(')')).map_or(&[][..], |end| &rest[end + 1..]);
        }
        let [Word(name), after @ ..] = rest else { continue };
        let Some(skip) = after.iter().take(64).position(|token| *token == Sign('(')) else { continue };
        let opens = tokens.len() - after.len() + skip;
        let end = tokens[opens..].iter().take(LONGEST_CALL).position(|token| *token == Sign(')'));
        let inside = &tokens[opens..opens + end.unwrap_or(0)];
        let parameters = inside.iter().filter_map(|token| match token {
            Word(word) => Some(*word),
            _ => None,
        });
        functions.push(Function { name, at, opens, parameters: parameters.collect() });
    }
    functions
}

/// Tokens in which literals that the language joins are one: those that stand side by side, and those with `+` between.
fn joined<'a>(tokens: &[Token<'a>], language: Language) -> Vec<Token<'a>> {
    use Token::{Line, Sign, Text};
    let mut joined: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    let mut depth = 0_usize;
    for token in tokens {
        match token {
            Sign('(' | '[' | '{') => depth += 1,
            Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let Text(text) = token else {
            joined.push(token.clone());
            continue;
        };
        let blank = joined.iter().rev().take_while(|token| **token == Line).count();
        let before = joined.len() - blank;
        let last = match joined[..before] {
            [.., Text(_), Sign('+')] => Some(before - 2),
            [.., Text(_)] if language == Python && (depth > 0 || blank == 0) => Some(before - 1),
            _ => None,
        };
        match last.and_then(|at| Some((at, joined.get_mut(at)?))) {
            Some((at, Text(whole))) if whole.len() + text.len() < LONGEST_TEXT => {
                whole.to_mut().push_str(text);
                joined.truncate(at + 1);
            }
            _ => joined.push(token.clone()),
        }
    }
    joined
}

/// Words that stand first in a call or a list.
fn first_words(tokens: &[Token<'_>]) -> BTreeSet<String> {
    let mut words = Found::default();
    for pair in tokens.windows(2) {
        if let [Token::Sign('(' | '[' | '{'), Token::Text(text)] = pair
            && !text.contains([' ', '/'])
        {
            words.add(text);
        }
    }
    words.programs
}

/// Whether a name ends in these elements.
fn ends_with(name: &[&str], wanted: &[&str]) -> bool {
    name.len().checked_sub(wanted.len()).is_some_and(|skip| name[skip..] == *wanted)
}

/// The name of the function or macro that is called at an opening parenthesis, with its modules.
pub(super) fn called<'a>(
    tokens: &[Token<'a>],
    open: usize,
    imports: &BTreeMap<&'a str, Vec<&'a str>>,
) -> Vec<&'a str> {
    let mut name = Vec::new();
    let mut rest = &tokens[..open];
    if let [before @ .., Token::Sign('!')] = rest {
        rest = before;
    }
    while let [before @ .., Token::Word(word)] = rest {
        name.push(*word);
        rest = match before {
            [before @ .., Token::Sign('.')] | [before @ .., Token::Sign(':'), Token::Sign(':')] => before,
            _ => break,
        };
    }
    if let Some(full) = name.last().and_then(|first| imports.get(first)) {
        name.pop();
        name.extend(full.iter().rev());
    }
    name.reverse();
    name
}

/// Names that Python's import statements bind, with what they stand for.
fn imports<'a>(tokens: &[Token<'a>]) -> BTreeMap<&'a str, Vec<&'a str>> {
    use Token::{Sign, Word};
    let mut imports = BTreeMap::new();
    let mut module = None;
    for (at, token) in tokens.iter().enumerate() {
        if *token != Word("import") {
            continue;
        }
        if let [.., Word("from"), Word(from)] = tokens[..at] {
            module = Some(from);
        }
        let mut rest = &tokens[at + 1..];
        let mut grouped = false;
        loop {
            rest = match rest {
                // No name, and so no end of this statement.
                [Word("import"), ..] => break,
                [Word(name), Word("as"), Word(alias), after @ ..] => {
                    imports.insert(*alias, module.into_iter().chain([*name]).collect());
                    after
                }
                [Word(name), after @ ..] => {
                    imports.insert(*name, module.into_iter().chain([*name]).collect());
                    after
                }
                [Sign('('), after @ ..] => {
                    grouped = true;
                    after
                }
                [Sign(',' | '.'), after @ ..] => after,
                [Token::Line, after @ ..] if grouped => after,
                _ => break,
            };
        }
        module = None;
    }
    imports
}

/// Whether Rust's name `Command` is imported as that of processes; many a crate has another of that name.
fn imports_process_command(tokens: &[Token<'_>]) -> bool {
    use Token::{Sign, Word};
    tokens.split(|token| *token == Sign(';')).filter(|statement| statement.contains(&Word("use"))).any(
        |statement| {
            let says = |name| statement.contains(&Word(name));
            (says("process") || says("async_process"))
                && (says("Command") || statement.ends_with(&[Sign(':'), Sign('*')]))
        },
    )
}

/// The tokens of an argument and what follows it, from behind the opening parenthesis; empty where there is none. A
/// keyword (`args=`) is passed over.
fn argument<'t, 'a>(tokens: &'t [Token<'a>], wanted: usize) -> &'t [Token<'a>] {
    use Token::{Line, Sign, Word};
    let mut depth = 0_usize;
    let mut count = 0;
    for (at, token) in tokens.iter().enumerate().take(LONGEST_CALL) {
        if depth == 0 && count == wanted && *token != Line {
            return match &tokens[at..] {
                [Word("args"), Sign('='), value @ ..] => value,
                value => value,
            };
        }
        match token {
            Sign('(' | '[' | '{') => depth += 1,
            Sign(')' | ']' | '}') if depth == 0 => return &[],
            Sign(')' | ']' | '}') => depth -= 1,
            Sign(',') if depth == 0 => count += 1,
            _ => {}
        }
    }
    &[]
}

/// The last element of a name that is an argument by itself, borrowed or not, or an element of it: `cmd`, `self.cmd`, `&cmd`, `cmd[0]`.
fn variable<'a>(value: &[Token<'a>]) -> Option<&'a str> {
    let mut name = None;
    for token in value {
        match token {
            Token::Sign('&' | '*' | '.' | ':') | Token::Line => {}
            Token::Word(word) => name = Some(*word),
            Token::Sign(',' | ')' | ']' | '[') => return name,
            _ => return None,
        }
    }
    None
}

/// Every `name = value`, with or without a type between, as name and the tokens from the value on.
pub(super) fn assignments<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<(&'a str, &'t [Token<'a>])> {
    use Token::{Line, Sign, Text, Word};
    let mut assignments = Vec::new();
    // The name that a value would be given to, and whether its type is being said.
    let (mut name, mut typed) = (None, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Word(word) if !typed => {
                typed = matches!(name, Some("var" | "const"));
                name = Some(*word);
            }
            Word(_) => {}
            Sign(':') if name.is_some() => typed = true,
            Sign('[' | ']' | '<' | '>' | '&' | '.' | '|' | ',') if typed => {}
            Sign('=') => {
                let value = &tokens[at + 1..];
                if let (Some(name), Some(Text(_) | Word(_) | Sign('[' | '(' | '&'))) = (name, value.first()) {
                    assignments.push((name, value));
                }
                (name, typed) = (None, false);
            }
            Line | Sign(_) | Text(_) | Token::Comment(_) => (name, typed) = (None, false),
        }
    }
    assignments
}

/// The programs found so far.
#[derive(Default)]
struct Found {
    programs: BTreeSet<String>,
    /// Whether one was told by a name instead of a literal.
    indirect: bool,
}

impl Found {
    /// Adds what a call starts, and says whether that can be told.
    fn call(&mut self, call: &Call<'_, '_>) -> bool {
        let value = call.value;
        if self.command(value, call.shell) {
            return true;
        }
        let begins = value.iter().take(8);
        if begins
            .take_while(|token| !matches!(token, Token::Sign(',' | ')')))
            .any(|token| matches!(token, Token::Word(word) if ITSELF.contains(word)))
        {
            return true;
        }
        // `[GIT, "--version"]`, `cmd`, `cmd[0]`, `[]string{name}`
        let skipped = value.iter().position(|token| {
            !matches!(
                token,
                Token::Sign('[' | '(' | '{' | '&' | ']') | Token::Line | Token::Word("string" | "vec")
            ) && *token != Token::Sign('!')
        });
        let inner = skipped.map_or(value, |skipped| &value[skipped..]);
        if let Some(name) = variable(inner) {
            let is_parameter = call.around.is_some_and(|function| function.parameters.contains(&name));
            let mut told = false;
            self.indirect = true;
            for (_, assigned) in call.assigned.iter().filter(|(assigned, _)| *assigned == name) {
                told |= self.command(assigned, call.shell) || self.within(assigned);
            }
            return told && !is_parameter;
        }
        self.within(inner)
    }

    /// Adds the literals in a call that gives a value, such as the default of an environment variable; whether one could be
    /// a program.
    fn within(&mut self, value: &[Token<'_>]) -> bool {
        use Token::{Line, Sign, Text, Word};
        if !matches!(value.first(), Some(Word(_))) {
            return false;
        }
        let mut depth = 0_usize;
        let mut found = false;
        for token in value.iter().take(48) {
            match token {
                Sign('(' | '[' | '{') => depth += 1,
                Sign(')' | ']' | '}') if depth == 0 => break,
                Sign(')' | ']' | '}') => depth -= 1,
                Sign(',' | ';') | Line if depth == 0 => break,
                Text(text) if depth > 0 => {
                    found |= self.add(text);
                }
                _ => {}
            }
        }
        self.indirect = true;
        found
    }

    /// Adds the words with which a literal may start programs.
    fn literal(&mut self, text: &str) {
        if text.len() > LONGEST_CALL {
            return;
        }
        let _ = if text.contains(' ') { self.shell_line(text) } else { self.add(text) };
    }

    /// Adds the program of a command that starts with these tokens: a text, a list, or either in a call that splits. Says
    /// whether there was one.
    fn command(&mut self, value: &[Token<'_>], shell: bool) -> bool {
        use Token::{Line, Sign, Text, Word};
        let list = match value {
            [Text(line), ..] if shell || line.contains(' ') => return self.shell_line(line),
            [Word("shlex"), Sign('.'), Word("split"), Sign('('), Text(line), ..] => {
                return self.shell_line(line);
            }
            [Text(_), ..] => value,
            [Sign('['), Sign(']'), Word("string"), Sign('{'), list @ ..] => list,
            [Sign('[' | '('), list @ ..] | [Sign('&'), Sign('['), list @ ..] => list,
            [Word("vec"), Sign('!'), Sign('['), list @ ..] => list,
            _ => return false,
        };
        let mut words = list.iter().filter(|token| !matches!(token, Line | Sign(',')));
        let Some(Text(program)) = words.next() else { return false };
        let told = self.add(program);
        // What a shell is given to run, in the same list or in the calls that go on from this one.
        if program.ends_with("sh") {
            let arguments = |token: &&Token<'_>| {
                matches!(token, Text(_) | Sign('.' | '(' | ')' | '[' | ']' | '&') | Word("arg" | "args"))
            };
            let mut texts = words.take_while(arguments).filter_map(|token| match token {
                Text(text) => Some(text),
                _ => None,
            });
            if texts.any(|option| option.starts_with('-') && option.ends_with('c')) {
                return texts.next().is_some_and(|line| self.shell_line(line));
            }
        }
        told
    }

    /// Adds a program, where the word can be the name or path of one; whether it can. One in a directory of the system's own
    /// keeps its path, one of another directory for programs is said by its name alone.
    fn add(&mut self, program: &str) -> bool {
        let named = |char: char| char.is_ascii_alphanumeric() || "._+-/".contains(char);
        let starts = program.starts_with(|char: char| char.is_ascii_alphanumeric() || "./_".contains(char));
        if !starts
            || !program.chars().all(named)
            || !program.contains(|char: char| char.is_ascii_alphanumeric())
        {
            return false;
        }
        let name = match program.rsplit_once('/') {
            Some(("/usr/bin", _)) => program,
            Some((directory, name)) if directory.starts_with('/') && directory.ends_with("bin") => name,
            _ => program,
        };
        self.programs.insert(name.to_owned());
        true
    }

    /// Adds the programs of a line for the shell; whether each of them can be told.
    fn shell_line(&mut self, line: &str) -> bool {
        let mut told = true;
        for program in command_line::programs(line) {
            told &= self.add(&program);
        }
        told
    }
}
