//! What a line is to be: the pipeline file and the command line together, checked before anything begins.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::WatchArguments;
use crate::cli::Failure;
use crate::cli::line::{expect_outside, load_pipeline, pool_config};
use crate::dispatch::Backlog;
use crate::worker::PoolConfig;

/// A pipeline with the places that it works at, all that can be checked of it before it begins checked.
pub(super) struct Definition {
    pub(super) backlog: Backlog,
    pub(super) config: PoolConfig,
    pub(super) metrics: Option<SocketAddr>,
}

impl Definition {
    /// # Errors
    /// Everything that can be known before a line begins.
    pub(super) fn load(arguments: &WatchArguments) -> Result<Self, Failure> {
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
        let state_dir = arguments.line.state_dir(&pipeline, &output);
        let metrics = arguments.metrics.or(pipeline.metrics);
        if let Some(open) = metrics.filter(|address| !address.ip().is_loopback() && !arguments.metrics_open) {
            return Err(Failure::usage(
                format!("other machines could ask for the metrics at {open}"),
                "name an address of this machine only, as 127.0.0.1:9464, or add --metrics-open if that is meant",
            ));
        }
        let config = pool_config(&pipeline, arguments.line.workers)?;
        Ok(Self { backlog: Backlog { pipeline, inputs, output, state_dir }, config, metrics })
    }

    /// What takes its place after SIGHUP.
    ///
    /// # Errors
    /// As [`Self::load`]; or it would move what a running line cannot move.
    pub(super) fn load_next(&self, arguments: &WatchArguments) -> Result<Self, Failure> {
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
