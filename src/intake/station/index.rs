//! Batches that are counted: a folder is complete when nothing is missing that its index file names.
//!
//! The index of a folder `123` lies in it (`123/INDEX.DAT`, `123/x.idx` ...) or beside it (`123.idx`, `123.meta.xml`); where
//! Kodak gives each document a folder of its own, it lies above (`BATCH001/INDEX.DAT` for `BATCH001/00000012`). Who parses it
//! is somebody else ([`super::Lookout`]): here its answer is kept as long as the file stays as it was.
//!
//! A batch that goes on although something is missing takes its index along, as a file to be held, so that a person compares.
//! Of one that has no index, the last scan is held. The index of a complete batch goes to the folder `done`, as a marker does:
//! left lying it would speak for the next batch of this name.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::carry::put_away;
use super::counters::{Count, is_fresh};
use super::folders::{Entry, Folder, Folders, Kind};
use super::quiet::Signature;
use super::{Claim, Lookout, StationRules};
use crate::intake::layouts::{self, Source, Wanted};
use crate::intake::names::{extension, written};
use crate::intake::{FoundBatch, IntakeRules};
use crate::model::{Fault, FaultKind, Stage};

/// Most index files of one folder that are looked into: a folder full of texts is no folder of indexes.
const MAX_INDEXES: usize = 16;

/// Where an index file lies: its folder below the watch folder, and its name.
type Place = (PathBuf, OsString);

/// A file that may be the index of a batch.
struct Candidate {
    place: Place,
    source: Source,
    /// The folder whose names it tells.
    base: PathBuf,
    signature: Signature,
    since: Instant,
}

/// An index file as it was when somebody looked into it.
#[derive(Debug)]
struct Known {
    signature: Signature,
    /// `None`: it cannot be understood.
    wanted: Option<BTreeSet<Wanted>>,
    asked: Instant,
    /// Nothing was missing once: what is not there any more was taken.
    complete: bool,
}

/// What is known of the index files of a watch folder.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    known: HashMap<Place, Known>,
    /// Those that were compared since the last look at the folder, and lack something.
    lacking: HashSet<Place>,
}

impl Indexes {
    /// The folder may be different now; what is not there any more is forgotten.
    pub(super) fn begin(&mut self, folders: &Folders, now: Instant) {
        self.lacking.clear();
        self.known.retain(|(folder, name), known| {
            folders.entry(folder, name).is_some() && is_fresh(known.wanted.as_ref(), known.asked, now)
        });
    }

    /// How the batch that is the folder at `path` stands to its index, and since when that is as it is.
    pub(super) fn count(&mut self, folders: &Folders, path: &Path) -> (Count, Option<Instant>) {
        let candidates = candidates(folders, path);
        let Some(since) = candidates.iter().map(|candidate| candidate.since).max() else {
            // Nothing tells yet whether an index comes into the folder itself or into that above.
            return (Count::Lacking, last_change_around(folders, path));
        };
        let since = if candidates.iter().all(|candidate| candidate.base == path) {
            Some(since)
        } else {
            last_change_around(folders, path).max(Some(since))
        };
        for candidate in candidates {
            let Some(known) = self.known.get_mut(&candidate.place).filter(|k| k.signature == candidate.signature)
            else {
                return (Count::Unread, since);
            };
            let Some(wanted) = known.wanted.as_ref().filter(|wanted| speaks_for(wanted, &candidate, path)) else {
                continue;
            };
            if known.complete {
                return (Count::Complete, since);
            }
            if self.lacking.contains(&candidate.place) {
                return (Count::Lacking, since);
            }
            let names = names(folders, &candidate.base);
            known.complete = layouts::missing(wanted, names.iter().map(String::as_str)) == 0;
            if known.complete {
                return (Count::Complete, since);
            }
            self.lacking.insert(candidate.place);
            return (Count::Lacking, since);
        }
        (Count::Lacking, since)
    }

    /// Has an index of the folder looked into that nobody has looked into. `false` if there is none.
    pub(super) fn ask(&mut self, folders: &Folders, root: &Path, path: &Path, lookout: Lookout<'_>) -> bool {
        let is_unread = |candidate: &Candidate| {
            self.known.get(&candidate.place).is_none_or(|known| known.signature != candidate.signature)
        };
        let Some(Candidate { place, source, signature, .. }) = candidates(folders, path).into_iter().find(is_unread)
        else {
            return false;
        };
        let wanted = (lookout.index)(&root.join(&place.0).join(&place.1), source);
        self.known.insert(place, Known { signature, wanted, asked: Instant::now(), complete: false });
        true
    }

