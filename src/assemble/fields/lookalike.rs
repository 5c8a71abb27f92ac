//! Signs that OCR takes for one another.
//!
//! In: one sign. Out: what it may have been. Knows no number and no check.

/// The digits that a sign may stand for where only digits can be, the likeliest first; a digit stands for itself.
pub(super) fn digits_for(sign: char) -> &'static [u8] {
    match sign {
        '0' | 'O' | 'o' | 'Q' | 'D' | 'Ø' | 'U' => b"0",
        '1' | 'I' | 'l' | 'i' | 'ı' | '|' | '!' | 'L' => b"1",
        '2' | 'Z' | 'z' => b"2",
        '3' => b"3",
        '4' | 'A' => b"4",
        '5' | 'S' | 's' => b"5",
        '6' | 'b' => b"6",
        '7' | 'T' => b"7",
        '8' => b"8",
        '9' | 'g' | 'q' => b"9",
        'B' => b"86",
        'G' => b"60",
        _ => b"",
    }
}

/// The capitals that a sign may stand for where only letters can be.
pub(super) fn letters_for(sign: char) -> &'static [u8] {
    match sign {
        '0' => b"OD",
        '1' | '|' | '!' | 'ı' => b"I",
        '2' => b"Z",
        '4' => b"A",
        '5' => b"S",
        '6' => b"G",
        '7' => b"T",
        '8' => b"B",
        _ => b"",
    }
}

/// Text where digits are meant, with lookalikes as digits: `O3.O3.2O26` as `03.03.2026`; `None` if a sign is neither digit
/// nor lookalike. The second value is how many signs were replaced.
pub(super) fn as_digits(text: &str) -> Option<(String, usize)> {
    let mut replaced = 0;
    let digits = text.chars().map(|sign| {
        replaced += usize::from(!sign.is_ascii_digit());
        digits_for(sign).first().map(|&digit| char::from(digit))
    });
    let digits: Option<String> = digits.collect();
    digits.map(|digits| (digits, replaced))
}
