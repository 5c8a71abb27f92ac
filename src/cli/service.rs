//! The service manager: what it is told by sd_notify(3), and the watchdog.
//!
//! Does nothing where no service manager started the program. That a message could not be sent is not told: the manager
//! itself acts on what it misses.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Least time between two status lines: more is of no use to anyone who reads them.
const STATUS_INTERVAL: Duration = Duration::from_secs(5);

/// The service manager, and what it knows.
pub(super) struct Service {
    /// Time between two signs of life that it waits for, halved; none if it does not.
    interval: Option<Duration>,
    last_sign: Option<Instant>,
    last_status: Option<(Instant, String)>,
}

impl Service {
    /// As the environment says (`NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`).
    pub(super) fn from_environment() -> Self {
        let interval = sd_notify::watchdog_enabled().map(|whole| whole / 2);
        Self { interval, last_sign: None, last_status: None }
    }

    /// The workers are up.
    pub(super) fn ready(&self) {
        tell(&[NotifyState::Ready]);
    }

    /// A new definition was taken; [`Self::ready`] ends that. With the time, by which `Type=notify-reload` knows that it is
    /// not an earlier one.
    pub(super) fn reloading(&self) {
        let now = NotifyState::monotonic_usec_now();
        tell(&[NotifyState::Reloading].into_iter().chain(now).collect::<Vec<_>>());
    }

    /// The line was told to stop.
    pub(super) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }

    /// One line for `systemctl status`; holds counts only.
    pub(super) fn status(&mut self, text: impl FnOnce() -> String) {
        if self.last_status.as_ref().is_some_and(|(at, _)| at.elapsed() < STATUS_INTERVAL) {
            return;
        }
        let text = text();
        if self.last_status.as_ref().is_none_or(|(_, known)| *known != text) {
            tell(&[NotifyState::Status(&text)]);
        }
        self.last_status = Some((Instant::now(), text));
    }

    /// Whether a sign of life is due: at half of the time after which the manager gives the program up.
    pub(super) fn is_sign_due(&self) -> bool {
        self.interval.is_some_and(|interval| self.last_sign.is_none_or(|last| last.elapsed() >= interval))
    }

    /// Gives a sign of life.
    pub(super) fn sign(&mut self) {
        tell(&[NotifyState::Watchdog]);
        self.last_sign = Some(Instant::now());
    }
}

fn tell(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}

/// Time without a turn of its loop after which a line counts as stuck. It turns at least once a second; a commit to a slow
/// disk may take longer.
const STUCK_AFTER: Duration = Duration::from_secs(20);

/// Whether the line moves, told from outside of it.
///
/// It does if its loop turned or an event came within [`STUCK_AFTER`]. It may stand still where something else sees to its
/// end: while it starts (workers have a time for that), while it ends (`limits.drain_seconds`), and while the machine is at
/// fault (`limits.pause_minutes`; a new start would mend no disk).
#[derive(Debug)]
pub(super) struct Pulse {
    beats: u64,
    events: u64,
    last: Instant,
}

impl Pulse {
    /// Of a line that begins now.
    pub(super) fn new(now: Instant) -> Self {
        Self { beats: 0, events: 0, last: now }
    }

    /// `beats` and `events` are counts that only grow. `sheltered`: it may stand still.
    pub(super) fn moves(&mut self, beats: u64, events: u64, sheltered: bool, now: Instant) -> bool {
        if sheltered || (beats, events) != (self.beats, self.events) {
            self.last = now;
        }
        (self.beats, self.events) = (beats, events);
        now.saturating_duration_since(self.last) < STUCK_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_stuck_when_neither_loop_nor_events_move_and_nothing_excuses_it() {
        let begin = Instant::now();
        let mut pulse = Pulse::new(begin);
        let rows = [
            // seconds, beats, events, sheltered, moves
            (1, 0, 0, false, true),
            (19, 0, 0, false, true),
            (21, 0, 0, false, false),
            (22, 1, 0, false, true),
            (41, 1, 0, false, true),
            (43, 1, 0, false, false),
            (44, 1, 1, false, true),
            (65, 1, 1, true, true),
            (84, 1, 1, false, true),
            (86, 1, 1, false, false),
        ];
        for (seconds, beats, events, sheltered, moves) in rows {
            let now = begin + Duration::from_secs(seconds);
            assert_eq!(pulse.moves(beats, events, sheltered, now), moves, "after {seconds} s");
        }
    }
}
