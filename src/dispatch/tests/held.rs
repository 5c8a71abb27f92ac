//! What is held, and what people decide: every page keeps one place, whatever is decided and wherever a run is killed.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{bounded, unbounded};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::rig::{Disturbance, Rig, fake_answer, key};
use crate::assemble::SeparateBy;
use crate::dispatch::{Controls, Event, Summary, run};
use crate::ledger::{DecideError, Decision, HeldState, HeldThing, LedgerError, Verdict, open_to_decide, peek};
use crate::model::FaultKind;
use crate::pipeline::{BlankAction, HeldDocument};
use crate::saboteur::Plan;
use crate::worker::{Channels, Outcome};

const VERDICTS: [Verdict; 3] = [Verdict::Retry, Verdict::Release, Verdict::Discard];

impl Rig {
    pub(super) fn held_things(&self) -> Vec<HeldThing> {
        let mut things = Vec::new();
        let ledger = match peek(&self.state()) {
            Err(LedgerError::Blank(_)) => return things,
            ledger => ledger.unwrap(),
        };
        ledger
            .for_each_held_thing(|thing| {
                things.push(thing);
                Ok::<_, LedgerError>(())
            })
            .unwrap();
        things
    }

    pub(super) fn number(&self, file: &str, index: Option<u32>) -> i64 {
        let found = self.held_things().into_iter().find(|thing| thing.name == file && thing.index == index);
        found.unwrap_or_else(|| panic!("{file} {index:?} is not held")).number
    }

    pub(super) fn decide(&self, number: i64, verdict: Verdict) -> Result<(), DecideError> {
        let reason = (verdict == Verdict::Discard).then(|| "scanned twice".to_owned());
        let decision = Decision {
            verdict,
            reason,
            person: "mueller".into(),
            at: Timestamp::from_second(1).unwrap(),
            applied: false,
        };
        open_to_decide(&self.state()).unwrap().decide(&[number], &decision)
    }

    pub(super) fn decide_of(&self, file: &str, index: Option<u32>, verdict: Verdict) {
        self.decide(self.number(file, index), verdict).unwrap();
    }

    /// From now on what is sick can be processed.
    pub(super) fn cure(&self, file: &str) {
        fs::write(self.input().join(file).with_extension("cured"), "").unwrap();
    }

    pub(super) fn case(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.output().join(name).join("case.json")).unwrap()).unwrap()
    }

    /// The promise, from the accounts alone and from the ledger.
    pub(super) fn assert_balanced(&self) {
        for case in fs::read_dir(self.output()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()) {
            let account: Value = serde_json::from_slice(&fs::read(case.join("case.json")).unwrap()).unwrap();
            let list = |name: &str| account[name].as_array().unwrap().clone();
            let sum = |pages: &[Value]| pages.iter().filter_map(Value::as_u64).sum::<u64>();
            let scans: Vec<Value> = list("scans").iter().map(|scan| scan["pages"].clone()).collect();
            let delivered: usize = list("documents").iter().map(|d| d["pages"].as_array().unwrap().len()).sum();
            let held = list("held").iter().filter(|held| !held["index"].is_null()).count();
            let balance = &account["balance"];
            assert_eq!(balance["received"], sum(&scans), "{account:#}");
            assert_eq!(balance["delivered"], delivered, "{account:#}");
            assert_eq!(balance["held"], held, "{account:#}");
            assert_eq!(sum(&scans) as usize, delivered + held + list("blanks_removed").len(), "{account:#}");
        }
        let standing = peek(&self.state()).unwrap().standing().unwrap();
        assert_eq!((standing.unbalanced, standing.unfinished), (vec![], vec![]));
    }

    pub(super) fn run_balanced(&self) -> Summary {
        let summary = self.run();
        self.assert_balanced();
        summary
    }
}

