//! Scans whose bytes were received before.
//!
//! A scan is a duplicate only of an *earlier* one (by its row) that is no duplicate itself, and only once all pages of
//! that one are delivered or recorded: such pages never change their place again. Until then the scan has pages of its
//! own, and whatever becomes of the earlier one, those can still be delivered.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{BatchState, DigestBytes, HeldState, Ledger, LedgerError, PageState, PathBytes, ScanState, finish};
use crate::model::{Digest, DuplicateAction};

/// What earlier scans of the same bytes mean for a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    /// There is none that helps: it goes its own way.
    None,
    /// One of its batch is on its way.
    Beside,
    /// One of another batch is on its way.
    Elsewhere,
    /// All pages of this one are delivered or recorded.
    Settled(i64),
}

/// A duplicate, for its case's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateRow {
    /// Key of its batch.
    pub batch: String,
    /// Its name below the input.
    pub name: String,
    /// SHA-256.
    pub digest: Option<Digest>,
    /// Its bytes.
    pub len: u64,
    /// Case of the earlier scan.
    pub of_case: String,
    /// Name of the earlier scan.
    pub of_name: String,
    /// What the pipeline said.
    pub action: DuplicateAction,
    /// For [`DuplicateAction::Link`]: the documents that hold its pages, relative to the target.
    pub documents: Vec<String>,
}

/// A scan at the barrier whose pages are in no document because an earlier one may have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApartScan {
    /// Its row.
    pub scan: i64,
    /// The file.
    pub path: PathBuf,
    /// SHA-256, as received.
    pub digest: Digest,
}

