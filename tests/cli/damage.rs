//! `scanstrasse run` on damaged files: each is held for a reason, the rest is delivered.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Case, is_of_scan, run, said};
use crate::truth::{scans, share_in_text};

#[test]
fn damaged_files_are_held_with_a_reason_and_the_rest_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/broken", folder.path(), &["--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));

    let scans = scans("broken");
    let case = Case::read(folder.path().join(&scans[0].case));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("the summary is JSON");
    for scan in &scans {
        let file = &scan.truth.file;
        if scan.truth.held.is_empty() {
            let (_, pdf) = case
                .documents()
                .find(|(document, _)| is_of_scan(&document["pages"][0], file))
                .unwrap_or_else(|| panic!("{file} was not delivered"));
            let text = crate::program::ask("pdftotext", [pdf.as_os_str(), "-".as_ref()]);
            let share = share_in_text(scan.truth.pages.iter().flat_map(|page| page.words()), &text);
            assert!(share >= 0.9, "{file}: {share}");
            continue;
        }
        // A person finds it in the summary, with what to do; the records office finds it in case.json.
        let told = summary["held"]
            .as_array()
            .and_then(|held| held.iter().find(|item| Path::new(item["path"].as_str().unwrap()).ends_with(file)))
            .unwrap_or_else(|| panic!("{file} is not among what is held: {summary}"));
        assert!(scan.truth.held.contains(told["kind"].as_str().unwrap()), "{file}: {told}");
        assert!(told["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{told}");
        let written = case.list("held").iter().find(|item| is_of_scan(item, file));
        let written = written.unwrap_or_else(|| panic!("{file} is not held in case.json"));
        assert_eq!(written["kind"], told["kind"], "{file}");
    }
}

#[test]
fn a_second_run_still_says_that_something_waits() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = run("testdata/broken", folder.path(), &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let said = said(&output);
        assert!(said.contains("0004_kennwort.pdf") && said.contains("password"), "{said}");
    }
}

#[test]
fn files_that_are_no_scans_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    for name in ["liste.txt", "brief.TXT", "daten.xml", "LIESMICH", "Thumbs.db"] {
        fs::write(input.join(name), "no scan").unwrap();
    }
    let text = run(input.to_str().unwrap(), &out, &[]).output().unwrap();
    assert_eq!(text.status.code(), Some(0), "{}", said(&text));
    assert!(said(&text).contains("2 .txt, 1 without an ending, 1 .xml"), "{}", said(&text));
    assert!(!said(&text).contains("liste"), "{}", said(&text));

    let json = run(input.to_str().unwrap(), &out, &["--json"]).output().unwrap();
    let summary: Value = serde_json::from_slice(&json.stdout).expect("the summary is JSON");
    assert_eq!(summary["left_lying"], serde_json::json!({"txt": 2, "xml": 1, "": 1}));
}
