//! `scanstrasse watch`: the line as a service: watch folders in, until told to stop.
//!
//! Two threads: the line (workers, scout, dispatch), and the desk, which hears signals and events and tells people, the
//! service manager and Prometheus. A new definition ends one line and begins the next in the same process.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};
use serde_json::json;

use super::line::{
    expect_outside, load_pipeline, no_workers, pool_config, prepare_output, reload_on_signal, start_pool,
    stop_on_signals,
};
use super::metrics::{self, Health, Metrics};
use super::paused::Places;
use super::place::STATE_FOLDER;
use super::progress::{self, Progress};
use super::service::{Pulse, Service};
use super::voice::{Level, Voice};
use super::{Exit, Failure, run};
use crate::dispatch::{self, Backlog, Controls, Event, RunError, Summary};
use crate::worker::scout::Scout;
use crate::worker::{PoolConfig, Protection};

/// Time between two looks at signals, and at the line's pulse.
const TICK: Duration = Duration::from_millis(250);

/// Take what scanner stations drop into the watch folders of a pipeline, and deliver case files, until told to stop
///
/// SIGTERM or Ctrl-C ends it with the pages in work, within limits.drain_seconds; a second one ends it at once. SIGHUP has
/// the pipeline file read again: a sound one takes effect, a bad one is refused and the line goes on as it was. Nothing is
/// lost either way: started again, it goes on where it was.
#[derive(Debug, Args)]
pub(super) struct WatchArguments {
    /// A pipeline file, or the name of one in `pipelines/`
    #[arg(value_name = "PIPELINE")]
    pipeline: String,
    /// Where the case files go [default: the pipeline's target.folder]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Where the line remembers what it did; keep it on a local disk [default: the pipeline's line.state, else
    /// .scanstrasse in the output folder]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Worker processes [default: the pipeline's line.workers, else one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
    /// Events as JSON lines on standard error, the summary as JSON on standard output
    #[arg(long)]
    json: bool,
    /// Answer Prometheus at this address, as 127.0.0.1:9464 [default: the pipeline's service.metrics, else nowhere]
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Let that address be one that other machines can reach
    #[arg(long)]
    metrics_open: bool,
}

/// A pipeline with the places that it works at, all that can be checked of it before it begins checked.
struct Definition {
    backlog: Backlog,
    config: PoolConfig,
    metrics: Option<SocketAddr>,
}

impl Definition {
    fn load(arguments: &WatchArguments) -> Result<Self, Failure> {
        let pipeline = load_pipeline(&arguments.pipeline)?;
        if pipeline.watch.is_empty() {
            return Err(Failure::usage(
                format!("the pipeline {} has no [[watch]]: there is no folder to watch", pipeline.name),
                "add a [[watch]] with a folder to the pipeline file; `scanstrasse run` works off a backlog without one",
            ));
        }
        let Some(output) = arguments.output.clone().or_else(|| pipeline.output.clone()) else {
            return Err(Failure::usage(
                format!("the pipeline {} names no folder for the case files", pipeline.name),
                "write folder = \"...\" under [target] in the pipeline file, or give --output",
            ));
        };
        let inputs: Vec<PathBuf> = pipeline.watch.iter().map(|station| station.folder.clone()).collect();
        for input in &inputs {
            std::fs::read_dir(input).map_err(|e| {
                let message = format!("failed to read the watch folder {}: {e}", input.display());
                Failure::stopped(message, "make the folder, mount its share, or mend its permissions")
            })?;
        }
        expect_outside(&output, &inputs)?;
        let named = arguments.state.clone().or_else(|| pipeline.state.clone());
        let state_dir = named.unwrap_or_else(|| output.join(STATE_FOLDER));
        let metrics = arguments.metrics.or(pipeline.metrics);
        if let Some(open) = metrics.filter(|address| !address.ip().is_loopback() && !arguments.metrics_open) {
            return Err(Failure::usage(
                format!("other machines could ask for the metrics at {open}"),
                "name an address of this machine only, as 127.0.0.1:9464, or add --metrics-open if that is meant",
            ));
        }
        let config = pool_config(&pipeline, arguments.workers)?;
        Ok(Self { backlog: Backlog { pipeline, inputs, output, state_dir }, config, metrics })
    }

