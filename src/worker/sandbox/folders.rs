//! Landlock: which files a worker may open, and that it reaches neither ports nor other processes.
//!
//! Rules that the running kernel does not know are left out (<https://docs.kernel.org/userspace-api/landlock.html>): files
//! since version 1 (Linux 5.13), truncation 3 (6.2), TCP 4 (6.7), devices 5 (6.10), abstract sockets and signals 6 (6.12).

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

use super::Bounds;

/// The version whose rights are asked for; of these the kernel's share is taken.
const ASKED: ABI = ABI::V6;

/// What every dynamically linked program, OpenVINO's thread pool and the C library read: libraries, the processors and
/// memory nodes of the machine, this process's own mappings. Nothing of a user lies here.
const SYSTEM: [&str; 13] = [
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/dev/urandom",
];

/// Read and written: Tesseract sends its messages there.
const NOWHERE: &str = "/dev/null";

/// Restricts the calling thread and those it will start. Gives the version in force, 0 for none.
pub(super) fn restrict(bounds: &Bounds) -> u32 {
    match rules(bounds) {
        Ok((RulesetStatus::NotEnforced, _)) | Err(_) => 0,
        Ok((_, status)) => version(status),
    }
}

fn rules(bounds: &Bounds) -> Result<(RulesetStatus, LandlockStatus), RulesetError> {
    // Libraries are mapped, not executed: no path gets the right to be started as a program.
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    // Neither devices nor sockets nor pipes, and no link to elsewhere.
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    let readable = SYSTEM.iter().map(PathBuf::from).chain(bounds.read.iter().cloned());
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ASKED))?
        .handle_access(AccessNet::from_all(ASKED))?
        .scope(Scope::from_all(ASKED))?
        .create()?
        // Paths that do not exist are passed over.
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(&bounds.write, write))?
        .add_rules(path_beneath_rules([NOWHERE], AccessFs::ReadFile | AccessFs::WriteFile))?
        .restrict_self()?;
    Ok((status.ruleset, status.landlock))
}

/// The version that this kernel has, 0 for none.
#[allow(unsafe_code)]
pub(super) fn abi() -> u32 {
    const LANDLOCK_CREATE_RULESET_VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no memory and makes nothing; it gives a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0usize,
            LANDLOCK_CREATE_RULESET_VERSION,
        )
    };
    u32::try_from(version).unwrap_or(0)
}

fn version(status: LandlockStatus) -> u32 {
    match status {
        LandlockStatus::Available { effective_abi, kernel_abi } => {
            kernel_abi.and_then(|abi| u32::try_from(abi).ok()).unwrap_or(effective_abi as u32)
        }
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
    }
}
