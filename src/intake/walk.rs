//! The walk over an input: depth first, in natural order, one folder's names at a time.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::vec;

use super::names::{extension, is_side_entry, join, stem, written};
use super::natural::{NaturalKey, sort_files};
use super::{FoundBatch, FoundScan, IntakeRules, Layout, cases};

/// Something of the input cannot be taken. Only the first two name the path in their text: the others may hold a case's
/// name, which belongs on the operator's terminal but not into a log; see [`IntakeError::path`].
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The input is not there.
    #[error("no such file or folder: {}", path.display())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// The input cannot be read.
    #[error("failed to read input {}: {source}", path.display())]
    Input {
        /// As given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder cannot be read; its scans and the folders below it are not taken.
    #[error("failed to read a folder: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A scan file cannot be looked at, for instance a link that leads nowhere; the rest of its folder is taken.
    #[error("failed to read a scan file: {source}")]
    Scan {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Named as a scan, but a pipe, socket or device.
    #[error("a scan is no regular file")]
    NotAFile {
        /// Which.
        path: PathBuf,
    },
    /// In a watch folder: a link that leads out of it, or another file system mounted in it. Renames do not reach there,
    /// so it is left alone.
    #[error("it leads out of the watch folder, where no rename reaches")]
    Outside {
        /// Which.
        path: PathBuf,
    },
    /// A link to a folder that it lies in; it is not followed.
    #[error("a link leads back to a folder above it")]
    Loop {
        /// Which.
        path: PathBuf,
    },
}

impl IntakeError {
    /// The file or folder that is meant.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::Input { path, .. }
            | Self::Folder { path, .. }
            | Self::Scan { path, .. }
            | Self::NotAFile { path }
            | Self::Outside { path }
            | Self::Loop { path } => path,
        }
    }
}

/// A walk over an input, see [`batches`].
#[derive(Debug)]
pub struct Batches {
    rules: IntakeRules,
    input_name: String,
    /// The case of what lies in the input folder itself.
    input_case: String,
    /// The folders from the input down to where the walk stands.
    levels: Vec<Level>,
    /// What the last folder yielded and is not told yet.
    ready: VecDeque<Result<FoundBatch, IntakeError>>,
    /// The folder listed last, and what lay in the folders before it.
    last: Option<(PathBuf, String, BTreeMap<String, u64>)>,
    /// A folder to be listed once more.
    again: Option<(PathBuf, String)>,
    left: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Level {
    path: PathBuf,
    /// Path below the input; empty for the input itself.
    name: String,
    /// Device and inode: two folders are one if these are.
    identity: (u64, u64),
    /// Names of the folders in it that are still to be walked.
    folders: vec::IntoIter<OsString>,
}

/// Number of different endings that [`Batches::left_lying`] tells apart; file names are foreign data.
const MAX_KINDS: usize = 64;

/// Stands for all further endings in [`Batches::left_lying`].
pub const OTHER_ENDINGS: &str = "…";

/// Finds the batches of `input`, a folder or a single file, by `rules`. Fails at once if the input is missing or cannot
/// be read; what cannot be read below it is told as an error in its place, and the walk goes on. Symbolic links are
/// followed. Hidden files and what systems put beside scans (`Thumbs.db`, `desktop.ini`, `~$…`) are passed over; all
/// other files that are no scans are counted in [`Batches::left_lying`]. A single file is taken whatever its ending.
pub fn batches(input: &Path, rules: &IntakeRules) -> Result<Batches, IntakeError> {
    batches_below(input, Path::new(""), rules)
}

/// Finds only the batches in the folder `below`, a path from `input` on, and in its folders: each as a walk over all of
/// `input` finds it. See [`batches`].
pub fn batches_below(input: &Path, below: &Path, rules: &IntakeRules) -> Result<Batches, IntakeError> {
    let metadata = fs::metadata(input).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IntakeError::Missing { path: input.to_owned() },
        _ => IntakeError::Input { path: input.to_owned(), source },
    })?;
    let mut walk = Batches {
        rules: rules.clone(),
        input_name: String::new(),
        input_case: String::new(),
        levels: Vec::new(),
        ready: VecDeque::new(),
        last: None,
        again: None,
        left: BTreeMap::new(),
    };
    if metadata.is_dir() {
        walk.input_name = last_name(input);
        let name = below.iter().fold(String::new(), |name, part| join(&name, &written(part)));
        walk.enter(input.join(below), name).map_err(|error| match error {
            IntakeError::Folder { path, source } => IntakeError::Input { path, source },
            other => other,
        })?;
    } else if metadata.is_file() {
        walk.ready.push_back(Ok(single(input, &metadata, rules.layout)));
    } else {
        return Err(IntakeError::NotAFile { path: input.to_owned() });
    }
    Ok(walk)
}

/// The name of a folder as given, or where that ends in `..` or is `.`, as it is really called.
pub(super) fn last_name(path: &Path) -> String {
    let real = || fs::canonicalize(path).ok().and_then(|real| real.file_name().map(OsStr::to_owned));
    path.file_name().map(OsStr::to_owned).or_else(real).map_or_else(|| "input".into(), |name| written(&name))
}