#[test]
fn a_page_tried_again_forms_a_further_document_of_its_case() {
    let rig =
        Rig::new(&[("A/1.fake", &["scan secret a", "sick secret b", "scan secret c"]), ("A/2.fake", &["scan d"])]);
    rig.run_balanced();
    let number = rig.number("A/1.fake", Some(1));
    let document = fs::read(rig.output().join("A/0001_unbekannt.pdf")).unwrap();

    rig.decide(number, Verdict::Retry).unwrap();
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_held, summary.pages_processed_now), (1, 0), "it is sick still");
    let thing = &rig.held_things()[0];
    assert_eq!((thing.number, thing.attempts, thing.state), (number, 4, HeldState::Open), "two attempts in each run");
    assert!(thing.first <= thing.last);

    rig.cure("A/1.fake");
    assert_eq!(rig.run().pages_held, 1, "nobody decided to try it again");
    rig.decide(number, Verdict::Retry).unwrap();
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_held, summary.pages_processed_now, summary.documents), (0, 1, 3));
    assert_eq!(rig.places()[&key("A/1.fake", 1)], "A/0003_unbekannt.pdf");
    assert_eq!(fs::read(rig.output().join("A/0001_unbekannt.pdf")).unwrap(), document, "what was delivered stays");
    assert!(matches!(rig.decide(number, Verdict::Retry), Err(DecideError::Settled(_))));
    rig.assert_clean();
}

#[test]
fn a_whole_scan_tried_again_keeps_its_number_until_it_goes_on() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"])]);
    fs::write(rig.input().join("A/2.fake"), "SICK\nscan b\nscan c\n").unwrap();
    rig.run_balanced();
    let number = rig.number("A/2.fake", None);
    rig.run_balanced();
    assert_eq!(rig.number("A/2.fake", None), number, "every run tries it again by itself");
    assert_eq!(rig.held_things()[0].attempts, 4);
    assert!(matches!(rig.decide(number, Verdict::Release), Err(DecideError::NoPicture(_))));
    rig.cure("A/2.fake");
    rig.decide(number, Verdict::Retry).unwrap();
    let summary = rig.run_balanced();
    assert_eq!((summary.scans_held, summary.pages_received, summary.pages_delivered), (0, 3, 3));
    assert!(rig.held_things().is_empty());
}

#[test]
fn a_released_page_ships_its_picture_flagged_as_unread() {
    let rig = Rig::new(&[("A/1.fake", &["scan a", "mute secret b", "crash secret c"])]);
    rig.run_balanced();
    for index in [1, 2] {
        rig.decide_of("A/1.fake", Some(index), Verdict::Release);
    }
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_delivered, summary.pages_held), (2, 1));
    let places = rig.places();
    assert_eq!(places[&key("A/1.fake", 1)], "A/0002_unbekannt.pdf");
    assert_eq!(places[&key("A/1.fake", 2)], "held crash", "it has no picture either, and is held again");
    let case = rig.case("A");
    assert_eq!(case["documents"][1]["pages"][0]["unread"]["kind"], "crash");
    assert!(case["documents"][0]["pages"][0].get("unread").is_none());
    assert_eq!(rig.held_things()[0].state, HeldState::Open);
    rig.assert_clean();
}

#[test]
fn a_discarded_page_stays_held_and_recorded_and_is_not_asked_for_again() {
    let rig = Rig::new(&[("A/1.fake", &["scan a", "sick b"])]);
    fs::write(rig.input().join("A/2.fake"), "SICK\nscan b\n").unwrap();
    rig.run_balanced();
    rig.decide_of("A/1.fake", Some(1), Verdict::Discard);
    rig.decide_of("A/2.fake", None, Verdict::Discard);
    rig.cure("A/1.fake");
    rig.cure("A/2.fake");
    for _ in 0..2 {
        let summary = rig.run_balanced();
        assert_eq!((summary.pages_held, summary.pages_discarded), (1, 1));
        assert_eq!((summary.scans_held, summary.scans_discarded), (1, 1));
        assert_eq!((summary.held.len(), summary.pages_processed_now), (0, 0));
    }
    for held in rig.case("A")["held"].as_array().unwrap() {
        let told = &held["discarded"];
        assert_eq!((&told["reason"], &told["by"]), (&"scanned twice".into(), &"mueller".into()), "{held}");
        assert_eq!(told["at"], "1970-01-01T00:00:01Z");
    }
    // A person may think again.
    rig.decide_of("A/1.fake", Some(1), Verdict::Retry);
    rig.decide_of("A/2.fake", None, Verdict::Retry);
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_held, summary.scans_held, summary.pages_delivered), (0, 0, 3));
    rig.assert_clean();
}

