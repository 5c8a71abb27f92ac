//! Check digits: sums that prove a number.
//!
//! In: characters of a number without blanks. Out: whether they fit. Knows no page.

/// A check that a number of a pipeline's own field must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// ISO 13616: an IBAN, also its length.
    Iban,
    /// ISO 7064, MOD 97-10: the number with its two check digits at the end leaves 1.
    Mod97,
    /// Weights 2, 3, 4 ... from the digit before the last, to the left; the last is 11 less the sum's remainder, `X` or `0`
    /// for 10, and 0 for 11.
    Mod11,
    /// ISO 7064, MOD 11,10: German tax numbers for persons and firms.
    Mod11_10,
    /// ISO/IEC 7812-1, annex B (Luhn).
    Luhn,
}

impl Check {
    /// Whether a number passes; blanks and signs in it do not count.
    pub(super) fn passes(self, number: &str) -> bool {
        let plain: Vec<u8> = number.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect();
        match self {
            Self::Iban => super::bank::is_iban(&plain),
            Self::Mod97 => plain.len() > 2 && mod97(plain.iter().copied()) == Some(1),
            Self::Mod11 => mod11(&plain),
            Self::Mod11_10 => plain.len() > 1 && mod11_10(&plain),
            Self::Luhn => luhn(&plain),
        }
    }

    /// The share of wrong numbers that pass.
    pub(super) fn chance(self) -> f32 {
        match self {
            Self::Iban | Self::Mod97 => 1.0 / 97.0,
            Self::Mod11 => 1.0 / 11.0,
            Self::Mod11_10 | Self::Luhn => 0.1,
        }
    }
}

/// The remainder by 97 of digits and letters (`A` is 10 ... `Z` is 35; ISO 7064); `None` for other characters.
pub(super) fn mod97(characters: impl Iterator<Item = u8>) -> Option<u32> {
    characters.into_iter().try_fold(0u32, |rest, c| match c {
        b'0'..=b'9' => Some((rest * 10 + u32::from(c - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(c - b'A') + 10) % 97),
        _ => None,
    })
}

/// ISO 7064, MOD 11,10, over all digits with the check digit at the end.
pub(super) fn mod11_10(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else { return false };
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let product = body.iter().fold(10u32, |product, digit| {
        let sum = (u32::from(digit - b'0') + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last - b'0')
}

fn mod11(number: &[u8]) -> bool {
    let Some((last, body)) = number.split_last() else { return false };
    if body.is_empty() || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        body.iter().rev().zip((2..=10).cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        10 => matches!(last, b'X' | b'0'),
        11 => *last == b'0',
        digit => last.checked_sub(b'0').map(u32::from) == Some(digit),
    }
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |(index, digit): (usize, &u8)| {
        let digit = u32::from(digit - b'0');
        if index % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }
    };
    digits.len() > 1
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// Check digit of machine-readable zones: ICAO Doc 9303-3, section 4.9. `<` is 0, `A` is 10 ... `Z` is 35.
pub(super) fn icao(characters: impl Iterator<Item = u8>) -> u8 {
    let value = |c: u8| match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        b'A'..=b'Z' => u32::from(c - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = characters.zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(c) * weight % 10).sum();
    b'0' + (sum % 10) as u8
}

/// Check digit of German driving licences: weights 9 to 1 over authority and serial number, remainder by 11, 10 is `X`
/// (as of `B072RRE2I55`, the number of the specimen).
pub(super) fn licence(nine: &[u8]) -> Option<u8> {
    let value = |c: &u8| match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'Z' => Some(u32::from(c - b'A') + 10),
        _ => None,
    };
    let sum = nine.iter().zip((1..=9).rev()).try_fold(0, |sum, (c, weight)| Some(sum + value(c)? * weight))?;
    Some(if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 })
}

/// How sure a reading is that was taken for right with probability `read` and then passed a check which a share
/// `chance` of wrong readings passes, too (Bayes).
pub(super) fn proved(read: f32, chance: f32) -> f32 {
    let read = read.clamp(0.0, 1.0);
    let passed = read + (1.0 - read) * chance;
    if passed > 0.0 { read / passed } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass_and_their_neighbours_do_not() {
        for (check, number, passes) in [
            // The IBAN registry's examples for Germany and Norway.
            (Check::Iban, "DE89 3704 0044 0532 0130 00", true),
            (Check::Iban, "DE89 3704 0044 0532 0130 01", false),
            (Check::Iban, "NO93 8601 1117 947", true),
            (Check::Iban, "DE89 3704 0044 0532 0130 0", false),
            // ISO 7064: 794 with its check digits 44.
            (Check::Mod97, "79444", true),
            (Check::Mod97, "79445", false),
            // ISBN-10 of "The C Programming Language".
            (Check::Mod11, "0-13-110362-8", true),
            (Check::Mod11, "0-13-110362-7", false),
            // The example of the Federal Central Tax Office: 86095742719.
            (Check::Mod11_10, "86 095 742 719", true),
            (Check::Mod11_10, "86 095 742 718", false),
            (Check::Luhn, "79927398713", true),
            (Check::Luhn, "79927398710", false),
            (Check::Luhn, "", false),
            (Check::Mod11, "X", false),
            (Check::Mod97, "ÄÖ", false),
        ] {
            assert_eq!(check.passes(number), passes, "{check:?} {number}");
        }
        assert_eq!(licence(b"B072RRE2I"), Some(b'5'));
        // ICAO Doc 9303-3: the digit of 520727 is 3; of the number D23145890734 9; of AB2134<<< 5.
        assert_eq!(icao(b"520727".iter().copied()), b'3');
        assert_eq!(icao(b"AB2134<<<".iter().copied()), b'5');
    }

    #[test]
    fn a_check_makes_sure_readings_surer_and_none_sure_from_nothing() {
        assert!(proved(0.9, 1.0 / 97.0) > 0.998);
        assert!((proved(0.7, 1.0) - 0.7).abs() < 1e-6);
        assert!(proved(0.0, 0.0) < 1e-6);
    }
}
