//! What must hold, read from the folders without the program's own readers; and what its own proof says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::line::{Rig, program};
use crate::writers::{Dropped, Kind};

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files below a folder; what vanishes meanwhile is left out.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(files_below(&path)),
            path => files.push(path),
        }
    }
    files
}

fn is_scan(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["png", "jpg", "tif", "pdf"].iter().any(|scan| ending == *scan))
}

/// Originals in `done` and `held`, by folder.
fn originals(rig: &Rig, shelf: &str) -> Vec<PathBuf> {
    Kind::ALL.iter().flat_map(|&kind| files_below(&rig.folder(kind).join(shelf))).filter(|path| is_scan(path)).collect()
}

/// How many originals are in `done` or `held`.
pub(crate) fn put_away(rig: &Rig) -> usize {
    originals(rig, "done").len() + originals(rig, "held").len()
}

/// Every scan of every account: SHA-256 and name.
fn accounted(rig: &Rig) -> Vec<(String, String)> {
    let mut scans = Vec::new();
    for output in rig.outputs() {
        for case in fs::read_dir(output).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = fs::read(case.join("case.json")) else { continue };
            let account: Value = serde_json::from_slice(&text).expect("case.json is whole");
            for scan in account["scans"].as_array().unwrap().iter().chain(account["duplicates"].as_array().unwrap()) {
                let sha256 = scan["sha256"].as_str().unwrap_or("unreadable").to_owned();
                scans.push((sha256, scan["file"].as_str().unwrap().to_owned()));
            }
        }
    }
    scans
}

/// At any moment: nothing is held. A file that was taken too early breaks off.
pub(crate) fn assert_none_early(rig: &Rig) {
    let held = originals(rig, "held");
    assert!(held.is_empty(), "held: {held:?}\nkept in {}\n{}", rig.keep().display(), rig.said());
}

/// Every file was taken exactly once, as its writer left it.
pub(crate) fn assert_taken_once(rig: &Rig, dropped: &[Dropped]) {
    let expected: BTreeMap<&str, &Path> =
        dropped.iter().map(|file| (file.sha256.as_str(), file.path.as_path())).collect();
    assert_eq!(expected.len(), dropped.len(), "the test drops no bytes twice");
    let mut wrong = Vec::new();
    for (what, found) in [("accounts", accounted(rig)), ("done", digests(&originals(rig, "done")))] {
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for (sha256, name) in &found {
            *times.entry(sha256).or_default() += 1;
            if !expected.contains_key(sha256.as_str()) {
                wrong.push(format!("taken too early, or altered: {name} in {what}"));
            }
        }
        for (sha256, path) in &expected {
            match times.get(sha256).copied().unwrap_or(0) {
                1 => {}
                0 => wrong.push(format!("lost: {} is not in {what}", path.display())),
                many => wrong.push(format!("taken {many} times: {} in {what}", path.display())),
            }
        }
    }
    let held = originals(rig, "held");
    wrong.extend(held.iter().map(|path| format!("held: {}", path.display())));
    wrong.extend(left_lying(rig).iter().map(|path| format!("left lying: {}", path.display())));
    wrong.extend(unproven(rig));
    wrong.truncate(40);
    assert!(
        wrong.is_empty(),
        "{} of {} files:\n{}\nkept in {}\n{}",
        wrong.len(),
        dropped.len(),
        wrong.join("\n"),
        rig.keep().display(),
        rig.said()
    );
}

fn digests(files: &[PathBuf]) -> Vec<(String, String)> {
    files.iter().map(|path| (sha256(&fs::read(path).unwrap()), path.display().to_string())).collect()
}

/// Scans that are neither in `done` nor in `held`: in the folder, or with the claims.
fn left_lying(rig: &Rig) -> BTreeSet<PathBuf> {
    let all = Kind::ALL.iter().flat_map(|&kind| {
        let folder = rig.folder(kind);
        let shelves = ["done", "held"].map(|shelf| folder.join(shelf));
        files_below(&folder).into_iter().filter(move |path| !shelves.iter().any(|shelf| path.starts_with(shelf)))
    });
    all.filter(|path| is_scan(path)).collect()
}

/// What `verify` says of the targets and the originals.
fn unproven(rig: &Rig) -> Vec<String> {
    let done: Vec<PathBuf> =
        Kind::ALL.iter().map(|&kind| rig.folder(kind).join("done")).filter(|done| done.exists()).collect();
    let outputs = rig.outputs();
    let mut wrong = Vec::new();
    for output in &outputs {
        let mut verify = Command::new(program());
        verify.arg("verify").arg(output);
        // With two lines the originals of the other one are unknown to each.
        if outputs.len() == 1 {
            verify.arg("--scans").args(&done);
        }
        let verified = verify.output().unwrap();
        if !verified.status.success() {
            let said =
                String::from_utf8_lossy(&verified.stdout).into_owned() + &String::from_utf8_lossy(&verified.stderr);
            wrong.push(format!("not proven: {}", said.lines().take(10).collect::<Vec<_>>().join("\n  ")));
        }
    }
    wrong
}
