//! Rows of Group 3 and Group 4. The first bytes give width, height and kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse_fuzz::{contained, tell_our_panics_from_others};

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| {
    let [w0, w1, h0, h1, kind, data @ ..] = bytes else { return };
    let (width, height) = (u16::from_be_bytes([*w0, *w1]), u16::from_be_bytes([*h0, *h1]));
    // As the caller has it: a size within the limit.
    if u32::from(width) * u32::from(height) <= 1 << 20 {
        contained(|| scanstrasse::raster::fuzzing::fax(data, u32::from(width), u32::from(height), *kind));
    }
});
