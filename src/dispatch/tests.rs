//! Whole runs over small backlogs, with a worker made of a thread: see [`rig`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod collate;
mod duplicates;
mod held;
mod pauses;
mod retention;
mod rig;
mod separators;
mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{bounded, unbounded};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::assemble::{SeparateBy, TypeRule};
use crate::intake::Layout;
use crate::ledger::{LedgerError, StateDir};
use crate::model::{DuplicateAction, FaultKind};
use crate::pipeline::{BlankAction, HeldDocument, Pauses};
use crate::saboteur::Plan;
use crate::worker::Outcome;
use rig::{Disturbance, Rig, fake_worker, key};

/// A little of everything: 11 pages in 5 scans of 3 cases, of which 2 pages and 1 scan are to be held.
fn mixed() -> Rig {
    let mut rig = Rig::new(&[
        ("A1/1.fake", &["scan secret one", "store secret two", "blank secret"]),
        ("A1/2.fake", &["scan Antrag secret", "crash secret", "shaky secret"]),
        ("B2/1.fake", &["nonsense secret", "store secret two"]),
        ("C3/1.fake", &["store secret b", "blank x", "store secret c"]),
    ]);
    fs::create_dir_all(rig.input().join("B2")).unwrap();
    fs::write(rig.input().join("B2/broken.fake"), "II*").unwrap();
    rig.pipeline.blank = BlankAction::Drop;
    rig.pipeline.types =
        vec![TypeRule { name: "Antrag".into(), titles: vec!["Antrag".into()], phrases: vec![], fallback: false }];
    rig
}

/// Where the pages of [`mixed`] belong.
fn mixed_places() -> BTreeMap<(String, u32), &'static str> {
    BTreeMap::from([
        (key("A1/1.fake", 0), "A1/0001_unbekannt.pdf"),
        (key("A1/1.fake", 1), "A1/0001_unbekannt.pdf"),
        (key("A1/1.fake", 2), "blank"),
        (key("A1/2.fake", 0), "A1/0002_Antrag.pdf"),
        (key("A1/2.fake", 1), "held crash"),
        (key("A1/2.fake", 2), "A1/0002_Antrag.pdf"),
        (key("B2/1.fake", 0), "held nonsense"),
        (key("B2/1.fake", 1), "B2/0001_unbekannt.pdf"),
        (key("B2/broken.fake", u32::MAX), "held corrupt"),
        (key("C3/1.fake", 0), "C3/0001_unbekannt.pdf"),
        (key("C3/1.fake", 1), "blank"),
        (key("C3/1.fake", 2), "C3/0001_unbekannt.pdf"),
    ])
}

fn assert_mixed(rig: &Rig, summary: &Summary) {
    let places = rig.places();
    assert_eq!(
        places.iter().map(|(page, place)| (page.clone(), place.as_str())).collect::<BTreeMap<_, _>>(),
        mixed_places()
    );
    let s = summary;
    assert_eq!((s.scans, s.scans_held, s.documents, s.cases, s.stopped), (5, 1, 4, 3, false));
    assert_eq!(
        (s.pages_received, s.pages_delivered, s.blanks_recorded, s.separators_recorded, s.pages_held),
        (11, 7, 2, 0, 2)
    );
    assert_eq!(s.held.len(), 3);
    let index = fs::read_to_string(rig.output().join("index.csv")).unwrap();
    assert_eq!(index.lines().count(), 1 + 4, "{index}");
    rig.assert_clean();
}

#[test]
fn a_backlog_becomes_cases_and_every_page_has_its_place() {
    let rig = mixed();
    let summary = rig.run();
    assert_mixed(&rig, &summary);
    assert_eq!(summary.pages_processed_now, 9);
}

