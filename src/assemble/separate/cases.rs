//! Whether a case number can be right: its form, its check digit, the list of cases (Aktenliste).

use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::path::PathBuf;

use csv::{ByteRecord, ReaderBuilder};
use unicode_normalization::UnicodeNormalization;

use super::super::check_digits::CheckDigit;
use super::Pattern;
use crate::charset::narrow;

/// Most rows of a list.
const MAX_ROWS: usize = 10_000_000;

/// Bytes of the list's first line in which the sign between columns is looked for.
const HEAD_BYTES: usize = 64 << 10;

/// What case numbers must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseRules {
    /// The whole number; a named group `number` is the part with the check digit.
    pub pattern: Option<Pattern>,
    /// Its check digit.
    pub check: Option<CheckDigit>,
    /// CSV file of all cases.
    pub list: Option<PathBuf>,
    /// The column of it with the numbers; `None`: the first.
    pub column: Option<String>,
    /// Whether the batch's own case, named by its folder or file, is checked too.
    pub folders: bool,
}

/// Why a case number cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseFault {
    /// It does not have the form of case numbers.
    Form,
    /// Its check digit is wrong.
    CheckDigit,
    /// The list of cases does not have it.
    Unlisted,
    /// Two codes that are to tell one case tell two.
    Torn,
}

impl CaseFault {
    /// A lower-case fragment, without the number.
    pub fn words(self) -> &'static str {
        match self {
            Self::Form => "the case number does not have the form of one",
            Self::CheckDigit => "the check digit of the case number is wrong",
            Self::Unlisted => "the list of cases does not have the case number",
            Self::Torn => "two different case numbers are told at once",
        }
    }
}

impl CaseRules {
    /// What is wrong with `case`, if anything. Without a list, its absence from it is no fault.
    pub fn fault(&self, case: &str, list: Option<&CaseList>) -> Option<CaseFault> {
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.fits(case)) {
            return Some(CaseFault::Form);
        }
        let part = self.pattern.as_ref().and_then(|pattern| pattern.group(case, "number")).unwrap_or(case);
        if self.check.is_some_and(|check| !check.holds(part)) {
            return Some(CaseFault::CheckDigit);
        }
        list.is_some_and(|list| !list.contains(case)).then_some(CaseFault::Unlisted)
    }
}

/// The numbers of all cases, as hashes of 64 bits: eight bytes each, and none can be read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseList(Vec<u64>);

/// A list of cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseListError {
    /// Reading failed, or it is no CSV.
    #[error("failed to read the list of cases: {0}")]
    Read(#[from] csv::Error),
    /// The same, below CSV.
    #[error("failed to read the list of cases: {0}")]
    Io(#[from] io::Error),
    /// Its first line does not name the column.
    #[error("the list of cases has no column of that name")]
    NoColumn,
    /// It has no case.
    #[error("the list of cases is empty")]
    Empty,
    /// It has more than ten million rows.
    #[error("the list of cases has more than {MAX_ROWS} rows")]
    TooLong,
}

impl CaseList {
    /// Reads a CSV file: columns parted by `;`, `,` or tabs, UTF-8 or Windows-1252 (and so Latin-1). With `column` the first
    /// line names the columns, and this one is taken; without, the first column of all lines.
    ///
    /// # Errors
    /// See [`CaseListError`].
    pub fn read(reader: impl Read, column: Option<&str>) -> Result<Self, CaseListError> {
        let mut hashes = Vec::new();
        let mut rows = Rows::open(reader, column)?;
        while let Some(case) = rows.next()? {
            if hashes.len() == MAX_ROWS {
                return Err(CaseListError::TooLong);
            }
            hashes.extend(hash(&case));
        }
        if hashes.is_empty() {
            return Err(CaseListError::Empty);
        }
        hashes.sort_unstable();
        hashes.dedup();
        Ok(Self(hashes))
    }

    /// Whether the file has the column, and a case at all: reads no further than that.
    ///
    /// # Errors
    /// As [`CaseList::read`].
    pub fn probe(reader: impl Read, column: Option<&str>) -> Result<(), CaseListError> {
        let mut rows = Rows::open(reader, column)?;
        while let Some(case) = rows.next()? {
            if hash(&case).is_some() {
                return Ok(());
            }
        }
        Err(CaseListError::Empty)
    }

    /// Whether the list has `case`. Blanks, case and the kind of dash make no difference.
    pub fn contains(&self, case: &str) -> bool {
        hash(case).is_some_and(|hash| self.0.binary_search(&hash).is_ok())
    }

    /// How many different cases it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

struct Rows<R> {
    reader: csv::Reader<io::Chain<io::Cursor<Vec<u8>>, R>>,
    column: usize,
    row: ByteRecord,
}

impl<R: Read> Rows<R> {
    fn open(mut reader: R, column: Option<&str>) -> Result<Self, CaseListError> {
        let mut head = Vec::new();
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        let first = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |sign: u8| first.iter().filter(|&&byte| byte == sign).count();
        let delimiter = [b';', b'\t', b','].into_iter().rev().max_by_key(|&sign| count(sign)).unwrap_or(b';');
        let whole = io::Cursor::new(head).chain(reader);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(whole);
        let mut rows = Self { reader, column: 0, row: ByteRecord::new() };
        if let Some(column) = column {
            let named = rows.reader.read_byte_record(&mut rows.row)?;
            let position = rows.row.iter().position(|name| folded(&narrow(name)) == folded(column));
            rows.column = position.filter(|_| named).ok_or(CaseListError::NoColumn)?;
        }
        Ok(rows)
    }

    /// The next value of the column; rows that lack it are passed over.
    fn next(&mut self) -> Result<Option<String>, CaseListError> {
        while self.reader.read_byte_record(&mut self.row)? {
            if let Some(value) = self.row.get(self.column) {
                return Ok(Some(narrow(value)));
            }
        }
        Ok(None)
    }
}

/// The form in which two numbers are compared: without blanks and case, NFC, every dash a hyphen.
fn folded(text: &str) -> String {
    let signs = text.nfc().filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_uppercase);
    signs.map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c }).collect()
}

