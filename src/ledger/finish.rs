//! From the barrier to the receipt: what comes to the barrier, and the proofs of delivery of what leaves it.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::line::{PageKey, unpack};
use super::{BatchState, DigestBytes, DocumentState, Json, Ledger, LedgerError, PageState, PathBytes, ScanState};
use crate::model::{Digest, Fault, Field, PageCounts, PageOrder, PageRecord, Receipt};

/// A page at the barrier.
#[derive(Debug)]
pub struct BatchPage {
    /// Which.
    pub page: PageKey,
    /// `Received` means that the batch is not ready.
    pub state: PageState,
    /// It counts as blank.
    pub blank: bool,
    /// It waits for an alarm that nobody decided about.
    pub alarmed: bool,
    /// Its record, if it was processed and did not go on yet, or has codes and something of its batch is not settled.
    pub record: Option<PageRecord>,
}

/// A document of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    /// Its row.
    pub id: i64,
    /// Its number in the case, from 1.
    pub number: u32,
    /// Its type.
    pub type_name: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Name of its file, without number and ending.
    pub name: String,
    /// When it got its number; the date of the PDF, so that writing it again gives the same bytes.
    pub created: Timestamp,
    /// How far it is.
    pub state: DocumentState,
    /// Proof that it stands at the target.
    pub receipt: Option<Receipt>,
    /// The order of its pages.
    pub order: PageOrder,
    /// Row of its batch.
    pub batch: i64,
    /// Row of its case, which need not be that of its batch.
    pub case: i64,
    /// Its index fields. Personal data: never logged.
    pub fields: Vec<Field>,
}

impl DocumentRow {
    /// The columns that [`Self::read`] reads.
    pub(super) const COLUMNS: &str = "document.id, document.number, document.type, document.confidence,
        document.created_ms, document.state, document.file, document.sha256, document.bytes, document.collated,
        document.batch, document.casefile, document.fields, document.name";

    /// How many those are.
    pub(super) const COUNT: usize = 14;

    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let receipt = match (row.get(6)?, row.get(7)?, row.get::<_, Option<i64>>(8)?) {
            (Some(file), Some(DigestBytes(sha256)), Some(bytes)) => {
                Some(Receipt { file, sha256, bytes: bytes.unsigned_abs() })
            }
            _ => None,
        };
        Ok(Self {
            id: row.get(0)?,
            number: row.get(1)?,
            type_name: row.get(2)?,
            confidence: row.get(3)?,
            created: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
            state: row.get(5)?,
            receipt,
            order: if row.get(9)? { PageOrder::FrontsThenBacks } else { PageOrder::Scanned },
            batch: row.get(10)?,
            case: row.get(11)?,
            name: row.get(13)?,
            fields: row.get::<_, Option<Json<Vec<Field>>>>(12)?.map(|fields| fields.0).unwrap_or_default(),
        })
    }
}

/// A page on its way into a PDF.
#[derive(Debug)]
pub struct DocumentPage {
    /// Which.
    pub page: PageKey,
    /// Its place in the document; places may be skipped.
    pub position: u32,
    /// The scan file.
    pub path: PathBuf,
    /// Name of the scan in its batch.
    pub name: String,
    /// SHA-256 of the scan, as received.
    pub digest: Digest,
    /// The record.
    pub record: PageRecord,
}

/// A scan that a document has pages of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentScan {
    /// Its row.
    pub scan: i64,
    /// The file.
    pub path: PathBuf,
    /// SHA-256, as received.
    pub digest: Digest,
    /// The document's pages of it.
    pub pages: Vec<PageKey>,
}

