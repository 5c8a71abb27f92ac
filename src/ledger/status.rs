//! How things stand, in one pass over the counts: for `status`, while another process works.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::finish::add_up;
use super::{BatchState, HeldState, Ledger, LedgerError, PageState, ScanState};
use crate::model::{FaultKind, PageCounts};

/// How a ledger stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Scans, without those that others replaced.
    pub scans: u64,
    /// Of these, not opened yet.
    pub scans_unopened: u64,
    /// Of these, held as a whole.
    pub scans_held: u64,
    /// Where all pages are. What is missing from `received` is `pages_open` and `pages_processed`.
    pub pages: PageCounts,
    /// Not processed yet.
    pub pages_open: u64,
    /// Processed, their documents not delivered yet.
    pub pages_processed: u64,
    /// Documents that stand at the target.
    pub documents: u64,
    /// Batches that were delivered.
    pub batches_delivered: u64,
    /// The others, in order.
    pub unfinished: Vec<BatchBalance>,
    /// Delivered batches whose pages are not where their balance says. Always empty, or the program is at fault.
    pub unbalanced: Vec<BatchBalance>,
}

/// A batch with its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchBalance {
    /// Its row.
    pub id: i64,
    /// Its key below its input. Personal data: for the operator's eyes, never logged.
    pub key: String,
    /// Its round, from 1.
    pub round: u32,
    /// How far it is.
    pub state: BatchState,
    /// Scans not opened yet.
    pub scans_unopened: u64,
    /// Where its pages are; `received` is what its scans said when they were opened.
    pub counts: PageCounts,
    /// Pages still open or on their way.
    pub open: u64,
    /// The balance that was stored when it was delivered (last).
    pub stored: Option<PageCounts>,
}

/// Held things of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldKind {
    /// Why they are held.
    pub kind: FaultKind,
    /// What is to become of them.
    pub state: HeldState,
    /// Pages.
    pub pages: u64,
    /// Whole scans.
    pub scans: u64,
    /// When the first of them was held.
    pub oldest: Timestamp,
}

/// The last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// When it began.
    pub started: Timestamp,
    /// Pages that were processed, or held, before.
    pub pages_before: u64,
    /// Scans in its inputs, once they were counted.
    pub backlog_scans: Option<u64>,
}

