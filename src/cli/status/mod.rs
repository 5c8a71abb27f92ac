//! `scanstrasse status`: what is done, moving and held, and whether the promise holds. Reads only, while a run works too.

mod text;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use crossbeam_channel::never;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::language::LanguageArguments;
use super::live::{self, Live};
use super::place::{PlaceArguments, shown};
use super::sheet::Look;
use super::survey::free_bytes;
use super::{Exit, Failure, screen};
use crate::ledger::{self, BatchBalance, Doubt, HeldKind, HeldState, LedgerError, RunRow, Standing};
use crate::words::Lang;
use crate::worker::sandbox;
use text::Text;

/// Unfinished batches that the text names; all are in the JSON.
const BATCHES_SHOWN: usize = 10;

/// A run that has begun shorter ago, in seconds, has no rate yet.
const RATE_AFTER_SECONDS: f64 = 5.0;

/// Show what is done, moving and held, and whether every page is accounted for
///
/// Changes nothing and may be asked at any time, while a run works too. Exit code 1 if there is no ledger, or if pages of
/// a delivered batch are not where its balance says.
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// The output folder or the state folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArguments,
    /// As JSON on standard output
    #[arg(long)]
    json: bool,
    /// How the line at work stands, drawn again each second, until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    watch: bool,
    /// Instead, the delivered documents whose type is most in doubt, so many (20 if no number is given): confidence, type,
    /// file
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20", conflicts_with = "watch")]
    doubts: Option<u32>,
    #[command(flatten)]
    language: LanguageArguments,
}

/// All that is told.
struct Report {
    state: PathBuf,
    output: Option<PathBuf>,
    running: bool,
    run: Option<RunRow>,
    standing: Standing,
    held: Vec<HeldKind>,
    decisions_open: u64,
    free_state: Option<u64>,
    free_output: Option<u64>,
    live: Option<Live>,
}

/// Rate and end of the run that is at work.
struct Pace {
    pages_per_minute: f64,
    seconds_left: Option<f64>,
}

pub(super) fn run(arguments: &StatusArguments) -> Result<Exit, Failure> {
    let state = arguments.place.locate(arguments.folder.as_deref())?;
    let lang = arguments.language.choose();
    if arguments.watch {
        return watch(&state, lang);
    }
    let failed = |error: LedgerError| {
        Failure::stopped(error.to_string(), "name the state folder of this program's version, as its owner")
    };
    if let Some(limit) = arguments.doubts {
        let doubts = ledger::peek(&state).and_then(|ledger| ledger.doubts(limit)).map_err(failed)?;
        print_doubts(&doubts, arguments.json, lang);
        return Ok(Exit::Delivered);
    }
    let report = read(&state).map_err(failed)?;
    if arguments.json {
        println!("{}", report.json());
    } else {
        let typed = arguments.place.typed(arguments.folder.as_deref());
        let text = Text { report: &report, lang, typed: &typed };
        text.lines(plain(lang)).iter().for_each(|line| println!("{line}"));
    }
    Ok(if report.standing.unbalanced.is_empty() { Exit::Delivered } else { Exit::Stopped })
}

/// A line for each document, or one JSON list.
fn print_doubts(doubts: &[Doubt], as_json: bool, lang: Lang) {
    if as_json {
        let all = doubts.iter().map(|d| json!({"type": d.type_name, "confidence": d.confidence, "file": d.file}));
        println!("{}", Value::from(all.collect::<Vec<_>>()));
        return;
    }
    if doubts.is_empty() {
        println!("{}", lang.words().status.no_documents);
    }
    let width = doubts.iter().map(|doubt| doubt.type_name.chars().count()).max().unwrap_or_default();
    for Doubt { type_name, confidence, file } in doubts {
        println!("{:>3.0} %  {type_name:width$}  {}", confidence * 100.0, shown(Path::new(file)));
    }
}

/// How the line at work stands, again and again; the ledger is left alone.
fn watch(state: &Path, lang: Lang) -> Result<Exit, Failure> {
    let terminal = std::io::stdout().is_terminal();
    loop {
        let words = &lang.words().status;
        let running = ledger::is_claimed(state)
            .map_err(|e| Failure::stopped(e.to_string(), "name the state folder of a line, as its owner"))?;
        let lines = match live::read(state, Timestamp::now()) {
            Some(live) if running && live.is_fresh() => text::live_lines(&live, screen::look(lang)),
            Some(live) if running => vec![(words.silent_of)(&lang.duration(live.age))],
            Some(live) => vec![(words.abrupt_of)(&lang.duration(live.age))],
            None if running => vec![lang.words().starting.to_owned()],
            None => vec![words.idle.to_owned()],
        };
        // From the top, each line to its end, and what is left below.
        let (top, end, rest) = if terminal { ("\x1b[H", "\x1b[K\n", "\x1b[J") } else { ("", "\n", "\n") };
        let picture: String = lines.iter().flat_map(|line| [line.as_str(), end]).collect();
        let mut out = std::io::stdout().lock();
        if write!(out, "{top}{picture}{rest}").and_then(|()| out.flush()).is_err() {
            // Whoever read this has gone.
            return Ok(Exit::Delivered);
        }
        drop(out);
        let _ = never::<()>().recv_timeout(Duration::from_secs(1));
    }
}

