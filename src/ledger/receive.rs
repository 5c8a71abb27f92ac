//! Intake's side of the ledger: which scan lies in which place.
//!
//! A place is (input folder, name below it), whatever batch it is counted to. Equal bytes in two places are two scans.
//! What earlier runs saw of a place decides what a file found there now is:
//!
//! | seen before | found now | becomes |
//! |---|---|---|
//! | nothing | anything readable | a new scan |
//! | nothing | unreadable | a held scan |
//! | same digest | readable | known, nothing to do; a scan held for what may pass is tried again |
//! | same digest, a duplicate | readable | known; a new scan if duplicates are to be processed now |
//! | anything | unreadable | known |
//! | other digest, held or not opened yet | readable | a new scan; the old one is *replaced* |
//! | other digest, opened | readable | a scan held as *changed*: pages of the old content went on already |

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::claims;
use super::duplicates::{self, Twin};
use super::line::PendingScan;
use super::{
    BatchState, DigestBytes, HeldState, Json, Ledger, LedgerError, OriginalPlace, PageState, PathBytes, ScanState,
};
use crate::model::{Digest, DuplicateAction, Fault, FaultKind, Stage};

/// A batch as intake found it.
#[derive(Clone, Copy, Debug)]
pub struct FoundPlace<'a> {
    /// The input folder, canonical.
    pub root: &'a Path,
    /// The batch's key below it.
    pub key: &'a str,
    /// Its case.
    pub case: CaseId<'a>,
    /// What becomes of new scans whose bytes were received before; `None`: they are scans like any.
    pub duplicates: Option<DuplicateAction>,
    /// Its files were taken from a watch folder.
    pub claimed: bool,
    /// The request that hurries it.
    pub request: Option<i64>,
}

/// A case and the folder it shall have.
#[derive(Clone, Copy, Debug)]
pub struct CaseId<'a> {
    /// The number as found.
    pub number: &'a str,
    /// The folder at the target.
    pub folder: &'a str,
    /// The folder if another case has that one already (Windows does not tell `a` from `A`).
    pub folder_if_taken: &'a str,
}

/// A file of a batch.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Name below the input.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Position in the batch.
    pub seq: u32,
    /// Bytes.
    pub len: u64,
    /// Time of the last change, Unix nanoseconds.
    pub modified_ns: i64,
    /// Time at which the system last changed the file or its times, Unix nanoseconds: nobody can set it back.
    pub changed_ns: i64,
    /// SHA-256 of the content, or why it could not be read.
    pub content: Result<Digest, Fault>,
    /// It is held for this, though it could be read.
    pub doubt: Option<Fault>,
}

/// What became of a found file.
#[derive(Clone, Debug)]
pub struct Reception {
    /// Its scan's batch.
    pub batch: i64,
    /// Row of the batch's case.
    pub case: i64,
    /// Digest of its content, if it could be read.
    pub digest: Option<Digest>,
    /// An earlier run had recorded it.
    pub known: bool,
    /// Its batch is the one being received, and has no documents yet.
    pub unfinished: bool,
    /// Its pages, if an earlier run counted them.
    pub pages: Option<u32>,
    /// There is work to be done.
    pub pending: Option<PendingScan>,
    /// It was held now.
    pub fault: Option<Fault>,
    /// An earlier scan has its bytes and pages.
    pub duplicate: bool,
}

/// What the ledger says of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownScan {
    /// Bytes.
    pub len: u64,
    /// Time of the last change, Unix nanoseconds.
    pub modified_ns: i64,
    /// Time at which the system last changed the file or its times, Unix nanoseconds: nobody can set it back.
    pub changed_ns: i64,
    /// SHA-256 of the content, if it could be read then.
    pub digest: Option<Digest>,
}

impl Ledger {
    /// What was last seen in a place. A file whose length and times are still these is taken to have the same bytes
    /// without being read again (its digest is checked once more before delivery).
    ///
    /// # Errors
    /// SQLite failed.
    pub fn known(&self, root: &Path, name: &str) -> Result<Option<KnownScan>, LedgerError> {
        let sql =
            "SELECT scan.len, scan.modified_ns, scan.changed_ns, scan.digest FROM root JOIN scan ON scan.root = root.id
                   WHERE root.path = ?1 AND scan.name = ?2 ORDER BY scan.id DESC LIMIT 1";
        let known = self.sql.prepare_cached(sql)?.query_row(params![PathBytes::from(root), name], |row| {
            Ok(KnownScan {
                len: row.get::<_, i64>(0)?.unsigned_abs(),
                modified_ns: row.get(1)?,
                changed_ns: row.get(2)?,
                digest: row.get::<_, Option<DigestBytes>>(3)?.map(|digest| digest.0),
            })
        });
        Ok(known.optional()?)
    }

