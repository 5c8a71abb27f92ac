//! Decoding and encoding one A4 page of 300 dpi.
//!
//! Run with `cargo bench --bench decode`.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::io::Write;

use divan::Bencher;
use scanstrasse::model::Placement;
use scanstrasse::raster::{DecodeParams, Grey, ScanFile, encode, turned};

const SIZE: (u32, u32) = (2480, 3508);

fn main() {
    divan::main();
}

/// A page of text-like specks: 50 lines of 80 characters in random strokes; noise of the paper where `noise` is set.
fn page(noise: bool) -> Grey {
    let (w, h) = (SIZE.0 as usize, SIZE.1 as usize);
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut pixels: Vec<u8> = (0..w * h).map(|_| if noise { 240 + (random() % 12) as u8 } else { 255 }).collect();
    for line in 0..50 {
        for character in 0..80 {
            for _ in 0..4 {
                let (x, y) =
                    (250 + character * 25 + (random() % 14) as usize, 220 + line * 60 + (random() % 24) as usize);
                let (dx, dy) = if random() % 2 == 0 { (12, 3) } else { (3, 12) };
                for row in y..y + dy {
                    pixels[row * w + x..row * w + x + dx].fill(0);
                }
            }
        }
    }
    Grey::new(SIZE.0, SIZE.1, pixels).unwrap()
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn decode(bencher: Bencher, bytes: &[u8]) {
    let file = file(bytes);
    let params = DecodeParams::default();
    bencher.bench_local(|| ScanFile::open(file.path(), &params).unwrap().page(0).unwrap());
}

/// A TIFF of one Group 4 strip.
fn tiff(strip: &[u8]) -> Vec<u8> {
    let tags: [(u16, u32); 7] =
        [(256, SIZE.0), (257, SIZE.1), (259, 4), (262, 0), (273, 8), (278, SIZE.1), (279, strip.len() as u32)];
    let mut bytes = b"II*\0".to_vec();
    bytes.extend_from_slice(&(8 + strip.len() as u32).to_le_bytes());
    bytes.extend_from_slice(strip);
    bytes.extend_from_slice(&(tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&[4, 0, 1, 0, 0, 0]);
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

#[divan::bench]
fn decode_group4(bencher: Bencher) {
    decode(bencher, &tiff(&encode::group4(&page(false))));
}

#[divan::bench]
fn decode_jpeg_grey(bencher: Bencher) {
    decode(bencher, &encode::jpeg(SIZE, 1, page(true).pixels(), 75).unwrap());
}

#[divan::bench]
fn decode_jpeg_colour(bencher: Bencher) {
    let rgb: Vec<u8> = page(true).pixels().iter().flat_map(|&p| [p, p, p.saturating_sub(8)]).collect();
    decode(bencher, &encode::jpeg(SIZE, 3, &rgb, 75).unwrap());
}

#[divan::bench(args = [false, true])]
fn decode_png_grey(bencher: Bencher, noise: bool) {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(page(noise).pixels()).unwrap();
    decode(bencher, &bytes);
}

#[divan::bench]
fn encode_group4(bencher: Bencher) {
    let page = page(false);
    bencher.bench_local(|| encode::group4(black_box(&page)));
}

#[divan::bench]
fn encode_flate_grey(bencher: Bencher) {
    let page = page(true);
    bencher.bench_local(|| encode::flate(SIZE.0, 1, black_box(page.pixels())));
}

#[divan::bench]
fn encode_jpeg_grey(bencher: Bencher) {
    let page = page(true);
    bencher.bench_local(|| encode::jpeg(SIZE, 1, black_box(page.pixels()), 75));
}

#[divan::bench(args = [3, 6, 8])]
fn turn(bencher: Bencher, orientation: u16) {
    let page = page(false);
    bencher.bench_local(|| turned(black_box(&page), Placement::from_exif(orientation)).into_owned());
}
