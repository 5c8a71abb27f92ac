//! [`SeparatorPrint`]: separator sheets into one file, each written out before the next comes.

use std::io::Write;

use super::{SheetError, separator};
use crate::model::SheetOrder;
use crate::pdf::{DocumentInfo, DrawnPdf, PrintHints};

/// Which sides of the paper are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// The front; the back stays blank.
    #[default]
    One,
    /// Both, with the same content: either side may lie up, and a scanner that reads both finds no blank page.
    Both,
}

/// Separator sheets under way. Memory does not grow with their number but for 24 bytes a page.
pub struct SeparatorPrint<W: Write> {
    pdf: DrawnPdf<W>,
    sides: Sides,
}

impl<W: Write> SeparatorPrint<W> {
    /// Starts a print on `out`, which should be buffered.
    ///
    /// # Errors
    /// [`SheetError::Pdf`].
    pub fn begin(out: W, sides: Sides, created: jiff::Timestamp) -> Result<Self, SheetError> {
        let info = DocumentInfo { title: "Trennblätter".into(), language: "de".into(), created, subject: None };
        let hints = PrintHints { true_size: true, both_sides: Some(sides == Sides::Both) };
        Ok(Self { pdf: DrawnPdf::begin(out, &info, hints)?, sides })
    }

    /// Adds the sheet of an order.
    ///
    /// # Errors
    /// [`SheetError::TooLong`], after which the print may go on; [`SheetError::Pdf`].
    pub fn sheet(&mut self, order: &SheetOrder) -> Result<(), SheetError> {
        let drawing = separator::draw(order)?;
        let pages = match self.sides {
            Sides::One => 1,
            Sides::Both => 2,
        };
        (0..pages).try_for_each(|_| Ok(self.pdf.page(&drawing, None)?))
    }

    /// Ends the print and gives the target back, flushed.
    ///
    /// # Errors
    /// [`SheetError::Pdf`], also where there is no sheet.
    pub fn finish(self) -> Result<W, SheetError> {
        Ok(self.pdf.finish()?)
    }
}
