//! What the codes of a page order: printed sheets, barcodes by the pipeline's rules, patch codes.

use std::fmt;

use jiff::civil::Date;
use regex::{Captures, Regex, RegexBuilder};

use super::{CodeAction, Said, SeparateRules};
use crate::model::{Barcode, PageRecord, PatchKind, SheetLevel, SheetOrder};

/// Names of symbologies as they are written in pipeline files; a page's record may write them with other signs between.
/// `EAN` is both EAN-8 and EAN-13.
pub const SYMBOLOGIES: [&str; 9] =
    ["CODE_39", "CODE_128", "ITF", "EAN", "EAN_8", "EAN_13", "QR_CODE", "DATA_MATRIX", "PDF_417"];

/// Most memory that a compiled pattern may take, bytes: a pipeline's pattern is a line of text.
const PATTERN_BYTES: usize = 1 << 20;

/// A regular expression of the pipeline; equal if written equally.
#[derive(Clone)]
pub struct Pattern(Regex);

/// A pattern is no regular expression; the text says where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl Pattern {
    /// Compiles a pattern that has to fit a whole value, without blanks at its ends.
    ///
    /// # Errors
    /// It is no regular expression of the `regex` crate, or too large.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        // Alone first: a bracket left open must not be closed by what is put around.
        let sound = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
        let whole =
            sound.and_then(|_| RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(PATTERN_BYTES).build());
        whole.map(Self).map_err(|error| PatternError(one_line(&error.to_string())))
    }

    /// As written in the pipeline.
    pub fn as_str(&self) -> &str {
        self.0.as_str().strip_prefix("^(?:").and_then(|text| text.strip_suffix(")$")).unwrap_or_default()
    }

    /// Names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.capture_names().flatten()
    }

    /// Whether the whole of `value` fits.
    pub fn fits(&self, value: &str) -> bool {
        self.0.is_match(value.trim())
    }

    /// The group `name` of a value that fits.
    pub(super) fn group<'v>(&self, value: &'v str, name: &str) -> Option<&'v str> {
        self.0.captures(value.trim())?.name(name).map(|group| group.as_str())
    }

    fn captures<'v>(&self, value: &'v str) -> Option<Captures<'v>> {
        self.0.captures(value.trim())
    }
}

/// The crate draws its errors over several lines; the last one says what is wrong.
fn one_line(error: &str) -> String {
    let last = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(error);
    last.trim().strip_prefix("error: ").unwrap_or(last.trim()).to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.as_str())
    }
}

/// On which pages of a document a barcode stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stands {
    /// On its first one.
    #[default]
    First,
    /// On every one, with the same value.
    Every,
}

/// What a barcode on a page means.
#[derive(Clone, Debug, PartialEq)]
pub struct BarcodeRule {
    /// Its whole value; named groups `case`, `type`, `date` tell these.
    pub pattern: Pattern,
    /// Of which symbologies; empty: any. As [`symbology`] writes them.
    pub symbologies: Vec<String>,
    /// What begins with it.
    pub level: SheetLevel,
    /// What becomes of its page.
    pub action: CodeAction,
    /// Where it stands, if its page is kept.
    pub stands: Stands,
    /// The type that it tells where the pattern has no group `type`.
    pub type_name: Option<String>,
}

impl BarcodeRule {
    /// A separator sheet for documents, of any symbology.
    pub fn new(pattern: Pattern) -> Self {
        Self {
            pattern,
            symbologies: Vec::new(),
            level: SheetLevel::Document,
            action: CodeAction::Drop,
            stands: Stands::First,
            type_name: None,
        }
    }
}

/// A name of a symbology in the form in which two are compared.
pub fn symbology(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// What the codes of a page order, all together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    /// What begins: behind the page, or with it if it is kept.
    pub(super) level: SheetLevel,
    /// The page belongs to the document that it begins.
    pub(super) keep: bool,
    /// The page begins nothing if the one before it carries an equal sign.
    pub(super) every: bool,
    pub(super) case: Option<String>,
    pub(super) type_name: Option<String>,
    pub(super) date: Option<String>,
    pub(super) pages: Option<u32>,
    pub(super) sheets: Option<u32>,
    pub(super) serial: Option<String>,
    /// Two codes of the page tell different case numbers.
    pub(super) torn: bool,
    /// What was read, to tell one sheet from the next; `None`: a patch code alone, all of which are alike.
    pub(super) value: Option<String>,
}

impl Sign {
    fn new(level: SheetLevel, keep: bool) -> Self {
        Self {
            level,
            keep,
            every: false,
            case: None,
            type_name: None,
            date: None,
            pages: None,
            sheets: None,
            serial: None,
            torn: false,
            value: None,
        }
    }

    pub(super) fn said(&self) -> Said {
        Said {
            case: self.case.clone(),
            type_name: self.type_name.clone(),
            date: self.date.clone(),
            serial: self.serial.clone(),
        }
    }

