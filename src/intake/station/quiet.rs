//! When a file, or a folder of files, is complete: pure, on whatever clock its caller keeps.
//!
//! Quiet is measured from the moment at which a change was seen, by a steady clock. What a file says of its own times is
//! only compared for equality: stations' clocks are wrong, and copy tools set old times.

use std::time::{Duration, Instant};

use crate::model::Wholeness;

/// First interval after which a torn and quiet file is looked into again; each further one is twice as long.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);

/// Longest such interval.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// Tells one state of a file from another, as far as that can be seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) len: u64,
    /// Nanoseconds since 1970.
    pub(super) modified_ns: i128,
    /// Likewise; no program sets it.
    pub(super) changed_ns: i128,
}

/// What is known about the structure of a file as it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Structure {
    #[default]
    Unknown,
    Whole,
    /// Found torn so many times, at last then.
    Torn {
        times: u32,
        last: Instant,
    },
}

impl Structure {
    /// After somebody looked into the file.
    pub(super) fn answered(self, answer: Wholeness, now: Instant) -> Self {
        let times = if let Self::Torn { times, .. } = self { times.saturating_add(1) } else { 1 };
        match answer {
            Wholeness::Whole => Self::Whole,
            Wholeness::Torn => Self::Torn { times, last: now },
        }
    }

    /// When to look into it (again); `None`: no more.
    fn due(self, since: Instant) -> Option<Instant> {
        match self {
            Self::Unknown => Some(since),
            Self::Whole => None,
            Self::Torn { times, last } => {
                let doubled = FIRST_INTERVAL.saturating_mul(1 << times.saturating_sub(1).min(16));
                Some(last + doubled.min(LONGEST_INTERVAL))
            }
        }
    }
}

/// A file that was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) signature: Signature,
    /// When it was first seen as it is.
    pub(super) since: Instant,
    pub(super) structure: Structure,
}

impl Seen {
    pub(super) fn new(signature: Signature, now: Instant) -> Self {
        Self { signature, since: now, structure: Structure::Unknown }
    }

    /// It was looked at. Whether it has changed.
    pub(super) fn see(&mut self, signature: Signature, now: Instant) -> bool {
        let changed = self.signature != signature;
        if changed {
            *self = Self::new(signature, now);
        }
        changed
    }
}

/// The times of a watch folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) settle: Duration,
    pub(super) give_up: Duration,
}

/// What is to be done about a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing until then, if nothing changes.
    Wait(Instant),
    /// Look into the files for which [`is_due`] says so.
    Ask,
    /// It is complete, or as complete as it will ever be.
    Take,
}

/// What is to be done about a batch that has been as it is `since` then, and of whose files this is known. `hindered`: some
/// of it has a temporary name.
pub(super) fn verdict(
    now: Instant,
    since: Instant,
    patience: Patience,
    hindered: bool,
    files: impl Iterator<Item = Structure>,
) -> Verdict {
    let settled = since + patience.settle;
    let end = since + patience.give_up.max(patience.settle);
    if now < settled {
        return Verdict::Wait(settled);
    }
    if now >= end {
        return Verdict::Take;
    }
    if hindered {
        return Verdict::Wait(end);
    }
    match files.filter_map(|file| file.due(since)).min() {
        None => Verdict::Take,
        Some(due) if due <= now => Verdict::Ask,
        Some(due) => Verdict::Wait(due.min(end)),
    }
}

