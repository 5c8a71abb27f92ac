//! PP-OCRv6 tiny: text detection, then recognition of each line at its own angle.
//!
//! In: an upright grey raster, skewed as it is. Out: lines of words in pixels of the raster, from the top down, cells of
//! a table row as lines of their own. Latin script.

mod crop;
mod ctc;
mod detect;
mod ink;
mod recognise;
mod regions;
mod strip;
mod words;

use crate::infer::ModelFolder;
use crate::model::{Resolution, TextLine, Word};
use crate::raster::Grey;

use super::{OcrError, OcrParams, mend};
use crop::{Crop, HEIGHT};
use ctc::Glyph;
use detect::Detector;
use ink::Ink;
use recognise::Recogniser;
use strip::Strip;

/// The engine: two networks and the alphabet.
pub struct Ppocr {
    detector: Detector,
    recogniser: Recogniser,
    line_width: f32,
}

impl Ppocr {
    /// Opens the networks and compiles detection for upright A4, so that the first page does not wait for it.
    ///
    /// # Errors
    /// The model folder is not whole, or the runtime cannot be loaded.
    pub fn open(params: &OcrParams, models: &ModelFolder) -> Result<Self, OcrError> {
        Ok(Self {
            detector: Detector::new(models, params.detect_side_px),
            recogniser: Recogniser::open(models)?,
            line_width: params.line_width,
        })
    }

    /// Reads a page; see [`super::Engine::read`].
    ///
    /// # Errors
    /// The runtime failed.
    pub fn read(&mut self, page: &Grey, resolution: Resolution) -> Result<Vec<TextLine>, OcrError> {
        let strips = self.detector.find(page, resolution)?;
        let crops: Vec<Crop> = strips.iter().map(|strip| crop::cut(page, strip, self.line_width)).collect();
        let glyphs = self.recogniser.read(&crops)?;
        let parts = strips.iter().zip(&crops).zip(&glyphs);
        Ok(parts.filter_map(|((strip, crop), glyphs)| self.line(strip, crop, glyphs)).collect())
    }

    fn line(&self, strip: &Strip, crop: &Crop, glyphs: &[Glyph]) -> Option<TextLine> {
        let ink = Ink::of(crop);
        let words = words::split(glyphs, &ink, crop.width, |glyph| self.recogniser.symbol(glyph));
        let (column, row) = (strip.width / crop.width as f32, strip.height / HEIGHT as f32);
        let across = (ink.rows.0 as f32 * row, ink.rows.1 as f32 * row);
        let along = |columns: (usize, usize)| (columns.0 as f32 * column, columns.1 as f32 * column);
        let (first, last) = (words.first()?, words.last()?);
        let quad = strip.part(along((first.columns.0, last.columns.1)), across);
        let words = words.iter().map(|word| Word {
            text: mend::word(&word.text),
            quad: strip.part(along(word.columns), across),
            confidence: word.confidence,
        });
        Some(TextLine { quad, words: words.collect(), starts_block: false })
    }
}
