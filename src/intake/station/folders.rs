//! What lies in a watch folder, as it was seen last: folders, the files in them, and since when each is as it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use unicode_normalization::UnicodeNormalization as _;

use super::markers;
use super::notice::{Happening, Kernel};
use super::quiet::{Seen, Signature};
use super::{Completion, STATION_FOLDER, StationRules};
use crate::intake::IntakeError;
use crate::intake::names::{extension, is_side_entry, is_temporary};
use crate::intake::walk::found;

/// What a file is to a watch folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scan,
    /// Somebody writes it under this name, to rename it.
    Temporary,
    Marker,
    /// Neither; where a folder is a batch, its changes are changes of the batch.
    Other,
}

/// A file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) seen: Seen,
    /// Told as a part of a claim, as it is.
    pub(super) claimed: bool,
}

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// When something of it was last seen to have changed: a file, or that one came or went.
    pub(super) changed: Instant,
    pub(super) files: HashMap<OsString, Entry>,
    pub(super) folders: HashSet<OsString>,
    /// Folders in it under names that are to change.
    unfinished: u64,
}

impl Folder {
    fn new(now: Instant) -> Self {
        Self { changed: now, files: HashMap::new(), folders: HashSet::new(), unfinished: 0 }
    }

    /// The scans that are not claimed, in no order.
    pub(super) fn pending(&self) -> impl Iterator<Item = (&OsString, &Entry)> {
        self.files.iter().filter(|(_, entry)| entry.kind == Kind::Scan && !entry.claimed)
    }

    /// Files and folders that are seen and not taken yet.
    pub(super) fn waiting(&self) -> u64 {
        let waits = |entry: &&Entry| !entry.claimed && matches!(entry.kind, Kind::Scan | Kind::Temporary);
        self.files.values().filter(waits).count() as u64 + self.unfinished
    }

    fn see(&mut self, name: OsString, kind: Kind, signature: Signature, is_write: bool, now: Instant) {
        let changed = match self.files.get_mut(&name) {
            None => {
                self.files.insert(name, Entry { kind, seen: Seen::new(signature, now), claimed: false });
                true
            }
            Some(entry) => {
                let mut changed = entry.seen.see(signature, now);
                if is_write && !changed && !entry.claimed {
                    entry.seen = Seen::new(signature, now);
                    changed = true;
                }
                // Another file under the name of one that was taken, or somebody writes on.
                entry.claimed &= !changed;
                changed
            }
        };
        if changed {
            self.changed = now;
        }
    }

    fn lose(&mut self, name: &OsStr, now: Instant) {
        if self.files.remove(name).is_some_and(|entry| !entry.claimed) {
            self.changed = now;
        }
        // Folders of single files stay when they are empty, a new one each day or batch: the room of what was in them does
        // not, or a line would grow with every file that it ever saw.
        if self.files.len() < self.files.capacity() / 8 {
            self.files.shrink_to(self.files.len() * 2);
        }
    }
}

/// All folders, by their path below the watch folder; the empty path is that itself.
#[derive(Debug)]
pub(super) struct Folders {
    root: PathBuf,
    extensions: Vec<String>,
    markers: Vec<String>,
    /// Names at the top that are passed over, [`folded`].
    own: [String; 3],
    /// Whether files that are no scans are looked at.
    with_others: bool,
    /// Whether inode numbers last: not on all shares.
    with_inodes: bool,
    device: Option<u64>,
    pub(super) map: BTreeMap<PathBuf, Folder>,
    told: HashSet<PathBuf>,
}

impl Folders {
    pub(super) fn new(root: &Path, rules: &StationRules, with_inodes: bool) -> Self {
        let markers = if rules.completion == Completion::Marker { rules.markers.clone() } else { Vec::new() };
        Self {
            root: root.to_owned(),
            extensions: rules.intake.extensions.clone(),
            markers,
            own: [&rules.done, &rules.held, STATION_FOLDER].map(|name| folded(OsStr::new(name))),
            with_others: rules.by_folder(),
            with_inodes,
            device: None,
            map: BTreeMap::new(),
            told: HashSet::new(),
        }
    }

    /// Looks at everything.
    ///
    /// # Errors
    /// The watch folder itself cannot be listed.
    pub(super) fn look_at_all(
        &mut self,
        kernel: &mut Option<Kernel>,
        now: Instant,
        troubles: &mut Vec<IntakeError>,
    ) -> Result<(), IntakeError> {
        let told = std::mem::take(&mut self.told);
        let mut fresh = Vec::new();
        let visited = self.walk(PathBuf::new(), kernel, now, &mut fresh)?;
        // What is no trouble any more is told anew when it is one again.
        self.told = fresh.iter().map(|error| error.path().to_owned()).collect();
        troubles.extend(fresh.into_iter().filter(|error| !told.contains(error.path())));
        self.map.retain(|name, _| visited.contains(name));
        Ok(())
    }

