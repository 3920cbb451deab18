//! Wrong conversions are caught by their breach, right ones in other styles are accepted: `tests/breaches/*.toml`.
//!
//! A file holds one original with its build context, and conversions of it. A wrong one names the entries of
//! `tests/breaches/README.md` that it shows, and every breach with the beginning of the line that it points to.

#![expect(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "a test reads its cases")]

use libtest_mimic::{Arguments, Failed, Trial};
use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::knowledge::Knowledge;
use restage::pipeline::{Request, prove};
use restage::prove::breach::{BreachId, Judgement, Place, Side};
use restage::recipe::Recipes;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;

static RECIPES: LazyLock<Recipes> =
    LazyLock::new(|| Recipes::load(&[]).expect("the embedded rules are recipes"));

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    before: String,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    right: Vec<Right>,
    #[serde(default)]
    wrong: Vec<Wrong>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    name: String,
    after: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    name: String,
    /// Entries of the table of breakages.
    breakage: Vec<u32>,
    after: String,
    breaches: Vec<Expected>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    id: String,
    /// How the line begins that the breach points to.
    at: String,
    /// `before` where the line stands in the original.
    #[serde(default, rename = "in")]
    text: Option<String>,
}

fn main() -> ExitCode {
    let files = files();
    let mut trials = Vec::new();
    for (file, original) in &files {
        for right in original.right.clone() {
            let original = original.clone();
            trials.push(Trial::test(format!("{file}: right: {}", right.name), move || {
                accepted(&original, &right)
            }));
        }
        for wrong in original.wrong.clone() {
            let original = original.clone();
            trials.push(Trial::test(format!("{file}: wrong: {}", wrong.name), move || {
                caught(&original, &wrong)
            }));
        }
    }
    trials.push(Trial::test("the table lists every breakage", move || table(&files)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn files() -> Vec<(String, Original)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/breaches");
    let entries = std::fs::read_dir(root).expect("the folder of breaches is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let is_case = |path: &&std::path::PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a readable file");
        let original = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, original)
    };
    paths.iter().filter(is_case).map(read).collect()
}

fn judged(original: &Original, after: &str) -> Result<Judgement, Failed> {
    let files = original.context.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let context = Context::new(Box::new(MapFiles::new(files)), None);
    let request = Request {
        text: &original.before,
        context: Some(&context),
        recipes: &RECIPES,
        knowledge: &Knowledge::embedded(),
        runtime: None,
        keep: &[],
        artifacts: &[],
    };
    prove(&request, after).map_err(|(_, note)| Failed::from(note.message))
}

/// The line that a place points to, and in which text.
fn line<'a>(original: &'a Original, after: &'a str, place: Place) -> (&'a str, Side) {
    let text = if place.side == Side::Before { original.before.as_str() } else { after };
    let at = place.span.map_or(0, |span| span.start);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    (text[start..].lines().next().unwrap_or_default(), place.side)
}

fn shown(original: &Original, after: &str, judgement: &Judgement) -> String {
    let breaches = judgement.breaches.iter().map(|breach| {
        let (line, side) = line(original, after, breach.place);
        format!("  {}: {}\n    at {side:?}: {line}\n", breach.id.id(), breach.message)
    });
    let unjudged = judgement.unjudged.iter().map(|one| format!("  not judged: {}\n", one.message));
    breaches.chain(unjudged).collect()
}

fn accepted(original: &Original, right: &Right) -> Result<(), Failed> {
    let judgement = judged(original, &right.after)?;
    if judgement.breaches.is_empty() && judgement.unjudged.is_empty() {
        return Ok(());
    }
    Err(format!("a right conversion is condemned:\n{}", shown(original, &right.after, &judgement)).into())
}

fn caught(original: &Original, wrong: &Wrong) -> Result<(), Failed> {
    let judgement = judged(original, &wrong.after)?;
    let is_met = |expected: &Expected, breach: &restage::prove::breach::Breach| {
        let (line, side) = line(original, &wrong.after, breach.place);
        let in_before = expected.text.as_deref() == Some("before");
        breach.id.id() == expected.id && line.starts_with(&expected.at) && (side == Side::Before) == in_before
    };
    for expected in &wrong.breaches {
        if BreachId::ALL.iter().all(|id| id.id() != expected.id) {
            return Err(format!("`{}` is no breach", expected.id).into());
        }
        if !judgement.breaches.iter().any(|breach| is_met(expected, breach)) {
            let found = shown(original, &wrong.after, &judgement);
            return Err(format!("{} at `{}` is not found, but:\n{found}", expected.id, expected.at).into());
        }
    }
    let more = judgement.breaches.iter().find(|breach| !wrong.breaches.iter().any(|one| is_met(one, breach)));
    match more {
        Some(_) => Err(format!("more is found:\n{}", shown(original, &wrong.after, &judgement)).into()),
        None if wrong.breaches.is_empty() => Err("no breach is expected".into()),
        None => Ok(()),
    }
}

/// Every row of the table names its cases, or why it can't be seen in the text, and no case stands for nothing.
fn table(files: &[(String, Original)]) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/breaches/README.md");
    let text = std::fs::read_to_string(path)?;
    let mut shown: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for (file, original) in files {
        for wrong in &original.wrong {
            for entry in &wrong.breakage {
                shown.entry(*entry).or_default().insert(format!("{file}: {}", wrong.name));
            }
        }
    }
    let rows = text.lines().filter(|line| line.starts_with("| ")).filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        Some((cells.first()?.parse::<u32>().ok()?, (*cells.last()?).to_owned()))
    });
    let rows: BTreeMap<u32, String> = rows.collect();
    for entry in 1..=70 {
        let Some(said) = rows.get(&entry) else { return Err(format!("row {entry} is missing").into()) };
        let cases = shown.get(&entry).map(|cases| cases.iter().cloned().collect::<Vec<_>>().join("; "));
        match cases {
            Some(cases) if *said != cases => return Err(format!("row {entry} should say: {cases}").into()),
            None if !said.starts_with("not seen in the text:") && !said.starts_with("not yet") => {
                return Err(format!("no case shows {entry}: {said}").into());
            }
            _ => {}
        }
    }
    Ok(())
}
