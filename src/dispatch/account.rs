//! The accounts at the target: the ledger's facts as `case.json` and `index.csv`.

use std::io;

use jiff::tz::TimeZone;

use super::RunError;
use crate::assemble::fields::Kind;
use crate::deliver::case_json::{
    Apart, CaseJson, Discarded, DocumentEntry, DuplicateEntry, EarlierScan, ElsewhereEntry, HeldEntry, PageEntry,
    ScanEntry,
};
use crate::deliver::folder::{CASE_FILE, CONTENTS_FILE, Folder, INDEX_FILE, INDEX_XML_FILE, Part, PlaceError};
use crate::deliver::index::{self, IndexEntry};
use crate::deliver::index_xml;
use crate::ledger::{CaseDocument, CaseHead, CasePage, Ledger, LedgerError, PageState};
use crate::model::{Field, Receipt};
use crate::pdf::PdfError;
use crate::pipeline::Target;
use crate::sheets::{self, Contents, ContentsRow, SheetError};

/// The ledger could not be read, or the file not be written.
enum AccountError {
    Ledger(LedgerError),
    Write(io::Error),
}

impl From<LedgerError> for AccountError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<io::Error> for AccountError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// Writes a case's `case.json` anew, and its table of contents before that, if it is wanted.
pub(super) fn write_case(ledger: &Ledger, target: &Folder, case: &CaseHead, rules: &Target) -> Result<(), RunError> {
    let documents = ledger.delivered_documents(case.id)?;
    let contents = if rules.contents { write_contents(ledger, target, case, &documents)? } else { None };
    let write = |out: &mut Part| -> Result<(), AccountError> {
        let mut json = CaseJson::begin(out, &case.number)?;
        ledger.for_each_scan(case.id, |scan| {
            let entry = ScanEntry {
                batch: &scan.batch,
                file: &scan.name,
                sha256: scan.digest,
                bytes: scan.len,
                pages: scan.pages,
                stack: scan.stack,
            };
            Ok::<_, AccountError>(json.scan(&entry)?)
        })?;
        json.documents()?;
        for CaseDocument { document, other } in &documents {
            let Some(receipt) = &document.receipt else { continue };
            json.document(&DocumentEntry {
                number: document.number,
                type_name: &document.type_name,
                confidence: document.confidence,
                created: document.created,
                receipt,
                order: document.order,
                stack: document.batch,
                fields: &document.fields,
                from: other.as_deref(),
            })?;
            write_pages(ledger, &mut json, document.id)?;
        }
        json.elsewhere_list()?;
        for CaseDocument { document, other } in ledger.documents_elsewhere(case.id)? {
            let (Some(receipt), Some(other)) = (&document.receipt, &other) else { continue };
            json.elsewhere(&ElsewhereEntry {
                case: other,
                document: &receipt.file,
                order: document.order,
                stack: document.batch,
            })?;
            write_pages(ledger, &mut json, document.id)?;
        }
        for (reason, state) in
            [(Apart::Blanks, PageState::BlankRecorded), (Apart::Separators, PageState::SeparatorRecorded)]
        {
            json.apart(reason)?;
            ledger.for_each_case_page(case.id, state, |page| Ok::<_, AccountError>(json.page(&entry(&page, None))?))?;
        }
        json.held_list()?;
        ledger.for_each_case_held(case.id, |held| {
            Ok::<_, AccountError>(json.held(&HeldEntry {
                scan: held.digest,
                file: &held.name,
                index: held.index,
                stage: held.fault.stage,
                kind: held.fault.kind,
                detail: &held.fault.detail,
                remedy: held.fault.kind.remedy(),
                discarded: held.discarded.as_ref().map(|decision| Discarded {
                    reason: decision.reason.as_deref().unwrap_or_default(),
                    by: &decision.person,
                    at: decision.at.to_string(),
                }),
            })?)
        })?;
        json.duplicates()?;
        ledger.for_each_duplicate(case.id, |row| {
            Ok::<_, AccountError>(json.duplicate(&DuplicateEntry {
                batch: &row.batch,
                file: &row.name,
                sha256: row.digest,
                bytes: row.len,
                of: EarlierScan { case: &row.of_case, file: &row.of_name },
                action: row.action,
                documents: &row.documents,
            })?)
        })?;
        Ok(json.finish(contents.as_ref(), &ledger.case_counts(case.id)?)?)
    };
    place(target, &case.folder, CASE_FILE, write)?;
    Ok(())
}

