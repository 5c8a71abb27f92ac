//! A backlog in a temporary folder, and a worker made of a thread.
//!
//! A fake scan is a text file: `FAKE`, then one line for each page. What a line says is what becomes of the page:
//! `scan …` a picture in the scan, `slow …` the same after 10 ms, `store …` a picture in the store, `blank …`, and the faults `crash …`, `shaky …`
//! (crashes once), `sheet …` (a separator sheet with that code), `cramped …` (says once that its picture could not be written), `nonsense …`, `lie …` (the stored
//! picture is not the announced one), `mute …` (crashes when its text is read), `sick …` (crashes unless a file of the
//! same name with the ending `cured` lies beside). A scan that begins with `SICK` is one that cannot be opened unless cured.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde_json::Value;

use crate::dispatch::{Backlog, Controls, Event, RunError, Summary, run};
use crate::intake::{IntakeRules, Layout};
use crate::ledger::Store;
use crate::model::{
    Barcode, Blank, ByteRange, ColourMode, Degrees, Digest, Fault, FaultKind, ImageCodec, ImageStream, PageImage,
    PageRecord, Placement, Quad, Resolution, Stage, TextLine, Word,
};
use crate::pipeline::{Pauses, Pipeline};
use crate::saboteur::{Plan, enter};
use crate::worker::{Answer, Channels, Job, Outcome};

/// A backlog in a temporary folder.
pub(super) struct Rig {
    pub(super) dir: tempfile::TempDir,
    pub(super) pipeline: Pipeline,
}

/// How a run is disturbed.
#[derive(Default)]
pub(super) struct Disturbance {
    pub(super) plan: Plan,
    /// The stop flag is set after so many outcomes.
    pub(super) stop_after: Option<i64>,
}

impl Rig {
    pub(super) fn new(files: &[(&str, &[&str])]) -> Self {
        // In memory where there is such a folder: hundreds of runs here wait for the disk with every step.
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let mut pipeline = crate::pipeline::parse("test", "[line]\nname = \"test\"\n").unwrap();
        pipeline.intake = IntakeRules { layout: Layout::FolderIsCase, extensions: vec!["fake".into()] };
        pipeline.attempts = 2;
        // Index fields are kept, and a fake page's only line looks like a letterhead.
        pipeline.fields.read.clear();
        // A fault of the machine ends the run, unless a test says otherwise.
        pipeline.pauses = Pauses { longest: Duration::ZERO, recheck: Duration::from_millis(1), min_free_bytes: 0 };
        let rig = Self { dir, pipeline };
        fs::create_dir(rig.input()).unwrap();
        files.iter().for_each(|(name, pages)| rig.put(name, pages));
        rig
    }

