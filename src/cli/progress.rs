//! How far a long run is: one line on a terminal, which goes when there is something else to read.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How long a run may take before it is said how far it is.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line changes at most.
const PAUSE: Duration = Duration::from_millis(100);

/// The line; by default there is none.
#[derive(Debug, Default)]
pub(super) struct Progress(Option<Line>);

#[derive(Debug)]
struct Line {
    files: usize,
    done: usize,
    next: Instant,
    stands: bool,
}

impl Progress {
    /// A line about so many files, where a person watches.
    pub(super) fn of(files: usize) -> Self {
        let watched = io::stderr().is_terminal();
        Self(watched.then(|| Line { files, done: 0, next: Instant::now() + PATIENCE, stands: false }))
    }

    /// One more file is done.
    pub(super) fn step(&mut self) {
        let Some(line) = &mut self.0 else { return };
        line.done += 1;
        let now = Instant::now();
        if now >= line.next {
            line.next = now + PAUSE;
            line.stands = true;
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{} of {} files", line.done, line.files);
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if let Some(line) = self.0.as_mut().filter(|line| line.stands) {
            line.stands = false;
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}
