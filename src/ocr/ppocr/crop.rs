//! The picture of one strip, at the height that the recogniser reads.

use crate::raster::Grey;

use super::strip::Strip;

/// Rows of a crop.
pub(super) const HEIGHT: usize = 48;

/// A strip of the page, turned straight: [`HEIGHT`] rows of `width` grey pixels.
pub(super) struct Crop {
    pub(super) width: usize,
    pub(super) pixels: Vec<u8>,
}

/// Cuts `strip` out of the page, `line_width` times as wide as its shape would have it.
pub(super) fn cut(page: &Grey, strip: &Strip, line_width: f32) -> Crop {
    let width = (strip.width * HEIGHT as f32 / strip.height.max(1.0) * line_width).round().max(8.0) as usize;
    let (du, dv) = (strip.width / width as f32, strip.height / HEIGHT as f32);
    // A pixel of the crop that covers several of the page is the mean of as many samples.
    let (nu, nv) = (samples(du), samples(dv));
    let mut pixels = Vec::with_capacity(width * HEIGHT);
    let mut row = vec![0_u32; width];
    for j in 0..HEIGHT {
        row.fill(0);
        for k in 0..nv {
            let v = (j as f32 + (k as f32 + 0.5) / nv as f32) * dv;
            add_samples(page, strip, v, nu, &mut row);
        }
        let count = (nu * nv) as u32;
        pixels.extend(row.iter().map(|sum| ((sum + count / 2) / count).min(255) as u8));
    }
    Crop { width, pixels }
}

fn samples(step: f32) -> usize {
    (step.round() as usize).clamp(1, 8)
}

/// Adds to each pixel of a crop's row `per_pixel` samples, evenly spread along the strip at `v` across it.
fn add_samples(page: &Grey, strip: &Strip, v: f32, per_pixel: usize, row: &mut [u32]) {
    let count = row.len() * per_pixel;
    let (start, end) = (strip.at(0.0, v), strip.at(strip.width, v));
    let (dx, dy) = ((end.x - start.x) / count as f32, (end.y - start.y) / count as f32);
    let (stride, pixels) = (page.width() as usize, page.pixels());
    let (last_x, last_y) = ((page.width() - 1) as f32, (page.height() - 1) as f32);
    for (i, sum) in row.iter_mut().enumerate() {
        for k in 0..per_pixel {
            let t = (i * per_pixel + k) as f32 + 0.5;
            // Pixel centres lie at halves; beyond the page its outermost pixels go on.
            let x = (start.x + t * dx - 0.5).clamp(0.0, last_x);
            let y = (start.y + t * dy - 0.5).clamp(0.0, last_y);
            let (x0, y0) = (x as usize, y as usize);
            let (fx, fy) = (((x - x0 as f32) * 256.0) as u32, ((y - y0 as f32) * 256.0) as u32);
            let right = if (x0 as f32) < last_x { 1 } else { 0 };
            let below = if (y0 as f32) < last_y { stride } else { 0 };
            let at = y0 * stride + x0;
            let grey = |offset: usize| u32::from(pixels.get(at + offset).copied().unwrap_or(255));
            let top = grey(0) * (256 - fx) + grey(right) * fx;
            let bottom = grey(below) * (256 - fx) + grey(below + right) * fx;
            *sum += (top * (256 - fy) + bottom * fy) >> 16;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::Point;

    /// A page whose grey grows by one for each pixel to the right.
    fn ramp() -> Grey {
        Grey::new(200, 100, (0..200 * 100).map(|i| (i % 200) as u8).collect()).unwrap()
    }

    fn strip(angle: f32) -> Strip {
        Strip { centre: Point { x: 100.0, y: 50.0 }, angle, width: 96.0, height: 48.0 }
    }

    #[test]
    fn a_straight_strip_of_the_right_height_is_copied() {
        let crop = cut(&ramp(), &strip(0.0), 1.0);
        assert_eq!((crop.width, crop.pixels.len()), (96, 96 * HEIGHT));
        assert!((0..96).all(|x| crop.pixels[x].abs_diff(52 + x as u8) <= 1));
    }

    #[test]
    fn a_strip_upside_down_is_turned() {
        let crop = cut(&ramp(), &strip(std::f32::consts::PI), 1.0);
        assert!(crop.pixels[0] > 140 && crop.pixels[95] < 60);
    }

    #[test]
    fn a_strip_beyond_the_page_shows_its_rim() {
        let beyond = Strip { centre: Point { x: -500.0, y: 900.0 }, ..strip(0.3) };
        assert!(cut(&ramp(), &beyond, 0.85).pixels.iter().all(|&grey| grey == 0));
    }
}
