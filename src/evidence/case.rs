//! One case folder: its account, its files, the pages of its PDFs.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::account;
use super::finding::{Finding, Findings, Problem};
use super::pictures::compare;
use crate::deliver::case_read::{self, AccountDocument, AccountError, CaseAccount};
use crate::deliver::folder::{CASE_FILE, PROBE_PREFIX};
use crate::deliver::names::{marked_name, portable_name};
use crate::model::{Digest, Digester, PageCounts};
use crate::pdf;

/// What a case folder holds.
pub(super) struct CaseCheck {
    /// Absent if there is no usable account.
    pub(super) account: Option<CaseAccount>,
    /// What the account's lists add up to.
    pub(super) counts: PageCounts,
    /// The account is that of this folder, so that `index.csv` must know it.
    pub(super) at_home: bool,
    pub(super) findings: Vec<Finding>,
}

/// Checks the folder. `target` is the folder above, if that is checked too; `read` is told of bytes as they are read.
pub(super) fn check(folder: &Path, target: Option<&Path>, read: &(dyn Fn(u64) + Sync)) -> CaseCheck {
    let name = shown(folder.file_name().unwrap_or_default());
    let mut findings = Findings::of(Some(&name));
    let account = match case_read::read(&folder.join(CASE_FILE)) {
        Ok(account) => account,
        Err(error) => {
            let problem = no_account(folder, error);
            if let Some(problem) = problem {
                let file = (problem != Problem::NoAccount).then_some(CASE_FILE);
                findings.add(file, None, problem);
            }
            list_extra(folder, None, &mut findings);
            return CaseCheck {
                account: None,
                counts: PageCounts::default(),
                at_home: false,
                findings: findings.into_list(),
            };
        }
    };
    let at_home = is_at_home(&name, &account);
    if !at_home && target.is_some() {
        findings.add(Some(CASE_FILE), None, Problem::WrongFolder);
    }
    let counts = account::check(&account, &mut findings);
    let checked: Vec<_> =
        account.documents.par_iter().map(|document| (document, check_document(folder, document, read))).collect();
    for (document, problems) in checked {
        problems.into_iter().for_each(|(page, problem)| findings.add(Some(&document.file), page, problem));
    }
    if let Some(contents) = &account.contents
        && let Err(problem) = unaltered(folder, &contents.file, (contents.sha256, contents.bytes), read)
    {
        findings.add(Some(&contents.file), None, problem);
    }
    list_extra(folder, Some(&account), &mut findings);
    if let Some(target) = target {
        for file in account.duplicates.iter().flat_map(|duplicate| &duplicate.documents) {
            let there = below(target, file).is_some_and(|path| fs::symlink_metadata(path).is_ok_and(|m| m.is_file()));
            if !there {
                findings.add(Some(file), None, Problem::DuplicateLost);
            }
        }
    }
    CaseCheck { account: Some(account), counts, at_home, findings: findings.into_list() }
}

/// Whether `folder` is a name that the target gives the folder of the account's case.
pub(super) fn is_at_home(folder: &str, account: &CaseAccount) -> bool {
    portable_name(&account.case) == folder || marked_name(&account.case) == folder
}

/// What is wrong with a folder whose account cannot be read; nothing with one in which a run has only just begun.
fn no_account(folder: &Path, error: AccountError) -> Option<Problem> {
    match error {
        AccountError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_begun = fs::read_dir(folder)
                .is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(|entry| is_part(&entry.file_name()))));
            (!is_begun).then_some(Problem::NoAccount)
        }
        AccountError::Io(error) => Some(Problem::Unreadable { reason: error.to_string() }),
        error => Some(Problem::BadAccount { reason: error.to_string() }),
    }
}

/// The document's file: there, whole, unaltered, and with the pages that it should have.
fn check_document(
    folder: &Path,
    document: &AccountDocument,
    read: &(dyn Fn(u64) + Sync),
) -> Vec<(Option<u32>, Problem)> {
    let whole = |problem| vec![(None, problem)];
    let mut file = match unaltered(folder, &document.file, (document.sha256, document.bytes), read) {
        Ok(file) => file,
        Err(problem) => return whole(problem),
    };
    // Only now is the file opened as a PDF: bytes that the account does not vouch for are not parsed.
    let Some(recorded) = document.pages.iter().map(|page| page.image_sha256).collect::<Option<Vec<_>>>() else {
        // Told already.
        return Vec::new();
    };
    match file.seek(SeekFrom::Start(0)).map_err(Into::into).and_then(|_| pdf::pictures(file)) {
        Ok(found) => compare(&recorded, &found).into_iter().map(|(page, problem)| (Some(page), problem)).collect(),
        Err(error) => whole(Problem::Rewritten { reason: error.to_string() }),
    }
}