#[test]
fn a_second_run_does_nothing_twice() {
    let rig = mixed();
    rig.run();
    let files = |rig: &Rig| {
        let mut files: Vec<_> = fs::read_dir(rig.output().join("A1"))
            .unwrap()
            .map(|e| (e.as_ref().unwrap().path(), e.unwrap().metadata().unwrap().modified().unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = files(&rig);
    let summary = rig.run();
    assert_mixed(&rig, &summary);
    assert_eq!(summary.pages_processed_now, 0);
    assert_eq!(files(&rig), before, "no file of a delivered case is written again");
}

#[test]
fn killed_after_any_durable_step_and_run_again_nothing_is_missing_and_nothing_is_double() {
    for steps in 0.. {
        let rig = mixed();
        let plan = Plan::fail_after(steps, ErrorKind::Other);
        let first = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
        if plan.struck() {
            assert!(first.is_err(), "step {steps} failed and nobody told");
        }
        assert_mixed(&rig, &rig.run());
        if !plan.struck() {
            assert!(steps > 30, "the run has more durable steps than {steps}");
            return;
        }
    }
}

#[test]
fn killed_twice_in_a_row() {
    for steps in (1..60).step_by(7) {
        let rig = mixed();
        for again in [steps, steps / 2 + 3] {
            let plan = Plan::fail_after(again, ErrorKind::StorageFull);
            if let Err(error) = rig.disturbed(Disturbance { plan, ..Disturbance::default() }) {
                assert!(error.remedy().contains("free space"), "{error}");
            }
        }
        assert_mixed(&rig, &rig.run());
    }
}

#[test]
fn stopped_after_any_outcome_it_goes_on_where_it_was() {
    for outcomes in 1..16 {
        let rig = mixed();
        let first = rig.disturbed(Disturbance { stop_after: Some(outcomes), ..Disturbance::default() }).unwrap();
        let second = rig.run();
        assert_mixed(&rig, &second);
        assert_eq!(first.pages_processed_now + second.pages_processed_now, 9, "no page is processed twice");
    }
}

#[test]
fn two_batches_feed_one_case_and_its_numbers_go_on() {
    let mut rig = Rig::new(&[("K7/s1/1.fake", &["scan a"]), ("K7/s2/1.fake", &["scan b", "scan c"])]);
    rig.pipeline.intake.layout = Layout::FolderIsBatch;
    let summary = rig.run();
    assert_eq!((summary.documents, summary.cases), (2, 1));
    let places = rig.places();
    assert_eq!(places[&key("K7/s1/1.fake", 0)], "K7/0001_unbekannt.pdf");
    assert_eq!(places[&key("K7/s2/1.fake", 1)], "K7/0002_unbekannt.pdf");

    rig.put("K7/s3/1.fake", &["scan d"]);
    rig.put("K7/s1/2.fake", &["scan late"]);
    assert_eq!(rig.run().documents, 4);
    let places = rig.places();
    assert_eq!(places.len(), 5);
    assert_eq!(places[&key("K7/s1/1.fake", 0)], "K7/0001_unbekannt.pdf", "delivered documents keep their numbers");
}

#[test]
fn equal_bytes_in_two_places_are_two_scans() {
    let rig = Rig::new(&[("A/1.fake", &["store x"]), ("A/2.fake", &["store x"]), ("B/1.fake", &["store x"])]);
    let summary = rig.run();
    assert_eq!((summary.scans, summary.pages_delivered, summary.documents), (3, 3, 3));
    assert_eq!(rig.in_documents(), [key("A/1.fake", 0), key("A/2.fake", 0), key("B/1.fake", 0)]);
    rig.assert_clean();
}

#[test]
fn a_document_that_was_placed_but_not_recorded_does_not_outlive_its_pages() {
    // The document loses all of its pages; or it loses one, and the other waits for that.
    for (separate, held) in [(SeparateBy::File, HeldDocument::Apart), (SeparateBy::Batch, HeldDocument::Wait)] {
        for steps in 0.. {
            let mut rig = Rig::new(&[("A/1.fake", &["scan a"]), ("A/2.fake", &["scan b"])]);
            (rig.pipeline.separate, rig.pipeline.held) = (separate, held);
            let plan = Plan::fail_after(steps, ErrorKind::Other);
            let _ = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
            rig.put("A/1.fake", &["scan other"]);
            touch(&rig.input().join("A/1.fake"));
            rig.run();
            // This asserts that nothing lies in the folder that the account does not name.
            assert!(rig.places().contains_key(&key("A/2.fake", 0)), "{held:?}, step {steps}");
            if !plan.struck() {
                assert!(steps > 20, "the run has more durable steps than {steps}");
                break;
            }
        }
    }
}

/// Lets the file's time differ from its earlier one, as minutes between two copies would.
fn touch(path: &Path) {
    let later = SystemTime::now() + Duration::from_secs(60);
    fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
}

#[test]
fn a_file_that_changed_after_its_pages_went_on_is_held_as_changed() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"])]);
    rig.run();
    rig.put("A/1.fake", &["scan other"]);
    touch(&rig.input().join("A/1.fake"));
    for _ in 0..2 {
        let summary = rig.run();
        assert_eq!((summary.scans, summary.scans_held, summary.pages_delivered), (2, 1, 1));
        assert_eq!(summary.held[0].fault.kind, FaultKind::Changed);
    }
}

#[test]
fn a_file_that_was_altered_and_put_back_is_not_delivered_again() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"])]);
    rig.run();
    for pages in [["scan other"], ["scan a"]] {
        rig.put("A/1.fake", &pages);
        touch(&rig.input().join("A/1.fake"));
        rig.run();
    }
    let summary = rig.run();
    assert_eq!((summary.pages_received, summary.documents), (1, 1));
}

#[test]
fn another_layout_over_the_same_files_delivers_nothing_again() {
    let mut rig = mixed();
    rig.disturbed(Disturbance { stop_after: Some(7), ..Disturbance::default() }).unwrap();
    rig.pipeline.intake.layout = Layout::FileIsDocument;
    let summary = rig.run();
    assert_eq!((summary.scans, summary.pages_received, summary.pages_delivered), (5, 11, 7));
    let places = rig.places();
    assert_eq!(places.keys().collect::<Vec<_>>(), mixed_places().keys().collect::<Vec<_>>());
}

#[test]
fn a_scan_that_comes_between_keeps_the_order_of_names() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a"]), ("A/3.fake", &["scan c"])]);
    rig.pipeline.separate = SeparateBy::Batch;
    rig.disturbed(Disturbance { stop_after: Some(1), ..Disturbance::default() }).unwrap();
    rig.put("A/2.fake", &["scan b"]);
    assert_eq!(rig.run().documents, 1);
    let case: Value = serde_json::from_slice(&fs::read(rig.output().join("A/case.json")).unwrap()).unwrap();
    let files: Vec<&str> =
        case["documents"][0]["pages"].as_array().unwrap().iter().map(|p| p["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["A/1.fake", "A/2.fake", "A/3.fake"]);
}

#[test]
fn a_file_that_was_only_touched_is_the_same_scan() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"])]);
    rig.run();
    touch(&rig.input().join("A/1.fake"));
    let summary = rig.run();
    assert_eq!((summary.scans, summary.pages_processed_now, summary.documents), (1, 0, 1));
}

#[test]
fn a_broken_file_that_was_copied_again_takes_its_place() {
    let rig = mixed();
    rig.run();
    rig.put("B2/broken.fake", &["scan mended"]);
    touch(&rig.input().join("B2/broken.fake"));
    let summary = rig.run();
    assert_eq!((summary.scans, summary.scans_held, summary.pages_delivered), (5, 0, 8));
    assert_eq!(rig.places()[&key("B2/broken.fake", 0)], "B2/0002_unbekannt.pdf");
}

#[test]
fn a_scan_altered_between_processing_and_delivery_is_not_delivered() {
    let rig = Rig::new(&[("A/1.fake", &["scan a", "scan b"]), ("A/2.fake", &["scan c"]), ("B/1.fake", &["scan d"])]);
    // Stopped before anything is delivered.
    rig.disturbed(Disturbance { stop_after: Some(3), ..Disturbance::default() }).unwrap();
    let path = rig.input().join("A/1.fake");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    // Same length, same times, as on a file system that keeps one of them only: nothing but the digest tells.
    fs::write(&path, "FAKE\nscan a\nscan B\n").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let changed = fs::metadata(&path).unwrap();
    let changed_ns = changed.ctime() * 1_000_000_000 + changed.ctime_nsec();
    let sql = rusqlite::Connection::open(rig.state().join("ledger.sqlite")).unwrap();
    sql.execute("UPDATE scan SET changed_ns = ?1 WHERE name = 'A/1.fake'", [changed_ns]).unwrap();
    drop(sql);
    let summary = rig.run();
    assert_eq!((summary.pages_received, summary.pages_held, summary.pages_delivered), (4, 2, 2));
    assert!(summary.held.iter().all(|item| item.fault.kind == FaultKind::Changed));
    assert_eq!(rig.in_documents(), [key("A/2.fake", 0), key("B/1.fake", 0)]);
}

/// Stopped anywhere, then a file is altered or taken away: its pages are held, and the line is not.
#[test]
fn a_file_that_was_altered_or_has_gone_before_its_pages_were_processed_holds_nobody_up() {
    for outcomes in 1..6 {
        for gone in [false, true] {
            let rig = Rig::new(&[("A/1.fake", &["scan a", "scan b"]), ("A/2.fake", &["scan c"])]);
            rig.disturbed(Disturbance { stop_after: Some(outcomes), ..Disturbance::default() }).unwrap();
            let delivered = rig.output().join("A/case.json").exists();
            let path = rig.input().join("A/1.fake");
            if gone {
                fs::remove_file(&path).unwrap();
            } else {
                fs::write(&path, "FAKE\nscan other\n").unwrap();
            }
            let summary = rig.run();
            assert!(!summary.stopped);
            assert!(rig.in_documents().contains(&key("A/2.fake", 0)));
            if !delivered {
                // Altered before it was opened it is simply another scan.
                let lost = summary.pages_held + summary.scans_held;
                assert!(
                    lost > 0 || summary.pages_delivered == 2 || summary.scans == 1,
                    "{outcomes} {gone}: {summary:?}"
                );
            }
        }
    }
}

#[test]
fn what_was_held_for_a_limit_goes_on_when_that_is_raised() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a", "scan b"]), ("A/2.fake", &["scan c"])]);
    rig.pipeline.recipe.decode.max_pages = 1;
    let first = rig.run();
    assert_eq!((first.scans_held, first.pages_delivered), (1, 1));
    assert_eq!(rig.run().scans_held, 1, "the same limit, the same end");
    rig.pipeline.recipe.decode.max_pages = 2;
    let last = rig.run();
    assert_eq!((last.scans_held, last.pages_received, last.pages_delivered), (0, 3, 3));
    assert_eq!(rig.in_documents(), [key("A/1.fake", 0), key("A/1.fake", 1), key("A/2.fake", 0)]);
}

