//! The worker that looks whether files are whole: real files through a real worker, which may die at any time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]
#![allow(missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use scanstrasse::model::Wholeness::{Torn, Whole};
use scanstrasse::model::{Face, Opening};
use scanstrasse::page::Recipe;
use scanstrasse::worker::pool::WORKER_ARGUMENT;
use scanstrasse::worker::scout::Scout;
use scanstrasse::worker::{PoolConfig, WorkerLimits, child};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return child::serve();
    }
    let tests: [(&str, fn()); 4] = [
        ("whole files are told from torn ones", whole_files_are_told_from_torn_ones),
        ("a cover sheet is read", a_cover_sheet_is_read),
        ("a scout that dies costs one look", a_scout_that_dies_costs_one_look),
        ("a scout is light and quick", a_scout_is_light_and_quick),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("test result: ok. {} passed; 0 failed", tests.len());
    ExitCode::SUCCESS
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/backlog/AZ-2024-000123_Beispiel").join(name)
}

/// Without a model anywhere.
fn scout() -> Scout {
    let models = tempfile::tempdir().unwrap();
    let (recipe, limits) = (Recipe { orient_by_content: true, ..Recipe::default() }, WorkerLimits::default());
    Scout::start(&PoolConfig { workers: 8, recipe, models: models.path().to_owned(), limits }).unwrap()
}

/// The processes that this one has started.
fn children() -> Vec<Pid> {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let listed = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("children")).unwrap_or_default());
    let numbers = listed.collect::<Vec<_>>().concat();
    numbers.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().unwrap())).collect()
}

fn whole_files_are_told_from_torn_ones() {
    let scout = scout();
    assert!(scout.protection().is_some());
    let folder = tempfile::tempdir().unwrap();
    for name in ["0001_antrag.tif", "0002_bescheid.pdf"] {
        assert_eq!(scout.look(&file(name)), Whole, "{name}");
        let bytes = fs::read(file(name)).unwrap();
        let torn = folder.path().join(name);
        fs::write(&torn, &bytes[..bytes.len() - 100]).unwrap();
        assert_eq!(scout.look(&torn), Torn, "{name}");
    }
    let pipe = folder.path().join("pipe.pdf");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    for nothing in [&pipe, folder.path(), &folder.path().join("none.pdf")] {
        assert_eq!(scout.look(nothing), Torn);
    }
    assert_eq!(scout.look(&file("0001_antrag.tif")), Whole);
    drop(scout);
    assert!(children().is_empty(), "a scout outlives its owner");
}

fn a_cover_sheet_is_read() {
    let scout = scout();
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let sheets = ["separators", "--case", "4711/24", "--pages", "12", "--sheets", "6", "--duplex", "--output", "s.pdf"];
    run(env!("CARGO_BIN_EXE_scanstrasse"), &sheets);
    run("pdftoppm", &["-r", "200", "-png", "-gray", "s.pdf", "s"]);
    for side in ["s-1.png", "s-2.png"] {
        let sheet = Face::Separator { pages: Some(12), sheets: Some(6) };
        let expected = Opening { pages: 1, first: Some(sheet), second: None };
        assert_eq!(scout.opening(&folder.path().join(side), true), Some(expected), "{side}");
    }
    // A form with a back that is blank; asked for its length only; and no scan.
    let form = scout.opening(&file("0001_antrag.tif"), true).unwrap();
    assert_eq!((form.first, form.second), (Some(Face::Page), Some(Face::Blank)));
    assert_eq!(scout.opening(&file("0001_antrag.tif"), false), Some(Opening { first: None, second: None, ..form }));
    assert_eq!(scout.opening(&folder.path().join("s.pdf"), true).map(|opening| opening.pages), Some(2));
    assert_eq!(scout.opening(folder.path(), true), None);
}

fn a_scout_that_dies_costs_one_look() {
    let scout = scout();
    let path = file("0001_antrag.tif");
    for _ in 0..3 {
        assert_eq!(scout.look(&path), Whole);
        for child in children() {
            kill_process(child, Signal::KILL).unwrap();
        }
        let end = Instant::now() + Duration::from_secs(30);
        let mut answers = vec![scout.look(&path)];
        while answers.last() != Some(&Whole) {
            assert!(Instant::now() < end, "it does not come up again");
            answers.push(scout.look(&path));
        }
        assert!(answers.len() <= 2, "{answers:?}");
    }
}

fn a_scout_is_light_and_quick() {
    const LOOKS: u32 = 200;
    let scout = scout();
    let path = file("0001_antrag.tif");
    let started = Instant::now();
    (0..LOOKS).for_each(|_| assert_eq!(scout.look(&path), Whole));
    let each = started.elapsed() / LOOKS;
    let resident_kib = |child: &Pid| {
        let status = fs::read_to_string(format!("/proc/{}/status", child.as_raw_nonzero())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap()
    };
    let children = children();
    let kib: u64 = children.iter().map(resident_kib).sum();
    println!("a scout: {kib} KiB resident, {each:?} a look");
    assert_eq!(children.len(), 1);
    assert!(kib < 100 << 10, "{kib} KiB: has it loaded models?");
    assert!(each < Duration::from_millis(500), "{each:?} a look");
}
