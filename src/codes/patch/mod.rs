//! Patch codes: four printed bars, two wide and two narrow (Kodak A-61599).
//!
//! In: the page reduced to about 150 dots an inch. Out: which codes stand where. A page is cut into strips a tenth of an
//! inch wide, across and along; each is averaged to one line of greys (`strips`), on which four runs of ink must have the
//! widths and distances of a code (`pattern`). Such lines of many strips in a row make bars, if these are straight, solid,
//! end together and stand alone (`bars`). Which way up decides between 1 and 6, 3 and T (`settle`).

mod bars;
mod pattern;
mod settle;
mod strips;

#[cfg(test)]
mod tests;

use super::Standing;
use super::barcode::Read;
use super::shrink::Reduced;
use crate::model::PatchCode;

/// Dots per inch at which bars are looked for: a narrow one (0.08 in) is 6 pixels wide.
const BAR_DPI: f32 = 75.0;

/// Finds the patch codes of a page, bars and texts, from top to bottom.
pub(super) fn find(page: &Reduced<'_>, barcodes: &[Read], standing: Standing) -> Vec<PatchCode> {
    let small = page.reduced_to(BAR_DPI);
    let mut found = bars::find(&small);
    found.truncate(MAX_CODES);
    settle::settle(found, small.grey.size(), small.factor, barcodes, standing)
}

/// Most patch codes on a page; a sheet has up to four.
const MAX_CODES: usize = 64;
