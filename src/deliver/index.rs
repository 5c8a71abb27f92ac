//! `index.csv`: one line for each document, as German office software opens it by a double click.
//!
//! UTF-8 with a byte order mark, fields parted by `;`, lines ended by CR LF, numbers with a decimal comma (Excel and
//! LibreOffice take a comma for the field separator in English locales only, and `0.93` for a date or text in German
//! ones). Fields are quoted as RFC 4180 says. A field that a spreadsheet would take for a formula gets an apostrophe
//! before it; `case.json` has the exact value.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::model::Receipt;

/// A document in the index.
#[derive(Clone, Copy, Debug)]
pub struct IndexEntry<'a> {
    /// The case number.
    pub case: &'a str,
    /// The document's number in the case.
    pub number: u32,
    /// Its type.
    pub type_name: &'a str,
    /// 0 to 1.
    pub confidence: f32,
    /// Its pages.
    pub pages: u32,
    /// Where it stands, and its digest.
    pub receipt: &'a Receipt,
    /// When it was made.
    pub created: Timestamp,
}

/// Writes the byte order mark and the head.
///
/// # Errors
/// Those of `out`.
pub fn write_head(out: &mut impl Write) -> io::Result<()> {
    out.write_all("\u{feff}case;document;type;confidence;pages;file;sha256;bytes;created\r\n".as_bytes())
}

/// Writes a line.
///
/// # Errors
/// Those of `out`.
pub fn write_entry(out: &mut impl Write, entry: &IndexEntry<'_>) -> io::Result<()> {
    let confidence = format!("{:.2}", entry.confidence).replace('.', ",");
    write!(
        out,
        "{};{};{};{confidence};{};{};{};{};{:.0}\r\n",
        field(entry.case),
        entry.number,
        field(entry.type_name),
        entry.pages,
        field(&entry.receipt.file),
        entry.receipt.sha256,
        entry.receipt.bytes,
        entry.created
    )
}

fn field(text: &str) -> String {
    // OWASP, "CSV Injection".
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([';', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::Digest;

    #[test]
    fn lines_as_a_german_spreadsheet_reads_them() {
        let sha256 = Digest::of(b"");
        let receipt = Receipt { file: "A_1/0001_Antrag.pdf".into(), sha256, bytes: 17 };
        let entry = IndexEntry {
            case: "A;\"1\"",
            number: 1,
            type_name: "=Antrag",
            confidence: 0.934,
            pages: 3,
            receipt: &receipt,
            created: Timestamp::from_second(0).unwrap(),
        };
        let mut out = Vec::new();
        write_head(&mut out).unwrap();
        write_entry(&mut out, &entry).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].starts_with('\u{feff}'));
        assert_eq!(
            lines[1],
            format!("\"A;\"\"1\"\"\";1;'=Antrag;0,93;3;A_1/0001_Antrag.pdf;{sha256};17;1970-01-01T00:00:00Z")
        );
        assert_eq!(lines[0].split(';').count(), 9);
    }
}
