//! Watch folders, urgent work and requests, with a worker made of a thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::intake::layouts;
use crate::intake::station::{Completion, Counting, Discovery, Lookout, StationRules};
use crate::ledger::{RequestKind, RequestState, Verdict, open_to_decide};
use crate::model::Wholeness;

/// A watch folder of the rig whose files count after 50 ms.
pub(super) fn station(rig: &Rig, folder: &str) -> StationRules {
    fs::create_dir_all(rig.dir.path().join(folder)).unwrap();
    StationRules {
        folder: rig.dir.path().join(folder),
        name: folder.into(),
        intake: rig.pipeline.intake.clone(),
        completion: Completion::Quiet,
        counting: Counting::None,
        markers: vec!["ready".into()],
        settle: Duration::from_millis(50),
        give_up: Duration::from_secs(600),
        discovery: Discovery::Auto,
        rescan: Duration::from_secs(1),
        urgent: false,
        done: "done".into(),
        held: "held".into(),
        keep_done_days: None,
    }
}

/// Drops a fake scan, whole at once.
pub(super) fn drop_scan(rig: &Rig, name: &str, pages: &[&str]) {
    let path = rig.dir.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("FAKE\n{}\n", pages.join("\n"))).unwrap();
}

/// Watches until `until` says so of an event, then drains or stops.
pub(super) fn watch_until(rig: &Rig, stop: bool, until: impl Fn(&Event) -> bool + Sync) -> (Summary, Vec<Event>) {
    let (jobs, queue) = bounded(4);
    let (answers, outcomes) = bounded(4);
    let (events, told) = unbounded();
    let controls = Controls::default();
    let (left, shaken) = (AtomicI64::new(i64::MAX), Mutex::default());
    let never = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let (controls, until, left, shaken, never) = (&controls, &until, &left, &shaken, &never);
        scope.spawn(move || fake_worker(0, &queue, &answers, shaken, left, never));
        let listener = scope.spawn(move || {
            told.iter()
                .inspect(|event| {
                    if until(event) {
                        if stop { controls.stop() } else { controls.drain() }
                    }
                })
                .collect()
        });
        let channels = Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes };
        let index = |path: &Path, source| layouts::told(&fs::File::open(path).unwrap(), source);
        let lookout = Lookout { whole: &|_| Wholeness::Whole, index: &index, opening: &|_, _| None };
        let summary = watch(&rig.backlog(), channels, lookout, &events, controls).unwrap();
        drop((jobs, events));
        (summary, listener.join().unwrap())
    })
}

/// After so many delivered batches.
pub(super) fn batches(count: usize) -> impl Fn(&Event) -> bool + Sync {
    let seen = AtomicUsize::new(0);
    move |event| *event == Event::BatchDelivered && seen.fetch_add(1, Ordering::SeqCst) + 1 == count
}

pub(super) fn files_below(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.is_dir() {
            true => files_below(&path),
            false => vec![path.file_name().unwrap().to_string_lossy().into_owned()],
        })
        .collect();
    files.sort();
    files
}

#[test]
fn what_is_dropped_is_delivered_and_its_originals_are_put_away() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one"), station(&rig, "two")];
    drop_scan(&rig, "one/4711/1.fake", &["scan a", "scan b"]);
    drop_scan(&rig, "one/4711/2.fake", &["scan c"]);
    drop_scan(&rig, "two/4712/1.fake", &["scan d", "sick e"]);
    let (summary, events) = watch_until(&rig, false, batches(2));
    assert_eq!((summary.pages_received, summary.pages_delivered, summary.pages_held), (5, 4, 1));
    assert!(events.contains(&Event::Claimed { station: 0, files: 2 }), "{events:?}");
    assert_eq!(files_below(&rig.dir.path().join("one/done")), ["1.fake", "2.fake"]);
    assert_eq!(files_below(&rig.dir.path().join("two/held")), ["1.fake", "1.fake.txt"]);
    assert!(files_below(&rig.dir.path().join("two/done")).is_empty());
    let cases: Vec<String> = rig.places().into_values().filter(|place| place.contains(".pdf")).collect();
    assert_eq!(cases.iter().filter(|place| place.starts_with("4711/")).count(), 3);
}

#[test]
fn a_decision_brings_a_held_original_to_the_others() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    drop_scan(&rig, "one/4711/1.fake", &["scan a", "sick b"]);
    watch_until(&rig, false, batches(1));
    let held = rig.dir.path().join("one/held");
    assert_eq!(files_below(&held), ["1.fake", "1.fake.txt"]);
    rig.decide(rig.held_things()[0].number, Verdict::Discard).unwrap();
    watch_until(&rig, false, batches(1));
    assert!(files_below(&held).is_empty(), "{:?}", files_below(&held));
    assert_eq!(files_below(&rig.dir.path().join("one/done")), ["1.fake"]);
}

