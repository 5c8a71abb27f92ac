//! Where a crop holds ink, by columns and by rows: the exact edges of words, which the recogniser only knows by steps.

use super::crop::{Crop, HEIGHT};

/// Ink by columns.
pub(super) struct Ink {
    /// For each column the number of ink pixels.
    columns: Vec<u16>,
    /// First and last row, exclusive, that hold a line's ink.
    pub(super) rows: (usize, usize),
}

/// A pixel is ink if it lies this share of the way from the paper's grey to that of the darkest ink, or further.
const INK_SHARE: f32 = 0.45;
/// Paper and ink differ by at least this much grey, or the crop holds none.
const MIN_CONTRAST: u8 = 24;
/// Share of the fullest row's ink that a row at the edge of the line has at least.
const ROW_SHARE: f32 = 0.04;

impl Ink {
    pub(super) fn of(crop: &Crop) -> Self {
        let mut histogram = [0_u32; 256];
        for &grey in &crop.pixels {
            histogram[usize::from(grey)] += 1;
        }
        // Ink covers 5 to 30 per cent of a line: the paper is the upper half's middle, the ink the darkest hundredth.
        let (ink, paper) = (quantile(&histogram, 0.02), quantile(&histogram, 0.70));
        let mut columns = vec![0_u16; crop.width];
        let mut rows = [0_u32; HEIGHT];
        if paper.saturating_sub(ink) >= MIN_CONTRAST {
            let threshold = f32::from(paper) - INK_SHARE * f32::from(paper - ink);
            for (row, count) in crop.pixels.chunks_exact(crop.width.max(1)).zip(&mut rows) {
                for (&grey, column) in row.iter().zip(&mut columns) {
                    let is_ink = f32::from(grey) <= threshold;
                    *column += u16::from(is_ink);
                    *count += u32::from(is_ink);
                }
            }
        }
        let least = (rows.iter().copied().max().unwrap_or(0) as f32 * ROW_SHARE).max(1.0);
        let first = rows.iter().position(|&count| count as f32 >= least).unwrap_or(0);
        let last = rows.iter().rposition(|&count| count as f32 >= least).map_or(HEIGHT, |row| row + 1);
        Self { columns, rows: (first, last) }
    }

    fn has(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|&count| count > 0)
    }

    /// The widest stretch without ink that lies between columns `from` and `to`, as `start..end`; an empty stretch in
    /// their middle if there is none. A stretch counts only as far as it lies between them.
    pub(super) fn widest_gap(&self, from: usize, to: usize) -> (usize, usize) {
        let middle = from.midpoint(to);
        let mut best = (middle, middle);
        let mut start = None;
        for column in from..=to {
            let blank = column < to && !self.has(column);
            match (blank, start) {
                (true, None) => start = Some(column),
                (false, Some(first)) => {
                    if column - first > best.1 - best.0 {
                        best = (first, column);
                    }
                    start = None;
                }
                _ => {}
            }
        }
        best
    }

    /// The first column with ink in `from..to`, or `from`.
    pub(super) fn first(&self, from: usize, to: usize) -> usize {
        (from..to).find(|&column| self.has(column)).unwrap_or(from)
    }

    /// One past the last column with ink in `from..to`, or `to`.
    pub(super) fn last(&self, from: usize, to: usize) -> usize {
        (from..to).rev().find(|&column| self.has(column)).map_or(to, |column| column + 1)
    }
}

/// The grey below which the given share of the pixels lies.
fn quantile(histogram: &[u32; 256], share: f32) -> u8 {
    let total: u32 = histogram.iter().sum();
    let mut left = (total as f32 * share) as u32;
    for (grey, &count) in histogram.iter().enumerate() {
        if count > left {
            return grey as u8;
        }
        left -= count;
    }
    255
}
