//! What an order on a sheet may say, so that it can be printed and read.

use unicode_normalization::UnicodeNormalization;

/// Most pages or sheets that are announced.
pub const MAX_COUNT: u32 = 100_000;
/// Longest case number, in characters.
const MAX_CASE_CHARS: usize = 120;
/// Longest name of a type, in characters.
const MAX_TYPE_CHARS: usize = 80;

/// `text` as a case number on a sheet: letters composed (NFC), so that the number is the same wherever it was typed.
///
/// # Errors
/// Why it cannot be one, without quoting it.
pub fn case_number(text: &str) -> Result<String, String> {
    checked(text, "the case number", MAX_CASE_CHARS)
}

/// `text` as a document type on a sheet, likewise.
///
/// # Errors
/// Why it cannot be one.
pub fn type_name(text: &str) -> Result<String, String> {
    checked(text, "the type", MAX_TYPE_CHARS)
}

fn checked(text: &str, what: &str, max_chars: usize) -> Result<String, String> {
    let text: String = text.nfc().collect();
    if text.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.trim().len() != text.len() {
        return Err(format!("{what} begins or ends with a blank"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{what} has a control character"));
    }
    if text.chars().count() > max_chars {
        return Err(format!("{what} has more than {max_chars} characters"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_printed_is_refused() {
        assert_eq!(case_number("33.2-a\u{308}/17").as_deref(), Ok("33.2-ä/17"));
        assert!(case_number(&"ü".repeat(120)).is_ok());
        for text in ["", " ", " 4711", "47\n11", "47\t11", &"W".repeat(121)] {
            assert!(case_number(text).is_err(), "{text:?}");
        }
        assert!(type_name(&"W".repeat(81)).is_err());
    }
}
