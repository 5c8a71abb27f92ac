//! How a line stands at one moment: plain data, for the screen, the live file, `status` and metrics. Holds no personal data:
//! no name, no path, no digest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dispatch::Trouble;
use crate::model::{FaultKind, Stage};
use crate::worker::Doing;

/// What a line is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::cli) enum Phase {
    /// Nothing has come from the line yet.
    Starting,
    /// It works.
    AtWork,
    /// All that came is done; it waits for files.
    Waiting,
    /// A person paused it.
    Paused,
    /// The machine is at fault: see `trouble`.
    Troubled,
    /// It takes nothing more, and ends when all is delivered.
    Draining,
    /// It ends with the pages in work.
    Stopping,
}

/// What is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Tally {
    /// Since local midnight. Of earlier runs only what stands at the target by then counts.
    pub today: u64,
    /// Since this run began.
    pub run: u64,
    /// Ever, with this state folder.
    pub in_all: u64,
}

/// How far this run is, in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Progressed {
    /// Pages of its files that are processed or held, by earlier runs too.
    pub done: u64,
    /// All pages; files that are not opened yet count by the mean of those that are.
    pub all: u64,
    /// `all` is counted, not estimated.
    pub sure: bool,
}

/// When what is known will be done; seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct Left {
    /// At the upper quartile of the rate over recent windows.
    pub early: f64,
    /// At its mean.
    pub likely: f64,
    /// At its lower quartile; `None` if that is nothing.
    pub late: Option<f64>,
}

/// A worker.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct WorkerView {
    /// What it does.
    pub doing: Doing,
    /// For so long, seconds.
    pub seconds: f64,
    /// Pages that it has processed in this run.
    pub pages: u64,
}

/// A watch folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct StationView {
    /// What the pipeline file calls it.
    pub name: String,
    /// Files taken since local midnight, by this run.
    pub today: u64,
    /// Files taken by this run.
    pub run: u64,
    /// Files in it that are not complete yet.
    pub waiting: u64,
    /// It cannot be reached.
    pub away: bool,
    /// Files that other lines claimed in it more than a day ago and did not deliver.
    #[serde(default)]
    pub abandoned: u64,
    /// Files taken in the last 60 minutes.
    pub last_hour: u64,
    /// When the last one was taken.
    pub last: Option<Timestamp>,
}

/// What waits at each stage; as [`crate::dispatch::Queue`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct QueueView {
    /// Scans to be opened.
    pub unopened: u64,
    /// Pages that no worker has yet.
    pub pages: u64,
    /// Pages and scans at workers.
    pub in_work: u64,
    /// Batches whose documents are to be delivered.
    pub finishing: u64,
}

/// Something held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct HeldView {
    /// Why.
    pub kind: FaultKind,
    /// Where in the line.
    pub stage: Stage,
    /// When.
    pub at: Timestamp,
}

/// The disk of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct DiskView {
    /// Bytes that this user can still write there.
    pub free_bytes: u64,
    /// Days until it is full, as it went these last hours; `None` if that is not known yet, or does not get less.
    pub days: Option<f64>,
    /// It was watched for long enough to say so.
    pub known: bool,
}

/// How a line stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct View {
    /// When this was so.
    pub at: Timestamp,
    /// `line.name` of the pipeline.
    pub line: String,
    /// The process.
    pub process: u32,
    /// When it began.
    pub started: Timestamp,
    /// What it is at.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// What a person has to mend.
    pub trouble: Option<Trouble>,
    /// Pages processed or held.
    pub pages: Tally,
    /// Documents delivered.
    pub documents: Tally,
    /// Batches delivered in this run.
    pub batches: u64,
    /// How far this run is.
    pub progress: Progressed,
    /// Over the last minute; `None` in the first seconds.
    pub pages_per_minute: Option<f64>,
    /// Over all the time at work in this run.
    pub pages_per_minute_mean: Option<f64>,
    /// `None`: nothing is left, or too little is known.
    pub left: Option<Left>,
    /// By number.
    pub workers: Vec<WorkerView>,
    /// As in the pipeline file.
    pub stations: Vec<StationView>,
    /// What waits where.
    pub queue: QueueView,
    /// Things that wait for a person.
    pub held: u64,
    /// Things held in this run.
    pub held_run: u64,
    /// The newest of what waits, the newest first.
    pub held_newest: Vec<HeldView>,
    /// The disk of the state folder.
    pub disk_state: Option<DiskView>,
    /// The disk of the output folder.
    pub disk_output: Option<DiskView>,
}