#[test]
fn a_page_of_another_recipe_is_processed_again() {
    let mut rig = Rig::new(&[("A/1.fake", &["store a"; 40])]);
    let first = rig.disturbed(Disturbance { stop_after: Some(3), ..Disturbance::default() }).unwrap();
    assert!((1..40).contains(&first.pages_processed_now));
    rig.pipeline.recipe.skew.enabled = !rig.pipeline.recipe.skew.enabled;
    assert_eq!(rig.run().pages_processed_now, 40);
    rig.assert_clean();
}

#[test]
fn a_stored_picture_that_is_another_holds_its_page_only() {
    let rig = Rig::new(&[("A/1.fake", &["store a", "lie b", "store c"])]);
    let summary = rig.run();
    assert_eq!((summary.pages_delivered, summary.pages_held), (2, 1));
    assert_eq!(rig.places()[&key("A/1.fake", 1)], "held nonsense");
    rig.assert_clean();
}

#[test]
fn cases_that_would_share_a_folder_do_not() {
    let rig = Rig::new(&[("a:b/1.fake", &["scan a"]), ("a_b/1.fake", &["scan b"]), ("A_B/1.fake", &["scan c"])]);
    assert_eq!(rig.run().cases, 3);
    assert_eq!(rig.in_documents().len(), 3);
    let folders: BTreeSet<String> = fs::read_dir(rig.output())
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_str().unwrap().to_lowercase())
        .collect();
    assert_eq!(folders.len(), 3);
}

