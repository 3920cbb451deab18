//! The program around the core: it reads, shows and writes. Only here (and in `verify`) are files touched.
//!
//! Results go to stdout, talk goes to stderr. A file that can't be worked is told and never stops the others.

#![expect(clippy::disallowed_methods, reason = "this is the layer that opens files")]

mod args;
mod folder;
mod guard;
mod inputs;
mod place;
mod rules;
mod screen;
mod work;
mod write;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use self::args::{Args, Mode};
use self::inputs::Found;
use self::screen::Screen;
use self::work::Workshop;
use crate::note::Reason;
use crate::report::tally::Tally;
use crate::report::{Class, Report};

/// Some core functions walk what they read by recursion; a worker's stack is as roomy as a main thread's.
const STACK: usize = 8 << 20;

/// Runs the program on its arguments (the first is the program's name) and says how it ended: 0 fine, 1 `--check` found
/// something to change, 2 something failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    if args.list_reasons {
        let mut screen = Screen::new(&args, true);
        for reason in Reason::ALL {
            screen.result(&format!("{:<24} {}\n", reason.id(), reason.meaning()));
        }
        return ExitCode::SUCCESS;
    }
    let inputs = inputs::find(&args.paths);
    let mut screen = Screen::new(&args, inputs.len() == 1);
    let workshop = match Workshop::open(&args) {
        Ok(workshop) => workshop,
        Err((path, failure)) => {
            screen.failure(&path, &failure);
            return ExitCode::from(2);
        }
    };
    if args.mode() == Mode::Stdout && inputs.len() > 1 {
        return usage(&Args::conflict(format!(
            "'--stdout' prints one file, and {} were found",
            inputs.len()
        )));
    }

    let mut tally = Tally::default();
    guard::install();
    screen.open();
    let stop = AtomicBool::new(false);
    in_order(
        &inputs,
        &stop,
        |input| workshop.work(input),
        |report| {
            screen.show(&report);
            tally.add(&report);
            // Nobody reads on, and nothing is left to do but to be read.
            if screen.broken() && !args.write && !args.check {
                stop.store(true, Ordering::Relaxed);
            }
        },
    );
    screen.close(&tally);

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

/// Works the inputs on all cores, and hands the reports over in the order of the inputs.
fn in_order(
    inputs: &[Found],
    stop: &AtomicBool,
    work: impl Fn(&Found) -> Report + Sync,
    mut done: impl FnMut(Report),
) {
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(inputs.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            let worker = move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(index) else { break };
                    if sender.send((index, work(input))).is_err() {
                        break;
                    }
                }
            };
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, report) in receiver {
            early.insert(index, report);
            while let Some(report) = early.remove(&due) {
                done(report);
                due += 1;
            }
        }
    });
}
