//! Finished documents in, a receipt out. One file for each kind of target.
//!
//! In: what a document or a case file is called and a function that writes it. Out: a [`Receipt`](crate::model::Receipt)
//! of what stands at the target, as read back; for a proof, the accounts that stand there. Knows no ledger and no PDF.

pub mod case_json;
pub mod case_read;
pub mod folder;
pub mod index;
pub mod index_xml;
pub mod names;
