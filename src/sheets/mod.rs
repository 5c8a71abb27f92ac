//! Sheets that the program prints itself: separators, and the table of contents of a case.
//!
//! In: what a separator orders ([`SheetOrder`](crate::model::SheetOrder)), the rows of a table. Out: PDF/A-2u of A4 pages,
//! streamed. Knows [`model`](crate::model) for the order's text, [`pdf`](crate::pdf) for the writing; no files, no case.
//!
//! `list` reads lists of cases, `patch` knows the bars, `symbol` the QR code, `setting` breaks and shrinks text, `separator` and `contents` place
//! everything on pages; all of these are pure. [`SeparatorPrint`] and [`contents()`] write.

mod contents;
pub mod list;
mod orders;
mod patch;
mod print;
mod separator;
mod serial;
mod setting;
mod symbol;

pub use contents::{Contents, ContentsRow, contents};
pub use orders::{MAX_COUNT, case_number, type_name};
pub use patch::{EDGE_MM, bars_mm, code_of, on_all_edges};
pub use print::{SeparatorPrint, Sides};
pub use serial::Serials;

use crate::pdf::PdfError;

/// Why sheets could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The order's text is longer than a code holds that a scan of 150 dpi shows.
    #[error("the case number and the type are too long for the QR code of one sheet")]
    TooLong,
    /// The system gave no random numbers.
    #[error("get random numbers for the sheets' serial numbers: {0}")]
    Random(getrandom::Error),
    /// The file could not be written.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}