#[test]
fn a_batch_that_lacks_what_its_index_names_is_delivered_and_told() {
    let mut rig = Rig::new(&[]);
    let counted = station(&rig, "one");
    rig.pipeline.watch =
        vec![StationRules { counting: Counting::Index, give_up: Duration::from_millis(300), ..counted }];
    drop_scan(&rig, "one/4711/1.fake", &["scan a"]);
    fs::write(rig.dir.path().join("one/4711/INDEX.DAT"), "\"I02r\";\"01\";\"1\";\"1\";\"3\";\"M\"\r\n").unwrap();
    drop_scan(&rig, "one/4712/1.fake", &["scan b"]);
    fs::write(rig.dir.path().join("one/4712/INDEX.DAT"), "\"I02r\";\"01\";\"1\";\"1\";\"1\"\r\n").unwrap();
    let (summary, events) = watch_until(&rig, false, batches(2));
    assert_eq!((summary.pages_received, summary.pages_delivered, summary.scans_held), (2, 2, 1));
    assert!(
        events.iter().any(|event| matches!(event, Event::Held { fault, .. } if fault.kind == FaultKind::CountDiffers))
    );
    assert_eq!(files_below(&rig.dir.path().join("one/held")), ["INDEX.DAT", "INDEX.DAT.txt"]);
    assert_eq!(files_below(&rig.dir.path().join("one/done")), ["1.fake", "1.fake", "INDEX.DAT"]);
    let held = rig.held_things();
    assert_eq!((held.len(), held[0].fault.kind), (1, FaultKind::CountDiffers));
    rig.decide(held[0].number, Verdict::Discard).unwrap();
    watch_until(&rig, false, batches(1));
    assert!(files_below(&rig.dir.path().join("one/held")).is_empty());
}

#[test]
fn the_last_scan_of_a_batch_without_an_index_goes_on_when_a_person_says_so() {
    let mut rig = Rig::new(&[]);
    let counted = station(&rig, "one");
    rig.pipeline.watch =
        vec![StationRules { counting: Counting::Index, give_up: Duration::from_millis(300), ..counted }];
    drop_scan(&rig, "one/4711/1.fake", &["scan a"]);
    drop_scan(&rig, "one/4711/2.fake", &["scan b"]);
    let (summary, _) = watch_until(&rig, false, batches(1));
    assert_eq!((summary.pages_delivered, summary.scans_held), (1, 1));
    rig.decide(rig.held_things()[0].number, Verdict::Retry).unwrap();
    let (summary, _) = watch_until(&rig, false, batches(1));
    assert_eq!((summary.pages_delivered, summary.scans_held), (2, 0));
    assert_eq!(files_below(&rig.dir.path().join("one/done")), ["1.fake", "2.fake"]);
}

#[test]
fn the_same_name_and_the_same_bytes_on_one_day_are_two_scans() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    for _ in 0..2 {
        drop_scan(&rig, "one/4711/1.fake", &["scan a"]);
        watch_until(&rig, false, batches(1));
    }
    assert_eq!(files_below(&rig.dir.path().join("one/done")), ["1.fake", "1.fake"]);
    assert_eq!(rig.in_documents().len(), 2);
}

#[test]
fn what_a_stopped_line_had_claimed_is_done_by_the_next() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    let names: Vec<String> = (0..40).map(|number| format!("one/{number}/1.fake")).collect();
    names.iter().for_each(|name| drop_scan(&rig, name, &["scan a", "scan b"]));
    let claimed = |event: &Event| matches!(event, Event::Claimed { .. });
    let (summary, _) = watch_until(&rig, true, claimed);
    assert!(summary.stopped, "{summary:?}");
    let done = AtomicUsize::new(0);
    let left = 40 - files_below(&rig.dir.path().join("one/done")).len();
    let all = |event: &Event| *event == Event::BatchDelivered && done.fetch_add(1, Ordering::SeqCst) + 1 >= left;
    let (summary, _) = watch_until(&rig, false, all);
    assert_eq!((summary.pages_received, summary.pages_delivered), (80, 80));
    assert_eq!(files_below(&rig.dir.path().join("one/done")).len(), 40);
}

#[test]
fn an_urgent_folder_overtakes_a_backlog() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "all"), StationRules { urgent: true, ..station(&rig, "urgent") }];
    for number in 0..100 {
        drop_scan(&rig, &format!("all/{number}/1.fake"), &[&format!("slow {number}"), "slow b", "slow c"]);
    }
    let processed = AtomicUsize::new(0);
    let dropped = AtomicUsize::new(usize::MAX);
    let hurried = AtomicUsize::new(usize::MAX);
    let secret = Digest::of(b"FAKE\nscan urgent\n");
    watch_until(&rig, true, |event| {
        if let Event::PageProcessed { scan, .. } = event {
            let count = processed.fetch_add(1, Ordering::SeqCst);
            if count == 20 {
                drop_scan(&rig, "urgent/9/1.fake", &["scan urgent"]);
                dropped.store(count, Ordering::SeqCst);
            }
            if *scan == secret {
                hurried.store(count, Ordering::SeqCst);
            }
        }
        hurried.load(Ordering::SeqCst) != usize::MAX
    });
    let (dropped, hurried) = (dropped.into_inner(), hurried.into_inner());
    assert!(hurried != usize::MAX, "the urgent page came");
    assert!(hurried < 299, "after {} other pages", hurried - dropped);
}

