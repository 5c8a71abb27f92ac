//! `case.json`: a case's account of itself, from which the promise can be proved without the ledger.
//!
//! Written front to back, one entry in memory at a time. Every page of every scan under `scans` stands in exactly one
//! place: in a document, under `elsewhere` (a document of another case), `blanks_removed`, `separators` or `held`; scans under
//! `duplicates` have no pages. A document with `from` has pages of that other case's scans. `verify` reads it so.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Digest, DuplicateAction, Fault, FaultKind, Field, PageCounts, PageOrder, Receipt, Stage};

/// Value of `format`: readers refuse what they do not know.
pub const FORMAT: &str = "scanstrasse case 1";

/// A scan that was received for the case.
#[derive(Clone, Debug, Serialize)]
pub struct ScanEntry<'a> {
    /// Key of its batch.
    pub batch: &'a str,
    /// Name below its input folder.
    pub file: &'a str,
    /// SHA-256; `null` if it could not be read.
    pub sha256: Option<Digest>,
    /// Its size.
    pub bytes: u64,
    /// Its pages; `null` if they could not be counted (the scan is held then).
    pub pages: Option<u32>,
    /// The stack it is part of, if documents were collated from that; scans of one number are one stack, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<i64>,
}

/// A page, wherever it went.
#[derive(Clone, Debug, Serialize)]
pub struct PageEntry<'a> {
    /// Page of the PDF, from 1; absent if it is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// SHA-256 of its scan.
    pub scan: Option<Digest>,
    /// Name of its scan.
    pub file: &'a str,
    /// Index in the scan, from 0.
    pub index: u32,
    /// Clockwise turn that was undone, in degrees.
    pub turn_deg: u16,
    /// Skew as found, counter-clockwise positive, in degrees.
    pub skew_deg: f32,
    /// It counts as blank.
    pub blank: bool,
    /// Share of ink, 0 to 1.
    pub ink_share: f32,
    /// SHA-256 of its picture's stream in the PDF.
    pub image_sha256: Option<Digest>,
    /// The stream is the scanner's own, bit for bit.
    pub original: bool,
    /// Why the page has its picture and no text; absent if it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<&'a Fault>,
}

/// A page or a whole scan that waits for a person.
#[derive(Clone, Debug, Serialize)]
pub struct HeldEntry<'a> {
    /// SHA-256 of the scan; `null` if it could not be read.
    pub scan: Option<Digest>,
    /// Its name.
    pub file: &'a str,
    /// Index of the page in the scan, from 0; `null` for the whole scan.
    pub index: Option<u32>,
    /// The step that failed.
    pub stage: Stage,
    /// Why.
    pub kind: FaultKind,
    /// More of why.
    pub detail: &'a str,
    /// What a person can do.
    pub remedy: &'a str,
    /// A person gave it up; absent if nobody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discarded: Option<Discarded<'a>>,
}

/// A person's decision to give a held page or scan up.
#[derive(Clone, Debug, Serialize)]
pub struct Discarded<'a> {
    /// Why.
    pub reason: &'a str,
    /// Who.
    pub by: &'a str,
    /// When, as RFC 3339.
    pub at: String,
}

/// A document that stands at the target.
#[derive(Clone, Debug)]
pub struct DocumentEntry<'a> {
    /// Number in the case.
    pub number: u32,
    /// Type.
    pub type_name: &'a str,
    /// 0 to 1.
    pub confidence: f32,
    /// When it was made.
    pub created: Timestamp,
    /// Proof that it stands there.
    pub receipt: &'a Receipt,
    /// Order of its pages; written only if they do not lie as they were scanned.
    pub order: PageOrder,
    /// Number of the stack that it was collated from; written together with the order.
    pub stack: i64,
    /// Its index fields.
    pub fields: &'a [Field],
    /// The case that received its scans, if that is another one.
    pub from: Option<&'a str>,
}