#[test]
fn two_runs_on_one_state_folder_exclude_each_other() {
    let rig = mixed();
    let held = StateDir::claim(&rig.state()).unwrap();
    let error = rig.disturbed(Disturbance::default()).unwrap_err();
    assert!(matches!(error, RunError::Ledger(LedgerError::Busy(_))), "{error}");
    drop(held);
    rig.run();
}

#[test]
fn what_cannot_work_is_told_before_any_work() {
    let rig = mixed();
    let run = |change: &dyn Fn(&mut Backlog)| {
        let mut backlog = rig.backlog();
        change(&mut backlog);
        let ((jobs, _queue), (_answers, outcomes), (events, _told)) = (bounded(1), bounded(1), unbounded());
        run(&backlog, Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, &Controls::default())
            .unwrap_err()
    };
    let error = run(&|b| b.inputs = vec![rig.dir.path().join("nowhere")]);
    assert!(matches!(error, RunError::Intake(_)), "{error}");
    let error = run(&|b| b.inputs = vec![rig.input(), rig.input().join("A1")]);
    assert!(matches!(error, RunError::InputsOverlap { .. }), "{error}");
    let error = run(&|b| b.output = rig.input().join("out"));
    assert!(matches!(error, RunError::OutputInInput { .. }), "{error}");
    fs::remove_dir_all(rig.input().join("out")).unwrap();

    rig.run();
    let error = run(&|b| b.output = rig.dir.path().join("other"));
    assert!(matches!(error, RunError::OtherOutput { .. }), "{error}");
    let error = run(&|b| b.state_dir = rig.dir.path().join("other state"));
    assert!(matches!(error, RunError::ForeignOutput(_)), "{error}");
}

