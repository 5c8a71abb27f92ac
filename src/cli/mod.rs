//! The command line: one file for each command, progress, exit codes.
//!
//! In: arguments. Out: results on standard output; progress, logs and errors on standard error; an exit code. The only
//! room that prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod board;
mod check;
mod control;
mod evaluate;
mod held;
mod language;
mod line;
mod live;
mod manual;
mod metrics;
mod ocr;
mod paused;
mod place;
mod progress;
mod reading;
mod run;
mod samples;
mod screen;
mod separators;
mod service;
mod sheet;
mod show;
mod status;
mod summary;
mod survey;
mod train;
mod urgent;
mod verify;
mod voice;
mod watch;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::worker::{Protection, child};
use voice::{Level, Voice};

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
  scanstrasse watch your.toml                              what scanner stations drop, all day
  scanstrasse status /akten                                what is done, moving and held?
  scanstrasse held list --output /akten                    what waits for a person?
  scanstrasse ocr letter.tif                               what does OCR see on a page?
  scanstrasse verify /akten                                is every page there, once and unaltered?
  scanstrasse separators --count 50 --output sheets.pdf    separator sheets to print
  scanstrasse train samples --output our.model             learn document types from samples, a folder for each

Exit codes:
  0  all delivered
  1  could not start, or stopped early; nothing is lost: mend the cause and run the same command again
  2  wrong usage, or a problem in the pipeline file
  3  finished, but some pages or files are held for a person (they are listed)
  4  verify: the promise is not proven (the findings are listed)";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Watch(watch::WatchArguments),
    Ocr(ocr::OcrArguments),
    Status(status::StatusArguments),
    Held(held::HeldArguments),
    Control(control::ControlArguments),
    Check(check::CheckArguments),
    Verify(verify::VerifyArguments),
    Separators(separators::SeparatorArguments),
    Train(train::TrainArguments),
    Evaluate(evaluate::EvaluateArguments),
    #[command(hide = true)]
    Manual(manual::ManualArguments),
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
    /// A verification has findings.
    Unproven = 4,
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
    let command = Arguments::parse().command;
    if matches!(command, Command::Worker) {
        return child::serve();
    }
    tell_panics_without_their_text();
    // A core file would hold text of pages.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let result = panic::catch_unwind(AssertUnwindSafe(|| match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Ocr(arguments) => ocr::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Held(arguments) => held::run(&arguments),
        Command::Control(arguments) => control::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Separators(arguments) => separators::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Manual(arguments) => manual::run(&arguments),
        Command::Worker => Ok(Exit::Usage),
    }));
    let exit = result.unwrap_or_else(|panic| broken(&*panic)).unwrap_or_else(|failure| {
        tell(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// What `println!` says when it panics.
const UNPRINTED: &str = "failed printing to stdout";

/// How a command ends that panicked. Where nobody reads any more (`held list | head`), nothing is to be said.
fn broken(panic: &(dyn Any + Send)) -> Result<Exit, Failure> {
    match panic.downcast_ref::<String>().filter(|text| text.starts_with(UNPRINTED)) {
        Some(text) if text.contains("Broken pipe") => Ok(Exit::Stopped),
        Some(text) => Err(Failure::stopped(text, "look at what standard output leads to; nothing is lost")),
        None => Err(Failure::stopped("the program broke down", "nothing is lost: run the same command again")),
    }
}

/// Says why a command ended: to the journal as an event, else as text.
fn tell(failure: &Failure) {
    let hint = failure.hint.as_ref().map_or(String::new(), |hint| format!("\nhint: {hint}"));
    let event = serde_json::json!({"event": "failed", "message": failure.message, "hint": failure.hint});
    Voice::choose(false).say(Level::Error, &event, &format!("error: {}{hint}", failure.message));
}

/// A panic's text may quote what the program was at (a slice of a page's text, a name), so only its place is told, for
/// all threads.
fn tell_panics_without_their_text() {
    panic::set_hook(Box::new(|info| {
        if info.payload_as_str().is_some_and(|text| text.starts_with(UNPRINTED)) {
            return;
        }
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        eprintln!("error: a fault of the program at {place}");
        eprintln!("hint: nothing is lost; report this place");
    }));
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

#[cfg(test)]
#[allow(clippy::expect_used, clippy::panic)]
mod tests {
    /// Set for the process that this test starts: itself, to panic.
    const PANICS: &str = "SCANSTRASSE_TEST_PANICS";

    #[test]
    fn a_panic_is_told_by_its_place_in_every_thread() {
        if std::env::var_os(PANICS).is_some() {
            super::tell_panics_without_their_text();
            let broken = std::thread::spawn(|| panic!("while reading {}", "Zwiebelturm")).join();
            assert!(broken.is_err());
            let _ = std::panic::catch_unwind(|| "Zwiebelturm ü".split_at(13).0.len());
            return;
        }
        let program = std::env::current_exe().expect("the test's own program");
        let output = std::process::Command::new(program)
            .args(["--exact", "cli::tests::a_panic_is_told_by_its_place_in_every_thread", "--nocapture"])
            .env(PANICS, "1")
            .env("RUST_BACKTRACE", "full")
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(text.matches("a fault of the program at src/cli/mod.rs:").count(), 1, "{text}");
        assert_eq!(text.matches("a fault of the program at").count(), 2, "{text}");
        assert!(!text.contains("Zwiebelturm"), "{text}");
    }
}
