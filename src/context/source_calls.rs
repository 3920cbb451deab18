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

/// The Python module whose functions are programs.
const PROGRAMS_MODULE: &str = "sh";

/// Tokens of a call that are looked at for an argument: none is so long, and text that only opens calls takes no time.
const LONGEST_CALL: usize = 1000;

/// What a source starts.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// Programs, as far as it says them in literals where it starts them.
    pub(super) programs: BTreeSet<String>,
    /// Where it also starts what it is told elsewhere: words that stand first in a call or a list and could be the program.
    pub(super) possible: BTreeSet<String>,
}

/// The programs that a source starts; tokens without comments.
pub(super) fn programs(tokens: &[Token<'_>], language: Language) -> Started {
    let mut found = Found::default();
    let imports = if language == Python { imports(tokens) } else { BTreeMap::new() };
    let command_is_foreign = language == Rust && !imports_process_command(tokens);
    // What a starter was given by name, and whether it is a line for the shell.
    let mut variables = BTreeMap::new();
    for (open, _) in tokens.iter().enumerate().filter(|(_, token)| **token == Token::Sign('(')) {
        let name = called(tokens, open, &imports);
        if let [PROGRAMS_MODULE, program] = name[..]
            && imports.values().any(|full| full.first() == Some(&PROGRAMS_MODULE))
        {
            found.add(program);
        }
        let is_called = |starter: &&Starter| starter.language == language && ends_with(&name, starter.name);
        let Some(starter) = STARTERS.iter().find(is_called) else { continue };
        if command_is_foreign && starter.name[0] == "Command" && !name.contains(&"process") {
            continue;
        }
        let value = argument(&tokens[open + 1..], starter.argument);
        if let Some(variable) = variable(value) {
            *variables.entry(variable).or_insert(false) |= starter.shell;
        } else {
            found.command(value, starter.shell);
        }
    }
    if variables.is_empty() {
        return Started { programs: found.0, possible: BTreeSet::new() };
    }
    for (name, value) in assignments(tokens) {
        if let Some(shell) = variables.get(name) {
            found.command(value, *shell);
        }
    }
    Started { programs: found.0, possible: first_words(tokens) }
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
    words.0
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

/// The last element of a name that is an argument by itself, borrowed or not: `cmd`, `self.cmd`, `&cmd`.
fn variable<'a>(value: &[Token<'a>]) -> Option<&'a str> {
    let mut name = None;
    for token in value {
        match token {
            Token::Sign('&' | '*' | '.' | ':') | Token::Line => {}
            Token::Word(word) => name = Some(*word),
            Token::Sign(',' | ')') => return name,
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
struct Found(BTreeSet<String>);

impl Found {
    /// Adds the program of a command that starts with these tokens: a text, a list, or either in a call that splits.
    fn command(&mut self, value: &[Token<'_>], shell: bool) {
        use Token::{Line, Sign, Text, Word};
        let list = match value {
            [Text(line), ..] if shell || line.contains(' ') => return self.shell_line(line),
            [Word("shlex"), Sign('.'), Word("split"), Sign('('), Text(line), ..] => {
                return self.shell_line(line);
            }
            [Text(_), ..] => value,
            [Sign('[' | '('), list @ ..] | [Sign('&'), Sign('['), list @ ..] => list,
            [Word("vec"), Sign('!'), Sign('['), list @ ..] => list,
            _ => return,
        };
        let mut words = list.iter().filter(|token| !matches!(token, Line | Sign(',')));
        let Some(Text(program)) = words.next() else { return };
        self.add(program);
        // What a shell is given to run, in the same list or in the calls that go on from this one.
        if program.ends_with("sh") {
            let arguments = |token: &&Token<'_>| {
                matches!(token, Text(_) | Sign('.' | '(' | ')' | '[' | ']' | '&') | Word("arg" | "args"))
            };
            let mut texts = words.take_while(arguments).filter_map(|token| match token {
                Text(text) => Some(text),
                _ => None,
            });
            if texts.any(|option| option.starts_with('-') && option.ends_with('c'))
                && let Some(line) = texts.next()
            {
                self.shell_line(line);
            }
        }
    }

    /// Adds a program, where the word can be the name or path of one.
    fn add(&mut self, program: &str) {
        let named = |char: char| char.is_ascii_alphanumeric() || "._+-/".contains(char);
        let starts = program.starts_with(|char: char| char.is_ascii_alphanumeric() || "./_".contains(char));
        if !starts
            || !program.chars().all(named)
            || !program.contains(|char: char| char.is_ascii_alphanumeric())
        {
            return;
        }
        let name = match program.rsplit_once('/') {
            Some((directory, name)) if directory.starts_with('/') && directory.ends_with("bin") => name,
            _ => program,
        };
        self.0.insert(name.to_owned());
    }

    fn shell_line(&mut self, line: &str) {
        for program in command_line::programs(line) {
            self.add(&program);
        }
    }
}
