//! Which readings are believed.

use super::Read;
use crate::codes::BarcodeKind;

/// Interleaved 2 of 5 has no checksum of its own, and each stretch of a longer code, or of a barred pattern, is a shorter
/// one: fewer digits than this are noise more often than not.
const MIN_ITF_DIGITS: usize = 6;

/// Whether a reading holds against what its kind demands. Checksums that every symbol has (Code 128, EAN, the error
/// correction of matrices) were compared by the reader.
pub(super) fn is_sound(read: &Read) -> bool {
    let text = read.barcode.value.as_str();
    match read.kind {
        BarcodeKind::Itf => text.len() >= MIN_ITF_DIGITS && (text.len() != ITF_14 || gs1_check_digit_holds(text)),
        _ => !text.is_empty(),
    }
}

/// Fourteen digits are a GTIN, whose last is a check digit (GS1 General Specifications, 7.9).
const ITF_14: usize = 14;

fn gs1_check_digit_holds(digits: &str) -> bool {
    let weighted = digits.bytes().rev().enumerate().map(|(i, digit)| {
        let digit = u32::from(digit.wrapping_sub(b'0'));
        if i % 2 == 1 { 3 * digit } else { digit }
    });
    digits.bytes().all(|b| b.is_ascii_digit()) && weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Barcode, PixelBox};

    fn itf(digits: &str) -> bool {
        let barcode = Barcode { symbology: "ITF".into(), value: digits.into(), bounds: PixelBox::default() };
        is_sound(&Read { kind: BarcodeKind::Itf, barcode, turn: None })
    }

    #[test]
    fn short_or_wrong_itf_is_not_believed() {
        assert!(itf("123456"));
        assert!(!itf("1234"));
        // The example of GS1's own check digit calculator, and one digit off.
        assert!(itf("10614141000415"));
        assert!(!itf("10614141000416"));
    }
}
