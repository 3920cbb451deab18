//! Any text gets an outcome, and a rewrite is a Dockerfile that is not rewritten again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use restage::knowledge::Knowledge;
use restage::pipeline::{Outcome, Request, restage};
use restage::recipe::Recipes;
use std::sync::LazyLock;

static RECIPES: LazyLock<Recipes> =
    LazyLock::new(|| Recipes::load(&[]).unwrap_or_else(|error| panic!("{}", error.message)));
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::embedded);

fuzz_target!(|text: &str| {
    let convert = |text: &str| {
        restage(&Request {
            text,
            context: None,
            recipes: &RECIPES,
            knowledge: &KNOWLEDGE,
            runtime: None,
            keep: &[],
            artifacts: &[],
        })
    };
    if let Outcome::Rewritten(rewrite) = convert(text) {
        assert!(
            matches!(convert(&rewrite.text), Outcome::Unchanged(_)),
            "rewritten twice:\n{}",
            rewrite.text
        );
    }
});
