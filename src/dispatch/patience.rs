//! The line's patience with the machine: it waits until a fault is mended, and goes on by itself.
//!
//! Whichever thread meets a fault tries the same step again, every few seconds, until it succeeds, the longest pause is
//! over, or the run is told to stop. While one waits the line begins nothing new. Time is measured by the steady clock,
//! so a wall clock set back lengthens no pause.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, never};

use super::machine::{self, Place, Trouble};
use super::{Event, RunError};
use crate::ledger::LedgerError;
use crate::pipeline::Pauses;

/// How often the flags are looked at while waiting.
const TICK: Duration = Duration::from_millis(50);

/// Shared by the threads of a run.
pub(super) struct Patience<'a> {
    rules: &'a Pauses,
    state: PathBuf,
    target: PathBuf,
    inputs: &'a [PathBuf],
    events: &'a Sender<Event>,
    quit: [&'a AtomicBool; 2],
    standing: Mutex<Standing>,
}

/// What the threads wait for.
#[derive(Default)]
struct Standing {
    /// One for each waiting thread.
    troubles: Vec<Trouble>,
    since: Option<Instant>,
}

/// One thread's wait, from the first fault to the step that succeeds.
pub(super) struct Episode {
    begun: Instant,
    trouble: Trouble,
    /// When to look again.
    due: Instant,
}

impl<'a> Patience<'a> {
    pub(super) fn new(
        rules: &'a Pauses,
        (state, target): (PathBuf, PathBuf),
        inputs: &'a [PathBuf],
        events: &'a Sender<Event>,
        quit: [&'a AtomicBool; 2],
    ) -> Self {
        Self { rules, state, target, inputs, events, quit, standing: Mutex::default() }
    }

    /// Does `work`, again and again while the machine is at fault.
    ///
    /// # Errors
    /// That of `work`, if no waiting helps, or enough was waited.
    pub(super) fn persist<T>(&self, mut work: impl FnMut() -> Result<T, RunError>) -> Result<T, RunError> {
        match work() {
            Err(error) => self.outlast(error, work),
            done => done,
        }
    }

    /// After `error`: waits until `work` succeeds.
    ///
    /// # Errors
    /// As [`Self::persist`].
    pub(super) fn outlast<T>(
        &self,
        mut error: RunError,
        mut work: impl FnMut() -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let mut episode = None;
        loop {
            if !self.bear(&mut episode, &error) || !self.wait(&episode) {
                self.end(&mut episode, false);
                return Err(error);
            }
            match work() {
                Ok(done) => {
                    self.end(&mut episode, true);
                    return Ok(done);
                }
                Err(next) => error = next,
            }
        }
    }

    /// One look at `work`, without waiting: `Some` if it succeeded, `None` if it is to be looked at again later.
    ///
    /// # Errors
    /// As [`Self::persist`].
    pub(super) fn glance<T>(
        &self,
        episode: &mut Option<Episode>,
        work: impl FnOnce() -> Result<T, RunError>,
    ) -> Result<Option<T>, RunError> {
        if episode.as_ref().is_some_and(|episode| Instant::now() < episode.due) {
            return Ok(None);
        }
        match work() {
            Ok(done) => {
                self.end(episode, true);
                Ok(Some(done))
            }
            Err(error) if self.bear(episode, &error) => Ok(None),
            Err(error) => {
                self.end(episode, false);
                Err(error)
            }
        }
    }

    /// Whether a thread waits.
    pub(super) fn is_tried(&self) -> bool {
        !self.standing().troubles.is_empty()
    }

    /// Whether `place`, the state folder or the target, has the space left that the pipeline asks for.
    pub(super) fn expect_space(&self, place: Place) -> Result<(), RunError> {
        let folder = if place == Place::State { &self.state } else { &self.target };
        machine::expect_space(place, folder, self.rules.min_free_bytes)
    }

    /// Whether the state folder takes `more` bytes.
    pub(super) fn expect_room(&self, more: u64) -> Result<(), RunError> {
        self.expect_space(Place::State)?;
        match machine::free_bytes(&self.state) {
            Some(free) if free < more => {
                let source = io::ErrorKind::StorageFull.into();
                Err(LedgerError::Io { path: self.state.clone(), source }.into())
            }
            _ => Ok(()),
        }
    }

    /// Takes note of a fault; whether it is to be waited for.
    fn bear(&self, episode: &mut Option<Episode>, error: &RunError) -> bool {
        let Some(trouble) = error.trouble(self.inputs) else { return false };
        let now = Instant::now();
        let begun = episode.as_ref().map_or(now, |episode| episode.begun);
        if now.saturating_duration_since(begun) >= self.rules.longest {
            return false;
        }
        let changed = episode.as_ref().is_none_or(|episode| episode.trouble != trouble);
        if changed {
            let mut standing = self.standing();
            standing.remove(episode.as_ref());
            let news = !standing.troubles.contains(&trouble);
            standing.troubles.push(trouble);
            standing.since.get_or_insert(now);
            if news {
                self.tell(Event::Paused { trouble });
            }
        }
        *episode = Some(Episode { begun, trouble, due: now + self.rules.recheck });
        true
    }

    /// Waits until the next look is due; `false` if the run ends before.
    fn wait(&self, episode: &Option<Episode>) -> bool {
        let Some(episode) = episode else { return true };
        loop {
            if self.quit.iter().any(|flag| flag.load(Ordering::SeqCst)) {
                return false;
            }
            let left = episode.due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let _ = never::<()>().recv_timeout(left.min(TICK));
        }
    }

    /// Ends a thread's wait: the fault is mended, or there is no more waiting.
    fn end(&self, episode: &mut Option<Episode>, mended: bool) {
        let Some(ended) = episode.take() else { return };
        let mut standing = self.standing();
        standing.remove(Some(&ended));
        if standing.troubles.is_empty()
            && let Some(since) = standing.since.take()
            && mended
        {
            self.tell(Event::Resumed { after: since.elapsed() });
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        // Whoever panicked with it left a list that is still one.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

impl Standing {
    /// Takes one thread's trouble off the list.
    fn remove(&mut self, episode: Option<&Episode>) {
        let position = episode.and_then(|episode| self.troubles.iter().position(|&trouble| trouble == episode.trouble));
        if let Some(position) = position {
            self.troubles.swap_remove(position);
        }
    }
}
