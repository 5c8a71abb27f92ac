//! `scanstrasse watch` under torture: eight writers drop small files into watch folders of every kind, at once, in pieces,
//! by rename, with markers, while the program is killed and started again. At the end every file has been taken exactly
//! once, none before its writer was done with it, and none is lost.
//!
//! `make test` does it with a few files, `make soak` with 10,000. WATCH_FILES, WATCH_KILLS and WATCH_SEED choose another
//! course; a seed gives the same files and the same writers' steps, not the same moments.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

mod dice;
mod line;
mod oracle;
mod scans;
mod writers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dice::Dice;
use line::{Line, Rig};
use writers::{Dropped, SETTLE};

const WRITERS: u64 = 8;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// How a course goes.
struct Course {
    files: u64,
    /// So often the program is killed; in the middle of them it is told to end (SIGTERM), once.
    kills: u64,
    /// Longest time between two kills.
    longest: Duration,
    /// Time that the program has before the writers begin.
    head_start: Duration,
    /// For the program to come to its end when the writers are done and nobody disturbs it any more.
    patience: Duration,
}

/// Lets writers and kills go their course, and asserts what must hold. Gives back what was dropped and when it was taken.
fn torture(course: &Course, seed: u64) -> (Vec<Dropped>, Rig) {
    eprintln!("seed {seed}: {} files, {} kills", course.files, course.kills);
    let rig = Rig::new();
    let begun = Instant::now();
    let writing = Arc::new(AtomicBool::new(true));
    let dropped = thread::scope(|scope| {
        let rig = &rig;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let files = course.files / WRITERS + u64::from(writer < course.files % WRITERS);
                let dice = Dice::new(seed ^ (writer + 1));
                scope.spawn(move || {
                    thread::sleep(course.head_start);
                    writers::write(rig, writer, files, dice)
                })
            })
            .collect();
        let killer = {
            let writing = writing.clone();
            scope.spawn(move || disturb(rig, course, &mut Dice::new(seed), &writing))
        };
        let dropped: Vec<Dropped> = writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
        writing.store(false, Ordering::SeqCst);
        killer.join().expect("the killer");
        dropped
    });
    eprintln!("all is written and every kill done after {:.1} s", begun.elapsed().as_secs_f32());
    let line = Line::start(&rig);
    let away = Instant::now();
    while oracle::put_away(&rig) < dropped.len() && away.elapsed() < course.patience && line.is_running() {
        thread::sleep(Duration::from_millis(100));
    }
    line.end(&rig);
    eprintln!("all is put away after {:.1} s", begun.elapsed().as_secs_f32());
    oracle::assert_taken_once(&rig, &dropped);
    (dropped, rig)
}

/// Starts the program and kills it, again and again.
fn disturb(rig: &Rig, course: &Course, dice: &mut Dice, writing: &AtomicBool) {
    for kill in 0..course.kills {
        let mut line = Line::start(rig);
        line.run_for(Duration::from_millis(dice.roll(course.longest.as_millis() as u64)));
        match kill == course.kills / 2 {
            true => line.end(rig),
            false => line.kill(),
        }
        oracle::assert_none_early(rig);
    }
    if writing.load(Ordering::SeqCst) {
        // The rest of the writing meets a line that goes on.
        let mut line = Line::start(rig);
        while writing.load(Ordering::SeqCst) {
            line.run_for(Duration::from_millis(200));
        }
        line.kill();
    }
}

/// The test's own ground: what is dropped can be delivered.
#[test]
fn the_made_scans_are_sound() {
    let rig = Rig::new();
    let mut dice = Dice::new(5);
    let input = rig.folder(writers::Kind::Quiet);
    for number in 0..40 {
        let scan = scans::scan(number, &mut dice);
        std::fs::write(input.join(format!("{number}.{}", scan.ending)), scan.bytes).unwrap();
    }
    let run = line::run(&rig, &input);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_file_is_taken_once_and_none_early() {
    let course = Course {
        files: number("WATCH_FILES", 120),
        kills: number("WATCH_KILLS", 5),
        longest: Duration::from_millis(2500),
        head_start: Duration::ZERO,
        patience: Duration::from_secs(120),
    };
    torture(&course, number("WATCH_SEED", 1));
}

#[test]
#[ignore = "ten thousand files: for `make soak`"]
fn ten_thousand_files() {
    let course = Course {
        files: number("WATCH_FILES", 10_000),
        kills: number("WATCH_KILLS", 60),
        longest: Duration::from_secs(8),
        head_start: Duration::ZERO,
        patience: Duration::from_secs(3600),
    };
    torture(&course, number("WATCH_SEED", 1));
}

/// From the last byte (or rename, or marker) to the claim: the settle time and a second at most. Without kills.
#[test]
#[ignore = "a measurement: for `make soak`"]
fn complete_files_are_taken_within_a_second() {
    let files = number("WATCH_FILES", 400);
    let (head_start, patience) = (Duration::from_secs(4), Duration::from_secs(600));
    let course = Course { files, kills: 0, longest: Duration::ZERO, head_start, patience };
    let (dropped, _rig) = torture(&course, number("WATCH_SEED", 1));
    for (what, settles) in [("files that settle", true), ("files with marker or final name", false)] {
        let mut waits: Vec<Duration> =
            dropped.iter().filter(|file| file.settles == settles).filter_map(Dropped::waited).collect();
        waits.sort();
        let (Some(middle), Some(longest)) = (waits.get(waits.len() / 2), waits.last()) else { continue };
        eprintln!("{what}: taken after {middle:.2?} (median of {}), {longest:.2?} at most", waits.len());
        let goal = if settles { SETTLE } else { Duration::ZERO } + Duration::from_secs(1);
        assert!(*longest <= goal, "{what}: {longest:.2?} from the last byte to the claim, {goal:.2?} at most");
    }
}

/// Two lines with state folders of their own share the watch folders: no file goes to both.
#[test]
fn two_lines_never_take_the_same_file() {
    let rig = Rig::new();
    let (first, second) = (Line::start(&rig), Line::start_second(&rig));
    let dropped = thread::scope(|scope| {
        let write = |writer| {
            let rig = &rig;
            scope.spawn(move || writers::write(rig, writer, 6, Dice::new(0x2u64 << 32 | (writer + 1))))
        };
        let writers: Vec<_> = (0..WRITERS).map(write).collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect::<Vec<_>>()
    });
    let begun = Instant::now();
    while oracle::put_away(&rig) < dropped.len() && begun.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(100));
    }
    first.end(&rig);
    second.end(&rig);
    oracle::assert_taken_once(&rig, &dropped);
}
