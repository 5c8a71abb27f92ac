//! Separation (Dokumententrennung): what a page says about where documents, cases and batches begin.
//!
//! In: the record of one page and the rules of the pipeline. Out: [`Marks`], a few bytes and the values of its codes.
//! [`cuts`] then sees the marks of a whole batch and makes sections of it, [`alarms`] what a person has to look at. The
//! text of pages is not kept. Knows nothing of files: the list of cases is read from any reader.

mod alarms;
mod cases;
mod content;
mod cuts;
mod letter;
mod numbers;
mod rows;
mod signs;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{PageRecord, PatchKind, SheetLevel};

pub use alarms::{AlarmRules, Sides};
pub use cases::{CaseFault, CaseList, CaseListError, CaseRules};
pub use signs::{BarcodeRule, Pattern, PatternError, SYMBOLOGIES, Stands, symbology};

pub(super) use alarms::{CaseFaults, raise};
pub(super) use cuts::{Role, Section, sections};

use super::PageFacts;

use letter::LetterMarks;
use numbers::PageNumber;
use signs::Sign;

/// What becomes of the back of a separator sheet: a blank page directly behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SheetBack {
    /// It is recorded with the sheet, as a separator.
    #[default]
    Separator,
    /// It is recorded as a blank page, whatever becomes of other blank pages.
    Blank,
    /// Sheets have no scanned back (one side is scanned): it is a page like any other.
    Page,
}

/// What becomes of a page that carries a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeAction {
    /// It is a separator sheet: recorded, and in no document.
    #[default]
    Drop,
    /// It is the first page of the document that it begins.
    Keep,
}

/// What patch codes mean: what begins behind a sheet with the code; `None`: nothing, the page is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PatchMeanings {
    pub one: Option<SheetLevel>,
    pub two: Option<SheetLevel>,
    pub three: Option<SheetLevel>,
    pub four: Option<SheetLevel>,
    pub six: Option<SheetLevel>,
    pub t: Option<SheetLevel>,
}

impl PatchMeanings {
    /// None means anything.
    pub const NONE: Self = Self { one: None, two: None, three: None, four: None, six: None, t: None };

    /// What begins behind `code`.
    pub fn of(&self, code: PatchKind) -> Option<SheetLevel> {
        match code {
            PatchKind::One => self.one,
            PatchKind::Two => self.two,
            PatchKind::Three => self.three,
            PatchKind::Four => self.four,
            PatchKind::Six => self.six,
            PatchKind::T => self.t,
        }
    }
}

impl Default for PatchMeanings {
    /// 2 a document, 3 a batch, T a document, as Kodak's A-61599 suggests; the others nothing.
    fn default() -> Self {
        let document = Some(SheetLevel::Document);
        Self { two: document, three: Some(SheetLevel::Batch), t: document, ..Self::NONE }
    }
}

/// By which content a document is known to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentRules {
    /// By the first page of a letter: address field, date line, salutation, reference line.
    pub letters: bool,
    /// By page numbers: `Seite 1 von 3`, `Seite 2`, `- 2 -`, `1/3`.
    pub numbers: bool,
    /// By a title of another type than that of the document before.
    pub types: bool,
}

impl ContentRules {
    /// Whether content separates at all.
    pub fn any(&self) -> bool {
        self.letters || self.numbers || self.types
    }
}

/// What separates documents besides [`super::SeparateBy`].
#[derive(Clone, Debug, PartialEq)]
pub struct SeparateRules {
    /// Our own printed sheets.
    pub sheets: bool,
    /// Patch codes.
    pub patches: PatchMeanings,
    /// What becomes of a page with a patch code that means something.
    pub patch_action: CodeAction,
    /// Backs of sheets.
    pub back: SheetBack,
    /// Barcodes, in order.
    pub barcodes: Vec<BarcodeRule>,
    /// Content.
    pub content: ContentRules,
}

impl Default for SeparateRules {
    /// Printed sheets and patch codes; no barcodes, no content.
    fn default() -> Self {
        Self {
            sheets: true,
            patches: PatchMeanings::default(),
            patch_action: CodeAction::Drop,
            back: SheetBack::Separator,
            barcodes: Vec::new(),
            content: ContentRules::default(),
        }
    }
}

/// What a page says about separation. Holds case numbers: never logged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// What its codes order.
    sign: Option<Box<Sign>>,
    /// Page numbers that stand on it.
    numbers: Vec<PageNumber>,
    /// What speaks for the first page of a letter.
    letter: LetterMarks,
    /// Its words, as a fingerprint.
    words: Option<Box<content::Fingerprint>>,
}

impl Marks {
    /// Whether the page is a separator sheet.
    pub fn is_sheet(&self) -> bool {
        self.sign.as_ref().is_some_and(|sign| !sign.keep)
    }

    /// The case that its codes tell.
    pub(super) fn case(&self) -> Option<&str> {
        self.sign.as_ref()?.case.as_deref()
    }

    /// What its codes tell.
    pub(super) fn said(&self) -> Said {
        self.sign.as_deref().map(Sign::said).unwrap_or_default()
    }

    fn sheet(&self) -> Option<&Sign> {
        self.sign.as_deref().filter(|sign| !sign.keep)
    }

    fn label(&self) -> Option<&Sign> {
        self.sign.as_deref().filter(|sign| sign.keep)
    }
}

/// What the separator sheet or label of a document said. Personal data: never logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The case number.
    pub case: Option<String>,
    /// The document type.
    pub type_name: Option<String>,
    /// A date: as `2026-03-09` if it is one, else as read.
    pub date: Option<String>,
    /// The serial of the sheet.
    pub serial: Option<String>,
}

impl Said {
    /// This, and where it is silent the other.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            case: self.case.or(other.case),
            type_name: self.type_name.or(other.type_name),
            date: self.date.or(other.date),
            serial: self.serial.or(other.serial),
        }
    }
}

/// A pattern of this room's own.
#[allow(clippy::expect_used)] // A test of each file compiles its own.
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Reads pages for what they say about separation.
#[derive(Clone, Debug)]
pub struct Reader<'r> {
    rules: &'r SeparateRules,
}

/// Compiled once: `SeparateRules` bring none of these.
static FORMS: LazyLock<(numbers::Forms, letter::Forms)> =
    LazyLock::new(|| (numbers::Forms::new(), letter::Forms::new()));

impl<'r> Reader<'r> {
    /// Reads by these rules.
    pub fn new(rules: &'r SeparateRules) -> Self {
        Self { rules }
    }

    /// Reads a page: well under a millisecond.
    pub fn marks(&self, record: &PageRecord) -> Marks {
        let sign = signs::read(record, self.rules).map(Box::new);
        let content = self.rules.content;
        // A separator sheet has no content.
        if !content.any() || record.lines.is_empty() || sign.as_ref().is_some_and(|sign| !sign.keep) {
            return Marks { sign, ..Marks::default() };
        }
        let rows = rows::of(record);
        let (numbers, letter) = &*FORMS;
        Marks {
            sign,
            numbers: if content.numbers { numbers.read(&rows) } else { Vec::new() },
            letter: if content.letters { letter.read(&rows) } else { LetterMarks::default() },
            words: content.types.then(|| Box::new(content::fingerprint(&rows))),
        }
    }
}
