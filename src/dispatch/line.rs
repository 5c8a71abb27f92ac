//! The scheduler: gives jobs to the workers, commits what comes back, and passes finished batches on.
//!
//! Outcomes gather for a moment and are committed together; only then are they told, and only then may a batch be
//! finished. What goes before what, the lanes know.

mod again;
mod excuse;
mod lane;
mod left_over;
mod reception;

pub(super) use lane::LaneSetup;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, bounded, never, select};

use super::finish::Finished;
use super::patience::{Episode, Patience};
use super::{Controls, Event, HeldItem, Queue, RunError, believe};
use crate::ledger::{BatchState, Change, Ledger, PageChange, PageKey, Store};
use crate::model::{Digest, DuplicateAction, Fault, FaultKind, Stage};
use crate::pipeline::HeldDocument;
use crate::worker::{Answer, Channels, Job, Outcome};
use lane::Lane;

/// Longest time that an outcome waits for others to be committed with.
const GROUP_TIME: Duration = Duration::from_millis(50);

/// Most changes in one transaction.
const GROUP_SIZE: usize = 64;

/// After so long without work, batches that wait for each other wait no longer.
const IDLE_TIME: Duration = Duration::from_secs(5);

/// Time between two tellings of the queue.
const QUEUE_INTERVAL: Duration = Duration::from_secs(1);

/// How often the stop flag is looked at while nothing happens.
const TICK: Duration = Duration::from_millis(50);

/// What a [`Line`] works with.
pub(super) struct Setup<'a> {
    pub(super) ledger: &'a mut Ledger,
    pub(super) store: &'a Store,
    pub(super) spool: PathBuf,
    pub(super) recipe: i64,
    pub(super) attempts: u32,
    pub(super) held: HeldDocument,
    pub(super) max_pages: u32,
    pub(super) inputs: &'a [PathBuf],
    pub(super) workers: Channels<'a>,
    pub(super) events: &'a Sender<Event>,
    pub(super) batches: Sender<i64>,
    pub(super) patience: &'a Patience<'a>,
    pub(super) duplicates: Option<DuplicateAction>,
    pub(super) controls: &'a Controls,
    /// Told while nothing is to be done: no batch that waits for another one's scans waits for what is still to come.
    pub(super) idle: &'a AtomicBool,
    /// It goes on until told to stop or to drain.
    pub(super) endless: bool,
}

/// What this run did, beyond what the ledger tells.
#[derive(Debug)]
pub(super) struct Worked {
    /// Pages processed.
    pub(super) processed: u64,
    /// Files and folders that could not be looked at.
    pub(super) troubles: Vec<HeldItem>,
    /// Files passed over because they are no scans, counted by ending; none unless `walked`.
    pub(super) left_lying: BTreeMap<String, u64>,
    /// The inputs were walked to their ends.
    pub(super) walked: bool,
}

/// A scan at hand.
#[derive(Debug)]
struct Scan {
    id: i64,
    batch: i64,
    path: PathBuf,
    len: u64,
    digest: Digest,
    /// Pages that go on without their text, with the fault for which they were held.
    released: BTreeMap<u32, Fault>,
}

/// Work for a worker.
#[derive(Clone, Debug)]
struct Task {
    scan: Arc<Scan>,
    /// A page, or the whole scan to be opened.
    page: Option<u32>,
    /// From 1.
    attempt: u32,
    /// Its text is not read, for this fault.
    unread: Option<Fault>,
    /// Tries that were not counted as attempts: the machine was at fault.
    excuses: u32,
}

/// Work at a worker.
#[derive(Debug)]
struct Flight {
    task: Task,
    picture: PathBuf,
}

/// What is left of a batch before it can be finished.
#[derive(Debug)]
struct Open {
    case: i64,
    /// The lane of its pages.
    lane: usize,
    /// Scans to be opened and pages to be processed.
    left: u64,
    /// No more scans will come.
    closed: bool,
    /// Scans whose work was given out here.
    at_hand: HashSet<i64>,
}

