//! Complete files become claims: which belong together, what their case is, and a name that no other claim has.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::folders::Folders;
use super::{Claim, ClaimedFile, STATION_FOLDER, StationRules};
use crate::intake::Layout;
use crate::intake::cases::{self, Part};
use crate::intake::names::{stem, written};
use crate::intake::natural::sort_files;
use crate::intake::walk::last_name;

/// Longest name of a file, in bytes (NAME_MAX of Linux file systems).
const MAX_NAME_BYTES: usize = 255;

/// Longest path, in bytes, less some for what is put behind it (PATH_MAX is 4096).
const MAX_PATH_BYTES: usize = 4000;

/// A key is tried with so many numbers; a folder that brings more batches of one name on a day is not sane.
const MAX_NUMBER: u32 = 100_000;

/// Where claims of a watch folder go, and which keys are given already.
pub(super) struct Desk<'d> {
    pub(super) root: &'d Path,
    pub(super) rules: &'d StationRules,
    pub(super) instance: &'d str,
    /// Today, `2026-11-22`.
    pub(super) day: String,
    /// Keys of claims of this folder.
    pub(super) taken: &'d mut dyn FnMut(&str) -> bool,
    /// Keys given since `taken` was told.
    pub(super) given: HashSet<String>,
}

impl Desk<'_> {
    /// The claims of the complete files `names` of one folder: of each, or of all together. `None` in the place of one whose
    /// path would be too long for the system. `index` (below the watch folder) goes with a claim of all, as its last file.
    pub(super) fn claims(
        &mut self,
        folders: &Folders,
        folder: &Path,
        mut names: Vec<OsString>,
        index: Option<&Path>,
    ) -> Vec<Option<Claim>> {
        sort_files(&mut names, |name| name);
        let layout = self.rules.intake.layout;
        let taken: Vec<&OsStr> = names.iter().map(OsString::as_os_str).collect();
        // The case of a file depends on what lies beside it, be that complete or not.
        let others = folders.map.get(folder).map(|folder| folder.pending().map(|(name, _)| name.as_os_str()));
        let chosen: HashSet<&OsStr> = taken.iter().copied().collect();
        let others = others.into_iter().flatten().filter(|name| !chosen.contains(name));
        let all: Vec<&OsStr> = match layout {
            Layout::FileIsCase => taken.iter().copied().chain(others).collect(),
            _ => taken.clone(),
        };
        let at_top = folders.map.get(Path::new("")).map(|top| top.folders.iter().map(OsString::as_os_str));
        let input_case = cases::input_case(&last_name(self.root), at_top.into_iter().flatten());
        let parts = cases::divide(layout, &input_case, &written(folder.as_os_str()), &all);
        let is_taken = |part: &Part| part.files.start < taken.len();
        parts.into_iter().filter(is_taken).map(|part| self.claim(folder, &all, part, index)).collect()
    }

    fn claim(&mut self, folder: &Path, all: &[&OsStr], part: Part, index: Option<&Path>) -> Option<Claim> {
        let names = all.get(part.files.clone()).unwrap_or_default();
        (1..MAX_NUMBER).find_map(|number| {
            let places = self.places(folder, names, number);
            let key = match number {
                1 => format!("{}/{}", self.day, part.key),
                _ => written(places.key.as_os_str()),
            };
            let mut files: Vec<ClaimedFile> =
                places.files.iter().zip(names).map(|(place, name)| self.file(&folder.join(name), place)).collect();
            let beside = |index: &Path| Some(places.files.first()?.with_file_name(index.file_name()?));
            files.extend(index.and_then(|index| Some(self.file(index, &beside(index)?))));
            let free = !self.given.contains(&key) && !(self.taken)(&key) && files.iter().all(|file| self.is_free(file));
            if !free {
                return None;
            }
            if files.iter().any(|file| file.path.as_os_str().len() > MAX_PATH_BYTES) {
                return Some(None);
            }
            self.given.insert(key.clone());
            Some(Some(Claim { key, case: part.case.clone(), files }))
        })?
    }

    /// The file at `below` the watch folder.
    fn file(&self, below: &Path, place: &Path) -> ClaimedFile {
        ClaimedFile {
            source: self.root.join(below),
            path: self.root.join(STATION_FOLDER).join(self.instance).join(place),
            name: written(place.as_os_str()),
        }
    }

    /// Nothing lies where the file is to be brought, nor where it goes afterwards: a ledger may have been lost, and a share
    /// may take two names for one.
    fn is_free(&self, file: &ClaimedFile) -> bool {
        let place = file.path.strip_prefix(self.root.join(STATION_FOLDER).join(self.instance)).unwrap_or(Path::new(""));
        let afterwards = [&self.rules.done, &self.rules.held].map(|folder| self.root.join(folder).join(place));
        std::iter::once(&file.path).chain(&afterwards).all(|path| std::fs::symlink_metadata(path).is_err())
    }

    /// Where the files `names` of `folder` go, for the `number`th try to find a free name.
    fn places(&self, folder: &Path, names: &[&OsStr], number: u32) -> Places {
        let day = Path::new(&self.day);
        let by_folder = self.rules.by_folder();
        let folder = match (by_folder, number, folder.file_name()) {
            (false, ..) | (_, 1, _) => day.join(folder),
            (true, _, Some(name)) => day.join(folder).with_file_name(numbered(name, number, false)),
            (true, _, None) => day.join(format!("({number})")),
        };
        let place = |name: &&OsStr| match (by_folder, number) {
            (true, _) | (_, 1) => folder.join(name),
            (false, _) => folder.join(numbered(name, number, true)),
        };
        let files: Vec<PathBuf> = names.iter().map(place).collect();
        let key = if by_folder { folder } else { files.first().cloned().unwrap_or(folder) };
        Places { key, files }
    }
}

