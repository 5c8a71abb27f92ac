//! What `run` and `watch` begin with: the definition, the output folder, the workers, the signals.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::language::LanguageArguments;
use super::{Exit, Failure, processors};
use crate::deliver::folder::{Folder, PROBE_PREFIX, STATE_FOLDER};
use crate::dispatch::RunError;
use crate::infer::ModelFolder;
use crate::pipeline::{self, LoadError, Pipeline};
use crate::worker::PoolConfig;
use crate::worker::pool::{Pool, PoolError};

/// Options that `run` and `watch` share.
#[derive(Debug, Args)]
pub(super) struct LineArguments {
    /// Where the line remembers what it did; keep it on a local disk [default: the pipeline's line.state, else
    /// .scanstrasse in the output folder]
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
    /// Worker processes [default: the pipeline's line.workers, else one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) workers: Option<u16>,
    /// Events as JSON lines on standard error, the summary as JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Lines of text instead of a screen
    #[arg(long)]
    pub(super) plain: bool,
    #[command(flatten)]
    pub(super) language: LanguageArguments,
}

impl LineArguments {
    /// The state folder of a line that delivers to `output`.
    pub(super) fn state_dir(&self, pipeline: &Pipeline, output: &Path) -> PathBuf {
        let named = self.state.clone().or_else(|| pipeline.state.clone());
        named.unwrap_or_else(|| output.join(STATE_FOLDER))
    }
}

/// Loads a pipeline by name or path; every problem of the file becomes one failure.
pub(super) fn load_pipeline(name: &str) -> Result<Pipeline, Failure> {
    load_as(name, pipeline::load)
}

/// The same without the model that it names.
pub(super) fn load_rules(name: &str) -> Result<Pipeline, Failure> {
    load_as(name, pipeline::load_rules)
}

fn load_as(name: &str, load: fn(&Path) -> Result<Pipeline, LoadError>) -> Result<Pipeline, Failure> {
    let path = pipeline::find(name).map_err(|e| Failure { exit: Exit::Usage, message: e.to_string(), hint: None })?;
    load(&path).map_err(|error| match error {
        LoadError::Problems { .. } => Failure { exit: Exit::Usage, message: error.to_string(), hint: None },
        LoadError::Model(_) => Failure::usage(error.to_string(), "name a file that `scanstrasse train` wrote"),
        LoadError::Read { .. } => Failure::usage(error.to_string(), "name a readable TOML file"),
    })
}

/// Refuses an output folder that lies in an input, before it is made.
pub(super) fn expect_outside(output: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
    let Some(real) = output.ancestors().find_map(|path| path.canonicalize().ok()) else { return Ok(()) };
    let around = |input: &&PathBuf| input.canonicalize().is_ok_and(|input| real.starts_with(input));
    inputs.iter().find(around).map_or(Ok(()), |input| {
        let error = RunError::OutputInInput { input: input.clone() };
        Err(Failure::stopped(error.to_string(), error.remedy()))
    })
}

/// Makes the output folder and tries whether it can be written, before any work.
pub(super) fn prepare_output(output: &Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::stopped(
            format!("failed to write to {}: {e}", output.display()),
            "name a folder that you may write to with --output",
        )
    };
    Folder::open(output).map_err(|e| failed(e.source))?;
    tempfile::Builder::new()
        .prefix(PROBE_PREFIX)
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(output)
        // By its kind only: the probe's name, which the error tells, is of no use to anyone.
        .map_err(|e| failed(e.kind().into()))?;
    Ok(())
}

/// What the workers of a pipeline are made of; `workers` as typed, if it was. Checks the models.
pub(super) fn pool_config(pipeline: &Pipeline, workers: Option<u16>) -> Result<PoolConfig, Failure> {
    let models = ModelFolder::locate(pipeline.models.as_deref())
        .map_err(|e| Failure::stopped(e.to_string(), "run `make models`, or set SCANSTRASSE_MODELS or ocr.models"))?;
    Ok(PoolConfig {
        workers: workers.map(usize::from).or(pipeline.workers).unwrap_or_else(processors),
        recipe: pipeline.recipe.clone(),
        models: models.path().to_owned(),
        limits: pipeline.limits.clone(),
    })
}

/// Starts the workers, and waits until the first is ready.
pub(super) fn start_pool(config: PoolConfig) -> Result<Pool, Failure> {
    Pool::start(config).map_err(no_workers)
}

/// What is told if workers cannot start.
pub(super) fn no_workers(error: PoolError) -> Failure {
    Failure::stopped(error.to_string(), "check the models with `make models`")
}

/// The first SIGINT or SIGTERM sets `stop`, which lets running pages end; a second one ends the program at once (nothing is lost then
/// either: what was not committed is done again).
pub(super) fn stop_on_signals(stop: &Arc<AtomicBool>) -> Result<(), Failure> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, Exit::Stopped as i32, stop.clone())
            .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
            .map_err(no_signals)?;
    }
    // A file larger than `ulimit -f` allows is an error of that write, not the end of the program.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map_err(no_signals)?;
    Ok(())
}

/// Set by every SIGHUP.
pub(super) fn reload_on_signal() -> Result<Arc<AtomicBool>, Failure> {
    let reload = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGHUP, reload.clone()).map_err(no_signals)?;
    Ok(reload)
}

fn no_signals(error: std::io::Error) -> Failure {
    Failure::stopped(format!("failed to listen for signals: {error}"), "run the command again")
}
