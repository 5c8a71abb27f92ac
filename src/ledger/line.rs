//! The line's side of the ledger: pages counted, processed, held.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, OptionalExtension, params};

use super::{BatchState, DigestBytes, Json, Ledger, LedgerError, PageState, PathBytes, ScanState};
use crate::model::{Digest, Fault, ImageStream, PageRecord, QuarterTurn};

/// Most bytes that a deflated record may unfold to; a page of 100,000 words has about 30 MB of JSON.
const MAX_RECORD_BYTES: u64 = 256 << 20;

/// A page, by its scan in the ledger and its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    /// Row of the scan.
    pub scan: i64,
    /// From 0.
    pub index: u32,
}

/// A scan with work left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingScan {
    /// Its row.
    pub scan: i64,
    /// The file.
    pub path: PathBuf,
    /// Its bytes.
    pub len: u64,
    /// SHA-256 of its content.
    pub digest: Digest,
    /// Its pages, if they were counted, and those not processed yet.
    pub pages: Option<(u32, VecDeque<u32>)>,
    /// Of these, the pages that a person lets go without their text, with the fault for which they were held.
    pub released: BTreeMap<u32, Fault>,
}

impl PendingScan {
    /// The scan, if anything of it is left to do.
    pub(super) fn load(sql: &Connection, scan: i64) -> Result<Option<Self>, LedgerError> {
        let found = sql
            .prepare_cached("SELECT path, len, digest, state, pages FROM scan WHERE id = ?1")?
            .query_row([scan], |row| {
                let digest: Option<DigestBytes> = row.get(2)?;
                let len = row.get::<_, i64>(1)?.unsigned_abs();
                Ok((row.get::<_, PathBytes>(0)?, len, digest, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((PathBytes(path), len, Some(DigestBytes(digest)), state, pages)) = found else { return Ok(None) };
        let pages = match (state, pages) {
            (ScanState::Received, _) => None,
            (ScanState::Opened, Some(pages)) => {
                let open = unprocessed(sql, scan)?;
                if open.is_empty() {
                    return Ok(None);
                }
                Some((pages, open))
            }
            _ => return Ok(None),
        };
        let released = super::held::released(sql, scan)?;
        Ok(Some(Self { scan, path, len, digest, pages, released }))
    }
}

fn unprocessed(sql: &Connection, scan: i64) -> Result<VecDeque<u32>, LedgerError> {
    let mut statement = sql.prepare_cached("SELECT idx FROM page WHERE scan = ?1 AND state = ?2 ORDER BY idx")?;
    let rows = statement.query_map(params![scan, PageState::Received], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is kept of a processed page.
#[derive(Debug)]
pub struct Processed {
    turn: QuarterTurn,
    skew_deg: f32,
    blank: bool,
    ink_share: f32,
    image: Digest,
    original: bool,
    stored: Option<Digest>,
    record: Vec<u8>,
    coded: bool,
    /// The fault for which its text was not read.
    pub unread: Option<Fault>,
}

impl Processed {
    /// Packs a record.
    ///
    /// # Errors
    /// Never in practice; the JSON writer could fail on a map with odd keys.
    pub fn pack(record: &PageRecord) -> Result<Self, LedgerError> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut encoder, record).map_err(|_| LedgerError::Record)?;
        encoder.flush().map_err(|_| LedgerError::Record)?;
        Ok(Self {
            turn: record.placement.turn,
            skew_deg: record.skew.0,
            blank: record.blank.is_blank,
            coded: !record.barcodes.is_empty() || !record.patch_codes.is_empty(),
            ink_share: record.blank.ink_share,
            image: record.image.digest,
            original: record.image.original,
            stored: match record.image.stream {
                ImageStream::Stored { digest, .. } => Some(digest),
                ImageStream::InScan(_) => None,
            },
            record: encoder.finish().map_err(|_| LedgerError::Record)?,
            unread: None,
        })
    }
}

/// Unpacks what [`Processed::pack`] made.
pub(super) fn unpack(record: &[u8]) -> Result<PageRecord, LedgerError> {
    let json = DeflateDecoder::new(record).take(MAX_RECORD_BYTES);
    serde_json::from_reader(std::io::BufReader::new(json)).map_err(|_| LedgerError::Record)
}

/// Something to be committed.
#[derive(Debug)]
pub enum Change {
    /// A scan has this many pages.
    Opened {
        /// Its row.
        scan: i64,
        /// At least 1.
        pages: u32,
    },
    /// A whole scan is held.
    ScanHeld {
        /// Its row.
        scan: i64,
        /// Why.
        fault: Fault,
        /// After so many attempts, at least 1.
        attempts: u32,
    },
    /// Something became of a page.
    Page {
        /// Which.
        page: PageKey,
        /// What.
        change: PageChange,
    },
}

/// What became of a page.
#[derive(Debug)]
pub enum PageChange {
    /// It was processed.
    Processed(Box<Processed>),
    /// It is held, after so many attempts (at least 1).
    Held(Fault, u32),
}

impl Ledger {
    /// The row of a recipe.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn recipe(&mut self, digest: Digest) -> Result<i64, LedgerError> {
        self.write(|sql| {
            sql.execute("INSERT OR IGNORE INTO recipe (digest) VALUES (?1)", [DigestBytes(digest)])?;
            Ok(sql.query_row("SELECT id FROM recipe WHERE digest = ?1", [DigestBytes(digest)], |row| row.get(0))?)
        })
    }

    /// Makes an interrupted run's unfinished batches fit for this one: pages that another recipe made, or that were held
    /// for what may pass, are to be processed again. Batches whose documents have their numbers stay as they are; in one
    /// that was delivered before, a person decides which held pages are tried again.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn recover(&mut self, recipe: i64) -> Result<(), LedgerError> {
        let unfinished = "SELECT scan.id, batch.received IS NULL FROM batch JOIN scan ON scan.batch = batch.id
                          WHERE batch.state < ?1";
        self.write(|sql| {
            let scans: Vec<(i64, bool)> = {
                let mut statement = sql.prepare(unfinished)?;
                let rows = statement.query_map([BatchState::Assembled], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect::<Result<_, _>>()?
            };
            for (scan, first_time) in scans {
                let mut statement = sql.prepare_cached("SELECT idx, fault FROM page WHERE scan = ?1 AND state = ?2")?;
                let held = statement
                    .query_map(params![scan, PageState::Held], |row| {
                        Ok((row.get(0)?, row.get::<_, Json<Fault>>(1)?.0))
                    })?
                    .collect::<Result<Vec<(u32, Fault)>, _>>()?;
                for (index, _) in held.iter().filter(|(_, fault)| first_time && fault.kind.may_pass()) {
                    super::held::try_again(sql, PageKey { scan, index: *index })?;
                }
                let foreign = params![scan, PageState::Processed, recipe];
                sql.prepare_cached(
                    "DELETE FROM page_record WHERE scan = ?1
                     AND idx IN (SELECT idx FROM page WHERE scan = ?1 AND state = ?2 AND recipe IS NOT ?3)",
                )?
                .execute(foreign)?;
                sql.prepare_cached(
                    "UPDATE page SET state = 0, stored = NULL, unread = NULL
                     WHERE scan = ?1 AND state = ?2 AND recipe IS NOT ?3",
                )?
                .execute(foreign)?;
            }
            Ok(())
        })
    }

    /// Commits changes in one transaction. Repeating it changes nothing: a page leaves `Received` once. Pages of an
    /// opened scan whose bytes and recipe are those of pages already processed take over their records.
    ///
    /// # Errors
    /// SQLite failed; then nothing of it is recorded.
    pub fn commit(&mut self, recipe: i64, changes: &[Change]) -> Result<(), LedgerError> {
        self.write(|sql| {
            for change in changes {
                match change {
                    Change::Opened { scan, pages } => open(sql, recipe, *scan, *pages)?,
                    Change::ScanHeld { scan, fault, attempts } => {
                        let held = sql
                            .prepare_cached("UPDATE scan SET state = ?2, fault = ?3 WHERE id = ?1 AND state = ?4")?
                            .execute(params![scan, ScanState::Held, Json(fault), ScanState::Received])?;
                        super::held::count_attempts(sql, *scan, None, held, *attempts)?;
                    }
                    Change::Page { page, change: PageChange::Processed(processed) } => {
                        process(sql, recipe, *page, processed)?;
                    }
                    Change::Page { page, change: PageChange::Held(fault, attempts) } => {
                        let (held, received) = (PageState::Held, PageState::Received);
                        let held = sql
                            .prepare_cached(
                                "UPDATE page SET state = ?3, fault = ?4 WHERE scan = ?1 AND idx = ?2 AND state = ?5",
                            )?
                            .execute(params![page.scan, page.index, held, Json(fault), received])?;
                        super::held::count_attempts(sql, page.scan, Some(page.index), held, *attempts)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// The pages of an opened scan that are still to be processed.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn unprocessed(&self, scan: i64) -> Result<VecDeque<u32>, LedgerError> {
        unprocessed(&self.sql, scan)
    }

    /// The scans of a batch that have work left, in order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn pending(&self, batch: i64) -> Result<Vec<PendingScan>, LedgerError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT id FROM scan WHERE batch = ?1 AND (state = ?2 OR state = ?3 AND EXISTS
               (SELECT 1 FROM page WHERE page.scan = scan.id AND page.state = ?4)) ORDER BY seq, id",
        )?;
        let open = params![batch, ScanState::Received, ScanState::Opened, PageState::Received];
        let scans = statement.query_map(open, |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        scans.into_iter().filter_map(|scan| PendingScan::load(&self.sql, scan).transpose()).collect()
    }

    /// Batches in `state`, oldest first; with `root` only those found below that folder. Not those of a claim that is
    /// still to be carried out.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn batches(&self, state: BatchState, root: Option<&Path>) -> Result<Vec<i64>, LedgerError> {
        let sql = "SELECT batch.id FROM batch JOIN root ON root.id = batch.root
                   WHERE batch.state = ?1 AND batch.state < 3 AND (?2 IS NULL OR root.path = ?2)
                   AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.root = batch.root AND claim.key = batch.key)
                   ORDER BY batch.id";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map(params![state, root.map(PathBytes::from)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// SHA-256 of a scan, if it could be read.
    ///
    /// # Errors
    /// SQLite failed, or there is no such scan.
    pub fn scan_digest(&self, scan: i64) -> Result<Option<Digest>, LedgerError> {
        let mut statement = self.sql.prepare_cached("SELECT digest FROM scan WHERE id = ?1")?;
        let digest: Option<DigestBytes> = statement.query_row([scan], |row| row.get(0))?;
        Ok(digest.map(|digest| digest.0))
    }

    /// Those of `objects` that no page needs.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn unneeded(&self, objects: impl IntoIterator<Item = Digest>) -> Result<Vec<Digest>, LedgerError> {
        let mut needed = self.sql.prepare_cached("SELECT 1 FROM page WHERE stored = ?1 LIMIT 1")?;
        let mut unneeded = Vec::new();
        for digest in objects {
            if !needed.exists([DigestBytes(digest)])? {
                unneeded.push(digest);
            }
        }
        Ok(unneeded)
    }
}

fn open(sql: &Connection, recipe: i64, scan: i64, pages: u32) -> Result<(), LedgerError> {
    let opened = sql
        .prepare_cached("UPDATE scan SET state = ?2, pages = ?3 WHERE id = ?1 AND state = ?4")?
        .execute(params![scan, ScanState::Opened, pages, ScanState::Received])?;
    if opened == 0 {
        return Ok(());
    }
    sql.prepare_cached(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
         INSERT OR IGNORE INTO page (scan, idx, state) SELECT ?1, i, ?3 FROM n",
    )?
    .execute(params![scan, pages, PageState::Received])?;
    let twin: Option<i64> = sql
        .prepare_cached(
            "SELECT twin.id FROM scan JOIN scan AS twin ON twin.digest = scan.digest AND twin.id <> scan.id
             WHERE scan.id = ?1 AND twin.state = ?2
             AND EXISTS (SELECT 1 FROM page_record WHERE page_record.scan = twin.id) LIMIT 1",
        )?
        .query_row(params![scan, ScanState::Opened], |row| row.get(0))
        .optional()?;
    if let Some(twin) = twin {
        sql.prepare_cached(
            "UPDATE page SET (state, recipe, turn, skew, blank, ink, image, original, stored, unread, coded) =
               (SELECT t.state, t.recipe, t.turn, t.skew, t.blank, t.ink, t.image, t.original, t.stored, t.unread, t.coded
                FROM page AS t WHERE t.scan = ?2 AND t.idx = page.idx)
             WHERE scan = ?1 AND EXISTS (SELECT 1 FROM page AS t JOIN page_record AS r ON r.scan = t.scan AND r.idx = t.idx
               WHERE t.scan = ?2 AND t.idx = page.idx AND t.state = ?3 AND t.recipe = ?4)",
        )?
        .execute(params![scan, twin, PageState::Processed, recipe])?;
        sql.prepare_cached(
            "INSERT INTO page_record (scan, idx, record)
             SELECT ?1, r.idx, r.record FROM page_record AS r JOIN page ON page.scan = ?1 AND page.idx = r.idx
             WHERE r.scan = ?2 AND page.state = ?3",
        )?
        .execute(params![scan, twin, PageState::Processed])?;
    }
    Ok(())
}

fn process(sql: &Connection, recipe: i64, page: PageKey, done: &Processed) -> Result<(), LedgerError> {
    let changed = sql
        .prepare_cached(
            "UPDATE page SET state = ?3, recipe = ?4, turn = ?5, skew = ?6, blank = ?7, ink = ?8, image = ?9,
               original = ?10, stored = ?11, unread = ?13, coded = ?14, fault = NULL WHERE scan = ?1 AND idx = ?2 AND state = ?12",
        )?
        .execute(params![
            page.scan,
            page.index,
            PageState::Processed,
            recipe,
            done.turn.degrees(),
            done.skew_deg,
            done.blank,
            done.ink_share,
            DigestBytes(done.image),
            done.original,
            done.stored.map(DigestBytes),
            PageState::Received,
            done.unread.clone().map(Json),
            done.coded
        ])?;
    if changed > 0 {
        sql.prepare_cached("INSERT OR REPLACE INTO page_record (scan, idx, record) VALUES (?1, ?2, ?3)")?
            .execute(params![page.scan, page.index, done.record])?;
    }
    Ok(())
}
