//! TIFF, through our binding of libtiff.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

const MAGIC: &[&[u8]] = &[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| -> Corpus {
    if !MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        return Corpus::Reject;
    }
    read_scan(bytes);
    Corpus::Keep
});