#[test]
fn the_pipeline_can_ship_the_picture_at_once() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a", "mute b", "crash c", "scan d"])]);
    rig.pipeline.held = HeldDocument::Image;
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_delivered, summary.pages_held, summary.documents), (3, 1, 1));
    let case = rig.case("A");
    let pages = case["documents"][0]["pages"].as_array().unwrap();
    let unread: Vec<bool> = pages.iter().map(|page| page.get("unread").is_some()).collect();
    assert_eq!(unread, [false, true, false]);
    assert_eq!(rig.places()[&key("A/1.fake", 2)], "held crash");
    assert_eq!(rig.held_things()[0].attempts, 3, "two with the text, one without");
}

#[test]
fn a_document_can_wait_for_its_page_and_no_other_waits() {
    for verdict in VERDICTS {
        let mut rig = Rig::new(&[
            ("A/1.fake", &["store secret a", "sick secret b", "scan secret c"]),
            ("A/2.fake", &["scan d"]),
            ("B/1.fake", &["scan e"]),
        ]);
        rig.pipeline.held = HeldDocument::Wait;
        let summary = rig.run_balanced();
        assert_eq!((summary.pages_delivered, summary.pages_held, summary.documents), (2, 3, 2));
        assert_eq!(rig.places()[&key("A/1.fake", 2)], "held waits");
        let detail = &rig.case("A")["held"][0]["detail"];
        assert_eq!(detail, "waits for page 2");
        let waiting = rig.number("A/1.fake", Some(0));
        assert!(matches!(rig.decide(waiting, Verdict::Retry), Err(DecideError::Waits(_))));
        // Not decided, nothing changes.
        assert_eq!(rig.run_balanced().pages_held, 3);

        rig.cure("A/1.fake");
        rig.decide_of("A/1.fake", Some(1), verdict);
        let summary = rig.run_balanced();
        let held = u64::from(verdict == Verdict::Discard);
        assert_eq!((summary.pages_held, summary.pages_delivered, summary.documents), (held, 5 - held, 3));
        let document = rig.case("A")["documents"][1].clone();
        let pages: Vec<u64> =
            document["pages"].as_array().unwrap().iter().map(|p| p["index"].as_u64().unwrap()).collect();
        assert_eq!(pages, if held == 1 { vec![0, 2] } else { vec![0, 1, 2] }, "one document, in order");
        assert_eq!(summary.pages_processed_now, 1 - held, "what waited is not processed again");
        rig.assert_clean();
    }
}

#[test]
fn a_whole_batch_as_one_document_waits_for_a_held_file_too() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a"]), ("A/3.fake", &["scan c"])]);
    fs::write(rig.input().join("A/2.fake"), "II*").unwrap();
    rig.pipeline.held = HeldDocument::Wait;
    rig.pipeline.separate = SeparateBy::Batch;
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_held, summary.scans_held, summary.documents), (2, 1, 0));
    rig.decide_of("A/2.fake", None, Verdict::Discard);
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_held, summary.pages_delivered, summary.documents), (0, 2, 1));
}

#[test]
fn a_page_that_proves_unusable_at_delivery_lets_its_document_wait() {
    let altered = || {
        let mut rig = Rig::new(&[("A/1.fake", &["scan a"]), ("A/2.fake", &["scan b"])]);
        rig.pipeline.held = HeldDocument::Wait;
        rig.pipeline.separate = SeparateBy::Batch;
        let (path, other) = (rig.input().join("A/1.fake"), rig.dir.path().join("other"));
        fs::write(&other, "FAKE\nscan X\n").unwrap();
        // Both files are digested before the first is told: only at delivery the digest tells that one is another.
        let (result, _) = rig.watched(Disturbance::default(), |event| {
            if matches!(event, Event::ScanReceived { .. }) {
                let _ = fs::rename(&other, &path);
            }
        });
        (rig, result.unwrap())
    };
    // On a busy machine the news may come after the delivery.
    let (rig, summary) = (0..20).map(|_| altered()).find(|(_, summary)| summary.documents == 0).unwrap();
    assert_eq!(summary.pages_held, 2);
    let places = rig.places();
    assert_eq!(
        (places[&key("A/1.fake", 0)].as_str(), places[&key("A/2.fake", 0)].as_str()),
        ("held changed", "held waits")
    );
    rig.decide_of("A/1.fake", Some(0), Verdict::Discard);
    assert_eq!(rig.run_balanced().pages_delivered, 1);
}

