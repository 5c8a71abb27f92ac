//! Training and measuring: samples whose types are known in, a model or figures out.
//!
//! In: pages as OCR read them, with their types. Out: [`Model`]s and [`Figures`]. Knows `assemble`, which uses the model;
//! knows no files. Everything is deterministic: the same samples in the same order give the same bytes, on any number of
//! threads.
//!
//! The way of training ([`train`]): features that too few samples have are dropped, those that tell types apart are kept
//! (`select`), a linear model is fitted (`logistic`) to the samples and to thinned copies of them. Beside the model that is
//! shipped, others are fitted that have not seen some layouts, and others that have not seen some types (`folds`); what
//! they say of those samples is what confidence is calibrated on (`calibrate`).

mod calibrate;
mod figures;
mod folds;
mod logistic;
mod page_json;
mod sample;
mod select;
mod train;

pub use figures::{Answer, Figures, Share, TypeFigures, threshold_for};
pub use page_json::{PageJsonError, pages_of_json};
pub use sample::Sample;
pub use train::{TrainError, TrainParams, Trained, train};

#[cfg(test)]
mod tests;
