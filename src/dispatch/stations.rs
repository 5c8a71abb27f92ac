//! A watch folder's two threads: one looks, claims and never waits for the line; one digests what was claimed.
//!
//! A claim is recorded before it is carried out, so that a line that is killed completes it when it starts again.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::feed::{Feed, Found, Way, Whereabouts};
use super::patience::Patience;
use super::{Controls, Event, RunError};
use crate::intake::station::{Abandoned, Claim, ClaimedFile, Lookout, Sight, Station};
use crate::intake::{FoundBatch, IntakeError};
use crate::ledger::{ClaimRow, ClaimedRow, Ledger};
use crate::model::{Fault, FaultKind, Stage};

/// So many claimed batches may wait to be digested. Then the rest waits in the watch folder.
const MAX_CLAIMED: usize = 10_000;

/// How often the flags are looked at while nothing happens.
const TICK: Duration = Duration::from_millis(500);

/// Time between two looks at a watch folder that cannot be reached.
const AWAY_PAUSE: Duration = Duration::from_secs(2);

/// Time between two looks for files that other lines left.
const ABANDONED_INTERVAL: Duration = Duration::from_secs(3600);

/// A watch folder's belongings.
pub(super) struct Watcher<'a> {
    /// Its position among the watch folders.
    pub(super) index: usize,
    pub(super) station: Station,
    /// For claims.
    pub(super) ledger: Ledger,
    pub(super) feed: Feed<'a>,
    /// Looks into files.
    pub(super) lookout: Lookout<'a>,
    pub(super) controls: &'a Controls,
    pub(super) events: &'a Sender<Event>,
}

impl Watcher<'_> {
    /// Watches until the line stops, or drains; then tells the line that no more will come.
    pub(super) fn run(self) {
        let Self { index, station, ledger, feed, lookout, controls, events } = self;
        let root = station.root().to_owned();
        let (claimed, batches) = bounded(MAX_CLAIMED);
        let mut taker = Taker {
            index,
            station,
            ledger,
            lookout,
            controls,
            events,
            claimed,
            waiting: 0,
            away: false,
            others: None,
            abandoned: Vec::new(),
        };
        let (way, quit, patience) = (feed.way.clone(), feed.quit, feed.patience);
        thread::scope(|scope| {
            scope.spawn(move || digest(&feed, &root, &batches));
            let is_to_end = || quit.iter().any(|flag| flag.load(std::sync::atomic::Ordering::SeqCst));
            if let Err(Halt::Failed(error)) = taker.work(&way, &is_to_end, patience) {
                let _ = way.found.send(Found::Failed(error));
                let _ = way.wake.try_send(());
            }
            // The digesting thread ends with its channel.
            drop(taker);
        });
    }
}

/// A batch that was taken.
struct Taken {
    batch: FoundBatch,
    /// What is to be held of it whatever it holds: the position of the file, and why.
    doubt: Option<(usize, Fault)>,
}

/// Digests claimed batches and sends them to the line.
fn digest(feed: &Feed<'_>, root: &Path, batches: &Receiver<Taken>) {
    let sent = batches.iter().try_for_each(|Taken { batch: FoundBatch { key, case, scans }, doubt }| {
        let batch = Whereabouts { root: root.to_owned(), key, case, claimed: true, request: None };
        feed.batch(&batch, scans, doubt)
    });
    if !feed.is_to_end() {
        let _ = sent.and_then(|()| feed.send(Found::End { left_lying: Default::default() }));
    }
}

/// The line ends, or has to.
enum Halt {
    Quit,
    Failed(RunError),
}

impl From<RunError> for Halt {
    fn from(error: RunError) -> Self {
        Self::Failed(error)
    }
}

/// The thread that looks and claims.
struct Taker<'a> {
    index: usize,
    station: Station,
    ledger: Ledger,
    lookout: Lookout<'a>,
    controls: &'a Controls,
    events: &'a Sender<Event>,
    claimed: Sender<Taken>,
    /// Files that were not complete at the last look.
    waiting: u64,
    /// The folder could not be reached when it was last looked at.
    away: bool,
    /// When it was last looked for files that other lines left, and what was told of them.
    others: Option<Instant>,
    abandoned: Vec<Abandoned>,
}

