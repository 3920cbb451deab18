//! Builds every case before and after `restage --write`, runs both and compares what they do.
//!
//! Each folder of `tests/cases/<language>/` is one test by name (`cargo test --test docker go/cgo`). They need
//! `RESTAGE_DOCKER=1` and an engine that answers; the folders of `tests/cases/refused/` need neither.
//! `RESTAGE_DOCKER_RESULTS=FILE` writes the table of sizes as Markdown.
#![expect(clippy::print_stdout, reason = "a test program of its own speaks on stdout")]
#![expect(clippy::disallowed_methods, reason = "tests read cases and start Docker")]

mod answers;
mod case;
mod configuration;
mod engine;
mod table;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use libtest_mimic::{Arguments, Trial};

use crate::case::Case;
use crate::engine::Image;
use crate::table::{Row, Table};

/// Builds of two cases at a time are what two cores bear.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(arguments.test_threads.unwrap_or(THREADS).min(THREADS));
    let cases = match case::all(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").as_path()) {
        Ok(cases) => cases,
        Err(error) => {
            println!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let table = Arc::new(Mutex::new(Table::default()));
    let (refused, converted): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.refused.is_some());
    let mut trials: Vec<Trial> = refused.into_iter().map(refused_trial).collect();
    if std::env::var("RESTAGE_DOCKER").as_deref() != Ok("1") {
        trials.push(left_out("RESTAGE_DOCKER=1 is not set"));
    } else if !engine::answers() {
        trials.push(left_out("no Docker engine answers"));
    } else {
        let wanted = arguments.filter.clone().unwrap_or_default();
        let here = converted.into_iter().filter(|case| case.name.contains(&wanted));
        // a case that is named is run, whatever the list says
        let (waiting, here): (Vec<Case>, Vec<Case>) =
            here.partition(|case| wanted != case.name && not_yet_run().contains(&case.name.as_str()));
        println!(
            "{} cases were never run by an engine (tests/docker/not-yet-run.txt): left out",
            waiting.len()
        );
        trials.extend(here.into_iter().map(|case| converted_trial(case, &table)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let finished = table.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !arguments.list && finished.write().is_err() {
        println!("error: the file of RESTAGE_DOCKER_RESULTS can't be written");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// Cases whose conversion no engine has built yet, or that failed: snapshots hold them until then.
fn not_yet_run() -> Vec<&'static str> {
    let lines = include_str!("not-yet-run.txt").lines();
    lines
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The one test that stands for all that need an engine.
fn left_out(reason: &'static str) -> Trial {
    Trial::test("conversions", move || {
        println!("conversions are not tested: {reason}");
        Ok(())
    })
    .with_kind(reason)
}

/// restage says no to the case, gives the reason and leaves the file alone.
fn refused_trial(case: Case) -> Trial {
    Trial::test(case.name.clone(), move || Ok(refuse(&case).map_err(|error| format!("{error:#}"))?))
}

fn refuse(case: &Case) -> Result<()> {
    let folder = case.copy()?;
    let path = folder.path().join("Dockerfile");
    let before = fs::read(&path)?;
    let output = restage(&path)?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(fs::read(&path)? == before, "the file was rewritten:\n{}", fs::read_to_string(&path)?);
    let reason = case.refused.as_deref().unwrap_or_default();
    ensure!(told.contains(reason), "refused, but not as {reason}:\n{told}");
    Ok(())
}

/// The whole test of one case, or an ignored one if its base image is not to be had.
fn converted_trial(case: Case, table: &Arc<Mutex<Table>>) -> Trial {
    let missing = case.bases.iter().find(|base| !engine::has_image(base)).cloned();
    let name = case.name.clone();
    let table = Arc::clone(table);
    if let Some(base) = &missing {
        let mut rows = table.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rows.add(Row::skipped(&name, base));
    }
    Trial::test(name, move || {
        let row = convert(&case).map_err(|error| format!("{error:#}"));
        let mut rows = table.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match row {
            Ok(row) => rows.add(row),
            Err(error) => {
                rows.add(Row::failed(&case.name));
                return Err(error.into());
            }
        }
        Ok(())
    })
    .with_ignored_flag(missing.is_some())
    .with_kind(if missing.is_some() { "skipped: image not here" } else { "" })
}

/// Builds, converts, builds again and compares; gives the line of the table.
fn convert(case: &Case) -> Result<Row> {
    let folder = case.copy()?;
    let path = folder.path().join("Dockerfile");
    let original = fs::read_to_string(&path)?;
    let before = Image::build(&case.name, "before", folder.path()).context("the original does not build")?;
    let expected = answers::collect(case, &before, answers::COMPILED).context("the original does not run")?;

    let output = restage(&path)?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let rewritten = fs::read_to_string(&path)?;
    ensure!(rewritten != original, "not converted (exit {:?}):\n{told}", output.status.code());
    ensure!(output.status.success(), "exit {:?}:\n{told}", output.status.code());
    compare(case, &before, &expected, folder.path())
        .map_err(|error| anyhow!("{error:#}\n--- notes\n{told}--- the new file\n{rewritten}"))
}

/// Everything that is asked of the rewritten file in `folder`.
fn compare(case: &Case, before: &Image, expected: &answers::Answers, folder: &Path) -> Result<Row> {
    let after = Image::build(&case.name, "after", folder).context("the new file does not build")?;
    let mut faults = configuration::differences(case, &before.configuration()?, &after.configuration()?);
    match answers::collect(case, &after, answers::READY) {
        Ok(given) => faults.extend(expected.differences(&given)),
        Err(error) => faults.push(format!("the new image does not run: {error:#}")),
    }
    let left = after.find_programs(&case.expect.absent)?;
    faults.extend(left.iter().map(|path| format!("{path} is in the new image")));
    let row = Row::compared(&case.name, before.size()?, after.size()?);
    if let Some(limit) = case.expect.ratio
        && row.ratio() > limit
    {
        faults.push(format!("the size is {:.3} of the original, at most {limit} is expected", row.ratio()));
    }
    let path = folder.join("Dockerfile");
    let first = fs::read(&path)?;
    restage(&path)?;
    if fs::read(&path)? != first {
        faults.push(format!("the second run changes the file again:\n{}", fs::read_to_string(&path)?));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(row)
}

/// Runs the program under test on one file.
fn restage(path: &Path) -> Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_restage"))
        .arg("--write")
        .arg(path)
        .output()
        .context("restage can't be started")
}
