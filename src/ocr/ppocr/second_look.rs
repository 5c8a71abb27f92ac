//! A second look at the lines that the fast recogniser was not sure of, by PP-OCRv6 small: it reads small and coarse
//! print much better, at five times the cost, but loses more blanks.
//!
//! The bounds are set for a page's budget of 0.6 s of CPU: reading all lines again that have less than 0.97, within
//! 9,000 columns, finds 0.3 % more words in coarse print and costs an ordinary page 0.05 s.

use crate::infer::{ModelFolder, NetworkFile};
use crate::ocr::OcrError;
use crate::raster::Grey;

use super::Reading;
use super::crop::{self, Crop, HEIGHT};
use super::ctc::Glyph;
use super::recognise::Recogniser;
use super::strip::Strip;

/// A line whose characters typically have less than this probability is doubtful.
const DOUBTFUL: f32 = 0.95;
/// The same for a low line: in coarse print errors hide behind higher probabilities.
const DOUBTFUL_IF_LOW: f32 = 0.97;
/// A line is low if its strip has fewer rows of the page than this: 9 point at 300 dpi has some 40, at 200 dpi 27.
const LOW_PX: f32 = 40.0;
/// What is typically less probable than this is a stain or a drawing, and no line for a closer look either.
const HOPELESS: f32 = 0.3;
/// Columns of crops that are read again on a page, about 35 microseconds each: a page that is bad all over costs no
/// more than 0.2 s. The worst lines come first.
const BUDGET_PX: usize = 6_000;
/// Full width: what is hard to read is not squeezed.
const LINE_WIDTH: f32 = 1.0;

/// The slower recogniser, opened when the first doubtful line comes.
pub(super) struct SecondLook {
    models: ModelFolder,
    recogniser: Option<Recogniser>,
}

impl SecondLook {
    pub(super) fn new(models: &ModelFolder) -> Self {
        Self { models: models.clone(), recogniser: None }
    }

    /// Reads doubtful lines again and replaces the readings that got better.
    pub(super) fn improve(
        &mut self,
        page: &Grey,
        strips: &[(usize, Strip)],
        readings: &mut [Reading],
    ) -> Result<(), OcrError> {
        let doubtful = doubtful(strips, readings);
        if doubtful.is_empty() {
            return Ok(());
        }
        let recogniser = match &mut self.recogniser {
            Some(recogniser) => recogniser,
            none => none.insert(Recogniser::open(&self.models, NetworkFile::SmallRecogniser)?),
        };
        let crops: Vec<Crop> = doubtful.iter().map(|&line| crop::cut(page, &strips[line].1, LINE_WIDTH)).collect();
        let glyphs = recogniser.read(&crops)?;
        for ((line, crop), glyphs) in doubtful.into_iter().zip(crops).zip(glyphs) {
            if is_better(&readings[line].glyphs, &glyphs) {
                readings[line] = Reading { crop, line_width: LINE_WIDTH, glyphs };
            }
        }
        Ok(())
    }
}

/// The doubtful lines, the worst first, as far as the budget goes.
fn doubtful(strips: &[(usize, Strip)], readings: &[Reading]) -> Vec<usize> {
    let mut found: Vec<(usize, f32, usize)> = Vec::new();
    for (line, ((_, strip), reading)) in strips.iter().zip(readings).enumerate() {
        let typical = typical_probability(&reading.glyphs);
        let limit = if strip.height < LOW_PX { DOUBTFUL_IF_LOW } else { DOUBTFUL };
        if (HOPELESS..limit).contains(&typical) {
            let width = strip.width * HEIGHT as f32 / strip.height.max(1.0) * LINE_WIDTH;
            found.push((line, typical, width as usize));
        }
    }
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut left = BUDGET_PX;
    let fits = |&(_, _, width): &(usize, f32, usize)| match left.checked_sub(width) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    found.into_iter().filter(fits).map(|(line, ..)| line).collect()
}

/// The second reading may be this much less probable and is still believed: it is right more often at equal probability.
const HEAD_START: f32 = 0.02;

/// Whether the second reading is to be believed: its characters are about as probable as those of the first. (Keeping
/// the first where they differ in blanks alone finds 0.2 % fewer words in coarse print, and no more elsewhere.)
fn is_better(first: &[Glyph], second: &[Glyph]) -> bool {
    !second.is_empty() && typical_probability(second) >= typical_probability(first) - HEAD_START
}

/// The geometric mean of the probabilities of a line's characters; 0 without characters.
pub(super) fn typical_probability(glyphs: &[Glyph]) -> f32 {
    let logarithms: f32 = glyphs.iter().map(|glyph| glyph.probability.max(f32::MIN_POSITIVE).ln()).sum();
    if glyphs.is_empty() { 0.0 } else { (logarithms / glyphs.len() as f32).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Point;

    /// A line of `width` page pixels, `height` of them high, whose characters all have one probability.
    fn line(width: f32, height: f32, probability: f32) -> (Strip, Reading) {
        let strip = Strip { centre: Point::default(), angle: 0.0, width, height };
        let crop = Crop { width: 0, pixels: Vec::new() };
        (strip, Reading { crop, line_width: 0.85, glyphs: glyphs(&[probability; 3]) })
    }

    fn glyphs(probabilities: &[f32]) -> Vec<Glyph> {
        let glyph = |(step, &probability)| Glyph { class: 1, first: step, last: step, probability };
        probabilities.iter().enumerate().map(glyph).collect()
    }

    fn chosen(lines: Vec<(Strip, Reading)>) -> Vec<usize> {
        let (strips, readings): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
        doubtful(&strips.into_iter().enumerate().collect::<Vec<_>>(), &readings)
    }

    #[test]
    fn doubtful_lines_are_chosen_the_worst_first() {
        // Sure, doubtful, a stain, worse, sure for its size, not sure enough for coarse print.
        let lines = [(48.0, 0.99), (48.0, 0.85), (48.0, 0.1), (48.0, 0.7), (48.0, 0.96), (30.0, 0.96)];
        assert_eq!(chosen(lines.iter().map(|&(height, p)| line(500.0, height, p)).collect()), [3, 1, 5]);
    }

    #[test]
    fn a_line_without_characters_is_not_doubtful() {
        let (strip, reading) = line(500.0, 48.0, 0.9);
        assert!(chosen(vec![(strip, Reading { glyphs: Vec::new(), ..reading })]).is_empty());
    }

    #[test]
    fn a_page_that_is_bad_all_over_stays_within_the_budget() {
        let found = chosen((0..100).map(|i| line(1000.0, 48.0, 0.85 - i as f32 / 1000.0)).collect());
        assert_eq!(found, (94..100).rev().collect::<Vec<_>>(), "6 lines of 1,000 columns");
    }

    #[test]
    fn the_more_probable_reading_is_believed() {
        let first = glyphs(&[0.9, 0.9]);
        assert!(is_better(&first, &glyphs(&[0.9, 0.95])));
        assert!(!is_better(&first, &glyphs(&[0.99, 0.6])));
        assert!(!is_better(&first, &[]));
    }
}
