//! Where text stands: the page in, strips out.

use fast_image_resize as fir;

use crate::infer::{ModelFolder, Network, NetworkFile};
use crate::model::Resolution;
use crate::ocr::OcrError;
use crate::raster::Grey;

use super::regions;
use super::strip::Strip;

/// Sides of the detector's input are multiples of this.
const STEP_PX: u32 = 32;
/// The long side of A4, in inches: `detect_side_px` is meant for it, larger sheets get as many pixels an inch.
const A4_LONG_SIDE_IN: f32 = 11.69;
/// No page is detected at more than this many times `detect_side_px`.
const MAX_ENLARGEMENT: f32 = 2.0;
/// Compiled sizes that are kept. Nearly all pages of a batch have one or two.
const KEPT_SIZES: usize = 3;

/// Text detection, compiled for the sizes of page that came last.
pub(super) struct Detector {
    models: ModelFolder,
    side_px: u32,
    /// The one used last is last.
    networks: Vec<((u32, u32), Network)>,
}

impl Detector {
    pub(super) fn new(models: &ModelFolder, side_px: u32) -> Self {
        Self { models: models.clone(), side_px, networks: Vec::new() }
    }

    /// The strips of text on `page`, in pixels of the page, in no order.
    pub(super) fn find(&mut self, page: &Grey, resolution: Resolution) -> Result<Vec<Strip>, OcrError> {
        let size = input_size(page.size(), resolution, self.side_px);
        let small = shrink(page, size)?;
        let output = self.network(size)?.run(size, |input| {
            for (value, &grey) in input.iter_mut().zip(&small) {
                *value = (f32::from(grey) / 255.0 - 0.449) / 0.226;
            }
        })?;
        let strips = regions::find(output.values()?, size.0 as usize);
        let factors = (page.width() as f32 / size.0 as f32, page.height() as f32 / size.1 as f32);
        Ok(strips.into_iter().map(|strip| strip.scaled(factors)).collect())
    }

    fn network(&mut self, size: (u32, u32)) -> Result<&mut Network, OcrError> {
        let at = match self.networks.iter().position(|(known, _)| *known == size) {
            Some(at) => at,
            None => {
                if self.networks.len() == KEPT_SIZES {
                    self.networks.remove(0);
                }
                let shape = [Some(1), Some(1), Some(size.1), Some(size.0)];
                self.networks.push((size, Network::open(&self.models, NetworkFile::Detector, shape)?));
                self.networks.len() - 1
            }
        };
        self.networks[at..].rotate_left(1);
        let last = self.networks.len() - 1;
        Ok(&mut self.networks[last].1)
    }
}

/// Width and height at which a page of `size` pixels is looked at.
fn input_size(size: (u32, u32), resolution: Resolution, side_px: u32) -> (u32, u32) {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let long_side_in = if resolution.assumed { 0.0 } else { (width / resolution.x_dpi).max(height / resolution.y_dpi) };
    let side = side_px as f32 * (long_side_in / A4_LONG_SIDE_IN).clamp(1.0, MAX_ENLARGEMENT);
    let scale = side / width.max(height);
    let round = |length: f32| ((length * scale / STEP_PX as f32).round() as u32).max(1) * STEP_PX;
    (round(width), round(height))
}

/// The page at `size`: each pixel the mean of those it covers, or bilinear where the page is smaller.
fn shrink(page: &Grey, size: (u32, u32)) -> Result<Vec<u8>, OcrError> {
    let source = fir::images::ImageRef::new(page.width(), page.height(), page.pixels(), fir::PixelType::U8)
        .map_err(|error| OcrError::Resize(error.to_string()))?;
    let mut small = fir::images::Image::new(size.0, size.1, fir::PixelType::U8);
    let filter = if size.0 < page.width() { fir::FilterType::Box } else { fir::FilterType::Bilinear };
    let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(filter));
    fir::Resizer::new().resize(&source, &mut small, &options).map_err(|error| OcrError::Resize(error.to_string()))?;
    Ok(small.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DPI: Resolution = Resolution { x_dpi: 300.0, y_dpi: 300.0, assumed: false };

    #[test]
    fn sizes_are_multiples_of_the_step_and_large_sheets_get_more_pixels() {
        let cases = [
            // A4 upright, A4 across, A3 upright, a receipt 8 cm wide, a page of one pixel
            ((2480, 3508), (672, 960)),
            ((3508, 2480), (960, 672)),
            ((3508, 4961), (960, 1344)),
            ((900, 3480), (256, 960)),
            ((1, 1), (960, 960)),
        ];
        for (page, expected) in cases {
            assert_eq!(input_size(page, DPI, 960), expected, "{page:?}");
        }
    }

    #[test]
    fn an_absurd_resolution_does_not_enlarge_beyond_the_limit() {
        let absurd = Resolution { x_dpi: 1.0, y_dpi: 1.0, assumed: false };
        assert_eq!(input_size((2480, 3508), absurd, 960).1, 1920);
    }
}