    /// Records files of a batch, in one transaction; the answers are in their order. With `last` the batch has no more
    /// files, and moves to `Received`. Repeating it changes nothing.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn receive(
        &mut self,
        place: &FoundPlace<'_>,
        files: &[FoundFile],
        last: bool,
    ) -> Result<Vec<Reception>, LedgerError> {
        self.write(|sql| {
            sql.execute("INSERT OR IGNORE INTO root (path) VALUES (?1)", [PathBytes::from(place.root)])?;
            let root =
                sql.query_row("SELECT id FROM root WHERE path = ?1", [PathBytes::from(place.root)], |row| row.get(0))?;
            let mut intake = Intake { sql, place, root, open_round: [None; 2] };
            let receptions = files.iter().map(|file| intake.receive(file)).collect::<Result<_, _>>()?;
            if last {
                let close = "UPDATE batch SET state = ?3 WHERE root = ?1 AND key = ?2 AND state = ?4";
                sql.prepare_cached(close)?.execute(params![
                    root,
                    place.key,
                    BatchState::Received,
                    BatchState::Receiving
                ])?;
                if place.claimed {
                    claims::fulfil(sql, root, place.key)?;
                }
                if place.request.is_some() {
                    let hurried = "UPDATE batch SET request = ?3 WHERE root = ?1 AND key = ?2";
                    sql.prepare_cached(hurried)?.execute(params![root, place.key, place.request])?;
                }
            }
            Ok(receptions)
        })
    }

    /// No more scans will come for a batch whose folder is gone.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn close_batch(&mut self, batch: i64) -> Result<(), LedgerError> {
        self.write(|sql| {
            let close = params![batch, BatchState::Received, BatchState::Receiving];
            sql.execute("UPDATE batch SET state = ?2 WHERE id = ?1 AND state = ?3", close)?;
            Ok(())
        })
    }
}

/// One transaction of intake.
struct Intake<'a> {
    sql: &'a Transaction<'a>,
    place: &'a FoundPlace<'a>,
    root: i64,
    /// The batch that takes new scans, and its case: for readable ones, and for those that are held.
    open_round: [Option<(i64, i64)>; 2],
}

/// A row of a place.
struct Prior {
    scan: i64,
    batch: i64,
    case: i64,
    /// The batch is the one being received.
    here: bool,
    batch_state: BatchState,
    digest: Option<Digest>,
    state: ScanState,
    pages: Option<u32>,
    fault: Option<Fault>,
    /// A person gave it up.
    discarded: bool,
}