    /// The index that a batch takes along which is not complete. One above is taken by the last of its folders.
    pub(super) fn to_be_held(&self, folders: &Folders, path: &Path) -> Option<PathBuf> {
        let candidates = candidates(folders, path);
        let is_understood = |candidate: &&Candidate| {
            self.known
                .get(&candidate.place)
                .and_then(|known| known.wanted.as_ref())
                .is_some_and(|wanted| speaks_for(wanted, candidate, path))
        };
        let of_own = || candidates.iter().find(|candidate| candidate.base == path);
        let Candidate { place, base, .. } = candidates.iter().find(is_understood).or_else(of_own)?;
        let is_other = |(folder, inner): (&PathBuf, &Folder)| {
            folder != path && folder.parent() == Some(base) && inner.pending().next().is_some()
        };
        (base == path || !folders.map.iter().any(is_other)).then(|| place.0.join(&place.1))
    }
}

/// An index above speaks for the folders in it only where it names folders: else it is that of the files beside it.
fn speaks_for(wanted: &BTreeSet<Wanted>, candidate: &Candidate, path: &Path) -> bool {
    candidate.base == path || wanted.iter().any(|wanted| matches!(wanted, Wanted::Folder(_)))
}

/// When the folder, those beside it or that above last changed: while a scanner makes folder after folder, the index that
/// is written at the end is not late. Not so in the watch folder itself, where every folder is a batch of its own.
fn last_change_around(folders: &Folders, path: &Path) -> Option<Instant> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty())?;
    let beside = folders.map.iter().filter(|(folder, _)| folder.as_path() == above || folder.parent() == Some(above));
    beside.map(|(_, folder)| folder.changed).max()
}

/// The files that may be the index of the folder at `path`, the surest first.
fn candidates(folders: &Folders, path: &Path) -> Vec<Candidate> {
    let candidate = |folder: &Path, name: &OsString, entry: &Entry, base: &Path| {
        let (rank, source) = layouts::source(&written(name)).filter(|_| is_companion(entry))?;
        let place = (folder.to_owned(), name.clone());
        let Entry { seen, .. } = entry;
        Some((rank, Candidate { place, source, base: base.to_owned(), signature: seen.signature, since: seen.since }))
    };
    let files = |folder: &Path| folders.map.get(folder).into_iter().flat_map(|folder| &folder.files);
    let mut found: Vec<(u8, Candidate)> =
        files(path).filter_map(|(name, entry)| candidate(path, name, entry, path)).collect();
    if let Some((above, own)) = path.parent().zip(path.file_name()) {
        let beside = beside(own).into_iter().filter_map(|name| {
            let entry = folders.entry(above, &name)?;
            candidate(above, &name, entry, path)
        });
        found.extend(beside);
        let of_all = files(above).filter_map(|(name, entry)| candidate(above, name, entry, above));
        found
            .extend(of_all.filter(|(_, index)| index.source == Source::Kodak).map(|(rank, index)| (rank + 100, index)));
    }
    found.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.place.cmp(&b.place)));
    found.truncate(MAX_INDEXES);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

fn is_companion(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Other | Kind::Marker)
}

/// Names of the index files beside a folder.
fn beside(folder: &OsStr) -> [OsString; 2] {
    ["idx", "meta.xml"].map(|ending| {
        let mut name = folder.to_owned();
        name.push(".");
        name.push(ending);
        name
    })
}

/// Names in a folder and in the folders in it, `/` between the two.
fn names(folders: &Folders, base: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let Some(folder) = folders.map.get(base) else { return names };
    let of = |folder: &Folder| {
        folder.files.iter().filter(|(_, e)| e.kind != Kind::Temporary).map(|(n, _)| written(n)).collect::<Vec<_>>()
    };
    names.extend(of(folder));
    for inner in &folder.folders {
        let within = folders.map.get(&base.join(inner)).map(of).unwrap_or_default();
        names.extend(within.into_iter().map(|name| format!("{}/{name}", written(inner))));
    }
    names
}

