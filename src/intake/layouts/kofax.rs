//! Index lines of Kofax Capture and of what imports from it.
//!
//! Known from its help pages ("Image File Information and Index Data (ASCII Text File)"): one line for each document,
//! `"batch class","field","value",…,"path and name of the image"`. Quotes and commas may stand inside a value, but not as
//! `","`, so that is where a line is divided. The paths are those of the machine that wrote them (`x:\reldocs\5.tif`): only
//! the last part says which file of the folder is meant.

use std::collections::BTreeSet;

use super::{IndexedDocument, Wanted, is_scan};

/// The documents, or `None` if any line is none of these: any text could be called `.txt`.
pub(super) fn documents(text: &str) -> Option<Vec<IndexedDocument>> {
    text.lines()
        .map(|line| line.trim_matches([' ', '\t', '\u{1a}', '\0']))
        .filter(|line| !line.is_empty())
        .map(document)
        .collect()
}

fn document(line: &str) -> Option<IndexedDocument> {
    let inner = line.strip_prefix('"')?.strip_suffix('"')?;
    let parts: Vec<&str> = inner.split("\",\"").collect();
    let [_class, fields @ .., path] = parts.as_slice() else { return None };
    let name = path.rsplit(['\\', '/']).next().filter(|name| is_scan(name))?;
    let (pairs, []) = fields.as_chunks::<2>() else { return None };
    Some(IndexedDocument {
        scans: BTreeSet::from([Wanted::Name(name.to_lowercase())]),
        fields: pairs.iter().map(|[name, value]| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}
