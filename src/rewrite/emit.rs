//! The new text: lines of the file byte for byte, and new lines in the file's own style.

use crate::dockerfile::document::{Document, Newline};
use crate::dockerfile::instruction::Instruction;
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
        Self { document, from, newline, manner, out: String::new() }
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
        self.new_line(&format!("{keyword} {platform}{}", plan.runtime_image));
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
        if !plan.is_named {
            let keyword = if self.manner.lower { "as" } else { "AS" };
            edits.insert(from.span.end - from.block.start, format!(" {keyword} {}", plan.builder_name));
        }
        self.out.push_str(&edits.apply(self.document.slice(from.block)).unwrap_or_default());
        self.end_line();
    }

    fn lines(&mut self, lines: &[Line], in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        for (at, line) in lines.iter().enumerate() {
            // new lines join the paragraph below them
            let after_instruction =
                at.checked_sub(1).is_some_and(|before| !matches!(lines[before], Line::New(..)));
            if matches!(line, Line::New(..)) && after_instruction {
                let next = lines[at..].iter().find_map(Line::index);
                if next.is_some_and(|next| self.gap(next).contains('\n')) {
                    self.out.push_str(self.newline);
                }
            }
            self.line(line, in_builder, also_in_builder);
        }
    }

    /// The text between an instruction's own comments and the instruction before it.
    fn gap(&self, index: usize) -> &'a str {
        let previous = index.checked_sub(1).map_or(0, |before| self.document.instructions[before].block.end);
        self.document.slice(Span::new(previous, self.document.instructions[index].block.start))
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
            }
        }
    }

    /// What stands before an instruction: blank lines, comments of its own and comments that belong to none. Those of an
    /// instruction that is in both stages stand in the builder.
    fn lead(&mut self, index: usize, in_builder: bool, also_in_builder: &BTreeSet<usize>) {
        let block = self.document.instructions[index].block;
        let gap = self.gap(index);
        if in_builder || !also_in_builder.contains(&index) {
            self.out.push_str(gap);
            self.out.push_str(self.document.slice(Span::new(block.start, self.body(index, block.end).start)));
        } else if gap.contains('\n')
            && !self.out.ends_with(&format!("{0}{0}", self.newline))
            && !self.ends_with_from()
        {
            self.out.push_str(self.newline);
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
