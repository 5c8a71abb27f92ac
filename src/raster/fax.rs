//! CCITT Group 4 and Group 3 rows to grey pixels, without forgiveness: a page is whole or it is a fault.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::Grey;
use super::error::Cause;

/// What a fax stream does not say itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Group 4, or Group 3 in one or two dimensions.
    pub encoding: EncodingMode,
    /// Each row starts at a byte.
    pub byte_aligned: bool,
    /// Rows are preceded by EOL codes.
    pub end_of_line: bool,
}

impl Layout {
    /// Plain Group 4, as ITU-T T.6 has it.
    pub(crate) fn group4(width: u32, height: u32) -> Self {
        Self { width, height, encoding: EncodingMode::Group4, byte_aligned: false, end_of_line: false }
    }
}

/// Decodes all rows; coded black becomes 0, white 255. Fewer rows than announced are an error. The caller has checked
/// the size.
pub(crate) fn decode(bytes: &[u8], layout: Layout) -> Result<Grey, Cause> {
    let mut pixels = Vec::new();
    decode_into(bytes, layout, &mut pixels)?;
    Grey::new(layout.width, layout.height, pixels).ok_or_else(|| Cause::corrupt("a page without width or height"))
}

/// As [`decode`], appending to `pixels`: the strips of a TIFF one after another.
pub(crate) fn decode_into(bytes: &[u8], layout: Layout, pixels: &mut Vec<u8>) -> Result<(), Cause> {
    let mut rows = Rows { width: layout.width as usize, left: layout.height as usize, pixels };
    let settings = DecodeSettings {
        columns: layout.width,
        rows: layout.height,
        end_of_block: true,
        end_of_line: layout.end_of_line,
        rows_are_byte_aligned: layout.byte_aligned,
        encoding: layout.encoding,
        strict: true,
    };
    let decoded = hayro_ccitt::decode(bytes, &mut rows, &mut DecoderContext::new(settings));
    match (decoded, rows.left) {
        (_, 0) => Ok(()),
        (Ok(_), left) => Err(Cause::truncated(format!("the fax data end {left} rows of {} early", layout.height))),
        (Err(error), left) => {
            Err(Cause::corrupt(format!("fax data, {left} rows of {} missing: {error}", layout.height)))
        }
    }
}

struct Rows<'a> {
    width: usize,
    left: usize,
    pixels: &'a mut Vec<u8>,
}

impl Decoder for Rows<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let start = self.pixels.len();
        self.pixels.resize(start + self.width, 255);
        let row = &mut self.pixels[start..];
        for run in changes.chunks(2) {
            let from = run[0] as usize;
            let to = run.get(1).map_or(self.width, |&to| to as usize).min(self.width);
            if let Some(black) = row.get_mut(from..to) {
                black.fill(0);
            }
        }
    }
}
