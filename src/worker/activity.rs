//! What each worker is at, for whoever watches: one atomic number a worker, so that nobody waits for anybody.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Its process loads the models.
    Starting,
    /// It waits for a job.
    Idle,
    /// It opens a scan.
    Opening,
    /// It processes a page.
    Page,
    /// It could not be replaced and takes no more jobs.
    Gone,
}

/// What a worker is at, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What.
    pub doing: Doing,
    /// Since when.
    pub since: Instant,
}

/// What the workers of a pool are at, also while and after it is gone.
#[derive(Debug)]
pub struct Activities {
    started: Instant,
    /// For each worker, milliseconds since `started`, shifted by [`BITS`], and what it does.
    workers: Vec<AtomicU64>,
}

const BITS: u32 = 3;

impl Activities {
    /// All starting.
    pub(super) fn new(workers: usize) -> Self {
        Self { started: Instant::now(), workers: (0..workers).map(|_| AtomicU64::new(0)).collect() }
    }

    /// A worker is at something from now on.
    pub(super) fn set(&self, worker: usize, doing: Doing) {
        let code = match doing {
            Doing::Starting => 0,
            Doing::Idle => 1,
            Doing::Opening => 2,
            Doing::Page => 3,
            Doing::Gone => 4,
        };
        let since = self.started.elapsed().as_millis() as u64;
        if let Some(slot) = self.workers.get(worker) {
            slot.store(since << BITS | code, Ordering::Relaxed);
        }
    }

    /// What all are at, by number.
    pub fn now(&self) -> Vec<Activity> {
        let read = |slot: &AtomicU64| {
            let packed = slot.load(Ordering::Relaxed);
            let doing = match packed & ((1 << BITS) - 1) {
                0 => Doing::Starting,
                1 => Doing::Idle,
                2 => Doing::Opening,
                3 => Doing::Page,
                _ => Doing::Gone,
            };
            Activity { doing, since: self.started + Duration::from_millis(packed >> BITS) }
        };
        self.workers.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_read_with_its_time() {
        let activities = Activities::new(2);
        let before = Instant::now();
        for doing in [Doing::Idle, Doing::Opening, Doing::Page, Doing::Gone, Doing::Starting] {
            activities.set(1, doing);
            let [first, second] = activities.now()[..] else { unreachable!("two workers") };
            assert_eq!((first.doing, second.doing), (Doing::Starting, doing));
            let age = second.since.max(before) - before;
            assert!(age < Duration::from_secs(5) && second.since + Duration::from_secs(1) > before, "{age:?}");
        }
        activities.set(7, Doing::Page);
        assert_eq!(activities.now().len(), 2);
    }
}