    /// Both, of one page: what this says goes before what the other says.
    fn and(mut self, other: Self) -> Self {
        self.torn |= other.torn || matches!((&self.case, &other.case), (Some(a), Some(b)) if a != b);
        self.level = self.level.max(other.level);
        self.keep &= other.keep;
        self.every &= other.every;
        self.case = self.case.or(other.case);
        self.type_name = self.type_name.or(other.type_name);
        self.date = self.date.or(other.date);
        self.pages = self.pages.or(other.pages);
        self.sheets = self.sheets.or(other.sheets);
        self.serial = self.serial.or(other.serial);
        self.value = self.value.or(other.value);
        self
    }
}

/// Reads the codes of a page. A printed sheet's own order stands above all else on it; barcodes and patch codes add to each
/// other, as on a sheet with a patch code and the case number in Code 39.
pub(super) fn read(record: &PageRecord, rules: &SeparateRules) -> Option<Sign> {
    let own = record.barcodes.iter().filter(|_| rules.sheets).filter_map(|code| of_sheet(&code.value));
    if let Some(sign) = own.reduce(Sign::and) {
        return Some(sign);
    }
    let barcodes = record.barcodes.iter().filter_map(|code| rules.barcodes.iter().find_map(|rule| of_rule(code, rule)));
    let printed = record.patch_codes.iter().map(|patch| patch.code);
    let as_text = record.barcodes.iter().filter_map(|code| patch_text(&code.value));
    // Of two readings of one sheet the higher one is safe: pages never go on in a case that may have ended.
    let level = printed.chain(as_text).filter_map(|code| rules.patches.of(code)).max();
    let patch = level.map(|level| Sign::new(level, rules.patch_action == CodeAction::Keep));
    barcodes.chain(patch).reduce(Sign::and)
}

fn of_sheet(text: &str) -> Option<Sign> {
    let SheetOrder { level, case, type_name, pages, sheets, serial } = SheetOrder::parse(text)?;
    let value = Some(text.trim().to_owned());
    let (case, type_name, serial) = (case.and_then(plain), type_name.and_then(plain), serial.and_then(plain));
    Some(Sign { case, type_name, pages, sheets, serial, value, ..Sign::new(level, false) })
}

fn of_rule(code: &Barcode, rule: &BarcodeRule) -> Option<Sign> {
    let read = symbology(&code.symbology);
    let is_wanted = |name: &String| match symbology(name).as_str() {
        "EAN" => read.starts_with("EAN"),
        name => name == read,
    };
    if !rule.symbologies.is_empty() && !rule.symbologies.iter().any(is_wanted) {
        return None;
    }
    let found = rule.pattern.captures(&code.value)?;
    let group = |name: &str| found.name(name).and_then(|group| plain(group.as_str().to_owned()));
    let keep = rule.action == CodeAction::Keep;
    Some(Sign {
        every: keep && rule.stands == Stands::Every,
        case: group("case"),
        type_name: group("type").or_else(|| rule.type_name.clone()),
        date: group("date").map(|date| iso_date(&date)),
        value: Some(code.value.trim().to_owned()),
        ..Sign::new(rule.level, keep)
    })
}

/// Without blanks at the ends, others as one; `None` if nothing is left.
fn plain(text: String) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// The patch code that scanners without a reader for bars are given as a barcode: `PATCHT`.
fn patch_text(value: &str) -> Option<PatchKind> {
    let value = value.trim();
    let code = value.get(..5).filter(|head| head.eq_ignore_ascii_case("PATCH")).and_then(|_| value.get(5..))?;
    Some(match code.trim_start_matches([' ', '-', '_']) {
        "1" => PatchKind::One,
        "2" => PatchKind::Two,
        "3" => PatchKind::Three,
        "4" => PatchKind::Four,
        "6" => PatchKind::Six,
        "T" | "t" => PatchKind::T,
        _ => return None,
    })
}

/// A date as `2026-03-09`, from that, `20260309`, `09.03.2026` or `09032026`; anything else as it is.
fn iso_date(text: &str) -> String {
    let numbers: Vec<&str> = text.split(['.', '-', '/', ' ']).filter(|part| !part.is_empty()).collect();
    let parts = |a: usize, b: usize| Some((text.get(..a)?, text.get(a..b)?, text.get(b..8)?));
    let date = |year: &str, month: &str, day: &str| {
        let year = year.parse().ok().filter(|year| (1900..2100).contains(year))?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let found = match *numbers {
        [year, month, day] if year.len() == 4 => date(year, month, day),
        [day, month, year] => date(year, month, day),
        [text] if text.len() == 8 => parts(4, 6)
            .and_then(|(year, month, day)| date(year, month, day))
            .or_else(|| parts(2, 4).and_then(|(day, month, year)| date(year, month, day))),
        _ => None,
    };
    found.map_or_else(|| text.to_owned(), |date| date.to_string())
}
