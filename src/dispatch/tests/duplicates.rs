//! Scans whose bytes were received before.

use super::*;

/// Three cases: one scan stands in the first twice and in the second again, the third has nothing of its own.
fn backlog(action: DuplicateAction) -> Rig {
    let mut rig = Rig::new(&[
        ("A/1.fake", &["scan a", "store secret b"]),
        ("A/2.fake", &["scan a", "store secret b"]),
        ("B/other name.fake", &["scan a", "store secret b"]),
        ("B/2.fake", &["scan c", "blank d"]),
        ("C/3.fake", &["scan c", "blank d"]),
    ]);
    rig.pipeline.blank = BlankAction::Drop;
    rig.pipeline.duplicates = Some(action);
    rig
}

fn assert_backlog(rig: &Rig, summary: &Summary) {
    let link = rig.pipeline.duplicates == Some(DuplicateAction::Link);
    let of = |file: &str, document: &str| (file.to_owned(), if link { vec![document.to_owned()] } else { vec![] });
    let expected = BTreeMap::from([
        ("A/2.fake".to_owned(), of("A/1.fake", "A/0001_unbekannt.pdf")),
        ("B/other name.fake".to_owned(), of("A/1.fake", "A/0001_unbekannt.pdf")),
        ("C/3.fake".to_owned(), of("B/2.fake", "B/0001_unbekannt.pdf")),
    ]);
    assert_eq!(rig.duplicates(), expected);
    assert_eq!(
        rig.places().into_iter().collect::<Vec<_>>(),
        [
            (key("A/1.fake", 0), "A/0001_unbekannt.pdf".to_owned()),
            (key("A/1.fake", 1), "A/0001_unbekannt.pdf".to_owned()),
            (key("B/2.fake", 0), "B/0001_unbekannt.pdf".to_owned()),
            (key("B/2.fake", 1), "blank".to_owned()),
        ]
    );
    assert_eq!((summary.scans, summary.pages_received, summary.pages_delivered, summary.documents), (5, 4, 3, 2));
    assert_eq!((summary.duplicates_skipped, summary.duplicates_linked), if link { (0, 3) } else { (3, 0) });
    rig.assert_clean();
}

#[test]
fn the_same_bytes_are_delivered_once_and_every_place_is_accounted_for() {
    for action in [DuplicateAction::Skip, DuplicateAction::Link] {
        let rig = backlog(action);
        let (result, told) = rig.watched(Disturbance::default(), |_| {});
        assert_backlog(&rig, &result.unwrap());
        assert_eq!(told.iter().filter(|e| matches!(e, Event::Duplicate { .. })).count(), 3);
        assert_backlog(&rig, &rig.run());
    }
}

#[test]
fn another_day_under_another_name_it_is_known_without_being_read_again() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a", "scan b"])]);
    rig.pipeline.duplicates = Some(DuplicateAction::Link);
    rig.run();
    rig.put("Z/later.fake", &["scan a", "scan b"]);
    let summary = rig.run();
    assert_eq!((summary.pages_processed_now, summary.duplicates_linked, summary.documents), (0, 1, 1));
    assert_eq!(rig.duplicates()["Z/later.fake"].1, ["A/0001_unbekannt.pdf"]);
}

#[test]
fn killed_after_any_step_no_page_is_lost_for_being_a_duplicate() {
    for steps in 0.. {
        let rig = backlog(DuplicateAction::Link);
        let plan = Plan::fail_after(steps, ErrorKind::Other);
        let _ = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() });
        assert_backlog(&rig, &rig.run());
        if !plan.struck() {
            break;
        }
    }
}

#[test]
fn a_full_disk_at_any_step_loses_no_duplicate() {
    for steps in 8.. {
        let mut rig = backlog(DuplicateAction::Skip);
        rig.pipeline.pauses.longest = Duration::from_secs(30);
        let plan = Plan::fail_for(steps, 2, 28);
        if let Ok(summary) = rig.disturbed(Disturbance { plan: plan.clone(), ..Disturbance::default() }) {
            assert_backlog(&rig, &summary);
        }
        assert_backlog(&rig, &rig.run());
        if !plan.struck() {
            break;
        }
    }
}

/// The earlier scan is altered after its pages were processed and before they were delivered.
#[test]
fn if_the_earlier_scan_turns_out_unusable_the_duplicate_is_taken_after_all() {
    for twin in ["A/2.fake", "B/1.fake"] {
        let mut rig = Rig::new(&[("A/1.fake", &["scan a", "scan b"]), (twin, &["scan a", "scan b"])]);
        rig.pipeline.duplicates = Some(DuplicateAction::Skip);
        rig.pipeline.separate = SeparateBy::Batch;
        rig.disturbed(Disturbance { stop_after: Some(3), ..Disturbance::default() }).unwrap();
        fs::write(rig.input().join("A/1.fake"), "FAKE\nscan a\nscan B\n").unwrap();
        rig.run();
        let summary = rig.run();
        assert_eq!(summary.duplicates_skipped, 0, "{twin}");
        let delivered = rig.in_documents();
        assert!(delivered.contains(&key(twin, 0)) && delivered.contains(&key(twin, 1)), "{twin}: {delivered:?}");
    }
}

