//! `case.json`, read back: what [`case_json`](super::case_json) writes, as far as a proof needs it.
//!
//! Anybody may have altered the file, so nothing here is believed: sizes are limited, and keys that are not known are
//! passed over. Stages, kinds and actions stay text, so that an account of a later version of the line still reads.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::case_json::FORMAT;
use crate::model::{Digest, PageCounts};

/// Largest `case.json` that is read, in bytes: about 300,000 pages.
const MAX_BYTES: u64 = 128 << 20;

/// A case's account of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct CaseAccount {
    /// The case's number. Personal data: never logged.
    pub case: String,
    /// Everything received for it, in the order of intake.
    pub scans: Vec<AccountScan>,
    /// Documents, in order.
    pub documents: Vec<AccountDocument>,
    /// Pages of its scans that stand in documents of other cases.
    #[serde(default)]
    pub elsewhere: Vec<AccountElsewhere>,
    /// Blank pages left out.
    pub blanks_removed: Vec<AccountPage>,
    /// Separator sheets.
    pub separators: Vec<AccountPage>,
    /// Pages and whole scans that wait for a person, or that one discarded.
    pub held: Vec<AccountHeld>,
    /// Scans that were recognised as already received; their pages are not counted here.
    #[serde(default)]
    pub duplicates: Vec<AccountDuplicate>,
    /// The account's own count.
    pub balance: PageCounts,
}

/// A received scan.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountScan {
    /// Name below its input folder.
    pub file: String,
    /// SHA-256; absent if it could not be read.
    pub sha256: Option<Digest>,
    /// Its size.
    pub bytes: u64,
    /// Its pages; absent if they could not be counted.
    pub pages: Option<u32>,
    /// The stack it is part of, if documents were collated from that.
    #[serde(default)]
    pub stack: Option<i64>,
}

/// A document at the target.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountDocument {
    /// Number in the case.
    pub number: u32,
    /// Type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// 0 to 1.
    pub confidence: f32,
    /// Name in the case's folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// When it was made.
    #[serde(deserialize_with = "timestamp")]
    pub created: Timestamp,
    /// In which order its pages lie.
    #[serde(default)]
    pub order: AccountOrder,
    /// The stack that it was collated from.
    #[serde(default)]
    pub stack: Option<i64>,
    /// Its index fields.
    #[serde(default)]
    pub fields: Vec<AccountField>,
    /// The case in whose account its pages are counted, if that is another one.
    #[serde(default)]
    pub from: Option<String>,
    /// Its pages, in order.
    pub pages: Vec<AccountPage>,
}

/// An index field.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountField {
    /// Its name.
    pub name: String,
    /// Its value. Personal data: never logged.
    pub value: String,
}

impl AccountDocument {
    /// The value of the first field of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}

/// A document of another case.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountElsewhere {
    /// The document: `<case folder>/<file>`.
    pub document: String,
    /// In which order its pages lie.
    #[serde(default)]
    pub order: AccountOrder,
    /// The stack that it was collated from.
    #[serde(default)]
    pub stack: Option<i64>,
    /// Its pages, in order.
    pub pages: Vec<AccountPage>,
}

/// [`crate::model::PageOrder`], as far as this program knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountOrder {
    /// That of the scans.
    #[default]
    Scanned,
    /// A stack whose fronts and backs were brought together.
    FrontsThenBacks,
    /// Of a later version. It excuses nothing: such pages have to lie as they were scanned.
    #[serde(other)]
    Unknown,
}

/// A page in a document, or left out of all.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountPage {
    /// Page of the PDF, from 1; absent if it is in none.
    #[serde(default)]
    pub page: Option<u32>,
    /// SHA-256 of its scan.
    pub scan: Option<Digest>,
    /// Name of its scan.
    pub file: String,
    /// Index in the scan, from 0.
    pub index: u32,
    /// SHA-256 of its picture's stream in the PDF.
    pub image_sha256: Option<Digest>,
    /// Why it was delivered with its picture only; absent for a page that was read.
    #[serde(default)]
    pub unread: Option<serde::de::IgnoredAny>,
}

/// A page or a whole scan that is held.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountHeld {
    /// SHA-256 of the scan; absent if it could not be read.
    pub scan: Option<Digest>,
    /// Its name.
    pub file: String,
    /// Index of the page, from 0; absent for the whole scan.
    pub index: Option<u32>,
    /// A person's decision that it is never to be delivered.
    #[serde(default)]
    pub discarded: Option<serde::de::IgnoredAny>,
}

/// A scan whose bytes had been received before.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountDuplicate {
    /// Name below its input folder.
    pub file: String,
    /// SHA-256.
    pub sha256: Option<Digest>,
    /// Its size.
    pub bytes: u64,
    /// Where its pages stand: `<case folder>/<file>`.
    #[serde(default)]
    pub documents: Vec<String>,
}

/// Why an account cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Longer than any account.
    #[error("is larger than 128 MiB")]
    TooLarge,
    /// No JSON, cut short, or an entry lacks what it must have.
    #[error("is cut short or not an account: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Of a format that this program does not know.
    #[error("is not of the format \"{FORMAT}\"")]
    Format,
}

