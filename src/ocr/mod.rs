//! Raster in, lines of words with places and confidences out.
//!
//! In: an upright grey raster. Out: text lines in reading order, upright pixels. Knows no file and no page record.

mod layout;
mod mend;
mod noise;
mod orient;
mod ppocr;
mod tesseract;

use serde::{Deserialize, Serialize};

use crate::infer::{InferError, ModelFolder};
use crate::model::{Fault, FaultKind, Resolution, Stage, TextLine};
use crate::raster::Grey;

pub use layout::order;
pub use orient::OrientNet;
pub use ppocr::Ppocr;
pub use tesseract::{Tesseract, language_folders};

/// The engines that read text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// PP-OCRv6 on OpenVINO: Latin script, the default.
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
    /// Longest side of the raster that text detection sees, in pixels, for a sheet up to A4; larger sheets get as many
    /// pixels an inch.
    pub detect_side_px: u32,
    /// Line images are squeezed to this share of their width before recognition; 1.0 is slowest and most exact.
    pub line_width: f32,
    /// Lines that were read with doubt are read again by a better and slower network: a twentieth of a second for an
    /// ordinary page, a few tenths for one in small or coarse print.
    pub second_look: bool,
}

impl Default for OcrParams {
    fn default() -> Self {
        Self {
            enabled: true,
            engine: EngineKind::default(),
            languages: vec!["deu".into()],
            detect_side_px: 960,
            line_width: 0.85,
            second_look: true,
        }
    }
}

/// Text could not be read. Never holds text of a page.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// A network.
    #[error(transparent)]
    Infer(#[from] InferError),
    /// The page could not be scaled.
    #[error("failed to scale the page: {0}")]
    Resize(String),
    /// Network and alphabet do not belong together.
    #[error("the recogniser has {classes} classes, its alphabet {symbols} symbols")]
    Alphabet {
        /// Of the network.
        classes: usize,
        /// Of the alphabet.
        symbols: usize,
    },
    /// Tesseract needs at least one language.
    #[error("no language is named for tesseract")]
    NoLanguage,
    /// A language of Tesseract is not installed.
    #[error("tesseract's language {language} is not installed: install the package {package}")]
    LanguageMissing {
        /// As asked for.
        language: String,
        /// Debian's package.
        package: String,
    },
    /// The page is strewn with specks.
    #[error("too many specks for tesseract, whose layout analysis would take minutes and find no text")]
    Noise,
    /// Tesseract refused.
    #[error("tesseract failed to {0}")]
    Tesseract(&'static str),
}

impl From<OcrError> for Fault {
    fn from(error: OcrError) -> Self {
        let kind = if matches!(error, OcrError::Noise) { FaultKind::Noise } else { FaultKind::Engine };
        Self::new(Stage::Ocr, kind, error.to_string())
    }
}

/// An engine, opened: one for each worker, kept for all its pages.
pub enum Engine {
    /// See [`EngineKind::Ppocr`].
    Ppocr(Box<Ppocr>),
    /// See [`EngineKind::Tesseract`].
    Tesseract(Tesseract),
}

impl Engine {
    /// Opens the engine that `params` names; `models` is for the default engine only.
    ///
    /// # Errors
    /// Models or a language are missing, or the engine refuses to start.
    pub fn open(params: &OcrParams, models: &ModelFolder) -> Result<Self, OcrError> {
        Ok(match params.engine {
            EngineKind::Ppocr => Self::Ppocr(Box::new(Ppocr::open(params, models)?)),
            EngineKind::Tesseract => Self::Tesseract(Tesseract::open(&params.languages)?),
        })
    }

    /// The lines of an upright page, in its pixels, from the top down; at least one word in each. Text may be skewed.
    ///
    /// # Errors
    /// The engine failed.
    pub fn read(&mut self, page: &Grey, resolution: Resolution) -> Result<Vec<TextLine>, OcrError> {
        match self {
            Self::Ppocr(engine) => engine.read(page, resolution),
            Self::Tesseract(engine) => engine.read(page, resolution),
        }
    }
}
