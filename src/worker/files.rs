//! The open files that go with a job. The parent opens them, so that a worker needs no path of the user, and learns none.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{Answer, Job};
use crate::model::{Fault, FaultKind, ImageStream, Stage};

/// The scan, to read, and for a page the new file of its picture, to write.
pub(super) struct Files {
    scan: File,
    picture: Option<(PathBuf, File)>,
}

impl Files {
    /// Opens what `job` names.
    pub(super) fn open(job: &Job) -> Result<Self, Fault> {
        let (path, picture) = match job {
            Job::Open { path } | Job::Check { path } | Job::Index { path, .. } | Job::Opening { path, .. } => {
                (path, None)
            }
            Job::Page { path, picture, .. } => (path, Some(picture)),
        };
        let scan =
            regular(path).map_err(|e| Fault::new(Stage::Open, FaultKind::Io, format!("reading the file: {e}")))?;
        let picture = picture.map(|path| Ok((path.clone(), new(path)?))).transpose().map_err(|e: io::Error| {
            Fault::new(Stage::Decode, FaultKind::Io, format!("making the file of the picture: {e}"))
        })?;
        Ok(Self { scan, picture })
    }

    /// What travels with the order, in the order of [`super::Task`].
    pub(super) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        [Some(&self.scan), self.picture.as_ref().map(|(_, file)| file)].into_iter().flatten().map(File::as_fd).collect()
    }

    /// Removes the picture's file again, unless the answer says that it was written.
    pub(super) fn settle(self, result: &Result<Answer, Fault>) {
        let is_stored = |answer: &Answer| match answer {
            Answer::Processed { record } => matches!(record.image.stream, ImageStream::Stored { .. }),
            Answer::Opened { .. } | Answer::Checked(_) | Answer::Indexed(_) | Answer::Began(_) => false,
        };
        if let Some((path, file)) = self.picture
            && !result.as_ref().is_ok_and(is_stored)
            // What a worker wrote without saying so stays, for the dispatcher to see.
            && (result.is_err() || file.metadata().is_ok_and(|meta| meta.len() == 0))
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens a regular file to read. A pipe would wait for a writer, a device might do anything.
fn regular(path: &Path) -> io::Result<File> {
    let unblocked = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(unblocked).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}

/// Makes a file that only this user may read.
fn new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
