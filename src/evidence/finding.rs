//! What is wrong with a delivery: where, what, and what to do.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong, or worth knowing. Names are personal data: for the person who asked, never for a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The case's folder; absent for what belongs to no case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// A file: of the case's folder, of the target, or a scan of the inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A page of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
}

/// Kinds of what can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// A folder without `case.json`.
    NoAccount,
    /// `case.json` is no account.
    BadAccount {
        /// Why, fitting "case.json ...".
        reason: String,
    },
    /// The folder is not the one that its account's case gets.
    WrongFolder,
    /// A page of a scan stands in no document and no list.
    PageNowhere,
    /// A page of a scan stands in several places.
    PageTwice {
        /// In so many.
        places: u32,
    },
    /// A place names a page that no scan of the account has.
    PageUnknown,
    /// A page that went to a document of another case is not in that document's account.
    PageNotElsewhere,
    /// A document has a page that the account of the case which received it does not know there.
    PageNotFromThere,
    /// A scan has no count of pages and is not held.
    ScanUncounted,
    /// The pages of a document do not follow one another as in the scans.
    PageOrder,
    /// The page's number is not its position.
    PageNumber {
        /// The number in the account.
        told: Option<u32>,
    },
    /// A document's page without a picture's digest.
    NoPicture,
    /// A count of the balance is not what stands in the account.
    Count {
        /// Which.
        count: &'static str,
        /// In the balance.
        told: u64,
        /// In the lists.
        counted: u64,
    },
    /// A document's name leads out of the folder, or belongs to something else.
    UnsafeName,
    /// Two documents have one file or one number.
    DocumentTwice,
    /// A document is not there.
    DocumentMissing,
    /// Not a regular file.
    NotAFile,
    /// The system refuses.
    Unreadable {
        /// Its word.
        reason: String,
    },
    /// A document has another size.
    Size {
        /// In the account.
        told: u64,
        /// On the disk.
        found: u64,
    },
    /// A document has other bytes.
    Altered,
    /// A document has the recorded bytes, but is no PDF as the line writes them.
    Rewritten {
        /// What is not as it should be.
        reason: String,
    },
    /// The page's picture is not in the PDF.
    PdfPageMissing,
    /// Another picture stands in the page's place.
    PdfPageReplaced,
    /// The PDF has a page that is not in the account.
    PdfPageUnknown,
    /// The page stands in another place.
    PdfPageMoved {
        /// There, from 1.
        to: u32,
    },
    /// A file that no account names.
    ExtraFile,
    /// An unfinished file of an interrupted run; harmless.
    Leftover,
    /// Documents of a duplicate's first reception are not there.
    DuplicateLost,
    /// No `index.csv`.
    IndexMissing,
    /// `index.csv` cannot be read, or has other columns.
    IndexBroken {
        /// Why.
        reason: String,
    },
    /// A document is not in `index.csv`.
    IndexRowMissing,
    /// `index.csv` names a document that no account has, or one twice.
    IndexRowExtra,
    /// A line of `index.csv` says something else than the account.
    IndexRowDiffers {
        /// The first column that differs.
        column: &'static str,
    },
    /// A recorded scan is not in the inputs.
    ScanMissing,
    /// A scan has other bytes than when it was received.
    ScanAltered,
    /// A scan of the inputs that no account knows.
    ScanUnknown,
    /// There are more findings of the kind than are listed.
    More {
        /// So many.
        findings: u64,
    },
}

