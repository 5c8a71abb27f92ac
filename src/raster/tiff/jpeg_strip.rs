//! Pages of JPEG strips or one tile: put together, tables and strips are one JPEG whose entropy-coded data are the
//! scanner's own.

use super::super::error::Cause;
use super::super::jpeg::{self, Structure};
use super::super::{DecodeParams, Grey, Picture, PictureData};
use super::{Header, TiffScan, compression, photometric, tag};
use crate::model::{ColourMode, ImageCodec};

/// An Adobe marker that says: the three components are red, green and blue (transform 0).
const ADOBE_RGB: [u8; 16] = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];

/// The page, if it makes one JPEG that a PDF can hold; `None` leaves it to libtiff.
pub(super) fn page(
    scan: &mut TiffScan,
    header: &Header,
    params: &DecodeParams,
) -> Result<Option<(Grey, ColourMode, Picture)>, Cause> {
    let one_part = header.striles == 1
        && (!header.tiled
            || (scan.handle.long(tag::TILE_WIDTH) == Some(header.width)
                && scan.handle.long(tag::TILE_LENGTH) == Some(header.height)));
    let strips = !header.tiled && !header.planar;
    if header.compression != compression::JPEG || !(one_part || strips) || header.bits != 8 {
        return Ok(None);
    }
    let rgb = match (header.photometric, header.samples) {
        (photometric::MIN_IS_BLACK, 1) | (photometric::YCBCR, 3) => false,
        (photometric::RGB, 3) => true,
        _ => return Ok(None),
    };
    let tables = scan.handle.jpeg_tables().unwrap_or_default();
    let mut merged = if one_part {
        let (_, strip) = scan.raw(0, params.max_unpacked_bytes)?;
        with_tables(&tables, &strip)
    } else {
        let (mut parts, mut total) = (Vec::new(), 0u64);
        for index in 0..header.striles {
            // Strips may lie over one another, so that together they have more bytes than the file.
            total = total.saturating_add(scan.handle.strile(index).1);
            params.admit_bytes(total)?;
            parts.push(scan.raw(index, params.max_unpacked_bytes)?.1);
        }
        let rows = scan.handle.long(tag::ROWS_PER_STRIP).unwrap_or(header.height);
        joined(&tables, &parts, rows, header)
    };
    let Some(stream) = &mut merged else { return Ok(None) };
    let mut structure = Structure::read(stream)?;
    if rgb && structure.adobe_transform.is_none() {
        stream.splice(2..2, ADOBE_RGB);
        structure = Structure::read(stream)?;
    }
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
    let grey = jpeg::grey(stream, &structure, params)?;
    let picture = Picture {
        codec: ImageCodec::Jpeg { components },
        width_px: header.width,
        height_px: header.height,
        data: PictureData::Bytes(std::mem::take(stream)),
        original: true,
    };
    Ok(Some((grey, if components == 1 { ColourMode::Grey } else { ColourMode::Colour }, picture)))
}

/// The tables without their start and end markers.
fn bare(tables: &[u8]) -> Option<&[u8]> {
    match tables {
        [] => Some(tables),
        [0xFF, 0xD8, tables @ .., 0xFF, 0xD9] => Some(tables),
        _ => None,
    }
}

/// The tables put behind the start marker of the only strip (TIFF technical note 2). `None` if either is no JPEG stream.
fn with_tables(tables: &[u8], strip: &[u8]) -> Option<Vec<u8>> {
    let image = strip.strip_prefix(&[0xFF, 0xD8])?;
    Some([&[0xFF, 0xD8], bare(tables)?, image].concat())
}

