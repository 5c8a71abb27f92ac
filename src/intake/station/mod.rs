//! Watch folders: files that stations drop, taken when they are complete, and by one instance only.
//!
//! In: a folder on a disk or share, and somebody who looks into files (a worker; nothing here parses any). Out: claims:
//! batches of complete files, each with the one place to which a rename brings it. Knows no ledger: whoever holds that
//! records a claim before it is carried out, so that an interrupted one is completed and not forgotten.

//!
//! `quiet` is the rule of completeness, pure; `folders` remembers what was seen; `notice` is how changes are noticed;
//! `markers` knows markers; `claims` gives complete files their case and a name of their own; `carry` brings them there;
//! `counters` counts batches: `index` by what their index files name, `covers` by what their cover sheets say.

mod abandoned;
mod carry;
mod claims;
mod counters;
mod covers;
mod folders;
mod index;
mod markers;
mod notice;
mod quiet;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use self::abandoned::Abandoned;
pub use self::carry::rename_beside;

use self::claims::Desk;
use self::counters::{Count, Counters};
use self::folders::{Entry, Folder, Folders, Kind};
use self::notice::Kernel;
use self::quiet::{Patience, Structure, Verdict};
use super::layouts::{Source, Wanted};
use super::natural::sort_files;
use super::{FoundBatch, IntakeError, IntakeRules, Layout};
use crate::model::{Fault, Opening, Wholeness};

/// The folder in a watch folder in which instances keep what they have claimed.
const STATION_FOLDER: &str = ".scanstrasse";

/// Time between two looks at a folder whose changes the kernel does not tell, and the least between two looks at
/// everything.
const POLL: Duration = Duration::from_millis(500);

/// Looking at everything may take one part in so many of the time: a share answers slowly.
const POLL_SHARE: u32 = 5;

/// Least time between two answers of [`Station::wait`]: a file that is being written gives thousands of messages a second.
const BREATH: Duration = Duration::from_millis(100);

/// What a marker or a final name is worth less than this: a share may show names before it has the bytes.
const SHORT_SETTLE: Duration = Duration::from_millis(500);

/// Most files that are looked into at one look: thousands that are complete at once must not keep the others waiting.
const MAX_ASKED: usize = 64;

/// Time after which no further file is looked into at one look: a share may be slow, and a file may keep whoever looks into it
/// busy until the deadline.
const ASKING_TIME: Duration = Duration::from_secs(1);

/// When a file of a watch folder counts as complete. Whatever the rule, its structure must be whole as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completion {
    /// Length and times have not changed for the settle time.
    #[default]
    Quiet,
    /// A marker lies beside it (`a.pdf.ready`, `a.ready`), or in or beside its folder (`123/.ready`, `123/x.ready`, `123.ready`).
    Marker,
    /// It has its final name: the station writes under a temporary one and renames.
    Rename,
}

/// Whether a batch that is a folder is counted before it counts as complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// No.
    #[default]
    None,
    /// Nothing may be missing that its index file names, see [`super::layouts`].
    Index,
    /// It has as many pages, at least, as the separator sheet at its beginning says.
    Cover {
        /// Its sheets come as all fronts, then all backs: each has two pages, and the back of the cover comes last.
        fronts_then_backs: bool,
    },
}

/// Who looks into files: a worker, as nothing here parses any.
#[derive(Clone, Copy)]
pub struct Lookout<'a> {
    /// Whether a file is whole.
    pub whole: &'a (dyn Fn(&Path) -> Wholeness + Sync),
    /// The scans that an index file asks for; `None` if it cannot be understood.
    pub index: &'a (dyn Fn(&Path, Source) -> Option<BTreeSet<Wanted>> + Sync),
    /// The pages of a scan, and if asked for what the first of them are; `None` if it cannot be opened.
    pub opening: &'a (dyn Fn(&Path, bool) -> Option<Opening> + Sync),
}

/// How new files are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discovery {
    /// By the kernel's messages where the file system gives them, else by looking again and again.
    #[default]
    Auto,
    /// By the kernel's messages.
    Inotify,
    /// By looking every second.
    Poll,
}

