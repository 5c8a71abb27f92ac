//! How a line stands: a pure fold of what happens on it.
//!
//! In: events of dispatch, what the workers are at, what was looked up beside it, and the time of each. Out: a [`View`]. Knows
//! no terminal and no file.

mod disk;
mod pace;
#[cfg(test)]
mod tests;
mod view;

#[cfg(test)]
pub(super) use view::Left;
pub(super) use view::{DiskView, HeldView, Phase, StationView, View, WorkerView};
use view::{Progressed, QueueView, Tally};

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use crate::dispatch::{Event, Queue, Trouble};
use crate::ledger::SoFar;
use crate::worker::{Activity, Doing};
use disk::Disk;
use pace::Pace;

/// Newest held things that are told.
pub(super) const HELD_TOLD: usize = 5;

/// A moment by the clocks that a board needs: one that only goes on, one for labels, and the day in the local zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    pub(super) time: Timestamp,
    pub(super) day: Date,
}

impl Moment {
    pub(super) fn now() -> Self {
        let zoned = Zoned::now();
        Self { instant: Instant::now(), time: zoned.timestamp(), day: zoned.date() }
    }
}

/// What is known of a line before it begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    /// `line.name` of the pipeline.
    pub(super) line: String,
    /// Names of the watch folders.
    pub(super) stations: Vec<String>,
    /// More files may come at any time.
    pub(super) watches: bool,
    /// What earlier runs did.
    pub(super) so_far: SoFar,
}

/// What the line was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) paused: bool,
    pub(super) draining: bool,
    pub(super) stopping: bool,
}

/// What was looked up beside the line: disks and what waits for a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Survey {
    pub(super) free_state: Option<u64>,
    pub(super) free_output: Option<u64>,
    /// How much waits for a person, and the newest of it; `None` if the ledger could not be asked.
    pub(super) held: Option<(u64, Vec<HeldView>)>,
}

/// A watch folder.
#[derive(Debug, Default)]
struct Station {
    name: String,
    today: u64,
    run: u64,
    waiting: u64,
    /// It cannot be reached.
    away: bool,
    /// Files that other lines left in it.
    abandoned: u64,
    last: Option<Timestamp>,
    /// When how many were taken, in the last hour.
    hour: VecDeque<(Instant, u64)>,
}

/// A fold of what happens on a line.
#[derive(Debug)]
pub(super) struct Board {
    line: String,
    watches: bool,
    started: Timestamp,
    day: Date,
    phase: Phase,
    since: Timestamp,
    orders: Orders,
    halted: bool,
    trouble: Option<Trouble>,
    begun: bool,
    pages: Tally,
    documents: Tally,
    batches: u64,
    /// Scans of the whole backlog, once they were counted.
    scans: Option<u64>,
    received: u64,
    opened: u64,
    pages_known: u64,
    pages_earlier: u64,
    pages_in_work: u64,
    pace: Pace,
    activity: Vec<Activity>,
    pages_of_workers: Vec<u64>,
    stations: Vec<Station>,
    queue: Option<Queue>,
    held: u64,
    held_run: u64,
    held_newest: VecDeque<HeldView>,
    disk_state: Disk,
    disk_output: Disk,
}

/// Over so long the inflow of a station is counted.
const HOUR: Duration = Duration::from_secs(3600);

/// What came within so long is counted as one.
const MINUTE: Duration = Duration::from_secs(60);

impl Board {
    /// Of a line that begins now.
    pub(super) fn new(setup: Setup, at: Moment) -> Self {
        let Setup { line, stations, watches, so_far } = setup;
        Self {
            line,
            watches,
            started: at.time,
            day: at.day,
            phase: Phase::Starting,
            since: at.time,
            orders: Orders::default(),
            halted: false,
            trouble: None,
            begun: false,
            pages: Tally { today: so_far.pages_since, run: 0, in_all: so_far.pages },
            documents: Tally { today: so_far.documents_since, run: 0, in_all: so_far.documents },
            batches: 0,
            scans: None,
            received: 0,
            opened: 0,
            pages_known: 0,
            pages_earlier: 0,
            pages_in_work: 0,
            pace: Pace::new(),
            activity: Vec::new(),
            pages_of_workers: Vec::new(),
            stations: stations.into_iter().map(|name| Station { name, ..Station::default() }).collect(),
            queue: None,
            held: 0,
            held_run: 0,
            held_newest: VecDeque::new(),
            disk_state: Disk::default(),
            disk_output: Disk::default(),
        }
    }

