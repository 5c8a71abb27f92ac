//! Check digits: the usual schemes by which a case number or another number proves itself. Pure.

/// How the last sign or signs of a number prove the others. Signs that are neither letters nor digits do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    /// Modulus 11, weights 2 to 7 from the right, again and again; a check digit of 10 is written as 0 or X. (Deutsche
    /// Bundesbank, Prüfzifferberechnungsmethoden, 06)
    Mod11,
    /// Modulus 10, weights 2 and 1, digits of products added. (H. P. Luhn; ISO/IEC 7812-1, annex B)
    Mod10,
    /// The number leaves 1 modulo 97, letters as 10 to 35. (ISO/IEC 7064, MOD 97-10; as an IBAN, without moving its head)
    Mod97,
    /// The hybrid system of the tax identification number. (ISO/IEC 7064, MOD 11,10)
    Mod11Over10,
}

impl CheckDigit {
    /// All schemes with their names in a pipeline.
    pub const NAMED: [(&str, Self); 4] =
        [("mod11", Self::Mod11), ("mod10", Self::Mod10), ("mod97", Self::Mod97), ("mod11_10", Self::Mod11Over10)];

    /// Whether `number` proves itself. One with fewer than two digits does not, nor one with letters where the scheme has
    /// none.
    pub fn holds(self, number: &str) -> bool {
        let signs: Vec<u8> = number
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| u8::try_from(c.to_ascii_uppercase()).unwrap_or_default())
            .collect();
        self.proves(&signs)
    }

    /// Whether digits and capitals prove themselves; anything else among them does not.
    pub(super) fn proves(self, signs: &[u8]) -> bool {
        let Some((&last, front)) = signs.split_last().filter(|(_, front)| !front.is_empty()) else { return false };
        match self {
            Self::Mod97 => front.len() > 1 && mod97(signs.iter().copied()) == Some(1),
            Self::Mod11 => digits(front).is_some_and(|front| {
                let weights = (2..=7).cycle();
                let sum = front.iter().rev().zip(weights).fold(0, |sum, (digit, weight)| (sum + digit * weight) % 11);
                match (11 - sum) % 11 {
                    10 => matches!(last, b'0' | b'X'),
                    check => digit(last) == Some(check),
                }
            }),
            Self::Mod10 => digits(signs).is_some_and(|signs| {
                let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
                let weighed = signs.iter().rev().enumerate();
                weighed.fold(0, |sum, (at, &digit)| (sum + if at % 2 == 1 { doubled(digit) } else { digit }) % 10) == 0
            }),
            Self::Mod11Over10 => digits(front).is_some_and(|front| {
                let product = front.iter().fold(10, |product, digit| {
                    let sum = (product + digit) % 10;
                    (if sum == 0 { 10 } else { sum }) * 2 % 11
                });
                digit(last) == Some((11 - product) % 10)
            }),
        }
    }

    /// The share of wrong numbers that hold all the same.
    pub(super) fn chance(self) -> f32 {
        match self {
            Self::Mod97 => 1.0 / 97.0,
            Self::Mod11 => 1.0 / 11.0,
            Self::Mod10 | Self::Mod11Over10 => 0.1,
        }
    }
}

/// The remainder by 97 of digits and capitals (`A` is 10 ... `Z` is 35; ISO/IEC 7064); `None` for other signs.
pub(super) fn mod97(signs: impl Iterator<Item = u8>) -> Option<u32> {
    signs.into_iter().try_fold(0, |rest, sign| {
        let value = char::from(sign).to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

fn digit(sign: u8) -> Option<u32> {
    char::from(sign).to_digit(10)
}

fn digits(signs: &[u8]) -> Option<Vec<u32>> {
    signs.iter().copied().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers that others published as examples.
    #[test]
    fn published_numbers_hold() {
        for (scheme, number) in [
            (CheckDigit::Mod10, "4111 1111 1111 1111"),
            (CheckDigit::Mod10, "79927398713"),
            // Identifikationsnummer, example of the federal tax office.
            (CheckDigit::Mod11Over10, "86 095 742 719"),
            (CheckDigit::Mod11Over10, "DE136695976".trim_start_matches("DE")),
            // ISO 7064 examples: 794 with 44; a legal entity identifier (ISO 17442).
            (CheckDigit::Mod97, "79444"),
            (CheckDigit::Mod97, "5493001KJTIIGC8Y1R12"),
            // Method 06 by hand: 94012341 has 1*2+4*3+3*4+2*5+1*6+0*7+4*2+9*3 = 77 = 7 * 11, so 0; 94012342 has 79, so 9.
            (CheckDigit::Mod11, "940123410"),
            (CheckDigit::Mod11, "94012342-9"),
        ] {
            assert!(scheme.holds(number), "{scheme:?} {number}");
        }
        for scheme in [CheckDigit::Mod10, CheckDigit::Mod11, CheckDigit::Mod97, CheckDigit::Mod11Over10] {
            for number in ["", "1", "-", "01", "12A4567", "ÄÖÜ"] {
                assert!(!scheme.holds(number), "{scheme:?} {number}");
            }
        }
    }

    proptest! {
        /// What all four promise: a single wrong digit is found. But for modulus 11 where 0 stands for 10, too.
        #[test]
        fn a_wrong_digit_is_found(front in "[0-9]{3,12}", at in 0usize..3, by in 1u32..10) {
            for scheme in [CheckDigit::Mod10, CheckDigit::Mod11, CheckDigit::Mod97, CheckDigit::Mod11Over10] {
                let checks = (0..100).map(|check| if scheme == CheckDigit::Mod97 { format!("{check:02}") } else { check.to_string() });
                for right in checks.map(|check| format!("{front}{check}")).filter(|number| scheme.holds(number)).take(1) {
                    if scheme == CheckDigit::Mod11 && right.ends_with('0') {
                        continue;
                    }
                    let mut signs: Vec<char> = right.chars().collect();
                    let old = signs[at].to_digit(10).unwrap_or_default();
                    signs[at] = char::from_digit((old + by) % 10, 10).unwrap_or_default();
                    let wrong: String = signs.into_iter().collect();
                    prop_assert!(!scheme.holds(&wrong), "{scheme:?} {right} {wrong}");
                }
            }
        }

        #[test]
        fn any_text_is_judged(text in "\\PC{0,40}") {
            for scheme in [CheckDigit::Mod10, CheckDigit::Mod11, CheckDigit::Mod97, CheckDigit::Mod11Over10] {
                scheme.holds(&text);
            }
        }
    }
}