fn single(input: &Path, metadata: &Metadata, layout: Layout) -> FoundBatch {
    let name = input.file_name().unwrap_or_default();
    let case = match layout {
        Layout::FileIsDocument => {
            last_name(input.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
        }
        Layout::FolderIsCase | Layout::FolderIsBatch | Layout::FileIsCase => written(stem(name)),
    };
    FoundBatch { key: written(name), case, scans: vec![found(input.to_owned(), written(name), metadata)] }
}

pub(super) fn found(path: PathBuf, name: String, metadata: &Metadata) -> FoundScan {
    let ns = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    let modified_ns = ns(metadata.mtime(), metadata.mtime_nsec());
    let changed_ns = ns(metadata.ctime(), metadata.ctime_nsec());
    FoundScan { path, name, len: metadata.len(), modified_ns, changed_ns }
}

impl Iterator for Batches {
    type Item = Result<FoundBatch, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            let (path, name) = match self.again.take() {
                Some(again) => again,
                None => {
                    let level = self.levels.last_mut()?;
                    let Some(folder) = level.folders.next() else {
                        self.levels.pop();
                        continue;
                    };
                    (level.path.join(&folder), join(&level.name, &written(&folder)))
                }
            };
            if let Err(error) = self.enter(path, name) {
                return Some(Err(error));
            }
        }
    }
}

impl Batches {
    /// Files passed over so far because their ending is none of a scan, counted by ending (lower case; empty: none).
    /// Complete when the walk has ended. From the 64th different ending on, the rest is counted under [`OTHER_ENDINGS`].
    pub fn left_lying(&self) -> &BTreeMap<String, u64> {
        &self.left
    }

    /// After an error of the share rather than of the file: the folder that it came from is listed anew. Errors of a
    /// folder come before its batches, so nothing is told twice.
    pub fn list_again(&mut self) {
        let Some((path, name, left)) = self.last.take() else { return };
        self.ready.clear();
        self.left = left;
        if self.levels.last().is_some_and(|level| level.path == path) {
            self.levels.pop();
        }
        self.again = Some((path, name));
    }

    /// Lists a folder: its batches become ready, its folders the next level.
    fn enter(&mut self, path: PathBuf, name: String) -> Result<(), IntakeError> {
        self.last = Some((path.clone(), name.clone(), self.left.clone()));
        let unreadable = |source| IntakeError::Folder { path: path.clone(), source };
        let metadata = fs::metadata(&path).map_err(unreadable)?;
        let identity = (metadata.dev(), metadata.ino());
        if self.levels.iter().any(|level| level.identity == identity) {
            return Err(IntakeError::Loop { path });
        }
        let mut folders = Vec::new();
        let mut files = Vec::new();
        let mut left = Vec::new();
        let mut errors = Vec::new();
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            // A listing that breaks off may lack pages: nothing of this folder is taken then.
            let entry = entry.map_err(unreadable)?;
            let entry_name = entry.file_name();
            if is_side_entry(&entry_name) {
                continue;
            }
            let ending = extension(&entry_name);
            let is_scan = ending.as_ref().is_some_and(|ending| self.rules.extensions.contains(ending));
            let plain = entry.file_type().map_err(unreadable)?;
            if plain.is_dir() {
                folders.push(entry_name);
            } else if !is_scan && plain.is_file() {
                left.push(ending);
            } else {
                match fs::metadata(entry.path()) {
                    Ok(metadata) if metadata.is_dir() => folders.push(entry_name),
                    Ok(metadata) if is_scan && metadata.is_file() => files.push((entry_name, metadata)),
                    Ok(_) if is_scan => errors.push(IntakeError::NotAFile { path: entry.path() }),
                    Err(source) if is_scan => errors.push(IntakeError::Scan { path: entry.path(), source }),
                    Ok(_) | Err(_) => left.push(ending),
                }
            }
        }
        if name.is_empty() {
            self.input_case = cases::input_case(&self.input_name, folders.iter().map(OsString::as_os_str));
        }
        left.into_iter().for_each(|ending| self.leave(ending.unwrap_or_default()));
        folders.sort_by_cached_key(|name| NaturalKey::new(name));
        sort_files(&mut files, |(name, _)| name);
        errors.sort_by(|a, b| a.path().cmp(b.path()));
        self.ready.extend(errors.into_iter().map(Err));
        self.ready.extend(self.divide(&path, &name, &files).into_iter().map(Ok));
        self.levels.push(Level { path, name, identity, folders: folders.into_iter() });
        Ok(())
    }

    fn leave(&mut self, ending: String) {
        let kind =
            if self.left.len() < MAX_KINDS || self.left.contains_key(&ending) { ending } else { OTHER_ENDINGS.into() };
        *self.left.entry(kind).or_default() += 1;
    }

    /// The batches of one folder: one of all its files, or one of each.
    fn divide(&self, path: &Path, name: &str, files: &[(OsString, Metadata)]) -> Vec<FoundBatch> {
        let scan =
            |(file, metadata): &(OsString, Metadata)| found(path.join(file), join(name, &written(file)), metadata);
        let names: Vec<&OsStr> = files.iter().map(|(file, _)| file.as_os_str()).collect();
        let batch = |part: cases::Part| {
            let scans = files.get(part.files).unwrap_or_default().iter().map(scan).collect();
            FoundBatch { key: part.key, case: part.case, scans }
        };
        cases::divide(self.rules.layout, &self.input_case, name, &names).into_iter().map(batch).collect()
    }
}

/// What an input holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Batches.
    pub batches: u64,
    /// Scan files.
    pub scans: u64,
    /// Their size, in bytes.
    pub bytes: u64,
}

/// Counts what [`batches`] would find, for an estimate of the whole; opens no file. What cannot be read is not counted.
pub fn overview(input: &Path, rules: &IntakeRules) -> Result<Overview, IntakeError> {
    let count = |sum: Overview, batch: FoundBatch| Overview {
        batches: sum.batches + 1,
        scans: sum.scans + batch.scans.len() as u64,
        bytes: batch.scans.iter().fold(sum.bytes, |bytes, scan| bytes.saturating_add(scan.len)),
    };
    Ok(batches(input, rules)?.flatten().fold(Overview::default(), count))
}
