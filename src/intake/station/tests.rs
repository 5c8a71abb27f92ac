//! Stations and the folders they drop files into, in real time with short settle times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::intake::path_of;

mod counted;
mod covered;
mod refused;

const SETTLE: Duration = Duration::from_millis(200);

/// Generous: the machine may be busy.
const LATE: Duration = Duration::from_secs(20);

/// The end of a whole file in these tests.
const END: &[u8] = b"%%EOF";

fn whole(path: &Path) -> Wholeness {
    match fs::read(path) {
        Ok(bytes) if bytes.ends_with(END) => Wholeness::Whole,
        _ => Wholeness::Torn,
    }
}

/// Who looks into index files as the worker does.
fn index(path: &Path, source: Source) -> Option<BTreeSet<Wanted>> {
    crate::intake::layouts::told(&fs::File::open(path).unwrap(), source)
}

const LOOKOUT: Lookout<'static> = Lookout { whole: &whole, index: &index, opening: &covered::opening };

/// A watch folder, and who empties it.
struct Desk {
    _dir: TempDir,
    root: PathBuf,
    station: Station,
    keys: HashSet<String>,
    claims: Vec<Claim>,
    /// Of each batch, what is to be held of it.
    doubts: Vec<Option<(usize, Fault)>>,
    batches: Vec<FoundBatch>,
    troubles: Vec<IntakeError>,
    waiting: u64,
}

fn rules(folder: &Path) -> StationRules {
    StationRules {
        folder: folder.to_owned(),
        name: "x".into(),
        intake: IntakeRules { layout: Layout::FileIsCase, ..IntakeRules::default() },
        completion: Completion::Quiet,
        counting: Counting::None,
        markers: ["ready", "ok", "done"].map(str::to_owned).to_vec(),
        settle: SETTLE,
        give_up: Duration::from_secs(600),
        discovery: Discovery::Auto,
        rescan: Duration::from_secs(30),
        urgent: false,
        done: "done".into(),
        held: "held".into(),
        keep_done_days: None,
    }
}

impl Desk {
    fn new(change: impl FnOnce(&mut StationRules)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("Eingang");
        fs::create_dir(&root).unwrap();
        let mut rules = rules(&root);
        change(&mut rules);
        let station = Station::open(&rules, "eins").unwrap();
        let (keys, claims, doubts, batches, troubles) = Default::default();
        Self { _dir: dir, root, station, keys, claims, doubts, batches, troubles, waiting: 0 }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// One look, and all its claims carried out. When to look again.
    fn look(&mut self) -> Option<Instant> {
        let keys = &self.keys;
        let sight = self.station.look(Instant::now(), LOOKOUT, &mut |key| keys.contains(key)).unwrap();
        for claim in sight.ready {
            assert!(self.keys.insert(claim.key.clone()), "a key is given twice: {}", claim.key);
            if let Some(batch) = self.station.carry_out(&claim).unwrap() {
                self.doubts.push(self.station.doubt(&claim, &batch, LOOKOUT));
                self.batches.push(batch);
            }
            self.claims.push(claim);
        }
        self.troubles.extend(sight.troubles);
        self.waiting = sight.waiting;
        sight.next
    }

    fn until(&mut self, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LATE;
        while !done(self) {
            assert!(Instant::now() < end, "waited in vain; {} waiting, claimed {:?}", self.waiting, self.names());
            let next = self.look();
            let pause = next.map_or(LATE, |next| next.saturating_duration_since(Instant::now()));
            self.station.wait(pause.min(Duration::from_millis(300)));
        }
    }

    fn until_taken(&mut self, files: usize) {
        self.until(|desk| desk.names().len() >= files);
    }

    fn run_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.look();
            self.station.wait(Duration::from_millis(50));
        }
    }

    /// Names of what was taken, without the day.
    fn names(&self) -> Vec<String> {
        let scans = self.batches.iter().flat_map(|batch| &batch.scans);
        let mut names: Vec<String> = scans.map(|scan| scan.name.split_once('/').unwrap().1.to_owned()).collect();
        names.sort();
        names
    }

    /// Key without the day, and case, of every batch.
    fn cases(&self) -> BTreeMap<String, String> {
        let without_day = |key: &str| key.split_once('/').unwrap().1.to_owned();
        self.batches.iter().map(|batch| (without_day(&batch.key), batch.case.clone())).collect()
    }
}

