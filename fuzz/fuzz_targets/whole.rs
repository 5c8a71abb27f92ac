//! Any bytes: is the file complete? No answer may take long, and a file of nothing is not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse::model::Wholeness;
use scanstrasse::raster::whole;
use scanstrasse_fuzz::{in_memory, tell_our_panics_from_others};

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| {
    let Some(file) = in_memory(bytes) else { return };
    let told = whole(&file);
    assert!(bytes.len() > 4 || told == Wholeness::Torn, "a file of {} bytes is whole", bytes.len());
});
