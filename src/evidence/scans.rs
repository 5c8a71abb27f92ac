//! The original scans against the accounts: none missing, none altered, none unknown.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::case::below;
use super::finding::{Finding, Findings, Problem};
use super::tally::{Rows, Side, Tally};
use crate::deliver::case_read::CaseAccount;
use crate::intake::{self, FoundScan, IntakeError, IntakeRules, Removal};
use crate::model::Digest;

/// What was compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) findings: Vec<Finding>,
    /// Scans that were read.
    pub(super) read: u64,
    /// Scans that are not there any more, as lists say that were left in their place.
    pub(super) removed: u64,
}

/// The comparison. Scans are known by their names below the inputs, so the inputs must be those of the run.
pub(super) struct Scans<'a> {
    inputs: &'a [PathBuf],
    tally: Tally,
}

/// A scan in either list; equal if the bytes are.
struct Row {
    case: Option<String>,
    sha256: Option<Digest>,
    bytes: u64,
}

impl Row {
    fn content(&self) -> Content {
        (self.sha256, self.bytes)
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.content() == other.content()
    }
}

/// SHA-256, absent if it could not be read, and length.
type Content = (Option<Digest>, u64);

/// Everything that an account knows to be received: name and content.
fn received(account: &CaseAccount) -> impl Iterator<Item = (&str, Content)> {
    let scans = account.scans.iter().map(|scan| (scan.file.as_str(), (scan.sha256, scan.bytes)));
    let duplicates = account.duplicates.iter().map(|scan| (scan.file.as_str(), (scan.sha256, scan.bytes)));
    scans.chain(duplicates)
}

impl<'a> Scans<'a> {
    pub(super) fn new(inputs: &'a [PathBuf]) -> Self {
        Self { inputs, tally: Tally::new() }
    }

    /// A case that was checked.
    pub(super) fn told(&self, account: &CaseAccount) {
        received(account).for_each(|(name, content)| self.tally.told(name, &content));
    }

    /// Reads the inputs, once all cases were told, and says how many scans it read. Only if they differ are the accounts,
    /// and the scans in question, read once more.
    pub(super) fn compare<'c>(
        &self,
        accounts: &dyn Fn() -> Box<dyn Iterator<Item = (String, CaseAccount)> + 'c>,
        read: &(dyn Fn(u64) + Sync),
    ) -> Compared {
        let mut findings = Findings::of(None);
        let count = AtomicU64::new(0);
        let unreadable = self.for_each_file(
            |_| true,
            |name, content| {
                self.tally.found(name, &content);
                count.fetch_add(1, Ordering::Relaxed);
                read(content.1);
            },
        );
        for error in unreadable {
            let file = error.path().to_string_lossy().into_owned();
            findings.add(Some(&file), None, Problem::Unreadable { reason: error.to_string() });
        }
        let mut removed = 0;
        self.for_each_removed(&mut |Removal { name, digest, len }| {
            self.tally.found(&name, &(Some(digest), len));
            removed += 1;
        });
        if self.tally.differs() {
            self.name_differences(accounts, &mut findings);
        }
        Compared { findings: findings.into_list(), read: count.into_inner(), removed }
    }

    fn name_differences<'c>(
        &self,
        accounts: &dyn Fn() -> Box<dyn Iterator<Item = (String, CaseAccount)> + 'c>,
        findings: &mut Findings,
    ) {
        let rows = std::sync::Mutex::new(Rows::new());
        let add = |name: &str, row, side| {
            rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(name.to_owned(), row, side);
        };
        for (folder, account) in accounts() {
            for (name, (sha256, bytes)) in received(&account).filter(|(name, _)| self.tally.is_odd(name)) {
                add(name, Row { case: Some(folder.clone()), sha256, bytes }, Side::Told);
            }
        }
        self.for_each_file(
            |name| self.tally.is_odd(name),
            |name, (sha256, bytes)| add(name, Row { case: None, sha256, bytes }, Side::Found),
        );
        self.for_each_removed(&mut |Removal { name, digest, len }| {
            if self.tally.is_odd(&name) {
                add(&name, Row { case: None, sha256: Some(digest), bytes: len }, Side::Found);
            }
        });
        let mut rows = rows.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        rows.cancel();
        for (name, [told, found]) in &rows.sides {
            let mut found = found.iter();
            for told in told {
                // What the first run could not read and is readable now is as good as unknown.
                let problem = match (told.sha256, found.next().map(|found| found.sha256)) {
                    (None, _) => Some(Problem::ScanUnknown),
                    (Some(_), Some(None)) => Some(Problem::Unreadable { reason: "the system refuses".into() }),
                    (Some(_), Some(Some(_))) => Some(Problem::ScanAltered),
                    (Some(_), None) => self.look(name, told.content()),
                };
                if let Some(problem) = problem {
                    findings.add_to(told.case.as_deref(), Some(name), problem);
                }
            }
            found.for_each(|_| findings.add(Some(name), None, Problem::ScanUnknown));
        }
        findings.add_unlisted(rows.left_out);
    }

    /// What is wrong with a recorded scan that the walk did not meet with this content: its ending may be one that only
    /// the pipeline of the run takes for a scan.
    fn look(&self, name: &str, content: Content) -> Option<Problem> {
        let paths = self.inputs.iter().filter_map(|input| intake::path_of(name).map(|path| (input, path)));
        let paths = paths.filter_map(|(input, path)| below(input, path.to_str()?));
        let mut is_there = false;
        for (digest, bytes) in paths.filter_map(|path| intake::digest(&path).ok()) {
            if (Some(digest), bytes) == content {
                return None;
            }
            is_there = true;
        }
        Some(if is_there { Problem::ScanAltered } else { Problem::ScanMissing })
    }

    /// What was removed on purpose and is not there. Of a list that cannot be read the scans are missing.
    fn for_each_removed(&self, visit: &mut dyn FnMut(Removal)) {
        for input in self.inputs {
            let is_gone = |name: &str| {
                let path = intake::path_of(name).and_then(|path| below(input, path.to_str()?));
                path.is_some_and(|path| path.symlink_metadata().is_err())
            };
            let _ = intake::for_each_removal(input, &mut |removal| {
                if is_gone(&removal.name) {
                    visit(removal);
                }
            });
        }
    }

    /// Digests the files of all inputs that `wanted` wants, on all processors; what cannot be walked comes back.
    fn for_each_file(
        &self,
        wanted: impl Fn(&str) -> bool + Sync,
        visit: impl Fn(&str, Content) + Sync,
    ) -> Vec<IntakeError> {
        let rules = IntakeRules::default();
        let errors = std::sync::Mutex::new(Vec::new());
        let fail = |error| errors.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(error);
        for input in self.inputs {
            let walk = match intake::batches(input, &rules) {
                Ok(walk) => walk,
                Err(error) => {
                    fail(error);
                    continue;
                }
            };
            let scans = walk.flat_map(|batch| match batch {
                Ok(batch) => batch.scans.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            });
            scans.par_bridge().for_each(|scan| match scan {
                Ok(scan) if wanted(&scan.name) => visit(&scan.name, content_of(&scan)),
                Ok(_) => {}
                Err(error) => fail(error),
            });
        }
        errors.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn content_of(scan: &FoundScan) -> Content {
    let path: &Path = &scan.path;
    intake::digest(path).map_or((None, scan.len), |(digest, len)| (Some(digest), len))
}
