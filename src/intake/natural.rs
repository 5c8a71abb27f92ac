//! The order in which a person expects names: `page2` before `page10`, and the front of a sheet before its back.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use unicode_normalization::UnicodeNormalization as _;

use super::names::stem;

/// A name, ready to be compared: runs of digits as numbers, letters without case, an umlaut as its vowel (DIN 5007-1), a
/// full stop before everything else, so that `scan.tif` stands before `scan (2).tif` as copying counts. Names equal in
/// this are ordered by their accents, composed and decomposed ones being one, and at last by their bytes: a total order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NaturalKey {
    bare: String,
    accented: String,
    raw: OsString,
}

impl NaturalKey {
    pub(super) fn new(name: &OsStr) -> Self {
        Self::with(&name.to_string_lossy(), name)
    }

    /// For `name`, as if it were `text`.
    fn with(text: &str, name: &OsStr) -> Self {
        // Lower-casing may decompose anew, hence NFD twice.
        let accented: String = text.nfd().flat_map(char::to_lowercase).nfd().collect();
        // U+0300 to U+036F, Combining Diacritical Marks.
        let bare = accented.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
        Self { bare, accented, raw: name.to_owned() }
    }
}

impl Ord for NaturalKey {
    fn cmp(&self, other: &Self) -> Ordering {
        tokens(&self.bare)
            .cmp(tokens(&other.bare))
            .then_with(|| self.accented.cmp(&other.accented))
            .then_with(|| self.raw.as_bytes().cmp(other.raw.as_bytes()))
    }
}

