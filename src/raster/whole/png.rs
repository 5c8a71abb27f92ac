//! PNG: chunk after chunk to the end chunk (PNG 1.2, 3.2).

use super::source::Source;

/// Most chunks: encoders make them of 8 KiB and more.
const MAX_CHUNKS: u32 = 4 << 20;

/// Bytes of a chunk beside its data: length, name, checksum.
const AROUND: u64 = 12;

pub(super) fn walk(source: &mut Source<'_>) -> Option<()> {
    let mut at: u64 = 8;
    for _ in 0..MAX_CHUNKS {
        let &[l0, l1, l2, l3, ref name @ ..] = source.bytes(at, 8)? else { return None };
        let is_end = name == b"IEND";
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return None;
        }
        let len = u64::from(u32::from_be_bytes([l0, l1, l2, l3])) + AROUND;
        if !source.holds(at, len) {
            return None;
        }
        if is_end {
            return Some(());
        }
        at += len;
    }
    None
}
