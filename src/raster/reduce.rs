//! Reductions that several measures share: smaller rasters, and the level of the bare paper.

use super::Grey;

/// Averages `factor` by `factor` pixels into one; what is left over at the right and at the bottom is dropped.
///
/// `factor` 0 counts as 1; a page smaller than one cell comes back as it is.
pub(crate) fn box_reduce(page: &Grey, factor: u32) -> Grey {
    let (width, height) = (page.width() / factor.max(1), page.height() / factor.max(1));
    if factor <= 1 || width == 0 || height == 0 {
        return page.clone();
    }
    let f = factor as usize;
    let cells = width as usize;
    // 16 bit sums vectorise well and hold 16 rows of 16 pixels of 255; beyond that, skip rows and columns.
    let stride = f.div_ceil(16);
    let taken = f.div_ceil(stride);
    let area = (taken * taken) as u32;
    let scale = ((1u32 << 16) + area / 2) / area;
    let mut sums = vec![0u16; cells];
    let mut pixels = Vec::with_capacity(cells * height as usize);
    for band in page.pixels().chunks_exact(page.width() as usize * f).take(height as usize) {
        sums.fill(0);
        for row in band.chunks_exact(page.width() as usize).step_by(stride) {
            match f {
                2 => add_pairs(row, &mut sums),
                _ => {
                    for (sum, cell) in sums.iter_mut().zip(row.chunks_exact(f)) {
                        *sum += cell.iter().step_by(stride).map(|&p| u16::from(p)).sum::<u16>();
                    }
                }
            }
        }
        pixels.extend(sums.iter().map(|&s| ((u32::from(s) * scale + (1 << 15)) >> 16).min(255) as u8));
    }
    Grey::new(width, height, pixels).unwrap_or_else(|| page.clone())
}

/// The inner loop of the usual case, 300 dpi to 150, written so that it vectorises.
fn add_pairs(row: &[u8], sums: &mut [u16]) {
    for (sum, pair) in sums.iter_mut().zip(row.chunks_exact(2)) {
        *sum += u16::from(pair[0]) + u16::from(pair[1]);
    }
}

/// The level of the bare paper over the page, in a grid of square tiles.
///
/// Within a tile the paper is its upper quartile: text covers less than a quarter of any tile, noise is symmetric.
/// Tiles much darker than the page (rims, photos, white on black) keep their own level.
pub(crate) struct Background {
    tile: u32,
    columns: usize,
    levels: Vec<u8>,
}

impl Background {
    /// Measures `page` in tiles of `tile` pixels (at least 1).
    pub(crate) fn of(page: &Grey, tile: u32) -> Self {
        let tile = tile.max(1);
        let columns = page.width().div_ceil(tile) as usize;
        let mut levels = Vec::with_capacity(columns * page.height().div_ceil(tile) as usize);
        let mut histograms = vec![[0u16; 256]; columns];
        // 16 rows of each tile are sample enough.
        let stride = (tile / 16).max(1) as usize;
        for band in page.pixels().chunks(page.width() as usize * tile as usize) {
            histograms.iter_mut().for_each(|h| h.fill(0));
            for row in band.chunks_exact(page.width() as usize).step_by(stride) {
                for (histogram, cell) in histograms.iter_mut().zip(row.chunks(tile as usize)) {
                    for &p in cell.iter().step_by(stride.min(4)) {
                        histogram[usize::from(p)] = histogram[usize::from(p)].saturating_add(1);
                    }
                }
            }
            levels.extend(histograms.iter().map(upper_quartile));
        }
        Self { tile, columns, levels }
    }

    /// The level of most of the page: the median of its tiles.
    pub(crate) fn typical(&self) -> u8 {
        let mut sorted = self.levels.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(255)
    }

    /// Raises every tile to at least `floor`, so that what is darker counts as ink.
    pub(crate) fn raise_to(&mut self, floor: u8) {
        self.levels.iter_mut().for_each(|l| *l = (*l).max(floor));
    }

