//! PNG: chunks, pixels, and the image data that a PDF can hold as they are.

use std::io::{Cursor, ErrorKind};
use std::ops::Range;

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Transformations, Unit};

use super::error::Cause;
use super::exif::{self, Exif};
use super::pixels::{Pixels, Rgb};
use super::{DecodeParams, Grey, Picture, PictureData};
use crate::model::{ByteRange, ColourMode, ImageCodec};

/// A decoded PNG.
pub(crate) struct Decoded {
    pub grey: Grey,
    pub colour: ColourMode,
    pub picture: Picture,
    /// In dots per inch.
    pub dpi: Option<(f32, f32)>,
    pub exif: Exif,
}

/// Decodes the file `bytes`; for an animated PNG its default image.
pub(crate) fn decode(bytes: &[u8], params: &DecodeParams) -> Result<Decoded, Cause> {
    let chunks = image_data(bytes)?;
    let limits = Limits { bytes: usize::try_from(params.max_unpacked_bytes).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(cause)?;
    let (width, height) = (header.width, header.height);
    params.admit(width, height)?;
    let mut reader = decoder.read_info().map_err(cause)?;
    let unpacked = reader.output_buffer_size().ok_or_else(|| Cause::corrupt("the PNG has no size"))?;
    let mut pixels = vec![0; params.admit_bytes(unpacked as u64)?];
    let frame = reader.next_frame(&mut pixels).map_err(cause)?;
    pixels.truncate(frame.buffer_size());
    reader.finish().map_err(cause)?;

    let info = reader.info();
    let dpi = info.pixel_dims.filter(|dims| dims.unit == Unit::Meter).map(|dims| {
        let dpi = |per_metre: u32| per_metre as f32 * 0.0254;
        (dpi(dims.xppu), dpi(dims.yppu))
    });
    let exif = info.exif_metadata.as_deref().map(exif::read).unwrap_or_default();
    let broken = || Cause::corrupt("the PNG has fewer pixels than it says");
    let one_bit = info.bit_depth == BitDepth::One;
    let plain = !info.interlaced && info.bit_depth == BitDepth::Eight && info.trns.is_none();
    let (grey, colour, picture) = match (info.color_type, frame.color_type) {
        (ColorType::Grayscale, ColorType::Grayscale) if plain => {
            let grey = Grey::new(width, height, pixels).ok_or_else(broken)?;
            (grey, ColourMode::Grey, as_stored(bytes, &chunks, (width, height), 1))
        }
        (ColorType::Rgb, ColorType::Rgb) if plain => {
            let grey = Rgb { width, height, pixels }.luma().ok_or_else(broken)?;
            (grey, ColourMode::Colour, as_stored(bytes, &chunks, (width, height), 3))
        }
        (_, colour) => {
            let pixels = match colour {
                ColorType::Grayscale => Grey::new(width, height, pixels).map(|grey| Pixels::from_grey(grey, one_bit)),
                ColorType::GrayscaleAlpha => {
                    let pixels = pixels.chunks_exact(2).map(|p| on_white(p[0], p[1])).collect();
                    Grey::new(width, height, pixels).map(Pixels::Grey)
                }
                ColorType::Rgb => Pixels::from_rgb(width, height, pixels, one_bit),
                ColorType::Rgba => {
                    let pixels =
                        pixels.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]].map(|c| on_white(c, p[3]))).collect();
                    Pixels::from_rgb(width, height, pixels, one_bit)
                }
                ColorType::Indexed => None,
            };
            pixels.and_then(|pixels| pixels.encoded(params)).ok_or_else(broken)?
        }
    };
    Ok(Decoded { grey, colour, picture, dpi, exif })
}

/// A sample of opacity `alpha` on white paper.
fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// The zlib stream of IDAT is what PDF calls FlateDecode with predictor 15 (PNG 1.2, 10; ISO 32000-1, 7.4.4.4).
fn as_stored(bytes: &[u8], chunks: &[Range<usize>], (width_px, height_px): (u32, u32), components: u8) -> Picture {
    let data = match chunks {
        [only] => PictureData::InScan(ByteRange { offset: only.start as u64, len: only.len() as u64 }),
        several => PictureData::Bytes(several.iter().flat_map(|range| &bytes[range.clone()]).copied().collect()),
    };
    Picture { codec: ImageCodec::Flate { components }, width_px, height_px, data, original: true }
}

/// Where the data of the IDAT chunks lie. A file without its end chunk is cut short.
pub(crate) fn image_data(bytes: &[u8]) -> Result<Vec<Range<usize>>, Cause> {
    let cut = || Cause::truncated("the PNG has no end chunk");
    let mut ranges = Vec::new();
    let mut at = 8;
    loop {
        let header = bytes.get(at..at + 8).ok_or_else(cut)?;
        let len = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let kind = &header[4..8];
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(Cause::corrupt("a chunk of the PNG has no name"));
        }
        let data = at + 8..at.saturating_add(8).saturating_add(len);
        if data.end.saturating_add(4) > bytes.len() {
            return Err(cut());
        }
        at = data.end + 4;
        match kind {
            b"IEND" => return Ok(ranges),
            b"IDAT" => ranges.push(data),
            _ => {}
        }
    }
}

fn cause(error: DecodingError) -> Cause {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Cause::truncated("the PNG data end early")
        }
        DecodingError::IoError(error) => Cause::Io(error),
        DecodingError::LimitsExceeded => {
            Cause::OverLimit("the PNG unpacks to more than limits.max_unpacked_mib allows".into())
        }
        error => Cause::corrupt(format!("PNG: {error}")),
    }
}
