//! A claim carried out: every file to its place by one rename, markers out of the way, empty folders gone.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use super::claims::numbered;
use super::index::put_indexes_away;
use super::markers;
use super::{Claim, ClaimedFile, Completion, Counting, StationRules};
use crate::durable;
use crate::intake::names::extension;
use crate::intake::walk::found;
use crate::intake::{FoundBatch, FoundScan, IntakeError};

/// Permissions of the folders that are made in a watch folder, less the umask: for ourselves, and for the group as far as
/// it may use the watch folder, so that instances of several users can share it. For nobody else: these are case files.
fn folder_mode(root: &Metadata) -> u32 {
    0o700 | root.permissions().mode() & 0o070
}

/// See [`super::Station::carry_out_all`].
pub(super) fn carry_out_all(
    root: &Path,
    rules: &StationRules,
    claims: &[Claim],
) -> Vec<Result<Option<FoundBatch>, IntakeError>> {
    let mut targets = Targets::default();
    let brought: Vec<_> = claims.iter().map(|claim| bring_all(root, claim, &mut targets)).collect();
    // A rename that a power cut undoes would leave a file where nobody looks for it any more.
    let unsafe_targets = targets.sync();
    let finish = |(claim, brought): (&Claim, Result<Vec<FoundScan>, IntakeError>)| {
        let scans = brought?;
        let mut folders = claim.files.iter().filter_map(|file| file.path.parent());
        if let Some((target, error)) = folders.find_map(|target| unsafe_targets.get_key_value(target)) {
            return Err(IntakeError::Folder { path: target.clone(), source: (*error).into() });
        }
        if scans.is_empty() {
            return Ok(None);
        }
        tidy(root, rules, claim);
        Ok(Some(FoundBatch { key: claim.key.clone(), case: claim.case.clone(), scans }))
    };
    claims.iter().zip(brought).map(finish).collect()
}

/// Folders into which files were renamed.
#[derive(Default)]
struct Targets(BTreeSet<PathBuf>);

impl Targets {
    /// Makes sure that `folder`, which lies in `root`, is there.
    fn open(&mut self, root: &Path, folder: &Path) -> io::Result<()> {
        if !self.0.contains(folder) {
            make_folders(root, folder)?;
            self.0.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Forces all to disk; gives those that refuse.
    fn sync(self) -> BTreeMap<PathBuf, io::ErrorKind> {
        let failed = |target: PathBuf| Some((durable::sync_dir(&target).err()?.kind(), target));
        self.0.into_iter().filter_map(failed).map(|(kind, target)| (target, kind)).collect()
    }
}

/// Brings the files of a claim to their places; gives those that are there now.
fn bring_all(root: &Path, claim: &Claim, targets: &mut Targets) -> Result<Vec<FoundScan>, IntakeError> {
    let mut scans = Vec::new();
    for file in &claim.files {
        let refused = |source| IntakeError::Scan { path: file.source.clone(), source };
        if let Some(target) = file.path.parent() {
            targets.open(root, target).map_err(refused)?;
        }
        bring(file).map_err(refused)?;
        match fs::symlink_metadata(&file.path) {
            Ok(metadata) if metadata.is_file() => scans.push(found(file.path.clone(), file.name.clone(), &metadata)),
            Ok(_) => return Err(IntakeError::NotAFile { path: file.path.clone() }),
            // Another instance took it, or a person.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(scans)
}

/// Puts away what a claim leaves in the watch folder.
fn tidy(root: &Path, rules: &StationRules, claim: &Claim) {
    if rules.completion == Completion::Marker {
        put_markers_away(root, rules, claim);
    }
    if !rules.by_folder() {
        return;
    }
    if rules.counting() == Counting::Index {
        put_indexes_away(root, rules, claim);
    }
    let sources: BTreeSet<&Path> = claim.files.iter().filter_map(|file| file.source.parent()).collect();
    for folder in sources.into_iter().filter(|folder| folder.starts_with(root) && *folder != root) {
        // The folder was the batch, and is complete: nobody writes into it any more, and left lying it would look like one
        // more to come. Folders above it, and those of single files, are a station's own: scanners are set to write into
        // them and fail where they are missing. What is not empty stays.
        let _ = fs::remove_dir(folder);
    }
}

/// Renames a file, never over another one. One that is there already, or has gone, is left as it is.
///
/// # Errors
/// Refused, or another file has the place ([`io::ErrorKind::AlreadyExists`]).
fn bring(file: &ClaimedFile) -> io::Result<()> {
    match durable::rename_new(&file.source, &file.path) {
        // It has gone, be it to its place by an earlier attempt.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Renames a file to `target`, or where another has that name, to the next numbered one; where it is then.
///
/// # Errors
/// Refused, or the source has gone.
pub fn rename_beside(source: &Path, target: &Path) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut free = target.to_owned();
    for number in 2..MAX_NAMESAKES {
        match durable::rename_new(source, &free) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                free = target.with_file_name(numbered(name, number, true));
            }
            result => return result.map(|()| free),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Most files of one name that are told apart by a number.
const MAX_NAMESAKES: u32 = 1000;

/// Makes `folder`, which lies in `root`, and those between the two. No link leads out of the watch folder on this way.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    let below = folder.strip_prefix(root).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut path = root.to_owned();
    for part in below.components() {
        let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
        path.push(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => continue,
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        durable::make_dir(&path, folder_mode(&fs::metadata(root)?))?;
    }
    Ok(())
}

/// Moves the markers of what was taken to the folder `done`, below the day of the claim. One that cannot be moved stays: it
/// speaks for files that are not there any more.
fn put_markers_away(root: &Path, rules: &StationRules, claim: &Claim) {
    let Some(day) = claim.key.split('/').next() else { return };
    let by_folder = rules.by_folder();
    let away = |folder: &Path, name: &OsStr| {
        let source = root.join(folder).join(name);
        if fs::symlink_metadata(&source).is_ok_and(|metadata| metadata.is_file()) {
            let _ = put_away(root, &source, &root.join(&rules.done).join(day).join(folder), name);
        }
    };
    let below = |path: &Path| path.strip_prefix(root).ok().map(Path::to_owned);
    let folders: BTreeSet<PathBuf> = claim.files.iter().filter_map(|file| below(file.source.parent()?)).collect();
    for folder in folders {
        if by_folder {
            markers::within(&root.join(&folder), &rules.markers).iter().for_each(|name| away(&folder, name));
        } else {
            let names = claim.files.iter().filter(|file| file.source.parent() == Some(&root.join(&folder)));
            for name in names.filter_map(|file| file.source.file_name()) {
                markers::of_file(name, &rules.markers).iter().for_each(|marker| away(&folder, marker));
            }
        }
        let of_folder = markers::of_folder(&folder, &rules.markers);
        let there =
            of_folder.iter().filter(|(folder, name)| fs::symlink_metadata(root.join(folder).join(name)).is_ok());
        let there: Vec<_> = there.collect();
        // Single files are taken one by one: their folder's marker goes with the last.
        if !there.is_empty() && (by_folder || !has_scans(&root.join(&folder), rules)) {
            there.into_iter().for_each(|(folder, name)| away(folder, name));
        }
    }
}

fn has_scans(folder: &Path, rules: &StationRules) -> bool {
    let is_scan = |name: OsString| extension(&name).is_some_and(|ending| rules.intake.extensions.contains(&ending));
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| is_scan(entry.file_name()))
}

pub(super) fn put_away(root: &Path, source: &Path, folder: &Path, name: &OsStr) -> io::Result<()> {
    make_folders(root, folder)?;
    rename_beside(source, &folder.join(name)).map(drop)
}
