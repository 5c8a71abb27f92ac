//! Folders of scanner output in, batches of scan files out, in a stable order.
//!
//! Reads names, sizes and bytes for the digest; parses nothing but the index files of stations ([`layouts`]). A walk holds
//! one folder's names at a time for each level of the tree, never the backlog. Names that are no UTF-8 keep their identity,
//! see [`FoundScan::name`].

use std::path::PathBuf;

mod cases;
mod digest;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod layouts;
mod names;
mod natural;
mod removals;
pub mod station;
mod walk;

#[cfg(test)]
mod tests;

pub use digest::digest;
pub use names::path_of;
pub use removals::{REMOVED_FILE, Removal, for_each_removal, note_removals};
pub use walk::{Batches, IntakeError, OTHER_ENDINGS, Overview, batches, batches_below, overview};

/// How the scanner station lays out its output below an input folder.
///
/// A case is named by its path below the input folder, parts joined by `/`: `INPUT/123/…` is the case `123`,
/// `INPUT/a/123/…` the case `a/123`. So two cases never share a name by chance, and a case's name does not depend on
/// what else lies in the backlog. What lies in the input folder itself takes the input folder's name (with `/.` behind it
/// where that is also the name of a folder in it). An input that is a single file is a batch of its own, its case named by the file (by its folder in [`Layout::FileIsDocument`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Every folder that holds scans is a case, named by the folder. One batch each.
    #[default]
    FolderIsCase,
    /// Every folder that holds scans is a batch; its case is the folder above, or the batch's own name at the top.
    /// Several batches may share a case.
    FolderIsBatch,
    /// Every file is a case and a batch, named by the file without its ending; with its ending where the same folder
    /// holds `123.pdf` beside `123.tif`.
    FileIsCase,
    /// Every file is a document of the case named by its folder, and a batch, so that a folder may go on filling.
    /// Many batches share a case.
    FileIsDocument,
}

/// What belongs to the backlog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeRules {
    /// Layout of the folders.
    pub layout: Layout,
    /// Lower-case file name endings, without the dot, that are scans.
    pub extensions: Vec<String>,
}

impl Default for IntakeRules {
    /// One folder a case; the four formats that the line reads.
    fn default() -> Self {
        let extensions = ["tif", "tiff", "jpg", "jpeg", "png", "pdf"];
        Self { layout: Layout::default(), extensions: extensions.map(str::to_owned).to_vec() }
    }
}

/// A scan file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundScan {
    /// Where to read it.
    pub path: PathBuf,
    /// Its path below the input, parts joined by `/`. Equal names, equal paths: bytes that are no UTF-8 and control
    /// characters are written `\x0a`, a backslash `\\`; everything else as it is. Never holds a control character.
    pub name: String,
    /// Size in bytes; 0 for an empty file, which is a scan all the same (a lost one).
    pub len: u64,
    /// Time of its last change, in nanoseconds since 1970 (UTC).
    pub modified_ns: i128,
    /// Time at which the system last changed the file or its times, likewise: no program sets it, so it tells of bytes
    /// that were changed behind an older time. Only good for "equal" or "not", never for "before".
    pub changed_ns: i128,
}

/// Scans that were handed over at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundBatch {
    /// Path of the folder or file below the input, written as [`FoundScan::name`]; `.` is the input folder itself. Its
    /// own within one input, and the same in every run.
    pub key: String,
    /// The case's name, see [`Layout`], written as [`FoundScan::name`]. It is raw: it may hold `/`, be long or be no file
    /// name elsewhere; making a folder's name of it is the target's business. Personal data: never logged.
    pub case: String,
    /// At least one, in natural order: `page2.tif` before `page10.tif`, and fronts before backs (`1F.tif`, `1B.tif`).
    pub scans: Vec<FoundScan>,
}
