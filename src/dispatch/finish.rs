//! The finishing thread: batches whose pages are all processed or held become documents at the target.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use jiff::Timestamp;

use super::document::{self, DocumentError};
use super::held::{self, Blockers};
use super::{Event, RunError, account, lost_input};
use crate::assemble::{AssembleRules, Matcher, PageFacts, SeparateBy, assemble};
use crate::deliver::folder::{Folder, PlaceError, document_name};
use crate::evidence;
use crate::intake;
use crate::ledger::{
    BatchState, CaseHead, DocumentRow, DocumentScan, DocumentState, Ledger, PageKey, PageState, Plan, PlannedDocument,
    Store,
};
use crate::model::{Digest, Fault, FaultKind, Receipt, Stage};
use crate::pdf::DocumentInfo;
use crate::pipeline::{BlankAction, HeldDocument, Pipeline};

/// Time between two versions of `index.csv` while the line runs; longer if writing it takes more than a twentieth of it.
const INDEX_INTERVAL: Duration = Duration::from_secs(30);

/// The same for the `case.json` of a case to which batch after batch adds documents. The first is written at once.
const CASE_INTERVAL: Duration = Duration::from_secs(5);

/// How often to look whether an account is due while nothing is finished.
const TICK: Duration = Duration::from_millis(500);

/// What the thread tells the line.
#[derive(Debug)]
pub(super) enum Finished {
    /// These store objects may be needed no longer. The line looks and removes them: it alone adds objects.
    Released(Vec<Digest>),
    /// Delivery failed and has ended.
    Failed(RunError),
}