impl Ledger {
    /// How everything stands. Compares each delivered batch's stored balance with where its pages are.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn standing(&mut self) -> Result<Standing, LedgerError> {
        // One moment of the ledger, whatever a run commits meanwhile.
        let moment = self.sql.unchecked_transaction()?;
        let standing = self.standing_now();
        moment.commit()?;
        standing
    }

    fn standing_now(&self) -> Result<Standing, LedgerError> {
        let mut batches = self.batch_rows()?;
        let mut standing = Standing { documents: self.documents_delivered()?, ..Standing::default() };
        let mut batch_of = HashMap::new();
        let mut scans = self.sql.prepare("SELECT id, batch, state, pages FROM scan")?;
        let mut rows = scans.query(())?;
        while let Some(row) = rows.next()? {
            let (id, batch, state): (i64, i64, ScanState) = (row.get(0)?, row.get(1)?, row.get(2)?);
            batch_of.insert(id, batch);
            standing.scans += u64::from(state != ScanState::Replaced);
            standing.scans_held += u64::from(state == ScanState::Held);
            standing.scans_unopened += u64::from(state == ScanState::Received);
            if let Some(batch) = batches.get_mut(&batch) {
                batch.scans_unopened += u64::from(state == ScanState::Received);
                batch.counts.received += row.get::<_, Option<i64>>(3)?.map_or(0, i64::unsigned_abs);
            }
        }
        // Answered from the index alone, in its order.
        let mut pages = self.sql.prepare("SELECT scan, state, count(*) FROM page GROUP BY scan, state")?;
        let mut rows = pages.query(())?;
        while let Some(row) = rows.next()? {
            let (scan, state, count) = (row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs());
            match state {
                PageState::Received => standing.pages_open += count,
                PageState::Processed => standing.pages_processed += count,
                _ => {}
            }
            let Some(batch) = batch_of.get(&scan).and_then(|batch| batches.get_mut(batch)) else { continue };
            let one = add_up(std::iter::once(Ok((state, count))))?;
            batch.counts = sum(&batch.counts, &PageCounts { received: 0, ..one });
            batch.open += count * u64::from(state < PageState::Held);
        }
        let mut batches: Vec<BatchBalance> = batches.into_values().collect();
        batches.sort_by_key(|batch| batch.id);
        for batch in batches {
            standing.pages = sum(&standing.pages, &batch.counts);
            match batch.state {
                BatchState::Delivered => {
                    standing.batches_delivered += 1;
                    if batch.stored != Some(batch.counts) || batch.open > 0 {
                        standing.unbalanced.push(batch);
                    }
                }
                _ => standing.unfinished.push(batch),
            }
        }
        Ok(standing)
    }

    fn batch_rows(&self) -> Result<HashMap<i64, BatchBalance>, LedgerError> {
        let sql = "SELECT id, key, round, state, received, delivered, blanks, separators, held FROM batch";
        let mut statement = self.sql.prepare(sql)?;
        let rows = statement.query_map((), |row| {
            let count = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
            let stored = match row.get::<_, Option<i64>>(4)? {
                Some(received) => Some(PageCounts {
                    received: received.unsigned_abs(),
                    delivered: count(5)?,
                    blanks: count(6)?,
                    separators: count(7)?,
                    held: count(8)?,
                }),
                None => None,
            };
            let id = row.get(0)?;
            let (key, round, state) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let counts = PageCounts::default();
            Ok((id, BatchBalance { id, key, round, state, scans_unopened: 0, counts, open: 0, stored }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn documents_delivered(&self) -> Result<u64, LedgerError> {
        // Both counts come from indexes.
        let sql = "SELECT (SELECT count(*) FROM document) - (SELECT count(*) FROM document WHERE state <> 1)";
        Ok(self.sql.query_row(sql, (), |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// What is held, by kind and by what is to become of it, the most frequent first.
    ///
    /// # Errors
    /// SQLite failed, or a fault does not read back.
    pub fn held_kinds(&self) -> Result<Vec<HeldKind>, LedgerError> {
        let sql = "SELECT json_extract(held.fault, '$.kind'), held.state, sum(idx >= 0), sum(idx < 0), min(first_ms)
                   FROM held WHERE state < ?1 GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2";
        let mut statement = self.sql.prepare(sql)?;
        let rows = statement.query_map(params![HeldState::Settled], |row| {
            let kind: String = row.get(0)?;
            Ok(HeldKind {
                kind: serde_json::from_value(kind.into())
                    .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into()))?,
                state: row.get(1)?,
                pages: row.get::<_, i64>(2)?.unsigned_abs(),
                scans: row.get::<_, i64>(3)?.unsigned_abs(),
                oldest: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last run, if there was one.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn last_run(&self) -> Result<Option<RunRow>, LedgerError> {
        let sql = "SELECT started_ms, pages_before, backlog_scans FROM run";
        let run = self.sql.query_row(sql, (), |row| {
            Ok(RunRow {
                started: Timestamp::from_millisecond(row.get(0)?).unwrap_or_default(),
                pages_before: row.get::<_, i64>(1)?.unsigned_abs(),
                backlog_scans: row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
            })
        });
        Ok(run.optional()?)
    }

    /// A run begins.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn begin_run(&mut self, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute(
                "INSERT OR REPLACE INTO run (id, started_ms, pages_before)
                 SELECT 1, ?1, count(*) FROM page WHERE state > 0",
                [now.as_millisecond()],
            )?;
            Ok(())
        })
    }

    /// The inputs of the run hold so many scans.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn note_backlog(&mut self, scans: u64) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute("UPDATE run SET backlog_scans = ?1", [scans as i64])?;
            Ok(())
        })
    }
}

fn sum(a: &PageCounts, b: &PageCounts) -> PageCounts {
    PageCounts {
        received: a.received + b.received,
        delivered: a.delivered + b.delivered,
        blanks: a.blanks + b.blanks,
        separators: a.separators + b.separators,
        held: a.held + b.held,
    }
}
