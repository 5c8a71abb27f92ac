//! The measures of one A4 page of 300 dpi: skew, blank, codes where there are none, reading order. (Orientation needs the model folder; its cost is
//! the network's, see `ocr/orient.rs`.)
//!
//! Run with `cargo bench --bench measures`.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use divan::Bencher;
use divan::counter::ItemsCount;
use scanstrasse::codes::{CodeParams, Standing, find};
use scanstrasse::model::{Degrees, PixelBox, Quad, Resolution, TextLine, Word};
use scanstrasse::ocr::order;
use scanstrasse::raster::{BlankParams, Grey, SkewParams, blank, skew};

const SIZE: (u32, u32) = (2480, 3508);

fn main() {
    divan::main();
}

/// Grainy paper with `lines` rows of words, climbing by 1 degree.
fn page(lines: u32) -> Grey {
    let mut noise = 1u32;
    let pixels = (0..SIZE.0 * SIZE.1).map(|i| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (x, y) = (i % SIZE.0, i / SIZE.0 + i % SIZE.0 / 57);
        let line = y / 60;
        let inked =
            (5..5 + lines).contains(&line) && y % 60 < 24 && (250..2200).contains(&x) && x % 23 < 9 && x % 190 < 150;
        (if inked { 30 } else { 225 }) + (noise >> 28) as u8
    });
    Grey::new(SIZE.0, SIZE.1, pixels.collect()).unwrap()
}

#[divan::bench(args = [0, 1, 48])]
fn skew_of_a_page(bencher: Bencher, lines: u32) {
    let page = page(lines);
    bencher.counter(ItemsCount::new(1usize)).bench(|| skew(&page, &SkewParams::default()));
}

#[divan::bench(args = [0, 1, 48])]
fn blank_measure_of_a_page(bencher: Bencher, lines: u32) {
    let page = page(lines);
    let resolution = Resolution { x_dpi: 300.0, y_dpi: 300.0, assumed: false };
    bencher.counter(ItemsCount::new(1usize)).bench(|| blank(&page, resolution, &BlankParams::default()));
}

#[divan::bench(args = [0, 1, 48])]
fn codes_of_a_page_without(bencher: Bencher, lines: u32) {
    let page = page(lines);
    let resolution = Resolution { x_dpi: 300.0, y_dpi: 300.0, assumed: false };
    let params = CodeParams::default();
    bencher.counter(ItemsCount::new(1usize)).bench(|| find(&page, resolution, Standing::Upright, &params));
}

#[divan::bench(args = [50, 500])]
fn reading_order_of_a_table(bencher: Bencher, rows: u32) {
    let cells = (0..rows * 6).map(|i| {
        let (x, y) = ((200 + i % 6 * 350) as f32, (300 + i / 6 * 50) as f32);
        let quad = Quad::from_box(PixelBox { x0: x, y0: y, x1: x + 200.0, y1: y + 30.0 });
        TextLine { quad, words: vec![Word { text: "x".into(), quad, confidence: 1.0 }], starts_block: false }
    });
    let cells: Vec<TextLine> = cells.collect();
    bencher.with_inputs(|| cells.clone()).bench_values(|cells| order(cells, SIZE, Degrees(0.0)));
}
