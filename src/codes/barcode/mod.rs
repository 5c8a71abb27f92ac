//! Barcodes: where a page looks as if it had some, and what zxing-cpp reads there.

mod accept;
mod regions;
mod zxing;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::shrink::Reduced;
use super::{BarcodeKind, CodeParams, CodesError};
use crate::model::{Barcode, QuarterTurn};
use crate::raster::Grey;

/// A barcode, and what else its reader told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) kind: BarcodeKind,
    pub(super) barcode: Barcode,
    /// For a QR code: how it lies turned.
    pub(super) turn: Option<QuarterTurn>,
    /// On how many lines across it was read alike, if it is a row of bars.
    pub(super) lines: u32,
}

/// Reads the barcodes of `page` of the kinds that are wanted, from top to bottom. `reduced` is the same page.
pub(super) fn read(page: &Grey, reduced: &Reduced<'_>, params: &CodeParams) -> Result<Vec<Read>, CodesError> {
    if params.barcodes.is_empty() {
        return Ok(Vec::new());
    }
    let begun = processor_time();
    let most = Duration::from_millis(u64::from(params.max_ms));
    let reader = zxing::Reader::new(&params.barcodes);
    let mut found: Vec<Read> = Vec::new();
    let mut half = None;
    for region in regions::regions(page, reduced) {
        let mut read = reader.read(page, region, (1, 1))?;
        if read.is_empty() {
            // Averaged, specks are gone.
            let half = half.get_or_insert_with(|| reduced.at_most_half());
            read = reader.read(&half.grey, region.reduced(half.factor), half.factor)?;
        }
        read.into_iter().filter(accept::is_sound).for_each(|read| accept::add(&mut found, read));
        if processor_time().saturating_sub(begun) > most {
            return Err(CodesError::Overtime(params.max_ms));
        }
    }
    found.truncate(MAX_CODES);
    let place = |read: &Read| (read.barcode.bounds.y0, read.barcode.bounds.x0);
    found.sort_by(|a, b| place(a).0.total_cmp(&place(b).0).then(place(a).1.total_cmp(&place(b).1)));
    Ok(found)
}

/// Most barcodes on a page: a sheet of labels has some hundred.
const MAX_CODES: usize = 500;

/// Of this thread.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
