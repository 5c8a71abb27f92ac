//! Names of files and folders that every system takes.

use unicode_normalization::UnicodeNormalization;

use crate::model::Digest;

/// Longest name that is not cut, in characters: Windows takes 260 for a whole path.
const MAX_CHARS: usize = 80;

/// The same in bytes: Linux takes 255 for one name, of which a number and an ending take some.
const MAX_BYTES: usize = 200;

/// Hexadecimal digits of a digest that tell two names apart.
const MARK_DIGITS: usize = 10;

/// `name` as a file or folder name that Windows, macOS and Linux take: NFC, forbidden characters as `_`, no leading dot,
/// no trailing dot or blank, no device name, at most 80 characters. Names that are portable stay as they are.
///
/// Different names may become the same one; [`marked_name`] tells them apart.
pub fn portable_name(name: &str) -> String {
    let mut portable: String = name.nfc().map(|c| if is_portable(c) { c } else { '_' }).collect();
    let tail = portable.len() - without_tail(&portable).len();
    portable.truncate(portable.len() - tail);
    portable.extend(std::iter::repeat_n('_', tail));
    if portable.is_empty() || portable.starts_with(['.', ' ']) || is_reserved(&portable) {
        portable.insert(0, '_');
    }
    if cut(&portable, MAX_CHARS, MAX_BYTES).len() < portable.len() { marked(&portable, name) } else { portable }
}

/// A portable name that no other name gets, for when [`portable_name`] is taken.
pub fn marked_name(name: &str) -> String {
    marked(&portable_name(name), name)
}

/// `portable`, cut if need be, with a mark of `name` at its end.
fn marked(portable: &str, name: &str) -> String {
    let room = MARK_DIGITS + 1;
    format!("{}~{}", without_tail(cut(portable, MAX_CHARS - room, MAX_BYTES - room)), mark(name))
}

/// The beginning of `name`, of so many characters and bytes at most.
fn cut(name: &str, chars: usize, bytes: usize) -> &str {
    let fits = |(count, (at, c)): &(usize, (usize, char))| *count < chars && at + c.len_utf8() <= bytes;
    let end = name.char_indices().enumerate().take_while(fits).last().map_or(0, |(_, (at, c))| at + c.len_utf8());
    name.get(..end).unwrap_or_default()
}

fn mark(name: &str) -> String {
    let mut digits = Digest::of(name.as_bytes()).to_string();
    digits.truncate(MARK_DIGITS);
    digits
}

fn without_tail(name: &str) -> &str {
    name.trim_end_matches(['.', ' '])
}

fn is_portable(c: char) -> bool {
    // Marks of writing direction and invisible signs make one name look like another.
    let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !(c.is_control() || invisible || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*'))
}

/// Device names of Windows, with or without an ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"), and
/// our own file beside the cases.
fn is_reserved(name: &str) -> bool {
    if name.eq_ignore_ascii_case("index.csv") {
        return true;
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = |name: &str| {
        let mut rest = name.chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).is_some_and(port)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn takes(name: &str) -> bool {
        !name.is_empty()
            && name.chars().count() <= MAX_CHARS
            && name.len() <= MAX_BYTES
            && !name.starts_with(['.', ' '])
            && !name.ends_with(['.', ' '])
            && !name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*'])
            && !name.chars().any(char::is_control)
    }

    proptest! {
        #[test]
        fn every_name_becomes_a_portable_one(name in "\\PC{0,120}|(ä|€|𝕒){60,90}|[. ]{0,5}[A-Za-z:/. ]{0,6}|(con|nul|com1|LPT9)[.a ]{0,3}") {
            for made in [portable_name(&name), marked_name(&name)] {
                prop_assert!(takes(&made), "{made:?}");
                prop_assert!(!is_reserved(&made), "{made:?}");
            }
            prop_assert_eq!(portable_name(&portable_name(&name)), portable_name(&name));
        }

        #[test]
        fn usual_numbers_stay_as_they_are(name in "[A-Za-zÄÖÜäöüß0-9][A-Za-zÄÖÜäöüß0-9 ._-]{0,40}[A-Za-zÄÖÜäöüß0-9]") {
            prop_assume!(!is_reserved(&name));
            prop_assert_eq!(portable_name(&name), name);
        }

        #[test]
        fn marked_names_differ(a in "[a:/]{1,4}", b in "[a:/]{1,4}") {
            prop_assert_eq!(a == b, marked_name(&a) == marked_name(&b));
        }
    }

    #[test]
    fn names_that_windows_refuses() {
        for (name, made) in [
            ("ABH/2024:17", "ABH_2024_17"),
            ("Akte. ", "Akte__"),
            ("con", "_con"),
            ("NUL.tif", "_NUL.tif"),
            ("COM1", "_COM1"),
            ("COMA", "COMA"),
            ("..", "__"),
            ("", "_"),
            (".scanstrasse", "_.scanstrasse"),
            ("index.csv", "_index.csv"),
            ("Mu\u{308}ller", "M\u{fc}ller"),
        ] {
            assert_eq!(portable_name(name), made, "{name:?}");
        }
    }
}