impl Problem {
    /// Whether the promise is proven in spite of it.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::Leftover)
    }

    /// What a person can do, one sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoAccount => {
                "if a run is unfinished, run it again; else restore the folder from the backup or find out who made it"
            }
            Self::BadAccount { .. } | Self::Count { .. } | Self::PageTwice { .. } | Self::PageUnknown => {
                "restore case.json from the backup; find out who altered it"
            }
            Self::PageNotElsewhere | Self::PageNotFromThere => {
                "if a run is unfinished, run it again; else restore case.json of both cases from the backup"
            }
            Self::ScanUncounted | Self::PageOrder | Self::PageNumber { .. } | Self::NoPicture => {
                "restore case.json from the backup; find out who altered it"
            }
            Self::WrongFolder => "give the folder its old name, or remove the copy",
            Self::PageNowhere => {
                "keep the scan; if a run is unfinished, run it again; else restore case.json from the backup"
            }
            Self::UnsafeName | Self::DocumentTwice => "restore case.json from the backup; find out who altered it",
            Self::DocumentMissing | Self::NotAFile | Self::Size { .. } | Self::Altered => {
                "restore the file from the backup; find out who altered it"
            }
            Self::Rewritten { .. }
            | Self::PdfPageMissing
            | Self::PdfPageReplaced
            | Self::PdfPageUnknown
            | Self::PdfPageMoved { .. } => "restore the PDF and case.json from the backup: both were altered",
            Self::Unreadable { .. } => "mend disk, share or permissions, then verify again",
            Self::ExtraFile => "if a run is unfinished, run it again; else find out who put it there",
            Self::Leftover => "harmless: an interrupted run left it; remove it when no run is going on",
            Self::DuplicateLost => "restore the case that the duplicate's pages stand in",
            Self::IndexMissing
            | Self::IndexBroken { .. }
            | Self::IndexRowMissing
            | Self::IndexRowExtra
            | Self::IndexRowDiffers { .. } => "run the same command again: it writes index.csv anew",
            Self::ScanMissing => "bring the scan back; do not destroy the paper before",
            Self::ScanAltered => "restore the scan; find out who altered it",
            Self::ScanUnknown => "run the line over these inputs again, then verify again",
            Self::More { .. } => "mend those that are listed, then verify again",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAccount => write!(f, "a folder without case.json"),
            Self::BadAccount { reason } => write!(f, "{reason}"),
            Self::WrongFolder => write!(f, "the account is that of a case with another folder"),
            Self::PageNowhere => write!(f, "a page of this scan stands in no document and no list of case.json"),
            Self::PageTwice { places } => write!(f, "a page of this scan stands in {places} places of case.json"),
            Self::PageUnknown => write!(f, "case.json places a page that none of its scans has"),
            Self::PageNotElsewhere => write!(f, "the account of the document's case does not have this page of it"),
            Self::PageNotFromThere => {
                write!(f, "the account of the case that received the page does not know it in this document")
            }
            Self::ScanUncounted => write!(f, "the scan has no count of pages, and is not held either"),
            Self::PageOrder => write!(f, "the page does not follow the one before as in the scans"),
            Self::PageNumber { told: Some(told) } => write!(f, "case.json gives the page the number {told}"),
            Self::PageNumber { told: None } => write!(f, "case.json gives the page no number"),
            Self::NoPicture => write!(f, "case.json names no picture for the page"),
            Self::Count { count, told, counted } => {
                write!(f, "the balance says {told} pages {count}, its lists have {counted}")
            }
            Self::UnsafeName => write!(f, "case.json gives a document a name that cannot be its own"),
            Self::DocumentTwice => write!(f, "case.json has two documents of this name or number"),
            Self::DocumentMissing => write!(f, "the document is missing"),
            Self::NotAFile => write!(f, "not a regular file"),
            Self::Unreadable { reason } => write!(f, "cannot be read: {reason}"),
            Self::Size { told, found } => write!(f, "the file has {found} bytes instead of {told}"),
            Self::Altered => write!(f, "the file was altered: its SHA-256 is not the recorded one"),
            Self::Rewritten { reason } => {
                write!(f, "not the PDF that was written, though it has the recorded SHA-256: {reason}")
            }
            Self::PdfPageMissing => write!(f, "the page is missing in the PDF"),
            Self::PdfPageReplaced => write!(f, "the PDF shows another picture than the recorded one"),
            Self::PdfPageUnknown => write!(f, "the PDF has a page that is not recorded"),
            Self::PdfPageMoved { to } => write!(f, "the page stands as page {to} in the PDF"),
            Self::ExtraFile => write!(f, "no account names this file"),
            Self::Leftover => write!(f, "an unfinished file"),
            Self::DuplicateLost => write!(f, "the document that a duplicate scan relies on is missing"),
            Self::IndexMissing => write!(f, "there is no index.csv"),
            Self::IndexBroken { reason } => write!(f, "{reason}"),
            Self::IndexRowMissing => write!(f, "the document is not in index.csv"),
            Self::IndexRowExtra => write!(f, "index.csv names a document that no case.json has, or names it twice"),
            Self::IndexRowDiffers { column } => write!(f, "index.csv differs from case.json in the column {column}"),
            Self::ScanMissing => write!(f, "the scan is not in the inputs"),
            Self::ScanAltered => write!(f, "the scan was altered: its SHA-256 is not the recorded one"),
            Self::ScanUnknown => write!(f, "no case.json knows this scan"),
            Self::More { findings } => write!(f, "{findings} more findings that are not listed"),
        }
    }
}

/// Most findings that are listed for one case, and for the index, and for the scans: their memory is bounded so.
pub(super) const MAX_LISTED: usize = 1000;

/// Findings of one place, at most [`MAX_LISTED`].
#[derive(Debug, Default)]
pub(super) struct Findings {
    case: Option<String>,
    listed: Vec<Finding>,
    unlisted: u64,
}

impl Findings {
    /// Of a case, by its folder; or of none.
    pub(super) fn of(case: Option<&str>) -> Self {
        Self { case: case.map(str::to_owned), ..Self::default() }
    }

    pub(super) fn add(&mut self, file: Option<&str>, page: Option<u32>, problem: Problem) {
        let case = self.case.clone();
        self.push(Finding { case, file: file.map(str::to_owned), page, problem });
    }

    /// Adds a finding of another case.
    pub(super) fn add_to(&mut self, case: Option<&str>, file: Option<&str>, problem: Problem) {
        self.add_page_of(case, file, None, problem);
    }

    /// Adds a finding about a page of another case's document.
    pub(super) fn add_page_of(&mut self, case: Option<&str>, file: Option<&str>, page: Option<u32>, problem: Problem) {
        self.push(Finding { case: case.map(str::to_owned), file: file.map(str::to_owned), page, problem });
    }

    fn push(&mut self, finding: Finding) {
        if self.is_full() {
            self.unlisted = self.unlisted.saturating_add(1);
        } else {
            self.listed.push(finding);
        }
    }

    /// Counts findings that nobody looked at one by one.
    pub(super) fn add_unlisted(&mut self, findings: u64) {
        self.unlisted = self.unlisted.saturating_add(findings);
    }

    pub(super) fn is_full(&self) -> bool {
        self.listed.len() >= MAX_LISTED
    }

    /// All that is listed, and how many are not.
    pub(super) fn into_list(mut self) -> Vec<Finding> {
        if self.unlisted > 0 {
            let problem = Problem::More { findings: self.unlisted };
            self.listed.push(Finding { case: self.case, file: None, page: None, problem });
        }
        self.listed
    }
}
