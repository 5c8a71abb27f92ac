//! `scanstrasse run` on sound cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use scanstrasse::model::Digest;
use tempfile::TempDir;

use crate::program::{Case, ask, is_of_scan, root, run, said, scanstrasse};
use crate::truth::{TrueScan, scans, share_in_text};

/// One run that all tests here look at.
static DELIVERED: LazyLock<(TempDir, Output)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/backlog", folder.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    (folder, output)
});

fn cases(folder: &Path) -> BTreeMap<String, Case> {
    scans("backlog").into_iter().map(|scan| (scan.case.clone(), Case::read(folder.join(&scan.case)))).collect()
}

/// Documents with the scan each was made of.
fn documents() -> Vec<(TrueScan, serde_json::Value, PathBuf)> {
    let cases = cases(DELIVERED.0.path());
    let mut documents = Vec::new();
    for scan in scans("backlog") {
        let (document, pdf) = cases[&scan.case]
            .documents()
            .find(|(document, _)| is_of_scan(&document["pages"][0], &scan.truth.file))
            .unwrap_or_else(|| panic!("no document was made of {}", scan.path.display()));
        let document = document.clone();
        documents.push((scan, document, pdf));
    }
    documents
}

fn pages_of(pdf: &Path) -> usize {
    ask("qpdf", ["--show-npages".as_ref(), pdf.as_os_str()]).trim().parse().expect("a number of pages")
}

#[test]
fn every_page_of_every_scan_is_delivered() {
    let mut received = 0;
    for (scan, document, pdf) in documents() {
        received += scan.truth.pages.len();
        assert_eq!(pages_of(&pdf), scan.truth.pages.len(), "{}", pdf.display());
        assert_eq!(document["pages"].as_array().map(Vec::len), Some(scan.truth.pages.len()), "{}", pdf.display());
        let bytes = fs::read(&pdf).unwrap();
        assert_eq!(document["sha256"], Digest::of(&bytes).to_string(), "{}", pdf.display());
        let scan_digest = Digest::of(&fs::read(&scan.path).unwrap()).to_string();
        for page in document["pages"].as_array().unwrap() {
            assert_eq!(page["scan"], scan_digest, "{}", scan.path.display());
        }
    }
    let cases = cases(DELIVERED.0.path());
    let sum = |what: &str| -> u64 { cases.values().map(|c| c.account["balance"][what].as_u64().unwrap()).sum() };
    assert_eq!(sum("received"), received as u64);
    assert_eq!(sum("delivered"), received as u64);
    assert_eq!(sum("held"), 0);
}