/// Outcomes that wait for their commit.
#[derive(Debug, Default)]
struct Group {
    changes: Vec<Change>,
    /// To be told afterwards.
    events: Vec<Event>,
    /// Batches of which one thing each is done afterwards.
    settled: Vec<i64>,
    /// Scans whose pages are known afterwards.
    opened: Vec<(Arc<Scan>, u32)>,
    begun: Option<Instant>,
}

/// The scheduler's state.
pub(super) struct Line<'a> {
    setup: Setup<'a>,
    lanes: Vec<Lane>,
    /// The lane whose turn is next.
    turn: usize,
    again: VecDeque<Task>,
    flights: HashMap<u64, Flight>,
    next_ticket: u64,
    open: HashMap<i64, Open>,
    /// The open batches of each case, in order: so its documents get their numbers in the order of intake, whichever
    /// page is done first.
    queues: HashMap<i64, VecDeque<i64>>,
    /// Batches that the finisher has or had.
    passed_on: HashSet<i64>,
    group: Group,
    scans: u64,
    processed: u64,
    troubles: Vec<HeldItem>,
    left_lying: BTreeMap<String, u64>,
    walked: bool,
    /// Nothing new is begun.
    stopping: bool,
    /// The state folder has too little space.
    low_space: Option<Episode>,
    idle_since: Option<Instant>,
    /// The queue as it was told, when, and whether a person had halted the line then.
    told: (Queue, Instant, bool),
}

impl<'a> Line<'a> {
    pub(super) fn new(setup: Setup<'a>, lanes: Vec<LaneSetup>) -> Self {
        Self {
            setup,
            lanes: lanes.into_iter().map(Lane::from).collect(),
            turn: 0,
            again: VecDeque::new(),
            flights: HashMap::new(),
            next_ticket: 0,
            open: HashMap::new(),
            queues: HashMap::new(),
            passed_on: HashSet::new(),
            group: Group::default(),
            scans: 0,
            processed: 0,
            troubles: Vec::new(),
            left_lying: BTreeMap::new(),
            walked: false,
            stopping: false,
            low_space: None,
            idle_since: None,
            told: (Queue::default(), Instant::now(), false),
        }
    }

    /// Works until all is delivered, or until told to stop and the workers are done.
    pub(super) fn run(mut self, wake: &Receiver<()>, finished: &Receiver<Finished>) -> Result<Worked, RunError> {
        let result = self.work(wake, finished);
        if result.is_err() {
            self.await_workers();
        }
        result.map(|()| Worked {
            processed: self.processed,
            troubles: self.troubles,
            left_lying: self.left_lying,
            walked: self.walked,
        })
    }

