//! `scanstrasse watch`: the line as a service: watch folders in, until told to stop.
//!
//! Two threads: the line (workers, scout, dispatch), and the desk, which hears signals and events and tells people, the
//! service manager and Prometheus. A new definition ends one line and begins the next in the same process.

mod definition;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};
use serde_json::{Value, json};

use super::board::{Phase, View};
use super::line::{LineArguments, no_workers, prepare_output, reload_on_signal, start_pool, stop_on_signals};
use super::metrics::{self, Health, Metrics};
use super::paused::Places;
use super::progress::json_line;
use super::service::{Pulse, Service};
use super::show::{Display, Scene, Show};
use super::summary::{print_json, undecided};
use super::voice::{Level, Voice};
use super::{Exit, Failure};
use crate::dispatch::{self, Backlog, Controls, Event, RunError, Summary};
use crate::intake::station::Lookout;
use crate::words::Lang;
use crate::worker::scout::Scout;
use crate::worker::{Activities, Protection};
use definition::Definition;

/// Longest time between two looks at signals and at the line's pulse: an idle line costs next to nothing.
const TICK: Duration = Duration::from_millis(250);

/// The same, where there are keys.
const TICK_OF_KEYS: Duration = Duration::from_millis(100);

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
    #[command(flatten)]
    line: LineArguments,
    /// Answer Prometheus at this address, as 127.0.0.1:9464 [default: the pipeline's service.metrics, else nowhere]
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Let that address be one that other machines can reach
    #[arg(long)]
    metrics_open: bool,
}

