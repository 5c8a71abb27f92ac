//! Why a run could not start or had to stop.

use std::io;
use std::path::{Path, PathBuf};

use super::machine::{Cause, Place, Trouble};

use crate::assemble::separate::CaseListError;
use crate::deliver::folder::TargetError;
use crate::evidence::Imbalance;
use crate::intake::IntakeError;
use crate::ledger::{LedgerError, StoreError};
use crate::pdf::PdfError;

/// Why a run could not start or had to stop. In every case nothing is lost: originals are never touched, what was
/// committed stays, and the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An input cannot be read.
    #[error("failed to read the input {path}: {source}")]
    Input {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An input cannot be walked.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// A disk has less space left than the pipeline file asks for.
    #[error("the disk of {folder} has {free_mib} MiB left, less than limits.free_space_mib = {floor_mib}")]
    LowSpace {
        /// State or target.
        place: Place,
        /// Its folder.
        folder: PathBuf,
        /// Free for this user.
        free_mib: u64,
        /// Asked for.
        floor_mib: u64,
    },
    /// The folder that stands where the target stood is another: the share is not mounted.
    #[error("the output folder {0} is no longer the one that was delivered to")]
    TargetLost(PathBuf),
    /// An input went away.
    #[error("the input {0} is there no longer")]
    InputLost(PathBuf),
    /// An input lies in another.
    #[error("the inputs {one} and {other} lie in each other: their scans would be received twice")]
    InputsOverlap {
        /// One of them.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// The list of cases cannot be read.
    #[error("{path}: {source}")]
    Cases {
        /// The list.
        path: PathBuf,
        /// Why.
        source: CaseListError,
    },
    /// The output lies in an input.
    #[error("the output folder lies in the input {input}: delivered files would be taken for scans")]
    OutputInInput {
        /// Which.
        input: PathBuf,
    },
    /// The state folder belongs to another output.
    #[error("the state folder delivers to {bound}, not to {given}")]
    OtherOutput {
        /// Where it delivers to.
        bound: PathBuf,
        /// What was asked for.
        given: PathBuf,
    },
    /// The output belongs to another state folder.
    #[error("the output folder {0} holds case files that this state folder does not know")]
    ForeignOutput(PathBuf),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target failed.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The PDF writer refuses every document.
    #[error("failed to write documents: {0}")]
    Pdf(#[source] PdfError),
    /// All workers are gone.
    #[error("the workers ended unexpectedly")]
    NoWorkers,
    /// The intake thread ended before its work.
    #[error("intake ended unexpectedly")]
    NoIntake,
    /// The finishing thread ended before its work.
    #[error("delivery ended unexpectedly")]
    NoFinisher,
    /// A batch came to the barrier with pages still open.
    #[error("a batch was to be delivered before its pages were processed")]
    NotReady,
    /// The promise would be broken.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
}

impl RunError {
    /// What to do, one sentence.
    pub fn remedy(&self) -> String {
        if let Some(Trouble { cause, .. }) = self.trouble(&[]) {
            let or = if cause == Cause::LowSpace { ", or lower limits.free_space_mib" } else { "" };
            return format!("nothing is lost: {}{or}, then run the same command again", cause.remedy());
        }
        match self {
            Self::Input { .. } | Self::Intake(_) => "name a readable folder of scans",
            Self::InputsOverlap { .. } => "name only the outer folder",
            Self::Cases { .. } => "put a readable list of cases there, or remove cases.list from the pipeline file",
            Self::OutputInInput { .. } => "name an --output outside the inputs",
            Self::OtherOutput { .. } => "use that --output, or another --state",
            Self::ForeignOutput(_) => "use the --state that belongs to it, or another --output",
            Self::Ledger(LedgerError::Busy(_)) => "wait for the other run to end, or stop it",
            Self::Ledger(LedgerError::Version { .. }) => "use the program version that made this state folder",
            Self::Ledger(LedgerError::Foreign(_)) => "name another --state",
            Self::Pdf(_) => "check line.language in the pipeline file",
            Self::NotReady | Self::Imbalance(_) => {
                "nothing is lost and nothing of this batch was marked as delivered: report this, it is a fault of the program"
            }
            Self::LowSpace { .. }
            | Self::TargetLost(_)
            | Self::InputLost(_)
            | Self::Ledger(_)
            | Self::Store(_)
            | Self::Target(_)
            | Self::NoWorkers
            | Self::NoIntake
            | Self::NoFinisher => "nothing is lost: remove the cause, then run the same command again",
        }
        .to_owned()
    }

    /// What of it a person can mend while the line waits; `inputs` gives the input its position.
    pub fn trouble(&self, inputs: &[PathBuf]) -> Option<Trouble> {
        let input = |path: &Path| Place::Input(inputs.iter().position(|input| input == path).unwrap_or_default());
        let (cause, place) = match self {
            Self::Ledger(error) => (Cause::of_ledger(error), Place::State),
            Self::Store(StoreError::Io { source, .. }) => (Cause::of(source), Place::State),
            Self::Target(TargetError { source, .. }) => (Cause::of(source), Place::Target),
            Self::TargetLost(_) => (Some(Cause::Gone), Place::Target),
            Self::LowSpace { place, .. } => (Some(Cause::LowSpace), *place),
            Self::InputLost(path) => (Some(Cause::Gone), input(path)),
            Self::Input { path, source } => (Cause::of(source), input(path)),
            _ => return None,
        };
        cause.map(|cause| Trouble { cause, place })
    }
}