    fn work(&mut self, wake: &Receiver<()>, finished: &Receiver<Finished>) -> Result<(), RunError> {
        // Documents that an interrupted run had numbered come first: nothing of them is left to process.
        let patience = self.setup.patience;
        for batch in patience.persist(|| Ok(self.setup.ledger.batches(BatchState::Assembled, None)?))? {
            self.pass_on(batch);
        }
        if self.setup.endless {
            self.find_left_over()?;
        }
        let mut finisher = Some(finished);
        // Stand in for channels that are of no interest in a turn: nothing ever comes or goes there.
        let (nowhere, _nobody) = bounded(0);
        let (no_outcomes, no_news) = (never(), never());
        let mut next: Option<(u64, Job, Flight)> = None;
        loop {
            self.setup.controls.beat();
            if self.setup.controls.is_stopping() {
                self.stopping = true;
                next = None;
                self.drop_waiting();
            } else if (next.is_none() || self.has_urgent()) && self.may_begin()? {
                self.send_urgent()?;
                next = next.or_else(|| self.next_job());
            }
            let halted = self.setup.controls.is_paused();
            let held_up = !self.stopping && (self.low_space.is_some() || patience.is_tried() || halted);
            let idle = next.is_none() && self.flights.is_empty();
            let overdue = self.group.begun.is_some_and(|begun| begun.elapsed() >= GROUP_TIME);
            if overdue || self.group.changes.len() >= GROUP_SIZE || (next.is_none() && self.group.begun.is_some()) {
                self.commit()?;
                continue;
            }
            let walking = self.is_walking();
            // A backlog is walked first: what the walk meets is nothing left over.
            if !self.stopping && (self.setup.endless || (idle && !walking && !held_up)) && self.take_left_over()? {
                continue;
            }
            if idle && !walking && !held_up {
                if !self.stopping && self.take_decided()? {
                    continue;
                }
                break;
            }
            let fed = self.take_from_feeds()?;
            self.note_idleness(idle && !fed);
            self.tell_queue(&next, halted)?;
            // A message that is not sent in this turn is lost, so a copy goes.
            let (jobs, message) = match &next {
                Some((ticket, job, _)) if !halted => (self.setup.workers.jobs, (*ticket, job.clone())),
                _ => (&nowhere, (0, Job::Open { path: PathBuf::new() })),
            };
            let pause = if fed { Duration::ZERO } else { TICK };
            select! {
                send(jobs, message) -> sent => {
                    sent.map_err(|_| RunError::NoWorkers)?;
                    if let Some((ticket, _, flight)) = next.take() {
                        self.begin(ticket, flight);
                    }
                }
                recv(if self.flights.is_empty() { &no_outcomes } else { self.setup.workers.outcomes }) -> outcome => {
                    self.settle(outcome.map_err(|_| RunError::NoWorkers)?)?;
                }
                // Whoever wakes the line has sent something to a lane.
                recv(wake) -> _ => {}
                recv(finisher.unwrap_or(&no_news)) -> message => match message {
                    Ok(message) => self.finished(message)?,
                    Err(_) if self.setup.controls.is_stopping() => finisher = None,
                    Err(_) => return Err(RunError::NoFinisher),
                },
                default(pause) => {}
            }
        }
        self.expect_no_trouble()?;
        self.await_finisher(finished)
    }

    /// A line without end is idle when nothing has been at hand for a while; a backlog ends instead.
    fn note_idleness(&mut self, idle: bool) {
        let idle = self.setup.endless && idle && self.lanes.iter().all(Lane::is_empty);
        let since = *self.idle_since.get_or_insert_with(Instant::now);
        self.idle_since = idle.then_some(since);
        self.setup.idle.store(idle && since.elapsed() >= IDLE_TIME, Ordering::SeqCst);
    }

    /// One message from each feed whose lane is hungry. `false` if there was none.
    fn take_from_feeds(&mut self) -> Result<bool, RunError> {
        let mut any = false;
        for index in 0..self.lanes.len() {
            let Some(lane) = self.lanes.get_mut(index).filter(|lane| lane.is_hungry()) else { continue };
            match lane.found.try_recv() {
                Ok(found) => {
                    any = true;
                    self.receive(index, found)?;
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) if !lane.walking || self.setup.controls.is_stopping() => {}
                Err(TryRecvError::Disconnected) => return Err(RunError::NoIntake),
            }
        }
        Ok(any)
    }

    /// Gives urgent work to the workers, as much as they take.
    fn send_urgent(&mut self) -> Result<(), RunError> {
        while !self.setup.controls.is_paused() && !self.setup.workers.urgent.is_full() {
            let Some(task) = self.next_urgent() else { break };
            let (ticket, job, flight) = self.flight(task);
            match self.setup.workers.urgent.try_send((ticket, job)) {
                Ok(()) => self.begin(ticket, flight),
                Err(TrySendError::Full(_)) => self.again.push_front(flight.task),
                Err(TrySendError::Disconnected(_)) => return Err(RunError::NoWorkers),
            }
        }
        Ok(())
    }

