//! The program around the core: it reads, shows and writes. Only here (and in `verify`) are files touched.
//!
//! Results go to stdout, talk goes to stderr. A file that can't be worked is told and never stops the others.

#![expect(clippy::disallowed_methods, reason = "this is the layer that opens files")]

mod args;
mod batch;
mod contexts;
mod facts;
mod folder;
mod guard;
mod inputs;
mod lock;
mod place;
mod rules;
mod screen;
mod signals;
mod temporary;
mod work;
mod workers;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use self::args::{Args, Mode};
use self::screen::Screen;
use self::work::Workshop;
use crate::report::Class;

/// Runs the program on its arguments (the first is the program's name) and says how it ended: 0 fine, 1 `--check` found
/// something to change, 2 something failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let mut screen = Screen::new(&args);
    let workshop = match Workshop::open(&args) {
        Ok(workshop) => workshop,
        Err((path, failure)) => {
            screen.failure(&path, &failure);
            return ExitCode::from(2);
        }
    };
    if let Some(answer) = facts::answer(&args, workshop.knowledge()) {
        screen.result(&answer);
        return ExitCode::SUCCESS;
    }
    // Held from the first look at the tree to the last byte written.
    let lock = (args.mode() == Mode::Write).then(|| workshop.lock(|folder| screen.waits(folder)));
    let inputs = inputs::find(&args.paths);
    if args.mode() == Mode::Stdout && inputs.len() > 1 {
        return usage(&Args::conflict(format!(
            "'--stdout' prints one file, and {} were found",
            inputs.len()
        )));
    }

    guard::install();
    screen.open(inputs.len());
    let (tally, signals) = match &lock {
        None => (batch::show(&workshop, &inputs, args.check, &mut screen), None),
        Some(lock) => {
            let (tally, signals) = batch::write(&workshop, &inputs, lock, &mut screen);
            (tally, Some(signals))
        }
    };
    screen.close(&tally);
    if let Some(signals) = signals {
        signals.end();
    }

    ExitCode::from(match (tally.count(Class::Failed), args.check && tally.converted() > 0) {
        (1.., _) => 2,
        (0, true) => 1,
        (0, false) => 0,
    })
}

/// Tells clap's errors; help and version are among them, and fine.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
