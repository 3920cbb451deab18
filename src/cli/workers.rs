//! Works many things at once and tells of them one by one.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Stack of a worker, in bytes: as roomy as a main thread's, for what reads by recursion.
const STACK: usize = 8 << 20;

/// Works so many tasks at once, or as many as there are cores, until `stop` is set, and hands the results over in the order of the tasks.
pub(super) fn in_order<T: Sync, R: Send>(
    tasks: &[T],
    jobs: Option<NonZeroUsize>,
    stop: &AtomicBool,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(R),
) {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = jobs.map_or_else(cores, NonZeroUsize::get).min(tasks.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let worker = |sender: mpsc::Sender<(usize, R)>| {
        while !stop.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(index) else { break };
            if sender.send((index, work(task))).is_err() {
                break;
            }
        }
    };
    thread::scope(|scope| {
        let mut crew = 0;
        for _ in 0..workers {
            let (sender, worker) = (sender.clone(), &worker);
            let hired = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || worker(sender));
            crew += usize::from(hired.is_ok());
        }
        if crew == 0 {
            worker(sender);
        } else {
            drop(sender);
        }
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in receiver {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                done(result);
                due += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_slow_are_waited_for() {
        let tasks: Vec<u64> = (0..20).collect();
        let work = |task: &u64| {
            thread::sleep(Duration::from_millis(if task.is_multiple_of(5) { 20 } else { 0 }));
            *task
        };
        let mut results = Vec::new();
        in_order(&tasks, None, &AtomicBool::new(false), work, |result| results.push(result));
        assert_eq!(results, tasks);
    }

    #[test]
    fn stopped_work_is_left() {
        let mut results = Vec::new();
        let stop = AtomicBool::new(true);
        in_order(&[1, 2, 3], None, &stop, |task| *task, |result| results.push(result));
        assert!(results.is_empty());
    }
}
