//! Serial numbers of sheets: a random name for the print, and a count.

use super::SheetError;

/// Crockford's base 32: no I, L, O, U, so that people and OCR read it right.
const DIGITS: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The serial numbers of one print, as `7KX3M9QD-00001`. The first part has 40 random bits: two of 10,000 prints
/// share it with a probability of 1 in 22,000.
#[derive(Debug)]
pub struct Serials {
    print: String,
    given: u32,
}

impl Serials {
    /// Serials of a new print.
    ///
    /// # Errors
    /// [`SheetError::Random`].
    pub fn fresh() -> Result<Self, SheetError> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(SheetError::Random)?;
        Ok(Self { print: bytes.map(|byte| char::from(DIGITS[usize::from(byte % 32)])).iter().collect(), given: 0 })
    }
}

impl Iterator for Serials {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.given = self.given.checked_add(1)?;
        Some(format!("{}-{:05}", self.print, self.given))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_sheets_are_called_the_same_in_one_print_or_another() {
        let prints = (0..50).map(|_| Serials::fresh().unwrap());
        let serials: Vec<String> = prints.flat_map(|print| print.take(20)).collect();
        assert_eq!(serials.iter().collect::<HashSet<_>>().len(), 1000);
        for serial in serials {
            assert!(serial.len() == 14 && serial.bytes().all(|b| b == b'-' || DIGITS.contains(&b)), "{serial}");
        }
    }
}
