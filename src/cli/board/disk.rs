//! How long a disk lasts at the rate at which it fills.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::view::DiskView;

/// Time between two measures that are kept.
const STEP: Duration = Duration::from_secs(60);

/// Measures kept: six hours.
const KEPT: usize = 360;

/// Shorter than this nothing is said: pictures come and go with each document.
const SHORTEST: Duration = Duration::from_secs(600);

/// Longer than this is as good as for ever.
const LONGEST_DAYS: f64 = 3650.0;

/// The free space of a disk over time.
#[derive(Debug, Default)]
pub(super) struct Disk {
    free: Option<u64>,
    history: VecDeque<(Instant, u64)>,
}

impl Disk {
    /// So many bytes are free; `None` if that cannot be told.
    pub(super) fn note(&mut self, free: Option<u64>, now: Instant) {
        self.free = free;
        let Some(free) = free else { return };
        let fresh = |(at, _): &(Instant, u64)| now.saturating_duration_since(*at) < STEP;
        if !self.history.back().is_some_and(fresh) {
            self.history.push_back((now, free));
        }
        if self.history.len() > KEPT {
            self.history.pop_front();
        }
    }

    pub(super) fn view(&self, now: Instant) -> Option<DiskView> {
        let free_bytes = self.free?;
        let first = self.history.front().filter(|(at, _)| now.saturating_duration_since(*at) >= SHORTEST);
        let days = first.and_then(|&(at, before)| {
            let used = before.checked_sub(free_bytes).filter(|used| *used > 0)? as f64;
            let days = now.saturating_duration_since(at).as_secs_f64() / 86_400.0;
            Some(free_bytes as f64 / used * days).filter(|days| *days <= LONGEST_DAYS)
        });
        Some(DiskView { free_bytes, days, known: first.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_lasts_as_long_as_it_fills() {
        let (mut disk, start) = (Disk::default(), Instant::now());
        assert_eq!(disk.view(start), None);
        // 1 GiB an hour, from 100 GiB.
        for minute in 0..=300u64 {
            let now = start + Duration::from_secs(minute * 60);
            disk.note(Some((100 << 30) - (minute << 30) / 60), now);
            let view = disk.view(now);
            assert_eq!(view.map(|view| view.known), Some(minute >= 10), "{minute}");
        }
        let days = disk.view(start + Duration::from_secs(300 * 60)).and_then(|view| view.days).unwrap_or_default();
        assert!((days - 95.0 / 24.0).abs() < 0.1, "{days}");
    }

    #[test]
    fn a_disk_that_does_not_fill_lasts() {
        let (mut disk, start) = (Disk::default(), Instant::now());
        disk.note(Some(5 << 30), start);
        let later = start + Duration::from_secs(1200);
        disk.note(Some(6 << 30), later);
        let view = disk.view(later);
        assert_eq!(view, Some(DiskView { free_bytes: 6 << 30, days: None, known: true }));
        disk.note(None, later);
        assert_eq!(disk.view(later), None);
    }
}
