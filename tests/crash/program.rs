//! The program under test: started, killed, listened to.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use crate::backlog::Backlog;
use crate::oracle::{self, Page, sha256};

/// `kill_at.c`, built.
static KILL_AT: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("kill_at.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/kill_at.c");
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").output();
    let built = built.expect("cc is here: `make packages` installs build-essential");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    (folder, library)
});

/// When a call of the program kills it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    Before,
    After,
    /// After half of the bytes of a write.
    Torn,
    /// Not at all: its wall clock is a year behind from that call on.
    Back,
}

/// A backlog with a target and a state folder of its own.
pub(crate) struct Run<'b> {
    pub(crate) backlog: &'b Backlog,
    folder: tempfile::TempDir,
    workers: u32,
}

impl<'b> Run<'b> {
    pub(crate) fn new(backlog: &'b Backlog, workers: u32) -> Self {
        let run = Self { backlog, folder: in_memory(), workers };
        if backlog.has_past {
            run.live_through_past();
        }
        run
    }

    /// Over the first input alone, to its end; then a person gives up what is held.
    fn live_through_past(&self) {
        let output = self.command_over(&self.backlog.inputs[..1]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let mut discard = program();
        discard.args(["held", "discard", "--all", "--reason", oracle::REASON, "--by", oracle::PERSON]);
        let output = discard.arg("--state").arg(self.state()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }

    pub(crate) fn output(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The command, always the same.
    pub(crate) fn command(&self) -> Command {
        self.command_over(&self.backlog.inputs)
    }

    fn command_over(&self, inputs: &[PathBuf]) -> Command {
        let mut command = program();
        command.arg("run").arg(&self.backlog.pipeline).args(inputs).arg("--output").arg(self.output());
        command.arg("--state").arg(self.state()).args(["--workers", &self.workers.to_string(), "--json"]);
        command
    }

    /// Killed at the call `at`: the calls made, and what it said; `None` if it came to its end.
    pub(crate) fn killed_at(&self, at: u64, when: When) -> Option<(Vec<String>, Output)> {
        let (calls, output) = self.traced(at, when);
        match output.status.signal() {
            Some(signal) => {
                assert_eq!(signal, 9, "{}", said(&output));
                Some((calls, output))
            }
            None => {
                self.assert_ended(&output);
                None
            }
        }
    }

    /// Undisturbed, to the end: the durable calls it made.
    pub(crate) fn calls(&self) -> u64 {
        let (calls, output) = self.traced(0, When::Before);
        self.assert_ended(&output);
        calls.len() as u64
    }

    fn traced(&self, at: u64, when: When) -> (Vec<String>, Output) {
        let trace = self.folder.path().join("trace");
        let when = ["before", "after", "torn", "back"][when as usize];
        let mut command = self.command();
        command.env("LD_PRELOAD", &KILL_AT.1).env("KILL_AT", at.to_string());
        let output = command.env("KILL_WHEN", when).env("KILL_TRACE", &trace).output().unwrap();
        let calls = fs::read_to_string(&trace).unwrap_or_default().lines().map(str::to_owned).collect();
        let _ = fs::remove_file(trace);
        (calls, output)
    }

    /// To the end, with a wall clock that is set back by a year at the call `at`; gives back the pages it worked at.
    pub(crate) fn set_back_at(&self, at: u64) -> Vec<Page> {
        let (calls, output) = self.traced(at, When::Back);
        assert!(calls.len() as u64 >= at, "the clock was set back");
        self.assert_ended(&output);
        processed(&output)
    }

    /// `verify`, the scans compared too, and `status`, with this clock or one that is a year behind: both find all in
    /// order.
    pub(crate) fn assert_proven(&self, behind: bool) {
        let (mut verify, mut status) = (program(), program());
        verify.arg("verify").arg(self.output()).arg("--scans").args(&self.backlog.inputs);
        status.args(["status", "--json", "--state"]).arg(self.state());
        for mut command in [verify, status] {
            if behind {
                command.env("LD_PRELOAD", &KILL_AT.1).env("CLOCK_BEHIND", "1");
            }
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        }
    }

    /// Undisturbed, to the end; gives back the pages it worked at.
    pub(crate) fn to_the_end(&self) -> Vec<Page> {
        let output = self.command().output().unwrap();
        self.assert_ended(&output);
        processed(&output)
    }

    /// A finished run delivered everything, with the exit code for it.
    fn assert_ended(&self, output: &Output) {
        let held = self.backlog.truth.values().any(|place| *place == crate::backlog::Place::Held);
        assert_eq!(output.status.code(), Some(if held { 3 } else { 0 }), "{}", said(output));
        oracle::assert_delivered(self.backlog, &self.output(), &self.state());
    }
}

/// The program, or another build of it, an installed one.
fn program() -> Command {
    let program = std::env::var_os("SCANSTRASSE").unwrap_or(env!("CARGO_BIN_EXE_scanstrasse").into());
    let mut command = Command::new(program);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// A folder in memory where there is such a place: thousands of runs wait for the disk otherwise.
pub(crate) fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// The pages that a run told to have processed or held, which it does after their commit.
pub(crate) fn processed(output: &Output) -> Vec<Page> {
    let events = String::from_utf8_lossy(&output.stderr);
    // The last line may be cut by the kill.
    let events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let worked = events.filter(|event| event["event"] == "page_processed" || event["event"] == "held");
    worked
        .filter_map(|event| Some((event["scan"].as_str()?.to_owned(), event["page"].as_u64()?.checked_sub(1)? as u32)))
        .collect()
}

/// What a second run worked at is what the first had not committed, once, and nothing else.
pub(crate) fn assert_no_work_twice(run: &Run<'_>, committed: &BTreeSet<Page>, again: &[Page]) {
    let worked: BTreeSet<Page> = again.iter().cloned().collect();
    // The pages of equal scans may be with workers at the same time, before one is known to be a duplicate.
    let equal: BTreeSet<String> = run.backlog.duplicates.keys().map(|name| sha256(&run.backlog.scan(name))).collect();
    let single: Vec<&Page> = again.iter().filter(|(scan, _)| !equal.contains(scan)).collect();
    let distinct = worked.iter().filter(|(scan, _)| !equal.contains(scan)).count();
    assert_eq!(distinct, single.len(), "a page was worked at twice in one run");
    let twice: Vec<_> = single.iter().filter(|page| committed.contains(**page)).collect();
    assert!(twice.is_empty(), "committed pages were worked at again: {twice:?}");
    let pages = run.backlog.truth.keys().filter(|(_, index)| index.is_some()).count();
    assert_eq!(worked.union(committed).count(), pages, "pages worked at by both runs");
}

pub(crate) fn said(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n--- standard output\n{out}\n--- standard error\n{err}", output.status)
}
