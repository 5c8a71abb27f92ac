//! A wall clock that is set back, by a year: between two runs, and in the middle of one.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::backlog;
use crate::oracle;
use crate::program::{Run, When, assert_no_work_twice, in_memory};

/// The years in which the delivered documents say that they were made.
fn years(run: &Run<'_>) -> BTreeSet<i32> {
    let cases = fs::read_dir(run.output()).unwrap().map(|entry| entry.unwrap().path().join("case.json"));
    let accounts = cases.filter_map(|account| serde_json::from_slice::<Value>(&fs::read(account).ok()?).ok());
    let created = |document: &Value| document["created"].as_str().unwrap()[..4].parse().unwrap();
    accounts
        .flat_map(|account| account["documents"].as_array().unwrap().iter().map(created).collect::<Vec<i32>>())
        .collect()
}

#[test]
fn a_wall_clock_set_back_between_runs_or_within_one_loses_nothing_and_doubles_nothing() {
    let folder = in_memory();
    let backlog = backlog::decided(folder.path());
    let calls = Run::new(&backlog, 1).calls();
    let mut seen = BTreeSet::new();
    // From its beginning (the past of this backlog lies before it), and at moments of the run.
    for at in [1, calls / 4, calls / 2, calls * 3 / 4] {
        let run = Run::new(&backlog, 1);
        let committed = oracle::committed(&run.state());
        assert_no_work_twice(&run, &committed, &run.set_back_at(at));
        seen.extend(years(&run));
        run.assert_proven(true);
        // And right again.
        assert_eq!(run.to_the_end(), [], "call {at}: worked at again");
        run.assert_proven(false);
    }
    assert_eq!(seen.len(), 2, "documents of this year and of the last: {seen:?}");
    // After a kill, too: what the killed run did is a year ahead.
    for at in [calls / 3, calls * 2 / 3] {
        let run = Run::new(&backlog, 1);
        run.killed_at(at, When::After).expect("it was killed");
        let committed = oracle::committed(&run.state());
        assert_no_work_twice(&run, &committed, &run.set_back_at(1));
        run.assert_proven(true);
    }
}
