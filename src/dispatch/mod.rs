//! The only owner of the ledger: recovers, schedules, commits, delivers; tells what happens as events.

use std::time::Duration;

use crate::model::{Digest, Fault};

/// What happens on the line, in order. Progress bars, JSON lines and metrics read these; none holds text of a page, a
/// case number or a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A scan was recorded. `known` is set if an earlier run had recorded it.
    ScanReceived { scan: Digest, known: bool },
    /// A scan's pages were counted; `done` of them were processed or held by an earlier run.
    ScanOpened { scan: Digest, pages: u32, done: u32 },
    /// All input was found: this many scans.
    IntakeFinished { scans: u64 },
    /// A worker began a page.
    PageStarted { worker: usize, scan: Digest, index: u32 },
    /// A page was processed and committed.
    PageProcessed { worker: usize, scan: Digest, index: u32, elapsed: Duration },
    /// A page, or with `index` `None` a whole scan, was held.
    Held { scan: Digest, index: Option<u32>, fault: Fault },
    /// A document stands at the target.
    DocumentDelivered { pages: u32 },
    /// All documents of a batch stand at the target, and its page count balances.
    BatchDelivered,
}
