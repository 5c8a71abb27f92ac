//! What people and files ask of the ledger: a case, the index, what is held, totals.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Params, Row, params};

use super::finish::{DocumentRow, add_up};
use super::held::Decision;
use super::{
    DigestBytes, DocumentState, HeldState, Json, Ledger, LedgerError, PageState, PathBytes, ScanState, Verdict,
};
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
    /// Row of its batch, if documents of that are collated.
    pub stack: Option<i64>,
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
    /// Why its text was not read, if it was not.
    pub unread: Option<Fault>,
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
    /// Who gave it up, when and why, if somebody did.
    pub discarded: Option<Decision>,
}

/// A document of a case's account.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseDocument {
    /// The document.
    pub document: DocumentRow,
    /// The other case that is concerned, if there is one. Personal data: never logged.
    pub other: Option<String>,
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
        let sql = format!(
            "SELECT batch.key, scan.name, scan.digest, scan.len, CASE WHEN {WHOLE_HELD} THEN NULL ELSE scan.pages END,
               CASE WHEN EXISTS (SELECT 1 FROM document AS d WHERE d.batch = batch.id AND d.collated) THEN batch.id END
             FROM batch JOIN scan ON scan.batch = batch.id
             WHERE batch.casefile = ?1 AND {ACCOUNTED} AND scan.state NOT IN (?2, ?3)
             ORDER BY batch.id, scan.seq, scan.id"
        );
        let read = |row: &Row<'_>| {
            Ok(CaseScan {
                batch: row.get(0)?,
                name: row.get(1)?,
                digest: row.get::<_, Option<DigestBytes>>(2)?.map(|digest| digest.0),
                len: row.get::<_, i64>(3)?.unsigned_abs(),
                pages: row.get(4)?,
                stack: row.get(5)?,
            })
        };
        self.visit(&sql, params![case, ScanState::Replaced, ScanState::Duplicate], read, visit)
    }

    /// The documents of a case that stand at the target, in order; each with the case of its batch if that is another.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn delivered_documents(&self, case: i64) -> Result<Vec<CaseDocument>, LedgerError> {
        let other = "batch.casefile <> document.casefile THEN (SELECT number FROM casefile WHERE id = batch.casefile)";
        self.case_documents(other, "document.casefile = ?1 ORDER BY document.number", case)
    }

    /// The documents that stand at the target in other cases, each with that case, and that batches of `case` have
    /// brought; in order of intake.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn documents_elsewhere(&self, case: i64) -> Result<Vec<CaseDocument>, LedgerError> {
        let other = "1 THEN (SELECT number FROM casefile WHERE id = document.casefile)";
        let which = "batch.casefile = ?1 AND document.casefile <> ?1 ORDER BY document.id";
        self.case_documents(other, which, case)
    }

    fn case_documents(&self, other: &str, which: &str, case: i64) -> Result<Vec<CaseDocument>, LedgerError> {
        let sql = format!(
            "SELECT {}, CASE WHEN {other} END FROM document JOIN batch ON batch.id = document.batch
             WHERE document.state = ?2 AND {which}",
            DocumentRow::COLUMNS
        );
        let mut statement = self.sql.prepare_cached(&sql)?;
        let rows = statement.query_map(params![case, DocumentState::Delivered], |row| {
            Ok(CaseDocument { document: DocumentRow::read(row)?, other: row.get(DocumentRow::COUNT)? })
        })?;
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
            "{CASE_PAGE} JOIN batch ON batch.id = scan.batch WHERE batch.casefile = ?1 AND {ACCOUNTED}
             AND page.state = ?2 ORDER BY batch.id, scan.seq, scan.id, page.idx"
        );
        self.visit(&sql, params![case, state], read_case_page, visit)
    }

    /// Visits what waits for a person, at most `limit` things. Whole scans come before pages.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_held<E: From<LedgerError>>(
        &self,
        limit: u32,
        mut visit: impl FnMut(HeldRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "{HELD_ROW} JOIN batch ON batch.id = scan.batch WHERE held.idx = -1 AND scan.state = ?1 AND held.state <> ?2
             ORDER BY batch.id, scan.seq, scan.id LIMIT ?3"
        );
        let mut seen = 0;
        self.visit(&sql, params![ScanState::Held, HeldState::Discarded, limit], read_held_row, |row| {
            seen += 1;
            visit(row)
        })?;
        let sql = format!(
            "{HELD_ROW} JOIN batch ON batch.id = scan.batch JOIN page ON page.scan = held.scan AND page.idx = held.idx
             WHERE page.state IN (?1, ?2) AND held.state <> ?3
             ORDER BY batch.id, scan.seq, scan.id, page.idx LIMIT ?4"
        );
        let held = params![PageState::Held, PageState::Waiting, HeldState::Discarded, limit.saturating_sub(seen)];
        self.visit(&sql, held, read_held_row, visit)
    }

    /// Visits what the account of a case calls held; that includes what is tried again and did not go on yet. Whole
    /// scans come before pages.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_case_held<E: From<LedgerError>>(
        &self,
        case: i64,
        mut visit: impl FnMut(HeldRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let case_held = format!(
            "{HELD_ROW} JOIN batch ON batch.id = scan.batch
             WHERE batch.casefile = ?1 AND {ACCOUNTED} AND scan.state <> ?2 AND held.state <> ?3"
        );
        let order = "ORDER BY batch.id, scan.seq, scan.id, held.idx";
        let unsettled = params![case, ScanState::Replaced, HeldState::Settled];
        let sql = format!("{case_held} AND held.idx = -1 {order}");
        self.visit(&sql, unsettled, read_held_row, &mut visit)?;
        let sql = format!("{case_held} AND held.idx >= 0 AND NOT {WHOLE_HELD} {order}");
        self.visit(&sql, unsettled, read_held_row, visit)
    }

    /// Where the pages of a case are, as its account tells it.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn case_counts(&self, case: i64) -> Result<PageCounts, LedgerError> {
        // One statement sees one moment: a page that is tried again counts as held, once.
        let sql = format!(
            "SELECT CASE WHEN page.state < 2 AND EXISTS (SELECT 1 FROM held WHERE held.scan = page.scan
                      AND held.idx = page.idx AND held.state <> ?2) THEN ?3 ELSE page.state END AS place, count(*)
             FROM batch JOIN scan ON scan.batch = batch.id JOIN page ON page.scan = scan.id
             WHERE batch.casefile = ?1 AND {ACCOUNTED} AND NOT {WHOLE_HELD} GROUP BY place"
        );
        let mut statement = self.sql.prepare_cached(&sql)?;
        add_up(statement.query_map(params![case, HeldState::Settled, PageState::Held], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?)
    }

    /// Things that a person gave up: pages, and whole scans.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn discarded(&self) -> Result<(u64, u64), LedgerError> {
        let sql = "SELECT count(*) FILTER (WHERE idx >= 0), count(*) FILTER (WHERE idx < 0) FROM held
                   JOIN scan ON scan.id = held.scan WHERE held.state = ?1 AND scan.state <> ?2";
        let discarded = params![HeldState::Discarded, ScanState::Replaced];
        Ok(self.sql.query_row(sql, discarded, |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
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
        let read = |row: &Row<'_>| {
            Ok(IndexRow {
                document: DocumentRow::read(row)?,
                case: row.get(DocumentRow::COUNT)?,
                pages: row.get(DocumentRow::COUNT + 1)?,
            })
        };
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
    page.original, page.unread FROM page JOIN scan ON scan.id = page.scan";

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
        unread: row.get::<_, Option<Json<Fault>>>(9)?.map(|fault| fault.0),
    })
}

