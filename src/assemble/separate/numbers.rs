//! Page numbers (Seitenzahlen) as letters and forms print them.

use regex::Regex;

use super::constant;
use super::rows::Row;

/// Share of the page's height at its top and its foot where page numbers stand by themselves. A footer of a business letter
/// takes up to 45 mm of 297, the next page's header 27 mm (DIN 5008).
const TOP: f32 = 0.12;
const FOOT: f32 = 0.85;

/// Down to here `Seite 1 von 2` may stand in a block of references; share of the height.
const HEAD: f32 = 0.45;

/// Most page numbers that are kept of a page: one of its own, one that a fax machine printed above it.
const MAX_NUMBERS: usize = 4;

/// How a number is written: what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// `2`: counts only in a sequence.
    Bare,
    /// `1/3`, `1 von 3`: may be the edition of a form, which all its copies carry.
    Fraction,
    /// `Seite 2`, `- 2 -`.
    Page,
    /// `Seite 2 von 3`.
    PageOf,
}

/// A page number that stands on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageNumber {
    /// At least 1.
    pub(super) page: u16,
    /// At least `page`.
    pub(super) total: Option<u16>,
    pub(super) form: Form,
    /// In the upper half of the page.
    pub(super) top: bool,
}

/// The forms of page numbers, compiled.
#[derive(Clone, Debug)]
pub(super) struct Forms {
    page_of: Regex,
    page: Regex,
    /// `Seite 2 zum Schreiben vom 3. Mai`.
    head: Regex,
    fraction: Regex,
    dashed: Regex,
    bare: Regex,
}

/// What OCR takes a digit for.
const DIGITS: &str = "([0-9lIO|]{1,3})";

/// The word for a page, as OCR reads it, glued to its number or not.
const WORD: &str = r"(?:se[il1]te|blatt|page|s\.|bl\.)\s*:?\s*(?:nr\.?\s*)?";

impl Forms {
    pub(super) fn new() -> Self {
        Self {
            page_of: constant(&format!(
                r"(?i)(?:^|[^\p{{L}}\d]){WORD}{DIGITS}\s*(?:von|of|v\.|/)\s*{DIGITS}(?:[^\p{{L}}\d.,]|[.,]?$)"
            )),
            page: constant(&format!(r"(?i)(?:^|[^\p{{L}}\d]){WORD}{DIGITS}[\s.,)\-–—]*$")),
            head: constant(&format!(r"(?i)^[^\p{{L}}\d]*{WORD}{DIGITS}\s+(?:zum?|des|der|vom|von|an|·|\|)[^\p{{L}}]")),
            fraction: constant(r"^[(\-–—]?\s*([0-9]{1,3})\s*(?:/|von|of)\s*([0-9]{1,3})\s*[)\-–—]?$"),
            dashed: constant(r"^[-–—~]\s*([0-9]{1,3})\s*[-–—~]$"),
            bare: constant(r"^([0-9]{1,3})\.?$"),
        }
    }

    /// The page numbers among the pieces of a page.
    pub(super) fn read(&self, rows: &[Row]) -> Vec<PageNumber> {
        let mut numbers: Vec<PageNumber> = rows.iter().filter_map(|row| self.number(row)).collect();
        // Those worth most are kept; the sort keeps the order of the page among equals.
        numbers.sort_by_key(|number| std::cmp::Reverse(number.form));
        numbers.truncate(MAX_NUMBERS);
        numbers
    }

    fn number(&self, row: &Row) -> Option<PageNumber> {
        let margin = row.y < TOP || row.y > FOOT;
        if !(margin || row.y < HEAD) || !row.text.contains(|c: char| c.is_ascii_digit() || "lIO|".contains(c)) {
            return None;
        }
        let text = row.text.trim();
        let number = |page: &str, total: Option<&str>, form| {
            let page = digits(page).filter(|&page| page > 0)?;
            let total = match total {
                Some(total) => Some(digits(total).filter(|&total| total >= page)?),
                None => None,
            };
            Some(PageNumber { page, total, form, top: row.y < 0.5 })
        };
        if let Some(found) = self.page_of.captures(text) {
            // Below the margin it must be all that the piece says: a sentence may speak of pages too.
            let whole = margin || found.get(0).is_some_and(|all| all.len() + 8 >= text.len());
            return number(&found[1], Some(&found[2]), Form::PageOf).filter(|_| whole);
        }
        if let Some(found) = self.page.captures(text) {
            let alone = found.get(0).is_some_and(|all| all.len() + 2 >= text.len());
            return number(&found[1], None, Form::Page).filter(|_| alone || margin);
        }
        if !margin {
            return None;
        }
        if let Some(found) = self.head.captures(text).or_else(|| self.dashed.captures(text)) {
            return number(&found[1], None, Form::Page);
        }
        if let Some(found) = self.fraction.captures(text) {
            // `01/26` is a month.
            let padded = found[1].starts_with('0') || found[2].starts_with('0');
            return number(&found[1], Some(&found[2]), Form::Fraction).filter(|_| !padded);
        }
        self.bare.captures(text).and_then(|found| number(&found[1], None, Form::Bare))
    }
}

fn digits(text: &str) -> Option<u16> {
    let digit = |c| match c {
        'l' | 'I' | '|' => '1',
        'O' => '0',
        other => other,
    };
    text.chars().map(digit).collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_read_where_they_stand() {
        let forms = Forms::new();
        for (y, text, expected) in [
            (0.95, "Seite 1 von 3", Some((1, Some(3), Form::PageOf))),
            (0.95, "Seite 12 / 14", Some((12, Some(14), Form::PageOf))),
            (0.95, "Stadt Musterhausen · Bescheid vom 3. Mai · Seite 2 von 4", Some((2, Some(4), Form::PageOf))),
            (0.95, "Seite 2 von 4 | Az. 32.1-77", Some((2, Some(4), Form::PageOf))),
            (0.05, "Seite2von3", Some((2, Some(3), Form::PageOf))),
            (0.05, "Seile 2", None),
            (0.05, "Selte l von 3", Some((1, Some(3), Form::PageOf))),
            (0.30, "Seite: 1 von 2", Some((1, Some(2), Form::PageOf))),
            (0.30, "Seite 2", Some((2, None, Form::Page))),
            (0.30, "wie auf Seite 2 von 3 des Bescheids vom 4. April dargelegt ist", None),
            (0.60, "Seite 2 von 3", None),
            (0.95, "- 2 -", Some((2, None, Form::Page))),
            (0.04, "– 3 –", Some((3, None, Form::Page))),
            (0.06, "Seite 2 zum Schreiben vom 3. Mai 2017", Some((2, None, Form::Page))),
            (0.30, "Seite 2 zum Schreiben vom 3. Mai 2017", None),
            (0.05, "Blatt 2", Some((2, None, Form::Page))),
            (0.95, "1/3", Some((1, Some(3), Form::Fraction))),
            (0.95, "2 von 3", Some((2, Some(3), Form::Fraction))),
            (0.95, "01/26", None),
            (0.95, "3/1", None),
            (0.95, "Seite 4 von 3", None),
            (0.95, "Seite 0", None),
            (0.95, "7", Some((7, None, Form::Bare))),
            (0.30, "7", None),
            (0.95, "IBAN DE00 1234", None),
            (0.95, "Rückseite 2", None),
            (0.95, "2026", None),
        ] {
            let row = Row { text: text.into(), left: 0.5, right: 0.8, y, height: 0.01 };
            let found = forms.read(&[row]);
            assert_eq!(found.first().map(|n| (n.page, n.total, n.form)), expected, "{text} at {y}");
        }
    }
}