/// Text for anything: a terminal, a file, a mail.
fn plain(lang: Lang) -> Look {
    Look { colour: false, ..screen::look(lang) }
}

fn read(state: &Path) -> Result<Report, LedgerError> {
    let running = ledger::is_claimed(state)?;
    let mut ledger = ledger::peek(state)?;
    let output = ledger.output()?;
    let run = ledger.last_run()?;
    // What an earlier run left behind when it was killed says nothing of this one.
    let live = live::read(state, Timestamp::now()).filter(|live| run.is_none_or(|run| live.view.at >= run.started));
    Ok(Report {
        running,
        run,
        live,
        standing: ledger.standing()?,
        held: ledger.held_kinds()?,
        decisions_open: ledger.decisions_open()?,
        free_state: free_bytes(state),
        free_output: output.as_deref().and_then(free_bytes),
        state: state.to_owned(),
        output,
    })
}

/// What this kernel lacks to lock workers in.
fn gaps() -> Vec<String> {
    sandbox::available().gaps().iter().map(ToString::to_string).collect()
}

impl Report {
    /// How fast the run is, if one is at work and has been for a while.
    fn pace(&self) -> Option<Pace> {
        let run = self.run.filter(|_| self.running)?;
        let seconds = Timestamp::now().duration_since(run.started).as_secs_f64();
        let s = &self.standing;
        let done = s.pages.received.saturating_sub(s.pages_open);
        let now = done.saturating_sub(run.pages_before) as f64;
        if seconds < RATE_AFTER_SECONDS || now == 0.0 {
            return None;
        }
        // Scans that were not opened yet count by the mean of those that were.
        let opened = s.scans.saturating_sub(s.scans_unopened + s.scans_held);
        let scans = run.backlog_scans.unwrap_or_default().max(s.scans).saturating_sub(s.scans_held);
        let total = (opened > 0).then(|| s.pages.received as f64 * scans as f64 / opened as f64);
        let seconds_left = total.map(|total| (total - done as f64).max(0.0) * seconds / now);
        Some(Pace { pages_per_minute: now * 60.0 / seconds, seconds_left })
    }

    fn json(&self) -> Value {
        let s = &self.standing;
        let batch = |batch: &BatchBalance| {
            json!({
                "batch": batch.key, "round": batch.round, "pages": batch.counts, "open": batch.open,
                "scans_unopened": batch.scans_unopened, "stored": batch.stored,
            })
        };
        let held = |kind: &HeldKind| {
            json!({
                "kind": kind.kind, "words": kind.kind.words(), "remedy": kind.kind.remedy(), "state": state_word(kind.state),
                "pages": kind.pages, "scans": kind.scans, "oldest": kind.oldest.to_string(),
            })
        };
        let pace = self.pace();
        let (unfinished, unbalanced): (Vec<_>, Vec<_>) =
            (s.unfinished.iter().map(batch).collect(), s.unbalanced.iter().map(batch).collect());
        json!({
            "state": self.state.to_string_lossy(),
            "output": self.output.as_ref().map(|output| output.to_string_lossy()),
            "run": {
                "active": self.running,
                "started": self.run.map(|run| run.started.to_string()),
                "pages_per_minute": pace.as_ref().map(|pace| pace.pages_per_minute.round()),
                "seconds_left": pace.and_then(|pace| pace.seconds_left).map(f64::round),
            },
            "scans": s.scans, "scans_unopened": s.scans_unopened, "scans_held": s.scans_held,
            "documents": s.documents, "pages": s.pages, "open": s.pages_open, "processed": s.pages_processed,
            "batches_delivered": s.batches_delivered,
            "balanced": s.unbalanced.is_empty(),
            "unbalanced": unbalanced, "unfinished": unfinished,
            "held": self.held.iter().map(held).collect::<Vec<_>>(), "decisions_waiting": self.decisions_open,
            "free_bytes": {"state": self.free_state, "output": self.free_output},
            "sandbox_gaps": gaps(),
            "live": self.live.as_ref().map(|live| live_json(live, self.running)),
        })
    }
}

/// The live file, with its age and whether that can be believed.
fn live_json(live: &Live, running: bool) -> Value {
    let mut all = serde_json::to_value(&live.view).unwrap_or_default();
    if let Some(all) = all.as_object_mut() {
        all.insert("fresh".into(), (running && live.is_fresh()).into());
        all.insert("age_seconds".into(), live.age.as_secs().into());
    }
    all
}

/// How a state is called in JSON.
pub(super) fn state_word(state: HeldState) -> &'static str {
    match state {
        HeldState::Open => "waits",
        HeldState::Again => "retry",
        HeldState::Released => "release",
        HeldState::Discarded => "discarded",
        HeldState::Settled => "settled",
    }
}
