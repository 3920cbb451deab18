//! The commands of a RUN, a shell-form CMD or a script: brush-parser on the logical text, places mapped back to the file.
//!
//! What can't be read is [`Shell::Opaque`] and stays verbatim. Here stand the types; `guard` keeps away what would be
//! slow or deep, `mask` covers expansions up for it, `flatten` makes commands of brush-parser's tree, `place` tells where they stand, `word` resolves quotes.

mod flatten;
mod guard;
mod mask;
mod place;
mod word;

use super::instruction::LogicalText;
use super::span::Span;

/// A shell text, read.
#[derive(Clone, Debug)]
pub enum Shell {
    /// Commands in the order in which they are written, flattened.
    Commands(Vec<Command>),
    /// Not read; the reason in one sentence.
    Opaque(String),
}

/// One simple command, a `[[ … ]]` or `(( … ))`, the redirections of a compound command (without words), or the
/// variable of a `for` (an assignment without words).
#[derive(Clone, Debug)]
pub struct Command {
    /// Program and arguments. Empty for a bare assignment or redirection.
    pub words: Vec<ShellWord>,
    /// `NAME=value` before the program.
    pub assignments: Vec<(String, ShellWord)>,
    /// Files it reads or writes by redirection.
    pub redirections: Vec<Redirection>,
    /// From the first assignment or word to the end of the last word or redirection, in the file.
    pub span: Span,
    /// What stands between it and the command before.
    pub joined: Joined,
    /// Nesting in which it stands: 0 at the top, one more for each subshell, brace group, if, loop, case or function.
    pub depth: usize,
    /// Whether it may not run at all, more than once, or fail without failing the text: in a chain up to its last `||` (but not
    /// one like `|| exit 1`), in an if, loop, case or function body, after a test in a chain whose status nobody asks for,
    /// after an `exit` that may have ended the text.
    pub conditional: bool,
    /// Directory that `cd`s before it in the same text lead to: `["/src", "lib"]`, each as its value where nothing in it
    /// is expanded, else as written. `None` where it can't be told (`cd -`, a `cd` in only one branch, a function).
    pub directory: Option<Vec<String>>,
    /// The function in whose body it stands.
    pub function: Option<String>,
}

/// What stands before a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is the first.
    First,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;` or a newline, or a keyword of a compound command.
    Then,
    /// `|`
    Pipe,
    /// `&`: the command before runs in the background.
    Background,
}

/// A word, with quoting resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellWord {
    /// As written.
    pub raw: String,
    /// Its parts in order, quotes and escapes resolved.
    pub parts: Vec<WordPart>,
    /// Its place in the file.
    pub span: Span,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordPart {
    /// Plain text.
    Literal(String),
    /// `$NAME` or `${NAME}`; the flag says whether it stands in double quotes (else its value is split into words).
    Variable(String, bool),
    /// An unquoted `*`, `?` or `[`: a glob character.
    Glob(char),
    /// Anything else that the shell would expand: `$(…)`, `${x:-y}`, `~user`, `$((…))`, as written.
    Dynamic(String),
}

impl ShellWord {
    /// Its value where nothing in it is expanded.
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                WordPart::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// `> file` and its kin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The file descriptor written before the operator, such as 2 in `2>file`.
    pub descriptor: Option<u32>,
    /// `>`, `>>`, `<`, `<<`, `>&`, `&>` …
    pub operator: String,
    /// File, descriptor, or the name of a heredoc, whose body is not kept here.
    pub target: ShellWord,
}

/// Reads a text in POSIX or bash syntax. Never panics; guards against input that would be slow or deep.
pub fn parse(text: &LogicalText) -> Shell {
    match guard::tokens(&text.text).and_then(|tokens| flatten::commands(text, &tokens)) {
        Ok(commands) => Shell::Commands(commands),
        Err(reason) => Shell::Opaque(reason),
    }
}

/// Reads the text of a script file; spans are places in that text.
pub fn parse_plain(text: &str) -> Shell {
    parse(&LogicalText { text: text.to_owned(), segments: vec![(0, 0)], span: Span::new(0, text.len()) })
}
