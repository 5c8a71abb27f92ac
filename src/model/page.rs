//! The record of one processed page: everything that is known of it.

use serde::{Deserialize, Serialize};

use super::{ColourMode, Degrees, PageImage, PixelBox, Placement, Resolution, TextLine};

/// How empty the page is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blank {
    /// The page holds nothing that a person would miss.
    pub is_blank: bool,
    /// Share of the page's area, without its rim, that is ink; 0 to 1.
    pub ink_share: f32,
}

/// A barcode that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Barcode {
    /// `CODE_39`, `QR_CODE` ...
    pub symbology: String,
    /// The decoded text. Personal data: never logged.
    pub value: String,
    /// Scan pixels.
    #[serde(rename = "box")]
    pub bounds: PixelBox,
}

/// The patch codes of Kodak A-61599.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PatchKind {
    #[serde(rename = "1")]
    One,
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "3")]
    Three,
    #[serde(rename = "4")]
    Four,
    #[serde(rename = "6")]
    Six,
    T,
}

impl PatchKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::One, Self::Two, Self::Three, Self::Four, Self::Six, Self::T];

    /// Which of its four bars are wide, in the order in which a reader of the upright page meets them. A wide one has
    /// [`Self::WIDE_IN`], a narrow one [`Self::NARROW_IN`], as the spaces between them.
    pub fn wide_bars(self) -> [bool; 4] {
        match self {
            Self::One => [true, true, false, false],
            Self::Two => [true, false, false, true],
            Self::Three => [true, false, true, false],
            Self::Four => [false, true, true, false],
            Self::Six => [false, false, true, true],
            Self::T => [false, true, false, true],
        }
    }

    /// Width of a wide bar, inches.
    pub const WIDE_IN: f32 = 0.20;
    /// Width of a narrow bar, and of a space, inches.
    pub const NARROW_IN: f32 = 0.08;
}

/// A patch code that was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatchCode {
    /// Which.
    pub code: PatchKind,
    /// Scan pixels.
    #[serde(rename = "box")]
    pub bounds: PixelBox,
}

/// One page, processed. All places are scan pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// Columns of the scan's page image.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// Resolution of the scan.
    pub resolution: Resolution,
    /// What its pixels hold.
    pub colour: ColourMode,
    /// How the upright page lies in the scan.
    pub placement: Placement,
    /// Residual skew of the text, counter-clockwise positive, as found.
    pub skew: Degrees,
    /// How empty it is.
    pub blank: Blank,
    /// Barcodes.
    pub barcodes: Vec<Barcode>,
    /// Patch codes.
    pub patch_codes: Vec<PatchCode>,
    /// Text in reading order.
    pub lines: Vec<TextLine>,
    /// The picture for the PDF.
    pub image: PageImage,
}
