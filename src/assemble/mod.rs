//! Page facts in, documents out: a pure function over the ordered pages of a batch.
//!
//! In: facts of pages, in order. Out: documents with types, and what was recorded instead of delivered. No I/O.

/// Where one document ends and the next begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeparateBy {
    /// Every scan file is a document.
    #[default]
    File,
    /// The whole batch is one document.
    Batch,
    /// Every so many pages (at least 1) of the batch.
    Pages(u32),
}

/// A document type and the phrases that tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRule {
    /// Its name, as used in file names and `case.json`.
    pub name: String,
    /// Phrases that weigh most near the top of a document's first page.
    pub titles: Vec<String>,
    /// Phrases that speak for the type anywhere.
    pub phrases: Vec<String>,
}
