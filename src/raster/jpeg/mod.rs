//! JPEG: the structure of a stream, and its pixels.

mod block;
mod entropy;
mod huffman;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::error::Cause;
use super::exif::{self, Exif};
use super::pixels::{Pixels, Rgb};
use super::{DecodeParams, Grey};

/// Scans of one image: encoders make about ten; thousands are an attack on the reader's time.
const MAX_SCANS: u32 = 100;

/// What the markers of one JPEG image say (ITU-T T.81, annex B).
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub width: u32,
    pub height: u32,
    /// Component identifiers, in the order of the frame header.
    pub components: Vec<u8>,
    /// Bits a sample.
    pub precision: u8,
    /// The frame's marker: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, others are rare.
    pub frame: u8,
    /// The colour transform of an Adobe marker.
    pub adobe_transform: Option<u8>,
    /// A JFIF marker is present: three components are YCbCr.
    pub jfif: bool,
    /// In dots per inch, from JFIF.
    pub jfif_dpi: Option<(f32, f32)>,
    pub exif: Exif,
    /// Bytes from SOI to the end of EOI; what follows is not part of the image.
    pub len: usize,
}

impl Structure {
    /// Walks the markers up to the end of the image. A stream that ends earlier is cut short.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Cause> {
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err(Cause::corrupt("the JPEG does not begin with its start marker"));
        }
        let mut found = Self {
            width: 0,
            height: 0,
            components: Vec::new(),
            precision: 0,
            frame: 0,
            adobe_transform: None,
            jfif: false,
            jfif_dpi: None,
            exif: Exif::default(),
            len: 0,
        };
        let cut = || Cause::truncated("the JPEG has no end marker");
        let (mut at, mut scans) = (2, 0);
        loop {
            let start = at + bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xFF)).ok_or_else(cut)?;
            let marker_at =
                start + bytes.get(start..).and_then(|rest| rest.iter().position(|&b| b != 0xFF)).ok_or_else(cut)?;
            let marker = *bytes.get(marker_at).ok_or_else(cut)?;
            at = marker_at + 1;
            match marker {
                // Within entropy-coded data: a stuffed 0xFF, or a restart marker.
                0x00 | 0x01 | 0xD0..=0xD7 => continue,
                0xD8 => return Err(Cause::corrupt("a second JPEG begins within the first")),
                0xD9 if scans == 0 => return Err(Cause::corrupt("the JPEG ends without image data")),
                0xD9 => {
                    found.len = at;
                    return Ok(found);
                }
                _ => {}
            }
            let len = bytes.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]]))).ok_or_else(cut)?;
            let payload = bytes.get(at + 2..at + len.max(2)).ok_or_else(cut)?;
            match marker {
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => found.frame_header(marker, payload)?,
                0xDA if scans == MAX_SCANS => return Err(Cause::unsupported("a JPEG of more than 100 scans")),
                0xDA => scans += 1,
                0xDC => return Err(Cause::unsupported("a JPEG that defines its height after the first scan")),
                0xE0 if payload.starts_with(b"JFIF\0") => found.jfif_header(payload),
                0xE1 if payload.starts_with(b"Exif\0") => found.exif = exif::read(payload.get(6..).unwrap_or(&[])),
                0xEE if payload.starts_with(b"Adobe") => found.adobe_transform = payload.get(11).copied(),
                _ => {}
            }
            at += len.max(2);
        }
    }

    fn frame_header(&mut self, marker: u8, payload: &[u8]) -> Result<(), Cause> {
        if self.frame != 0 {
            return Err(Cause::unsupported("a JPEG of several frames"));
        }
        let [precision, y1, y0, x1, x0, count, rest @ ..] = payload else {
            return Err(Cause::corrupt("the frame header of the JPEG is too short"));
        };
        self.frame = marker;
        self.precision = *precision;
        self.height = u32::from(u16::from_be_bytes([*y1, *y0]));
        self.width = u32::from(u16::from_be_bytes([*x1, *x0]));
        self.components = rest.chunks_exact(3).take(usize::from(*count)).map(|c| c[0]).collect();
        if self.components.len() != usize::from(*count) {
            return Err(Cause::corrupt("the frame header of the JPEG is too short"));
        }
        Ok(())
    }

    fn jfif_header(&mut self, payload: &[u8]) {
        self.jfif = true;
        let Some(&[unit, x1, x0, y1, y0]) = payload.get(7..12) else { return };
        let per_inch = match unit {
            1 => 1.0,
            2 => 2.54,
            _ => return,
        };
        let dpi = |b1, b0| f32::from(u16::from_be_bytes([b1, b0])) * per_inch;
        self.jfif_dpi = Some((dpi(x1, x0), dpi(y1, y0)));
    }

    /// The resolution that the stream claims; EXIF is written later in a picture's life than JFIF, but scanners fill JFIF.
    pub(crate) fn dpi(&self) -> Option<(f32, f32)> {
        self.jfif_dpi.filter(|(x, y)| *x > 1.0 && *y > 1.0).or(self.exif.dpi)
    }

    /// Whether the three components are red, green and blue themselves: an Adobe marker says so, or, without any marker,
    /// their names do (libjpeg's rule).
    fn is_rgb(&self) -> bool {
        match self.adobe_transform {
            Some(transform) => transform == 0,
            None => !self.jfif && self.components == *b"RGB",
        }
    }

    /// The number of components if a PDF can hold the stream as it is: 8 bits, grey or three components, sequential or
    /// progressive Huffman coding (ISO 32000-1, 7.4.8), and colours that DCTDecode takes as we do: it reads Adobe's
    /// marker, but knows no component names.
    pub(crate) fn passes_through(&self) -> Option<u8> {
        let huffman = matches!(self.frame, 0xC0..=0xC2);
        match self.components.len() {
            _ if !huffman || self.precision != 8 => None,
            1 => Some(1),
            3 if self.adobe_transform.is_some() || !self.is_rgb() => Some(3),
            _ => None,
        }
    }

    fn readable(&self) -> Result<(), Cause> {
        let what = match (self.frame, self.precision) {
            (0, _) => return Err(Cause::corrupt("the JPEG has no frame header")),
            (0xC0..=0xC2, 8) => return Ok(()),
            (0xC3, _) => "a lossless JPEG",
            (0xC9..=0xCB, _) => "a JPEG with arithmetic coding",
            (0xC0..=0xC2, _) => "a JPEG of more than 8 bits a sample",
            _ => "a hierarchical JPEG",
        };
        Err(Cause::unsupported(what))
    }
}

