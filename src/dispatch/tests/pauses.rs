//! Runs on a machine that fails for a while: the line waits, goes on, and blames no page.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::deliver::folder::Folder;
use crate::saboteur;

/// A run that may wait, looks often, and does not wait for ever.
fn patient(mut rig: Rig) -> Rig {
    rig.pipeline.pauses.longest = Duration::from_secs(30);
    rig
}

fn count(told: &[Event], is: fn(&Event) -> bool) -> usize {
    told.iter().filter(|event| is(event)).count()
}

fn paused(event: &Event) -> bool {
    matches!(event, Event::Paused { .. })
}

/// Every step of a whole run fails once, or some times in a row, with each error that a person can mend: the run waits
/// and comes to its end with every page in its place.
#[test]
fn a_machine_mended_after_any_step_costs_nothing() {
    const NOSPC: i32 = 28;
    const ROFS: i32 = 30;
    const ACCES: i32 = 13;
    const EIO: i32 = 5;
    let mut waited = 0;
    for (errno, refused) in [(NOSPC, 1), (NOSPC, 4), (ROFS, 3), (ACCES, 2), (EIO, 1), (EIO, 5)] {
        for steps in 0.. {
            let rig = patient(mixed());
            let plan = Plan::fail_for(steps, refused, errno);
            let (result, told) = rig.watched(Disturbance { plan: plan.clone(), ..Disturbance::default() }, |_| {});
            match result {
                Ok(summary) => {
                    assert_mixed(&rig, &summary);
                    assert_eq!(summary.pages_processed_now, 9);
                    let pauses = count(&told, paused);
                    waited += pauses;
                    assert_eq!(pauses > 0, told.iter().any(|event| matches!(event, Event::Resumed { .. })));
                }
                // Before the first scan is received a run says what is wrong, and does not wait.
                Err(error) => {
                    assert!(told.iter().all(|event| matches!(event, Event::BacklogCounted { .. })), "{steps}: {error}");
                    assert!(error.trouble(&[]).is_some(), "{error}");
                    assert_mixed(&rig, &rig.run());
                }
            }
            if !plan.struck() {
                assert!(steps > 30, "the run has more durable steps than {steps}");
                break;
            }
        }
    }
    assert!(waited > 100, "{waited} pauses are fewer than the steps that failed");
}

#[test]
fn what_is_not_mended_in_time_ends_the_run_with_its_cause_and_the_next_goes_on() {
    for steps in [40, 55, 80, 120] {
        let mut rig = mixed();
        rig.pipeline.pauses.longest = Duration::from_millis(20);
        let plan = Plan::fail_after(steps, ErrorKind::StorageFull);
        let (result, told) = rig.watched(Disturbance { plan, ..Disturbance::default() }, |_| {});
        let error = result.unwrap_err();
        assert_eq!(error.trouble(&[]).unwrap().cause, Cause::DiskFull, "{error}");
        assert!(error.remedy().contains("free space on this disk"));
        // The state folder and the target are full, and each is told once, however often it is looked at.
        assert!((1..=2).contains(&count(&told, paused)), "{told:?}");
        assert_eq!(count(&told, |e| matches!(e, Event::Resumed { .. })), 0);
        assert_mixed(&rig, &rig.run());
    }
}

#[test]
fn without_patience_the_first_fault_ends_the_run() {
    let rig = mixed();
    let plan = Plan::fail_for(20, 1, 28);
    let (result, told) = rig.watched(Disturbance { plan, ..Disturbance::default() }, |_| {});
    assert_eq!(result.unwrap_err().trouble(&[]).unwrap().cause, Cause::DiskFull);
    assert_eq!(count(&told, paused), 0);
}

#[test]
fn told_to_stop_in_a_pause_it_stops_with_its_cause() {
    let mut rig = mixed();
    rig.pipeline.pauses = Pauses { longest: Duration::from_secs(3600), ..rig.pipeline.pauses };
    let begun = Instant::now();
    // The disk is full for good after 30 steps, and the stop comes with the last outcome.
    let plan = Plan::fail_after(30, ErrorKind::StorageFull);
    let stopped = Controls::default();
    let (jobs, queue) = bounded(4);
    let (answers, outcomes) = bounded(4);
    let (events, told) = unbounded();
    let (shaken, left) = (Mutex::default(), AtomicI64::new(i64::MAX));
    saboteur::enter(plan);
    let result = thread::scope(|scope| {
        scope.spawn(|| fake_worker(0, &queue, &answers, &shaken, &left, stopped.stop_flag()));
        scope.spawn(|| {
            while let Ok(event) = told.recv() {
                if paused(&event) {
                    stopped.stop();
                }
            }
        });
        let result =
            run(&rig.backlog(), Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, &stopped);
        drop((jobs, events));
        result
    });
    saboteur::enter(Plan::default());
    assert_eq!(result.unwrap_err().trouble(&[]).unwrap().cause, Cause::DiskFull);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_mixed(&rig, &rig.run());
}

