//! A page reduced for the search, by whole numbers of pixels, along x and y each by its own.

use std::borrow::Cow;

use crate::model::Resolution;
use crate::raster::Grey;

/// A reduced page.
pub(super) struct Reduced<'a> {
    /// Its pixels.
    pub(super) grey: Cow<'a, Grey>,
    /// Dots per inch along x and y.
    pub(super) dpi: (f32, f32),
    /// Pixels of the page that one of these stands for, along x and y.
    pub(super) factor: (u32, u32),
    /// The page's resolution was assumed.
    pub(super) assumed: bool,
}

/// Reduces `page` to about `dpi` dots an inch, or leaves it if it has less than one and a half of them.
pub(super) fn to_about(page: &Grey, resolution: Resolution, dpi: f32) -> Reduced<'_> {
    let (x_dpi, y_dpi) = (resolution.x_dpi.max(1.0), resolution.y_dpi.max(1.0));
    let factor = |own: f32, side: u32| ((own / dpi).round() as u32).clamp(1, side.clamp(1, MAX_FACTOR));
    let factor = (factor(x_dpi, page.width()), factor(y_dpi, page.height()));
    Reduced {
        grey: averaged(page, factor),
        dpi: (x_dpi / factor.0 as f32, y_dpi / factor.1 as f32),
        factor,
        assumed: resolution.assumed,
    }
}

impl Reduced<'_> {
    /// This, or half of it if it was not reduced.
    pub(super) fn at_most_half(&self) -> Reduced<'_> {
        let factor = if self.factor == (1, 1) { (2, 2) } else { (1, 1) };
        Reduced {
            grey: averaged(&self.grey, factor),
            dpi: (self.dpi.0 / factor.0 as f32, self.dpi.1 / factor.1 as f32),
            factor: (self.factor.0 * factor.0, self.factor.1 * factor.1),
            assumed: self.assumed,
        }
    }

    /// The same page at about `dpi` dots an inch.
    pub(super) fn reduced_to(&self, dpi: f32) -> Reduced<'_> {
        let resolution = Resolution { x_dpi: self.dpi.0, y_dpi: self.dpi.1, assumed: self.assumed };
        let further = to_about(&self.grey, resolution, dpi);
        let factor = (self.factor.0 * further.factor.0, self.factor.1 * further.factor.1);
        Reduced { factor, ..further }
    }
}

/// Cells of so many pixels squared still add up in 32 bits, and in 16 along one side.
const MAX_FACTOR: u32 = 255;

/// Averages `x` by `y` pixels into one; what is left over at the right and at the bottom is dropped.
fn averaged(page: &Grey, (x, y): (u32, u32)) -> Cow<'_, Grey> {
    if (x, y) == (1, 1) {
        return Cow::Borrowed(page);
    }
    let (width, height) = (page.width() / x.max(1), page.height() / y.max(1));
    let (x, y) = (x as usize, y as usize);
    let row_len = page.width() as usize;
    let mut columns = vec![0u16; row_len];
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    // Division by a multiplication: exact enough, as sums stay below 2^24.
    let scale = (1u64 << 32) / (x * y).max(1) as u64 + 1;
    let mean = |sum: u32| ((u64::from(sum) * scale) >> 32) as u8;
    for band in page.pixels().chunks_exact(row_len * y).take(height as usize) {
        columns.fill(0);
        for row in band.chunks_exact(row_len) {
            for (sum, &pixel) in columns.iter_mut().zip(row) {
                *sum += u16::from(pixel);
            }
        }
        match x {
            // The usual case, 300 dpi to 150, written so that it vectorises.
            2 => pixels.extend(columns.chunks_exact(2).map(|cell| mean(u32::from(cell[0]) + u32::from(cell[1])))),
            _ => pixels.extend(columns.chunks_exact(x).map(|cell| mean(cell.iter().map(|&s| u32::from(s)).sum()))),
        }
    }
    Grey::new(width, height, pixels).map_or(Cow::Borrowed(page), Cow::Owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A page of one level stays at that level, and the reduction covers the page but for less than a cell.
        #[test]
        fn an_even_page_stays_even(
            w in 1u32..90, h in 1u32..90, x_dpi in 1f32..40_000.0, y_dpi in 20f32..900.0, level: u8,
        ) {
            let page = Grey::new(w, h, vec![level; (w * h) as usize]).unwrap();
            let reduced = to_about(&page, Resolution { x_dpi, y_dpi, assumed: false }, 150.0);
            prop_assert!(reduced.grey.pixels().iter().all(|&p| p == level));
            let (columns, rows) = reduced.grey.size();
            prop_assert!(w - columns * reduced.factor.0 < reduced.factor.0);
            prop_assert!(h - rows * reduced.factor.1 < reduced.factor.1);
        }
    }

    #[test]
    fn each_axis_has_its_own_factor() {
        // A fax in standard mode: 204 by 98 dots an inch.
        let page = Grey::new(408, 98, vec![0; 408 * 98]).unwrap();
        let reduced = to_about(&page, Resolution { x_dpi: 204.0, y_dpi: 98.0, assumed: false }, 75.0);
        assert_eq!((reduced.factor, reduced.grey.size()), ((3, 1), (136, 98)));
        assert_eq!(reduced.dpi, (68.0, 98.0));
    }
}
