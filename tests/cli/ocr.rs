//! `scanstrasse ocr`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::{root, said, scanstrasse};
use crate::truth::{TruePage, scans};

/// The pages of `ocr --format json`: an array of pages, or an object that has one.
fn pages(json: &Value) -> &Vec<Value> {
    json.as_array().or_else(|| json["pages"].as_array()).expect("the JSON holds pages")
}

fn words(page: &Value) -> Vec<(String, [f64; 4])> {
    let lines = page["lines"].as_array().expect("a page has lines");
    lines
        .iter()
        .flat_map(|line| line["words"].as_array().expect("a line has words"))
        .map(|word| {
            let text = word["text"].as_str().expect("a word has text").to_owned();
            (text, serde_json::from_value(word["box"].clone()).expect("a word has a box"))
        })
        .collect()
}

/// What is wrong with a page as it was read, each point a line.
fn complaints(name: &str, truth: &TruePage, page: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |what: &str, holds: bool, found: &dyn std::fmt::Display| {
        if !holds {
            wrong.push(format!("{name}: {what}, found {found}"));
        }
    };
    let size = (page["width_px"].as_u64(), page["height_px"].as_u64());
    let wanted = (Some(truth.width_px.into()), Some(truth.height_px.into()));
    expect(&format!("size {wanted:?}"), size == wanted, &format!("{size:?}"));
    let blank = page["blank"]["is_blank"].as_bool().or(page["blank"].as_bool());
    expect(&format!("blank {}", truth.blank), blank == Some(truth.blank), &page["blank"]);
    if truth.blank {
        return wrong;
    }
    let turn = &page["orientation_deg"];
    expect(
        &format!("orientation {}", truth.orientation_deg),
        turn.as_u64() == Some(truth.orientation_deg.into()),
        turn,
    );
    let skew = page["skew_deg"].as_f64().unwrap_or(f64::NAN);
    expect(&format!("skew {}", truth.skew_deg), (skew - truth.skew_deg).abs() <= 0.3, &skew);
    let recall = truth.recall(&words(page));
    expect("0.9 of the words in their places", recall >= 0.9, &recall);
    wrong
}

#[test]
fn reads_what_was_drawn_where_it_was_drawn() {
    let scans = scans("backlog");
    let mut by_case: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for scan in &scans {
        by_case.entry(&scan.case).or_default().push(scan.path.clone());
    }
    let folder = tempfile::tempdir().unwrap();
    for (case, files) in &by_case {
        let output = scanstrasse(["ocr", "--format", "json", "--output"])
            .arg(folder.path().join(case))
            .args(files)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert!(output.stdout.is_empty(), "with --output nothing goes to standard output: {}", said(&output));
    }
    let mut wrong = Vec::new();
    for scan in &scans {
        let name = folder.path().join(&scan.case).join(&scan.truth.file).with_extension("json");
        let json = fs::read(&name).unwrap_or_else(|e| panic!("{}: {e}", name.display()));
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(pages(&json).len(), scan.truth.pages.len(), "pages of {}", scan.path.display());
        for (index, (truth, page)) in scan.truth.pages.iter().zip(pages(&json)).enumerate() {
            wrong.extend(complaints(&format!("{}, page {}", scan.truth.file, index + 1), truth, page));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_goes_to_standard_output_in_reading_order_and_alone() {
    let scan = scans("backlog").into_iter().find(|s| s.truth.file == "merkblatt.tif").unwrap();
    let output = scanstrasse(["ocr"]).arg(&scan.path).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // The left column to its end, then the right one.
    let heads = ["Merkblatt zum", "Wer darf", "Wie lange dauert", "Was kostet", "Wie melde"];
    let places: Vec<_> = heads.iter().map(|head| text.find(head).unwrap_or_else(|| panic!("{head}: {text}"))).collect();
    assert!(places.is_sorted(), "columns are mixed: {places:?}\n{text}");
}

#[test]
fn the_second_engine_reads_too() {
    let scan = scans("backlog").into_iter().find(|s| s.truth.file == "0002.tif").unwrap();
    let output = scanstrasse(["ocr", "--engine", "tesseract", "--format", "json"]).arg(&scan.path).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON alone on standard output");
    let wrong = complaints("0002.tif", &scan.truth.pages[0], &pages(&json)[0]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_damaged_file_costs_itself_only() {
    let folder = root().join("testdata/broken/AZ-2020-000042_Störfall");
    let out = tempfile::tempdir().unwrap();
    let output = scanstrasse(["ocr", "--output"])
        .arg(out.path())
        .args(["0001_gut.tif", "0006_leer.tif", "0007_text.tif", "0009_gut.tif"].map(|name| folder.join(name)))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    for bad in ["0006_leer.tif", "0007_text.tif"] {
        assert!(said(&output).contains(bad), "{}", said(&output));
    }
    for good in ["0001_gut.txt", "0009_gut.txt"] {
        assert!(fs::read_to_string(out.path().join(good)).unwrap().contains("Grünwedel"), "{good}");
    }
}