impl Ledger {
    /// Visits all pages of a batch in order, one record in memory at a time.
    ///
    /// # Errors
    /// SQLite failed, a record is damaged, or `visit` failed.
    pub fn for_each_page(
        &self,
        batch: i64,
        mut visit: impl FnMut(BatchPage) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT page.scan, page.idx, page.state, r.record, coalesce(page.blank, 0),
               page.state = 6 AND EXISTS (SELECT 1 FROM held JOIN page AS first
                 ON first.scan = held.scan AND first.idx = held.idx
                 WHERE held.id = page.alarm AND held.state = 0 AND first.state = 2)
             FROM scan JOIN page ON page.scan = scan.id
             LEFT JOIN page_record AS r ON r.scan = page.scan AND r.idx = page.idx
             WHERE scan.batch = ?1 ORDER BY scan.seq, scan.id, page.idx",
        )?;
        let mut rows = statement.query([batch])?;
        while let Some(row) = rows.next()? {
            let record = row.get_ref(3)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
            let page = PageKey { scan: row.get(0)?, index: row.get(1)? };
            visit(BatchPage {
                page,
                state: row.get(2)?,
                blank: row.get(4)?,
                alarmed: row.get(5)?,
                record: record.map(unpack).transpose()?,
            })?;
        }
        Ok(())
    }

    /// How far a batch is.
    ///
    /// # Errors
    /// SQLite failed, or there is no such batch.
    pub fn batch_state(&self, batch: i64) -> Result<BatchState, LedgerError> {
        let mut statement = self.sql.prepare_cached("SELECT state FROM batch WHERE id = ?1")?;
        Ok(statement.query_row([batch], |row| row.get(0))?)
    }

    /// The documents of a batch, in order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn documents(&self, batch: i64) -> Result<Vec<DocumentRow>, LedgerError> {
        let sql = format!("SELECT {} FROM document WHERE batch = ?1 ORDER BY number", DocumentRow::COLUMNS);
        let mut statement = self.sql.prepare_cached(&sql)?;
        let rows = statement.query_map([batch], DocumentRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The next page of a document after the position `after`.
    ///
    /// # Errors
    /// SQLite failed or the record is damaged.
    pub fn next_page(&self, document: i64, after: Option<u32>) -> Result<Option<DocumentPage>, LedgerError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT page.scan, page.idx, page.position, scan.path, scan.name, scan.digest, r.record
             FROM page JOIN scan ON scan.id = page.scan
             JOIN page_record AS r ON r.scan = page.scan AND r.idx = page.idx
             WHERE page.document = ?1 AND page.position > ?2 ORDER BY page.position LIMIT 1",
        )?;
        let mut rows = statement.query(params![document, after.map_or(-1, i64::from)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(DocumentPage {
            page: PageKey { scan: row.get(0)?, index: row.get(1)? },
            position: row.get(2)?,
            path: row.get::<_, PathBytes>(3)?.0,
            name: row.get(4)?,
            digest: row.get::<_, DigestBytes>(5)?.0,
            record: unpack(row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?)?,
        }))
    }

    /// Takes pages out of their document and holds them. With `waiting`, the other pages of that document wait for them,
    /// with this as their fault; they are given back.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn hold_pages(
        &mut self,
        pages: &[PageKey],
        fault: &Fault,
        waiting: Option<(i64, &Fault)>,
    ) -> Result<Vec<PageKey>, LedgerError> {
        self.write(|sql| {
            for page in pages {
                sql.prepare_cached(
                    "UPDATE page SET state = ?3, fault = ?4, document = NULL, position = NULL
                     WHERE scan = ?1 AND idx = ?2 AND state IN (?5, ?6)",
                )?
                .execute(params![
                    page.scan,
                    page.index,
                    PageState::Held,
                    Json(fault),
                    PageState::Processed,
                    PageState::Waiting
                ])?;
            }
            waiting.map_or(Ok(Vec::new()), |(document, fault)| super::held::wait_document(sql, document, fault))
        })
    }

    /// The pages of a document, by scan.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn document_scans(&self, document: i64) -> Result<Vec<DocumentScan>, LedgerError> {
        let sql = "SELECT scan.id, scan.path, scan.digest, page.idx FROM page JOIN scan ON scan.id = page.scan
                   WHERE page.document = ?1 ORDER BY scan.id, page.idx";
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query([document])?;
        let mut scans: Vec<DocumentScan> = Vec::new();
        while let Some(row) = rows.next()? {
            let page = PageKey { scan: row.get(0)?, index: row.get(3)? };
            match scans.last_mut() {
                Some(last) if last.scan == page.scan => last.pages.push(page),
                _ => scans.push(DocumentScan {
                    scan: page.scan,
                    path: row.get::<_, PathBytes>(1)?.0,
                    digest: row.get::<_, DigestBytes>(2)?.0,
                    pages: vec![page],
                }),
            }
        }
        Ok(scans)
    }

    /// A document without a page that could be delivered; its number stays unused.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn void_document(&mut self, document: i64) -> Result<(), LedgerError> {
        self.write(|sql| void(sql, document))
    }

    /// Records that a document stands at the target, and deletes the records of its pages. Gives back the store objects
    /// that these pages needed; others may still need them.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn deliver_document(&mut self, document: i64, receipt: &Receipt) -> Result<Vec<Digest>, LedgerError> {
        self.write(|sql| {
            sql.prepare_cached("UPDATE document SET state = ?2, file = ?3, sha256 = ?4, bytes = ?5 WHERE id = ?1")?
                .execute(params![
                    document,
                    DocumentState::Delivered,
                    receipt.file,
                    DigestBytes(receipt.sha256),
                    receipt.bytes as i64
                ])?;
            sql.prepare_cached("UPDATE page SET state = ?2 WHERE document = ?1 AND state = ?3")?.execute(params![
                document,
                PageState::Delivered,
                PageState::Processed
            ])?;
            sql.prepare_cached(
                "DELETE FROM page_record
                 WHERE (scan, idx) IN (SELECT scan, idx FROM page WHERE document = ?1 AND NOT coded)",
            )?
            .execute([document])?;
            super::held::settle_document(sql, document)?;
            release(sql, "document = ?1", document)
        })
    }

    /// Whether all scans of a batch are opened or held: only then all its pages are known.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn all_opened(&self, batch: i64) -> Result<bool, LedgerError> {
        let mut unopened = self.sql.prepare_cached("SELECT 1 FROM scan WHERE batch = ?1 AND state = ?2 LIMIT 1")?;
        Ok(!unopened.exists(params![batch, ScanState::Received])?)
    }

    /// Where the pages of a batch are.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn counts(&self, batch: i64) -> Result<PageCounts, LedgerError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT page.state, count(*) FROM scan JOIN page ON page.scan = scan.id WHERE scan.batch = ?1
             GROUP BY page.state",
        )?;
        let rows = statement.query_map([batch], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
        let mut counts = add_up(rows)?;
        // What was received is what the scans said, not what the pages say.
        counts.received = self.sql.query_row(
            "SELECT coalesce(sum(pages), 0) FROM scan WHERE batch = ?1 AND pages IS NOT NULL AND state <> ?2",
            params![batch, ScanState::Duplicate],
            |row| row.get::<_, i64>(0),
        )? as u64;
        Ok(counts)
    }

    /// Moves a batch to `Delivered` with its balance, and deletes what was kept of its held and left-out pages, but not of
    /// those whose documents wait for a held page. Gives back store objects as [`Self::deliver_document`] does.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn deliver_batch(&mut self, batch: i64, balance: &PageCounts) -> Result<Vec<Digest>, LedgerError> {
        self.write(|sql| {
            sql.execute(
                "UPDATE batch SET state = ?2, received = ?3, delivered = ?4, blanks = ?5, separators = ?6, held = ?7
                 WHERE id = ?1",
                params![
                    batch,
                    BatchState::Delivered,
                    balance.received as i64,
                    balance.delivered as i64,
                    balance.blanks as i64,
                    balance.separators as i64,
                    balance.held as i64
                ],
            )?;
            // While something of the batch may come to the barrier again, its sheets and labels are needed there.
            sql.execute(
                "DELETE FROM page_record WHERE (scan, idx) IN (SELECT page.scan, page.idx FROM scan
                 JOIN page ON page.scan = scan.id WHERE scan.batch = ?1 AND page.state <> 6
                 AND (NOT page.coded OR NOT EXISTS (SELECT 1 FROM scan AS s JOIN held ON held.scan = s.id
                   WHERE s.batch = ?1 AND held.state < 3)))",
                [batch],
            )?;
            release(sql, "state <> 6 AND scan IN (SELECT id FROM scan WHERE batch = ?1)", batch)
        })
    }
}

