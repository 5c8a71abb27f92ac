//! Batches that are counted by their cover sheet: a folder is complete when so many pages lie in it as the separator sheet
//! at its beginning says.
//!
//! Who looks into scans is somebody else ([`super::Lookout`]): here its answers are kept as long as a file stays as it was.
//! The number is a least one: sheets within the batch, and blank backs that a scanner may leave out, count as pages here.
//! Whether it was met exactly is told when the batch has been read (`CountDiffers`, see [`crate::assemble::separate`]).

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Lookout;
use super::folders::Folders;
use super::index::Count;
use super::quiet::Signature;
use crate::intake::FoundBatch;
use crate::intake::natural::sort_files;
use crate::model::{Face, Fault, FaultKind, Opening, Stage};

/// A scan that could not be looked into is looked into again after so long: it may have been the looker that failed.
const AGAIN: Duration = Duration::from_secs(60);

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
        let is_fresh = |known: &Known| known.opening.is_some() || now.saturating_duration_since(known.asked) < AGAIN;
        let is_there = |path: &PathBuf| {
            path.parent().zip(path.file_name()).is_some_and(|(folder, name)| folders.entry(folder, name).is_some())
        };
        self.0.retain(|path, known| is_there(path) && is_fresh(known));
    }

    /// How the batch of the scans `names` in the folder at `path` stands to its cover sheet; every sheet has a back that comes
    /// later if `backs_follow`.
    pub(super) fn count(&self, folders: &Folders, path: &Path, names: &[OsString], backs_follow: bool) -> Count {
        let names = in_order(names);
        if self.unread(folders, path, &names).is_some() {
            return Count::Unread;
        }
        let openings = names.iter().filter_map(|name| self.0.get(&path.join(name))?.opening);
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
        let names = in_order(names);
        let Some((position, signature)) = self.unread(folders, path, &names) else { return false };
        let place = path.join(names.get(position).copied().map_or(Path::new(""), Path::new));
        let opening = (lookout.opening)(&root.join(&place), position < HEAD);
        self.0.insert(place, Known { signature, opening, asked: Instant::now() });
        true
    }

    /// The first scan that nobody has looked into as it is now. One that came before others has to be looked into again, as
    /// its first pages may be those of the batch.
    fn unread(&self, folders: &Folders, path: &Path, names: &[&OsString]) -> Option<(usize, Signature)> {
        names.iter().enumerate().find_map(|(position, name)| {
            let signature = folders.entry(path, name)?.seen.signature;
            let is_read = |known: &Known| {
                let faces_told = known.opening.is_none_or(|opening| opening.first.is_some());
                known.signature == signature && (position >= HEAD || faces_told)
            };
            (!self.0.get(&path.join(name)).is_some_and(is_read)).then_some((position, signature))
        })
    }
}

fn in_order(names: &[OsString]) -> Vec<&OsString> {
    let mut names: Vec<&OsString> = names.iter().collect();
    sort_files(&mut names, |name| name.as_os_str());
    names
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