#[test]
fn what_is_decided_during_a_run_is_done_by_its_end() {
    let rig = Rig::new(&[("A/1.fake", &["scan a", "sick b"])]);
    rig.run();
    rig.cure("A/1.fake");
    rig.put("B/1.fake", &["scan c"]);
    let ((jobs, queue), (answers, outcomes), (events, _told)) = (bounded(4), bounded::<Outcome>(4), unbounded());
    let (shaken, stop) = (Mutex::default(), Controls::default());
    let summary = thread::scope(|scope| {
        let (rig, shaken) = (&rig, &shaken);
        scope.spawn(move || {
            for (nth, (ticket, job)) in queue.iter().enumerate() {
                if nth == 0 {
                    rig.decide_of("A/1.fake", Some(1), Verdict::Retry);
                }
                let result = fake_answer(job, shaken);
                if answers.send(Outcome { ticket, worker: 0, result, elapsed: Duration::ZERO }).is_err() {
                    return;
                }
            }
        });
        let summary =
            run(&rig.backlog(), Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, &stop).unwrap();
        drop(jobs);
        summary
    });
    assert_eq!((summary.pages_held, summary.pages_delivered, summary.stopped), (0, 3, false));
    rig.assert_balanced();
}

#[test]
fn a_new_scan_of_an_opened_batch_and_a_vanished_one_harm_nothing() {
    let rig = Rig::new(&[("A/1.fake", &["scan a", "sick b"]), ("A/2.fake", &["sick c", "scan d"])]);
    rig.run();
    for (file, index) in [("A/1.fake", 1), ("A/2.fake", 0)] {
        rig.cure(file);
        rig.decide_of(file, Some(index), Verdict::Retry);
    }
    rig.put("A/3.fake", &["scan e"]);
    fs::remove_file(rig.input().join("A/2.fake")).unwrap();
    let summary = rig.run_balanced();
    assert_eq!((summary.pages_received, summary.pages_delivered, summary.pages_held), (5, 4, 1));
    assert_eq!(summary.held[0].fault.kind, FaultKind::Io);
}

/// A backlog with one thing for every decision, worked off and decided about.
fn decided(held: HeldDocument) -> Rig {
    let mut rig = Rig::new(&[
        ("A/1.fake", &["scan secret a", "sick secret b", "store secret c"]),
        ("A/2.fake", &["mute secret d", "blank secret e", "sick secret f"]),
        ("B/1.fake", &["crash secret g", "scan secret h"]),
    ]);
    fs::write(rig.input().join("A/3.fake"), "SICK\nstore secret i\n").unwrap();
    rig.pipeline.blank = BlankAction::Drop;
    rig.pipeline.held = held;
    rig.run_balanced();
    rig.cure("A/1.fake");
    rig.cure("A/3.fake");
    rig.decide_of("A/1.fake", Some(1), Verdict::Retry);
    rig.decide_of("A/3.fake", None, Verdict::Retry);
    rig.decide_of("A/2.fake", Some(2), Verdict::Discard);
    rig.decide_of("B/1.fake", Some(0), Verdict::Discard);
    if held != HeldDocument::Image {
        rig.decide_of("A/2.fake", Some(0), Verdict::Release);
    }
    rig
}

#[test]
fn killed_after_any_durable_step_decisions_are_carried_out_once() {
    for held in [HeldDocument::Apart, HeldDocument::Image, HeldDocument::Wait] {
        for steps in 0.. {
            let rig = decided(held);
            let plan = Plan::fail_after(steps, ErrorKind::Other);
            let first = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
            assert_eq!(first.is_err(), plan.struck(), "step {steps}");
            let summary = rig.run_balanced();
            let counts = (summary.pages_received, summary.pages_delivered, summary.blanks_recorded);
            assert_eq!(counts, (9, 6, 1), "{held:?}, step {steps}");
            assert_eq!((summary.pages_held, summary.pages_discarded, summary.held.len()), (2, 2, 0));
            let places: BTreeMap<_, _> = rig.places();
            assert_eq!(places.len(), 9);
            assert_eq!(
                (&places[&key("A/2.fake", 1)], &places[&key("B/1.fake", 0)]),
                (&"blank".into(), &"held crash".into())
            );
            assert_eq!(rig.in_documents().len(), 6);
            rig.assert_clean();
            if !plan.struck() {
                assert!(steps > 20, "the run has more durable steps than {steps}");
                break;
            }
        }
    }
}

