//! The intake thread: walks the inputs, digests files, and hands them to the line in the order of the walk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::RunError;
use super::machine::lost_input;
use super::patience::Patience;
use crate::intake::{self, FoundBatch, FoundScan, IntakeError, IntakeRules};
use crate::ledger::{FoundFile, Ledger};
use crate::model::{Fault, FaultKind, Stage};

/// Most files in one message.
const MAX_FILES: usize = 32;

/// Longest time to gather a message, so that workers get their first scan soon.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// What the walk finds.
#[derive(Debug)]
pub(super) enum Found {
    /// Files of a batch. Messages of one batch follow each other.
    Files {
        /// The input.
        root: PathBuf,
        /// The batch's key.
        key: String,
        /// The case's name, raw.
        case: String,
        /// The files in order.
        files: Vec<FoundFile>,
        /// The batch has no more.
        last: bool,
    },
    /// A file or folder that cannot be looked at.
    Trouble {
        /// Which.
        path: PathBuf,
        /// Why.
        fault: Fault,
    },
    /// An input went away, and did not come back in time.
    Failed(RunError),
    /// All inputs were walked to their ends.
    End {
        /// Files passed over because they are no scans, counted by ending.
        left_lying: BTreeMap<String, u64>,
    },
}

/// The thread's belongings.
pub(super) struct Feed<'a> {
    pub(super) ledger: Ledger,
    pub(super) inputs: &'a [PathBuf],
    pub(super) rules: &'a IntakeRules,
    pub(super) found: Sender<Found>,
    pub(super) quit: [&'a AtomicBool; 2],
    pub(super) patience: &'a Patience<'a>,
}

/// The line has gone, or the run is to end.
struct Gone;

impl Feed<'_> {
    /// Walks all inputs. Without a [`Found::End`] the walk was cut short.
    pub(super) fn run(&self) {
        let _ = self.walk();
    }

    fn walk(&self) -> Result<(), Gone> {
        let mut left_lying = BTreeMap::new();
        'inputs: for root in self.inputs {
            let mut batches = loop {
                match intake::batches(root, self.rules) {
                    Ok(batches) => break batches,
                    Err(error) if self.was_lost(error.path())? => {}
                    Err(error) => {
                        self.trouble(&error)?;
                        continue 'inputs;
                    }
                }
            };
            while let Some(batch) = batches.next() {
                match batch {
                    Ok(batch) => self.batch(root, batch)?,
                    Err(error) if self.was_lost(error.path())? => batches.list_again(),
                    Err(error) => self.trouble(&error)?,
                }
            }
            for (ending, count) in batches.left_lying() {
                *left_lying.entry(ending.clone()).or_default() += count;
            }
        }
        self.send(Found::End { left_lying })
    }

    fn batch(&self, root: &Path, batch: FoundBatch) -> Result<(), Gone> {
        let FoundBatch { key, case, scans } = batch;
        let count = scans.len();
        let mut files = Vec::new();
        let mut begun = Instant::now();
        for (seq, scan) in scans.into_iter().enumerate() {
            if self.quit.iter().any(|flag| flag.load(Ordering::SeqCst)) {
                return Err(Gone);
            }
            files.push(self.file(root, seq as u32, scan)?);
            let last = seq + 1 == count;
            if last || files.len() >= MAX_FILES || begun.elapsed() >= MAX_WAIT {
                let files = std::mem::take(&mut files);
                self.send(Found::Files { root: root.to_owned(), key: key.clone(), case: case.clone(), files, last })?;
                begun = Instant::now();
            }
        }
        Ok(())
    }

    /// A file with its digest. The digest of a file whose length and times are those that the ledger knows is taken from
    /// there; before delivery the bytes are read once more in any case.
    fn file(&self, root: &Path, seq: u32, scan: FoundScan) -> Result<FoundFile, Gone> {
        let FoundScan { path, name, len, modified_ns, changed_ns } = scan;
        let [modified_ns, changed_ns] = [modified_ns, changed_ns].map(|ns| i64::try_from(ns).unwrap_or(i64::MAX));
        // A ledger that does not answer here will not answer the line either, which tells it.
        let known = self.ledger.known(root, &name).ok().flatten();
        let stamp = (len, modified_ns, changed_ns);
        let trusted = known.filter(|known| (known.len, known.modified_ns, known.changed_ns) == stamp);
        let (content, len) = match trusted.and_then(|known| known.digest) {
            Some(digest) => (Ok(digest), len),
            None => loop {
                match intake::digest(&path) {
                    Ok((digest, len)) => break (Ok(digest), len),
                    Err(_) if self.was_lost(&path)? => {}
                    Err(error) => break (Err(Fault::new(Stage::Intake, FaultKind::Io, error.to_string())), len),
                }
            },
        };
        Ok(FoundFile { name, path, seq, len, modified_ns, changed_ns, content })
    }

    /// Whether what could not be read is the whole input of `path`; then it is back again.
    fn was_lost(&self, path: &Path) -> Result<bool, Gone> {
        let Some(error) = lost_input(self.inputs, path) else { return Ok(false) };
        let back = self.patience.outlast(error, || lost_input(self.inputs, path).map_or(Ok(()), Err));
        match back {
            Ok(()) => Ok(true),
            Err(error) => self.send(Found::Failed(error)).and(Err(Gone)),
        }
    }

    fn trouble(&self, error: &IntakeError) -> Result<(), Gone> {
        let fault = Fault::new(Stage::Intake, FaultKind::Io, error.to_string());
        self.send(Found::Trouble { path: error.path().to_owned(), fault })
    }

    fn send(&self, found: Found) -> Result<(), Gone> {
        self.found.send(found).map_err(|_| Gone)
    }
}
