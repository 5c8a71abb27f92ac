//! What is tried again: at once after a failure, and at the end of a run for people's decisions.

use super::{Line, RunError, Task};
use crate::model::{Fault, FaultKind};
use crate::pipeline::HeldDocument;

/// What is to be tried after `task` failed with `fault`: the same once more, the picture without the text, or nothing
/// more.
pub(super) fn after(task: &Task, fault: &Fault, attempts: u32, held: HeldDocument) -> Option<Task> {
    if task.unread.is_some() {
        return None;
    }
    let next = Task { attempt: task.attempt.saturating_add(1), ..task.clone() };
    if matches!(fault.kind, FaultKind::Crash | FaultKind::Deadline) && task.attempt < attempts {
        return Some(next);
    }
    // What is wrong with the bytes themselves is so without reading, too; specks disturb nobody but the reader.
    let kind = fault.kind;
    let has_picture = task.page.is_some() && (kind == FaultKind::Noise || kind.may_pass() && kind != FaultKind::Io);
    (held == HeldDocument::Image && has_picture).then(|| Task { unread: Some(fault.clone()), ..next })
}

impl Line<'_> {
    /// Takes up what people decided while this run worked. `false` if there is nothing.
    pub(super) fn take_decided(&mut self) -> Result<bool, RunError> {
        let (ledger, patience) = (&mut self.setup.ledger, self.setup.patience);
        self.left_over.extend(patience.persist(|| Ok(ledger.apply_decisions(false)?))?);
        Ok(!self.left_over.is_empty())
    }
}