/// Several strips as one stream: each strip is a JPEG whose prediction starts anew and whose data end at a byte, just as
/// a restart interval does, so they need only restart markers between them. `None` if the strips are not alike, do not
/// end with a whole row of blocks, or use restarts themselves.
fn joined(tables: &[u8], strips: &[Vec<u8>], rows_per_strip: u32, header: &Header) -> Option<Vec<u8>> {
    let parts: Vec<Strip<'_>> = strips.iter().map(|strip| Strip::read(strip)).collect::<Option<_>>()?;
    let first = parts.first()?;
    let (block_width, block_height) = first.block_size()?;
    let alike = parts.iter().all(|part| {
        part.scan_header == first.scan_header
            && part.frame.get(5..) == first.frame.get(5..)
            && part.frame.first() == first.frame.first()
            && (part.tables.is_empty() || part.tables == first.tables)
    });
    if !alike || !rows_per_strip.is_multiple_of(block_height) {
        return None;
    }
    let blocks = header.width.div_ceil(block_width).checked_mul(rows_per_strip / block_height)?;
    let interval = u16::try_from(blocks).ok().filter(|&interval| interval > 0)?.to_be_bytes();
    let height = u16::try_from(header.height).ok()?.to_be_bytes();

    let mut stream = vec![0xFF, 0xD8];
    stream.extend_from_slice(bare(tables)?);
    stream.extend_from_slice(&first.tables);
    stream.extend_from_slice(&[0xFF, first.marker, 0, first.frame.len() as u8 + 2, *first.frame.first()?]);
    stream.extend_from_slice(&height);
    stream.extend_from_slice(first.frame.get(3..)?);
    stream.extend_from_slice(&[0xFF, 0xDD, 0, 4, interval[0], interval[1]]);
    stream.extend_from_slice(first.scan_header);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            stream.extend_from_slice(&[0xFF, 0xD0 + ((index - 1) % 8) as u8]);
        }
        stream.extend_from_slice(part.data);
    }
    stream.extend_from_slice(&[0xFF, 0xD9]);
    Some(stream)
}

/// A strip of one sequential scan, taken apart.
struct Strip<'a> {
    /// Segments of quantisation and Huffman tables, with their markers.
    tables: Vec<u8>,
    /// The frame's marker, 0xC0 or 0xC1.
    marker: u8,
    /// The frame header behind its length: precision, height, width, components.
    frame: &'a [u8],
    /// The whole SOS segment.
    scan_header: &'a [u8],
    data: &'a [u8],
}

impl<'a> Strip<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut at = 2usize;
        let (mut tables, mut frame) = (Vec::new(), None);
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return None;
        }
        loop {
            let head = bytes.get(at..at.checked_add(4)?)?;
            let len = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let segment = bytes.get(at..at.checked_add(2 + len)?)?;
            at += segment.len();
            match (head[0], head[1]) {
                (0xFF, 0xDB | 0xC4) => tables.extend_from_slice(segment),
                (0xFF, marker @ (0xC0 | 0xC1)) => frame = Some((marker, segment.get(4..)?)),
                (0xFF, 0xE0..=0xEF | 0xFE) => {}
                (0xFF, 0xDA) => {
                    let (marker, frame) = frame?;
                    let data = bytes.get(at..)?;
                    // One scan, without restarts, up to the end marker.
                    let end = (0..data.len()).find(|&i| data[i] == 0xFF && data.get(i + 1) != Some(&0))?;
                    if data.get(end + 1) != Some(&0xD9) {
                        return None;
                    }
                    return Some(Self { tables, marker, frame, scan_header: segment, data: &data[..end] });
                }
                _ => return None,
            }
        }
    }

    /// Width and height in pixels of what is coded at a time (ITU-T T.81, A.2).
    fn block_size(&self) -> Option<(u32, u32)> {
        let components = self.frame.get(6..)?;
        if components.len() == 3 {
            return Some((8, 8));
        }
        let largest = |shift: u32| components.chunks_exact(3).map(|c| u32::from(c[1] >> shift & 15)).max();
        let (across, down) = (largest(4)?, largest(0)?);
        (across > 0 && down > 0).then_some((across * 8, down * 8))
    }
}
