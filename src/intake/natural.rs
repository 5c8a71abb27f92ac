//! The order in which a person expects names: `page2` before `page10`.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use unicode_normalization::UnicodeNormalization as _;

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
        // Lower-casing may decompose anew, hence NFD twice.
        let accented: String = name.to_string_lossy().nfd().flat_map(char::to_lowercase).nfd().collect();
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
