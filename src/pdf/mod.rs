//! A document in, PDF/A-2u out.
//!
//! In: page records one after another and the bytes of their pictures, or pages drawn by the program itself. Out: a file,
//! written once from front to back, whose memory does not grow with its pages. Knows no ledger and no OCR engine.
//! `PDF_A2U.md` is its conformance ledger.
//!
//! A page's picture goes in bit for bit; `place` turns it upright and deskews it by the page's matrix, and sends the
//! words' quads through the same map; `text` lays them over the picture, invisible. [`reread()`] proves the file after
//! writing. [`DrawnPdf`] writes pages of type and bars ([`Drawing`]) in a font of its own (`face`).

mod drawing;
mod drawn;
mod face;
mod font;
mod frame;
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

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub use drawing::{Drawing, Mark};
pub use drawn::{DrawnPdf, PrintHints};
pub use face::Face;
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
    /// The type of drawn pages, which is part of the program, could not be embedded.
    #[error("the type of drawn pages cannot be embedded")]
    Type,
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

/// Zlib at the default level.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
