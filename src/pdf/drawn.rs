//! [`DrawnPdf`]: PDF/A-2u of drawn pages, each written out before the next comes.

use std::io::Write;

use pdf_writer::{Content, Name, Rect, Ref, Str};

use super::PdfError;
use super::drawing::{Drawing, Mark};
use super::face::{Face, UsedGlyphs};
use super::frame::Frame;
use super::metadata::DocumentInfo;

/// Points in a millimetre.
const PT: f32 = 72.0 / 25.4;

/// What a viewer offers first when the file is printed (ISO 32000-1, table 150).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintHints {
    /// Not to be scaled, though it comes near the paper's edge.
    pub true_size: bool,
    /// Printed on both sides, or on one; `None` leaves it to the printer.
    pub both_sides: Option<bool>,
}

/// A file of drawn pages under way. In memory are the offsets of its objects (24 bytes a page), the open branch of the
/// page tree and the set of glyphs used; pages are not.
///
/// The same calls give the same bytes. After an error the file is worthless and the writer must be dropped.
pub struct DrawnPdf<W: Write> {
    frame: Frame<W>,
    hints: PrintHints,
    faces: [Used; 2],
}

struct Used {
    glyphs: UsedGlyphs,
    font: Ref,
}

impl<W: Write> DrawnPdf<W> {
    /// Starts a file on `out`, which should be buffered.
    ///
    /// # Errors
    /// [`PdfError::Language`], [`PdfError::Write`].
    pub fn begin(out: W, info: &DocumentInfo, hints: PrintHints) -> Result<Self, PdfError> {
        let mut frame = Frame::begin(out, info)?;
        let [regular, medium] = Face::ALL.map(|face| (UsedGlyphs::new(face), frame.objects.reserve()));
        let faces = [Used { glyphs: regular.0, font: regular.1? }, Used { glyphs: medium.0, font: medium.1? }];
        Ok(Self { frame, hints, faces })
    }

    /// Adds a page; `bookmark` is the title under which the outline leads here.
    ///
    /// # Errors
    /// [`PdfError::TooLarge`], [`PdfError::Write`].
    pub fn page(&mut self, drawing: &Drawing, bookmark: Option<&str>) -> Result<(), PdfError> {
        let content = self.content(drawing);
        let (content_id, page_id) = (self.frame.objects.reserve()?, self.frame.objects.reserve()?);
        self.frame.content(content_id, &content)?;
        let faces = &self.faces;
        self.frame.page(page_id, |page| {
            let size = Rect::new(0.0, 0.0, drawing.width_mm * PT, drawing.height_mm * PT);
            page.media_box(size).contents(content_id);
            let mut resources = page.resources();
            let mut fonts = resources.fonts();
            for (face, used) in Face::ALL.iter().zip(faces) {
                fonts.pair(face.resource(), used.font);
            }
        })?;
        bookmark.map_or(Ok(()), |title| self.frame.bookmark(title, page_id))
    }

    /// Writes what belongs to the whole document, flushes, and gives the target back.
    ///
    /// # Errors
    /// [`PdfError::NoPages`], [`PdfError::TooLarge`], [`PdfError::Type`], [`PdfError::Write`].
    pub fn finish(self) -> Result<W, PdfError> {
        let Self { mut frame, hints, faces } = self;
        for used in faces {
            used.glyphs.write(used.font, &mut frame.objects)?;
        }
        frame.finish(|preferences| {
            if hints.true_size {
                preferences.pair(Name(b"PrintScaling"), Name(b"None"));
            }
            if let Some(both) = hints.both_sides {
                let way = if both { &b"DuplexFlipLongEdge"[..] } else { b"Simplex" };
                preferences.pair(Name(b"Duplex"), Name(way));
            }
        })
    }

    /// The content stream. Its unit is the millimetre for shapes, from the bottom left, and the point for type.
    fn content(&mut self, drawing: &Drawing) -> Vec<u8> {
        let mut content = Content::new();
        // Explicit, though black is where every page begins: some printers' drivers ask for it.
        content.set_fill_gray(0.0);
        let height = drawing.height_mm;
        for mark in &drawing.marks {
            match mark {
                Mark::Bar([x, y, wide, high]) => {
                    content.rect(x * PT, (height - y - high) * PT, wide * PT, high * PT).fill_nonzero();
                }
                Mark::Modules { x_mm, y_mm, module_mm, runs } => {
                    // The y axis points down, as rows are counted.
                    let side = module_mm * PT;
                    content.save_state().transform([side, 0.0, 0.0, -side, x_mm * PT, (height - y_mm) * PT]);
                    for &[column, row, count] in runs {
                        content.rect(column.into(), row.into(), count.into(), 1.0);
                    }
                    content.fill_nonzero().restore_state();
                }
                Mark::Text { x_mm, y_mm, face, size_pt, text } => {
                    let codes = self.faces[*face as usize].glyphs.encode(text);
                    content.begin_text().set_font(face.resource(), *size_pt);
                    content.next_line(x_mm * PT, (height - y_mm) * PT).show(Str(&codes)).end_text();
                }
            }
        }
        content.finish().to_vec()
    }
}
