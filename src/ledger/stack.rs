//! Whether the pages of a batch are surely a whole stack of sheets.

use rusqlite::{OptionalExtension, params};

use super::{HeldState, Ledger, LedgerError, PageKey, PageState, ScanState};

/// What the ledger knows of a batch as a stack of fronts and backs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// All files that were received for it are open.
    Whole,
    /// A file of it is elsewhere: it came when the batch had gone on, or is a duplicate.
    Torn,
    /// A person wants its pages as they were scanned, or gave a file of it up.
    Settled,
}

impl Ledger {
    /// What a batch is as a stack. A file that is held and undecided is not looked at, see [`Self::undecided`].
    ///
    /// # Errors
    /// SQLite failed, or there is no such batch.
    pub fn stack(&self, batch: i64) -> Result<Stack, LedgerError> {
        let sql = "SELECT
             EXISTS (SELECT 1 FROM scan JOIN held ON held.scan = scan.id WHERE scan.batch = batch.id AND
               ((held.idx = -1 AND scan.state = ?2 AND held.state = ?3)
                OR (held.idx >= 0 AND json_extract(held.fault, '$.kind') = 'unpaired' AND held.state IN (?3, ?4, ?5)))),
             batch.round > 1 OR EXISTS (SELECT 1 FROM scan WHERE scan.batch = batch.id AND
               (scan.state = ?6 OR (scan.state = ?7 AND NOT EXISTS
                 (SELECT 1 FROM scan AS s WHERE s.batch = scan.batch AND s.name = scan.name AND s.state <> ?7))))
           FROM batch WHERE batch.id = ?1";
        let states = params![
            batch,
            ScanState::Held,
            HeldState::Discarded,
            HeldState::Released,
            HeldState::Settled,
            ScanState::Duplicate,
            ScanState::Replaced
        ];
        let (settled, torn): (bool, bool) =
            self.sql.prepare_cached(sql)?.query_row(states, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(match (settled, torn) {
            (true, _) => Stack::Settled,
            (false, true) => Stack::Torn,
            (false, false) => Stack::Whole,
        })
    }

    /// The page of a batch that is held, undecided, because fronts and backs cannot be paired.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn unpaired(&self, batch: i64) -> Result<Option<PageKey>, LedgerError> {
        let sql = "SELECT page.scan, page.idx FROM scan JOIN page ON page.scan = scan.id
                   JOIN held ON held.scan = page.scan AND held.idx = page.idx
                   WHERE scan.batch = ?1 AND page.state = ?2 AND held.state = ?3
                   AND json_extract(held.fault, '$.kind') = 'unpaired' LIMIT 1";
        let key = |row: &rusqlite::Row<'_>| Ok(PageKey { scan: row.get(0)?, index: row.get(1)? });
        let unpaired = params![batch, PageState::Held, HeldState::Open];
        Ok(self.sql.prepare_cached(sql)?.query_row(unpaired, key).optional()?)
    }
}
