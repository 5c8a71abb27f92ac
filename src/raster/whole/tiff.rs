//! TIFF and BigTIFF: every directory of the chain, all that it holds or points at, and every strip and tile, within the
//! file (TIFF 6.0, section 2; the BigTIFF design of libtiff).

use std::collections::HashSet;

use super::source::Source;

/// Most directories: pages and their previews.
const MAX_DIRECTORIES: usize = 200_000;

/// Most strips and tiles of all pages; some writers make a strip of every row.
const MAX_PIECES: u64 = 32 << 20;

/// Values read at once.
const VALUES: u64 = 2048;

mod tag {
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const STRIP_BYTES: u16 = 279;
    pub(super) const TILE_OFFSETS: u16 = 324;
    pub(super) const TILE_BYTES: u16 = 325;
    /// Old JPEG, whose data need not be strips.
    pub(super) const JPEG_OFFSET: u16 = 513;
    pub(super) const JPEG_BYTES: u16 = 514;
}

/// Compressions whose data never begin with [`ZEROS`] zero bytes: fax, LZW, JPEG, Deflate.
const NEVER_ZEROS: [u64; 6] = [3, 4, 5, 7, 8, 32946];

/// So many zero bytes at the beginning of a page's last piece: a copy has the file's length already and not yet its bytes.
const ZEROS: usize = 64;

/// How numbers are written.
#[derive(Clone, Copy)]
struct Dialect {
    little: bool,
    big_tiff: bool,
}

/// Values of one tag.
#[derive(Clone, Copy)]
struct Values {
    /// Where they lie.
    at: u64,
    count: u64,
    /// Bytes of each.
    size: u64,
}

pub(super) fn walk(source: &mut Source<'_>) -> Option<()> {
    let &[order, _, m0, m1] = source.bytes(0, 4)? else { return None };
    let little = order == b'I';
    let big_tiff = if little { m0 == 43 } else { m1 == 43 };
    let dialect = Dialect { little, big_tiff };
    let mut next = if big_tiff { dialect.word(source, 8)? } else { dialect.word(source, 4)? };
    let mut seen = HashSet::new();
    let mut pieces = 0;
    while next != 0 {
        if seen.len() >= MAX_DIRECTORIES || !seen.insert(next) {
            return None;
        }
        next = directory(source, dialect, next, &mut pieces)?;
    }
    (!seen.is_empty()).then_some(())
}

/// Checks the directory at `at`; gives the offset of the next, 0 after the last.
fn directory(source: &mut Source<'_>, dialect: Dialect, at: u64, pieces: &mut u64) -> Option<u64> {
    let (count, mut entry, entry_bytes) = if dialect.big_tiff {
        (dialect.number(source.bytes(at, 8)?), at.checked_add(8)?, 20)
    } else {
        (dialect.number(source.bytes(at, 2)?), at.checked_add(2)?, 12)
    };
    // None is without an entry; zeros that a copy has still to fill look like one.
    if count == 0 || !source.holds(entry, count.checked_mul(entry_bytes)?) {
        return None;
    }
    let [mut offsets, mut bytes, mut jpeg, mut jpeg_bytes, mut compression] = [None; 5];
    for _ in 0..count {
        let (tag, values) = dialect.entry(source, entry)?;
        let slot = match tag {
            tag::STRIP_OFFSETS | tag::TILE_OFFSETS => Some(&mut offsets),
            tag::STRIP_BYTES | tag::TILE_BYTES => Some(&mut bytes),
            tag::JPEG_OFFSET => Some(&mut jpeg),
            tag::JPEG_BYTES => Some(&mut jpeg_bytes),
            tag::COMPRESSION => Some(&mut compression),
            _ => None,
        };
        if let Some(values) = values {
            source.holds(values.at, values.count.checked_mul(values.size)?).then_some(())?;
            if let Some(slot) = slot {
                *slot = Some(values);
            }
        }
        entry += entry_bytes;
    }
    let compression = match compression {
        Some(values) => dialect.values(source, values, 0, 1)?.first().copied(),
        None => None,
    };
    let never_zeros = compression.is_some_and(|compression| NEVER_ZEROS.contains(&compression));
    for (offsets, bytes) in [(offsets, bytes), (jpeg, jpeg_bytes)] {
        if let Some(offsets) = offsets {
            check_pieces(source, dialect, offsets, bytes, pieces, never_zeros)?;
        }
    }
    dialect.word(source, entry)
}

/// Checks that the strips or tiles lie within the file. Without their lengths, which some old writers leave out, that they
/// begin there.
fn check_pieces(
    source: &mut Source<'_>,
    dialect: Dialect,
    offsets: Values,
    bytes: Option<Values>,
    pieces: &mut u64,
    never_zeros: bool,
) -> Option<()> {
    *pieces = pieces.checked_add(offsets.count).filter(|&pieces| pieces <= MAX_PIECES)?;
    let mut last = (0, 0);
    let mut from = 0;
    while from < offsets.count {
        let count = VALUES.min(offsets.count - from);
        let starts = dialect.values(source, offsets, from, count)?;
        let lens = match bytes {
            Some(bytes) => dialect.values(source, bytes, from, count.min(bytes.count.saturating_sub(from)))?,
            None => Vec::new(),
        };
        for (i, &start) in starts.iter().enumerate() {
            let len = lens.get(i).copied().unwrap_or(1);
            // An empty piece lies nowhere.
            if len > 0 {
                source.holds(start, len).then_some(())?;
                last = last.max((start, len));
            }
        }
        from += count;
    }
    let (start, len) = last;
    if never_zeros && len >= ZEROS as u64 && source.bytes(start, ZEROS)?.iter().all(|&byte| byte == 0) {
        return None;
    }
    Some(())
}

impl Dialect {
    /// Up to eight bytes as a number.
    fn number(self, bytes: &[u8]) -> u64 {
        let digit = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        if self.little { bytes.iter().rev().fold(0, digit) } else { bytes.iter().fold(0, digit) }
    }

    /// An offset in the file.
    fn word(self, source: &mut Source<'_>, at: u64) -> Option<u64> {
        Some(self.number(source.bytes(at, if self.big_tiff { 8 } else { 4 })?))
    }

    /// The entry at `at`: its tag, and where its values lie; `None` for types that nobody knows.
    fn entry(self, source: &mut Source<'_>, at: u64) -> Option<(u16, Option<Values>)> {
        let (count_at, word, within) = if self.big_tiff { (4, 8, 12) } else { (4, 4, 8) };
        let bytes = source.bytes(at, within + word)?;
        let tag = self.number(bytes.get(..2)?) as u16;
        let size = match self.number(bytes.get(2..4)?) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => return Some((tag, None)),
        };
        let count = self.number(bytes.get(count_at..count_at + word)?);
        let is_within = count.checked_mul(size)? <= word as u64;
        let place = self.number(bytes.get(within..within + word)?);
        let values = Values { at: if is_within { at + within as u64 } else { place }, count, size };
        Some((tag, Some(values)))
    }

    /// `count` values from number `from` on, at most [`VALUES`].
    fn values(self, source: &mut Source<'_>, values: Values, from: u64, count: u64) -> Option<Vec<u64>> {
        let at = values.at.checked_add(from.checked_mul(values.size)?)?;
        if count == 0 {
            return Some(Vec::new());
        }
        let bytes = source.bytes(at, usize::try_from(count.min(VALUES).checked_mul(values.size)?).ok()?)?;
        let size = usize::try_from(values.size).ok()?.max(1);
        Some(bytes.chunks_exact(size).map(|value| self.number(value)).collect())
    }
}
