//! Patch codes and barcodes on a page.
//!
//! In: a grey raster, its resolution, whether it is known to stand upright. Out: what was found, in pixels of that raster.
//! Knows no text, no engine, no pipeline file, and not what a code is for.
//!
//! Patch codes are looked for by an algorithm of our own on a page reduced to about 75 dots an inch; barcodes are read by
//! zxing-cpp, but only where the page, reduced to about 150 dots an inch, looks as if there were one. So a page without
//! codes costs little. Both are pure functions of the pixels: the same page gives the same codes, however busy the machine
//! is.

mod barcode;
mod patch;
mod shrink;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::model::{Barcode, Fault, FaultKind, PatchCode, Resolution, Stage};
use crate::raster::Grey;

/// A kind of barcode that can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum BarcodeKind {
    #[serde(rename = "code_39")]
    Code39,
    #[serde(rename = "code_128")]
    Code128,
    Itf,
    /// EAN-13 and EAN-8; a UPC-A is an EAN-13 that begins with 0.
    Ean,
    QrCode,
    DataMatrix,
    #[serde(rename = "pdf_417")]
    Pdf417,
}

impl BarcodeKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Code39, Self::Code128, Self::Itf, Self::Ean, Self::QrCode, Self::DataMatrix, Self::Pdf417];

    /// Whether it is a row of bars (and not a matrix, nor rows of them).
    fn is_linear(self) -> bool {
        matches!(self, Self::Code39 | Self::Code128 | Self::Itf | Self::Ean)
    }
}

/// Which codes are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeParams {
    /// Whether patch codes are.
    pub patch_codes: bool,
    /// Which barcodes are.
    pub barcodes: Vec<BarcodeKind>,
    /// Most processor time for the codes of one page, in milliseconds. An emergency bound: what takes longer is a fault and
    /// not half a result, so that a record never depends on the speed of the machine.
    pub max_ms: u32,
}

impl Default for CodeParams {
    fn default() -> Self {
        // The worst of all pages measured, an A4 page full of halftone at 600 dpi, takes less than 2 s.
        Self { patch_codes: true, barcodes: BarcodeKind::ALL.to_vec(), max_ms: 20_000 }
    }
}

/// The codes of a page could not be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodesError {
    /// They took longer than [`CodeParams::max_ms`].
    #[error("looking for codes took more than {0} ms of processor time")]
    Overtime(u32),
    /// zxing-cpp refused the page.
    #[error("the barcode reader refused the page")]
    Refused,
}

impl From<CodesError> for Fault {
    fn from(error: CodesError) -> Self {
        let kind = match error {
            CodesError::Overtime(_) => FaultKind::Deadline,
            CodesError::Refused => FaultKind::Engine,
        };
        Self::new(Stage::Codes, kind, error.to_string())
    }
}

/// What is known of which way is up before codes are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The page's text stands upright in the raster.
    Upright,
    /// Nothing is known.
    Unknown,
}

/// Finds the codes of `page`, whose resolution along its own x and y is `resolution`. Places are pixels of `page`; both
/// lists run from top to bottom, then left to right.
///
/// Read upside down, patch 1 is 6 and 3 is T. What settles it, the first that speaks: a barcode with the text `PATCHT` or the
/// like; the direction of a QR code on the page, that of a [separator sheet](crate::model::SheetOrder) before others;
/// `standing`. See `patch/settle.rs`, also for what holds when nothing speaks.
///
/// # Errors
/// The time was up, or the barcode reader refused the page.
pub fn find(
    page: &Grey,
    resolution: Resolution,
    standing: Standing,
    params: &CodeParams,
) -> Result<(Vec<Barcode>, Vec<PatchCode>), CodesError> {
    let wanted = params.patch_codes || !params.barcodes.is_empty();
    if !wanted {
        return Ok((Vec::new(), Vec::new()));
    }
    let reduced = shrink::to_about(page, resolution, SEARCH_DPI);
    let read = barcode::read(page, &reduced, params)?;
    let patches = if params.patch_codes { patch::find(&reduced, &read, standing) } else { Vec::new() };
    Ok((read.into_iter().map(|read| read.barcode).collect(), patches))
}

/// Dots per inch at which codes are searched for: the narrowest bars that scans carry (0.19 mm) are one pixel wide.
const SEARCH_DPI: f32 = 150.0;
