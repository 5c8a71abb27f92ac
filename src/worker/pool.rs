//! The parent's side: one thread and one child process for each worker.
//!
//! A child that dies, answers nonsense or misses its deadline costs the job it was at: it is killed, replaced, and the
//! job comes back as a fault.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};

use super::activity::{Activities, Doing};
use super::files::Files;
use super::frame::{self, FrameError};
use super::watch::{Budget, Overrun, Watch};
use super::{
    Answer, Channels, Job, Order, Outcome, PoolConfig, Protection, Reply, Task, WorkerLimits, check, memory,
    out_of_turn,
};
use crate::model::{Fault, FaultKind, Stage};

/// The hidden first argument that makes the program a worker.
pub const WORKER_ARGUMENT: &str = "worker-process";

/// Time a new worker gets to load its models; generous, because the first start of a machine compiles them.
const START_TIME: Duration = Duration::from_secs(60);

/// A worker that fails to start this often in a row ends its thread: something is wrong that no retry mends.
const START_ATTEMPTS: u32 = 3;

/// Jobs waiting for each worker, so that none idles while the dispatcher commits.
const QUEUED_JOBS_PER_WORKER: usize = 2;

/// Bytes of a picture for each pixel of the largest page: three samples, and room for what deflate adds.
const PICTURE_BYTES_PER_PIXEL: u64 = 4;

/// Smallest limit of a file's size: compiled networks go into the cache, the largest has some 30 MB.
const MIN_FILE_BYTES: u64 = 256 << 20;

/// The workers could not be started.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// No process or no thread.
    #[error("failed to start a worker process: {0}")]
    Spawn(#[from] io::Error),
    /// The worker came up and said why it cannot work.
    #[error("a worker cannot begin: {}", .0.detail)]
    Begin(Fault),
}

/// Running workers.
pub struct Pool {
    jobs: Sender<(u64, Job)>,
    urgent: Sender<(u64, Job)>,
    outcomes: Receiver<Outcome>,
    threads: Vec<JoinHandle<()>>,
    protection: Protection,
    activities: Arc<Activities>,
}

