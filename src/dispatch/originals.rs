//! Originals that were taken from watch folders, after their receipt: to `done`, or to `held` with a note for people.
//!
//! A rename, then a row in the ledger; killed in between, the line finds the file where it belongs and only writes the
//! row. What cannot be moved now is tried again later and stops nothing. Nothing is ever deleted but notes of ours.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::durable;
use crate::intake::path_of;
use crate::intake::station::{StationRules, rename_beside};
use crate::ledger::{Ledger, LedgerError, Original, OriginalPlace};
use crate::model::Fault;
use crate::words::{Lang, held_note};

/// A watch folder's places for originals.
#[derive(Clone, Debug)]
pub(super) struct Shelves {
    /// The watch folder, canonical.
    root: PathBuf,
    done: PathBuf,
    held: PathBuf,
}

impl Shelves {
    pub(super) fn new(root: &Path, rules: &StationRules) -> Self {
        Self { root: root.to_owned(), done: root.join(&rules.done), held: root.join(&rules.held) }
    }
}

/// Moves what of `batch` is not where it belongs; without a batch, what is left of all. How many could not be moved.
///
/// # Errors
/// SQLite failed.
pub(super) fn put_away(ledger: &mut Ledger, shelves: &[Shelves], batch: Option<i64>) -> Result<u64, LedgerError> {
    if shelves.is_empty() {
        return Ok(0);
    }
    let (mut moved, mut stuck) = (Vec::new(), 0);
    for original in ledger.misplaced(batch)? {
        let Some(shelf) = shelves.iter().find(|shelf| shelf.root == original.root) else { continue };
        match put(shelf, &original) {
            Ok(there) => moved.push(there),
            Err(_) => stuck += 1,
        }
    }
    if !moved.is_empty() {
        ledger.moved(&moved)?;
    }
    Ok(stuck)
}

fn put(shelf: &Shelves, original: &Original) -> io::Result<(i64, PathBuf, OriginalPlace)> {
    let name = path_of(&original.name).ok_or(io::ErrorKind::InvalidInput)?;
    let (folder, place) = match original.held.is_empty() {
        true => (&shelf.done, OriginalPlace::Done),
        false => (&shelf.held, OriginalPlace::Held),
    };
    let there = bring(&original.path, &folder.join(name))?;
    if place == OriginalPlace::Held {
        lay_note(&there, &original.held)?;
    } else {
        let _ = fs::remove_file(note_of(&original.path));
    }
    Ok((original.scan, there, place))
}

/// Renames a file without ever replacing one; where it is then, for good. A file that is there already under this name
/// and no longer at its old place was brought by a line that was killed.
fn bring(from: &Path, to: &Path) -> io::Result<PathBuf> {
    let folder = to.parent().ok_or(io::ErrorKind::InvalidInput)?;
    make_dirs(folder)?;
    let there = match rename_beside(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && to.exists() => to.to_owned(),
        result => result?,
    };
    durable::sync_dir(folder)?;
    Ok(there)
}

/// Folders as open as those above them: people of the station look into them.
fn make_dirs(folder: &Path) -> io::Result<()> {
    if folder.is_dir() { Ok(()) } else { durable::make_dirs(folder, 0o777) }
}

/// Longest name of a file, in bytes, on all file systems that are usual.
const MAX_NAME: usize = 255;

/// The note of an original in `held`.
fn note_of(original: &Path) -> PathBuf {
    const ENDING: &[u8] = b".txt";
    let mut name = original.file_name().unwrap_or_default().as_bytes().to_vec();
    name.truncate(MAX_NAME - ENDING.len());
    name.extend_from_slice(ENDING);
    original.with_file_name(OsString::from_vec(name))
}

fn lay_note(original: &Path, held: &[(i64, Option<u32>, Fault)]) -> io::Result<()> {
    let file = original.file_name().unwrap_or_default().to_string_lossy();
    let items: Vec<_> =
        held.iter().map(|(number, page, fault)| (*page, fault.clone(), Some(number.unsigned_abs()))).collect();
    // Scanning stations are in German offices, whatever language the operator's terminal speaks.
    let text = held_note(Lang::De, &file, &items);
    let folder = original.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut note = tempfile::Builder::new().prefix(".note").tempfile_in(folder)?;
    note.write_all(text.as_bytes())?;
    note.persist(note_of(original)).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_and_a_finished_move_is_recognised() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a.tif"), dir.path().join("done/1/a.tif"));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        let there = bring(&from, &to).unwrap();
        assert_eq!(there, dir.path().join("done/1/a (2).tif"));
        assert_eq!(fs::read(&to).unwrap(), b"old");
        assert_eq!(fs::read(&there).unwrap(), b"new");
        fs::rename(&there, &from).unwrap();
        fs::remove_file(&to).unwrap();
        assert_eq!(bring(&from, &to).unwrap(), to);
        assert_eq!(bring(&from, &to).unwrap(), to, "killed before the row was written");
        assert!(bring(&from, &dir.path().join("done/1/b.tif")).is_err(), "a file that is nowhere");
    }
}