/// Of a `batch`: the account of its case tells of it. It came as far as the barrier, or did so before it was opened again
/// for something held.
const ACCOUNTED: &str = "(batch.state >= 2 OR batch.received IS NOT NULL)";

/// Of a `scan`: the account of its case calls it held as a whole. One that is tried again is so until its batch comes to
/// the barrier.
const WHOLE_HELD: &str =
    "EXISTS (SELECT 1 FROM held AS whole WHERE whole.scan = scan.id AND whole.idx = -1 AND whole.state < 4)";

const HELD_ROW: &str = "SELECT scan.path, scan.name, scan.digest, held.idx, held.fault, d.reason, d.person, d.at_ms
    FROM held JOIN scan ON scan.id = held.scan LEFT JOIN decision AS d
    ON held.state = 3 AND d.id = (SELECT max(id) FROM decision WHERE held = held.id)";

fn read_held_row(row: &Row<'_>) -> rusqlite::Result<HeldRow> {
    let discarded = match row.get::<_, Option<i64>>(7)? {
        Some(at_ms) => Some(Decision {
            verdict: Verdict::Discard,
            reason: row.get(5)?,
            person: row.get(6)?,
            at: Timestamp::from_millisecond(at_ms).unwrap_or_default(),
            applied: true,
        }),
        None => None,
    };
    Ok(HeldRow {
        path: row.get::<_, PathBytes>(0)?.0,
        name: row.get(1)?,
        digest: row.get::<_, Option<DigestBytes>>(2)?.map(|digest| digest.0),
        index: u32::try_from(row.get::<_, i64>(3)?).ok(),
        fault: row.get::<_, Json<Fault>>(4)?.0,
        discarded,
    })
}