impl Ledger {
    /// The scans of a batch that have an earlier equal one, and what that means for each; in the order of their rows.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn twins(&self, batch: i64) -> Result<Vec<(i64, Twin)>, LedgerError> {
        let sql = "SELECT id FROM scan WHERE batch = ?1 AND state = ?2 AND EXISTS
                     (SELECT 1 FROM scan AS e WHERE e.digest = scan.digest AND e.id < scan.id)
                   AND NOT EXISTS (SELECT 1 FROM page WHERE page.scan = scan.id AND page.state = ?3) ORDER BY id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map(params![batch, ScanState::Opened, PageState::Waiting], |row| row.get(0))?;
        let scans = rows.collect::<Result<Vec<i64>, _>>()?;
        scans.into_iter().map(|scan| Ok((scan, twin(&self.sql, scan)?))).collect()
    }

    /// What earlier scans of the same bytes mean for `scan`.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn twin(&self, scan: i64) -> Result<Twin, LedgerError> {
        twin(&self.sql, scan)
    }

    /// The first scan of an assembled batch with pages that are processed and in no document.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn next_apart(&self, batch: i64) -> Result<Option<ApartScan>, LedgerError> {
        let sql = "SELECT scan.id, scan.path, scan.digest FROM batch JOIN scan ON scan.batch = batch.id
                   WHERE batch.id = ?1 AND batch.state = ?2 AND EXISTS
                     (SELECT 1 FROM page WHERE page.scan = scan.id AND page.state = ?3 AND page.document IS NULL)
                   ORDER BY scan.id LIMIT 1";
        let apart = self.sql.prepare_cached(sql)?.query_row(
            params![batch, BatchState::Assembled, PageState::Processed],
            |row| {
                let (path, digest): (PathBytes, DigestBytes) = (row.get(1)?, row.get(2)?);
                Ok(ApartScan { scan: row.get(0)?, path: path.0, digest: digest.0 })
            },
        );
        Ok(apart.optional()?)
    }

    /// Records that `scan` is a duplicate of the settled scan `of`, and forgets its pages. Gives back store objects as
    /// [`Self::deliver_document`] does, and how many pages those were.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn settle_duplicate(
        &mut self,
        scan: i64,
        of: i64,
        action: DuplicateAction,
    ) -> Result<(Vec<Digest>, u32), LedgerError> {
        self.write(|sql| {
            let released = finish::release(sql, "scan = ?1", scan)?;
            sql.prepare_cached("DELETE FROM page_record WHERE scan = ?1")?.execute([scan])?;
            let pages = sql.prepare_cached("DELETE FROM page WHERE scan = ?1")?.execute([scan])?;
            mark(sql, scan, of, action)?;
            Ok((released, pages as u32))
        })
    }

    /// Visits the duplicates of a case, in the order of intake; of batches that came as far as the barrier.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_duplicate<E: From<LedgerError>>(
        &self,
        case: i64,
        mut visit: impl FnMut(DuplicateRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql =
            "SELECT batch.key, scan.name, scan.digest, scan.len, casefile.number, e.name, scan.duplicate_action, e.id
                   FROM batch JOIN scan ON scan.batch = batch.id
                   JOIN scan AS e ON e.id = scan.duplicate_of
                   JOIN batch AS eb ON eb.id = e.batch JOIN casefile ON casefile.id = eb.casefile
                   WHERE batch.casefile = ?1 AND batch.state >= ?2 AND scan.state = ?3
                   ORDER BY batch.id, scan.seq, scan.id";
        let read = |row: &Row<'_>| {
            let row_of = DuplicateRow {
                batch: row.get(0)?,
                name: row.get(1)?,
                digest: row.get::<_, Option<DigestBytes>>(2)?.map(|digest| digest.0),
                len: row.get::<_, i64>(3)?.unsigned_abs(),
                of_case: row.get(4)?,
                of_name: row.get(5)?,
                action: if row.get(6)? { DuplicateAction::Link } else { DuplicateAction::Skip },
                documents: Vec::new(),
            };
            Ok((row_of, row.get::<_, i64>(7)?))
        };
        self.visit(sql, params![case, BatchState::Assembled, ScanState::Duplicate], read, |(mut row, of)| {
            if row.action == DuplicateAction::Link {
                row.documents = self.files_with(of)?;
            }
            visit(row)
        })
    }

    /// The files at the target that hold pages of a scan.
    fn files_with(&self, scan: i64) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT file FROM document WHERE file IS NOT NULL
                   AND id IN (SELECT document FROM page WHERE scan = ?1) ORDER BY id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map([scan], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// See [`Ledger::twin`].
pub(super) fn twin(sql: &Connection, scan: i64) -> Result<Twin, LedgerError> {
    // Pages at the target or recorded stay there; one that is held, or anything else, is no help.
    let earlier = "SELECT e.id, e.batch = scan.batch,
           e.state = ?3 AND NOT EXISTS (SELECT 1 FROM page WHERE page.scan = e.id AND page.state NOT IN (?4, ?5, ?6)),
           EXISTS (SELECT 1 FROM page WHERE page.scan = e.id AND page.state NOT IN (?4, ?5, ?6, ?7, ?8))
         FROM scan JOIN scan AS e ON e.digest = scan.digest AND e.id < scan.id
         WHERE scan.id = ?1 AND e.state IN (?2, ?3) ORDER BY e.id";
    let mut statement = sql.prepare_cached(earlier)?;
    let mut rows = statement.query(params![
        scan,
        ScanState::Received,
        ScanState::Opened,
        PageState::Delivered,
        PageState::BlankRecorded,
        PageState::SeparatorRecorded,
        PageState::Received,
        PageState::Processed
    ])?;
    let mut found = Twin::None;
    while let Some(row) = rows.next()? {
        let (id, beside, settled, failed): (i64, bool, bool, bool) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        match (settled, failed, beside) {
            (true, ..) => return Ok(Twin::Settled(id)),
            (_, true, _) => {}
            // What another batch decides has to be awaited; what this one does is known at its end.
            (.., false) => found = Twin::Elsewhere,
            (.., true) if found == Twin::None => found = Twin::Beside,
            (.., true) => {}
        }
    }
    Ok(found)
}

/// Records a scan as a duplicate.
pub(super) fn mark(sql: &Connection, scan: i64, of: i64, action: DuplicateAction) -> Result<(), LedgerError> {
    sql.prepare_cached(
        "UPDATE scan SET state = ?2, duplicate_of = ?3, duplicate_action = ?4, fault = NULL WHERE id = ?1",
    )?
    .execute(params![scan, ScanState::Duplicate, of, action == DuplicateAction::Link])?;
    // Pages of it that were held need nobody's decision: the earlier scan's went on.
    sql.prepare_cached("UPDATE held SET state = ?2 WHERE scan = ?1")?.execute(params![scan, HeldState::Settled])?;
    Ok(())
}
