//! What a page may not take: each limit holds its page in words, and the next page goes on.

use std::fs;
use std::path::Path;

use image::GrayImage;
use serde_json::Value;

use crate::program::{root, said, scanstrasse};

/// A sheet of which this share of the pixels is black.
pub(crate) fn pepper(path: &Path, share: f32) {
    let mut seed = 1u32;
    let sheet = GrayImage::from_fn(2480, 3508, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Luma([if ((seed >> 8) as f32) < share * (1 << 24) as f32 { 0 } else { 255 }])
    });
    sheet.save(path).unwrap();
}

#[test]
fn what_takes_too_much_is_held_in_words_and_its_neighbours_are_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let scans = folder.path().join("scans/4711");
    fs::create_dir_all(&scans).unwrap();
    // Tesseract's layout analysis takes more than 300 s for the first, and more than 40 s for the second.
    pepper(&scans.join("1_noise.png"), 0.15);
    pepper(&scans.join("2_dense_noise.png"), 0.25);
    GrayImage::from_pixel(3000, 3001, image::Luma([255])).save(scans.join("3_large.png")).unwrap();
    fs::copy(root().join("testdata/backlog/AZ-2022-000789_Kowalczyk/rechnung.png"), scans.join("4_letter.png"))
        .unwrap();
    let pipeline = folder.path().join("limits.toml");
    let text = "[line]\nname = \"limits\"\n[ocr]\nengine = \"tesseract\"\n\
                [limits]\ncpu_seconds = 6\nmax_megapixels = 9\nattempts = 1\n";
    fs::write(&pipeline, text).unwrap();

    let mut run = scanstrasse(["run"]);
    run.arg(&pipeline).arg(folder.path().join("scans")).arg("--output").arg(folder.path().join("out"));
    let output = run.args(["--workers", "1", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let held = |file: &str| {
        let entry =
            summary["held"].as_array().unwrap().iter().find(|held| held["path"].as_str().unwrap().contains(file));
        let entry = entry.unwrap_or_else(|| panic!("{file} is not held: {}", said(&output)));
        (entry["kind"].as_str().unwrap().to_owned(), entry["detail"].as_str().unwrap().to_owned())
    };
    for (file, kind, words) in [
        ("1_noise", "noise", "specks"),
        ("2_dense_noise", "deadline", "limits.cpu_seconds"),
        ("3_large", "over_limit", "limits.max_megapixels"),
    ] {
        let (found, detail) = held(file);
        assert_eq!(found, kind, "{file}: {detail}");
        assert!(detail.contains(words), "{file}: {detail}");
    }
    assert_eq!(summary["pages_delivered"], 1, "{}", said(&output));
    assert_eq!(summary["pages_held"].as_u64().unwrap() + summary["scans_held"].as_u64().unwrap(), 3);
}
