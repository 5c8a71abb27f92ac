//! `scanstrasse control`: tells a line at work to pause, to go on, to end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::place::PlaceArguments;
use super::{Exit, Failure};
use crate::ledger::{self, RequestKind, RequestState};

/// How long a line may take to answer: it looks several times a second.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// Tell a line that is at work (run or watch) to pause, to go on, or to end
///
/// The same as the keys of its screen, from another terminal. Nothing is lost by any of them.
#[derive(Debug, Args)]
pub(super) struct ControlArguments {
    /// What it is to do
    #[arg(value_name = "COMMAND")]
    command: Command,
    /// The output or state folder of the line
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Command {
    /// Begin nothing new until told to resume; pages in work are finished
    Pause,
    /// Go on
    Resume,
    /// Take nothing more from the watch folders; end when all that was taken is delivered or held
    Drain,
    /// End soon, with the pages in work; started again, it goes on where it was
    Stop,
}

pub(super) fn run(arguments: &ControlArguments) -> Result<Exit, Failure> {
    let state = arguments.place.locate(arguments.folder.as_deref())?;
    let failed = |error: ledger::LedgerError| Failure::stopped(error.to_string(), "try again");
    if !ledger::is_claimed(&state).map_err(failed)? {
        return Err(Failure::stopped("no line is at work there", "start one with scanstrasse run or watch"));
    }
    let (kind, told) = match arguments.command {
        Command::Pause => (RequestKind::Pause, "paused: pages in work are finished, nothing new is begun"),
        Command::Resume => (RequestKind::Resume, "going on"),
        Command::Drain => (RequestKind::Drain, "draining: the line ends when all that was taken is done"),
        Command::Stop => (RequestKind::Stop, "stopping: the line ends with the pages in work"),
    };
    let mut ledger = ledger::open_to_decide(&state).map_err(failed)?;
    let number = ledger.ask(kind, &[], Timestamp::now()).map_err(failed)?;
    let begun = Instant::now();
    while ledger.request(number).map_err(failed)?.0 != RequestState::Done {
        if begun.elapsed() > ANSWER_TIME || !ledger::is_claimed(&state).map_err(failed)? {
            return Err(Failure::stopped("the line did not answer", "look at it with scanstrasse status"));
        }
        pause();
    }
    println!("{told}");
    Ok(Exit::Delivered)
}

/// Between two looks for an answer.
pub(super) fn pause() {
    let _ = crossbeam_channel::never::<()>().recv_timeout(Duration::from_millis(50));
}
