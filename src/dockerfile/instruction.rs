//! One instruction: keyword, flags, arguments, heredocs, each with its place in the file.

use super::span::Span;

/// An instruction with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// What it is.
    pub keyword: Keyword,
    /// The keyword as written (may be split by a continuation).
    pub keyword_span: Span,
    /// From the keyword to the end of its last line, heredoc bodies and terminators included; without that line's end.
    pub span: Span,
    /// Comment lines directly above (no blank line between) belong to it and travel with it: from the first of them (or
    /// from the start of the instruction's own first line, indentation included) to the end of the last line, line end included.
    pub block: Span,
    /// `--name=value` words before the arguments.
    pub flags: Vec<Flag>,
    /// What follows the flags.
    pub arguments: Arguments,
    /// Heredocs that it opens, in order.
    pub heredocs: Vec<Heredoc>,
    /// Line on which it begins, from 1. A wrapped instruction carries that of its wrapper.
    pub line: usize,
}

impl Instruction {
    /// The first flag of that name (without dashes).
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }
}

/// Kind of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are Docker's own")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// A word that Docker does not know.
    Unknown,
}

impl Keyword {
    /// Every keyword that Docker knows, as people write it.
    const NAMES: [(&'static str, Self); 18] = [
        ("RUN", Self::Run),
        ("FROM", Self::From),
        ("ENV", Self::Env),
        ("COPY", Self::Copy),
        ("ADD", Self::Add),
        ("CMD", Self::Cmd),
        ("WORKDIR", Self::Workdir),
        ("EXPOSE", Self::Expose),
        ("ENTRYPOINT", Self::Entrypoint),
        ("ARG", Self::Arg),
        ("LABEL", Self::Label),
        ("USER", Self::User),
        ("VOLUME", Self::Volume),
        ("MAINTAINER", Self::Maintainer),
        ("HEALTHCHECK", Self::Healthcheck),
        ("SHELL", Self::Shell),
        ("ONBUILD", Self::Onbuild),
        ("STOPSIGNAL", Self::Stopsignal),
    ];

    /// The keyword that a word is, in any case.
    pub fn of(word: &str) -> Self {
        Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map_or(Self::Unknown, |(_, keyword)| *keyword)
    }

    /// In capitals; empty for [`Self::Unknown`].
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, keyword)| *keyword == self).map_or("", |(name, _)| name)
    }
}

/// A flag before the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes, such as `from`.
    pub name: String,
    /// What follows `=`, as BuildKit reads it; `None` for a flag without one.
    pub value: Option<String>,
    /// The whole word.
    pub span: Span,
}

/// A word and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// JSON strings unescaped; other words as written, quotes and variables included (continuations taken out).
    pub text: String,
    /// Its place, quotes included.
    pub span: Span,
}

/// `key=value` of ENV, LABEL and ARG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name as written.
    pub key: Word,
    /// The value as written, quotes included; `None` only for an ARG without default.
    pub value: Option<Word>,
    /// From key to end of value.
    pub span: Span,
}

/// What follows the flags.
#[derive(Clone, Debug)]
pub enum Arguments {
    /// Exec (JSON) form: RUN, CMD, ENTRYPOINT, SHELL, VOLUME, ADD, COPY.
    Json(Vec<Word>),
    /// Words: FROM, ADD, COPY, EXPOSE, VOLUME. The heredoc words of COPY and ADD are among them.
    Words(Vec<Word>),
    /// ENV, LABEL, ARG. The legacy form `ENV key rest of line` is one pair.
    Pairs(Vec<Pair>),
    /// The rest of the logical line: RUN, CMD, ENTRYPOINT in shell form; MAINTAINER, STOPSIGNAL, USER, WORKDIR; unknown keywords.
    Text(LogicalText),
    /// HEALTHCHECK and ONBUILD wrap an instruction: `CMD …`, or `None` for `HEALTHCHECK NONE`. Where nothing follows,
    /// the wrapped instruction is of an unknown keyword without text.
    Wrapped(Option<Box<Instruction>>),
}

/// Text with continuations joined and the comments inside them taken out, as Docker hands it to the shell.
#[derive(Clone, Debug, Default)]
pub struct LogicalText {
    /// The joined text.
    pub text: String,
    /// Pieces in order: offset in `text` and offset in the file at which an unbroken run of bytes begins.
    pub segments: Vec<(usize, usize)>,
    /// Where it stands in the file.
    pub span: Span,
}

impl LogicalText {
    /// The place in the file of `start..end` of `text`.
    pub fn span_of(&self, start: usize, end: usize) -> Span {
        if start >= end {
            let at = self.offset(start);
            return Span::new(at, at);
        }
        Span::new(self.offset(start), self.offset(end - 1) + 1)
    }

    /// Adds a piece that stands at an offset in the file.
    pub(super) fn push(&mut self, piece: &str, offset: usize) {
        self.segments.push((self.text.len(), offset));
        self.text.push_str(piece);
    }

    fn offset(&self, at: usize) -> usize {
        match self.segments.partition_point(|(logical, _)| *logical <= at).checked_sub(1) {
            Some(index) => self.segments[index].1 + (at - self.segments[index].0),
            None => self.span.start,
        }
    }
}

/// `<<NAME` and the lines up to its terminator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The terminator.
    pub name: String,
    /// Whether `<<-`: leading tabs are cut.
    pub chomp: bool,
    /// Whether no part of the word was quoted: COPY and ADD then expand variables in the body.
    pub expand: bool,
    /// File descriptor before `<<`, 0 where none is written.
    pub descriptor: u32,
    /// The body, line ends included, without the terminator's line.
    pub body: Span,
}
