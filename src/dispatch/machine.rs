//! Faults of the machine: what a person can mend while the line waits. No page is ever to blame for one.
//!
//! In: errors of the system, of the ledger, of the target. Out: what is wrong and where, without a path; and probes that
//! tell a fault of the machine from one of a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::RunError;
use crate::ledger::{LedgerError, Store};
use crate::model::Digest;
use crate::saboteur::{self, Step};

/// What is wrong with a disk, share or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// No room is left, or a quota is used up.
    DiskFull,
    /// Less room is left than `limits.free_space_mib`.
    LowSpace,
    /// It takes no writing.
    ReadOnly,
    /// The user of this program may not.
    Permission,
    /// It is there no longer, or a share does not answer.
    Gone,
    /// It reports errors when read or written.
    Failing,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The state folder.
    State,
    /// The target.
    Target,
    /// An input: its position among the distinct inputs, from 0.
    Input(usize),
}

/// What a person has to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Trouble {
    /// What is wrong.
    pub cause: Cause,
    /// Where.
    pub place: Place,
}

impl Cause {
    /// What is wrong, to stand behind a path: "is full".
    pub fn text(self) -> &'static str {
        match self {
            Self::DiskFull => "is full",
            Self::LowSpace => "has less free space than limits.free_space_mib",
            Self::ReadOnly => "is read-only",
            Self::Permission => "may not be used any longer (permission denied)",
            Self::Gone => "is there no longer",
            Self::Failing => "reports errors when read or written",
        }
    }

    /// What to do about it, a fragment of a sentence.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::DiskFull | Self::LowSpace => "free space on this disk",
            Self::ReadOnly => "make this disk writable again",
            Self::Permission => "give this user the permission back",
            Self::Gone => "bring the share or disk back",
            Self::Failing => "check disk, cable and share",
        }
    }

    /// What an error of the system says about the machine; `None` if it says nothing of that kind.
    pub fn of(error: &io::Error) -> Option<Self> {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Some(Self::DiskFull),
            Kind::ReadOnlyFilesystem => Some(Self::ReadOnly),
            Kind::PermissionDenied => Some(Self::Permission),
            Kind::NotFound
            | Kind::NotADirectory
            | Kind::StaleNetworkFileHandle
            | Kind::NotConnected
            | Kind::TimedOut
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::ConnectionRefused => Some(Self::Gone),
            _ => match Errno::from_io_error(error)? {
                Errno::IO | Errno::REMOTEIO => Some(Self::Failing),
                Errno::HOSTDOWN | Errno::SHUTDOWN | Errno::NODEV | Errno::NXIO => Some(Self::Gone),
                _ => None,
            },
        }
    }

    /// What an error of the ledger says about the machine.
    pub(super) fn of_ledger(error: &LedgerError) -> Option<Self> {
        use rusqlite::ErrorCode as Code;
        match error {
            LedgerError::Io { source, .. } | LedgerError::Commit(source) => Self::of(source),
            LedgerError::Sql(rusqlite::Error::SqliteFailure(failure, _)) => match failure.code {
                Code::DiskFull => Some(Self::DiskFull),
                Code::ReadOnly => Some(Self::ReadOnly),
                Code::PermissionDenied => Some(Self::Permission),
                Code::CannotOpen => Some(Self::Gone),
                Code::SystemIoFailure => Some(Self::Failing),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the input that holds `path` has gone as a whole or cannot be listed: a share that went away, not a broken
/// file. The empty folder that a share leaves where it was mounted counts as gone.
pub(super) fn lost_input(inputs: &[PathBuf], path: &Path) -> Option<RunError> {
    let input = inputs.iter().find(|input| path.starts_with(input))?;
    let lost = || Some(RunError::InputLost(input.clone()));
    let listed = fs::metadata(input).and_then(|metadata| match metadata.is_dir() {
        true => fs::read_dir(input)?.next().transpose().map(|name| name.is_some()),
        false => Ok(true),
    });
    match listed {
        Ok(true) => None,
        Ok(false) => lost(),
        Err(source) => refused(input, source).or_else(lost),
    }
}

/// The same, or that the way to a file which was received is closed: a permission lost, a share that fails. That the
/// file alone is gone, or alone cannot be read, is its own affair.
pub(super) fn closed_input(inputs: &[PathBuf], path: &Path) -> Option<RunError> {
    lost_input(inputs, path).or_else(|| {
        let input = inputs.iter().find(|input| path.starts_with(input))?;
        fs::symlink_metadata(path).err().and_then(|source| refused(input, source))
    })
}

/// An input that is there, but refuses.
fn refused(input: &Path, source: io::Error) -> Option<RunError> {
    let there = Cause::of(&source).is_some_and(|cause| cause != Cause::Gone);
    there.then(|| RunError::Input { path: input.to_owned(), source })
}

/// What the state folder must take for a fault to be a page's own: a small picture.
pub(super) const PROBE_BYTES: u64 = 1 << 20;

/// Whether the state folder takes a picture, from the spool to the store.
pub(super) fn probe_state(spool: &Path, store: &Store) -> Result<(), RunError> {
    let (probe, bytes) = (spool.join("probe"), vec![0; PROBE_BYTES as usize]);
    let write = || saboteur::step(Step::Write).and_then(|()| File::create(&probe)?.write_all(&bytes));
    let digest = Digest::of(&bytes);
    let adopted = write()
        .map_err(|source| LedgerError::Io { path: probe.clone(), source }.into())
        .and_then(|()| store.adopt(&probe, digest, PROBE_BYTES).map_err(RunError::from));
    let _ = fs::remove_file(&probe);
    adopted.and_then(|()| Ok(store.remove(digest)?))
}

/// Whether the disk of `folder` has `floor` bytes left for this user.
pub(super) fn expect_space(place: Place, folder: &Path, floor: u64) -> Result<(), RunError> {
    let Some(free) = free_bytes(folder).filter(|free| *free < floor) else { return Ok(()) };
    Err(RunError::LowSpace {
        place,
        folder: folder.to_owned(),
        free_mib: free >> 20,
        floor_mib: floor.div_ceil(1 << 20),
    })
}

/// Free bytes for this user. `None` of a folder that has gone (what is to be written there tells that) and of a file
/// system that tells no size.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_mend_is_told_from_what_no_waiting_mends() {
        for (errno, cause) in [
            (Errno::NOSPC, Some(Cause::DiskFull)),
            (Errno::DQUOT, Some(Cause::DiskFull)),
            (Errno::ROFS, Some(Cause::ReadOnly)),
            (Errno::ACCESS, Some(Cause::Permission)),
            (Errno::PERM, Some(Cause::Permission)),
            (Errno::NOENT, Some(Cause::Gone)),
            (Errno::STALE, Some(Cause::Gone)),
            (Errno::HOSTDOWN, Some(Cause::Gone)),
            (Errno::IO, Some(Cause::Failing)),
            (Errno::NAMETOOLONG, None),
            (Errno::INVAL, None),
            (Errno::ISDIR, None),
            (Errno::FBIG, None),
        ] {
            assert_eq!(Cause::of(&errno.into()), cause, "{errno:?}");
        }
    }

    #[test]
    fn an_input_is_lost_as_a_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let (full, empty, gone) = (dir.path().join("full"), dir.path().join("empty"), dir.path().join("gone"));
        fs::create_dir_all(full.join("A")).unwrap();
        fs::create_dir(&empty).unwrap();
        let inputs = [full.clone(), empty.clone(), gone.clone()];
        assert!(
            closed_input(&inputs, &full.join("A/missing.tif")).is_none(),
            "one file that is gone is its own affair"
        );
        for lost in [empty, gone] {
            assert!(
                matches!(lost_input(&inputs, &lost.join("A/1.tif")), Some(RunError::InputLost(input)) if input == lost)
            );
        }
    }

    #[test]
    fn the_floor_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        expect_space(Place::State, dir.path(), 0).unwrap();
        expect_space(Place::State, dir.path(), 1).unwrap();
        let error = expect_space(Place::Target, dir.path(), u64::MAX).unwrap_err();
        assert_eq!(error.trouble(&[]), Some(Trouble { cause: Cause::LowSpace, place: Place::Target }));
    }
}
