//! What people and files ask of the ledger: a case, the index, what is held, totals.

use std::path::PathBuf;

use rusqlite::{Params, Row, params};

use super::finish::{DocumentRow, add_up};
use super::{BatchState, DigestBytes, DocumentState, Json, Ledger, LedgerError, PageState, PathBytes, ScanState};
use crate::model::{Digest, Fault, PageCounts};

/// A scan of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseScan {
    /// Key of its batch.
    pub batch: String,
    /// Name in the batch.
    pub name: String,
    /// SHA-256, if it could be read.
    pub digest: Option<Digest>,
    /// Its bytes.
    pub len: u64,
    /// Its pages, if they could be counted.
    pub pages: Option<u32>,
}

/// A page of a case with its facts.
#[derive(Clone, Debug, PartialEq)]
pub struct CasePage {
    /// Name of the scan in its batch.
    pub name: String,
    /// SHA-256 of the scan.
    pub digest: Option<Digest>,
    /// From 0.
    pub index: u32,
    /// Clockwise turn that was undone, in degrees.
    pub turn_deg: u16,
    /// Skew as found, counter-clockwise positive, in degrees.
    pub skew_deg: f32,
    /// The page counts as blank.
    pub blank: bool,
    /// Share of ink, 0 to 1.
    pub ink_share: f32,
    /// SHA-256 of the picture's stream.
    pub image: Option<Digest>,
    /// The stream is the scanner's own, bit for bit.
    pub original: bool,
}

/// Something held.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldRow {
    /// The file.
    pub path: PathBuf,
    /// Name in its batch.
    pub name: String,
    /// SHA-256, if it could be read.
    pub digest: Option<Digest>,
    /// The page, from 0; `None` for the whole scan.
    pub index: Option<u32>,
    /// Why.
    pub fault: Fault,
}

/// A line of the index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRow {
    /// The case number. Personal data: never logged.
    pub case: String,
    /// The document.
    pub document: DocumentRow,
    /// Its pages.
    pub pages: u32,
}

/// What the ledger holds altogether.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files in their places, without those that others replaced.
    pub scans: u64,
    /// Held as a whole.
    pub scans_held: u64,
    /// Duplicates that were skipped.
    pub duplicates_skipped: u64,
    /// Duplicates that were linked.
    pub duplicates_linked: u64,
    /// Pages.
    pub pages: PageCounts,
    /// Documents that stand at the target.
    pub documents: u64,
    /// Cases with such documents.
    pub cases: u64,
    /// Batches not delivered yet.
    pub batches_open: u64,
}