impl Pool {
    /// Starts `config.workers` workers and waits until the first is ready.
    ///
    /// # Errors
    /// If no process can be started, or the first worker cannot load its models.
    pub fn start(config: PoolConfig) -> Result<Self, PoolError> {
        let workers = config.workers.max(1);
        let (jobs, job_queue) = bounded(workers * QUEUED_JOBS_PER_WORKER);
        let (urgent, urgent_queue) = bounded(workers * QUEUED_JOBS_PER_WORKER);
        let (outcome_queue, outcomes) = bounded(workers * QUEUED_JOBS_PER_WORKER);
        let (ready, first_ready) = bounded(workers);
        let config = Arc::new(config);
        let activities = Arc::new(Activities::new(workers));
        let mut threads = Vec::with_capacity(workers);
        for worker in 0..workers {
            let (config, outcome_queue) = (config.clone(), outcome_queue.clone());
            let queues = [urgent_queue.clone(), job_queue.clone()];
            let (ready, activities) = (ready.clone(), activities.clone());
            // The child is tied to this thread by its parent-death signal, so the thread outlives it.
            let thread =
                thread::Builder::new().name(format!("worker-{worker}")).spawn(move || match begin(&config) {
                    Ok((process, protection)) => {
                        let _ = ready.send(Ok(protection));
                        drop(ready);
                        serve(worker, process, &config, (&queues, &outcome_queue), &activities);
                        activities.set(worker, Doing::Gone);
                    }
                    Err(error) => {
                        activities.set(worker, Doing::Gone);
                        let _ = ready.send(Err(error));
                    }
                })?;
            threads.push(thread);
        }
        let protection =
            first_ready.recv().unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::Interrupted).into()))?;
        Ok(Self { jobs, urgent, outcomes, threads, protection, activities })
    }

    /// What the workers are locked in by, as the first of them said when it began.
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// What each worker is at, to be looked at from anywhere.
    pub fn activities(&self) -> &Arc<Activities> {
        &self.activities
    }

    /// Where jobs go, each with a number of the caller's; full when every worker has enough to do.
    pub fn jobs(&self) -> &Sender<(u64, Job)> {
        &self.jobs
    }

    /// Where their outcomes come, in the order in which they end. Ends when no worker is left.
    pub fn outcomes(&self) -> &Receiver<Outcome> {
        &self.outcomes
    }

    /// All its channels.
    pub fn channels(&self) -> Channels<'_> {
        Channels { jobs: &self.jobs, urgent: &self.urgent, outcomes: &self.outcomes }
    }

    /// Takes no further job, lets running ones end, and ends the workers. Unread outcomes are dropped.
    pub fn stop(self) {
        drop((self.jobs, self.urgent));
        drop(self.outcomes);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// The first process of a worker. One that dies before it is ready (killed from outside, short of memory) is started
/// again; one that says why it cannot work is believed at once.
fn begin(config: &PoolConfig) -> Result<(Process, Protection), PoolError> {
    let mut attempt = 1;
    loop {
        match Process::start(config) {
            Err(PoolError::Begin(fault)) if fault.kind == FaultKind::Crash && attempt < START_ATTEMPTS => attempt += 1,
            started => return started,
        }
    }
}

/// Jobs with their numbers, from a worker's side.
type JobQueue = Receiver<(u64, Job)>;

/// Works off the queues, urgent jobs first, until they close or the worker cannot be replaced.
fn serve(
    worker: usize,
    mut process: Process,
    config: &PoolConfig,
    ([urgent, jobs], outcomes): (&[JobQueue; 2], &Sender<Outcome>),
    activities: &Activities,
) {
    activities.set(worker, Doing::Idle);
    loop {
        let next = select_biased! {
            recv(urgent) -> job => job,
            recv(jobs) -> job => job,
        };
        let Ok((ticket, job)) = next else { return };
        let started = Instant::now();
        activities.set(worker, if matches!(job, Job::Page { .. }) { Doing::Page } else { Doing::Opening });
        let (result, usable) = process.work(&job, &config.limits);
        activities.set(worker, if usable { Doing::Idle } else { Doing::Starting });
        if outcomes.send(Outcome { ticket, worker, result, elapsed: started.elapsed() }).is_err() {
            return;
        }
        if !usable {
            process.kill();
            let Some(next) = (0..START_ATTEMPTS).find_map(|_| Process::start(config).ok()) else { return };
            process = next.0;
            activities.set(worker, Doing::Idle);
        }
    }
}

/// One child process and the stream to it.
struct Process {
    child: Child,
    stream: UnixStream,
}

impl Process {
    fn start(config: &PoolConfig) -> Result<(Self, Protection), PoolError> {
        let (ours, theirs) = UnixStream::pair()?;
        // This very program, also after an upgrade has put another one in its place: both sides speak one protocol.
        let child = Command::new("/proc/self/exe")
            .arg0("scanstrasse")
            .arg(WORKER_ARGUMENT)
            // The stream is the child's standard input in both directions: what a native library prints to standard
            // output cannot get into a frame, and what it prints to standard error could be text of a page.
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Must be in the environment before Tesseract's library is loaded; else it spins on every core.
            .env("OMP_THREAD_LIMIT", "1")
            .spawn()?;
        let mut process = Self { child, stream: ours };
        let begin = Order::Begin {
            recipe: Box::new(config.recipe.clone()),
            models: config.models.clone(),
            memory_bytes: config.limits.memory_bytes,
            file_bytes: config.recipe.decode.max_pixels.saturating_mul(PICTURE_BYTES_PER_PIXEL).max(MIN_FILE_BYTES),
        };
        let budget = Budget { wall: START_TIME, cpu: START_TIME };
        match process.exchange(&begin, &[], budget) {
            Ok(Reply::Ready(protection)) => Ok((process, protection)),
            Ok(Reply::Failed(fault)) => Err(PoolError::Begin(check::fault(fault))),
            Ok(Reply::Done(_)) => Err(PoolError::Begin(out_of_turn())),
            Err(lost) => Err(PoolError::Begin(process.fault(&lost, Stint::Begin, &config.limits))),
        }
    }

    /// Does one job; the second value says whether the process can be trusted with another.
    fn work(&mut self, job: &Job, limits: &WorkerLimits) -> (Result<Answer, Fault>, bool) {
        let (task, stint, wall) = match job {
            Job::Open { .. } => (Task::Open, Stint::Open, limits.open_time),
            Job::Check { .. } => (Task::Check, Stint::Open, limits.open_time),
            Job::Index { source, .. } => (Task::Index { source: *source }, Stint::Open, limits.open_time),
            Job::Opening { faces, .. } => (Task::Opening { faces: *faces }, Stint::Open, limits.open_time),
            Job::Page { index, read, .. } => (Task::Page { index: *index, read: *read }, Stint::Page, limits.page_time),
        };
        let files = match Files::open(job) {
            Ok(files) => files,
            Err(fault) => return (Err(fault), true),
        };
        let budget = Budget { wall, cpu: limits.cpu_time };
        let (result, usable) = match self.exchange(&Order::Do(task), &files.descriptors(), budget) {
            Ok(Reply::Done(answer)) => (Ok(answer), true),
            Ok(Reply::Failed(fault)) => {
                let crashed = fault.kind == FaultKind::Crash;
                (Err(check::fault(fault)), !crashed)
            }
            Ok(Reply::Ready(_)) => (Err(out_of_turn()), false),
            Err(lost) => (Err(self.fault(&lost, stint, limits)), false),
        };
        if !usable {
            // Dead before its picture is taken away or looked at.
            self.kill();
        }
        files.settle(&result);
        (result, usable)
    }

    fn exchange(&mut self, order: &Order, files: &[BorrowedFd<'_>], budget: Budget) -> Result<Reply, Lost> {
        let mut watch = Watch::start(&self.stream, self.child.id(), budget);
        let reply = self
            .stream
            .set_write_timeout(Some(budget.wall.max(Duration::from_millis(1))))
            .map_err(FrameError::from)
            .and_then(|()| frame::send(&self.stream, order, files))
            .and_then(|()| frame::read(&mut watch));
        reply.map_err(|error| Lost { error, overrun: watch.overrun })
    }

    /// What a broken stream means, in words for the person who looks after the held pages.
    fn fault(&mut self, lost: &Lost, stint: Stint, limits: &WorkerLimits) -> Fault {
        let (kind, detail) = match (&lost.error, lost.overrun) {
            (_, Some(overrun)) => (FaultKind::Deadline, stint.overrun(overrun, limits)),
            (FrameError::Io(e), _) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                (FaultKind::Deadline, stint.overrun(Overrun::Wall, limits))
            }
            (FrameError::Ended | FrameError::Io(_), _) => {
                // Killing a dead child changes nothing, and a child that only closed its stream must not be waited for.
                let _ = self.child.kill();
                match self.child.wait() {
                    Ok(status) => stint.death(status, limits),
                    Err(error) => (FaultKind::Crash, format!("the worker died ({error})")),
                }
            }
            (FrameError::Oversize(_) | FrameError::Syntax { .. }, _) => (FaultKind::Nonsense, lost.error.to_string()),
        };
        Fault::new(Stage::Worker, kind, detail)
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A healthy child ends by itself when the stream closes; this one may not be healthy, and has nothing to save.
        self.kill();
    }
}

/// A reply that did not come.
struct Lost {
    error: FrameError,
    overrun: Option<Overrun>,
}

/// What a worker was at.
#[derive(Clone, Copy)]
enum Stint {
    Begin,
    Open,
    Page,
}

impl Stint {
    fn thing(self) -> &'static str {
        match self {
            Self::Begin => "the worker's beginning",
            Self::Open => "opening the file",
            Self::Page => "the page",
        }
    }

    fn overrun(self, overrun: Overrun, limits: &WorkerLimits) -> String {
        let (time, name) = match (self, overrun) {
            (Self::Begin, _) => return "loading the models took too long".into(),
            (_, Overrun::Cpu) => (limits.cpu_time, "of processor time (limits.cpu_seconds)"),
            (Self::Open, Overrun::Wall) => (limits.open_time, "(limits.open_seconds)"),
            (Self::Page, Overrun::Wall) => (limits.page_time, "(limits.page_seconds)"),
        };
        format!("{} took longer than {} s {name} and was stopped", self.thing(), time.as_secs_f32())
    }

    /// Why a worker died, by the way it did.
    fn death(self, status: ExitStatus, limits: &WorkerLimits) -> (FaultKind, String) {
        let thing = self.thing();
        if status.code() == Some(memory::EXIT_CODE) {
            let mib = limits.memory_bytes >> 20;
            return (FaultKind::OverLimit, format!("{thing} needs more memory than {mib} MiB (limits.memory_mib)"));
        }
        let detail = match status.signal() {
            Some(libc::SIGXFSZ) => {
                let detail = format!("{thing} gives a larger picture than any page within limits.max_megapixels");
                return (FaultKind::OverLimit, detail);
            }
            Some(libc::SIGSYS) => {
                "the worker did what no decoder has reason to do and the sandbox forbids, and was stopped".to_owned()
            }
            Some(libc::SIGKILL) => {
                "the worker was killed from outside, most likely because the machine ran out of memory; if more pages are \
                 held for that, run fewer workers"
                    .to_owned()
            }
            _ => format!("{thing} made a decoder crash ({status})"),
        };
        (FaultKind::Crash, detail)
    }
}