/// Writes the table of contents of a case that has documents.
fn write_contents(
    ledger: &Ledger,
    target: &Folder,
    case: &CaseHead,
    documents: &[CaseDocument],
) -> Result<Option<Receipt>, RunError> {
    let Some(created) = documents.iter().map(|entry| entry.document.created).max() else { return Ok(None) };
    let mut rows = Vec::with_capacity(documents.len());
    for CaseDocument { document, .. } in documents {
        let Some(receipt) = &document.receipt else { continue };
        let date = Field::value_of(&document.fields, Kind::Date.name());
        rows.push(ContentsRow {
            number: document.number,
            type_name: &document.type_name,
            date: date.and_then(|date| date.parse().ok()),
            pages: ledger.document_pages(document.id)?,
            file: receipt.file.rsplit('/').next().unwrap_or_default(),
        });
    }
    let day = created.to_zoned(TimeZone::system()).date();
    let table = Contents { case: &case.number, day, created, rows: &rows };
    let write = |out: &mut Part| match sheets::contents(out, &table) {
        Ok(_) => Ok(()),
        Err(SheetError::Pdf(PdfError::Write(source))) => Err(AccountError::Write(source)),
        Err(error) => Err(AccountError::Write(io::Error::other(error.to_string()))),
    };
    place(target, &case.folder, CONTENTS_FILE, write).map(Some)
}

/// The pages of a document, and its end.
fn write_pages(ledger: &Ledger, json: &mut CaseJson<&mut Part>, document: i64) -> Result<(), AccountError> {
    let mut number = 0;
    ledger.for_each_document_page(document, |page| {
        number += 1;
        Ok::<_, AccountError>(json.page(&entry(&page, Some(number)))?)
    })?;
    Ok(json.end_document()?)
}

fn entry(page: &CasePage, number: Option<u32>) -> PageEntry<'_> {
    PageEntry {
        page: number,
        scan: page.digest,
        file: &page.name,
        index: page.index,
        turn_deg: page.turn_deg,
        skew_deg: page.skew_deg,
        blank: page.blank,
        ink_share: page.ink_share,
        image_sha256: page.image,
        original: page.original,
        unread: page.unread.as_ref(),
    }
}

/// Writes `index.csv` anew, and `index.xml` if that is wanted.
pub(super) fn write_index(ledger: &Ledger, target: &Folder, rules: &Target) -> Result<(), RunError> {
    if rules.index_xml {
        let write = |out: &mut Part| -> Result<(), AccountError> {
            index_xml::write_head(out)?;
            for_each_entry(ledger, rules, |entry, fields| Ok(index_xml::write_entry(out, &entry, fields)?))?;
            Ok(index_xml::write_end(out)?)
        };
        place(target, "", INDEX_XML_FILE, write)?;
    }
    let write = |out: &mut Part| -> Result<(), AccountError> {
        index::write_head(out, &rules.index_fields)?;
        for_each_entry(ledger, rules, |entry, _| Ok(index::write_entry(out, &entry)?))
    };
    place(target, "", INDEX_FILE, write)?;
    Ok(())
}

fn for_each_entry(
    ledger: &Ledger,
    rules: &Target,
    mut visit: impl FnMut(IndexEntry<'_>, &[Field]) -> Result<(), AccountError>,
) -> Result<(), AccountError> {
    ledger.for_each_index_row(|row| {
        let Some(receipt) = &row.document.receipt else { return Ok(()) };
        let found = &row.document.fields;
        let values: Vec<_> = rules.index_fields.iter().map(|name| Field::value_of(found, name)).collect();
        let entry = IndexEntry {
            case: &row.case,
            number: row.document.number,
            type_name: &row.document.type_name,
            confidence: row.document.confidence,
            pages: row.pages,
            receipt,
            created: row.document.created,
            fields: &values,
        };
        visit(entry, found)
    })
}

fn place(
    target: &Folder,
    folder: &str,
    name: &str,
    write: impl FnOnce(&mut Part) -> Result<(), AccountError>,
) -> Result<Receipt, RunError> {
    match target.place(folder, name, write, |_| Ok(())) {
        Ok(receipt) => Ok(receipt),
        Err(PlaceError::Target(error)) => Err(error.into()),
        Err(PlaceError::Content(AccountError::Ledger(error))) => Err(error.into()),
        Err(PlaceError::Content(AccountError::Write(source))) => {
            Err(target.refused(&target.root().join(folder).join(name), source).into())
        }
    }
}
