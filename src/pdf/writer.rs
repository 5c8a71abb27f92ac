//! [`PdfWriter`]: one page after another, each written out before the next comes.

use std::io::{Read, Write};

use pdf_writer::{Content, Name, Rect, Ref};

use super::font::UsedText;
use super::frame::Frame;
use super::metadata::DocumentInfo;
use super::place::place;
use super::{PdfError, picture, text};
use crate::model::PageRecord;

/// The picture's name in the page's resources.
const PICTURE: Name<'static> = Name(b"P");

/// A PDF/A-2u file under way. In memory are the offsets of its objects (24 bytes a page), the open branch of the page
/// tree and the set of characters used; pages are not.
///
/// The same calls give the same bytes. After an error the file is worthless and the writer must be dropped.
pub struct PdfWriter<W: Write> {
    frame: Frame<W>,
    used: UsedText,
    /// Reserved by the first page with text.
    font: Option<Ref>,
    pages: u32,
}

impl<W: Write> PdfWriter<W> {
    /// Starts a file on `out`, which should be buffered.
    ///
    /// # Errors
    /// [`PdfError::Language`], [`PdfError::Write`].
    pub fn begin(out: W, info: &DocumentInfo) -> Result<Self, PdfError> {
        Ok(Self { frame: Frame::begin(out, info)?, used: UsedText::default(), font: None, pages: 0 })
    }

    /// Adds a page: its picture, read from `stream` to its end and compared with the record's digest on the way, and
    /// its text. `bookmark` is the title under which the outline leads here.
    ///
    /// # Errors
    /// Everything of [`PdfError`] but `Language`, `NoPages` and `Reread`.
    pub fn page(&mut self, record: &PageRecord, stream: &mut dyn Read, bookmark: Option<&str>) -> Result<(), PdfError> {
        self.pages = self.pages.saturating_add(1);
        let nonsense = PdfError::Nonsense { page: self.pages };
        let Some(place) = place(record) else { return Err(nonsense) };
        let frame = &mut self.frame;
        let objects = &mut frame.objects;
        let (picture_id, content_id, page_id) = (objects.reserve()?, objects.reserve()?, objects.reserve()?);

        picture::write(&record.image, stream, picture_id, self.pages, objects)?;

        let mut content = Content::new();
        content.save_state();
        content.transform(place.image_matrix((record.width_px, record.height_px)));
        content.x_object(PICTURE).restore_state();
        let picture_only = content.len();
        if text::write(record, &place, &mut self.used, &mut content).is_none() {
            return Err(nonsense);
        }
        let has_text = content.len() > picture_only;
        frame.identify(&record.image.digest.0);
        frame.content(content_id, &content.finish())?;

        let font = match self.font {
            None if has_text => Some(frame.objects.reserve()?),
            known => known,
        };
        self.font = font;
        frame.page(page_id, |page| {
            page.media_box(Rect::new(0.0, 0.0, place.width, place.height)).contents(content_id);
            if place.user_unit > 1.0 {
                page.user_unit(place.user_unit);
            }
            let mut resources = page.resources();
            resources.x_objects().pair(PICTURE, picture_id);
            if let Some(font) = font.filter(|_| has_text) {
                resources.fonts().pair(text::FONT, font);
            }
        })?;
        bookmark.map_or(Ok(()), |title| frame.bookmark(title, page_id))
    }

    /// Writes what belongs to the whole document, flushes, and gives the target back.
    ///
    /// # Errors
    /// [`PdfError::NoPages`], [`PdfError::TooLarge`], [`PdfError::Write`].
    pub fn finish(self) -> Result<W, PdfError> {
        let Self { mut frame, used, font, .. } = self;
        if let Some(font) = font {
            used.write(font, &mut frame.objects)?;
        }
        frame.finish(|_| {})
    }
}
