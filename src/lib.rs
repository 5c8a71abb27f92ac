//! Scanstraße turns folders of scanned paper into searchable, archivable case files.
//!
//! The folders are the architecture; dependencies run one way and a test checks it (`tests/house.rs`):
//!
//! ```text
//! model  <-  infer  <-  ocr  <-  page  <-  worker  <-  dispatch  <-  cli
//!    ^              raster  <------'                      |
//!    '--- pipeline, ledger, intake, assemble, learn, codes, pdf, export, evidence, deliver, sheets, words
//! ```
//!
//! A scan's way: [`intake`] finds and digests it, a [`worker`] process splits it into pages and runs
//! [`page::process_page`] on each, [`dispatch`] commits the records to the [`ledger`], [`assemble`] makes documents of
//! them, [`pdf`] writes PDF/A-2u and [`deliver`] hands the case over.

pub mod assemble;
mod charset;
pub mod cli;
pub mod codes;
pub mod deliver;
pub mod dispatch;
mod durable;
pub mod evidence;
pub mod export;
pub mod infer;
pub mod intake;
pub mod learn;
pub mod ledger;
pub mod model;
pub mod ocr;
pub mod page;
pub mod pdf;
pub mod pipeline;
pub mod raster;
mod saboteur;
pub mod sheets;
pub mod words;
pub mod worker;
