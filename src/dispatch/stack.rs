//! Stacks that were scanned as fronts, then backs: whether their pages can be paired for certain.
//!
//! They can if every file of the batch is open, none is missing and the number of pages is even; a page that is held keeps
//! its place. Otherwise nothing is guessed: one page is held with the reason, all others wait for it, and a person decides.

use crate::ledger::{PageKey, Stack};
use crate::model::{Fault, FaultKind, Stage};

/// What becomes of a stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pairing {
    /// Its pages are brought together.
    Paired,
    /// Its pages stay as they were scanned: a person said so.
    AsScanned,
    /// All its pages wait: for this page, or else for a whole file.
    Waits(Option<PageKey>),
    /// This page is to be held, and all others wait for it.
    Hold(PageKey, Fault),
}

/// What is known of a stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct StackFacts {
    /// By the ledger.
    pub(super) stack: Stack,
    /// A whole file of it is held, and nobody decided about it.
    pub(super) file_held: bool,
    /// The page that is held already because the stack cannot be paired.
    pub(super) unpaired: Option<PageKey>,
    /// Its pages, wherever they are.
    pub(super) pages: usize,
    /// The last page that could go on; `None`: there is nothing to pair.
    pub(super) last: Option<PageKey>,
}

impl StackFacts {
    /// Decides.
    pub(super) fn pairing(&self) -> Pairing {
        let Some(last) = self.last else { return Pairing::AsScanned };
        let unpaired = |detail: String| Pairing::Hold(last, Fault::new(Stage::Deliver, FaultKind::Unpaired, detail));
        match self {
            Self { stack: Stack::Settled, .. } => Pairing::AsScanned,
            Self { file_held: true, .. } => Pairing::Waits(None),
            Self { unpaired: Some(page), .. } => Pairing::Waits(Some(*page)),
            Self { stack: Stack::Torn, .. } => {
                unpaired("a file of its stack went on before it or came elsewhere".into())
            }
            Self { pages, .. } if pages % 2 == 1 => unpaired(format!("its stack has {pages} pages, an odd number")),
            Self { .. } => Pairing::Paired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_guessed() {
        let page = PageKey { scan: 7, index: 3 };
        let whole = StackFacts { stack: Stack::Whole, file_held: false, unpaired: None, pages: 6, last: Some(page) };
        assert_eq!(whole.pairing(), Pairing::Paired);
        let held = |facts: StackFacts| matches!(facts.pairing(), Pairing::Hold(held, fault) if held == page && fault.kind == FaultKind::Unpaired);
        assert!(held(StackFacts { pages: 5, ..whole }));
        assert!(held(StackFacts { stack: Stack::Torn, ..whole }));
        assert_eq!(StackFacts { file_held: true, pages: 5, ..whole }.pairing(), Pairing::Waits(None));
        let held_already = StackFacts { unpaired: Some(page), pages: 5, ..whole };
        assert_eq!(held_already.pairing(), Pairing::Waits(Some(page)), "one page is held, not one after the other");
        assert_eq!(StackFacts { stack: Stack::Settled, pages: 5, ..whole }.pairing(), Pairing::AsScanned);
        assert_eq!(StackFacts { pages: 5, last: None, ..whole }.pairing(), Pairing::AsScanned);
    }
}
