//! Makes a flat list of commands of brush-parser's tree.
//!
//! `place` tells where in the text a node stands.

use super::place::Places;
use super::{Command, Joined, Redirection, ShellWord, WordPart, word};
use crate::dockerfile::instruction::LogicalText;
use crate::dockerfile::span::Span;
use brush_parser::ast::{
    AndOr, AndOrList, AssignmentName, AssignmentValue, Command as Node, CommandPrefixOrSuffixItem as Item,
    CompoundCommand, CompoundList, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline,
    SeparatorOperator, SimpleCommand, Word,
};
use brush_parser::{ParserOptions, Token, parse_tokens};

/// The commands of a text whose tokens are given.
///
/// # Errors
/// Why the text is not read.
pub(super) fn commands(text: &LogicalText, tokens: &[Token]) -> Result<Vec<Command>, String> {
    let program = parse_tokens(tokens, &ParserOptions::default())
        .map_err(|error| format!("the shell text can't be read: {error}"))?;
    let mut flattener = Flattener {
        places: Places::new(text, tokens),
        commands: Vec::new(),
        directory: Some(Vec::new()),
        pushed: Vec::new(),
        ended: false,
        function: None,
    };
    let mut joined = Joined::First;
    for (at, list) in program.complete_commands.iter().enumerate() {
        let is_fatal = at + 1 == program.complete_commands.len();
        joined = flattener.list(list, Place { is_fatal, ..TOP }, joined);
    }
    // where nothing changes the directory, a function runs in it too
    let moves = |command: &Command| {
        let name = command.words.first().map(ShellWord::literal);
        name.is_some_and(|name| {
            name.is_none_or(|name| ["cd", "pushd", "popd", "eval"].contains(&name.as_str()))
        })
    };
    if !flattener.commands.iter().any(moves) {
        flattener.commands.iter_mut().for_each(|command| command.directory = Some(Vec::new()));
    }
    Ok(flattener.commands)
}

/// Where a command stands in the tree.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    conditional: bool,
    /// Whether the text fails where this fails.
    is_fatal: bool,
}

const TOP: Place = Place { depth: 0, conditional: false, is_fatal: true };

/// Commands that are asked for their status: what follows one after `&&` may well not run.
const TESTS: [&str; 11] =
    ["((", "[", "[[", "cmp", "command", "diff", "egrep", "grep", "test", "type", "which"];

impl Place {
    /// One level deeper.
    fn inside(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// One level deeper, where it may not run.
    fn body(self) -> Self {
        Self { depth: self.depth + 1, conditional: true, ..self }
    }
}

struct Flattener<'a> {
    places: Places<'a>,
    commands: Vec<Command>,
    /// As [`Command::directory`].
    directory: Option<Vec<String>>,
    /// Directories that `pushd` left.
    pushed: Vec<Option<Vec<String>>>,
    /// Whether an `exit` or `exec` before may have ended the text.
    ended: bool,
    /// The function whose body is read.
    function: Option<String>,
}