/// A document that a separator sent to another case.
#[derive(Clone, Copy, Debug)]
pub struct ElsewhereEntry<'a> {
    /// That case.
    pub case: &'a str,
    /// The document, relative to the target: `<case folder>/<file>`.
    pub document: &'a str,
    /// As [`DocumentEntry::order`].
    pub order: PageOrder,
    /// As [`DocumentEntry::stack`].
    pub stack: i64,
}

/// A scan whose bytes were received before. It does not stand under `scans`.
#[derive(Clone, Debug, Serialize)]
pub struct DuplicateEntry<'a> {
    /// Key of its batch.
    pub batch: &'a str,
    /// Name below its input folder.
    pub file: &'a str,
    /// SHA-256.
    pub sha256: Option<Digest>,
    /// Its size.
    pub bytes: u64,
    /// The earlier scan.
    pub of: EarlierScan<'a>,
    /// What the pipeline said.
    pub action: DuplicateAction,
    /// Documents that hold its pages, relative to the target; none for [`DuplicateAction::Skip`].
    pub documents: &'a [String],
}

/// The scan that a duplicate is one of.
#[derive(Clone, Debug, Serialize)]
pub struct EarlierScan<'a> {
    /// Its case.
    pub case: &'a str,
    /// Its name.
    pub file: &'a str,
}

/// A list of pages by the reason why they are in no document.
#[derive(Clone, Copy, Debug)]
pub enum Apart {
    /// Blank pages left out.
    Blanks,
    /// Separator sheets.
    Separators,
}

/// Writes `case.json`. Parts come in the order of the methods here.
pub struct CaseJson<W: Write> {
    out: W,
    /// The open list has an entry.
    inside: bool,
}

impl<W: Write> CaseJson<W> {
    /// Begins with the case's number and the list of scans.
    ///
    /// # Errors
    /// Those of `out`, as in all methods.
    pub fn begin(mut out: W, number: &str) -> io::Result<Self> {
        write!(out, "{{\n\"format\": {},\n\"case\": {},\n\"scans\": [", json(FORMAT)?, json(number)?)?;
        Ok(Self { out, inside: false })
    }

    /// A scan.
    pub fn scan(&mut self, scan: &ScanEntry<'_>) -> io::Result<()> {
        self.entry(scan)
    }

    /// Ends the list of scans and begins that of documents.
    pub fn documents(&mut self) -> io::Result<()> {
        self.list("documents")
    }

    /// Begins a document; its pages follow.
    pub fn document(&mut self, document: &DocumentEntry<'_>) -> io::Result<()> {
        let mut head = serde_json::json!({
            "number": document.number,
            "type": document.type_name,
            "confidence": decimal(document.confidence, 2),
            "file": document.receipt.file.rsplit('/').next(),
            "sha256": document.receipt.sha256,
            "bytes": document.receipt.bytes,
            "created": document.created.to_string(),
        });
        let fields: Vec<_> = document.fields.iter().map(field).collect();
        head["fields"] = fields.into();
        if let Some(from) = document.from {
            head["from"] = from.into();
        }
        self.begin_pages(head, document.order, document.stack)
    }

    /// Ends the list before and begins that of documents of other cases.
    pub fn elsewhere_list(&mut self) -> io::Result<()> {
        self.list("elsewhere")
    }

    /// Begins a document of another case; its pages follow, then [`Self::end_document`].
    pub fn elsewhere(&mut self, document: &ElsewhereEntry<'_>) -> io::Result<()> {
        let head = serde_json::json!({ "case": document.case, "document": document.document });
        self.begin_pages(head, document.order, document.stack)
    }

    fn begin_pages(&mut self, mut head: serde_json::Value, order: PageOrder, stack: i64) -> io::Result<()> {
        if order != PageOrder::Scanned {
            head["order"] = serde_json::json!(order);
            head["stack"] = stack.into();
        }
        let head = head.to_string();
        self.comma()?;
        write!(self.out, "{}, \"pages\": [", head.strip_suffix('}').unwrap_or(&head))?;
        self.inside = false;
        Ok(())
    }

    /// A page of the document, blank list or separator list that is open.
    pub fn page(&mut self, page: &PageEntry<'_>) -> io::Result<()> {
        self.entry(&PageEntry {
            skew_deg: round(page.skew_deg, 2),
            ink_share: round(page.ink_share, 7),
            ..page.clone()
        })
    }