#[test]
fn documents_are_named_by_number_and_type() {
    let pipeline: toml::Table =
        fs::read_to_string(root().join("pipelines/auslaenderamt.toml")).unwrap().parse().unwrap();
    let names: Vec<&str> = pipeline["type"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let (mut wrong, mut open) = (Vec::new(), 0);
    for (scan, document, pdf) in documents() {
        let file = pdf.file_name().unwrap().to_string_lossy();
        let kind = document["type"].as_str().unwrap();
        assert!(file.len() > 5 && file.as_bytes()[..4].iter().all(u8::is_ascii_digit), "{file}");
        // Of a type that this pipeline does not know nothing is expected.
        let Some(truth) = scan.truth.kind.as_deref().filter(|truth| names.contains(truth)) else { continue };
        if kind == "unbekannt" {
            open += 1;
        } else if kind != truth || !file[4..].starts_with('_') {
            wrong.push(format!("{}: {truth}, found {kind} as {file}", scan.truth.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // One may be in doubt, and says so; a wrong name would be another matter.
    assert!(open <= 1, "{open} left open");
}

#[test]
fn the_index_names_every_document() {
    let index = fs::read_to_string(DELIVERED.0.path().join("index.csv")).unwrap();
    for (scan, document, pdf) in documents() {
        let line = format!("{}/{}", scan.case, pdf.file_name().unwrap().to_string_lossy());
        let line = index.lines().find(|l| l.contains(&line)).unwrap_or_else(|| panic!("{line} is not in the index"));
        assert!(line.contains(document["sha256"].as_str().unwrap()), "{line}");
    }
}

#[test]
fn documents_are_listed_in_order_of_doubt() {
    let listed = |limit: &str| -> Vec<(String, String)> {
        let output =
            scanstrasse(["status", "--doubts", limit, "--json", "--output"]).arg(DELIVERED.0.path()).output().unwrap();
        let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |document: &serde_json::Value, key: &str| document[key].as_str().unwrap().to_owned();
        let all = all.as_array().unwrap();
        assert!(all.is_sorted_by_key(|document| document["confidence"].as_f64().unwrap()), "{all:?}");
        all.iter().map(|document| (text(document, "file"), text(document, "type"))).collect()
    };
    // Exactly those of the index, which has them in order of their cases.
    let index = fs::read_to_string(DELIVERED.0.path().join("index.csv")).unwrap();
    let mut rows: Vec<_> = index
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(';').collect();
            (cells[5].to_owned(), cells[2].to_owned())
        })
        .collect();
    let mut all = listed("1000");
    assert_eq!(listed("2"), all[..2]);
    rows.sort();
    all.sort();
    assert_eq!(all, rows);
}

#[test]
fn the_pdfs_are_sound_pdf_a_with_the_text_of_the_pages() {
    let documents = documents();
    for (scan, _, pdf) in &documents {
        let check = ask("qpdf", ["--check".as_ref(), pdf.as_os_str()]);
        assert!(!check.contains("WARNING"), "{check}");
        let wanted: Vec<String> = scan.truth.pages.iter().flat_map(|page| page.words()).collect();
        if wanted.is_empty() {
            continue;
        }
        let text = ask("pdftotext", [pdf.as_os_str(), "-".as_ref()]);
        let share = share_in_text(wanted.into_iter(), &text);
        assert!(share >= 0.9, "{}: {share} of the words are in the text layer\n{text}", scan.path.display());
    }
    ask(root().join("tools/verapdf/verapdf"), documents.iter().map(|(_, _, pdf)| pdf));
}

#[test]
fn pages_stand_upright() {
    for (scan, _, pdf) in documents() {
        let info = ask("pdfinfo", ["-l".as_ref(), "-1".as_ref(), pdf.as_os_str()]);
        let field = |line: &str| -> Option<(f64, f64)> {
            let (width, rest) = line.split_once("size:")?.1.trim().split_once(" x ")?;
            Some((width.parse().ok()?, rest.split_whitespace().next()?.parse().ok()?))
        };
        let sizes: Vec<_> = info.lines().filter_map(field).collect();
        assert_eq!(sizes.len(), scan.truth.pages.len(), "{info}");
        // Every sheet is A4 upright, however it lay in the scanner: 595 x 842 points.
        for (width, height) in sizes {
            assert!((width - 595.0).abs() < 30.0 && (height - 842.0).abs() < 30.0, "{}:\n{info}", scan.path.display());
        }
        assert!(info.lines().filter(|l| l.contains(" rot:")).all(|l| l.trim_end().ends_with(" 0")), "{info}");
    }
}

/// The promise to the records office: the scanner's own JPEG and Group 4 streams lie in the PDF bit for bit.
#[test]
fn the_scanners_streams_are_in_the_pdf_bit_for_bit() {
    let mut compared = 0;
    for (scan, _, pdf) in documents() {
        // LZW, Deflate and PNG have no stream that a PDF could hold; two Group 4 strips are no one stream.
        if ["wohnungsgeber.tif", "0002.tif", "rechnung.png", "0003_meldebescheinigung.tif"]
            .contains(&scan.truth.file.as_str())
        {
            continue;
        }
        let original = fs::read(&scan.path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // -all writes JPEG and CCITT streams as they are.
        ask("pdfimages", ["-all".as_ref(), pdf.as_os_str(), folder.path().join("page").as_os_str()]);
        let mut streams = 0;
        for file in fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|e| e == "params") {
                continue;
            }
            assert!(path.extension().is_some_and(|e| e == "jpg" || e == "ccitt"), "{}", path.display());
            let stream = fs::read(&path).unwrap();
            assert!(contains(&original, &stream), "{}: a stream was changed", scan.path.display());
            streams += 1;
        }
        assert_eq!(streams, scan.truth.pages.len(), "{}", scan.path.display());
        compared += streams;
    }
    assert!(compared >= 13, "only {compared} streams were compared");
}

/// Whether `part` lies in `whole`. Scanners' streams are long and begin all alike, so their ends are compared first.
fn contains(whole: &[u8], part: &[u8]) -> bool {
    let tail = &part[part.len().saturating_sub(16)..];
    whole.windows(part.len()).any(|window| window.ends_with(tail) && window == part)
}

#[test]
fn a_second_run_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let input = "testdata/backlog/AZ-2021-001002_Nguyen-Lindner";
    let first = run(input, folder.path(), &[]).output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let before = files_below(folder.path());
    assert!(before.keys().any(|path| path.extension().is_some_and(|e| e == "pdf")), "{before:?}");
    let second = run(input, folder.path(), &["--json"]).output().unwrap();
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    assert_eq!(before, files_below(folder.path()));
    assert!(!said(&second).contains("page_processed"), "{}", said(&second));
}

/// Delivered files with their digest, and for documents the time of change (accounts may be written again as they
/// were); the state folder apart.
fn files_below(folder: &Path) -> BTreeMap<PathBuf, (Option<SystemTime>, Digest)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            let is_document = path.extension().is_some_and(|e| e == "pdf");
            let changed = is_document.then(|| fs::metadata(&path).unwrap().modified().unwrap());
            files.insert(path.clone(), (changed, Digest::of(&fs::read(&path).unwrap())));
        }
    }
    files
}

#[test]
fn a_killed_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = run("testdata/backlog", folder.path(), &["--workers", "1"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Until the first case stands, or it is clear that none will: then the later run has the more to do.
    let patience = Instant::now() + Duration::from_secs(20);
    while Instant::now() < patience && first.try_wait().unwrap().is_none() && files_below(folder.path()).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // SIGKILL: nothing is tidied up.
    first.kill().unwrap();
    first.wait().unwrap();
    let second = run("testdata/backlog", folder.path(), &[]).output().unwrap();
    assert_eq!(second.status.code(), Some(0), "{}", said(&second));
    let cases = cases(folder.path());
    let delivered: usize = cases.values().flat_map(Case::documents).map(|(_, pdf)| pages_of(&pdf)).sum();
    let received: usize = scans("backlog").iter().map(|scan| scan.truth.pages.len()).sum();
    assert_eq!(delivered, received);
    let pdfs = files_below(folder.path()).into_keys().filter(|path| path.extension().is_some_and(|e| e == "pdf"));
    assert_eq!(pdfs.count(), scans("backlog").len(), "no document stands there twice");
}

#[test]
fn progress_tells_nothing_of_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/backlog/AZ-2021-001002_Nguyen-Lindner", folder.path(), &["--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.is_empty());
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    }
    for secret in ["Nguyen", "Grünwedel", "001002", "Vermerk"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
    serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("the summary is JSON");
}
