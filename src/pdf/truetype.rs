//! A TrueType font program that draws nothing, made of nothing but its tables (ISO/IEC 14496-22, "OpenType").
//!
//! Its glyphs are not empty but a line from corner to corner, there and back: no area, so no ink, yet a box. PDFium (and
//! so Chrome) takes a character's place from its glyph's box, and drops a word of one character that has none.

use super::font::{ASCENT, DESCENT, UNITS, WIDTHS};

/// Seconds from 1904-01-01 to 2025-01-01, the date in `head`: fixed, so that the same input gives the same file.
const MADE: u64 = 3_818_448_000;

/// The font file. Glyph 0 is `.notdef`, glyph `index + 1` is as wide as `WIDTHS[index]`.
pub(super) fn font_program() -> Vec<u8> {
    let tables = [
        (*b"cmap", cmap()),
        (*b"glyf", advances().flat_map(glyph).collect()),
        (*b"head", head()),
        (*b"hhea", hhea()),
        (*b"hmtx", hmtx()),
        // Short offsets: half the number of bytes.
        (*b"loca", (0..=glyphs()).flat_map(|index| (index * GLYPH_BYTES / 2).to_be_bytes()).collect()),
        (*b"maxp", maxp()),
        (*b"name", name()),
        (*b"post", post()),
    ];
    assemble(&tables)
}

/// Advance widths by glyph, `.notdef` first.
fn advances() -> impl Iterator<Item = u16> {
    [UNITS].into_iter().chain(WIDTHS)
}

fn glyphs() -> u16 {
    WIDTHS.len() as u16 + 1
}

/// Length of what [`glyph`] gives.
const GLYPH_BYTES: u16 = 24;

/// One contour of two points on the curve, from the bottom left to the top right of the glyph's box.
fn glyph(advance: u16) -> Vec<u8> {
    let (low, high, wide) = (i32::from(bottom()), i32::from(top()), i32::from(advance));
    // Contours and box; last point of the contour, no instructions.
    let mut glyph = words(&[1, 0, low, wide, high, 1, 0]);
    // Two flags "on the curve", then the steps in x and in y.
    glyph.extend([1, 1]);
    glyph.extend(words(&[0, wide, low, high - low]));
    glyph
}

fn top() -> i16 {
    (ASCENT * f32::from(UNITS)) as i16
}

fn bottom() -> i16 {
    -((DESCENT * f32::from(UNITS)) as i16)
}

fn widest() -> u16 {
    WIDTHS.iter().copied().max().unwrap_or(UNITS)
}

/// Big-endian fields, one after another.
fn words(fields: &[i32]) -> Vec<u8> {
    fields.iter().flat_map(|&field| (field as u16).to_be_bytes()).collect()
}

/// No character has a glyph by way of the font itself: the document maps them. One format-4 segment that ends the map.
fn cmap() -> Vec<u8> {
    let header = [0, 1, 3, 1, 0, 12];
    let subtable = [4, 24, 0, 2, 2, 0, 0, 0xFFFF, 0, 0xFFFF, 1, 0];
    words(&[&header[..], &subtable[..]].concat())
}

fn head() -> Vec<u8> {
    let mut table = words(&[1, 0, 1, 0]);
    // checkSumAdjustment, set by `assemble`, and the magic number.
    table.extend([0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5]);
    table.extend(words(&[0b1011, UNITS.into()]));
    table.extend(MADE.to_be_bytes());
    table.extend(MADE.to_be_bytes());
    // Box, style, smallest size, direction, short `loca`, glyph format.
    table.extend(words(&[0, bottom().into(), widest().into(), top().into(), 0, 8, 2, 0, 0]));
    table
}

fn hhea() -> Vec<u8> {
    let mut table = words(&[1, 0, top().into(), bottom().into(), 0, widest().into()]);
    // Bearings, extent, caret, reserved, format, metrics.
    table.extend(words(&[0, 0, widest().into(), 1, 0, 0, 0, 0, 0, 0, 0, glyphs().into()]));
    table
}

