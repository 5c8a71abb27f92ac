//! Originals whose time is over: which go, which never do, and what a kill in between leaves.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use jiff::ToSpan as _;

use super::super::patience::Patience;
use super::super::retention::Keeper;
use super::watching::{batches, drop_scan, files_below, station, watch_until};
use super::*;
use crate::intake::station::StationRules;
use crate::ledger::Verdict;

const DAYS: u32 = 30;

/// Has every file taken and delivered, then keeps order as on a day so many days later. What was told, and whether nothing failed.
fn keep(rig: &Rig, later: i64, plan: Plan) -> (Vec<Event>, bool) {
    let (events, told) = unbounded();
    let (controls, quit) = (Controls::default(), AtomicBool::new(false));
    let root = rig.dir.path().join("one");
    let pauses = &rig.pipeline.pauses;
    let folders: (PathBuf, PathBuf) = (rig.state(), rig.output());
    let patience = Patience::new(pauses, folders, &[], &events, [&quit, controls.stop_flag()]);
    let state = StateDir::claim(&rig.state()).unwrap();
    let rules = StationRules { keep_done_days: Some(DAYS), ..rig.pipeline.watch[0].clone() };
    let of_station = (0, root.canonicalize().unwrap(), rules);
    let mut keeper = Keeper::new(
        (of_station.0, &of_station.1, &of_station.2),
        state.ledger().unwrap(),
        (&events, &controls),
        [&quit, controls.stop_flag()],
        &patience,
    )
    .unwrap();
    let today = jiff::Zoned::now().date().checked_add(later.days()).unwrap();
    crate::saboteur::enter(plan);
    let done = keeper.end_begun().and_then(|()| keeper.pass(today)).is_ok();
    crate::saboteur::enter(Plan::default());
    drop(keeper);
    (told.try_iter().collect(), done)
}

fn done(rig: &Rig) -> Vec<String> {
    files_below(&rig.dir.path().join("one/done"))
}

/// Where the originals of a batch are.
fn folder(rig: &Rig, batch: &str) -> PathBuf {
    rig.dir.path().join("one/done").join(jiff::Zoned::now().date().to_string()).join(batch)
}

#[test]
fn an_original_goes_only_when_its_time_is_over_and_nothing_speaks_for_it() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    drop_scan(&rig, "one/4711/1.fake", &["scan a", "blank b"]);
    drop_scan(&rig, "one/4711/altered.fake", &["scan b"]);
    drop_scan(&rig, "one/4712/beside.fake", &["scan c"]);
    drop_scan(&rig, "one/4712/held.fake", &["sick d"]);
    drop_scan(&rig, "one/4713/given up.fake", &["scan e", "sick f"]);
    drop_scan(&rig, "one/4714/linked.fake", &["scan g"]);
    watch_until(&rig, false, batches(4));
    let given_up = rig.held_things().into_iter().find(|thing| thing.name.contains("given up")).unwrap();
    rig.decide(given_up.number, Verdict::Discard).unwrap();
    watch_until(&rig, false, batches(1));
    fs::write(folder(&rig, "4711/altered.fake"), "FAKE\nscan x\n").unwrap();
    fs::write(folder(&rig, "4711/foreign.fake"), "FAKE\nscan a\n").unwrap();
    // Somebody put another folder in the place of ours.
    fs::rename(folder(&rig, "4714"), rig.dir.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(rig.dir.path().join("elsewhere"), folder(&rig, "4714")).unwrap();
    let before = done(&rig);
    for later in [0, i64::from(DAYS), -400] {
        assert_eq!(keep(&rig, later, Plan::default()), (Vec::new(), true));
        assert_eq!(done(&rig), before, "{later} days later");
    }
    let (events, ended) = keep(&rig, i64::from(DAYS) + 1, Plan::default());
    assert!(ended);
    let scan = Digest::of(b"FAKE\nscan a\nblank b\n");
    assert_eq!(events, [Event::OriginalRemoved { station: 0, scan }]);
    let left = ["altered.fake", "beside.fake", "foreign.fake", "given up.fake", "linked.fake", "removed.csv"];
    assert_eq!(done(&rig), left);
    assert_eq!(files_below(&rig.dir.path().join("one/held")), ["held.fake", "held.fake.txt"]);
    // A decision that opens its batch again asks for no file that is gone.
    rig.decide(rig.held_things().iter().find(|t| t.name.contains("held.fake")).unwrap().number, Verdict::Discard)
        .unwrap();
    let (summary, _) = watch_until(&rig, false, batches(1));
    assert_eq!(summary.pages_received, 8);
    assert_eq!(keep(&rig, 4000, Plan::default()), (Vec::new(), true));
}

#[test]
fn a_proof_knows_what_was_removed_and_misses_what_was_not_ours_to_remove() {
    let mut rig = Rig::new(&[]);
    rig.pipeline.watch = vec![station(&rig, "one")];
    drop_scan(&rig, "one/1/ä, \"b\".fake", &["scan a"]);
    drop_scan(&rig, "one/2/1.fake", &["scan b"]);
    watch_until(&rig, false, batches(2));
    let missing = || {
        let found = Mutex::new(Vec::new());
        let tell = |news: crate::evidence::News<'_>| {
            if let crate::evidence::News::Found(finding) = news {
                found.lock().unwrap().push(finding.problem.clone());
            }
        };
        let verified = crate::evidence::verify(&rig.output(), &[rig.dir.path().join("one/done")], &tell).unwrap();
        let missing = |problem: &&crate::evidence::Problem| **problem == crate::evidence::Problem::ScanMissing;
        (verified.scans_removed, found.lock().unwrap().iter().filter(missing).count())
    };
    assert_eq!(missing(), (0, 0));
    fs::remove_file(folder(&rig, "2/1.fake")).unwrap();
    assert_eq!(missing(), (0, 1), "nobody said so");
    keep(&rig, 31, Plan::default());
    assert_eq!(done(&rig), ["removed.csv"]);
    assert_eq!(missing(), (1, 1), "what a person took away stays missing");
}

/// As after a power cut before each step: at any time an original is there, or the list says that it was removed; and who
/// starts again comes to the same end.
#[test]
fn a_kill_at_any_step_loses_no_trace() {
    for steps in 0.. {
        let mut rig = Rig::new(&[]);
        rig.pipeline.watch = vec![station(&rig, "one")];
        drop_scan(&rig, "one/4711/1.fake", &["scan a"]);
        drop_scan(&rig, "one/4711/2.fake", &["scan b"]);
        watch_until(&rig, false, batches(1));
        let plan = Plan::fail_after(steps, ErrorKind::Other);
        keep(&rig, 31, plan.clone());
        let left = done(&rig);
        let list = fs::read_to_string(folder(&rig, "removed.csv")).unwrap_or_default();
        for name in ["1.fake", "2.fake"] {
            assert!(left.iter().any(|file| file == name) || list.contains(name), "step {steps}: {left:?}, {list}");
        }
        let (_, ended) = keep(&rig, 31, Plan::default());
        assert!(ended);
        assert_eq!(done(&rig), ["removed.csv"], "step {steps}");
        let state = StateDir::claim(&rig.state()).unwrap();
        let root = rig.dir.path().join("one").canonicalize().unwrap();
        assert!(state.ledger().unwrap().being_removed(&root).unwrap().is_empty());
        if !plan.struck() {
            assert!(steps > 4, "list, intent, files and their end are steps: {steps}");
            return;
        }
    }
}