/// Whether somebody should look into a file now, its batch having been as it is `since` then.
pub(super) fn is_due(now: Instant, since: Instant, file: Structure) -> bool {
    file.due(since).is_some_and(|due| due <= now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signature(len: u64) -> Signature {
        Signature { device: 1, inode: 1, len, modified_ns: 0, changed_ns: 0 }
    }

    /// Plays a batch of files on a fake clock, in steps of `step_ms`: when each file grows, and from when on each is whole.
    /// Gives the time at which it is taken, and how often files were looked into.
    fn play(patience: Patience, step_ms: u64, growth: &[Vec<u64>], whole_from: &[Option<u64>]) -> (u64, u64) {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut files: Vec<Seen> = growth.iter().map(|_| Seen::new(signature(0), start)).collect();
        let (mut since, mut asked) = (start, 0);
        for ms in (0..).step_by(step_ms as usize) {
            let now = at(ms);
            for (file, growth) in files.iter_mut().zip(growth) {
                let len = growth.iter().filter(|&&grown| grown <= ms).count() as u64;
                if file.see(signature(len), now) {
                    since = now;
                }
            }
            let ask = |files: &[Seen]| verdict(now, since, patience, false, files.iter().map(|f| f.structure));
            if ask(&files) == Verdict::Ask {
                for (file, whole_from) in files.iter_mut().zip(whole_from) {
                    if is_due(now, since, file.structure) {
                        asked += 1;
                        let is_whole = whole_from.is_some_and(|from| from <= ms);
                        let answer = if is_whole { Wholeness::Whole } else { Wholeness::Torn };
                        file.structure = file.structure.answered(answer, now);
                    }
                }
            }
            match ask(&files) {
                Verdict::Take => return (ms, asked),
                Verdict::Ask => assert!(files.is_empty(), "asked twice at once"),
                Verdict::Wait(until) => assert!(until > now, "waits for what is past"),
            }
        }
        unreachable!()
    }

    proptest! {
        #[test]
        fn a_batch_is_taken_when_quiet_and_whole_or_given_up(
            settle in 0u64..5_000,
            give_up in 0u64..100_000,
            step in 20u64..700,
            growth in prop::collection::vec(prop::collection::vec(0u64..20_000, 0..6), 1..4),
            torn in prop::collection::vec(any::<bool>(), 4),
        ) {
            let patience = Patience { settle: Duration::from_millis(settle), give_up: Duration::from_millis(give_up) };
            let last = growth.iter().flatten().copied().max().unwrap_or(0);
            let last_of = |grown: &Vec<u64>| grown.iter().copied().max().unwrap_or(0);
            let whole_from: Vec<_> = growth.iter().zip(&torn).map(|(g, torn)| (!torn).then(|| last_of(g))).collect();
            let (taken, asked) = play(patience, step, &growth, &whole_from);
            // A pause between two bytes that is longer than the settle time may end the batch for who cannot know; if
            // there is none, it is never early.
            let mut changes: Vec<u64> = growth.concat();
            changes.sort_unstable();
            let longest = changes.iter().zip(changes.iter().skip(1)).map(|(a, b)| b - a).max().unwrap_or(0)
                .max(changes.first().copied().unwrap_or(0));
            if longest + step < settle {
                prop_assert!(taken >= last + settle, "early: {taken}");
                let any_torn = whole_from.iter().any(Option::is_none);
                if any_torn {
                    prop_assert!(taken >= last + give_up.max(settle));
                    prop_assert!(taken <= last + give_up.max(settle) + 2 * step, "late: {taken}");
                } else {
                    prop_assert!(taken <= last + settle + 2 * step, "late: {taken}");
                }
            }
            // 1, 2, 4 ... 60 s: some eight looks, then one a minute.
            prop_assert!(asked <= growth.len() as u64 * (10 + give_up / 60_000) * (1 + changes.len() as u64), "{asked} looks");
        }
    }

    #[test]
    fn a_file_that_becomes_whole_without_a_trace_is_seen_to() {
        // Written through a mapping, or by another machine whose attributes lag: neither length nor times change.
        let patience = Patience { settle: Duration::from_secs(1), give_up: Duration::from_secs(600) };
        let (taken, _) = play(patience, 100, &[vec![]], &[Some(5_000)]);
        assert!((5_000..=16_000).contains(&taken), "{taken}");
    }

    #[test]
    fn an_unfinished_name_holds_its_batch_up_but_not_for_ever() {
        let start = Instant::now();
        let patience = Patience { settle: Duration::from_secs(1), give_up: Duration::from_secs(60) };
        let told = |s| verdict(start + Duration::from_secs(s), start, patience, true, [Structure::Whole].into_iter());
        assert_eq!(told(2), Verdict::Wait(start + Duration::from_secs(60)));
        assert_eq!(told(60), Verdict::Take);
    }
}
