//! What an earlier run received and no feed of this one brings: files and folders that have gone since, files that were
//! claimed; and batches that people's decisions opened again.

use super::super::RunError;
use super::Line;
use crate::ledger::BatchState;

impl Line<'_> {
    /// Scans of a batch that its folder holds no longer: their work is given out all the same, and whoever is to do it
    /// finds out why it cannot be done. Else the batch would never be ready.
    pub(super) fn take_unmet(&mut self, batch: i64) -> Result<(), RunError> {
        let (ledger, patience) = (&self.setup.ledger, self.setup.patience);
        let pending = patience.persist(|| Ok(ledger.pending(batch)?))?;
        let Some(open) = self.open.get(&batch) else { return Ok(()) };
        let lane = open.lane;
        let unmet: Vec<_> = pending.into_iter().filter(|pending| !open.at_hand.contains(&pending.scan)).collect();
        unmet.into_iter().for_each(|pending| self.enqueue(lane, batch, pending));
        Ok(())
    }

    /// Batches that an earlier run began and that no walk met: their folder is gone, they were claimed from a watch
    /// folder, or they belong to other inputs (then only if all their files are known).
    pub(super) fn find_left_over(&mut self) -> Result<(), RunError> {
        let (ledger, patience) = (&self.setup.ledger, self.setup.patience);
        let is_free = |batch: &i64| !self.open.contains_key(batch) && !self.passed_on.contains(batch);
        let all = |state, root| patience.persist(|| Ok(ledger.batches(state, root)?));
        let mut others = all(BatchState::Received, None)?;
        for lane in &mut self.lanes {
            for root in &lane.roots {
                let own = all(BatchState::Received, Some(root))?;
                others.retain(|batch| !own.contains(batch));
                lane.left_over.extend(own.into_iter().filter(is_free));
                lane.left_over.extend(all(BatchState::Receiving, Some(root))?.into_iter().filter(is_free));
            }
        }
        if let Some(lane) = self.lanes.first_mut() {
            lane.left_over.extend(others.into_iter().filter(is_free));
        }
        Ok(())
    }

    /// Takes up left-over batches as far as their lanes are hungry. `false` if there was none.
    pub(super) fn take_left_over(&mut self) -> Result<bool, RunError> {
        let mut any = false;
        for lane in 0..self.lanes.len() {
            while let Some(batch) =
                self.lanes.get_mut(lane).filter(|lane| lane.is_hungry()).and_then(|lane| lane.left_over.pop_front())
            {
                self.take_up(lane, batch)?;
                any = true;
            }
        }
        Ok(any)
    }

    fn take_up(&mut self, lane: usize, batch: i64) -> Result<(), RunError> {
        let (ledger, patience) = (&mut self.setup.ledger, self.setup.patience);
        patience.persist(|| Ok(ledger.close_batch(batch)?))?;
        let case = patience.persist(|| Ok(ledger.case_of(batch)?))?.id;
        let pending = patience.persist(|| Ok(ledger.pending(batch)?))?;
        self.begin_batch(lane, batch, case);
        for pending in pending {
            self.enqueue(lane, batch, pending);
        }
        self.close(batch);
        Ok(())
    }

    /// Takes up what people decided while this run worked. `false` if there is nothing.
    pub(super) fn take_decided(&mut self) -> Result<bool, RunError> {
        let (ledger, patience) = (&mut self.setup.ledger, self.setup.patience);
        let opened = patience.persist(|| Ok(ledger.apply_decisions(false)?))?;
        let any = !opened.is_empty();
        if let Some(lane) = self.lanes.first_mut() {
            lane.left_over.extend(opened);
        }
        Ok(any)
    }
}
