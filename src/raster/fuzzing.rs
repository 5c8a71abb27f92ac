//! Doors for `fuzz/` into the parsers of this room that a whole scan reaches seldom. Not part of the program.

use hayro_ccitt::EncodingMode;

use super::{exif as exif_block, fax as fax_rows};

/// Reads an EXIF block.
pub fn exif(block: &[u8]) {
    let found = exif_block::read(block);
    assert!(found.orientation.is_none_or(|orientation| (1..=8).contains(&orientation)), "orientation out of range");
}

/// Decodes `width` by `height` pixels of fax; the bits of `kind` choose the coding.
pub fn fax(bytes: &[u8], width: u32, height: u32, kind: u8) {
    let encoding = match kind & 3 {
        0 => EncodingMode::Group3_1D,
        1 => EncodingMode::Group3_2D,
        _ => EncodingMode::Group4,
    };
    let (byte_aligned, end_of_line) = (kind & 4 != 0, kind & 8 != 0);
    let layout = fax_rows::Layout { width, height, encoding, byte_aligned, end_of_line };
    if let Ok(grey) = fax_rows::decode(bytes, layout) {
        assert!(grey.size() == (width, height), "another size than asked for");
    }
}
