//! A door for `fuzz/` into the check of a case's account. Not part of the program.

use super::finding::Findings;
use super::{account, balance};
use crate::deliver::case_read;

/// Reads `bytes` as a `case.json`. An account without findings must balance.
pub fn account(bytes: &[u8]) {
    let Ok(read) = case_read::parse(bytes) else { return };
    let mut findings = Findings::of(None);
    let counts = account::check(&read, &mut findings);
    if findings.into_list().is_empty() {
        assert!(balance(&counts).is_ok(), "an account without findings does not balance");
    }
}
