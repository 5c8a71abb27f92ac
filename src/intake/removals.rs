//! Lists of originals that were removed on purpose, beside where they lay: `removed.csv` in each day's folder of `done`.
//!
//! A list grows by whole lines, which are on disk before the first file of them goes. So a file may be listed and still be
//! there (whoever removes them was killed in between), and a last line may be cut short; neither means anything.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::durable;
use crate::model::Digest;
use crate::saboteur::{self, Step};

/// Name of a list.
pub const REMOVED_FILE: &str = "removed.csv";

/// Its first line.
const HEAD: &str = "file,sha256,bytes,removed";

/// An original that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Its name below the folder of the days, as [`super::FoundScan::name`].
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub len: u64,
}

/// Adds to the list in `folder` what is to be removed, for good; `when` is a date.
///
/// # Errors
/// It cannot be written, or another file has the list's name.
pub fn note_removals(folder: &Path, removals: &[Removal], when: &str) -> io::Result<()> {
    let path = folder.join(REMOVED_FILE);
    saboteur::step(Step::Write)?;
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
    let mut text = String::new();
    match ends(&mut file)? {
        Ends::Empty => text.push_str(&format!("{HEAD}\r\n")),
        Ends::WithLine => {}
        Ends::Within => text.push_str("\r\n"),
        Ends::Foreign => return Err(io::ErrorKind::AlreadyExists.into()),
    }
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for Removal { name, digest, len } in removals {
        lines.write_record([name.as_str(), &digest.to_string(), &len.to_string(), when]).map_err(io::Error::other)?;
    }
    let lines = lines.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    file.write_all(&[text.as_bytes(), &lines].concat())?;
    file.sync_all()?;
    durable::sync_dir(folder)
}

enum Ends {
    Empty,
    WithLine,
    Within,
    /// It is no such list.
    Foreign,
}

fn ends(file: &mut File) -> io::Result<Ends> {
    use std::os::unix::fs::FileExt as _;
    let len = file.metadata()?.len();
    let Some(last) = len.checked_sub(1) else { return Ok(Ends::Empty) };
    let mut head = vec![0; HEAD.len()];
    let mut end = [0];
    if file.read_exact_at(&mut head, 0).is_err() || head != HEAD.as_bytes() {
        return Ok(Ends::Foreign);
    }
    file.read_exact_at(&mut end, last)?;
    Ok(if end == *b"\n" { Ends::WithLine } else { Ends::Within })
}

/// Largest list that is read, in bytes: a million names of one day.
const MAX_LIST_BYTES: u64 = 512 << 20;

/// Visits what the lists in the folders in `input` tell to be removed, each name once.
///
/// # Errors
/// `input` cannot be listed. A list that cannot be read, and lines that are none, are passed over: what they would have
/// excused is missing then.
pub fn for_each_removal(input: &Path, visit: &mut dyn FnMut(Removal)) -> io::Result<()> {
    if !input.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(input)? {
        let path = entry?.path().join(REMOVED_FILE);
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        let mut lines = csv::ReaderBuilder::new().flexible(true).from_reader(file.take(MAX_LIST_BYTES));
        let mut seen = HashSet::new();
        let removals = lines.byte_records().map_while(Result::ok).filter_map(|line| {
            let text = |at: usize| line.get(at).and_then(|field| std::str::from_utf8(field).ok());
            line.get(3)?;
            Some(Removal { name: text(0)?.to_owned(), digest: text(1)?.parse().ok()?, len: text(2)?.parse().ok()? })
        });
        for removal in removals {
            if seen.insert(removal.name.clone()) {
                visit(removal);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::*;

    fn removal(name: &str) -> Removal {
        Removal { name: name.into(), digest: Digest::of(name.as_bytes()), len: 7 }
    }

    fn listed(input: &Path) -> Vec<Removal> {
        let mut found = Vec::new();
        for_each_removal(input, &mut |removal| found.push(removal)).unwrap();
        found
    }

    #[test]
    fn what_was_noted_is_read_whatever_the_names_and_wherever_the_power_was_cut() {
        let dir = tempfile::tempdir().unwrap();
        let day = dir.path().join("2026-11-22");
        fs::create_dir(&day).unwrap();
        let (a, b, c) = (removal("2026-11-22/ä, \"b\".tif"), removal("2026-11-22/b.tif"), removal("2026-11-22/c.tif"));
        note_removals(&day, &[a.clone(), b.clone()], "2027-01-01").unwrap();
        let path = day.join(REMOVED_FILE);
        for cut in 0..30 {
            let whole = fs::read(&path).unwrap();
            // A line cut short is none; the next begins on its own.
            let torn = dir.path().join("torn");
            let _ = fs::remove_dir_all(&torn);
            fs::create_dir_all(torn.join("d")).unwrap();
            fs::write(torn.join("d").join(REMOVED_FILE), &whole[..whole.len() - cut]).unwrap();
            note_removals(&torn.join("d"), &[c.clone(), c.clone()], "2027-01-02").unwrap();
            let found = listed(&torn);
            assert!(found.contains(&a) && found.contains(&c), "{cut}: {found:?}");
            assert_eq!(found.iter().filter(|found| **found == c).count(), 1, "{cut}");
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(REMOVED_FILE), "my notes on what was removed, 2026").unwrap();
        assert!(note_removals(dir.path(), &[removal("x")], "2027-01-01").is_err());
    }
}
