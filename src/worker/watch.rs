//! The parent's watch over one job of a worker: time on the clock and time on the processor.
//!
//! The kernel's own limit of processor time counts the whole life of a process. Here the time at the start of the job is
//! noted and the rest compared with it, so that earlier pages do not count, and a worker cannot talk its way out of it.

use std::fs;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Time between two looks at the processor time of a worker that is at work.
const LOOK: Duration = Duration::from_millis(500);

/// What one job may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// On the clock.
    pub wall: Duration,
    /// On the processors.
    pub cpu: Duration,
}

/// A budget that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overrun {
    Wall,
    Cpu,
}

/// Reads from a worker until its budget is over; then reading fails with `TimedOut`, and `overrun` says which.
pub(super) struct Watch<'a> {
    stream: &'a UnixStream,
    deadline: Instant,
    /// The worker, and the processor time at which it must have ended; `None` if that cannot be known.
    cpu: Option<(u32, Duration)>,
    /// Set when the budget is over.
    pub overrun: Option<Overrun>,
}

impl<'a> Watch<'a> {
    /// Starts now. `worker` is its process id.
    pub(super) fn start(stream: &'a UnixStream, worker: u32, budget: Budget) -> Self {
        let cpu = cpu_time(worker).map(|spent| (worker, spent.saturating_add(budget.cpu)));
        Self { stream, deadline: Instant::now() + budget.wall, cpu, overrun: None }
    }

    fn is_over(&mut self) -> bool {
        let spent = self.cpu.and_then(|(worker, most)| Some(cpu_time(worker)? > most));
        self.overrun = if Instant::now() >= self.deadline {
            Some(Overrun::Wall)
        } else {
            (spent == Some(true)).then_some(Overrun::Cpu)
        };
        self.overrun.is_some()
    }
}

impl Read for Watch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            // A worker that sends a byte now and then must not live for ever.
            if left.is_zero() {
                self.overrun = Some(Overrun::Wall);
                return Err(io::ErrorKind::TimedOut.into());
            }
            // A timeout of zero would be none.
            self.stream.set_read_timeout(Some(left.clamp(Duration::from_millis(1), LOOK)))?;
            let mut stream = self.stream;
            match stream.read(buffer) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if self.is_over() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
                done => return done,
            }
        }
    }
}

/// The processor time that a process has taken so far, in all its threads; `None` if `/proc` does not tell.
fn cpu_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let milliseconds = ticks(&stat)?.saturating_mul(1000) / rustix::param::clock_ticks_per_second().max(1);
    Some(Duration::from_millis(milliseconds))
}

/// User and system time in clock ticks (proc_pid_stat(5), fields 14 and 15). Field 2 is a name in brackets that may hold
/// anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let mut time = || times.next()?.parse::<u64>().ok();
    time()?.checked_add(time()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_read() {
        let stat = "7 (a) S 9) S 1 7 7 0 -1 4194560 500 0 0 0 123 45 0 0 20 0 1 0 100 1000 10";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("7 (a) S 1"), None);
        assert_eq!(ticks(""), None);
        let begun = cpu_time(std::process::id()).unwrap();
        let started = Instant::now();
        while cpu_time(std::process::id()).unwrap() <= begun {
            assert!(started.elapsed() < Duration::from_secs(20), "the time stands still");
        }
        assert_eq!(cpu_time(u32::MAX), None);
    }

    #[test]
    fn a_silent_worker_is_over_at_its_deadline() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let budget = Budget { wall: Duration::from_millis(50), cpu: Duration::MAX };
        let mut watch = Watch::start(&ours, std::process::id(), budget);
        assert_eq!(watch.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(watch.overrun, Some(Overrun::Wall));
    }
}
