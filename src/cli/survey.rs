//! What is looked up and written beside a line, by a thread of its own: disks, the ledger's held things, the live file. A share
//! that does not answer keeps this thread waiting, and nobody else.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::board::{HELD_TOLD, HeldView, Survey, View};
use super::live;
use crate::dispatch;
use crate::ledger;

/// Time between two looks.
const LOOK: Duration = Duration::from_secs(10);

/// How long the end of a line waits for the last word about it to be taken away.
const LAST_WORD: Duration = Duration::from_secs(2);

/// The thread, from outside.
pub(super) struct Surveyor {
    views: Sender<View>,
    surveys: Receiver<Survey>,
}

impl Surveyor {
    /// Begins. `None` if there can be no more threads: a line works without this.
    pub(super) fn begin(state: &Path, output: &Path) -> Option<Self> {
        let (views, viewed) = bounded(1);
        let (told, surveys) = bounded(1);
        let (state, output) = (state.to_owned(), output.to_owned());
        let thread = std::thread::Builder::new().name("surveyor".into());
        thread.spawn(move || look(&state, &output, &viewed, &told)).ok()?;
        Some(Self { views, surveys })
    }

    /// Has this written for others, unless the thread is busy.
    pub(super) fn publish(&self, view: View) {
        match self.views.try_send(view) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// What was found since it was asked last.
    pub(super) fn found(&self) -> Option<Survey> {
        self.surveys.try_iter().last()
    }

    /// Takes the live file away.
    pub(super) fn end(self) {
        let Self { views, surveys } = self;
        drop(views);
        // Ends when the thread does.
        let deadline = Instant::now() + LAST_WORD;
        while surveys.recv_deadline(deadline).is_ok() {}
    }
}

fn look(state: &Path, output: &Path, views: &Receiver<View>, told: &Sender<Survey>) {
    let mut looked: Option<Instant> = None;
    let mut written: Option<PathBuf> = None;
    loop {
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Instant::now());
            let survey = Survey { free_state: free_bytes(state), free_output: free_bytes(output), held: held(state) };
            let _ = told.try_send(survey);
        }
        match views.recv_timeout(LOOK) {
            // There is no state folder before the line has made it.
            Ok(view) => written = live::write(state, &view).ok().or(written),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if let Some(path) = written {
        let _ = std::fs::remove_file(path);
    }
}

/// How much waits for a person, and the newest of it.
fn held(state: &Path) -> Option<(u64, Vec<HeldView>)> {
    let (count, newest) = ledger::peek(state).ok()?.held_newest(HELD_TOLD as u32).ok()?;
    let view = |held: &ledger::HeldSince| HeldView { kind: held.fault.kind, stage: held.fault.stage, at: held.at };
    Some((count, newest.iter().map(view).collect()))
}

/// Bytes that this user can still write to the file system of `path`, which need not be there yet.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().find(|path| path.exists()).and_then(dispatch::free_bytes)
}
