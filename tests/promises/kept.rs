//! Kept lines keep their bytes, and what restage writes is accepted by the proof and by restage itself.

use crate::generated::seeds;
use crate::seed::{Seed, everywhere};
use proptest::prelude::*;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Instruction, Keyword};
use restage::pipeline::{Outcome, Placement, Rewrite, prove};

/// Starts that are not kept, on purpose: the tool stays in the builder, and what it would have started is named instead.
const HANDED_OVER: &[&str] = &["go run", "cargo run", "pdm run", "pipenv run", "poetry run", "uv run"];

/// An instruction without what is only spelling: blanks, ends of lines, continuations.
fn bare(text: &str) -> String {
    text.replace("\\\r\n", " ").replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What of the original does not stand in the new text as it was.
fn altered(seed: &Seed, rewrite: &Rewrite) -> Vec<String> {
    let before = Document::parse(seed.text.as_str()).expect("it was converted");
    let after = Document::parse(rewrite.text.as_str()).expect("a rewrite is a Dockerfile");
    let slices = |document: &Document| -> Vec<String> {
        document.instructions.iter().map(|one| document.slice(one.span).to_owned()).collect()
    };
    let (old, new) = (slices(&before), slices(&after));
    let mut wrong = Vec::new();
    for text in &new {
        // the builder may keep a line of which the runtime has a new one
        let was = old.iter().find(|was| bare(was) == bare(text) && !new.contains(was));
        if let Some(was) = was.filter(|was| !bare(was).to_lowercase().starts_with("from ")) {
            wrong.push(format!("{}: respelt: {was:?} is {text:?}", seed.name));
        }
    }
    let spans = rewrite
        .explanation
        .iter()
        .filter(|one| matches!(one.placement, Placement::Runtime | Placement::Builder) && one.span.is_some());
    for (one, span) in spans.filter_map(|one| Some((one, one.span?))) {
        let text = before.slice(span);
        let whole = new.iter().any(|kept| kept == text);
        let declares = |instruction: &Instruction| {
            instruction.span == span && !matches!(instruction.keyword, Keyword::From | Keyword::Run)
        };
        let handed_over =
            HANDED_OVER.iter().any(|tool| bare(text).replace(['"', '[', ']', ','], "").contains(tool));
        let whole = whole || handed_over;
        if !whole && before.instructions.iter().any(declares) {
            wrong.push(format!("{}: lost, though {}: {text:?}", seed.name, one.placement.as_str()));
        }
    }
    let comments = seed.text.lines().filter(|line| line.trim_start().starts_with('#'));
    for comment in comments {
        if !rewrite.text.lines().any(|line| line == comment) {
            wrong.push(format!("{}: a comment is lost: {comment:?}", seed.name));
        }
    }
    let returns = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((old_returns, old_lines), (new_returns, new_lines)) = (returns(&seed.text), returns(&rewrite.text));
    if (old_returns == 0 && new_returns > 0) || (old_returns == old_lines && new_returns != new_lines) {
        wrong.push(format!("{}: ends of lines are mixed", seed.name));
    }
    if seed.text.ends_with('\n') != rewrite.text.ends_with('\n') {
        wrong.push(format!("{}: the end of the file is another", seed.name));
    }
    wrong
}

fn bytes_are_kept(seed: &Seed) -> Vec<String> {
    match seed.outcome() {
        Outcome::Rewritten(rewrite) => altered(seed, &rewrite),
        _ => Vec::new(),
    }
}

/// What the proof, and restage itself, have against restage's own output.
fn own_output_is_accepted(seed: &Seed) -> Vec<String> {
    let Outcome::Rewritten(rewrite) = seed.outcome() else { return Vec::new() };
    let mut wrong = Vec::new();
    match seed.ask(|request| prove(request, &rewrite.text)) {
        Ok(judgement) => {
            wrong
                .extend(judgement.breaches.iter().map(|breach| format!("{}: {}", seed.name, breach.message)));
            wrong.extend(
                judgement.unjudged.iter().map(|one| format!("{}: unjudged: {}", seed.name, one.message)),
            );
        }
        Err((side, note)) => wrong.push(format!("{}: {side:?}: {}", seed.name, note.message)),
    }
    if let Outcome::Rewritten(again) = seed.with_text(rewrite.text.clone()).outcome() {
        wrong.push(format!("{}: a second run changes it again:\n{}", seed.name, again.text));
    }
    match seed.outcome() {
        Outcome::Rewritten(twin) if twin.text == rewrite.text => {}
        _ => wrong.push(format!("{}: the same input gives another output", seed.name)),
    }
    wrong
}

/// The same file as people also write it: other blanks and cases, comments at odd places, no last newline.
fn untidied(seed: &Seed) -> Option<Seed> {
    let document = Document::parse(seed.text.as_str()).ok()?;
    if document.instructions.iter().any(|one| !one.heredocs.is_empty()) || seed.text.contains('\r') {
        return None;
    }
    let mut text = String::new();
    let mut at = 0;
    for (index, one) in document.instructions.iter().enumerate() {
        text.push_str(&seed.text[at..one.span.start]);
        let word = document.slice(one.keyword_span);
        let rest = &seed.text[one.keyword_span.end..one.span.end];
        match index % 3 {
            0 => text.push_str(&format!("{word}\t{}", rest.trim_start())),
            1 => text.push_str(&format!("{}  {}  ", word.to_lowercase(), rest.trim_start())),
            _ => text.push_str(&format!("{word}{rest}")),
        }
        at = one.span.end;
    }
    text.push_str(seed.text[at..].trim_end_matches('\n'));
    let crlf = text.replace('\n', "\r\n");
    Some(seed.with_text(if text.len().is_multiple_of(2) { crlf } else { text }))
}

fn assert_nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn kept_lines_of_cases_keep_their_bytes() {
    assert_nothing(&everywhere(|seed| {
        let mut wrong = bytes_are_kept(seed);
        if let Some(seed) = untidied(seed) {
            wrong.extend(bytes_are_kept(&seed));
        }
        wrong
    }));
}

#[test]
fn own_output_of_cases_is_accepted() {
    assert_nothing(&everywhere(|seed| {
        let mut wrong = own_output_is_accepted(seed);
        if let Some(seed) = untidied(seed) {
            wrong.extend(own_output_is_accepted(&seed));
        }
        wrong
    }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kept_lines_keep_their_bytes(seed in seeds()) {
        let mut wrong = bytes_are_kept(&seed);
        wrong.extend(untidied(&seed).iter().flat_map(bytes_are_kept));
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), seed.text);
    }

    #[test]
    fn own_output_is_accepted_of_any(seed in seeds()) {
        let mut wrong = own_output_is_accepted(&seed);
        wrong.extend(untidied(&seed).iter().flat_map(own_output_is_accepted));
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), seed.text);
    }
}
