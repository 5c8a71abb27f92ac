//! In which order the pages of a batch lie in its documents.

use serde::{Deserialize, Serialize};

/// The order of a document's pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOrder {
    /// As they were scanned.
    #[default]
    Scanned,
    /// The batch is a stack that was scanned as all fronts and then, turned over, as all backs, which so come last first:
    /// front and back of each sheet were brought together. See [`crate::assemble::collate`].
    FrontsThenBacks,
}
