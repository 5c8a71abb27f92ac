//! When the machine is at fault: nothing new is begun, and no page is blamed.

use std::fs;
use std::path::Path;

use super::super::RunError;
use super::super::feed::Found;
use super::super::machine::{PROBE_BYTES, Place, closed_input, probe_state};
use super::{Line, Task};
use crate::ledger::StoreError;
use crate::model::{Fault, FaultKind, Stage};

/// So often a page is tried again for a fault of the machine that had passed when the line looked. Then it is taken for
/// the page's own.
pub(super) const MAX_EXCUSES: u32 = 3;

impl Line<'_> {
    /// Whether new work may be given out: the machine is in order, and the state folder has space for what comes back.
    pub(super) fn may_begin(&mut self) -> Result<bool, RunError> {
        let patience = self.setup.patience;
        let space = patience.glance(&mut self.low_space, || patience.expect_space(Place::State))?;
        Ok(space.is_some() && !patience.is_tried())
    }

    /// A run that was stopped in a pause tells why it paused.
    pub(super) fn expect_no_trouble(&mut self) -> Result<(), RunError> {
        if self.stopping && self.low_space.is_some() {
            self.setup.patience.expect_space(Place::State)?;
        }
        if self.stopping && self.setup.patience.is_tried() {
            // Feeds end by themselves when the run is told to stop.
            let mut messages = self.lanes.iter().flat_map(|lane| lane.found.iter());
            let failed = messages.find_map(|found| if let Found::Failed(error) = found { Some(error) } else { None });
            return failed.map_or(Ok(()), Err);
        }
        Ok(())
    }

    /// Why not the page is to blame but the machine, if it is: whatever a worker says of a file that went away while it
    /// was read, and an I/O error when the state folder takes no picture. What the worker wrote still lies there, so that
    /// a full disk is found full.
    pub(super) fn machine_at_fault(&self, task: &Task, kind: FaultKind) -> Option<RunError> {
        closed_input(self.setup.inputs, &task.scan.path).or_else(|| {
            let probe = || probe_state(&self.setup.spool, self.setup.store).err();
            if kind == FaultKind::Io { probe() } else { None }
        })
    }

    /// Waits until the machine is in order, and gives the work out again without counting an attempt.
    pub(super) fn excuse(&mut self, task: Task, picture: &Path, error: RunError) -> Result<(), RunError> {
        let (patience, store, spool) = (self.setup.patience, self.setup.store, &self.setup.spool);
        let inputs = self.setup.inputs;
        let in_order = || {
            closed_input(inputs, &task.scan.path).map_or(Ok(()), Err)?;
            probe_state(spool, store)
        };
        let excuses = match in_order() {
            // It had passed, or it was no fault of the machine.
            Ok(()) if task.excuses >= MAX_EXCUSES => return self.give_up(&task, picture, error),
            Ok(()) => {
                let _ = fs::remove_file(picture);
                task.excuses + 1
            }
            Err(_) => {
                // The next try writes at least as much as this one did.
                let written = fs::symlink_metadata(picture).map_or(0, |metadata| metadata.len());
                let _ = fs::remove_file(picture);
                patience.outlast(error, || {
                    patience.expect_room(written.saturating_add(PROBE_BYTES))?;
                    in_order()
                })?;
                1
            }
        };
        self.again.push_back(Task { excuses, ..task });
        Ok(())
    }

    /// A picture that never could be taken, on a machine in order, is the worker's fault; a store that takes one picture
    /// but not another is nobody's here.
    fn give_up(&mut self, task: &Task, picture: &Path, error: RunError) -> Result<(), RunError> {
        let RunError::Store(StoreError::Io { path, source }) = &error else { return Err(error) };
        if path != picture {
            return Err(error);
        }
        let detail = format!("the worker wrote no picture that can be read: {}", source.kind());
        let _ = fs::remove_file(picture);
        self.hold(task, Fault::new(Stage::Worker, FaultKind::Nonsense, detail));
        Ok(())
    }
}
