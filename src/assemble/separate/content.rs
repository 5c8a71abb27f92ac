//! Where documents begin by their content: page numbers first, then letters and titles.
//!
//! Every signal may be missing or misread. A page number decides where there is one: it continues the document before it, or
//! it does not. Only a page without one is weighed by what else it says.

#[cfg(test)]
mod tests;

use super::letter::LetterMarks;
use super::numbers::{Form, PageNumber};
use super::rows::Row;
use super::{ContentRules, PageFacts};
use crate::assemble::Matcher;

// How much each mark of a first page says by itself; they add up like independent witnesses. Chosen so that address and
// date, or date and salutation, suffice, and none but the head of an e-mail does alone.
const ADDRESS: f32 = 0.5;
const SALUTATION: f32 = 0.45;
const DATE: f32 = 0.3;
const REFERENCES: f32 = 0.3;
const MAIL: f32 = 0.75;

// So do these of the page before, and of the page itself where the one before it speaks for an end.
const HEADLINE: f32 = 0.3;
const CLOSING: f32 = 0.35;
const ENDS_EARLY: f32 = 0.45;

/// A page this sure to be a first one begins a document.
const SURE: f32 = 0.6;

/// More is asked of a page that begins within a sentence.
const MID_SENTENCE: f32 = 0.3;

/// More is asked while page numbers promise further pages.
const UNFINISHED: f32 = 0.25;

/// A title like the one before says less: it may be a running head.
const SAME_TYPE: f32 = 0.8;

/// Share of common words from which on two pages with the same title are two copies of one form.
const SAME_FORM: f32 = 0.6;

/// Furthest page whose number tells where its document began.
const MAX_IMPLIED: u16 = 20;

/// The words of a page as bits: which of 1024 drawers hold any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint([u64; 16]);

/// Shortest word that counts.
const WORD_CHARS: usize = 4;

/// The fingerprint of a page's words; numbers and names that fill a form are not told apart from its labels.
pub(super) fn fingerprint(rows: &[Row]) -> Fingerprint {
    let mut bits = [0u64; 16];
    let words = rows.iter().flat_map(|row| row.text.split(|c: char| !c.is_alphabetic()));
    for word in words.filter(|word| word.chars().count() >= WORD_CHARS) {
        // FNV-1a, 64 bits (RFC 9923); its high bits are mixed best.
        let hash = word.chars().flat_map(char::to_lowercase).fold(0xcbf2_9ce4_8422_2325, |hash: u64, c| {
            (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
        });
        let drawer = (hash >> 54) as usize;
        bits[drawer / 64] |= 1 << (drawer % 64);
    }
    Fingerprint(bits)
}

impl Fingerprint {
    /// Share of the drawers that both use of those that any uses; 0 for two empty pages.
    fn likeness(&self, other: &Self) -> f32 {
        let count = |join: fn(u64, u64) -> u64| -> u32 {
            self.0.iter().zip(&other.0).map(|(&a, &b)| join(a, b).count_ones()).sum()
        };
        count(|a, b| a & b) as f32 / count(|a, b| a | b).max(1) as f32
    }
}

/// What is known of the document that is going on.
#[derive(Debug, Default)]
pub(super) struct Flow<'p> {
    /// Its numbers that were seen last.
    numbers: Vec<Seen>,
    /// Its last page that has content and can be read.
    last: Option<&'p PageFacts>,
    /// The type that its first page told.
    kind: Option<usize>,
}

/// A page number, and what has gone by since.
#[derive(Clone, Copy, Debug)]
struct Seen {
    number: PageNumber,
    /// Sides, blank ones too: they may be counted or not.
    sides: usize,
    /// Sides that are not blank.
    filled: usize,
}

/// What a page's numbers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Begins,
    Continues,
    Silent,
}

impl<'p> Flow<'p> {
    /// Whether `page`, which has content, begins a document. `implied`: the number of a later page says so.
    pub(super) fn begins(&self, page: &PageFacts, implied: bool, rules: ContentRules, matcher: &Matcher) -> bool {
        let Some(last) = self.last else { return false };
        match self.by_number(&page.marks.numbers) {
            Verdict::Begins => return true,
            Verdict::Continues => return false,
            Verdict::Silent if implied => return true,
            Verdict::Silent => {}
        }
        let letter = page.marks.letter;
        let mut bar = SURE;
        if letter.continues {
            bar += MID_SENTENCE;
        }
        if self.numbers.iter().any(|seen| seen.number.form == Form::PageOf && seen.promises()) {
            bar += UNFINISHED;
        }
        let title = if rules.types { self.by_title(page, last, matcher) } else { 0.0 };
        1.0 - doubt(letter, last.marks.letter) * (1.0 - title) >= bar
    }

