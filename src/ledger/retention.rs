//! Originals whose time in `done` is over: which may be removed, and what became of them.

use std::path::{Path, PathBuf};

use rusqlite::params;

use super::{BatchState, DigestBytes, HeldState, Ledger, LedgerError, OriginalPlace, PageState, PathBytes, ScanState};
use crate::model::Digest;

/// An original in `done`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOriginal {
    /// Row of its scan.
    pub scan: i64,
    /// Name below the watch folder, with the day before it.
    pub name: String,
    /// Where it was put.
    pub path: PathBuf,
    /// SHA-256 when it was received.
    pub digest: Digest,
    /// Bytes, likewise.
    pub len: u64,
}

/// Nothing of the batch waits for a person, was given up, or is in work; every page of the scan has its place in a
/// document or is recorded; no other file came under its name since.
const SAFE: &str = "scan.digest IS NOT NULL AND scan.state IN (?4, ?5)
  AND EXISTS (SELECT 1 FROM batch WHERE batch.id = scan.batch AND batch.state = ?6)
  AND NOT EXISTS (SELECT 1 FROM scan AS other JOIN held ON held.scan = other.id
                  WHERE other.batch = scan.batch AND held.state <> ?7)
  AND NOT EXISTS (SELECT 1 FROM page WHERE page.scan = scan.id AND page.state NOT IN (?8, ?9, ?10))
  AND NOT EXISTS (SELECT 1 FROM scan AS newer
                  WHERE newer.root = scan.root AND newer.name = scan.name AND newer.id > scan.id)";

impl Ledger {
    /// Originals of the watch folder `root` in `done` that may be removed, of days before `before` (`2026-11-22`), by name;
    /// only names after `after`, at most `limit`.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn removable(
        &self,
        root: &Path,
        (after, before): (&str, &str),
        limit: u32,
    ) -> Result<Vec<KeptOriginal>, LedgerError> {
        self.originals(root, (after, before), OriginalPlace::Done, limit, SAFE)
    }

    /// Originals whose removal was begun.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn being_removed(&self, root: &Path) -> Result<Vec<KeptOriginal>, LedgerError> {
        let any = "scan.digest IS NOT NULL AND ?4 + ?5 + ?6 + ?7 + ?8 + ?9 + ?10 IS NOT NULL";
        self.originals(root, ("", "9"), OriginalPlace::Removing, u32::MAX, any)
    }

    fn originals(
        &self,
        root: &Path,
        (after, before): (&str, &str),
        place: OriginalPlace,
        limit: u32,
        which: &str,
    ) -> Result<Vec<KeptOriginal>, LedgerError> {
        let sql = format!(
            "SELECT scan.id, scan.name, scan.path, scan.digest, scan.len FROM scan
             WHERE scan.root = (SELECT id FROM root WHERE path = ?1) AND scan.name > ?2 AND scan.name < ?3
               AND scan.shelf = ?11 AND {which} ORDER BY scan.name LIMIT ?12"
        );
        let mut statement = self.sql.prepare_cached(&sql)?;
        let wanted = params![
            PathBytes::from(root),
            after,
            before,
            ScanState::Opened,
            ScanState::Duplicate,
            BatchState::Delivered,
            HeldState::Settled,
            PageState::Delivered,
            PageState::BlankRecorded,
            PageState::SeparatorRecorded,
            place,
            limit
        ];
        let rows = statement.query_map(wanted, |row| {
            Ok(KeptOriginal {
                scan: row.get(0)?,
                name: row.get(1)?,
                path: row.get::<_, PathBytes>(2)?.0,
                digest: row.get::<_, DigestBytes>(3)?.0,
                len: row.get::<_, i64>(4)?.unsigned_abs(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Originals are about to be removed: records that of those for which it is still right, and gives these back. To be
    /// called before the first of them goes.
    ///
    /// # Errors
    /// SQLite failed; then nothing is recorded.
    pub fn begin_removal(&mut self, originals: Vec<KeptOriginal>) -> Result<Vec<KeptOriginal>, LedgerError> {
        self.write(|sql| {
            let update = format!("UPDATE scan SET shelf = ?2 WHERE scan.id = ?1 AND scan.shelf = ?3 AND {SAFE}");
            let mut update = sql.prepare_cached(&update)?;
            let mut begun = Vec::with_capacity(originals.len());
            for original in originals {
                let changed = update.execute(params![
                    original.scan,
                    OriginalPlace::Removing,
                    OriginalPlace::Done,
                    ScanState::Opened,
                    ScanState::Duplicate,
                    BatchState::Delivered,
                    HeldState::Settled,
                    PageState::Delivered,
                    PageState::BlankRecorded,
                    PageState::SeparatorRecorded
                ])?;
                begun.extend((changed > 0).then_some(original));
            }
            Ok(begun)
        })
    }

    /// What became of originals whose removal was begun: rows of their scans; gone, or kept after all.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn end_removal(&mut self, ended: &[(i64, bool)]) -> Result<(), LedgerError> {
        self.write(|sql| {
            let mut update = sql.prepare_cached("UPDATE scan SET shelf = ?2 WHERE id = ?1 AND shelf = ?3")?;
            for (scan, gone) in ended {
                let place = if *gone { OriginalPlace::Removed } else { OriginalPlace::Done };
                update.execute(params![scan, place, OriginalPlace::Removing])?;
            }
            Ok(())
        })
    }
}
