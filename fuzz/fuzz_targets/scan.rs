//! Any text is read or refused; what is read prints back, and every span lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Arguments, Instruction};
use restage::dockerfile::span::Span;
use restage::rewrite::second_reader;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text) else { return };
    let mut at = 0;
    for instruction in &document.instructions {
        assert!(at <= instruction.span.start, "instructions overlap");
        assert!(instruction.block.start <= instruction.span.start);
        assert!(instruction.block.end >= instruction.span.end);
        at = instruction.span.end;
        check(text, instruction);
    }
    let again = Document::parse(document.text()).expect("what was read once is read again");
    assert_eq!(again.instructions.len(), document.instructions.len());
    let _ = second_reader::disagreement(&document);
});

fn check(text: &str, instruction: &Instruction) {
    let inside = |span: Span| assert!(text.get(span.start..span.end).is_some(), "{span:?} is no place");
    inside(instruction.span);
    inside(instruction.block);
    inside(instruction.keyword_span);
    instruction.flags.iter().for_each(|flag| inside(flag.span));
    instruction.heredocs.iter().for_each(|heredoc| inside(heredoc.body));
    match &instruction.arguments {
        Arguments::Json(words) | Arguments::Words(words) => words.iter().for_each(|word| inside(word.span)),
        Arguments::Pairs(pairs) => pairs.iter().for_each(|pair| inside(pair.span)),
        Arguments::Text(logical) => inside(logical.span),
        Arguments::Wrapped(inner) => inner.iter().for_each(|inner| check(text, inner)),
    }
}
