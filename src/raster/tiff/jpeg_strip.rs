//! Pages that are one JPEG strip or tile: tables and strip together are the JPEG that the scanner made.

use super::super::error::Cause;
use super::super::jpeg::{self, Structure};
use super::super::{DecodeParams, Grey, Picture, PictureData};
use super::{Header, TiffScan, compression, photometric, tag};
use crate::model::{ColourMode, ImageCodec};

/// An Adobe marker that says: the three components are red, green and blue (transform 0).
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];

/// The page, if it is one JPEG that a PDF can hold; `None` leaves it to libtiff.
pub(super) fn page(
    scan: &mut TiffScan,
    header: &Header,
    params: &DecodeParams,
) -> Result<Option<(Grey, ColourMode, Picture)>, Cause> {
    let whole = header.striles == 1
        && (!header.tiled
            || (scan.handle.long(tag::TILE_WIDTH) == Some(header.width)
                && scan.handle.long(tag::TILE_LENGTH) == Some(header.height)));
    if header.compression != compression::JPEG || !whole || header.bits != 8 {
        return Ok(None);
    }
    let rgb = match (header.photometric, header.samples) {
        (photometric::MIN_IS_BLACK, 1) | (photometric::YCBCR, 3) => false,
        (photometric::RGB, 3) => true,
        _ => return Ok(None),
    };
    let (_, strip) = scan.raw(0, params.max_unpacked_bytes)?;
    let Some(merged) = merged(&scan.handle.jpeg_tables().unwrap_or_default(), &strip, rgb) else { return Ok(None) };
    let structure = Structure::read(&merged)?;
    // A marker of its own that contradicts the tags, or another size: libtiff knows whom to believe.
    let transform = u8::from(!rgb);
    if (structure.width, structure.height) != (header.width, header.height)
        || structure.components.len() != usize::from(header.samples)
        || (header.samples == 3 && structure.adobe_transform.is_some_and(|found| found != transform))
        || (header.samples == 3 && !rgb && structure.adobe_transform.is_none() && structure.components == *b"RGB")
    {
        return Ok(None);
    }
    let Some(components) = structure.passes_through() else { return Ok(None) };
    let grey = jpeg::grey(&merged, &structure, params)?;
    let picture = Picture {
        codec: ImageCodec::Jpeg { components },
        width_px: header.width,
        height_px: header.height,
        data: PictureData::Bytes(merged),
        original: true,
    };
    Ok(Some((grey, if components == 1 { ColourMode::Grey } else { ColourMode::Colour }, picture)))
}

/// The tables (without their start and end markers) put behind the start marker of the strip (TIFF technical note 2),
/// with a marker for RGB where it is needed. `None` if either is no JPEG stream.
fn merged(tables: &[u8], strip: &[u8], rgb: bool) -> Option<Vec<u8>> {
    let image = strip.strip_prefix(&[0xFF, 0xD8])?;
    let tables = match tables {
        [] => tables,
        [0xFF, 0xD8, tables @ .., 0xFF, 0xD9] => tables,
        _ => return None,
    };
    let has_adobe = Structure::read(strip).is_ok_and(|found| found.adobe_transform.is_some());
    let marker: &[u8] = if rgb && !has_adobe { &ADOBE_RGB } else { &[] };
    Some([&[0xFF, 0xD8], marker, tables, image].concat())
}