#[test]
fn what_lay_there_before_the_start_is_taken_and_brought_to_its_place() {
    let mut desk = Desk::new(|_| {});
    desk.put("a.pdf", END);
    desk.put("x/ä b.tif", END);
    desk.put("notes.txt", END);
    desk.until_taken(2);
    assert_eq!(desk.names(), ["a.pdf", "x/ä b.tif"]);
    assert_eq!(desk.cases(), BTreeMap::from([("a.pdf".into(), "a".into()), ("x/ä b.tif".into(), "x/ä b".into())]));
    let day = jiff::Zoned::now().date().to_string();
    for claim in &desk.claims {
        assert!(claim.key.starts_with(&format!("{day}/")));
        for file in &claim.files {
            assert_eq!(file.path, desk.root.join(".scanstrasse/eins").join(path_of(&file.name).unwrap()));
            assert!(file.path.is_file() && !file.source.exists());
        }
    }
    assert!(desk.root.join("notes.txt").is_file() && desk.root.join("x").is_dir());
    // Carried out once more, nothing changes.
    let again: Vec<_> = desk.claims.iter().filter_map(|claim| desk.station.carry_out(claim).unwrap()).collect();
    assert_eq!(again, desk.batches);
    desk.run_for(SETTLE * 3);
    assert_eq!((desk.names().len(), desk.waiting, desk.troubles.len()), (2, 0, 0));
}

#[test]
fn a_slow_writer_is_waited_for_and_then_not_for_long() {
    for discovery in [Discovery::Inotify, Discovery::Poll] {
        let mut desk = Desk::new(|rules| {
            rules.discovery = discovery;
            rules.settle = Duration::from_secs(1);
        });
        assert_eq!(desk.station.discovery(), discovery);
        let path = desk.root.join("slow.pdf");
        // Each pause is shorter than the settle time. After the third piece the file is whole by chance.
        let writer = thread::spawn(move || {
            let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
            for piece in [b"%PDF-".as_slice(), b"1.4", END, b" and more ", END] {
                file.write_all(piece).unwrap();
                thread::sleep(Duration::from_millis(300));
            }
            Instant::now() - Duration::from_millis(300)
        });
        desk.until_taken(1);
        let taken = Instant::now();
        let last = writer.join().unwrap();
        assert_eq!(desk.batches[0].scans[0].len, 5 + 3 + 5 + 10 + 5, "{discovery:?}");
        assert!(taken - last < Duration::from_secs(6), "{discovery:?}: {:?} after the last byte", taken - last);
    }
}

#[test]
fn times_that_stations_set_mean_nothing() {
    let mut desk = Desk::new(|rules| rules.settle = Duration::from_secs(2));
    let path = desk.put("old.pdf", END);
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(86_400);
    OpenOptions::new().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    let start = Instant::now();
    desk.until_taken(1);
    assert!(start.elapsed() >= Duration::from_secs(2), "an old time let a file pass early");
}

#[test]
fn a_renamed_file_is_taken_under_its_last_name() {
    let mut desk = Desk::new(|rules| rules.completion = Completion::Rename);
    let unfinished = desk.put("a.pdf.tmp", b"%PDF");
    desk.put("b.filepart", END);
    desk.run_for(SETTLE * 4);
    assert_eq!((desk.names().len(), desk.waiting), (0, 2));
    fs::write(&unfinished, END).unwrap();
    fs::rename(&unfinished, desk.root.join("a.pdf")).unwrap();
    desk.until_taken(1);
    assert_eq!((desk.names(), desk.waiting), (vec!["a.pdf".into()], 1));
}

