//! Writing a PDF takes the same memory for 100 pages as for 4,000. A binary of its own, for its peak to be its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod paper;

use std::io::Read;

use scanstrasse::model::{Digest, ImageCodec};
use scanstrasse::pdf::{DocumentInfo, PdfWriter};

/// Largest resident size of this process so far, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_pages() {
    const PICTURE_BYTES: u64 = 256 * 1024;
    let picture = || std::io::repeat(0x55).take(PICTURE_BYTES);
    let mut bytes = Vec::new();
    picture().read_to_end(&mut bytes).unwrap();
    let codec = ImageCodec::Jpeg { components: 1 };
    let mut record = paper::blank_record(2480, 3508, codec, &bytes);
    assert_eq!(record.image.digest, Digest::of(&bytes));
    drop(bytes);
    let words: Vec<(&str, [f32; 4])> =
        (0..10).map(|i| ("Verwaltung", [200.0 * i as f32, 0.0, 200.0 * i as f32 + 180.0, 40.0])).collect();
    for row in 0..50 {
        let shifted: Vec<_> = words
            .iter()
            .map(|&(text, [x0, y0, x1, y1])| {
                let down = 60.0 * row as f32;
                (text, [x0, y0 + down, x1, y1 + down])
            })
            .collect();
        record.lines.push(paper::line_in(&shifted));
    }

    let info = DocumentInfo {
        title: "Akte".into(),
        language: "de".into(),
        created: "2025-03-04T05:06:07Z".parse().unwrap(),
        subject: None,
    };
    let mut writer = PdfWriter::begin(std::io::sink(), &info).unwrap();
    let mut add = |pages: u32| {
        for _ in 0..pages {
            writer.page(&record, &mut picture(), Some("Schriftstück")).unwrap();
        }
    };
    add(100);
    let before = peak_kib();
    add(3_900);
    let after = peak_kib();
    writer.finish().unwrap();
    // 32 bytes a page and the slack of a growing vector are 256 KiB; the pictures alone would be 1 GB.
    assert!(after - before < 1024, "{before} KiB after 100 pages, {after} KiB after 4,000");
}
