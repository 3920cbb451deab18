//! The program around the core: it reads, shows and writes. Only here (and in `verify`) are files touched.
//!
//! Results go to stdout, talk goes to stderr. A file that can't be worked is told and never stops the others.

#![expect(clippy::disallowed_methods, reason = "this is the layer that opens files")]

mod args;
mod base;
mod batch;
mod config;
mod contexts;
mod exclude;
mod exit;
mod facts;
mod folder;
mod guard;
mod inputs;
mod lock;
mod place;
mod progress;
mod prove;
mod read;
mod rules;
mod screen;
mod search;
mod settings;
mod signals;
mod temporary;
mod verify;
mod work;
mod workers;
mod write;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use self::args::{Args, Mode};
use self::exclude::Exclude;
use self::exit::Exit;
use self::inputs::{Inputs, shown};
use self::screen::Screen;
use self::verify::Verifier;
use self::work::Workshop;

/// Runs the program on its arguments (the first is the program's name) and says how it ended, as `--help` lists it.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let mut screen = Screen::new(&args);
    let mut workshop = match Workshop::open(&args) {
        Ok(workshop) => workshop,
        Err((path, failure)) => {
            screen.failure(&path, &failure);
            return Exit::Usage.into();
        }
    };
    if let Some(answer) = facts::answer(&args, workshop.knowledge()) {
        screen.result(&answer);
        return ExitCode::SUCCESS;
    }
    if let Some(pair) = &args.prove {
        guard::install();
        return prove::run(&workshop, pair, args.format, &mut screen).into();
    }
    if args.print_config {
        return match workshop.configuration(&args.paths) {
            Ok(configuration) => {
                screen.result(&configuration);
                Exit::Fine
            }
            Err((path, failure)) => {
                screen.failure(&path, &failure);
                Exit::Usage
            }
        }
        .into();
    }
    let paths = match paths(&args) {
        Ok(paths) => paths,
        Err(error) => return usage(&error),
    };
    // Held from the first look at the tree to the last byte written.
    let lock = (args.mode() == Mode::Write).then(|| workshop.lock(&paths, |folder| screen.waits(folder)));
    let Inputs { found: inputs, unseen, empty } = match inputs(&args, &paths) {
        Ok(inputs) => inputs,
        Err(error) => return usage(&error),
    };
    if args.mode() == Mode::Stdout && inputs.len() > 1 {
        return usage(&Args::conflict(format!(
            "'--stdout' prints one file, and {} were found",
            inputs.len()
        )));
    }
    screen.patch_from(workshop.patch_from(&inputs));

    guard::install();
    let verifier = match Verifier::open(&args.verification) {
        Ok(verifier) => verifier,
        Err(failure) => {
            screen.failure("--verify", &failure);
            return Exit::Usage.into();
        }
    };
    screen.open(inputs.len());
    for (folder, failure) in unseen.iter().chain(&empty) {
        screen.warning(&shown(folder), failure);
    }
    let used = verifier.as_ref();
    let (tally, signals) = match &lock {
        None => (batch::show(&workshop, &inputs, args.check, used, &mut screen), None),
        Some(lock) => {
            let (tally, signals) = batch::write(&workshop, &inputs, lock, used, &mut screen);
            (tally, Some(signals))
        }
    };
    let closed = screen.close(&tally);
    if let Err((path, failure)) = &closed {
        screen.failure(&shown(path), failure);
    }
    for signals in signals.into_iter().chain(verifier.map(Verifier::close)) {
        signals.end();
    }

    if closed.is_err() { Exit::Failed } else { Exit::of(&tally, &args) }.into()
}

/// The paths that were typed, or those of the list.
fn paths(args: &Args) -> Result<Vec<PathBuf>, clap::Error> {
    let Some(list) = &args.from_list else { return Ok(args.paths.clone()) };
    inputs::listed(list)
        .map_err(|error| Args::conflict(format!("'--from-list {}' can't be read: {error}", shown(list))))
}

/// What the paths lead to.
fn inputs(args: &Args, paths: &[PathBuf]) -> Result<Inputs, clap::Error> {
    let exclude = Exclude::below(&std::env::current_dir().unwrap_or_default(), &args.exclude);
    let exclude = exclude.map_err(|(pattern, why)| {
        Args::conflict(format!("'--exclude {pattern}' is not a pattern of .gitignore: {why}"))
    })?;
    Ok(inputs::find(paths, &exclude))
}

/// Tells clap's errors; help and version are among them, and fine.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Fine }.into()
}