impl PartialOrd for NaturalKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What scanners (Canon's counter names: `00000012F.tif`, `00000012B.tif`) and people put behind the name of a sheet's
/// front and back, where the alphabet has them the other way round.
const SIDES: [(&str, &str); 7] = [
    ("f", "b"),
    ("front", "back"),
    ("v", "r"),
    ("v", "h"),
    ("vorn", "hinten"),
    ("vorderseite", "rueckseite"),
    ("vorderseite", "rückseite"),
];

/// Puts the files of a folder into natural order. Where their names tell fronts from backs, each front stands before its back:
/// some sheet has both, and no name ends in another mark of one letter (`1a`, `1b` ... `1f` are no sides).
pub(super) fn sort_files<T>(files: &mut [T], name: impl Fn(&T) -> &OsStr) {
    let sheets: Vec<(String, String)> = files.iter().filter_map(|file| marked(name(file))).collect();
    let known: HashSet<(&str, &str)> = sheets.iter().map(|(sheet, mark)| (sheet.as_str(), mark.as_str())).collect();
    let sides = SIDES.into_iter().find(|&(front, back)| {
        let is_strange = |mark: &str| mark.chars().count() == 1 && mark != front && mark != back;
        known.iter().any(|&(sheet, mark)| mark == front && known.contains(&(sheet, back)))
            && !known.iter().any(|(_, mark)| is_strange(mark))
    });
    let key = |file: &T| {
        let name = name(file);
        let (Some((front, back)), Some((sheet, mark))) = (sides, marked(name)) else { return NaturalKey::new(name) };
        let letter = if mark == front { "a" } else { "b" };
        if mark != front && mark != back { NaturalKey::new(name) } else { NaturalKey::with(&(sheet + letter), name) }
    };
    files.sort_by_cached_key(key);
}

/// A name without its ending, in lower case, divided before the letters at its end; `None` if those are all of it, or none.
fn marked(name: &OsStr) -> Option<(String, String)> {
    let text: String = stem(name).to_string_lossy().nfc().flat_map(char::to_lowercase).collect();
    let mark = text.len() - text.chars().rev().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
    let (sheet, mark) = text.split_at_checked(mark)?;
    (!sheet.is_empty() && !mark.is_empty()).then(|| (sheet.to_owned(), mark.to_owned()))
}

/// One step of the comparison. The derived order is the one wanted: the first field says where the token's kind stands
/// among characters, digits all standing at `'0'`; then a number's length without leading zeros, then its digits.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Token<'t> {
    place: u32,
    digits: usize,
    number: &'t str,
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            let number = run.trim_start_matches('0');
            return Some(Token { place: u32::from('0'), digits: number.len(), number });
        }
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
        let place = if first == '.' { 0 } else { u32::from(first) };
        Some(Token { place, digits: 0, number: "" })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compare(a: &str, b: &str) -> Ordering {
        NaturalKey::new(OsStr::new(a)).cmp(&NaturalKey::new(OsStr::new(b)))
    }

    #[test]
    fn a_front_stands_before_its_back() {
        let rows: [&[&str]; 9] = [
            &["00000001F.tif", "00000001B.tif", "00000002F.tif", "00000010F.tif", "00000010B.tif"],
            &["0001.tif", "0001f.jpg", "0001b.jpg", "2.tif", "2F.tif"],
            &["a_1_Front.tif", "a_1_Back.tif", "a_2_Front.tif"],
            &["7 Vorderseite.pdf", "7 Rückseite.pdf"],
            &["1v.tif", "1r.tif", "2v.tif", "2r.tif"],
            // Letters that count, not sides.
            &["1a.tif", "1b.tif", "1c.tif", "1f.tif"],
            // Nothing has both sides.
            &["1b.tif", "2f.tif"],
            &["b.tif", "f.tif"],
            &["x_back.tif", "y_front.tif"],
        ];
        for row in rows {
            let mut names: Vec<&str> = row.to_vec();
            names.reverse();
            sort_files(&mut names, |name| OsStr::new(*name));
            assert_eq!(names, row);
        }
    }

    #[test]
    fn names_stand_as_a_person_would_put_them() {
        let rows: [&[&str]; 8] = [
            &["page1.tif", "page2.tif", "page10.tif", "page100.tif"],
            &["scan.tif", "scan (2).tif", "scan (10).tif", "scanner.tif"],
            &["Akte 9", "akte 10", "AKTE 11"],
            &["0001_v.tif", "0001_w.tif", "2.tif", "0010.tif"],
            &["Arzt", "Ärzte", "Azubi", "Bäcker", "Zeuge"],
            &["Arzt", "A\u{308}rzte", "Azubi"],
            &["Muller", "Müller", "Muller 2", "Mu\u{308}ller 3"],
            &["a99999999999999999999999999998", "a99999999999999999999999999999", "a100000000000000000000000000000"],
        ];
        for row in rows {
            for pair in row.windows(2) {
                assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            }
        }
    }

    #[test]
    fn composed_and_decomposed_names_stand_together() {
        // ü2 (NFC) < ü10 (NFD) < ü11 (NFC): the spelling must not outweigh the number.
        assert_eq!(compare("\u{fc}2", "u\u{308}10"), Ordering::Less);
        assert_eq!(compare("u\u{308}10", "\u{fc}11"), Ordering::Less);
    }

    fn name() -> impl Strategy<Value = OsString> {
        use std::os::unix::ffi::OsStringExt as _;
        prop_oneof![
            "[aAbB0-9äÄ._ -]{0,8}".prop_map(OsString::from),
            proptest::collection::vec(any::<u8>(), 0..8).prop_map(OsString::from_vec),
        ]
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in name(), b in name(), c in name()) {
            let key = |name: &OsString| NaturalKey::new(name);
            prop_assert_eq!(key(&a).cmp(&key(&b)), key(&b).cmp(&key(&a)).reverse());
            prop_assert_eq!(key(&a).cmp(&key(&b)) == Ordering::Equal, a == b);
            let mut sorted = [key(&a), key(&b), key(&c)];
            sorted.sort();
            prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
        }

        #[test]
        fn numbers_count(a in 0u64.., b in 0u64.., zeros in "0{0,3}") {
            let (left, right) = (format!("p{zeros}{a}.tif"), format!("p{b}.tif"));
            if a != b {
                prop_assert_eq!(compare(&left, &right), a.cmp(&b));
            }
        }
    }
}
