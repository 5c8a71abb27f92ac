//! What is held, and what people decide about it.
//!
//! Everything that is ever held gets a number in `held` by a trigger, in the transaction that holds it, and keeps it. A
//! person's decision is one row in `decision`, written at any time, while a run works too; nothing else changes then. The
//! line applies decisions at points where it is safe ([`Ledger::apply_decisions`]): a page to be tried again goes back to
//! `Received` and its batch is open again, though it was delivered. The batch then comes to the barrier once more, where
//! what stands at the target stays as it is, new pages become further documents, and the balance is drawn anew. So a page
//! is in one place at every moment, and a batch has one balance.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::line::PageKey;
use super::{BatchState, DigestBytes, HeldState, Json, Ledger, LedgerError, PageState, PathBytes, ScanState, Verdict};
use crate::model::{Digest, Fault, FaultKind};

/// `held.idx` of a whole scan.
const WHOLE_SCAN: i64 = -1;

/// A held page or scan, with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldThing {
    /// The number that people use.
    pub number: i64,
    /// What is to become of it.
    pub state: HeldState,
    /// Row of the scan.
    pub scan: i64,
    /// The page, from 0; `None` for the whole scan.
    pub index: Option<u32>,
    /// The file.
    pub path: PathBuf,
    /// Name below its input.
    pub name: String,
    /// SHA-256 of the scan, if it could be read.
    pub digest: Option<Digest>,
    /// Pages of the scan, if they could be counted.
    pub pages: Option<u32>,
    /// Why.
    pub fault: Fault,
    /// How often a worker tried it; 0 for a page that only waits for another.
    pub attempts: u32,
    /// When it was held first.
    pub first: Timestamp,
    /// When it was held last.
    pub last: Timestamp,
    /// It is a page that waits for another one of its document.
    pub waiting: bool,
    /// What was decided last.
    pub decision: Option<Decision>,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// Why; always there if it was given up.
    pub reason: Option<String>,
    /// Who.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// The line has acted on it.
    pub applied: bool,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// No such number.
    #[error("nothing was ever held under number {0}")]
    Unknown(i64),
    /// It is held no longer.
    #[error("number {0} is not held any longer: it went on, or another file came in its place")]
    Settled(i64),
    /// It is with a worker, or will be.
    #[error("number {0} is being tried again by a run that has begun")]
    InWork(i64),
    /// It waits for another.
    #[error("number {0} only waits for another page of its document")]
    Waits(i64),
    /// A whole scan cannot be released.
    #[error("number {0} is a whole file that could not be opened: it has no picture to deliver")]
    NoPicture(i64),
    /// It was never read.
    #[error("number {0} could not be read at all: every run tries it again by itself")]
    Unreadable(i64),
}

impl From<rusqlite::Error> for DecideError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

/// Where other pages of a scan went, or other scans of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighbourPlace {
    /// The state they share.
    pub state: PageState,
    /// The file at the target, if they stand there.
    pub file: Option<String>,
    /// How many pages.
    pub count: u64,
}

const THING: &str = "SELECT held.id, held.state, scan.id, held.idx, scan.path, scan.name, scan.digest, scan.pages,
      held.fault, held.attempts, held.first_ms, held.last_ms, coalesce(page.state = 6, 0),
      d.verdict, d.reason, d.person, d.at_ms, d.applied
    FROM held JOIN scan ON scan.id = held.scan
    LEFT JOIN page ON page.scan = held.scan AND page.idx = held.idx
    LEFT JOIN decision AS d ON d.id = (SELECT max(id) FROM decision WHERE held = held.id)";

fn read_thing(row: &Row<'_>) -> rusqlite::Result<HeldThing> {
    let time = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default();
    let decision = match row.get::<_, Option<Verdict>>(13)? {
        Some(verdict) => Some(Decision {
            verdict,
            reason: row.get(14)?,
            person: row.get(15)?,
            at: time(row.get(16)?),
            applied: row.get::<_, i64>(17)? == 1,
        }),
        None => None,
    };
    Ok(HeldThing {
        number: row.get(0)?,
        state: row.get(1)?,
        scan: row.get(2)?,
        index: u32::try_from(row.get::<_, i64>(3)?).ok(),
        path: row.get::<_, PathBytes>(4)?.0,
        name: row.get(5)?,
        digest: row.get::<_, Option<DigestBytes>>(6)?.map(|digest| digest.0),
        pages: row.get(7)?,
        fault: row.get::<_, Json<Fault>>(8)?.0,
        attempts: row.get(9)?,
        first: time(row.get(10)?),
        last: time(row.get(11)?),
        waiting: row.get(12)?,
        decision,
    })
}

