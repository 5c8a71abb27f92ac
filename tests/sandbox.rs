//! What a worker cannot do, tried by a worker: this test, started as one, locks itself in as the real worker does and then
//! plays a decoder that was taken over by the scan it reads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]
#![allow(missing_docs)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use scanstrasse::model::FaultKind;
use scanstrasse::page::Recipe;
use scanstrasse::worker::pool::{Pool, WORKER_ARGUMENT};
use scanstrasse::worker::sandbox::{self, Bounds, Gap};
use scanstrasse::worker::{Answer, Job, PoolConfig, WorkerLimits};
use serde_json::{Value, json};

/// What the worker tries, by the number of the page. It must fail, or end the worker, as the second value says.
const ATTEMPTS: [(&str, Expected); 23] = [
    ("read a file of the user", Refused),
    ("read the scan's neighbour", Refused),
    ("read the parent's memory", Refused),
    ("list the user's folder", Refused),
    ("write beside the picture", Refused),
    ("write into the temporary folder", Refused),
    ("alter a model", Refused),
    ("remove the user's file", Refused),
    ("open a TCP socket", Refused),
    ("open a UDP socket", Refused),
    ("open a Unix socket", Refused),
    ("start a program", Refused),
    ("fork", Refused),
    ("stop the parent", Refused),
    ("raise its own limits", Refused),
    ("allow dumps again", Refused),
    ("make a file that it may start", Refused),
    ("use the cache", Possible),
    ("start a thread", Possible),
    ("look into another process", Killed(FaultKind::Crash)),
    ("take all memory", Killed(FaultKind::OverLimit)),
    ("fill the disk", Killed(FaultKind::OverLimit)),
    ("start a thread", Possible),
];

#[derive(Clone, Copy, Debug)]
enum Expected {
    Possible,
    Refused,
    Killed(FaultKind),
}
use Expected::{Killed, Possible, Refused};

fn main() {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return try_to_break_out();
    }
    let kernel = sandbox::available();
    if kernel.gaps().iter().any(|gap| matches!(gap, Gap::Files | Gap::SystemCalls)) {
        println!("skipped: this kernel cannot lock a process in: {:?}", kernel.gaps());
        return;
    }
    no_worker_breaks_out();
    println!("test no worker breaks out ... ok");
    println!("test result: ok. 1 passed; 0 failed");
}

fn no_worker_breaks_out() {
    // Not below the system's folder for temporary files alone: the rules must not depend on that.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let at = |name: &str| home.path().join(name);
    for folder in ["models", "cache", "scans", "spool"] {
        fs::create_dir(at(folder)).unwrap();
    }
    fs::write(at("secret"), "Geheimnis").unwrap();
    fs::write(at("models/net"), "weights").unwrap();
    fs::write(at("scans/one.tif"), "the scan").unwrap();
    fs::write(at("scans/two.tif"), "another scan").unwrap();
    let pool = Pool::start(PoolConfig {
        workers: 1,
        recipe: Recipe::default(),
        models: at("models"),
        limits: WorkerLimits { page_time: Duration::from_secs(20), memory_bytes: 1 << 30, ..WorkerLimits::default() },
    })
    .expect("the pool starts");
    let protection = pool.protection();
    assert!(protection.seccomp && protection.no_new_privileges && protection.limits, "{protection:?}");
    assert_eq!(protection.landlock_abi, sandbox::available().landlock_abi);

    for (index, (what, expected)) in ATTEMPTS.into_iter().enumerate() {
        // What the kernel's Landlock does not know of cannot be expected of it.
        if what == "stop the parent" && !protection.gaps().is_empty() {
            continue;
        }
        let job =
            Job::Page { path: at("scans/one.tif"), index: index as u32, read: true, picture: at("spool/picture") };
        pool.jobs().send((index as u64, job)).unwrap();
        let outcome = pool.outcomes().recv_timeout(Duration::from_secs(30)).expect("every job has an outcome");
        match (expected, &outcome.result) {
            (Possible, Ok(Answer::Opened { pages: 1 })) | (Refused, Ok(Answer::Opened { pages: 2 })) => {}
            (Killed(kind), Err(fault)) => assert_eq!(fault.kind, kind, "{what}: {fault}"),
            (_, result) => panic!("{what}: expected {expected:?}, found {result:?}"),
        }
        assert!(!at("spool/picture").exists(), "{what}");
    }
    pool.stop();
    assert_eq!(fs::read_to_string(at("secret")).unwrap(), "Geheimnis");
    assert_eq!(fs::read_to_string(at("models/net")).unwrap(), "weights");
}

