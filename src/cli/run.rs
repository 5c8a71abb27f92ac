//! `scanstrasse run`: a backlog, to its end.

use std::fs;
use std::path::PathBuf;
use std::thread;

use clap::Args;
use crossbeam_channel::unbounded;

use super::line::{
    LineArguments, expect_outside, load_pipeline, pool_config, prepare_output, start_pool, stop_on_signals,
};
use super::paused::Places;
use super::show::{self, Display, Scene, Show};
use super::summary::{print_json, print_text, undecided};
use super::{Exit, Failure, urgent, warn_of_gaps};
use crate::dispatch::{self, Backlog, Controls};

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
    #[command(flatten)]
    line: LineArguments,
    /// Take these scans before all others: a line that is at work with this output does them at once, and this command
    /// waits until they are delivered
    #[arg(long)]
    urgent: bool,
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let pipeline = load_pipeline(&arguments.pipeline)?;
    check_inputs(&arguments.inputs)?;
    expect_outside(&arguments.output, &arguments.inputs)?;
    prepare_output(&arguments.output)?;
    let state = arguments.line.state_dir(&pipeline, &arguments.output);
    let config = pool_config(&pipeline, arguments.line.workers)?;
    let controls = Controls::default();
    stop_on_signals(controls.stop_flag())?;
    if arguments.urgent
        && let Some(exit) = urgent::hand_over(&state, &arguments.inputs, controls.stop_flag(), arguments.line.json)?
    {
        return Ok(exit);
    }
    let pool = start_pool(config)?;
    warn_of_gaps(pool.protection(), arguments.line.json);
    let backlog =
        Backlog { pipeline, inputs: arguments.inputs.clone(), output: arguments.output.clone(), state_dir: state };

    let lang = arguments.line.language.choose();
    let longest = backlog.pipeline.pauses.longest;
    let (events, news) = unbounded();
    let mut show = Show::begin(Scene {
        line: backlog.pipeline.name.clone(),
        stations: Vec::new(),
        watches: false,
        places: Places::new(&backlog.state_dir, &backlog.output, &backlog.inputs, longest),
        lang,
        display: Display::choose(arguments.line.json, arguments.line.plain),
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
    if arguments.line.json {
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

/// `1 page`, `2 pages`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    let plural = if thing.ends_with("ch") { "es" } else { "s" };
    format!("{count} {thing}{}", if count == 1 { "" } else { plural })
}
