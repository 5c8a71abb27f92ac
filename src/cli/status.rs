//! `scanstrasse status`: what is done, moving and held, and whether the promise holds. Reads only, while a run works too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::place::{PlaceArguments, moment, shown};
use super::run::counted;
use super::survey::free_bytes;
use super::{Exit, Failure};
use crate::ledger::{self, BatchBalance, HeldKind, HeldState, LedgerError, RunRow, Standing};
use crate::model::PageCounts;
use crate::words::Lang;
use crate::worker::sandbox;

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
}

/// Rate and end of the run that is at work.
struct Pace {
    pages_per_minute: f64,
    seconds_left: Option<f64>,
}

pub(super) fn run(arguments: &StatusArguments) -> Result<Exit, Failure> {
    let state = arguments.place.locate(arguments.folder.as_deref())?;
    let report = read(&state).map_err(|error| {
        Failure::stopped(error.to_string(), "name the state folder of this program's version, as its owner")
    })?;
    if arguments.json {
        println!("{}", report.json());
    } else {
        report.print(&arguments.place.typed(arguments.folder.as_deref()));
    }
    Ok(if report.standing.unbalanced.is_empty() { Exit::Delivered } else { Exit::Stopped })
}

fn read(state: &Path) -> Result<Report, LedgerError> {
    let running = ledger::is_claimed(state)?;
    let mut ledger = ledger::peek(state)?;
    let output = ledger.output()?;
    Ok(Report {
        running,
        run: ledger.last_run()?,
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

    fn print(&self, typed: &str) {
        let s = &self.standing;
        match &self.output {
            Some(output) => println!("{} delivers to {}", shown(&self.state), shown(output)),
            None => println!("{} has delivered nothing yet", shown(&self.state)),
        }
        self.print_run();
        println!(
            "{} in {}, {} delivered",
            counted(s.pages.received, "page"),
            counted(s.scans, "scan"),
            counted(s.documents, "document")
        );
        println!("  {}", balance_text(&s.pages, s.pages_open, s.pages_processed));
        if s.scans_unopened > 0 {
            println!("  besides {} not opened yet", counted(s.scans_unopened, "scan"));
        }
        if s.scans_held > 0 {
            println!("  besides {} held as a whole, with an unknown number of pages", counted(s.scans_held, "scan"));
        }
        self.print_promise();
        for batch in s.unfinished.iter().take(BATCHES_SHOWN) {
            println!("  {}: {}", batch_name(batch), batch_text(batch));
        }
        if s.unfinished.len() > BATCHES_SHOWN {
            println!("  ... and {} more", s.unfinished.len() - BATCHES_SHOWN);
        }
        self.print_held(typed);
        let free = |bytes: Option<u64>| bytes.map_or("unknown".to_owned(), gibibytes);
        println!("free disk space: {} for the state, {} for the output", free(self.free_state), free(self.free_output));
        match gaps() {
            gaps if gaps.is_empty() => println!("workers are wholly locked in on this kernel"),
            gaps => println!("workers are not wholly locked in on this kernel: {}", gaps.join("; ")),
        }
    }

    fn print_run(&self) {
        match (self.running, self.run) {
            (false, None) => println!("no run is at work"),
            (false, Some(run)) => println!("no run is at work; the last one began {}", moment(run.started)),
            (true, run) => {
                let since = run.map_or(String::new(), |run| format!(" since {}", moment(run.started)));
                let pace = self.pace().map_or(String::new(), |pace| {
                    let left = pace.seconds_left.map_or(String::new(), |s| {
                        format!(
                            ", about {} left",
                            Lang::En.duration(Duration::try_from_secs_f64(s).unwrap_or_default())
                        )
                    });
                    format!(": {:.0} pages/min{left}", pace.pages_per_minute)
                });
                println!("a run is at work{since}{pace}");
            }
        }
    }

    fn print_promise(&self) {
        let s = &self.standing;
        for batch in &s.unbalanced {
            println!("!!! PAGES DO NOT BALANCE: {}", batch_name(batch));
            let stored = batch.stored.map_or("no balance".to_owned(), |stored| balance_text(&stored, 0, 0));
            println!("!!!   stored when delivered: {stored}");
            println!("!!!   pages in the ledger:   {}", balance_text(&batch.counts, batch.open, 0));
        }
        if s.unbalanced.is_empty() {
            println!("every page is accounted for in {}", counted(s.batches_delivered, "delivered batch"));
        } else {
            println!(
                "!!! {} with pages that are not where the balance says: stop, and report this",
                s.unbalanced.len()
            );
        }
        if !s.unfinished.is_empty() {
            println!("{} not finished:", counted(s.unfinished.len() as u64, "batch"));
        }
    }

    fn print_held(&self, typed: &str) {
        let open: Vec<_> = self.held.iter().filter(|kind| kind.state == HeldState::Open).collect();
        let sum = |state| -> u64 { self.held.iter().filter(|k| k.state == state).map(|k| k.pages + k.scans).sum() };
        if open.is_empty() {
            println!("nothing waits for a person");
        } else {
            let oldest = open.iter().map(|kind| kind.oldest).min().unwrap_or_default();
            println!("{} for a person, the oldest since {}:", waits(sum(HeldState::Open)), moment(oldest));
            for kind in open {
                let what = match (kind.pages, kind.scans) {
                    (pages, 0) => counted(pages, "page"),
                    (0, scans) => counted(scans, "whole file"),
                    (pages, scans) => format!("{}, {}", counted(pages, "page"), counted(scans, "whole file")),
                };
                println!("  {what}: {}", kind.kind.words());
            }
            println!("  see them: scanstrasse held list{typed}");
        }
        for (state, what) in
            [(HeldState::Again, "to be tried again"), (HeldState::Released, "to be delivered without text")]
        {
            if sum(state) > 0 {
                println!("{what}: {}", sum(state));
            }
        }
        if sum(HeldState::Discarded) > 0 {
            println!("given up by a person: {}", sum(HeldState::Discarded));
        }
        if self.decisions_open > 0 {
            let when = if self.running { "this run at its end, or the next," } else { "the next run" };
            println!("{} waiting: {when} acts on them", counted(self.decisions_open, "decision"));
        }
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
        })
    }
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

fn waits(count: u64) -> String {
    if count == 1 { "1 thing waits".into() } else { format!("{count} things wait") }
}

/// `received = delivered + ...`, with what is still on its way.
fn balance_text(counts: &PageCounts, open: u64, processed: u64) -> String {
    let parts = [
        (counts.blanks, "blank"),
        (counts.separators, "separators"),
        (counts.held, "held"),
        (processed, "on their way to a document"),
        (open, "still open"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, place)| format!(" + {count} {place}"));
    format!("{} received = {} delivered{}", counts.received, counts.delivered, parts.collect::<String>())
}

fn batch_text(batch: &BatchBalance) -> String {
    let unopened = match batch.scans_unopened {
        0 => String::new(),
        count => format!(", {} not opened yet", counted(count, "scan")),
    };
    balance_text(&batch.counts, batch.open, 0) + &unopened
}

fn batch_name(batch: &BatchBalance) -> String {
    let key = shown(Path::new(&batch.key));
    let key = if key.is_empty() { "(input folder)".to_owned() } else { key };
    if batch.round > 1 { format!("{key}, round {}", batch.round) } else { key }
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / (1u64 << 30) as f64)
}
