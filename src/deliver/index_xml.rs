//! `index.xml`: the index with all its fields, for programs that take documents in (finance systems, DMS imports).
//!
//! `<index format="scanstrasse index 1">` holds one `<document>` for each document of `index.csv`, in the same order, with
//! its facts as attributes and one `<field name="" value="" confidence="">` for each index field. Values are in their normal form:
//! dates `2026-03-09`, amounts `1234.50`.

use std::io::{self, Write};

use super::index::IndexEntry;
use crate::model::Field;

/// Value of `format`.
const FORMAT: &str = "scanstrasse index 1";

/// Writes the declaration and opens the list.
///
/// # Errors
/// Those of `out`, as in all functions here.
pub fn write_head(out: &mut impl Write) -> io::Result<()> {
    write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<index format=\"{FORMAT}\">\n")
}

/// Writes a document with its fields.
pub fn write_entry(out: &mut impl Write, entry: &IndexEntry<'_>, fields: &[Field]) -> io::Result<()> {
    writeln!(
        out,
        "  <document case=\"{}\" number=\"{}\" type=\"{}\" confidence=\"{:.2}\" pages=\"{}\" file=\"{}\" sha256=\"{}\" bytes=\"{}\" \
         created=\"{:.0}\">",
        escaped(entry.case),
        entry.number,
        escaped(entry.type_name),
        entry.confidence,
        entry.pages,
        escaped(&entry.receipt.file),
        entry.receipt.sha256,
        entry.receipt.bytes,
        entry.created
    )?;
    for Field { name, value, confidence, .. } in fields {
        let (name, value) = (escaped(name), escaped(value));
        writeln!(out, "    <field name=\"{name}\" value=\"{value}\" confidence=\"{confidence:.2}\"/>")?;
    }
    out.write_all(b"  </document>\n")
}

/// Closes the list.
pub fn write_end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</index>\n")
}

/// Text for an attribute's value. Characters that XML 1.0 does not have at all (section 2.2) become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", letter as u32)),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter < ' ' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Digest, PixelBox, Receipt};

    proptest! {
        #[test]
        fn any_text_comes_back_out_of_the_xml(case in "\\PC{0,20}|[<>&\"'\\n\\t\u{0}]{1,8}", value in "\\PC{0,20}") {
            let receipt = Receipt { file: "A/0001_x.pdf".into(), sha256: Digest::of(b""), bytes: 1 };
            let entry = IndexEntry {
                case: &case,
                number: 1,
                type_name: "Rechnung",
                confidence: 0.93,
                pages: 2,
                receipt: &receipt,
                created: jiff::Timestamp::UNIX_EPOCH,
                fields: &[],
            };
            let bounds = PixelBox { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
            let field = Field { name: "IBAN".into(), raw: value.clone(), value: value.clone(), confidence: 1.0, page: 0, bounds };
            let mut out = Vec::new();
            write_head(&mut out).unwrap();
            write_entry(&mut out, &entry, &[field]).unwrap();
            write_end(&mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let read = roxmltree::Document::parse(&text).unwrap();
            let find = |tag| read.descendants().find(|node| node.has_tag_name(tag)).unwrap();
            prop_assert_eq!(find("document").attribute("case").unwrap(), case.replace('\0', "\u{fffd}"));
            prop_assert_eq!(find("document").attribute("confidence"), Some("0.93"));
            prop_assert_eq!(find("field").attribute("value"), Some(value.as_str()));
        }
    }
}
