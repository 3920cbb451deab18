//! Prints what restage reads in Dockerfiles as JSON lines, one file a line, to be held against another parser.
//!
//! Paths come on standard input. `scripts/compare-with-buildkit.py` reads what is printed.

#![expect(clippy::disallowed_methods, reason = "an example stands outside of the core and reads files")]

use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Arguments, Instruction, Keyword};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::io::stdin().lock().lines() {
        let path = path?;
        let read = match String::from_utf8(std::fs::read(&path)?) {
            Ok(text) => file(&text),
            Err(_) => json!({ "error": "not UTF-8" }),
        };
        writeln!(out, "{}", json!({ "path": path, "read": read }))?;
    }
    Ok(())
}

fn file(text: &str) -> Value {
    match Document::parse(text) {
        Err(error) => json!({ "error": error.message }),
        Ok(document) => json!({
            "prints_back": prints_back(&document) == text,
            "instructions": document
                .instructions
                .iter()
                .map(|instruction| one(&document, instruction))
                .collect::<Value>(),
        }),
    }
}

/// Gaps and instructions, concatenated.
fn prints_back(document: &Document) -> String {
    let mut text = String::new();
    let mut at = 0;
    for instruction in &document.instructions {
        text.push_str(&document.text()[at..instruction.span.start]);
        text.push_str(document.slice(instruction.span));
        at = instruction.span.end;
    }
    text + &document.text()[at..]
}

fn one(document: &Document, instruction: &Instruction) -> Value {
    let mut innermost = instruction;
    let mut value = Vec::new();
    let mut sub = None;
    while let Arguments::Wrapped(inner) = &innermost.arguments {
        let word = match inner {
            Some(inner) => document.slice(inner.keyword_span).to_uppercase(),
            None => "NONE".to_owned(),
        };
        if innermost.keyword == Keyword::Onbuild {
            sub = Some(word).filter(|word| !word.is_empty());
        } else if !word.is_empty() {
            value.push(word);
        }
        match inner {
            Some(inner) => innermost = inner,
            None => break,
        }
    }
    value.extend(arguments(innermost));
    json!({
        "keyword": instruction.keyword.as_str(),
        "sub": sub,
        "json": matches!(innermost.arguments, Arguments::Json(_)),
        "flags": instruction
            .flags
            .iter()
            .map(|flag| match &flag.value {
                Some(value) => format!("--{}={value}", flag.name),
                None => format!("--{}", flag.name),
            })
            .collect::<Value>(),
        "value": value,
        "lines": [instruction.line, document.line(instruction.span.end)],
        "heredocs": instruction
            .heredocs
            .iter()
            .map(|heredoc| json!([heredoc.name, heredoc.descriptor, document.slice(heredoc.body)]))
            .collect::<Value>(),
    })
}

/// The arguments as BuildKit lists them.
fn arguments(instruction: &Instruction) -> Vec<String> {
    match &instruction.arguments {
        Arguments::Json(words) | Arguments::Words(words) => {
            words.iter().map(|word| word.text.clone()).collect()
        }
        Arguments::Pairs(pairs) if instruction.keyword == Keyword::Arg => pairs
            .iter()
            .map(|pair| match &pair.value {
                Some(value) => format!("{}={}", pair.key.text, value.text),
                None => pair.key.text.clone(),
            })
            .collect(),
        Arguments::Pairs(pairs) => pairs
            .iter()
            .flat_map(|pair| [Some(&pair.key), pair.value.as_ref()])
            .flatten()
            .map(|word| word.text.clone())
            .collect(),
        Arguments::Text(text) if text.text.is_empty() => Vec::new(),
        Arguments::Text(text) => vec![text.text.clone()],
        Arguments::Wrapped(_) => Vec::new(),
    }
}
