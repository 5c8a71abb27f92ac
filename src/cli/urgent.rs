//! `scanstrasse run --urgent`: a line at work takes these scans before all others, and is waited for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::json;

use super::control::pause;
use super::run::counted;
use super::{Exit, Failure};
use crate::ledger::{self, LedgerError, RequestKind, RequestStanding, RequestState};

/// Hands `inputs` to the line that is at work with `state`, and waits until all of them are delivered or held. `None` if
/// no line is at work, or if it ended before it was done.
pub(super) fn hand_over(
    state: &Path,
    inputs: &[PathBuf],
    stop: &Arc<AtomicBool>,
    as_json: bool,
) -> Result<Option<Exit>, Failure> {
    let failed = |error: LedgerError| Failure::stopped(error.to_string(), "try again");
    if !ledger::is_state_dir(state) || !ledger::is_claimed(state).map_err(failed)? {
        return Ok(None);
    }
    let inputs: Vec<PathBuf> = inputs
        .iter()
        .map(|input| {
            input.canonicalize().map_err(|error| {
                Failure::stopped(format!("failed to read {}: {error}", input.display()), "name a folder of scans")
            })
        })
        .collect::<Result<_, _>>()?;
    let mut ledger = ledger::open_to_decide(state).map_err(failed)?;
    let number = ledger.ask(RequestKind::Urgent, &inputs, Timestamp::now()).map_err(failed)?;
    if !as_json {
        eprintln!("a line is at work there: it takes this before all else");
    }
    loop {
        let (request, answer) = ledger.request(number).map_err(failed)?;
        let standing = ledger.request_standing(number).map_err(failed)?;
        match request {
            RequestState::Refused if ledger::is_claimed(state).map_err(failed)? => {
                let answer = answer.unwrap_or_default();
                return Err(Failure::stopped(answer, "name files or folders that the line may take"));
            }
            RequestState::Done if standing.batches_open == 0 => return Ok(Some(tell(&standing, as_json))),
            _ if !ledger::is_claimed(state).map_err(failed)? => return Ok(None),
            _ if stop.load(Ordering::SeqCst) => {
                return Err(Failure::stopped("no longer waiting", "the line goes on with it all the same"));
            }
            _ => pause(),
        }
    }
}

fn tell(standing: &RequestStanding, as_json: bool) -> Exit {
    let RequestStanding { counts, scans_held, batches_delivered, .. } = *standing;
    if as_json {
        println!(
            "{}",
            json!({"urgent": true, "batches": batches_delivered, "pages": counts, "scans_held": scans_held})
        );
    } else if batches_delivered == 0 {
        println!("nothing to do: all of it was delivered before");
    } else {
        println!(
            "{} received = {} delivered + {} blank pages recorded + {} separator sheets recorded + {} held",
            counted(counts.received, "page"),
            counts.delivered,
            counts.blanks,
            counts.separators,
            counts.held
        );
    }
    if counts.held + scans_held > 0 { Exit::Held } else { Exit::Delivered }
}
