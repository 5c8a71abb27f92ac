//! The trust boundary: a child process of the same binary that alone parses foreign bytes.
//!
//! In: jobs as frames. Out: answers as frames, checked before anyone believes them. Knows no ledger.
//!
//! [`pool`] is the parent's side, [`child`] the worker's; [`frame`] is what travels between them and [`check`] is what
//! the parent demands of an answer. [`sandbox`] is what the worker locks itself into, [`watch`] and [`memory`] are how its
//! other limits are kept and told.

mod activity;
mod check;
pub mod child;
mod files;
mod frame;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod memory;
pub mod pool;
pub mod sandbox;
pub mod scout;
mod watch;

pub use activity::{Activities, Activity, Doing};
pub use check::check;
pub use memory::end_process_if_refused as end_process_if_out_of_memory;
pub use sandbox::Protection;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use serde::{Deserialize, Serialize};

use crate::intake::layouts::{Source, Wanted};
use crate::model::{Fault, FaultKind, Opening, PageRecord, Stage, Wholeness};
use crate::page::Recipe;

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Open the scan and count its pages.
    Open {
        /// The scan file.
        path: PathBuf,
    },
    /// Look whether a file that somebody may still be writing is complete.
    Check {
        /// The file.
        path: PathBuf,
    },
    /// Read the index file of a batch: which scans have to be there.
    Index {
        /// The file.
        path: PathBuf,
        /// Of which kind it is, by its name.
        source: Source,
    },
    /// Open the scan and look what its first pages are to somebody who counts a batch.
    Opening {
        /// The scan file.
        path: PathBuf,
        /// Whether the pages are looked at; else they are only counted.
        faces: bool,
    },
    /// Process one page.
    Page {
        /// The scan file.
        path: PathBuf,
        /// From 0.
        index: u32,
        /// Where the worker writes the picture if it is not a range of the scan. Must not exist yet.
        picture: PathBuf,
        /// Whether its text and its direction are read. Without, the record has no text: for a page whose picture must do.
        read: bool,
    },
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The scan has this many pages, at least one.
    Opened {
        /// Pages.
        pages: u32,
    },
    /// The file was looked at.
    Checked(Wholeness),
    /// The scans that the index file asks for, at least one and at most [`MAX_TOLD`]; `None`: it cannot be understood.
    ///
    /// [`MAX_TOLD`]: crate::intake::layouts::MAX_TOLD
    Indexed(Option<BTreeSet<Wanted>>),
    /// What the scan begins with.
    Began(Opening),
    /// The page's record; `record.image.stream` is `Stored` exactly if `picture` of the job was written.
    Processed {
        /// The record.
        record: Box<PageRecord>,
    },
}

/// A finished job, by the number under which it was submitted.
#[derive(Debug)]
pub struct Outcome {
    /// The number given with the job.
    pub ticket: u64,
    /// Which worker, from 0.
    pub worker: usize,
    /// What came of it. A crash or a missed deadline is a fault; the worker was replaced then.
    pub result: Result<Answer, Fault>,
    /// Time from start of the job to its end.
    pub elapsed: Duration,
}

/// The channels of a pool, as its user has them.
#[derive(Clone, Copy, Debug)]
pub struct Channels<'a> {
    /// Where jobs go, each with a number of the user's; full when every worker has enough to do.
    pub jobs: &'a Sender<(u64, Job)>,
    /// The same for jobs that go before all others: the next worker to be free takes one of these.
    pub urgent: &'a Sender<(u64, Job)>,
    /// Where their outcomes come, in the order in which they end. Ends when no worker is left.
    pub outcomes: &'a Receiver<Outcome>,
}

/// What a worker may spend.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerLimits {
    /// Wall time to open a scan.
    pub open_time: Duration,
    /// Wall time of one page.
    pub page_time: Duration,
    /// Processor time of one job, what earlier jobs took not counted.
    pub cpu_time: Duration,
    /// Address space of a worker, in bytes: all that it has mapped, whether used or not.
    pub memory_bytes: u64,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self {
            open_time: Duration::from_secs(60),
            page_time: Duration::from_secs(120),
            cpu_time: Duration::from_secs(90),
            memory_bytes: 4 << 30,
        }
    }
}

/// What a pool of workers is made of.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// Number of workers, at least 1.
    pub workers: usize,
    /// What they do with a page.
    pub recipe: Recipe,
    /// The model folder.
    pub models: PathBuf,
    /// What they may spend.
    pub limits: WorkerLimits,
}

/// The fault of an answer that does not belong to its job.
pub fn out_of_turn() -> Fault {
    Fault::new(Stage::Worker, FaultKind::Nonsense, "an answer out of turn")
}

/// Parent to child.
#[derive(Debug, Serialize, Deserialize)]
enum Order {
    /// The first frame: how pages are to be processed, and what may be spent.
    Begin { recipe: Box<Recipe>, models: PathBuf, memory_bytes: u64, file_bytes: u64 },
    /// Every further frame.
    Do(Task),
}

/// A [`Job`] as the worker sees it: the files come open with the frame, and it learns no name of any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Task {
    /// With the scan.
    Open,
    /// With the file.
    Check,
    /// With the index file.
    Index { source: Source },
    /// With the scan.
    Opening { faces: bool },
    /// With the scan, to read, and an empty file for the picture, to write.
    Page { index: u32, read: bool },
}

/// Child to parent, one for each order.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    /// Locked in, models are loaded, jobs may come.
    Ready(Protection),
    /// The job is done.
    Done(Answer),
    /// The job, or the beginning, failed.
    Failed(Fault),
}