    /// Tells how much waits where, about once a second, and takes up what people decided meanwhile.
    fn tell_queue(&mut self, next: &Option<(u64, Job, Flight)>, halted: bool) -> Result<(), RunError> {
        let (told, at, was_halted) = self.told;
        if halted != was_halted {
            self.tell(Event::Halted { on: halted });
            self.told.2 = halted;
        }
        if at.elapsed() < QUEUE_INTERVAL {
            return Ok(());
        }
        let sum = |count: fn(&Lane) -> usize| self.lanes.iter().map(count).sum::<usize>() as u64;
        let queue = Queue {
            unopened: sum(|lane| lane.unopened.len()),
            pages: sum(|lane| lane.pages.iter().map(|(_, pages)| pages.len()).sum()) + u64::from(next.is_some()),
            in_work: self.flights.len() as u64,
            finishing: self.passed_on.len() as u64,
        };
        if queue != told {
            self.tell(Event::Queue(queue));
        }
        self.told = (queue, Instant::now(), halted);
        if self.setup.endless && !self.stopping {
            self.take_decided()?;
        }
        Ok(())
    }

    /// The next job, and its flight for when it was sent.
    fn next_job(&mut self) -> Option<(u64, Job, Flight)> {
        let task = self.next_task()?;
        Some(self.flight(task))
    }

