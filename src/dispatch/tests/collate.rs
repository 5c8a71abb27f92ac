//! Stacks scanned as fronts, then backs: paired where that is certain, else held, and proved by the account alone.

use std::fs;
use std::sync::Mutex;

use serde_json::Value;

use super::rig::{Disturbance, Rig, key};
use crate::assemble::SeparateBy;
use crate::evidence::{self, News};
use crate::ledger::Verdict;
use crate::model::{FaultKind, PageOrder};
use crate::pipeline::{BlankAction, HeldDocument};
use crate::saboteur::Plan;

/// A pipeline for stacks; `pages` in files of one folder.
fn stack(files: &[(&str, &[&str])]) -> Rig {
    let mut rig = Rig::new(files);
    rig.pipeline.collate = PageOrder::FrontsThenBacks;
    rig.pipeline.separate = SeparateBy::Batch;
    rig
}

/// (file, index) of the pages of a case's document, in order.
fn pages(rig: &Rig, case: &str, document: usize) -> Vec<(String, u64)> {
    let account = rig.case(case);
    let pages = account["documents"][document]["pages"].as_array().unwrap().clone();
    pages.iter().map(|page| (page["file"].as_str().unwrap().to_owned(), page["index"].as_u64().unwrap())).collect()
}

fn of(pages: &[(&str, u64)]) -> Vec<(String, u64)> {
    pages.iter().map(|&(file, index)| (file.to_owned(), index)).collect()
}

/// `verify` finds nothing wrong with the delivery.
fn assert_proved(rig: &Rig) {
    rig.assert_balanced();
    let findings = Mutex::new(Vec::new());
    let note = |news: News<'_>| {
        if let News::Found(finding) = news {
            findings.lock().unwrap().push(finding.clone());
        }
    };
    evidence::verify(&rig.output(), &[], &note).unwrap();
    assert_eq!(findings.into_inner().unwrap(), []);
}

#[test]
fn a_stack_in_one_file_two_files_or_many_comes_out_as_sheets() {
    let rig = stack(&[
        ("one/1.fake", &["scan f1", "scan f2", "scan f3", "scan b3", "scan b2", "scan b1"]),
        ("two/1.fake", &["scan f1", "scan f2"]),
        ("two/2.fake", &["scan b2", "scan b1"]),
        ("many/1.fake", &["scan f1"]),
        ("many/2.fake", &["scan f2"]),
        ("many/9.fake", &["scan b2"]),
        ("many/10.fake", &["scan b1"]),
    ]);
    let summary = rig.run();
    assert_eq!((summary.documents, summary.pages_delivered, summary.pages_held), (3, 14, 0));
    assert_eq!(pages(&rig, "one", 0), of(&[0, 5, 1, 4, 2, 3].map(|index| ("one/1.fake", index))));
    let two = [("two/1.fake", 0), ("two/2.fake", 1), ("two/1.fake", 1), ("two/2.fake", 0)];
    assert_eq!(pages(&rig, "two", 0), of(&two));
    let many = ["many/1.fake", "many/10.fake", "many/2.fake", "many/9.fake"];
    assert_eq!(pages(&rig, "many", 0), of(&many.map(|file| (file, 0))));
    assert_eq!(rig.case("two")["documents"][0]["order"], "fronts_then_backs");
    assert_proved(&rig);
    rig.assert_clean();
}

#[test]
fn every_file_is_a_stack_of_its_own_where_the_layout_says_so() {
    let mut rig =
        stack(&[("A/1.fake", &["scan f1", "scan b1"]), ("A/2.fake", &["scan f1", "scan f2", "scan b2", "scan b1"])]);
    rig.pipeline.intake.layout = crate::intake::Layout::FileIsDocument;
    rig.pipeline.separate = SeparateBy::File;
    rig.run();
    assert_eq!(pages(&rig, "A", 1), of(&[0, 3, 1, 2].map(|index| ("A/2.fake", index))));
    assert_proved(&rig);
}

#[test]
fn blank_backs_are_left_out_after_the_sheets_were_put_together() {
    let mut rig = stack(&[("A/1.fake", &["scan f1", "scan f2", "scan f3", "blank b3", "scan b2", "blank b1"])]);
    rig.pipeline.blank = BlankAction::Drop;
    let summary = rig.run();
    assert_eq!((summary.pages_delivered, summary.blanks_recorded), (4, 2));
    assert_eq!(pages(&rig, "A", 0), of(&[0, 1, 4, 2].map(|index| ("A/1.fake", index))));
    assert_proved(&rig);
}