    /// What takes its place after SIGHUP.
    fn load_next(&self, arguments: &WatchArguments) -> Result<Self, Failure> {
        let next = Self::load(arguments)?;
        let fixed = [
            ("output folder", &self.backlog.output, &next.backlog.output),
            ("state folder", &self.backlog.state_dir, &next.backlog.state_dir),
        ];
        let moved = fixed.iter().find(|(_, now, then)| now != then).map(|(what, ..)| *what);
        match moved.or((self.metrics != next.metrics).then_some("address of the metrics")) {
            Some(what) => Err(Failure::usage(
                format!("the {what} cannot change while the line runs"),
                "leave it as it was, or stop the line and start it again",
            )),
            None => Ok(next),
        }
    }
}

pub(super) fn run(arguments: &WatchArguments) -> Result<Exit, Failure> {
    let mut definition = Definition::load(arguments)?;
    prepare_output(&definition.backlog.output)?;
    let metrics = Arc::new(Metrics::new(&definition.backlog.pipeline.name));
    let listens = definition.metrics.map(|address| listen(address, &metrics)).transpose()?;
    let mut desk = Desk {
        arguments,
        voice: Voice::choose(arguments.json),
        service: Service::from_environment(),
        stop: stop_on_signals()?,
        reload: reload_on_signal()?,
        terminal: std::io::stderr().is_terminal(),
        metrics,
        listens,
    };
    loop {
        match desk.shift(&definition)? {
            Ending::Reload(next) => definition = *next,
            Ending::Stopped(summary) => return Ok(desk.end(&summary)),
        }
    }
}

fn listen(address: SocketAddr, metrics: &Arc<Metrics>) -> Result<SocketAddr, Failure> {
    metrics::endpoint::open(address, metrics.clone()).map_err(|e| {
        let message = format!("failed to listen for Prometheus at {address}: {e}");
        Failure::stopped(message, "name another address with --metrics; every line needs one of its own")
    })
}

/// How a line ended.
enum Ending {
    /// As it was told, or because all was done that it was told to drain.
    Stopped(Box<Summary>),
    /// For this one to begin.
    Reload(Box<Definition>),
}

/// What a line is told meanwhile.
enum Wish {
    GoOn,
    Stop { until: Instant },
    Reload { next: Box<Definition>, until: Instant },
}

/// Whoever hears and tells, from the first line of the process to the last.
struct Desk<'a> {
    arguments: &'a WatchArguments,
    voice: Voice,
    service: Service,
    /// Set by SIGINT and SIGTERM.
    stop: Arc<AtomicBool>,
    /// Set by SIGHUP.
    reload: Arc<AtomicBool>,
    /// Standard error was a terminal when the program began.
    terminal: bool,
    metrics: Arc<Metrics>,
    /// Where Prometheus is answered.
    listens: Option<SocketAddr>,
}

