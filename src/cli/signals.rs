//! INT, TERM and HUP while files are replaced: the file in hand is finished, nothing is left, and the process ends as the
//! signal wants it to. Before that nothing is written and nothing could be left: there they do what they always do.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Listens until it is told to end.
pub(super) struct Signals {
    /// Set once a signal came.
    pub(super) stop: Arc<AtomicBool>,
    #[cfg(unix)]
    which: Arc<std::sync::atomic::AtomicUsize>,
}

#[cfg(unix)]
impl Signals {
    /// From now on a signal only asks to stop.
    pub(super) fn listen() -> Self {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let (stop, which) = (Arc::default(), Arc::default());
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // Who ignores a signal (`nohup`) means it.
            if !ignored(signal) {
                let number = usize::try_from(signal).unwrap_or_default();
                let _ = signal_hook::flag::register_usize(signal, Arc::clone(&which), number);
                let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
            }
        }
        Self { stop, which }
    }

    /// Ends the process by the signal that came, if one did.
    pub(super) fn end(&self) {
        let signal = self.which.load(std::sync::atomic::Ordering::Relaxed);
        if let Some(signal) = i32::try_from(signal).ok().filter(|signal| *signal != 0) {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}

/// As the kernel tells it; where it doesn't, nobody is taken to ignore anything.
#[cfg(unix)]
fn ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask >> (signal - 1) & 1 == 1
}

#[cfg(not(unix))]
impl Signals {
    pub(super) fn listen() -> Self {
        Self { stop: Arc::default() }
    }

    pub(super) fn end(&self) {}
}
