//! `index.csv` against the accounts, in whatever order either lists the documents.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use super::case;
use super::finding::{Finding, Findings, Problem};
use super::tally::{Rows, Side, Tally};
use crate::deliver::case_read::{self, AccountDocument, CaseAccount};
use crate::deliver::folder::{CASE_FILE, INDEX_FILE};
use crate::deliver::index::{COLUMNS, FILE_COLUMN, IndexEntry, fields, read_row};
use crate::model::Receipt;

/// The comparison.
pub(super) struct Index {
    tally: Tally,
}

impl Index {
    pub(super) fn new() -> Self {
        Self { tally: Tally::new() }
    }

    /// A case that was checked.
    pub(super) fn told(&self, folder: &str, account: &CaseAccount) {
        for document in &account.documents {
            let row = row(folder, account, document);
            self.tally.told(key(&row), &row);
        }
    }

    /// Reads the index of `target` once all cases were told. Only if they differ are the accounts read once more.
    pub(super) fn compare<'a>(
        &self,
        target: &Path,
        accounts: &dyn Fn() -> Box<dyn Iterator<Item = (String, CaseAccount)> + 'a>,
    ) -> Vec<Finding> {
        let mut findings = Findings::of(None);
        if let Err(error) = self.compare_with(&target.join(INDEX_FILE), accounts, &mut findings) {
            let problem = match error.kind() {
                io::ErrorKind::NotFound => Problem::IndexMissing,
                io::ErrorKind::InvalidData => {
                    Problem::IndexBroken { reason: "index.csv is no list of documents".into() }
                }
                _ => Problem::Unreadable { reason: error.to_string() },
            };
            findings.add(Some(INDEX_FILE), None, problem);
        }
        findings.into_list()
    }

    fn compare_with<'a>(
        &self,
        path: &Path,
        accounts: &dyn Fn() -> Box<dyn Iterator<Item = (String, CaseAccount)> + 'a>,
        findings: &mut Findings,
    ) -> io::Result<()> {
        for_each_row(path, |row| self.tally.found(key(&row), &row))?;
        if !self.tally.differs() {
            return Ok(());
        }
        let mut rows = Rows::new();
        for (folder, account) in accounts().filter(|(folder, account)| case::is_at_home(folder, account)) {
            for document in &account.documents {
                let row = row(&folder, &account, document);
                if self.tally.is_odd(key(&row)) {
                    rows.add(key(&row).to_owned(), row, Side::Told);
                }
            }
        }
        for_each_row(path, |row| {
            if self.tally.is_odd(key(&row)) {
                rows.add(key(&row).to_owned(), row, Side::Found);
            }
        })?;
        rows.cancel();
        // What is wrong with a case's account was told; what the index says of it can be compared with nothing. Rows come
        // sorted by case.
        let mut unusable = (String::new(), false);
        for (file, [told, found]) in &rows.sides {
            let (case, file) = file.split_once('/').map_or((None, file.as_str()), |(case, file)| (Some(case), file));
            if let Some(case) = case.filter(|case| *case != unusable.0) {
                unusable = (case.to_owned(), is_unusable(path, case));
            }
            if case.is_some() && unusable.1 {
                continue;
            }
            let mut add = |problem| findings.add_to(case, Some(file), problem);
            match (told.as_slice(), found.as_slice()) {
                ([told], [found]) => add(Problem::IndexRowDiffers { column: differing(told, found) }),
                (told, found) => {
                    told.iter().for_each(|_| add(Problem::IndexRowMissing));
                    found.iter().for_each(|_| add(Problem::IndexRowExtra));
                }
            }
        }
        findings.add_unlisted(rows.left_out);
        Ok(())
    }
}

/// Whether the folder of `case`, beside the index, is there but has no account that can be read.
fn is_unusable(index: &Path, case: &str) -> bool {
    let folder = index.parent().and_then(|target| case::below(target, case));
    folder.is_some_and(|folder| folder.is_dir() && case_read::read(&folder.join(CASE_FILE)).is_err())
}

fn key(row: &[String]) -> &str {
    row.get(FILE_COLUMN).map_or("", String::as_str)
}

/// The line that the index has to have for a document.
fn row(folder: &str, account: &CaseAccount, document: &AccountDocument) -> Vec<String> {
    let receipt =
        Receipt { file: format!("{folder}/{}", document.file), sha256: document.sha256, bytes: document.bytes };
    fields(&IndexEntry {
        case: &account.case,
        number: document.number,
        type_name: &document.type_name,
        confidence: document.confidence,
        pages: u32::try_from(document.pages.len()).unwrap_or(u32::MAX),
        receipt: &receipt,
        created: document.created,
    })
}

/// The first column in which two lines differ.
fn differing(told: &[String], found: &[String]) -> &'static str {
    let differs = |at: &usize| told.get(*at) != found.get(*at);
    (0..COLUMNS.len()).find(differs).and_then(|at| COLUMNS.get(at).copied()).unwrap_or("beyond the last")
}

fn for_each_row(path: &Path, mut visit: impl FnMut(Vec<String>)) -> io::Result<()> {
    // A pipe of this name would be waited for.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut input = BufReader::with_capacity(1 << 18, File::open(path)?);
    if read_row(&mut input)?.is_none_or(|head| head != COLUMNS) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    while let Some(row) = read_row(&mut input)? {
        visit(row);
    }
    Ok(())
}
