//! What happened to every scan and page: SQLite, and the content-addressed store beside it.
//!
//! In: facts from dispatch, one transaction each. Out: what is to be done next. Knows `model` only; only `dispatch` (and
//! read-only commands of `cli`) know it.
//!
//! A state folder (mode 0700, files 0600) holds `ledger.sqlite`, `store/` (pictures by digest), `spool/` (pictures that
//! workers are writing; emptied at start) and `lock`. WAL with `synchronous=FULL`: what was committed survives a power
//! cut. `secure_delete`: what was deleted (records hold text of pages) is overwritten.

mod claims;
mod duplicates;
mod finish;
mod held;
mod line;
mod plan;
mod receive;
mod report;
mod requests;
mod retention;
mod stack;
mod states;
mod status;
mod store;

pub use claims::{ClaimRow, ClaimedRow, Original};
pub use duplicates::{ApartScan, DuplicateRow, Twin};
pub use finish::{BatchPage, CaseHead, DocumentPage, DocumentRow, DocumentScan};
pub use held::{DecideError, Decision, HeldThing, NeighbourPlace};
pub use line::{Change, PageChange, PageKey, PendingScan, Processed};
pub use plan::{Plan, PlannedAlarm, PlannedCase, PlannedDocument};
pub use receive::{CaseId, FoundFile, FoundPlace, KnownScan, Reception};
pub use report::{CaseDocument, CasePage, CaseScan, HeldRow, IndexRow, Totals};
pub use requests::{Request, RequestStanding};
pub use retention::KeptOriginal;
pub use stack::Stack;
pub use states::{
    BatchState, DocumentState, HeldState, OriginalPlace, PageState, RequestKind, RequestState, ScanState, Verdict,
};
pub use status::{BatchBalance, Doubt, HeldKind, HeldSince, RunRow, SoFar, Standing};
pub use store::{Store, StoreError};

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use crate::durable;
use crate::model::Digest;
use crate::saboteur::{self, Step};

/// `PRAGMA user_version` of the schema in `schema.sql`.
const SCHEMA_VERSION: i64 = 4;

/// `PRAGMA application_id`: "scan" in ASCII.
const APPLICATION_ID: i64 = 0x7363_616e;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another run holds the state folder.
    #[error("the state folder {0} is in use by another run")]
    Busy(PathBuf),
    /// The state folder was written by another version.
    #[error("the state folder {path} has schema version {found}, this program knows {SCHEMA_VERSION}")]
    Version {
        /// The state folder.
        path: PathBuf,
        /// `PRAGMA user_version`.
        found: i64,
    },
    /// The run that made it was killed before it could make anything in it.
    #[error("{0} is still empty: the run that made it ended before it received a scan; run the same command again")]
    Blank(PathBuf),
    /// The database file is not a ledger.
    #[error("{0} is not a ledger of this program")]
    Foreign(PathBuf),
    /// A file of the state folder could not be made, read or written.
    #[error("failed to use {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite failed.
    #[error("failed to use the ledger: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A step that a test refused, or a transaction that the system refused.
    #[error("failed to commit to the ledger: {0}")]
    Commit(io::Error),
    /// A stored record does not read back.
    #[error("a page record of the ledger is damaged")]
    Record,
}

/// A state folder, claimed by this process until dropped.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Makes the folder if need be and claims it; empties the spool.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] if another run has it, [`LedgerError::Io`] if it cannot be made or written.
    pub fn claim(path: &Path) -> Result<Self, LedgerError> {
        let io = |source| LedgerError::Io { path: path.to_owned(), source };
        durable::make_dirs(path, 0o700).map_err(io)?;
        // An existing folder may be more open than its content deserves.
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(io)?;
        let path = path.canonicalize().map_err(io)?;
        let lock_path = path.join("lock");
        let io = |source| LedgerError::Io { path: lock_path.clone(), source };
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock_path).map_err(io)?;
        // `status` looks at the lock for a moment ([`is_claimed`]); that must not keep a run from starting.
        let mut claimed = lock.try_lock();
        for _ in 0..CLAIM_PATIENCE {
            if claimed.is_ok() {
                break;
            }
            // A third of a second at most, and nothing runs yet that could be stopped.
            #[allow(clippy::disallowed_methods)]
            std::thread::sleep(CLAIM_PAUSE);
            claimed = lock.try_lock();
        }
        match claimed {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LedgerError::Busy(path)),
            Err(TryLockError::Error(source)) => return Err(LedgerError::Io { path: lock_path, source }),
        }
        let state = Self { path, _lock: lock };
        let spool = state.spool();
        // Under the lock nobody else uses the spool, and only workers of ours write there.
        #[allow(clippy::disallowed_methods)]
        let emptied = fs::remove_dir_all(&spool);
        match emptied {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(LedgerError::Io { path: spool, source });
            }
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&spool).map_err(|source| LedgerError::Io { path: spool, source })?;
        Ok(state)
    }

    /// The folder, canonical.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where workers write pictures; on the file system of the store.
    pub fn spool(&self) -> PathBuf {
        self.path.join("spool")
    }

    /// The store.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub fn store(&self) -> Result<Store, StoreError> {
        Store::open(&self.path.join("store"))
    }

    /// One more connection to the ledger; each thread has its own. The first one makes the schema.
    ///
    /// # Errors
    /// The database cannot be opened, is foreign, or of another version.
    pub fn ledger(&self) -> Result<Ledger, LedgerError> {
        let file = self.path.join("ledger.sqlite");
        let io = |source| LedgerError::Io { path: file.clone(), source };
        // SQLite gives its WAL the mode of the database.
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&file).map_err(io)?;
        let sql =
            Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let mut ledger = Ledger::configure(sql)?;
        ledger.make_schema(&file)?;
        Ok(ledger)
    }
}