    /// Something happened.
    pub(super) fn note(&mut self, event: &Event, at: Moment) {
        self.turn_day(at);
        self.begun = true;
        match event {
            Event::BacklogCounted { scans, .. } => self.scans = Some(*scans),
            Event::IntakeFinished { scans } => self.scans = Some(*scans),
            Event::ScanReceived { .. } => self.received += 1,
            Event::ScanOpened { pages, done, .. } => {
                self.opened += 1;
                self.pages_known += u64::from(*pages);
                self.pages_earlier += u64::from(*done);
            }
            Event::Duplicate { pages: 0, .. } => self.opened += 1,
            Event::Duplicate { .. } => {}
            Event::PageStarted { .. } => self.pages_in_work += 1,
            Event::PageProcessed { worker, .. } => {
                self.page_done();
                if self.pages_of_workers.len() <= *worker {
                    self.pages_of_workers.resize(worker + 1, 0);
                }
                if let Some(pages) = self.pages_of_workers.get_mut(*worker) {
                    *pages += 1;
                }
            }
            Event::Held { index, fault, .. } => {
                self.held += 1;
                self.held_run += 1;
                self.held_newest.push_front(HeldView { kind: fault.kind, stage: fault.stage, at: at.time });
                self.held_newest.truncate(HELD_TOLD);
                match index {
                    Some(_) => self.page_done(),
                    None => self.opened += 1,
                }
            }
            Event::DocumentDelivered { .. } => add_one(&mut self.documents),
            Event::BatchDelivered => self.batches += 1,
            Event::Paused { trouble } => self.trouble = Some(*trouble),
            Event::Resumed { .. } => self.trouble = None,
            Event::Waiting { station, files } => {
                if let Some(station) = self.stations.get_mut(*station) {
                    station.waiting = *files;
                }
            }
            Event::Claimed { station, files } => {
                if let Some(station) = self.stations.get_mut(*station) {
                    station.today += files;
                    station.run += files;
                    station.last = Some(at.time);
                    match station.hour.back_mut() {
                        // A minute's claims are one: a busy station makes tens of thousands an hour.
                        Some((since, count)) if at.instant.saturating_duration_since(*since) < MINUTE => {
                            *count += files
                        }
                        _ => station.hour.push_back((at.instant, *files)),
                    }
                }
            }
            Event::Away { station, away } => {
                if let Some(station) = self.stations.get_mut(*station) {
                    station.away = *away;
                }
            }
            Event::Abandoned { station, by } => {
                if let Some(station) = self.stations.get_mut(*station) {
                    station.abandoned = by.iter().map(|one| one.files).sum();
                }
            }
            Event::OriginalRemoved { .. } => {}
            Event::Queue(queue) => self.queue = Some(*queue),
            Event::Halted { on } => self.halted = *on,
        }
        self.settle(at);
    }

    /// Time goes on; what the line was told, and what its workers are at.
    pub(super) fn tick(&mut self, at: Moment, orders: Orders, activity: Vec<Activity>) {
        self.turn_day(at);
        self.orders = orders;
        self.activity = activity;
        self.pace.tick(at.instant, matches!(self.phase, Phase::AtWork | Phase::Draining));
        self.settle(at);
    }

    /// What was looked up beside the line.
    pub(super) fn survey(&mut self, survey: &Survey, at: Moment) {
        self.disk_state.note(survey.free_state, at.instant);
        self.disk_output.note(survey.free_output, at.instant);
        if let Some((held, newest)) = &survey.held {
            self.held = *held;
            self.held_newest = newest.iter().take(HELD_TOLD).copied().collect();
        }
    }

    /// What the line is at.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// How it stands now.
    pub(super) fn view(&self, at: Moment) -> View {
        let progress = self.progress();
        View {
            at: at.time,
            line: self.line.clone(),
            process: std::process::id(),
            started: self.started,
            phase: self.phase,
            since: self.since,
            trouble: self.trouble,
            pages: self.pages,
            documents: self.documents,
            batches: self.batches,
            progress,
            pages_per_minute: self.pace.now(at.instant),
            pages_per_minute_mean: self.pace.mean(),
            left: self.pace.left(progress.all.saturating_sub(progress.done)),
            workers: self.workers(at),
            stations: self.stations.iter().map(|station| station.view(at)).collect(),
            queue: self.queue(),
            held: self.held,
            held_run: self.held_run,
            held_newest: self.held_newest.iter().copied().collect(),
            disk_state: self.disk_state.view(at.instant),
            disk_output: self.disk_output.view(at.instant),
        }
    }