#[test]
fn a_decision_is_whole_or_not_there() {
    let rig = Rig::new(&[("A/1.fake", &["sick a"])]);
    rig.run();
    let number = rig.number("A/1.fake", Some(0));
    crate::saboteur::enter(Plan::fail_after(0, ErrorKind::StorageFull));
    let refused = rig.decide(number, Verdict::Discard);
    crate::saboteur::enter(Plan::default());
    assert!(matches!(refused, Err(DecideError::Ledger(LedgerError::Commit(_)))));
    let thing = &rig.held_things()[0];
    assert_eq!((thing.state, &thing.decision), (HeldState::Open, &None));
    assert!(matches!(rig.decide(number + 1, Verdict::Retry), Err(DecideError::Unknown(_))));
}

fn backlog() -> impl Strategy<Value = Vec<Vec<Vec<&'static str>>>> {
    let page = prop_oneof![
        4 => Just("scan a"), 1 => Just("store b"), 1 => Just("blank c"),
        1 => Just("crash d"), 2 => Just("sick e"), 2 => Just("mute f")
    ];
    let scan = proptest::collection::vec(page, 1..5);
    proptest::collection::vec(proptest::collection::vec(scan, 1..4), 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_decided_whenever_every_page_has_one_place(
        cases in backlog(),
        held in prop_oneof![Just(HeldDocument::Apart), Just(HeldDocument::Image), Just(HeldDocument::Wait)],
        separate in prop_oneof![Just(SeparateBy::File), Just(SeparateBy::Batch), Just(SeparateBy::Pages(2))],
        rounds in proptest::collection::vec(
            (proptest::collection::vec((any::<prop::sample::Index>(), 0usize..3), 0..5), proptest::option::of(0i64..60)),
            1..5,
        ),
        cured_in in 0usize..5,
    ) {
        let mut rig = Rig::new(&[]);
        (rig.pipeline.held, rig.pipeline.separate) = (held, separate);
        let mut expected = HashSet::new();
        for (case, scans) in cases.iter().enumerate() {
            for (scan, pages) in scans.iter().enumerate() {
                let name = format!("{case}/{scan}.fake");
                rig.put(&name, pages);
                expected.extend((0..pages.len()).map(|index| key(&name, index as u32)));
            }
        }
        for (round, (decisions, killed)) in rounds.iter().enumerate() {
            if round == cured_in {
                for (case, scans) in cases.iter().enumerate() {
                    (0..scans.len()).for_each(|scan| rig.cure(&format!("{case}/{scan}.fake")));
                }
            }
            if let Some(steps) = killed {
                let plan = Plan::fail_after(*steps, ErrorKind::Other);
                let _ = rig.disturbed(Disturbance { plan, ..Disturbance::default() });
            } else {
                rig.run_balanced();
                prop_assert_eq!(rig.places().into_keys().collect::<HashSet<_>>(), expected.clone());
            }
            if !crate::ledger::is_state_dir(&rig.state()) {
                continue;
            }
            let things = rig.held_things();
            for (which, verdict) in decisions.iter().filter(|_| !things.is_empty()) {
                // Some are refused, which must change nothing.
                let _ = rig.decide(which.get(&things).number, VERDICTS[*verdict]);
            }
        }
        rig.run_balanced();
        // Decisions about a batch that was in delivery are carried out by the run after.
        let summary = rig.run_balanced();
        let places = rig.places();
        prop_assert_eq!(places.keys().cloned().collect::<HashSet<_>>(), expected);
        prop_assert_eq!(summary.pages_delivered + summary.pages_held, places.len() as u64);
        prop_assert_eq!(peek(&rig.state()).unwrap().decisions_open().unwrap(), 0);
        for ((file, index), place) in &places {
            let page = cases[file[..1].parse::<usize>().unwrap()][file[2..3].parse::<usize>().unwrap()][*index as usize];
            if page.starts_with("crash") {
                prop_assert_eq!(place, "held crash");
            }
            if held == HeldDocument::Apart && !place.starts_with("held") {
                continue;
            }
            let sound = page.starts_with("scan") || page.starts_with("store") || page.starts_with("blank");
            prop_assert!(!sound || !place.starts_with("held") || (held == HeldDocument::Wait && place == "held waits"));
        }
    }
}
