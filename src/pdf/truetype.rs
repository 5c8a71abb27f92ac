//! A TrueType font program without outlines, made of nothing but its tables (ISO/IEC 14496-22, "OpenType").

use super::font::{ASCENT, DESCENT, UNITS, WIDTHS};

/// Seconds from 1904-01-01 to 2025-01-01, the date in `head`: fixed, so that the same input gives the same file.
const MADE: u64 = 3_818_448_000;

/// The font file. Glyph 0 is `.notdef`, glyph `index + 1` is empty and as wide as `WIDTHS[index]`.
pub(super) fn font_program() -> Vec<u8> {
    let tables = [
        (*b"cmap", cmap()),
        // Every entry of `loca` is 0: all glyphs are empty. The table itself must not be.
        (*b"glyf", vec![0; 4]),
        (*b"head", head()),
        (*b"hhea", hhea()),
        (*b"hmtx", hmtx()),
        (*b"loca", vec![0; 2 * (usize::from(glyphs()) + 1)]),
        (*b"maxp", maxp()),
        (*b"name", name()),
        (*b"post", post()),
    ];
    assemble(&tables)
}

fn glyphs() -> u16 {
    WIDTHS.len() as u16 + 1
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
    table.extend(words(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, glyphs().into()]));
    table
}

fn hmtx() -> Vec<u8> {
    [UNITS].iter().chain(&WIDTHS).flat_map(|&width| words(&[width.into(), 0])).collect()
}

fn maxp() -> Vec<u8> {
    words(&[1, 0, glyphs().into(), 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
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
