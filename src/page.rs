//! `process_page`: the recipe of one page, one screen.

use serde::{Deserialize, Serialize};

use crate::model::Digest;
use crate::ocr::OcrParams;
use crate::raster::{BlankParams, DecodeParams, SkewParams};

/// Everything that decides what becomes of a page's bytes. The same page under the same recipe gives the same record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Decoding and the picture for the PDF.
    pub decode: DecodeParams,
    /// Whether the page's content, besides the file's tags, decides which side is up.
    pub orient_by_content: bool,
    /// Skew.
    pub skew: SkewParams,
    /// Blank measure.
    pub blank: BlankParams,
    /// Text.
    pub ocr: OcrParams,
}

impl Recipe {
    /// Names the recipe: equal digests, equal records.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}
