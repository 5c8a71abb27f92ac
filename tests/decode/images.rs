//! JPEG and PNG.

use scanstrasse::model::{ByteRange, ColourMode, FaultKind, ImageCodec, Placement};
use scanstrasse::raster::{DecodeParams, PictureData};

use super::{TestFile, gradient, jpeg, pattern};

/// EXIF with orientation 8.
const EXIF: &[u8] = b"\xFF\xE1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";

#[test]
fn a_jpeg_passes_through_up_to_its_end_marker() {
    for (components, colour) in [(1, ColourMode::Grey), (3, ColourMode::Colour)] {
        let pixels: Vec<u8> = gradient(120, 90).iter().flat_map(|&p| vec![p; components]).collect();
        let mut bytes = jpeg(120, 90, components, &pixels);
        bytes.splice(2..2, EXIF.iter().copied());
        let len = bytes.len() as u64;
        bytes.extend_from_slice(b"\0\0 added by a transfer");
        let file = TestFile::new(bytes);
        let page = file.page(0).unwrap();
        assert_eq!(page.picture.data, PictureData::InScan(ByteRange { offset: 0, len }));
        assert_eq!(page.picture.codec, ImageCodec::Jpeg { components: components as u8 });
        assert!(page.picture.original);
        assert_eq!((page.colour, page.tagged), (colour, Placement::from_exif(8)));
        let worst = page.grey.pixels().iter().zip(gradient(120, 90)).map(|(a, b)| a.abs_diff(b)).max();
        assert!(worst < Some(12), "{worst:?}");
    }
}

#[test]
fn a_cut_jpeg_is_truncated_wherever_it_ends() {
    let bytes = jpeg(64, 64, 3, &[120; 64 * 64 * 3]);
    for end in 4..bytes.len() {
        assert_eq!(TestFile::new(bytes[..end].to_vec()).fault(), FaultKind::Truncated, "cut at {end}");
    }
}

#[test]
fn data_that_end_before_the_picture_does_are_a_fault() {
    // With an end marker put behind the cut, decoders fill up with grey and say nothing.
    for components in [1, 3] {
        let pixels: Vec<u8> = pattern(160, 160).iter().flat_map(|&p| vec![p; components]).collect();
        let bytes = jpeg(160, 160, components, &pixels);
        let scan = bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
        assert!(TestFile::new(bytes.clone()).page(0).is_ok());
        for end in (scan + 20..bytes.len() - 4).step_by(97) {
            let mut short = bytes[..end].to_vec();
            short.extend_from_slice(&[0xFF, 0xD9]);
            assert!(matches!(TestFile::new(short).fault(), FaultKind::Corrupt | FaultKind::Truncated), "cut at {end}");
        }
    }
}

#[test]
fn coded_data_beyond_the_picture_are_a_fault() {
    // Half of the rows, said in the frame header: what follows belongs to nobody.
    let mut bytes = jpeg(160, 160, 1, &pattern(160, 160));
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&80u16.to_be_bytes());
    assert_eq!(TestFile::new(bytes).fault(), FaultKind::Corrupt);
}

fn png(width: u32, height: u32, colour: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 11811, yppu: 11811, unit: png::Unit::Meter }));
    if colour == png::ColorType::Indexed {
        encoder.set_palette(vec![255, 255, 255, 0, 0, 0]);
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

#[test]
fn png_image_data_pass_through_where_a_pdf_holds_them() {
    use png::{BitDepth, ColorType};
    let plain = gradient(50, 40);
    let rgb: Vec<u8> = plain.iter().flat_map(|&p| [p, 0, 255]).collect();
    for (colour, data, components) in [(ColorType::Grayscale, &plain, 1), (ColorType::Rgb, &rgb, 3)] {
        let file = TestFile::new(png(50, 40, colour, BitDepth::Eight, data));
        let page = file.page(0).unwrap();
        assert_eq!(page.picture.codec, ImageCodec::Flate { components });
        assert!(page.picture.original && matches!(page.picture.data, PictureData::InScan(_)));
        assert!((page.resolution.x_dpi - 300.0).abs() < 0.1 && !page.resolution.assumed);
        // It inflates to rows of a filter byte and the samples.
        let mut rows = Vec::new();
        std::io::copy(&mut flate2::read::ZlibDecoder::new(file.picture(&page).as_slice()), &mut rows).unwrap();
        assert_eq!(rows.len(), 40 * (1 + 50 * usize::from(components)));
    }
}

#[test]
fn other_pngs_are_encoded_anew() {
    use png::{BitDepth, ColorType};
    let sixteen: Vec<u8> = (0..16 * 4u16).flat_map(|i| (i * 1000).to_be_bytes()).collect();
    let one_bit = [0b1010_0000, 0b0100_0000];
    // name, file, codec, first pixels
    let cases = [
        (
            "one bit",
            png(3, 2, ColorType::Grayscale, BitDepth::One, &one_bit),
            ImageCodec::Group4 { inverted: false },
            [255, 0],
        ),
        (
            "one bit with a palette: 0 is white",
            png(3, 2, ColorType::Indexed, BitDepth::One, &one_bit),
            ImageCodec::Group4 { inverted: false },
            [0, 255],
        ),
        (
            "16 bit",
            png(16, 4, ColorType::Grayscale, BitDepth::Sixteen, &sixteen),
            ImageCodec::Flate { components: 1 },
            [0, 3],
        ),
        (
            "transparent ink is paper",
            png(2, 1, ColorType::Rgba, BitDepth::Eight, &[0, 0, 0, 0, 0, 0, 0, 255]),
            ImageCodec::Flate { components: 1 },
            [255, 0],
        ),
    ];
    for (name, bytes, codec, first) in cases {
        let page = TestFile::new(bytes).page(0).expect(name);
        assert_eq!(page.picture.codec, codec, "{name}");
        assert!(!page.picture.original, "{name}");
        assert_eq!(page.grey.pixels()[..2], first, "{name}");
    }
}

#[test]
fn a_quality_asks_for_jpeg() {
    use png::{BitDepth, ColorType};
    let rgba: Vec<u8> = gradient(64, 64).iter().flat_map(|&p| [p, 255 - p, 30, 255]).collect();
    let file = TestFile::new(png(64, 64, ColorType::Rgba, BitDepth::Eight, &rgba));
    let params = DecodeParams { jpeg_quality: Some(80), ..DecodeParams::default() };
    let page = file.open_with(&params).unwrap().page(0).unwrap();
    assert_eq!(page.picture.codec, ImageCodec::Jpeg { components: 3 });
    assert!(image::load_from_memory(&file.picture(&page)).is_ok());
}

#[test]
fn a_cut_or_altered_png_is_a_fault() {
    use png::{BitDepth, ColorType};
    let bytes = png(50, 40, ColorType::Grayscale, BitDepth::Eight, &gradient(50, 40));
    for end in 8..bytes.len() {
        assert_eq!(TestFile::new(bytes[..end].to_vec()).fault(), FaultKind::Truncated, "cut at {end}");
    }
    let mut altered = bytes;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    assert_eq!(TestFile::new(altered).fault(), FaultKind::Corrupt);
}

#[test]
fn a_bomb_is_over_the_limit() {
    use png::{BitDepth, ColorType};
    let mut bytes = png(50, 40, ColorType::Grayscale, BitDepth::Eight, &gradient(50, 40));
    bytes[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]); // 100,000 by 100,000
    let crc = {
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[12..29]);
        crc.sum()
    };
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(TestFile::new(bytes).fault(), FaultKind::OverLimit);
}