    /// Ends a document.
    pub fn end_document(&mut self) -> io::Result<()> {
        self.inside = true;
        self.out.write_all(b"]}")
    }

    /// Ends the list before and begins a list of pages that are in no document: blanks, then separators.
    pub fn apart(&mut self, reason: Apart) -> io::Result<()> {
        self.list(match reason {
            Apart::Blanks => "blanks_removed",
            Apart::Separators => "separators",
        })
    }

    /// Ends the list before and begins that of what is held.
    pub fn held_list(&mut self) -> io::Result<()> {
        self.list("held")
    }

    /// Something held.
    pub fn held(&mut self, held: &HeldEntry<'_>) -> io::Result<()> {
        self.entry(held)
    }

    /// Ends the list before and begins that of duplicates.
    pub fn duplicates(&mut self) -> io::Result<()> {
        self.list("duplicates")
    }

    /// A duplicate.
    pub fn duplicate(&mut self, duplicate: &DuplicateEntry<'_>) -> io::Result<()> {
        self.entry(duplicate)
    }

    /// Ends with the balance.
    pub fn finish(mut self, balance: &PageCounts) -> io::Result<()> {
        writeln!(self.out, "\n],\n\"balance\": {}\n}}", serde_json::to_string(balance)?)
    }

    fn list(&mut self, name: &str) -> io::Result<()> {
        self.inside = false;
        write!(self.out, "\n],\n\"{name}\": [")
    }

    fn comma(&mut self) -> io::Result<()> {
        let lead = if std::mem::replace(&mut self.inside, true) { ",\n  " } else { "\n  " };
        self.out.write_all(lead.as_bytes())
    }

    fn entry(&mut self, entry: &impl Serialize) -> io::Result<()> {
        self.comma()?;
        Ok(serde_json::to_writer(&mut self.out, entry)?)
    }
}

/// A field without a tail of binary digits.
fn field(field: &Field) -> serde_json::Value {
    let bounds = field.bounds;
    let bounds: Vec<f64> = [bounds.x0, bounds.y0, bounds.x1, bounds.y1].map(|edge| decimal(edge, 1)).into();
    serde_json::json!({
        "name": field.name,
        "value": field.value,
        "raw": field.raw,
        "confidence": decimal(field.confidence, 2),
        "page": field.page.saturating_add(1),
        "box": bounds,
    })
}

fn json(text: &str) -> io::Result<String> {
    Ok(serde_json::to_string(text)?)
}

/// Rounded to `digits` after the point, as decimal text rounds it: no tail of binary digits in the file.
fn round(value: f32, digits: usize) -> f32 {
    format!("{value:.digits$}").parse().unwrap_or(value)
}

