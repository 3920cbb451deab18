//! Every case folder, converted: what a user would read stands in `snapshots/`, one file a case.
//!
//! A folder below `tests/cases/` with a Dockerfile is a case; its other files are the build context. `SNAPSHOTS=overwrite
//! cargo test --test cases` writes the snapshots anew: read them before they are committed.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test reads its cases and starts the program"
)]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let cases: Vec<PathBuf> = folders(&root).iter().flat_map(|group| folders(group)).collect();
    let trials = cases.into_iter().map(|case| {
        let name = case.strip_prefix(&root).expect("cases stand below the root").display().to_string();
        Trial::test(name.replace('\\', "/"), move || check(&case))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("the folder of cases is there");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The diff, the notes and the exit code, as a user would see them.
fn check(case: &Path) -> Result<(), Failed> {
    let said = restage(case, &["Dockerfile"])?;
    let again = second_run(case)?;
    if !again.is_empty() {
        return Err(format!("a second run changes the file again:\n{again}").into());
    }
    let group = case.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{group}/{name}.txt"));
    let expected = snapbox::Data::read_from(&snapshot, Some(snapbox::data::DataFormat::Text));
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    assert.try_eq(Some(&name), said.into(), expected.raw()).map_err(|error| Failed::from(error.to_string()))
}

/// Runs restage in a case's folder; its streams and exit code in one text.
fn restage(case: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_restage"))
        .args(["--color", "never"])
        .args(arguments)
        .current_dir(case)
        .output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace('\r', "<CR>");
    let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    Ok(format!("{}--- exit {code}\n{}", text(output.stderr), text(output.stdout)))
}

/// What a run over restage's own output would change.
fn second_run(case: &Path) -> Result<String, Failed> {
    let first = Command::new(env!("CARGO_BIN_EXE_restage"))
        .args(["--stdout", "Dockerfile"])
        .current_dir(case)
        .output()?;
    if first.stdout.is_empty() {
        return Ok(String::new());
    }
    let mut file = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut file, &first.stdout)?;
    let second =
        Command::new(env!("CARGO_BIN_EXE_restage")).arg("--context").arg(case).arg(file.path()).output()?;
    Ok(String::from_utf8_lossy(&second.stdout).into_owned())
}
