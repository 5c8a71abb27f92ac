//! A document in, PDF/A-2u out.
//!
//! In: page records one after another and the bytes of their pictures. Out: a file, written once from front to back,
//! whose memory does not grow with its pages. Knows no ledger and no OCR engine. `PDF_A2U.md` is its conformance ledger.
//!
//! A page's picture goes in bit for bit; `place` turns it upright and deskews it by the page's matrix, and sends the
//! words' quads through the same map; `text` lays them over the picture, invisible. [`reread()`] proves the file after
//! writing.

mod font;
mod icc;
mod metadata;
mod objects;
mod outline;
mod picture;
mod place;
mod reread;
mod text;
mod tree;
mod truetype;
mod writer;

use std::io;

pub use metadata::{DocumentInfo, PRODUCER};
pub use reread::{RereadError, pictures, reread};
pub use writer::PdfWriter;

/// Why a document could not be written, or was not what it should be. Pages are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The target refused bytes (full disk, lost share).
    #[error("write the pdf: {0}")]
    Write(#[source] io::Error),
    /// The picture's bytes could not be read.
    #[error("read the picture of page {page}: {source}")]
    Picture {
        /// Page in the document.
        page: u32,
        /// From the system.
        source: io::Error,
    },
    /// The picture has more or fewer bytes than its record says.
    #[error("the picture of page {page} has not the {expected} bytes of its record")]
    PictureLength {
        /// Page in the document.
        page: u32,
        /// Bytes named by the record.
        expected: u64,
    },
    /// The picture's SHA-256 is not the recorded one.
    #[error("the picture of page {page} is not the one that was recorded: its SHA-256 differs")]
    PictureChanged {
        /// Page in the document.
        page: u32,
    },
    /// The record cannot be a page: no pixels, no resolution, or places that are no finite numbers.
    #[error("the record of page {page} has no usable size, resolution or place of a word")]
    Nonsense {
        /// Page in the document.
        page: u32,
    },
    /// `DocumentInfo::language` is no BCP 47 tag.
    #[error("the document's language is no BCP 47 tag such as `de` or `de-DE`")]
    Language,
    /// A document needs at least one page.
    #[error("a document without pages cannot be written")]
    NoPages,
    /// More than 8,388,607 objects (ISO 19005-2, 6.1.13) or a file of more than 9,999,999,999 bytes.
    #[error("the document is too large for one pdf: divide it")]
    TooLarge,
    /// The written file is not what was meant.
    #[error(transparent)]
    Reread(#[from] RereadError),
}
