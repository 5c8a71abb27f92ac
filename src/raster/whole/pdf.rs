//! PDF: an end mark, and the cross-reference sections that it leads to (ISO 32000-1, 7.5).
//!
//! A file is read from its end, so what matters is there: `startxref`, the offset of the last section, `%%EOF`; each
//! section names the one before it. A linearised file has such an end near its front, too, but with an offset of 0, and it
//! says its length (annex F).

use std::collections::HashSet;

use super::source::Source;

/// The end mark is looked for in so many last bytes; Acrobat takes 1,024, and some senders put more behind it.
const TAIL_BYTES: u64 = 4096;

/// The header is looked for in so many first bytes (annex H.3).
const HEAD_BYTES: u64 = 1024;

/// A dictionary is looked through so far.
const DICTIONARY_BYTES: usize = 32 << 10;

/// Most cross-reference sections: one for each time that the file was saved.
const MAX_SECTIONS: usize = 1000;

pub(super) fn walk(source: &mut Source<'_>) -> Option<()> {
    // Offsets count from the header, which need not be the first thing in the file.
    let start = source.find(0, HEAD_BYTES + 5, b"%PDF-")?;
    if let Some(len) = linearised_len(source, start)
        && !source.holds(start, len)
    {
        return None;
    }
    let (tail_at, tail) = tail(source)?;
    let end = last(&tail, b"%%EOF")?;
    // An update of the file that breaks off.
    if tail.get(end..).is_some_and(|behind| first(behind, b" obj").is_some()) {
        return None;
    }
    let mark = last(tail.get(..end)?, b"startxref")?;
    let mut offset = Some(number(tail.get(mark + 9..end)?)?);
    let mut seen = HashSet::new();
    while let Some(at) = offset {
        if seen.len() >= MAX_SECTIONS || !seen.insert(at) {
            return None;
        }
        // A section stands before the mark that names it; and nothing stands before the header.
        let at = start.checked_add(at).filter(|&at| at > start && at < tail_at + mark as u64)?;
        offset = section(source, at, start)?;
    }
    Some(())
}

/// Checks the section at `at`. Gives the offset of the one before it, if it names one.
fn section(source: &mut Source<'_>, at: u64, start: u64) -> Option<Option<u64>> {
    let head = source.some(at, 64)?;
    let at = at + head.iter().position(|byte| !byte.is_ascii_whitespace())? as u64;
    if source.bytes(at, 4)? == b"xref" {
        let trailer = source.find(at, source.len(), b"trailer")?;
        let dictionary = source.some(trailer, DICTIONARY_BYTES)?;
        let dictionary = dictionary.get(..first(dictionary, b"startxref")?)?.to_vec();
        // Files for old and new readers have a stream beside the table.
        if let Some(stream) = value(&dictionary, b"/XRefStm") {
            stream_dictionary(source, start.checked_add(stream)?)?;
        }
        return Some(value(&dictionary, b"/Prev"));
    }
    Some(value(&stream_dictionary(source, at)?, b"/Prev"))
}

/// The dictionary of the cross-reference stream at `at`.
fn stream_dictionary(source: &mut Source<'_>, at: u64) -> Option<Vec<u8>> {
    let object = source.some(at, DICTIONARY_BYTES)?;
    number(object)?;
    let dictionary = object.get(..first(object, b"stream")?)?.to_vec();
    let body = at + dictionary.len() as u64;
    (first(&dictionary, b"obj").is_some() && first(&dictionary, b"/XRef").is_some()).then_some(())?;
    source.find(body, source.len(), b"endstream")?;
    Some(dictionary)
}

/// What a linearised file says of its length: the first object of the file has `/Linearized` and `/L`.
fn linearised_len(source: &mut Source<'_>, start: u64) -> Option<u64> {
    let head = source.some(start, HEAD_BYTES as usize)?;
    let object = head.get(..first(head, b"endobj")?)?;
    first(object, b"/Linearized")?;
    value(object, b"/L")
}

fn tail(source: &mut Source<'_>) -> Option<(u64, Vec<u8>)> {
    // Zeros that were put behind the file, or that a copy has still to fill, may be many.
    let at = source.len().saturating_sub(TAIL_BYTES);
    let tail = source.some(at, TAIL_BYTES as usize)?.to_vec();
    Some((at, tail))
}

/// The number that follows `key`, where the key is not the beginning of a longer one.
fn value(dictionary: &[u8], key: &[u8]) -> Option<u64> {
    let mut from = 0;
    loop {
        let rest = dictionary.get(from..)?;
        let behind = first(rest, key)? + key.len();
        match rest.get(behind) {
            Some(byte) if byte.is_ascii_whitespace() || byte.is_ascii_digit() => return number(rest.get(behind..)?),
            _ => from += behind,
        }
    }
}

/// The whole number at the beginning, after white space.
fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_start();
    let digits = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

fn first(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

fn last(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).rposition(|window| window == word)
}
