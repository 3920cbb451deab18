//! A whole file: its text and the instructions found in it.

use super::instruction::{Instruction, LogicalText};
use super::span::Span;

/// A Dockerfile as it was read. Concatenating the text of its parts gives the input byte for byte.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text, untouched (with its BOM, if it has one).
    pub(super) text: String,
    /// Offset of the first byte of each line, in order.
    pub(super) line_starts: Vec<usize>,
    /// The character that continues a line: `\` or, by directive, a backtick.
    pub escape: char,
    /// Parser directives, in file order (`syntax`, `escape`, `check`).
    pub directives: Vec<Directive>,
    /// Every instruction, in file order.
    pub instructions: Vec<Instruction>,
}

/// `# key=value` at the very top of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Lower-cased key.
    pub key: String,
    /// Value without surrounding blanks.
    pub value: String,
    /// The whole line without its line end.
    pub span: Span,
}

/// Why a text is not a Dockerfile that Docker would accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// The place, empty at the end of the text.
    pub span: Span,
    /// What is wrong, in one sentence without a final period.
    pub message: String,
}

/// How a file ends its lines: that of most of its lines, LF where it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl Newline {
    /// The bytes themselves.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// Where BuildKit's own parser would refuse the file (no instruction, unterminated heredoc, bad JSON type …).
    pub fn parse(text: impl Into<String>) -> Result<Self, ScanError> {
        super::scan::scan(text.into())
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a span covers.
    pub fn slice(&self, span: Span) -> &str {
        span.slice(&self.text)
    }

    /// What the shell is handed for a RUN, CMD or ENTRYPOINT in shell form, heredocs included; the body of
    /// `RUN <<NAME` is the text itself. `None` for the exec form, for a body that names its interpreter with `#!`, and
    /// for other instructions.
    ///
    /// In `RUN python3 <<NAME` the text is that of a shell too: a command with a `<<` redirection.
    pub fn shell_text(&self, instruction: &Instruction) -> Option<LogicalText> {
        super::heredoc::shell_text(self, instruction)
    }

    /// Line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).max(1)
    }

    /// How the file ends its lines; new lines do the same.
    pub fn newline(&self) -> Newline {
        let lines = self.text.matches('\n').count();
        let with_return = self.text.matches("\r\n").count();
        if with_return * 2 > lines { Newline::CrLf } else { Newline::Lf }
    }
}
