//! The content stream of a PDF page: the operators that a page draws with, in a file that is sound otherwise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

fuzz_target!(init: tell_our_panics_from_others(), |content: &[u8]| {
    let mut file = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</XObject<</I 5 0 R/F 6 0 R>>\
        /ExtGState<</G<</ca .5>>>>/Font<</T<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n\
        5 0 obj<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Length 4>>stream\nabcd\nendstream endobj\n\
        6 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 72 72]/Resources<</XObject<</F 6 0 R/I 5 0 R>>>>/Length 11>>stream\nq /F Do Q  \nendstream endobj\n".to_vec();
    file.extend_from_slice(format!("4 0 obj<</Length {}>>stream\n", content.len()).as_bytes());
    file.extend_from_slice(content);
    file.extend_from_slice(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    read_scan(&file);
});
