//! PP-OCRv6: text detection and recognition of each line at its own angle by tiny, a second look at doubtful lines by
//! small.
//!
//! In: an upright grey raster, skewed as it is. Out: lines of words in pixels of the raster, from the top down, cells of
//! a table row as lines of their own. Latin script.

mod case;
mod crop;
mod ctc;
mod detect;
mod ink;
mod recognise;
mod regions;
mod second_look;
mod strip;
mod words;

use std::f32::consts::FRAC_PI_2;

use crate::infer::{ModelFolder, NetworkFile};
use crate::model::{Quad, Resolution, TextLine, Word};
use crate::raster::Grey;

use super::{OcrError, OcrParams, mend};
use crop::{Crop, HEIGHT};
use ctc::Glyph;
use detect::Detector;
use ink::Ink;
use recognise::Recogniser;
use second_look::SecondLook;
use strip::Strip;
use words::Letter;

/// How a strip was read.
struct Reading {
    crop: Crop,
    /// The share of its width to which the crop is squeezed.
    line_width: f32,
    glyphs: Vec<Glyph>,
}

/// The engine: networks and the alphabet.
pub struct Ppocr {
    detector: Detector,
    recogniser: Recogniser,
    second_look: Option<SecondLook>,
    line_width: f32,
}

impl Ppocr {
    /// Opens the recogniser; detection is compiled for the size of the first page, when it comes.
    ///
    /// # Errors
    /// The model folder is not whole, or the runtime cannot be loaded.
    pub fn open(params: &OcrParams, models: &ModelFolder) -> Result<Self, OcrError> {
        Ok(Self {
            detector: Detector::new(models, params.detect_side_px),
            recogniser: Recogniser::open(models, NetworkFile::Recogniser)?,
            second_look: params.second_look.then(|| SecondLook::new(models)),
            line_width: params.line_width,
        })
    }

    /// Reads a page; see [`super::Engine::read`].
    ///
    /// # Errors
    /// The runtime failed.
    pub fn read(&mut self, page: &Grey, resolution: Resolution) -> Result<Vec<TextLine>, OcrError> {
        let strips = directions(self.detector.find(page, resolution)?);
        let mut readings = self.first_look(page, &strips)?;
        if let Some(second_look) = &mut self.second_look {
            second_look.improve(page, &strips, &mut readings)?;
        }

        let mut lines: Vec<(usize, TextLine)> = Vec::with_capacity(strips.len());
        for ((region, strip), reading) in strips.iter().zip(&readings) {
            let Some(line) = self.line(strip, reading) else { continue };
            match lines.last_mut() {
                // The same region in another direction.
                Some((last, other)) if last == region => {
                    if certainty(&line) > certainty(other) {
                        *other = line;
                    }
                }
                _ => lines.push((*region, line)),
            }
        }
        let mut lines: Vec<TextLine> = lines.into_iter().map(|(_, line)| line).collect();
        lines.sort_by(|a, b| a.quad.0[0].y.total_cmp(&b.quad.0[0].y));
        Ok(lines)
    }

    /// What the fast recogniser reads in each strip.
    fn first_look(&mut self, page: &Grey, strips: &[(usize, Strip)]) -> Result<Vec<Reading>, OcrError> {
        let crops: Vec<Crop> = strips.iter().map(|(_, strip)| crop::cut(page, strip, self.line_width)).collect();
        let glyphs = self.recogniser.read(&crops)?;
        let reading = |(crop, glyphs)| Reading { crop, line_width: self.line_width, glyphs };
        Ok(crops.into_iter().zip(glyphs).map(reading).collect())
    }

    fn line(&self, strip: &Strip, Reading { crop, line_width, glyphs }: &Reading) -> Option<TextLine> {
        let ink = Ink::of(crop);
        let letters: Vec<Letter> =
            glyphs.iter().map(|glyph| Letter { symbol: self.recogniser.symbol(glyph), glyph: *glyph }).collect();
        if second_look::typical_probability(glyphs) < MIN_PROBABILITY {
            return None;
        }
        let words = words::split(&letters, &ink, crop.width, *line_width);
        let (column, row) = (strip.width / crop.width as f32, strip.height / HEIGHT as f32);
        let across = (ink.rows.0 as f32 * row, ink.rows.1 as f32 * row);
        let along = |columns: (usize, usize)| (columns.0 as f32 * column, columns.1 as f32 * column);
        let place = |word: words::CropWord| Word {
            quad: strip.part(along(word.columns), across),
            confidence: word.confidence,
            text: word.text,
        };
        let mut words: Vec<Word> = words.into_iter().map(place).collect();
        mend::line(&mut words);
        let (first, last) = (words.first()?.quad.0, words.last()?.quad.0);
        Some(TextLine { quad: Quad([first[0], last[1], last[2], first[3]]), words, starts_block: false })
    }
}

/// A line whose characters have less is a stain, a stamp's rim or a drawing. PaddleOCR's `drop_score`.
const MIN_PROBABILITY: f32 = 0.5;

/// A strip this many times as high as the page's usual line, and [`TALL`] times as high as wide, holds a line that runs
/// upwards or downwards.
const TALL_LINES: f32 = 3.0;
/// See [`TALL_LINES`].
const TALL: f32 = 2.5;

/// The strips in the directions in which they may be read, each with the number of its region: upright ones once, tall
/// ones upwards and downwards.
fn directions(strips: Vec<Strip>) -> Vec<(usize, Strip)> {
    let mut heights: Vec<f32> = strips.iter().map(|strip| strip.height.min(strip.width)).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or_default();
    let read = |(region, strip): (usize, Strip)| {
        let turned = |angle| Strip { angle: strip.angle + angle, width: strip.height, height: strip.width, ..strip };
        if strip.height > TALL * strip.width && strip.height > TALL_LINES * usual {
            vec![(region, turned(-FRAC_PI_2)), (region, turned(FRAC_PI_2))]
        } else {
            vec![(region, strip)]
        }
    };
    strips.into_iter().enumerate().flat_map(read).collect()
}

/// The mean confidence of a line's words, weighted by their length.
fn certainty(line: &TextLine) -> f32 {
    let length = |word: &Word| word.text.chars().count() as f32;
    let sum: f32 = line.words.iter().map(|word| word.confidence * length(word)).sum();
    sum / line.words.iter().map(length).sum::<f32>().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Point;

    #[test]
    fn only_a_strip_much_higher_than_the_others_is_read_upwards_and_downwards() {
        let strip = |width, height| Strip { centre: Point::default(), angle: 0.0, width, height };
        // Two lines, a digit, and a note that runs up the margin.
        let found = directions(vec![strip(900.0, 50.0), strip(700.0, 50.0), strip(30.0, 60.0), strip(40.0, 600.0)]);
        assert_eq!(found.iter().map(|(region, _)| *region).collect::<Vec<_>>(), [0, 1, 2, 3, 3]);
        assert!(found[3].1.width == 600.0 && found[4].1.width == 600.0 && found[3].1.angle == -found[4].1.angle);
    }
}
