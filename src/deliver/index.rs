//! `index.csv`: one line for each document, as German office software opens it by a double click.
//!
//! UTF-8 with a byte order mark, fields parted by `;`, lines ended by CR LF, numbers with a decimal comma (Excel and
//! LibreOffice take a comma for the field separator in English locales only, and `0.93` for a date or text in German
//! ones). Fields are quoted as RFC 4180 says. A field that a spreadsheet would take for a formula gets an apostrophe
//! before it; `case.json` has the exact value.

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};

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
    /// Values of the index fields that have columns of their own; nothing where the document has no such field.
    pub fields: &'a [Option<&'a str>],
}

/// Names of the columns that every index has; those of index fields follow.
pub const COLUMNS: [&str; 9] =
    ["case", "document", "type", "confidence", "pages", "file", "sha256", "bytes", "created"];

/// Where the column `file` stands, which tells documents apart: `<case folder>/<file>`.
pub const FILE_COLUMN: usize = 5;

/// Longest line that is read, in bytes; the longest that is written has about 2,000.
const MAX_LINE: u64 = 64 << 10;

/// Writes the byte order mark and the head; `fields` are index fields with columns of their own.
///
/// # Errors
/// Those of `out`.
pub fn write_head(out: &mut impl Write, fields: &[String]) -> io::Result<()> {
    write!(out, "\u{feff}{}", COLUMNS.join(";"))?;
    fields.iter().try_for_each(|name| write!(out, ";{}", field(name)))?;
    out.write_all(b"\r\n")
}

/// Writes a line.
///
/// # Errors
/// Those of `out`.
pub fn write_entry(out: &mut impl Write, entry: &IndexEntry<'_>) -> io::Result<()> {
    let confidence = format!("{:.2}", entry.confidence).replace('.', ",");
    write!(
        out,
        "{};{};{};{confidence};{};{};{};{};{:.0}",
        field(entry.case),
        entry.number,
        field(entry.type_name),
        entry.pages,
        field(&entry.receipt.file),
        entry.receipt.sha256,
        entry.receipt.bytes,
        entry.created
    )?;
    entry.fields.iter().try_for_each(|value| write!(out, ";{}", field(&as_here(value.unwrap_or_default()))))?;
    out.write_all(b"\r\n")
}

/// An amount with a decimal comma; all else as it is.
fn as_here(value: &str) -> Cow<'_, str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match value.rsplit_once('.') {
        Some((whole, cents)) if cents.len() == 2 && digits(cents) && digits(whole.trim_start_matches('-')) => {
            format!("{whole},{cents}").into()
        }
        _ => value.into(),
    }
}

/// The fields of the line that [`write_entry`] writes, as [`read_row`] reads them.
pub fn fields(entry: &IndexEntry<'_>) -> Vec<String> {
    let mut line = Vec::new();
    // Writing into memory does not fail.
    let _ = write_entry(&mut line, entry);
    read_row(&mut line.as_slice()).ok().flatten().unwrap_or_default()
}

/// Reads a line's fields; `None` at the end. Takes lines that a spreadsheet program wrote as well: with or without a byte
/// order mark, quotes and CR.
///
/// # Errors
/// Those of `input`; `InvalidData` for a line that is no UTF-8, longer than 64 KiB, or has an open quote.
pub fn read_row(input: &mut impl BufRead) -> io::Result<Option<Vec<String>>> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let mut line = Vec::new();
    loop {
        let room = MAX_LINE.saturating_sub(line.len() as u64);
        if room == 0 {
            return Err(invalid());
        }
        let read = input.by_ref().take(room).read_until(b'\n', &mut line)?;
        if read == 0 && line.is_empty() {
            return Ok(None);
        }
        let closed = line.iter().filter(|&&byte| byte == b'"').count() % 2 == 0;
        if closed && (line.ends_with(b"\n") || read == 0) {
            break;
        }
        if read == 0 {
            return Err(invalid());
        }
    }
    let text = String::from_utf8(line).map_err(|_| invalid())?;
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let Some(field) = fields.last_mut() else { break };
        match sign {
            // A doubled quote within quotes stands for one.
            '"' if quoted && signs.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ';' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    Ok(Some(fields))
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
            fields: &[Some("1234.56"), None, Some("2026-03-09")],
        };
        let mut out = Vec::new();
        write_head(&mut out, &["Betrag".into(), "IBAN".into(), "Datum".into()]).unwrap();
        write_entry(&mut out, &entry).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].starts_with('\u{feff}'));
        assert_eq!(
            lines[1],
            format!(
                "\"A;\"\"1\"\"\";1;'=Antrag;0,93;3;A_1/0001_Antrag.pdf;{sha256};17;1970-01-01T00:00:00Z;1234,56;;2026-03-09"
            )
        );
        assert!(lines[0].ends_with(";bytes;created;Betrag;IBAN;Datum"));

        let mut input = text.as_bytes();
        assert_eq!(read_row(&mut input).unwrap().unwrap()[..COLUMNS.len()], COLUMNS);
        let row = read_row(&mut input).unwrap().unwrap();
        assert_eq!(row[..3], ["A;\"1\"", "1", "'=Antrag"]);
        assert_eq!(row[FILE_COLUMN], "A_1/0001_Antrag.pdf");
        assert_eq!(row, fields(&entry));
        assert_eq!(read_row(&mut input).unwrap(), None);
    }

    #[test]
    fn lines_that_are_none_are_told() {
        for (text, fields) in [
            (&b"a;b"[..], Some(2)),
            (b"\"a\r\nb\";c\r\n", Some(2)),
            (b"\r\n", Some(1)),
            (b"\"a;b\r\nc;d\r\n", None),
            (b"\xff;b\r\n", None),
        ] {
            let mut input = text;
            assert_eq!(read_row(&mut input).ok().flatten().map(|row| row.len()), fields, "{text:?}");
        }
        let endless = vec![b'a'; 2 * MAX_LINE as usize];
        assert!(read_row(&mut endless.as_slice()).is_err());
    }
}
