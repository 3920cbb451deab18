//! Every construct of a Dockerfile, each named for what it shows, with the structure that is read in it.
//!
//! The probes stand in `tests/probes/*.toml`; all of them were held against BuildKit's own parser.

#![expect(clippy::disallowed_methods, reason = "a test stands outside of the core and reads files")]

use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Arguments, Instruction, Keyword, Word};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One text and what is read in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    text: String,
    /// One line for each instruction.
    reads: Option<Vec<String>>,
    /// Why it is refused.
    refused: Option<String>,
}

#[test]
fn every_construct_is_read_as_docker_reads_it() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir("tests/probes").unwrap() {
        let path = entry.unwrap().path();
        let probes: BTreeMap<String, Probe> = toml::from_str(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|e| panic!("{path:?}: {e}"));
        for (name, probe) in probes {
            count += 1;
            let (reads, refused) = match Document::parse(probe.text) {
                Ok(document) => (Some(structure(&document)), None),
                Err(error) => (None, Some(error.message)),
            };
            if (&reads, &refused) != (&probe.reads, &probe.refused) {
                wrong.push(format!("{path:?}: {name}\n  reads = {reads:#?}\n  refused = {refused:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 129, "only {count} probes");
}

fn structure(document: &Document) -> Vec<String> {
    let directives =
        document.directives.iter().map(|directive| format!("# {}={}", directive.key, directive.value));
    let instructions = document.instructions.iter().map(|instruction| {
        let (first, last) = (instruction.line, document.line(instruction.span.end));
        let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let comments = match document.line(instruction.block.start) {
            line if line == first => String::new(),
            line => format!(" with comments from {line}"),
        };
        format!("{lines}: {}{comments}", one(document, instruction))
    });
    directives.chain(instructions).collect()
}

fn one(document: &Document, instruction: &Instruction) -> String {
    let mut parts = vec![match instruction.keyword {
        Keyword::Unknown => format!("unknown {:?}", document.slice(instruction.keyword_span)),
        keyword => keyword.as_str().to_owned(),
    }];
    parts.extend(instruction.flags.iter().map(|flag| match &flag.value {
        Some(value) => format!("--{}={value}", flag.name),
        None => format!("--{}", flag.name),
    }));
    let words = |words: &[Word]| words.iter().map(|word| format!("{:?}", word.text)).collect::<Vec<_>>();
    match &instruction.arguments {
        Arguments::Json(strings) => parts.push(format!("[{}]", words(strings).join(", "))),
        Arguments::Words(list) => parts.extend(words(list)),
        Arguments::Pairs(pairs) => parts.extend(pairs.iter().map(|pair| match &pair.value {
            Some(value) => format!("{}={:?}", pair.key.text, value.text),
            None => pair.key.text.clone(),
        })),
        Arguments::Text(text) if text.text.len() > 1_000 => {
            parts.push(format!("text of {} bytes", text.text.len()))
        }
        Arguments::Text(text) => parts.push(format!("text {:?}", text.text)),
        Arguments::Wrapped(None) => parts.push("NONE".to_owned()),
        Arguments::Wrapped(Some(inner)) => parts.push(format!("({})", one(document, inner))),
    }
    parts.extend(instruction.heredocs.iter().map(|heredoc| {
        let descriptor = if heredoc.descriptor == 0 { String::new() } else { heredoc.descriptor.to_string() };
        let dash = if heredoc.chomp { "-" } else { "" };
        let raw = if heredoc.expand { "" } else { " unexpanded" };
        format!("{descriptor}<<{dash}{:?}{raw} {:?}", heredoc.name, document.slice(heredoc.body))
    }));
    parts.join(" ")
}
