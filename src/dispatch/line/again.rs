//! What is tried again after a failure.

use super::Task;
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
