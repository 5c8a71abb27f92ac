//! A claim carried out: every file to its place by one rename, markers out of the way, empty folders gone.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::claims::numbered;
use super::markers;
use super::{Claim, ClaimedFile, Completion, StationRules};
use crate::intake::names::extension;
use crate::intake::walk::found;
use crate::intake::{FoundBatch, IntakeError, Layout};
use crate::saboteur::{self, Step};

/// Permissions of the folders that are made in a watch folder, less the umask. Who may see a station's files there is the
/// watch folder's own business; what lies in ours is for the line alone.
const FOLDER_MODE: u32 = 0o700;

/// See [`super::Station::carry_out`].
pub(super) fn carry_out(root: &Path, rules: &StationRules, claim: &Claim) -> Result<Option<FoundBatch>, IntakeError> {
    let mut scans = Vec::new();
    let mut sources = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for file in &claim.files {
        let refused = |source| IntakeError::Scan { path: file.source.clone(), source };
        if let Some(target) = file.path.parent() {
            if targets.insert(target.to_owned()) {
                make_folders(root, target).map_err(refused)?;
            }
        }
        bring(file).map_err(refused)?;
        match fs::symlink_metadata(&file.path) {
            Ok(metadata) if metadata.is_file() => scans.push(found(file.path.clone(), file.name.clone(), &metadata)),
            Ok(_) => return Err(IntakeError::NotAFile { path: file.path.clone() }),
            // Another instance took it, or a person.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
        sources.extend(file.source.parent().filter(|folder| folder.starts_with(root)).map(Path::to_owned));
    }
    // A rename that a power cut undoes would leave a file where nobody looks for it any more.
    for target in &targets {
        sync(target).map_err(|source| IntakeError::Folder { path: target.clone(), source })?;
    }
    if !scans.is_empty() && rules.completion == Completion::Marker {
        put_markers_away(root, rules, claim);
    }
    let by_folder = matches!(rules.intake.layout, Layout::FolderIsCase | Layout::FolderIsBatch);
    for folder in sources.iter().filter(|folder| by_folder && *folder != root) {
        // The folder was the batch, and is complete: nobody writes into it any more, and left lying it would look like one
        // more to come. Folders above it, and those of single files, are a station's own: scanners are set to write into
        // them and fail where they are missing. What is not empty stays.
        let _ = fs::remove_dir(folder);
    }
    Ok((!scans.is_empty()).then(|| FoundBatch { key: claim.key.clone(), case: claim.case.clone(), scans }))
}

/// Renames a file, never over another one. One that is there already, or has gone, is left as it is.
///
/// # Errors
/// Refused, or another file has the place ([`io::ErrorKind::AlreadyExists`]).
fn bring(file: &ClaimedFile) -> io::Result<()> {
    saboteur::step(Step::Rename)?;
    match rename(&file.source, &file.path) {
        // It has gone, be it to its place by an earlier attempt.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Renames `source` to `target` unless something is there.
fn rename(source: &Path, target: &Path) -> io::Result<()> {
    match renameat_with(CWD, source, CWD, target, RenameFlags::NOREPLACE) {
        // The file system (NFS, FUSE), or the kernel, does not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_after_a_look(source, target),
        result => Ok(result?),
    }
}

/// Where the file system cannot do both in one. That one file is not taken by two instances holds all the same: a rename
/// gives it to one of them. What remains is the moment between the two steps, in which another file would have to
/// come to the same place; that lies in this instance's own folder, below a name that it gave once.
fn rename_after_a_look(source: &Path, target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(_) if fs::symlink_metadata(source).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) => Ok(()),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(source, target),
        Err(error) => Err(error),
    }
}

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
        let made = saboteur::step(Step::Create).and_then(|()| fs::DirBuilder::new().mode(FOLDER_MODE).create(&path));
        match made {
            Ok(()) => sync(path.parent().unwrap_or(root))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Forces a folder's list of names to disk; network file systems that cannot do so keep names by themselves.
fn sync(folder: &Path) -> io::Result<()> {
    match saboteur::step(Step::Sync).and_then(|()| File::open(folder)?.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Moves the markers of what was taken to the folder `done`, below the day of the claim. One that cannot be moved stays: it
/// speaks for files that are not there any more.
fn put_markers_away(root: &Path, rules: &StationRules, claim: &Claim) {
    let Some(day) = claim.key.split('/').next() else { return };
    let by_folder = matches!(rules.intake.layout, Layout::FolderIsCase | Layout::FolderIsBatch);
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

fn put_away(root: &Path, source: &Path, folder: &Path, name: &OsStr) -> io::Result<()> {
    make_folders(root, folder)?;
    let mut target = folder.join(name);
    for number in 2..1000 {
        match rename(source, &target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                target = folder.join(numbered(name, number, true))
            }
            result => return result,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
