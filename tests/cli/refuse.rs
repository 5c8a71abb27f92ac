//! What stops the program before any work, with the exit codes of its help.

use std::fs;

use crate::program::{root, run, said, scanstrasse};

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [&["run"][..], &["frobnicate"], &["run", "auslaenderamt", "testdata/backlog"], &["ocr"]] {
        let output = scanstrasse(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{}", said(&output));
    }
}

#[test]
fn a_missing_input_stops_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/no-such-folder", &folder.path().join("out"), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("no-such-folder"), "{}", said(&output));
    assert!(!folder.path().join("out").exists(), "nothing is made for a run that cannot start");
}

#[test]
fn an_output_that_cannot_be_written_stops_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "in the way").unwrap();
    let output = run("testdata/backlog", &folder.path().join("file/out"), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("file/out"), "{}", said(&output));
}

#[test]
fn an_output_within_the_input_stops_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/out");
    let output = run(folder.path().to_str().unwrap(), &out, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("--output"), "{}", said(&output));
    assert!(!folder.path().join("new").exists(), "nothing is made for a run that cannot start");
}

#[test]
fn every_problem_of_a_pipeline_file_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.toml");
    fs::write(&path, "[line]\nname = \"wrong\"\n\n[ocr]\nengin = \"ppocr\"\n\n[blank]\naction = \"burn\"\n").unwrap();
    let check = scanstrasse(["check"]).arg(&path).output().unwrap();
    let mut start = scanstrasse(["run"]);
    start.arg(&path).args(["testdata/backlog", "--output"]).arg(folder.path().join("out"));
    for output in [check, start.output().unwrap()] {
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let text = String::from_utf8(output.stderr).unwrap();
        // Line and column, the wrong word and the right ones.
        for part in ["5:1", "engin", "engine", "8:", "burn", "keep", "drop"] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
    }
    assert!(!folder.path().join("out").exists(), "nothing is made for a run that cannot start");
}

#[test]
fn the_pipelines_of_the_house_are_sound() {
    let all = fs::read_dir(root().join("pipelines")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = all.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(files.len() >= 8, "{files:?}");
    let output = scanstrasse(["check"]).args(&files).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_missing_model_folder_is_told_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/backlog", &folder.path().join("out"), &[])
        .env("SCANSTRASSE_MODELS", folder.path().join("nothing"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("make models"), "{}", said(&output));
}
