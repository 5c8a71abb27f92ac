//! Pages of Group 4: passed through if they are one strip, joined into one stream if they are several.

use super::super::error::Cause;
use super::super::pixels::Pixels;
use super::super::{DecodeParams, Grey, Picture, PictureData, fax};
use super::{Header, TiffScan, compression, photometric, tag};
use crate::model::{ByteRange, ColourMode, ImageCodec};

/// Bits of `T6Options`: uncompressed mode, which nobody writes and a PDF cannot say.
const UNCOMPRESSED_MODE: u32 = 2;

/// The page, if it is Group 4 as T.6 has it; `None` leaves it to libtiff.
pub(super) fn page(scan: &mut TiffScan, header: &Header) -> Result<Option<(Grey, ColourMode, Picture)>, Cause> {
    let plain = header.compression == compression::GROUP4
        && header.bits == 1
        && header.samples == 1
        && !header.tiled
        && matches!(header.photometric, photometric::MIN_IS_WHITE | photometric::MIN_IS_BLACK)
        && matches!(header.fill_order, 1 | 2)
        && scan.handle.long(tag::GROUP4_OPTIONS).unwrap_or(0) & UNCOMPRESSED_MODE == 0;
    if !plain {
        return Ok(None);
    }
    // Coded black is a set bit; where the smallest value is black, a set bit is white paper.
    let inverted = header.photometric == photometric::MIN_IS_BLACK;
    let rows_per_strip = scan.handle.long(tag::ROWS_PER_STRIP).unwrap_or(u32::MAX).clamp(1, header.height);
    let mut pixels = Vec::with_capacity(header.width as usize * header.height as usize);
    let mut only_strip = None;
    for strip in 0..header.striles {
        let done = strip.saturating_mul(rows_per_strip);
        let rows = header.height.saturating_sub(done).min(rows_per_strip);
        let (offset, mut bytes) = scan.raw(strip, u64::MAX)?;
        if header.fill_order == 2 {
            bytes.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        if fax::decode_into(&bytes, fax::Layout::group4(header.width, rows), &mut pixels).is_err() {
            // libtiff forgives some slips of writers; what it complains of as well stays a fault.
            return Ok(None);
        }
        only_strip = Some((offset, bytes));
    }
    if inverted {
        pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
    }
    let grey = Grey::new(header.width, header.height, pixels)
        .ok_or_else(|| Cause::corrupt("the strips hold fewer rows than the page"))?;
    let picture = |data, original| Picture {
        codec: ImageCodec::Group4 { inverted },
        width_px: header.width,
        height_px: header.height,
        data,
        original,
    };
    match only_strip {
        Some((offset, bytes)) if header.striles == 1 => {
            let picture = if header.fill_order == 1 {
                picture(PictureData::InScan(ByteRange { offset, len: bytes.len() as u64 }), true)
            } else {
                // The same code words, but a PDF wants each byte's first bit on top.
                picture(PictureData::Bytes(bytes), false)
            };
            Ok(Some((grey, ColourMode::Bitonal, picture)))
        }
        _ => Ok(Pixels::Bitonal(grey).encoded(&DecodeParams::default())),
    }
}
