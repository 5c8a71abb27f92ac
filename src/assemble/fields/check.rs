//! Checks that prove a value, or a reading of it.
//!
//! In: characters of a number without blanks. Out: whether they fit. Knows no page.

use super::super::check_digits::CheckDigit;

/// A check that a number of a pipeline's own field must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// ISO 13616: an IBAN, also its length.
    Iban,
    /// Its check digit.
    Digit(CheckDigit),
}

impl Check {
    /// Whether a number passes; blanks and signs in it do not count.
    pub(super) fn passes(self, number: &str) -> bool {
        match self {
            Self::Iban => {
                let plain = number.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase());
                super::bank::is_iban(&plain.collect::<Vec<u8>>())
            }
            Self::Digit(scheme) => scheme.holds(number),
        }
    }

    /// The share of wrong numbers that pass.
    pub(super) fn chance(self) -> f32 {
        match self {
            Self::Iban => CheckDigit::Mod97.chance(),
            Self::Digit(scheme) => scheme.chance(),
        }
    }
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
            (Check::Digit(CheckDigit::Mod10), "79927398713", true),
            (Check::Digit(CheckDigit::Mod10), "79927398710", false),
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
