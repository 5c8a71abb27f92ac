//! What an earlier run received and the walk of this one did not meet: files and folders that have gone since.

use super::super::RunError;
use super::Line;
use crate::ledger::BatchState;

impl Line<'_> {
    /// Scans of a batch that its folder holds no longer: their work is given out all the same, and whoever is to do it
    /// finds out why it cannot be done. Else the batch would never be ready.
    pub(super) fn take_unmet(&mut self, batch: i64) -> Result<(), RunError> {
        let (ledger, patience) = (&self.setup.ledger, self.setup.patience);
        let mut unmet = patience.persist(|| Ok(ledger.pending(batch)?))?;
        unmet.retain(|pending| !self.met.contains(&pending.scan));
        unmet.into_iter().for_each(|pending| self.enqueue(batch, pending));
        Ok(())
    }

    /// Batches that an earlier run began and that the walk did not meet: their folder is gone, or they belong to other
    /// inputs (then only if all their files are known).
    pub(super) fn find_left_over(&mut self) -> Result<(), RunError> {
        let (ledger, patience) = (&self.setup.ledger, self.setup.patience);
        let mut batches = patience.persist(|| Ok(ledger.batches(BatchState::Received, None)?))?;
        for input in self.setup.inputs {
            batches.extend(patience.persist(|| Ok(ledger.batches(BatchState::Receiving, Some(input))?))?);
        }
        batches.retain(|batch| !self.open.contains_key(batch) && !self.passed_on.contains(batch));
        self.left_over = batches.into();
        Ok(())
    }

    pub(super) fn take_left_over(&mut self, batch: i64) -> Result<(), RunError> {
        let (ledger, patience) = (&mut self.setup.ledger, self.setup.patience);
        patience.persist(|| Ok(ledger.close_batch(batch)?))?;
        let case = patience.persist(|| Ok(ledger.case_of(batch)?))?.id;
        let pending = patience.persist(|| Ok(ledger.pending(batch)?))?;
        self.begin_batch(batch, case);
        for pending in pending {
            self.enqueue(batch, pending);
        }
        self.close(batch);
        Ok(())
    }
}
