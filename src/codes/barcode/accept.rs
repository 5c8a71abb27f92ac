//! Which readings are believed.

use super::Read;
use crate::codes::BarcodeKind;
use crate::model::PixelBox;

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

/// Adds a reading to those of other places, unless it is one of them again. Of two rows of bars in one place only the one
/// that was read on more lines is true: the other is a slip of the reader that a checksum let pass.
pub(super) fn add(found: &mut Vec<Read>, read: Read) {
    let same_place = |known: &Read| overlap(&known.barcode.bounds, &read.barcode.bounds);
    let is_rival = |known: &Read| {
        let same = known.barcode.value == read.barcode.value && known.kind == read.kind;
        same_place(known) && (same || (known.kind.is_linear() && read.kind.is_linear()))
    };
    if found.iter().any(|known| is_rival(known) && known.lines >= read.lines) {
        return;
    }
    found.retain(|known| !is_rival(known));
    found.push(read);
}

fn overlap(a: &PixelBox, b: &PixelBox) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
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
    use crate::model::Barcode;

    fn read(kind: BarcodeKind, value: &str, x0: f32, lines: u32) -> Read {
        let bounds = PixelBox { x0, y0: 0.0, x1: x0 + 100.0, y1: 50.0 };
        let barcode = Barcode { symbology: String::new(), value: value.into(), bounds };
        Read { kind, barcode, turn: None, lines }
    }

    fn itf(digits: &str) -> bool {
        is_sound(&read(BarcodeKind::Itf, digits, 0.0, 3))
    }

    #[test]
    fn of_two_rows_of_bars_in_one_place_the_one_seen_more_often_is_true() {
        let seen = [("wrong", 0.0, 2), ("right", 10.0, 9), ("wrong too", 20.0, 3), ("elsewhere", 200.0, 2)];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            let mut found = Vec::new();
            for (value, x0, lines) in order.map(|i| seen[i]) {
                add(&mut found, read(BarcodeKind::Ean, value, x0, lines));
            }
            let mut values: Vec<_> = found.iter().map(|read| read.barcode.value.as_str()).collect();
            values.sort_unstable();
            assert_eq!(values, ["elsewhere", "right"]);
        }
        // A matrix beside bars is another code, however their boxes lie.
        let mut found = Vec::new();
        add(&mut found, read(BarcodeKind::Ean, "a", 0.0, 9));
        add(&mut found, read(BarcodeKind::QrCode, "b", 0.0, 0));
        assert_eq!(found.len(), 2);
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
