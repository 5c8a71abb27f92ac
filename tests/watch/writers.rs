//! Scanner stations: they drop files in every way that stations do.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::line::Rig;
use crate::oracle::sha256;
use crate::scans::{self, Scan};

/// Settle time of the watch folders.
pub(crate) const SETTLE: Duration = Duration::from_secs(1);

/// How long a writer may stop in a file that its own marker, name or structure shows to be unfinished: longer than the
/// settle time.
const LONG_PAUSE_MS: u64 = 2500;

/// How long it may stop where nothing but the quiet tells: well below.
const SHORT_PAUSE_MS: u64 = 300;

/// The kinds of watch folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Quiet,
    Urgent,
    Marker,
    Rename,
    /// Every folder in it is a batch.
    Folders,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Quiet, Self::Urgent, Self::Marker, Self::Rename, Self::Folders];
}

/// A file that is complete.
pub(crate) struct Dropped {
    pub(crate) sha256: String,
    pub(crate) path: PathBuf,
    /// Nothing but quiet told that it is.
    pub(crate) settles: bool,
    /// Since then.
    written: Instant,
    /// It is gone from its place.
    gone: bool,
    /// Since then, if somebody looked shortly before.
    taken: Option<Instant>,
}

impl Dropped {
    /// Time from the last byte to the claim, if the writer saw it.
    pub(crate) fn waited(&self) -> Option<Duration> {
        // A batch whose files stood for the settle time one after the other may go in parts.
        self.taken.map(|taken| taken.saturating_duration_since(self.written))
    }
}

/// Drops so many files, and looks meanwhile when they are taken.
pub(crate) fn write(rig: &Rig, writer: u64, files: u64, mut dice: Dice) -> Vec<Dropped> {
    let mut dropped: Vec<Dropped> = Vec::new();
    let (mut number, mut looked) = (0, Instant::now());
    while number < files {
        let kind = Kind::ALL[dice.roll(Kind::ALL.len() as u64) as usize];
        let burst = (1 + dice.roll(6)).min(files - number);
        let folder = match kind {
            // One batch; its files come within the settle time.
            Kind::Folders => rig.folder(kind).join(format!("Akte {writer}-{number}")),
            _ if dice.one_in(4) => rig.folder(kind).join(format!("Fach {}/u\u{308}ber", dice.roll(3))),
            _ => rig.folder(kind),
        };
        fs::create_dir_all(&folder).unwrap();
        for _ in 0..burst {
            let scan = scans::scan(writer << 32 | number, &mut dice);
            let stem = stem(writer, number, &mut dice);
            dropped.push(drop_one(&folder, &stem, &scan, kind, &mut dice));
            number += 1;
            look(&mut dropped, &mut looked);
        }
        if kind == Kind::Folders {
            // A batch is complete with its last file.
            let first = dropped.len() - burst as usize;
            dropped[first..].iter_mut().for_each(|file| file.written = Instant::now());
        }
        for _ in 0..dice.roll(20) {
            thread::sleep(Duration::from_millis(10));
            look(&mut dropped, &mut looked);
        }
    }
    // Until the last ones should have been taken.
    let last = Instant::now();
    while last.elapsed() < SETTLE + Duration::from_secs(2) && dropped.iter().any(|file| !file.gone) {
        thread::sleep(Duration::from_millis(10));
        look(&mut dropped, &mut looked);
    }
    dropped
}

/// Notes which files are gone. Only the last hundred: looking at ten thousand again and again would measure itself.
fn look(dropped: &mut [Dropped], looked: &mut Instant) {
    // While a writer is slow with the next file, nobody sees when the last one goes.
    let seen = looked.elapsed() < Duration::from_millis(100);
    let from = dropped.len().saturating_sub(100);
    for file in &mut dropped[from..] {
        if !file.gone && fs::symlink_metadata(&file.path).is_err() {
            file.gone = true;
            file.taken = seen.then(Instant::now);
        }
    }
    *looked = Instant::now();
}

