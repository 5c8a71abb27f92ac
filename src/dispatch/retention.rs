//! Originals in `done` that were kept as long as the pipeline says (`watch.keep_done_days`; without it for ever).
//!
//! The only place in the program at which an original is removed. It goes only if all of this holds: the pipeline asks for
//! it; by the ledger it was put into `done`, on a day that is so long past; its batch is delivered, every page of it stands in
//! a document or is recorded, and nothing of the batch is held, undecided or given up; it lies where the ledger says, not
//! behind a link; and its bytes still have the digest with which it was received. Whatever else lies in `done` is not ours.
//!
//! Before it goes, `removed.csv` in its day's folder names it (for `verify --scans`), and the ledger records the intent; killed
//! in between, the next start ends what was begun.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::patience::Patience;
use super::{Controls, Event, RunError};
use crate::durable;
use crate::intake;
use crate::intake::station::StationRules;
use crate::intake::{Removal, note_removals};
use crate::ledger::{KeptOriginal, Ledger};
use crate::saboteur::{self, Step};

/// Files between two transactions.
const GROUP: u32 = 32;

/// Most files of one pass.
const MAX_PASS: usize = 10_000;

/// Time between two passes.
const PASS_INTERVAL: Duration = Duration::from_secs(3600);

/// A pass works one part in so many of the time: the disk or share has other things to do.
const SHARE: u32 = 5;

/// How often the flags are looked at.
const TICK: Duration = Duration::from_millis(200);

/// Clears the folder `done` of a watch folder, until the line ends.
pub(super) struct Keeper<'a> {
    /// Its position among the watch folders.
    pub(super) index: usize,
    /// The watch folder, canonical.
    pub(super) root: PathBuf,
    /// Its folder of originals that are delivered.
    pub(super) done: PathBuf,
    /// So many whole days they are kept.
    pub(super) days: u32,
    pub(super) ledger: Ledger,
    pub(super) events: &'a Sender<Event>,
    pub(super) controls: &'a Controls,
    pub(super) quit: [&'a AtomicBool; 2],
    pub(super) patience: &'a Patience<'a>,
}

