//! Pages decoded sample by sample: any depth, strips or tiles, interleaved or planar.

use super::super::depth::Depth;
use super::super::error::Cause;
use super::super::pixels::{Pixels, unfold_bits};
use super::super::{DecodeParams, Grey};
use super::handle::Handle;
use super::{Header, compression, photometric, tag, undecoded};

/// The value of `SampleFormat` for IEEE floating point; signed samples are taken as unsigned, as libtiff does.
const FLOAT: u16 = 3;
/// Group 3 was made for telephone lines: a row may arrive damaged, and the next one starts anew. One damaged row in this
/// many is taken as it came; a page with more, or one that ends early, is a fault.
const MAX_DAMAGED_FAX_ROWS_IN: u32 = 50;

/// The page's pixels; `None` if its colours are not known here.
pub(super) fn pixels(handle: &mut Handle, header: &Header, params: &DecodeParams) -> Result<Option<Pixels>, Cause> {
    let Some(model) = Model::of(handle, header) else { return Ok(None) };
    let count = params.admit(header.width, header.height)?;
    params.admit_bytes(count as u64 * u64::from(header.samples))?;
    if model == Model::Bilevel && !header.tiled && header.samples == 1 {
        return bilevel_rows(handle, header).map(Some);
    }
    if header.compression == compression::JPEG && header.photometric == photometric::YCBCR && !handle.set_jpeg_to_rgb()
    {
        return Ok(None);
    }
    let bits = u32::from(header.bits);
    let spread = model != Model::Palette;
    let depth = if header.sample_format == FLOAT { Depth::float(bits) } else { Depth::native(bits, spread) };
    let Some(depth) = depth else { return Ok(None) };
    let planes = read(handle, header, depth, params)?;
    Ok(model.pixels(handle, header, planes))
}

/// How samples become colours.
#[derive(Clone, Copy, PartialEq)]
enum Model {
    /// One bit a pixel.
    Bilevel,
    Grey,
    Rgb,
    Palette,
    Cmyk,
}

impl Model {
    fn of(handle: &mut Handle, header: &Header) -> Option<Self> {
        const CMYK_INKS: u16 = 1;
        match (header.photometric, header.samples) {
            (photometric::MIN_IS_WHITE | photometric::MIN_IS_BLACK, 1) if header.bits == 1 => Some(Self::Bilevel),
            (photometric::MIN_IS_WHITE | photometric::MIN_IS_BLACK, _) => Some(Self::Grey),
            (photometric::RGB, 3..) => Some(Self::Rgb),
            (photometric::YCBCR, 3) if header.compression == compression::JPEG && !header.planar => Some(Self::Rgb),
            (photometric::PALETTE, _) if header.bits <= 8 => Some(Self::Palette),
            (photometric::SEPARATED, 4..) if handle.short(tag::INK_SET).unwrap_or(CMYK_INKS) == CMYK_INKS => {
                Some(Self::Cmyk)
            }
            _ => None,
        }
    }

    /// The first samples of a pixel are its colour.
    fn colours(self) -> usize {
        match self {
            Self::Bilevel | Self::Grey | Self::Palette => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    fn pixels(self, handle: &mut Handle, header: &Header, mut samples: Vec<u8>) -> Option<Pixels> {
        let (width, height, per_pixel) = (header.width, header.height, usize::from(header.samples));
        let colours = self.colours();
        let extra = handle.extra_samples();
        // 1 associated (already multiplied with the colours), 2 unassociated alpha; others mean nothing to us.
        let alpha = extra.iter().position(|&kind| kind == 1 || kind == 2).map(|at| (at, extra[at] == 1));
        let alpha = alpha.map(|(at, multiplied)| (colours + at, multiplied)).filter(|(at, _)| *at < per_pixel);
        let on_white = |sample: u8, pixel: &[u8]| match alpha {
            None => sample,
            Some((at, true)) => sample.saturating_add(255 - pixel[at]),
            Some((at, false)) => {
                let opacity = u32::from(pixel[at]);
                ((u32::from(sample) * opacity + 255 * (255 - opacity) + 127) / 255) as u8
            }
        };
        match self {
            Self::Bilevel | Self::Grey => {
                if header.photometric == photometric::MIN_IS_WHITE {
                    samples.chunks_exact_mut(per_pixel).for_each(|pixel| pixel[0] = !pixel[0]);
                }
                if per_pixel > 1 {
                    samples = samples.chunks_exact(per_pixel).map(|pixel| on_white(pixel[0], pixel)).collect();
                }
                Grey::new(width, height, samples).map(|grey| Pixels::from_grey(grey, header.bits == 1))
            }
            Self::Rgb => {
                if per_pixel > 3 {
                    samples = samples
                        .chunks_exact(per_pixel)
                        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]].map(|sample| on_white(sample, pixel)))
                        .collect();
                }
                Pixels::from_rgb(width, height, samples, header.bits == 1)
            }
            Self::Palette => {
                let map = handle.colour_map(header.bits)?;
                // Some writers fill in 8 bits where TIFF wants 16 (libtiff looks for the same).
                let shift = if map.iter().flatten().all(|&value| value < 256) { 0 } else { 8 };
                let colour = |pixel: &[u8]| {
                    let index = usize::from(pixel[0]);
                    [0, 1, 2].map(|channel| (map[channel].get(index).copied().unwrap_or(0) >> shift) as u8)
                };
                let pixels = samples.chunks_exact(per_pixel).flat_map(colour).collect();
                Pixels::from_rgb(width, height, pixels, header.bits == 1)
            }
            Self::Cmyk => {
                let colour = |pixel: &[u8]| {
                    let light = |ink: u8| u32::from(255 - ink);
                    let black = light(pixel[3]);
                    [pixel[0], pixel[1], pixel[2]].map(|ink| on_white(((light(ink) * black + 127) / 255) as u8, pixel))
                };
                let pixels = samples.chunks_exact(per_pixel).flat_map(colour).collect();
                Pixels::from_rgb(width, height, pixels, false)
            }
        }
    }
}

