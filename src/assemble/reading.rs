//! A page's text made searchable: where its lines begin, which of them may be headings.

use super::matching::{Phrase, Trigrams, normalise, speaks_of_yours};
use crate::model::{PageRecord, PixelBox, Quad, TextLine, Word};

/// Share of the upright page's height in which a title is a title. The subject line of a DIN 5008 letter (form B)
/// stands at about 103 mm of 297; skew, a cut edge or a long letterhead push it down.
const HEAD_SHARE: f32 = 0.45;

/// Share of a line's letters from which on a title is what the line is about, wherever in the line it stands. Below it
/// lie lines of a paragraph that happen to begin or end with the title's words.
const HEADING_SHARE: f32 = 0.7;

/// Longest heading, in letters: more is the first line of a paragraph.
const HEADING_LETTERS: usize = 70;

/// Gap between two words, in heights of the words, that divides a row into columns. Blanks of justified text are half a
/// height wide.
const WIDE_GAP: f32 = 2.0;

/// The text of a page, normalised, and its lines.
#[derive(Debug, Default)]
pub(super) struct Reading {
    letters: Vec<char>,
    trigrams: Trigrams,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    /// In `letters`, with the blanks at both ends.
    start: usize,
    end: usize,
    /// As `start`, behind a leading number.
    begin: usize,
    in_head: bool,
    /// Begins a paragraph or stands alone: what it begins with may be a heading.
    begins: bool,
    /// Ends as sentences do, and headings do not.
    full_stop: bool,
    /// Begins with `Ihr` or `Ihre`.
    of_yours: bool,
    /// On the upright page.
    edges: PixelBox,
}

/// A word of the text, or the colon behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'r> {
    /// Normalised, without blanks; at least one.
    pub(super) letters: &'r [char],
    /// Which line it stands on; the later one if it is divided.
    pub(super) line: usize,
    /// That line may be a heading in the head of the page.
    pub(super) in_heading: bool,
}

/// Where a title stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// As a heading in the head of the page; similarity, 0 to 1.
    Head(f32),
    /// As a heading further down.
    Below,
}

impl Reading {
    /// Reads the lines of a page; a word divided at a line's end is made whole.
    pub(super) fn of(record: &PageRecord) -> Self {
        let size = (record.width_px, record.height_px);
        let (_, height) = record.placement.upright_size(size);
        let upright = record.placement.to_scan(size).inverse();
        // By the box around it, as `ocr --format json` has it.
        let edges = |line: &TextLine| {
            let quad = Quad::from_box(line.quad.bounds());
            upright.map_or(quad, |map| quad.map(&map)).bounds()
        };
        let lines = Vec::with_capacity(record.lines.len());
        let mut reading = Self { letters: vec![' '], lines, trigrams: Trigrams::default() };
        let mut divided = false;
        for line in &record.lines {
            let text = line.text();
            let continues = divided && text.chars().next().is_some_and(char::is_lowercase);
            if continues {
                reading.letters.pop();
            }
            let start = reading.letters.len().saturating_sub(1);
            reading.letters.extend(normalise(&text).into_iter().skip(1));
            let begin = start + behind_number(reading.letters.get(start..).unwrap_or_default());
            let edges = edges(line);
            let whole = Line {
                start,
                begin,
                end: reading.letters.len(),
                edges,
                in_head: upright.is_some() && (edges.y0 + edges.y1) / 2.0 <= HEAD_SHARE * height as f32,
                begins: line.starts_block && !continues,
                full_stop: text.ends_with(['.', ',', ';']),
                of_yours: speaks_of_yours(reading.letters.get(start..).unwrap_or_default()),
            };
            if let Some(left) = letterhead(line).filter(|_| whole.begins) {
                let begin = start + normalise(&left).len().saturating_sub(1);
                reading.lines.push(Line { begin, ..whole.clone() });
            }
            reading.lines.push(whole);
            divided = text.ends_with('-');
        }
        reading.trigrams = Trigrams::of(&reading.letters);
        reading
    }