    pub(super) fn input(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    pub(super) fn output(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub(super) fn put(&self, name: &str, pages: &[&str]) {
        let path = self.input().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("FAKE\n{}\n", pages.join("\n"))).unwrap();
    }

    pub(super) fn backlog(&self) -> Backlog {
        Backlog {
            pipeline: self.pipeline.clone(),
            inputs: vec![self.input()],
            output: self.output(),
            state_dir: self.state(),
        }
    }

    pub(super) fn run(&self) -> Summary {
        self.disturbed(Disturbance::default()).unwrap()
    }

    pub(super) fn disturbed(&self, disturbance: Disturbance) -> Result<Summary, RunError> {
        self.watched(disturbance, |_| {}).0
    }

    /// Another backlog with the same state and output.
    pub(super) fn run_backlog(&self, backlog: &Backlog) -> Summary {
        self.work(backlog, Disturbance::default(), |_| {}).0.unwrap()
    }

    /// The same, and what was told; `watch` is called with every event while the run goes on.
    pub(super) fn watched(
        &self,
        disturbance: Disturbance,
        watch: impl Fn(&Event) + Sync,
    ) -> (Result<Summary, RunError>, Vec<Event>) {
        self.work(&self.backlog(), disturbance, watch)
    }

    fn work(
        &self,
        backlog: &Backlog,
        disturbance: Disturbance,
        watch: impl Fn(&Event) + Sync,
    ) -> (Result<Summary, RunError>, Vec<Event>) {
        let (jobs, queue) = bounded(4);
        let (answers, outcomes) = bounded(4);
        let (events, told) = unbounded();
        let stop = Controls::default();
        let left = AtomicI64::new(disturbance.stop_after.unwrap_or(i64::MAX));
        let shaken = Mutex::new(HashSet::new());
        enter(disturbance.plan);
        let result = thread::scope(|scope| {
            for worker in 0..2 {
                let (queue, answers, stop, left, shaken) = (queue.clone(), answers.clone(), &stop, &left, &shaken);
                scope.spawn(move || fake_worker(worker, &queue, &answers, shaken, left, stop.stop_flag()));
            }
            let watcher = scope.spawn(|| told.iter().inspect(|event| watch(event)).collect());
            let result = run(backlog, Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, &stop);
            drop((jobs, events));
            (result, watcher.join().unwrap())
        });
        enter(Plan::default());
        result
    }

    /// What the target says of every page: (file, index) and where it is.
    pub(super) fn places(&self) -> BTreeMap<(String, u32), String> {
        let mut places = BTreeMap::new();
        for case in fs::read_dir(self.output()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()) {
            let names: BTreeSet<String> =
                fs::read_dir(&case).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            let account: Value = serde_json::from_slice(&fs::read(case.join("case.json")).unwrap()).unwrap();
            let mut expected = BTreeSet::from(["case.json".to_owned()]);
            expected.extend(account["contents"]["file"].as_str().map(str::to_owned));
            let mut put = |page: &Value, place: String| {
                let index = page["index"].as_u64().map_or(u32::MAX, |index| index as u32);
                let key = (page["file"].as_str().unwrap().to_owned(), index);
                assert!(places.insert(key.clone(), place).is_none(), "{key:?} is in two places");
            };
            for document in account["documents"].as_array().unwrap() {
                let file = document["file"].as_str().unwrap();
                let bytes = fs::read(case.join(file)).unwrap();
                assert_eq!(document["sha256"], Digest::of(&bytes).to_string());
                let pages = document["pages"].as_array().unwrap();
                let pictures: Vec<Digest> =
                    pages.iter().map(|p| p["image_sha256"].as_str().unwrap().parse().unwrap()).collect();
                crate::pdf::reread(&case.join(file), &pictures).unwrap();
                pages.iter().for_each(|page| put(page, format!("{}/{file}", account["case"].as_str().unwrap())));
                expected.insert(file.to_owned());
            }
            account["blanks_removed"].as_array().unwrap().iter().for_each(|page| put(page, "blank".into()));
            account["separators"].as_array().unwrap().iter().for_each(|page| put(page, "separator".into()));
            for held in account["held"].as_array().unwrap() {
                put(held, format!("held {}", held["kind"].as_str().unwrap()));
            }
            assert_eq!(names, expected, "nothing else lies in the case's folder");
        }
        places
    }

    /// What the target says of duplicates: file, its earlier scan's file, and the documents that are named.
    pub(super) fn duplicates(&self) -> BTreeMap<String, (String, Vec<String>)> {
        let mut duplicates = BTreeMap::new();
        for case in fs::read_dir(self.output()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()) {
            let account: Value = serde_json::from_slice(&fs::read(case.join("case.json")).unwrap()).unwrap();
            for entry in account["duplicates"].as_array().unwrap() {
                let bytes = fs::read(self.input().join(entry["file"].as_str().unwrap())).unwrap();
                assert_eq!(entry["sha256"], Digest::of(&bytes).to_string());
                let documents: Vec<String> = serde_json::from_value(entry["documents"].clone()).unwrap();
                assert_eq!(documents.is_empty(), entry["action"] == "skip", "only a link names documents");
                assert!(documents.iter().all(|file| self.output().join(file).is_file()), "{documents:?}");
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let other = duplicates.insert(text(&entry["file"]), (text(&entry["of"]["file"]), documents));
                assert!(other.is_none(), "{} is told twice", entry["file"]);
            }
        }
        duplicates
    }

    pub(super) fn in_documents(&self) -> Vec<(String, u32)> {
        self.places().into_iter().filter(|(_, place)| place.contains(".pdf")).map(|(page, _)| page).collect()
    }

    /// Nothing of any page is kept once all is delivered.
    pub(super) fn assert_clean(&self) {
        let store = Store::open(&self.state().join("store")).unwrap();
        assert_eq!(store.objects().unwrap(), []);
        assert_eq!(fs::read_dir(self.state().join("spool")).unwrap().count(), 0);
        for file in fs::read_dir(self.state()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_file()) {
            let bytes = fs::read(&file).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"secret"), "{} holds text of a page", file.display());
        }
    }
}

pub(super) fn fake_worker(
    worker: usize,
    queue: &Receiver<(u64, Job)>,
    answers: &Sender<Outcome>,
    shaken: &Mutex<HashSet<(PathBuf, u32)>>,
    left: &AtomicI64,
    stop: &AtomicBool,
) {
    for (ticket, job) in queue {
        let result = fake_answer(job, shaken);
        if left.fetch_sub(1, Ordering::SeqCst) <= 1 {
            stop.store(true, Ordering::SeqCst);
        }
        if answers.send(Outcome { ticket, worker, result, elapsed: Duration::from_millis(1) }).is_err() {
            return;
        }
    }
}

