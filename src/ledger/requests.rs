//! What other commands ask of a line that is at work: they write a row, the line reads it and answers.

use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{BatchState, Ledger, LedgerError, RequestKind, RequestState};
use crate::model::PageCounts;

/// A request that waits for the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// What is asked for.
    pub kind: RequestKind,
    /// For [`RequestKind::Urgent`]: files and folders, absolute.
    pub inputs: Vec<PathBuf>,
}

/// How far the batches of an urgent request are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestStanding {
    /// Batches that are not delivered yet.
    pub batches_open: u64,
    /// Batches that are.
    pub batches_delivered: u64,
    /// Pages of those.
    pub counts: PageCounts,
    /// Whole scans that are held.
    pub scans_held: u64,
}

impl Ledger {
    /// Asks the line at work. The answer comes to [`Ledger::request`].
    ///
    /// # Errors
    /// SQLite failed.
    pub fn ask(&mut self, kind: RequestKind, inputs: &[PathBuf], now: Timestamp) -> Result<i64, LedgerError> {
        let bytes: Vec<u8> = inputs.iter().map(|path| path.as_os_str().as_bytes()).collect::<Vec<_>>().join(&0);
        self.write(|sql| {
            sql.execute(
                "INSERT INTO request (kind, inputs, at_ms) VALUES (?1, ?2, ?3)",
                params![kind, bytes, now.as_millisecond()],
            )?;
            Ok(sql.last_insert_rowid())
        })
    }

    /// The oldest request that nobody took up.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn next_request(&self) -> Result<Option<Request>, LedgerError> {
        let sql = "SELECT id, kind, inputs FROM request WHERE state = 0 ORDER BY id LIMIT 1";
        let request = self.sql.prepare_cached(sql)?.query_row((), |row| {
            let bytes: Vec<u8> = row.get(2)?;
            let paths = bytes.split(|&byte| byte == 0).filter(|path| !path.is_empty());
            let inputs = paths.map(|path| std::ffi::OsString::from_vec(path.to_vec()).into()).collect();
            Ok(Request { number: row.get(0)?, kind: row.get(1)?, inputs })
        });
        Ok(request.optional()?)
    }

    /// Tells whoever asked how far it is.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn answer(&mut self, number: i64, state: RequestState, text: Option<&str>) -> Result<(), LedgerError> {
        self.write(|sql| {
            // Paths may hold case numbers: they are kept no longer than they are needed.
            sql.prepare_cached(
                "UPDATE request SET state = ?2, answer = ?3, inputs = CASE WHEN ?2 < ?4 THEN inputs ELSE x'' END
                 WHERE id = ?1",
            )?
            .execute(params![number, state, text, RequestState::Done])?;
            Ok(())
        })
    }

    /// How far a request is, and what the line said.
    ///
    /// # Errors
    /// SQLite failed, or there is no such request.
    pub fn request(&self, number: i64) -> Result<(RequestState, Option<String>), LedgerError> {
        let sql = "SELECT state, answer FROM request WHERE id = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// How far the batches of a request are.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn request_standing(&self, number: i64) -> Result<RequestStanding, LedgerError> {
        let sql = "SELECT total(state < ?2), total(state = ?2), total(received), total(delivered), total(blanks),
                          total(separators), total(held),
                          (SELECT count(*) FROM scan JOIN batch AS b ON b.id = scan.batch
                           WHERE b.request = ?1 AND scan.state = 2)
                   FROM batch WHERE request = ?1";
        let standing = self.sql.prepare_cached(sql)?.query_row(params![number, BatchState::Delivered], |row| {
            let count = |index| Ok::<_, rusqlite::Error>(row.get::<_, f64>(index)? as u64);
            Ok(RequestStanding {
                batches_open: count(0)?,
                batches_delivered: count(1)?,
                counts: PageCounts {
                    received: count(2)?,
                    delivered: count(3)?,
                    blanks: count(4)?,
                    separators: count(5)?,
                    held: count(6)?,
                },
                scans_held: row.get::<_, i64>(7)?.unsigned_abs(),
            })
        })?;
        Ok(standing)
    }

    /// Requests that a line which has ended left without an answer are void.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn void_requests(&mut self) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute(
                "UPDATE request SET state = ?1, answer = 'the line ended before it was done' WHERE state IN (0, 1)",
                [RequestState::Refused],
            )?;
            Ok(())
        })
    }
}
