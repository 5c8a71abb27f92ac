//! Separator sheets: pages go to the cases that they name, and what does not fit waits for a person; wherever a run is
//! killed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::Mutex;

use proptest::prelude::*;
use serde_json::Value;

use super::rig::{Disturbance, Rig, key};
use crate::assemble::SeparateBy;
use crate::evidence::{News, verify};
use crate::ledger::{HeldState, Verdict};
use crate::model::FaultKind;
use crate::saboteur::Plan;

const STACK: &str = "stack/1.fake";

/// A stack of two cases, the second of two documents.
fn stack() -> Rig {
    with(&[
        "sheet SST1;L=C;C=AZ-1;P=2",
        "scan secret a",
        "store secret b",
        "sheet SST1;L=C;C=AZ-2",
        "scan secret c",
        "sheet SST1;L=D;T=Antrag;N=7",
        "store secret d",
        "scan secret e",
    ])
}

fn with(pages: &[&str]) -> Rig {
    let mut rig = Rig::new(&[(STACK, pages)]);
    rig.pipeline.separate = SeparateBy::Batch;
    rig
}

impl Rig {
    /// The places of the stack's pages, in their order.
    fn stack_places(&self) -> Vec<String> {
        self.places().into_iter().filter(|((file, _), _)| file == STACK).map(|(_, place)| place).collect()
    }

    /// The target alone proves that every page is in one place.
    fn assert_proven(&self) {
        let found = Mutex::new(Vec::new());
        let verified = verify(&self.output(), &[], &|news| {
            if let News::Found(finding) = news {
                found.lock().unwrap().push(finding.clone());
            }
        });
        assert_eq!(found.into_inner().unwrap(), []);
        assert!(verified.unwrap().is_proven());
    }
}

const PLACES: [&str; 8] = [
    "separator",
    "AZ-1/0001_unbekannt.pdf",
    "AZ-1/0001_unbekannt.pdf",
    "separator",
    "AZ-2/0001_unbekannt.pdf",
    "separator",
    "AZ-2/0002_Antrag.pdf",
    "AZ-2/0002_Antrag.pdf",
];

#[test]
fn pages_go_to_the_cases_that_sheets_name() {
    let rig = stack();
    let summary = rig.run();
    assert_eq!(rig.stack_places(), PLACES);
    rig.assert_proven();
    rig.assert_clean();
    assert_eq!((summary.pages_received, summary.pages_delivered, summary.separators_recorded), (8, 5, 3));
    assert_eq!((summary.documents, summary.cases), (3, 2));
    let home = rig.case("stack");
    let elsewhere: Vec<_> = home["elsewhere"].as_array().unwrap().iter().map(|d| d["document"].clone()).collect();
    assert_eq!(elsewhere, ["AZ-1/0001_unbekannt.pdf", "AZ-2/0001_unbekannt.pdf", "AZ-2/0002_Antrag.pdf"]);
    assert_eq!((&home["documents"], &home["balance"]["delivered"]), (&Value::Array(vec![]), &5.into()));
    let antrag = &rig.case("AZ-2")["documents"][1];
    assert_eq!((&antrag["from"], &antrag["confidence"]), (&"stack".into(), &1.0.into()));
    assert_eq!(
        (&antrag["fields"][0]["name"], &antrag["fields"][0]["value"]),
        (&"Trennblatt-Nummer".into(), &"7".into())
    );
}

#[test]
fn a_later_stack_adds_to_the_case_and_a_second_run_changes_nothing() {
    let rig = stack();
    rig.run();
    rig.put("later/1.fake", &["sheet SST1;L=C;C=AZ-1", "scan secret f", "sheet SST1;L=C;C=stack", "scan secret g"]);
    for _ in 0..2 {
        rig.run();
        let places = rig.places();
        assert_eq!(rig.stack_places(), PLACES);
        assert_eq!(places[&key("later/1.fake", 1)], "AZ-1/0002_unbekannt.pdf");
        assert_eq!(
            places[&key("later/1.fake", 3)],
            "stack/0001_unbekannt.pdf",
            "a case can be one's own and another's"
        );
        rig.assert_proven();
    }
}

#[test]
fn killed_after_any_durable_step_every_page_finds_its_case() {
    for steps in 0.. {
        let rig = stack();
        let plan = Plan::fail_after(steps, ErrorKind::Other);
        let first = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
        assert_eq!(first.is_err(), plan.struck(), "step {steps}");
        rig.run();
        assert_eq!(rig.stack_places(), PLACES, "step {steps}");
        rig.assert_proven();
        rig.assert_clean();
        if !plan.struck() {
            assert!(steps > 30, "the run has more durable steps than {steps}");
            return;
        }
    }
}

/// The sheet of the first case announces three pages; two come.
fn short_stack() -> Rig {
    with(&[
        "sheet SST1;L=C;C=AZ-1;P=3",
        "scan secret a",
        "store secret b",
        "sheet SST1;L=C;C=AZ-2;P=1",
        "scan secret c",
    ])
}