/// SipHash of the folded number, with fixed keys; `None` for an empty one. With a million cases, one wrong number in
/// 10^13 would be taken for one of them.
fn hash(case: &str) -> Option<u64> {
    let folded = folded(case);
    if folded.is_empty() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    hasher.write(folded.as_bytes());
    Some(hasher.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_however_they_were_saved() {
        let latin = "Name;Az\nMüller;AZ-1\nStraß;ÄZ-2\n".chars().map(|c| c as u8).collect::<Vec<u8>>();
        for (bytes, column) in [
            (&b"AZ-1\n\xc3\x84Z-2"[..], None),
            (b"AZ-1\r\n\xc3\x84Z-2\r\n", None),
            (b"\xef\xbb\xbfaz ;x\nAZ-1;2\n\xc3\x84Z-2;3", Some("Az")),
            (b"id,az\n1,\"AZ-1\"\n2,\xc4Z-2\n3\n", Some("AZ")),
            (b"id\taz\n1\tAZ-1\n2\t\xc3\x84Z-2\n", Some("az")),
            (&latin, Some("az")),
        ] {
            let list = CaseList::read(bytes, column).unwrap();
            for case in ["AZ-1", "az-1", " AZ - 1", "AZ\u{2013}1", "Äz-2", "A\u{308}Z-2"] {
                assert!(list.contains(case), "{case} {column:?}");
            }
            for case in ["AZ-3", "AZ1", "", " "] {
                assert!(!list.contains(case), "{case} {column:?}");
            }
            CaseList::probe(bytes, column).unwrap();
        }
        assert!(matches!(CaseList::read(&b"a;b\n1;2"[..], Some("c")), Err(CaseListError::NoColumn)));
        for nothing in ["", "\n\n", " \n"] {
            assert!(matches!(CaseList::read(nothing.as_bytes(), None), Err(CaseListError::Empty)), "{nothing:?}");
        }
        assert!(matches!(CaseList::probe(&b"az\n"[..], Some("az")), Err(CaseListError::Empty)));
    }

    #[test]
    fn faults_are_told_in_the_order_of_what_they_prove() {
        let list = CaseList::read(&b"AZ 79444\n"[..], None).unwrap();
        let pattern = Some(Pattern::new(r"(?i)AZ ?(?<number>\d+)").unwrap());
        let rules = CaseRules { pattern, check: Some(CheckDigit::Mod97), ..CaseRules::default() };
        for (case, fault) in [
            ("AZ 79444", None),
            ("az79444", None),
            ("79444", Some(CaseFault::Form)),
            ("AZ 79445", Some(CaseFault::CheckDigit)),
            // 1 leaves 1, too.
            ("AZ 00001", Some(CaseFault::Unlisted)),
        ] {
            assert_eq!(rules.fault(case, Some(&list)), fault, "{case}");
        }
        assert_eq!(CaseRules::default().fault("anything", None), None);
    }
}