#[test]
fn markers_complete_files_and_go_with_them() {
    let mut desk = Desk::new(|rules| rules.completion = Completion::Marker);
    for name in ["a.pdf", "b.pdf", "c.pdf", "x/d.pdf", "x/e.pdf"] {
        desk.put(name, END);
    }
    desk.run_for(SETTLE * 4);
    assert_eq!((desk.names().len(), desk.waiting), (0, 5));
    desk.put("a.pdf.ready", b"count=1");
    desk.put("b.OK", b"");
    desk.put("x.done", b"");
    desk.until_taken(4);
    assert_eq!(desk.names(), ["a.pdf", "b.pdf", "x/d.pdf", "x/e.pdf"]);
    // A second file of the name is not complete by the marker of the first.
    desk.put("a.pdf", END);
    desk.put("x/f.pdf", END);
    desk.run_for(SETTLE * 5);
    assert_eq!((desk.names().len(), desk.waiting), (4, 3));
    let day = jiff::Zoned::now().date().to_string();
    assert_eq!(fs::read(desk.root.join("done").join(&day).join("a.pdf.ready")).unwrap(), b"count=1");
    desk.put("a.ready", b"");
    desk.until_taken(5);
    assert_eq!(desk.names()[0], "a (2).pdf");
}

#[test]
fn a_marked_folder_is_a_batch_without_a_pause() {
    let mut desk = Desk::new(|rules| {
        rules.completion = Completion::Marker;
        rules.intake.layout = Layout::FolderIsCase;
        rules.settle = Duration::from_secs(3600);
    });
    desk.put("1/a.pdf", END);
    desk.put("1/b.pdf", b"torn");
    desk.put("1/stapel.ready", b"");
    desk.put("2/a.pdf", END);
    desk.put("2.ready", b"");
    desk.put("3/a.pdf", END);
    desk.until(|desk| desk.batches.len() == 1);
    assert_eq!(desk.names(), ["2/a.pdf"]);
    desk.put("1/b.pdf", END);
    desk.until_taken(3);
    assert_eq!(desk.cases(), BTreeMap::from([("1".into(), "1".into()), ("2".into(), "2".into())]));
    assert!(!desk.root.join("1").exists() && !desk.root.join("2.ready").exists() && desk.root.join("3/a.pdf").exists());
}

#[test]
fn a_folder_is_taken_whole_when_nothing_comes_any_more() {
    for discovery in [Discovery::Inotify, Discovery::Poll] {
        let mut desk = Desk::new(|rules| {
            rules.intake.layout = Layout::FolderIsBatch;
            rules.discovery = discovery;
            rules.settle = Duration::from_secs(1);
        });
        let folder = desk.root.join("Akte Öger/Stapel 1");
        fs::create_dir_all(&folder).unwrap();
        let writer = thread::spawn(move || {
            for page in 1..=10 {
                let path = folder.join(format!("{page}.tif"));
                fs::write(path.with_extension("tmp"), b"II").unwrap();
                thread::sleep(Duration::from_millis(150));
                fs::write(path.with_extension("tmp"), END).unwrap();
                fs::rename(path.with_extension("tmp"), path).unwrap();
                thread::sleep(Duration::from_millis(150));
            }
        });
        desk.until(|desk| !desk.batches.is_empty());
        writer.join().unwrap();
        assert_eq!(desk.batches.len(), 1);
        let batch = &desk.batches[0];
        assert_eq!((batch.case.as_str(), batch.scans.len()), ("Akte Öger", 10));
        assert!(batch.scans[9].name.ends_with("/Stapel 1/10.tif"), "in the order in which people count");
        assert!(!desk.root.join("Akte Öger/Stapel 1").exists(), "an empty batch folder goes");
        assert!(desk.root.join("Akte Öger").exists(), "the next batch may be about to come");
        // A second batch of this name on one day is another one.
        desk.put("Akte Öger/Stapel 1/1.tif", END);
        desk.until_taken(11);
        assert!(desk.batches[1].key.ends_with("/Akte Öger/Stapel 1 (2)"), "{}", desk.batches[1].key);
    }
}

#[test]
fn a_folder_with_an_unfinished_file_waits() {
    let mut desk = Desk::new(|rules| {
        rules.intake.layout = Layout::FolderIsCase;
        rules.give_up = Duration::from_secs(2);
    });
    desk.put("1/a.tif", END);
    desk.put("1/b.tif.part", b"II");
    desk.put("2/a.tif", END);
    desk.put("2/Thumbs.db", b"x");
    desk.put("2/~$x.tmp", b"x");
    desk.until_taken(1);
    assert_eq!(desk.names(), ["2/a.tif"]);
    desk.until_taken(2);
    assert_eq!(desk.names(), ["1/a.tif", "2/a.tif"]);
    assert!(desk.root.join("1/b.tif.part").exists() && desk.root.join("2/Thumbs.db").exists());
}