impl Desk<'_> {
    /// One line, from its workers' start to its end.
    fn shift(&mut self, definition: &Definition) -> Result<Ending, Failure> {
        let controls = Controls::default();
        let (events, news) = unbounded();
        let (begun, ready) = bounded(1);
        let (result, wish) = thread::scope(|scope| {
            let controls = &controls;
            let line = scope.spawn(move || work(definition, controls, &events, &begun));
            let wish = self.attend(definition, controls, &news, &ready);
            (line.join(), wish)
        });
        let summary = match result {
            Ok(worked) => worked.map_err(|stuck| stuck.told(self.voice))?,
            Err(_) => return Err(Failure::stopped("the dispatcher broke down", "run the same command again")),
        };
        Ok(match wish {
            Wish::Reload { next, .. } if !self.stop.load(Ordering::SeqCst) => Ending::Reload(next),
            _ => Ending::Stopped(Box::new(summary)),
        })
    }

    /// Hears and tells until the line has ended.
    fn attend(
        &mut self,
        definition: &Definition,
        controls: &Controls,
        news: &Receiver<Event>,
        ready: &Receiver<Protection>,
    ) -> Wish {
        let Backlog { pipeline, inputs, output, state_dir } = &definition.backlog;
        let places = Places::new(state_dir, output, inputs, pipeline.pauses.longest);
        self.metrics.begin(&definition.backlog, definition.config.workers);
        let mut progress = (self.voice != Voice::Journal).then(|| Progress::new(self.arguments.json, places));
        let (mut wish, mut pulse, mut tally) = (Wish::GoOn, Pulse::new(Instant::now()), Tally::default());
        let (no_more, mut ready) = (never(), ready);
        loop {
            select! {
                recv(news) -> event => match event {
                    Ok(event) => {
                        tally.note(&event);
                        self.metrics.note(&event, pipeline);
                        match &mut progress {
                            Some(progress) => progress.note(&event),
                            None => self.voice.say(Level::of(&event), &progress::json_line(&event), ""),
                        }
                    }
                    Err(_) => break,
                },
                recv(ready) -> begun => {
                    if let Ok(protection) = begun {
                        self.tell_ready(definition, protection);
                        tally.running = true;
                    }
                    ready = &no_more;
                }
                default(TICK) => if let Some(progress) = &mut progress { progress.tick() }
            }
            wish = self.hear(wish, definition, controls);
            if let Wish::Stop { until } | Wish::Reload { until, .. } = &wish
                && Instant::now() >= *until
            {
                progress.iter().for_each(Progress::finish);
                self.give_up();
            }
            let sheltered = !tally.running || tally.paused || !matches!(wish, Wish::GoOn);
            let moves = pulse.moves(controls.beats(), tally.events, sheltered, Instant::now());
            self.metrics.set_health(match moves {
                true if tally.paused => Health::Paused,
                true => Health::Moving,
                false => Health::Stuck,
            });
            if moves && self.service.is_sign_due() {
                self.service.sign();
            }
            self.service.status(|| tally.status());
        }
        progress.iter().for_each(Progress::finish);
        wish
    }

    /// What the signals that came mean for the line.
    fn hear(&mut self, wish: Wish, definition: &Definition, controls: &Controls) -> Wish {
        let now = Instant::now();
        let limits = &definition.backlog.pipeline;
        if self.reload.swap(false, Ordering::SeqCst) {
            if self.terminal && !std::io::stderr().is_terminal() {
                // The terminal was closed: nobody is there who could stop the line.
                self.stop.store(true, Ordering::SeqCst);
            } else if matches!(wish, Wish::GoOn) {
                match definition.load_next(self.arguments) {
                    Ok(next) => {
                        self.service.reloading();
                        let text = "a new definition: the line begins anew with it when the pages in work are done";
                        self.voice.say(Level::Info, &json!({"event": "reloading"}), text);
                        controls.stop();
                        // Pages may take the time that they have; there is no hurry as at the end of a machine.
                        let until = now + limits.limits.page_time + limits.drain;
                        return Wish::Reload { next: Box::new(next), until };
                    }
                    Err(refusal) => self.refuse(&refusal),
                }
            } else {
                // Once the line has begun anew.
                self.reload.store(true, Ordering::SeqCst);
            }
        }
        if self.stop.load(Ordering::SeqCst) && !matches!(wish, Wish::Stop { .. }) {
            self.service.stopping();
            self.voice.say(Level::Info, &json!({"event": "stopping"}), "stopping: the pages in work are finished");
            controls.stop();
            return Wish::Stop { until: now + limits.drain };
        }
        wish
    }

    fn tell_ready(&self, definition: &Definition, protection: Protection) {
        let gaps: Vec<String> = protection.gaps().iter().map(ToString::to_string).collect();
        if !gaps.is_empty() {
            let text = format!("warning: the workers are not wholly locked in: {}", gaps.join("; "));
            self.voice.say(Level::Warning, &json!({"event": "sandbox", "gaps": gaps}), &text);
        }
        let (workers, stations) = (definition.config.workers, definition.backlog.inputs.len());
        let event = json!({"event": "ready", "workers": workers, "stations": stations, "metrics": self.listens});
        let (workers, stations) = (run::counted(workers as u64, "worker"), run::counted(stations as u64, "folder"));
        let listens = self.listens.map_or(String::new(), |address| format!(", metrics at http://{address}/metrics"));
        self.voice.say(Level::Info, &event, &format!("watching {stations} with {workers}{listens}"));
        self.service.ready();
    }

    /// A definition that cannot be.
    fn refuse(&self, refusal: &Failure) {
        let hint = refusal.hint.as_ref().map_or(String::new(), |hint| format!("\nhint: {hint}"));
        let problems: Vec<&str> = refusal.message.lines().collect();
        let event = json!({"event": "reload_refused", "problems": problems, "hint": refusal.hint});
        let text = format!("the new definition is refused, the line goes on as it was:\n{}{hint}", refusal.message);
        self.voice.say(Level::Error, &event, &text);
    }

    /// The line did not end in its time. The workers die with this process.
    fn give_up(&self) -> ! {
        let text = "the pages in work took longer than limits.drain_seconds: ended without them; nothing is lost";
        self.voice.say(Level::Error, &json!({"event": "given_up"}), text);
        std::process::exit(Exit::Stopped as i32)
    }

    /// The last words of the process.
    fn end(&self, s: &Summary) -> Exit {
        match self.voice {
            Voice::Json => run::print_json(s),
            Voice::Journal | Voice::Text => {
                let event = json!({
                    "event": "stopped", "pages_received": s.pages_received, "pages_delivered": s.pages_delivered,
                    "pages_held": s.pages_held, "scans_held": s.scans_held, "documents": s.documents, "cases": s.cases,
                });
                let (pages, documents) =
                    (run::counted(s.pages_received, "page"), run::counted(s.documents, "document"));
                let text = format!("{pages} received in all, {documents} delivered; started again, the line goes on");
                self.voice.say(Level::Info, &event, &text);
            }
        }
        // To be told to stop is how a service ends; what is held is another matter then.
        if self.stop.load(Ordering::SeqCst) || run::undecided(s) == 0 { Exit::Delivered } else { Exit::Held }
    }
}

