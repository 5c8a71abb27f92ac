//! The first page of a letter, as DIN 5008 lays it out: address field, date, references, salutation; and its last one.

use regex::Regex;

use super::constant;
use super::rows::Row;

/// What speaks for or against the beginning of a letter on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LetterMarks {
    /// Lines at the left that end with postcode and town.
    pub(super) address: bool,
    /// `Sehr geehrte …`.
    pub(super) salutation: bool,
    /// A date by itself, or behind a place.
    pub(super) date: bool,
    /// Labels of references: `Ihr Zeichen`, `Durchwahl`, `Aktenzeichen`.
    pub(super) references: bool,
    /// The head of a printed e-mail.
    pub(super) mail: bool,
    /// `Mit freundlichen Grüßen`: a letter ends here.
    pub(super) closing: bool,
    /// The text begins within a sentence.
    pub(super) continues: bool,
    /// A line much taller than the others stands at the top.
    pub(super) headline: bool,
    /// The text ends well above the foot of the page.
    pub(super) ends_early: bool,
}

/// The places of an address, share of the height: the field of DIN 5008 (form A from 27 mm, form B to 90 mm of 297) with
/// room for askew feeding, and a private sender's own address above it.
const ADDRESS: std::ops::Range<f32> = 0.06..0.36;

/// An address begins left of this share of the width: the window ends at 105 mm of 210.
const ADDRESS_LEFT: f32 = 0.45;

/// Lines of one address: how far apart they lie at most, and how well they are aligned; shares of height and width.
const LINE_PITCH: f32 = 0.03;
const ALIGNED: f32 = 0.03;

/// Down to here date and references of a letter stand.
const HEAD: f32 = 0.45;

/// Where salutations stand: below the address, above the middle of the text.
const SALUTATION: std::ops::Range<f32> = 0.12..0.75;

/// The head of a printed e-mail. Further down are those that it answers.
const MAIL_HEAD: f32 = 0.3;

/// Labels that make a block of references, or the head of an e-mail: one alone may stand anywhere.
const MIN_REFERENCES: usize = 2;
const MIN_MAIL_LABELS: usize = 3;

/// Letters that make a word of text.
const MIN_CHARS: usize = 4;

/// Letters that make a line of running text.
const TEXT_CHARS: usize = 20;

/// Down to here a headline stands, and so much taller than the middle line of its page it is.
const HEADLINE: f32 = 0.25;
const TALLER: f32 = 1.25;

/// A text whose last line stands above this ends early; below the foot stand page numbers and footers.
const EARLY: f32 = 0.6;
const FOOT: f32 = 0.88;

/// The forms of these, compiled.
#[derive(Clone, Debug)]
pub(super) struct Forms {
    town: Regex,
    salutation: Regex,
    date: Regex,
    reference: Regex,
    mail: Regex,
    closing: Regex,
}

impl Forms {
    pub(super) fn new() -> Self {
        Self {
            town: constant(r"^(?:[A-Z]{1,2}\s?[-–]\s?)?\d{5}\s*\p{Lu}[\p{L}.()/ -]+$"),
            salutation: constant(
                r"(?i)^(?:sehr\s*(?:geehrt|verehrt)|guten (?:tag|morgen|abend)\b|liebe[rs]?\s\p{Lu}|hallo\b|werte[rs]?\s|dear\s)",
            ),
            date: constant(
                r"(?i)^(?:datum\W*|\p{L}[\p{L} ./()-]{1,30},\s*(?:den\s+|am\s+)?|den\s+)?\d{1,2}\.\s?(?:\d{1,2}\.\s?|(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)\p{L}*\.?\s)(?:\d{4}|\d{2})$",
            ),
            reference: constant(
                r"(?i)^(?:ihre? (?:zeichen|nachricht|schreiben)|(?:mein|unser)e? (?:zeichen|nachricht)|aktenzeichen|geschäftszeichen|az\b|gz\b|auskunft erteilt|ansprechpartner|(?:sach)?bearbeite|durchwahl|telefon|telefax|zimmer|e-?mail|betreff|kunden|rechnungsn|steuern|kassenzeichen|bg-nummer|versichertenn|vertragsn|datum)",
            ),
            mail: constant(r"(?i)^(von|an|cc|betreff|gesendet|datum|from|to|subject|sent|date|anlagen)\s*:"),
            closing: constant(
                r"(?i)^(?:mit (?:freundlich|best|vorzüglich|kollegial)\p{L}* |(?:freundliche|beste|viele|herzliche) grüße|hochachtungsvoll|im auftrag|i\. ?a\.|in vertretung)",
            ),
        }
    }

    /// What the pieces of a page say.
    pub(super) fn read(&self, rows: &[Row]) -> LetterMarks {
        let mut marks = LetterMarks::default();
        let (mut references, mut mail) = (0, Vec::new());
        for (at, row) in rows.iter().enumerate() {
            let text = row.text.trim();
            marks.address |=
                ADDRESS.contains(&row.y) && row.left < ADDRESS_LEFT && self.town.is_match(text) && is_address(rows, at);
            marks.salutation |= SALUTATION.contains(&row.y) && self.salutation.is_match(text);
            if row.y < HEAD {
                marks.date |= self.date.is_match(text);
                references += usize::from(self.reference.is_match(text));
            }
            if row.y < MAIL_HEAD
                && let Some(label) = self.mail.captures(text)
            {
                let label = label[1].to_lowercase();
                if !mail.contains(&label) {
                    mail.push(label);
                }
            }
            marks.closing |= self.closing.is_match(text);
        }
        marks.references = references >= MIN_REFERENCES;
        marks.mail = mail.len() >= MIN_MAIL_LABELS;
        let first = rows.iter().find(|row| row.text.chars().filter(|c| c.is_alphabetic()).count() >= TEXT_CHARS);
        let mut heights: Vec<f32> = rows.iter().map(|row| row.height).collect();
        heights.sort_by(f32::total_cmp);
        let middle = heights.get(heights.len() / 2).copied().unwrap_or_default();
        let is_text = |row: &&Row| row.text.chars().filter(|c| c.is_alphabetic()).count() >= MIN_CHARS;
        marks.headline = rows.iter().filter(is_text).any(|row| row.y < HEADLINE && row.height > TALLER * middle);
        let last = rows.iter().filter(is_text).map(|row| row.y).filter(|&y| y < FOOT).reduce(f32::max);
        marks.ends_early = last.is_some_and(|y| y < EARLY);
        marks.continues = first.and_then(|row| row.text.chars().next()).is_some_and(char::is_lowercase);
        marks
    }
}

/// Whether two lines or more stand right above the town, aligned with it: name and street.
fn is_address(rows: &[Row], town: usize) -> bool {
    let Some(town) = rows.get(town) else { return false };
    let (mut lowest, mut lines) = (town.y, 0);
    let mut above: Vec<f32> =
        rows.iter().filter(|row| (row.left - town.left).abs() < ALIGNED && row.y < town.y).map(|row| row.y).collect();
    above.sort_by(|a, b| b.total_cmp(a));
    for y in above {
        if lowest - y > LINE_PITCH {
            break;
        }
        // Two pieces at one height are one line.
        lines += usize::from(lowest - y > LINE_PITCH / 10.0);
        lowest = y;
    }
    lines >= 2
}
