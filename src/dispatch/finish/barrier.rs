//! The barrier: all pages of a batch at once become facts, and the facts documents, separators, blanks and alarms.

use jiff::Timestamp;

use super::super::held::{self, Blockers};
use super::super::stack::{Pairing, StackFacts};
use super::super::{Event, RunError};
use super::{Finisher, Halt};
use crate::assemble::{
    AssembleRules, CaseList, FieldReader, Matcher, PageFacts, Said, SeparateBy, assemble, collate, separate,
};
use crate::deliver::folder::document_name;
use crate::deliver::names::{marked_name, portable_name};
use crate::ledger::{ApartScan, PageKey, PageState, Plan, PlannedAlarm, PlannedCase, PlannedDocument, Twin};
use crate::model::{Field, PageOrder, PixelBox};
use crate::pipeline::{BlankAction, HeldDocument, Pipeline};

/// What the barrier reads pages with, made once for each run.
pub(super) struct Knowledge<'p> {
    matcher: Matcher,
    marks: separate::Reader<'p>,
    fields: FieldReader,
    cases: Option<CaseList>,
}

impl<'p> Knowledge<'p> {
    pub(super) fn of(pipeline: &'p Pipeline, cases: Option<CaseList>) -> Self {
        let marks = separate::Reader::new(&pipeline.separators);
        Self {
            matcher: Matcher::with(&pipeline.types, pipeline.classify.clone()),
            marks,
            fields: FieldReader::new(&pipeline.fields),
            cases,
        }
    }
}