impl Ledger {
    /// Visits what is held, by number; what went on is left out.
    ///
    /// # Errors
    /// SQLite or `visit` failed.
    pub fn for_each_held_thing<E: From<LedgerError>>(
        &self,
        visit: impl FnMut(HeldThing) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{THING} WHERE held.state < 4 ORDER BY held.id");
        self.visit(&sql, (), read_thing, visit)
    }

    /// What has the number `number`, whatever became of it.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn held_thing(&self, number: i64) -> Result<Option<HeldThing>, LedgerError> {
        Ok(self.sql.query_row(&format!("{THING} WHERE held.id = ?1"), [number], read_thing).optional()?)
    }

    /// All decisions about a held thing, oldest first.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn decisions(&self, number: i64) -> Result<Vec<Decision>, LedgerError> {
        let sql = "SELECT verdict, reason, person, at_ms, applied FROM decision WHERE held = ?1 ORDER BY id";
        let mut statement = self.sql.prepare(sql)?;
        let rows = statement.query_map([number], |row| {
            Ok(Decision {
                verdict: row.get(0)?,
                reason: row.get(1)?,
                person: row.get(2)?,
                at: Timestamp::from_millisecond(row.get(3)?).unwrap_or_default(),
                applied: row.get::<_, i64>(4)? == 1,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where the neighbours of a held thing are: of a page the other pages of its scan, of a whole scan those of its
    /// batch.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn neighbours(&self, thing: &HeldThing) -> Result<Vec<NeighbourPlace>, LedgerError> {
        let which = match thing.index {
            Some(_) => "page.scan = ?1 AND page.idx <> ?2",
            None => {
                "page.scan IN (SELECT id FROM scan WHERE batch = (SELECT batch FROM scan WHERE id = ?1)) AND ?2 < 0"
            }
        };
        let sql = format!(
            "SELECT page.state, document.file, count(*) FROM page LEFT JOIN document ON document.id = page.document
             WHERE {which} GROUP BY page.state, document.number ORDER BY page.state, document.number"
        );
        let mut statement = self.sql.prepare(&sql)?;
        let index = thing.index.map_or(WHOLE_SCAN, i64::from);
        let rows = statement.query_map(params![thing.scan, index], |row| {
            let count = row.get::<_, i64>(2)?.unsigned_abs();
            Ok(NeighbourPlace { state: row.get(0)?, file: row.get(1)?, count })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records a decision about each of `numbers`, in one transaction: about all of them or, with an error, none. The
    /// next safe moment of a run applies it; an earlier decision that waits for that is replaced.
    ///
    /// # Errors
    /// One of them cannot be decided so.
    pub fn decide(&mut self, numbers: &[i64], decision: &Decision) -> Result<(), DecideError> {
        let mut refusal = None;
        let decided = self.write(|sql| {
            for &number in numbers {
                if let Some(reason) = refused(sql, number, decision.verdict)? {
                    refusal = Some(reason);
                    // Rolls back what stands before it.
                    return Err(LedgerError::Sql(rusqlite::Error::QueryReturnedNoRows));
                }
                let state = match decision.verdict {
                    Verdict::Retry => HeldState::Again,
                    Verdict::Release => HeldState::Released,
                    Verdict::Discard => HeldState::Discarded,
                };
                sql.execute("UPDATE held SET state = ?2 WHERE id = ?1", params![number, state])?;
                sql.execute("UPDATE decision SET applied = 2 WHERE held = ?1 AND applied = 0", [number])?;
                sql.execute(
                    "INSERT INTO decision (held, verdict, kind, reason, person, at_ms)
                     SELECT id, ?2, json_extract(fault, '$.kind'), ?3, ?4, ?5 FROM held WHERE id = ?1",
                    params![number, decision.verdict, decision.reason, decision.person, decision.at.as_millisecond()],
                )?;
            }
            Ok(())
        });
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(decided?),
        }
    }

    /// Decisions that the line has not acted on.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn decisions_open(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM decision WHERE applied = 0";
        Ok(self.sql.query_row(sql, (), |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// Acts on decisions: of batches that are delivered, which are open again afterwards, and with `unfinished` of those
    /// too that did not come to the barrier yet (only safe while no batch is worked at). Those of a batch in delivery
    /// wait. Returns the batches that were opened again.
    ///
    /// # Errors
    /// SQLite failed; then nothing is applied.
    pub fn apply_decisions(&mut self, unfinished: bool) -> Result<Vec<i64>, LedgerError> {
        // No transaction, no wait for the disk, if there is nothing to do.
        if open_decisions(&self.sql, unfinished)?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|sql| {
            let waiting = open_decisions(sql, unfinished)?;
            let mut opened = Vec::new();
            for open in &waiting {
                let again = matches!(open.verdict, Verdict::Retry | Verdict::Release);
                match u32::try_from(open.index) {
                    Ok(index) if again => {
                        sql.prepare_cached("UPDATE page SET state = ?3 WHERE scan = ?1 AND idx = ?2 AND state = ?4")?
                            .execute(params![open.scan, index, PageState::Received, PageState::Held])?;
                    }
                    Err(_) if again => {
                        sql.prepare_cached(
                            "UPDATE scan SET state = ?2 WHERE id = ?1 AND state = ?3 AND digest IS NOT NULL",
                        )?
                        .execute(params![open.scan, ScanState::Received, ScanState::Held])?;
                    }
                    _ => discard_waiting(sql, open.id)?,
                }
                let reopened = sql
                    .prepare_cached("UPDATE batch SET state = ?2 WHERE id = ?1 AND state = ?3")?
                    .execute(params![open.batch, BatchState::Received, BatchState::Delivered])?;
                opened.extend((reopened > 0).then_some(open.batch));
                sql.prepare_cached("UPDATE decision SET applied = 1 WHERE id = ?1")?.execute([open.id])?;
            }
            Ok(opened)
        })
    }

    /// Alarms about documents of a batch that people released, by the page that was held for them: they are raised no
    /// more.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn confirmed(&self, batch: i64) -> Result<HashMap<PageKey, Vec<FaultKind>>, LedgerError> {
        let sql = "SELECT held.scan, held.idx, decision.kind FROM scan JOIN held ON held.scan = scan.id
                   JOIN decision ON decision.held = held.id
                   WHERE scan.batch = ?1 AND held.idx >= 0 AND decision.verdict = ?2 AND decision.applied = 1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let mut rows = statement.query(params![batch, Verdict::Release])?;
        let mut confirmed: HashMap<PageKey, Vec<FaultKind>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let page = PageKey { scan: row.get(0)?, index: row.get(1)? };
            let kind = serde_json::from_value::<FaultKind>(row.get::<_, String>(2)?.into());
            confirmed.entry(page).or_default().extend(kind.ok().filter(|kind| kind.is_about_document()));
        }
        Ok(confirmed)
    }

    /// The pages (and, with `None`, whole scans) of a batch that are held and that nobody gave up: documents may wait for
    /// these.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn undecided(&self, batch: i64) -> Result<HashSet<(i64, Option<u32>)>, LedgerError> {
        let sql = "SELECT scan.id, held.idx FROM scan JOIN held ON held.scan = scan.id
                   LEFT JOIN page ON page.scan = held.scan AND page.idx = held.idx
                   WHERE scan.batch = ?1 AND held.state NOT IN (?2, ?3)
                   AND (page.state = ?4 OR (held.idx = -1 AND scan.state = ?5))";
        let mut statement = self.sql.prepare_cached(sql)?;
        let undecided = params![batch, HeldState::Discarded, HeldState::Settled, PageState::Held, ScanState::Held];
        let rows =
            statement.query_map(undecided, |row| Ok((row.get(0)?, u32::try_from(row.get::<_, i64>(1)?).ok())))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A decision that waits for the line.
struct OpenDecision {
    id: i64,
    verdict: Verdict,
    scan: i64,
    index: i64,
    batch: i64,
}

fn open_decisions(sql: &Connection, unfinished: bool) -> Result<Vec<OpenDecision>, LedgerError> {
    let mut statement = sql.prepare_cached(
        "SELECT decision.id, verdict, held.scan, held.idx, batch.id
         FROM decision JOIN held ON held.id = decision.held JOIN scan ON scan.id = held.scan
         JOIN batch ON batch.id = scan.batch
         WHERE decision.applied = 0 AND (batch.state = ?2 OR (?1 AND batch.state < ?3)) ORDER BY decision.id",
    )?;
    let rows = statement.query_map(params![unfinished, BatchState::Delivered, BatchState::Assembled], |row| {
        Ok(OpenDecision {
            id: row.get(0)?,
            verdict: row.get(1)?,
            scan: row.get(2)?,
            index: row.get(3)?,
            batch: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whoever gives the page up that an alarm is told of gives up those too that wait for it: the decision counts for each of
/// them. If the page itself failed since, it is given up alone.
fn discard_waiting(sql: &Connection, decision: i64) -> Result<(), LedgerError> {
    let kind: String =
        sql.prepare_cached("SELECT kind FROM decision WHERE id = ?1")?.query_row([decision], |row| row.get(0))?;
    if !serde_json::from_value(kind.into()).is_ok_and(FaultKind::is_about_document) {
        return Ok(());
    }
    let waiting = {
        let mut statement = sql.prepare_cached(
            "SELECT other.id FROM decision JOIN page ON page.alarm = decision.held AND page.state = ?2
             JOIN held AS other ON other.scan = page.scan AND other.idx = page.idx WHERE decision.id = ?1",
        )?;
        let rows = statement.query_map(params![decision, PageState::Waiting], |row| row.get::<_, i64>(0))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for other in waiting {
        sql.prepare_cached(
            "UPDATE page SET state = ?3, alarm = NULL, fault = (SELECT fault FROM held JOIN decision
               ON decision.held = held.id WHERE decision.id = ?2)
             WHERE (scan, idx) = (SELECT scan, idx FROM held WHERE id = ?1)",
        )?
        .execute(params![other, decision, PageState::Held])?;
        sql.prepare_cached("UPDATE held SET state = ?2 WHERE id = ?1")?
            .execute(params![other, HeldState::Discarded])?;
        sql.prepare_cached(
            "INSERT INTO decision (held, verdict, kind, reason, person, at_ms, applied)
             SELECT ?1, verdict, kind, reason, person, at_ms, 1 FROM decision WHERE id = ?2",
        )?
        .execute(params![other, decision])?;
    }
    Ok(())
}

/// Why nothing can be decided about `number` so, if that is the case.
fn refused(sql: &Connection, number: i64, verdict: Verdict) -> Result<Option<DecideError>, LedgerError> {
    let sql_text = "SELECT held.state, held.idx, page.state, scan.state, scan.digest IS NULL
                    FROM held JOIN scan ON scan.id = held.scan
                    LEFT JOIN page ON page.scan = held.scan AND page.idx = held.idx WHERE held.id = ?1";
    let found: Option<(HeldState, i64, Option<PageState>, ScanState, bool)> = sql
        .prepare_cached(sql_text)?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    let Some((state, index, page, scan, unreadable)) = found else {
        return Ok(Some(DecideError::Unknown(number)));
    };
    let whole = index == WHOLE_SCAN;
    let held = if whole { scan == ScanState::Held } else { page == Some(PageState::Held) };
    Ok(match verdict {
        _ if state == HeldState::Settled => Some(DecideError::Settled(number)),
        _ if page == Some(PageState::Waiting) => Some(DecideError::Waits(number)),
        _ if !held => Some(DecideError::InWork(number)),
        Verdict::Release if whole => Some(DecideError::NoPicture(number)),
        Verdict::Retry if whole && unreadable => Some(DecideError::Unreadable(number)),
        _ => None,
    })
}

/// The released pages of a scan, with the faults for which they were held.
pub(super) fn released(sql: &Connection, scan: i64) -> Result<BTreeMap<u32, Fault>, LedgerError> {
    let mut statement =
        sql.prepare_cached("SELECT idx, fault FROM held WHERE scan = ?1 AND idx >= 0 AND state = ?2")?;
    let rows = statement
        .query_map(params![scan, HeldState::Released], |row| Ok((row.get(0)?, row.get::<_, Json<Fault>>(1)?.0)))?;
    let mut released: BTreeMap<u32, Fault> = rows.collect::<Result<_, _>>()?;
    // Such a page can be read.
    released.retain(|_, fault| !fault.kind.is_about_document());
    Ok(released)
}

/// A held page is to be processed again, unless a person gave it up.
pub(super) fn try_again(sql: &Connection, page: PageKey) -> Result<(), LedgerError> {
    let (scan, index) = (page.scan, page.index);
    sql.prepare_cached(
        "UPDATE page SET state = ?3 WHERE scan = ?1 AND idx = ?2 AND state = ?4
         AND NOT EXISTS (SELECT 1 FROM held WHERE held.scan = ?1 AND held.idx = ?2 AND held.state = ?5)",
    )?
    .execute(params![scan, index, PageState::Received, PageState::Held, HeldState::Discarded])?;
    sql.prepare_cached("UPDATE held SET state = ?3 WHERE scan = ?1 AND idx = ?2 AND state = ?4")?.execute(params![
        scan,
        index,
        HeldState::Again,
        HeldState::Open
    ])?;
    Ok(())
}

/// Adds the attempts before the last one, which the trigger counted, of a thing that was held just now (`held` rows).
pub(super) fn count_attempts(
    sql: &Connection,
    scan: i64,
    index: Option<u32>,
    held: usize,
    attempts: u32,
) -> Result<(), LedgerError> {
    if held > 0 && attempts > 1 {
        sql.prepare_cached("UPDATE held SET attempts = attempts + ?3 WHERE scan = ?1 AND idx = ?2")?
            .execute(params![scan, index.map_or(WHOLE_SCAN, i64::from), attempts - 1])?;
    }
    Ok(())
}

/// The scan `new` takes the place of `old`, which was held: the number goes with it.
pub(super) fn carry_over(sql: &Connection, old: i64, new: i64) -> Result<(), LedgerError> {
    sql.prepare_cached("UPDATE held SET scan = ?2, state = ?4 WHERE scan = ?1 AND idx = ?3")?.execute(params![
        old,
        new,
        WHOLE_SCAN,
        HeldState::Again
    ])?;
    Ok(())
}

/// Lets processed pages wait.
pub(super) fn wait(sql: &Connection, pages: &[(PageKey, Fault)]) -> Result<(), LedgerError> {
    for (page, fault) in pages {
        sql.prepare_cached(
            "UPDATE page SET state = ?3, fault = ?4, document = NULL, position = NULL, alarm = NULL
             WHERE scan = ?1 AND idx = ?2 AND state IN (?3, ?5)",
        )?
        .execute(params![page.scan, page.index, PageState::Waiting, Json(fault), PageState::Processed])?;
    }
    Ok(())
}

/// Lets the pages that a document still has wait, and gives the document up; its number stays unused. Gives back the
/// pages; with none the document stays.
pub(super) fn wait_document(sql: &Connection, document: i64, fault: &Fault) -> Result<Vec<PageKey>, LedgerError> {
    let pages = {
        let mut statement = sql.prepare_cached("SELECT scan, idx FROM page WHERE document = ?1")?;
        let rows = statement.query_map([document], |row| Ok(PageKey { scan: row.get(0)?, index: row.get(1)? }))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    let waiting: Vec<_> = pages.iter().map(|&page| (page, fault.clone())).collect();
    wait(sql, &waiting)?;
    if !pages.is_empty() {
        super::finish::void(sql, document)?;
    }
    Ok(pages)
}

/// What was held of a batch and is so no longer: scans that are open now, and blank pages that are recorded now.
pub(super) fn settle_batch(sql: &Connection, batch: i64) -> Result<(), LedgerError> {
    sql.prepare_cached(
        "UPDATE held SET state = ?2 WHERE state <> ?2 AND scan IN (SELECT id FROM scan WHERE batch = ?1) AND
         CASE idx WHEN -1 THEN (SELECT state FROM scan WHERE scan.id = held.scan) = ?3
         ELSE (SELECT state FROM page WHERE page.scan = held.scan AND page.idx = held.idx) IN (?4, ?5) END",
    )?
    .execute(params![
        batch,
        HeldState::Settled,
        ScanState::Opened,
        PageState::BlankRecorded,
        PageState::SeparatorRecorded
    ])?;
    Ok(())
}

/// What was held of the pages of a document that now stands at the target.
pub(super) fn settle_document(sql: &Connection, document: i64) -> Result<(), LedgerError> {
    sql.prepare_cached(
        "UPDATE held SET state = ?2 WHERE (scan, idx) IN (SELECT scan, idx FROM page WHERE document = ?1)",
    )?
    .execute(params![document, HeldState::Settled])?;
    Ok(())
}
