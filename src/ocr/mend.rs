//! Characters that the engines read wrongly by rule, put right: pure functions on words.

/// A word as it was written, from how it was read.
pub(super) fn word(text: &str) -> String {
    text.to_owned()
}
