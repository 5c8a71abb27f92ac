//! `scanstrasse check`: every problem of a definition at once.

use clap::Args;

use super::{Exit, Failure};

/// Report every problem of pipeline files at once, with line and column
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Pipeline files, or names of files in `pipelines/`
    #[arg(required = true, value_name = "PIPELINE")]
    pipelines: Vec<String>,
}

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let mut exit = Exit::Delivered;
    for name in &arguments.pipelines {
        match super::line::load_pipeline(name) {
            Ok(pipeline) => println!("{name}: sound (line {}, {} types)", pipeline.name, pipeline.types.len()),
            Err(failure) => {
                eprintln!("{}", failure.message);
                if let Some(hint) = failure.hint {
                    eprintln!("hint: {hint}");
                }
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}
