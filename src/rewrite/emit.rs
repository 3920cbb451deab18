//! The new text: lines of the file byte for byte, and new lines in the file's own style.

use crate::dockerfile::document::{Document, Newline};
use crate::dockerfile::instruction::{Arguments, Instruction};
use crate::dockerfile::span::Span;
use crate::plan::Plan;
use crate::plan::line::Line;
use crate::rewrite::edit::Edits;
use crate::rewrite::spell::{Manner, spell};
use std::collections::BTreeSet;

/// Writes the planned file.
pub fn emit(document: &Document, from: usize, plan: &Plan) -> String {
    Emitter::new(document, from, plan).emit(plan)
}

struct Emitter<'a> {
    document: &'a Document,
    from: usize,
    newline: &'static str,
    /// How new lines are written.
    manner: Manner<'a>,
    /// Whether the next line stands directly below the last one.
    joins: bool,
    out: String,
}

impl<'a> Emitter<'a> {
    fn new(document: &'a Document, from: usize, plan: &'a Plan) -> Self {
        let newline = match document.newline() {
            Newline::Lf => "\n",
            Newline::CrLf => "\r\n",
        };
        let lower = document.instructions.get(from).is_some_and(|instruction| {
            !document.slice(instruction.keyword_span).contains(|letter: char| letter.is_ascii_uppercase())
        });
        let manner = Manner { escape: document.escape, lower, builder: &plan.builder_name };
        Self { document, from, newline, manner, joins: false, out: String::new() }
    }

    fn emit(mut self, plan: &Plan) -> String {
        let document = self.document;
        let text = document.text();
        let Some(from) = document.instructions.get(self.from) else { return text.to_owned() };
        let last = document.instructions.last().unwrap_or(from);
        self.out.push_str(&text[..from.block.start]);
        self.named_from(from, plan);
        let in_builder: BTreeSet<usize> = plan.builder.iter().filter_map(Line::index).collect();
        self.lines(&plan.builder, true, &in_builder);
        self.end_line();
        self.out.push_str(self.newline);
        let platform = plan.platform.as_ref().map(|flag| format!("{flag} ")).unwrap_or_default();
        let keyword = if self.manner.lower { "from" } else { "FROM" };
        let word = if self.manner.lower { "as" } else { "AS" };
        let name = plan.runtime_name.as_ref().map(|name| format!(" {word} {name}")).unwrap_or_default();
        self.new_line(&format!("{keyword} {platform}{}{name}", plan.runtime_image));
        if self.from + 1 < document.instructions.len() && self.gap(self.from + 1).contains('\n') {
            self.out.push_str(self.newline);
        }
        self.lines(&plan.runtime, false, &in_builder);
        self.end_line();
        self.out.push_str(&text[last.block.end..]);
        if !text.ends_with('\n') && self.out.ends_with('\n') {
            let end = self.out.trim_end_matches(['\r', '\n']).len();
            self.out.truncate(end);
        }
        self.out
    }

    /// The FROM of the file with the name of its stage.
    fn named_from(&mut self, from: &Instruction, plan: &Plan) {
        let mut edits = Edits::default();
        let named = match &from.arguments {
            Arguments::Words(words) => words.get(2).filter(|_| plan.runtime_name.is_some()),
            _ => None,
        };
        if let Some(name) = named {
            let (start, end) = (name.span.start - from.block.start, name.span.end - from.block.start);
            edits.replace(Span::new(start, end), plan.builder_name.as_str());
        } else if !plan.is_named {
            let keyword = if self.manner.lower { "as" } else { "AS" };
            edits.insert(from.span.end - from.block.start, format!(" {keyword} {}", plan.builder_name));
        }
        if let Some((span, image)) = &plan.builder_image {
            let place = Span::new(span.start - from.block.start, span.end - from.block.start);
            edits.replace(place, image.as_str());
        }
        self.out.push_str(&edits.apply(self.document.slice(from.block)).unwrap_or_default());
        self.end_line();
        self.out.push_str(self.document.slice(self.tail(self.from)));
    }

    fn lines(&mut self, lines: &[Line], in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        for (at, line) in lines.iter().enumerate() {
            // new lines join the paragraph below them
            let after_instruction =
                at.checked_sub(1).is_some_and(|before| !matches!(lines[before], Line::New(..)));
            if matches!(line, Line::New(..)) && after_instruction {
                let next = lines[at..].iter().find_map(Line::index);
                if next.is_some_and(|next| self.gap(next).contains('\n')) {
                    self.blank_line();
                }
            }
            self.line(line, in_builder, also_in_builder);
            // one new line of the builder is for the instruction below it
            let alone = in_builder && at.checked_sub(1).is_none_or(|before| lines[before].index().is_some());
            self.joins = alone && line.index().is_none();
        }
    }