#[test]
fn workers_that_vanish_end_the_run_and_the_next_goes_on() {
    let rig = mixed();
    let (jobs, queue) = bounded(4);
    let (answers, outcomes) = bounded::<Outcome>(4);
    let (events, _told) = unbounded();
    drop((queue, answers));
    let error = run(
        &rig.backlog(),
        Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes },
        &events,
        &Controls::default(),
    )
    .unwrap_err();
    assert!(matches!(error, RunError::NoWorkers), "{error}");
    assert_mixed(&rig, &rig.run());
}

#[test]
fn an_input_that_went_away_holds_nothing() {
    let rig = mixed();
    rig.disturbed(Disturbance { stop_after: Some(4), ..Disturbance::default() }).unwrap();
    let away = rig.dir.path().join("away");
    fs::rename(rig.input(), &away).unwrap();
    assert!(rig.disturbed(Disturbance::default()).is_err());
    fs::rename(&away, rig.input()).unwrap();
    assert_mixed(&rig, &rig.run());
}

#[test]
fn events_tell_the_whole_story_and_no_secret() {
    let rig = mixed();
    let ((jobs, queue), (answers, outcomes), (events, told)) = (bounded(4), bounded(4), unbounded());
    let (shaken, left, stop) = (Mutex::default(), AtomicI64::new(i64::MAX), Controls::default());
    thread::scope(|scope| {
        let (shaken, left, stop) = (&shaken, &left, &stop);
        scope.spawn(move || fake_worker(0, &queue, &answers, shaken, left, stop.stop_flag()));
        run(&rig.backlog(), Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, stop).unwrap();
        drop((jobs, events));
    });
    let told: Vec<Event> = told.iter().collect();
    let count = |is: fn(&Event) -> bool| told.iter().filter(|event| is(event)).count();
    assert_eq!(count(|e| matches!(e, Event::ScanReceived { known: false, .. })), 5);
    assert_eq!(count(|e| matches!(e, Event::ScanOpened { .. })), 4);
    assert_eq!(count(|e| matches!(e, Event::IntakeFinished { scans: 5 })), 1);
    assert_eq!(count(|e| matches!(e, Event::PageStarted { .. })), 11, "a retried page starts once");
    assert_eq!(count(|e| matches!(e, Event::PageProcessed { .. })), 9);
    assert_eq!(count(|e| matches!(e, Event::Held { index: Some(_), .. })), 2);
    assert_eq!(count(|e| matches!(e, Event::Held { index: None, .. })), 1);
    assert_eq!(count(|e| matches!(e, Event::DocumentDelivered { .. })), 4);
    assert_eq!(count(|e| matches!(e, Event::BatchDelivered)), 3);
    let text = format!("{told:?}");
    assert!(!["secret", "A1", "B2", ".fake"].iter().any(|word| text.contains(word)), "{text}");
}

