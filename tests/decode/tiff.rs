//! TIFFs, put together tag by tag.

use scanstrasse::model::{ByteRange, ColourMode, FaultKind, ImageCodec, Placement};
use scanstrasse::raster::{DecodeParams, PictureData};

use super::{TestFile, gradient, group4, jpeg, pattern};

/// One page: little-endian tags of 32-bit numbers, strips, and what else a tag points to.
#[derive(Clone)]
struct Page {
    tags: Vec<(u16, Vec<u32>)>,
    strips: Vec<Vec<u8>>,
}

impl Page {
    fn new(width: u32, height: u32, bits: u32, samples: usize, photometric: u32) -> Self {
        let tags = vec![
            (256, vec![width]),
            (257, vec![height]),
            (258, vec![bits; samples]),
            (259, vec![1]),
            (262, vec![photometric]),
            (277, vec![samples as u32]),
            (278, vec![height]),
        ];
        Self { tags, strips: Vec::new() }
    }

    fn with(mut self, tag: u16, values: impl Into<Vec<u32>>) -> Self {
        self.tags.retain(|(t, _)| *t != tag);
        self.tags.push((tag, values.into()));
        self
    }

    fn strip(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.strips.push(bytes.into());
        self
    }
}

/// Data first, directories behind them, as scanners write.
fn tiff(pages: &[Page]) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let mut pointer = 4;
    for page in pages {
        let mut tags = page.tags.clone();
        let mut place = |bytes: &[u8]| {
            let at = file.len() as u32;
            file.extend_from_slice(bytes);
            file.resize(file.len().next_multiple_of(2), 0);
            at
        };
        let offsets: Vec<u32> = page.strips.iter().map(|strip| place(strip)).collect();
        tags.push((273, offsets));
        tags.push((279, page.strips.iter().map(|strip| strip.len() as u32).collect()));
        tags.sort_by_key(|(tag, _)| *tag);
        let mut directory = (tags.len() as u16).to_le_bytes().to_vec();
        for (tag, values) in &tags {
            // Resolutions are rationals (5), colour maps shorts (3), JPEG tables bytes (7), all others longs (4).
            let (kind, bytes): (u16, Vec<u8>) = match tag {
                282 | 283 => (5, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
                258 | 320 | 338 | 339 => (3, values.iter().flat_map(|v| (*v as u16).to_le_bytes()).collect()),
                347 => (7, values.iter().map(|v| *v as u8).collect()),
                _ => (4, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            };
            let count = if kind == 5 { values.len() / 2 } else { values.len() } as u32;
            directory.extend_from_slice(&tag.to_le_bytes());
            directory.extend_from_slice(&kind.to_le_bytes());
            directory.extend_from_slice(&count.to_le_bytes());
            let field = if bytes.len() <= 4 {
                let mut field = bytes.clone();
                field.resize(4, 0);
                field
            } else {
                place(&bytes).to_le_bytes().to_vec()
            };
            directory.extend_from_slice(&field);
        }
        let at = place(&directory) as usize;
        file[pointer..pointer + 4].copy_from_slice(&(at as u32).to_le_bytes());
        pointer = at + directory.len();
        file.splice(pointer..pointer, [0; 4]);
    }
    file
}

fn fax_page(width: u32, height: u32, photometric: u32) -> Page {
    Page::new(width, height, 1, 1, photometric).with(259, [4])
}

#[test]
fn one_strip_of_group4_passes_through_bit_for_bit() {
    let (w, h) = (203, 97);
    let pixels = pattern(w, h);
    let strip = group4(w, &pixels);
    for (photometric, inverted) in [(0, false), (1, true)] {
        let file = TestFile::new(tiff(&[fax_page(w, h, photometric).strip(strip.clone())]));
        let page = file.page(0).unwrap();
        let range = ByteRange { offset: 8, len: strip.len() as u64 };
        assert_eq!(page.picture.data, PictureData::InScan(range));
        assert_eq!(page.picture.codec, ImageCodec::Group4 { inverted });
        assert!(page.picture.original);
        assert_eq!(page.colour, ColourMode::Bitonal);
        let expected: Vec<u8> = pixels.iter().map(|&p| if inverted { !p } else { p }).collect();
        assert_eq!(page.grey.pixels(), expected);
    }
}

#[test]
fn other_fax_pages_become_one_group4_stream_of_the_same_pixels() {
    let (w, h) = (203, 97);
    let pixels = pattern(w, h);
    let reversed: Vec<u8> = group4(w, &pixels).iter().map(|b| b.reverse_bits()).collect();
    let cut = 40 * w as usize;
    let packed: Vec<u8> = pixels
        .chunks_exact(w as usize)
        .flat_map(|row| row.chunks(8).map(|eight| eight.iter().enumerate().map(|(i, p)| !p & (0x80 >> i)).sum::<u8>()))
        .collect();
    let cases = [
        ("fill order 2", fax_page(w, h, 0).with(266, [2]).strip(reversed)),
        (
            "three strips",
            fax_page(w, h, 0)
                .with(278, [40])
                .strip(group4(w, &pixels[..cut]))
                .strip(group4(w, &pixels[cut..2 * cut]))
                .strip(group4(w, &pixels[2 * cut..])),
        ),
        ("uncompressed", Page::new(w, h, 1, 1, 0).strip(packed)),
    ];
    for (name, page) in cases {
        let file = TestFile::new(tiff(&[page]));
        let page = file.page(0).expect(name);
        assert_eq!(page.grey.pixels(), pixels, "{name}");
        assert_eq!(page.colour, ColourMode::Bitonal, "{name}");
        assert!(!page.picture.original, "{name}");
        // What goes into the PDF decodes to the same pixels: put it into a TIFF of its own.
        assert_eq!(page.picture.codec, ImageCodec::Group4 { inverted: false }, "{name}");
        let again = TestFile::new(tiff(&[fax_page(w, h, 0).strip(file.picture(&page))]));
        assert_eq!(again.page(0).expect(name).grey.pixels(), pixels, "{name}");
    }
}

#[test]
fn samples_of_every_layout() {
    // A page of 2 by 2; what its first two pixels must be in grey, within 1.
    let wide = |values: [u16; 4]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let floats = |values: [f32; 4]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let mut map = vec![0; 48];
    (map[3], map[16 + 3], map[32 + 3]) = (0xFFFF, 0xFFFF, 0xFFFF);
    map[5] = 0xFFFF; // index 5 is red
    let red = 76; // 0.299 of 255
    let cases: Vec<(&str, Page, [u8; 2], ColourMode)> = vec![
        ("grey 8", Page::new(2, 2, 8, 1, 1).strip([10, 200, 0, 255]), [10, 200], ColourMode::Grey),
        ("grey 8, min is white", Page::new(2, 2, 8, 1, 0).strip([10, 200, 0, 255]), [245, 55], ColourMode::Grey),
        ("grey 4", Page::new(2, 2, 4, 1, 1).strip([0x3F, 0x00]), [51, 255], ColourMode::Grey),
        ("grey 12", Page::new(2, 2, 12, 1, 1).strip([0x80, 0x0F, 0xFF, 0, 0, 0]), [128, 255], ColourMode::Grey),
        ("grey 16", Page::new(2, 2, 16, 1, 1).strip(wide([0x1234, 0xFF00, 0, 0])), [0x12, 0xFF], ColourMode::Grey),
        (
            "float 32",
            Page::new(2, 2, 32, 1, 1).with(339, [3]).strip(floats([0.5, 7.0, 0.0, f32::NAN])),
            [128, 255],
            ColourMode::Grey,
        ),
        (
            "grey with alpha: transparent ink is paper",
            Page::new(2, 2, 8, 2, 1).with(338, [2]).strip([0, 0, 0, 255, 9, 9, 9, 9]),
            [255, 0],
            ColourMode::Grey,
        ),
        ("palette", Page::new(2, 2, 4, 1, 3).with(320, map).strip([0x53, 0x00]), [red, 255], ColourMode::Colour),
        (
            "rgb",
            Page::new(2, 2, 8, 3, 2).strip([255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0]),
            [red, 255],
            ColourMode::Colour,
        ),
        (
            "rgb that is grey",
            Page::new(2, 2, 8, 3, 2).strip([7, 7, 7, 9, 9, 9, 0, 0, 0, 0, 0, 0]),
            [7, 9],
            ColourMode::Grey,
        ),
        (
            "rgb, planar",
            Page::new(2, 2, 8, 3, 2).with(284, [2]).strip([255, 255, 0, 0]).strip([0, 255, 0, 0]).strip([0, 255, 0, 0]),
            [red, 255],
            ColourMode::Colour,
        ),
        (
            "rgb with unassociated alpha",
            Page::new(2, 2, 8, 4, 2).with(338, [2]).strip([255, 0, 0, 255, 0, 0, 0, 0, 9, 9, 9, 255, 9, 9, 9, 255]),
            [red, 255],
            ColourMode::Colour,
        ),
        (
            "cmyk",
            Page::new(2, 2, 8, 4, 5).strip([0, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
            [red, 0],
            ColourMode::Colour,
        ),
    ];
    for (name, page, expected, colour) in cases {
        let page = TestFile::new(tiff(&[page])).page(0).expect(name);
        assert_eq!(page.colour, colour, "{name}");
        for (found, expected) in page.grey.pixels().iter().zip(expected) {
            assert!(found.abs_diff(expected) <= 1, "{name}: {found} instead of {expected}");
        }
    }
}

#[test]
fn jpeg_strips_are_joined_without_decoding_them() {
    let (w, h, rows) = (100u32, 80u32, 32u32);
    for (components, photometric) in [(1, 1), (3, 6)] {
        let pixels: Vec<u8> = gradient(w, h).iter().flat_map(|&p| vec![p; components]).collect();
        let bands: Vec<Vec<u8>> = pixels
            .chunks(w as usize * rows as usize * components)
            .map(|band| jpeg(w, (band.len() / components) as u32 / w, components, band))
            .collect();
        let mut page = Page::new(w, h, 8, components, photometric).with(259, [7]).with(278, [rows]).with(530, [1, 1]);
        for band in &bands {
            page = page.strip(band.clone());
        }
        let file = TestFile::new(tiff(&[page]));
        let page = file.page(0).unwrap();
        assert!(page.picture.original && page.picture.codec == ImageCodec::Jpeg { components: components as u8 });
        // The joined stream, read by another decoder, is the bands one below the other.
        let whole = image::load_from_memory(&file.picture(&page)).unwrap().into_luma8();
        let parts: Vec<u8> =
            bands.iter().flat_map(|band| image::load_from_memory(band).unwrap().into_luma8().into_raw()).collect();
        assert_eq!(whole.into_raw(), parts);
        // The entropy-coded data of each band are in it, untouched.
        let stream = file.picture(&page);
        for band in &bands {
            let scan = band.windows(2).position(|m| m == [0xFF, 0xDA]).unwrap() + 2;
            let data = &band[scan + usize::from(band[scan + 1])..band.len() - 2];
            assert!(stream.windows(data.len()).any(|w| w == data));
        }
    }
}

#[test]
fn rgb_jpeg_says_so_in_its_stream() {
    let strip = jpeg(16, 16, 3, &[90; 768]);
    let page = Page::new(16, 16, 8, 3, 2).with(259, [7]).strip(strip);
    let file = TestFile::new(tiff(&[page]));
    let page = file.page(0).unwrap();
    let stream = file.picture(&page);
    assert!(stream[2..4] == [0xFF, 0xEE] && stream[17] == 0, "Adobe marker, transform 0");
}

#[test]
fn a_strip_beyond_the_end_costs_its_page_only() {
    let pixels = pattern(64, 64);
    let good = fax_page(64, 64, 0).strip(group4(64, &pixels));
    let mut bytes = tiff(&[good.clone(), good]);
    // The offset of the first page's strip (tag 273), wherever its directory lies.
    let entry = bytes.windows(4).position(|w| w == [0x11, 1, 4, 0]).unwrap();
    bytes[entry + 8..entry + 12].copy_from_slice(&0x00FF_FFFFu32.to_le_bytes());
    let file = TestFile::new(bytes);
    assert_eq!(file.open().unwrap().pages(), 2);
    assert_eq!(file.page(0).unwrap_err().kind, FaultKind::Truncated);
    assert_eq!(file.page(1).unwrap().grey.pixels(), pixels);
}

#[test]
fn a_chain_that_breaks_off_shows_as_a_page_that_fails() {
    let pixels = pattern(64, 64);
    let good = fax_page(64, 64, 0).strip(group4(64, &pixels));
    let whole = tiff(&[good.clone(), good.clone(), good]);
    let last_directory = 8 + (whole.len() - 8) / 3 * 2 + 100;
    let file = TestFile::new(whole[..last_directory].to_vec());
    let mut scan = file.open().unwrap();
    assert_eq!(scan.pages(), 3);
    assert!(scan.page(0).is_ok() && scan.page(1).is_ok());
    assert_eq!(file.page(2).unwrap_err().kind, FaultKind::Truncated);
}

#[test]
fn damaged_group4_is_never_delivered_in_part() {
    let pixels = pattern(300, 300);
    let strip = group4(300, &pixels);
    let half = strip[..strip.len() / 2].to_vec();
    let mut early_end = half.clone();
    early_end.extend_from_slice(&[0, 16, 1]); // EOFB, byte aligned
    for strip in [half, early_end] {
        let fault = TestFile::new(tiff(&[fax_page(300, 300, 0).strip(strip)])).page(0).unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Corrupt | FaultKind::Truncated), "{}", fault.detail);
    }
}

#[test]
fn thumbnails_and_masks_are_not_pages() {
    let page = |kind: u32, grey: u8| Page::new(1, 1, 8, 1, 1).with(254, [kind]).strip([grey]);
    let file = TestFile::new(tiff(&[page(0, 10), page(1, 20), page(2, 30), page(4, 40)]));
    let mut scan = file.open().unwrap();
    let greys: Vec<u8> = (0..scan.pages()).map(|i| scan.page(i).unwrap().grey.pixels()[0]).collect();
    assert_eq!(greys, [10, 30]);
    let only_thumbnail = TestFile::new(tiff(&[page(1, 20)]));
    assert_eq!(only_thumbnail.open().unwrap().pages(), 1);
}

#[test]
fn orientation_and_resolution() {
    let page = |unit: u32, x: u32, y: u32| {
        Page::new(200, 100, 8, 1, 1)
            .with(274, [6])
            .with(282, [x, 1])
            .with(283, [y, 1])
            .with(296, [unit])
            .strip(gradient(200, 100))
    };
    // unit, x, y -> dpi, assumed
    let cases = [
        (2, 300, 300, (300.0, 300.0), false),
        (3, 118, 118, (299.72, 299.72), false),
        (2, 204, 98, (204.0, 98.0), false),
        (1, 200, 200, (200.0, 200.0), false),
        (2, 0, 0, (50.0, 50.0), true),
    ];
    for (unit, x, y, expected, assumed) in cases {
        let page = TestFile::new(tiff(&[page(unit, x, y)])).page(0).unwrap();
        assert_eq!(page.tagged, Placement::from_exif(6));
        assert_eq!(page.grey.size(), (200, 100), "pixels come as stored");
        let found = page.resolution;
        assert!((found.x_dpi - expected.0).abs() < 0.1 && (found.y_dpi - expected.1).abs() < 0.1, "{found:?}");
        assert_eq!(found.assumed, assumed);
    }
}

#[test]
fn limits_hold_before_anything_is_allocated() {
    let huge = Page::new(100_000, 100_000, 8, 1, 1).strip([0]);
    assert_eq!(TestFile::new(tiff(&[huge])).fault(), FaultKind::OverLimit);
    let page = Page::new(1, 1, 8, 1, 1).strip([0]);
    let file = TestFile::new(tiff(&vec![page; 4]));
    let params = DecodeParams { max_pages: 3, ..DecodeParams::default() };
    assert_eq!(file.open_with(&params).err().unwrap().kind, FaultKind::OverLimit);
}

#[test]
fn no_cut_is_taken_for_a_whole_file() {
    let file = tiff(&[fax_page(64, 64, 0).strip(group4(64, &pattern(64, 64)))]);
    for end in 0..file.len() - 4 {
        let cut = TestFile::new(file[..end].to_vec());
        assert!(cut.page(0).is_err(), "cut at {end}");
    }
}