    /// The text between an instruction's own comments and what belongs to the instruction before it.
    fn gap(&self, index: usize) -> &'a str {
        let previous = index.checked_sub(1).map_or(0, |before| self.tail(before).end);
        let start = self.document.instructions[index].block.start;
        self.document.slice(Span::new(previous.min(start), start))
    }

    /// Comments below an instruction that are about it: a blank line follows them, or they close what was opened above
    /// (`# [END install]`). Those at the end of the file stay there.
    fn tail(&self, index: usize) -> Span {
        let start = self.document.instructions[index].block.end;
        let Some(next) = self.document.instructions.get(index + 1) else { return Span::new(start, start) };
        let text = self.document.slice(Span::new(start, next.span.start));
        let lines = text.split_inclusive('\n').take_while(|line| line.trim_start().starts_with('#'));
        let mut end = start;
        let mut at = start;
        for line in lines {
            at += line.len();
            if at <= next.block.start || closes(line) {
                end = at;
            }
        }
        Span::new(start, end)
    }

    /// An empty line, if there is none yet.
    fn blank_line(&mut self) {
        self.end_line();
        if !self.ends_with_blank() {
            self.out.push_str(self.newline);
        }
    }

    fn ends_with_blank(&self) -> bool {
        self.out.is_empty() || self.out.ends_with(&format!("{0}{0}", self.newline))
    }

    fn line(&mut self, line: &Line, in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        match line {
            Line::New(added, _) => self.new_line(&spell(added, self.manner)),
            Line::Instruction(index) => {
                self.lead(*index, in_builder, also_in_builder);
                let instruction = &self.document.instructions[*index];
                self.out.push_str(self.document.slice(self.body(*index, instruction.block.end)));
                if index + 1 == self.document.instructions.len() && instruction.heredocs.is_empty() {
                    self.cut_dangling_continuation();
                }
                self.end_line();
                self.trail(*index, in_builder, also_in_builder);
            }
            Line::Changed(index, span, text) => {
                self.lead(*index, in_builder, also_in_builder);
                let instruction = &self.document.instructions[*index];
                let body = self.body(*index, instruction.block.end);
                let mut edits = Edits::default();
                edits.replace(Span::new(span.start - body.start, span.end - body.start), text.as_str());
                // an edit that has no place leaves nothing, which the proof refuses
                self.out.push_str(&edits.apply(self.document.slice(body)).unwrap_or_default());
                self.end_line();
                self.trail(*index, in_builder, also_in_builder);
            }
        }
    }

    /// What stands before an instruction: blank lines, comments of its own and comments that belong to none. Those of an
    /// instruction that is in both stages stand in the builder.
    fn lead(&mut self, index: usize, in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        let block = self.document.instructions[index].block;
        let gap = self.gap(index);
        if in_builder || !also_in_builder.contains(&index) {
            // where lines went away, two blank lines would meet
            let is_close = self.ends_with_blank() || self.joins;
            let gap = if is_close { gap.trim_start_matches(['\r', '\n']) } else { gap };
            self.out.push_str(gap);
            let before = index.checked_sub(1).map_or(block.start, |before| self.tail(before).end);
            let start = block.start.max(before);
            self.out.push_str(self.document.slice(Span::new(start, self.body(index, block.end).start)));
        } else if gap.contains('\n') && !self.ends_with_from() {
            self.blank_line();
        }
    }

    /// What follows an instruction and is about it, where its comments stand.
    fn trail(&mut self, index: usize, in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        if in_builder || !also_in_builder.contains(&index) {
            self.out.push_str(self.document.slice(self.tail(index)));
        }
    }

    fn ends_with_from(&self) -> bool {
        self.out.lines().last().is_some_and(|line| line.len() >= 4 && line[..4].eq_ignore_ascii_case("from"))
    }

    /// An instruction without the comments above it, from the start of its line.
    fn body(&self, index: usize, end: usize) -> Span {
        let instruction = &self.document.instructions[index];
        let before = &self.document.text()[instruction.block.start..instruction.span.start];
        let start = before.rfind('\n').map_or(instruction.block.start, |at| instruction.block.start + at + 1);
        Span::new(start, end)
    }

    /// A continuation that ended with the file would swallow what now follows it.
    fn cut_dangling_continuation(&mut self) {
        let end = self.out.trim_end_matches([' ', '\t', '\r', '\n']).len();
        if self.out[..end].ends_with(self.document.escape)
            && !self.out[..end - 1].ends_with(self.document.escape)
        {
            self.out.truncate(end - 1);
        }
    }

    fn new_line(&mut self, text: &str) {
        self.end_line();
        self.out.push_str(&text.replace("\r\n", "\n").replace('\n', self.newline));
        self.out.push_str(self.newline);
    }

    fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push_str(self.newline);
        }
    }
}

/// Whether a comment closes what another one opened: `# [END install]`, `# endregion`.
fn closes(comment: &str) -> bool {
    let text = comment.trim().trim_start_matches(['#', ' ']).to_ascii_lowercase();
    text.starts_with("[end") || text.starts_with("endregion") || text.starts_with("</")
}