pub(super) fn void(sql: &Connection, document: i64) -> Result<(), LedgerError> {
    let void = params![document, DocumentState::Void, DocumentState::Planned];
    sql.execute("UPDATE document SET state = ?2 WHERE id = ?1 AND state = ?3", void)?;
    Ok(())
}

/// The pages that `which` (of ?1) names need their pictures no longer.
pub(super) fn release(sql: &Connection, which: &str, id: i64) -> Result<Vec<Digest>, LedgerError> {
    let select = format!("SELECT DISTINCT stored FROM page WHERE stored IS NOT NULL AND {which}");
    let mut statement = sql.prepare_cached(&select)?;
    let rows = statement.query_map([id], |row| Ok(row.get::<_, DigestBytes>(0)?.0))?;
    let released = rows.collect::<Result<Vec<_>, _>>()?;
    sql.prepare_cached(&format!("UPDATE page SET stored = NULL WHERE stored IS NOT NULL AND {which}"))?
        .execute([id])?;
    Ok(released)
}

/// Counts of pages by state; `received` is their sum.
pub(super) fn add_up(
    rows: impl Iterator<Item = rusqlite::Result<(PageState, u64)>>,
) -> Result<PageCounts, LedgerError> {
    let mut counts = PageCounts::default();
    for row in rows {
        let (state, count) = row?;
        counts.received += count;
        match state {
            PageState::Received | PageState::Processed => {}
            PageState::Held | PageState::Waiting => counts.held += count,
            PageState::Delivered => counts.delivered = count,
            PageState::BlankRecorded => counts.blanks = count,
            PageState::SeparatorRecorded => counts.separators = count,
        }
    }
    Ok(counts)
}

/// The folder of the case that a batch belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// Its row.
    pub id: i64,
    /// The case number. Personal data: never logged.
    pub number: String,
    /// Its folder at the target.
    pub folder: String,
}

impl Ledger {
    /// The case of a batch: the one that its folder names.
    ///
    /// # Errors
    /// SQLite failed, or there is no such batch.
    pub fn case_of(&self, batch: i64) -> Result<CaseHead, LedgerError> {
        self.case_head("(SELECT casefile FROM batch WHERE id = ?1)", batch)
    }

    /// The case in row `case`.
    ///
    /// # Errors
    /// SQLite failed, or there is no such case.
    pub fn case(&self, case: i64) -> Result<CaseHead, LedgerError> {
        self.case_head("?1", case)
    }

    fn case_head(&self, which: &str, row: i64) -> Result<CaseHead, LedgerError> {
        let sql = format!("SELECT id, number, folder FROM casefile WHERE id = {which}");
        let head = |row: &rusqlite::Row<'_>| Ok(CaseHead { id: row.get(0)?, number: row.get(1)?, folder: row.get(2)? });
        Ok(self.sql.prepare_cached(&sql)?.query_row([row], head)?)
    }
}
