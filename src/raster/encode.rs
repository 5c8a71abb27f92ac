//! Encoders for pictures whose own stream cannot pass through.

use std::io::Write;

use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use super::Grey;

/// CCITT Group 4 (ITU-T T.6) with its end-of-block code; pixels below 128 are black. Lossless for pages that hold 0 and
/// 255 only.
pub fn group4(page: &Grey) -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::with_capacity(page.pixels().len()));
    for row in page.rows() {
        let colours = row.iter().map(|&pixel| if pixel < 128 { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(colours, page.width());
    }
    let Ok(writer) = encoder.finish();
    writer.finish()
}

/// Deflates rows of `width` pixels of `components` bytes each, every row behind the byte of its PNG filter (PDF
/// predictor 15; PNG 1.2, 9). The filter is the one with the smallest sum of absolute differences (PNG 1.2, 9.6).
pub fn flate(width: u32, components: u8, pixels: &[u8]) -> Vec<u8> {
    let bpp = usize::from(components);
    let stride = (width as usize * bpp).max(1);
    let mut deflate = ZlibEncoder::new(Vec::with_capacity(pixels.len() / 4), Compression::fast());
    let mut above = vec![0; stride];
    let mut candidates = [vec![0; stride], vec![0; stride], vec![0; stride]];
    for row in pixels.chunks_exact(stride) {
        let [sub, up, paeth] = &mut candidates;
        filter_sub(row, bpp, sub);
        filter_up(row, &above, up);
        filter_paeth(row, &above, bpp, paeth);
        let (filter, best) = [(0, row), (1, sub), (2, up), (4, paeth)]
            .into_iter()
            .min_by_key(|(_, filtered)| cost(filtered))
            .unwrap_or((0, row));
        // Writing into a Vec does not fail.
        let _ = deflate.write_all(&[filter]).and_then(|()| deflate.write_all(best));
        above.copy_from_slice(row);
    }
    deflate.finish().unwrap_or_default()
}

fn cost(filtered: &[u8]) -> u64 {
    filtered
        .chunks(4096)
        .map(|part| u64::from(part.iter().map(|&b| u32::from((b as i8).unsigned_abs())).sum::<u32>()))
        .sum()
}

fn filter_sub(row: &[u8], bpp: usize, out: &mut [u8]) {
    out[..bpp].copy_from_slice(&row[..bpp]);
    for ((o, &x), &left) in out[bpp..].iter_mut().zip(&row[bpp..]).zip(row) {
        *o = x.wrapping_sub(left);
    }
}

fn filter_up(row: &[u8], above: &[u8], out: &mut [u8]) {
    for ((o, &x), &up) in out.iter_mut().zip(row).zip(above) {
        *o = x.wrapping_sub(up);
    }
}

fn filter_paeth(row: &[u8], above: &[u8], bpp: usize, out: &mut [u8]) {
    filter_up(&row[..bpp], &above[..bpp], &mut out[..bpp]);
    let neighbours = row.iter().zip(&above[bpp..]).zip(above);
    for ((o, &x), ((&left, &up), &corner)) in out[bpp..].iter_mut().zip(&row[bpp..]).zip(neighbours) {
        *o = x.wrapping_sub(paeth(left, up, corner));
    }
}

/// The neighbour nearest to `left + up - corner` (PNG 1.2, 6.6).
pub(crate) fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let (to_left, to_up, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_up && to_left <= to_corner {
        left
    } else if to_up <= to_corner {
        up
    } else {
        corner
    }
}

/// A baseline JPEG of `quality` 1 to 100; `None` if a side is above 65535 or the pixels do not fit the size.
pub fn jpeg((width, height): (u32, u32), components: u8, pixels: &[u8], quality: u8) -> Option<Vec<u8>> {
    let colour = if components == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    if width > 65535
        || height > 65535
        || pixels.len() as u64 != u64::from(width) * u64::from(height) * u64::from(components)
    {
        return None;
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).encode(pixels, width, height, colour).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::fax;
    use super::*;

    /// Runs of black and white, as pages have them, rather than noise.
    fn bitonal() -> impl Strategy<Value = Grey> {
        (1u32..300, 1u32..40).prop_flat_map(|(width, height)| {
            let runs = vec((1usize..200, any::<bool>()), 1..200);
            runs.prop_map(move |runs| {
                let count = (width * height) as usize;
                let ink =
                    runs.iter().cycle().flat_map(|&(len, black)| std::iter::repeat_n(u8::from(!black) * 255, len));
                Grey::new(width, height, ink.take(count).collect()).expect("as many as counted")
            })
        })
    }

    proptest! {
        #[test]
        fn group4_comes_back(page in bitonal()) {
            let layout = fax::Layout::group4(page.width(), page.height());
            let back = fax::decode(&group4(&page), layout).expect("decodes");
            prop_assert_eq!(back.pixels(), page.pixels());
        }

        #[test]
        fn flate_comes_back_through_another_reader(
            (width, components, pixels) in (1u32..40, prop_oneof![Just(1u8), Just(3)], 1usize..20)
                .prop_flat_map(|(w, c, h)| (Just(w), Just(c), vec(any::<u8>(), w as usize * usize::from(c) * h)))
        ) {
            let height = pixels.len() as u32 / width / u32::from(components);
            let colour = if components == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb };
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, width, height);
            encoder.set_color(colour);
            encoder.set_depth(png::BitDepth::Eight);
            let mut writer = encoder.write_header().expect("header");
            writer.write_chunk(png::chunk::IDAT, &flate(width, components, &pixels)).expect("data");
            writer.finish().ok();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().expect("opens");
            let mut found = std::vec![0; reader.output_buffer_size().expect("size")];
            reader.next_frame(&mut found).expect("decodes");
            prop_assert_eq!(found, pixels);
        }
    }

    #[test]
    fn jpeg_refuses_what_it_cannot_hold() {
        assert!(jpeg((70_000, 1), 1, &[0; 70_000], 80).is_none());
        assert!(jpeg((2, 2), 3, &[0; 4], 80).is_none());
        assert!(jpeg((2, 2), 1, &[0; 4], 80).is_some());
    }
}
