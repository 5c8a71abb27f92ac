//! How fast pages go, and when they may be done.
//!
//! Two clocks: the rate now is one of the clock on the wall. The mean and the estimate of the end count only time at work, so
//! that neither a pause nor a quiet night spoils them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::view::Left;

/// Over so long the rate now is measured.
const NOW: Duration = Duration::from_secs(60);

/// After so long, at work, there is a rate at all.
const FIRST_RATE: Duration = Duration::from_secs(5);

/// Time at work between two samples for the spread, at first and at last: it doubles whenever they fill their room.
const FIRST_STEP: Duration = Duration::from_secs(1);
const LAST_STEP: Duration = Duration::from_secs(4);

/// Samples kept: in the end, those of the last 24 minutes at work.
const SAMPLES: usize = 360;

/// The spread is taken over so many windows ...
const WINDOWS: usize = 8;

/// ... and pages fewer than this in all of them say nothing about it.
const FEWEST_PAGES: u64 = 8;

/// The history of a rate.
#[derive(Debug)]
pub(super) struct Pace {
    done: u64,
    /// Time at work.
    worked: Duration,
    last: Option<Instant>,
    /// What was done at times of the last minute.
    recent: VecDeque<(Instant, u64)>,
    /// What was done after so much time at work.
    samples: VecDeque<(Duration, u64)>,
    /// Between two samples.
    step: Duration,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            done: 0,
            worked: Duration::ZERO,
            last: None,
            recent: VecDeque::new(),
            samples: VecDeque::from([(Duration::ZERO, 0)]),
            step: FIRST_STEP,
        }
    }

    /// A page was done.
    pub(super) fn count(&mut self) {
        self.done += 1;
    }

    /// Time goes on; whether the line was at work since the last call.
    pub(super) fn tick(&mut self, now: Instant, at_work: bool) {
        let since = self.last.replace(now).map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if at_work {
            self.worked += since;
        }
        // One entry for each second is fine enough, however often this is called.
        let fresh = |(at, _): &(Instant, u64)| now.saturating_duration_since(*at) < Duration::from_secs(1);
        if !self.recent.back().is_some_and(fresh) {
            self.recent.push_back((now, self.done));
        }
        while self.recent.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) >= NOW) {
            self.recent.pop_front();
        }
        if self.samples.back().is_none_or(|(at, _)| self.worked.saturating_sub(*at) >= self.step) {
            self.samples.push_back((self.worked, self.done));
            if self.samples.len() > SAMPLES && self.step < LAST_STEP {
                self.step *= 2;
                self.samples = self.samples.iter().copied().step_by(2).collect();
            } else if self.samples.len() > SAMPLES {
                self.samples.pop_front();
            }
        }
    }

    /// Pages a minute over the last minute.
    pub(super) fn now(&self, now: Instant) -> Option<f64> {
        let &(since, before) = self.recent.front()?;
        rate(now.saturating_duration_since(since), self.done.saturating_sub(before))
    }

    /// Pages a minute of all time at work.
    pub(super) fn mean(&self) -> Option<f64> {
        rate(self.worked, self.done)
    }

    /// When `pages` may be done, by the quartiles of the rate over windows of the last minutes at work.
    pub(super) fn left(&self, pages: u64) -> Option<Left> {
        let (&first, &last) = (self.samples.front()?, self.samples.back()?);
        let done = last.1.saturating_sub(first.1);
        // Each window has at least one sample of its own.
        if pages == 0 || done < FEWEST_PAGES || self.samples.len() <= WINDOWS {
            return None;
        }
        let mean = rate(last.0.saturating_sub(first.0), done)?;
        let edge = |window: usize| self.samples.get(window * (self.samples.len() - 1) / WINDOWS).copied();
        let mut rates: Vec<f64> = (0..WINDOWS)
            .filter_map(|window| {
                let (from, to) = (edge(window)?, edge(window + 1)?);
                let seconds = to.0.saturating_sub(from.0).as_secs_f64();
                (seconds > 0.0).then(|| to.1.saturating_sub(from.1) as f64 / seconds * 60.0)
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let (slow, fast) = (*rates.get(rates.len() / 4)?, *rates.get(rates.len() * 3 / 4)?);
        let seconds = |rate: f64| pages as f64 / rate * 60.0;
        let likely = seconds(mean);
        // The mean need not lie between the quartiles.
        Some(Left { early: seconds(fast.max(mean)), likely, late: (slow > 0.0).then(|| seconds(slow).max(likely)) })
    }
}

/// Pages a minute; `None` if it was too short to tell.
fn rate(time: Duration, pages: u64) -> Option<f64> {
    (time >= FIRST_RATE).then(|| pages as f64 / time.as_secs_f64() * 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `pages_per_second(second)` for some seconds, at work or not.
    fn run(pace: &mut Pace, from: Instant, seconds: std::ops::Range<u64>, pages: impl Fn(u64) -> u64, work: bool) {
        for second in seconds {
            (0..pages(second)).for_each(|_| pace.count());
            pace.tick(from + Duration::from_secs(second), work);
        }
    }

    #[test]
    fn a_steady_line_has_one_rate_and_a_narrow_end() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        run(&mut pace, start, 0..4, |_| 2, true);
        assert_eq!((pace.now(start + Duration::from_secs(4)), pace.mean(), pace.left(100)), (None, None, None));
        run(&mut pace, start, 4..601, |_| 2, true);
        let now = pace.now(start + Duration::from_secs(600)).unwrap_or_default();
        assert!((now - 120.0).abs() < 3.0, "{now}");
        let Left { early, likely, late } = pace.left(1200).unwrap_or_else(|| unreachable!());
        let late = late.unwrap_or_default();
        assert!((likely - 600.0).abs() < 10.0 && early <= likely && likely <= late, "{early} {likely} {late}");
        assert!(early > 560.0 && late < 640.0, "{early} {late}");
        assert_eq!(pace.left(0), None);
    }

    #[test]
    fn an_uneven_line_has_a_wide_end() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        // Some minutes at one page a second, some at four.
        run(&mut pace, start, 0..1200, |second| if second / 200 % 2 == 0 { 1 } else { 4 }, true);
        let Left { early, likely, late } = pace.left(1000).unwrap_or_else(|| unreachable!());
        let late = late.unwrap_or_default();
        assert!(early < likely * 0.8 && late > likely * 1.2, "{early} {likely} {late}");
    }

    #[test]
    fn a_pause_stops_the_rate_now_but_not_the_mean() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        run(&mut pace, start, 0..300, |_| 3, true);
        run(&mut pace, start, 300..4000, |_| 0, false);
        assert_eq!(pace.now(start + Duration::from_secs(4000)), Some(0.0));
        let mean = pace.mean().unwrap_or_default();
        assert!((mean - 180.0).abs() < 3.0, "{mean}");
        let likely = pace.left(540).map(|left| left.likely).unwrap_or_default();
        assert!((likely - 180.0).abs() < 5.0, "{likely}");
    }

    #[test]
    fn a_line_that_mostly_stands_still_has_no_latest_end() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        run(&mut pace, start, 0..400, |second| if second < 100 { 3 } else { 0 }, true);
        let left = pace.left(100).unwrap_or_else(|| unreachable!());
        assert_eq!(left.late, None);
        assert!(left.early <= left.likely);
    }
}
