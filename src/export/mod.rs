//! Page records in, text, JSON, hOCR or ALTO out.
//!
//! In: the records of a file's pages, one after another. Out: bytes on any `Write`, one document for each file. Pure:
//! knows no file system, no engine, no ledger. All places are scan pixels, so that they can be compared with the scan.

mod alto;
mod blocks;
mod hocr;
mod json;
mod text;
mod xml;

use std::io::{self, Write};

use crate::model::PageRecord;

/// What a reader wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Plain text, UTF-8: a line for each line, an empty line before a block, a form feed between pages.
    Text,
    /// One object: `file` and `pages`, each with everything that is known of it.
    Json,
    /// hOCR 1.2, well-formed XHTML.
    Hocr,
    /// ALTO 4.4, the Library of Congress' XML for OCR.
    Alto,
}

impl ExportFormat {
    /// The usual ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Hocr => "hocr",
            Self::Alto => "xml",
        }
    }
}

/// A page to be written.
#[derive(Clone, Copy, Debug)]
struct ExportPage<'a> {
    /// Name of the scan file, as it shall appear.
    file: &'a str,
    /// Position in the file, from 1.
    number: u32,
    record: &'a PageRecord,
}

/// One document under way; it holds no page.
pub struct Exporter<W: Write> {
    out: W,
    format: ExportFormat,
    file: String,
    pages: u32,
}

impl<W: Write> Exporter<W> {
    /// Starts the document of a scan file. `file` is its name, as it shall appear in the output.
    ///
    /// # Errors
    /// Those of the target.
    pub fn begin(mut out: W, format: ExportFormat, file: &str) -> io::Result<Self> {
        match format {
            ExportFormat::Text => {}
            ExportFormat::Json => json::begin(&mut out, file)?,
            ExportFormat::Hocr => hocr::begin(&mut out, file)?,
            ExportFormat::Alto => alto::begin(&mut out, file)?,
        }
        Ok(Self { out, format, file: file.into(), pages: 0 })
    }

    /// Adds a page; `number` is its position in the file, from 1 (pages that were held are missing, not renumbered).
    ///
    /// # Errors
    /// Those of the target.
    pub fn page(&mut self, number: u32, record: &PageRecord) -> io::Result<()> {
        let (out, first) = (&mut self.out, self.pages == 0);
        let page = ExportPage { file: &self.file, number, record };
        match self.format {
            ExportFormat::Text => text::page(out, page, first)?,
            ExportFormat::Json => json::page(out, page, first)?,
            ExportFormat::Hocr => hocr::page(out, page)?,
            ExportFormat::Alto => alto::page(out, page)?,
        }
        self.pages = self.pages.saturating_add(1);
        Ok(())
    }

    /// Ends the document, flushes, and gives the target back.
    ///
    /// # Errors
    /// Those of the target.
    pub fn end(mut self) -> io::Result<W> {
        match self.format {
            ExportFormat::Text => {}
            ExportFormat::Json => json::end(&mut self.out)?,
            ExportFormat::Hocr => hocr::end(&mut self.out)?,
            ExportFormat::Alto => alto::end(&mut self.out)?,
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
