//! How soon a line goes on after an interruption: a half-done backlog of 100,000 pages, recorded results in place of OCR.
//! For `make soak`; prints the times, and fails above the goal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use scanstrasse::dispatch::{Backlog, Controls, Summary, run};
use scanstrasse::model::{
    Blank, ByteRange, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, PageRecord, Placement, Quad,
    Resolution, TextLine, Word,
};
use scanstrasse::pipeline;
use scanstrasse::worker::{Answer, Channels, Job, Outcome};

/// From the start of the second run to its first job.
const GOAL: Duration = Duration::from_secs(3);

/// Bytes of a page in a made scan.
const PAGE_BYTES: usize = 64;

/// A tree of made scans.
struct Tree {
    folder: tempfile::TempDir,
    pages: u32,
    pages_per_scan: u32,
    /// Pictures go into the store.
    stored: bool,
}

impl Tree {
    fn make(cases: u32, scans: u32, pages_per_scan: u32, stored: bool) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        for case in 0..cases {
            let case_folder = folder.path().join(format!("in/{case:05}"));
            fs::create_dir_all(&case_folder).unwrap();
            for scan in 0..scans {
                let page = |page| format!("{:<PAGE_BYTES$}", format!("case {case} scan {scan} page {page}"));
                let text: String = (0..pages_per_scan).map(page).collect();
                fs::write(case_folder.join(format!("{scan:04}.tif")), text).unwrap();
            }
        }
        Self { folder, pages: cases * scans * pages_per_scan, pages_per_scan, stored }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Works until `most` pages are done; gives back the time to the first job, too.
    fn work(&self, most: u32) -> (Option<Duration>, Summary) {
        let backlog = Backlog {
            pipeline: pipeline::parse("restart", "[line]\nname = \"restart\"\n[separate]\nby = \"batch\"\n").unwrap(),
            inputs: vec![self.folder.path().join("in")],
            output: self.folder.path().join("out"),
            state_dir: self.state(),
        };
        let ((jobs, queue), (answers, outcomes), (events, told)) = (bounded(4), bounded(4), unbounded());
        let (stop, left) = (Controls::default(), AtomicU32::new(most));
        let begun = Instant::now();
        thread::scope(|scope| {
            let worker = scope.spawn(|| self.replay(&queue, answers, begun, &left, stop.stop_flag()));
            scope.spawn(move || told.iter().count());
            let summary =
                run(&backlog, Channels { jobs: &jobs, urgent: &jobs, outcomes: &outcomes }, &events, &stop).unwrap();
            drop((jobs, events));
            (worker.join().unwrap(), summary)
        })
    }

    /// A worker that gives recorded answers; the time to its first job.
    fn replay(
        &self,
        queue: &Receiver<(u64, Job)>,
        answers: Sender<Outcome>,
        begun: Instant,
        left: &AtomicU32,
        stop: &AtomicBool,
    ) -> Option<Duration> {
        let mut first = None;
        for (ticket, job) in queue {
            first.get_or_insert_with(|| begun.elapsed());
            let answer = match job {
                Job::Index { .. } => Answer::Indexed(None),
                Job::Check { .. } => Answer::Checked(scanstrasse::model::Wholeness::Whole),
                Job::Open { .. } => Answer::Opened { pages: self.pages_per_scan },
                Job::Opening { .. } => {
                    Answer::Began(scanstrasse::model::Opening { pages: self.pages_per_scan, first: None, second: None })
                }
                Job::Page { path, index, picture, read: _ } => {
                    if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                        stop.store(true, Ordering::SeqCst);
                    }
                    let bytes = fs::read(path).unwrap();
                    let bytes = &bytes[index as usize * PAGE_BYTES..][..PAGE_BYTES];
                    if self.stored {
                        fs::write(picture, bytes).unwrap();
                    }
                    Answer::Processed { record: Box::new(recorded(index, bytes, self.stored)) }
                }
            };
            let outcome = Outcome { ticket, worker: 0, result: Ok(answer), elapsed: Duration::from_millis(1) };
            if answers.send(outcome).is_err() {
                break;
            }
        }
        first
    }
}

/// The record of a page of fifty lines, as OCR would have given it.
fn recorded(index: u32, bytes: &[u8], stored: bool) -> PageRecord {
    let quad = Quad::from_box([10.0, 10.0, 90.0, 20.0].into());
    let word = |text: &str| Word { text: text.into(), quad, confidence: 0.9 };
    let line =
        TextLine { quad, words: "Sehr geehrte Damen und Herren".split(' ').map(word).collect(), starts_block: true };
    let digest = Digest::of(bytes);
    let range = ByteRange { offset: u64::from(index) * PAGE_BYTES as u64, len: PAGE_BYTES as u64 };
    PageRecord {
        width_px: 100,
        height_px: 140,
        resolution: Resolution { x_dpi: 75.0, y_dpi: 75.0, assumed: false },
        colour: ColourMode::Grey,
        placement: Placement::default(),
        skew: Degrees(0.5),
        blank: Blank { is_blank: false, ink_share: 0.01 },
        barcodes: vec![],
        patch_codes: vec![],
        lines: vec![line; 50],
        image: PageImage {
            codec: ImageCodec::Jpeg { components: 1 },
            width_px: 100,
            height_px: 140,
            stream: if stored {
                ImageStream::Stored { digest, len: bytes.len() as u64 }
            } else {
                ImageStream::InScan(range)
            },
            digest,
            original: !stored,
        },
    }
}

fn restart(name: &str, tree: &Tree) {
    let begun = Instant::now();
    let (_, summary) = tree.work(tree.pages / 2);
    let (processed, delivered) = (summary.pages_processed_now, summary.pages_delivered);
    eprintln!("{name}: {processed} pages processed, {delivered} delivered in {:.1?}, then stopped", begun.elapsed());
    assert!(summary.stopped && u64::from(tree.pages) > processed);
    let (first, summary) = tree.work(1);
    let first = first.expect("there was work left");
    eprintln!("{name}: first job after {first:.2?}; {} pages more in that run", summary.pages_processed_now);
    assert!(first <= GOAL, "{first:?} from the start to the first job");
}

#[test]
#[ignore = "minutes: make soak"]
fn a_half_done_backlog_of_100_000_pages_in_2500_cases_goes_on_within_3_s() {
    restart("2,500 cases of 10 scans of 4 pages", &Tree::make(2500, 10, 4, false));
}

/// Nothing can be delivered before the last page: all that was done waits in the ledger and in the store.
#[test]
#[ignore = "minutes: make soak"]
fn a_half_done_case_of_100_000_pages_goes_on_within_3_s() {
    restart("one case of 1,000 scans of 100 pages", &Tree::make(1, 1000, 100, true));
}
