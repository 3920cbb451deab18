//! A panic in one file is that file's failure, told once and in its place.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

use crate::report::Failure;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static TOLD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics under guard from printing by themselves: workers would talk into each other's reports.
pub(super) fn install() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if GUARDED.get() {
            TOLD.set(panic.to_string());
        } else {
            usual(panic);
        }
    }));
}

/// Runs `work`.
///
/// # Errors
/// Where it panicked, as a defect of restage.
pub(super) fn run<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    GUARDED.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    done.map_err(|_| {
        let message = format!("restage itself failed on this file, which was left alone: {}", TOLD.take());
        Failure::new(message).help("this is a defect of restage: please report it, with the file")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure() {
        install();
        assert_eq!(run(|| 1), Ok(1));
        let failure = run(|| -> () { panic!("a test") }).unwrap_err();
        assert!(
            failure.message.contains("src/cli/guard.rs") && failure.message.ends_with("a test"),
            "{failure:?}"
        );
    }
}
