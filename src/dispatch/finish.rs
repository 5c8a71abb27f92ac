//! The finishing thread: batches whose pages are all processed or held become documents at the target.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::document::{self, DocumentError};
use super::held;
use super::machine::{Place, closed_input};
use super::originals::{self, Shelves};
use super::patience::Patience;
use super::{Event, RunError, account};
use crate::assemble::CaseList;
use crate::deliver::folder::{Folder, Part, PlaceError, document_file};
use crate::evidence;
use crate::intake;
use crate::ledger::{BatchState, CaseHead, DocumentRow, DocumentState, Ledger, LedgerError, PageKey, Store, Twin};
use crate::model::{Digest, Fault, FaultKind, Receipt, Stage};
use crate::pdf::DocumentInfo;
use crate::pipeline::{HeldDocument, Pipeline, Target};
use barrier::Knowledge;

mod barrier;

/// Time between two versions of `index.csv` while the line runs; longer if writing it takes more than a twentieth of it.
const INDEX_INTERVAL: Duration = Duration::from_secs(30);

/// The same for the `case.json` of a case to which batch after batch adds documents. The first is written at once.
const CASE_INTERVAL: Duration = Duration::from_secs(5);

/// Time between two tries to put originals away that could not be.
const PUT_AWAY_INTERVAL: Duration = Duration::from_secs(10);

/// How often to look whether an account is due while nothing is finished.
const TICK: Duration = Duration::from_millis(500);

/// What the thread tells the line.
#[derive(Debug)]
pub(super) enum Finished {
    /// These store objects may be needed no longer. The line looks and removes them: it alone adds objects.
    Released(Vec<Digest>),
    /// This batch is delivered, and its pages balance.
    Delivered(i64),
    /// Delivery failed and has ended.
    Failed(RunError),
}

/// The thread's belongings.
pub(super) struct Finisher<'a> {
    pub(super) ledger: Ledger,
    pub(super) store: Store,
    pub(super) target: Folder,
    pub(super) pipeline: &'a Pipeline,
    /// All cases that there are, if the pipeline names a list.
    pub(super) cases: Option<CaseList>,
    pub(super) inputs: &'a [PathBuf],
    pub(super) events: &'a Sender<Event>,
    pub(super) done: Sender<Finished>,
    pub(super) quit: [&'a AtomicBool; 2],
    pub(super) patience: &'a Patience<'a>,
    /// Nothing else is to be done on the line.
    pub(super) idle: &'a AtomicBool,
    /// Where originals go that were taken from watch folders.
    pub(super) shelves: Vec<Shelves>,
    /// Originals that could not be put away are tried again then.
    pub(super) put_away_again: Option<Instant>,
}

/// The run is to end, or has to.
enum Halt {
    Quit,
    Failed(RunError),
}