/// The thread's belongings.
pub(super) struct Finisher<'a> {
    pub(super) ledger: Ledger,
    pub(super) store: Store,
    pub(super) target: Folder,
    pub(super) pipeline: &'a Pipeline,
    pub(super) inputs: &'a [PathBuf],
    pub(super) events: &'a Sender<Event>,
    pub(super) done: Sender<Finished>,
    pub(super) quit: [&'a AtomicBool; 2],
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
        let matcher = Matcher::new(&self.pipeline.types);
        let mut accounts = Accounts { case: None, batches: Vec::new(), due: Instant::now() };
        let mut index = Index { stale: false, due: Instant::now() + INDEX_INTERVAL };
        let result = loop {
            match batches.recv_timeout(TICK) {
                Ok(batch) => match self.finish(batch, &matcher, &mut accounts) {
                    Err(Halt::Quit) => break Ok(()),
                    Err(failed) => break Err(failed),
                    Ok(()) => index.stale = true,
                },
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            }
            if Instant::now() >= accounts.due {
                self.close(&mut accounts)?;
            }
            index.write_if_due(&self.ledger, &self.target)?;
        };
        result?;
        self.close(&mut accounts)?;
        Ok(account::write_index(&self.ledger, &self.target)?)
    }

    /// Brings the documents of a batch to the target.
    fn finish(&mut self, batch: i64, matcher: &Matcher, accounts: &mut Accounts) -> Result<(), Halt> {
        if self.ledger.batch_state(batch)? < BatchState::Assembled {
            self.plan(batch, matcher)?;
        }
        let case = self.ledger.case_of(batch)?;
        let mut intact = HashMap::new();
        for document in self.ledger.documents(batch)? {
            if document.state == DocumentState::Planned {
                self.deliver(&document, &case, &mut intact)?;
            }
        }
        if accounts.case.as_ref() != Some(&case) {
            self.close(accounts)?;
            *accounts = Accounts { case: Some(case), batches: Vec::new(), due: Instant::now() };
        }
        accounts.batches.push(batch);
        Ok(())
    }

    /// Writes the `case.json` that is due, and only then calls its batches delivered.
    fn close(&mut self, accounts: &mut Accounts) -> Result<(), Halt> {
        let begun = Instant::now();
        let batches = std::mem::take(&mut accounts.batches);
        let Some(case) = accounts.case.as_ref().filter(|_| !batches.is_empty()) else { return Ok(()) };
        let mut balances = Vec::with_capacity(batches.len());
        for batch in batches {
            let counts = self.ledger.counts(batch)?;
            evidence::balance(&counts)?;
            balances.push((batch, counts));
        }
        account::write_case(&self.ledger, &self.target, case)?;
        for (batch, counts) in balances {
            let released = self.ledger.deliver_batch(batch, &counts)?;
            self.release(released);
            self.tell(Event::BatchDelivered);
        }
        accounts.due = Instant::now() + CASE_INTERVAL.max(begun.elapsed() * 20);
        Ok(())
    }

    /// The barrier: all pages of the batch become facts, one record in memory at a time, and the facts documents. In a
    /// batch that comes here again, what went on already takes its place among the sheets, as held pages do.
    fn plan(&mut self, batch: i64, matcher: &Matcher) -> Result<(), Halt> {
        let (mut keys, mut facts, mut ready) = (Vec::new(), Vec::new(), self.ledger.all_opened(batch)?);
        self.ledger.for_each_page(batch, |page| {
            let to_place = matches!(page.state, PageState::Processed | PageState::Waiting);
            let (held, record) = (!to_place, page.record.filter(|_| to_place));
            ready &= page.state != PageState::Received && to_place == record.is_some();
            keys.push(page.page);
            facts.push(PageFacts {
                scan: page.page.scan,
                held,
                blank: record.as_ref().is_some_and(|record| record.blank.is_blank),
                evidence: record.map(|record| matcher.evidence(&record)).unwrap_or_default(),
            });
            Ok(())
        })?;
        if !ready {
            return Err(RunError::NotReady.into());
        }
        let rules = AssembleRules {
            separate: self.pipeline.separate,
            drop_blanks: self.pipeline.blank == BlankAction::Drop,
            matcher,
        };
        let assembly = assemble(&facts, &rules);
        let key = |positions: &[usize]| positions.iter().filter_map(|&p| keys.get(p).copied()).collect::<Vec<_>>();
        let blockers = self.blockers(batch)?;
        let mut plan = Plan { blanks: key(&assembly.blanks), ..Plan::default() };
        for document in assembly.documents {
            let pages = key(&document.pages);
            match blockers.of(&key(&document.held), &pages) {
                Some(fault) => plan.waiting.extend(pages.into_iter().map(|page| (page, fault.clone()))),
                None => plan.documents.push(PlannedDocument {
                    pages,
                    type_name: document.type_name,
                    confidence: document.confidence,
                }),
            }
        }
        self.ledger.plan(batch, &plan, Timestamp::now())?;
        for (page, fault) in plan.waiting {
            self.tell_held(page, &fault)?;
        }
        Ok(())
    }

    /// What documents of the batch wait for: nothing, unless the pipeline wants that.
    fn blockers(&self, batch: i64) -> Result<Blockers, RunError> {
        Ok(match self.pipeline.held {
            HeldDocument::Apart | HeldDocument::Image => Blockers::default(),
            HeldDocument::Wait => Blockers {
                undecided: self.ledger.undecided(batch)?,
                whole_batch: self.pipeline.separate == SeparateBy::Batch,
            },
        })
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
                        let state = self.is_intact(&scan)?;
                        intact.insert(scan.scan, state.clone());
                        state
                    }
                };
                match state {
                    Ok(()) => pages += scan.pages.len(),
                    Err(fault) => {
                        if self.hold(&scan.pages, &fault, waiting)? {
                            return Ok(());
                        }
                    }
                }
            }
            if pages == 0 {
                return Ok(self.ledger.void_document(document.id)?);
            }
            match self.place(document, case) {
                Ok(receipt) => {
                    let released = self.ledger.deliver_document(document.id, &receipt)?;
                    self.release(released);
                    self.tell(Event::DocumentDelivered { pages: pages as u32 });
                    return Ok(());
                }
                Err(DocumentError::Page(page, fault)) => {
                    if self.hold(&[page], &fault, waiting)? {
                        return Ok(());
                    }
                }
                Err(DocumentError::Document(fault)) => {
                    for scan in self.ledger.document_scans(document.id)? {
                        self.hold(&scan.pages, &fault, None)?;
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
    fn is_intact(&self, scan: &DocumentScan) -> Result<Result<(), Fault>, RunError> {
        match intake::digest(&scan.path) {
            Ok((digest, _)) if digest == scan.digest => Ok(Ok(())),
            Ok(_) => {
                let detail = "the file has another content than when it was received";
                Ok(Err(Fault::new(Stage::Deliver, FaultKind::Changed, detail)))
            }
            Err(error) => match lost_input(self.inputs, &scan.path) {
                Some(input) => Err(RunError::InputLost(input.clone())),
                None => Ok(Err(Fault::new(Stage::Deliver, FaultKind::Io, error.to_string()))),
            },
        }
    }

    fn place(&self, document: &DocumentRow, case: &CaseHead) -> Result<Receipt, DocumentError> {
        let name = document_name(document.number, &document.type_name);
        let info = DocumentInfo {
            title: format!("{} – {}", document.type_name, case.number),
            language: self.pipeline.language.clone(),
            created: document.created,
            subject: None,
        };
        // The check runs after the writing, and needs what it wrote.
        let pictures = std::cell::RefCell::new(Vec::new());
        let path = self.target.root().join(&case.folder).join(&name);
        let write = |out: &mut std::io::BufWriter<std::fs::File>| {
            pictures.replace(document::write(out, &self.ledger, &self.store, document, &info)?);
            Ok(())
        };
        let check = |part: &std::path::Path| document::check(part, &pictures.borrow());
        self.target.place(&case.folder, &name, write, check).map_err(|error| match error {
            PlaceError::Content(DocumentError::Write(source)) => {
                DocumentError::Run(self.target.refused(&path, source).into())
            }
            PlaceError::Content(error) => error,
            PlaceError::Target(error) => DocumentError::Run(error.into()),
        })
    }

    /// Holds pages; with `waiting` the rest of that document waits for them. Whether there was such a rest.
    fn hold(&mut self, pages: &[PageKey], fault: &Fault, waiting: Option<i64>) -> Result<bool, Halt> {
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

/// A case whose `case.json` does not tell of its last documents yet.
struct Accounts {
    case: Option<CaseHead>,
    /// All their documents stand at the target.
    batches: Vec<i64>,
    due: Instant,
}

/// When `index.csv` is to be written anew.
struct Index {
    stale: bool,
    due: Instant,
}

impl Index {
    fn write_if_due(&mut self, ledger: &Ledger, target: &Folder) -> Result<(), RunError> {
        let begun = Instant::now();
        if self.stale && begun >= self.due {
            account::write_index(ledger, target)?;
            self.stale = false;
            self.due = Instant::now() + INDEX_INTERVAL.max(begun.elapsed() * 20);
        }
        Ok(())
    }
}
