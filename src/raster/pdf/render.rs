//! Pages that are more than one image: drawn by `hayro`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::super::DecodeParams;
use super::super::error::Cause;
use super::super::pixels::Pixels;
use super::super::scan::DecodedPage;
use crate::model::{Placement, Resolution};

/// Coarser than this no text is read; a page that is still too large is over the limit.
const MIN_DPI: f32 = 100.0;
/// Finer than this a page is not drawn, whatever its images hold.
const MAX_DPI: f32 = 600.0;

/// Draws `page` upright on white, at the resolution of its image where `image_dpi` is given, else at the one of `params`;
/// coarser if the page is too large for `max_pixels`. `unit` is the page's user unit.
pub(super) fn page(
    page: &Page<'_>,
    unit: f32,
    image_dpi: Option<f32>,
    params: &DecodeParams,
) -> Result<DecodedPage, Cause> {
    let (points_wide, points_high) = page.render_dimensions();
    let inches = (points_wide * unit / 72.0, points_high * unit / 72.0);
    let wanted = image_dpi.unwrap_or(params.render_dpi as f32).clamp(MIN_DPI, MAX_DPI);
    let affordable = (params.max_pixels as f32 / (inches.0 * inches.1)).sqrt() * 0.999;
    // The renderer counts columns and rows in 16 bits.
    let countable = f32::from(u16::MAX) / inches.0.max(inches.1) * 0.999;
    let dpi = wanted.min(affordable).min(countable);
    if dpi.is_nan() || dpi < MIN_DPI.min(wanted) {
        return Err(Cause::OverLimit(format!(
            "a page of {:.0} by {:.0} inches has more pixels than limits.max_megapixels allows",
            inches.0, inches.1
        )));
    }
    // The renderer cuts off parts of a pixel: scale to whole ones.
    let scale = |points: f32| {
        let pixels = (points * dpi * unit / 72.0).round().max(1.0);
        (pixels, (pixels + 0.01) / points)
    };
    let ((wide, x_scale), (high, y_scale)) = (scale(points_wide), scale(points_high));
    params.admit(wide as u32, high as u32)?;

    let failed = Arc::new(AtomicBool::new(false));
    let sink = Arc::clone(&failed);
    let interpreter = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                sink.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    let pixmap_settings = PixmapSettings { x_scale, y_scale, bg_color: WHITE };
    let pixmap = render(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &pixmap_settings);
    if failed.load(Ordering::Relaxed) {
        return Err(Cause::corrupt("an image on the page does not decode"));
    }
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let pixels = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    drop(pixmap);
    let (grey, colour, picture) = Pixels::from_rgb(width, height, pixels, false)
        .and_then(|pixels| pixels.encoded(params))
        .ok_or_else(|| Cause::corrupt("the page has no size"))?;
    let resolution = Resolution { x_dpi: dpi, y_dpi: dpi, assumed: false };
    Ok(DecodedPage { grey, resolution, tagged: Placement::default(), colour, picture })
}