pub(super) fn run(arguments: &WatchArguments) -> Result<Exit, Failure> {
    let mut definition = Arc::new(Definition::load(arguments)?);
    prepare_output(&definition.backlog.output)?;
    let metrics = Arc::new(Metrics::new(&definition.backlog.pipeline.name));
    let listens = definition.metrics.map(|address| listen(address, &metrics)).transpose()?;
    let stop = Arc::default();
    stop_on_signals(&stop)?;
    let mut desk = Desk {
        arguments,
        lang: arguments.line.language.choose(),
        voice: Voice::choose(arguments.line.json),
        service: Service::from_environment(),
        stop,
        reload: reload_on_signal()?,
        terminal: std::io::stderr().is_terminal(),
        metrics,
        listens,
    };
    loop {
        match desk.shift(&definition)? {
            Ending::Reload(next) => definition = Arc::new(*next),
            Ending::Stopped(summary) => return Ok(desk.end(&summary)),
            Ending::Overdue => return Ok(Exit::Stopped),
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
    /// It did not, in its time.
    Overdue,
}

/// What a line is told meanwhile.
enum Wish {
    GoOn,
    Stop {
        until: Instant,
    },
    Reload {
        next: Box<Definition>,
        until: Instant,
    },
    /// It had its time.
    Overdue,
}

/// Whoever hears and tells, from the first line of the process to the last.
struct Desk<'a> {
    arguments: &'a WatchArguments,
    lang: Lang,
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
    fn shift(&mut self, definition: &Arc<Definition>) -> Result<Ending, Failure> {
        let controls = Arc::new(Controls::default());
        let (events, news) = unbounded();
        let (begun, ready) = bounded(1);
        let line = {
            let (definition, controls) = (definition.clone(), controls.clone());
            let work = move || work(&definition, &controls, &events, &begun);
            thread::Builder::new()
                .name("line".into())
                .spawn(work)
                .map_err(|e| Failure::stopped(format!("failed to start a thread: {e}"), "run the command again"))?
        };
        let wish = self.attend(definition, &controls, &news, &ready);
        if matches!(wish, Wish::Overdue) {
            // Not joined: the end of the process ends it, and the workers with it.
            return Ok(Ending::Overdue);
        }
        let summary = match line.join() {
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
        ready: &Receiver<Begun>,
    ) -> Wish {
        let Backlog { pipeline, inputs, output, state_dir } = &definition.backlog;
        self.metrics.begin(&definition.backlog, definition.config.workers);
        let display = match self.voice {
            Voice::Journal => Display::Silent,
            Voice::Json => Display::Json,
            Voice::Text => Display::choose(false, self.arguments.line.plain),
        };
        let mut show = Show::begin(Scene {
            line: pipeline.name.clone(),
            stations: pipeline.watch.iter().map(|station| station.name.clone()).collect(),
            watches: true,
            places: Places::new(state_dir, output, inputs, pipeline.pauses.longest),
            lang: self.lang,
            display,
            controls,
        });
        let tick = if display == Display::Screen { TICK_OF_KEYS } else { TICK };
        let (mut wish, mut pulse) = (Wish::GoOn, Pulse::new(Instant::now()));
        let (mut begun, mut is_ready, mut troubled, mut events) = (None, false, false, 0);
        let (no_more, mut ready) = (never(), ready);
        loop {
            select! {
                recv(news) -> event => match event {
                    Ok(event) => {
                        events += 1;
                        match event {
                            Event::Paused { .. } => troubled = true,
                            Event::Resumed { .. } => troubled = false,
                            _ => {}
                        }
                        self.metrics.note(&event, pipeline);
                        if self.voice == Voice::Journal {
                            self.voice.say(Level::of(&event), &json_line(&event), "");
                        }
                        show.note(&event);
                    }
                    Err(_) => break,
                },
                recv(ready) -> workers => {
                    if let Ok(Begun { protection, activities }) = workers {
                        show.workers(activities);
                        begun = Some(protection);
                    }
                    ready = &no_more;
                }
                default(tick) => show.tick(),
            }
            wish = self.hear(wish, definition, controls, &mut show);
            if let Wish::Stop { until } | Wish::Reload { until, .. } = &wish
                && Instant::now() >= *until
            {
                show.finish();
                let text = self.lang.words().gave_up;
                self.say(&mut show, Level::Error, &json!({"event": "given_up"}), text);
                return Wish::Overdue;
            }
            // Its workers are up, what an earlier process left is in order, and its loop turns.
            if let Some(protection) = begun.take_if(|_| controls.beats() > 0) {
                self.tell_ready(definition, protection, &mut show);
                is_ready = true;
            }
            let sheltered = !is_ready || troubled || !matches!(wish, Wish::GoOn);
            let moves = pulse.moves(controls.beats(), events, sheltered, Instant::now());
            self.metrics.set_health(match moves {
                true if troubled => Health::Paused,
                true => Health::Moving,
                false => Health::Stuck,
            });
            if moves && self.service.is_sign_due() {
                self.service.sign();
            }
            self.service.status(|| status_line(&show.view()));
        }
        show.finish();
        wish
    }

    /// What the signals that came mean for the line.
    fn hear(&mut self, wish: Wish, definition: &Definition, controls: &Controls, show: &mut Show<'_>) -> Wish {
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
                        self.say(show, Level::Info, &json!({"event": "reloading"}), self.lang.words().told_reload);
                        controls.stop();
                        // Pages may take the time that they have; there is no hurry as at the end of a machine.
                        let until = now + limits.limits.page_time + limits.drain;
                        return Wish::Reload { next: Box::new(next), until };
                    }
                    Err(refusal) => self.refuse(&refusal, show),
                }
            } else {
                // Once the line has begun anew.
                self.reload.store(true, Ordering::SeqCst);
            }
        }
        if controls.is_stopping() && matches!(wish, Wish::GoOn) {
            // Told so by other ways than a signal: it has as long.
            self.stop.store(true, Ordering::SeqCst);
        }
        if self.stop.load(Ordering::SeqCst) && !matches!(wish, Wish::Stop { .. }) {
            self.service.stopping();
            if self.voice != Voice::Text {
                // To people, the screen or its lines say so.
                self.voice.say(Level::Info, &json!({"event": "stopping"}), "");
            }
            controls.stop();
            return Wish::Stop { until: now + limits.drain };
        }
        wish
    }

    fn tell_ready(&self, definition: &Definition, protection: Protection, show: &mut Show<'_>) {
        let gaps: Vec<String> = protection.gaps().iter().map(ToString::to_string).collect();
        if !gaps.is_empty() {
            let text = (self.lang.words().status.gaps_of)(&gaps.join("; "));
            self.say(show, Level::Warning, &json!({"event": "sandbox", "gaps": gaps}), &text);
        }
        let (workers, stations) = (definition.config.workers as u64, definition.backlog.inputs.len() as u64);
        let event = json!({"event": "ready", "workers": workers, "stations": stations, "metrics": self.listens});
        let text = (self.lang.words().watching_of)(stations, workers, self.listens);
        self.say(show, Level::Info, &event, &text);
        self.service.ready();
    }

    /// A definition that cannot be.
    fn refuse(&self, refusal: &Failure, show: &mut Show<'_>) {
        let hint = refusal.hint.as_ref().map_or(String::new(), |hint| format!("\nhint: {hint}"));
        let problems: Vec<&str> = refusal.message.lines().collect();
        let event = json!({"event": "reload_refused", "problems": problems, "hint": refusal.hint});
        let text = format!("{}:\n{}{hint}", self.lang.words().reload_refused, refusal.message);
        self.say(show, Level::Error, &event, &text);
    }

    /// To people by what they look at, to others as an event.
    fn say(&self, show: &mut Show<'_>, level: Level, event: &Value, text: &str) {
        match self.voice {
            Voice::Text => show.say(text),
            Voice::Json | Voice::Journal => self.voice.say(level, event, text),
        }
    }

    /// The last words of the process.
    fn end(&self, s: &Summary) -> Exit {
        if self.voice == Voice::Json {
            print_json(s);
        }
        let event = json!({
            "event": "stopped", "pages_received": s.pages_received, "pages_delivered": s.pages_delivered,
            "pages_held": s.pages_held, "scans_held": s.scans_held, "documents": s.documents, "cases": s.cases,
        });
        self.voice.say(Level::Info, &event, &(self.lang.words().watched_of)(s.pages_received, s.documents));
        // To be told to stop is how a service ends; what is held is another matter then.
        if self.stop.load(Ordering::SeqCst) || undecided(s) == 0 { Exit::Delivered } else { Exit::Held }
    }
}

