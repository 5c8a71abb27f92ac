//! Files that an index mentions, where no more of its form is known.
//!
//! CROSSCAP's `.idx` consists of lines that every customer puts together from variables (its handbook, "Indexdatei"); the
//! `.meta.xml` of Schleupen is not public. Whatever their form, a file's name stands between signs that divide, and ends
//! as scans end. Nothing else is read: what a field means would be a guess.

use std::collections::BTreeSet;

use super::{IndexedDocument, Wanted, is_scan};

/// Signs between which a name stands: those of CSV, of tags and attributes, and of paths.
const DIVIDERS: [char; 13] = ['\n', '\r', '\t', ';', ',', '|', '"', '=', '<', '>', '\\', '/', '\0'];

/// One document of all files that are mentioned; `None` if there are none.
pub(super) fn documents(text: &str) -> Option<Vec<IndexedDocument>> {
    // The reference of XML that a file's name needs: it has the sign of CSV in it.
    let text = text.replace("&amp;", "&");
    // An attribute may stand in single quotes; within a name they are an apostrophe.
    let names = text.split(DIVIDERS).map(|name| name.trim_matches([' ', '\''])).filter(|name| is_scan(name));
    let scans: BTreeSet<Wanted> = names.map(|name| Wanted::Name(name.to_lowercase())).collect();
    (!scans.is_empty()).then(|| vec![IndexedDocument { scans, fields: Vec::new() }])
}
