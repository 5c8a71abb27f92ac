//! The angle of the text lines.
//!
//! The ink of the page is summed in narrow vertical strips; for each candidate angle the strips are sheared against
//! each other and added to one profile of rows. At the right angle the profile jumps most from row to row: the sum of
//! squared differences is largest (Postl 1986; Bloomberg, Kopec and Dasari, "Measuring document image skew and
//! orientation", SPIE 2422, 1995; Leptonica's `pixFindSkew`). Unlike Leptonica the search works on grey ink, at nearly
//! full vertical resolution and on strips, which is quicker than shearing images and exact to some hundredths of a degree.

use super::reduce::Background;
use super::{Grey, SkewParams};
use crate::model::Degrees;

/// Width of a strip in pixels. At 10 degrees a line climbs 2.8 pixels within a strip, far less than an x-height.
const STRIP_PX: usize = 16;
/// Rows of the fine profile: pages are reduced vertically until they have at most twice this.
const FINE_ROWS: u32 = 1700;
/// Side of the tiles in which the paper's level is taken, in pixels.
const TILE_PX: u32 = 64;
/// Step of the first search, degrees: about half the width of the peak that a page of text makes.
const COARSE_STEP_DEG: f32 = 0.2;
/// The first search goes at least so far, degrees: a peak is judged by what lies beside it.
const MIN_RANGE_DEG: f32 = 5.0;
/// The last fit spans at least this much to either side of the peak, degrees.
const MIN_FLANK_DEG: f32 = 0.14;
/// Steps to either side of the peak in the fine searches.
const REACH: i32 = 7;
/// Least height of the peak over the median score, in quartile distances of all scores.
const MIN_PROMINENCE: f32 = 2.0;
/// Least ratio of the best score to the median. Pages of text reach 5 to 60, noise, photos, specks, a lone initial
/// or page number stay below 2.6.
const MIN_CONTRAST: f32 = 3.0;

/// The angle of the text lines of a page that stands upright, within `params.max_angle_deg` to either side.
///
/// Counter-clockwise positive, as found: a page turned counter-clockwise by 2 degrees gives +2.0. 0 when nothing on the
/// page tells (blank pages, photos), when the angle is beyond the range, or when switched off.
pub fn skew(page: &Grey, params: &SkewParams) -> Degrees {
    let limit = if params.max_angle_deg.is_finite() { params.max_angle_deg.clamp(0.0, 45.0) } else { 0.0 };
    if !params.enabled || limit == 0.0 || page.width() < 8 * STRIP_PX as u32 || page.height() < 64 {
        return Degrees(0.0);
    }
    let fine = Strips::of(page);
    find(&fine, limit).map_or(Degrees(0.0), Degrees)
}

/// Coarse sweep, test of evidence, three finer sweeps around the peak.
fn find(fine: &Strips, limit: f32) -> Option<f32> {
    let coarse = fine.halved();
    let mut profile = Vec::new();
    let count = (limit.max(MIN_RANGE_DEG) / COARSE_STEP_DEG).ceil() as i32;
    let scores: Vec<f32> = (-count..=count).map(|i| coarse.score(i as f32 * COARSE_STEP_DEG, &mut profile)).collect();
    let best = peak(&scores)?;
    if best == 0 || best + 1 == scores.len() || !is_evidence(&scores, best) {
        return None;
    }
    let mut angle = (best as i32 - count) as f32 * COARSE_STEP_DEG;
    // Short lines make a wide peak: the fit then spans more of it.
    let middle = (scores[best] + quantile(&scores, 0.5)) / 2.0;
    let width = scores.iter().filter(|&&s| s > middle).count() as f32 * COARSE_STEP_DEG;
    let last = (width / 4.0).clamp(MIN_FLANK_DEG, 1.0);
    for reach_deg in [2.0 * MIN_FLANK_DEG.max(last / 2.0), last, last] {
        let step = reach_deg / REACH as f32;
        let scores: Vec<f32> = (-REACH..=REACH).map(|i| fine.score(angle + i as f32 * step, &mut profile)).collect();
        angle += vertex(&scores) * step;
    }
    (angle.abs() <= limit).then_some(angle)
}

fn peak(scores: &[f32]) -> Option<usize> {
    (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
}

/// Whether the peak stands out from what other angles score.
fn is_evidence(scores: &[f32], best: usize) -> bool {
    let spread = quantile(scores, 0.75) - quantile(scores, 0.25);
    let median = quantile(scores, 0.5);
    scores[best] > median + MIN_PROMINENCE * spread && scores[best] > median * MIN_CONTRAST
}

fn quantile(scores: &[f32], share: f32) -> f32 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((sorted.len() as f32 * share) as usize).copied().unwrap_or_default()
}