    fn flight(&mut self, task: Task) -> (u64, Job, Flight) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let picture = self.setup.spool.join(ticket.to_string());
        let path = task.scan.path.clone();
        let job = match task.page {
            None => Job::Open { path },
            Some(index) => Job::Page { path, index, picture: picture.clone(), read: task.unread.is_none() },
        };
        (ticket, job, Flight { task, picture })
    }

    fn begin(&mut self, ticket: u64, flight: Flight) {
        if let Task { scan, page: Some(index), attempt: 1, excuses: 0, .. } = &flight.task {
            self.tell(Event::PageStarted { scan: scan.digest, index: *index });
        }
        self.flights.insert(ticket, flight);
    }

    /// Takes a worker's outcome into the group, or gives the work out again.
    fn settle(&mut self, outcome: Outcome) -> Result<(), RunError> {
        let Some(Flight { task, picture }) = self.flights.remove(&outcome.ticket) else {
            // Not ours: left in the channel by an earlier run of this pool.
            return Ok(());
        };
        let believed = match (outcome.result, task.page) {
            (Ok(Answer::Opened { pages }), None) => {
                believe::opened(pages, self.setup.max_pages).map(|()| Change::Opened { scan: task.scan.id, pages })
            }
            (Ok(Answer::Processed { record }), Some(index)) => {
                match believe::page(&record, task.scan.len, &picture, self.setup.store) {
                    Ok(believed) => believed.map(|mut done| {
                        done.unread = task.unread.clone();
                        let page = PageKey { scan: task.scan.id, index };
                        Change::Page { page, change: PageChange::Processed(Box::new(done)) }
                    }),
                    Err(error) => return self.excuse(task, &picture, error),
                }
            }
            (Ok(_), _) => Err(Fault::new(Stage::Worker, FaultKind::Nonsense, "the worker answered another question")),
            (Err(fault), _) => Err(fault),
        };
        let (scan, page) = (&task.scan, task.page);
        match believed {
            Ok(change) => {
                match (&change, page) {
                    (Change::Opened { pages, .. }, _) => self.group.opened.push((scan.clone(), *pages)),
                    (_, Some(index)) => {
                        self.processed += 1;
                        let (worker, elapsed) = (outcome.worker, outcome.elapsed);
                        self.group.events.push(Event::PageProcessed { worker, scan: scan.digest, index, elapsed });
                        self.group.settled.push(scan.batch);
                    }
                    (_, None) => {}
                }
                self.group.changes.push(change);
            }
            Err(fault) => {
                if let Some(error) = self.machine_at_fault(&task, fault.kind) {
                    return self.excuse(task, &picture, error);
                }
                // What the worker may have left; none is the usual case.
                let _ = fs::remove_file(&picture);
                if fault.kind == FaultKind::Io && task.excuses < excuse::MAX_EXCUSES {
                    self.again.push_back(Task { excuses: task.excuses + 1, ..task });
                    return Ok(());
                }
                if let Some(next) = again::after(&task, &fault, self.setup.attempts, self.setup.held) {
                    self.again.push_back(next);
                    return Ok(());
                }
                self.hold(&task, fault);
            }
        }
        self.group.begun.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Puts a held page or scan into the group.
    fn hold(&mut self, task: &Task, fault: Fault) {
        let (scan, index, attempts) = (&task.scan, task.page, task.attempt);
        self.group.events.push(Event::Held { scan: Some(scan.digest), index, fault: fault.clone() });
        self.group.settled.push(scan.batch);
        self.group.changes.push(match index {
            None => Change::ScanHeld { scan: scan.id, fault, attempts },
            Some(index) => {
                Change::Page { page: PageKey { scan: scan.id, index }, change: PageChange::Held(fault, attempts) }
            }
        });
        self.group.begun.get_or_insert_with(Instant::now);
    }

    /// Commits the group, tells it, and passes batches on that are ready.
    fn commit(&mut self) -> Result<(), RunError> {
        let Group { changes, events, settled, opened, .. } = std::mem::take(&mut self.group);
        let patience = self.setup.patience;
        patience.persist(|| Ok(self.setup.ledger.commit(self.setup.recipe, &changes)?))?;
        events.into_iter().for_each(|event| self.tell(event));
        for (scan, pages) in opened {
            let left = patience.persist(|| Ok(self.setup.ledger.unprocessed(scan.id)?))?;
            let done = pages.saturating_sub(left.len() as u32);
            self.tell(Event::ScanOpened { scan: scan.digest, pages, done });
            self.adjust(scan.batch, left.len() as u64, 1);
            let lane = self.open.get(&scan.batch).map_or(0, |open| open.lane);
            if !self.stopping
                && let Some(lane) = self.lanes.get_mut(lane)
            {
                lane.pages.push_back((scan, left));
            }
        }
        for batch in settled {
            self.adjust(batch, 0, 1);
        }
        Ok(())
    }

    fn finished(&mut self, finished: Finished) -> Result<(), RunError> {
        match finished {
            Finished::Failed(error) => Err(error),
            Finished::Delivered(batch) => {
                self.passed_on.remove(&batch);
                Ok(())
            }
            Finished::Released(objects) => {
                // A picture adopted a moment ago may be one of these; once it is committed the ledger knows.
                if self.group.begun.is_some() {
                    self.commit()?;
                }
                let patience = self.setup.patience;
                patience.persist(|| {
                    for object in self.setup.ledger.unneeded(objects.iter().copied())? {
                        self.setup.store.remove(object)?;
                    }
                    Ok(())
                })
            }
        }
    }

    /// No more batches will come; waits for the last to be delivered.
    fn await_finisher(&mut self, finished: &Receiver<Finished>) -> Result<(), RunError> {
        let (nobody, _) = bounded(0);
        drop(std::mem::replace(&mut self.setup.batches, nobody));
        while let Ok(message) = finished.recv() {
            self.finished(message)?;
        }
        Ok(())
    }

    /// After an error: lets workers end what they are at (the pool sees to it that they do), so that none writes into
    /// the state folder afterwards.
    fn await_workers(&mut self) {
        while !self.flights.is_empty() {
            let Ok(outcome) = self.setup.workers.outcomes.recv() else { break };
            self.flights.remove(&outcome.ticket);
        }
    }

    fn tell(&self, event: Event) {
        // Whoever listened may have gone; the work goes on.
        let _ = self.setup.events.send(event);
    }
}