/// A `[[watch]]` of the pipeline file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRules {
    /// The watch folder. A relative one starts at the pipeline file's folder.
    pub folder: PathBuf,
    /// What operators call it; the folder's own name if none is given.
    pub name: String,
    /// Its layout and endings.
    pub intake: IntakeRules,
    /// When a file is complete.
    pub completion: Completion,
    /// Whether batches are counted; only where a folder is a batch.
    pub counting: Counting,
    /// Endings of markers, lower case, without the dot.
    pub markers: Vec<String>,
    /// Time without a change after which a file, and a batch that is a folder, is complete.
    pub settle: Duration,
    /// Quiet for so long and still not whole, a file is taken all the same, so that it is held with a reason and not left
    /// lying.
    pub give_up: Duration,
    /// How new files are noticed.
    pub discovery: Discovery,
    /// Longest time between two looks at the whole folder.
    pub rescan: Duration,
    /// Its files go before all others.
    pub urgent: bool,
    /// Folder in the watch folder to which originals go after their receipt.
    pub done: String,
    /// Folder in the watch folder to which originals go of which something is held.
    pub held: String,
    /// Originals in `done` are removed after so many whole days; `None`: never.
    pub keep_done_days: Option<u32>,
}

impl StationRules {
    /// Whether a folder is a batch, as against each file.
    fn by_folder(&self) -> bool {
        matches!(self.intake.layout, Layout::FolderIsCase | Layout::FolderIsBatch)
    }

    /// How batches are counted.
    fn counting(&self) -> Counting {
        if self.by_folder() { self.counting } else { Counting::None }
    }
}

/// A batch that is complete and is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// As [`FoundBatch::key`]; begins with the day of the claim, and no other claim of this folder has it.
    pub key: String,
    /// As [`FoundBatch::case`]: what lay where, not where it is brought.
    pub case: String,
    /// In natural order; at the end an index file of a batch of which something is missing, see [`Station::doubt`].
    pub files: Vec<ClaimedFile>,
}

/// A file of a [`Claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedFile {
    /// Where it was found.
    pub source: PathBuf,
    /// Where it is brought, on the same file system: `<watch folder>/.scanstrasse/<instance>/<name>`.
    pub path: PathBuf,
    /// As [`super::FoundScan::name`]: `<day>/<path below the watch folder>`; its place below `done` and `held`, too.
    pub name: String,
}

/// What a look at a watch folder gives.
#[derive(Debug, Default)]
pub struct Sight {
    /// Batches that are complete.
    pub ready: Vec<Claim>,
    /// Files that are seen and not complete yet.
    pub waiting: u64,
    /// What cannot be looked at, told once for each file or folder.
    pub troubles: Vec<IntakeError>,
    /// When to look again at the latest.
    pub next: Option<Instant>,
}

/// A watch folder that is being watched.
#[derive(Debug)]
pub struct Station {
    rules: StationRules,
    root: PathBuf,
    instance: String,
    folders: Folders,
    counters: Counters,
    /// The kernel's messages, unless the folder is looked at again and again.
    kernel: Option<Kernel>,
    /// When everything is to be looked at.
    next_pass: Option<Instant>,
    /// When a batch is to be judged again, if nothing changes.
    next_due: Option<Instant>,
    waiting: u64,
    /// When [`Station::look`] was last called.
    looked: Option<Instant>,
    /// The folder could not be listed at the last look.
    lost: bool,
}

