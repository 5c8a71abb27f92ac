//! `scanstrasse run`: a backlog, to its end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{RecvTimeoutError, unbounded};
use serde_json::json;

use super::paused::Places;
use super::place::STATE_FOLDER;
use super::progress::Progress;
use super::{Exit, Failure, processors, warn_of_gaps};
use crate::deliver::folder::Folder;
use crate::dispatch::{self, Backlog, Controls, RunError, Summary};
use crate::infer::ModelFolder;
use crate::intake::OTHER_ENDINGS;
use crate::pipeline::{self, LoadError, Pipeline};
use crate::worker::PoolConfig;
use crate::worker::pool::Pool;

/// Process a backlog of scans to its end, and deliver case files to a folder
///
/// What was done is remembered in the state folder: run the same command again after an interruption, and it goes on;
/// run it again after its end, and it does nothing twice. Originals are left where they lie.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// A pipeline file, or the name of one in `pipelines/`
    #[arg(value_name = "PIPELINE")]
    pipeline: String,
    /// Folders of scans, or single scan files
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where the case files go
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
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
}

/// Loads a pipeline by name or path; every problem of the file becomes one failure.
pub(super) fn load_pipeline(name: &str) -> Result<Pipeline, Failure> {
    let path = pipeline::find(name).map_err(|e| Failure { exit: Exit::Usage, message: e.to_string(), hint: None })?;
    pipeline::load(&path).map_err(|error| match error {
        LoadError::Problems { .. } => Failure { exit: Exit::Usage, message: error.to_string(), hint: None },
        LoadError::Read { .. } => Failure::usage(error.to_string(), "name a readable TOML file"),
    })
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let pipeline = load_pipeline(&arguments.pipeline)?;
    check_inputs(&arguments.inputs)?;
    expect_outside(&arguments.output, &arguments.inputs)?;
    prepare_output(&arguments.output)?;
    let state = arguments
        .state
        .clone()
        .or_else(|| pipeline.state.clone())
        .unwrap_or_else(|| arguments.output.join(STATE_FOLDER));
    let models = ModelFolder::locate(pipeline.models.as_deref())
        .map_err(|e| Failure::stopped(e.to_string(), "run `make models`, or set SCANSTRASSE_MODELS or ocr.models"))?;
    let controls = Controls::default();
    stop_on_signals(&controls)?;
    let pool = Pool::start(PoolConfig {
        workers: arguments.workers.map(usize::from).or(pipeline.workers).unwrap_or_else(processors),
        recipe: pipeline.recipe.clone(),
        models: models.path().to_owned(),
        limits: pipeline.limits.clone(),
    })
    .map_err(|e| Failure::stopped(e.to_string(), "check the models with `make models`"))?;
    warn_of_gaps(pool.protection(), arguments.json);
    let backlog =
        Backlog { pipeline, inputs: arguments.inputs.clone(), output: arguments.output.clone(), state_dir: state };

    let longest = backlog.pipeline.pauses.longest;
    let places = Places::new(&backlog.state_dir, &backlog.output, &backlog.inputs, longest);
    let mut progress = Progress::new(arguments.json, places);
    let (events, news) = unbounded();
    let result = thread::scope(|scope| {
        let (backlog, pool, controls) = (&backlog, &pool, &controls);
        let line = scope.spawn(move || dispatch::run(backlog, pool.channels(), &events, controls));
        loop {
            match news.recv_timeout(Duration::from_secs(1)) {
                Ok(event) => progress.note(&event),
                Err(RecvTimeoutError::Timeout) => progress.tick(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        line.join()
    });
    progress.finish();
    pool.stop();
    let summary = match result {
        Ok(result) => result.map_err(|e| Failure::stopped(e.to_string(), e.remedy()))?,
        Err(_) => return Err(Failure::stopped("the dispatcher broke down", "run the same command again")),
    };
    if arguments.json {
        print_json(&summary)
    } else {
        print_text(&summary, &arguments.output)
    }
    Ok(match (summary.stopped, undecided(&summary)) {
        (true, _) => Exit::Stopped,
        (false, 0) => Exit::Delivered,
        (false, _) => Exit::Held,
    })
}

fn check_inputs(inputs: &[PathBuf]) -> Result<(), Failure> {
    for input in inputs {
        fs::metadata(input).map_err(|e| {
            Failure::stopped(format!("failed to read {}: {e}", input.display()), "name a folder of scans")
        })?;
    }
    Ok(())
}

/// Refuses an output folder that lies in an input, before it is made.
fn expect_outside(output: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
    let Some(real) = output.ancestors().find_map(|path| path.canonicalize().ok()) else { return Ok(()) };
    let around = |input: &&PathBuf| input.canonicalize().is_ok_and(|input| real.starts_with(input));
    inputs.iter().find(around).map_or(Ok(()), |input| {
        let error = RunError::OutputInInput { input: input.clone() };
        Err(Failure::stopped(error.to_string(), error.remedy()))
    })
}

/// Makes the output folder and tries whether it can be written, before any work.
fn prepare_output(output: &Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::stopped(
            format!("failed to write to {}: {e}", output.display()),
            "name a folder that you may write to with --output",
        )
    };
    Folder::open(output).map_err(|e| failed(e.source))?;
    tempfile::Builder::new()
        .prefix(".scanstrasse-probe")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(output)
        // By its kind only: the probe's name, which the error tells, is of no use to anyone.
        .map_err(|e| failed(e.kind().into()))?;
    Ok(())
}

/// The first SIGINT or SIGTERM lets running pages end; a second one ends the program at once (nothing is lost then
/// either: what was not committed is done again).
pub(super) fn stop_on_signals(controls: &Controls) -> Result<(), Failure> {
    let stop = controls.stop_flag();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, Exit::Stopped as i32, stop.clone())
            .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
            .map_err(|e| Failure::stopped(format!("failed to listen for signals: {e}"), "run the command again"))?;
    }
    // A file larger than `ulimit -f` allows is an error of that write, not the end of the program.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
        .map_err(|e| Failure::stopped(format!("failed to listen for signals: {e}"), "run the command again"))?;
    Ok(())
}

