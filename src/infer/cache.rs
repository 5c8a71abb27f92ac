//! Compiled networks on disk, so that the next process is ready sooner.
//!
//! One folder for each network, shape, precision and processor. A folder is filled under another name and renamed when
//! it is whole: a process that dies half-way leaves nothing that another would read, and none waits for another.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::model::Digest;

/// Names the cache folder; empty for no cache.
const VARIABLE: &str = "SCANSTRASSE_CACHE";

/// The place of one compiled network.
pub(super) enum Slot {
    /// A whole one is here.
    Filled(PathBuf),
    /// Fill `partial`, then call [`Slot::seal`].
    Empty { partial: PathBuf, place: PathBuf },
    /// There is no folder that we may write to.
    None,
}

impl Slot {
    /// The slot of what `key` describes.
    pub(super) fn of(key: &str) -> Self {
        match root() {
            Some(root) => Self::below(&root, key),
            None => Self::None,
        }
    }

    fn below(root: &Path, key: &str) -> Self {
        let name: String = Digest::of(key.as_bytes()).to_string().chars().take(24).collect();
        let place = root.join(&name);
        if place.is_dir() {
            return Self::Filled(place);
        }
        let partial = root.join(format!("{name}.{}", std::process::id()));
        match fs::create_dir_all(&partial) {
            Ok(()) => Self::Empty { partial, place },
            Err(_) => Self::None,
        }
    }

    /// The folder that the runtime shall read from or write to.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Filled(folder) | Self::Empty { partial: folder, .. } => Some(folder),
            Self::None => None,
        }
    }

    /// What was written is whole. Of two processes that filled the same slot at once, the first wins.
    pub(super) fn seal(self) {
        if let Self::Empty { partial, place } = self
            && fs::rename(&partial, &place).is_err()
        {
            // Losing the race, or the folder, costs the next process some tenths of a second and nothing else.
            // This process made the folder under a name of its own, and only the runtime writes into it.
            #[allow(clippy::disallowed_methods)]
            let _ = fs::remove_dir_all(&partial);
        }
    }
}

/// The cache folder, whether it exists or not; `None` for no cache.
pub fn root() -> Option<PathBuf> {
    let named = |name| env::var_os(name).map(PathBuf::from);
    match named(VARIABLE) {
        Some(folder) => (!folder.as_os_str().is_empty()).then_some(folder),
        None => {
            let user = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")))?;
            user.is_absolute().then(|| user.join("scanstrasse"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use super::*;

    #[test]
    fn a_slot_counts_as_filled_only_after_it_was_sealed() {
        let root = tempfile::tempdir().unwrap();
        let first = Slot::below(root.path(), "network");
        fs::write(first.folder().unwrap().join("blob"), b"half").unwrap();
        assert!(matches!(Slot::below(root.path(), "network"), Slot::Empty { .. }));
        first.seal();
        assert!(matches!(Slot::below(root.path(), "network"), Slot::Filled(_)));
        assert!(matches!(Slot::below(root.path(), "another"), Slot::Empty { .. }));
    }

    #[test]
    fn a_folder_that_cannot_be_written_means_no_cache() {
        assert!(matches!(Slot::below(Path::new("/proc/no-such-folder"), "network"), Slot::None));
    }
}