impl Ledger {
    pub(super) fn visit<T, E: From<LedgerError>>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut visit: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.sql.prepare_cached(sql).map_err(LedgerError::from)?;
        let mut rows = statement.query(params).map_err(LedgerError::from)?;
        while let Some(row) = rows.next().map_err(LedgerError::from)? {
            visit(read(row).map_err(LedgerError::from)?)?;
        }
        Ok(())
    }

    /// Visits the scans of a case, in the order of intake; without duplicates.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_scan<E: From<LedgerError>>(
        &self,
        case: i64,
        visit: impl FnMut(CaseScan) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT batch.key, scan.name, scan.digest, scan.len, scan.pages FROM batch
                   JOIN scan ON scan.batch = batch.id
                   WHERE batch.casefile = ?1 AND batch.state >= ?2 AND scan.state NOT IN (?3, ?4)
                   ORDER BY batch.id, scan.seq, scan.id";
        let read = |row: &Row<'_>| {
            Ok(CaseScan {
                batch: row.get(0)?,
                name: row.get(1)?,
                digest: row.get::<_, Option<DigestBytes>>(2)?.map(|digest| digest.0),
                len: row.get::<_, i64>(3)?.unsigned_abs(),
                pages: row.get(4)?,
            })
        };
        let apart = (ScanState::Replaced, ScanState::Duplicate);
        self.visit(sql, params![case, BatchState::Assembled, apart.0, apart.1], read, visit)
    }

    /// The documents of a case that stand at the target, in order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn delivered_documents(&self, case: i64) -> Result<Vec<DocumentRow>, LedgerError> {
        let sql =
            format!("SELECT {} FROM document WHERE casefile = ?1 AND state = ?2 ORDER BY number", DocumentRow::COLUMNS);
        let mut statement = self.sql.prepare_cached(&sql)?;
        let rows = statement.query_map(params![case, DocumentState::Delivered], DocumentRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Visits the pages of a document, in order.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_document_page<E: From<LedgerError>>(
        &self,
        document: i64,
        visit: impl FnMut(CasePage) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{CASE_PAGE} WHERE page.document = ?1 ORDER BY page.position");
        self.visit(&sql, [document], read_case_page, visit)
    }

    /// Visits the pages of a case in `state`, in the order of intake.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_case_page<E: From<LedgerError>>(
        &self,
        case: i64,
        state: PageState,
        visit: impl FnMut(CasePage) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "{CASE_PAGE} JOIN batch ON batch.id = scan.batch WHERE batch.casefile = ?1 AND batch.state >= ?2
             AND page.state = ?3 ORDER BY batch.id, scan.seq, scan.id, page.idx"
        );
        self.visit(&sql, params![case, BatchState::Assembled, state], read_case_page, visit)
    }

    /// Visits what is held: of one case (in batches that came as far as the barrier), or of all. Whole scans come before pages.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_held<E: From<LedgerError>>(
        &self,
        case: Option<i64>,
        limit: Option<u32>,
        mut visit: impl FnMut(HeldRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = |row: &Row<'_>| {
            Ok(HeldRow {
                path: row.get::<_, PathBytes>(0)?.0,
                name: row.get(1)?,
                digest: row.get::<_, Option<DigestBytes>>(2)?.map(|digest| digest.0),
                index: row.get(3)?,
                fault: row.get::<_, Json<Fault>>(4)?.0,
            })
        };
        let sql = "SELECT scan.path, scan.name, scan.digest, NULL, scan.fault
             FROM batch JOIN scan ON scan.batch = batch.id
             WHERE (?1 IS NULL OR (batch.casefile = ?1 AND batch.state >= ?4)) AND scan.state = ?2
             ORDER BY batch.id, scan.seq, scan.id LIMIT ?3";
        // A negative limit is none.
        let limit = limit.map_or(-1, i64::from);
        let mut seen = 0;
        self.visit(sql, params![case, ScanState::Held, limit, BatchState::Assembled], read, |row| {
            seen += 1;
            visit(row)
        })?;
        let sql = "SELECT scan.path, scan.name, scan.digest, page.idx, page.fault
             FROM batch JOIN scan ON scan.batch = batch.id JOIN page ON page.scan = scan.id
             WHERE (?1 IS NULL OR (batch.casefile = ?1 AND batch.state >= ?4)) AND page.state = ?2
             ORDER BY batch.id, scan.seq, scan.id, page.idx LIMIT ?3";
        let limit = if limit < 0 { limit } else { (limit - seen).max(0) };
        self.visit(sql, params![case, PageState::Held, limit, BatchState::Assembled], read, visit)
    }

    /// Where the pages of a case are; of batches that came as far as the barrier.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn case_counts(&self, case: i64) -> Result<PageCounts, LedgerError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT page.state, count(*) FROM batch JOIN scan ON scan.batch = batch.id JOIN page ON page.scan = scan.id
             WHERE batch.casefile = ?1 AND batch.state >= ?2 GROUP BY page.state",
        )?;
        add_up(statement.query_map(params![case, BatchState::Assembled], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?)
    }

    /// Visits all documents that stand at the target, by case and number.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_index_row<E: From<LedgerError>>(
        &self,
        visit: impl FnMut(IndexRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {}, casefile.number, (SELECT count(*) FROM page WHERE page.document = document.id)
             FROM casefile JOIN document ON document.casefile = casefile.id
             WHERE document.state = ?1 ORDER BY casefile.number, document.number",
            DocumentRow::COLUMNS
        );
        let read =
            |row: &Row<'_>| Ok(IndexRow { document: DocumentRow::read(row)?, case: row.get(9)?, pages: row.get(10)? });
        self.visit(&sql, [DocumentState::Delivered], read, visit)
    }

    /// What the ledger holds altogether.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn totals(&self) -> Result<Totals, LedgerError> {
        let count = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<u64, LedgerError> {
            Ok(self.sql.query_row(sql, params, |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        let mut states = self.sql.prepare("SELECT state, count(*) FROM page GROUP BY state")?;
        let states =
            states.query_map((), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?.collect::<Vec<_>>();
        Ok(Totals {
            scans: count("SELECT count(*) FROM scan WHERE state <> ?1", &[&ScanState::Replaced])?,
            scans_held: count("SELECT count(*) FROM scan WHERE state = ?1", &[&ScanState::Held])?,
            duplicates_skipped: count(
                "SELECT count(*) FROM scan WHERE state = ?1 AND duplicate_action = 0",
                &[&ScanState::Duplicate],
            )?,
            duplicates_linked: count(
                "SELECT count(*) FROM scan WHERE state = ?1 AND duplicate_action = 1",
                &[&ScanState::Duplicate],
            )?,
            pages: add_up(states.into_iter())?,
            documents: count("SELECT count(*) FROM document WHERE state = ?1", &[&DocumentState::Delivered])?,
            cases: count(
                "SELECT count(DISTINCT casefile) FROM document WHERE state = ?1",
                &[&DocumentState::Delivered],
            )?,
            batches_open: count("SELECT count(*) FROM batch WHERE state < 3", &[])?,
        })
    }
}

const CASE_PAGE: &str =
    "SELECT scan.name, scan.digest, page.idx, page.turn, page.skew, page.blank, page.ink, page.image,
    page.original FROM page JOIN scan ON scan.id = page.scan";

fn read_case_page(row: &Row<'_>) -> rusqlite::Result<CasePage> {
    Ok(CasePage {
        name: row.get(0)?,
        digest: row.get::<_, Option<DigestBytes>>(1)?.map(|digest| digest.0),
        index: row.get(2)?,
        turn_deg: row.get::<_, Option<u16>>(3)?.unwrap_or_default(),
        skew_deg: row.get::<_, Option<f32>>(4)?.unwrap_or_default(),
        blank: row.get::<_, Option<bool>>(5)?.unwrap_or_default(),
        ink_share: row.get::<_, Option<f32>>(6)?.unwrap_or_default(),
        image: row.get::<_, Option<DigestBytes>>(7)?.map(|digest| digest.0),
        original: row.get::<_, Option<bool>>(8)?.unwrap_or_default(),
    })
}