/// The workers are up.
struct Begun {
    protection: Protection,
    activities: Arc<Activities>,
}

/// The line itself: workers, scout, dispatch. `begun` is told when the workers are up.
fn work(
    definition: &Definition,
    controls: &Controls,
    events: &Sender<Event>,
    begun: &Sender<Begun>,
) -> Result<Summary, Stuck> {
    let scout = Scout::start(&definition.config).map_err(|e| Stuck::Workers(no_workers(e)))?;
    let pool = start_pool(definition.config.clone()).map_err(Stuck::Workers)?;
    let _ = begun.send(Begun { protection: pool.protection(), activities: pool.activities().clone() });
    let lookout = Lookout {
        whole: &|path| scout.look(path),
        index: &|path, source| scout.index(path, source),
        opening: &|path, faces| scout.opening(path, faces),
    };
    let result = dispatch::watch(&definition.backlog, pool.channels(), lookout, events, controls);
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

/// What `systemctl status` shows: counts only.
fn status_line(view: &View) -> String {
    let words = Lang::En.words();
    let phase = match view.phase {
        Phase::Starting => words.starting,
        Phase::AtWork => words.at_work,
        Phase::Waiting => words.waiting_for_files,
        Phase::Paused => words.paused,
        Phase::Troubled => words.troubled,
        Phase::Draining => words.draining,
        Phase::Stopping => words.stopping,
    };
    let (pages, documents, at_hand) =
        (view.pages.today, view.documents.today, view.queue.pages.saturating_add(view.queue.in_work));
    format!("{phase}; today {pages} pages, {documents} documents; {at_hand} pages at hand; {} held", view.held)
}