    /// Looks at what the kernel told of.
    pub(super) fn look_at(
        &mut self,
        happenings: Vec<Happening>,
        kernel: &mut Option<Kernel>,
        now: Instant,
        troubles: &mut Vec<IntakeError>,
    ) -> Result<(), IntakeError> {
        let mut files: BTreeMap<(PathBuf, OsString), bool> = BTreeMap::new();
        let mut fresh = Vec::new();
        for Happening { folder, name, is_folder, is_write, is_gone } in happenings {
            if folder.as_os_str().is_empty() && self.is_own(&name) {
                continue;
            }
            if !is_folder {
                *files.entry((folder, name)).or_default() |= is_write;
                continue;
            }
            let path = folder.join(&name);
            let Some(above) = self.map.get_mut(&folder) else { continue };
            if is_gone {
                above.folders.remove(&name);
                self.map.retain(|known, _| !known.starts_with(&path));
                if let Some(kernel) = kernel {
                    kernel.forget(&path);
                }
            } else if is_temporary(&name, &self.extensions) || is_side_entry(&name) {
                // Counted at the next look at everything.
            } else if above.folders.insert(name) {
                self.walk(path, kernel, now, &mut fresh)?;
            }
        }
        for ((folder, name), is_write) in files {
            self.look_at_file(&folder, name, is_write, now, &mut fresh);
        }
        for error in fresh {
            if self.told.insert(error.path().to_owned()) {
                troubles.push(error);
            }
        }
        Ok(())
    }

    /// Looks once more at a file that is known, before it is believed to be quiet. Whether it is as it was.
    pub(super) fn look_again(&mut self, folder: &Path, name: &OsStr, now: Instant) -> bool {
        let before = self.entry(folder, name).map(|entry| entry.seen.signature);
        self.look_at_file(folder, name.to_owned(), false, now, &mut Vec::new());
        before.is_some() && before == self.entry(folder, name).map(|entry| entry.seen.signature)
    }

    pub(super) fn entry(&self, folder: &Path, name: &OsStr) -> Option<&Entry> {
        self.map.get(folder)?.files.get(name)
    }

    pub(super) fn entry_mut(&mut self, folder: &Path, name: &OsStr) -> Option<&mut Entry> {
        self.map.get_mut(folder)?.files.get_mut(name)
    }

    fn is_own(&self, name: &OsStr) -> bool {
        self.own.contains(&folded(name))
    }

    /// What a file of this name is; `None`: nothing to us.
    fn kind(&self, name: &OsStr) -> Option<Kind> {
        use std::os::unix::ffi::OsStrExt as _;
        let of_a_program = [b"~$".as_slice(), b"._"].iter().any(|mark| name.as_bytes().starts_with(mark));
        let kind = if of_a_program {
            None
        } else if is_temporary(name, &self.extensions) {
            Some(Kind::Temporary)
        } else if markers::is_marker(name, &self.markers) {
            Some(Kind::Marker)
        } else if is_side_entry(name) {
            None
        } else if extension(name).is_some_and(|ending| self.extensions.contains(&ending)) {
            Some(Kind::Scan)
        } else {
            Some(Kind::Other)
        };
        kind.filter(|&kind| kind != Kind::Other || self.with_others)
    }

    fn signature(&self, metadata: &Metadata) -> Signature {
        let times = found(PathBuf::new(), String::new(), metadata);
        Signature {
            device: metadata.dev(),
            inode: if self.with_inodes { metadata.ino() } else { 0 },
            len: metadata.len(),
            modified_ns: times.modified_ns,
            changed_ns: times.changed_ns,
        }
    }

    fn look_at_file(
        &mut self,
        folder: &Path,
        name: OsString,
        is_write: bool,
        now: Instant,
        troubles: &mut Vec<IntakeError>,
    ) {
        let Some(kind) = self.kind(&name) else { return };
        let path = self.root.join(folder).join(&name);
        let metadata = fs::symlink_metadata(&path);
        let metadata = match metadata {
            Ok(metadata) if metadata.is_symlink() => {
                troubles.extend(self.link_trouble(&path, kind));
                None
            }
            Ok(metadata) if metadata.is_file() => Some(metadata),
            Ok(metadata) => {
                if kind == Kind::Scan && !metadata.is_dir() {
                    troubles.push(IntakeError::NotAFile { path });
                }
                None
            }
            Err(error) if is_gone(&error) => None,
            Err(source) => {
                if kind == Kind::Scan {
                    troubles.push(IntakeError::Scan { path, source });
                }
                None
            }
        };
        let signature = metadata.map(|metadata| self.signature(&metadata));
        let Some(folder) = self.map.get_mut(folder) else { return };
        match signature {
            Some(signature) => folder.see(name, kind, signature, is_write, now),
            None => folder.lose(&name, now),
        }
    }