#[test]
fn a_count_that_differs_is_held_and_goes_on_when_a_person_releases_it() {
    let rig = short_stack();
    rig.run();
    rig.assert_proven();
    let places = rig.stack_places();
    assert_eq!(places[..3], ["held count_differs", "held waits", "held waits"]);
    assert_eq!(places[4], "AZ-2/0001_unbekannt.pdf", "the other case does not wait");
    assert_eq!(rig.run().pages_held, places.iter().filter(|place| place.starts_with("held")).count() as u64);

    rig.decide_of(STACK, Some(0), Verdict::Release);
    rig.run();
    let document = "AZ-1/0001_unbekannt.pdf";
    assert_eq!(rig.stack_places(), ["separator", document, document, "separator", "AZ-2/0001_unbekannt.pdf"]);
    let account = rig.case("AZ-1");
    assert!(account["documents"][0]["pages"][0].get("unread").is_none(), "it is delivered with its text");
    rig.assert_proven();
    rig.assert_clean();
}

#[test]
fn whoever_discards_an_alarm_discards_all_that_waits_for_it() {
    let rig = short_stack();
    rig.run();
    rig.decide_of(STACK, Some(0), Verdict::Discard);
    let summary = rig.run();
    assert_eq!(rig.stack_places()[4], "AZ-2/0001_unbekannt.pdf");
    let home = rig.case("stack");
    let held = home["held"].as_array().unwrap();
    assert!(held.iter().all(|held| held["discarded"]["by"] == "mueller"), "{held:?}");
    assert_eq!(held.len(), 3, "the sheet and its two pages: {held:?}");
    assert_eq!(summary.documents, 1);
    rig.assert_proven();
    rig.assert_clean();
}

#[test]
fn while_an_alarm_waits_other_decisions_do_not_let_its_pages_go() {
    let rig =
        with(&["sheet SST1;L=C;C=AZ-1;P=3", "scan secret a", "scan secret b", "sheet SST1;L=C;C=AZ-2", "sick secret"]);
    rig.run();
    rig.cure(STACK);
    rig.decide_of(STACK, Some(4), Verdict::Retry);
    rig.run();
    let places = rig.stack_places();
    assert_eq!(places[..3], ["held count_differs", "held waits", "held waits"]);
    assert_eq!(places[4], "AZ-2/0001_unbekannt.pdf", "its sheet still divides");
    rig.assert_proven();
    rig.decide_of(STACK, Some(0), Verdict::Release);
    rig.run();
    assert_eq!(rig.stack_places()[1], "AZ-1/0001_unbekannt.pdf");
    rig.assert_proven();
    rig.assert_clean();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_decided_and_wherever_it_is_killed_every_page_keeps_one_place(
        pages in prop::collection::vec(0..8_usize, 1..12),
        decisions in prop::collection::vec((0..16_usize, 0..3_usize), 0..4),
        kill in prop::option::of(0..120_i64),
    ) {
        let kinds = [
            "scan secret", "store secret", "blank secret", "sick secret",
            "sheet SST1;L=C;C=AZ-1;P=2", "sheet SST1;L=C;C=AZ-2", "sheet SST1;L=D;P=1", "sheet SST1;L=B;N=1",
        ];
        let pages: Vec<String> = pages.iter().enumerate().map(|(at, &kind)| {
            if kinds[kind].starts_with("sheet") { kinds[kind].to_owned() } else { format!("{} {at}", kinds[kind]) }
        }).collect();
        let rig = with(&pages.iter().map(String::as_str).collect::<Vec<_>>());
        let all: BTreeSet<_> = (0..pages.len() as u32).map(|index| key(STACK, index)).collect();
        if let Some(steps) = kill {
            let plan = Plan::fail_after(steps, ErrorKind::Other);
            let _ = rig.disturbed(Disturbance { plan, ..Disturbance::default() });
        }
        rig.run();
        for (which, verdict) in decisions {
            let placed: BTreeMap<_, _> = rig.places();
            prop_assert_eq!(placed.keys().cloned().collect::<BTreeSet<_>>(), all.clone());
            rig.assert_proven();
            let open: Vec<_> = rig.held_things().into_iter()
                .filter(|thing| thing.state == HeldState::Open && thing.fault.kind != FaultKind::Waits).collect();
            if open.is_empty() { break; }
            let verdict = [Verdict::Retry, Verdict::Release, Verdict::Discard][verdict];
            rig.decide(open[which % open.len()].number, verdict).unwrap();
            if let Some(steps) = kill {
                let plan = Plan::fail_after(steps / 2, ErrorKind::Other);
                let _ = rig.disturbed(Disturbance { plan, ..Disturbance::default() });
            }
            rig.run();
        }
        prop_assert_eq!(rig.places().keys().cloned().collect::<BTreeSet<_>>(), all);
        rig.assert_proven();
    }
}