#[test]
fn a_torn_file_is_taken_when_it_is_mended_or_given_up() {
    let mut desk = Desk::new(|rules| rules.give_up = Duration::from_secs(4));
    let mended = desk.put("mended.pdf", b"%PDF");
    desk.put("torn.pdf", b"%PDF");
    desk.put("empty.pdf", b"");
    desk.run_for(SETTLE * 5);
    assert_eq!((desk.names().len(), desk.waiting), (0, 3));
    fs::write(mended, END).unwrap();
    desk.until_taken(1);
    assert_eq!(desk.names(), ["mended.pdf"]);
    desk.until_taken(3);
    assert_eq!(desk.names(), ["empty.pdf", "mended.pdf", "torn.pdf"]);
}

#[test]
fn odd_names_are_taken_as_they_are_and_no_others() {
    let long = "ß".repeat(125) + "x.tif";
    assert_eq!(long.len(), 255);
    let taken: Vec<&[u8]> = vec![
        "Müller.pdf".as_bytes(),
        "Mu\u{308}ller.pdf".as_bytes(),
        b" blank .PDF",
        b"new\nline.tif",
        b"latin-1 \xfc.tif",
        b"back\\slash.tif",
        long.as_bytes(),
        "Ö/Ä.TIFF".as_bytes(),
        b"doned/a.pdf",
        b"x/done/a.pdf",
        b"-rf.png",
        b"#1 (2).jpeg",
        b"a.tmp.pdf",
    ];
    let left: Vec<&[u8]> = vec![
        b"~$a.pdf",
        b"._a.pdf",
        b".a.pdf",
        b"Thumbs.db",
        b"a.pdf.tmp",
        b"a.pdf.part",
        b"a.pdf.partial",
        b"a.pdf.filepart",
        b"a.pdf.crdownload",
        b".a.pdf.Xa83b1",
        b"@eaDir/a.jpg",
        b"b.tmp/a.pdf",
        b".stversions/a.pdf",
        b"DONE/a.pdf",
        b"Held/b.pdf",
        b".Scanstrasse/zwei/a.pdf",
        b"readme.txt",
        b"done/2026-01-01/a.pdf",
    ];
    let mut desk = Desk::new(|_| {});
    for name in taken.iter().chain(&left) {
        let path = desk.root.join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, END).unwrap();
    }
    desk.until_taken(taken.len());
    desk.run_for(SETTLE * 3);
    let mut got: Vec<PathBuf> = desk.names().iter().map(|name| path_of(name).unwrap()).collect();
    let mut wanted: Vec<PathBuf> = taken.iter().map(|name| OsStr::from_bytes(name).into()).collect();
    got.sort();
    wanted.sort();
    assert_eq!(got, wanted);
    assert!(left.iter().all(|name| desk.root.join(OsStr::from_bytes(name)).exists()));
    // The longest name comes again on the same day: its number still fits.
    desk.put(&long, END);
    desk.until_taken(taken.len() + 1);
    assert!(desk.names().iter().any(|name| name.ends_with("ß (2).tif")), "{:?}", desk.names());
}

#[test]
fn links_out_of_the_folder_are_told_once_and_left() {
    let mut desk = Desk::new(|rules| rules.rescan = Duration::from_millis(100));
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("o.pdf"), END).unwrap();
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, desk.root.join(name)).unwrap();
    link(&outside.path().join("o.pdf"), "out.pdf");
    link(outside.path(), "folder");
    link(Path::new("nowhere"), "dangling.pdf");
    link(Path::new("a.pdf"), "inside.pdf");
    link(Path::new("."), "loop");
    rustix::fs::mkfifoat(rustix::fs::CWD, desk.root.join("pipe.pdf"), rustix::fs::Mode::RUSR).unwrap();
    desk.put("a.pdf", END);
    desk.until_taken(1);
    desk.run_for(Duration::from_secs(1));
    assert_eq!(desk.names(), ["a.pdf"]);
    let mut told: Vec<_> = desk.troubles.iter().map(|e| e.path().file_name().unwrap().to_owned()).collect();
    told.sort();
    // The one within leads nowhere, now that what it led to is taken.
    assert_eq!(told, ["dangling.pdf", "folder", "inside.pdf", "out.pdf", "pipe.pdf"]);
    assert!(outside.path().join("o.pdf").exists());
}