/// Where, in steps from the middle one, the parabola fitted to all `2 REACH + 1` scores is highest.
///
/// A fit over the flanks of the peak is far steadier than its top: rules that JPEG blocks or a threshold broke into
/// level steps add spikes there (measured: largest error 0.10 degrees by the top, 0.02 by the fit).
fn vertex(scores: &[f32]) -> f32 {
    let reach = REACH as f32;
    let mean_square = reach * (reach + 1.0) / 3.0;
    let (mut slope, mut slope_norm, mut bend, mut bend_norm) = (0.0, 0.0, 0.0, 0.0);
    for (x, &score) in (-REACH..=REACH).map(|i| i as f32).zip(scores) {
        slope += x * score;
        slope_norm += x * x;
        bend += (x * x - mean_square) * score;
        bend_norm += (x * x - mean_square).powi(2);
    }
    let (slope, bend) = (slope / slope_norm, bend / bend_norm);
    if bend < 0.0 { (-slope / (2.0 * bend)).clamp(-reach, reach) } else { slope.signum() * reach / 2.0 }
}

/// Ink summed in vertical strips, each strip's rows contiguous.
struct Strips {
    rows: usize,
    /// Width of a strip in rows of this reduction: what turns a slope into a shift.
    pitch: f32,
    ink: Vec<u16>,
}

impl Strips {
    fn of(page: &Grey) -> Self {
        let reduce = (page.height() / FINE_ROWS).max(1) as usize;
        let background = Background::of(page, TILE_PX);
        let count = page.width() as usize / STRIP_PX;
        let rows = page.height() as usize / reduce;
        let keep = kept_tiles(&background);
        let (tile_columns, _) = background.tiles();
        let paper = background.sampled(STRIP_PX as u32, count);
        let mut ink = vec![0u16; count * rows];
        let mut level = vec![0u8; count];
        let mut sums = vec![0u16; count];
        for (row, band) in page.pixels().chunks_exact(page.width() as usize * reduce).enumerate().take(rows) {
            let y = row * reduce;
            paper.row(y as u32, &mut level);
            let keep_row = &keep[(y / TILE_PX as usize) * tile_columns..][..tile_columns];
            for (strip, level) in level.iter_mut().enumerate() {
                // Paper less a margin for its grain; where nothing is to be seen, no pixel is darker than 0.
                let seen = keep_row.get(strip * STRIP_PX / TILE_PX as usize).copied().unwrap_or(false);
                *level = if seen { level.saturating_sub(*level / 8 + 8) } else { 0 };
            }
            sums.fill(0);
            for pixels in band.chunks_exact(page.width() as usize) {
                for ((sum, cell), &level) in sums.iter_mut().zip(pixels.chunks_exact(STRIP_PX)).zip(&level) {
                    // Capped, so that black rules do not outweigh grey text.
                    let dark: u16 = cell.iter().map(|&p| u16::from(level.saturating_sub(p).min(64))).sum();
                    *sum = sum.saturating_add(dark);
                }
            }
            for (strip, &sum) in sums.iter().enumerate() {
                ink[strip * rows + row] = sum;
            }
        }
        Self { rows, pitch: STRIP_PX as f32 / reduce as f32, ink }
    }

    /// Two rows of two strips in one.
    fn halved(&self) -> Self {
        let rows = self.rows / 2;
        let mut ink = Vec::with_capacity(self.ink.len() / 4);
        for pair in self.ink.chunks_exact(self.rows * 2) {
            let (left, right) = pair.split_at(self.rows);
            ink.extend(left.chunks_exact(2).zip(right.chunks_exact(2)).map(|(l, r)| {
                let sum = u32::from(l[0]) + u32::from(l[1]) + u32::from(r[0]) + u32::from(r[1]);
                (sum / 4) as u16
            }));
        }
        Self { rows, pitch: self.pitch, ink }
    }

    /// Sum of the squared differences of neighbouring rows, after shearing by `angle_deg`.
    fn score(&self, angle_deg: f32, profile: &mut Vec<u32>) -> f32 {
        let rise = angle_deg.to_radians().tan() * self.pitch;
        let count = self.ink.len() / self.rows.max(1);
        let reach = (rise.abs() * count as f32).ceil() as usize + 2;
        profile.clear();
        profile.resize(self.rows + reach, 0);
        // A line that climbs to the right is brought level by pushing strips down, the further right the more.
        let base = if rise < 0.0 { reach as f32 - 2.0 } else { 0.0 };
        for (i, strip) in self.ink.chunks_exact(self.rows).enumerate() {
            // The dither makes rounding blur all angles alike; without it 0 would win too often.
            let dither = (i as f32 * 0.618_034).fract();
            let shift = (base + rise * i as f32 + dither).floor().max(0.0) as usize;
            let Some(sheared) = profile.get_mut(shift..) else { continue };
            for (sum, &ink) in sheared.iter_mut().zip(strip) {
                *sum += u32::from(ink);
            }
        }
        profile.windows(2).map(|w| (w[1] as f32 - w[0] as f32).powi(2)).sum()
    }
}

