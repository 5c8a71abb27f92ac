//! The image that is a PDF page: its dictionary (up to the first zero byte) and its stream (what follows).
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|&byte| byte == 0) else { return };
    let (dictionary, stream) = (&bytes[..end], &bytes[end + 1..]);
    let mut file = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>endobj\n\
        4 0 obj<</Length 25>>stream\nq 72 0 0 72 0 0 cm /I Do Q\nendstream endobj\n5 0 obj<</Type/XObject/Subtype/Image".to_vec();
    file.extend_from_slice(dictionary);
    file.extend_from_slice(format!("/Length {}>>stream\n", stream.len()).as_bytes());
    file.extend_from_slice(stream);
    file.extend_from_slice(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    read_scan(&file);
});