impl Flattener<'_> {
    /// Flattens a list; gives what joins the command after it.
    fn list(&mut self, list: &CompoundList, place: Place, mut joined: Joined) -> Joined {
        for (at, item) in list.0.iter().enumerate() {
            let in_background = matches!(item.1, SeparatorOperator::Async);
            let before = in_background.then(|| self.directory.clone());
            let is_fatal = place.is_fatal && at + 1 == list.0.len() && !in_background;
            self.and_or(&item.0, Place { is_fatal, ..place }, joined);
            if let Some(before) = before {
                self.directory = before;
            }
            joined = if in_background { Joined::Background } else { Joined::Then };
        }
        joined
    }

    /// A chain of `&&` and `||`. Up to the last `||` all may fail, or not run, without failing the chain; but for one behind
    /// which the text ends in failure (`|| exit 1`).
    fn and_or(&mut self, list: &AndOrList, place: Place, joined: Joined) {
        let parts = || {
            std::iter::once((joined, &list.first)).chain(list.additional.iter().map(|next| match next {
                AndOr::And(pipeline) => (Joined::And, pipeline),
                AndOr::Or(pipeline) => (Joined::Or, pipeline),
            }))
        };
        let is_or = |at: usize, joined: Joined| at > 0 && joined == Joined::Or;
        let handled = parts()
            .enumerate()
            .filter(|(at, (joined, pipeline))| is_or(*at, *joined) && !always_fails(pipeline))
            .map(|(at, _)| at)
            .last();
        let mut tested = false;
        for (at, (joined, pipeline)) in parts().enumerate() {
            let may_fail = handled.is_some_and(|handled| at <= handled);
            let skipped = may_fail || is_or(at, joined) || (tested && !place.is_fatal);
            let place = Place {
                conditional: place.conditional || skipped,
                is_fatal: place.is_fatal && !may_fail,
                ..place
            };
            if skipped && at > 0 {
                self.branch(|this| this.pipeline(pipeline, place, joined));
            } else {
                self.pipeline(pipeline, place, joined);
            }
            tested = (tested && joined != Joined::Or) || is_test(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, place: Place, joined: Joined) {
        let in_subshells = pipeline.seq.len() > 1;
        for (index, command) in pipeline.seq.iter().enumerate() {
            let joined = if index == 0 { joined } else { Joined::Pipe };
            let before = in_subshells.then(|| self.directory.clone());
            self.command(command, place, joined);
            if let Some(before) = before {
                self.directory = before;
            }
        }
    }

    /// What may or may not run: a directory that it changes can't be told afterwards.
    fn branch(&mut self, run: impl FnOnce(&mut Self)) {
        let before = self.directory.clone();
        run(self);
        if self.directory != before {
            self.directory = None;
        }
    }

    /// What may run again: a directory that it changes can't be told inside either.
    fn again(&mut self, run: impl FnOnce(&mut Self)) {
        let first = self.commands.len();
        let before = self.directory.clone();
        run(self);
        if self.directory != before {
            self.directory = None;
            for command in &mut self.commands[first..] {
                command.directory = None;
            }
        }
    }

    fn command(&mut self, command: &Node, place: Place, joined: Joined) {
        match command {
            Node::Simple(simple) => self.simple(simple, place, joined),
            Node::Compound(compound, redirects) => {
                self.compound(compound, place, joined);
                self.redirects(redirects.as_ref().map(|list| list.0.as_slice()), place);
            }
            Node::Function(function) => {
                let before = self.directory.take();
                let outer = self.function.replace(function.fname.value.clone());
                let place = Place { conditional: true, ..place };
                self.compound(&function.body.0, place, joined);
                self.redirects(function.body.1.as_ref().map(|list| list.0.as_slice()), place);
                (self.directory, self.function) = (before, outer);
            }
            Node::ExtendedTest(test, redirects) => {
                let (words, known) = (self.places.words_between(&test.loc), self.places.known(&test.loc));
                self.push(Draft { words, known, ..Draft::default() }, place, joined);
                self.redirects(redirects.as_ref().map(|list| list.0.as_slice()), place);
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand, place: Place, joined: Joined) {
        match compound {
            CompoundCommand::BraceGroup(group) => {
                self.list(&group.list, place.inside(), joined);
            }
            CompoundCommand::Subshell(subshell) => {
                let before = (self.directory.clone(), self.ended);
                self.list(&subshell.list, place.inside(), joined);
                (self.directory, self.ended) = before;
            }
            CompoundCommand::IfClause(clause) => self.branch(|this| {
                let before = this.directory.clone();
                this.list(&clause.condition, place.body(), joined);
                this.branch(|this| {
                    this.list(&clause.then, place.body(), Joined::Then);
                });
                for clause in clause.elses.iter().flatten() {
                    if this.directory != before {
                        this.directory = None;
                    }
                    this.branch(|this| {
                        if let Some(condition) = &clause.condition {
                            this.list(condition, place.body(), Joined::Then);
                        }
                        this.list(&clause.body, place.body(), Joined::Then);
                    });
                }
            }),
            CompoundCommand::ForClause(clause) => {
                let values = || clause.values.iter().flatten();
                let raw: Vec<_> = values().map(|value| value.value.as_str()).collect();
                let assignments = vec![(clause.variable_name.clone(), ShellWord::dynamic(raw.join(" ")))];
                let start = self.places.byte(clause.loc.start.index);
                let mut draft = Draft { assignments, known: Some((start, start)), ..Draft::default() };
                values().for_each(|value| draft.cover(self.places.known_of(value)));
                self.push(draft, place.inside(), joined);
                self.again(|this| {
                    this.list(&clause.body.list, place.body(), Joined::Then);
                });
            }
            CompoundCommand::ArithmeticForClause(clause) => self.again(|this| {
                this.list(&clause.body.list, place.body(), joined);
            }),
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.again(|this| {
                    this.list(&clause.0, place.body(), joined);
                    this.list(&clause.1.list, place.body(), Joined::Then);
                });
            }
            CompoundCommand::CaseClause(clause) => {
                let before = self.directory.clone();
                self.branch(|this| {
                    let mut joined = joined;
                    for list in clause.cases.iter().filter_map(|case| case.cmd.as_ref()) {
                        if this.directory != before {
                            this.directory = None;
                        }
                        joined = this.list(list, place.body(), joined);
                    }
                });
            }
            CompoundCommand::Coprocess(coprocess) => {
                let before = self.directory.clone();
                self.command(&coprocess.body, place.body(), joined);
                self.directory = before;
            }
            CompoundCommand::Arithmetic(arithmetic) => {
                let (words, known) =
                    (self.places.words_between(&arithmetic.loc), self.places.known(&arithmetic.loc));
                self.push(Draft { words, known, ..Draft::default() }, place, joined);
            }
        }
    }

    /// The redirections of a compound command, as a command without words behind it.
    fn redirects(&mut self, redirects: Option<&[IoRedirect]>, place: Place) {
        if let Some(redirects) = redirects {
            let mut draft = Draft::default();
            redirects.iter().for_each(|redirect| self.redirect(redirect, &mut draft));
            self.push(draft, place, Joined::Then);
        }
    }

    fn simple(&mut self, simple: &SimpleCommand, place: Place, joined: Joined) {
        let mut draft = Draft::default();
        for item in simple.prefix.iter().flat_map(|prefix| &prefix.0) {
            match item {
                Item::AssignmentWord(assignment, word) => {
                    let known = self.places.known_of(word);
                    draft.cover(known);
                    let AssignmentName::VariableName(name) = &assignment.name else {
                        draft.assignments.push((word.value.clone(), ShellWord::dynamic(word.value.clone())));
                        continue;
                    };
                    let raw = self.places.raw(word);
                    let cut = raw.find('=').map_or(raw.len(), |at| at + 1);
                    let mut value =
                        self.places.word_at(known.map(|(start, end)| (start + cut, end)), &raw[cut..]);
                    if assignment.append || matches!(assignment.value, AssignmentValue::Array(_)) {
                        value.parts = vec![WordPart::Dynamic(raw)];
                    }
                    draft.assignments.push((name.clone(), value));
                }
                item => self.item(item, &mut draft),
            }
        }
        if let Some(word) = &simple.word_or_name {
            self.word(word, &mut draft);
        }
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            self.item(item, &mut draft);
        }
        self.push(draft, place, joined);
    }

    fn item(&mut self, item: &Item, draft: &mut Draft) {
        match item {
            Item::Word(word) | Item::AssignmentWord(_, word) => self.word(word, draft),
            Item::IoRedirect(redirect) => self.redirect(redirect, draft),
            Item::ProcessSubstitution(kind, command) => {
                draft.cover(self.places.known(&command.loc));
                draft.words.push(ShellWord::dynamic(format!("{kind}{command}")));
            }
        }
    }

    fn word(&mut self, word: &Word, draft: &mut Draft) {
        draft.cover(self.places.known_of(word));
        draft.words.push(self.places.shell_word(word));
    }

    fn redirect(&mut self, redirect: &IoRedirect, draft: &mut Draft) {
        let (descriptor, operator, target) = match redirect {
            IoRedirect::File(descriptor, kind, target) => {
                let operator = match kind {
                    IoFileRedirectKind::Read => "<",
                    IoFileRedirectKind::Write => ">",
                    IoFileRedirectKind::Append => ">>",
                    IoFileRedirectKind::ReadAndWrite => "<>",
                    IoFileRedirectKind::Clobber => ">|",
                    IoFileRedirectKind::DuplicateInput => "<&",
                    IoFileRedirectKind::DuplicateOutput => ">&",
                };
                let target = match target {
                    IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word) => {
                        draft.cover(self.places.known_of(word));
                        self.places.shell_word(word)
                    }
                    IoFileRedirectTarget::Fd(number) => {
                        let raw = number.to_string();
                        ShellWord { parts: word::parts(&raw), raw, ..ShellWord::default() }
                    }
                    IoFileRedirectTarget::ProcessSubstitution(kind, command) => {
                        draft.cover(self.places.known(&command.loc));
                        ShellWord::dynamic(format!("{kind}{command}"))
                    }
                };
                (*descriptor, operator, target)
            }
            IoRedirect::HereDocument(descriptor, document) => {
                draft.cover(self.places.known_of(&document.here_end));
                let operator = if document.remove_tabs { "<<-" } else { "<<" };
                (*descriptor, operator, self.places.shell_word(&document.here_end))
            }
            IoRedirect::HereString(descriptor, word) => {
                draft.cover(self.places.known_of(word));
                (*descriptor, "<<<", self.places.shell_word(word))
            }
            IoRedirect::OutputAndError(word, append) => {
                draft.cover(self.places.known_of(word));
                (None, if *append { "&>>" } else { "&>" }, self.places.shell_word(word))
            }
        };
        draft.redirections.push(Redirection {
            descriptor: descriptor.and_then(|number| u32::try_from(number).ok()),
            operator: operator.to_owned(),
            target,
        });
    }

    /// Adds a finished command and follows it if it changes the directory.
    fn push(&mut self, draft: Draft, place: Place, joined: Joined) {
        let span = match draft.known {
            Some(known) => {
                let (start, end) = self.places.with_redirections(known);
                self.places.text.span_of(start, end)
            }
            // Only descriptors, such as `2>&1` behind a compound command, have no place.
            None => {
                let at = self.commands.last().map_or(self.places.text.span.start, |last| last.span.end);
                Span::new(at, at)
            }
        };
        let command = Command {
            words: draft.words,
            assignments: draft.assignments,
            redirections: draft.redirections,
            span,
            joined: if self.commands.is_empty() { Joined::First } else { joined },
            depth: place.depth,
            conditional: place.conditional || self.ended,
            directory: self.directory.clone(),
            function: self.function.clone(),
        };
        self.follow(&command);
        self.ended |= self.function.is_none() && may_end(&command);
        self.commands.push(command);
    }

    /// What `cd`, `pushd` and `popd` do to the directory.
    fn follow(&mut self, command: &Command) {
        let name = command.words.first().and_then(ShellWord::literal);
        match name.as_deref() {
            Some("cd" | "pushd") => {
                if name.as_deref() == Some("pushd") {
                    self.pushed.push(self.directory.clone());
                }
                let mut targets = command.words[1..]
                    .iter()
                    .skip_while(|word| word.raw.len() > 1 && word.raw.starts_with('-'));
                let target = match (targets.next(), targets.next()) {
                    (Some(target), None) if target.raw != "-" && !target.raw.starts_with(['~', '+']) => {
                        target.literal().unwrap_or_else(|| target.raw.clone())
                    }
                    _ => {
                        self.directory = None;
                        return;
                    }
                };
                if target.starts_with('/') {
                    self.directory = Some(vec![target]);
                } else if let Some(directory) = &mut self.directory {
                    directory.push(target);
                }
            }
            Some("popd") => self.directory = self.pushed.pop().flatten(),
            _ => {}
        }
    }
}

