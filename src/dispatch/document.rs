//! One document's PDF: the ledger's records and the pictures' bytes, page after page, into the target.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::RunError;
use crate::ledger::{DocumentPage, DocumentRow, Ledger, LedgerError, PageKey, Store, StoreError};
use crate::model::{Digest, Fault, FaultKind, ImageStream, PageOrder, Stage};
use crate::pdf::{DocumentInfo, PdfError, PdfWriter, reread};

/// Why a document was not written.
#[derive(Debug)]
pub(super) enum DocumentError {
    /// One page is at fault; the others can go on.
    Page(PageKey, Fault),
    /// The document as it is cannot be a PDF.
    Document(Fault),
    /// The target refused bytes.
    Write(io::Error),
    /// The run has to stop.
    Run(RunError),
}

impl From<LedgerError> for DocumentError {
    fn from(error: LedgerError) -> Self {
        Self::Run(error.into())
    }
}

/// Writes the PDF, and returns the digests of its pictures, in order.
pub(super) fn write(
    out: impl Write,
    ledger: &Ledger,
    store: &Store,
    document: &DocumentRow,
    info: &DocumentInfo,
) -> Result<Vec<Digest>, DocumentError> {
    let mut pictures = Vec::new();
    let mut pdf = PdfWriter::begin(out, info).map_err(|error| told(error, None))?;
    let (mut position, mut scan) = (None, None);
    while let Some(page) = ledger.next_page(document.id, position)? {
        let bookmark = match scan {
            None => Some(document.type_name.as_str()),
            // In a collated document every page may come from another file than the one before.
            Some(scan) if scan != page.page.scan && document.order == PageOrder::Scanned => Some(stem(&page.name)),
            Some(_) => None,
        };
        let mut picture = open_picture(&page, store)
            .map_err(|error| DocumentError::Page(page.page, Fault::new(Stage::Deliver, FaultKind::Io, error)))?;
        pdf.page(&page.record, &mut picture, bookmark).map_err(|error| told(error, Some(page.page)))?;
        pictures.push(page.record.image.digest);
        (position, scan) = (Some(page.position), Some(page.page.scan));
    }
    pdf.finish().map_err(|error| told(error, None))?;
    Ok(pictures)
}

/// Reads the PDF again and compares.
pub(super) fn check(part: &Path, pictures: &[Digest]) -> Result<(), DocumentError> {
    reread(part, pictures).map_err(|error| told(error, None))
}

/// The picture's bytes; a message without paths if there are none.
fn open_picture(page: &DocumentPage, store: &Store) -> Result<Box<dyn Read>, String> {
    match page.record.image.stream {
        ImageStream::InScan(range) => {
            let open = || -> io::Result<_> {
                let mut file = File::open(&page.path)?;
                file.seek(SeekFrom::Start(range.offset))?;
                Ok(Box::new(BufReader::with_capacity(1 << 18, file.take(range.len))) as Box<dyn Read>)
            };
            open().map_err(|error| error.to_string())
        }
        ImageStream::Stored { digest, .. } => match store.open_object(digest) {
            Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 18, file))),
            Err(StoreError::Io { source, .. }) => Err(source.to_string()),
            Err(error @ StoreError::Mismatch) => Err(error.to_string()),
        },
    }
}

/// What an error of the PDF writer means for the line.
fn told(error: PdfError, page: Option<PageKey>) -> DocumentError {
    let detail = error.to_string();
    let kind = match error {
        PdfError::Write(source) => return DocumentError::Write(source),
        PdfError::Language | PdfError::Type => return DocumentError::Run(RunError::Pdf(error)),
        PdfError::Picture { .. } => FaultKind::Io,
        PdfError::PictureLength { .. } | PdfError::PictureChanged { .. } => FaultKind::Changed,
        PdfError::Nonsense { .. } | PdfError::Reread(_) => FaultKind::Nonsense,
        PdfError::NoPages => FaultKind::NoPages,
        PdfError::TooLarge => FaultKind::OverLimit,
    };
    let fault = Fault::new(Stage::Pdf, kind, detail);
    match page {
        // A document that is too large is so with any of its pages.
        Some(page) if kind != FaultKind::OverLimit => DocumentError::Page(page, fault),
        _ => DocumentError::Document(fault),
    }
}

/// A scan's name for people: without folders and ending.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem })
}