/// The same for `json!`, which widens every number to `f64` and would bring the tail back.
fn decimal(value: f32, digits: usize) -> f64 {
    format!("{value:.digits$}").parse().unwrap_or(f64::from(value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json_with_every_entry_in_its_place() {
        let digest = Digest::of(b"");
        let page = |page| PageEntry {
            page,
            scan: Some(digest),
            file: "a\"b.tif",
            index: 0,
            turn_deg: 180,
            skew_deg: 0.123_456,
            blank: false,
            ink_share: 0.1,
            image_sha256: Some(digest),
            original: true,
            unread: None,
        };
        let receipt = Receipt { file: "K/0001_x.pdf".into(), sha256: digest, bytes: 1 };
        let fields = [Field {
            name: "Datum".into(),
            raw: "9. März 2026".into(),
            value: "2026-03-09".into(),
            confidence: 0.9,
            page: 1,
            bounds: crate::model::PixelBox { x0: 1.0, y0: 2.0, x1: 3.3, y1: 4.0 },
        }];
        let document = |number| DocumentEntry {
            number,
            type_name: "x",
            confidence: 0.48,
            created: Timestamp::default(),
            receipt: &receipt,
            order: if number == 2 { PageOrder::FrontsThenBacks } else { PageOrder::Scanned },
            stack: 7,
            fields: if number == 2 { &fields } else { &[] },
            from: (number == 2).then_some("J"),
        };
        let mut out = Vec::new();
        let mut case = CaseJson::begin(&mut out, "K").unwrap();
        for pages in [Some(3), None] {
            let scan =
                ScanEntry { batch: "K", file: "a", sha256: Some(digest), bytes: 9, pages, stack: pages.map(|_| 7) };
            case.scan(&scan).unwrap();
        }
        case.documents().unwrap();
        for number in [1, 2] {
            case.document(&document(number)).unwrap();
            (1..=number).for_each(|n| case.page(&page(Some(n))).unwrap());
            case.end_document().unwrap();
        }
        case.elsewhere_list().unwrap();
        let elsewhere =
            ElsewhereEntry { case: "L", document: "L/0004_x.pdf", order: PageOrder::FrontsThenBacks, stack: 8 };
        case.elsewhere(&elsewhere).unwrap();
        case.page(&page(Some(1))).unwrap();
        case.end_document().unwrap();
        case.apart(Apart::Blanks).unwrap();
        case.page(&page(None)).unwrap();
        case.apart(Apart::Separators).unwrap();
        case.held_list().unwrap();
        case.duplicates().unwrap();
        let documents = ["K/0001_x.pdf".to_owned()];
        let of = EarlierScan { case: "J", file: "J/a.tif" };
        let (action, sha256) = (DuplicateAction::Link, Some(digest));
        let twin = DuplicateEntry { batch: "K", file: "K/b.tif", sha256, bytes: 9, of, action, documents: &documents };
        case.duplicate(&twin).unwrap();
        case.finish(&PageCounts { received: 4, delivered: 3, blanks: 1, ..PageCounts::default() }).unwrap();

        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(read["scans"][1]["pages"], serde_json::Value::Null);
        assert_eq!(read["documents"][1]["pages"][1]["page"], 2);
        assert_eq!(read["documents"][1]["order"], "fronts_then_backs");
        assert_eq!((&read["documents"][1]["stack"], &read["scans"][0]["stack"]), (&7.into(), &7.into()));
        assert!(read["documents"][0].get("order").is_none() && read["scans"][1].get("stack").is_none());
        assert_eq!(read["documents"][0]["file"], "0001_x.pdf");
        assert_eq!(read["documents"][0]["fields"], serde_json::json!([]));
        let field = serde_json::json!({
            "name": "Datum", "value": "2026-03-09", "raw": "9. März 2026", "confidence": 0.9, "page": 2,
            "box": [1.0, 2.0, 3.3, 4.0],
        });
        assert_eq!(read["documents"][1]["fields"], serde_json::json!([field]));
        assert_eq!((&read["documents"][1]["from"], read["documents"][0].get("from")), (&"J".into(), None));
        let elsewhere = &read["elsewhere"][0];
        assert_eq!((&elsewhere["case"], &elsewhere["document"]), (&"L".into(), &"L/0004_x.pdf".into()));
        assert_eq!((&elsewhere["stack"], &elsewhere["pages"][0]["page"]), (&8.into(), &1.into()));
        assert_eq!(read["documents"][0]["pages"][0]["file"], "a\"b.tif");
        assert_eq!(read["blanks_removed"].as_array().unwrap().len(), 1);
        assert!(read["blanks_removed"][0].get("page").is_none());
        assert_eq!(read["separators"], serde_json::json!([]));
        let twin = serde_json::json!({
            "batch": "K", "file": "K/b.tif", "sha256": digest, "bytes": 9, "of": {"case": "J", "file": "J/a.tif"},
            "action": "link", "documents": ["K/0001_x.pdf"],
        });
        assert_eq!(read["duplicates"], serde_json::json!([twin]));
        assert_eq!(read["balance"]["received"], 4);
        let text = String::from_utf8(out).unwrap();
        for number in ["\"skew_deg\":0.12,", "\"confidence\":0.48,"] {
            assert!(text.contains(number), "{number} is not in {text}");
        }
    }
}
