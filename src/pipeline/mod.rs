//! The pipeline file: TOML in, a resolved pipeline or every problem of the file at once out.

use std::path::PathBuf;

use crate::assemble::{SeparateBy, TypeRule};
use crate::intake::IntakeRules;
use crate::model::Digest;
use crate::page::Recipe;
use crate::worker::WorkerLimits;

/// What becomes of a blank page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlankAction {
    /// It stays in its document and is marked (the default of RESISCAN's FAQ 5.2).
    #[default]
    Keep,
    /// It is left out of the PDF and recorded in `case.json`.
    Drop,
}

/// A pipeline file, resolved: every default filled in, every value checked.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// `line.name`.
    pub name: String,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
    /// `line.language`: BCP 47 tag of the documents, `de`.
    pub language: String,
    /// `line.state`: state folder, if named.
    pub state: Option<PathBuf>,
    /// `line.workers`: number of workers, if named.
    pub workers: Option<usize>,
    /// `[intake]`.
    pub intake: IntakeRules,
    /// `[page]`, `[blank]`, `[ocr]`, `[image]` and the decode limits of `[limits]`.
    pub recipe: Recipe,
    /// `ocr.models`: model folder, if named.
    pub models: Option<PathBuf>,
    /// `blank.action`.
    pub blank: BlankAction,
    /// `[separate]`.
    pub separate: SeparateBy,
    /// `[[type]]`, in order.
    pub types: Vec<TypeRule>,
    /// `limits.page_seconds`, `limits.open_seconds`.
    pub limits: WorkerLimits,
    /// `limits.attempts`: how often a page is tried before it is held, at least 1.
    pub attempts: u32,
}