/// Names as stations and people give them. The name of a station's counter comes again once its file was taken.
fn stem(writer: u64, number: u64, dice: &mut Dice) -> String {
    match dice.roll(8) {
        0 => format!("Scan {writer}"),
        1 => format!("M\u{fc}ller & Söhne ({number}) {writer}"),
        2 => format!("Mu\u{308}ller {number} {writer}"),
        3 => format!("Zeile\nzwei {number} {writer}"),
        4 => format!("{writer}-{number}-{}", "x".repeat(200)),
        _ => format!("{writer:02}{number:06}"),
    }
}

fn drop_one(folder: &Path, stem: &str, scan: &Scan, kind: Kind, dice: &mut Dice) -> Dropped {
    let mut path = folder.join(format!("{stem}.{}", scan.ending));
    if is_in_use(&path) {
        path = folder.join(format!("{stem} {:08x}.{}", dice.roll(1 << 32), scan.ending));
    }
    let beside = |ending: &str| {
        let mut name = path.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    match (kind, dice.roll(4)) {
        (Kind::Rename, way) => {
            let unfinished = beside([".tmp", ".part"][way as usize % 2]);
            write_in_pieces(&unfinished, &scan.bytes, LONG_PAUSE_MS, dice);
            fs::rename(&unfinished, &path).unwrap();
        }
        (Kind::Marker, way) => {
            write_in_pieces(&path, &scan.bytes, LONG_PAUSE_MS, dice);
            if way == 0 {
                thread::sleep(Duration::from_millis(dice.roll(LONG_PAUSE_MS)));
            }
            File::create(beside([".ready", ".ok", ".done"][way as usize % 3])).unwrap();
        }
        // A batch that is a folder is complete when all of it is quiet.
        (Kind::Folders, _) => write_in_pieces(&path, &scan.bytes, SHORT_PAUSE_MS, dice),
        (_, 0) => {
            let unfinished = beside(".tmp");
            write_in_pieces(&unfinished, &scan.bytes, LONG_PAUSE_MS, dice);
            fs::rename(&unfinished, &path).unwrap();
        }
        // As Windows copies: at its full length from the start, zeros where nothing is written yet.
        (_, 1) => {
            let mut file = File::create(&path).unwrap();
            file.set_len(scan.bytes.len() as u64).unwrap();
            for (start, piece) in pieces(&scan.bytes, dice) {
                file.seek(SeekFrom::Start(start as u64)).unwrap();
                file.write_all(piece).unwrap();
                thread::sleep(Duration::from_millis(dice.roll(SHORT_PAUSE_MS)));
            }
        }
        (_, 2) => write_in_pieces(&path, &scan.bytes, LONG_PAUSE_MS, dice),
        (_, _) => fs::write(&path, &scan.bytes).unwrap(),
    }
    let settles = !matches!(kind, Kind::Marker | Kind::Rename);
    Dropped { sha256: sha256(&scan.bytes), path, settles, written: Instant::now(), gone: false, taken: None }
}

/// A file or a marker of this name lies here: a station does not write over what it dropped.
fn is_in_use(path: &Path) -> bool {
    ["", ".ready", ".ok", ".done", ".tmp", ".part"].iter().any(|ending| {
        let mut name = path.to_owned().into_os_string();
        name.push(ending);
        Path::new(&name).exists()
    })
}

/// Writes in one go, or slowly.
fn write_in_pieces(path: &Path, bytes: &[u8], longest_ms: u64, dice: &mut Dice) {
    let mut file = File::create(path).unwrap();
    // One in ten is slow: else nothing but waiting would happen.
    let slow = dice.one_in(10);
    for (_, piece) in pieces(bytes, dice) {
        file.write_all(piece).unwrap();
        let pause = if slow { dice.roll(longest_ms) } else { dice.roll(20) };
        thread::sleep(Duration::from_millis(pause));
    }
}

/// One to four pieces with their places.
fn pieces<'b>(bytes: &'b [u8], dice: &mut Dice) -> Vec<(usize, &'b [u8])> {
    let mut cuts: Vec<usize> = (0..dice.roll(4)).map(|_| dice.roll(bytes.len() as u64) as usize).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| (cut[0], &bytes[cut[0]..cut[1]])).collect()
}
