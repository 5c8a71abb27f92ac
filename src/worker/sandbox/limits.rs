//! Limits that the process sets for itself, and that it leaves no dump.
//!
//! Processor time is not among them: the kernel's limit counts the whole life of a process, and a worker lives for
//! thousands of pages. The parent watches the time of each job (`watch.rs`).

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use super::Bounds;

/// Open files: libraries, models and the cache while they load, then a scan and a picture.
const OPEN_FILES: u64 = 256;

/// Sets all of them; `false` if one could not be set.
pub(super) fn set(bounds: &Bounds) -> bool {
    let limits = [
        // A dump would hold pages. Not dumpable also means: no other process of this user may look into this one.
        (Resource::Core, 0),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Fsize, bounds.file_bytes),
        (Resource::As, bounds.memory_bytes),
    ];
    let dumps = set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok();
    limits.into_iter().all(|(resource, most)| lower(resource, most)) && dumps
}

/// Lowers both the soft and the hard limit; what is lower already stays.
fn lower(resource: Resource, most: u64) -> bool {
    let now = rustix::process::getrlimit(resource);
    let least = |known: Option<u64>| Some(known.map_or(most, |known| known.min(most)));
    setrlimit(resource, Rlimit { current: least(now.current), maximum: least(now.maximum) }).is_ok()
}