impl Taker<'_> {
    fn work(&mut self, way: &Way, is_to_end: &dyn Fn() -> bool, patience: &Patience<'_>) -> Result<(), Halt> {
        let root = self.station.root().to_owned();
        // What a line that was killed had recorded and not received.
        let recorded = patience.persist(|| Ok(self.ledger.claims(&root)?))?;
        self.carry_out(recorded.into_iter().map(claim_of).collect(), is_to_end, patience)?;
        loop {
            if is_to_end() || self.controls.is_draining() {
                return Ok(());
            }
            if self.controls.is_paused() || self.claimed.is_full() {
                pause(TICK);
                continue;
            }
            let sight = match self.look(&root) {
                Ok(sight) => {
                    self.note_away(false);
                    sight
                }
                Err(_) => {
                    self.await_return(is_to_end);
                    continue;
                }
            };
            self.look_for_abandoned();
            let Sight { ready, waiting, troubles, next } = sight;
            for error in troubles {
                let fault = Fault::new(Stage::Intake, FaultKind::Io, error.to_string());
                let _ = way.found.send(Found::Trouble { path: error.path().to_owned(), fault });
                let _ = way.wake.try_send(());
            }
            if waiting != self.waiting {
                self.waiting = waiting;
                self.tell(Event::Waiting { station: self.index, files: waiting });
            }
            if !ready.is_empty() {
                let rows: Vec<ClaimRow> = ready.iter().map(row_of).collect();
                patience.persist(|| Ok(self.ledger.claim(&root, &rows)?))?;
                self.carry_out(ready, is_to_end, patience)?;
                continue;
            }
            let longest = next.map_or(TICK, |next| next.saturating_duration_since(Instant::now()));
            self.station.wait(longest.min(TICK));
        }
    }

    fn look(&mut self, root: &Path) -> Result<Sight, IntakeError> {
        let ledger = &self.ledger;
        // A ledger that does not answer here will not answer the claim either, which tells it.
        let mut taken = |key: &str| ledger.is_key_taken(root, key).unwrap_or(false);
        self.station.look(Instant::now(), self.lookout, &mut taken)
    }

    /// Tells of files that other lines left, once an hour if it is not as it was.
    fn look_for_abandoned(&mut self) {
        if self.others.is_some_and(|at| at.elapsed() < ABANDONED_INTERVAL) {
            return;
        }
        self.others = Some(Instant::now());
        let abandoned = self.station.abandoned();
        if abandoned != self.abandoned {
            self.abandoned.clone_from(&abandoned);
            self.tell(Event::Abandoned { station: self.index, by: abandoned });
        }
    }

    /// Carries out recorded claims and hands their batches on. Those that are refused now are tried again until they go:
    /// a recorded claim is never dropped.
    fn carry_out(
        &mut self,
        mut claims: Vec<Claim>,
        is_to_end: &dyn Fn() -> bool,
        patience: &Patience<'_>,
    ) -> Result<(), Halt> {
        while !claims.is_empty() {
            let results = self.station.carry_out_all(&claims);
            let mut refused = Vec::new();
            for (claim, result) in claims.into_iter().zip(results) {
                match result {
                    Ok(Some(batch)) => {
                        self.tell(Event::Claimed { station: self.index, files: batch.scans.len() as u64 });
                        let doubt = self.station.doubt(&claim, &batch, self.lookout);
                        self.claimed.send(Taken { batch, doubt }).map_err(|_| Halt::Quit)?;
                    }
                    Ok(None) => {
                        let root = self.station.root().to_owned();
                        patience.persist(|| Ok(self.ledger.forget_claim(&root, &claim.key)?))?;
                    }
                    Err(_) => refused.push(claim),
                }
            }
            claims = refused;
            if !claims.is_empty() {
                if is_to_end() {
                    return Err(Halt::Quit);
                }
                self.await_return(is_to_end);
            }
        }
        Ok(())
    }

    /// A share that went away, or a rename that was refused: this folder waits, the others go on.
    fn await_return(&mut self, is_to_end: &dyn Fn() -> bool) {
        self.note_away(true);
        let begun = Instant::now();
        while begun.elapsed() < AWAY_PAUSE && !is_to_end() {
            pause(Duration::from_millis(100));
        }
    }

    fn note_away(&mut self, away: bool) {
        if away != self.away {
            self.away = away;
            self.tell(Event::Away { station: self.index, away });
        }
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

fn pause(time: Duration) {
    let _ = crossbeam_channel::never::<()>().recv_timeout(time);
}

fn row_of(claim: &Claim) -> ClaimRow {
    let file = |file: &ClaimedFile| ClaimedRow {
        name: file.name.clone(),
        source: file.source.clone(),
        path: file.path.clone(),
    };
    ClaimRow { key: claim.key.clone(), case: claim.case.clone(), files: claim.files.iter().map(file).collect() }
}

fn claim_of(row: ClaimRow) -> Claim {
    let file = |file: ClaimedRow| ClaimedFile { source: file.source, path: file.path, name: file.name };
    Claim { key: row.key, case: row.case, files: row.files.into_iter().map(file).collect() }
}