impl Station {
    /// Begins to watch. `instance` is a short word of letters and digits that no other line at this folder has.
    ///
    /// # Errors
    /// The folder is not there or cannot be listed, or `instance` is no such word.
    pub fn open(rules: &StationRules, instance: &str) -> Result<Self, IntakeError> {
        let unreadable = |source| IntakeError::Input { path: rules.folder.clone(), source };
        // It becomes the name of a folder.
        if instance.is_empty() || !instance.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(unreadable(std::io::ErrorKind::InvalidInput.into()));
        }
        let root = rules.folder.canonicalize().map_err(unreadable)?;
        std::fs::read_dir(&root).map_err(unreadable)?;
        let folders = Folders::new(&root, rules, !notice::is_remote(&root));
        Ok(Self {
            rules: rules.clone(),
            kernel: Kernel::open(rules.discovery, &root),
            folders,
            counters: Counters::default(),
            root,
            instance: instance.to_owned(),
            next_pass: None,
            next_due: None,
            waiting: 0,
            looked: None,
            lost: false,
        })
    }

    /// The watch folder, canonical.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// How changes are noticed now: by the kernel's messages or by looking. Never [`Discovery::Auto`].
    pub fn discovery(&self) -> Discovery {
        if self.kernel.is_some() { Discovery::Inotify } else { Discovery::Poll }
    }

    /// What other instances claimed here more than a day ago and did not deliver.
    pub fn abandoned(&self) -> Vec<Abandoned> {
        abandoned::abandoned(&self.root, &self.instance, jiff::Timestamp::now())
    }

    /// Waits until the folder may have changed, `longest` at most.
    pub fn wait(&mut self, longest: Duration) {
        let sleep = |time| {
            let _ = crossbeam_channel::never::<()>().recv_timeout(time);
        };
        let Some(kernel) = &self.kernel else {
            return sleep(longest.min(POLL));
        };
        if kernel.wait(longest) {
            let since = self.looked.map_or(BREATH, |looked| looked.elapsed());
            sleep(BREATH.saturating_sub(since).min(longest));
        }
    }

    /// Looks what is complete. `taken` knows the keys of earlier claims of this folder. Costs nothing but a look at the clock
    /// if nothing may have changed.
    ///
    /// # Errors
    /// The folder itself cannot be listed: it went away, or refuses.
    pub fn look(
        &mut self,
        now: Instant,
        lookout: Lookout<'_>,
        taken: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Sight, IntakeError> {
        let mut sight = Sight::default();
        self.looked = Some(Instant::now());
        let changed = self.notice(now, &mut sight.troubles)?;
        if changed || self.next_due.is_some_and(|due| due <= now) {
            self.judge(now, lookout, taken, &mut sight);
        }
        sight.waiting = self.waiting;
        sight.next = [self.next_due, self.next_pass].into_iter().flatten().min();
        Ok(sight)
    }

    /// Brings the files of a claim to their places, each by one rename that never replaces a file. Can be repeated: what
    /// is there already stays. Files that have gone (another instance took them, or a person) are left out; `None` if all
    /// have. Its other instances never get the same file.
    ///
    /// # Errors
    /// A rename was refused; nothing is lost, and the claim can be carried out again.
    pub fn carry_out(&self, claim: &Claim) -> Result<Option<FoundBatch>, IntakeError> {
        self.carry_out_all(std::slice::from_ref(claim)).pop().unwrap_or(Ok(None))
    }

    /// As [`Station::carry_out`], many at once: each folder is forced to disk once for all claims and not for each. Results
    /// in the order of the claims.
    pub fn carry_out_all(&self, claims: &[Claim]) -> Vec<Result<Option<FoundBatch>, IntakeError>> {
        carry::carry_out_all(&self.root, &self.rules, claims)
    }

    /// What is to be held of a batch that was taken although something is missing that its index names, or without the index
    /// or cover sheet by which it is counted: the position of the file among its scans, and why. `None` if there is nothing.
    pub fn doubt(&self, claim: &Claim, batch: &FoundBatch, lookout: Lookout<'_>) -> Option<(usize, Fault)> {
        match self.rules.counting() {
            Counting::None => None,
            Counting::Index => index::doubt(&self.root, &self.rules, claim, batch, lookout),
            Counting::Cover { .. } => covers::doubt(batch, lookout),
        }
    }

    /// Brings what is known of the folder up to date. Whether anything may be different.
    fn notice(&mut self, now: Instant, troubles: &mut Vec<IntakeError>) -> Result<bool, IntakeError> {
        let happenings = match &mut self.kernel {
            Some(kernel) => kernel.read(),
            None => Some(Vec::new()),
        };
        let is_due = self.lost || self.next_pass.is_none_or(|next| next <= now);
        match happenings {
            Some(happenings) if !is_due => {
                let any = !happenings.is_empty();
                self.folders.look_at(happenings, &mut self.kernel, now, troubles)?;
                if self.kernel.is_none() {
                    self.next_pass = self.next_pass.map(|next| next.min(now + POLL));
                }
                Ok(any)
            }
            // More happened than the kernel kept, or it is time.
            Some(_) | None => {
                let started = Instant::now();
                let looked = self.folders.look_at_all(&mut self.kernel, now, troubles);
                let pause = if self.kernel.is_some() && looked.is_ok() { self.rules.rescan } else { POLL };
                self.next_pass = Some(now + pause.max(started.elapsed().saturating_mul(POLL_SHARE)));
                self.lost = looked.is_err();
                looked.map(|()| true)
            }
        }
    }

    /// Judges every batch, and claims those that are complete.
    fn judge(&mut self, now: Instant, lookout: Lookout<'_>, taken: &mut dyn FnMut(&str) -> bool, sight: &mut Sight) {
        let mut due: Vec<Batch> = Vec::new();
        let mut next = None;
        // Apart from the folders while these are read.
        let mut counters = std::mem::take(&mut self.counters);
        counters.begin(&self.folders, now);
        for (path, folder) in &self.folders.map {
            for Gathering { since, hindered, files } in self.gatherings(path, folder) {
                let names = files.iter().map(|(name, _)| *name);
                let (count, counted) = counters.count(self.rules.counting(), &self.folders, path, names.clone());
                let since = counted.map_or(since, |counted| counted.max(since));
                let structures = files.iter().map(|(_, entry)| entry.seen.structure);
                let batch = || {
                    let files = names.cloned().collect();
                    Batch { folder: path.to_owned(), files, since, hindered, count }
                };
                match self.judge_one(now, since, hindered, count, structures) {
                    Verdict::Wait(until) => next = earlier(next, until),
                    Verdict::Ask | Verdict::Take => due.push(batch()),
                }
            }
        }
        self.counters = counters;
        self.next_due = next;
        due.sort_by_key(|batch| batch.since);
        let mut round = Round { asked: 0, begun: Instant::now() };
        let mut complete: BTreeMap<PathBuf, Complete> = BTreeMap::new();
        for mut batch in due {
            if round.is_over() {
                self.next_due = Some(now);
                break;
            }
            match self.examine(now, &mut batch, lookout, &mut round) {
                Verdict::Take => {
                    let complete = complete.entry(batch.folder).or_default();
                    complete.files.extend(batch.files);
                    complete.lacking |= batch.count != Count::Complete;
                }
                Verdict::Ask => self.next_due = Some(now),
                Verdict::Wait(until) => self.next_due = earlier(self.next_due, until),
            }
        }
        self.claim(complete, taken, sight);
        self.waiting = self.folders.map.values().map(Folder::waiting).sum();
    }

    fn claim(&mut self, complete: BTreeMap<PathBuf, Complete>, taken: &mut dyn FnMut(&str) -> bool, sight: &mut Sight) {
        if complete.is_empty() {
            return;
        }
        let mut desk = Desk {
            root: &self.root,
            rules: &self.rules,
            instance: &self.instance,
            day: jiff::Zoned::now().date().to_string(),
            taken,
            given: HashSet::new(),
        };
        for (folder, Complete { files: names, lacking }) in complete {
            let counting = self.rules.counting();
            let index = lacking.then(|| self.counters.to_be_held(counting, &self.folders, &folder)).flatten();
            let claims = desk.claims(&self.folders, &folder, names.clone(), index.as_deref());
            if claims.iter().any(Option::is_none) {
                let source = std::io::ErrorKind::InvalidFilename.into();
                sight.troubles.push(IntakeError::Folder { path: self.root.join(&folder), source });
            }
            sight.ready.extend(claims.into_iter().flatten());
            for name in names {
                if let Some(entry) = self.folders.entry_mut(&folder, &name) {
                    entry.claimed = true;
                }
            }
        }
    }

    /// The batches that the pending scans of a folder are or may become. What lacks a marker is none yet.
    fn gatherings<'s>(&'s self, path: &Path, folder: &'s Folder) -> Vec<Gathering<'s>> {
        let mut pending = folder.pending().peekable();
        if pending.peek().is_none() {
            return Vec::new();
        }
        let endings = &self.rules.markers;
        let by_marker = self.rules.completion == Completion::Marker;
        let is_marker = |entry: &&Entry| entry.kind == Kind::Marker;
        let marker = |folder: &Path, name: &OsString| self.folders.entry(folder, name).filter(is_marker);
        let own = folder.files.values().find(is_marker).filter(|_| by_marker);
        let of_folder = markers::of_folder(path, if by_marker { endings } else { &[] });
        let of_folder = of_folder.iter().find_map(|(folder, name)| marker(folder, name));
        let marked = |since: Instant, marker: Option<&Entry>| match marker {
            Some(marker) => Some(marker.seen.since.max(since)),
            None => (!by_marker).then_some(since),
        };
        if self.rules.by_folder() {
            let is_unfinished = |entry: &Entry| entry.kind == Kind::Temporary;
            let hindered = !by_marker && folder.files.values().any(is_unfinished);
            let since = marked(folder.changed, own.or(of_folder));
            let mut files: Vec<_> = pending.collect();
            if matches!(self.rules.counting(), Counting::Cover { .. }) {
                sort_files(&mut files, |(name, _)| name.as_os_str());
            }
            return since.map(|since| Gathering { since, hindered, files }).into_iter().collect();
        }
        let single = |file: (&'s OsString, &'s Entry)| {
            let of_file =
                own.and_then(|_| markers::of_file(file.0, endings).iter().find_map(|name| marker(path, name)));
            let since = marked(file.1.seen.since, of_file.or(of_folder))?;
            Some(Gathering { since, hindered: false, files: vec![file] })
        };
        pending.filter_map(single).collect()
    }

    fn patience(&self) -> Patience {
        let settle = match self.rules.completion {
            Completion::Quiet => self.rules.settle,
            // A folder may have been renamed, or its files one by one: only quiet tells that no further one comes.
            Completion::Rename if self.rules.by_folder() => self.rules.settle,
            Completion::Rename | Completion::Marker => self.rules.settle.min(SHORT_SETTLE),
        };
        Patience { settle, give_up: self.rules.give_up }
    }

    fn structures<'s>(&'s self, batch: &'s Batch) -> impl Iterator<Item = Structure> + 's {
        let structure = |name: &OsString| self.folders.entry(&batch.folder, name).map(|entry| entry.seen.structure);
        batch.files.iter().map(move |name| structure(name).unwrap_or_default())
    }

    fn verdict(&self, now: Instant, batch: &Batch) -> Verdict {
        self.judge_one(now, batch.since, batch.hindered, batch.count, self.structures(batch))
    }

    /// An index or cover that nobody has looked into is to be looked into, as is such a file; what is missing hinders.
    fn judge_one(
        &self,
        now: Instant,
        since: Instant,
        hindered: bool,
        count: Count,
        structures: impl Iterator<Item = Structure>,
    ) -> Verdict {
        let index = (count == Count::Unread).then_some(Structure::Unknown);
        quiet::verdict(now, since, self.patience(), hindered || count == Count::Lacking, structures.chain(index))
    }

    /// Looks at a batch that seems to be quiet: whether it still is, and whether its files are whole. [`Verdict::Ask`] if
    /// some are left for the next look.
    fn examine(&mut self, now: Instant, batch: &mut Batch, lookout: Lookout<'_>, round: &mut Round) -> Verdict {
        let settle = self.patience().settle;
        let changed = Verdict::Wait(now + settle);
        if !self.is_as_it_was(now, batch) {
            return changed;
        }
        while batch.count == Count::Unread {
            if round.is_over() {
                return Verdict::Ask;
            }
            round.asked += 1;
            let (counting, files) = (self.rules.counting(), &batch.files);
            let asked = self.counters.ask(counting, &self.folders, &self.root, (&batch.folder, files), lookout);
            batch.count = self.counters.count(counting, &self.folders, &batch.folder, files.iter()).0;
            if !asked {
                break;
            }
        }
        if self.verdict(now, batch) == Verdict::Ask {
            for name in &batch.files {
                let structure = self.folders.entry(&batch.folder, name).map(|entry| entry.seen.structure);
                if !structure.is_some_and(|structure| quiet::is_due(now, batch.since, structure)) {
                    continue;
                }
                if round.is_over() {
                    return Verdict::Ask;
                }
                round.asked += 1;
                let answer = (lookout.whole)(&self.root.join(&batch.folder).join(name));
                if let Some(entry) = self.folders.entry_mut(&batch.folder, name) {
                    entry.seen.structure = entry.seen.structure.answered(answer, now);
                }
            }
            // Looking takes its time.
            if !self.is_as_it_was(now, batch) {
                return changed;
            }
        }
        self.verdict(now, batch)
    }

    fn is_as_it_was(&mut self, now: Instant, batch: &Batch) -> bool {
        let mut same = true;
        for name in &batch.files {
            same &= self.folders.look_again(&batch.folder, name, now);
        }
        same
    }
}

/// Files that may become a batch, as they are remembered.
struct Gathering<'s> {
    /// Since when they have been as they are, their marker being one of them.
    since: Instant,
    /// Something beside them has a name that is to change.
    hindered: bool,
    files: Vec<(&'s OsString, &'s Entry)>,
}

/// Files that seem to be complete, to be looked at.
struct Batch {
    /// Below the watch folder.
    folder: PathBuf,
    files: Vec<OsString>,
    /// Since when it has been as it is.
    since: Instant,
    /// Something in it has a name that is to change.
    hindered: bool,
    /// How it stands to its index or cover sheet.
    count: Count,
}

/// Files of a folder that are to be claimed.
#[derive(Default)]
struct Complete {
    files: Vec<OsString>,
    /// As complete as they will ever be: something that the index names did not come.
    lacking: bool,
}

/// What one look spends on looking into files.
struct Round {
    asked: usize,
    begun: Instant,
}

impl Round {
    fn is_over(&self) -> bool {
        self.asked >= MAX_ASKED || self.begun.elapsed() >= ASKING_TIME
    }
}

fn earlier(one: Option<Instant>, other: Instant) -> Option<Instant> {
    Some(one.map_or(other, |one| one.min(other)))
}