#[test]
fn files_that_vanish_are_nobodys_trouble() {
    let mut desk = Desk::new(|rules| rules.rescan = Duration::from_millis(300));
    let path = desk.put("a.pdf", END);
    desk.put("x/y/b.pdf", END);
    desk.look();
    fs::remove_file(path).unwrap();
    fs::rename(desk.root.join("x"), desk.root.join("z")).unwrap();
    desk.until_taken(1);
    assert_eq!(desk.names(), ["z/y/b.pdf"]);
    assert_eq!((desk.waiting, desk.troubles.len()), (0, 0));
    // Taken away between the look and the rename.
    let path = desk.put("c.pdf", END);
    let claim = loop {
        let sight = desk.station.look(Instant::now(), LOOKOUT, &mut |_| false).unwrap();
        if let Some(claim) = sight.ready.into_iter().next() {
            break claim;
        }
        desk.station.wait(SETTLE);
    };
    fs::remove_file(&path).unwrap();
    assert_eq!(desk.station.carry_out(&claim).unwrap(), None);
    // And a new one of the name, at once, is a file like any.
    fs::write(&path, END).unwrap();
    desk.until(|desk| desk.names().len() == 2);
}

#[test]
fn a_place_that_is_taken_is_never_written_over() {
    let mut desk = Desk::new(|_| {});
    let day = jiff::Zoned::now().date().to_string();
    // The ledger knows nothing of these: it was lost.
    desk.put(&format!("done/{day}/a.pdf"), b"delivered");
    desk.put(&format!("held/{day}/a (2).pdf"), b"held");
    desk.put("a.pdf", END);
    desk.until_taken(1);
    assert_eq!(desk.names(), ["a (3).pdf"]);
    // A file that came to the place after the claim.
    desk.put("b.pdf", END);
    let place = desk.put(&format!(".scanstrasse/eins/{day}/b.pdf"), b"other");
    let claim = Claim {
        key: format!("{day}/b.pdf"),
        case: "b".into(),
        files: vec![ClaimedFile { source: desk.root.join("b.pdf"), path: place.clone(), name: format!("{day}/b.pdf") }],
    };
    assert!(desk.station.carry_out(&claim).is_err());
    assert_eq!((fs::read(place).unwrap(), fs::read(desk.root.join("b.pdf")).unwrap()), (b"other".into(), END.into()));
}

#[test]
fn a_power_cut_at_any_step_loses_nothing() {
    use crate::saboteur::{Plan, enter};
    for cut in 0.. {
        let mut desk = Desk::new(|rules| {
            rules.intake.layout = Layout::FolderIsCase;
            rules.settle = Duration::ZERO;
        });
        ["x/1/a.tif", "x/1/b.tif", "x/1/c.tif"].iter().for_each(|name| drop(desk.put(name, END)));
        desk.put("x/1/note.txt", b"stays");
        let claim = desk.station.look(Instant::now(), LOOKOUT, &mut |_| false).unwrap().ready.remove(0);
        let plan = Plan::fail_after(cut, std::io::ErrorKind::Other);
        enter(plan.clone());
        let first = desk.station.carry_out(&claim);
        enter(Plan::default());
        let is_done = !plan.struck();
        assert_eq!(first.is_ok(), is_done, "step {cut}");
        for file in &claim.files {
            assert!(file.source.exists() != file.path.exists(), "a file is in one place, step {cut}");
        }
        // Who starts again knows the claim, and the folder offers what is left of it no second time under its key.
        let mut station = Station::open(&rules(&desk.root), "eins").unwrap();
        let batch = station.carry_out(&claim).unwrap().unwrap();
        assert_eq!(batch.scans.len(), 3, "step {cut}");
        assert_eq!(first.ok().flatten().unwrap_or(batch.clone()), batch);
        assert!(station.look(Instant::now(), LOOKOUT, &mut |_| false).unwrap().ready.is_empty());
        assert!(desk.root.join("x/1/note.txt").exists());
        if is_done {
            assert!(cut > 5, "folders, renames and syncs are steps: {cut}");
            return;
        }
    }
}

