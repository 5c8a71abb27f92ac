//! The scheduler: gives jobs to the workers, commits what comes back, and passes finished batches on.
//!
//! Pages go before new scans, and scans in the order of the walk, so that batches finish one after another. Outcomes
//! gather for a moment and are committed together; only then are they told, and only then may a batch be finished.

mod again;
mod excuse;
mod left_over;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select};

use super::feed::Found;
use super::finish::Finished;
use super::patience::{Episode, Patience};
use super::{Event, HeldItem, MAX_HELD_LISTED, RunError, believe};
use crate::deliver::names::{marked_name, portable_name};
use crate::ledger::{
    BatchState, CaseId, Change, FoundPlace, Ledger, PageChange, PageKey, PendingScan, Reception, Store,
};
use crate::model::{Digest, DuplicateAction, Fault, FaultKind, Stage};
use crate::pipeline::HeldDocument;
use crate::worker::{Answer, Job, Outcome};

/// Longest time that an outcome waits for others to be committed with.
const GROUP_TIME: Duration = Duration::from_millis(50);

/// Most changes in one transaction.
const GROUP_SIZE: usize = 64;

/// With so many scans at hand no more are taken from the feed.
const ENOUGH_SCANS: usize = 64;

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
    pub(super) jobs: &'a Sender<(u64, Job)>,
    pub(super) outcomes: &'a Receiver<Outcome>,
    pub(super) events: &'a Sender<Event>,
    pub(super) batches: Sender<i64>,
    pub(super) patience: &'a Patience<'a>,
    pub(super) duplicates: Option<DuplicateAction>,
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
    /// Scans to be opened and pages to be processed.
    left: u64,
    /// No more scans will come.
    closed: bool,
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
    unopened: VecDeque<Arc<Scan>>,
    pages: VecDeque<(Arc<Scan>, VecDeque<u32>)>,
    again: VecDeque<Task>,
    flights: HashMap<u64, Flight>,
    next_ticket: u64,
    open: HashMap<i64, Open>,
    /// The open batches of each case, in order: so its documents get their numbers in the order of intake, whichever
    /// page is done first.
    queues: HashMap<i64, VecDeque<i64>>,
    /// Batches that the finisher has or had.
    passed_on: HashSet<i64>,
    /// Batches of the folder that the feed is at.
    at_feed: HashSet<i64>,
    /// Scans with work left that the feed met in it.
    met: HashSet<i64>,
    /// Batches that the walk did not meet.
    left_over: VecDeque<i64>,
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
}

impl<'a> Line<'a> {
    pub(super) fn new(setup: Setup<'a>) -> Self {
        Self {
            setup,
            unopened: VecDeque::new(),
            pages: VecDeque::new(),
            again: VecDeque::new(),
            flights: HashMap::new(),
            next_ticket: 0,
            open: HashMap::new(),
            queues: HashMap::new(),
            passed_on: HashSet::new(),
            at_feed: HashSet::new(),
            met: HashSet::new(),
            left_over: VecDeque::new(),
            group: Group::default(),
            scans: 0,
            processed: 0,
            troubles: Vec::new(),
            left_lying: BTreeMap::new(),
            walked: false,
            stopping: false,
            low_space: None,
        }
    }

