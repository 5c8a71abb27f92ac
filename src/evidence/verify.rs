//! The proof from the delivered files alone: all case folders of a target, or one; `index.csv`; the scans, if asked.
//!
//! Cases are checked side by side on all processors, and forgotten as soon as they are told: memory does not grow with
//! their number.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use super::case::{self, shown};
use super::finding::{Finding, Findings, Problem};
use super::scans::Compared;
use super::{elsewhere, index, scans};
use crate::deliver::case_read::CaseAccount;
use crate::deliver::folder::{CASE_FILE, INDEX_FILE, INDEX_XML_FILE, STATE_FOLDER};
use crate::model::PageCounts;

/// What came of a verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Case folders with a usable account.
    pub cases: u64,
    /// Documents that their accounts name.
    pub documents: u64,
    /// Where the pages are, counted from the lists of all accounts.
    pub pages: PageCounts,
    /// Bytes of documents read.
    pub bytes: u64,
    /// Scans read; none unless asked.
    pub scans: u64,
    /// Scans that were removed after their time, as lists in their place say.
    pub scans_removed: u64,
    /// Findings that break the proof.
    pub findings: u64,
}

impl Verified {
    /// Nothing speaks against the promise.
    pub fn is_proven(&self) -> bool {
        self.findings == 0 && super::balance(&self.pages).is_ok()
    }
}

/// What happens meanwhile, told from several threads.
pub enum News<'a> {
    /// Something is wrong.
    Found(&'a Finding),
    /// A case is done.
    CaseChecked,
    /// Bytes were read.
    Read(u64),
}

/// Why a verification cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder cannot be read.
    #[error("failed to read {path}: {source}")]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Neither `index.csv` nor a case folder is there.
    #[error("no delivery lies in {0}: neither index.csv nor a folder with a case.json")]
    NoDelivery(PathBuf),
}

/// Proves what lies in `folder`, a target or a single case folder. `inputs` are the folders (or files) of scans that the
/// run was given, to be compared as well.
///
/// # Errors
/// [`VerifyError`]: there is nothing to be proven. All else is a finding.
pub fn verify(folder: &Path, inputs: &[PathBuf], tell: &(dyn Fn(News<'_>) + Sync)) -> Result<Verified, VerifyError> {
    let unreadable = |source| VerifyError::Unreadable { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    // By its real path: a case folder given as `.` has a name as well.
    let folder = &folder.canonicalize().map_err(unreadable)?;
    let is_case = folder.join(CASE_FILE).exists();
    if !is_case && !folder.join(INDEX_FILE).exists() && !has_case(folder) {
        return Err(VerifyError::NoDelivery(folder.clone()));
    }
    let work = Work {
        tell,
        sum: Mutex::new(Verified::default()),
        bytes: AtomicU64::new(0),
        index: (!is_case).then(|| index::Index::new(folder)),
        elsewhere: (!is_case).then(elsewhere::Elsewhere::new),
        scans: (!inputs.is_empty()).then(|| scans::Scans::new(inputs)),
    };
    if is_case {
        work.case(folder, None);
    } else {
        entries.par_bridge().for_each(|entry| work.entry(folder, entry));
    }
    if let Some(index) = &work.index {
        work.tell_all(index.compare(folder, &|| accounts(folder)));
    }
    if let Some(elsewhere) = &work.elsewhere {
        work.tell_all(elsewhere.compare(&|| accounts(folder)));
    }
    let mut compared = Compared::default();
    if let Some(scans) = &work.scans {
        compared = scans.compare(&|| if is_case { account(folder) } else { accounts(folder) }, &|bytes| {
            (work.tell)(News::Read(bytes));
        });
        work.tell_all(std::mem::take(&mut compared.findings));
    }
    let sum = work.sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(Verified { bytes: work.bytes.into_inner(), scans: compared.read, scans_removed: compared.removed, ..sum })
}

fn has_case(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| entry.path().join(CASE_FILE).exists())))
}

type Accounts<'a> = Box<dyn Iterator<Item = (String, CaseAccount)> + 'a>;

/// The account of one case folder, with the folder's name.
fn account(folder: &Path) -> Accounts<'static> {
    let account = crate::deliver::case_read::read(&folder.join(CASE_FILE)).ok();
    Box::new(account.map(|account| (shown(folder.file_name().unwrap_or_default()), account)).into_iter())
}

/// All usable accounts, one after another.
fn accounts(target: &Path) -> Accounts<'_> {
    Box::new(fs::read_dir(target).into_iter().flatten().flatten().flat_map(|entry| account(&entry.path())))
}

/// What the threads share.
struct Work<'a> {
    tell: &'a (dyn Fn(News<'_>) + Sync),
    sum: Mutex<Verified>,
    bytes: AtomicU64,
    index: Option<index::Index>,
    elsewhere: Option<elsewhere::Elsewhere>,
    scans: Option<scans::Scans<'a>>,
}

impl Work<'_> {
    /// Something that lies in the target.
    fn entry(&self, target: &Path, entry: io::Result<fs::DirEntry>) {
        let mut findings = Findings::of(None);
        match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
            Err(error) => findings.add(None, None, Problem::Unreadable { reason: error.to_string() }),
            Ok((kind, entry)) => {
                let name = entry.file_name();
                if kind.is_dir() && name == STATE_FOLDER {
                } else if kind.is_dir() {
                    self.case(&entry.path(), Some(target));
                } else if case::is_part(&name) {
                    findings.add(Some(&shown(&name)), None, Problem::Leftover);
                } else if name != INDEX_FILE && name != INDEX_XML_FILE {
                    findings.add(Some(&shown(&name)), None, Problem::ExtraFile);
                }
            }
        }
        self.tell_all(findings.into_list());
    }

    fn case(&self, folder: &Path, target: Option<&Path>) {
        let checked = case::check(folder, target, &|bytes| {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            (self.tell)(News::Read(bytes));
        });
        if let Some(account) = &checked.account {
            let name = shown(folder.file_name().unwrap_or_default());
            if let Some(index) = self.index.as_ref().filter(|_| checked.at_home) {
                index.told(&name, account);
            }
            if let Some(elsewhere) = &self.elsewhere {
                elsewhere.told(&name, account);
            }
            if let Some(scans) = &self.scans {
                scans.told(account);
            }
            let mut sum = self.sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            sum.cases += 1;
            sum.documents = sum.documents.saturating_add(account.documents.len() as u64);
            sum.pages = sum.pages.plus(&checked.counts);
        }
        self.tell_all(checked.findings);
        (self.tell)(News::CaseChecked);
    }

    fn tell_all(&self, findings: Vec<Finding>) {
        let broken = findings
            .iter()
            .filter(|finding| !finding.problem.is_harmless())
            .map(|finding| if let Problem::More { findings } = finding.problem { findings } else { 1 });
        let broken = broken.fold(0_u64, u64::saturating_add);
        {
            let mut sum = self.sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            sum.findings = sum.findings.saturating_add(broken);
        }
        findings.iter().for_each(|finding| (self.tell)(News::Found(finding)));
    }
}
