//! `scanstrasse run`: a backlog, to its end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use clap::Args;
use crossbeam_channel::unbounded;

use super::language::LanguageArguments;
use super::paused::Places;
use super::place::STATE_FOLDER;
use super::show::{self, Display, Scene, Show};
use super::summary::{print_json, print_text, undecided};
use super::{Exit, Failure, processors, warn_of_gaps};
use crate::deliver::folder::Folder;
use crate::dispatch::{self, Backlog, Controls, RunError};
use crate::infer::ModelFolder;
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
    /// Lines of text instead of a screen
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    language: LanguageArguments,
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

    let lang = arguments.language.choose();
    let longest = backlog.pipeline.pauses.longest;
    let (events, news) = unbounded();
    let mut show = Show::begin(Scene {
        line: backlog.pipeline.name.clone(),
        stations: Vec::new(),
        watches: false,
        places: Places::new(&backlog.state_dir, &backlog.output, &backlog.inputs, longest),
        lang,
        display: Display::choose(arguments.json, arguments.plain),
        controls: &controls,
    });
    show.workers(pool.activities().clone());
    let result = thread::scope(|scope| {
        let (backlog, pool, controls) = (&backlog, &pool, &controls);
        let line = scope.spawn(move || dispatch::run(backlog, pool.channels(), &events, controls));
        show::until_done(&mut show, &news);
        line.join()
    });
    pool.stop();
    let summary = match result {
        Ok(result) => result.map_err(|e| Failure::stopped(e.to_string(), e.remedy()))?,
        Err(_) => return Err(Failure::stopped("the dispatcher broke down", "run the same command again")),
    };
    if arguments.json {
        print_json(&summary)
    } else {
        print_text(lang, &summary, &arguments.output)
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

/// `1 page`, `2 pages`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    let plural = if thing.ends_with("ch") { "es" } else { "s" };
    format!("{count} {thing}{}", if count == 1 { "" } else { plural })
}