/// The line itself: workers, scout, dispatch. `begun` is told when the workers are up.
fn work(
    definition: &Definition,
    controls: &Controls,
    events: &Sender<Event>,
    begun: &Sender<Protection>,
) -> Result<Summary, Stuck> {
    let scout = Scout::start(&definition.config).map_err(|e| Stuck::Workers(no_workers(e)))?;
    let pool = start_pool(definition.config.clone()).map_err(Stuck::Workers)?;
    let _ = begun.send(pool.protection());
    let whole = |path: &Path| scout.look(path);
    let result = dispatch::watch(&definition.backlog, pool.jobs(), pool.outcomes(), &whole, events, controls);
    pool.stop();
    result.map_err(Stuck::Line)
}

/// Why a line could not begin or go on.
enum Stuck {
    Workers(Failure),
    Line(RunError),
}

impl Stuck {
    /// For people with every name that helps, for logs without those that are of a case.
    fn told(self, voice: Voice) -> Failure {
        match (self, voice) {
            (Self::Workers(failure), _) => failure,
            (Self::Line(error @ RunError::Target(_)), Voice::Json | Voice::Journal) => {
                Failure::stopped("failed to write to the output folder", error.remedy())
            }
            (Self::Line(error @ RunError::Intake(_)), Voice::Json | Voice::Journal) => {
                Failure::stopped("failed to read a watch folder", error.remedy())
            }
            (Self::Line(error), _) => Failure::stopped(error.to_string(), error.remedy()),
        }
    }
}

/// What the service manager is told in one line.
#[derive(Default)]
struct Tally {
    running: bool,
    paused: bool,
    events: u64,
    pages: u64,
    documents: u64,
    held: u64,
}

impl Tally {
    fn note(&mut self, event: &Event) {
        self.events += 1;
        match event {
            Event::PageProcessed { .. } => self.pages += 1,
            Event::DocumentDelivered { .. } => self.documents += 1,
            Event::Held { .. } => self.held += 1,
            Event::Paused { .. } => self.paused = true,
            Event::Resumed { .. } => self.paused = false,
            _ => {}
        }
    }

    fn status(&self) -> String {
        let now = match (self.running, self.paused) {
            (false, _) => "starting",
            (true, false) => "watching",
            (true, true) => "paused, the machine is at fault",
        };
        format!("{now}; since the start: {} pages, {} documents, {} held", self.pages, self.documents, self.held)
    }
}
