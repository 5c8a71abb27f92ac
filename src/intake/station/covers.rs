//! Batches that are counted by their cover sheet: a folder is complete when so many pages lie in it as the separator sheet
//! at its beginning says.
//!
//! Who looks into scans is somebody else ([`super::Lookout`]): here its answers are kept as long as a file stays as it was.
//! The number is a least one: sheets within the batch, and blank backs that a scanner may leave out, count as pages here.
//! Whether it was met exactly is told when the batch has been read (`CountDiffers`, see [`crate::assemble::separate`]).

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Lookout;
use super::counters::{Count, is_fresh};
use super::folders::Folders;
use super::quiet::Signature;
use crate::intake::FoundBatch;
use crate::model::{Face, Fault, FaultKind, Opening, Stage};

/// Scans from the beginning of a batch among whose pages are the sheet and its back.
const HEAD: usize = 2;

/// A scan as it was when somebody looked into it.
#[derive(Debug)]
struct Known {
    signature: Signature,
    /// `None`: it cannot be opened.
    opening: Option<Opening>,
    asked: Instant,
}

/// What is known of the scans of a watch folder whose batches are counted.
#[derive(Debug, Default)]
pub(super) struct Covers(HashMap<PathBuf, Known>);

impl Covers {
    /// The folder may be different now; what is not there any more is forgotten.
    pub(super) fn begin(&mut self, folders: &Folders, now: Instant) {
        let is_there = |path: &PathBuf| {
            path.parent().zip(path.file_name()).is_some_and(|(folder, name)| folders.entry(folder, name).is_some())
        };
        self.0.retain(|path, known| is_there(path) && is_fresh(known.opening.as_ref(), known.asked, now));
    }

    /// How the batch of the scans `names`, in natural order, in the folder at `path` stands to its cover sheet; every sheet
    /// has a back that comes later if `backs_follow`.
    pub(super) fn count<'n>(
        &self,
        folders: &Folders,
        path: &Path,
        names: impl Iterator<Item = &'n OsString> + Clone,
        backs_follow: bool,
    ) -> Count {
        if self.unread(folders, path, names.clone()).is_some() {
            return Count::Unread;
        }
        let openings = names.filter_map(|name| self.0.get(&path.join(name))?.opening);
        match least(openings.clone().take(HEAD), backs_follow) {
            Some(least) if openings.map(|opening| u64::from(opening.pages)).sum::<u64>() >= least => Count::Complete,
            _ => Count::Lacking,
        }
    }

    /// Has a scan of the batch looked into that nobody has looked into. `false` if there is none.
    pub(super) fn ask(
        &mut self,
        folders: &Folders,
        root: &Path,
        path: &Path,
        names: &[OsString],
        lookout: Lookout<'_>,
    ) -> bool {
        let Some((place, in_head, signature)) = self.unread(folders, path, names.iter()) else { return false };
        let opening = (lookout.opening)(&root.join(&place), in_head);
        self.0.insert(place, Known { signature, opening, asked: Instant::now() });
        true
    }

    /// The first scan that nobody has looked into as it is now, and whether it is one of the first. One that came to stand
    /// there has to be looked into again, as its first pages may be those of the batch.
    fn unread<'n>(
        &self,
        folders: &Folders,
        path: &Path,
        names: impl Iterator<Item = &'n OsString>,
    ) -> Option<(PathBuf, bool, Signature)> {
        names.enumerate().find_map(|(position, name)| {
            let signature = folders.entry(path, name)?.seen.signature;
            let (place, in_head) = (path.join(name), position < HEAD);
            let is_read = |known: &Known| {
                let faces_told = known.opening.is_none_or(|opening| opening.first.is_some());
                known.signature == signature && (!in_head || faces_told)
            };
            (!self.0.get(&place).is_some_and(is_read)).then_some((place, in_head, signature))
        })
    }
}

/// The least number of pages, the sheet's own included, of a batch that begins so; `None` if no sheet with a number does.
/// A blank page behind the sheet is its back, or one that says the same, and then every sheet of paper has two pages.
fn least(openings: impl Iterator<Item = Opening>, backs_follow: bool) -> Option<u64> {
    let mut faces =
        openings.flat_map(|Opening { pages, first, second }| [first, second].into_iter().take(pages.min(2) as usize));
    let front = faces.next()??;
    let Face::Separator { pages, sheets } = front else { return None };
    let has_back = faces.next().flatten().is_some_and(|back| back == Face::Blank || back == front);
    let sides = if has_back || backs_follow { 2 } else { 1 };
    let sheets = sheets.map(|sheets| u64::from(sheets) * sides);
    pages.map(u64::from).max(sheets).map(|least| least + sides)
}

/// What is to be held of a batch that began without a cover sheet that counts: its last scan, and why. Asks nobody's memory,
/// so that a line that was killed says the same when it starts again.
pub(super) fn doubt(batch: &FoundBatch, lookout: Lookout<'_>) -> Option<(usize, Fault)> {
    let last = batch.scans.len().checked_sub(1)?;
    let head = batch.scans.iter().take(HEAD).filter_map(|scan| (lookout.opening)(&scan.path, true));
    let detail = "no cover sheet with a number of pages or sheets came at the beginning of the batch";
    least(head, false).is_none().then(|| (last, Fault::new(Stage::Intake, FaultKind::CountDiffers, detail)))
}
