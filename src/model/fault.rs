//! Why a scan or a page is held: what failed, where, and what a person can do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Finding and reading the file.
    Intake,
    /// Opening the scan and counting its pages.
    Open,
    /// Decoding a page's image.
    Decode,
    /// Looking for patch codes and barcodes.
    Codes,
    /// Reading the page's text.
    Ocr,
    /// The worker process itself.
    Worker,
    /// Making documents of pages.
    Assemble,
    /// Writing the PDF.
    Pdf,
    /// Handing over to the target.
    Deliver,
}

/// The kind of a fault; each has one remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The file has no bytes.
    Empty,
    /// The file ends before its structure does.
    Truncated,
    /// The structure is broken.
    Corrupt,
    /// Not a format that the line reads.
    UnknownFormat,
    /// A sound file without a page.
    NoPages,
    /// Needs a password.
    Encrypted,
    /// A compression or pixel layout that no decoder here reads.
    Unsupported,
    /// Larger than a limit of the pipeline.
    OverLimit,
    /// Took longer than the deadline.
    Deadline,
    /// The worker process died.
    Crash,
    /// The worker's answer made no sense.
    Nonsense,
    /// Reading or writing failed (disk, share, permission).
    Io,
    /// The file changed after it was received.
    Changed,
    /// The OCR engine failed.
    Engine,
    /// The page is sound, but its document waits for a page that is held.
    Waits,
    /// The page is strewn with so many specks that reading it is hopeless.
    Noise,
    /// Fronts and backs of a stack cannot be brought together for certain: an odd number of pages, or not all of them here.
    Unpaired,
    /// A separator sheet, or the index file of a batch, says another number of pages, sheets or files than was found.
    CountDiffers,
    /// A document is improbably long for its type: a separator may have been missed.
    TooLong,
    /// The same separator sheet was found twice.
    RepeatedSheet,
    /// A case number is not what case numbers are: its check digit is wrong, or the list of cases does not have it.
    CaseNumber,
    /// The document's type is in doubt, and the pipeline wants a person to look.
    TypeInDoubt,
}

impl FaultKind {
    /// Whether the same bytes may fare better in another run: with other limits, models, a share that is back.
    pub fn may_pass(self) -> bool {
        match self {
            Self::OverLimit | Self::Deadline | Self::Crash | Self::Nonsense | Self::Io | Self::Engine => true,
            Self::Empty
            | Self::Truncated
            | Self::Corrupt
            | Self::UnknownFormat
            | Self::NoPages
            | Self::Encrypted
            | Self::Unsupported
            | Self::Changed
            | Self::Noise
            | Self::Unpaired
            | Self::CountDiffers
            | Self::TooLong
            | Self::RepeatedSheet
            | Self::CaseNumber
            | Self::TypeInDoubt
            | Self::Waits => false,
        }
    }

    /// What is in doubt is the document, not the page: released, the page is read and delivered like any other.
    pub fn is_about_document(self) -> bool {
        match self {
            Self::Unpaired
            | Self::CountDiffers
            | Self::TooLong
            | Self::RepeatedSheet
            | Self::CaseNumber
            | Self::TypeInDoubt => true,
            Self::Empty
            | Self::Truncated
            | Self::Corrupt
            | Self::UnknownFormat
            | Self::NoPages
            | Self::Encrypted
            | Self::Unsupported
            | Self::OverLimit
            | Self::Deadline
            | Self::Crash
            | Self::Nonsense
            | Self::Io
            | Self::Changed
            | Self::Engine
            | Self::Waits
            | Self::Noise => false,
        }
    }

    /// What happened, in words of the people who scan; a lower-case fragment.
    pub fn words(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty",
            Self::Truncated => "the file breaks off before its end",
            Self::Corrupt => "the file is damaged",
            Self::UnknownFormat => "this is no scan that the line can read",
            Self::NoPages => "the file has no pages",
            Self::Encrypted => "the PDF is protected by a password",
            Self::Unsupported => "the scanner wrote a kind of image that cannot be read",
            Self::OverLimit => "too large for the limits of the pipeline",
            Self::Deadline => "took too long and was given up",
            Self::Crash => "the program that reads pages failed on it",
            Self::Nonsense => "reading it gave a result that cannot be right",
            Self::Io => "could not be read from disk or share",
            Self::Changed => "the file was altered after it was received",
            Self::Noise => "the page is strewn with specks",
            Self::Engine => "the text recognition failed",
            Self::Unpaired => "fronts and backs of the stack cannot be paired",
            Self::CountDiffers => "another number came than the separator sheet or the index tells",
            Self::TooLong => "the document is too long for its type",
            Self::RepeatedSheet => "the same separator sheet came twice",
            Self::CaseNumber => "the case number cannot be right",
            Self::TypeInDoubt => "the document's type is in doubt",
            Self::Waits => "waits for another page of its document",
        }
    }

    /// What a person can do about it, one sentence without a full stop.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "copy the file again, or scan the sheets again",
            Self::Truncated => "copy the file again, or scan the sheets again",
            Self::Corrupt => "open the file in a viewer; if it shows no page, scan the sheets again",
            Self::UnknownFormat => "deliver scans as TIFF, JPEG, PNG or PDF",
            Self::NoPages => "scan the sheets again",
            Self::Encrypted => "save the PDF without a password",
            Self::Unsupported => "let the scanner write G4, JPEG, LZW or uncompressed images",
            Self::OverLimit => {
                "raise the limit in the pipeline's [limits], or scan again at a lower resolution as a new file"
            }
            Self::Deadline => {
                "scan this sheet again as a new file; raise the limit that is named in the pipeline's [limits] if that is held too"
            }
            Self::Crash | Self::Nonsense => "scan this sheet again as a new file; report the file if that is held too",
            Self::Io => "check disk, share and permissions, then run again",
            Self::Changed => "bring the altered file under another name, then run again; find out who altered it",
            Self::Noise => {
                "scan this sheet again as a new file, brighter or in grey; the engine \"ppocr\" reads through such specks"
            }
            Self::Engine => "check the models with `make models`, then scan this sheet again as a new file",
            Self::CountDiffers => {
                "compare with the paper: scan what is missing as a new batch and discard these pages, or release them as they are"
            }
            Self::TooLong => {
                "look whether a separator sheet was missed: scan the stack again as a new batch and discard these pages, or release them as one document"
            }
            Self::RepeatedSheet => {
                "look whether sheets were scanned twice: discard these pages, or release them if the paper really has the sheet twice"
            }
            Self::CaseNumber => {
                "look up the case number: mend the list of cases and retry, or release the pages to the case that their folder names"
            }
            Self::TypeInDoubt => "look at the document: release it under the type that was found, or as unknown",
            Self::Waits => "decide about the page that it waits for",
            Self::Unpaired => {
                "count the sheets and scan the stack again as a new batch; release the page to have this stack delivered in the order of its scanning"
            }
        }
    }
}

/// Whether a file that somebody may still be writing has all its structure asks for, as far as that can be told without
/// decoding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wholeness {
    /// It ends where its structure does.
    Whole,
    /// It breaks off, or is none of the formats that the line reads.
    Torn,
}

/// A failure that costs one page or one scan. Its text never contains text of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where it happened.
    pub stage: Stage,
    /// What kind it is.
    pub kind: FaultKind,
    /// A lower-case fragment that fits "failed to …: <detail>"; from the decoder or the system.
    pub detail: String,
}

impl Fault {
    /// A fault of `kind` at `stage`.
    pub fn new(stage: Stage, kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { stage, kind, detail: detail.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.kind.remedy())
    }
}

impl std::error::Error for Fault {}