impl Intake<'_> {
    fn receive(&mut self, file: &FoundFile) -> Result<Reception, LedgerError> {
        let mut priors = self.priors(&file.name)?;
        // A file that was altered and put back is the one whose pages went on.
        let opened = priors.iter().position(|p| p.state == ScanState::Opened && p.digest == file.content.clone().ok());
        let prior = match opened {
            Some(position) => Some(priors.swap_remove(position)),
            None => priors.into_iter().next(),
        };
        match (prior, &file.content) {
            (None, Ok(_)) => self.insert(file, file.doubt.clone()),
            (None, Err(fault)) => self.insert(file, Some(fault.clone())),
            (Some(prior), Err(_)) => self.known(prior, None),
            (Some(prior), Ok(digest)) if prior.digest == Some(*digest) => {
                let undone = prior.state == ScanState::Duplicate && self.place.duplicates.is_none();
                let may_pass = || prior.fault.as_ref().is_some_and(|f| f.kind.may_pass()) && !prior.discarded;
                if undone || prior.state == ScanState::Held && may_pass() {
                    self.replace(&prior, file)
                } else {
                    self.known(prior, Some(file))
                }
            }
            (Some(prior), Ok(_)) if prior.state == ScanState::Opened => {
                let detail = "the file has another content than when its pages were read";
                let fault = Fault::new(Stage::Intake, FaultKind::Changed, detail);
                // Pages of the old content that are still to be processed cannot be any more.
                let sql = "UPDATE page SET state = ?2, fault = ?3 WHERE scan = ?1 AND state = ?4";
                let held = params![prior.scan, PageState::Held, Json(&fault), PageState::Received];
                self.sql.prepare_cached(sql)?.execute(held)?;
                self.insert(file, Some(fault))
            }
            (Some(prior), Ok(_)) => self.replace(&prior, file),
        }
    }

    /// What was seen in a place, last things first.
    fn priors(&self, name: &str) -> Result<Vec<Prior>, LedgerError> {
        let sql =
            "SELECT scan.id, batch.id, batch.key = ?3, batch.state, scan.digest, scan.state, scan.pages, scan.fault,
                          batch.casefile,
                          EXISTS (SELECT 1 FROM held WHERE held.scan = scan.id AND held.idx = -1 AND held.state = ?4)
                   FROM scan JOIN batch ON batch.id = scan.batch
                   WHERE scan.root = ?1 AND scan.name = ?2 ORDER BY scan.id DESC";
        let mut statement = self.sql.prepare_cached(sql)?;
        let priors = statement.query_map(params![self.root, name, self.place.key, HeldState::Discarded], |row| {
            Ok(Prior {
                scan: row.get(0)?,
                batch: row.get(1)?,
                here: row.get(2)?,
                batch_state: row.get(3)?,
                digest: row.get::<_, Option<DigestBytes>>(4)?.map(|digest| digest.0),
                state: row.get(5)?,
                pages: row.get(6)?,
                fault: row.get::<_, Option<Json<Fault>>>(7)?.map(|fault| fault.0),
                case: row.get(8)?,
                discarded: row.get(9)?,
            })
        })?;
        Ok(priors.collect::<Result<_, _>>()?)
    }

    fn known(&self, prior: Prior, file: Option<&FoundFile>) -> Result<Reception, LedgerError> {
        let unfinished = prior.here && matches!(prior.batch_state, BatchState::Receiving | BatchState::Received);
        if let Some(file) = file {
            let sql = "UPDATE scan SET path = ?2, len = ?3, modified_ns = ?4, changed_ns = ?5
                       WHERE id = ?1 AND (path, len, modified_ns, changed_ns) IS NOT (?2, ?3, ?4, ?5)";
            let path = PathBytes::from(file.path.as_path());
            let times = (file.modified_ns, file.changed_ns);
            self.sql.prepare_cached(sql)?.execute(params![prior.scan, path, file.len as i64, times.0, times.1])?;
            if unfinished {
                // Files that came between since then move it.
                let sql = "UPDATE scan SET seq = ?2 WHERE id = ?1 AND seq <> ?2";
                self.sql.prepare_cached(sql)?.execute(params![prior.scan, file.seq])?;
            }
        }
        let pending = if unfinished { PendingScan::load(self.sql, prior.scan)? } else { None };
        Ok(Reception {
            batch: prior.batch,
            case: prior.case,
            digest: prior.digest,
            known: true,
            unfinished,
            pages: prior.pages,
            pending,
            fault: None,
            duplicate: prior.state == ScanState::Duplicate,
        })
    }

    /// The content of `file` takes the place of a scan of which nothing went on.
    fn replace(&mut self, prior: &Prior, file: &FoundFile) -> Result<Reception, LedgerError> {
        self.sql
            .prepare_cached("UPDATE scan SET state = ?2 WHERE id = ?1")?
            .execute(params![prior.scan, ScanState::Replaced])?;
        let reception = self.insert(file, None)?;
        if let Some(pending) = &reception.pending {
            super::held::carry_over(self.sql, prior.scan, pending.scan)?;
        }
        Ok(reception)
    }

    fn insert(&mut self, file: &FoundFile, fault: Option<Fault>) -> Result<Reception, LedgerError> {
        let (batch, case) = self.open_round(fault.is_some())?;
        let digest = file.content.as_ref().ok().copied();
        let state = if fault.is_some() { ScanState::Held } else { ScanState::Received };
        let sql =
            "INSERT INTO scan (batch, root, seq, name, path, len, modified_ns, changed_ns, digest, state, fault, shelf)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.sql.prepare_cached(sql)?.execute(params![
            batch,
            self.root,
            file.seq,
            file.name,
            PathBytes::from(file.path.as_path()),
            file.len as i64,
            file.modified_ns,
            file.changed_ns,
            digest.map(DigestBytes),
            state,
            fault.clone().map(Json),
            if self.place.claimed { OriginalPlace::Claimed } else { OriginalPlace::Input }
        ])?;
        let scan = self.sql.last_insert_rowid();
        let mut duplicate = false;
        if let Some(action) = self.place.duplicates
            && fault.is_none()
            && let Twin::Settled(of) = duplicates::twin(self.sql, scan)?
        {
            duplicates::mark(self.sql, scan, of, action)?;
            duplicate = true;
        }
        let pending = PendingScan::load(self.sql, scan)?;
        Ok(Reception { batch, case, digest, known: false, unfinished: true, pages: None, pending, fault, duplicate })
    }

    /// The batch that takes new scans: the last round, or a new one if that went on already.
    fn open_round(&mut self, held: bool) -> Result<(i64, i64), LedgerError> {
        if let Some(open) = self.open_round[usize::from(held)] {
            return Ok(open);
        }
        let key = self.place.key;
        // A batch that was delivered once and is open again for held pages takes no new scans; one of which nothing went on
        // because all its pages wait does: they may wait for just these, though not for one that is held, too.
        let sql = "SELECT id, casefile, round, state < 2 AND received IS NULL OR NOT ?3 AND state <> 2
                     AND EXISTS (SELECT 1 FROM scan JOIN page ON page.scan = scan.id
                                 WHERE scan.batch = batch.id AND page.state = 6)
                     AND NOT EXISTS (SELECT 1 FROM scan JOIN page ON page.scan = scan.id
                                     WHERE scan.batch = batch.id AND page.state IN (3, 4, 5))
                   FROM batch WHERE root = ?1 AND key = ?2 ORDER BY round DESC LIMIT 1";
        let last: Option<(i64, i64, i64, bool)> = self
            .sql
            .prepare_cached(sql)?
            .query_row(params![self.root, key, held], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let open = match last {
            Some((batch, case, _, true)) => {
                self.sql.execute("UPDATE batch SET state = ?2 WHERE id = ?1", params![batch, BatchState::Receiving])?;
                (batch, case)
            }
            last => {
                let round = last.map_or(1, |(_, _, round, _)| round + 1);
                let case = casefile(self.sql, self.place.case)?;
                self.sql.execute(
                    "INSERT INTO batch (root, key, round, casefile, state) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![self.root, key, round, case, BatchState::Receiving],
                )?;
                (self.sql.last_insert_rowid(), case)
            }
        };
        self.open_round[usize::from(held)] = Some(open);
        Ok(open)
    }
}