/// How often, and after which pause each, a claim is tried again before the state folder counts as busy.
const CLAIM_PATIENCE: u32 = 30;
const CLAIM_PAUSE: Duration = Duration::from_millis(10);

/// Whether a folder is the state folder of a line.
pub fn is_state_dir(path: &Path) -> bool {
    path.join("ledger.sqlite").is_file()
}

/// Whether a process works with a state folder right now.
///
/// # Errors
/// The lock cannot be looked at.
pub fn is_claimed(state_dir: &Path) -> Result<bool, LedgerError> {
    let path = state_dir.join("lock");
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(LedgerError::Io { path, source }),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(source)) => Err(LedgerError::Io { path, source }),
    }
}

/// Opens the ledger of a state folder for decisions of people ([`Ledger::decide`]), which need no claim: a run may be at
/// work.
///
/// # Errors
/// There is none, or it is foreign or of another version.
pub fn open_to_decide(state_dir: &Path) -> Result<Ledger, LedgerError> {
    let file = state_dir.join("ledger.sqlite");
    let sql = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let ledger = Ledger::configure(sql)?;
    ledger.check_version(&file)?;
    Ok(ledger)
}

/// Reads the ledger of a state folder that another process may be using.
///
/// # Errors
/// There is none, or it is foreign or of another version.
pub fn peek(state_dir: &Path) -> Result<Ledger, LedgerError> {
    let file = state_dir.join("ledger.sqlite");
    let sql = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    sql.busy_timeout(BUSY)?;
    let ledger = Ledger { sql };
    ledger.check_version(&file)?;
    Ok(ledger)
}

/// How long one connection waits for the other's transaction. Transactions take milliseconds; a slow disk may take more.
const BUSY: Duration = Duration::from_secs(60);

/// A connection to the ledger.
#[derive(Debug)]
pub struct Ledger {
    sql: Connection,
}

impl Ledger {
    fn configure(sql: Connection) -> Result<Self, LedgerError> {
        sql.busy_timeout(BUSY)?;
        sql.pragma_update(None, "journal_mode", "WAL")?;
        sql.pragma_update(None, "synchronous", "FULL")?;
        sql.pragma_update(None, "foreign_keys", true)?;
        sql.pragma_update(None, "secure_delete", true)?;
        sql.set_prepared_statement_cache_capacity(64);
        Ok(Self { sql })
    }

    fn check_version(&self, file: &Path) -> Result<(), LedgerError> {
        let application: i64 = self.sql.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if application != APPLICATION_ID {
            let blank = application == 0 && self.is_blank()?;
            return Err(if blank {
                LedgerError::Blank(file.to_owned())
            } else {
                LedgerError::Foreign(file.to_owned())
            });
        }
        match self.sql.pragma_query_value(None, "user_version", |row| row.get(0))? {
            SCHEMA_VERSION => Ok(()),
            found => Err(LedgerError::Version { path: file.to_owned(), found }),
        }
    }

    /// Whether nothing was ever made in it.
    fn is_blank(&self) -> Result<bool, LedgerError> {
        let tables: i64 = self.sql.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        Ok(tables == 0)
    }

    fn make_schema(&mut self, file: &Path) -> Result<(), LedgerError> {
        let transaction = self.sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if tables == 0 {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        }
        saboteur::step(Step::Commit).map_err(LedgerError::Commit)?;
        transaction.commit()?;
        self.check_version(file)
    }