fn hmtx() -> Vec<u8> {
    advances().flat_map(|advance| words(&[advance.into(), 0])).collect()
}

fn maxp() -> Vec<u8> {
    words(&[1, 0, glyphs().into(), 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// Family, style, unique, full name, version, PostScript name, for Windows, English.
fn name() -> Vec<u8> {
    const NAMES: [(i32, &str); 6] = [
        (1, "Scanstrasse Glyphless"),
        (2, "Regular"),
        (3, "Scanstrasse Glyphless 1"),
        (4, "Scanstrasse Glyphless"),
        (5, "Version 1.0"),
        (6, "ScanstrasseGlyphless"),
    ];
    let mut records = words(&[0, NAMES.len() as i32, 6 + 12 * NAMES.len() as i32]);
    let mut strings: Vec<u8> = Vec::new();
    for (id, text) in NAMES {
        records.extend(words(&[3, 1, 0x409, id, 2 * text.len() as i32, strings.len() as i32]));
        strings.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    }
    records.extend(strings);
    records
}

/// Version 3: no glyph names.
fn post() -> Vec<u8> {
    words(&[3, 0, 0, 0, -100, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// Directory, tables on four-byte boundaries, and the checksums.
fn assemble(tables: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.ilog2();
    let range = 16_i32 << power;
    let mut file = words(&[1, 0, count.into(), range, power as i32, i32::from(count) * 16 - range]);
    let mut body: Vec<u8> = Vec::new();
    let body_at = 12 + 16 * tables.len();
    let mut head_at = None;
    for (tag, table) in tables {
        let at = body_at + body.len();
        if tag == b"head" {
            head_at = Some(at);
        }
        file.extend(tag);
        file.extend(checksum(table).to_be_bytes());
        file.extend((at as u32).to_be_bytes());
        file.extend((table.len() as u32).to_be_bytes());
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    file.extend(body);
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&file));
    if let Some(slot) = head_at.and_then(|at| file.get_mut(at + 8..at + 12)) {
        slot.copy_from_slice(&adjustment.to_be_bytes());
    }
    file
}

/// The sum of a table's big-endian 32-bit words, zero-padded.
fn checksum(table: &[u8]) -> u32 {
    let word = |bytes: &[u8]| bytes.iter().zip([24, 16, 8, 0]).map(|(&b, shift)| u32::from(b) << shift).sum::<u32>();
    table.chunks(4).map(word).fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn u16_at(bytes: &[u8], at: usize) -> u16 {
        u16::from_be_bytes([bytes[at], bytes[at + 1]])
    }

    #[test]
    fn the_directory_is_sorted_and_every_checksum_right() {
        let font = font_program();
        assert_eq!(checksum(&font), 0xB1B0_AFBA);
        let tags: Vec<&[u8]> = (0..usize::from(u16_at(&font, 4))).map(|i| &font[12 + 16 * i..16 + 16 * i]).collect();
        assert!(tags.is_sorted());
    }

    #[test]
    fn glyphs_fill_their_advance_and_draw_nothing() {
        assert_eq!(u16_at(&hmtx(), 0), UNITS);
        let glyphs: Vec<u8> = advances().flat_map(glyph).collect();
        assert_eq!(glyphs.len(), usize::from(GLYPH_BYTES) * (WIDTHS.len() + 1));
        for (index, width) in WIDTHS.into_iter().enumerate() {
            assert_eq!(u16_at(&hmtx(), 4 * (index + 1)), width);
            let data = &glyphs[usize::from(GLYPH_BYTES) * (index + 1)..];
            // One contour whose box is as wide as the advance, and only two points: no area.
            assert_eq!((u16_at(data, 0), u16_at(data, 6), u16_at(data, 10)), (1, width, 1));
        }
    }
}