    /// How sure a title of the page says that another document begins, 0 to 1.
    fn by_title(&self, page: &PageFacts, last: &PageFacts, matcher: &Matcher) -> f32 {
        let Some((kind, confidence)) = matcher.begins(&page.evidence) else { return 0.0 };
        if self.kind != Some(kind) {
            return confidence;
        }
        let repeated = matcher.begins(&last.evidence).is_some_and(|(other, _)| other == kind);
        let alike = || match (&page.marks.words, &last.marks.words) {
            (Some(one), Some(other)) => one.likeness(other) >= SAME_FORM,
            _ => false,
        };
        if !repeated || alike() { SAME_TYPE * confidence } else { 0.0 }
    }

    fn by_number(&self, numbers: &[PageNumber]) -> Verdict {
        let follows = |now: &PageNumber| self.numbers.iter().any(|seen| seen.is_followed_by(now));
        if numbers.iter().any(follows) {
            return Verdict::Continues;
        }
        let mut strong = numbers.iter().filter(|now| self.counts(now)).peekable();
        if strong.peek().is_none() {
            let mut counted = self.numbers.iter().filter(|seen| seen.number.total.is_some()).peekable();
            let complete = counted.peek().is_some() && counted.all(|seen| !seen.promises());
            return if complete { Verdict::Begins } else { Verdict::Silent };
        }
        if strong.clone().any(|now| now.page == 1) {
            return Verdict::Begins;
        }
        // A later page, and not of what was numbered before: its first pages are missing.
        let known = |now: &&PageNumber| self.numbers.iter().any(|seen| seen.number.top == now.top);
        if strong.any(|now| known(&now)) { Verdict::Begins } else { Verdict::Continues }
    }

    /// Whether a number that does not follow is to be believed.
    fn counts(&self, now: &PageNumber) -> bool {
        let repeated = || self.numbers.iter().any(|seen| seen.number == *now);
        match now.form {
            Form::Bare => false,
            Form::Fraction => now.total == Some(now.page) || !repeated(),
            Form::Page | Form::PageOf => true,
        }
    }

    /// A document begins with the next page.
    pub(super) fn start(&mut self) {
        *self = Self::default();
    }

    /// A page of the document has gone by.
    pub(super) fn pass(&mut self, page: &'p PageFacts, matcher: &Matcher) {
        for seen in &mut self.numbers {
            seen.sides += 1;
            seen.filled += usize::from(!page.blank);
        }
        if page.held || page.blank {
            return;
        }
        for &now in &page.marks.numbers {
            self.numbers.retain(|seen| seen.number.top != now.top || seen.number.form != now.form);
            self.numbers.push(Seen { number: now, sides: 0, filled: 0 });
        }
        if self.last.is_none() {
            self.kind = matcher.begins(&page.evidence).map(|(kind, _)| kind);
        }
        self.last = Some(page);
    }
}

impl Seen {
    /// Whether `now`, on the next page, goes on where this was.
    fn is_followed_by(&self, now: &PageNumber) -> bool {
        let before = self.number;
        let step = now.page.checked_sub(before.page).map(usize::from);
        // A misread total does not matter where the numbers go on, unless the page is beyond it.
        let within = before.total.is_none_or(|total| now.page <= total);
        let near = step.is_some_and(|step| (1..=self.sides + 1).contains(&step));
        now.top == before.top && now.form == before.form && within && near
    }

    /// Whether the next page still is one of those that it counts.
    fn promises(&self) -> bool {
        self.number.total.is_some_and(|total| usize::from(self.number.page) + self.filled < usize::from(total))
    }
}

/// How doubtful it is that a page begins a document, behind another one; 0 to 1.
fn doubt(page: LetterMarks, before: LetterMarks) -> f32 {
    let witnesses = [
        (page.address, ADDRESS),
        (page.salutation, SALUTATION),
        (page.date, DATE),
        (page.references, REFERENCES),
        (page.mail, MAIL),
        (page.headline, HEADLINE),
        (before.closing, CLOSING),
        (before.ends_early, ENDS_EARLY),
    ];
    witnesses.iter().filter(|(speaks, _)| *speaks).map(|(_, share)| 1.0 - share).product()
}

/// The pages that must be first ones because a later page carries the number that follows: a page 2 behind an unnumbered
/// page. `is_page` tells pages of documents from sheets.
pub(super) fn implied(pages: &[PageFacts], is_page: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut implied = vec![false; pages.len()];
    let strong = |page: &PageFacts| page.marks.numbers.iter().filter(|n| n.form >= Form::Page).map(|n| n.page).min();
    for (at, page) in pages.iter().enumerate() {
        let Some(number) = strong(page).filter(|number| (2..=MAX_IMPLIED).contains(number)) else { continue };
        let mut missing = number - 1;
        for before in (0..at).rev() {
            if !is_page(before) || pages.get(before).is_none_or(|page| page.held || !page.marks.numbers.is_empty()) {
                break;
            }
            missing -= u16::from(!pages[before].blank);
            if missing == 0 {
                implied[before] = true;
                break;
            }
        }
    }
    implied
}
