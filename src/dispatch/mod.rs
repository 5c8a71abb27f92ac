//! The only owner of the ledger: recovers, schedules, commits, delivers; tells what happens as events.
//!
//! In: a backlog or watch folders, and the channels of a worker pool. Out: case files at the target, a summary, events.
//! Its threads:
//!
//! - feeds find files and digest them: one walks the inputs of a backlog (`feed`), two serve each watch folder
//!   (`stations`), one does what other commands ask for (`requests`); each waits when its lane of the line has enough,
//! - `line` (the caller's thread) gives jobs to the workers and commits what comes back, many pages in one transaction,
//! - `finish` makes documents of finished batches, delivers them, and puts originals away (`originals`),
//! - a short-lived one counts the backlog, for the estimate of the end.
//!
//! Memory holds the scans at hand (some dozens), never the backlog: what is waiting waits in the input folders and in
//! the ledger. Nothing is delivered before it is committed, and nothing is forgotten before it is delivered.

mod account;
mod believe;
mod controls;
mod document;
mod error;
mod feed;
mod finish;
mod held;
mod line;
mod machine;
mod originals;
mod patience;
mod requests;
mod retention;
mod stack;
mod start;
mod stations;
#[cfg(test)]
mod tests;

pub use controls::Controls;
pub use error::RunError;
pub(crate) use machine::free_bytes;
pub use machine::{Cause, Place, Trouble};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::Sender;

use crate::intake;
use crate::intake::station::{Abandoned, Lookout, StationRules};
use crate::model::{Digest, Fault};
use crate::pipeline::Pipeline;
use crate::worker::Channels;

/// Most held things that a [`Summary`] lists.
const MAX_HELD_LISTED: u32 = 1000;

/// What happens on the line, in order. Progress bars, JSON lines and metrics read these; none holds text of a page, a
/// case number or a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The backlog was counted, for an estimate of the end.
    BacklogCounted {
        /// Scan files in the inputs.
        scans: u64,
        /// Their size.
        bytes: u64,
    },
    /// A scan was recorded.
    ScanReceived {
        /// Which; absent if it cannot be read.
        scan: Option<Digest>,
        /// An earlier run had recorded it.
        known: bool,
    },
    /// A scan's pages were counted.
    ScanOpened {
        /// Which.
        scan: Digest,
        /// Its pages.
        pages: u32,
        /// Pages that an earlier run processed or held, or that are those of an equal scan.
        done: u32,
    },
    /// All input was found.
    IntakeFinished {
        /// So many scans.
        scans: u64,
    },
    /// A scan's bytes were received before, and their pages are delivered or recorded: it is not delivered again.
    Duplicate {
        /// Which bytes.
        scan: Digest,
        /// Its pages, if they were counted before that was known; else 0.
        pages: u32,
    },
    /// A page was given to the workers; it comes back as processed or held.
    PageStarted {
        /// The scan.
        scan: Digest,
        /// The page, from 0.
        index: u32,
    },
    /// A page was processed and committed.
    PageProcessed {
        /// By this worker.
        worker: usize,
        /// The scan.
        scan: Digest,
        /// The page, from 0.
        index: u32,
        /// In this time.
        elapsed: Duration,
    },
    /// A page or a whole scan was held. Can follow `PageProcessed`, if the page's picture turns out to be unusable at
    /// delivery.
    Held {
        /// The scan; absent if it cannot be read.
        scan: Option<Digest>,
        /// The page, from 0; `None` for the whole scan.
        index: Option<u32>,
        /// Why.
        fault: Fault,
    },
    /// A document stands at the target.
    DocumentDelivered {
        /// With so many pages.
        pages: u32,
    },
    /// All documents of a batch stand at the target, and its page count balances.
    BatchDelivered,
    /// The machine is at fault: the line begins nothing new until that is mended, and looks every few seconds.
    Paused {
        /// What a person has to mend.
        trouble: Trouble,
    },
    /// All is mended, the line goes on.
    Resumed {
        /// Time since the first fault.
        after: Duration,
    },
    /// What a watch folder holds that is not complete yet; told when it changes.
    Waiting {
        /// Its position in [`Pipeline::watch`].
        station: usize,
        /// Files.
        files: u64,
    },
    /// Complete files were taken from a watch folder.
    Claimed {
        /// Its position in [`Pipeline::watch`].
        station: usize,
        /// Files.
        files: u64,
    },
    /// How much waits where; told when it changes, about once a second.
    Queue(Queue),
    /// A watch folder cannot be reached, or can again.
    Away {
        /// Its position in [`Pipeline::watch`].
        station: usize,
        /// It cannot.
        away: bool,
    },
    /// What other lines claimed in a watch folder more than a day ago and did not deliver; told when it changes.
    Abandoned {
        /// The watch folder's position in [`Pipeline::watch`].
        station: usize,
        /// By which lines; empty if there is nothing of the kind any more.
        by: Vec<Abandoned>,
    },
    /// An original was kept as long as the pipeline says, and is removed now.
    OriginalRemoved {
        /// The watch folder's position in [`Pipeline::watch`].
        station: usize,
        /// The scan.
        scan: Digest,
    },
    /// Somebody told the line to begin nothing new, or to go on.
    Halted {
        /// Nothing new is begun.
        on: bool,
    },
}

