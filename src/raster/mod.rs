//! Pixels in, pixels or measures out.
//!
//! In: the bytes of a scan file, or a grey raster. Out: decoded pages, their picture for the PDF, skew, blank measure.
//! Knows no text, no engine, no pipeline file. Runs only inside the worker process.
//!
//! [`ScanFile`] decodes: `tiff` (libtiff), `jpeg`, `png` and `pdf` each give a page's pixels as stored, and its picture for
//! the PDF: the scanner's own stream wherever a PDF can hold it, else one encoded anew by [`encode`]. A page is decoded
//! whole or it is a fault: what decoders forgive (data that end early, codes that mean nothing) is looked for.

mod blank;
mod blobs;
mod depth;
pub mod encode;
mod error;
mod exif;
mod fax;
mod format;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod grey;
mod jpeg;
mod pdf;
mod pixels;
mod png;
mod reduce;
mod resolution;
mod scan;
mod skew;
mod tiff;
mod turn;
mod whole;

pub use blank::blank;
pub use error::{Cause, DecodeError};
pub use grey::Grey;
pub use scan::{DecodedPage, Picture, PictureData, ScanFile};
pub use skew::skew;
pub use turn::turned;
pub use whole::whole;

use serde::{Deserialize, Serialize};

/// What a decoder may spend on one scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodeParams {
    /// Largest page, in pixels (width times height).
    pub max_pixels: u64,
    /// Most pages in one scan.
    pub max_pages: u32,
    /// Most bytes that a page's samples, or one compressed object of a PDF, may unfold to.
    pub max_unpacked_bytes: u64,
    /// Resolution at which PDF pages that are not one image are rendered, in dots per inch.
    pub render_dpi: u32,
    /// Resolution taken where a scan names none or an absurd one, in dots per inch, unless its size fits A4 better.
    pub assumed_dpi: u32,
    /// Encoding of grey and colour pictures whose own stream cannot pass through: `None` is lossless (Flate), `Some` a
    /// JPEG of this quality (1 to 100).
    pub jpeg_quality: Option<u8>,
}

impl Default for DecodeParams {
    fn default() -> Self {
        Self {
            max_pixels: 200_000_000,
            max_pages: 10_000,
            max_unpacked_bytes: 1 << 30,
            render_dpi: 300,
            assumed_dpi: 300,
            jpeg_quality: None,
        }
    }
}

/// How skew is searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkewParams {
    /// Whether to measure at all.
    pub enabled: bool,
    /// Largest angle looked for, in degrees to either side.
    pub max_angle_deg: f32,
}

impl Default for SkewParams {
    fn default() -> Self {
        Self { enabled: true, max_angle_deg: 10.0 }
    }
}

/// When a page counts as blank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlankParams {
    /// A page whose share of ink is at most this is blank.
    pub max_ink_share: f32,
}

impl Default for BlankParams {
    fn default() -> Self {
        // 0.7 square mm of an A4 page: less than a typed digit. Dust and shadows are left out beforehand.
        Self { max_ink_share: 0.000_012 }
    }
}