struct Places {
    key: PathBuf,
    files: Vec<PathBuf>,
}

/// `a (2).tif`, `123 (2)`; shortened where it would be too long for a file's name.
pub(super) fn numbered(name: &OsStr, number: u32, keep_ending: bool) -> OsString {
    let bare = if keep_ending { stem(name) } else { name };
    let ending = name.as_bytes().get(bare.len()..).unwrap_or_default();
    let suffix = format!(" ({number})");
    let room = MAX_NAME_BYTES.saturating_sub(suffix.len() + ending.len());
    let (bare, ending) = if room == 0 { (name, &[][..]) } else { (bare, ending) };
    let room = MAX_NAME_BYTES.saturating_sub(suffix.len() + ending.len());
    OsString::from_vec([cut(bare.as_bytes(), room), suffix.as_bytes(), ending].concat())
}

/// The first `room` bytes of a name, or some less so that no letter of UTF-8 is cut in two.
fn cut(name: &[u8], room: usize) -> &[u8] {
    let Some(kept) = name.get(..room) else { return name };
    let is_continued = |at: usize| name.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let end = (room.saturating_sub(3)..=room).rev().find(|&end| !is_continued(end)).unwrap_or(room);
    kept.get(..end).unwrap_or(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_stand_before_the_ending() {
        let long = "ä".repeat(125) + ".tif";
        for (name, keep, expected) in [
            ("a.tif", true, "a (2).tif".to_owned()),
            ("123", false, "123 (2)".to_owned()),
            ("1.Halbjahr", false, "1.Halbjahr (2)".to_owned()),
            (".tif", true, ".tif (2)".to_owned()),
            (long.as_str(), true, "ä".repeat(123) + " (2).tif"),
        ] {
            assert_eq!(numbered(OsStr::new(name), 2, keep), *expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_numbered_name_is_a_name(bytes in prop::collection::vec(1u8.., 1..255), number in 2u32.., keep in any::<bool>()) {
            let name = OsString::from_vec(bytes);
            let numbered = numbered(&name, number, keep);
            prop_assert!(numbered.len() <= MAX_NAME_BYTES);
            prop_assert!(numbered != name);
            prop_assert!(name.to_str().is_none() || numbered.to_str().is_some(), "a letter is cut in two");
        }
    }
}