/// The row of a case, which is made if need be.
pub(super) fn casefile(sql: &Connection, case: CaseId<'_>) -> Result<i64, LedgerError> {
    let CaseId { number, folder, folder_if_taken } = case;
    let find = |text: &str, value: &str| sql.query_row(text, [value], |row| row.get::<_, i64>(0)).optional();
    if let Some(id) = find("SELECT id FROM casefile WHERE number = ?1", number)? {
        return Ok(id);
    }
    let is_taken = |folder: &str| {
        Ok::<_, LedgerError>(find("SELECT id FROM casefile WHERE folder_key = ?1", &folder_key(folder))?.is_some())
    };
    let mut free = if is_taken(folder)? { folder_if_taken.to_owned() } else { folder.to_owned() };
    // Another case may be called just as this one would be told apart.
    let mut further = 1;
    while is_taken(&free)? {
        further += 1;
        free = format!("{folder_if_taken}~{further}");
    }
    sql.execute(
        "INSERT INTO casefile (number, folder, folder_key) VALUES (?1, ?2, ?3)",
        params![number, free, folder_key(&free)],
    )?;
    Ok(sql.last_insert_rowid())
}

/// Equal for folders that some file system takes for one: Windows and macOS do not tell `a` from `A`, nor do some `ß`
/// from `SS`. Too coarse costs a mark in a name, too fine a case.
fn folder_key(folder: &str) -> String {
    folder.to_uppercase().to_lowercase()
}
