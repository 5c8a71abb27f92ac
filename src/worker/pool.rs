//! The parent's side: one thread and one child process for each worker.
//!
//! A child that dies, answers nonsense or misses its deadline costs the job it was at: it is killed, replaced, and the
//! job comes back as a fault.

use std::env;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::frame::{self, FrameError};
use super::{Answer, Job, Order, Outcome, PoolConfig, Reply, out_of_turn};
use crate::model::{Fault, FaultKind, Stage};

/// The hidden first argument that makes the program a worker.
pub const WORKER_ARGUMENT: &str = "worker-process";

/// Time a new worker gets to load its models; generous, because the first start of a machine compiles them.
const START_TIME: Duration = Duration::from_secs(60);

/// A worker that fails to start this often in a row ends its thread: something is wrong that no retry mends.
const START_ATTEMPTS: u32 = 3;

/// Jobs waiting for each worker, so that none idles while the dispatcher commits.
const QUEUED_JOBS_PER_WORKER: usize = 2;

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
    outcomes: Receiver<Outcome>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `config.workers` workers and waits until the first is ready.
    ///
    /// # Errors
    /// If no process can be started, or the first worker cannot load its models.
    pub fn start(config: PoolConfig) -> Result<Self, PoolError> {
        let workers = config.workers.max(1);
        let (jobs, job_queue) = bounded(workers * QUEUED_JOBS_PER_WORKER);
        let (outcome_queue, outcomes) = bounded(workers * QUEUED_JOBS_PER_WORKER);
        let (ready, first_ready) = bounded(workers);
        let config = Arc::new(config);
        let mut threads = Vec::with_capacity(workers);
        for worker in 0..workers {
            let (config, job_queue, outcome_queue) = (config.clone(), job_queue.clone(), outcome_queue.clone());
            let ready = ready.clone();
            // The child is tied to this thread by its parent-death signal, so the thread outlives it.
            let thread =
                thread::Builder::new().name(format!("worker-{worker}")).spawn(move || {
                    match Process::start(&config) {
                        Ok(process) => {
                            let _ = ready.send(Ok(()));
                            drop(ready);
                            serve(worker, process, &config, &job_queue, &outcome_queue);
                        }
                        Err(error) => {
                            let _ = ready.send(Err(error));
                        }
                    }
                })?;
            threads.push(thread);
        }
        first_ready.recv().unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::Interrupted).into()))?;
        Ok(Self { jobs, outcomes, threads })
    }

    /// Where jobs go, each with a number of the caller's; full when every worker has enough to do.
    pub fn jobs(&self) -> &Sender<(u64, Job)> {
        &self.jobs
    }

    /// Where their outcomes come, in the order in which they end. Ends when no worker is left.
    pub fn outcomes(&self) -> &Receiver<Outcome> {
        &self.outcomes
    }

    /// Takes no further job, lets running ones end, and ends the workers. Unread outcomes are dropped.
    pub fn stop(self) {
        drop(self.jobs);
        drop(self.outcomes);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Works off the queue until it closes or the worker cannot be replaced.
fn serve(
    worker: usize,
    mut process: Process,
    config: &PoolConfig,
    jobs: &Receiver<(u64, Job)>,
    outcomes: &Sender<Outcome>,
) {
    for (ticket, job) in jobs {
        let started = Instant::now();
        let limit = match job {
            Job::Open { .. } => config.limits.open_time,
            Job::Page { .. } => config.limits.page_time,
        };
        let (result, usable) = process.work(job, limit);
        if outcomes.send(Outcome { ticket, worker, result, elapsed: started.elapsed() }).is_err() {
            return;
        }
        if !usable {
            process.kill();
            let Some(next) = (0..START_ATTEMPTS).find_map(|_| Process::start(config).ok()) else { return };
            process = next;
        }
    }
}

/// One child process and the stream to it.
struct Process {
    child: Child,
    stream: UnixStream,
}

impl Process {
    fn start(config: &PoolConfig) -> Result<Self, PoolError> {
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new(env::current_exe()?)
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
        let begin = Order::Begin { recipe: Box::new(config.recipe.clone()), models: config.models.clone() };
        match process.exchange(&begin, START_TIME) {
            Ok(Reply::Ready) => Ok(process),
            Ok(Reply::Failed(fault)) => Err(PoolError::Begin(fault)),
            Ok(Reply::Done(_)) => Err(PoolError::Begin(out_of_turn())),
            Err(error) => Err(PoolError::Begin(process.fault(error))),
        }
    }

    /// Does one job; the second value says whether the process can be trusted with another.
    fn work(&mut self, job: Job, limit: Duration) -> (Result<Answer, Fault>, bool) {
        match self.exchange(&Order::Do(job), limit) {
            Ok(Reply::Done(answer)) => (Ok(answer), true),
            Ok(Reply::Failed(fault)) => {
                let crashed = fault.kind == FaultKind::Crash;
                (Err(fault), !crashed)
            }
            Ok(Reply::Ready) => (Err(out_of_turn()), false),
            Err(error) => (Err(self.fault(error)), false),
        }
    }

    fn exchange(&mut self, order: &Order, limit: Duration) -> Result<Reply, FrameError> {
        let mut timed = Timed { stream: &self.stream, deadline: Instant::now() + limit };
        self.stream.set_write_timeout(Some(limit.max(Duration::from_millis(1))))?;
        frame::write(&mut &self.stream, order)?;
        frame::read(&mut timed)
    }

    /// What a broken stream means.
    fn fault(&mut self, error: FrameError) -> Fault {
        let (kind, detail) = match &error {
            FrameError::Io(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                (FaultKind::Deadline, "the worker missed its deadline and was killed".to_owned())
            }
            FrameError::Ended | FrameError::Io(_) => {
                // Killing a dead child changes nothing, and a child that only closed its stream must not be waited for.
                let _ = self.child.kill();
                let how = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
                (FaultKind::Crash, format!("the worker died ({how})"))
            }
            FrameError::Oversize(_) | FrameError::Syntax { .. } => (FaultKind::Nonsense, error.to_string()),
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

/// Reads until a point in time.
struct Timed<'a> {
    stream: &'a UnixStream,
    deadline: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut stream = self.stream;
        stream.read(buffer)
    }
}