    /// What to tell of a link. One that leads to something in the watch folder needs no word: that is taken itself.
    fn link_trouble(&self, path: &Path, kind: Kind) -> Option<IntakeError> {
        match fs::canonicalize(path) {
            Ok(real) if real.starts_with(&self.root) => None,
            Ok(real) if kind == Kind::Scan || real.is_dir() => Some(IntakeError::Outside { path: path.to_owned() }),
            Err(source) if kind == Kind::Scan && !is_gone_link(&source, path) => {
                Some(IntakeError::Scan { path: path.to_owned(), source })
            }
            Ok(_) | Err(_) => None,
        }
    }

    /// Lists a folder and all below it. Gives the folders that are there.
    fn walk(
        &mut self,
        top: PathBuf,
        kernel: &mut Option<Kernel>,
        now: Instant,
        troubles: &mut Vec<IntakeError>,
    ) -> Result<HashSet<PathBuf>, IntakeError> {
        let mut visited = HashSet::new();
        let mut left = vec![top];
        while let Some(name) = left.pop() {
            let path = self.root.join(&name);
            if let Some(watching) = kernel
                && watching.watch(&path, &name).is_err()
            {
                *kernel = None;
            }
            match self.list(&path, &name, now, troubles) {
                Ok(Some(folders)) => {
                    left.extend(folders.into_iter().map(|folder| name.join(folder)));
                    visited.insert(name);
                }
                Ok(None) => {}
                Err(source) if name.as_os_str().is_empty() => return Err(IntakeError::Input { path, source }),
                // A listing that breaks off may lack pages: nothing of this folder is taken then.
                Err(source) => {
                    self.map.remove(&name);
                    if !is_gone(&source) {
                        troubles.push(IntakeError::Folder { path, source });
                    }
                }
            }
        }
        Ok(visited)
    }

    /// Lists one folder; gives the folders in it that are to be walked, or `None` if it is on another file system.
    fn list(
        &mut self,
        path: &Path,
        name: &Path,
        now: Instant,
        troubles: &mut Vec<IntakeError>,
    ) -> io::Result<Option<Vec<OsString>>> {
        let device = fs::symlink_metadata(path)?.dev();
        let is_top = name.as_os_str().is_empty();
        if is_top {
            self.device = Some(device);
        } else if self.device != Some(device) {
            troubles.push(IntakeError::Outside { path: path.to_owned() });
            return Ok(None);
        }
        let mut folder = self.map.remove(name).unwrap_or_else(|| Folder::new(now));
        let mut names = HashSet::new();
        let mut folders = Vec::new();
        folder.unfinished = 0;
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let entry_name = entry.file_name();
            if is_top && self.is_own(&entry_name) {
                continue;
            }
            let plain = entry.file_type()?;
            if plain.is_dir() {
                if is_temporary(&entry_name, &self.extensions) {
                    folder.unfinished += 1;
                } else if !is_side_entry(&entry_name) {
                    folders.push(entry_name);
                }
                continue;
            }
            let kind = self.kind(&entry_name);
            if plain.is_symlink() {
                if !is_side_entry(&entry_name) {
                    troubles.extend(self.link_trouble(&entry.path(), kind.unwrap_or(Kind::Other)));
                }
                continue;
            }
            let Some(kind) = kind else { continue };
            if !plain.is_file() {
                if kind == Kind::Scan {
                    troubles.push(IntakeError::NotAFile { path: entry.path() });
                }
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => {
                    folder.see(entry_name.clone(), kind, self.signature(&metadata), false, now);
                    names.insert(entry_name);
                }
                Err(error) if is_gone(&error) => {}
                Err(source) => troubles.push(IntakeError::Scan { path: entry.path(), source }),
            }
        }
        let gone: Vec<OsString> = folder.files.keys().filter(|name| !names.contains(*name)).cloned().collect();
        gone.iter().for_each(|name| folder.lose(name, now));
        folder.folders = folders.iter().cloned().collect();
        self.map.insert(name.to_owned(), folder);
        Ok(Some(folders))
    }
}

/// It went away while we looked: nobody's trouble.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle)
}

/// The link itself went away, as against what it leads to.
fn is_gone_link(error: &io::Error, link: &Path) -> bool {
    is_gone(error) && fs::symlink_metadata(link).is_err()
}

/// A name as a share that does not tell case, or spelling of umlauts, compares it.
fn folded(name: &OsStr) -> String {
    name.to_string_lossy().nfc().flat_map(char::to_lowercase).collect()
}
