//! The command line: one file for each command, progress, exit codes.
//!
//! In: arguments. Out: results on standard output; progress, logs and errors on standard error; an exit code. The only
//! room that prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod check;
mod ocr;
mod progress;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::worker::{Protection, child};

/// Turns folders of scanned paper into searchable PDF/A case files for a document management system.
#[derive(Debug, Parser)]
#[command(name = "scanstrasse", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  scanstrasse check auslaenderamt                          is the pipeline file sound?
  scanstrasse run auslaenderamt /scans --output /akten     a backlog, to its end
  scanstrasse ocr letter.tif                               what does OCR see on a page?

Exit codes:
  0  all delivered
  1  could not start, or stopped early; nothing is lost: mend the cause and run the same command again
  2  wrong usage, or a problem in the pipeline file
  3  finished, but some pages or files are held for a person (they are listed)";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Ocr(ocr::OcrArguments),
    Check(check::CheckArguments),
    /// Reads orders from its parent; not for people.
    #[command(name = crate::worker::pool::WORKER_ARGUMENT, hide = true)]
    Worker,
}

/// How a command ended; the documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything was done.
    Delivered = 0,
    /// Could not start, or stopped early; nothing is lost.
    Stopped = 1,
    /// Wrong usage or definition.
    Usage = 2,
    /// Finished, some pages or files are held.
    Held = 3,
}

/// An error that ends a command: what failed, what to do, and how the program ends.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Could not start, or stopped early.
    fn stopped(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Stopped, message: message.into(), hint: Some(hint.into()) }
    }

    /// Wrong usage or definition.
    fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), hint: Some(hint.into()) }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Ocr(arguments) => ocr::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Worker => return child::serve(),
    };
    let exit = result.unwrap_or_else(|failure| {
        eprintln!("error: {}", failure.message);
        if let Some(hint) = failure.hint {
            eprintln!("hint: {hint}");
        }
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// One line on standard error for what the kernel lacks to lock the workers in; nothing if it has it all. A supervisor
/// that reads JSON lines gets one.
fn warn_of_gaps(protection: Protection, json: bool) {
    let gaps: Vec<String> = protection.gaps().iter().map(ToString::to_string).collect();
    match (gaps.is_empty(), json) {
        (true, _) => {}
        (false, true) => eprintln!("{}", serde_json::json!({ "event": "sandbox", "gaps": gaps })),
        (false, false) => eprintln!("warning: the workers are not wholly locked in: {}", gaps.join("; ")),
    }
}

/// The number of processors this process may use.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