/// What waits at each stage of the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Scans at hand that are not opened yet.
    pub unopened: u64,
    /// Pages at hand that no worker has yet.
    pub pages: u64,
    /// Pages and scans at workers.
    pub in_work: u64,
    /// Batches that wait for their documents to be written.
    pub finishing: u64,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Backlog {
    /// How.
    pub pipeline: Pipeline,
    /// Folders of scans, or single scans.
    pub inputs: Vec<PathBuf>,
    /// The folder target.
    pub output: PathBuf,
    /// Where the ledger and the store are.
    pub state_dir: PathBuf,
}

/// Something held, for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldItem {
    /// The file or folder.
    pub path: PathBuf,
    /// The page, from 0; `None` for the whole file.
    pub index: Option<u32>,
    /// Why.
    pub fault: Fault,
}

/// Where everything is that the state folder knows of, this run's and earlier runs' alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files received.
    pub scans: u64,
    /// Files held as a whole, and files and folders that could not be looked at.
    pub scans_held: u64,
    /// Files whose bytes were received before: left out, and named in their case's account.
    pub duplicates_skipped: u64,
    /// The same, with the documents that hold their pages.
    pub duplicates_linked: u64,
    /// Pages of all opened scans but duplicates. If the run came to its end, the next four add up to it.
    pub pages_received: u64,
    /// In documents at the target.
    pub pages_delivered: u64,
    /// Blank, left out, recorded.
    pub blanks_recorded: u64,
    /// Separator sheets, recorded.
    pub separators_recorded: u64,
    /// Held.
    pub pages_held: u64,
    /// Of these, given up by a person.
    pub pages_discarded: u64,
    /// Of `scans_held`, given up by a person.
    pub scans_discarded: u64,
    /// Documents at the target.
    pub documents: u64,
    /// Cases with such documents.
    pub cases: u64,
    /// What is held and waits for a person, at most 1,000 things.
    pub held: Vec<HeldItem>,
    /// Files in the inputs that are no scans by their ending, counted by ending (lower case, without the dot; empty:
    /// none). Nobody touches them. Known only if the inputs were walked to their ends.
    pub left_lying: BTreeMap<String, u64>,
    /// Pages that this run processed.
    pub pages_processed_now: u64,
    /// The run was told to stop before its end.
    pub stopped: bool,
}

/// Works a backlog off, to its end or until told to stop; then pages in work are finished and committed. Run again, it
/// goes on where it was and does nothing twice.
///
/// `workers` are a pool's. On an error they may still hold jobs: stop the pool.
///
/// # Errors
/// [`RunError`]: it could not start, or had to stop. Nothing is lost then; what was committed stays.
pub fn run(
    backlog: &Backlog,
    workers: Channels<'_>,
    events: &Sender<Event>,
    controls: &Controls,
) -> Result<Summary, RunError> {
    let inputs = distinct_inputs(backlog)?;
    start::line(&start::Start { backlog, workers, events, controls, inputs: &inputs, stations: &[], lookout: None })
}

/// Takes what the pipeline's watch folders get, until told to stop or to drain. `lookout` looks into files; see
/// [`crate::worker::scout`]. [`Backlog::inputs`] are of no meaning here.
///
/// # Errors
/// As [`run`].
pub fn watch(
    backlog: &Backlog,
    workers: Channels<'_>,
    lookout: Lookout<'_>,
    events: &Sender<Event>,
    controls: &Controls,
) -> Result<Summary, RunError> {
    let stations = &backlog.pipeline.watch;
    let mut inputs: Vec<PathBuf> = Vec::with_capacity(stations.len());
    for StationRules { folder, .. } in stations {
        let input = |source| RunError::Input { path: folder.clone(), source };
        let real = folder.canonicalize().map_err(input)?;
        // The pipeline file compares what is written there; links lead elsewhere.
        expect_apart(&inputs, &real)?;
        inputs.push(real);
    }
    start::line(&start::Start { backlog, workers, events, controls, inputs: &inputs, stations, lookout: Some(lookout) })
}

/// The inputs by their real paths. None may lie in another: its scans would be received twice.
fn distinct_inputs(backlog: &Backlog) -> Result<Vec<PathBuf>, RunError> {
    let mut inputs: Vec<PathBuf> = Vec::with_capacity(backlog.inputs.len());
    for input in &backlog.inputs {
        // Lists the top folder, so that a missing or closed one is told before any work.
        intake::batches(input, &backlog.pipeline.intake)?;
        let real = input.canonicalize().map_err(|source| RunError::Input { path: input.clone(), source })?;
        if inputs.contains(&real) {
            continue;
        }
        expect_apart(&inputs, &real)?;
        inputs.push(real);
    }
    Ok(inputs)
}

/// None of the inputs may lie in another.
fn expect_apart(inputs: &[PathBuf], real: &Path) -> Result<(), RunError> {
    match inputs.iter().find(|other| other.starts_with(real) || real.starts_with(other)) {
        Some(other) => Err(RunError::InputsOverlap { one: other.clone(), other: real.to_owned() }),
        None => Ok(()),
    }
}
