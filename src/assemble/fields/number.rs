//! Numbers that a label announces: case numbers, numbers of customers and invoices, tax numbers.
//!
//! In: the text behind a label. Out: the number that it begins with.

use std::sync::LazyLock;

use regex::Regex;

use super::super::check_digits::CheckDigit;
use super::lookalike::as_digits;
use super::{Found, own_pattern, words};

/// Longest number, in letters: longer ones are sentences.
const MAX_LETTERS: usize = 40;

/// How much less likely a number is for each sign that was put right.
const MENDED: f32 = 0.8;

/// Words that end a number, though they stand behind it without a comma.
const ENDS: [&str; 14] =
    ["vom", "und", "bei", "bitte", "datum", "am", "von", "für", "zu", "wegen", "seite", "tel", "telefon", "der"];

/// A number of one or several groups of letters and digits: `33.1-Mu/4711-26`, `32 Js 123/26`, `VB1-5907`. With `several`
/// its groups may be divided by blanks. At least one digit.
pub(super) fn number(text: &str, several: bool) -> Option<Found> {
    let cell = text.split('\t').next().unwrap_or_default();
    let start = cell.len() - cell.trim_start().len();
    let mut end = start;
    for (offset, word) in words(cell) {
        let to = offset + word.len();
        let fits = if end == start || several { is_group(word) } else { false };
        if !fits || to - start > MAX_LETTERS {
            break;
        }
        end = to;
        if word.ends_with([',', ';']) {
            break;
        }
    }
    let raw = cell.get(start..end)?.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')');
    let raw = if raw.contains('(') { raw } else { raw.trim_end_matches(')') };
    let digits = raw.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || raw.chars().count() < 2 {
        return None;
    }
    let (mended, count) = with_digits(raw);
    let value = mended.split_whitespace().collect::<Vec<_>>().join(" ");
    let sure = if digits == 1 && value.len() < 4 { 0.6 } else { MENDED.powi(count as i32) };
    Some(Found { start, end: start + raw.len(), value, sure, chance: 1.0 })
}

/// Letters among digits as digits: `4711O2` is `471102`, `A4711` stays. Lookalikes between two digits in a group with at
/// least three, O and I beside one, too.
fn with_digits(raw: &str) -> (String, usize) {
    let signs: Vec<char> = raw.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(char::is_ascii_digit);
    let alike = |sign: &char| "OolıISBZ".contains(*sign);
    let all_digits = signs.iter().filter(|sign| sign.is_ascii_digit()).count();
    // Nothing but digits is meant.
    let only = all_digits >= 5 && signs.iter().all(|sign| alike(sign) || !sign.is_alphabetic());
    let mut count = 0;
    let mend = |(at, sign): (usize, &char)| {
        let start = signs.iter().take(at).rposition(|c| !c.is_alphanumeric()).map_or(0, |before| before + 1);
        let digits =
            signs.iter().skip(start).take_while(|c| c.is_alphanumeric()).filter(|c| c.is_ascii_digit()).count();
        let (before, after) = (is_digit(at.checked_sub(1)), is_digit(Some(at + 1)));
        let fits = match sign {
            'O' | 'o' | 'l' | 'ı' => before || after,
            'I' => before && (after || signs.get(at + 1).is_none_or(|c| !c.is_alphabetic())),
            'S' | 'B' | 'Z' => before && after,
            _ => false,
        };
        let fits = (fits && digits >= 3) || (only && at > 0 && alike(sign) && (before || after));
        match as_digits(sign.encode_utf8(&mut [0; 4])).filter(|_| fits) {
            Some((digit, _)) => {
                count += 1;
                digit
            }
            None => sign.to_string(),
        }
    };
    let mended: String = signs.iter().enumerate().map(mend).collect();
    (mended, count)
}

/// Digits, or a few letters; no small word of a sentence.
fn is_group(word: &str) -> bool {
    let bare = word.trim_end_matches([',', ';', '.']);
    let has_digit = bare.chars().any(|c| c.is_ascii_digit());
    let sound = bare.chars().all(|c| c.is_alphanumeric() || "/.-–_()#:+*".contains(c));
    let ends = ENDS.contains(&bare.to_lowercase().as_str()) || bare.ends_with(':');
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    let mark = matches!(bare, "-" | "–" | "/");
    sound && !ends && (has_digit || mark || (1..=4).contains(&letters))
}

