//! What the feeds bring becomes work, and batches whose work is done are passed on.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::feed::{Found, Whereabouts};
use super::super::{Event, HeldItem, MAX_HELD_LISTED, RunError};
use super::{Line, Open, Scan};
use crate::deliver::names::{marked_name, portable_name};
use crate::ledger::{CaseId, FoundFile, FoundPlace, PendingScan, Reception};

impl Line<'_> {
    /// Records what a feed found.
    pub(super) fn receive(&mut self, lane: usize, found: Found) -> Result<(), RunError> {
        match found {
            Found::Files { batch, files, last } => self.receive_files(lane, &batch, &files, last)?,
            Found::Trouble { path, fault } => {
                self.tell(Event::Held { scan: None, index: None, fault: fault.clone() });
                if self.troubles.len() < MAX_HELD_LISTED as usize {
                    self.troubles.push(HeldItem { path, index: None, fault });
                }
            }
            Found::Failed(error) => return Err(error),
            Found::Begin => self.set_walking(lane, true),
            Found::End { left_lying } => {
                self.set_walking(lane, false);
                left_lying.into_iter().for_each(|(ending, count)| *self.left_lying.entry(ending).or_default() += count);
                if !self.walked && !self.is_walking() {
                    self.walked = true;
                    self.tell(Event::IntakeFinished { scans: self.scans });
                    self.find_left_over()?;
                }
            }
        }
        Ok(())
    }

    fn set_walking(&mut self, lane: usize, walking: bool) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.walking = walking;
        }
    }

    fn receive_files(
        &mut self,
        lane: usize,
        batch: &Whereabouts,
        files: &[FoundFile],
        last: bool,
    ) -> Result<(), RunError> {
        let Whereabouts { root, key, case, claimed, request } = batch;
        let (folder, folder_if_taken) = (portable_name(case), marked_name(case));
        let case = CaseId { number: case, folder: &folder, folder_if_taken: &folder_if_taken };
        let (duplicates, claimed, request) = (self.setup.duplicates, *claimed, *request);
        let place = FoundPlace { root, key, case, duplicates, claimed, request };
        let patience = self.setup.patience;
        let receptions = patience.persist(|| Ok(self.setup.ledger.receive(&place, files, last)?))?;
        receptions.into_iter().for_each(|reception| self.take(lane, reception));
        if last {
            let at_feed = self.lanes.get_mut(lane).map(|lane| std::mem::take(&mut lane.at_feed));
            for batch in at_feed.unwrap_or_default() {
                self.take_unmet(batch)?;
                self.close(batch);
            }
        }
        Ok(())
    }

    fn take(&mut self, lane: usize, reception: Reception) {
        let Reception { batch, case, digest, known, unfinished, pages, pending, fault, duplicate } = reception;
        self.scans += 1;
        self.tell(Event::ScanReceived { scan: digest, known });
        match (fault, digest, &pending) {
            (Some(fault), ..) => self.tell(Event::Held { scan: digest, index: None, fault }),
            (None, Some(scan), None) if duplicate => self.tell(Event::Duplicate { scan, pages: 0 }),
            (None, Some(scan), None) => {
                let pages = pages.unwrap_or_default();
                self.tell(Event::ScanOpened { scan, pages, done: pages });
            }
            _ => {}
        }
        if unfinished && !self.passed_on.contains(&batch) {
            if let Some(lane) = self.lanes.get_mut(lane) {
                lane.at_feed.insert(batch);
            }
            self.begin_batch(lane, batch, case);
            if let Some(pending) = pending {
                self.enqueue(lane, batch, pending);
            }
        }
    }

    pub(super) fn begin_batch(&mut self, lane: usize, batch: i64, case: i64) {
        self.open.entry(batch).or_insert_with(|| {
            self.queues.entry(case).or_default().push_back(batch);
            Open { case, lane, left: 0, closed: false, at_hand: HashSet::new() }
        });
    }

    /// Work of a scan. One that is at hand already, brought by another feed, is only hurried if that is what this one is
    /// for.
    pub(super) fn enqueue(&mut self, lane: usize, batch: i64, pending: PendingScan) {
        let PendingScan { scan: id, path, len, digest, pages, released } = pending;
        let is_new = self.open.get_mut(&batch).is_none_or(|open| open.at_hand.insert(id));
        if !is_new {
            if self.lanes.get(lane).is_some_and(|lane| lane.urgent) {
                self.hurry(lane, batch, id);
            }
            return;
        }
        let scan = Arc::new(Scan { id, batch, path, len, digest, released });
        match pages {
            None => {
                self.adjust(batch, 1, 0);
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.unopened.push_back(scan);
                }
            }
            Some((pages, left)) => {
                self.adjust(batch, left.len() as u64, 0);
                let done = pages.saturating_sub(left.len() as u32);
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.pages.push_back((scan, left));
                }
                self.tell(Event::ScanOpened { scan: digest, pages, done });
            }
        }
    }

    /// No more scans will come for a batch.
    pub(super) fn close(&mut self, batch: i64) {
        if let Some(open) = self.open.get_mut(&batch) {
            open.closed = true;
        }
        self.pass_on_if_ready(batch);
    }

    /// So many things more are to be done for a batch, and so many are done.
    pub(super) fn adjust(&mut self, batch: i64, more: u64, done: u64) {
        if let Some(open) = self.open.get_mut(&batch) {
            open.left = open.left.saturating_add(more).saturating_sub(done);
        }
        self.pass_on_if_ready(batch);
    }

    /// Passes on the first batches of the case that `batch` belongs to, as far as they are ready.
    fn pass_on_if_ready(&mut self, batch: i64) {
        let Some(case) = self.open.get(&batch).map(|open| open.case) else { return };
        let Some(mut queue) = self.queues.remove(&case) else { return };
        while let Some(&first) = queue.front() {
            if !self.open.get(&first).is_some_and(|open| open.closed && open.left == 0) {
                self.queues.insert(case, queue);
                return;
            }
            queue.pop_front();
            self.open.remove(&first);
            self.pass_on(first);
        }
    }

    pub(super) fn pass_on(&mut self, batch: i64) {
        self.passed_on.insert(batch);
        // A finisher that has gone has said why; the batch waits in the ledger for the next run.
        let _ = self.setup.batches.send(batch);
    }
}
