//! EXIF blocks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|block: &[u8]| scanstrasse::raster::fuzzing::exif(block));
