//! Blank measure, skew and turning of any raster. The first two bytes give the sides.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse::model::{Placement, Resolution};
use scanstrasse::raster::{BlankParams, Grey, SkewParams, blank, skew, turned};

fuzz_target!(|bytes: &[u8]| {
    let [width, tag, dpi, rest @ ..] = bytes else { return };
    let width = usize::from(*width) + 1;
    let height = rest.len() / width;
    let Some(grey) = Grey::new(width as u32, height as u32, rest[..width * height].to_vec()) else { return };
    let dpi = f32::from(*dpi) * 10.0 + 1.0;
    let grey = turned(&grey, Placement::from_exif(u16::from(*tag)));
    let found = blank(&grey, Resolution { x_dpi: dpi, y_dpi: dpi, assumed: false }, &BlankParams::default());
    assert!((0.0..=1.0).contains(&found.ink_share), "a share of ink of {}", found.ink_share);
    let angle = skew(&grey, &SkewParams::default()).0;
    assert!((-45.0..=45.0).contains(&angle), "a skew of {angle}");
});
