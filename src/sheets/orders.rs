//! What an order on a sheet may say, so that it can be printed and read.

/// Most pages or sheets that are announced.
pub const MAX_COUNT: u32 = 100_000;
/// Longest case number, in characters.
const MAX_CASE_CHARS: usize = 120;
/// Longest name of a type, in characters.
const MAX_TYPE_CHARS: usize = 80;

/// Why `text` cannot be a case number on a sheet.
pub fn case_fault(text: &str) -> Option<String> {
    fault(text, "the case number", MAX_CASE_CHARS)
}

/// Why `text` cannot be a document type on a sheet.
pub fn type_fault(text: &str) -> Option<String> {
    fault(text, "the type", MAX_TYPE_CHARS)
}

fn fault(text: &str, what: &str, max_chars: usize) -> Option<String> {
    if text.trim().is_empty() {
        return Some(format!("{what} is empty"));
    }
    if text.trim().len() != text.len() {
        return Some(format!("{what} begins or ends with a blank"));
    }
    if text.chars().any(char::is_control) {
        return Some(format!("{what} has a control character"));
    }
    (text.chars().count() > max_chars).then(|| format!("{what} has more than {max_chars} characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_printed_is_refused() {
        assert_eq!(case_fault("33.2-ä/17"), None);
        assert_eq!(case_fault(&"ü".repeat(120)), None);
        for text in ["", " ", " 4711", "47\n11", "47\t11", &"W".repeat(121)] {
            assert!(case_fault(text).is_some(), "{text:?}");
        }
        assert!(type_fault(&"W".repeat(81)).is_some());
    }
}