    /// Works until all is delivered, or until `stop` is set and the workers are done.
    pub(super) fn run(
        mut self,
        found: &Receiver<Found>,
        finished: &Receiver<Finished>,
        stop: &AtomicBool,
    ) -> Result<Worked, RunError> {
        let result = self.work(found, finished, stop);
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

    fn work(
        &mut self,
        found: &Receiver<Found>,
        finished: &Receiver<Finished>,
        stop: &AtomicBool,
    ) -> Result<(), RunError> {
        // Documents that an interrupted run had numbered come first: nothing of them is left to process.
        let patience = self.setup.patience;
        for batch in patience.persist(|| Ok(self.setup.ledger.batches(BatchState::Assembled, None)?))? {
            self.pass_on(batch);
        }
        let mut walking = true;
        let mut finisher = Some(finished);
        // Stand in for channels that are of no interest in a turn: nothing ever comes or goes there.
        let (nowhere, _nobody) = bounded(0);
        let (no_outcomes, no_files, no_news) = (never(), never(), never());
        let mut next: Option<(u64, Job, Flight)> = None;
        loop {
            if stop.load(Ordering::SeqCst) {
                self.stopping = true;
                walking = false;
                next = None;
                self.drop_waiting();
            } else if next.is_none() && self.may_begin()? {
                next = self.next_job();
            }
            let held_up = !self.stopping && (self.low_space.is_some() || patience.is_tried());
            let idle = next.is_none() && self.flights.is_empty();
            let overdue = self.group.begun.is_some_and(|begun| begun.elapsed() >= GROUP_TIME);
            if overdue || self.group.changes.len() >= GROUP_SIZE || (next.is_none() && self.group.begun.is_some()) {
                self.commit()?;
                continue;
            }
            if idle && !walking && !held_up {
                match self.left_over.pop_front() {
                    Some(batch) if !self.stopping => {
                        self.take_left_over(batch)?;
                        continue;
                    }
                    None if !self.stopping && self.take_decided()? => continue,
                    _ => break,
                }
            }
            let hungry = walking && self.unopened.len() + self.pages.len() < ENOUGH_SCANS;
            // A message that is not sent in this turn is lost, so a copy goes.
            let (jobs, message) = match &next {
                Some((ticket, job, _)) => (self.setup.jobs, (*ticket, job.clone())),
                None => (&nowhere, (0, Job::Open { path: PathBuf::new() })),
            };
            select! {
                send(jobs, message) -> sent => {
                    sent.map_err(|_| RunError::NoWorkers)?;
                    if let Some((ticket, _, flight)) = next.take() {
                        self.begin(ticket, flight);
                    }
                }
                recv(if self.flights.is_empty() { &no_outcomes } else { self.setup.outcomes }) -> outcome => {
                    self.settle(outcome.map_err(|_| RunError::NoWorkers)?)?;
                }
                recv(if hungry { found } else { &no_files }) -> message => match message {
                    Ok(message) => walking = self.receive(message)?,
                    Err(_) if stop.load(Ordering::SeqCst) => walking = false,
                    Err(_) => return Err(RunError::NoIntake),
                },
                recv(finisher.unwrap_or(&no_news)) -> message => match message {
                    Ok(message) => self.finished(message)?,
                    Err(_) if stop.load(Ordering::SeqCst) => finisher = None,
                    Err(_) => return Err(RunError::NoFinisher),
                },
                default(TICK) => {}
            }
        }
        self.expect_no_trouble(found)?;
        self.await_finisher(finished)
    }

    /// The next job, and its flight for when it was sent.
    fn next_job(&mut self) -> Option<(u64, Job, Flight)> {
        let task = self.next_task()?;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let picture = self.setup.spool.join(ticket.to_string());
        let path = task.scan.path.clone();
        let job = match task.page {
            None => Job::Open { path },
            Some(index) => Job::Page { path, index, picture: picture.clone(), read: task.unread.is_none() },
        };
        Some((ticket, job, Flight { task, picture }))
    }

    fn begin(&mut self, ticket: u64, flight: Flight) {
        if let Task { scan, page: Some(index), attempt: 1, excuses: 0, .. } = &flight.task {
            self.tell(Event::PageStarted { scan: scan.digest, index: *index });
        }
        self.flights.insert(ticket, flight);
    }

    fn next_task(&mut self) -> Option<Task> {
        if let Some(task) = self.again.pop_front() {
            return Some(task);
        }
        while let Some((scan, pages)) = self.pages.front_mut() {
            if let Some(index) = pages.pop_front() {
                let unread = scan.released.get(&index).cloned();
                return Some(Task { scan: scan.clone(), page: Some(index), attempt: 1, unread, excuses: 0 });
            }
            self.pages.pop_front();
        }
        let scan = self.unopened.pop_front()?;
        Some(Task { scan, page: None, attempt: 1, unread: None, excuses: 0 })
    }

    /// What waits here is in the ledger as well; the next run takes it from there.
    fn drop_waiting(&mut self) {
        self.again.clear();
        self.pages.clear();
        self.unopened.clear();
    }

    /// Records what the feed found. `false` when the walk has ended.
    fn receive(&mut self, found: Found) -> Result<bool, RunError> {
        match found {
            Found::Files { root, key, case, files, last } => {
                let (folder, folder_if_taken) = (portable_name(&case), marked_name(&case));
                let case = CaseId { number: &case, folder: &folder, folder_if_taken: &folder_if_taken };
                let duplicates = self.setup.duplicates;
                let place = FoundPlace { root: &root, key: &key, case, duplicates };
                let patience = self.setup.patience;
                let receptions = patience.persist(|| Ok(self.setup.ledger.receive(&place, &files, last)?))?;
                receptions.into_iter().for_each(|reception| self.take(reception));
                if last {
                    for batch in std::mem::take(&mut self.at_feed) {
                        self.take_unmet(batch)?;
                        self.close(batch);
                    }
                    self.met.clear();
                }
            }
            Found::Trouble { path, fault } => {
                self.tell(Event::Held { scan: None, index: None, fault: fault.clone() });
                if self.troubles.len() < MAX_HELD_LISTED as usize {
                    self.troubles.push(HeldItem { path, index: None, fault });
                }
            }
            Found::Failed(error) => return Err(error),
            Found::End { left_lying } => {
                self.walked = true;
                self.left_lying = left_lying;
                self.tell(Event::IntakeFinished { scans: self.scans });
                self.find_left_over()?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn take(&mut self, reception: Reception) {
        let Reception { batch, case, digest, known, unfinished, pages, pending, fault, duplicate } = reception;
        self.scans += 1;
        self.tell(Event::ScanReceived { scan: digest, known });
        match (fault, digest, &pending) {
            (Some(fault), ..) => self.tell(Event::Held { scan: digest, index: None, fault }),
            (None, Some(scan), None) if duplicate => self.tell(Event::Duplicate { scan, pages: 0 }),
            (None, Some(scan), None) => {
                let pages = pages.unwrap_or_default();
                self.tell(Event::ScanOpened { scan, pages, done: pages });
            }
            _ => {}
        }
        if unfinished && !self.passed_on.contains(&batch) {
            self.at_feed.insert(batch);
            self.begin_batch(batch, case);
            if let Some(pending) = pending {
                self.met.insert(pending.scan);
                self.enqueue(batch, pending);
            }
        }
    }

    fn begin_batch(&mut self, batch: i64, case: i64) {
        self.open.entry(batch).or_insert_with(|| {
            self.queues.entry(case).or_default().push_back(batch);
            Open { case, left: 0, closed: false }
        });
    }

    fn enqueue(&mut self, batch: i64, pending: PendingScan) {
        let PendingScan { scan: id, path, len, digest, pages, released } = pending;
        let scan = Arc::new(Scan { id, batch, path, len, digest, released });
        match pages {
            None => {
                self.adjust(batch, 1, 0);
                self.unopened.push_back(scan);
            }
            Some((pages, left)) => {
                self.adjust(batch, left.len() as u64, 0);
                let done = pages.saturating_sub(left.len() as u32);
                self.pages.push_back((scan, left));
                self.tell(Event::ScanOpened { scan: digest, pages, done });
            }
        }
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
            if !self.stopping {
                self.pages.push_back((scan, left));
            }
        }
        for batch in settled {
            self.adjust(batch, 0, 1);
        }
        Ok(())
    }

    /// No more scans will come for a batch.
    fn close(&mut self, batch: i64) {
        if let Some(open) = self.open.get_mut(&batch) {
            open.closed = true;
        }
        self.pass_on_if_ready(batch);
    }

    /// So many things more are to be done for a batch, and so many are done.
    fn adjust(&mut self, batch: i64, more: u64, done: u64) {
        if let Some(open) = self.open.get_mut(&batch) {
            open.left = open.left.saturating_add(more).saturating_sub(done);
        }
        self.pass_on_if_ready(batch);
    }

    /// Passes on the first batches of the case that `batch` belongs to, as far as they are ready.
    fn pass_on_if_ready(&mut self, batch: i64) {
        let Some(case) = self.open.get(&batch).map(|open| open.case) else { return };
        let Some(mut queue) = self.queues.remove(&case) else { return };
        while let Some(&first) = queue.front() {
            if !self.open.get(&first).is_some_and(|open| open.closed && open.left == 0) {
                self.queues.insert(case, queue);
                return;
            }
            queue.pop_front();
            self.open.remove(&first);
            self.pass_on(first);
        }
    }

    fn pass_on(&mut self, batch: i64) {
        self.passed_on.insert(batch);
        // A finisher that has gone has said why; the batch waits in the ledger for the next run.
        let _ = self.setup.batches.send(batch);
    }

    fn finished(&mut self, finished: Finished) -> Result<(), RunError> {
        match finished {
            Finished::Failed(error) => Err(error),
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
            let Ok(outcome) = self.setup.outcomes.recv() else { break };
            self.flights.remove(&outcome.ticket);
        }
    }

    fn tell(&self, event: Event) {
        // Whoever listened may have gone; the work goes on.
        let _ = self.setup.events.send(event);
    }
}