impl Finisher<'_> {
    /// The barrier: all pages of the batch become facts, one record in memory at a time, and the facts documents. In a
    /// batch that comes here again, what went on already takes its place among the sheets, as held pages do. Pages that
    /// an earlier scan of the same bytes has, or will have, are set apart until that is certain.
    pub(super) fn plan(&mut self, batch: i64, knowledge: &Knowledge<'_>) -> Result<(), Halt> {
        let twins = if self.pipeline.duplicates.is_some() { self.ledger.twins(batch)? } else { Vec::new() };
        let apart =
            |scan| twins.iter().any(|(twin, what)| *twin == scan && matches!(what, Twin::Settled(_) | Twin::Beside));
        let plan = self.documents_of(batch, knowledge, |scan| !apart(scan))?;
        self.ledger.plan(batch, &plan, Timestamp::now())?;
        self.tell_waiting(plan)
    }

    /// Decides on a scan that was set apart, after all documents of its batch stand at the target: it is a duplicate if
    /// the earlier scan's pages are all delivered or recorded by now, else its pages become documents of their own.
    pub(super) fn settle_apart(
        &mut self,
        batch: i64,
        apart: &ApartScan,
        knowledge: &Knowledge<'_>,
    ) -> Result<(), Halt> {
        let twin = self.ledger.twin(apart.scan)?;
        if let (Some(action), Twin::Settled(of)) = (self.pipeline.duplicates, twin)
            && self.is_intact(&apart.path, apart.digest)?.is_ok()
        {
            let (released, pages) = self.ledger.settle_duplicate(apart.scan, of, action)?;
            self.release(released);
            self.tell(Event::Duplicate { scan: apart.digest, pages });
            return Ok(());
        }
        let plan = self.documents_of(batch, knowledge, |scan| scan == apart.scan)?;
        self.ledger.plan_more(batch, &plan, Timestamp::now())?;
        self.tell_waiting(plan)
    }

    /// What the pages of the scans which `take` names become: documents, blank pages left out, pages that wait.
    fn documents_of(
        &mut self,
        batch: i64,
        knowledge: &Knowledge<'_>,
        take: impl Fn(i64) -> bool,
    ) -> Result<Plan, Halt> {
        let (mut keys, mut facts, mut ready) = (Vec::new(), Vec::new(), self.ledger.all_opened(batch)?);
        let mut confirmed = self.ledger.confirmed(batch)?;
        self.ledger.for_each_page(batch, |page| {
            if !take(page.page.scan) {
                return Ok(());
            }
            let to_place = match page.state {
                PageState::Processed => true,
                PageState::Waiting => !page.alarmed,
                _ => false,
            };
            let record = page.record;
            ready &= page.state != PageState::Received && (record.is_some() || !to_place);
            keys.push(page.page);
            facts.push(PageFacts {
                scan: page.page.scan,
                held: !to_place,
                blank: page.blank,
                // Sheets and labels that went on already, or are held, divide all the same.
                marks: record.as_ref().map(|record| knowledge.marks.marks(record)).unwrap_or_default(),
                fields: record.iter().filter(|_| to_place).flat_map(|record| knowledge.fields.page(record)).collect(),
                evidence: record.as_ref().map(|record| knowledge.matcher.evidence(record)).unwrap_or_default(),
                confirmed: confirmed.remove(&page.page).unwrap_or_default(),
            });
            Ok(())
        })?;
        if !ready {
            return Err(RunError::NotReady.into());
        }
        let order = match self.pair(batch, &keys, &mut facts)? {
            Ok(order) => order,
            Err(held) => {
                let pages = keys.iter().zip(&facts).filter(|(_, fact)| !fact.held);
                let waiting = pages.map(|(&page, _)| (page, held::waits_for(held, Some(page.scan)))).collect();
                return Ok(Plan { waiting, ..Plan::default() });
            }
        };
        if order == PageOrder::FrontsThenBacks {
            let sheets = collate::order(keys.len()).unwrap_or_default();
            keys = sheets.iter().filter_map(|&position| keys.get(position).copied()).collect();
            facts = sheets.iter().filter_map(|&position| facts.get_mut(position).map(std::mem::take)).collect();
        }
        let batch_case = self.ledger.case_of(batch)?.number;
        let rules = AssembleRules {
            separate: self.pipeline.separate,
            separators: &self.pipeline.separators,
            drop_blanks: self.pipeline.blank == BlankAction::Drop,
            matcher: &knowledge.matcher,
            fields: &self.pipeline.fields,
            alarms: &self.pipeline.alarms,
            cases: knowledge.cases.as_ref(),
            batch_case: Some(&batch_case),
        };
        let assembly = assemble(&facts, &rules);
        let key = |positions: &[usize]| positions.iter().filter_map(|&p| keys.get(p).copied()).collect::<Vec<_>>();
        let blockers = self.blockers(batch)?;
        let mut plan = Plan { blanks: key(&assembly.blanks), separators: key(&assembly.separators), ..Plan::default() };
        for document in assembly.documents {
            let pages = key(&document.pages);
            let fields: Vec<Field> = said(document.said).chain(document.fields).collect();
            match blockers.of(&key(&document.held), &pages) {
                Some(fault) => plan.waiting.extend(pages.into_iter().map(|page| (page, fault.clone()))),
                None => plan.documents.push(PlannedDocument {
                    case: document.case.map(planned_case),
                    name: self.name_of(&document.type_name, &fields),
                    type_name: document.type_name,
                    confidence: document.confidence,
                    order,
                    pages,
                    fields,
                }),
            }
        }
        for alarm in assembly.alarms {
            let pages = key(&alarm.pages);
            let waits = held::waits_for(pages.first().copied(), None);
            plan.alarms.push(PlannedAlarm { fault: alarm.fault, waits, pages });
        }
        Ok(plan)
    }

    /// The order of a batch's pages in its documents, or the page (without one: the file) that all of them wait for. A page
    /// may be held here for that, and is a held one among `facts` then.
    fn pair(
        &mut self,
        batch: i64,
        keys: &[PageKey],
        facts: &mut [PageFacts],
    ) -> Result<Result<PageOrder, Option<PageKey>>, Halt> {
        if self.pipeline.collate == PageOrder::Scanned {
            return Ok(Ok(PageOrder::Scanned));
        }
        let last = facts.iter().rposition(|fact| !fact.held);
        let stack = StackFacts {
            stack: self.ledger.stack(batch)?,
            file_held: self.ledger.undecided(batch)?.iter().any(|(_, page)| page.is_none()),
            unpaired: self.ledger.unpaired(batch)?,
            pages: keys.len(),
            last: last.and_then(|last| keys.get(last).copied()),
        };
        Ok(match stack.pairing() {
            Pairing::Paired => Ok(PageOrder::FrontsThenBacks),
            Pairing::AsScanned => Ok(PageOrder::Scanned),
            Pairing::Waits(held) => Err(held),
            Pairing::Hold(page, fault) => {
                // No document has it yet.
                self.ledger.hold_pages(&[page], &fault, None)?;
                self.tell_held(page, &fault)?;
                last.and_then(|last| facts.get_mut(last)).into_iter().for_each(|fact| fact.held = true);
                Err(Some(page))
            }
        })
    }

    /// The name of a document's file, with the values of the fields that the pipeline wants in it.
    fn name_of(&self, type_name: &str, fields: &[Field]) -> String {
        let names = &self.pipeline.target.name_fields;
        document_name(type_name, names.iter().filter_map(|name| Field::value_of(fields, name)))
    }

    fn tell_waiting(&self, plan: Plan) -> Result<(), Halt> {
        plan.waiting.into_iter().try_for_each(|(page, fault)| self.tell_held(page, &fault))?;
        for PlannedAlarm { fault, waits, pages } in plan.alarms {
            let faults = std::iter::once(&fault).chain(std::iter::repeat(&waits));
            pages.into_iter().zip(faults).try_for_each(|(page, fault)| self.tell_held(page, fault))?;
        }
        Ok(())
    }

    /// What documents of the batch wait for: nothing, unless the pipeline wants that.
    fn blockers(&self, batch: i64) -> Result<Blockers, RunError> {
        Ok(match self.pipeline.held {
            HeldDocument::Apart | HeldDocument::Image => Blockers::default(),
            HeldDocument::Wait => Blockers {
                undecided: self.ledger.undecided(batch)?,
                whole_batch: self.pipeline.separate == SeparateBy::Batch,
            },
        })
    }
}

/// What a separator said besides case and type, as index fields.
fn said(said: Said) -> impl Iterator<Item = Field> {
    let field = |(name, value): (&str, Option<String>)| {
        let value = value?;
        let bounds = PixelBox::default();
        Some(Field { name: name.to_owned(), raw: value.clone(), value, confidence: 1.0, page: 0, bounds })
    };
    [("Trennblatt-Datum", said.date), ("Trennblatt-Nummer", said.serial)].into_iter().filter_map(field)
}

/// The case that a separator names, and the folder that it gets if it is new.
fn planned_case(number: String) -> PlannedCase {
    let (folder, folder_if_taken) = (portable_name(&number), marked_name(&number));
    PlannedCase { number, folder, folder_if_taken }
}