    /// Number of columns and the levels of the tiles, row by row.
    pub(crate) fn tiles(&self) -> (usize, &[u8]) {
        (self.columns, &self.levels)
    }

    /// Interpolated levels, sampled in the middle of `count` cells of `step` pixels along each row.
    pub(crate) fn sampled(&self, step: u32, count: usize) -> SampledBackground {
        let tile = self.tile as f32;
        let rows = self
            .levels
            .chunks_exact(self.columns)
            .map(|tiles| {
                (0..count)
                    .map(|i| {
                        let at = (((i as f32 + 0.5) * step as f32) / tile - 0.5).clamp(0.0, (tiles.len() - 1) as f32);
                        let left = at as usize;
                        let (a, b) = (f32::from(tiles[left]), f32::from(tiles[(left + 1).min(tiles.len() - 1)]));
                        (a + (b - a) * at.fract()) as u8
                    })
                    .collect()
            })
            .collect();
        SampledBackground { tile, rows }
    }
}

/// A [`Background`] made ready to be read row by row.
pub(crate) struct SampledBackground {
    tile: f32,
    rows: Vec<Vec<u8>>,
}

impl SampledBackground {
    /// Writes the levels along pixel row `y` into `out`.
    pub(crate) fn row(&self, y: u32, out: &mut [u8]) {
        let last = self.rows.len().saturating_sub(1);
        let at = ((y as f32 + 0.5) / self.tile - 0.5).clamp(0.0, last as f32);
        let above = at as usize;
        let weight = (at.fract() * 256.0) as u16;
        let (Some(a), Some(b)) = (self.rows.get(above), self.rows.get((above + 1).min(last))) else { return };
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = ((u16::from(a) * (256 - weight) + u16::from(b) * weight) >> 8) as u8;
        }
    }
}

fn upper_quartile(histogram: &[u16; 256]) -> u8 {
    let total: u32 = histogram.iter().map(|&n| u32::from(n)).sum();
    let mut above = 0;
    for level in (0..=255u8).rev() {
        above += u32::from(histogram[usize::from(level)]);
        if above * 4 >= total {
            return level;
        }
    }
    0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A page of one level stays at that level, whatever the factor.
        #[test]
        fn reduction_keeps_an_even_page_even(w in 1u32..90, h in 1u32..90, factor in 0u32..40, level: u8) {
            let page = Grey::new(w, h, vec![level; (w * h) as usize]).unwrap();
            let small = box_reduce(&page, factor);
            prop_assert!(small.pixels().iter().all(|&p| p.abs_diff(level) <= 1));
        }

        /// Paper is found beneath ink that covers a fifth of it, and never outside the range of the page's pixels.
        #[test]
        fn paper_is_found_beneath_ink(paper in 100u8..=255, ink in 0u8..60, tile in 5u32..40) {
            let (w, h) = (100, 80);
            let pixels = (0..w * h).map(|i| if (i % w + i / w) % 5 == 0 { ink } else { paper }).collect();
            let background = Background::of(&Grey::new(w, h, pixels).unwrap(), tile);
            prop_assert_eq!(background.typical(), paper);
        }
    }

    #[test]
    fn levels_follow_a_shadow() {
        let (w, h) = (256u32, 64u32);
        let pixels = (0..w * h).map(|i| (i % w / 2 + 100) as u8).collect();
        let sampled = Background::of(&Grey::new(w, h, pixels).unwrap(), 16).sampled(1, w as usize);
        let mut row = vec![0; w as usize];
        sampled.row(30, &mut row);
        // Paper is the upper quartile, so at most half a tile's rise (4 levels) too bright.
        for (x, &level) in row.iter().enumerate().skip(16).take(220) {
            assert!(level.abs_diff((x / 2 + 100) as u8) <= 5, "{x}: {level}");
        }
    }
}
