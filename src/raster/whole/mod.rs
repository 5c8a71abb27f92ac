//! Whether a file that somebody may still be writing is complete, by its structure alone.
//!
//! In: an open file. Out: [`Wholeness`]. Decodes nothing, reads no more than it must (a JPEG has to be read through), and
//! believes no length or offset before it has compared it with the file's. What is whole here may still be damaged; what
//! is torn may still grow.

mod jpeg;
mod pdf;
mod png;
mod source;
mod tiff;

#[cfg(test)]
mod tests;

use std::fs::File;

use self::source::Source;
use super::format::Format;
use crate::model::Wholeness;

/// Bytes in which the format is looked for, as [`super::ScanFile`] does.
const HEAD_BYTES: usize = 1024;

/// Looks whether `file` ends where its structure does. One that cannot be read, has no bytes, or is none of the formats of
/// scans is torn. Reads at most the file once over, and in most formats a few kilobytes of it.
pub fn whole(file: &File) -> Wholeness {
    let is_whole = Source::new(file).and_then(|mut source| {
        let head = source.some(0, HEAD_BYTES)?.to_vec();
        match Format::of(&head).ok()? {
            Format::Pdf => pdf::walk(&mut source),
            Format::Jpeg => jpeg::walk(&mut source),
            Format::Png => png::walk(&mut source),
            Format::Tiff => tiff::walk(&mut source),
        }
    });
    if is_whole.is_some() { Wholeness::Whole } else { Wholeness::Torn }
}
