//! What the barrier decides of a batch: documents get their cases, numbers and pages, other pages their places.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::line::PageKey;
use super::receive::{self, CaseId};
use super::{BatchState, DocumentState, Json, Ledger, LedgerError, PageState, held};
use crate::model::{Fault, Field, PageOrder};

/// A case that a separator names, as [`CaseId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCase {
    /// The number. Personal data: never logged.
    pub number: String,
    /// The folder at the target, if the case is new.
    pub folder: String,
    /// The folder if another case has that one.
    pub folder_if_taken: String,
}

/// A document that shall be made.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedDocument {
    /// Its case; `None`: that of its batch.
    pub case: Option<PlannedCase>,
    /// Its type.
    pub type_name: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Name of its file, without number and ending.
    pub name: String,
    /// Which order that is.
    pub order: PageOrder,
    /// Its pages in order.
    pub pages: Vec<PageKey>,
    /// Its index fields.
    pub fields: Vec<Field>,
}

/// Pages that a person has to look at before they go on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAlarm {
    /// Why; the first page is held for it.
    pub fault: Fault,
    /// The fault of the others, which wait for the first one.
    pub waits: Fault,
    /// At least one.
    pub pages: Vec<PageKey>,
}

/// What the barrier decides of a batch. Pages that it does not name stay where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The documents, in order.
    pub documents: Vec<PlannedDocument>,
    /// Blank pages that are left out.
    pub blanks: Vec<PageKey>,
    /// Separator sheets.
    pub separators: Vec<PageKey>,
    /// Pages whose documents wait for a held page, with that as the fault.
    pub waiting: Vec<(PageKey, Fault)>,
    /// Pages that a person has to look at.
    pub alarms: Vec<PlannedAlarm>,
}

impl Ledger {
    /// Gives the documents of a batch their cases, numbers and pages, records the blank pages that are left out, the
    /// separator sheets and the pages that wait, and moves the batch to `Assembled`; all or nothing. A batch that is there
    /// already stays as it is.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn plan(&mut self, batch: i64, plan: &Plan, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|sql| {
            let moved = sql.execute(
                "UPDATE batch SET state = ?2 WHERE id = ?1 AND state < ?2",
                params![batch, BatchState::Assembled],
            )?;
            if moved == 0 {
                return Ok(());
            }
            pages(sql, batch, plan, now)
        })
    }

    /// The same for pages that an assembled batch had set apart.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn plan_more(&mut self, batch: i64, plan: &Plan, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|sql| pages(sql, batch, plan, now))
    }
}

fn pages(sql: &Connection, batch: i64, plan: &Plan, now: Timestamp) -> Result<(), LedgerError> {
    record(sql, &plan.blanks, PageState::BlankRecorded)?;
    record(sql, &plan.separators, PageState::SeparatorRecorded)?;
    held::wait(sql, &plan.waiting)?;
    plan.alarms.iter().try_for_each(|planned| alarm(sql, planned))?;
    plan.documents.iter().try_for_each(|planned| document(sql, batch, planned, now))?;
    held::settle_batch(sql, batch)
}

/// Pages that go into no document, for good.
fn record(sql: &Connection, pages: &[PageKey], state: PageState) -> Result<(), LedgerError> {
    for page in pages {
        sql.prepare_cached(
            "UPDATE page SET state = ?3, fault = NULL, alarm = NULL WHERE scan = ?1 AND idx = ?2 AND state IN (?4, ?5)",
        )?
        .execute(params![page.scan, page.index, state, PageState::Processed, PageState::Waiting])?;
    }
    Ok(())
}

/// Holds the first page, and lets the others wait for it by its number.
fn alarm(sql: &Connection, alarm: &PlannedAlarm) -> Result<(), LedgerError> {
    let Some((first, others)) = alarm.pages.split_first() else { return Ok(()) };
    sql.prepare_cached(
        "UPDATE page SET state = ?3, fault = ?4, document = NULL, position = NULL, alarm = NULL
         WHERE scan = ?1 AND idx = ?2 AND state IN (?5, ?6)",
    )?
    .execute(params![
        first.scan,
        first.index,
        PageState::Held,
        Json(&alarm.fault),
        PageState::Processed,
        PageState::Waiting
    ])?;
    let waiting: Vec<_> = others.iter().map(|&page| (page, alarm.waits.clone())).collect();
    held::wait(sql, &waiting)?;
    for page in others {
        sql.prepare_cached(
            "UPDATE page SET alarm = (SELECT id FROM held WHERE scan = ?3 AND idx = ?4)
             WHERE scan = ?1 AND idx = ?2 AND state = ?5",
        )?
        .execute(params![page.scan, page.index, first.scan, first.index, PageState::Waiting])?;
    }
    Ok(())
}

fn document(sql: &Connection, batch: i64, document: &PlannedDocument, now: Timestamp) -> Result<(), LedgerError> {
    let casefile = match &document.case {
        Some(PlannedCase { number, folder, folder_if_taken }) => {
            receive::casefile(sql, CaseId { number, folder, folder_if_taken })?
        }
        None => sql
            .prepare_cached("SELECT casefile FROM batch WHERE id = ?1")?
            .query_row([batch], |row| row.get::<_, i64>(0))?,
    };
    let number: i64 = sql
        .prepare_cached("UPDATE casefile SET next_number = next_number + 1 WHERE id = ?1 RETURNING next_number - 1")?
        .query_row([casefile], |row| row.get(0))?;
    sql.prepare_cached(
        "INSERT INTO document (batch, casefile, number, type, confidence, created_ms, state, collated, fields, name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        batch,
        casefile,
        number,
        document.type_name,
        document.confidence,
        now.as_millisecond(),
        DocumentState::Planned,
        document.order == PageOrder::FrontsThenBacks,
        (!document.fields.is_empty()).then_some(Json(&document.fields)),
        document.name,
    ])?;
    let id = sql.last_insert_rowid();
    for (position, page) in document.pages.iter().enumerate() {
        sql.prepare_cached(
            "UPDATE page SET document = ?3, position = ?4, state = ?5, fault = NULL, alarm = NULL
             WHERE scan = ?1 AND idx = ?2 AND state IN (?5, ?6)",
        )?
        .execute(params![
            page.scan,
            page.index,
            id,
            position as i64,
            PageState::Processed,
            PageState::Waiting
        ])?;
    }
    Ok(())
}