    /// Runs `work` in one transaction that takes the write lock at once.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let transaction = self.sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        saboteur::step(Step::Commit).map_err(LedgerError::Commit)?;
        transaction.commit()?;
        Ok(value)
    }

    /// The folder that this ledger delivers to, as bound.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn output(&self) -> Result<Option<PathBuf>, LedgerError> {
        let path: Option<PathBytes> =
            self.sql.query_row("SELECT output FROM target", (), |row| row.get(0)).optional()?;
        Ok(path.map(|path| path.0))
    }

    /// Binds this ledger to the target `output` for good.
    ///
    /// # Errors
    /// SQLite failed, or it is bound already.
    pub fn bind_output(&mut self, output: &Path) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute("INSERT INTO target (id, output) VALUES (1, ?1)", [PathBytes::from(output)])?;
            Ok(())
        })
    }

    /// Writes the log back into the database and empties it, so that nothing deleted stays readable there.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn checkpoint(&self) -> Result<(), LedgerError> {
        saboteur::step(Step::Commit).map_err(LedgerError::Commit)?;
        Ok(self.sql.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?)
    }
}

/// A path as the system's bytes.
struct PathBytes(PathBuf);

impl From<&Path> for PathBytes {
    fn from(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl ToSql for PathBytes {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_os_str().as_bytes().into())
    }
}

impl FromSql for PathBytes {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(std::ffi::OsString::from_vec(value.as_blob()?.to_vec()).into()))
    }
}

/// A digest as a blob of 32 bytes.
struct DigestBytes(Digest);

impl ToSql for DigestBytes {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.0.as_slice().into())
    }
}

impl FromSql for DigestBytes {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(Digest(<[u8; 32]>::column_result(value)?)))
    }
}

/// A fault, or anything else that serde writes, as JSON text.
struct Json<T>(T);

impl<T: serde::Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        Ok(text.into())
    }
}

impl<T: serde::de::DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        serde_json::from_str(text).map(Self).map_err(|e| rusqlite::types::FromSqlError::Other(e.into()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_can_read_the_state_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/state");
        let state = StateDir::claim(&path).unwrap();
        let mut ledger = state.ledger().unwrap();
        ledger.bind_output(dir.path()).unwrap();
        state.store().unwrap();
        for folder in ["", "spool", "store"] {
            assert_eq!(mode(&path.join(folder)), 0o700, "{folder}");
        }
        for file in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "lock"] {
            assert_eq!(mode(&path.join(file)), 0o600, "{file}");
        }
    }

    #[test]
    fn a_ledger_of_another_version_or_program_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::claim(dir.path()).unwrap();
        state.ledger().unwrap().sql.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
        assert!(matches!(state.ledger(), Err(LedgerError::Version { found, .. }) if found == SCHEMA_VERSION + 1));
        assert!(matches!(peek(dir.path()), Err(LedgerError::Version { .. })));
        let sql = Connection::open(dir.path().join("ledger.sqlite")).unwrap();
        sql.pragma_update(None, "application_id", 1).unwrap();
        assert!(matches!(state.ledger(), Err(LedgerError::Foreign(_))));
    }

    #[test]
    fn a_run_killed_before_it_made_its_ledger_is_told_and_the_next_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::claim(dir.path()).unwrap();
        saboteur::enter(saboteur::Plan::fail_after(0, io::ErrorKind::Other));
        assert!(state.ledger().is_err());
        saboteur::enter(saboteur::Plan::default());
        // As far as SQLite makes the file itself.
        File::create(dir.path().join("ledger.sqlite")).unwrap();
        assert!(matches!(peek(dir.path()), Err(LedgerError::Blank(_))));
        state.ledger().unwrap();
        peek(dir.path()).unwrap();
    }

    #[test]
    fn a_state_folder_has_one_owner_at_a_time_and_a_fresh_spool() {
        let dir = tempfile::tempdir().unwrap();
        let first = StateDir::claim(dir.path()).unwrap();
        fs::write(first.spool().join("7"), "left by a killed worker").unwrap();
        assert!(matches!(StateDir::claim(dir.path()), Err(LedgerError::Busy(_))));
        drop(first);
        let second = StateDir::claim(dir.path()).unwrap();
        assert_eq!(fs::read_dir(second.spool()).unwrap().count(), 0);
    }

    #[test]
    fn a_broken_transaction_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::claim(dir.path()).unwrap();
        let mut ledger = state.ledger().unwrap();
        saboteur::enter(saboteur::Plan::fail_after(0, io::ErrorKind::StorageFull));
        let error = ledger.bind_output(dir.path()).unwrap_err();
        saboteur::enter(saboteur::Plan::default());
        assert!(matches!(error, LedgerError::Commit(source) if source.kind() == io::ErrorKind::StorageFull));
        assert_eq!(ledger.output().unwrap(), None);
    }
}