#[test]
fn a_page_is_not_blamed_for_a_picture_that_could_not_be_written() {
    let mut rig = patient(Rig::new(&[("A/1.fake", &["cramped a", "store b"])]));
    rig.pipeline.attempts = 1;
    let summary = rig.run();
    assert_eq!((summary.pages_delivered, summary.pages_held), (2, 0));
    rig.assert_clean();
}

/// The share goes away at the `at`-th event of a kind and is back when the line has said that it waits.
fn share_away(rig: &Rig, folder: &Path, when: fn(&Event) -> bool) -> (Summary, Vec<Event>) {
    let away = rig.dir.path().join("away");
    let gone = AtomicBool::new(false);
    let (result, told) = rig.watched(Disturbance::default(), |event| {
        if when(event) && !gone.swap(true, Ordering::SeqCst) {
            fs::rename(folder, &away).unwrap();
        }
        if paused(event) && away.exists() {
            fs::rename(&away, folder).unwrap();
        }
    });
    if away.exists() {
        fs::rename(&away, folder).unwrap();
    }
    (result.unwrap(), told)
}

#[test]
fn a_share_that_comes_back_is_gone_on_with() {
    let whens: [fn(&Event) -> bool; 5] = [
        |e| matches!(e, Event::ScanReceived { .. }),
        |e| matches!(e, Event::ScanOpened { .. }),
        |e| matches!(e, Event::PageStarted { .. }),
        |e| matches!(e, Event::PageProcessed { .. }),
        |e| matches!(e, Event::DocumentDelivered { .. }),
    ];
    for (place, input) in [(Place::Input(0), true), (Place::Target, false)] {
        let mut pauses = 0;
        for when in whens {
            let rig = patient(mixed());
            let folder = if input { rig.input() } else { rig.output() };
            let (summary, told) = share_away(&rig, &folder, when);
            assert_mixed(&rig, &summary);
            for event in told.iter().filter(|event| paused(event)) {
                assert_eq!(event, &Event::Paused { trouble: Trouble { cause: Cause::Gone, place } });
                pauses += 1;
            }
        }
        assert!(pauses > 0, "{place:?}: the share was away and nobody noticed");
    }
}

#[test]
fn a_share_lost_while_it_is_walked_is_walked_to_its_end() {
    let files: Vec<String> = (0..60).map(|n| format!("{n:02}/1.fake")).collect();
    let files: Vec<(&str, &[&str])> = files.iter().map(|name| (name.as_str(), ["scan x"].as_slice())).collect();
    let rig = patient(Rig::new(&files));
    let (summary, _) = share_away(&rig, &rig.input(), |e| matches!(e, Event::ScanReceived { .. }));
    assert_eq!((summary.scans, summary.pages_delivered, summary.held.len()), (60, 60, 0));
    rig.places();
    assert_eq!(rig.in_documents().len(), 60);
}

#[test]
fn the_empty_folder_of_a_share_that_is_not_mounted_is_no_target() {
    let rig = patient(mixed());
    rig.run();
    let target = Folder::open(&rig.output()).unwrap();
    assert!(target.is_same());
    fs::rename(rig.output(), rig.dir.path().join("away")).unwrap();
    assert!(!target.is_same());
}

#[test]
fn below_the_floor_nothing_is_begun() {
    let mut rig = mixed();
    rig.pipeline.pauses =
        Pauses { longest: Duration::from_millis(30), recheck: Duration::from_millis(1), min_free_bytes: u64::MAX };
    let (result, told) = rig.watched(Disturbance::default(), |_| {});
    let error = result.unwrap_err();
    assert_eq!(error.trouble(&[]), Some(Trouble { cause: Cause::LowSpace, place: Place::State }));
    assert_eq!(count(&told, |e| matches!(e, Event::PageStarted { .. })), 0);
    rig.pipeline.pauses.min_free_bytes = 1;
    assert_mixed(&rig, &rig.run());
}

#[test]
fn no_clock_set_back_hides_changed_bytes() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"]), ("B/1.fake", &["scan b"])]);
    let set = |file: &str, time: SystemTime| {
        fs::File::options().write(true).open(rig.input().join(file)).unwrap().set_modified(time).unwrap();
    };
    let future = SystemTime::now() + Duration::from_secs(10 * 365 * 86_400);
    set("A/1.fake", future);
    assert_eq!(rig.run().documents, 2);

    // Older than what was received, other bytes: it is seen. Only older: it is the same scan.
    rig.put("A/1.fake", &["scan z"]);
    set("A/1.fake", SystemTime::UNIX_EPOCH);
    set("B/1.fake", SystemTime::UNIX_EPOCH);
    let summary = rig.run();
    assert_eq!((summary.scans, summary.documents), (3, 2));
    assert_eq!(summary.held[0].fault.kind, FaultKind::Changed);
}

#[test]
fn bytes_changed_behind_an_equal_length_and_time_are_seen() {
    let rig = Rig::new(&[("A/1.fake", &["scan a"])]);
    rig.run();
    let path = rig.input().join("A/1.fake");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    rig.put("A/1.fake", &["scan z"]);
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let summary = rig.run();
    assert_eq!((summary.scans, summary.documents), (2, 1));
    assert_eq!(summary.held[0].fault.kind, FaultKind::Changed);
}