/// Which tiles are looked at: not the outermost ones, and none at or beside a dark area. The edges of rims and photos
/// are long and straight, and need not lie as the text does.
fn kept_tiles(background: &Background) -> Vec<bool> {
    let (columns, levels) = background.tiles();
    let rows = levels.len() / columns.max(1);
    let floor = background.typical() / 2;
    let dark = |x: usize, y: usize| levels.get(y * columns + x).is_some_and(|&l| l < floor);
    let (near_x, near_y) =
        (|x: usize| x.saturating_sub(1)..(x + 2).min(columns), |y: usize| y.saturating_sub(1)..(y + 2).min(rows));
    (0..levels.len())
        .map(|i| {
            let (x, y) = (i % columns, i / columns);
            let inside = x > 0 && y > 0 && x + 1 < columns && y + 1 < rows;
            inside && !near_y(y).any(|y| near_x(x).any(|x| dark(x, y)))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A page at 150 dpi whose text lines are rows of words, each word a bar of x-height with gaps for letters, drawn
    /// pixel by pixel at `angle_deg` counter-clockwise about the middle.
    fn page(angle_deg: f32, paper: u8, ink: u8, line_share: f32) -> Vec<u8> {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        let (cx, cy) = (WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0);
        let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let (dx, dy) = (x as f32 + 0.5 - cx, y as f32 + 0.5 - cy);
                let (u, v) = (dx * cos - dy * sin + cx, dx * sin + dy * cos + cy);
                let line = (v / 26.0).floor();
                let ragged = 1000.0 * (0.75 + 0.25 * (line * 0.618).fract()) * line_share;
                let in_text = (120.0..120.0 + ragged).contains(&u) && (150.0..1600.0).contains(&v);
                let letter = (u / 9.0 + line * 0.37).fract() < 0.6 && (u / 70.0 + line * 0.61).fract() < 0.85;
                let inked = in_text && letter && v - line * 26.0 < 10.0;
                pixels.push(if inked { ink } else { paper });
            }
        }
        pixels
    }

    const WIDTH: usize = 1240;
    const HEIGHT: usize = 1754;

    fn measure(pixels: Vec<u8>) -> f32 {
        skew(&Grey::new(WIDTH as u32, HEIGHT as u32, pixels).unwrap(), &SkewParams::default()).0
    }

    #[test]
    fn every_angle_within_the_range_is_found() {
        for angle in [-9.0, -6.3, -2.5, -0.8, -0.12, 0.0, 0.05, 0.33, 1.7, 4.4, 9.0] {
            for (paper, ink, share) in [(255, 0, 1.0), (190, 90, 1.0), (240, 30, 0.4)] {
                let found = measure(page(angle, paper, ink, share));
                assert!((found - angle).abs() <= 0.1, "{angle} on {paper}/{ink}/{share}: {found}");
            }
        }
    }

    #[test]
    fn a_dark_rim_that_lies_otherwise_does_not_count() {
        let mut pixels = page(-1.5, 235, 40, 1.0);
        for (i, p) in pixels.iter_mut().enumerate() {
            let (x, y) = (i % WIDTH, i / WIDTH);
            if x < 70 || y < 40 || x > WIDTH - 25 || y > HEIGHT - 90 {
                *p = 12;
            }
        }
        let found = measure(pixels);
        assert!((found + 1.5).abs() <= 0.1, "{found}");
    }

    #[test]
    fn a_page_that_says_nothing_stays_as_it_is() {
        let even = vec![230; WIDTH * HEIGHT];
        let mut state = 1u32;
        let noise: Vec<u8> = (0..WIDTH * HEIGHT)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if state >> 24 < 5 { 0 } else { 220 }
            })
            .collect();
        let mut initial = even.clone();
        for i in 0..60 {
            // Two strokes of 10 mm, as of a hand that signs off a page.
            for t in 0..4 {
                initial[(800 + i) * WIDTH + 600 + i / 3 + t] = 60;
                initial[(860 - i) * WIDTH + 630 + i / 2 + t] = 60;
            }
        }
        for pixels in [even, noise, initial, vec![0; WIDTH * HEIGHT]] {
            assert_eq!(measure(pixels), 0.0);
        }
    }

    #[test]
    fn an_angle_beyond_the_range_is_not_guessed_at() {
        let grey = Grey::new(WIDTH as u32, HEIGHT as u32, page(5.0, 255, 0, 1.0)).unwrap();
        assert_eq!(skew(&grey, &SkewParams { enabled: true, max_angle_deg: 3.0 }), Degrees(0.0));
        assert_eq!(skew(&grey, &SkewParams { enabled: false, max_angle_deg: 10.0 }), Degrees(0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// Whatever the size, content and parameter, the answer is an angle within the range.
        #[test]
        fn the_answer_is_within_the_range(w in 1u32..400, h in 1u32..400, seed: u32, limit in prop::num::f32::ANY) {
            let pixels = (0..w * h).map(|i| (i.wrapping_mul(seed) >> 13) as u8).collect();
            let found = skew(&Grey::new(w, h, pixels).unwrap(), &SkewParams { enabled: true, max_angle_deg: limit }).0;
            let largest = if limit.is_finite() { limit.clamp(0.0, 45.0) } else { 0.0 };
            prop_assert!(found.is_finite() && found.abs() <= largest);
        }
    }
}
