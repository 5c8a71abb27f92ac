//! The cage that a worker process locks itself into before it reads its first foreign byte.
//!
//! In: what the worker needs ([`Bounds`]). Out: what is in force ([`Protection`]). Knows no job and no scan.
//!
//! A worker needs little: libraries, models and a cache of compiled networks. It needs no path of a scan, because its
//! parent hands it each scan, and an empty file for the picture, as open file descriptors (`frame.rs`); so not one folder
//! of the user is within its reach, and the rules are the same for every backlog. Three mechanisms of the kernel bound it,
//! each for itself:
//!
//! - [`folders`]: Landlock, which files it may open; no TCP port; no abstract socket and no signal to other processes;
//! - [`syscalls`]: seccomp, which system calls it may make: none that reaches the network, starts a program or touches
//!   another process;
//! - [`limits`]: how much memory and how large a file it may make, and that it leaves no core dump.
//!
//! The cage is closed before any library of OCR is loaded, while the process has one thread: every later thread inherits
//! it. What the kernel lacks is left out and reported; the rest holds.

mod folders;
mod limits;
mod syscalls;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Landlock's version that bounds every kind of access this room asks for (Linux 6.12).
const WHOLE_LANDLOCK: u32 = 6;

/// What a caged process may still reach and spend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Files and folders that it may read, besides the system's libraries.
    pub read: Vec<PathBuf>,
    /// Folders in which it may read, make, change and remove files.
    pub write: Vec<PathBuf>,
    /// Address space in bytes, all mappings together.
    pub memory_bytes: u64,
    /// Largest file that it may write, in bytes.
    pub file_bytes: u64,
}

/// Which mechanisms bound a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Version of Landlock's interface in force; 0 without Landlock.
    pub landlock_abi: u32,
    /// The filter of system calls.
    pub seccomp: bool,
    /// No program that it could start would gain privileges.
    pub no_new_privileges: bool,
    /// Limits of memory and file size, and no core dumps.
    pub limits: bool,
}

/// What a worker is not kept from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The kernel has no Landlock, or it is switched off: files are protected by their permissions alone.
    Files,
    /// The kernel's Landlock is of this older version.
    OldLandlock(u32),
    /// No filter of system calls.
    SystemCalls,
    /// Programs that it starts might gain privileges.
    Privileges,
    /// No limit of memory, or core dumps.
    Limits,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files => f.write_str("Landlock is missing, so files are protected by their permissions alone"),
            Self::OldLandlock(abi) => {
                write!(f, "Landlock has version {abi} (Linux 6.12 brings {WHOLE_LANDLOCK}), so its rules have gaps")
            }
            Self::SystemCalls => f.write_str("seccomp is missing, so system calls are not filtered"),
            Self::Privileges => f.write_str("privileges are not dropped for good"),
            Self::Limits => f.write_str("memory and core dumps are not limited"),
        }
    }
}

impl Protection {
    /// What is not in force; empty on a kernel that has it all.
    pub fn gaps(&self) -> Vec<Gap> {
        let files = match self.landlock_abi {
            0 => Some(Gap::Files),
            abi if abi < WHOLE_LANDLOCK => Some(Gap::OldLandlock(abi)),
            _ => None,
        };
        let rest =
            [(self.seccomp, Gap::SystemCalls), (self.no_new_privileges, Gap::Privileges), (self.limits, Gap::Limits)];
        files.into_iter().chain(rest.into_iter().filter(|(there, _)| !there).map(|(_, gap)| gap)).collect()
    }
}

/// What this kernel offers, without locking anything: two system calls. For a status page; what really bounds a worker
/// is what [`enter`] says.
pub fn available() -> Protection {
    Protection { landlock_abi: folders::abi(), seccomp: syscalls::available(), no_new_privileges: true, limits: true }
}

/// Locks the calling process in, for good. Call it while the process has a single thread.
pub fn enter(bounds: &Bounds) -> Protection {
    let limits = limits::set(bounds);
    let no_new_privileges = rustix::thread::set_no_new_privs(true).is_ok();
    // The order matters: Landlock's own system calls are among those that the filter forbids.
    let landlock_abi = folders::restrict(bounds);
    Protection { landlock_abi, seccomp: syscalls::filter(), no_new_privileges, limits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let whole = Protection { landlock_abi: 7, seccomp: true, no_new_privileges: true, limits: true };
        assert_eq!(whole.gaps(), []);
        assert_eq!(Protection { landlock_abi: 3, ..whole }.gaps(), [Gap::OldLandlock(3)]);
        let none = Protection::default().gaps();
        assert_eq!(none, [Gap::Files, Gap::SystemCalls, Gap::Privileges, Gap::Limits]);
        for gap in none {
            assert!(gap.to_string().len() > 10 && !gap.to_string().ends_with('.'), "{gap}");
        }
    }
}
