//! Numbers of vehicles and their drivers.
//!
//! In: text. Out: vehicle identification numbers, plates, confirmations of insurance, driving licences.

use std::sync::LazyLock;

use regex::Regex;

use super::check::licence;
use super::lookalike::{digits_for, letters_for};
use super::{Found, own_pattern, words};

const MENDED: f32 = 0.8;

/// Share of vehicle identification numbers whose ninth place passes as a check digit though it is none. Only makers for
/// North America compute it (49 CFR 565.15), so that it can prove, but not refute.
const VIN_CHANCE: f32 = 1.0 / 11.0;

static VIN: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"[A-Z0-9]{17}|[A-Z0-9]{3}\s[A-Z0-9]{6}\s[A-Z0-9]{8}"));

/// Vehicle identification numbers (FIN): ISO 3779, 17 digits and capitals without I, O and Q, the last four digits.
pub(super) fn vins(text: &str) -> Vec<Found> {
    let read = |part: regex::Match<'_>| {
        let (start, end) = (part.start(), part.end());
        let joined = |c: char| c.is_alphanumeric();
        if text.get(..start)?.ends_with(joined) || text.get(end..)?.starts_with(joined) {
            return None;
        }
        let mut mended = 0;
        let value: Option<String> = part
            .as_str()
            .chars()
            .filter(|c| !c.is_whitespace())
            .enumerate()
            .map(|(place, c)| {
                let must_be_digit = place >= 13;
                let sign = match c {
                    'I' | 'O' | 'Q' => char::from(*digits_for(c).first()?),
                    c if must_be_digit => char::from(*digits_for(c).first()?),
                    c => c,
                };
                mended += usize::from(sign != c);
                Some(sign)
            })
            .collect();
        let value = value?;
        let letters = value.chars().filter(char::is_ascii_uppercase).count();
        let sound = (2..=14).contains(&letters) && mended < 4;
        let chance = if vin_check(value.as_bytes()) { VIN_CHANCE } else { 1.0 };
        sound.then_some(Found { start, end, value, sure: MENDED.powi(mended as i32), chance })
    };
    VIN.find_iter(text).filter_map(read).collect()
}

/// The check digit of 49 CFR 565.15, tables III and IV.
fn vin_check(vin: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: &u8| match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        b'A'..=b'H' => u32::from(c - b'A') + 1,
        b'J'..=b'R' => u32::from(c - b'J') + 1,
        b'S'..=b'Z' => u32::from(c - b'S') + 2,
        _ => 0,
    };
    let sum: u32 = vin.iter().zip(WEIGHTS).map(|(c, weight)| value(c) * weight).sum();
    let digit = if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 };
    vin.len() == WEIGHTS.len() && vin.get(8) == Some(&digit)
}

static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(r"([A-ZÄÖÜ]{1,3})(\s?[-–:·]\s?|\s)([A-Z]{1,2})(\s?|\s?[-–]\s?)([0-9OI]{1,4})\s?([EH]\b)?")
});

/// Beginnings that look like districts and are names of norms and the like.
const NO_DISTRICT: [&str; 12] = ["DIN", "ISO", "EN", "VDE", "IP", "PDF", "USB", "CO", "TV", "KW", "ID", "NR"];

/// Number plates (Kennzeichen): district, one or two letters, up to four digits not beginning with 0, at most eight signs
/// together (nine are told, less surely: OCR doubles signs), with `E` or `H` at the end (§ 9 FZV, annex 4). Written as `MUS-AB 123`.
pub(super) fn plates(text: &str) -> Vec<Found> {
    let read = |parts: regex::Captures<'_>| {
        let (whole, district, stroke, letters, digits) =
            (parts.get(0)?, parts.get(1)?, parts.get(2)?, parts.get(3)?, parts.get(5)?);
        let end = parts.get(6).map_or(digits.end(), |mark| mark.end());
        let joined = |c: char| c.is_alphanumeric() || c == '-' || c == '/';
        if text.get(..whole.start())?.ends_with(joined) || text.get(end..)?.starts_with(joined) {
            return None;
        }
        let plain: Option<String> =
            digits.as_str().chars().map(|c| digits_for(c).first().map(|d| char::from(*d))).collect();
        let plain = plain?;
        let mended = digits.as_str().chars().filter(|c| !c.is_ascii_digit()).count();
        let mark = parts.get(6).map_or("", |mark| mark.as_str());
        let length = district.as_str().chars().count() + letters.len() + plain.len() + mark.len();
        if length > 9 || plain.starts_with('0') || NO_DISTRICT.contains(&district.as_str()) || mended == plain.len() {
            return None;
        }
        let has_stroke = !stroke.as_str().trim().is_empty();
        let value = format!("{}-{} {plain}{mark}", district.as_str(), letters.as_str());
        let sure = MENDED.powi(mended as i32) * if has_stroke { 1.0 } else { 0.8 } * if length > 8 { 0.9 } else { 1.0 };
        Some(Found { start: whole.start(), end, value, sure, chance: 1.0 })
    };
    PLATE.captures_iter(text).filter_map(read).collect()
}

/// The number of an electronic confirmation of insurance (eVB-Nummer) that a text begins with: seven digits and capitals, at
/// least one of each (GDV).
pub(super) fn insurance(text: &str) -> Option<Found> {
    let start = text.len() - text.trim_start().len();
    let mut value = String::new();
    let mut end = start;
    for (offset, c) in text.get(start..)?.char_indices() {
        match c {
            ' ' if value.len() < 7 => continue,
            c if c.is_ascii_digit() || c.is_ascii_uppercase() => value.push(c),
            c if c.is_alphanumeric() => return None,
            _ => break,
        }
        end = start + offset + 1;
        if value.len() == 7 {
            break;
        }
    }
    let ends = !text.get(end..)?.starts_with(char::is_alphanumeric);
    let mixed = value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_uppercase());
    (value.len() == 7 && mixed && ends).then_some(Found { start, end, value, sure: 1.0, chance: 1.0 })
}

