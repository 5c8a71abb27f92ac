//! A worker that crashes, hangs or talks nonsense costs its own job and nothing else.
//!
//! The pool starts its own program as a worker, so this test is its own saboteur: started as a worker it misbehaves as
//! the number of the page says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]
#![allow(missing_docs)]

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use scanstrasse::model::{FaultKind, Stage};
use scanstrasse::page::Recipe;
use scanstrasse::worker::pool::{Pool, PoolError, WORKER_ARGUMENT};
use scanstrasse::worker::{Answer, Job, PoolConfig, Protection, WorkerLimits};
use serde_json::{Value, json};

fn main() {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return misbehave();
    }
    let tests: [(&str, fn()); 5] = [
        ("what a worker says of its cage is told", what_a_worker_says_of_its_cage_is_told),
        ("every misbehaviour costs one job", every_misbehaviour_costs_one_job),
        ("a worker that cannot begin is an error at once", a_worker_that_cannot_begin_is_an_error_at_once),
        ("a worker that dies before it is ready is started again", a_worker_that_dies_early_is_started_again),
        ("stopping waits for nothing that hangs longer than its deadline", stopping_is_bounded),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("test result: ok. {} passed; 0 failed", tests.len());
}

/// What a worker does, by the number of the page that it is given, and the fault that comes of it.
const BEHAVIOURS: [(&str, Option<FaultKind>); 19] = [
    ("good", None),
    ("exit", Some(FaultKind::Crash)),
    ("good", None),
    ("abort", Some(FaultKind::Crash)),
    ("hang", Some(FaultKind::Deadline)),
    ("burn", Some(FaultKind::Deadline)),
    ("stall inside a frame", Some(FaultKind::Deadline)),
    ("trickle", Some(FaultKind::Deadline)),
    ("garbage", Some(FaultKind::Nonsense)),
    ("not a number", Some(FaultKind::Nonsense)),
    ("endless nesting", Some(FaultKind::Nonsense)),
    ("oversize frame", Some(FaultKind::Nonsense)),
    ("half a frame", Some(FaultKind::Crash)),
    ("ready again", Some(FaultKind::Nonsense)),
    ("no memory", Some(FaultKind::OverLimit)),
    ("too large a file", Some(FaultKind::OverLimit)),
    ("a long story", Some(FaultKind::Corrupt)),
    ("good", None),
    ("good", None),
];

/// Longest time for a page, and longest processor time: each is hit by some behaviour, and the other is far then.
const PAGE_TIME: Duration = Duration::from_secs(3);
const CPU_TIME: Duration = Duration::from_millis(100);

fn pool(models: &str) -> Result<Pool, PoolError> {
    Pool::start(PoolConfig {
        workers: 2,
        recipe: Recipe::default(),
        models: PathBuf::from(models),
        limits: WorkerLimits { page_time: PAGE_TIME, cpu_time: CPU_TIME, ..WorkerLimits::default() },
    })
}

/// Page `index` of a scan that no worker of this test looks at.
fn page(index: usize, spool: &Path) -> Job {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    Job::Page { path, index: index as u32, read: true, picture: spool.join(index.to_string()) }
}

fn what_a_worker_says_of_its_cage_is_told() {
    let pool = pool("models").expect("the pool starts");
    assert_eq!(pool.protection(), Protection { landlock_abi: 3, seccomp: true, ..Protection::default() });
    pool.stop();
}

fn every_misbehaviour_costs_one_job() {
    let spool = tempfile::tempdir().unwrap();
    let pool = pool("models").expect("the pool starts");
    let mut outcomes = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for index in 0..BEHAVIOURS.len() {
                pool.jobs().send((index as u64, page(index, spool.path()))).unwrap();
            }
        });
        for _ in BEHAVIOURS {
            outcomes.push(pool.outcomes().recv_timeout(Duration::from_secs(20)).expect("every job has an outcome"));
        }
    });
    outcomes.sort_by_key(|outcome| outcome.ticket);
    for (outcome, (name, fault)) in outcomes.iter().zip(BEHAVIOURS) {
        match (&outcome.result, fault) {
            (Ok(Answer::Opened { pages: 7 }), None) => {}
            (Err(found), Some(kind)) => {
                assert_eq!((found.kind, found.stage), (kind, Stage::Worker), "{name}: {found}");
                assert!(found.detail.len() < 400, "{name}: {} bytes", found.detail.len());
                let limit = match name {
                    "hang" | "trickle" | "stall inside a frame" => "limits.page_seconds",
                    "burn" => "limits.cpu_seconds",
                    "no memory" => "limits.memory_mib",
                    "too large a file" => "limits.max_megapixels",
                    _ => "",
                };
                assert!(found.detail.contains(limit), "{name}: {found}");
            }
            (other, _) => panic!("{name}: {other:?}"),
        }
        assert!(outcome.elapsed < PAGE_TIME + Duration::from_secs(5), "{name}: {:?}", outcome.elapsed);
    }
    pool.stop();
    assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0, "files of pictures that nobody wrote are gone");
}

