//! Raster in, lines of words with places and confidences out.
//!
//! In: an upright grey raster. Out: text lines in reading order, upright pixels. Knows no file and no page record.

use serde::{Deserialize, Serialize};

/// The engines that read text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// PP-OCRv6 tiny on OpenVINO: Latin script, the default.
    #[default]
    Ppocr,
    /// Tesseract, any installed language.
    Tesseract,
}

/// How text is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OcrParams {
    /// Whether text is read at all.
    pub enabled: bool,
    /// By which engine.
    pub engine: EngineKind,
    /// Tesseract's language codes (`deu`, `ara` ...); the default engine reads all Latin script and ignores them.
    pub languages: Vec<String>,
    /// Longest side of the raster that text detection sees, in pixels.
    pub detect_side_px: u32,
    /// Line images are squeezed to this share of their width before recognition; 1.0 is slowest and most exact.
    pub line_width: f32,
}

impl Default for OcrParams {
    fn default() -> Self {
        Self {
            enabled: true,
            engine: EngineKind::default(),
            languages: vec!["deu".into()],
            detect_side_px: 960,
            line_width: 0.85,
        }
    }
}
