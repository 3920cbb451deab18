//! Omissions planted in finished files: each must be found by building and comparing, and most are mended without help.
//!
//! A folder of `tests/verify/` is a case: `Dockerfile` as it was, `broken.Dockerfile` with something missing, `case.toml`
//! with the ids of what must be found and the lines that mend it. They need `RESTAGE_DOCKER=1` and an engine that answers:
//! docker, or the one that `RESTAGE_ENGINE` names.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test reads its cases and starts an engine"
)]

#[path = "stopped/mod.rs"]
mod stopped;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use restage::dockerfile::document::Document;
use restage::recipe::Recipes;
use restage::rewrite::amend::amend;
use restage::verify::ask::Questions;
use restage::verify::configuration::Meant;
use restage::verify::engine::Engine;
use restage::verify::finding::{Remedy, additions};
use restage::verify::{Settings, Subject, Verification, verify};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[expect(dead_code, reason = "written for people who read the case")]
    what: String,
    /// Ids of what must be found.
    finds: BTreeSet<String>,
    /// Commands whose answers are compared.
    commands: Vec<String>,
    /// Paths that are tried although nobody names them.
    #[serde(default)]
    data: Vec<String>,
    /// Whether the runtime is a bare image, which lacks the variables of the old base.
    #[serde(default)]
    bare: bool,
    /// What mends it; nothing where it can't be mended.
    adds: BTreeSet<String>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let here = std::env::var("RESTAGE_DOCKER").as_deref() == Ok("1") && engine().is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    let name = |folder: &Path| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let trials =
        folders.into_iter().map(|folder| {
            Trial::test(name(&folder), move || if here { check(&folder) } else { Ok(()) })
                .with_kind(if here { "" } else { "no engine" })
        });
    let stopped =
        Trial::test("stopped-at-any-moment", move || if here { stopped::at_any_moment() } else { Ok(()) })
            .with_kind(if here { "" } else { "no engine" });
    let conclusion = libtest_mimic::run(&arguments, trials.chain([stopped]).collect());
    if here && left() {
        eprintln!("images or containers of a session are left");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

fn engine() -> Option<Engine> {
    let logs = tempfile::tempdir().expect("a folder for logs").keep();
    Engine::open(&stopped::engine(), Duration::from_secs(600), logs, Arc::new(AtomicBool::new(false))).ok()
}

/// Whether anything that a session of this process made is still there.
fn left() -> bool {
    !stopped::made_by(std::process::id()).is_empty()
}

fn check(folder: &Path) -> Result<(), Failed> {
    let read = |name: &str| fs::read_to_string(folder.join(name));
    let case: Case = toml::from_str(&read("case.toml")?)?;
    let (before, after) = (read("Dockerfile")?, read("broken.Dockerfile")?);
    let found = run(folder, &case, &before, &after, false)?;
    let ids: BTreeSet<String> = found.findings.iter().map(|finding| finding.kind.id().to_owned()).collect();
    if ids != case.finds {
        return Err(format!("found {ids:?}: {:#?}", found.findings).into());
    }
    let mended = run(folder, &case, &before, &after, true)?;
    let added: BTreeSet<String> = mended.added.iter().map(ToString::to_string).collect();
    if added != case.adds || mended.holds() == case.adds.is_empty() {
        return Err(format!("added {added:?}; left {:#?}\n{}", mended.findings, mended.text).into());
    }
    Ok(())
}

fn run(folder: &Path, case: &Case, before: &str, after: &str, repair: bool) -> Result<Verification, Failed> {
    let engine = engine().ok_or("no engine")?;
    let recipes = Recipes::load(&[]).map_err(|error| error.message)?;
    let manager = recipes.managers.iter().find(|manager| manager.name == "apt");
    let amend = |text: &str, remedies: &BTreeSet<Remedy>| {
        amend(&Document::parse(text).ok()?, manager, &additions(remedies))
    };
    let subject = Subject {
        before,
        after,
        context: folder,
        ignore: None,
        meant: Meant { base_variables_may_go: case.bare, ..Meant::default() },
        toolchain: &[],
        data: &case.data,
        amend: &amend,
    };
    let commands = case.commands.iter().filter_map(|command| shlex::split(command)).collect();
    let settings = Settings {
        options: ["--network", "host"].map(str::to_owned).to_vec(),
        questions: Questions { commands, ..Questions::default() },
        repair,
    };
    Ok(verify(&engine, &subject, &settings).map_err(|fault| fault.to_string())?)
}