/// Reads the account at `path`.
///
/// # Errors
/// [`AccountError`].
pub fn read(path: &Path) -> Result<CaseAccount, AccountError> {
    // A pipe of this name would be waited for.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file").into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(AccountError::TooLarge);
    }
    parse(&bytes)
}

/// Reads an account from its bytes.
///
/// # Errors
/// [`AccountError::Syntax`] or [`AccountError::Format`].
pub fn parse(bytes: &[u8]) -> Result<CaseAccount, AccountError> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
    }
    let head: Head = serde_json::from_slice(bytes)?;
    if head.format != FORMAT {
        return Err(AccountError::Format);
    }
    Ok(serde_json::from_slice(bytes)?)
}

fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An account of all parts; that the line's own accounts read back is proven end to end, in `tests/cli/verify.rs`.
    fn written() -> Vec<u8> {
        let page = |index: u32, number: &str| {
            format!(
                r#"{{{number} "scan": "{digest}", "file": "a.tif", "index": {index}, "turn_deg": 0, "skew_deg": 0.5, "blank":
                false, "ink_share": 0.1, "image_sha256": "{digest}", "original": true}}"#,
                digest = Digest::of(b"")
            )
        };
        let held = r#""stage": "ocr", "kind": "engine", "detail": "d", "remedy":"r""#;
        format!(
            r#"{{"format": "{FORMAT}", "case": "K/1",
            "scans": [{{"batch": "K", "file": "a.tif", "sha256": "{digest}", "bytes": 9, "pages": 4}},
                      {{"batch": "K", "file": "b.tif", "sha256": null, "bytes": 0, "pages": null}}],
            "documents": [{{"number": 1, "type": "x", "confidence": 0.48, "file": "0001_x.pdf", "sha256": "{digest}", "bytes": 1,
                           "created": "1970-01-01T00:00:05Z", "fields": [], "order": "by_colour", "pages": [{}]}}],
            "blanks_removed": [{}], "separators": [{}],
            "held": [{{"scan": "{digest}", "file": "a.tif", "index": 3, {held}}},
                     {{"scan": null, "file": "b.tif", "index": null, {held}}}],
            "balance": {{"received": 4, "delivered": 1, "blanks": 1, "separators": 1, "held": 1}}}}"#,
            page(0, "\"page\":1,"),
            page(1, ""),
            page(2, ""),
            digest = Digest::of(b"")
        )
        .into_bytes()
    }

    #[test]
    fn every_part_is_read() {
        let account = parse(&written()).unwrap();
        assert_eq!(account.case, "K/1");
        assert_eq!(account.scans.iter().map(|s| s.pages).collect::<Vec<_>>(), [Some(4), None]);
        let document = &account.documents[0];
        assert_eq!((document.file.as_str(), document.number, document.confidence), ("0001_x.pdf", 1, 0.48));
        assert_eq!(document.created.as_second(), 5);
        assert_eq!(document.pages[0].page, Some(1));
        assert_eq!((document.order, document.stack), (AccountOrder::Unknown, None));
        assert_eq!((account.blanks_removed[0].index, account.separators[0].index), (1, 2));
        assert_eq!(account.held.iter().map(|h| h.index).collect::<Vec<_>>(), [Some(3), None]);
        assert!(account.duplicates.is_empty());
        assert_eq!(account.balance.received, 4);
    }

    #[test]
    fn later_entries_are_understood() {
        let digest = Digest::of(b"");
        let text = String::from_utf8(written()).unwrap();
        let duplicates = format!(
            r#""duplicates": [{{"batch": "b", "file": "c.tif", "sha256": "{digest}", "bytes": 7, "of": {{"case": "K", "file":
            "a.tif"}}, "action": "link", "documents": ["K_1/0001_x.pdf"]}}], "balance""#
        );
        let text = text
            .replace("\"balance\"", &duplicates)
            .replace("\"remedy\":\"r\"", r#""remedy":"r","discarded":{"reason":"a","by":"b","at":"c"}"#)
            .replacen("\"page\":1", r#""page":1,"unread":{"stage":"ocr","kind":"engine","detail":"d"}"#, 1);
        let account = parse(text.as_bytes()).unwrap();
        assert_eq!(account.duplicates[0].documents, ["K_1/0001_x.pdf"]);
        assert!(account.held.iter().all(|held| held.discarded.is_some()));
        assert!(account.documents[0].pages[0].unread.is_some());
    }

    #[test]
    fn another_format_is_refused() {
        let text = String::from_utf8(written()).unwrap().replace("case 1", "case 2");
        assert!(matches!(parse(text.as_bytes()), Err(AccountError::Format)));
    }

    proptest! {
        #[test]
        fn no_cut_and_no_altered_byte_makes_it_panic(at in 0_usize..3000, byte: u8, cut: bool) {
            let mut bytes = written();
            let at = at % bytes.len();
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            let read = parse(&bytes);
            prop_assert!(!cut || read.is_err());
        }
    }
}
