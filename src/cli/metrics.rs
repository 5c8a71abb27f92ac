//! What the line tells Prometheus: counts and times, never a name of a file or a case.
//!
//! In: events of the line; at each scrape, the ledger and the disks. Out: OpenMetrics text. Counters begin at the start of the
//! process, and go on when a new definition is taken. [`endpoint`] is where they are asked for.

pub(super) mod endpoint;
mod standing;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::dispatch::{Backlog, Event, Queue};
use crate::pipeline::Pipeline;
use standing::{Folders, Standing};

/// Upper bounds of the classes of a page's time, seconds: a page takes some 0.3 s, a page at its limit 120.
const PAGE_SECONDS: [f64; 11] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0, 5.0, 20.0, 120.0];

/// How the line is, for whoever watches over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It works, or waits for files.
    Moving = 0,
    /// It waits for a person to mend the machine.
    Paused = 1,
    /// Its loop does not turn.
    Stuck = 2,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StationLabel {
    station: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabel {
    stage: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkerLabel {
    worker: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    by: &'static str,
}

/// All numbers, for the desk that notes them and the endpoint that tells them.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    pages_processed: Counter,
    documents_delivered: Counter,
    page_seconds: Histogram,
    worker_busy: Family<WorkerLabel, Counter<f64, AtomicU64>>,
    queue: Family<StageLabel, Gauge>,
    waiting: Family<StationLabel, Gauge>,
    claimed: Family<StationLabel, Counter>,
    away: Family<StationLabel, Gauge>,
    paused: Family<ReasonLabel, Gauge>,
    folders: Arc<Folders>,
    health: AtomicU8,
}

impl Metrics {
    /// With nothing noted yet. `line` is the pipeline's name: several lines may answer one Prometheus.
    pub(super) fn new(line: &str) -> Self {
        let label = (Cow::Borrowed("line"), Cow::Owned(line.to_owned()));
        let mut registry = Registry::with_prefix_and_labels("scanstrasse", [label].into_iter());
        let page_seconds = Histogram::new(PAGE_SECONDS);
        let (pages_processed, documents_delivered) = (Counter::default(), Counter::default());
        let (worker_busy, queue, paused) = (Family::default(), Family::default(), Family::default());
        let (waiting, claimed, away) = (Family::default(), Family::default(), Family::default());
        let folders = Arc::new(Folders::default());
        // The library adds `_total` to counters, and the full stop to each help.
        registry.register("pages_processed", "Pages that workers have processed", pages_processed.clone());
        registry.register("documents_delivered", "Documents that stand at the target", documents_delivered.clone());
        registry.register("page_seconds", "Time of a worker for a page, in seconds", page_seconds.clone());
        registry.register("worker_busy_seconds", "Time that a worker was at pages, in seconds", worker_busy.clone());
        registry.register("queue", "What is at hand, by stage", queue.clone());
        registry.register("files_waiting", "Files in a watch folder that are not complete yet", waiting.clone());
        registry.register("files_claimed", "Complete files that were taken from a watch folder", claimed.clone());
        registry.register("station_away", "1 while a watch folder cannot be reached", away.clone());
        registry.register("paused", "1 while nothing new is begun, by whom: machine or person", paused.clone());
        registry.register_collector(Box::new(Standing::new(folders.clone())));
        let health = AtomicU8::new(Health::Moving as u8);
        Self {
            registry,
            pages_processed,
            documents_delivered,
            page_seconds,
            worker_busy,
            queue,
            waiting,
            claimed,
            away,
            paused,
            folders,
            health,
        }
    }

    /// A line begins. Every label that it can have is there from the beginning, at zero.
    pub(super) fn begin(&self, backlog: &Backlog, workers: usize) {
        let Backlog { pipeline, output, state_dir, .. } = backlog;
        self.folders.set(state_dir, output);
        for worker in 0..workers as u64 {
            drop(self.worker_busy.get_or_create(&WorkerLabel { worker }));
        }
        self.waiting.clear();
        self.away.clear();
        for station in &pipeline.watch {
            let label = StationLabel { station: station.name.clone() };
            self.waiting.get_or_create(&label).set(0);
            self.away.get_or_create(&label).set(0);
            drop(self.claimed.get_or_create(&label));
        }
        self.set_queue(Queue::default());
        for by in ["machine", "person"] {
            self.set_paused(by, false);
        }
    }

    /// Notes an event of a line of `pipeline`.
    pub(super) fn note(&self, event: &Event, pipeline: &Pipeline) {
        let label = |station: &usize| {
            pipeline.watch.get(*station).map(|station| StationLabel { station: station.name.clone() })
        };
        match event {
            Event::PageProcessed { worker, elapsed, .. } => {
                let (label, seconds) = (WorkerLabel { worker: *worker as u64 }, elapsed.as_secs_f64());
                self.pages_processed.inc();
                self.page_seconds.observe(seconds);
                self.worker_busy.get_or_create(&label).inc_by(seconds);
            }
            Event::DocumentDelivered { .. } => {
                self.documents_delivered.inc();
            }
            Event::Queue(queue) => self.set_queue(*queue),
            Event::Waiting { station, files } => {
                let files = i64::try_from(*files).unwrap_or(i64::MAX);
                if let Some(label) = label(station) {
                    self.waiting.get_or_create(&label).set(files);
                }
            }
            Event::Claimed { station, files } => {
                if let Some(label) = label(station) {
                    self.claimed.get_or_create(&label).inc_by(*files);
                }
            }
            Event::Away { station, away } => {
                if let Some(label) = label(station) {
                    self.away.get_or_create(&label).set(i64::from(*away));
                }
            }
            Event::Paused { .. } => self.set_paused("machine", true),
            Event::Resumed { .. } => self.set_paused("machine", false),
            Event::Halted { on } => self.set_paused("person", *on),
            Event::BacklogCounted { .. }
            | Event::BatchDelivered
            | Event::Duplicate { .. }
            | Event::Held { .. }
            | Event::IntakeFinished { .. }
            | Event::Abandoned { .. }
            | Event::OriginalRemoved { .. }
            | Event::PageStarted { .. }
            | Event::ScanOpened { .. }
            | Event::ScanReceived { .. } => {}
        }
    }

    /// Notes how the line is.
    pub(super) fn set_health(&self, health: Health) {
        self.health.store(health as u8, Ordering::Relaxed);
    }

    fn health(&self) -> Health {
        match self.health.load(Ordering::Relaxed) {
            0 => Health::Moving,
            1 => Health::Paused,
            _ => Health::Stuck,
        }
    }

    /// All numbers as OpenMetrics text.
    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }

    fn set_queue(&self, queue: Queue) {
        let Queue { unopened, pages, in_work, finishing } = queue;
        for (stage, count) in [("unopened", unopened), ("pages", pages), ("in_work", in_work), ("finishing", finishing)]
        {
            self.queue.get_or_create(&StageLabel { stage }).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    fn set_paused(&self, by: &'static str, on: bool) {
        self.paused.get_or_create(&ReasonLabel { by }).set(i64::from(on));
    }
}