#[test]
fn sheets_can_be_documents_of_two_pages() {
    let mut rig = stack(&[("A/1.fake", &["scan f1", "scan f2", "scan b2", "scan b1"])]);
    rig.pipeline.separate = SeparateBy::Pages(2);
    rig.run();
    assert_eq!(pages(&rig, "A", 0), of(&[("A/1.fake", 0), ("A/1.fake", 3)]));
    assert_eq!(pages(&rig, "A", 1), of(&[("A/1.fake", 1), ("A/1.fake", 2)]));
    assert_proved(&rig);
}

#[test]
fn a_held_page_keeps_its_place_among_the_sheets() {
    let rig = stack(&[("A/1.fake", &["scan f1", "sick f2", "scan b2", "scan b1"])]);
    rig.run();
    assert_eq!(pages(&rig, "A", 0), of(&[0, 3, 2].map(|index| ("A/1.fake", index))));
    assert_proved(&rig);
    rig.cure("A/1.fake");
    rig.decide_of("A/1.fake", Some(1), Verdict::Retry);
    rig.run();
    assert_eq!(pages(&rig, "A", 1), of(&[("A/1.fake", 1)]));
    assert_proved(&rig);
}

#[test]
fn a_stack_can_wait_for_its_held_page() {
    let mut rig = stack(&[("A/1.fake", &["scan f1", "sick f2", "scan b2", "scan b1"])]);
    rig.pipeline.held = HeldDocument::Wait;
    assert_eq!(rig.run().documents, 0);
    rig.cure("A/1.fake");
    rig.decide_of("A/1.fake", Some(1), Verdict::Retry);
    rig.run();
    assert_eq!(pages(&rig, "A", 0), of(&[0, 3, 1, 2].map(|index| ("A/1.fake", index))));
    assert_proved(&rig);
}

#[test]
fn an_odd_number_is_held_and_a_person_can_have_it_as_it_was_scanned() {
    let rig = stack(&[("A/1.fake", &["scan Antrag", "store f2"]), ("A/2.fake", &["scan b1"])]);
    let summary = rig.run();
    assert_eq!((summary.documents, summary.pages_held), (0, 3));
    let unpaired: Vec<_> =
        rig.held_things().into_iter().filter(|thing| thing.fault.kind == FaultKind::Unpaired).collect();
    assert_eq!(unpaired.len(), 1, "one thing to decide, not three");
    assert!(unpaired[0].fault.detail.contains("3 pages"), "{}", unpaired[0].fault.detail);
    assert!(!unpaired[0].waiting && rig.held_things().len() == 3);
    assert_proved(&rig);

    assert_eq!(rig.run().pages_held, 3, "nobody decided");
    rig.decide(unpaired[0].number, Verdict::Retry).unwrap();
    assert_eq!(rig.run().pages_held, 3, "trying again does not make it even");
    assert_eq!(rig.held_things().len(), 3);
    assert_proved(&rig);

    rig.decide(unpaired[0].number, Verdict::Release).unwrap();
    let summary = rig.run();
    assert_eq!((summary.documents, summary.pages_held), (1, 0));
    assert_eq!(pages(&rig, "A", 0), of(&[("A/1.fake", 0), ("A/1.fake", 1), ("A/2.fake", 0)]));
    let document = &rig.case("A")["documents"][0];
    assert!(document.get("order").is_none(), "it lies as it was scanned");
    let unread: Vec<&Value> = document["pages"].as_array().unwrap().iter().filter_map(|p| p.get("unread")).collect();
    assert_eq!(unread, Vec::<&Value>::new(), "its text was read");
    assert_proved(&rig);
    rig.assert_clean();
}

#[test]
fn given_up_the_odd_page_stays_held_and_the_others_go_on() {
    let rig = stack(&[("A/1.fake", &["scan f1", "scan f2", "scan b1"])]);
    rig.run();
    rig.decide_of("A/1.fake", Some(2), Verdict::Discard);
    let summary = rig.run();
    assert_eq!((summary.pages_delivered, summary.pages_held), (2, 1));
    assert_eq!(pages(&rig, "A", 0), of(&[("A/1.fake", 0), ("A/1.fake", 1)]));
    assert_eq!(rig.places()[&key("A/1.fake", 2)], "held unpaired");
    assert_proved(&rig);
}

