//! What single values must look like: names for files, language tags, file name endings. Pure.

use unicode_normalization::UnicodeNormalization as _;

/// Longest name in bytes. File systems take 255; a number, the ending and a temporary suffix stand beside it.
const MAX_NAME_BYTES: usize = 100;

/// Device names that Windows, and so a share mounted there, refuses as file names whatever their ending.
/// Microsoft, "Naming Files, Paths, and Namespaces".
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Why `name` cannot be part of a file name on Linux and on Windows shares; `None` if it can.
pub(super) fn file_name_fault(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let device = lower.split('.').next().unwrap_or_default();
    let numbered =
        |prefix| device.strip_prefix(prefix).is_some_and(|n: &str| n.len() == 1 && n != "0" && n.parse::<u8>().is_ok());
    if let Some(c) = name.chars().find(|c| c.is_control() || "/\\:*?\"<>|".contains(*c)) {
        Some(format!("holds {}, which no file name can", c.escape_debug()))
    } else if name.starts_with([' ', '.']) || name.ends_with([' ', '.']) {
        Some("begins or ends with a blank or a full stop, which file names on Windows shares lose".into())
    } else if name.len() > MAX_NAME_BYTES {
        Some(format!("is longer than {MAX_NAME_BYTES} bytes"))
    } else if RESERVED.contains(&device) || numbered("com") || numbered("lpt") {
        Some("is a device name on Windows".into())
    } else {
        None
    }
}

/// The form in which two names or phrases are compared: without case, NFC, blanks as one.
pub(super) fn folded(text: &str) -> String {
    let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tesseract's three-letter codes beside the BCP 47 tag of the same language: people mix the two up.
const LANGUAGES: [(&str, &str); 20] = [
    ("deu", "de"),
    ("ger", "de"),
    ("eng", "en"),
    ("fra", "fr"),
    ("ita", "it"),
    ("spa", "es"),
    ("por", "pt"),
    ("nld", "nl"),
    ("pol", "pl"),
    ("ces", "cs"),
    ("ron", "ro"),
    ("hun", "hu"),
    ("tur", "tr"),
    ("ara", "ar"),
    ("fas", "fa"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("bul", "bg"),
    ("srp", "sr"),
    ("ell", "el"),
];

/// Tesseract languages in scripts that the default engine cannot read.
const NOT_LATIN: [&str; 24] = [
    "amh", "ara", "bel", "ben", "bul", "ell", "fas", "heb", "hin", "hye", "kat", "kaz", "khm", "kir", "mkd", "mon",
    "pan", "pus", "rus", "snd", "srp", "tir", "ukr", "urd",
];

/// Whether the default engine lacks the script of a Tesseract language.
pub(super) fn needs_tesseract(code: &str) -> bool {
    NOT_LATIN.contains(&code)
}

/// What is wrong with a BCP 47 tag (`de`, `de-AT`), and what would be right.
pub(super) fn language_tag_fault(tag: &str) -> Option<(String, Option<String>)> {
    if let Some((_, right)) = LANGUAGES.iter().find(|&&(code, _)| code == tag.to_ascii_lowercase()) {
        return Some((
            "is a code of Tesseract".into(),
            Some(format!("write \"{right}\" (codes as \"{tag}\" belong into ocr.languages)")),
        ));
    }
    // RFC 5646, section 2.1: a primary subtag of two or three letters, then subtags of up to eight letters or digits.
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    let sound = (2..=3).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && subtags.all(|s| (1..=8).contains(&s.len()) && s.chars().all(|c| c.is_ascii_alphanumeric()));
    (!sound).then(|| ("is no language tag".into(), Some("write a BCP 47 tag as \"de\", \"de-AT\" or \"en\"".into())))
}

/// What is wrong with a language code of Tesseract (`deu`, `chi_sim`, `script/Arabic`), and what would be right.
pub(super) fn tesseract_code_fault(code: &str) -> Option<(String, Option<String>)> {
    if let Some((right, _)) = LANGUAGES.iter().find(|&&(_, tag)| tag == code.to_ascii_lowercase()) {
        return Some(("is no code of Tesseract".into(), Some(format!("write \"{right}\""))));
    }
    let name = code.strip_prefix("script/").unwrap_or(code);
    // The code becomes a file name (deu.traineddata): no way out of that folder.
    let sound = name.len() >= 3 && name.len() <= 32 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!sound).then(|| {
        (
            "is no code of Tesseract".into(),
            Some("write codes as `tesseract --list-langs` shows them: \"deu\", \"ara\"".into()),
        )
    })
}

/// A file name ending in the form in which endings are compared; `Err` says what would be right.
pub(super) fn extension(typed: &str) -> Result<String, Option<String>> {
    let bare = typed.trim().trim_start_matches('*').trim_start_matches('.').to_lowercase();
    let sound =
        (1..=16).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match sound {
        true if bare == typed.to_lowercase() => Ok(bare),
        true => Err(Some(format!("write \"{bare}\""))),
        false => Err(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_files_are_told() {
        for bad in [
            "a/b",
            "a\\b",
            "Antrag?",
            "..",
            ".x",
            "x ",
            " x",
            "x.",
            "CON",
            "nul.pdf",
            "lpt1",
            "a\u{7}",
            &"ä".repeat(51),
        ] {
            assert!(file_name_fault(bad).is_some(), "{bad:?}");
        }
        for good in ["Antrag Aufenthaltstitel", "E-Mail", "Brief (fremd)", "Console", "com0", "lpt10", "Bescheid § 28"]
        {
            assert_eq!(file_name_fault(good), None, "{good:?}");
        }
    }

    #[test]
    fn language_codes_are_not_mixed_up() {
        assert_eq!(language_tag_fault("de"), None);
        assert_eq!(language_tag_fault("de-AT-1996"), None);
        assert!(language_tag_fault("deu").is_some_and(|(_, hint)| hint.is_some_and(|h| h.contains("\"de\""))));
        assert!(language_tag_fault("deutsch").is_some());
        assert!(language_tag_fault("de_DE").is_some());
        assert_eq!(tesseract_code_fault("chi_sim"), None);
        assert_eq!(tesseract_code_fault("script/Arabic"), None);
        assert!(tesseract_code_fault("de").is_some_and(|(_, hint)| hint.as_deref() == Some("write \"deu\"")));
        assert!(tesseract_code_fault("../../etc/passwd").is_some());
        assert!(tesseract_code_fault("deu+eng").is_some());
    }

    #[test]
    fn endings_are_told_apart_without_case_and_dot() {
        assert_eq!(extension("TIF"), Ok("tif".into()));
        assert_eq!(extension("*.tif"), Err(Some("write \"tif\"".into())));
        assert_eq!(extension("t/f"), Err(None));
        assert_eq!(extension("."), Err(None));
    }
}