#[test]
fn stations_take_turns() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "greedy"), station(&rig, "modest")];
    for number in 0..60 {
        drop_scan(&rig, &format!("greedy/{number}/1.fake"), &[&format!("scan {number}"), "scan b", "scan c"]);
    }
    drop_scan(&rig, "modest/1/1.fake", &["scan modest"]);
    let modest = Digest::of(b"FAKE\nscan modest\n");
    let (_, events) = watch_until(&rig, false, batches(61));
    let pages: Vec<bool> = events
        .iter()
        .filter_map(|event| match event {
            Event::PageProcessed { scan, .. } => Some(*scan == modest),
            _ => None,
        })
        .collect();
    let position = pages.iter().position(|is_modest| *is_modest).unwrap();
    assert!(position < pages.len() / 2, "page {position} of {}", pages.len());
}

#[test]
fn another_command_pauses_resumes_and_drains() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    drop_scan(&rig, "one/1/1.fake", &["scan a"]);
    let asked = AtomicUsize::new(0);
    let (_, events) = watch_until(&rig, false, |event| {
        let ask = |kind| open_to_decide(&rig.state()).unwrap().ask(kind, &[], jiff::Timestamp::UNIX_EPOCH).unwrap();
        match (event, asked.load(Ordering::SeqCst)) {
            (Event::BatchDelivered, 0) => {
                asked.store(1, Ordering::SeqCst);
                ask(RequestKind::Pause);
            }
            (Event::Halted { on: true }, 1) => {
                asked.store(2, Ordering::SeqCst);
                ask(RequestKind::Resume);
            }
            (Event::Halted { on: false }, 2) => {
                asked.store(3, Ordering::SeqCst);
                ask(RequestKind::Drain);
            }
            _ => {}
        }
        false
    });
    assert!(events.contains(&Event::Halted { on: false }));
    assert_eq!(open_to_decide(&rig.state()).unwrap().request(3).unwrap().0, RequestState::Done);
}

#[test]
fn a_folder_of_the_backlog_can_be_hurried_and_is_not_done_twice() {
    let rig = Rig::new(&[]);
    for number in 0..200 {
        // Equal files would be read once for all.
        drop_scan(&rig, &format!("in/{number:03}/1.fake"), &[&format!("slow {number}"), "slow b"]);
    }
    let processed = AtomicUsize::new(0);
    drop_scan(&rig, "in/199/1.fake", &["scan hurried"]);
    let hurried = Digest::of(b"FAKE\nscan hurried\n");
    let position = AtomicUsize::new(usize::MAX);
    let (summary, _) = rig.watched(Disturbance::default(), |event| {
        if let Event::PageProcessed { scan, .. } = event {
            let count = processed.fetch_add(1, Ordering::SeqCst);
            if count == 5 {
                let inputs = [rig.input().join("199")];
                open_to_decide(&rig.state())
                    .unwrap()
                    .ask(RequestKind::Urgent, &inputs, jiff::Timestamp::UNIX_EPOCH)
                    .unwrap();
            }
            if *scan == hurried {
                position.store(count, Ordering::SeqCst);
            }
        }
    });
    let summary = summary.unwrap();
    assert_eq!((summary.pages_received, summary.pages_delivered), (399, 399));
    assert!(position.into_inner() < 390, "it overtook");
    let ledger = open_to_decide(&rig.state()).unwrap();
    assert_eq!(ledger.request(1).unwrap().0, RequestState::Done);
    let standing = ledger.request_standing(1).unwrap();
    assert_eq!((standing.batches_open, standing.batches_delivered, standing.counts.delivered), (0, 1, 1));
    // Named alone later, it is known by the name that it has in the whole.
    let mut alone = rig.backlog();
    alone.inputs = vec![rig.input().join("198")];
    assert_eq!(rig.run_backlog(&alone).pages_received, 399);
}

#[test]
fn what_lies_in_a_watch_folder_is_not_taken_a_second_time_as_urgent() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    drop_scan(&rig, "one/1/1.fake", &["scan a"]);
    drop_scan(&rig, "one/later/1.fake.tmp", &["scan b"]);
    let asked = AtomicUsize::new(0);
    watch_until(&rig, false, |event| {
        let ask = |kind, inputs: &[PathBuf]| {
            open_to_decide(&rig.state()).unwrap().ask(kind, inputs, jiff::Timestamp::UNIX_EPOCH).unwrap()
        };
        if *event == Event::BatchDelivered && asked.fetch_add(1, Ordering::SeqCst) == 0 {
            ask(RequestKind::Urgent, &[rig.dir.path().join("one/later")]);
            ask(RequestKind::Drain, &[]);
        }
        false
    });
    let (state, answer) = open_to_decide(&rig.state()).unwrap().request(1).unwrap();
    assert_eq!(state, RequestState::Refused);
    assert!(answer.unwrap().contains("lies in a watch folder"));
}
