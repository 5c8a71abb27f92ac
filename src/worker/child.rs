//! The worker's side: reads orders, parses foreign bytes, answers.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use super::frame::{self, FrameError};
use super::sandbox::{self, Bounds};
use super::{Answer, Order, Reply, Task, memory, out_of_turn};
use crate::infer::{self, ModelFolder};
use crate::intake::layouts;
use crate::model::{ByteRange, Digest, Face, Fault, FaultKind, ImageStream, Opening, PageImage, Stage};
use crate::ocr;
use crate::page::{self, Readers, Recipe};
use crate::raster::{Picture, PictureData, ScanFile, whole};

/// Where the last panic happened. Its message is not kept: it may hold foreign data.
static PANICKED_AT: Mutex<Option<String>> = Mutex::new(None);

/// Serves orders from standard input, which must be a stream socket, until it closes.
pub fn serve() -> ExitCode {
    // A worker never outlives its parent, even if that is killed while the worker is at a page.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    close_inherited();
    give_way();
    memory::end_process_if_refused();
    panic::set_hook(Box::new(|info| {
        if let Ok(mut place) = PANICKED_AT.lock() {
            *place = info.location().map(ToString::to_string);
        }
    }));
    let Ok(stream) = io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    match answer_all(&UnixStream::from(stream)) {
        Ok(()) | Err(FrameError::Ended) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Files that whoever started the program left open would be within a worker's reach, whatever the sandbox says.
#[allow(unsafe_code)]
fn close_inherited() {
    const FIRST: libc::c_uint = 3;
    // SAFETY: nothing in this process has opened a file yet; standard input, output and error stay.
    unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, 0) };
}

/// If the machine runs out of memory, the kernel shall end a worker, whose page is done again, and not its parent or a
/// database.
// The file is the kernel's: there is nothing to rename or sync.
#[allow(clippy::disallowed_methods)]
fn give_way() {
    let _ = fs::write("/proc/self/oom_score_adj", "500");
}

fn answer_all(stream: &UnixStream) -> Result<(), FrameError> {
    let (Order::Begin { recipe, models, memory_bytes, file_bytes }, _) = frame::receive(stream)? else {
        return Ok(());
    };
    let read = [models.clone()].into_iter().chain(ocr::language_folders()).collect();
    let write: Vec<_> = infer::cache_folder().into_iter().collect();
    // A rule needs a folder that is there; without one, networks are compiled anew.
    write.iter().for_each(|cache| drop(fs::create_dir_all(cache)));
    let protection = sandbox::enter(&Bounds { read, write, memory_bytes, file_bytes });
    let mut desk = match guarded(|| Desk::open(*recipe, &models)) {
        Ok(desk) => desk,
        Err(fault) => return frame::write(&mut &*stream, &Reply::Failed(fault)),
    };
    frame::write(&mut &*stream, &Reply::Ready(protection))?;
    loop {
        let (Order::Do(task), files) = frame::receive(stream)? else { return Ok(()) };
        let reply = guarded(|| desk.work(task, files)).map_or_else(Reply::Failed, Reply::Done);
        frame::write(&mut &*stream, &reply)?;
    }
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
    open: Option<(Identity, ScanFile)>,
}

impl Desk {
    fn open(recipe: Recipe, models: &Path) -> Result<Self, Fault> {
        let readers = if recipe.orient_by_content || recipe.ocr.enabled {
            let models =
                ModelFolder::open(models).map_err(|e| Fault::new(Stage::Worker, FaultKind::Engine, e.to_string()))?;
            Readers::open(&recipe, &models)?
        } else {
            // A scout works without any model being there.
            Readers::of_codes()
        };
        Ok(Self { recipe, readers, open: None })
    }

    fn work(&mut self, task: Task, files: Vec<OwnedFd>) -> Result<Answer, Fault> {
        let mut files = files.into_iter().map(File::from);
        match (task, files.next(), files.next()) {
            (Task::Open, Some(scan), None) => {
                self.open = None;
                Ok(Answer::Opened { pages: self.scan(&scan)?.pages() })
            }
            (Task::Check, Some(file), None) => Ok(Answer::Checked(whole(&file))),
            (Task::Index { source }, Some(file), None) => Ok(Answer::Indexed(layouts::told(&file, source))),
            (Task::Opening { faces }, Some(scan), None) => {
                let recipe = self.recipe.clone();
                let scan = self.scan(&scan)?;
                let pages = scan.pages();
                let mut face = |index| {
                    let look = || page::face(&scan.page(index)?, &recipe);
                    // What cannot be read is held as a page, later.
                    (faces && index < pages).then(|| guarded(look).unwrap_or(Face::Page))
                };
                Ok(Answer::Began(Opening { pages, first: face(0), second: face(1) }))
            }
            (Task::Page { index, read }, Some(scan), Some(picture)) => {
                let decoded = self.scan(&scan)?.page(index)?;
                let mut nobody = Readers::none();
                let readers = if read { &mut self.readers } else { &mut nobody };
                let findings = page::process_page(&decoded, &self.recipe, readers)?;
                let image = lay_down(&decoded.picture, &scan, picture)
                    .map_err(|e| Fault::new(Stage::Decode, FaultKind::Io, format!("the picture: {e}")))?;
                Ok(Answer::Processed { record: Box::new(findings.record(image)) })
            }
            _ => Err(out_of_turn()),
        }
    }

    /// The scan in `file`, opened at most once in a row.
    fn scan(&mut self, file: &File) -> Result<&mut ScanFile, Fault> {
        let unread = |e: io::Error| Fault::new(Stage::Open, FaultKind::Io, format!("reading the file: {e}"));
        let identity = Identity::of(file).map_err(unread)?;
        if self.open.as_ref().is_none_or(|(open, _)| *open != identity) {
            self.open = None;
            let scan = ScanFile::read(file.try_clone().map_err(unread)?, &self.recipe.decode)?;
            self.open = Some((identity, scan));
        }
        match &mut self.open {
            Some((_, scan)) => Ok(scan),
            None => Err(Fault::new(Stage::Open, FaultKind::Io, "the scan is not open")),
        }
    }
}

/// Tells one state of a file from another and from other files: device, inode, length, and time of the last change in
/// seconds and nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64, u64, i64, i64);

impl Identity {
    fn of(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        Ok(Self(meta.dev(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
    }
}

/// Digests the picture, and writes it to `target` unless it lies in the scan as it is.
fn lay_down(picture: &Picture, scan: &File, mut target: File) -> io::Result<PageImage> {
    let (stream, digest) = match &picture.data {
        PictureData::InScan(range) => (ImageStream::InScan(*range), digest_range(scan, *range)?),
        PictureData::Bytes(bytes) => {
            let digest = Digest::of(bytes);
            target.write_all(bytes)?;
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

fn digest_range(scan: &File, range: ByteRange) -> io::Result<Digest> {
    // Not foreign: the decoder has read the range, and so it lies within the file and its limits.
    let mut bytes = vec![0; usize::try_from(range.len).map_err(|_| io::ErrorKind::UnexpectedEof)?];
    scan.read_exact_at(&mut bytes, range.offset)?;
    Ok(Digest::of(&bytes))
}
