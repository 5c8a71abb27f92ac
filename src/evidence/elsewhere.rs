//! Pages that a separator sent to a document of another case: the account of the case that received them names that
//! document, and the document's account has just these pages.

use super::finding::{Finding, Findings, Problem};
use super::tally::{Rows, Side, Tally};
use crate::deliver::case_read::{AccountPage, CaseAccount};
use crate::model::Digest;

/// A page of such a document: the case that received it, its number in the document, its scan, its picture.
type Row = (String, Option<u32>, Option<Digest>, String, u32, Option<Digest>);

/// The comparison of all accounts of a target.
pub(super) struct Elsewhere {
    tally: Tally,
}

impl Elsewhere {
    pub(super) fn new() -> Self {
        Self { tally: Tally::new() }
    }

    /// A case that was checked; `folder` is its folder's name.
    pub(super) fn told(&self, folder: &str, account: &CaseAccount) {
        for_each_row(folder, account, |document, row, side| match side {
            Side::Told => self.tally.told(document, &row),
            Side::Found => self.tally.found(document, &row),
        });
    }

    /// What does not agree, once all cases were told. Only then are the accounts read once more.
    pub(super) fn compare<'a>(
        &self,
        accounts: &dyn Fn() -> Box<dyn Iterator<Item = (String, CaseAccount)> + 'a>,
    ) -> Vec<Finding> {
        let mut findings = Findings::of(None);
        if self.tally.differs() {
            let mut rows = Rows::new();
            for (folder, account) in accounts() {
                for_each_row(&folder, &account, |document, row, side| {
                    if self.tally.is_odd(document) {
                        rows.add(document.to_owned(), row, side);
                    }
                });
            }
            rows.cancel();
            for (document, [told, found]) in &rows.sides {
                let (case, file) = document.split_once('/').unwrap_or(("", document));
                let mut add = |page, problem| {
                    findings.add_page_of(Some(case), Some(file), page, problem);
                };
                told.iter().for_each(|row| add(row.1, Problem::PageNotElsewhere));
                found.iter().for_each(|row| add(row.1, Problem::PageNotFromThere));
            }
            findings.add_unlisted(rows.left_out);
        }
        findings.into_list()
    }
}

fn for_each_row(folder: &str, account: &CaseAccount, mut visit: impl FnMut(&str, Row, Side)) {
    let row = |case: &str, page: &AccountPage| {
        (case.to_owned(), page.page, page.scan, page.file.clone(), page.index, page.image_sha256)
    };
    for document in &account.elsewhere {
        for page in &document.pages {
            visit(&document.document, row(&account.case, page), Side::Told);
        }
    }
    for document in &account.documents {
        let Some(from) = &document.from else { continue };
        let path = format!("{folder}/{}", document.file);
        for page in &document.pages {
            visit(&path, row(from, page), Side::Found);
        }
    }
}