/// Two folders that go on filling, each with a scan of the other's: neither waits for ever.
#[test]
fn two_batches_that_wait_for_each_other_end() {
    let mut rig = Rig::new(&[("A/1.fake", &["scan a"]), ("B/1.fake", &["scan b"])]);
    rig.pipeline.duplicates = Some(DuplicateAction::Skip);
    // All is received and nothing delivered.
    rig.disturbed(Disturbance { stop_after: Some(2), ..Disturbance::default() }).unwrap();
    rig.put("A/2.fake", &["scan b"]);
    rig.put("B/2.fake", &["scan a"]);
    let summary = rig.run();
    assert!(!summary.stopped);
    assert_eq!((summary.scans, summary.pages_held), (4, 0));
    let bytes: BTreeSet<bool> =
        rig.in_documents().iter().map(|(file, _)| ["A/1.fake", "B/2.fake"].contains(&file.as_str())).collect();
    assert_eq!(bytes.len(), 2, "both contents are delivered");
}

#[test]
fn duplicates_that_were_skipped_are_delivered_when_the_pipeline_says_so_later() {
    let mut rig = backlog(DuplicateAction::Skip);
    rig.run();
    rig.pipeline.duplicates = None;
    let summary = rig.run();
    assert_eq!((summary.duplicates_skipped, summary.pages_received, summary.pages_delivered), (0, 10, 8));
    assert!(rig.duplicates().is_empty());
    assert_eq!(rig.places().len(), 10);
    rig.assert_clean();
}

#[test]
fn names_that_some_file_system_takes_for_one_get_folders_of_their_own() {
    // NFC and NFD of one name, upper and lower case, and what folding makes equal.
    let cases = ["Müller", "Mu\u{308}ller", "MÜLLER", "Straße", "STRASSE", "strasse", "K\u{212a}", "kk", "x", "X"];
    let mut rig = Rig::new(&[]);
    for case in cases {
        rig.put(&format!("{case}/1.fake"), &["scan a"]);
    }
    rig.pipeline.types =
        vec![TypeRule { name: "Größe".into(), titles: vec!["a".into()], phrases: vec![], fallback: false }];
    let summary = rig.run();
    assert_eq!((summary.cases, summary.pages_delivered), (10, 10));
    let folded = |name: &str| {
        use unicode_normalization::UnicodeNormalization;
        name.nfc().collect::<String>().to_uppercase().to_lowercase()
    };
    let mut folders = BTreeSet::new();
    for folder in fs::read_dir(rig.output()).unwrap().map(|e| e.unwrap()).filter(|e| e.path().is_dir()) {
        assert!(folders.insert(folded(folder.file_name().to_str().unwrap())), "{folder:?}");
        let files: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|e| folded(e.unwrap().file_name().to_str().unwrap())).collect();
        assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), files.len());
    }
    assert_eq!(folders.len(), 10);
}

#[test]
fn a_case_called_as_another_would_be_told_apart_gets_a_folder_too() {
    let marked = crate::deliver::names::marked_name("X");
    let rig = Rig::new(&[]);
    for case in ["a", marked.as_str(), "x", "X"] {
        rig.put(&format!("{case}/1.fake"), &["scan a"]);
    }
    assert_eq!(rig.run().cases, 4);
}

/// One file: its name and which of a few contents it has.
fn files() -> impl Strategy<Value = Vec<(u8, u8, usize)>> {
    proptest::collection::vec((0u8..3, 0u8..4, 0usize..4), 1..7)
}

fn setting() -> impl Strategy<Value = Option<DuplicateAction>> {
    prop_oneof![Just(None), Just(Some(DuplicateAction::Skip)), Just(Some(DuplicateAction::Link))]
}

const CONTENTS: [&[&str]; 4] = [&["scan a"], &["store b", "scan c"], &["blank d", "scan e"], &["scan f", "lie g"]];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn in_any_two_runs_every_page_is_delivered_and_no_file_is_forgotten(
        first in files(),
        second in files(),
        settings in (setting(), setting()),
        by_batch in any::<bool>(),
        stop_after in proptest::option::of(1i64..20),
    ) {
        let mut rig = Rig::new(&[]);
        rig.pipeline.separate = if by_batch { SeparateBy::Batch } else { SeparateBy::File };
        let mut contents = BTreeMap::new();
        let runs = [(first, settings.0, stop_after), (second, settings.1, None)];
        for (files, duplicates, stop_after) in runs {
            for (folder, name, content) in files {
                let file = format!("{folder}/{name}.fake");
                // A file that is there stays as it is.
                contents.entry(file).or_insert_with_key(|file| {
                    rig.put(file, CONTENTS[content]);
                    content
                });
            }
            rig.pipeline.duplicates = duplicates;
            rig.disturbed(Disturbance { stop_after, ..Disturbance::default() }).unwrap();
        }
        let (places, duplicates) = (rig.places(), rig.duplicates());
        let unharmed = |file: &str| {
            (0..CONTENTS[contents[file]].len()).all(|index| {
                places.get(&key(file, index as u32)).is_some_and(|place| !place.starts_with("held"))
            })
        };
        for (file, &content) in &contents {
            match duplicates.get(file) {
                Some((of, _)) => {
                    prop_assert_eq!(contents[of], content);
                    prop_assert!(unharmed(of), "{} is no duplicate of a scan that is not all delivered", file);
                    prop_assert!(!places.contains_key(&key(file, 0)));
                }
                None => prop_assert!((0..CONTENTS[content].len()).all(|n| places.contains_key(&key(file, n as u32)))),
            }
        }
        for content in contents.values().filter(|&&content| content != 3) {
            prop_assert!(contents.iter().any(|(file, other)| other == content && unharmed(file)));
        }
        if settings.1.is_none() {
            prop_assert!(duplicates.is_empty(), "with `process` every file is delivered in its own place");
        }
        rig.assert_clean();
    }
}