/// Whether the text may end at a command without failing.
fn may_end(command: &Command) -> bool {
    let mut words = command.words.iter().map(ShellWord::literal);
    match words.next().flatten().as_deref() {
        Some("exit" | "return") => {
            words.next().is_none_or(|status| status.is_none_or(|status| status == "0"))
        }
        Some("exec") => words.next().is_some(),
        _ => false,
    }
}

/// Whether a part of a chain is there for its status.
fn is_test(pipeline: &Pipeline) -> bool {
    let asks = |command: &Node| match command {
        Node::Simple(simple) => {
            let name = simple.word_or_name.as_ref().map(|word| word.value.as_str());
            name.is_some_and(|name| TESTS.contains(&name))
        }
        Node::ExtendedTest(..) => true,
        _ => false,
    };
    pipeline.bang || pipeline.seq.last().is_some_and(asks)
}

/// Whether a part of a chain never succeeds: `exit 1`, `false`, or a group that ends so.
fn always_fails(pipeline: &Pipeline) -> bool {
    let ends = |list: &CompoundList| {
        let last = list.0.last().map(|item| &item.0);
        last.is_some_and(|last| last.additional.is_empty() && always_fails(&last.first))
    };
    match pipeline.seq.as_slice() {
        _ if pipeline.bang => false,
        [Node::Simple(simple)] => {
            let argument = simple.suffix.iter().flat_map(|suffix| &suffix.0).find_map(|item| match item {
                Item::Word(word) => Some(word.value.as_str()),
                _ => None,
            });
            match simple.word_or_name.as_ref().map(|word| word.value.as_str()) {
                Some("false") => true,
                Some("exit" | "return") => argument.is_some_and(|status| status.parse() != Ok(0)),
                _ => false,
            }
        }
        [Node::Compound(CompoundCommand::BraceGroup(group), _)] => ends(&group.list),
        [Node::Compound(CompoundCommand::Subshell(subshell), _)] => ends(&subshell.list),
        _ => false,
    }
}

/// A command in the making.
#[derive(Default)]
struct Draft {
    words: Vec<ShellWord>,
    assignments: Vec<(String, ShellWord)>,
    redirections: Vec<Redirection>,
    /// Bytes of the logical text that are known to belong to it.
    known: Option<(usize, usize)>,
}

impl Draft {
    fn cover(&mut self, range: Option<(usize, usize)>) {
        self.known = match (self.known, range) {
            (Some((start, end)), Some(range)) => Some((start.min(range.0), end.max(range.1))),
            (known, range) => known.or(range),
        };
    }
}

impl ShellWord {
    /// A word of which only the text is known.
    fn dynamic(raw: String) -> Self {
        Self { parts: vec![WordPart::Dynamic(raw.clone())], raw, ..Self::default() }
    }
}
