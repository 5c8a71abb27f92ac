//! Documents that wait: which held page keeps a document from going on.

use std::collections::HashSet;

use crate::ledger::PageKey;
use crate::model::{Fault, FaultKind, Stage};

/// What documents of a batch may have to wait for.
#[derive(Debug, Default)]
pub(super) struct Blockers {
    /// Pages and whole scans (no page) that are held and that nobody decided about.
    pub(super) undecided: HashSet<(i64, Option<u32>)>,
    /// The whole batch is one document: its held scans belong to that too.
    pub(super) whole_batch: bool,
}

impl Blockers {
    /// Why a document of `pages`, among which the pages `held` lie, has to wait, if it has to.
    pub(super) fn of(&self, held: &[PageKey], pages: &[PageKey]) -> Option<Fault> {
        let own = pages.first().map(|page| page.scan);
        if let Some(&page) = held.iter().find(|page| self.undecided.contains(&(page.scan, Some(page.index)))) {
            return Some(waits_for(Some(page), own));
        }
        let scan = self.whole_batch && self.undecided.iter().any(|(_, page)| page.is_none());
        scan.then(|| waits_for(None, own))
    }
}

/// The fault of pages that wait for the page `held`, or for a whole scan; `own` is the scan of the pages themselves, if it
/// need not be that of the held page.
pub(super) fn waits_for(held: Option<PageKey>, own: Option<i64>) -> Fault {
    let detail = match held {
        Some(page) if own.is_none_or(|own| own == page.scan) => format!("waits for page {}", page.index + 1),
        Some(page) => format!("waits for page {} of another file", page.index + 1),
        None => "waits for another file of its batch".to_owned(),
    };
    Fault::new(Stage::Deliver, FaultKind::Waits, detail)
}
