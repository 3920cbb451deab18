//! Who asks for something, from the instruction that starts it all to the place that says it: `CMD → entrypoint.sh:4`.

use crate::dockerfile::document::Document;
use crate::dockerfile::span::Span;
use std::fmt;

/// The places that lead to a need, the first cause first. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The instruction of the file that it starts from, where it starts from one.
    pub span: Option<Span>,
    links: Vec<Link>,
}

/// One place of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    /// `CMD`, a file of the build context, a package of the language.
    name: String,
    /// Line in the Dockerfile, or in that file.
    line: Option<usize>,
    /// Whether it is an instruction.
    is_instruction: bool,
}

impl Chain {
    /// Starts at an instruction.
    pub fn instruction(keyword: &str, span: Option<Span>, document: &Document) -> Self {
        let at = span.and_then(|span| document.instructions.iter().find(|one| one.span == span));
        let line = at.map(|instruction| instruction.line);
        Self { span, links: vec![Link { name: keyword.to_owned(), line, is_instruction: true }] }
    }

    /// Starts at a file of the build context, or at a package of the language.
    pub fn named(name: &str) -> Self {
        Self { span: None, links: vec![Link { name: name.to_owned(), line: None, is_instruction: false }] }
    }

    /// The chain with another place in the file shown for it: a part of its instruction.
    #[must_use]
    pub fn placed(self, span: Span) -> Self {
        Self { span: Some(span), ..self }
    }

    /// The chain with one place more.
    #[must_use]
    pub fn then(&self, name: &str) -> Self {
        let mut longer = self.clone();
        longer.links.push(Link { name: name.to_owned(), line: None, is_instruction: false });
        longer
    }

    /// The chain with the line of its last place told, where that is a file.
    #[must_use]
    pub fn at(&self, line: usize) -> Self {
        let mut told = self.clone();
        if let Some(last) = told.links.last_mut().filter(|last| !last.is_instruction) {
            last.line = Some(line);
        }
        told
    }

    /// Whether an instruction of the Dockerfile, or of the base image, is the first cause.
    pub fn is_of_instruction(&self) -> bool {
        self.links.first().is_some_and(|link| link.is_instruction)
    }

    /// The place that says it: `CMD`, `HEALTHCHECK`, `entrypoint.sh`.
    pub fn last(&self) -> &str {
        self.links.last().map_or("", |link| link.name.as_str())
    }

    /// The first cause.
    pub fn first(&self) -> &str {
        self.links.first().map_or("", |link| link.name.as_str())
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = self.links.len() == 1;
        for (at, link) in self.links.iter().enumerate() {
            let arrow = if at == 0 { "" } else { " → " };
            match link.line {
                Some(line) if link.is_instruction && alone => write!(f, "{}, line {line}", link.name)?,
                Some(line) if !link.is_instruction => write!(f, "{arrow}{}:{line}", link.name)?,
                _ => write!(f, "{arrow}{}", link.name)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Chain;
    use crate::dockerfile::document::Document;

    #[test]
    fn a_chain_reads_as_a_person_would_follow_it() {
        let document = Document::parse("FROM a\nCMD [\"./entrypoint.sh\"]\n").expect("a Dockerfile");
        let span = document.instructions[1].span;
        let start = Chain::instruction("CMD", Some(span), &document);
        assert_eq!(start.to_string(), "CMD, line 2");
        let script = start.then("entrypoint.sh").at(4).then("wait-for-it.sh");
        assert_eq!(script.to_string(), "CMD → entrypoint.sh:4 → wait-for-it.sh");
        assert_eq!((script.first(), script.last()), ("CMD", "wait-for-it.sh"));
    }
}
