//! The trust boundary: a child process of the same binary that alone parses foreign bytes.
//!
//! In: jobs as frames. Out: answers as frames, checked before anyone believes them. Knows no ledger.
//!
//! [`pool`] is the parent's side, [`child`] the worker's; [`frame`] is what travels between them and [`check`] is what
//! the parent demands of an answer.

mod check;
pub mod child;
mod frame;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod pool;

pub use check::check;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Fault, FaultKind, PageRecord, Stage};
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

/// What a worker may spend.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerLimits {
    /// Wall time to open a scan.
    pub open_time: Duration,
    /// Wall time of one page.
    pub page_time: Duration,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self { open_time: Duration::from_secs(60), page_time: Duration::from_secs(120) }
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
    /// The first frame: how pages are to be processed.
    Begin { recipe: Box<Recipe>, models: PathBuf },
    /// Every further frame.
    Do(Job),
}

/// Child to parent, one for each order.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    /// Models are loaded, jobs may come.
    Ready,
    /// The job is done.
    Done(Answer),
    /// The job, or the beginning, failed.
    Failed(Fault),
}
