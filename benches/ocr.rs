//! What reading costs on one thread: the two networks at their usual sizes, and a whole page. Needs the model folder.

#![allow(clippy::expect_used)]

use divan::Bencher;
use scanstrasse::infer::{ModelFolder, Network, NetworkFile};
use scanstrasse::model::Resolution;
use scanstrasse::ocr::{Engine, OcrParams};
use scanstrasse::raster::Grey;

fn main() {
    divan::main();
}

fn models() -> ModelFolder {
    ModelFolder::locate(None).expect("a model folder (`make models`)")
}

/// An upright A4 page at 300 dpi: 55 lines of 70 figures each, made of strokes, with blanks between groups.
fn page() -> Grey {
    let (width, height) = (2480_u32, 3508_u32);
    let is_ink = |x: u32, y: u32| {
        let (line, row) = ((y.wrapping_sub(250)) / 54, (y.wrapping_sub(250)) % 54);
        let (letter, column) = ((x.wrapping_sub(240)) / 28, (x.wrapping_sub(240)) % 28);
        let in_text = y >= 250 && line < 55 && x >= 240 && letter < 70 && letter % 8 != 7;
        let (left, top) = (column < 4, row < 4);
        let strokes = [left, (16..20).contains(&column), top, (15..19).contains(&row), (30..34).contains(&row)];
        let shape = (letter * 7 + line * 3) % 31 + 1;
        in_text && row < 34 && column < 20 && strokes.iter().enumerate().any(|(i, &on)| on && shape >> i & 1 == 1)
    };
    let pixel = |i: u32| if is_ink(i % width, i / width) { 20 } else { 245 };
    Grey::new(width, height, (0..width * height).map(pixel).collect()).expect("as many pixels as the size says")
}

#[divan::bench]
fn detection_672_by_960(bencher: Bencher) {
    let shape = [Some(1), Some(1), Some(960), Some(672)];
    let mut network = Network::open(&models(), NetworkFile::Detector, shape).expect("the detector");
    bencher.bench_local(|| network.run((672, 960), |input| input.fill(1.0)).map(|output| output.shape().len()));
}

#[divan::bench(args = [256, 640, 1024])]
fn recognition_of_a_line(bencher: Bencher, width: u32) {
    let shape = [Some(1), Some(1), Some(48), None];
    let mut network = Network::open(&models(), NetworkFile::Recogniser, shape).expect("the recogniser");
    bencher.bench_local(|| network.run((width, 48), |input| input.fill(1.0)).map(|output| output.shape().len()));
}

#[divan::bench(sample_count = 10)]
fn a_page(bencher: Bencher) {
    let mut engine = Engine::open(&OcrParams::default(), &models()).expect("the engine");
    let page = page();
    let resolution = Resolution { x_dpi: 300.0, y_dpi: 300.0, assumed: false };
    bencher.bench_local(|| engine.read(&page, resolution).map(|lines| lines.len()));
}
