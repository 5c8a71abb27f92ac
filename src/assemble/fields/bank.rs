//! Numbers of payments: IBAN, BIC, creditor identifiers.
//!
//! In: text. Out: numbers whose check digits fit, with the place where they stand. A letter in a digit's place is put right
//! if exactly one reading passes the check; a digit is never exchanged for another, for which a check of two digits is
//! no proof (a number of 22 digits has some 200 neighbours, two of them pass).

use super::super::check_digits::mod97;
use super::lookalike::{digits_for, letters_for};
use super::{Found, words};

/// Countries with the structure of what follows the check digits: `n` digits, `a` capitals, `c` both; each with its count.
/// SWIFT, IBAN Registry (ISO 13616).
const COUNTRIES: [(&str, &str); 44] = [
    ("AD", "n8c12"),
    ("AL", "n8c16"),
    ("AT", "n16"),
    ("BA", "n16"),
    ("BE", "n12"),
    ("BG", "a4n6c8"),
    ("CH", "n5c12"),
    ("CY", "n8c16"),
    ("CZ", "n20"),
    ("DE", "n18"),
    ("DK", "n14"),
    ("EE", "n16"),
    ("ES", "n20"),
    ("FI", "n14"),
    ("FR", "n10c11n2"),
    ("GB", "a4n14"),
    ("GE", "a2n16"),
    ("GR", "n7c16"),
    ("HR", "n17"),
    ("HU", "n24"),
    ("IE", "a4n14"),
    ("IL", "n19"),
    ("IS", "n22"),
    ("IT", "a1n10c12"),
    ("LI", "n5c12"),
    ("LT", "n16"),
    ("LU", "n3c13"),
    ("LV", "a4c13"),
    ("MC", "n10c11n2"),
    ("MD", "c20"),
    ("ME", "n18"),
    ("MK", "n3c10n2"),
    ("MT", "a4n5c18"),
    ("NL", "a4n10"),
    ("NO", "n11"),
    ("PL", "n24"),
    ("PT", "n21"),
    ("RO", "a4c16"),
    ("RS", "n18"),
    ("SE", "n20"),
    ("SI", "n15"),
    ("SK", "n20"),
    ("TR", "n5n1c16"),
    ("UA", "n6c19"),
];

/// Readings that are tried for one number. Each sign has one or two; more doubtful signs than this prove nothing.
const MAX_READINGS: usize = 64;

/// How much less likely a number is for each sign that was put right.
const MENDED: f32 = 0.6;

/// Whether capitals and digits are an IBAN of a known country, with its length, structure and check digits.
pub(super) fn is_iban(plain: &[u8]) -> bool {
    let Some((country, rest)) = plain.split_at_checked(2) else { return false };
    let Some(structure) = structure_of(country) else { return false };
    let classes: Vec<u8> = b"nn".iter().copied().chain(classes_of(structure)).collect();
    classes.len() == rest.len()
        && rest.iter().zip(&classes).all(|(&sign, &class)| belongs(sign, class))
        && mod97(rest.iter().skip(2).chain(country).chain(rest.iter().take(2)).copied()) == Some(1)
}

