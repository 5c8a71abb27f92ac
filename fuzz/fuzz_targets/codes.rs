//! Patch codes and barcodes on any raster. The first three bytes give its width, its resolution and what is known of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse::codes::{CodeParams, Standing, find};
use scanstrasse::model::Resolution;
use scanstrasse::raster::Grey;

fuzz_target!(|bytes: &[u8]| {
    let [width, dpi, known, rest @ ..] = bytes else { return };
    let width = usize::from(*width) + 1;
    let height = rest.len() / width;
    let Some(page) = Grey::new(width as u32, height as u32, rest[..width * height].to_vec()) else { return };
    let dpi = f32::from(*dpi) * 3.0 + 1.0;
    let standing = if known & 1 == 0 { Standing::Upright } else { Standing::Unknown };
    // A processor that is busy with a sanitizer may need longer: that is no finding.
    let params = CodeParams { max_ms: u32::MAX, ..CodeParams::default() };
    let resolution = Resolution { x_dpi: dpi, y_dpi: dpi * if known & 2 == 0 { 1.0 } else { 0.5 }, assumed: known & 4 != 0 };
    let Ok((barcodes, patches)) = find(&page, resolution, standing, &params) else { return };
    for b in barcodes.iter().map(|code| code.bounds).chain(patches.iter().map(|code| code.bounds)) {
        assert!(0.0 <= b.x0 && b.x0 <= b.x1 && b.x1 <= width as f32, "{b:?}");
        assert!(0.0 <= b.y0 && b.y0 <= b.y1 && b.y1 <= height as f32, "{b:?}");
    }
});
