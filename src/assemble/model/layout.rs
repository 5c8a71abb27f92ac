//! What a page looks like from afar: how much of what stands where. Tells receipts, photos, copies of passports, forms.
//!
//! The colour and the resolution of the scan are left out on purpose: they tell the station, not the document.

use super::super::reading::Reading;
use crate::model::{PageRecord, PixelBox, Resolution};

/// A measure's name and a level that it reaches; a value that reaches a level reaches those below it, too, so that near
/// values look alike.
pub(super) type Level = (u8, u8);

const MM_PER_INCH: f32 = 25.4;

/// Signs on a line of a machine-readable zone, at least: a card's has 30. ICAO 9303-5, 4.2.2.
const ZONE_SIGNS: usize = 28;

/// A page's measures, as the levels that they reach.
pub(super) fn measures(record: &PageRecord, reading: &Reading) -> Vec<Level> {
    let size = (record.width_px, record.height_px);
    let (width, height) = record.placement.upright_size(size);
    let (width, height) = (width.max(1) as f32, height.max(1) as f32);
    let Resolution { x_dpi, y_dpi, .. } = record.placement.upright_resolution(record.resolution);
    let (width_mm, height_mm) = (width / x_dpi * MM_PER_INCH, height / y_dpi * MM_PER_INCH);
    let boxes: Vec<PixelBox> = reading.boxes().collect();
    let lines = boxes.len() as f32;
    let mut levels = Levels(Vec::with_capacity(64));

    levels.reach(&[2.0, 110.0, 160.0, 230.0], width_mm);
    levels.reach(&[2.0, 160.0, 230.0, 310.0, 450.0], height_mm);
    levels.reach(&[0.5, 0.8, 1.2, 1.8, 2.5], height_mm / width_mm);
    levels.reach(&[1.0, 4.0, 9.0, 17.0, 33.0, 65.0], lines);
    let text = boxes.iter().map(|b| b.width() * b.height()).sum::<f32>() / (width * height);
    levels.reach(&[0.01, 0.03, 0.08, 0.15, 0.25, 0.4], text);
    levels.reach(&[0.002, 0.01, 0.03, 0.08, 0.15, 0.3], record.blank.ink_share);
    levels.reach(&[0.05, 0.15, 0.3, 0.6, 1.2, 3.0], record.blank.ink_share / (text + 0.005));

    let mut heights: Vec<f32> = boxes.iter().map(|b| b.width().min(b.height()) / y_dpi * MM_PER_INCH).collect();
    heights.sort_by(f32::total_cmp);
    let middle = heights.get(heights.len() / 2).copied().unwrap_or_default();
    levels.reach(&[2.0, 2.6, 3.2, 4.0, 5.0, 7.0], middle);
    levels.reach(&[1.3, 1.7, 2.2, 3.0], heights.last().map_or(0.0, |largest| largest / middle.max(0.1)));

    let around = boxes.iter().copied().reduce(PixelBox::union);
    let around = around.unwrap_or_default();
    levels.reach(&[0.3, 0.5, 0.7, 0.85], around.width() / width);
    levels.reach(&[0.1, 0.3, 0.5, 0.7, 0.85], around.height() / height);
    levels.reach(&[0.1, 0.3, 0.5, 0.7], beside_another(&boxes) as f32 / lines.max(1.0));
    let upper = boxes.iter().filter(|b| (b.y0 + b.y1) / 2.0 < height / 3.0).count();
    levels.reach(&[0.1, 0.3, 0.5, 0.8], upper as f32 / lines.max(1.0));

    let signs = Signs::of(record);
    levels.reach(&[0.03, 0.08, 0.15, 0.25, 0.4], signs.share(signs.digits));
    levels.reach(&[0.06, 0.12, 0.25, 0.5], signs.share(signs.capitals));
    levels.reach(&[8.0, 15.0, 25.0, 40.0, 60.0], signs.letters as f32 / lines.max(1.0));
    levels.reach(&[0.03, 0.1, 0.2, 0.35], signs.labels as f32 / lines.max(1.0));
    levels.reach(&[1.0, 2.0], signs.zones as f32);
    levels.reach(&[0.7, 0.8, 0.9, 0.95], signs.confidence);
    levels.reach(&[1.0, 2.0], record.barcodes.len() as f32);
    levels.0
}

struct Levels(Vec<Level>);

impl Levels {
    /// The next measure. What is not a number reaches no level.
    fn reach(&mut self, levels: &[f32], value: f32) {
        let name = self.0.iter().map(|&(name, _)| name).max().map_or(0, |last| last.saturating_add(1));
        // Level 0 is reached by all: it gives the measure its number.
        let reached = levels.iter().take_while(|&&level| value >= level).count() as u8;
        self.0.extend((0..=reached).map(|level| (name, level)));
    }
}

/// How many lines stand beside another one: in columns, in the cells of a table.
fn beside_another(boxes: &[PixelBox]) -> usize {
    let mut middles: Vec<f32> = boxes.iter().map(|b| (b.y0 + b.y1) / 2.0).collect();
    middles.sort_by(f32::total_cmp);
    let mut heights: Vec<f32> = boxes.iter().map(PixelBox::height).collect();
    heights.sort_by(f32::total_cmp);
    let near = 0.3 * heights.get(heights.len() / 2).copied().unwrap_or_default();
    let is_near = |a: Option<&f32>, b: f32| a.is_some_and(|a| (a - b).abs() < near);
    (0..middles.len())
        .filter(|&at| {
            is_near(middles.get(at + 1), middles[at]) || is_near(at.checked_sub(1).map(|i| &middles[i]), middles[at])
        })
        .count()
}

/// Counts over the signs of a page.
#[derive(Default)]
struct Signs {
    letters: usize,
    digits: usize,
    capitals: usize,
    /// Words that end with a colon.
    labels: usize,
    /// Lines of a machine-readable zone.
    zones: usize,
    /// Mean of the words'.
    confidence: f32,
}

impl Signs {
    fn of(record: &PageRecord) -> Self {
        let mut signs = Self::default();
        let mut words = 0usize;
        for line in &record.lines {
            let (mut zone, mut fillers, mut all) = (0, 0, 0);
            for word in &line.words {
                words += 1;
                signs.confidence += word.confidence;
                signs.labels += usize::from(word.text.ends_with(':'));
                for letter in word.text.chars() {
                    all += 1;
                    signs.letters += usize::from(letter.is_alphanumeric());
                    signs.digits += usize::from(letter.is_ascii_digit());
                    signs.capitals += usize::from(letter.is_uppercase());
                    zone += usize::from(letter == '<' || letter.is_ascii_uppercase() || letter.is_ascii_digit());
                    fillers += usize::from(letter == '<' || letter == '«');
                }
            }
            signs.zones += usize::from(all >= ZONE_SIGNS && fillers >= 2 && zone * 10 >= all * 9);
        }
        signs.confidence /= words.max(1) as f32;
        signs
    }

    fn share(&self, count: usize) -> f32 {
        count as f32 / self.letters.max(1) as f32
    }
}