/// A number of digits only, `least` to `most` of them, that may be divided by blanks, points, strokes or slashes.
pub(super) fn digits(text: &str, least: usize, most: usize) -> Option<Found> {
    let cell = text.split('\t').next().unwrap_or_default();
    let start = cell.len() - cell.trim_start().len();
    let (mut end, mut value, mut mended) = (start, String::new(), 0);
    for (offset, letter) in cell.get(start..)?.char_indices() {
        match as_digits(letter.encode_utf8(&mut [0; 4])) {
            Some((digit, more)) => {
                value.push_str(&digit);
                mended += more;
                end = start + offset + letter.len_utf8();
            }
            None if letter == ' ' || "./-".contains(letter) => {}
            None => break,
        }
        if value.len() > most {
            return None;
        }
    }
    // A letter may belong to the next word.
    let sound = (least..=most).contains(&value.len()) && mended * 3 < value.len();
    sound.then(|| Found { start, end, value, sure: MENDED.powi(mended as i32), chance: 1.0 })
}

/// Tax numbers (Steuernummer) as the Länder write them, `21/815/08150`, `151/815/08156`, `93815/08152`, `5133081508159` (the
/// form of 13 digits that all share). ELSTER, "Prüfung der Steuer- und Steueridentifikationsnummer". Their check digits differ from
/// Land to Land, and the number does not tell it: none is asked for.
static TAX_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"^\s*([0-9OoIl]{2,3}\s?[/ ]\s?[0-9OoIl]{3}\s?[/ ]\s?[0-9OoIl]{5}|[0-9OoIl]{3}\s?[/ ]\s?[0-9OoIl]{4}\s?[/ ]\s?[0-9OoIl]{4}|[0-9OoIl]{5}\s?[/ ]\s?[0-9OoIl]{5}|[0-9]{4}0[0-9]{8})",
    )
});

/// The tax number that a text begins with, its parts divided by slashes.
pub(super) fn tax_number(text: &str) -> Option<Found> {
    let part = TAX_NUMBER.captures(text)?.get(1)?;
    if text.get(part.end()..).is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric() || c == '/')) {
        return None;
    }
    let mut mended = 0;
    let groups: Option<Vec<String>> = part
        .as_str()
        .split(|c: char| c == '/' || c.is_whitespace())
        .filter(|group| !group.is_empty())
        .map(|group| {
            let (digits, more) = as_digits(group)?;
            mended += more;
            Some(digits)
        })
        .collect();
    let value = groups?.join("/");
    Some(Found { start: part.start(), end: part.end(), value, sure: MENDED.powi(mended as i32), chance: 1.0 })
}

static VAT_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"([DO0][EF])\s?((?:[0-9OQIlBSZ|]\s?){8}[0-9OQIlBSZ|])"));

/// German VAT numbers (USt-IdNr.): `DE` and nine digits whose last is a check digit (§ 27a UStG; ISO 7064, MOD 11,10).
/// Letters are put right where the check then passes.
pub(super) fn vat_numbers(text: &str) -> Vec<Found> {
    let read = |parts: regex::Captures<'_>| {
        let (whole, country, digits) = (parts.get(0)?, parts.get(1)?, parts.get(2)?);
        let before = text.get(..whole.start())?;
        let after = text.get(whole.end()..)?;
        if before.ends_with(char::is_alphanumeric) || after.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let bare: String = digits.as_str().split_whitespace().collect();
        let (bare, mended) = as_digits(&bare)?;
        let mended = mended + usize::from(country.as_str() != "DE");
        let passes = CheckDigit::Mod11Over10.proves(bare.as_bytes()) && mended < 4;
        passes.then(|| Found {
            start: whole.start(),
            end: whole.end(),
            value: format!("DE{bare}"),
            sure: MENDED.powi(mended as i32),
            chance: 0.1,
        })
    };
    VAT_NUMBER.captures_iter(text).filter_map(read).collect()
}

/// The tax identification number of a person (§ 139b AO): eleven digits, the last a check digit (ISO 7064, MOD 11,10), the
/// first not 0.
pub(super) fn tax_id(text: &str) -> Option<Found> {
    let found = digits(text, 11, 11)?;
    let passes = CheckDigit::Mod11Over10.proves(found.value.as_bytes()) && !found.value.starts_with('0');
    passes.then_some(Found { chance: 0.1, ..found })
}

/// Letters of words as `Nr.` that may stand between a label and the number of a paper.
const WORDS_BEFORE: usize = 14;