fn a_worker_that_cannot_begin_is_an_error_at_once() {
    match pool("no models here") {
        Err(PoolError::Begin(fault)) => assert_eq!(fault.kind, FaultKind::Engine),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the pool started without models"),
    }
}

fn a_worker_that_dies_early_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("die once");
    let pool = pool(models.to_str().unwrap()).expect("the pool starts");
    assert!(models.exists(), "one has died");
    pool.stop();
}

fn stopping_is_bounded() {
    let pool = pool("models").expect("the pool starts");
    let spool = tempfile::tempdir().unwrap();
    let hang = BEHAVIOURS.iter().position(|(name, _)| *name == "hang").unwrap();
    pool.jobs().send((0, page(hang, spool.path()))).unwrap();
    let started = std::time::Instant::now();
    pool.stop();
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The worker's side.
fn misbehave() {
    let mut stream = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    while let Some(order) = read(&mut stream) {
        if let Some(begin) = order.get("Begin") {
            let models = Path::new(begin["models"].as_str().unwrap());
            let dies_once = models.ends_with("die once");
            if dies_once && std::fs::File::create_new(models).is_ok() {
                std::process::abort();
            }
            let can = dies_once || models == Path::new("models");
            let cage = json!({"landlock_abi": 3, "seccomp": true, "no_new_privileges": false, "limits": false});
            let fault = json!({"Failed": {"stage": "worker", "kind": "engine", "detail": "no models"}});
            write(&mut stream, &if can { json!({ "Ready": cage }) } else { fault });
            continue;
        }
        let (behaviour, _) = BEHAVIOURS[order["Do"]["page"]["index"].as_u64().unwrap() as usize];
        let sleep = || std::thread::sleep(Duration::from_secs(60));
        match behaviour {
            "good" => write(&mut stream, &json!({"Done": {"opened": {"pages": 7}}})),
            "exit" => return,
            "abort" => std::process::abort(),
            "hang" => sleep(),
            "burn" => loop {
                std::hint::black_box(&stream);
            },
            "stall inside a frame" => {
                stream.write_all(&[200, 0, 0, 0, b'{']).unwrap();
                sleep();
            }
            "trickle" => {
                stream.write_all(&[200, 0, 0, 0]).unwrap();
                while stream.write_all(b" ").is_ok() {
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
            "garbage" => write(&mut stream, &json!({"Done": "perhaps"})),
            // JSON has no such number, so a float that is none comes as null.
            "not a number" => write(&mut stream, &json!({"Done": {"opened": {"pages": f64::NAN}}})),
            "endless nesting" => frame(&mut stream, "[".repeat(1 << 20).as_bytes()),
            "oversize frame" => stream.write_all(&[255; 64]).unwrap(),
            "half a frame" => {
                stream.write_all(&[200, 0, 0, 0, b'{']).unwrap();
                return;
            }
            "ready again" => write(&mut stream, &json!({"Ready": Protection::default()})),
            // As a worker ends that gets no memory, see tests/sandbox.rs for the real thing.
            "no memory" => std::process::exit(86),
            "too large a file" => {
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::XFSZ).unwrap();
            }
            "a long story" => {
                let detail = "x".repeat(1 << 20);
                write(&mut stream, &json!({"Failed": {"stage": "worker", "kind": "corrupt", "detail": detail}}));
            }
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
    frame(stream, message.to_string().as_bytes());
}

fn frame(stream: &mut UnixStream, body: &[u8]) {
    stream.write_all(&(body.len() as u32).to_le_bytes()).unwrap();
    stream.write_all(body).unwrap();
}
