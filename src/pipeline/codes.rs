//! `[codes]`: which patch codes and barcodes are looked for.

use super::problem::{list, nearest, quoted};
use super::reader::{Table, given_twice};
use crate::codes::{BarcodeKind, CodeParams};

/// The names of `codes.barcodes`.
const KINDS: [(&str, BarcodeKind); 7] = [
    ("code_39", BarcodeKind::Code39),
    ("code_128", BarcodeKind::Code128),
    ("itf", BarcodeKind::Itf),
    ("ean", BarcodeKind::Ean),
    ("qr_code", BarcodeKind::QrCode),
    ("data_matrix", BarcodeKind::DataMatrix),
    ("pdf_417", BarcodeKind::Pdf417),
];

/// Reads the table.
pub(super) fn codes(top: &Table<'_>) -> CodeParams {
    let table = top.table("codes");
    let defaults = CodeParams::default();
    let codes = CodeParams {
        patch_codes: table.flag("patch_codes").unwrap_or(defaults.patch_codes),
        barcodes: kinds(&table).unwrap_or(defaults.barcodes),
        max_ms: table.integer("max_ms", 100..=600_000).unwrap_or(defaults.max_ms),
    };
    table.finish();
    codes
}

fn kinds(table: &Table<'_>) -> Option<Vec<BarcodeKind>> {
    let mut kinds = Vec::new();
    for text in table.texts("barcodes")? {
        match KINDS.iter().find(|(name, _)| *name == text.value) {
            Some((_, kind)) if kinds.contains(kind) => {
                table.refuse_at(text.offset, "barcodes", given_twice(text), None);
            }
            Some((_, kind)) => kinds.push(*kind),
            None => {
                let names = || KINDS.iter().map(|&(name, _)| name);
                let all = list(names());
                let hint = match nearest(text.value, names()) {
                    Some(name) => format!("did you mean \"{name}\"? (known: {all})"),
                    None => format!("known: {all}"),
                };
                table.refuse_at(text.offset, "barcodes", format!("unknown barcode {}", quoted(text.value)), Some(hint));
            }
        }
    }
    // The same set in whatever order is the same recipe.
    kinds.sort_unstable();
    Some(kinds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pipeline::parse;

    #[test]
    fn the_table_decides_what_is_looked_for() {
        let read = |codes: &str| parse("x", &format!("line.name = \"x\"\n[codes]\n{codes}"));
        let codes =
            read("patch_codes = false\nbarcodes = [\"qr_code\", \"code_39\"]\nmax_ms = 500").unwrap().recipe.codes;
        let expected = vec![BarcodeKind::Code39, BarcodeKind::QrCode];
        assert_eq!(codes, CodeParams { patch_codes: false, barcodes: expected, max_ms: 500 });
        assert!(read("barcodes = []").unwrap().recipe.codes.barcodes.is_empty());
        assert_eq!(read("").unwrap().recipe.codes, CodeParams::default());

        let problems = read("barcodes = [\"qr\", \"qr_cod\", \"itf\", \"itf\"]").unwrap_err();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[1].contains("did you mean \"qr_code\"?"), "{said:?}");
        assert!(said[2].contains("given twice"), "{said:?}");
    }
}