pub(super) fn fake_answer(job: Job, shaken: &Mutex<HashSet<(PathBuf, u32)>>) -> Result<Answer, Fault> {
    let read = |path: &Path| {
        let text = fs::read_to_string(path).map_err(|e| Fault::new(Stage::Open, FaultKind::Io, e.to_string()))?;
        if text.starts_with("SICK\n") && !path.with_extension("cured").exists() {
            return Err(Fault::new(Stage::Worker, FaultKind::Crash, "signal 6"));
        }
        if !text.starts_with("FAKE\n") && !text.starts_with("SICK\n") {
            return Err(Fault::new(Stage::Open, FaultKind::Corrupt, "no fake"));
        }
        Ok(text)
    };
    match job {
        Job::Check { .. } => Ok(Answer::Checked(crate::model::Wholeness::Whole)),
        Job::Index { .. } => Ok(Answer::Indexed(None)),
        Job::Opening { .. } => Err(Fault::new(Stage::Open, FaultKind::Corrupt, "no fake")),
        Job::Open { path } => Ok(Answer::Opened { pages: read(&path)?.lines().count() as u32 - 1 }),
        Job::Page { path, index, picture, read: with_text } => {
            assert!(!picture.exists(), "the picture's place is free");
            let text = read(&path)?;
            let line = text.lines().nth(index as usize + 1).unwrap();
            let offset = line.as_ptr() as usize - text.as_ptr() as usize;
            let range = ImageStream::InScan(ByteRange { offset: offset as u64, len: line.len() as u64 });
            let digest = Digest::of(line.as_bytes());
            let crash = || Err(Fault::new(Stage::Worker, FaultKind::Crash, "signal 11"));
            let mut record = record(line, range, digest);
            record.lines.retain(|_| with_text);
            match line.split(' ').next().unwrap() {
                "scan" | "blank" | "sheet" => {}
                "slow" => thread::sleep(Duration::from_millis(10)),
                kind @ ("store" | "lie") => {
                    fs::write(&picture, if kind == "lie" { "other" } else { line }).unwrap();
                    record.image.stream = ImageStream::Stored { digest, len: line.len() as u64 };
                    record.image.original = false;
                }
                "crash" => return crash(),
                "mute" if with_text => return crash(),
                "sick" if !path.with_extension("cured").exists() => return crash(),
                "mute" | "sick" => {}
                "shaky" if shaken.lock().unwrap().insert((path.clone(), index)) => {
                    fs::write(&picture, "half a pict").unwrap();
                    return crash();
                }
                "shaky" => {}
                "cramped" if shaken.lock().unwrap().insert((path, index)) => {
                    fs::write(&picture, "half a pict").unwrap();
                    return Err(Fault::new(Stage::Decode, FaultKind::Io, "the picture: no space"));
                }
                "cramped" => {}
                "nonsense" => record.width_px = 0,
                other => panic!("no fake page is {other}"),
            }
            Ok(Answer::Processed { record: Box::new(record) })
        }
    }
}

fn record(line: &str, stream: ImageStream, digest: Digest) -> PageRecord {
    let quad = Quad::from_box([10.0, 10.0, 90.0, 20.0].into());
    // What the page says of itself stands behind what becomes of it.
    let code = line.strip_prefix("sheet ").map(|code| Barcode {
        symbology: "QR_CODE".into(),
        value: code.to_owned(),
        bounds: [10.0, 10.0, 90.0, 20.0].into(),
    });
    let words: Vec<_> = line
        .split(' ')
        .filter(|_| code.is_none())
        .skip(1)
        .map(|text| Word { text: text.into(), quad, confidence: 0.9 })
        .collect();
    let lines = if words.is_empty() { vec![] } else { vec![TextLine { quad, words, starts_block: true }] };
    PageRecord {
        width_px: 100,
        height_px: 140,
        resolution: Resolution { x_dpi: 75.0, y_dpi: 75.0, assumed: false },
        colour: ColourMode::Grey,
        placement: Placement::default(),
        skew: Degrees(0.5),
        blank: Blank { is_blank: line.starts_with("blank"), ink_share: 0.01 },
        barcodes: code.into_iter().collect(),
        patch_codes: vec![],
        lines,
        image: PageImage {
            codec: ImageCodec::Jpeg { components: 1 },
            width_px: 100,
            height_px: 140,
            stream,
            digest,
            original: true,
        },
    }
}

pub(super) fn key(file: &str, index: u32) -> (String, u32) {
    (file.to_owned(), index)
}
