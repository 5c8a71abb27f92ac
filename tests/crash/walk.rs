//! Killed at every durable call, one after another.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::backlog;
use crate::oracle;
use crate::program::{Run, When, assert_no_work_twice, in_memory, processed};

/// Kills at the calls `start`, `start + step` ...; gives back how often at each kind of call.
fn walk(when: When, start: u64, step: u64, until: Option<Instant>) -> BTreeMap<String, u64> {
    let folder = in_memory();
    let backlog = backlog::tiny(folder.path());
    let mut points = BTreeMap::new();
    for at in (start..).step_by(step as usize) {
        if until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        let run = Run::new(&backlog, 1);
        let Some((calls, first)) = run.killed_at(at, when) else { break };
        let call = calls.last().expect("it was killed at a call").clone();
        oracle::assert_whole(&run.output());
        let committed = oracle::committed(&run.state());
        let told = processed(&first);
        assert!(told.iter().all(|page| committed.contains(page)), "{when:?} {at} {call}: told before it was committed");
        let again = run.to_the_end();
        assert_no_work_twice(&run, &committed, &again);
        *points.entry(call).or_default() += 1;
    }
    points
}

fn tell(when: When, points: &BTreeMap<String, u64>) {
    let total: u64 = points.values().sum();
    let kinds: Vec<String> = points.iter().map(|(call, count)| format!("{count} {call}")).collect();
    eprintln!("killed {when:?} {total} durable calls and run again, nothing lost, nothing twice: {}", kinds.join(", "));
}

/// The sample of `make test`: every 17th point before and after the call, and every 23rd torn write, within a minute.
#[test]
fn killed_at_a_sample_of_its_durable_calls_and_run_again_every_page_has_one_place() {
    let until = Some(Instant::now() + Duration::from_secs(40));
    for (when, start, step) in [(When::Before, 3, 17), (When::After, 8, 17), (When::Torn, 11, 23)] {
        let points = walk(when, start, step, until);
        tell(when, &points);
    }
}

#[test]
#[ignore = "a quarter of an hour: make soak"]
fn killed_at_every_durable_call_and_run_again_every_page_has_one_place() {
    for when in [When::Before, When::After, When::Torn] {
        let points = walk(when, 1, 1, None);
        tell(when, &points);
        assert!(points.values().sum::<u64>() > 200, "the calls are met: {points:?}");
    }
}

/// Killed again while it mends what the first kill left.
#[test]
#[ignore = "minutes: make soak"]
fn killed_twice_in_a_row_and_run_again_every_page_has_one_place() {
    let folder = in_memory();
    let backlog = backlog::tiny(folder.path());
    let mut points = 0;
    'first: for first in (5..).step_by(29) {
        for second in (3..).step_by(37) {
            let run = Run::new(&backlog, 2);
            if run.killed_at(first, When::After).is_none() {
                break 'first;
            }
            let killed = run.killed_at(second, When::Torn);
            oracle::assert_whole(&run.output());
            if killed.is_none() {
                break;
            }
            points += 1;
            let committed = oracle::committed(&run.state());
            let again = run.to_the_end();
            assert_no_work_twice(&run, &committed, &again);
        }
    }
    eprintln!("killed twice in a row at {points} pairs of points, nothing lost, nothing twice");
}
