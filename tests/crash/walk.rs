//! Killed at every durable call, one after another.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::backlog::{self, Backlog};
use crate::oracle;
use crate::program::{Run, When, assert_no_work_twice, in_memory, processed};

/// How often it was killed at each kind of call.
type Points = BTreeMap<String, u64>;

/// Killed at the call `at` and run again; the kind of that call, `None` if the run came to its end before it.
fn killed_and_run_again(backlog: &Backlog, at: u64, when: When) -> Option<String> {
    let run = Run::new(backlog, 1);
    let (calls, first) = run.killed_at(at, when)?;
    let call = calls.last().expect("it was killed at a call").clone();
    oracle::assert_whole(&run.output());
    let committed = oracle::committed(&run.state());
    let told = processed(&first);
    assert!(told.iter().all(|page| committed.contains(page)), "{when:?} {at} {call}: told before it was committed");
    let again = run.to_the_end();
    assert_no_work_twice(&run, &committed, &again);
    Some(call)
}

fn tell(when: When, points: &Points) {
    let total: u64 = points.values().sum();
    let kinds: Vec<String> = points.iter().map(|(call, count)| format!("{count} {call}")).collect();
    eprintln!("killed {when:?} {total} durable calls and run again, nothing lost, nothing twice: {}", kinds.join(", "));
}

/// The sample of `make test`: a seventh of the calls, but no longer than `longest` for each kind of kill.
fn sample(backlog: &Backlog, longest: Duration) {
    let calls = Run::new(backlog, 1).calls();
    for (when, offset) in [(When::Before, 0.0), (When::After, 0.3), (When::Torn, 0.7)] {
        let until = Instant::now() + longest;
        let mut points = Points::new();
        // Steps of the golden ratio lie evenly over the run, however many there is time for.
        for step in 0..calls / 7 {
            let place = (offset + step as f64 * 0.618_033_988_75).fract();
            let at = 1 + (place * calls as f64) as u64;
            if let Some(call) = killed_and_run_again(backlog, at, when) {
                *points.entry(call).or_default() += 1;
            }
            if Instant::now() > until {
                break;
            }
        }
        tell(when, &points);
        assert!(!points.is_empty(), "no run was killed");
    }
}

#[test]
fn killed_at_a_sample_of_its_durable_calls_and_run_again_every_page_has_one_place() {
    let folder = in_memory();
    sample(&backlog::tiny(folder.path()), Duration::from_secs(13));
}

#[test]
fn killed_while_it_acts_on_decisions_and_run_again_every_page_has_one_place() {
    let folder = in_memory();
    sample(&backlog::decided(folder.path()), Duration::from_secs(10));
}

#[test]
#[ignore = "an hour: make soak"]
fn killed_at_every_durable_call_and_run_again_every_page_has_one_place() {
    let folder = in_memory();
    let backlogs = [backlog::tiny(&folder.path().join("tiny")), backlog::decided(&folder.path().join("decided"))];
    for (backlog, when) in backlogs.iter().flat_map(|of| [When::Before, When::Torn, When::After].map(|when| (of, when)))
    {
        let mut points = Points::new();
        for at in 1.. {
            let Some(call) = killed_and_run_again(backlog, at, when) else { break };
            *points.entry(call).or_default() += 1;
        }
        tell(when, &points);
        assert!(points.values().sum::<u64>() > 200, "too few calls are met: {points:?}");
    }
}

/// Killed again while it mends what the first kill left.
#[test]
#[ignore = "minutes: make soak"]
fn killed_twice_in_a_row_and_run_again_every_page_has_one_place() {
    let folder = in_memory();
    let backlog = backlog::tiny(folder.path());
    let mut pairs = 0;
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
            pairs += 1;
            let committed = oracle::committed(&run.state());
            let again = run.to_the_end();
            assert_no_work_twice(&run, &committed, &again);
        }
    }
    eprintln!("killed twice in a row at {pairs} pairs of calls, nothing lost, nothing twice");
}
