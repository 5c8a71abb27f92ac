//! What other commands ask of the line at work: to pause, to end, or to take something before all else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::Controls;
use super::feed::{Feed, Found, Gone};
use crate::intake::{self, IntakeRules};
use crate::ledger::{Ledger, LedgerError, RequestKind, RequestState};

/// How often the ledger is asked for requests.
const TICK: Duration = Duration::from_millis(200);

/// The thread's belongings.
pub(super) struct Desk<'a> {
    pub(super) ledger: Ledger,
    pub(super) feed: Feed<'a>,
    pub(super) rules: &'a IntakeRules,
    /// The folders of the line: nothing urgent may hold one of them, or lie in the target.
    pub(super) target: PathBuf,
    /// The inputs are watch folders.
    pub(super) watches: bool,
    pub(super) controls: &'a Controls,
    /// Closed when the line has ended.
    pub(super) ended: Receiver<()>,
}

impl Desk<'_> {
    /// Serves until the run ends.
    pub(super) fn run(mut self) {
        while !self.feed.is_to_end() {
            // A ledger that does not answer here does not answer the line either, which tells it.
            match self.serve() {
                Ok(true) => {}
                Ok(false) | Err(_) => {
                    let _ = self.ended.recv_timeout(TICK);
                }
            }
        }
    }

    /// Serves the oldest request. `false` if there is none.
    fn serve(&mut self) -> Result<bool, LedgerError> {
        let Some(request) = self.ledger.next_request()? else { return Ok(false) };
        match request.kind {
            RequestKind::Pause => self.controls.pause(true),
            RequestKind::Resume => self.controls.pause(false),
            RequestKind::Drain => self.controls.drain(),
            RequestKind::Stop => self.controls.stop(),
            RequestKind::Urgent => {
                self.urgent(request.number, &request.inputs)?;
                return Ok(true);
            }
        }
        self.ledger.answer(request.number, RequestState::Done, None)?;
        Ok(true)
    }

    fn urgent(&mut self, number: i64, inputs: &[PathBuf]) -> Result<(), LedgerError> {
        self.ledger.answer(number, RequestState::Taken, None)?;
        let mut refused = None;
        let walked: Result<(), Gone> = self.feed.send(Found::Begin).and_then(|()| {
            for input in inputs {
                match self.place(input) {
                    Ok((root, below)) => {
                        let begin = || intake::batches_below(&root, &below, self.rules);
                        self.feed.walk(&root, Some(number), &begin)?;
                    }
                    Err(reason) => refused = Some(reason),
                }
            }
            self.feed.send(Found::End { left_lying: Default::default() })
        });
        match (walked, refused) {
            // The line has ended; the request is void.
            (Err(Gone), _) => Ok(()),
            (Ok(()), Some(reason)) => self.ledger.answer(number, RequestState::Refused, Some(&reason)),
            (Ok(()), None) => self.ledger.answer(number, RequestState::Done, None),
        }
    }

    /// The input that a path belongs to, and the way from there; a path outside all inputs is one of its own.
    fn place(&self, path: &Path) -> Result<(PathBuf, PathBuf), String> {
        let path = path.canonicalize().map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        if path.starts_with(&self.target) || self.target.starts_with(&path) {
            return Err(format!("{} and the output folder lie in each other", path.display()));
        }
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        for input in self.feed.inputs {
            if self.watches && folder.starts_with(input) {
                // Walked in place it would be received once more when it is claimed.
                return Err(format!("{} lies in a watch folder: the line takes it by itself", path.display()));
            }
            if let Ok(below) = folder.strip_prefix(input) {
                return Ok((input.clone(), below.to_owned()));
            }
            if input.starts_with(&path) {
                return Err(format!("{} holds an input of the line", path.display()));
            }
        }
        Ok((path, PathBuf::new()))
    }
}
