//! Where a crop holds ink, by columns and by rows: the exact edges of words, which the recogniser only knows by steps.

use super::crop::{Crop, HEIGHT};

/// Ink by columns.
pub(super) struct Ink {
    /// For each column its ink: bit `y` is set if row `y` has some.
    columns: Vec<u64>,
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
    /// Measures a crop. White print on black counts as ink, too; a crop without contrast as ink all over.
    pub(super) fn of(crop: &Crop) -> Self {
        let mut histogram = [0_u32; 256];
        for &grey in &crop.pixels {
            histogram[usize::from(grey)] += 1;
        }
        // Most of a line is paper: where the middle grey is nearer to the darkest, the print is reversed.
        let [dark, middle, light] = [0.02, 0.5, 0.98].map(|share| quantile(&histogram, share));
        let flip = if middle - dark < light - middle { u8::MAX } else { 0 };
        if flip != 0 {
            histogram.reverse();
        }
        // Ink covers 5 to 30 per cent of a line.
        let (ink, paper) = (quantile(&histogram, 0.02), quantile(&histogram, 0.70));
        if paper.saturating_sub(ink) < MIN_CONTRAST {
            return Self { columns: vec![1; crop.width], rows: (0, HEIGHT) };
        }
        let threshold = paper - (INK_SHARE * f32::from(paper - ink)) as u8;
        let mut columns = vec![0_u64; crop.width];
        let mut rows = [0_u32; HEIGHT];
        for (y, (row, count)) in crop.pixels.chunks_exact(crop.width.max(1)).zip(&mut rows).enumerate() {
            for (&grey, column) in row.iter().zip(&mut columns) {
                let is_ink = (grey ^ flip) <= threshold;
                *column |= u64::from(is_ink) << y;
                *count += u32::from(is_ink);
            }
        }
        let least = (rows.iter().copied().max().unwrap_or(0) as f32 * ROW_SHARE).max(1.0);
        let first = rows.iter().position(|&count| count as f32 >= least).unwrap_or(0);
        let last = rows.iter().rposition(|&count| count as f32 >= least).map_or(HEIGHT, |row| row + 1);
        Self { columns, rows: (first, last) }
    }

    fn has(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|&rows| rows != 0)
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

    /// Where the ink between two characters with middles `from` and `to` parts best: the middle of the widest gap, or
    /// the column with least ink.
    pub(super) fn seam(&self, from: usize, to: usize) -> usize {
        let gap = self.widest_gap(from, to);
        if gap.0 < gap.1 {
            return gap.0.midpoint(gap.1);
        }
        let middle = from.midpoint(to);
        let ink = |column: &usize| self.columns.get(*column).map_or(0, |rows| rows.count_ones());
        (from..to).min_by_key(|column| (ink(column), column.abs_diff(middle))).unwrap_or(middle)
    }

    /// The longest stretch of rows, `top..bottom`, with ink in at least two of the columns `from..to`: a character
    /// without its dots and what else lies above and below. None if the ink has a gap between columns: then it is that
    /// of two characters.
    pub(super) fn body(&self, from: usize, to: usize) -> Option<(u32, u32)> {
        let columns = self.columns.get(self.first(from, to)..self.last(from, to))?;
        if columns.contains(&0) {
            return None;
        }
        let (_, twice) = columns.iter().fold((0, 0), |(once, twice), &rows| (once | rows, twice | once & rows));
        longest_stretch(twice)
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

/// Rows without ink that a stretch of rows may have at most at one place: faint print breaks.
const BREAK_ROWS: u32 = 2;

/// The longest stretch of set bits, `first..end`, across breaks.
fn longest_stretch(rows: u64) -> Option<(u32, u32)> {
    let mut longest: Option<(u32, u32)> = None;
    let mut current: Option<(u32, u32)> = None;
    for row in (0..u64::BITS).filter(|row| rows >> row & 1 == 1) {
        let first = current.filter(|(_, end)| row - end <= BREAK_ROWS).map_or(row, |(first, _)| first);
        current = Some((first, row + 1));
        if longest.is_none_or(|(from, to)| row + 1 - first > to - from) {
            longest = current;
        }
    }
    longest
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A crop of one grey with stretches of columns of another, in rows 12 to 36.
    fn crop(paper: u8, ink: u8, stretches: &[(usize, usize)]) -> Crop {
        let is_ink = |x: usize, y: usize| (12..36).contains(&y) && stretches.iter().any(|s| (s.0..s.1).contains(&x));
        let pixels = (0..100 * HEIGHT).map(|i| if is_ink(i % 100, i / 100) { ink } else { paper }).collect();
        Crop { width: 100, pixels }
    }

    #[test]
    fn gaps_and_edges_are_found_in_print_of_either_polarity() {
        for (paper, ink) in [(240, 20), (20, 240), (200, 120)] {
            let ink = Ink::of(&crop(paper, ink, &[(10, 20), (26, 30), (60, 80)]));
            assert_eq!(ink.rows, (12, 36));
            assert_eq!(ink.widest_gap(15, 70), (30, 60));
            assert_eq!((ink.first(0, 100), ink.last(0, 100)), (10, 80));
        }
    }

    #[test]
    fn a_gap_counts_only_between_the_given_columns() {
        let ink = Ink::of(&crop(240, 20, &[(10, 20), (60, 70)]));
        assert_eq!(ink.widest_gap(40, 65), (40, 60));
        assert_eq!(ink.widest_gap(12, 18), (15, 15));
    }

    #[test]
    fn a_body_is_one_piece_of_ink_without_its_dot() {
        let ink = |stretches: &[(usize, usize, usize, usize)]| {
            let mut crop = crop(240, 240, &[]);
            for &(x0, x1, y0, y1) in stretches {
                for y in y0..y1 {
                    crop.pixels[y * 100 + x0..y * 100 + x1].fill(20);
                }
            }
            Ink::of(&crop)
        };
        let i = ink(&[(10, 14, 8, 12), (10, 14, 16, 34), (20, 40, 10, 40)]);
        assert_eq!(i.body(5, 17), Some((16, 34)));
        assert_eq!(i.body(5, 45), None, "two characters");
        assert_eq!(ink(&[(10, 90, 8, 20), (10, 90, 22, 34)]).body(0, 100), Some((8, 34)), "a faint place");
        assert_eq!(ink(&[(10, 90, 8, 20)]).body(0, 5), None, "nothing");
    }

    #[test]
    fn characters_part_in_the_gap_or_where_ink_is_least() {
        let ink = Ink::of(&crop(240, 20, &[(10, 20), (26, 60)]));
        assert_eq!(ink.seam(15, 40), 23);
        assert_eq!(ink.seam(30, 50), 40);
    }

    #[test]
    fn a_crop_without_contrast_has_no_gaps() {
        let ink = Ink::of(&crop(200, 190, &[(10, 20)]));
        assert_eq!(ink.widest_gap(0, 100), (50, 50));
    }
}
