//! Every hostile scan of `testdata/hostile/` through the real program, its workers included: delivered, or held with a
//! sensible reason, within seconds. No crash of a worker, no missed deadline, no endless memory.
//!
//! `expected.json` says what may become of a file; a file that it does not name (`found/`: what fuzzing found) may become
//! anything but a crash, a hang or nonsense.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// For a page; but for one that shall miss it the slowest takes a second on a busy machine.
const PAGE_SECONDS: u64 = 15;

/// Largest resident memory of a worker, in KiB. One file (`many_dashes.pdf`) makes the renderer take all it gets in its time;
/// all others stay below 100 MiB.
const MAX_WORKER_KIB: u64 = 2 << 20;

/// The same of the parent, which parses nothing.
const MAX_PARENT_KIB: u64 = 200 << 10;

fn scans(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(scans(&entry));
        } else if entry.extension().is_some_and(|ending| ["tif", "jpg", "png", "pdf"].iter().any(|e| ending == *e)) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// Peak resident memory, in KiB, of the process.
fn peak_kib(process: &Path) -> Option<u64> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn children(parent: &Path) -> Vec<PathBuf> {
    let tasks = fs::read_dir(parent.join("task")).into_iter().flatten().flatten();
    let listed: Vec<String> = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok()).collect();
    listed.iter().flat_map(|ids| ids.split_whitespace()).map(|id| Path::new("/proc").join(id)).collect()
}

/// The places of a scan's pages, by the accounts: `delivered`, or why it is held.
fn places(output: &Path) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in fs::read_dir(output).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(text) = fs::read(case.join("case.json")) else { continue };
        let account: Value = serde_json::from_slice(&text).unwrap();
        let mut put = |entry: &Value, place: String| {
            places.entry(entry["file"].as_str().unwrap().to_owned()).or_default().push(place);
        };
        let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
        for document in list(&account, "documents") {
            list(&document, "pages").iter().for_each(|page| put(page, "delivered".into()));
        }
        list(&account, "held").iter().for_each(|held| put(held, held["kind"].as_str().unwrap().into()));
    }
    places
}

#[test]
fn each_hostile_scan_is_delivered_or_held_with_a_sensible_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/hostile");
    let expected: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let work = tempfile::tempdir().unwrap();
    let (input, output, pipeline) = (work.path().join("in"), work.path().join("out"), work.path().join("hostile.toml"));
    let mut sent = BTreeMap::new();
    for (number, scan) in scans(&folder).into_iter().enumerate() {
        let name = format!("{number:03}/{}", scan.file_name().unwrap().to_str().unwrap());
        fs::create_dir_all(input.join(&name).parent().unwrap()).unwrap();
        fs::copy(&scan, input.join(&name)).unwrap();
        sent.insert(name, scan);
    }
    let text = format!(
        "[line]\nname = \"hostile\"\n[page]\norientation = \"tags\"\n[ocr]\nenabled = false\n\
         [limits]\npage_seconds = {PAGE_SECONDS}\nopen_seconds = {PAGE_SECONDS}\nattempts = 1\n\
         max_megapixels = 100\nmax_unpacked_mib = 256\n"
    );
    fs::write(&pipeline, text).unwrap();

    let begun = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_scanstrasse"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("run")
        .args([&pipeline, &input])
        .arg("--output")
        .arg(&output)
        .args(["--workers", "2"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let parent = PathBuf::from(format!("/proc/{}", program.id()));
    let (mut parent_kib, mut worker_kib) = (0, 0);
    let status = loop {
        parent_kib = peak_kib(&parent).unwrap_or(0).max(parent_kib);
        worker_kib = children(&parent).iter().filter_map(|child| peak_kib(child)).fold(worker_kib, u64::max);
        if let Some(status) = program.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    eprintln!(
        "{} hostile scans in {:.1?}, peak memory {} MiB (parent), {} MiB (worker)",
        sent.len(),
        begun.elapsed(),
        parent_kib >> 10,
        worker_kib >> 10
    );
    assert_eq!(status.code(), Some(3));

    let places = places(&output);
    let mut wrong = Vec::new();
    for (name, scan) in &sent {
        let file = scan.file_name().unwrap().to_str().unwrap();
        let Some(found) = places.get(name) else {
            wrong.push(format!("{file} is nowhere"));
            continue;
        };
        let bad = |kind: &&String| match expected.get(file) {
            Some(allowed) => !allowed.contains(kind),
            None => matches!(kind.as_str(), "crash" | "deadline" | "nonsense" | "engine" | "io"),
        };
        if let Some(kind) = found.iter().find(bad) {
            wrong.push(format!("{file} became {kind}, expected {:?}", expected.get(file)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), sent.len(), wrong.join("\n"));
    assert!(parent_kib < MAX_PARENT_KIB, "the parent took {parent_kib} KiB");
    assert!(worker_kib < MAX_WORKER_KIB, "a worker took {worker_kib} KiB");
}