    fn page_done(&mut self) {
        self.pages_in_work = self.pages_in_work.saturating_sub(1);
        add_one(&mut self.pages);
        self.pace.count();
    }

    /// What counts for today begins anew at midnight.
    fn turn_day(&mut self, at: Moment) {
        if self.day != at.day {
            self.day = at.day;
            self.pages.today = 0;
            self.documents.today = 0;
            self.stations.iter_mut().for_each(|station| station.today = 0);
        }
    }

    fn settle(&mut self, at: Moment) {
        let phase = match () {
            () if self.orders.stopping => Phase::Stopping,
            () if self.trouble.is_some() => Phase::Troubled,
            () if self.halted || self.orders.paused => Phase::Paused,
            () if self.orders.draining => Phase::Draining,
            () if self.watches && self.is_idle() => Phase::Waiting,
            () if !self.begun => Phase::Starting,
            () => Phase::AtWork,
        };
        if phase != self.phase {
            (self.phase, self.since) = (phase, at.time);
        }
        for station in &mut self.stations {
            let old = |(taken, _): &(Instant, u64)| at.instant.saturating_duration_since(*taken) >= HOUR;
            while station.hour.front().is_some_and(old) {
                station.hour.pop_front();
            }
        }
    }

    /// Whether nothing that came is left to do.
    fn is_idle(&self) -> bool {
        let QueueView { unopened, pages, in_work, finishing } = self.queue();
        let progress = self.progress();
        unopened + pages + in_work + finishing == 0 && progress.done >= progress.all
    }

    fn progress(&self) -> Progressed {
        let scans = self.scans.unwrap_or(self.received).max(self.opened);
        let done = self.pages_earlier + self.pages.run;
        let all = match self.opened {
            0 => scans,
            opened if opened == scans => self.pages_known,
            opened => (self.pages_known as f64 * scans as f64 / opened as f64).round() as u64,
        };
        // A page can be held after it was done, and a page tried again is done twice.
        Progressed { done: done.min(all), all, sure: scans == self.opened && self.opened > 0 }
    }

    /// As told, else as far as the other events say.
    fn queue(&self) -> QueueView {
        match self.queue {
            Some(Queue { unopened, pages, in_work, finishing }) => QueueView { unopened, pages, in_work, finishing },
            None => {
                let busy = |activity: &&Activity| matches!(activity.doing, Doing::Opening | Doing::Page);
                let known = self.pages_known.saturating_sub(self.pages_earlier + self.pages.run);
                QueueView {
                    unopened: self.received.saturating_sub(self.opened),
                    pages: known.saturating_sub(self.pages_in_work),
                    in_work: self.activity.iter().filter(busy).count() as u64,
                    finishing: 0,
                }
            }
        }
    }

    fn workers(&self, at: Moment) -> Vec<WorkerView> {
        let pages = |worker: usize| self.pages_of_workers.get(worker).copied().unwrap_or_default();
        let view = |(worker, activity): (usize, &Activity)| WorkerView {
            doing: activity.doing,
            seconds: (at.instant.saturating_duration_since(activity.since).as_secs_f64() * 10.0).round() / 10.0,
            pages: pages(worker),
        };
        self.activity.iter().enumerate().map(view).collect()
    }
}

impl Station {
    fn view(&self, at: Moment) -> StationView {
        let within = |(taken, _): &&(Instant, u64)| at.instant.saturating_duration_since(*taken) < HOUR;
        StationView {
            name: self.name.clone(),
            today: self.today,
            run: self.run,
            waiting: self.waiting,
            away: self.away,
            abandoned: self.abandoned,
            last_hour: self.hour.iter().filter(within).map(|(_, files)| files).sum(),
            last: self.last,
        }
    }
}

fn add_one(tally: &mut Tally) {
    tally.today += 1;
    tally.run += 1;
    tally.in_all += 1;
}
