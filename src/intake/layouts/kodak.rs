//! `INDEX.DAT` of Kodak Capture Software.
//!
//! Known from its user's guide (Kodak A-63054, February 2004, pages 4-40, 4-65, 4-72 and 4-73): one line for each document,
//! fields in double quotes with a semicolon between, a quote inside doubled, a field without a value left empty. A line
//! begins with the type of the record and the version `01`:
//!
//! | type | then | where the images lie |
//! |---|---|---|
//! | `I05u` | document number; fields | in a folder of that number, `BATCH001\00000001\00000001.TIF`, odd numbers the fronts |
//! | `I02r` | document, first image, last image; fields | in the batch's folder, by number |
//! | `I04t` | document, number of images; fields | in the batch's folder, one file of many pages, named by the document |
//!
//! Numbers have ten digits there and eight in the names of files, so they are compared as numbers. Assumed, since the
//! guide does not say: that the quotes are plain ones (it prints curved ones), and that the index is written last.

use std::collections::BTreeSet;

use super::{IndexedDocument, MAX_WANTED, Wanted};

/// The documents, or `None` if any line is no such record.
pub(super) fn documents(text: &str) -> Option<Vec<IndexedDocument>> {
    let mut wanted = 0_usize;
    let lines = text.lines().map(|line| line.trim_end_matches(['\u{1a}', '\0'])).filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let document = document(&fields(line)?)?;
            wanted = wanted.saturating_add(document.scans.len());
            (wanted <= MAX_WANTED).then_some(document)
        })
        .collect()
}

fn document(record: &[String]) -> Option<IndexedDocument> {
    let [kind, version, document, rest @ ..] = record else { return None };
    let number = |text: &String| text.trim().parse::<u64>().ok();
    let document = number(document)?;
    let (scans, rest) = match (kind.as_str(), version.as_str(), rest) {
        ("I05u", "01", rest) => (BTreeSet::from([Wanted::Folder(document)]), rest),
        ("I02r", "01", [first, last, rest @ ..]) => {
            let (first, last) = (number(first)?, number(last)?);
            // Ten digits can ask for ten milliards of names.
            let many = last.checked_sub(first).is_none_or(|more| more >= MAX_WANTED as u64);
            ((!many).then(|| (first..=last).map(Wanted::Number).collect())?, rest)
        }
        ("I04t", "01", [images, rest @ ..]) => {
            number(images)?;
            (BTreeSet::from([Wanted::Number(document)]), rest)
        }
        _ => return None,
    };
    let fields = (1..).zip(rest).map(|(place, value)| (place.to_string(), value.clone())).collect();
    Some(IndexedDocument { scans, fields })
}

/// The fields of a line: quoted, or empty.
fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line.trim();
    loop {
        let mut value = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            rest = loop {
                let (before, after) = quoted.split_once('"')?;
                value.push_str(before);
                match after.strip_prefix('"') {
                    Some(more) => {
                        value.push('"');
                        quoted = more;
                    }
                    None => break after,
                }
            };
        }
        fields.push(value);
        match (rest.strip_prefix(';'), rest) {
            (Some(more), _) => rest = more,
            (None, "") => return Some(fields),
            (None, _) => return None,
        }
    }
}
