//! All files of one run: worked at once, told in order, and written only when the last one is decided.
//!
//! What one file becomes must not depend on what became of another: a repository's root Dockerfile may copy every other.
//! So `--write` reads, decides and proves all of them before it replaces the first.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::inputs::Found;
use super::lock::Lock;
use super::screen::Screen;
use super::signals::Signals;
use super::verify::Verifier;
use super::work::Workshop;
use super::{temporary, workers};
use crate::report::tally::Tally;
use crate::report::{Failure, Report, Verdict};

/// Works the files and shows each as soon as it is done; nothing is written. With `--check`, all are counted even if
/// nobody reads on.
pub(super) fn show(
    workshop: &Workshop<'_>,
    inputs: &[Found],
    check: bool,
    verifier: Option<&Verifier<'_>>,
    screen: &mut Screen,
) -> Tally {
    let mut tally = Tally::default();
    if let Some(verifier) = verifier {
        for (input, report) in inputs.iter().zip(decide(workshop, inputs)) {
            let report = verifier.check(workshop, input, report);
            screen.show(&report);
            tally.add(&report);
        }
        return tally;
    }
    let stop = AtomicBool::new(false);
    workers::in_order(
        inputs,
        workshop.jobs(),
        &stop,
        |input| workshop.work(input),
        |report| {
            screen.show(&report);
            tally.add(&report);
            if screen.broken() && !check {
                stop.store(true, Ordering::Relaxed);
            }
        },
    );
    tally
}

/// Works the files, then writes them. A signal stops between two files: the rest is told as failed, and the process ends
/// as the signal wants it to once all is told.
pub(super) fn write(
    workshop: &Workshop<'_>,
    inputs: &[Found],
    lock: &Lock,
    verifier: Option<&Verifier<'_>>,
    screen: &mut Screen,
) -> (Tally, Signals) {
    if lock.holds() {
        let folders: BTreeSet<&Path> = inputs.iter().filter_map(folder).collect();
        folders.into_iter().for_each(temporary::remove_left);
    }
    let mut worked = decide(workshop, inputs);
    if let Some(verifier) = verifier {
        let each = inputs.iter().zip(worked);
        worked = each.map(|(input, report)| verifier.check(workshop, input, report)).collect();
    }

    let mut tally = Tally::default();
    let mut tell = |report: &Report, failure: Option<Failure>| match failure {
        None => {
            screen.show(report);
            tally.add(report);
        }
        Some(failure) => {
            let report = Report { verdict: Verdict::Failed(failure), ..report.clone() };
            screen.show(&report);
            tally.add(&report);
        }
    };
    let signals = Signals::listen();
    let works: Vec<(&Found, &Report)> = inputs.iter().zip(&worked).collect();
    let mut next = worked.iter();
    workers::in_order(
        &works,
        workshop.jobs(),
        &signals.stop,
        |(input, report)| workshop.write(input, report),
        |failure| {
            if let Some(report) = next.next() {
                tell(report, failure);
            }
        },
    );
    for report in next {
        let left = report.conversion().map(|_| Failure::new("not written: a signal stopped the run"));
        tell(report, left.map(|failure| failure.help("the file is as it was")));
    }
    (tally, signals)
}

/// What becomes of each file; nothing is shown or written.
fn decide(workshop: &Workshop<'_>, inputs: &[Found]) -> Vec<Report> {
    let mut worked = Vec::with_capacity(inputs.len());
    let never = AtomicBool::new(false);
    let work = |input: &Found| workshop.work(input);
    workers::in_order(inputs, workshop.jobs(), &never, work, |report| worked.push(report));
    worked
}

fn folder(input: &Found) -> Option<&Path> {
    let Found::File(path) = input else { return None };
    let folder = path.parent()?;
    Some(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}
