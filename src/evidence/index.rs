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
    /// Index fields that have columns of their own.
    fields: Vec<String>,
}

impl Index {
    /// For the index of `target`. One that cannot be read is told by [`Self::compare`].
    pub(super) fn new(target: &Path) -> Self {
        let fields = head(&target.join(INDEX_FILE)).map(|(_, fields)| fields).unwrap_or_default();
        Self { tally: Tally::new(), fields }
    }

    /// A case that was checked.
    pub(super) fn told(&self, folder: &str, account: &CaseAccount) {
        for document in &account.documents {
            let row = row(folder, account, document, &self.fields);
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
                let row = row(&folder, &account, document, &self.fields);
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
fn row(folder: &str, account: &CaseAccount, document: &AccountDocument, columns: &[String]) -> Vec<String> {
    let receipt =
        Receipt { file: format!("{folder}/{}", document.file), sha256: document.sha256, bytes: document.bytes };
    let values: Vec<_> = columns.iter().map(|name| document.field(name)).collect();
    fields(&IndexEntry {
        case: &account.case,
        number: document.number,
        type_name: &document.type_name,
        confidence: document.confidence,
        pages: u32::try_from(document.pages.len()).unwrap_or(u32::MAX),
        receipt: &receipt,
        created: document.created,
        fields: &values,
    })
}

/// The first column in which two lines differ.
fn differing(told: &[String], found: &[String]) -> &'static str {
    let differs = |at: &usize| told.get(*at) != found.get(*at);
    (0..COLUMNS.len()).find(differs).and_then(|at| COLUMNS.get(at).copied()).unwrap_or("of an index field")
}

/// Opens the index behind its head, and gives the names of the columns that follow those of every index.
fn head(path: &Path) -> io::Result<(BufReader<File>, Vec<String>)> {
    // A pipe of this name would be waited for.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut input = BufReader::with_capacity(1 << 18, File::open(path)?);
    let head = read_row(&mut input)?.unwrap_or_default();
    match head.split_at_checked(COLUMNS.len()) {
        Some((own, fields)) if own == COLUMNS => Ok((input, fields.to_vec())),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn for_each_row(path: &Path, mut visit: impl FnMut(Vec<String>)) -> io::Result<()> {
    let (mut input, _) = head(path)?;
    while let Some(row) = read_row(&mut input)? {
        visit(row);
    }
    Ok(())
}
