//! What a printed separator sheet orders: the text in its QR code.

/// What begins behind a separator sheet (Trennblatt).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SheetLevel {
    /// A document.
    Document,
    /// A case, and with it a document.
    Case,
    /// A batch, and with it a case and a document.
    Batch,
}

/// The order of a separator sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetOrder {
    /// What begins behind it.
    pub level: SheetLevel,
    /// The case number of what follows. Personal data: never logged.
    pub case: Option<String>,
    /// The document type of what follows.
    pub type_name: Option<String>,
    /// Pages (sides with content, as they are delivered or left out as blank) that follow until the next sheet of this level or above.
    pub pages: Option<u32>,
    /// Sheets of paper that follow, likewise.
    pub sheets: Option<u32>,
    /// Tells this sheet from all others of its print: the same twice is a mistake.
    pub serial: Option<String>,
}

/// How the text begins; the digit is the version.
const HEAD: &str = "SST1";

impl SheetOrder {
    /// The text of its QR code, as `SST1;L=C;C=4711%3B2;P=12`.
    pub fn to_text(&self) -> String {
        let level = match self.level {
            SheetLevel::Document => "D",
            SheetLevel::Case => "C",
            SheetLevel::Batch => "B",
        };
        let (pages, sheets) = (self.pages.map(|n| n.to_string()), self.sheets.map(|n| n.to_string()));
        let rest = [("C", &self.case), ("T", &self.type_name), ("P", &pages), ("S", &sheets), ("N", &self.serial)];
        let mut text = format!("{HEAD};L={level}");
        for (key, value) in rest {
            if let Some(value) = value {
                text.push_str(&format!(";{key}={}", escaped(value)));
            }
        }
        text
    }

    /// Reads such a text; `None` if it is none. Keys that are not known are passed over.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split(';');
        if parts.next() != Some(HEAD) {
            return None;
        }
        let mut level = None;
        let (mut case, mut type_name, mut pages, mut sheets, mut serial) = (None, None, None, None, None);
        for part in parts {
            let (key, value) = part.split_once('=')?;
            let value = plain(value)?;
            match key {
                "L" => {
                    level = Some(match value.as_str() {
                        "D" => SheetLevel::Document,
                        "C" => SheetLevel::Case,
                        "B" => SheetLevel::Batch,
                        _ => return None,
                    });
                }
                "C" => case = Some(value),
                "T" => type_name = Some(value),
                "P" => pages = Some(value.parse().ok()?),
                "S" => sheets = Some(value.parse().ok()?),
                "N" => serial = Some(value),
                _ => {}
            }
        }
        Some(Self { level: level?, case, type_name, pages, sheets, serial })
    }
}

/// `%`, `;` and control characters as `%3B`.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        if letter == '%' || letter == ';' || letter.is_ascii_control() {
            text.push_str(&format!("%{:02X}", letter as u32));
        } else {
            text.push(letter);
        }
    }
    text
}

fn plain(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '%' => {
                let (high, low) = (letters.next()?.to_digit(16)?, letters.next()?.to_digit(16)?);
                char::from_u32(high * 16 + low)?
            }
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_is_read(
            level in prop_oneof![Just(SheetLevel::Document), Just(SheetLevel::Case), Just(SheetLevel::Batch)],
            case in prop::option::of("\\PC{1,30}|[;%=\\n]{1,5}"),
            pages in prop::option::of(any::<u32>()),
        ) {
            let order = SheetOrder { level, case, type_name: Some("Antrag; neu".into()), pages, sheets: None, serial: None };
            prop_assert_eq!(SheetOrder::parse(&order.to_text()), Some(order));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(SST1)?[;=A-Z0-9%]{0,40}") {
            let _ = SheetOrder::parse(&text);
        }
    }

    #[test]
    fn other_codes_are_none() {
        for text in ["", "PATCHT", "SST1", "SST1;L=X", "SST2;L=D", "SST1;L=D;P=-1", "SST1;L=D;C=%G0"] {
            assert_eq!(SheetOrder::parse(text), None, "{text}");
        }
    }
}
