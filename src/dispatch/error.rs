//! Why a run could not start or had to stop.

use std::io;
use std::path::PathBuf;

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
    pub fn remedy(&self) -> &'static str {
        if self.is_disk_full() {
            return "nothing is lost: free space on this disk, then run the same command again";
        }
        match self {
            Self::Input { .. } | Self::Intake(_) => "name a readable folder of scans",
            Self::InputLost(_) => "nothing is lost: bring the share or disk back, then run the same command again",
            Self::InputsOverlap { .. } => "name only the outer folder",
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
            Self::Ledger(_)
            | Self::Store(_)
            | Self::Target(_)
            | Self::NoWorkers
            | Self::NoIntake
            | Self::NoFinisher => "nothing is lost: remove the cause, then run the same command again",
        }
    }

    fn is_disk_full(&self) -> bool {
        let full =
            |source: &io::Error| matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        match self {
            Self::Ledger(error) => error.is_disk_full(),
            Self::Store(StoreError::Io { source, .. }) | Self::Target(TargetError { source, .. }) => full(source),
            _ => false,
        }
    }
}