/// Opens the file `name` of the folder, if it has the digest and the bytes that the account tells.
fn unaltered(
    folder: &Path,
    name: &str,
    (sha256, bytes): (Digest, u64),
    read: &(dyn Fn(u64) + Sync),
) -> Result<File, Problem> {
    let path = plain(name).map(|name| folder.join(name)).ok_or(Problem::UnsafeName)?;
    let unreadable = |error: io::Error| Problem::Unreadable { reason: error.to_string() };
    let mut file = match open_regular(&path) {
        Ok(file) => file.ok_or(Problem::NotAFile)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::DocumentMissing),
        Err(error) => return Err(unreadable(error)),
    };
    let mut digester = Digester::default();
    io::copy(&mut file, &mut digester).map_err(unreadable)?;
    let (found, found_bytes) = digester.finish();
    read(found_bytes);
    if found_bytes != bytes {
        return Err(Problem::Size { told: bytes, found: found_bytes });
    }
    if found != sha256 { Err(Problem::Altered) } else { Ok(file) }
}

/// Opens a regular file; `None` if it is a link, pipe, folder or device. Never waits for a pipe's other end.
fn open_regular(path: &Path) -> io::Result<Option<File>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

/// Names everything in the folder that the account does not.
fn list_extra(folder: &Path, account: Option<&CaseAccount>, findings: &mut Findings) {
    let documents = account.into_iter().flat_map(|account| &account.documents).map(|document| document.file.as_str());
    let contents = account.and_then(|account| account.contents.as_ref()).map(|contents| contents.file.as_str());
    let known: std::collections::HashSet<&str> = documents.chain(contents).collect();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return findings.add(None, None, Problem::Unreadable { reason: error.to_string() }),
    };
    for entry in entries {
        match entry {
            Ok(entry) => {
                let name = entry.file_name();
                let is_known = name.to_str().is_some_and(|name| name == CASE_FILE || known.contains(name));
                if is_part(&name) {
                    findings.add(Some(&shown(&name)), None, Problem::Leftover);
                } else if !is_known && account.is_some() {
                    // Without an account its absence is the finding: nothing in the folder can be judged then.
                    findings.add(Some(&shown(&name)), None, Problem::ExtraFile);
                }
            }
            Err(error) => findings.add(None, None, Problem::Unreadable { reason: error.to_string() }),
        }
    }
}

/// Whether a file is one that an interrupted run was writing.
pub(super) fn is_part(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| (name.starts_with('.') && name.ends_with(".part")) || name.starts_with(PROBE_PREFIX))
}

/// A name without folders, and not that of the account or a hidden file.
fn plain(name: &str) -> Option<&str> {
    let mut components = Path::new(name).components();
    let single =
        matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name);
    (single && !name.starts_with('.') && name != CASE_FILE && !name.contains('\0')).then_some(name)
}

/// The path `name` below `folder`, if it does not lead out of it.
pub(super) fn below(folder: &Path, name: &str) -> Option<PathBuf> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    (inside && !name.is_empty() && !name.contains('\0')).then(|| folder.join(name))
}

/// A name as text, for people.
pub(super) fn shown(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["", ".", "..", "/etc/passwd", "a/b", "../a", "a/", ".a.part", "case.json", "a\0b"] {
            assert_eq!(plain(name), None, "{name:?}");
        }
        for name in ["0001_Antrag.pdf", "a b.pdf"] {
            assert_eq!(plain(name), Some(name));
        }
        for name in ["", "..", "a/../b", "/a", "./a", "a\0"] {
            assert_eq!(below(Path::new("/x"), name), None, "{name:?}");
        }
        assert_eq!(below(Path::new("/x"), "a/b.pdf"), Some("/x/a/b.pdf".into()));
    }
}
