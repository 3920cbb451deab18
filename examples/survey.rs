//! Runs restage over every file of a folder, without build contexts, and counts what becomes of them: a quick look at how
//! a change of the rules moves thousands of real files. `cargo run --release --example survey -- DIR [REASON]`
//! prints the counts; with a reason id, also the notes of the files refused for it.

#![expect(clippy::print_stdout, reason = "an example prints what it counted")]

use restage::knowledge::Knowledge;
use restage::pipeline::{Outcome, Request, restage};
use restage::recipe::Recipes;
use std::collections::BTreeMap;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or_else(|| anyhow::anyhow!("name a folder"))?;
    let wanted = arguments.next();
    let recipes = Recipes::load(&[]).map_err(|error| anyhow::anyhow!(error.message))?;
    let knowledge = Knowledge::embedded();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).sort_by_file_path(Ord::cmp).build()
    {
        let path = entry?.into_path();
        let Ok(bytes) = fs_err(&path) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let request = Request {
            text: &text,
            context: None,
            recipes: &recipes,
            knowledge: &knowledge,
            runtime: None,
            keep: &[],
            artifacts: &[],
        };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| restage(&request)));
        let (key, shown) = match outcome {
            Err(_) => ("PANIC".to_owned(), String::new()),
            Ok(Outcome::Unchanged(note)) => (format!("unchanged {}", note.reason.id()), String::new()),
            Ok(Outcome::Rewritten(rewrite)) => {
                let again = restage(&Request { text: &rewrite.text, ..request });
                let stable = matches!(again, Outcome::Unchanged(_));
                let key = format!("converted {} {}", rewrite.recipe, rewrite.safety().as_str());
                (if stable { key } else { "NOT IDEMPOTENT".to_owned() }, rewrite.text)
            }
            Ok(Outcome::Refused(notes)) => {
                let reason = notes.first().map_or("none", |note| note.reason.id());
                (
                    format!("refused {reason}"),
                    notes.first().map_or(String::new(), |note| note.message.clone()),
                )
            }
        };
        if wanted.as_ref().is_some_and(|wanted| key.contains(wanted.as_str())) {
            println!("=== {} {key}\n{shown}", path.display());
        }
        *counts.entry(key).or_default() += 1;
    }
    for (key, count) in counts {
        println!("{count:>8} {key}");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an example reads its own input")]
fn fs_err(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}
