//! What people and the system tell a line that runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared by the line and whoever commands it: signals, keys, other commands.
#[derive(Debug, Default)]
pub struct Controls {
    stop: Arc<AtomicBool>,
    drain: AtomicBool,
    pause: AtomicBool,
    beats: AtomicU64,
}

impl Controls {
    /// Begin nothing new; end soon, with the pages in work. Nothing is lost: what was claimed is known.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// The flag of [`Self::stop`] itself, for a signal handler and for threads that look at several.
    pub fn stop_flag(&self) -> &Arc<AtomicBool> {
        &self.stop
    }

    /// Whether to end soon.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Take nothing more from the watch folders; end when all that was taken is delivered or held.
    pub fn drain(&self) {
        self.drain.store(true, Ordering::SeqCst);
    }

    /// Whether to end when all that was taken is done.
    pub fn is_draining(&self) -> bool {
        self.drain.load(Ordering::SeqCst)
    }

    /// Begin nothing new until told otherwise.
    pub fn pause(&self, on: bool) {
        self.pause.store(on, Ordering::SeqCst);
    }

    /// Whether a person wants nothing new to be begun.
    pub fn is_paused(&self) -> bool {
        self.pause.load(Ordering::SeqCst)
    }

    /// Told by the line at every turn of its loop, whether there is anything to do or not: at least once a second.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the line's loop has turned: a number that stands still is a line that hangs.
    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }
}
