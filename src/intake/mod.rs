//! Folders of scanner output in, batches of scan files out, in a stable order.
//!
//! Reads names, sizes and bytes for the digest; parses nothing.

/// How the scanner station lays out its output below an input folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Every folder that holds scans is a case, named by the folder.
    #[default]
    FolderIsCase,
    /// Every folder that holds scans is a batch; its case is the folder above, or the batch's own name at the top.
    FolderIsBatch,
    /// Every file is a case, named by the file.
    FileIsCase,
    /// Every file is a document of the case named by its folder.
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
