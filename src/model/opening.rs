//! What the first pages of a scan say about the batch that they begin.

use serde::{Deserialize, Serialize};

/// A look at the beginning of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Pages of the scan, at least one.
    pub pages: u32,
    /// Its first page, if it was to be looked at.
    pub first: Option<Face>,
    /// Its second page, likewise; `None` too if there is none.
    pub second: Option<Face>,
}

/// What a page is to somebody who counts a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    /// A separator sheet, with the pages and the sheets of paper that it says follow.
    Separator {
        /// Pages.
        pages: Option<u32>,
        /// Sheets of paper.
        sheets: Option<u32>,
    },
    /// Nothing is on it.
    Blank,
    /// Anything else, and what cannot be read.
    Page,
}
