//! PDF: is it whole, its pages, what they draw, the image that is the page.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

const MAGIC: &[&[u8]] = &[b"%PDF-"];

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| -> Corpus {
    if !MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        return Corpus::Reject;
    }
    read_scan(bytes);
    Corpus::Keep
});