/// Driving licences (Führerscheinnummer): authority (a letter for the Land, two digits, one sign), five signs, check digit, one
/// sign for the copy. Signs are put right where exactly one reading passes.
pub(super) fn licences(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (start, word) in words(text) {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let start = start + word.len() - bare.len();
        let word = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
        if word.len() != 11 || !word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            continue;
        }
        if let Some((value, mended)) = licence_number(word.as_bytes()) {
            let sure = MENDED.powi(mended as i32);
            // 2 and Z differ by 33: the check cannot tell them.
            let blind = value.contains(['2', 'Z']);
            let chance = if blind { 1.0 } else { 1.0 / 11.0 };
            found.push(Found { start, end: start + word.len(), value, sure, chance });
        }
    }
    found
}

fn licence_number(signs: &[u8]) -> Option<(String, usize)> {
    let mut number: Vec<u8> = signs.to_vec();
    let mut mended = 0;
    for (place, sign) in number.iter_mut().enumerate() {
        let options: &[u8] = match place {
            0 if sign.is_ascii_digit() => letters_for(char::from(*sign)),
            1 | 2 if sign.is_ascii_uppercase() => digits_for(char::from(*sign)),
            9 if sign.is_ascii_uppercase() && *sign != b'X' => digits_for(char::from(*sign)),
            _ => continue,
        };
        *sign = *options.first()?;
        mended += 1;
    }
    // The Länder are A to P.
    let sound = number.first().is_some_and(|land| (b'A'..=b'P').contains(land)) && mended < 3;
    let passes = |number: &[u8]| number.get(..9).and_then(licence) == number.get(9).copied();
    if !sound {
        return None;
    }
    if passes(&number) {
        return String::from_utf8(number).ok().map(|value| (value, mended));
    }
    // One doubtful sign in the places of both classes.
    let mut readings = (3..9).flat_map(|place| {
        let sign = char::from(number[place]);
        let other = if sign.is_ascii_digit() { letters_for(sign) } else { digits_for(sign) };
        let number = &number;
        other.iter().map(move |&sign| {
            let mut number = number.clone();
            number[place] = sign;
            number
        })
    });
    let mut fitting = readings.by_ref().filter(|number| passes(number));
    let only = fitting.next()?;
    if fitting.next().is_some() {
        return None;
    }
    String::from_utf8(only).ok().map(|value| (value, mended + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vehicles() {
        let vin = |text: &str| vins(text).first().map(|found| (found.value.clone(), found.chance < 1.0));
        // The example of 49 CFR 565: 1M8GDM9AXKP042788, whose check digit is X.
        assert_eq!(vin("FIN 1M8GDM9AXKP042788"), Some(("1M8GDM9AXKP042788".into(), true)));
        assert_eq!(vin("WVWZZZ1JZ3W386752"), Some(("WVWZZZ1JZ3W386752".into(), false)));
        assert_eq!(vin("WVWZZZIJZ3W38675Z"), Some(("WVWZZZ1JZ3W386752".into(), false)));
        assert_eq!(vin("WVW ZZZ1JZ 3W386752."), Some(("WVWZZZ1JZ3W386752".into(), false)));
        assert_eq!(vin("WVWZZZ1JZ3W3867521"), None);
        assert_eq!(vin("ZULASSUNGSBEHOERD"), None);
        assert_eq!(vin("12345678901234567"), None);
    }

    #[test]
    fn number_plates() {
        let plate = |text: &str| plates(text).first().map(|found| found.value.clone());
        for (text, value) in [
            ("Kennzeichen: MUS-AB 123", Some("MUS-AB 123")),
            ("B-MW1234", Some("B-MW 1234")),
            ("KÖ – L 7", Some("KÖ-L 7")),
            ("HH AB 12E", Some("HH-AB 12E")),
            ("M-X 1O3", Some("M-X 103")),
            ("DIN-EN 1234", None),
            ("MUS-AB 0123", None),
            ("MUS-AB 12345", None),
            ("ABCD-EF 12", None),
        ] {
            assert_eq!(plate(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn insurance_and_licences() {
        let evb = |text: &str| insurance(text).map(|found| found.value);
        assert_eq!(evb("A1B2C3D"), Some("A1B2C3D".into()));
        assert_eq!(evb("A1 B2 C3 D, gültig"), Some("A1B2C3D".into()));
        assert_eq!(evb("A1B2C3DE"), None);
        assert_eq!(evb("ABCDEFG"), None);
        let licence = |text: &str| licences(text).first().map(|found| found.value.clone());
        assert_eq!(licence("Nr. B072RRE2I55"), Some("B072RRE2I55".into()));
        assert_eq!(licence("B072RRE2155"), Some("B072RRE2I55".into()), "one sign, proved by the check digit");
        assert_eq!(licence("BO72RRE2I55"), Some("B072RRE2I55".into()));
        assert_eq!(licence("B072RRE2I65"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9OA-Z -]{0,50}|\\PC{0,50}") {
            for found in vins(&text).into_iter().chain(plates(&text)).chain(insurance(&text)).chain(licences(&text)) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
        }
    }
}
