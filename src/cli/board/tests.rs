//! A scripted day of a line, by a clock of its own.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::dispatch::{Cause, Place};
use crate::model::{Digest, Fault, FaultKind, Stage};

/// A clock that a test sets.
struct Clock {
    zero: Instant,
    midnight: Zoned,
    now: Duration,
}

impl Clock {
    /// At a time of the first day.
    fn at(hours: u64, minutes: u64) -> Self {
        let midnight = date(2026, 11, 22).to_zoned(TimeZone::UTC).unwrap();
        Self { zero: Instant::now(), midnight, now: Duration::from_secs(hours * 3600 + minutes * 60) }
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn moment(&self) -> Moment {
        let zoned = self.midnight.checked_add(self.now).unwrap();
        Moment { instant: self.zero + self.now, time: zoned.timestamp(), day: zoned.date() }
    }
}

fn scan() -> Digest {
    Digest::of(b"scan")
}

fn processed(worker: usize) -> Event {
    Event::PageProcessed { worker, scan: scan(), index: 0, elapsed: Duration::from_millis(300) }
}

fn held(index: Option<u32>, kind: FaultKind) -> Event {
    Event::Held { scan: Some(scan()), index, fault: Fault::new(Stage::Decode, kind, "detail") }
}

fn opened(pages: u32, done: u32) -> Event {
    Event::ScanOpened { scan: scan(), pages, done }
}

const RECEIVED: Event = Event::ScanReceived { scan: None, known: false };

fn board(clock: &Clock, so_far: SoFar) -> Board {
    let setup = Setup { line: "amt".into(), so_far, ..Setup::default() };
    Board::new(setup, clock.moment())
}

#[test]
fn today_begins_at_midnight_and_all_goes_on() {
    let mut clock = Clock::at(23, 59);
    let so_far = SoFar { pages: 1000, documents: 300, documents_since: 20, pages_since: 70 };
    let mut board = board(&clock, so_far);
    for event in [RECEIVED, opened(4, 0), processed(0), processed(0), Event::DocumentDelivered { pages: 2 }] {
        board.note(&event, clock.moment());
    }
    let view = board.view(clock.moment());
    assert_eq!(view.pages, Tally { today: 72, run: 2, in_all: 1002 });
    assert_eq!(view.documents, Tally { today: 21, run: 1, in_all: 301 });
    clock.wait(120);
    board.note(&processed(0), clock.moment());
    assert_eq!(board.view(clock.moment()).pages, Tally { today: 1, run: 3, in_all: 1003 });
    // Also if nothing happens but time.
    clock.wait(86_400);
    board.tick(clock.moment(), Orders::default(), Vec::new());
    assert_eq!(board.view(clock.moment()).pages.today, 0);
}

#[test]
fn files_that_are_not_opened_count_by_the_mean_of_those_that_are() {
    let clock = Clock::at(8, 0);
    let mut board = board(&clock, SoFar::default());
    board.note(&Event::BacklogCounted { scans: 10, bytes: 1 }, clock.moment());
    assert_eq!(board.view(clock.moment()).progress, Progressed { done: 0, all: 10, sure: false });
    for pages in [2, 4, 2, 4] {
        board.note(&RECEIVED, clock.moment());
        board.note(&opened(pages, 1), clock.moment());
    }
    assert_eq!(board.view(clock.moment()).progress, Progressed { done: 4, all: 30, sure: false });
    // Held as a whole, or received before: no pages of theirs are waited for.
    for event in [held(None, FaultKind::Corrupt), Event::Duplicate { scan: scan(), pages: 0 }] {
        board.note(&event, clock.moment());
    }
    for _ in 0..4 {
        board.note(&opened(3, 3), clock.moment());
    }
    board.note(&Event::IntakeFinished { scans: 10 }, clock.moment());
    assert_eq!(board.view(clock.moment()).progress, Progressed { done: 16, all: 24, sure: true });
}

#[test]
fn the_phase_says_who_keeps_the_line_and_since_when() {
    let mut clock = Clock::at(8, 0);
    let mut board = board(&clock, SoFar::default());
    let tick = |board: &mut Board, clock: &mut Clock, orders: Orders| {
        clock.wait(10);
        board.tick(clock.moment(), orders, Vec::new());
        let view = board.view(clock.moment());
        (view.phase, (view.at - view.since).get_seconds())
    };
    let none = Orders::default();
    assert_eq!(tick(&mut board, &mut clock, none), (Phase::Starting, 10));
    board.note(&RECEIVED, clock.moment());
    assert_eq!(tick(&mut board, &mut clock, none), (Phase::AtWork, 10));
    let paused = Orders { paused: true, ..none };
    assert_eq!(tick(&mut board, &mut clock, paused), (Phase::Paused, 0));
    assert_eq!(tick(&mut board, &mut clock, paused), (Phase::Paused, 10));
    assert_eq!(tick(&mut board, &mut clock, none), (Phase::AtWork, 0));
    let trouble = Trouble { cause: Cause::DiskFull, place: Place::Target };
    board.note(&Event::Paused { trouble }, clock.moment());
    assert_eq!(tick(&mut board, &mut clock, paused), (Phase::Troubled, 10));
    assert_eq!(board.view(clock.moment()).trouble, Some(trouble));
    board.note(&Event::Resumed { after: Duration::from_secs(9) }, clock.moment());
    let draining = Orders { draining: true, ..none };
    assert_eq!(tick(&mut board, &mut clock, draining), (Phase::Draining, 0));
    let stopping = Orders { stopping: true, draining: true, paused: true };
    assert_eq!(tick(&mut board, &mut clock, stopping).0, Phase::Stopping);
    // Another command of the line halted it.
    board.note(&Event::Halted { on: true }, clock.moment());
    assert_eq!(tick(&mut board, &mut clock, none).0, Phase::Paused);
}

#[test]
fn a_watch_waits_when_all_is_done_and_counts_what_stations_bring() {
    let mut clock = Clock::at(8, 0);
    let stations = vec!["Poststelle".to_owned(), "Archiv".to_owned()];
    let setup = Setup { line: "amt".into(), stations, watches: true, ..Setup::default() };
    let mut board = Board::new(setup, clock.moment());
    board.tick(clock.moment(), Orders::default(), Vec::new());
    assert_eq!(board.view(clock.moment()).phase, Phase::Waiting);
    board.note(&Event::Waiting { station: 0, files: 2 }, clock.moment());
    board.note(&Event::Claimed { station: 0, files: 3 }, clock.moment());
    board.note(&RECEIVED, clock.moment());
    assert_eq!(board.view(clock.moment()).phase, Phase::AtWork);
    for event in [opened(1, 0), processed(1)] {
        board.note(&event, clock.moment());
    }
    board.note(&Event::Queue(Queue { finishing: 1, ..Queue::default() }), clock.moment());
    assert_eq!(board.view(clock.moment()).phase, Phase::AtWork);
    board.note(&Event::Queue(Queue::default()), clock.moment());
    assert_eq!(board.view(clock.moment()).phase, Phase::Waiting);
    let first = clock.moment().time;
    let station = |board: &Board, clock: &Clock| board.view(clock.moment()).stations[0].clone();
    let expected = StationView {
        name: "Poststelle".into(),
        today: 3,
        run: 3,
        waiting: 2,
        away: false,
        abandoned: 0,
        last_hour: 3,
        last: Some(first),
    };
    assert_eq!(station(&board, &clock), expected);
    clock.wait(3000);
    board.note(&Event::Claimed { station: 0, files: 4 }, clock.moment());
    assert_eq!((station(&board, &clock).today, station(&board, &clock).last_hour), (7, 7));
    clock.wait(700);
    board.tick(clock.moment(), Orders::default(), Vec::new());
    assert_eq!((station(&board, &clock).today, station(&board, &clock).last_hour), (7, 4));
    board.note(&Event::Away { station: 1, away: true }, clock.moment());
    assert_eq!(
        board.view(clock.moment()).stations.iter().map(|station| station.away).collect::<Vec<_>>(),
        [false, true]
    );
    // One that the pipeline does not know is nobody's.
    board.note(&Event::Claimed { station: 9, files: 4 }, clock.moment());
}

#[test]
fn a_night_without_files_does_not_lower_the_mean() {
    let mut clock = Clock::at(8, 0);
    let setup = Setup { watches: true, ..Setup::default() };
    let mut board = Board::new(setup, clock.moment());
    for second in 0..60 {
        for event in [RECEIVED, opened(2, 0), processed(0)] {
            board.note(&event, clock.moment());
        }
        clock.wait(1);
        board.tick(clock.moment(), Orders::default(), Vec::new());
        assert_eq!(board.view(clock.moment()).phase, Phase::AtWork, "{second}");
        board.note(&processed(0), clock.moment());
    }
    for _ in 0..3600 {
        clock.wait(10);
        board.tick(clock.moment(), Orders::default(), Vec::new());
    }
    let view = board.view(clock.moment());
    assert_eq!((view.phase, view.pages_per_minute, view.left), (Phase::Waiting, Some(0.0), None));
    let mean = view.pages_per_minute_mean.unwrap();
    assert!((mean - 120.0).abs() < 15.0, "{mean}");
}

#[test]
fn what_is_held_is_told_newest_first_and_counted_by_the_ledger() {
    let mut clock = Clock::at(8, 0);
    let mut board = board(&clock, SoFar::default());
    for kind in [FaultKind::Corrupt, FaultKind::Deadline] {
        clock.wait(60);
        board.note(&held(Some(0), kind), clock.moment());
    }
    let view = board.view(clock.moment());
    assert_eq!((view.held, view.held_run), (2, 2));
    assert_eq!(
        view.held_newest.iter().map(|held| held.kind).collect::<Vec<_>>(),
        [FaultKind::Deadline, FaultKind::Corrupt]
    );
    // A person decided about one of them, elsewhere.
    let rest = vec![view.held_newest[1]];
    board.survey(&Survey { held: Some((1, rest)), ..Survey::default() }, clock.moment());
    let view = board.view(clock.moment());
    assert_eq!((view.held, view.held_run, view.held_newest.len()), (1, 2, 1));
    for _ in 0..20 {
        board.note(&held(None, FaultKind::Empty), clock.moment());
    }
    assert_eq!(board.view(clock.moment()).held_newest.len(), HELD_TOLD);
}

#[test]
fn workers_are_told_with_what_they_are_at() {
    let mut clock = Clock::at(8, 0);
    let mut board = board(&clock, SoFar::default());
    let activity = vec![
        Activity { doing: Doing::Page, since: clock.moment().instant },
        Activity { doing: Doing::Idle, since: clock.moment().instant },
    ];
    board.note(&processed(1), clock.moment());
    clock.wait(7);
    board.tick(clock.moment(), Orders::default(), activity);
    let view = board.view(clock.moment());
    assert_eq!(
        view.workers,
        [
            WorkerView { doing: Doing::Page, seconds: 7.0, pages: 0 },
            WorkerView { doing: Doing::Idle, seconds: 7.0, pages: 1 }
        ]
    );
    assert_eq!(view.queue.in_work, 1);
}

#[test]
fn a_view_reads_back_and_is_small() {
    let clock = Clock::at(8, 0);
    let setup = Setup { line: "amt".into(), stations: vec!["Poststelle".into(); 4], ..Setup::default() };
    let mut board = Board::new(setup, clock.moment());
    for index in 0..9 {
        board.note(&held(Some(index), FaultKind::Unsupported), clock.moment());
    }
    let activity = Activity { doing: Doing::Page, since: clock.moment().instant };
    board.tick(clock.moment(), Orders::default(), vec![activity; 8]);
    let survey = Survey { free_state: Some(1 << 40), free_output: Some(1 << 40), held: None };
    board.survey(&survey, clock.moment());
    let view = board.view(clock.moment());
    let text = serde_json::to_string(&view).unwrap();
    assert_eq!(serde_json::from_str::<View>(&text).unwrap(), view);
    assert!(text.len() < 2500, "{} bytes", text.len());
    assert!(!text.contains("detail"), "{text}");
}
