//! Reads the index fields of pages that `scanstrasse ocr --format json` has read: all built-in ones.
//!
//! ```text
//! scanstrasse ocr scan.tif --format json --output ocr/
//! cargo run --release --example fields -- ocr/scan.json
//! ```
//!
//! Writes one line of JSON for each file: `file`, `pages`, `us` (processor time for all pages, microseconds) and `fields` as in
//! `case.json`. `tools/figures/fields.py` compares them with what is true.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use scanstrasse::assemble::fields::{FieldReader, FieldRules, Kind, of_document};
use scanstrasse::model::{
    Blank, ColourMode, Degrees, Digest, Field, ImageCodec, ImageStream, PageImage, PageRecord, PixelBox, Placement,
    Point, Quad, QuarterTurn, Resolution, TextLine, Word,
};
use serde_json::{Value, json};

fn main() {
    let rules = FieldRules { read: Kind::ALL.to_vec(), ..FieldRules::default() };
    let reader = FieldReader::new(&rules);
    for path in std::env::args().skip(1) {
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let records: Vec<PageRecord> = file["pages"].as_array().unwrap().iter().map(record).collect();
        // The first look compiles patterns.
        records.iter().take(1).for_each(|record| drop(reader.page(record)));
        let start = processor_ns();
        let pages: Vec<Vec<Field>> = records.iter().map(|record| reader.page(record)).collect();
        let us = (processor_ns() - start) / 1000;
        let pages: Vec<&[Field]> = pages.iter().map(Vec::as_slice).collect();
        let fields = of_document(&pages, "", &rules);
        println!("{}", json!({ "file": file["file"], "pages": pages.len(), "us": us, "fields": fields }));
    }
}

/// Time that this thread has had a processor: the first number of `/proc/thread-self/schedstat` (proc(5)).
fn processor_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// A record with all that fields are read from. The JSON has level boxes; the quads are those of the page's skew.
fn record(page: &Value) -> PageRecord {
    let number = |key: &str| page[key].as_f64().unwrap_or(0.0) as f32;
    let turn = QuarterTurn::try_from(number("orientation_deg") as u16).unwrap_or_default();
    let dpi = number("dpi");
    let skew = number("skew_deg");
    let digest = Digest::of(b"");
    let quad = |value: &Value| {
        let edges: Vec<f32> = value.as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap() as f32).collect();
        tilted(PixelBox { x0: edges[0], y0: edges[1], x1: edges[2], y1: edges[3] }, turn, skew)
    };
    let word = |word: &Value| Word {
        text: word["text"].as_str().unwrap().to_owned(),
        quad: quad(&word["box"]),
        confidence: word["confidence"].as_f64().unwrap() as f32,
    };
    let line = |line: &Value| TextLine {
        quad: quad(&line["box"]),
        words: line["words"].as_array().unwrap().iter().map(word).collect(),
        starts_block: line["starts_block"].as_bool().unwrap_or(false),
    };
    PageRecord {
        width_px: number("width_px") as u32,
        height_px: number("height_px") as u32,
        resolution: Resolution { x_dpi: dpi, y_dpi: dpi, assumed: false },
        colour: ColourMode::Grey,
        placement: Placement { mirrored: false, turn },
        skew: Degrees(skew),
        blank: Blank { is_blank: false, ink_share: 0.1 },
        barcodes: vec![],
        patch_codes: vec![],
        lines: page["lines"].as_array().unwrap().iter().map(line).collect(),
        image: PageImage {
            codec: ImageCodec::Jpeg { components: 1 },
            width_px: 1,
            height_px: 1,
            stream: ImageStream::Stored { digest, len: 0 },
            digest,
            original: false,
        },
    }
}

/// The rectangle at the angle of the page's skew whose level box is `b`, its corners in reading direction.
fn tilted(b: PixelBox, turn: QuarterTurn, skew_deg: f32) -> Quad {
    let (middle_x, middle_y) = ((b.x0 + b.x1) / 2.0, (b.y0 + b.y1) / 2.0);
    let (across, down) = if turn.swaps_sides() { (b.height(), b.width()) } else { (b.width(), b.height()) };
    let (sin, cos) = skew_deg.to_radians().sin_cos();
    let det = cos * cos - sin * sin;
    let width = ((across * cos - down * sin.abs()) / det).max(1.0);
    let height = ((down * cos - across * sin.abs()) / det).max(0.3 * down);
    // Counter-clockwise skew: lines rise to the right. Then the turn of the page, clockwise.
    let angle = f32::from(turn.degrees()).to_radians() - skew_deg.to_radians();
    let (sin, cos) = angle.sin_cos();
    let at = |x: f32, y: f32| Point { x: middle_x + x * cos - y * sin, y: middle_y + x * sin + y * cos };
    Quad([
        at(-width / 2.0, -height / 2.0),
        at(width / 2.0, -height / 2.0),
        at(width / 2.0, height / 2.0),
        at(-width / 2.0, height / 2.0),
    ])
}