/// The luminance of the image alone: chrominance is not even transformed back.
pub(crate) fn grey(bytes: &[u8], structure: &Structure, params: &DecodeParams) -> Result<Grey, Cause> {
    let (width, height) = (structure.width, structure.height);
    if structure.components.len() == 1 || (structure.components.len() == 3 && !structure.is_rgb()) {
        let pixels = samples(bytes, structure, params, ColorSpace::Luma)?;
        return Grey::new(width, height, pixels)
            .ok_or_else(|| Cause::corrupt("the JPEG has fewer pixels than it says"));
    }
    rgb(bytes, structure, params)?.luma().ok_or_else(|| Cause::corrupt("the JPEG has fewer pixels than it says"))
}

/// Pixels of an image that does not pass through.
pub(crate) fn pixels(bytes: &[u8], structure: &Structure, params: &DecodeParams) -> Result<Pixels, Cause> {
    if structure.components.len() == 1 {
        return Ok(Pixels::Grey(grey(bytes, structure, params)?));
    }
    let rgb = rgb(bytes, structure, params)?;
    Pixels::from_rgb(rgb.width, rgb.height, rgb.pixels, false)
        .ok_or_else(|| Cause::corrupt("the JPEG has fewer pixels than it says"))
}

fn rgb(bytes: &[u8], structure: &Structure, params: &DecodeParams) -> Result<Rgb, Cause> {
    let pixels = samples(bytes, structure, params, ColorSpace::RGB)?;
    Ok(Rgb { width: structure.width, height: structure.height, pixels })
}

fn samples(bytes: &[u8], structure: &Structure, params: &DecodeParams, space: ColorSpace) -> Result<Vec<u8>, Cause> {
    structure.readable()?;
    let pixels = params.admit(structure.width, structure.height)?;
    params.admit_bytes(pixels as u64 * structure.components.len() as u64)?;
    let image = bytes.get(..structure.len).unwrap_or(bytes);
    entropy::check(image)?;
    let decode = |strict: bool| {
        let options = DecoderOptions::new_fast()
            .set_strict_mode(strict)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .jpeg_set_out_colorspace(space);
        JpegDecoder::new_with_options(ZCursor::new(image), options).decode()
    };
    match decode(true) {
        // Stray bytes between the headers harm nothing; everything else that strictness finds is a damaged picture.
        Err(DecodeErrors::FormatStatic(text)) if text.contains("between headers") => decode(false),
        decoded => decoded,
    }
    .map_err(|error| match error {
        DecodeErrors::ExhaustedData => Cause::truncated("the JPEG data end early"),
        DecodeErrors::Unsupported(scheme) => Cause::unsupported(format!("a JPEG scheme: {scheme:?}")),
        DecodeErrors::FormatStatic(text) => Cause::corrupt(format!("JPEG: {text}")),
        DecodeErrors::Format(text) => Cause::corrupt(format!("JPEG: {text}")),
        error => Cause::corrupt(format!("JPEG: {error}")),
    })
}