/// The worker's side: `pages` 1 says that it was possible, 2 that it was refused.
fn try_to_break_out() {
    let mut stream = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let Some((order, _)) = receive(&mut stream) else { return };
    let begin = &order["Begin"];
    let models = PathBuf::from(begin["models"].as_str().unwrap());
    let home = models.parent().unwrap().to_owned();
    scanstrasse::worker::end_process_if_out_of_memory();
    let protection = sandbox::enter(&Bounds {
        read: vec![models],
        write: vec![home.join("cache")],
        memory_bytes: begin["memory_bytes"].as_u64().unwrap(),
        // The pool's own is larger than a test should write.
        file_bytes: 1 << 20,
    });
    send(&mut stream, &json!({ "Ready": protection }));
    while let Some((order, files)) = receive(&mut stream) {
        let (what, _) = ATTEMPTS[order["Do"]["page"]["index"].as_u64().unwrap() as usize];
        let [mut scan, mut picture] = <[File; 2]>::try_from(files).expect("a scan and a file for the picture");
        let mut text = String::new();
        scan.read_to_string(&mut text).unwrap();
        assert_eq!(text, "the scan");
        assert!(scan.write_all(b"x").is_err(), "the scan is handed over for reading");
        let possible = attempt(what, &home, &mut picture);
        send(&mut stream, &json!({"Done": {"opened": {"pages": if possible { 1 } else { 2 }}}}));
    }
}

/// Whether it worked.
#[allow(unsafe_code)]
fn attempt(what: &str, home: &Path, picture: &mut File) -> bool {
    let parent = rustix::process::getppid().unwrap();
    match what {
        "read a file of the user" => fs::read(home.join("secret")).is_ok(),
        "read the scan's neighbour" => fs::read(home.join("scans/two.tif")).is_ok(),
        "read the parent's memory" => File::open(format!("/proc/{}/mem", parent.as_raw_nonzero())).is_ok(),
        "list the user's folder" => fs::read_dir(home).is_ok(),
        "write beside the picture" => File::create(home.join("spool/other")).is_ok(),
        "write into the temporary folder" => tempfile::tempfile_in("/tmp").is_ok(),
        "alter a model" => OpenOptions::new().write(true).open(home.join("models/net")).is_ok(),
        "remove the user's file" => fs::remove_file(home.join("secret")).is_ok(),
        "open a TCP socket" => {
            let refused = TcpStream::connect_timeout(&([127, 0, 0, 1], 9).into(), Duration::from_secs(1)).unwrap_err();
            refused.kind() != std::io::ErrorKind::PermissionDenied
        }
        "open a UDP socket" => UdpSocket::bind("127.0.0.1:0").is_ok(),
        "open a Unix socket" => UnixStream::pair().is_ok() || UnixListener::bind(home.join("cache/socket")).is_ok(),
        "start a program" => Command::new("/bin/true").spawn().is_ok(),
        // SAFETY: the child, if there is one, does nothing but end.
        "fork" => match unsafe { libc::fork() } {
            0 => unsafe { libc::_exit(0) },
            child => child > 0,
        },
        "stop the parent" => rustix::process::test_kill_process(parent).is_ok(),
        "raise its own limits" => {
            use rustix::process::{Resource, getrlimit, setrlimit};
            setrlimit(Resource::Fsize, getrlimit(Resource::Fsize)).is_ok()
        }
        "allow dumps again" => {
            rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable).is_ok()
        }
        "make a file that it may start" => {
            let program = home.join("cache/program");
            fs::copy("/proc/self/exe", &program).is_ok() || Command::new(&program).spawn().is_ok()
        }
        "use the cache" => {
            let (partial, whole) = (home.join("cache/partial"), home.join("cache/whole"));
            fs::create_dir(&partial).unwrap();
            fs::write(partial.join("blob"), b"compiled").unwrap();
            fs::rename(&partial, &whole).unwrap();
            fs::read(whole.join("blob")).is_ok_and(|bytes| bytes == b"compiled")
        }
        "start a thread" => std::thread::spawn(|| fs::read("/proc/cpuinfo").is_ok()).join().unwrap(),
        "look into another process" => {
            // SAFETY: asks to trace the parent; no memory is passed.
            unsafe { libc::ptrace(libc::PTRACE_ATTACH, parent.as_raw_nonzero().get(), 0, 0) };
            true
        }
        "take all memory" => {
            let kept: Vec<Vec<u8>> = (0..1 << 20).map(|_| Vec::with_capacity(64 << 20)).collect();
            !kept.is_empty()
        }
        "fill the disk" => (0..3).all(|_| picture.write_all(&[0; 1 << 20]).is_ok()),
        other => panic!("no such attempt: {other}"),
    }
}

/// One frame with the files that come with it; `None` at the end.
fn receive(stream: &mut UnixStream) -> Option<(Value, Vec<File>)> {
    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
    use std::io::IoSliceMut;
    let mut head = [0; 4];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let read = recvmsg(&*stream, &mut [IoSliceMut::new(&mut head)], &mut ancillary, RecvFlags::CMSG_CLOEXEC).ok()?;
    if read.bytes < head.len() {
        return None;
    }
    let mut files = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            files.extend(received.map(File::from));
        }
    }
    let mut body = vec![0; u32::from_le_bytes(head) as usize];
    stream.read_exact(&mut body).ok()?;
    Some((serde_json::from_slice(&body).ok()?, files))
}

fn send(stream: &mut UnixStream, message: &Value) {
    let body = message.to_string();
    stream.write_all(&(body.len() as u32).to_le_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
