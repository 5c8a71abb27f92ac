//! The worker's side: reads orders, parses foreign bytes, answers.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use super::frame::{self, FrameError};
use super::{Answer, Job, Order, Reply};
use crate::infer::ModelFolder;
use crate::model::{ByteRange, Digest, Fault, FaultKind, ImageStream, PageImage, Stage};
use crate::page::{self, Readers, Recipe};
use crate::raster::{Picture, PictureData, ScanFile};

/// Where the last panic happened. Its message is not kept: it may hold foreign data.
static PANICKED_AT: Mutex<Option<String>> = Mutex::new(None);

/// Serves orders from standard input, which must be a stream socket, until it closes.
pub fn serve() -> ExitCode {
    // A worker never outlives its parent, even if that is killed while the worker is at a page.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    panic::set_hook(Box::new(|info| {
        if let Ok(mut place) = PANICKED_AT.lock() {
            *place = info.location().map(ToString::to_string);
        }
    }));
    let Ok(stream) = io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    match answer_all(&mut UnixStream::from(stream)) {
        Ok(()) | Err(FrameError::Ended) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all(stream: &mut UnixStream) -> Result<(), FrameError> {
    let Order::Begin { recipe, models } = frame::read(stream)? else { return Ok(()) };
    let mut desk = match guarded(|| Desk::open(*recipe, &models)) {
        Ok(desk) => desk,
        Err(fault) => return frame::write(stream, &Reply::Failed(fault)),
    };
    frame::write(stream, &Reply::Ready)?;
    while let Order::Do(job) = frame::read(stream)? {
        let reply = guarded(|| desk.work(job)).map_or_else(Reply::Failed, Reply::Done);
        frame::write(stream, &reply)?;
    }
    Ok(())
}

/// Runs `work`; a panic in a decoder becomes a fault (and the parent then replaces this process).
fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let place = PANICKED_AT.lock().ok().and_then(|mut place| place.take());
        let detail = format!("a decoder gave up at {}", place.as_deref().unwrap_or("an unknown place"));
        Err(Fault::new(Stage::Worker, FaultKind::Crash, detail))
    })
}

/// What a worker keeps from job to job: its engines, and the scan it read last.
struct Desk {
    recipe: Recipe,
    readers: Readers,
    open: Option<(PathBuf, ScanFile)>,
}

impl Desk {
    fn open(recipe: Recipe, models: &Path) -> Result<Self, Fault> {
        let models =
            ModelFolder::open(models).map_err(|e| Fault::new(Stage::Worker, FaultKind::Engine, e.to_string()))?;
        let readers = Readers::open(&recipe, &models)?;
        Ok(Self { recipe, readers, open: None })
    }

    fn work(&mut self, job: Job) -> Result<Answer, Fault> {
        match job {
            Job::Open { path } => {
                self.open = None;
                Ok(Answer::Opened { pages: self.scan(&path)?.pages() })
            }
            Job::Page { path, index, picture } => {
                let decoded = self.scan(&path)?.page(index)?;
                let findings = page::process_page(&decoded, &self.recipe, &mut self.readers)?;
                let image = lay_down(&decoded.picture, &path, &picture)
                    .map_err(|e| Fault::new(Stage::Decode, FaultKind::Io, format!("the picture: {e}")))?;
                Ok(Answer::Processed { record: Box::new(findings.record(image)) })
            }
        }
    }

    /// The scan at `path`, opened at most once in a row.
    fn scan(&mut self, path: &Path) -> Result<&mut ScanFile, Fault> {
        if self.open.as_ref().is_none_or(|(open, _)| open != path) {
            self.open = None;
            self.open = Some((path.to_owned(), ScanFile::open(path, &self.recipe.decode)?));
        }
        match &mut self.open {
            Some((_, scan)) => Ok(scan),
            None => Err(Fault::new(Stage::Open, FaultKind::Io, "the scan is not open")),
        }
    }
}

/// Digests the picture, and writes it to `target` unless it lies in the scan as it is.
fn lay_down(picture: &Picture, scan: &Path, target: &Path) -> io::Result<PageImage> {
    let (stream, digest) = match &picture.data {
        PictureData::InScan(range) => (ImageStream::InScan(*range), digest_range(scan, *range)?),
        PictureData::Bytes(bytes) => {
            let digest = Digest::of(bytes);
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(target)?;
            file.write_all(bytes)?;
            (ImageStream::Stored { digest, len: bytes.len() as u64 }, digest)
        }
    };
    Ok(PageImage {
        codec: picture.codec,
        width_px: picture.width_px,
        height_px: picture.height_px,
        stream,
        digest,
        original: picture.original,
    })
}

fn digest_range(scan: &Path, range: ByteRange) -> io::Result<Digest> {
    let mut file = File::open(scan)?;
    file.seek(SeekFrom::Start(range.offset))?;
    let mut bytes = Vec::new();
    file.take(range.len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != range.len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Digest::of(&bytes))
}