/// One-bit rows, one after another. Fax is read row by row because libtiff calls a strip that ends early complete, but
/// complains when it is asked for the next row.
fn bilevel_rows(handle: &mut Handle, header: &Header) -> Result<Pixels, Cause> {
    let stride = usize::try_from(handle.row_bytes()).unwrap_or(0);
    if stride != (header.width as usize).div_ceil(8) {
        return Err(Cause::corrupt("the rows are not as long as the page is wide"));
    }
    let fax = compression::FAX.contains(&header.compression) || header.compression == compression::FAX_WORD_ALIGNED;
    let mut damaged_rows_left =
        if fax && header.compression != compression::GROUP4 { header.height / MAX_DAMAGED_FAX_ROWS_IN } else { 0 };
    let mut row = vec![0; stride];
    let mut pixels = Vec::with_capacity(header.width as usize * header.height as usize + 8);
    for y in 0..header.height {
        let read = handle.read_row(y, &mut row);
        let complaint = if fax { handle.complaint() } else { handle.error() };
        if let Some(complaint) = complaint.as_ref().filter(|_| read && damaged_rows_left > 0)
            && !complaint.contains("EOF")
        {
            damaged_rows_left -= 1;
        } else if !read || complaint.is_some() {
            return Err(undecoded(format_args!("row {y} of {}", header.height), complaint));
        }
        unfold_bits(&row, header.width as usize, header.photometric == photometric::MIN_IS_WHITE, &mut pixels);
    }
    let grey = Grey::new(header.width, header.height, pixels);
    grey.map(Pixels::Bitonal).ok_or_else(|| Cause::corrupt("the page has fewer rows than it says"))
}

/// All samples as bytes, interleaved: `samples` for each pixel.
fn read(handle: &mut Handle, header: &Header, depth: Depth, params: &DecodeParams) -> Result<Vec<u8>, Cause> {
    let (width, height, per_pixel) = (header.width as usize, header.height as usize, usize::from(header.samples));
    let mut out = vec![0; width * height * per_pixel];
    let rows_per_strip = handle.long(tag::ROWS_PER_STRIP).unwrap_or(u32::MAX).clamp(1, header.height);
    let (part_width, part_height) = if header.tiled {
        (handle.long(tag::TILE_WIDTH).unwrap_or(0), handle.long(tag::TILE_LENGTH).unwrap_or(0))
    } else {
        (header.width, rows_per_strip)
    };
    let (part_bytes, row_bytes) =
        if header.tiled { handle.tile_bytes() } else { (handle.strip_bytes(rows_per_strip), handle.row_bytes()) };
    let row_bytes = params.admit_bytes(row_bytes)?;
    let mut part = vec![0; params.admit_bytes(part_bytes)?];
    let per_row = if header.planar { 1 } else { per_pixel };
    let across = header.width.div_ceil(part_width.max(1));
    let in_plane = u64::from(across) * u64::from(header.height.div_ceil(part_height.max(1)));
    let planes = if header.planar { u64::from(header.samples) } else { 1 };
    if part_width == 0
        || part_height == 0
        || in_plane * planes > u64::from(header.striles)
        || (row_bytes as u64 * 8) < u64::from(part_width) * per_row as u64 * u64::from(header.bits)
    {
        return Err(Cause::corrupt("the strips or tiles do not cover the page"));
    }
    let mut row_samples = vec![0; part_width as usize * per_row];
    for index in 0..(in_plane * planes) as u32 {
        let (plane, place) = (u64::from(index) / in_plane, u64::from(index) % in_plane);
        let left = (place % u64::from(across)) as usize * part_width as usize;
        let top = (place / u64::from(across)) as usize * part_height as usize;
        let rows = (height - top).min(part_height as usize);
        let read = if header.tiled {
            handle.read_tile(index, &mut part)
        } else {
            let bytes = (rows * row_bytes).min(part.len());
            handle.read_strip(index, &mut part[..bytes])
        };
        let complaint = if header.compression == compression::JPEG { handle.complaint() } else { handle.error() };
        if complaint.is_some() || read.is_none_or(|read| read < rows * row_bytes) {
            return Err(undecoded(format_args!("strip or tile {index} of {}", header.striles), complaint));
        }
        let columns = (width - left).min(part_width as usize);
        for (y, row) in part.chunks_exact(row_bytes).take(rows).enumerate() {
            let start = ((top + y) * width + left) * per_pixel;
            let target = &mut out[start..start + columns * per_pixel];
            if header.planar {
                depth.unpack(row, &mut row_samples[..columns]);
                for (pixel, &sample) in target.chunks_exact_mut(per_pixel).zip(&row_samples) {
                    pixel[plane as usize] = sample;
                }
            } else {
                depth.unpack(row, target);
            }
        }
    }
    Ok(out)
}
