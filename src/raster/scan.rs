//! An opened scan: whichever format it has, pages come out.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Cause, DecodeError};
use super::format::Format;
use super::jpeg::{self, Structure};
use super::pdf::PdfScan;
use super::tiff::TiffScan;
use super::{DecodeParams, Grey, png, resolution};
use crate::model::{ByteRange, ColourMode, ImageCodec, Placement, Resolution};

/// A scan file that was opened and whose pages were counted.
pub struct ScanFile {
    kind: Kind,
    params: DecodeParams,
}

enum Kind {
    Tiff(TiffScan),
    Jpeg(Vec<u8>),
    Png(Vec<u8>),
    Pdf(PdfScan),
}

/// One page, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedPage {
    /// The scan's pixels as stored, not turned.
    pub grey: Grey,
    /// Along x and y of the scan's pixels.
    pub resolution: Resolution,
    /// How the page lies in the scan as far as the file says: EXIF or TIFF `Orientation`, `/Rotate` and the matrix of a
    /// PDF.
    pub tagged: Placement,
    /// What the pixels hold.
    pub colour: ColourMode,
    /// The same pixels as a stream for a PDF.
    pub picture: Picture,
}

/// An image stream, and what a PDF image dictionary must say about it. Its pixels lie as in [`DecodedPage::grey`].
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The encoding.
    pub codec: ImageCodec,
    /// Columns.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// The bytes, or where they lie.
    pub data: PictureData,
    /// The coded pixels are the scanner's own, bit for bit. Where a file keeps them in pieces (PNG chunks, the tables of
    /// a JPEG in a TIFF) they were put together without touching the entropy-coded data.
    pub original: bool,
}

/// Where a picture's bytes are.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureData {
    /// In the scan file.
    InScan(ByteRange),
    /// Here.
    Bytes(Vec<u8>),
}

impl ScanFile {
    /// Opens the scan at `path` and counts its pages; see [`ScanFile::read`].
    ///
    /// # Errors
    /// As [`ScanFile::read`], or the file cannot be opened.
    pub fn open(path: &Path, params: &DecodeParams) -> Result<Self, DecodeError> {
        Self::read(File::open(path).map_err(|e| DecodeError::Open(e.into()))?, params)
    }

    /// Takes the scan in `file`, which stands at its beginning, and counts its pages. The format is told by the first
    /// bytes, never by a name.
    ///
    /// # Errors
    /// [`DecodeError::Open`]: empty, unknown, cut short, damaged, encrypted, without a page, or over a limit.
    pub fn read(file: File, params: &DecodeParams) -> Result<Self, DecodeError> {
        let kind = Self::kind(file, params).map_err(DecodeError::Open)?;
        Ok(Self { kind, params: params.clone() })
    }

    fn kind(mut file: File, params: &DecodeParams) -> Result<Kind, Cause> {
        let len = file.metadata()?.len();
        let mut head = Vec::with_capacity(1024);
        Read::by_ref(&mut file).take(1024).read_to_end(&mut head)?;
        match Format::of(&head)? {
            Format::Tiff => Ok(Kind::Tiff(TiffScan::open(file, len, params)?)),
            Format::Jpeg => {
                let bytes = rest(head, file, len, params)?;
                Structure::read(&bytes)?;
                Ok(Kind::Jpeg(bytes))
            }
            Format::Png => {
                let bytes = rest(head, file, len, params)?;
                png::image_data(&bytes)?;
                Ok(Kind::Png(bytes))
            }
            Format::Pdf => Ok(Kind::Pdf(PdfScan::open(rest(head, file, len, params)?, params)?)),
        }
    }

    /// The number of pages, at least 1. Where a TIFF breaks off between two pages, what is missing counts as one page
    /// more, which does not decode: nothing gets lost unseen.
    pub fn pages(&self) -> u32 {
        match &self.kind {
            Kind::Tiff(scan) => scan.pages(),
            Kind::Jpeg(_) | Kind::Png(_) => 1,
            Kind::Pdf(scan) => scan.pages(),
        }
    }

    /// Decodes page `index`, counted from 0. After an error the other pages can still be read.
    ///
    /// # Errors
    /// [`DecodeError::Page`]: this page is damaged, over a limit, or of a kind that is not read. A page is never
    /// delivered in part.
    pub fn page(&mut self, index: u32) -> Result<DecodedPage, DecodeError> {
        let page = match &mut self.kind {
            Kind::Tiff(scan) => scan.page(index, &self.params),
            Kind::Jpeg(bytes) if index == 0 => jpeg_page(bytes, &self.params),
            Kind::Png(bytes) if index == 0 => png_page(bytes, &self.params),
            Kind::Jpeg(_) | Kind::Png(_) => Err(Cause::NoPages),
            Kind::Pdf(scan) => scan.page(index, &self.params),
        };
        page.map_err(DecodeError::Page)
    }
}

fn rest(mut head: Vec<u8>, mut file: File, len: u64, params: &DecodeParams) -> Result<Vec<u8>, Cause> {
    head.reserve_exact(params.admit_bytes(len)?.saturating_sub(head.len()));
    Read::by_ref(&mut file).take(params.max_unpacked_bytes).read_to_end(&mut head)?;
    Ok(head)
}

fn jpeg_page(bytes: &[u8], params: &DecodeParams) -> Result<DecodedPage, Cause> {
    let structure = Structure::read(bytes)?;
    let size = (structure.width, structure.height);
    let (grey, colour, picture) = match structure.passes_through() {
        Some(components) => {
            let picture = Picture {
                codec: ImageCodec::Jpeg { components },
                width_px: size.0,
                height_px: size.1,
                data: PictureData::InScan(ByteRange { offset: 0, len: structure.len as u64 }),
                original: true,
            };
            let colour = if components == 1 { ColourMode::Grey } else { ColourMode::Colour };
            (jpeg::grey(bytes, &structure, params)?, colour, picture)
        }
        None => jpeg::pixels(bytes, &structure, params)?
            .encoded(params)
            .ok_or_else(|| Cause::corrupt("the JPEG has fewer pixels than it says"))?,
    };
    let tagged = Placement::from_exif(structure.exif.orientation.unwrap_or(1));
    let resolution = resolution::believed(structure.dpi(), size, params.assumed_dpi);
    Ok(DecodedPage { grey, resolution, tagged, colour, picture })
}

fn png_page(bytes: &[u8], params: &DecodeParams) -> Result<DecodedPage, Cause> {
    let png::Decoded { grey, colour, picture, dpi, exif } = png::decode(bytes, params)?;
    let tagged = Placement::from_exif(exif.orientation.unwrap_or(1));
    let resolution = resolution::believed(dpi.or(exif.dpi), grey.size(), params.assumed_dpi);
    Ok(DecodedPage { grey, resolution, tagged, colour, picture })
}
