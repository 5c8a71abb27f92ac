//! How batches stand to what counts them: their index file, or their cover sheet.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::covers::Covers;
use super::folders::Folders;
use super::index::Indexes;
use super::{Counting, Lookout};

/// What could not be understood is looked into again after so long: it may have been the looker that failed.
const AGAIN: Duration = Duration::from_secs(60);

/// How a batch stands to its index, or its cover sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Nothing is missing, or nobody counts.
    Complete,
    /// Nobody has looked into what tells that, as it is now.
    Unread,
    /// Something is missing, or what tells it, or nobody understands that.
    Lacking,
}

/// What is known of that which counts the batches of a watch folder.
#[derive(Debug, Default)]
pub(super) struct Counters {
    indexes: Indexes,
    covers: Covers,
}

impl Counters {
    /// The folder may be different now; what is not there any more is forgotten.
    pub(super) fn begin(&mut self, folders: &Folders, now: Instant) {
        self.indexes.begin(folders, now);
        self.covers.begin(folders, now);
    }

    /// How the batch of the scans `names`, in natural order, in the folder at `path` stands, and since when what tells that is
    /// as it is.
    pub(super) fn count<'n>(
        &mut self,
        counting: Counting,
        folders: &Folders,
        path: &Path,
        names: impl Iterator<Item = &'n OsString> + Clone,
    ) -> (Count, Option<Instant>) {
        match counting {
            Counting::None => (Count::Complete, None),
            Counting::Index => self.indexes.count(folders, path),
            Counting::Cover { fronts_then_backs } => (self.covers.count(folders, path, names, fronts_then_backs), None),
        }
    }

    /// Has one more file looked into that tells of the batch. `false` if there is none that nobody has looked into.
    pub(super) fn ask(
        &mut self,
        counting: Counting,
        folders: &Folders,
        root: &Path,
        (path, names): (&Path, &[OsString]),
        lookout: Lookout<'_>,
    ) -> bool {
        match counting {
            Counting::None => false,
            Counting::Index => self.indexes.ask(folders, root, path, lookout),
            Counting::Cover { .. } => self.covers.ask(folders, root, path, names, lookout),
        }
    }

    /// The index that a batch takes along which is not complete.
    pub(super) fn to_be_held(&self, counting: Counting, folders: &Folders, path: &Path) -> Option<PathBuf> {
        (counting == Counting::Index).then(|| self.indexes.to_be_held(folders, path)).flatten()
    }
}

/// Whether an answer still counts that was given at `asked`.
pub(super) fn is_fresh<T>(answer: Option<&T>, asked: Instant, now: Instant) -> bool {
    answer.is_some() || now.saturating_duration_since(asked) < AGAIN
}