fn arbitrary_backlog() -> impl Strategy<Value = Vec<Vec<Vec<&'static str>>>> {
    let page = prop_oneof![
        4 => Just("scan a"),
        2 => Just("store b"),
        1 => Just("blank c"),
        1 => Just("crash d"),
        1 => Just("shaky e"),
        1 => Just("lie f")
    ];
    let scan = proptest::collection::vec(page, 0..5);
    proptest::collection::vec(proptest::collection::vec(scan, 1..4), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_backlog_disturbed_anywhere_ends_with_every_page_in_one_place(
        cases in arbitrary_backlog(),
        separate in prop_oneof![Just(SeparateBy::File), Just(SeparateBy::Batch), Just(SeparateBy::Pages(2))],
        drop_blanks in any::<bool>(),
        disturbances in proptest::collection::vec(0i64..80, 0..4),
    ) {
        let mut rig = Rig::new(&[]);
        rig.pipeline.separate = separate;
        rig.pipeline.blank = if drop_blanks { BlankAction::Drop } else { BlankAction::Keep };
        let mut expected = BTreeSet::new();
        for (case, scans) in cases.iter().enumerate() {
            for (scan, pages) in scans.iter().enumerate() {
                let name = format!("{case}/{scan}.fake");
                if pages.is_empty() {
                    fs::create_dir_all(rig.input().join(case.to_string())).unwrap();
                    fs::write(rig.input().join(&name), "").unwrap();
                    expected.insert(key(&name, u32::MAX));
                } else {
                    rig.put(&name, pages);
                    expected.extend((0..pages.len()).map(|index| key(&name, index as u32)));
                }
            }
        }
        for at in disturbances {
            let plan = if at % 2 == 0 { Plan::fail_after(at, ErrorKind::Other) } else { Plan::default() };
            let stop_after = (at % 2 == 1).then_some(at / 4);
            let _ = rig.disturbed(Disturbance { plan, stop_after });
        }
        let summary = rig.run();
        prop_assert!(!summary.stopped);
        let places = rig.places();
        prop_assert_eq!(places.keys().cloned().collect::<BTreeSet<_>>(), expected);
        for ((file, index), place) in &places {
            let pages = &cases[file[..1].parse::<usize>().unwrap()][file[2..3].parse::<usize>().unwrap()];
            let should_be_held = pages.get(*index as usize).is_none_or(|p| p.starts_with("crash") || p.starts_with("lie"));
            prop_assert_eq!(place.starts_with("held"), should_be_held, "{}/{}: {}", file, index, place);
        }
        rig.assert_clean();
    }
}

#[test]
fn a_case_of_many_batches_tells_of_every_document_in_the_end() {
    let files: Vec<String> = (0..40).map(|n| format!("K/{n:02}.fake")).collect();
    let files: Vec<(&str, &[&str])> = files.iter().map(|name| (name.as_str(), ["store x"].as_slice())).collect();
    let mut rig = Rig::new(&files);
    rig.pipeline.intake.layout = Layout::FileIsDocument;
    assert_eq!(rig.run().documents, 40);
    let places = rig.places();
    assert_eq!(places[&key("K/07.fake", 0)], "K/0008_unbekannt.pdf", "numbers follow the order of intake");
    assert_eq!(places.values().collect::<BTreeSet<_>>().len(), 40);
    rig.assert_clean();
}
