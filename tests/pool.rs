//! A worker that crashes, hangs or talks nonsense costs its own job and nothing else.
//!
//! The pool starts its own program as a worker, so this test is its own saboteur: started as a worker it misbehaves as
//! the name of the scan says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]
#![allow(missing_docs)]

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use scanstrasse::model::{FaultKind, Stage};
use scanstrasse::page::Recipe;
use scanstrasse::worker::pool::{Pool, PoolError, WORKER_ARGUMENT};
use scanstrasse::worker::{Answer, Job, PoolConfig, WorkerLimits};
use serde_json::{Value, json};

fn main() {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return misbehave();
    }
    let tests: [(&str, fn()); 3] = [
        ("every misbehaviour costs one job", every_misbehaviour_costs_one_job),
        ("a worker that cannot begin is an error at once", a_worker_that_cannot_begin_is_an_error_at_once),
        ("stopping waits for nothing that hangs longer than its deadline", stopping_is_bounded),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("test result: ok. {} passed; 0 failed", tests.len());
}

fn pool(models: &str) -> Result<Pool, PoolError> {
    Pool::start(PoolConfig {
        workers: 2,
        recipe: Recipe::default(),
        models: PathBuf::from(models),
        limits: WorkerLimits { open_time: Duration::from_millis(400), page_time: Duration::from_secs(5) },
    })
}

fn open(name: &str) -> Job {
    Job::Open { path: name.into() }
}

fn every_misbehaviour_costs_one_job() {
    let expected = [
        ("good", None),
        ("exit", Some(FaultKind::Crash)),
        ("good", None),
        ("abort", Some(FaultKind::Crash)),
        ("hang", Some(FaultKind::Deadline)),
        ("stall inside a frame", Some(FaultKind::Deadline)),
        ("garbage", Some(FaultKind::Nonsense)),
        ("oversize frame", Some(FaultKind::Nonsense)),
        ("half a frame", Some(FaultKind::Crash)),
        ("ready again", Some(FaultKind::Nonsense)),
        ("good", None),
        ("good", None),
    ];
    let pool = pool("models").expect("the pool starts");
    let mut outcomes = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (ticket, (name, _)) in expected.iter().enumerate() {
                pool.jobs().send((ticket as u64, open(name))).unwrap();
            }
        });
        for _ in &expected {
            outcomes.push(pool.outcomes().recv_timeout(Duration::from_secs(20)).expect("every job has an outcome"));
        }
    });
    outcomes.sort_by_key(|outcome| outcome.ticket);
    for (outcome, (name, fault)) in outcomes.iter().zip(expected) {
        match (&outcome.result, fault) {
            (Ok(Answer::Opened { pages: 7 }), None) => {}
            (Err(found), Some(kind)) => assert_eq!((found.kind, found.stage), (kind, Stage::Worker), "{name}: {found}"),
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
    pool.stop();
}

fn a_worker_that_cannot_begin_is_an_error_at_once() {
    match pool("no models here") {
        Err(PoolError::Begin(fault)) => assert_eq!(fault.kind, FaultKind::Engine),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the pool started without models"),
    }
}

fn stopping_is_bounded() {
    let pool = pool("models").expect("the pool starts");
    pool.jobs().send((0, open("hang"))).unwrap();
    let started = std::time::Instant::now();
    pool.stop();
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The worker's side.
fn misbehave() {
    let mut stream = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    while let Some(order) = read(&mut stream) {
        if let Some(begin) = order.get("Begin") {
            let can = begin["models"] == "models";
            let fault = json!({"Failed": {"stage": "worker", "kind": "engine", "detail": "no models"}});
            write(&mut stream, &if can { json!("Ready") } else { fault });
            continue;
        }
        match order["Do"]["open"]["path"].as_str().unwrap() {
            "good" => write(&mut stream, &json!({"Done": {"opened": {"pages": 7}}})),
            "exit" => return,
            "abort" => std::process::abort(),
            "hang" => std::thread::sleep(Duration::from_secs(60)),
            "stall inside a frame" => {
                stream.write_all(&[200, 0, 0, 0, b'{']).unwrap();
                std::thread::sleep(Duration::from_secs(60));
            }
            "garbage" => write(&mut stream, &json!({"Done": "perhaps"})),
            "oversize frame" => stream.write_all(&[255; 64]).unwrap(),
            "half a frame" => {
                stream.write_all(&[200, 0, 0, 0, b'{']).unwrap();
                return;
            }
            "ready again" => write(&mut stream, &json!("Ready")),
            other => panic!("no such misbehaviour: {other}"),
        }
    }
}

fn read(stream: &mut UnixStream) -> Option<Value> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).ok()?;
    let mut body = vec![0; u32::from_le_bytes(head) as usize];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn write(stream: &mut UnixStream, message: &Value) {
    let body = message.to_string();
    stream.write_all(&(body.len() as u32).to_le_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
