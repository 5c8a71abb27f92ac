//! How the files of one folder fall into batches, and what their cases are called: the layouts, as a pure function.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::ops::Range;

use super::Layout;
use super::names::{join, stem, written};

/// A batch of one folder: which of its files, and its names as [`super::FoundBatch`] has them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) key: String,
    pub(super) case: String,
    /// Of the files given.
    pub(super) files: Range<usize>,
}

/// Divides the scan files of the folder `name` (its path below the input, empty for the input itself). `input_case` is
/// the case of what lies in the input folder itself, see [`input_case`]. A folder without files has no batch.
pub(super) fn divide(layout: Layout, input_case: &str, name: &str, files: &[&OsStr]) -> Vec<Part> {
    let folder_case = || if name.is_empty() { input_case.to_owned() } else { name.to_owned() };
    let each = |case: &dyn Fn(&OsStr) -> String| {
        let part =
            |(i, file): (usize, &&OsStr)| Part { key: join(name, &written(file)), case: case(file), files: i..i + 1 };
        files.iter().enumerate().map(part).collect()
    };
    let case = match layout {
        Layout::FileIsDocument => return each(&|_| folder_case()),
        Layout::FileIsCase => {
            let cases = FileCases::new(files);
            return each(&|file| join(name, &cases.name(file)));
        }
        Layout::FolderIsCase => folder_case(),
        Layout::FolderIsBatch => name.rsplit_once('/').map_or_else(folder_case, |(above, _)| above.to_owned()),
    };
    if files.is_empty() {
        return Vec::new();
    }
    let key = if name.is_empty() { ".".to_owned() } else { name.to_owned() };
    vec![Part { key, case, files: 0..files.len() }]
}

/// The case of what lies in the input folder itself: the folder's own name, with `/.` behind it where that is also the
/// name of one of the `folders` in it, which is a case of its own.
pub(super) fn input_case<'n>(input_name: &str, mut folders: impl Iterator<Item = &'n OsStr>) -> String {
    let taken = folders.any(|folder| written(folder) == input_name);
    if taken { format!("{input_name}/.") } else { input_name.to_owned() }
}

/// Names for cases that are files of one folder: without the ending where that is no other file's name.
struct FileCases<'n> {
    names: HashSet<&'n OsStr>,
    stems: HashMap<&'n OsStr, u32>,
}

impl<'n> FileCases<'n> {
    fn new(files: &[&'n OsStr]) -> Self {
        let mut stems = HashMap::new();
        files.iter().for_each(|file| *stems.entry(stem(file)).or_default() += 1);
        Self { names: files.iter().copied().collect(), stems }
    }

    fn name(&self, file: &OsStr) -> String {
        let bare = stem(file);
        let alone = self.stems.get(bare) == Some(&1) && !self.names.contains(bare);
        written(if alone { bare } else { file })
    }
}