#[test]
fn two_instances_never_get_the_same_file() {
    const FILES: usize = 400;
    let mut one = Desk::new(|rules| rules.settle = Duration::from_millis(50));
    let mut rules = rules(&one.root);
    rules.settle = Duration::from_millis(50);
    rules.discovery = Discovery::Poll;
    let other = Desk { station: Station::open(&rules, "zwei").unwrap(), ..Desk::new(|_| {}) };
    let root = one.root.clone();
    let run = |mut desk: Desk| {
        thread::spawn(move || {
            let end = Instant::now() + LATE;
            let mut quiet = Instant::now();
            while Instant::now() < end && quiet.elapsed() < Duration::from_secs(3) {
                let before = desk.batches.len();
                desk.look();
                if desk.batches.len() > before || desk.waiting > 0 {
                    quiet = Instant::now();
                }
                desk.station.wait(Duration::from_millis(20));
            }
            desk
        })
    };
    one.look();
    let (one, other) = (run(one), run(other));
    for i in 0..FILES {
        fs::write(root.join(format!("{i}.tmp")), END).unwrap();
        fs::rename(root.join(format!("{i}.tmp")), root.join(format!("{i}.pdf"))).unwrap();
    }
    let (one, other) = (one.join().unwrap(), other.join().unwrap());
    let names: Vec<String> = [one.names(), other.names()].concat();
    let unique: HashSet<&String> = names.iter().collect();
    assert_eq!((names.len(), unique.len()), (FILES, FILES), "{} and {}", one.names().len(), other.names().len());
    assert!(one.troubles.is_empty() && other.troubles.is_empty());
}

#[test]
fn more_than_the_kernel_keeps_is_found_all_the_same() {
    let limit: usize = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    let mut desk = Desk::new(|rules| rules.discovery = Discovery::Inotify);
    desk.look();
    // Messages about two files in turn are not drawn together by the kernel.
    let open = |name| OpenOptions::new().create(true).append(true).open(desk.root.join(name)).unwrap();
    let mut files = [open("a.pdf"), open("b.pdf")];
    for _ in 0..limit.min(100_000) {
        files.iter_mut().for_each(|file| file.write_all(b"x").unwrap());
    }
    files.iter_mut().for_each(|file| file.write_all(END).unwrap());
    desk.put("x/c.pdf", END);
    desk.until_taken(3);
    assert_eq!(desk.names(), ["a.pdf", "b.pdf", "x/c.pdf"]);
}

#[test]
fn folders_of_the_line_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    for (mode, expected) in [(0o755, 0o750), (0o700, 0o700), (0o2770, 0o770)] {
        let mut desk = Desk::new(|_| {});
        fs::set_permissions(&desk.root, fs::Permissions::from_mode(mode)).unwrap();
        desk.put("a.pdf", END);
        desk.until_taken(1);
        let got = fs::metadata(desk.root.join(".scanstrasse/eins")).unwrap().permissions().mode() & 0o777;
        assert_eq!(got & !expected, 0, "{got:o} for {mode:o}");
        assert_eq!(got & 0o700, 0o700);
    }
    let desk = Desk::new(|_| {});
    for bad in ["", "../x", "a b", "ä"] {
        assert!(Station::open(&rules(&desk.root), bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_folder_that_is_gone_is_told_and_comes_back() {
    let mut desk = Desk::new(|rules| rules.rescan = Duration::from_millis(100));
    desk.look();
    let away = desk.root.with_file_name("away");
    fs::rename(&desk.root, &away).unwrap();
    thread::sleep(Duration::from_millis(200));
    let look = |desk: &mut Desk| desk.station.look(Instant::now(), LOOKOUT, &mut |_| false).map(|_| ());
    for _ in 0..3 {
        assert!(matches!(look(&mut desk), Err(IntakeError::Input { .. })), "it is told as long as it is so");
    }
    fs::rename(&away, &desk.root).unwrap();
    thread::sleep(Duration::from_millis(600));
    desk.put("a.pdf", END);
    desk.until_taken(1);
    let nowhere = desk.root.join("nowhere");
    assert!(Station::open(&rules(&nowhere), "eins").is_err());
}
