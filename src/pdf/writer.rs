//! [`PdfWriter`]: one page after another, each written out before the next comes.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{NumberingStyle, OutputIntentSubtype, PageMode};
use pdf_writer::writers::{Catalog, PageLabel};
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref, TextStr};
use sha2::{Digest as _, Sha256};

use super::font::UsedText;
use super::metadata::DocumentInfo;
use super::objects::Objects;
use super::outline::Outline;
use super::place::place;
use super::tree::PageTree;
use super::{PdfError, icc, picture, text};
use crate::model::PageRecord;

/// The picture's name in the page's resources.
const PICTURE: Name<'static> = Name(b"P");

/// A PDF/A-2u file under way. In memory are the offsets of its objects (24 bytes a page), the open branch of the page
/// tree and the set of characters used; pages are not.
///
/// The same calls give the same bytes. After an error the file is worthless and the writer must be dropped.
pub struct PdfWriter<W: Write> {
    objects: Objects<W>,
    info: DocumentInfo,
    ids: Fixed,
    tree: PageTree,
    outline: Outline,
    used: UsedText,
    /// Reserved by the first page with text.
    font: Option<Ref>,
    pages: u32,
    /// Over everything that makes the file different from others; becomes its `/ID`.
    identity: Sha256,
}

/// Objects that every file has once.
struct Fixed {
    catalog: Ref,
    info: Ref,
    xmp: Ref,
    profile: Ref,
}

impl<W: Write> PdfWriter<W> {
    /// Starts a file on `out`, which should be buffered.
    ///
    /// # Errors
    /// [`PdfError::Language`], [`PdfError::Write`].
    pub fn begin(out: W, info: &DocumentInfo) -> Result<Self, PdfError> {
        let info = info.checked()?;
        let mut objects = Objects::begin(out)?;
        let mut reserve = || objects.reserve();
        let ids = Fixed { catalog: reserve()?, info: reserve()?, xmp: reserve()?, profile: reserve()? };
        let xmp = info.xmp();
        let mut identity = Sha256::new();
        identity.update(xmp.as_bytes());

        objects.write(ids.info, |chunk| info.write_info(ids.info, chunk))?;
        objects.write(ids.xmp, |chunk| {
            chunk.metadata(ids.xmp, xmp.as_bytes());
        })?;
        let profile = deflate(&icc::srgb());
        objects.write(ids.profile, |chunk| {
            let mut stream = chunk.icc_profile(ids.profile, &profile);
            stream.n(3).filter(Filter::FlateDecode);
        })?;
        Ok(Self {
            objects,
            info,
            ids,
            tree: PageTree::default(),
            outline: Outline::default(),
            used: UsedText::default(),
            font: None,
            pages: 0,
            identity,
        })
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
        let objects = &mut self.objects;
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
        let content = content.finish();
        self.identity.update(record.image.digest.0);
        self.identity.update(&*content);
        let packed = deflate(&content);
        objects.write(content_id, |chunk| {
            chunk.stream(content_id, &packed).filter(Filter::FlateDecode);
        })?;

        let parent = self.tree.push(page_id, objects)?;
        let font = match self.font {
            None if has_text => Some(objects.reserve()?),
            known => known,
        };
        self.font = font;
        objects.write(page_id, |chunk| {
            let mut page = chunk.page(page_id);
            page.parent(parent).media_box(Rect::new(0.0, 0.0, place.width, place.height)).contents(content_id);
            if place.user_unit > 1.0 {
                page.user_unit(place.user_unit);
            }
            let mut resources = page.resources();
            resources.x_objects().pair(PICTURE, picture_id);
            if let Some(font) = font.filter(|_| has_text) {
                resources.fonts().pair(text::FONT, font);
            }
        })?;
        if let Some(title) = bookmark {
            self.identity.update(title.as_bytes());
            self.outline.push(title, page_id, objects)?;
        }
        Ok(())
    }

    /// Writes what belongs to the whole document, flushes, and gives the target back.
    ///
    /// # Errors
    /// [`PdfError::NoPages`], [`PdfError::TooLarge`], [`PdfError::Write`].
    pub fn finish(self) -> Result<W, PdfError> {
        let Self { mut objects, info, ids, tree, outline, used, font, identity, .. } = self;
        let pages = tree.finish(&mut objects)?.ok_or(PdfError::NoPages)?;
        let outlines = outline.finish(&mut objects)?;
        if let Some(font) = font {
            used.write(font, &mut objects)?;
        }
        objects.write(ids.catalog, |chunk| {
            let mut catalog = chunk.indirect(ids.catalog).start::<Catalog>();
            catalog.pages(pages).metadata(ids.xmp).lang(TextStr(&info.language));
            catalog.viewer_preferences().display_doc_title(true);
            if let Some(outlines) = outlines {
                catalog.outlines(outlines).page_mode(PageMode::UseOutlines);
            }
            // Pages are labelled 1, 2, 3 ...
            let mut labels = catalog.insert(Name(b"PageLabels")).dict();
            let mut ranges = labels.insert(Name(b"Nums")).array();
            ranges.item(0).push().start::<PageLabel>().style(NumberingStyle::Arabic).offset(1);
            ranges.finish();
            labels.finish();
            let mut intents = catalog.output_intents();
            let mut intent = intents.push();
            intent.subtype(OutputIntentSubtype::PDFA).output_condition_identifier(TextStr("sRGB"));
            intent.info(TextStr("sRGB IEC61966-2.1")).dest_output_profile(ids.profile);
        })?;
        let digest = identity.finalize();
        let mut file_id = [0; 16];
        file_id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        objects.finish(ids.catalog, ids.info, &file_id)
    }
}

/// Zlib at the default level.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