/// The number of a passport, an identity card or another paper: 6 to 12 letters and digits in one word, four of them digits.
pub(super) fn document_number(text: &str) -> Option<Found> {
    let cell = text.split('\t').next().unwrap_or_default();
    words(cell).take_while(|(offset, _)| *offset <= WORDS_BEFORE).find_map(|(offset, word)| {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let start = offset + word.len() - bare.len();
        let bare = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
        let digits = bare.bytes().filter(u8::is_ascii_digit).count();
        let sound = (6..=12).contains(&bare.len())
            && digits >= 4
            && bare.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b'o' | b'l'));
        let (value, mended) = with_digits(bare);
        let sure = MENDED.powi(mended as i32);
        sound.then(|| Found { start, end: start + bare.len(), value, sure, chance: 1.0 })
    })
}

/// The number of a person in the Ausländerzentralregister: twelve digits.
pub(super) fn azr_number(text: &str) -> Option<Found> {
    digits(text, 12, 12)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(found: Option<Found>) -> Option<String> {
        found.map(|found| found.value)
    }

    #[test]
    fn numbers_end_where_people_would_say() {
        for (text, expected) in [
            ("33.1-Mu/4711-26", Some("33.1-Mu/4711-26")),
            ("22 B 137/20", Some("22 B 137/20")),
            ("32 Js 123/26 vom 3. März", Some("32 Js 123/26")),
            ("VB1-5907-2008", Some("VB1-5907-2008")),
            ("II/33.2 - 1234/2026, Frau Muster", Some("II/33.2 - 1234/2026")),
            ("4711 bitte stets angeben", Some("4711")),
            ("4711/26\tTelefon", Some("4711/26")),
            ("4711/26.", Some("4711/26")),
            ("(33) 4711", Some("(33) 4711")),
            ("5.O888.5066B.0", Some("5.0888.50668.0")),
            ("5.04OO5.08921", Some("5.04005.08921")),
            ("50l88S06", Some("50188506")),
            ("B2016-9S94", Some("B2016-9594")),
            ("12-A34 O", Some("12-A34 O")),
            ("wie oben", None),
            ("Frau Muster", None),
            ("", None),
        ] {
            assert_eq!(value(number(text, true)).as_deref(), expected, "{text}");
        }
        assert_eq!(value(number("97869 Lieferdatum", false)).as_deref(), Some("97869"));
        assert_eq!(value(number("RE-2026/00123 12.03.2026", false)).as_deref(), Some("RE-2026/00123"));
    }

    #[test]
    fn numbers_of_papers() {
        for (text, expected) in [
            ("C01X00T47", Some("C01X00T47")),
            ("Nr. C01X00T47, gültig bis 2030", Some("C01X00T47")),
            ("(T22446386) ist dabei", Some("T22446386")),
            ("T2244638l", Some("T22446381")),
            ("12.04.2021", None),
            ("liegt vor seit 12345678", None),
            ("T2244638612345", None),
            ("wurde vorgelegt", None),
        ] {
            assert_eq!(value(document_number(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn tax_numbers_of_the_laender() {
        for (text, expected) in [
            ("21/815/08150", Some("21/815/08150")),
            ("151 / 815 / 08156 USt", Some("151/815/08156")),
            ("93815/08152", Some("93815/08152")),
            ("133/8150/8159", Some("133/8150/8159")),
            ("5133081508159", Some("5133081508159")),
            ("O21 815 O8150", Some("021/815/08150")),
            ("21/815/081501", None),
            ("4711", None),
        ] {
            assert_eq!(value(tax_number(text)).as_deref(), expected, "{text}");
        }
        // Bundeszentralamt für Steuern's own example, and its VAT number in the same arithmetic.
        assert_eq!(value(tax_id("86 095 742 719")).as_deref(), Some("86095742719"));
        assert_eq!(value(tax_id("86 O95 742 7I9")).as_deref(), Some("86095742719"));
        assert_eq!(value(tax_id("86 095 742 718")), None);
        let vat = |text: &str| vat_numbers(text).first().map(|found| found.value.clone());
        assert_eq!(vat("USt-IdNr. DE136695976"), Some("DE136695976".into()));
        assert_eq!(vat("DE 136 695 976"), Some("DE136695976".into()));
        assert_eq!(vat("DEI36695976"), Some("DE136695976".into()));
        assert_eq!(vat("DE136695977"), None);
        assert_eq!(vat("DE89 3704 0044 0532"), None);
        assert_eq!(value(azr_number("180412 01234 5")).as_deref(), Some("180412012345"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9OA-Za-z/.,() -]{0,50}|\\PC{0,50}") {
            for found in [number(&text, true), number(&text, false), document_number(&text), digits(&text, 3, 9), tax_number(&text)].into_iter().flatten() {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
            let _ = vat_numbers(&text);
        }
    }
}