/// Moves the index files of what was taken to the folder `done`, below the day of the claim, as markers are. What cannot be
/// moved stays.
pub(super) fn put_indexes_away(root: &Path, rules: &StationRules, claim: &Claim) {
    let Some(day) = claim.key.split('/').next() else { return };
    let done = root.join(&rules.done).join(day);
    let folders: BTreeSet<&Path> =
        claim.files.iter().filter_map(|file| file.source.parent()?.strip_prefix(root).ok()).collect();
    for folder in folders {
        let away = |folder: &Path, name: &OsStr| {
            let source = root.join(folder).join(name);
            if fs::symlink_metadata(&source).is_ok_and(|metadata| metadata.is_file()) {
                let _ = put_away(root, &source, &done.join(folder), name);
            }
        };
        index_names(&root.join(folder), &rules.intake).iter().for_each(|name| away(folder, name));
        let Some((above, own)) = folder.parent().zip(folder.file_name()) else { continue };
        beside(own).iter().for_each(|name| away(above, name));
        if !has_folders_with_scans(&root.join(above), rules) {
            let kodak = index_names(&root.join(above), &rules.intake).into_iter();
            kodak.filter(|name| is_of(name, Source::Kodak)).for_each(|name| away(above, &name));
        }
    }
}

fn is_of(name: &OsStr, wanted: Source) -> bool {
    layouts::source(&written(name)).is_some_and(|(_, source)| source == wanted)
}

/// Names of the files in a folder that may be indexes.
fn index_names(folder: &Path, intake: &IntakeRules) -> Vec<OsString> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter(|name| is_index(name, intake)).collect()
}

fn is_index(name: &OsStr, intake: &IntakeRules) -> bool {
    layouts::source(&written(name)).is_some() && !is_scan(name, intake)
}

fn is_scan(name: &OsStr, intake: &IntakeRules) -> bool {
    extension(name).is_some_and(|ending| intake.extensions.contains(&ending))
}

/// Whether scans lie in `folder`, or in some folder in it.
fn has_folders_with_scans(folder: &Path, rules: &StationRules) -> bool {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let has_scans = |folder: &Path| entries(folder).any(|entry| is_scan(&entry.file_name(), &rules.intake));
    has_scans(folder) || entries(folder).filter(is_folder).any(|entry| has_scans(&entry.path()))
}

/// What is to be held of a batch that was taken although something of it was missing: the position of the file among its
/// scans, and why. Asks nobody's memory, so that a line that was killed says the same when it starts again.
pub(super) fn doubt(
    root: &Path,
    rules: &StationRules,
    claim: &Claim,
    batch: &FoundBatch,
    lookout: Lookout<'_>,
) -> Option<(usize, Fault)> {
    let fault = |detail: String| Fault::new(Stage::Intake, FaultKind::CountDiffers, detail);
    let last = batch.scans.len().checked_sub(1)?;
    let is_index = |path: &Path| path.file_name().is_some_and(|name| is_index(name, &rules.intake));
    if let Some(position) = batch.scans.iter().position(|scan| is_index(&scan.path)) {
        let index = batch.scans.get(position)?;
        let (_, source) = layouts::source(&written(index.path.file_name()?))?;
        let Some(wanted) = (lookout.index)(&index.path, source) else {
            return Some((position, fault("the index file of the batch cannot be understood".into())));
        };
        let names: Vec<String> =
            claim.files.iter().filter_map(|file| Some(written(file.source.file_name()?))).collect();
        let numbered = wanted.iter().any(|wanted| matches!(wanted, Wanted::Folder(_)));
        let detail = match layouts::missing(&wanted, names.iter().map(String::as_str)) {
            // The folders that came earlier are with their own claims.
            _ if numbered => format!("the index file names {} documents, and some of them did not come", wanted.len()),
            missing => format!("the index file names {}, of which {missing} did not come", wanted.len()),
        };
        return Some((position, fault(detail)));
    }
    // A complete batch had an index: there, or put away.
    let day = Path::new(claim.key.split('/').next()?);
    let folder = claim.files.first()?.source.parent()?.strip_prefix(root).ok()?;
    let places = [root.to_owned(), root.join(&rules.done).join(day)];
    let had_one = places.iter().any(|top| {
        let there = |name: &OsString| fs::symlink_metadata(top.join(folder).with_file_name(name)).is_ok();
        let above = folder.parent().map(|above| index_names(&top.join(above), &rules.intake)).unwrap_or_default();
        !index_names(&top.join(folder), &rules.intake).is_empty()
            || folder.file_name().is_some_and(|own| beside(own).iter().any(there))
            || above.iter().any(|name| is_of(name, Source::Kodak))
    });
    (!had_one).then(|| (last, fault("no index file came with the batch".into())))
}
