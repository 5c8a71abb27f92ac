//! JPEG: the walk over its markers and coded data, then its pixels.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

const MAGIC: &[&[u8]] = &[b"\xFF\xD8\xFF"];

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| -> Corpus {
    if !MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        return Corpus::Reject;
    }
    read_scan(bytes);
    Corpus::Keep
});
