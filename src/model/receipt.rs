//! What the line owes an account of: counts of pages, and proofs of delivery.

use serde::{Deserialize, Serialize};

use super::Digest;

/// Where pages are. In a finished batch `received = delivered + blanks + separators + held`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCounts {
    /// Pages of all opened scans.
    pub received: u64,
    /// In documents that stand at the target.
    pub delivered: u64,
    /// Blank, left out of the documents, recorded.
    pub blanks: u64,
    /// Separator sheets, recorded.
    pub separators: u64,
    /// Kept for a person.
    pub held: u64,
}

impl PageCounts {
    /// Both together. Counts of foreign accounts stop at the largest number.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            received: self.received.saturating_add(other.received),
            delivered: self.delivered.saturating_add(other.delivered),
            blanks: self.blanks.saturating_add(other.blanks),
            separators: self.separators.saturating_add(other.separators),
            held: self.held.saturating_add(other.held),
        }
    }

    /// Pages that have their place: what `received` is to be in a finished batch.
    pub fn placed(&self) -> u64 {
        [self.delivered, self.blanks, self.separators, self.held].into_iter().fold(0, u64::saturating_add)
    }
}

/// The target's proof of having a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Where it stands, relative to the target, with `/` between folders.
    pub file: String,
    /// SHA-256 of what stands there, as read back.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
}

/// What becomes of a scan whose bytes were received before, and whose pages are all delivered or recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateAction {
    /// Its case's account names the earlier scan.
    Skip,
    /// And the documents that hold its pages.
    Link,
}
