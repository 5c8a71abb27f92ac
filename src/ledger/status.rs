//! How things stand, in one pass over the counts: for `status`, while another process works.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::finish::add_up;
use super::{BatchState, HeldState, Json, Ledger, LedgerError, PageState, ScanState};
use crate::model::{Fault, FaultKind, PageCounts};

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

/// A delivered document and how sure its type is.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Its type, or the word for none.
    pub type_name: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// Its PDF, below the output folder. Names the case: personal data.
    pub file: String,
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

/// What was done before a run, and what waits for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// Pages that were processed or held, ever.
    pub pages: u64,
    /// Documents that stand at the target.
    pub documents: u64,
    /// Of these, planned since the moment asked for.
    pub documents_since: u64,
    /// Their pages.
    pub pages_since: u64,
}

/// Something that waits for a person, without its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSince {
    /// Why.
    pub fault: Fault,
    /// When it was held, the last time.
    pub at: Timestamp,
}

impl Ledger {
    /// What was done so far, and of that since `since`. Counts from indexes, and reads only the documents since then.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn so_far(&self, since: Timestamp) -> Result<SoFar, LedgerError> {
        let count = |sql: &str, parameter: i64| -> Result<u64, LedgerError> {
            Ok(self.sql.query_row(sql, [parameter], |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        // Documents are numbered in the order in which they were planned.
        let last_before = "SELECT id FROM document WHERE created_ms < ?1 ORDER BY id DESC LIMIT 1";
        let before: Option<i64> =
            self.sql.query_row(last_before, [since.as_millisecond()], |row| row.get(0)).optional()?;
        let before = before.unwrap_or_default();
        Ok(SoFar {
            pages: count("SELECT count(*) FROM page WHERE state > ?1", 0)?,
            documents: self.documents_delivered()?,
            documents_since: count("SELECT count(*) FROM document WHERE id > ?1 AND state = 1", before)?,
            pages_since: count("SELECT count(*) FROM page WHERE document > ?1", before)?,
        })
    }

    /// How much waits for a person, and the newest of it.
    ///
    /// # Errors
    /// SQLite failed, or a fault does not read back.
    pub fn held_newest(&self, limit: u32) -> Result<(u64, Vec<HeldSince>), LedgerError> {
        // `state < 4` stands there for the partial index.
        let count = "SELECT count(*) FROM held WHERE state < 4 AND state = ?1";
        let count: i64 = self.sql.query_row(count, [HeldState::Open], |row| row.get(0))?;
        let sql = "SELECT fault, last_ms FROM held WHERE state < 4 AND state = ?1
                   ORDER BY last_ms DESC, id DESC LIMIT ?2";
        let mut statement = self.sql.prepare(sql)?;
        let rows = statement.query_map(params![HeldState::Open, limit], |row| {
            Ok(HeldSince {
                fault: row.get::<_, Json<Fault>>(0)?.0,
                at: Timestamp::from_millisecond(row.get(1)?).unwrap_or_default(),
            })
        })?;
        Ok((count.unsigned_abs(), rows.collect::<Result<_, _>>()?))
    }

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
        let places = self.count_scans(&mut batches, &mut standing)?;
        // Answered from the index alone, in the order of scans: no page itself is read.
        let mut pages =
            self.sql.prepare("SELECT scan, state, count(*) FROM page GROUP BY scan, state ORDER BY scan")?;
        let mut rows = pages.query(())?;
        let mut places = places.into_iter().peekable();
        while let Some(row) = rows.next()? {
            let (scan, state, count): (i64, PageState, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let count = count.unsigned_abs();
            match state {
                PageState::Received => standing.pages_open += count,
                PageState::Processed => standing.pages_processed += count,
                _ => {}
            }
            while places.peek().is_some_and(|&(at, _)| at < scan) {
                places.next();
            }
            let place = places.peek().filter(|&&(at, _)| at == scan);
            let Some(batch) = place.and_then(|&(_, batch)| batches.get_mut(batch)) else { continue };
            let one = add_up(std::iter::once(Ok((state, count))))?;
            batch.counts = batch.counts.plus(&PageCounts { received: 0, ..one });
            batch.open += count * u64::from(state < PageState::Held);
        }
        for batch in batches {
            standing.pages = standing.pages.plus(&batch.counts);
            match batch.state {
                BatchState::Delivered => {
                    standing.batches_delivered += 1;
                    if batch.stored != Some(batch.counts)
                        || batch.open > 0
                        || batch.counts.received != batch.counts.placed()
                    {
                        standing.unbalanced.push(batch);
                    }
                }
                _ => standing.unfinished.push(batch),
            }
        }
        Ok(standing)
    }

    /// Counts the scans, and what they say of their pages, into `batches` and `standing`. Returns each scan with the
    /// place of its batch in `batches`, in the order of scans.
    fn count_scans(
        &self,
        batches: &mut [BatchBalance],
        standing: &mut Standing,
    ) -> Result<Vec<(i64, usize)>, LedgerError> {
        let mut scans = self.sql.prepare("SELECT id, batch, state, pages FROM scan ORDER BY batch")?;
        let mut rows = scans.query(())?;
        let (mut places, mut at) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let (scan, of, state): (i64, i64, ScanState) = (row.get(0)?, row.get(1)?, row.get(2)?);
            standing.scans += u64::from(state != ScanState::Replaced);
            standing.scans_held += u64::from(state == ScanState::Held);
            standing.scans_unopened += u64::from(state == ScanState::Received);
            while batches.get(at).is_some_and(|batch| batch.id < of) {
                at += 1;
            }
            if let Some(batch) = batches.get_mut(at).filter(|batch| batch.id == of) {
                batch.scans_unopened += u64::from(state == ScanState::Received);
                // The pages of a duplicate are those of the earlier scan, even if it was opened before that was known.
                if state != ScanState::Duplicate {
                    batch.counts.received += row.get::<_, Option<i64>>(3)?.map_or(0, i64::unsigned_abs);
                }
                places.push((scan, at));
            }
        }
        places.sort_unstable();
        Ok(places)
    }

    fn batch_rows(&self) -> Result<Vec<BatchBalance>, LedgerError> {
        let sql = "SELECT id, key, round, state, received, delivered, blanks, separators, held FROM batch ORDER BY id";
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
            Ok(BatchBalance {
                id: row.get(0)?,
                key: row.get(1)?,
                round: row.get(2)?,
                state: row.get(3)?,
                scans_unopened: 0,
                counts: PageCounts::default(),
                open: 0,
                stored,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn documents_delivered(&self) -> Result<u64, LedgerError> {
        // Both counts come from indexes.
        let sql = "SELECT (SELECT count(*) FROM document) - (SELECT count(*) FROM document WHERE state <> 1)";
        Ok(self.sql.query_row(sql, (), |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// The delivered documents whose types are most in doubt, the most doubtful first, at most `limit`.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn doubts(&self, limit: u32) -> Result<Vec<Doubt>, LedgerError> {
        let sql = "SELECT type, confidence, file FROM document WHERE state = 1 AND file IS NOT NULL
                   ORDER BY confidence, id LIMIT ?1";
        let mut statement = self.sql.prepare(sql)?;
        let rows = statement.query_map([limit], |row| {
            Ok(Doubt { type_name: row.get(0)?, confidence: row.get(1)?, file: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::*;
    use crate::ledger::StateDir;

    #[test]
    fn a_page_that_is_not_where_the_balance_says_is_told_with_its_batch() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = StateDir::claim(dir.path()).unwrap().ledger().unwrap();
        let rows = "INSERT INTO root VALUES (1, x'2f');
            INSERT INTO casefile VALUES (1, 'A', 'A', 'a', 1);
            INSERT INTO batch (id, root, key, round, casefile, state, received, delivered, blanks, separators, held)
              VALUES (1, 1, 'A', 1, 1, 3, 3, 2, 1, 0, 0), (2, 1, 'B', 1, 1, 3, 1, 0, 0, 0, 1),
              (3, 1, 'C', 1, 1, 1, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO scan (id, batch, root, seq, name, path, len, modified_ns, changed_ns, state, pages)
              VALUES (1, 1, 1, 0, 'a', x'2f', 1, 1, 1, 1, 3), (2, 2, 1, 0, 'b', x'2f', 1, 1, 1, 1, 1),
                     (3, 3, 1, 0, 'c', x'2f', 1, 1, 1, 1, 2), (4, 3, 1, 0, 'd', x'2f', 1, 1, 1, 0, NULL),
                     (5, 1, 1, 1, 'a2', x'2f', 1, 1, 1, 4, 3);
            UPDATE scan SET duplicate_of = 1, duplicate_action = 1 WHERE id = 5;
            INSERT INTO page (scan, idx, state) VALUES (1, 0, 3), (1, 1, 3), (1, 2, 4), (2, 0, 2), (3, 0, 1), (3, 1, 0)";
        ledger.sql.execute_batch(rows).unwrap();
        let standing = ledger.standing().unwrap();
        assert_eq!(standing.unbalanced, []);
        assert_eq!((standing.batches_delivered, standing.unfinished.len(), standing.scans_unopened), (2, 1, 1));
        assert_eq!((standing.pages_open, standing.pages_processed, standing.unfinished[0].open), (1, 1, 2));
        let pages = PageCounts { received: 6, delivered: 2, blanks: 1, separators: 0, held: 1 };
        assert_eq!(standing.pages, pages);
        // Lost, on its way, and double: however the sums of all batches come out.
        for spoil in [
            "DELETE FROM page WHERE scan = 1 AND idx = 1",
            "UPDATE page SET state = 1 WHERE scan = 1 AND idx = 1",
            "INSERT INTO page (scan, idx, state) VALUES (1, 3, 3)",
            "UPDATE batch SET delivered = 3, received = 4 WHERE id = 1",
        ] {
            ledger.sql.execute_batch(&format!("SAVEPOINT s; {spoil}")).unwrap();
            let standing = ledger.standing_now().unwrap();
            assert_eq!(
                standing.unbalanced.iter().map(|batch| batch.key.as_str()).collect::<Vec<_>>(),
                ["A"],
                "{spoil}"
            );
            ledger.sql.execute_batch("ROLLBACK TO s; RELEASE s").unwrap();
        }
    }

    #[test]
    fn what_looks_at_the_lock_does_not_keep_a_run_from_starting() {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::claim(dir.path()).unwrap();
        assert!(crate::ledger::is_claimed(dir.path()).unwrap());
        drop(state);
        assert!(!crate::ledger::is_claimed(dir.path()).unwrap());
        let look = std::fs::File::open(dir.path().join("lock")).unwrap();
        look.lock_shared().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(5));
                drop(look);
            });
            StateDir::claim(dir.path()).unwrap();
        });
    }
}