#[test]
fn a_file_that_cannot_be_opened_keeps_its_stack_waiting() {
    for verdict in [Verdict::Retry, Verdict::Discard] {
        let rig = stack(&[("A/1.fake", &["scan f1", "scan f2"])]);
        fs::write(rig.input().join("A/2.fake"), "SICK\nscan b2\nscan b1\n").unwrap();
        let summary = rig.run();
        assert_eq!((summary.documents, summary.pages_held, summary.scans_held), (0, 2, 1));
        rig.cure("A/2.fake");
        rig.decide_of("A/2.fake", None, verdict);
        rig.run();
        let paired = of(&[("A/1.fake", 0), ("A/2.fake", 1), ("A/1.fake", 1), ("A/2.fake", 0)]);
        let scanned = of(&[("A/1.fake", 0), ("A/1.fake", 1)]);
        assert_eq!(pages(&rig, "A", 0), if verdict == Verdict::Retry { paired } else { scanned });
        assert_proved(&rig);
    }
}

#[test]
fn what_was_missing_joins_the_stack_that_waits_for_it() {
    // The page that was forgotten.
    let rig = stack(&[("A/1.fake", &["scan f1", "scan f2"]), ("A/2.fake", &["scan b2"])]);
    assert_eq!(rig.run().documents, 0);
    rig.put("A/3.fake", &["scan b1"]);
    assert_eq!(rig.run().pages_held, 4, "a person has been asked and has to answer");
    assert_proved(&rig);
    rig.decide_of("A/2.fake", Some(0), Verdict::Retry);
    rig.run();
    let paired = of(&[("A/1.fake", 0), ("A/3.fake", 0), ("A/1.fake", 1), ("A/2.fake", 0)]);
    assert_eq!(pages(&rig, "A", 0), paired);
    assert_proved(&rig);

    // A file that every run tries again by itself.
    let rig = stack(&[("A/1.fake", &["scan f1", "scan f2"])]);
    fs::write(rig.input().join("A/2.fake"), "SICK\nscan b2\nscan b1\n").unwrap();
    assert_eq!((rig.run().documents, rig.run().documents), (0, 0));
    rig.cure("A/2.fake");
    rig.run();
    assert_eq!(pages(&rig, "A", 0), of(&[("A/1.fake", 0), ("A/2.fake", 1), ("A/1.fake", 1), ("A/2.fake", 0)]));
    assert_proved(&rig);
}

#[test]
fn what_comes_after_its_stack_went_on_is_held() {
    let rig = stack(&[("A/1.fake", &["scan f1", "scan b1"])]);
    rig.run();
    rig.put("A/2.fake", &["scan f2", "scan b2"]);
    let summary = rig.run();
    assert_eq!((summary.documents, summary.pages_held), (1, 2));
    rig.decide_of("A/2.fake", Some(1), Verdict::Release);
    rig.run();
    assert_eq!(pages(&rig, "A", 1), of(&[("A/2.fake", 0), ("A/2.fake", 1)]));
    assert_proved(&rig);
}

#[test]
fn killed_after_any_durable_step_nothing_is_paired_by_guess() {
    for steps in 0.. {
        let rig = stack(&[
            ("A/1.fake", &["scan f1", "store f2", "scan b1"]),
            ("B/1.fake", &["scan f1", "store f2", "scan b2", "scan b1"]),
        ]);
        let plan = Plan::fail_after(steps, std::io::ErrorKind::Other);
        let _ = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
        let summary = rig.run();
        assert_eq!((summary.documents, summary.pages_held), (1, 3), "step {steps}");
        let unpaired = rig.held_things().into_iter().filter(|thing| thing.fault.kind == FaultKind::Unpaired);
        assert_eq!(unpaired.count(), 1, "step {steps}");
        assert_eq!(pages(&rig, "B", 0), of(&[0, 3, 1, 2].map(|index| ("B/1.fake", index))));
        assert_proved(&rig);
        if !plan.struck() {
            assert!(steps > 20, "the run has more durable steps than {steps}");
            return;
        }
    }
}
