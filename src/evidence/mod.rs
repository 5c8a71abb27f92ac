//! What proves the promise: page counts of a batch, and the delivered files themselves.
//!
//! In: counts; or the folder of a delivery, and the inputs if they are to be compared. Out: a balance that holds or names
//! what is missing; findings, each with its place and what to do. Reads what `deliver` and `pdf` wrote and `intake` finds,
//! and writes nothing. Knows no ledger: the files alone are to prove it.

mod account;
mod case;
mod elsewhere;
mod finding;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod index;
mod pictures;
mod scans;
mod tally;
mod verify;

pub use finding::{Finding, Problem};
pub use verify::{News, Verified, VerifyError, verify};

use crate::model::PageCounts;

/// The promise is broken: pages are missing or counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the pages do not balance: {} received, but {} delivered + {} blanks + {} separators + {} held = {}",
    .0.received, .0.delivered, .0.blanks, .0.separators, .0.held, .0.placed()
)]
pub struct Imbalance(pub PageCounts);

/// Checks: pages received = delivered + blanks recorded + separators recorded + held.
///
/// # Errors
/// The counts, if it does not hold.
pub fn balance(counts: &PageCounts) -> Result<(), Imbalance> {
    if counts.received == counts.placed() { Ok(()) } else { Err(Imbalance(*counts)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_page_and_a_doubled_page_are_told() {
        let counts = PageCounts { received: 10, delivered: 6, blanks: 2, separators: 1, held: 1 };
        assert_eq!(balance(&counts), Ok(()));
        for received in [9, 11] {
            let error = balance(&PageCounts { received, ..counts }).map_err(|e| e.to_string());
            assert_eq!(
                error,
                Err(format!(
                    "the pages do not balance: {received} received, but 6 delivered + 2 blanks + 1 separators + 1 held = 10"
                ))
            );
        }
    }
}
