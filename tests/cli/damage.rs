//! `scanstrasse run` on damaged files: each is held for a reason, the rest is delivered.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

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

/// An upgrade while a line is at work: workers that are started anew are those of the program that runs.
#[test]
fn a_worker_that_dies_is_replaced_though_the_program_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (program, output) = (folder.path().join("scanstrasse"), folder.path().join("out"));
    fs::copy(env!("CARGO_BIN_EXE_scanstrasse"), &program).unwrap();
    let pipeline = crate::program::root().join("pipelines/auslaenderamt.toml");
    let input = crate::program::root().join("testdata/broken");
    let mut line = Command::new(&program)
        .args(["run".as_ref(), pipeline.as_os_str(), input.as_os_str(), "--json".as_ref(), "--workers=1".as_ref()])
        .arg("--output")
        .arg(&output)
        .env("SCANSTRASSE_MODELS", crate::program::root().join("models"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(line.stderr.take().unwrap()).lines().map(|line| line.unwrap());
    told.find(|line| line.contains("page_started")).expect("a page is begun");
    fs::remove_file(&program).unwrap();
    assert!(kill_workers(line.id()) > 0, "no worker was found");
    let rest = told.count();
    let mut summary = String::new();
    line.stdout.take().unwrap().read_to_string(&mut summary).unwrap();
    assert_eq!(line.wait().unwrap().code(), Some(3), "{rest} more lines; {summary}");
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(count("pages_received"), count("pages_delivered") + count("pages_held") + count("blanks_recorded"));
    assert!(count("pages_delivered") > 0, "{summary}");
}

/// A worker stands in the list of children of the thread that it belongs to.
fn kill_workers(process: u32) -> usize {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.unwrap().path().join("children")).ok());
    let workers: Vec<i32> =
        children.flat_map(|text| text.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>()).collect();
    let kill = |pid| {
        let worker = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(worker, rustix::process::Signal::KILL)
    };
    workers.into_iter().filter(|&pid| kill(pid).is_ok()).count()
}