/// What is held and was not given up.
fn undecided(s: &Summary) -> u64 {
    (s.pages_held + s.scans_held).saturating_sub(s.pages_discarded + s.scans_discarded)
}

fn print_text(summary: &Summary, output: &Path) {
    let s = summary;
    for item in &s.held {
        let page = item.index.map_or(String::new(), |index| format!(", page {}", index + 1));
        println!("held: {}{page}: {}", item.path.display(), item.fault.detail);
        println!("      {}", item.fault.kind.remedy());
    }
    let held = undecided(s);
    let unlisted = held.saturating_sub(s.held.len() as u64);
    if unlisted > 0 {
        println!("... and {unlisted} more, see `scanstrasse held list`");
    }
    println!("{} received = {}", counted(s.pages_received, "page"), places_text(s));
    let (documents, cases) = (counted(s.documents, "document"), counted(s.cases, "case"));
    println!("{documents} in {cases}, delivered to {}", output.display());
    if s.scans_held > 0 {
        println!("{} held as a whole, with an unknown number of pages", counted(s.scans_held, "file"));
    }
    for (count, what) in [(s.duplicates_skipped, "skipped"), (s.duplicates_linked, "linked")] {
        if count > 0 {
            println!(
                "{} {what}: their pages were received before, see `duplicates` in case.json",
                counted(count, "duplicate")
            );
        }
    }
    if !s.left_lying.is_empty() {
        println!("left where they lie (no scans): {}", left_lying_text(&s.left_lying));
    }
    if s.stopped {
        println!("stopped early; nothing is lost: run the same command again to go on");
    } else if held > 0 {
        println!("what is held stays where it is: do what stands below each, then run the same command again");
        println!("decide about single pages: scanstrasse held list --output {}", output.display());
    }
    if s.pages_discarded + s.scans_discarded > 0 {
        println!("{} given up by a person and recorded", counted(s.pages_discarded + s.scans_discarded, "held thing"));
    }
}

/// Where the received pages are: `17 delivered + 2 held`. Those still to do are none unless the run was stopped.
fn places_text(s: &Summary) -> String {
    let settled = s.pages_delivered + s.blanks_recorded + s.separators_recorded + s.pages_held;
    let others = [
        (s.blanks_recorded, "blank pages recorded"),
        (s.separators_recorded, "separator sheets recorded"),
        (s.pages_held, "held"),
        (s.pages_received.saturating_sub(settled), "still to do"),
    ];
    let others = others.iter().filter(|(count, _)| *count > 0).map(|(count, place)| format!(" + {count} {place}"));
    format!("{} delivered{}", s.pages_delivered, others.collect::<String>())
}

/// `1 page`, `2 pages`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    let plural = if thing.ends_with("ch") { "es" } else { "s" };
    format!("{count} {thing}{}", if count == 1 { "" } else { plural })
}

/// Endings with counts, the most frequent first: `3 .txt, 1 .xml, 1 without an ending`.
fn left_lying_text(left: &BTreeMap<String, u64>) -> String {
    let mut kinds: Vec<_> = left.iter().collect();
    kinds.sort_by_key(|&(_, &count)| std::cmp::Reverse(count));
    let text = |(ending, count): (&String, &u64)| match ending.as_str() {
        "" => format!("{count} without an ending"),
        OTHER_ENDINGS => format!("{count} with other endings"),
        ending => format!("{count} .{}", ending.escape_debug()),
    };
    kinds.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

fn print_json(summary: &Summary) {
    let s = summary;
    let held: Vec<_> = s
        .held
        .iter()
        .map(|item| {
            json!({
                "path": item.path.to_string_lossy(), "page": item.index.map(|index| index + 1),
                "stage": item.fault.stage, "kind": item.fault.kind,
                "detail": item.fault.detail, "remedy": item.fault.kind.remedy(),
            })
        })
        .collect();
    println!(
        "{}",
        json!({
            "scans": s.scans, "scans_held": s.scans_held, "pages_received": s.pages_received,
            "pages_delivered": s.pages_delivered, "blanks_recorded": s.blanks_recorded,
            "separators_recorded": s.separators_recorded, "pages_held": s.pages_held,
            "pages_discarded": s.pages_discarded, "scans_discarded": s.scans_discarded,
            "duplicates_skipped": s.duplicates_skipped, "duplicates_linked": s.duplicates_linked,
            "documents": s.documents, "cases": s.cases, "stopped": s.stopped,
            "left_lying": s.left_lying, "held": held,
        })
    );
}