impl<E: Into<RunError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Finisher<'_> {
    /// Finishes batches until there are no more or the run ends.
    pub(super) fn run(mut self, batches: &Receiver<i64>) {
        if let Err(Halt::Failed(error)) = self.work(batches) {
            let _ = self.done.send(Finished::Failed(error));
        }
    }

    fn work(&mut self, batches: &Receiver<i64>) -> Result<(), Halt> {
        let knowledge = &Knowledge::of(self.pipeline, self.cases.take());
        let mut accounts = Accounts::none();
        let (mut waiting, mut last) = (Vec::new(), false);
        let mut index = Index { stale: false, due: Instant::now() + INDEX_INTERVAL };
        let result = loop {
            match batches.recv_timeout(TICK) {
                Ok(batch) => waiting.push(batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => last = true,
            }
            match self.finish_ready(&mut waiting, last, knowledge, &mut accounts) {
                Err(Halt::Quit) => break Ok(()),
                Err(failed) => break Err(failed),
                Ok(finished) => index.stale |= finished,
            }
            if last {
                break Ok(());
            }
            if Instant::now() >= accounts.due {
                self.enduring(|this| this.close(&mut accounts))?;
            }
            if self.put_away_again.is_some_and(|due| Instant::now() >= due) {
                self.put_away_again = None;
                self.enduring(|this| Ok(this.put_away(None)?))?;
            }
            self.enduring(|this| Ok(index.write_if_due(&this.ledger, &this.target, &this.pipeline.target)?))?;
        };
        result?;
        self.enduring(|this| this.close(&mut accounts))?;
        self.enduring(|this| Ok(account::write_index(&this.ledger, &this.target, &this.pipeline.target)?))
    }

    /// Does `work`, again and again while the machine is at fault. Everything here can be repeated: what is done is in
    /// the ledger, and a file that was placed is placed anew with the same bytes.
    fn enduring<T>(&mut self, mut work: impl FnMut(&mut Self) -> Result<T, Halt>) -> Result<T, Halt> {
        let patience = self.patience;
        let done = patience.persist(|| match work(self) {
            Ok(done) => Ok(Some(done)),
            Err(Halt::Quit) => Ok(None),
            Err(Halt::Failed(error)) => Err(error),
        });
        done?.ok_or(Halt::Quit)
    }

    /// Finishes the batches that wait for nothing, in order; all of them if no more will come, so that two batches with
    /// scans of each other do not wait for ever. Whether there was any.
    fn finish_ready(
        &mut self,
        waiting: &mut Vec<i64>,
        last: bool,
        knowledge: &Knowledge<'_>,
        accounts: &mut Accounts,
    ) -> Result<bool, Halt> {
        let mut any = false;
        loop {
            let ready = self.enduring(|this| Ok(this.first_ready(waiting)?))?;
            let all = last || self.idle.load(Ordering::SeqCst);
            let Some(position) = ready.or_else(|| (all && !waiting.is_empty()).then_some(0)) else { return Ok(any) };
            if self.quit.iter().any(|flag| flag.load(Ordering::SeqCst)) {
                return Err(Halt::Quit);
            }
            let batch = waiting.remove(position);
            self.enduring(|this| this.finish(batch, knowledge, accounts))?;
            any = true;
        }
    }

    /// Position of the first batch that waits neither for an earlier scan of the same bytes in another batch nor for a
    /// batch before it in its case (documents are numbered in the order of intake).
    fn first_ready(&self, waiting: &[i64]) -> Result<Option<usize>, RunError> {
        if self.pipeline.duplicates.is_none() {
            return Ok((!waiting.is_empty()).then_some(0));
        }
        let mut held_up = HashSet::new();
        for (position, &batch) in waiting.iter().enumerate() {
            let case = self.ledger.case_of(batch)?.id;
            let planned = self.ledger.batch_state(batch)? >= BatchState::Assembled;
            let waits = || -> Result<bool, LedgerError> {
                Ok(!planned && self.ledger.twins(batch)?.iter().any(|(_, twin)| *twin == Twin::Elsewhere))
            };
            if !held_up.contains(&case) && !waits()? {
                return Ok(Some(position));
            }
            held_up.insert(case);
        }
        Ok(None)
    }

    /// Brings the documents of a batch to the target.
    fn finish(&mut self, batch: i64, knowledge: &Knowledge<'_>, accounts: &mut Accounts) -> Result<(), Halt> {
        if self.ledger.batch_state(batch)? < BatchState::Assembled {
            self.plan(batch, knowledge)?;
        }
        let home = self.ledger.case_of(batch)?;
        let mut cases = BTreeMap::new();
        let mut intact = HashMap::new();
        loop {
            for document in self.ledger.documents(batch)? {
                let case = match cases.get(&document.case) {
                    Some(case) => case,
                    None => cases.entry(document.case).or_insert(self.ledger.case(document.case)?),
                };
                if document.state == DocumentState::Planned {
                    self.deliver(&document, case, &mut intact)?;
                }
            }
            let Some(apart) = self.ledger.next_apart(batch)? else { break };
            self.settle_apart(batch, &apart, knowledge)?;
        }
        if accounts.home != Some(home.id) {
            self.close(accounts)?;
            *accounts = Accounts { home: Some(home.id), ..Accounts::none() };
        }
        cases.insert(home.id, home);
        accounts.cases.append(&mut cases);
        accounts.batches.push(batch);
        Ok(())
    }

    /// Writes each `case.json` that is due, and only then calls the batches delivered.
    fn close(&mut self, accounts: &mut Accounts) -> Result<(), Halt> {
        let begun = Instant::now();
        if accounts.batches.is_empty() {
            return Ok(());
        }
        let mut balances = Vec::with_capacity(accounts.batches.len());
        for &batch in &accounts.batches {
            let counts = self.ledger.counts(batch)?;
            evidence::balance(&counts)?;
            balances.push((batch, counts));
        }
        self.expect_target()?;
        for case in accounts.cases.values() {
            account::write_case(&self.ledger, &self.target, case, &self.pipeline.target)?;
        }
        for (batch, counts) in balances {
            let released = self.ledger.deliver_batch(batch, &counts)?;
            accounts.batches.retain(|&open| open != batch);
            self.release(released);
            self.tell(Event::BatchDelivered);
            let _ = self.done.send(Finished::Delivered(batch));
            self.put_away(Some(batch))?;
        }
        let home = accounts.home;
        accounts.cases.retain(|&case, _| Some(case) == home);
        accounts.due = Instant::now() + CASE_INTERVAL.max(begun.elapsed() * 20);
        Ok(())
    }

    /// The target is the folder that it was, with room in it.
    fn expect_target(&self) -> Result<(), RunError> {
        if !self.target.is_same() {
            return Err(RunError::TargetLost(self.target.root().to_owned()));
        }
        self.patience.expect_space(Place::Target)
    }

    /// Brings one document to the target. Pages that turn out unusable are held, and the rest is delivered, or waits.
    fn deliver(
        &mut self,
        document: &DocumentRow,
        case: &CaseHead,
        intact: &mut HashMap<i64, Result<(), Fault>>,
    ) -> Result<(), Halt> {
        let waiting = (self.pipeline.held == HeldDocument::Wait).then_some(document.id);
        loop {
            if self.quit.iter().any(|flag| flag.load(Ordering::SeqCst)) {
                return Err(Halt::Quit);
            }
            let mut pages = 0;
            for scan in self.ledger.document_scans(document.id)? {
                let state = match intact.get(&scan.scan) {
                    Some(state) => state.clone(),
                    None => {
                        let state = self.is_intact(&scan.path, scan.digest)?;
                        intact.insert(scan.scan, state.clone());
                        state
                    }
                };
                match state {
                    Ok(()) => pages += scan.pages.len(),
                    Err(fault) => {
                        if self.hold(document, case, &scan.pages, &fault, waiting)? {
                            return Ok(());
                        }
                    }
                }
            }
            if pages == 0 {
                return Ok(self.ledger.void_document(document.id)?);
            }
            self.expect_target()?;
            match self.place(document, case) {
                Ok(receipt) => {
                    let released = self.ledger.deliver_document(document.id, &receipt)?;
                    self.release(released);
                    self.tell(Event::DocumentDelivered { pages: pages as u32 });
                    return Ok(());
                }
                Err(DocumentError::Page(page, fault)) => {
                    if fault.kind == FaultKind::Io {
                        self.expect_readable(document, page)?;
                    }
                    if self.hold(document, case, &[page], &fault, waiting)? {
                        return Ok(());
                    }
                }
                Err(DocumentError::Document(fault)) => {
                    for scan in self.ledger.document_scans(document.id)? {
                        self.hold(document, case, &scan.pages, &fault, None)?;
                    }
                }
                Err(DocumentError::Write(source)) => {
                    return Err(self.target.refused(self.target.root(), source).into());
                }
                Err(DocumentError::Run(error)) => return Err(error.into()),
            }
        }
    }

    /// Whether a scan still has the bytes that were received.
    fn is_intact(&self, path: &Path, received: Digest) -> Result<Result<(), Fault>, RunError> {
        match intake::digest(path) {
            Ok((digest, _)) if digest == received => Ok(Ok(())),
            Ok(_) => {
                let detail = "the file has another content than when it was received";
                Ok(Err(Fault::new(Stage::Deliver, FaultKind::Changed, detail)))
            }
            Err(error) => match closed_input(self.inputs, path) {
                Some(error) => Err(error),
                None => Ok(Err(Fault::new(Stage::Deliver, FaultKind::Io, error.to_string()))),
            },
        }
    }

    /// A page whose picture could not be read is not to blame if its input or the state folder has gone.
    fn expect_readable(&self, document: &DocumentRow, page: PageKey) -> Result<(), RunError> {
        let scans = self.ledger.document_scans(document.id)?;
        let lost =
            scans.iter().find(|scan| scan.scan == page.scan).and_then(|scan| closed_input(self.inputs, &scan.path));
        lost.map_or(Ok(()), Err)?;
        Ok(self.store.objects().map(drop)?)
    }

    fn place(&self, document: &DocumentRow, case: &CaseHead) -> Result<Receipt, DocumentError> {
        let name = document_file(document.number, &document.name);
        let info = DocumentInfo {
            title: format!("{} – {}", document.type_name, case.number),
            language: self.pipeline.language.clone(),
            created: document.created,
            subject: None,
        };
        // The check runs after the writing, and needs what it wrote.
        let pictures = std::cell::RefCell::new(Vec::new());
        let path = self.target.root().join(&case.folder).join(&name);
        let write = |out: &mut Part| {
            pictures.replace(document::write(out, &self.ledger, &self.store, document, &info)?);
            Ok(())
        };
        let check = |part: &Path| document::check(part, &pictures.borrow());
        self.target.place(&case.folder, &name, write, check).map_err(|error| match error {
            PlaceError::Content(DocumentError::Write(source)) => {
                DocumentError::Run(self.target.refused(&path, source).into())
            }
            PlaceError::Content(error) => error,
            PlaceError::Target(error) => DocumentError::Run(error.into()),
        })
    }

    /// Holds pages of a document; with `waiting` the rest of that document waits for them. Whether there was such a rest.
    fn hold(
        &mut self,
        document: &DocumentRow,
        case: &CaseHead,
        pages: &[PageKey],
        fault: &Fault,
        waiting: Option<i64>,
    ) -> Result<bool, Halt> {
        // Else what an interrupted attempt placed of the document would stand at the target with these pages.
        self.target.withdraw(&case.folder, &document_file(document.number, &document.name))?;
        let waits = held::waits_for(pages.first().copied(), None);
        let rest = self.ledger.hold_pages(pages, fault, waiting.map(|document| (document, &waits)))?;
        pages.iter().try_for_each(|&page| self.tell_held(page, fault))?;
        rest.iter().try_for_each(|&page| self.tell_held(page, &waits))?;
        Ok(!rest.is_empty())
    }

    fn tell_held(&self, page: PageKey, fault: &Fault) -> Result<(), Halt> {
        let scan = self.ledger.scan_digest(page.scan)?;
        self.tell(Event::Held { scan, index: Some(page.index), fault: fault.clone() });
        Ok(())
    }

    /// Puts originals away: of a batch, or all that are left. What a share refuses now is tried again later.
    fn put_away(&mut self, batch: Option<i64>) -> Result<(), RunError> {
        let stuck = originals::put_away(&mut self.ledger, &self.shelves, batch)?;
        if stuck > 0 {
            self.put_away_again = Some(Instant::now() + PUT_AWAY_INTERVAL);
        }
        Ok(())
    }

    fn release(&self, objects: Vec<Digest>) {
        if !objects.is_empty() {
            // A line that has gone sweeps at its next start.
            let _ = self.done.send(Finished::Released(objects));
        }
    }

    fn tell(&self, event: Event) {
        // Whoever listened may have gone; the work goes on.
        let _ = self.events.send(event);
    }
}

/// Cases whose `case.json` does not tell of their last documents yet.
struct Accounts {
    /// The case of the batches.
    home: Option<i64>,
    /// That one, and those that separators named.
    cases: BTreeMap<i64, CaseHead>,
    /// All their documents stand at the target.
    batches: Vec<i64>,
    due: Instant,
}

impl Accounts {
    fn none() -> Self {
        Self { home: None, cases: BTreeMap::new(), batches: Vec::new(), due: Instant::now() }
    }
}

/// When `index.csv` is to be written anew.
struct Index {
    stale: bool,
    due: Instant,
}

impl Index {
    fn write_if_due(&mut self, ledger: &Ledger, target: &Folder, rules: &Target) -> Result<(), RunError> {
        let begun = Instant::now();
        if self.stale && begun >= self.due {
            account::write_index(ledger, target, rules)?;
            self.stale = false;
            self.due = Instant::now() + INDEX_INTERVAL.max(begun.elapsed() * 20);
        }
        Ok(())
    }
}
