//! Names as they stand in lines: what is one, what is not, and how it is spelt.
//!
//! In: text. Out: names. Knows no page.

use std::sync::LazyLock;

use regex::Regex;

use super::super::own_pattern;
use super::super::rows::Span;

/// What divides the parts of a return line; OCR reads the middle dot as a full stop or a stroke, too.
pub(super) static DIVIDER: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"\s*[·•∙●|;*]\s*|\s+[-–—.]\s+|,\s*"));

/// The line that a fax machine prints above all pages (`VON :NAME FAX-NR. :0391 ...`): it cuts names, and is no mail's head.
pub(super) static FAX_LINE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"(?i)^\W*(?:von|from)\s*[:;.].*\bfax[\s-]*n[ro]"));

/// Captions over or beside a name, as forms and fax covers have them.
pub(super) const FROM_CAPTIONS: [&str; 4] = ["Absender", "Absenderin", "Von", "From"];
pub(super) const TO_CAPTIONS: [&str; 5] = ["Empfänger", "Empfängerin", "Rechnungsempfänger", "An", "To"];

/// Lines of an address that are not the name.
pub(super) const FORMS_OF_ADDRESS: [&str; 15] = [
    "herrn",
    "herr",
    "frau",
    "firma",
    "fa.",
    "familie",
    "eheleute",
    "an",
    "an die",
    "an das",
    "an den",
    "an den herrn",
    "herrn und frau",
    "an frau",
    "an herrn",
];

/// Lines of an address that are for the post office, as they begin.
pub(super) const NOTES: [&str; 12] = [
    "einschreiben",
    "persönlich",
    "vertraulich",
    "postzustellungsurkunde",
    "mit postzustellungsurkunde",
    "per e-mail",
    "per fax",
    "vorab per",
    "eilt",
    "gegen empfangsbekenntnis",
    "förmliche zustellung",
    "per post",
];

/// A name with where it stands and how sure its place is.
pub(super) struct Named {
    pub(super) span: Span,
    pub(super) name: String,
    pub(super) weight: f32,
}

/// The name in a line of an address; `None` if it is a form of address or a note to the post office.
pub(super) fn name_of(line: &str) -> Option<String> {
    let lower = line.trim_end_matches([':', '.', ',']).to_lowercase();
    let is_caption = FROM_CAPTIONS.iter().chain(&TO_CAPTIONS).any(|caption| line.trim_end_matches(':') == *caption);
    if is_caption || FORMS_OF_ADDRESS.contains(&lower.as_str()) || NOTES.iter().any(|note| lower.starts_with(note)) {
        return None;
    }
    let mut name = line.trim();
    for form in ["An ", "Herrn ", "Herr ", "Frau ", "Firma ", "Fa. ", "Familie "] {
        name = name.strip_prefix(form).unwrap_or(name).trim_start();
    }
    is_name(name).then(|| spelt(name))
}

pub(super) fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters >= 3 && letters > 2 * digits && text.chars().count() <= 80
}

/// A name without brackets around it, and with what OCR mixes up put right where only letters stand: `Ma1er` as `Maler`,
/// `WeiBmann` as `Weißmann`.
pub(super) fn spelt(name: &str) -> String {
    let mend = |word: &str| {
        let signs: Vec<char> = word.chars().collect();
        let letters = signs.iter().filter(|c| c.is_alphabetic()).count();
        let digits = signs.iter().filter(|c| c.is_ascii_digit()).count();
        let is_lower = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(|c| c.is_lowercase());
        let sign = |(at, sign): (usize, &char)| match sign {
            '1' if letters >= 3 * digits => 'l',
            '0' if letters >= 3 * digits => 'o',
            'I' if is_lower(at.checked_sub(1)) => 'l',
            'B' if is_lower(at.checked_sub(1)) && is_lower(Some(at + 1)) => 'ß',
            sign => *sign,
        };
        signs.iter().enumerate().map(sign).collect::<String>()
    };
    let bare = name.trim().trim_start_matches(['(', '[', '-', '–']).trim_end_matches([')', ']', '-', '–', ',']);
    bare.split_whitespace().map(mend).collect::<Vec<_>>().join(" ")
}

/// Letters and digits in lower case.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two lines are about the same name, whatever the case and the signs.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    a.len() >= 4 && b.len() >= 4 && (a.contains(&b) || b.contains(&a))
}
