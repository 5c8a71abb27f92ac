//! What brings scans to the line: files with their digests, in messages, over the channel of a lane.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::RunError;
use super::machine::lost_input;
use super::patience::Patience;
use crate::intake::{self, Batches, FoundBatch, FoundScan, IntakeError, IntakeRules};
use crate::ledger::{FoundFile, Ledger};
use crate::model::{Fault, FaultKind, Stage};

/// Most files in one message.
const MAX_FILES: usize = 32;

/// Longest time to gather a message, so that workers get their first scan soon.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// What is found.
#[derive(Debug)]
pub(super) enum Found {
    /// Files of a batch. Messages of one batch follow each other.
    Files {
        /// The batch.
        batch: Whereabouts,
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
    /// More will be found after all.
    Begin,
    /// Everything was found.
    End {
        /// Files passed over because they are no scans, counted by ending.
        left_lying: BTreeMap<String, u64>,
    },
}

/// A batch, and how it came.
#[derive(Clone, Debug)]
pub(super) struct Whereabouts {
    /// The input or watch folder.
    pub(super) root: PathBuf,
    /// The batch's key.
    pub(super) key: String,
    /// The case's name, raw.
    pub(super) case: String,
    /// Its files were taken from a watch folder.
    pub(super) claimed: bool,
    /// The request that hurries it.
    pub(super) request: Option<i64>,
}

/// The way to a lane of the line, which may be waiting for something else.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) found: Sender<Found>,
    /// Wakes the line; holds one message at most.
    pub(super) wake: Sender<()>,
}

/// What every feed has.
pub(super) struct Feed<'a> {
    pub(super) ledger: Ledger,
    /// Inputs whose loss as a whole is waited for.
    pub(super) inputs: &'a [PathBuf],
    pub(super) way: Way,
    pub(super) quit: [&'a AtomicBool; 2],
    pub(super) patience: &'a Patience<'a>,
}

/// The line has gone, or the run is to end.
pub(super) struct Gone;

impl Feed<'_> {
    /// Walks inputs to their ends, each from a root and the way below it. Without a [`Found::End`] the walk was cut short.
    pub(super) fn walk_inputs(&self, walks: &[(PathBuf, PathBuf)], rules: &IntakeRules) {
        let mut left_lying = BTreeMap::new();
        let walked = walks.iter().try_for_each(|(root, below)| {
            let left = self.walk(root, None, &|| intake::batches_below(root, below, rules))?;
            left.into_iter().for_each(|(ending, count)| *left_lying.entry(ending).or_default() += count);
            Ok(())
        });
        let _ = walked.and_then(|()| self.send(Found::End { left_lying }));
    }

    /// Walks one input, or a part of it; what was passed over.
    pub(super) fn walk(
        &self,
        root: &Path,
        request: Option<i64>,
        begin: &dyn Fn() -> Result<Batches, IntakeError>,
    ) -> Result<BTreeMap<String, u64>, Gone> {
        let mut batches = loop {
            match begin() {
                Ok(batches) => break batches,
                Err(error) if self.was_lost(error.path())? => {}
                Err(error) => {
                    self.trouble(&error)?;
                    return Ok(BTreeMap::new());
                }
            }
        };
        while let Some(batch) = batches.next() {
            match batch {
                Ok(FoundBatch { key, case, scans }) => {
                    let batch = Whereabouts { root: root.to_owned(), key, case, claimed: false, request };
                    self.batch(&batch, scans, None)?;
                }
                Err(error) if self.was_lost(error.path())? => batches.list_again(),
                Err(error) => self.trouble(&error)?,
            }
        }
        Ok(batches.left_lying().clone())
    }

    /// Digests the scans of a batch and sends them. The one at the position of `doubt` is held for that fault.
    pub(super) fn batch(
        &self,
        batch: &Whereabouts,
        scans: Vec<FoundScan>,
        mut doubt: Option<(usize, Fault)>,
    ) -> Result<(), Gone> {
        let count = scans.len();
        let mut files = Vec::new();
        let mut begun = Instant::now();
        for (seq, scan) in scans.into_iter().enumerate() {
            if self.is_to_end() {
                return Err(Gone);
            }
            let mut file = self.file(&batch.root, seq as u32, scan)?;
            file.doubt = doubt.take_if(|(position, _)| *position == seq).map(|(_, fault)| fault);
            files.push(file);
            let last = seq + 1 == count;
            if last || files.len() >= MAX_FILES || begun.elapsed() >= MAX_WAIT {
                self.send(Found::Files { batch: batch.clone(), files: std::mem::take(&mut files), last })?;
                begun = Instant::now();
            }
        }
        Ok(())
    }

    pub(super) fn is_to_end(&self) -> bool {
        self.quit.iter().any(|flag| flag.load(Ordering::SeqCst))
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
        Ok(FoundFile { name, path, seq, len, modified_ns, changed_ns, content, doubt: None })
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

    pub(super) fn trouble(&self, error: &IntakeError) -> Result<(), Gone> {
        let fault = Fault::new(Stage::Intake, FaultKind::Io, error.to_string());
        self.send(Found::Trouble { path: error.path().to_owned(), fault })
    }

    pub(super) fn send(&self, found: Found) -> Result<(), Gone> {
        self.way.found.send(found).map_err(|_| Gone)?;
        // Full means that the line is to wake up anyway.
        let _ = self.way.wake.try_send(());
        Ok(())
    }
}