/// Finds every IBAN in a text. Its groups may be divided by blanks, or by none.
pub(super) fn ibans(text: &str) -> Vec<Found> {
    let signs = signs_of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        match iban_at(text, &signs, at) {
            Some((iban, end)) => {
                found.push(iban);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Creditor identifiers (Gläubiger-Identifikationsnummer) of Germany: `DE`, two check digits, three signs that the
/// creditor chooses and that the check leaves out, eleven digits. Deutsche Bundesbank; EPC262-08.
pub(super) fn creditors(text: &str) -> Vec<Found> {
    let signs = signs_of(text);
    let mut found = Vec::new();
    for at in 0..signs.len() {
        let Some(part) = signs.get(at..at + 18) else { break };
        if !begins_word(text, &signs, at) || !ends_word(text, part) {
            continue;
        }
        let classes: Vec<u8> = b"nnccc".iter().copied().chain([b'n'; 11]).collect();
        for (country, mended) in countries(part).filter(|(country, _)| *country == *b"DE") {
            let valid = |rest: &[u8]| {
                let number = rest.iter().skip(5).chain(b"DE").chain(rest.iter().take(2)).copied();
                mod97(number) == Some(1)
            };
            if let Some((rest, changed)) = only_reading(&part[2..], &classes, valid) {
                found.push(found_number(part, country, &rest, mended + changed));
            }
        }
    }
    found
}

/// A BIC (ISO 9362) that a text begins with: four letters or digits of the bank (in use: letters), two of the country, two of the
/// place, and three of the branch or none. It has no check digits.
pub(super) fn bic(text: &str) -> Option<Found> {
    let signs = signs_of(text);
    for length in [11, 8] {
        let Some(part) = signs.get(..length) else { continue };
        if !ends_word(text, part) {
            continue;
        }
        let mut mended = 0;
        let classes = [b'a', b'a', b'a', b'a', b'a', b'a', b'c', b'c', b'c', b'c', b'c'];
        let value: Option<Vec<u8>> = part
            .iter()
            .zip(classes)
            .map(|(sign, class)| {
                let readings = readings(sign.letter, class);
                mended += usize::from(readings.first() != u8::try_from(sign.letter).ok().as_ref());
                readings.first().copied()
            })
            .collect();
        let value = value?;
        let known = value.get(4..6).is_some_and(|country| structure_of(country).is_some() || country == b"US");
        if known && mended < 3 {
            return Some(found_plain(part, value, MENDED.powi(mended as i32), 1.0));
        }
    }
    None
}

/// Words that look like a BIC of a German bank.
pub(super) fn german_bics(text: &str) -> Vec<Found> {
    let fits = |word: &str| {
        let german = word.get(4..6) == Some("DE") && matches!(word.len(), 8 | 11);
        german && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let bare = words(text).map(|(start, word)| (start, word.trim_end_matches(['.', ',', ';'])));
    bare.filter(|(_, word)| fits(word))
        .filter_map(|(start, word)| bic(word).map(|found| Found { start, end: start + word.len(), ..found }))
        .collect()
}

/// A letter or digit of a text and where it stands.
#[derive(Clone, Copy, Debug)]
struct Sign {
    letter: char,
    start: usize,
    end: usize,
}

/// All signs but blanks; other signs stay and belong to no number.
fn signs_of(text: &str) -> Vec<Sign> {
    let signs = text.char_indices().filter(|(_, letter)| !letter.is_whitespace());
    signs.map(|(start, letter)| Sign { letter, start, end: start + letter.len_utf8() }).collect()
}

fn structure_of(country: &[u8]) -> Option<&'static str> {
    COUNTRIES.iter().find(|(code, _)| code.as_bytes() == country).map(|(_, structure)| *structure)
}

/// `n5c12` as one letter for each sign.
fn classes_of(structure: &'static str) -> impl Iterator<Item = u8> {
    let parts = structure.split_inclusive(|c: char| c.is_ascii_digit());
    let mut classes = Vec::with_capacity(30);
    let (mut class, mut count) = (b'n', 0usize);
    for part in parts {
        for c in part.bytes() {
            match c {
                b'0'..=b'9' => count = count * 10 + usize::from(c - b'0'),
                letter => {
                    classes.extend(std::iter::repeat_n(class, count));
                    (class, count) = (letter, 0);
                }
            }
        }
    }
    classes.extend(std::iter::repeat_n(class, count));
    classes.into_iter()
}

fn belongs(sign: u8, class: u8) -> bool {
    match class {
        b'n' => sign.is_ascii_digit(),
        b'a' => sign.is_ascii_uppercase(),
        _ => sign.is_ascii_digit() || sign.is_ascii_uppercase(),
    }
}

/// What a sign may be in a place of some class. In places of both classes a sign is what it was read as.
fn readings(sign: char, class: u8) -> Vec<u8> {
    let upper = sign.to_ascii_uppercase();
    match (u8::try_from(upper), class) {
        (Ok(sign), class) if belongs(sign, class) => vec![sign],
        (_, b'n') => digits_for(sign).to_vec(),
        (_, b'a') => letters_for(sign).to_vec(),
        _ => Vec::new(),
    }
}

/// The countries that the first two signs may name, with the number of signs put right.
fn countries(part: &[Sign]) -> impl Iterator<Item = ([u8; 2], usize)> {
    let first = |index: usize| {
        let sign = part.get(index).map_or(' ', |sign| sign.letter);
        let mut letters = readings(sign, b'a');
        // A `D` is read as `O`, an `E` as `F`, too.
        match sign {
            'O' | 'o' => letters.push(b'D'),
            'F' => letters.push(b'E'),
            _ => {}
        }
        letters.into_iter().map(move |letter| (letter, usize::from(u8::try_from(sign) != Ok(letter))))
    };
    first(0).flat_map(move |(a, m)| first(1).map(move |(b, n)| ([a, b], m + n)))
}

fn iban_at(text: &str, signs: &[Sign], at: usize) -> Option<(Found, usize)> {
    if !begins_word(text, signs, at) {
        return None;
    }
    let part = signs.get(at..)?;
    let mut solutions = Vec::new();
    for (country, mended) in countries(part) {
        let Some(structure) = structure_of(&country) else { continue };
        let classes: Vec<u8> = b"nn".iter().copied().chain(classes_of(structure)).collect();
        let Some(number) = part.get(..classes.len() + 2).filter(|number| ends_word(text, number)) else { continue };
        let valid =
            |rest: &[u8]| mod97(rest.iter().skip(2).chain(&country).chain(rest.iter().take(2)).copied()) == Some(1);
        if let Some((rest, changed)) = only_reading(&number[2..], &classes, valid) {
            // Several digits for letters are another country's number, rather: that its check holds is chance.
            let lettered = rest.iter().zip(&number[2..]);
            if lettered.filter(|(value, sign)| value.is_ascii_alphabetic() && sign.letter.is_ascii_digit()).count() > 1
            {
                continue;
            }
            solutions.push((found_number(number, country, &rest, mended + changed), at + number.len()));
        }
    }
    // As it stands before any other reading of its country; of several such readings none.
    let exact = solutions.iter().position(|(found, _)| found.sure >= 1.0);
    match (exact, solutions.len()) {
        (Some(index), _) => Some(solutions.swap_remove(index)),
        (None, 1) => solutions.pop(),
        _ => None,
    }
}

/// The only reading of the signs that passes, with the number of signs put right; `None` if none does, or several do.
fn only_reading(signs: &[Sign], classes: &[u8], valid: impl Fn(&[u8]) -> bool) -> Option<(Vec<u8>, usize)> {
    let mut numbers: Vec<Vec<u8>> = vec![Vec::with_capacity(signs.len())];
    let mut mended = 0;
    for (sign, &class) in signs.iter().zip(classes) {
        let options = readings(sign.letter, class);
        mended += usize::from(options.first().map(|&b| char::from(b)) != Some(sign.letter));
        if options.is_empty() || numbers.len() * options.len() > MAX_READINGS {
            return None;
        }
        numbers = numbers
            .iter()
            .flat_map(|number| options.iter().map(move |&option| [number.as_slice(), &[option]].concat()))
            .collect();
    }
    numbers.retain(|number| valid(number));
    // More letters than a third of the places: words, not a number.
    if mended * 3 > signs.len() || numbers.len() != 1 {
        return None;
    }
    numbers.pop().map(|number| (number, mended))
}

/// A number begins where a word does, or behind the word `IBAN` that has lost its blank.
fn begins_word(text: &str, signs: &[Sign], at: usize) -> bool {
    let Some(start) = signs.get(at).map(|sign| sign.start) else { return false };
    let before = text.get(..start).unwrap_or_default();
    !before.ends_with(|c: char| c.is_alphanumeric()) || before.to_ascii_uppercase().ends_with("IBAN")
}

/// It ends where a word does, or before a small letter or a capital: the next word, without its blank. Not in the middle of a
/// word of letters, as with the `BI` of `BIC`, read as `81`.
fn ends_word(text: &str, part: &[Sign]) -> bool {
    let after = part.last().and_then(|sign| text.get(sign.end..)).unwrap_or_default();
    if !after.starts_with(char::is_alphabetic) {
        return !after.starts_with(|c: char| c.is_ascii_digit());
    }
    let joined = part.windows(2).rev().take_while(|pair| pair[0].end == pair[1].start).count();
    part.iter().rev().take(joined + 1).any(|sign| sign.letter.is_ascii_digit())
}

fn found_number(part: &[Sign], country: [u8; 2], rest: &[u8], mended: usize) -> Found {
    found_plain(part, [&country[..], rest].concat(), MENDED.powi(mended as i32), 1.0 / 97.0)
}

fn found_plain(part: &[Sign], value: Vec<u8>, sure: f32, chance: f32) -> Found {
    let start = part.first().map_or(0, |sign| sign.start);
    let end = part.last().map_or(start, |sign| sign.end);
    Found { start, end, value: value.into_iter().map(char::from).collect(), sure, chance }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A German IBAN, its check digits by ISO 13616: 98 less the remainder of the number with `DE00` at its end.
    fn iban(body: u64) -> String {
        let body = format!("{body:018}");
        let rest = mod97(body.bytes().chain(*b"DE00")).unwrap();
        format!("DE{:02}{body}", 98 - rest)
    }

    fn grouped(iban: &str) -> String {
        iban.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn one_misread_sign_is_put_right_or_refused(body in 0u64..1_000_000_000_000_000_000, place in 0usize..22, sign in "[A-Za-z0-9]") {
            let truth = iban(body);
            let mut read = truth.clone();
            read.replace_range(place..=place, &sign);
            for text in [read.clone(), grouped(&read), format!("IBAN:{read} BIC"), format!("IBAN{read}")] {
                for found in ibans(&text) {
                    prop_assert_eq!(&found.value, &truth, "a wrong number from {}", text);
                }
            }
        }

        #[test]
        fn what_is_printed_is_found(body in 0u64..1_000_000_000_000_000_000) {
            let truth = iban(body);
            for text in [truth.clone(), grouped(&truth), format!("IBAN {}, BIC", grouped(&truth)), format!("IBAN:{truth}")] {
                let found = ibans(&text);
                prop_assert_eq!(found.len(), 1);
                prop_assert_eq!(&found[0].value, &truth);
                prop_assert!(found[0].sure >= 1.0);
            }
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,60}") {
            let (all, other) = (ibans(&text), creditors(&text));
            for found in all.iter().chain(&other) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
            let _ = bic(&text);
        }
    }

    #[test]
    fn the_next_word_is_no_part_of_a_number() {
        // With the `BI` of `BIC` as 81, the first letter misread, this is a number of Sweden.
        assert!(ibans("IBAN:SE33966384834336580896 BIC").is_empty());
        assert_eq!(ibans("IBAN:DE33966384834336580896BIC").len(), 1, "the blank is lost");
    }

    #[test]
    fn lookalikes_are_put_right_where_the_check_proves_it() {
        let value = |text: &str| ibans(text).first().map(|found| found.value.clone());
        let truth = Some("DE89370400440532013000".to_owned());
        assert_eq!(value("DE89 3704 0044 0532 0130 00"), truth);
        assert_eq!(value("DE89 37O4 OO44 0532 0130 00"), truth);
        assert_eq!(value("DEB9 3704 0044 0S32 0I30 00"), truth);
        assert_eq!(value("OE89 3704 0044 0532 0130 00"), truth);
        assert_eq!(value("DE89 3704 0044 0532 0130 01"), None);
        assert_eq!(value("DE89 3704 0044 0532 0130 0"), None);
        assert_eq!(value("GB29 NWBK 6016 1331 9268 19"), Some("GB29NWBK60161331926819".into()));
        assert_eq!(value("GB29 NW8K 6016 1331 9268 19"), Some("GB29NWBK60161331926819".into()));
    }

    #[test]
    fn creditors_and_banks() {
        let creditor = |text: &str| creditors(text).first().map(|found| found.value.clone());
        // The Bundesbank's example.
        assert_eq!(creditor("Gläubiger-ID DE98ZZZ09999999999"), Some("DE98ZZZ09999999999".into()));
        assert_eq!(creditor("DE98 ABC O999 9999 999"), Some("DE98ABC09999999999".into()));
        assert_eq!(creditor("DE97ZZZ09999999999"), None);
        for (text, value) in [
            ("MARKDEF1100", Some("MARKDEF1100")),
            ("MARKDEFF", Some("MARKDEFF")),
            ("MARK DE FF 600", Some("MARKDEFF600")),
            ("8YLADEM1KMS", Some("BYLADEM1KMS")),
            ("RECHNUNG", None),
            ("MARKDE", None),
        ] {
            assert_eq!(bic(text).map(|found| found.value).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn every_structure_is_one() {
        for (country, structure) in COUNTRIES {
            let length = classes_of(structure).count();
            assert!((11..=28).contains(&length), "{country} {structure}: {length}");
        }
        assert_eq!(classes_of("a1n10c12").count(), 23);
    }
}
