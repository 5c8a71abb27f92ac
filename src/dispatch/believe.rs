//! What is believed of a worker's answer: what passes the checks, with its picture in the store.

use std::path::Path;

use super::RunError;
use crate::ledger::{Processed, Store, StoreError};
use crate::model::{Fault, FaultKind, ImageStream, PageRecord, Stage};
use crate::worker;

/// Checks the number of pages of a scan.
pub(super) fn opened(pages: u32, max_pages: u32) -> Result<(), Fault> {
    if pages == 0 {
        return Err(Fault::new(Stage::Open, FaultKind::NoPages, "the scan has no pages"));
    }
    if pages > max_pages {
        return Err(Fault::new(Stage::Open, FaultKind::OverLimit, format!("the scan has {pages} pages")));
    }
    Ok(())
}

/// Checks the record of a page of a scan of `scan_len` bytes, and takes its picture, if `picture` was written, into the
/// store. The outer error is the machine's, the inner one the worker's.
pub(super) fn page(
    record: &PageRecord,
    scan_len: u64,
    picture: &Path,
    store: &Store,
) -> Result<Result<Processed, Fault>, RunError> {
    if let Err(fault) = worker::check(record, scan_len) {
        return Ok(Err(fault));
    }
    let nonsense = |detail: &str| Ok(Err(Fault::new(Stage::Worker, FaultKind::Nonsense, detail)));
    match record.image.stream {
        ImageStream::InScan(_) if picture.exists() => {
            return nonsense("the worker wrote a picture that it did not name");
        }
        ImageStream::InScan(_) => {}
        ImageStream::Stored { digest, len } => match store.adopt(picture, digest, len) {
            Ok(()) => {}
            Err(StoreError::Mismatch) => return nonsense("the worker wrote another picture than it named"),
            Err(error) => return Err(error.into()),
        },
    }
    Ok(Ok(Processed::pack(record)?))
}