impl<'a> Keeper<'a> {
    /// For a watch folder whose originals are not kept for ever.
    pub(super) fn new(
        (index, root, rules): (usize, &Path, &StationRules),
        ledger: Ledger,
        (events, controls): (&'a Sender<Event>, &'a Controls),
        quit: [&'a AtomicBool; 2],
        patience: &'a Patience<'a>,
    ) -> Option<Self> {
        let (root, done) = (root.to_owned(), root.join(&rules.done));
        Some(Self { index, root, done, days: rules.keep_done_days?, ledger, events, controls, quit, patience })
    }

    /// Passes once an hour. A ledger that fails here fails the line soon enough, which tells it.
    pub(super) fn run(mut self) {
        let ended = self.end_begun().and_then(|()| {
            loop {
                self.pass(jiff::Zoned::now().date())?;
                let begun = Instant::now();
                while begun.elapsed() < PASS_INTERVAL {
                    if self.is_to_end() {
                        return Ok(());
                    }
                    pause(TICK);
                }
            }
        });
        drop::<Result<(), RunError>>(ended);
    }

    fn is_to_end(&self) -> bool {
        self.quit.iter().any(|flag| flag.load(Ordering::SeqCst)) || self.controls.is_draining()
    }

    /// Ends what a line that was killed had begun.
    pub(super) fn end_begun(&mut self) -> Result<(), RunError> {
        let (patience, root) = (self.patience, self.root.clone());
        let begun = patience.persist(|| Ok(self.ledger.being_removed(&root)?))?;
        self.remove(begun)
    }

    /// Removes what may be removed on the day `today`, bounded.
    pub(super) fn pass(&mut self, today: Date) -> Result<(), RunError> {
        // Without a sane clock nothing is old.
        let Ok(before) = today.checked_sub(i64::from(self.days).days()) else { return Ok(()) };
        let (before, patience) = (before.to_string(), self.patience);
        let mut after = String::new();
        let mut removed = 0;
        while removed < MAX_PASS && !self.is_to_end() {
            if self.controls.is_paused() {
                pause(TICK);
                continue;
            }
            let started = Instant::now();
            let (root, range) = (&self.root, (after.as_str(), before.as_str()));
            let originals = patience.persist(|| Ok(self.ledger.removable(root, range, GROUP)?))?;
            let Some(last) = originals.last() else { break };
            after = last.name.clone();
            let sound: Vec<KeptOriginal> = originals.into_iter().filter(|original| self.is_ours(original)).collect();
            let listed = self.list(sound, today);
            let begun = patience.persist(|| Ok(self.ledger.begin_removal(listed.clone())?))?;
            removed += begun.len();
            self.remove(begun)?;
            let rest = started.elapsed() * (SHARE - 1);
            let rested = Instant::now();
            while rested.elapsed() < rest && !self.is_to_end() {
                pause(TICK.min(rest));
            }
        }
        Ok(())
    }

    /// Names them in the lists of their days; gives those that are named.
    fn list(&self, originals: Vec<KeptOriginal>, today: Date) -> Vec<KeptOriginal> {
        let mut listed = Vec::with_capacity(originals.len());
        // They come by name, so each day's are together.
        for group in originals.chunk_by(|one, other| day(&one.name) == day(&other.name)) {
            let Some(day) = group.first().and_then(|original| day(&original.name)) else { continue };
            let removals: Vec<Removal> = group
                .iter()
                .map(|original| Removal { name: original.name.clone(), digest: original.digest, len: original.len })
                .collect();
            if note_removals(&self.done.join(day), &removals, &today.to_string()).is_ok() {
                listed.extend_from_slice(group);
            }
        }
        listed
    }

    /// Removes those that are still what they were, and records it.
    fn remove(&mut self, begun: Vec<KeptOriginal>) -> Result<(), RunError> {
        if begun.is_empty() {
            return Ok(());
        }
        let ended: Vec<(i64, bool)> =
            begun.iter().map(|original| (original.scan, self.remove_one(original).unwrap_or(false))).collect();
        let patience = self.patience;
        patience.persist(|| Ok(self.ledger.end_removal(&ended)?))?;
        for original in begun.iter().zip(&ended).filter(|(_, (_, gone))| *gone).map(|(original, _)| original) {
            let _ = self.events.send(Event::OriginalRemoved { station: self.index, scan: original.digest });
        }
        Ok(())
    }

    /// Whether it is gone afterwards.
    fn remove_one(&self, original: &KeptOriginal) -> io::Result<bool> {
        match fs::symlink_metadata(&original.path) {
            // By a line that was killed then.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(error),
            Ok(_) if !self.is_ours(original) => return Ok(false),
            Ok(_) => {}
        }
        saboteur::step(Step::Remove)?;
        fs::remove_file(&original.path)?;
        let mut folder = original.path.parent();
        while let Some(empty) = folder.filter(|folder| folder.starts_with(&self.done) && *folder != self.done) {
            // It is gone, be that for good or not.
            let _ = durable::sync_dir(empty);
            // Only an empty one goes; the day's own keeps its list.
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
        Ok(true)
    }

    /// The file lies where we put it, and has its bytes.
    fn is_ours(&self, original: &KeptOriginal) -> bool {
        let path = &original.path;
        let is_in_place = || {
            let below = path.strip_prefix(&self.done).ok()?;
            let is_of_day = below.components().next()?.as_os_str() == day(&original.name)?;
            let folder = path.parent()?;
            (is_of_day && folder.canonicalize().ok()? == folder).then_some(())
        };
        let has_bytes = || {
            let before = fs::symlink_metadata(path).ok().filter(Metadata::is_file)?;
            let (digest, len) = intake::digest(path).ok()?;
            let after = fs::symlink_metadata(path).ok()?;
            (state(&before) == state(&after) && (digest, len) == (original.digest, original.len)).then_some(())
        };
        is_in_place().and_then(|()| has_bytes()).is_some()
    }
}

/// The day of a claim: the first part of its name.
fn day(name: &str) -> Option<&str> {
    name.split_once('/').map(|(day, _)| day)
}

/// Tells one state of a file from another.
fn state(metadata: &Metadata) -> (u64, u64, u64, [i64; 4]) {
    let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
    (metadata.dev(), metadata.ino(), metadata.len(), times)
}

fn pause(time: Duration) {
    let _ = crossbeam_channel::never::<()>().recv_timeout(time);
}
