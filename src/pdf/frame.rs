//! What every file has around its pages: header, metadata, output intent, page tree, outline, catalogue, trailer.

use std::io::Write;

use pdf_writer::types::{NumberingStyle, OutputIntentSubtype, PageMode};
use pdf_writer::writers::{Catalog, Page, PageLabel, ViewerPreferences};
use pdf_writer::{Filter, Finish, Name, Ref, TextStr};
use sha2::{Digest as _, Sha256};

use super::metadata::DocumentInfo;
use super::objects::Objects;
use super::outline::Outline;
use super::tree::PageTree;
use super::{PdfError, deflate, icc};

/// A file under way, without its pages' content.
pub(super) struct Frame<W: Write> {
    pub(super) objects: Objects<W>,
    info: DocumentInfo,
    ids: Fixed,
    tree: PageTree,
    outline: Outline,
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

impl<W: Write> Frame<W> {
    /// Starts a file on `out`.
    pub(super) fn begin(out: W, info: &DocumentInfo) -> Result<Self, PdfError> {
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
        let (tree, outline) = (PageTree::default(), Outline::default());
        Ok(Self { objects, info, ids, tree, outline, identity })
    }

    /// Takes what makes this file different from others.
    pub(super) fn identify(&mut self, bytes: &[u8]) {
        self.identity.update(bytes);
    }

    /// Writes a content stream as object `id`.
    pub(super) fn content(&mut self, id: Ref, content: &[u8]) -> Result<(), PdfError> {
        self.identity.update(content);
        let packed = deflate(content);
        self.objects.write(id, |chunk| {
            chunk.stream(id, &packed).filter(Filter::FlateDecode);
        })
    }

    /// Writes the next page as object `id`; `describe` adds all but its parent.
    pub(super) fn page(&mut self, id: Ref, describe: impl FnOnce(&mut Page<'_>)) -> Result<(), PdfError> {
        let parent = self.tree.push(id, &mut self.objects)?;
        self.objects.write(id, |chunk| {
            let mut page = chunk.page(id);
            page.parent(parent);
            describe(&mut page);
        })
    }

    /// Adds a bookmark that leads to `page`.
    pub(super) fn bookmark(&mut self, title: &str, page: Ref) -> Result<(), PdfError> {
        self.identity.update(title.as_bytes());
        self.outline.push(title, page, &mut self.objects)
    }

    /// Writes what belongs to the whole document but its fonts, flushes, and gives the target back. `prefer` adds to
    /// the viewer preferences.
    pub(super) fn finish(self, prefer: impl FnOnce(&mut ViewerPreferences<'_>)) -> Result<W, PdfError> {
        let Self { mut objects, info, ids, tree, outline, identity } = self;
        let pages = tree.finish(&mut objects)?.ok_or(PdfError::NoPages)?;
        let outlines = outline.finish(&mut objects)?;
        objects.write(ids.catalog, |chunk| {
            let mut catalog = chunk.indirect(ids.catalog).start::<Catalog>();
            catalog.pages(pages).metadata(ids.xmp).lang(TextStr(&info.language));
            let mut preferences = catalog.viewer_preferences();
            preferences.display_doc_title(true);
            prefer(&mut preferences);
            preferences.finish();
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