    /// The words of the text in order.
    pub(super) fn tokens(&self) -> impl Iterator<Item = Token<'_>> {
        let mut line = 0;
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at + self.letters.get(at..)?.iter().position(|&letter| letter != ' ')?;
            let len = self.letters[start..].iter().position(|&letter| letter == ' ');
            at = len.map_or(self.letters.len(), |len| start + len);
            while self.lines.get(line + 1).is_some_and(|next| next.start < at) {
                line += 1;
            }
            let in_heading = self.lines.get(line).is_some_and(Line::may_be_heading);
            Some(Token { letters: &self.letters[start..at], line, in_heading })
        })
    }

    /// The boxes around the lines, in pixels of the upright page.
    pub(super) fn boxes(&self) -> impl Iterator<Item = PixelBox> {
        self.lines.chunk_by(|a, b| a.start == b.start).map(|parts| parts[0].edges)
    }

    /// Whether the phrase stands anywhere.
    pub(super) fn has(&self, phrase: &Phrase) -> bool {
        phrase.may_be_in(&self.trigrams) && phrase.find(&self.letters).is_some()
    }

    /// The best place where the title is a heading: a paragraph begins with it, after a number if need be, or it is most
    /// of a line, or it begins the right part of a letterhead; it may go on over the line's end. The same words within a
    /// sentence are none, and behind `Ihr` they count as further down.
    pub(super) fn heading(&self, title: &Phrase) -> Option<Place> {
        if !title.may_be_in(&self.trigrams) {
            return None;
        }
        let mut best = None;
        for line in &self.lines {
            let reach = line.begin + title.reach();
            let most_of_it = !line.full_stop && title.len() as f32 >= HEADING_SHARE * (line.end - line.start) as f32;
            let end = match (most_of_it, line.begins) {
                (true, _) => reach.max(line.end),
                (false, true) => reach,
                (false, false) => continue,
            };
            let text = self.letters.get(line.begin..end.min(self.letters.len())).unwrap_or_default();
            // `Ihr Antrag auf Verlängerung` is what a decision on it is about.
            let answers = line.of_yours && !title.speaks_of_yours();
            best = match (best, title.find(text), line.in_head && !answers) {
                (best, None, _) => best,
                (Some(Place::Head(other)), Some(similarity), true) => Some(Place::Head(similarity.max(other))),
                (_, Some(similarity), true) => Some(Place::Head(similarity)),
                (best, Some(_), false) => best.or(Some(Place::Below)),
            };
        }
        best
    }
}

impl Line {
    /// It looks like a heading, and stands in the head of the page.
    fn may_be_heading(&self) -> bool {
        self.in_head && self.begins && !self.full_stop && self.end - self.start <= HEADING_LETTERS
    }
}

/// The left part of a row that a wide gap divides in two, as in `Sparkasse           Kontoauszug`: the right one may be a
/// heading as well. `None` for all others, also for a label with its value and for the cells of a table.
fn letterhead(line: &TextLine) -> Option<String> {
    let is_wide = |pair: &[Word]| {
        let ([_, b0, b1, _], [c0, _, _, c1]) = (pair[0].quad.0, pair[1].quad.0);
        let (end, begin) = (b0.towards(b1, 0.5), c0.towards(c1, 0.5));
        (begin.x - end.x).hypot(begin.y - end.y) > WIDE_GAP * (b1.x - b0.x).hypot(b1.y - b0.y)
    };
    let mut gaps = line.words.windows(2).enumerate().filter(|(_, pair)| is_wide(pair));
    let (last, _) = gaps.next().filter(|_| gaps.next().is_none())?;
    let left: Vec<&str> = line.words.iter().take(last + 1).map(|word| word.text.as_str()).collect();
    let left = left.join(" ");
    (!left.ends_with(':')).then_some(left)
}

/// Where the words begin behind a leading number, as in `2. Vermerk`.
fn behind_number(letters: &[char]) -> usize {
    let digits = letters.iter().skip(1).take_while(|letter| letter.is_ascii_digit()).count();
    if digits > 0 && letters.get(1 + digits) == Some(&' ') { 1 + digits } else { 0 }
}
