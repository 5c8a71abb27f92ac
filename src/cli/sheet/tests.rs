//! What the sheet says, and that it fits.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::cli::board::{Board, HeldView, Left, Moment, Setup};
use crate::dispatch::{Cause, Place, Trouble};
use crate::model::{FaultKind, Stage};

const LOOK: Look = Look { lang: Lang::En, colour: false, unicode: true };

/// A large line in the middle of its work.
fn view() -> View {
    let now = Moment::now();
    let stations = vec!["Poststelle im Erdgeschoss, Haus B".to_owned(), "Ö".to_owned()];
    let setup = Setup { line: "auslaenderamt".into(), stations, ..Setup::default() };
    let mut view = Board::new(setup, now).view(now);
    view.phase = Phase::AtWork;
    view.progress.done = 1_234_567;
    view.progress.all = 12_345_678;
    (view.pages.in_all, view.documents.in_all, view.pages.today) = (123_456_789, 12_345_678, 345_678);
    (view.pages_per_minute, view.pages_per_minute_mean) = (Some(12_345.6), Some(9_876.5));
    view.left = Some(Left { early: 36_000.0, likely: 50_000.0, late: Some(400_000.0) });
    let worker = |doing| WorkerView { doing, seconds: 59.0 * 60.0, pages: 1_234_567 };
    view.workers = [Doing::Page, Doing::Opening, Doing::Idle, Doing::Starting, Doing::Gone].map(worker).into();
    (view.queue.unopened, view.queue.pages) = (1_234_567, 123_456);
    for station in &mut view.stations {
        (station.today, station.last_hour, station.waiting, station.last) = (12_345, 1_234, 99, Some(now.time));
    }
    view.held = 1_234;
    let kinds = [FaultKind::Unsupported, FaultKind::Io, FaultKind::Nonsense];
    view.held_newest = kinds.map(|kind| HeldView { kind, stage: Stage::Decode, at: now.time }).into();
    let disk = DiskView { free_bytes: 5 << 40, days: Some(12.4), known: true };
    (view.disk_state, view.disk_output) = (Some(disk), Some(DiskView { days: Some(0.4), ..disk }));
    view
}

fn text(view: &View, look: Look, width: usize, height: Option<usize>) -> String {
    let places = Places::new(&PathBuf::from("/s"), &PathBuf::from("/akten"), &[], Duration::from_secs(60));
    let lines = sheet(view, Some(&places), look, width, height);
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

#[test]
fn every_question_of_an_operator_has_its_answer() {
    let told = text(&view(), LOOK, 80, None);
    for part in [
        "at work since",
        "  9 %",
        "1,234,567 of about 12,345,678 pages",
        "left 10 h 00 min to 4 d 15 h, about ",
        "345,678 pages",
        "now  12,346 pages/min",
        "mean  9,877 pages/min",
        "opening a file",
        "1,234,567 files to open",
        "Poststelle im",
        "last hour 1,234",
        "1,234 wait for a person",
        "the scanner wrote a kind of image that cannot be read",
        "scanstrasse held list",
        "12 days at this rate",
        "less than a day at this rate!",
    ] {
        assert!(told.contains(part), "{part:?} is missing:\n{told}");
    }
}

#[test]
fn trouble_says_what_is_wrong_where_and_what_to_do() {
    let mut view = view();
    view.phase = Phase::Troubled;
    view.trouble = Some(Trouble { cause: Cause::DiskFull, place: Place::Target });
    let told = text(&view, LOOK, 80, Some(24));
    assert!(told.contains("held up since"), "{told}");
    assert!(told.contains("the disk of the output folder /akten is full: free space on this disk"), "{told}");
}

#[test]
fn a_line_about_which_little_is_known_says_so() {
    let now = Moment::now();
    let view = Board::new(Setup { line: "amt".into(), ..Setup::default() }, now).view(now);
    let told = text(&view, LOOK, 80, Some(24));
    assert!(told.contains("starting") && told.contains("time left not known yet"), "{told}");
    assert!(told.contains("nothing waits for a person") && !told.contains("Stations"), "{told}");
}

#[test]
fn a_busy_sheet_fits_on_the_usual_terminals_in_both_languages() {
    for lang in [Lang::En, Lang::De] {
        for (width, height) in [(80, Some(23)), (80, None), (100, Some(30)), (132, None)] {
            let lines = sheet(&view(), None, Look { lang, ..LOOK }, width, height);
            let wide: Vec<_> = lines.iter().filter(|line| line.width() > width).map(ToString::to_string).collect();
            assert!(wide.is_empty(), "{width}: {wide:#?}");
            assert!(height.is_none_or(|height| lines.len() <= height), "{} lines", lines.len());
        }
    }
}

#[test]
fn a_sheet_for_ascii_has_nothing_else() {
    let look = Look { lang: Lang::De, unicode: false, ..LOOK };
    let told = text(&view(), look, 80, None);
    assert!(told.is_ascii() && told.contains("Zurueckgehalten"), "{told}");
}

proptest! {
    #[test]
    fn no_size_breaks_it(width in 0usize..200, height in 0usize..60, workers in 0usize..40, all in 0u64..30) {
        let mut view = view();
        view.workers = vec![view.workers[0]; workers];
        (view.progress.done, view.progress.all) = (all / 2, all);
        for height in [None, Some(height)] {
            let lines = sheet(&view, None, LOOK, width, height);
            if let Some(height) = height.filter(|height| *height >= 12 && width >= 80) {
                prop_assert!(lines.len() <= height, "{} lines", lines.len());
                let all: String = lines.iter().map(ToString::to_string).collect();
                prop_assert!(workers == 0 || all.contains("reading a page"));
                prop_assert!(all.contains("cannot be read"));
            }
        }
    }
}
