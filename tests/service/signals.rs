//! Starting, reloading, stopping: what is told to whom, and when.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;

use crate::rig::{LONG, Place, program, root};

#[test]
fn it_is_ready_gives_signs_of_life_and_stops_when_told() {
    let place = Place::new();
    let mut line = place.watch(&[]);
    line.wait_told("READY=1", 1);
    assert_eq!(line.wait_event("ready", 1)["stations"], 1);

    // Half of the second that WATCHDOG_USEC names.
    line.wait_told("WATCHDOG=1", 1);
    let before = line.messages("WATCHDOG=1").count();
    line.listen(Duration::from_secs(4));
    let signs = line.messages("WATCHDOG=1").count() - before;
    assert!((4..=9).contains(&signs), "{signs} signs of life in 4 s: {:?}", line.told);

    line.signal(Signal::TERM);
    let (status, took) = line.wait_end();
    assert_eq!(status.code(), Some(0), "{}", line.log.join("\n"));
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!(line.messages("STOPPING=1").count(), 1);
    for status in line.messages("STATUS=") {
        assert!(!status.contains('/') && status.lines().count() == 1, "{status}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = Place::new();
    let mut line = place.watch(&[]);
    line.signal(Signal::TERM);
    thread::sleep(Duration::from_millis(200));
    line.signal(Signal::TERM);
    // Either it had ended by the first, or the second ends it: never does it hang.
    let (status, took) = line.wait_end();
    assert!(status.code().is_some_and(|code| code <= 1) || status.code().is_none(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn pages_that_take_too_long_do_not_keep_a_stop_waiting() {
    let place = Place::new();
    place.define("[limits]\ndrain_seconds = 2\n");
    let mut line = place.watch(&[]);
    line.wait_told("READY=1", 1);
    // Every worker hangs, and so does whoever looks into files.
    let workers = line.children();
    assert!(!workers.is_empty());
    let stop = |signal| {
        for worker in &workers {
            let _ = kill_process(Pid::from_raw(*worker).unwrap(), signal);
        }
    };
    let scan = scan();
    fs::copy(&scan, place.path("in/a.tif")).unwrap();
    line.wait_event("claimed", 1);
    stop(Signal::STOP);
    line.wait_event("scan_received", 1);
    line.listen(Duration::from_secs(1));
    line.signal(Signal::TERM);
    let (status, took) = line.wait_end();
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    if status.code() == Some(1) {
        assert!(took >= Duration::from_secs(2), "{took:?}");
        assert!(line.log.iter().any(|l| l.contains("given_up")), "{}", line.log.join("\n"));
    }
    // The workers end with their parent, even stopped ones.
    let begun = Instant::now();
    while workers.iter().any(|worker| test_kill_process(Pid::from_raw(*worker).unwrap()).is_ok()) {
        assert!(begun.elapsed() < LONG, "workers stayed");
        thread::sleep(Duration::from_millis(50));
    }

    // Nothing is lost: the next start delivers it.
    let mut again = place.watch(&[]);
    again.wait_event("batch_delivered", 1);
    again.signal(Signal::TERM);
    assert_eq!(again.wait_end().0.code(), Some(0));
    assert!(fs::read_to_string(place.path("out/index.csv")).unwrap().lines().count() >= 2);
}

/// A scan of one page.
pub(crate) fn scan() -> std::path::PathBuf {
    let case = root().join("testdata/backlog/AZ-2024-000123_Beispiel");
    let mut files: Vec<_> = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().find(|file| file.extension().is_some_and(|e| e == "tif")).expect("a TIFF")
}

#[test]
fn a_bad_definition_is_refused_and_a_good_one_is_taken() {
    let place = Place::new();
    let mut line = place.watch(&[]);
    line.wait_told("READY=1", 1);

    place.define("[limits]\npage_secs = 3\n");
    line.signal(Signal::HUP);
    let refused = line.wait_event("reload_refused", 1);
    let problem = refused["problems"][0].as_str().unwrap().to_owned();
    assert!(problem.contains("limits.page_secs: unknown key; did you mean \"page_seconds\"?"), "{problem}");

    place.define("# no target.\n[target]\nfolder = \"elsewhere\"\n");
    line.signal(Signal::HUP);
    let refused = line.wait_event("reload_refused", 2);
    assert!(refused["problems"][0].as_str().unwrap().contains("output folder cannot change"), "{refused}");
    assert!(!place.path("elsewhere").exists());
    assert_eq!((line.messages("RELOADING=1").count(), line.messages("READY=1").count()), (0, 1));

    place.define("# no line.\n[line]\nname = \"post\"\nworkers = 2\n");
    line.signal(Signal::HUP);
    let told = line.wait_told("RELOADING=1", 1);
    let since_boot = told.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")).expect("the time of it");
    assert!(since_boot.parse::<u64>().unwrap() > 0);
    line.wait_told("READY=1", 2);
    assert_eq!(line.wait_event("ready", 2)["workers"], 2);

    line.signal(Signal::TERM);
    assert_eq!(line.wait_end().0.code(), Some(0));
}

#[test]
fn a_reload_in_the_middle_of_work_loses_nothing_and_does_nothing_twice() {
    let place = Place::new();
    let mut line = place.watch(&[]);
    line.wait_told("READY=1", 1);
    let names: Vec<String> = (0..6).map(|number| format!("case-{number}.tif")).collect();
    for name in &names {
        fs::copy(scan(), place.path("in").join(name)).unwrap();
    }
    line.wait_event("claimed", 1);
    place.define("# no line.\n[line]\nname = \"post\"\nworkers = 2\n");
    line.signal(Signal::HUP);
    line.wait_told("READY=1", 2);
    let delivered =
        || names.iter().filter(|name| place.path("out").join(name.trim_end_matches(".tif")).is_dir()).count();
    let begun = Instant::now();
    while delivered() < names.len() || !left(&place.path("in")).is_empty() {
        assert!(begun.elapsed() < LONG, "{} delivered: {}", delivered(), line.log.join("\n"));
        line.listen(Duration::from_millis(200));
    }
    line.signal(Signal::TERM);
    assert_eq!(line.wait_end().0.code(), Some(0));
    for name in &names {
        let case = place.path("out").join(name.trim_end_matches(".tif"));
        let pdfs = fs::read_dir(case)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "pdf"));
        assert_eq!(pdfs.count(), 1, "{name}");
    }
}

/// Files that lie in the watch folder itself.
fn left(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

#[test]
fn the_journal_gets_a_level_and_an_event_a_line() {
    let place = Place::new();
    let path = place.path("journal");
    let log = File::create(&path).unwrap();
    let stream = log.metadata().unwrap();
    // sd-daemon(3): device and inode of the stream, in decimal.
    let mut child = program()
        .arg("watch")
        .arg(place.pipeline())
        .env("JOURNAL_STREAM", format!("{}:{}", stream.dev(), stream.ino()))
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !fs::read_to_string(&path).unwrap().contains("\"ready\"") {
        assert!(
            begun.elapsed() < LONG && child.try_wait().unwrap().is_none(),
            "{}",
            fs::read_to_string(&path).unwrap()
        );
        thread::sleep(Duration::from_millis(50));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines() {
        let (level, body) =
            line.strip_prefix('<').and_then(|rest| rest.split_once('>')).unwrap_or_else(|| panic!("{line}"));
        assert!(matches!(level, "3" | "4" | "6" | "7"), "{line}");
        assert!(serde_json::from_str::<Value>(body).unwrap()["event"].is_string(), "{line}");
    }
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("<6>") && last.contains("\"event\":\"stopped\""), "{text}");
    assert!(!text.contains(&*place.path("in").to_string_lossy()), "{text}");
}

#[test]
fn what_cannot_be_watched_is_said_before_anything_is_made() {
    let place = Place::new();
    let refused = |hint: &str, more: &[&str]| {
        let output = program().arg("watch").arg(place.pipeline()).args(more).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(hint), "{text}");
        assert!(!place.path("out").exists());
        output.status.code()
    };
    fs::write(place.pipeline(), "[line]\nname = \"post\"\n[target]\nfolder = \"out\"\n").unwrap();
    assert_eq!(refused("add a [[watch]]", &[]), Some(2));
    place.define("# no target.\n");
    assert_eq!(refused("under [target]", &[]), Some(2));
    place.define("");
    assert_eq!(refused("--metrics-open", &["--metrics", "0.0.0.0:0"]), Some(2));
    fs::remove_dir(place.path("in")).unwrap();
    assert_eq!(refused("mount its share", &[]), Some(1));
}
