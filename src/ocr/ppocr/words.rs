//! From characters with steps to words with edges.

use super::case;
use super::ctc::Glyph;
use super::ink::Ink;
use super::recognise::STEP_PX;

/// A character of a line and its glyph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter<'a> {
    pub(super) symbol: &'a str,
    pub(super) glyph: Glyph,
}

/// A word in a crop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CropWord {
    pub(super) text: String,
    /// First column with its ink, and one past the last.
    pub(super) columns: (usize, usize),
    /// The product of its characters' probabilities.
    pub(super) confidence: f32,
}

// The recogniser loses one blank in a hundred, on pages with tables and typewriter faces one in twenty. A gap in the ink
// is a blank all the same if it is wide enough: by the height of the line's ink (corrected for the squeeze of the crop)
// beyond the line's median gap between characters, which is wide in typewriter faces, and by the blanks of the line that
// the recogniser did find. Set on 3,750 lines whose text is known, with 173 lost blanks and
// 80,000 pairs of characters without one.

/// Heights of ink by which a blank is wider than the median gap: between two letters, where blanks are hardly ever lost
/// and wide gaps come from loose type.
const BETWEEN_LETTERS: f32 = 0.5;
/// Before a per cent sign and after a colon, where blanks are lost most often.
const AT_COLON_OR_PER_CENT: f32 = 0.2;
/// Elsewhere.
const ELSEWHERE: f32 = 0.3;
/// Share of the median width of the blanks that were found, if they are at least two.
const BLANK_SHARE: f32 = 0.7;

/// The usual gap, in heights of ink, where a line has but one and that before a per cent sign, as in "7 %": as between
/// digits of sans-serif faces.
const LONE_GAP: f32 = 0.1;

/// Splits the letters of a crop of `width` columns, squeezed to `line_width` of its shape, into words.
pub(super) fn split(letters: &[Letter], ink: &Ink, width: usize, line_width: f32) -> Vec<CropWord> {
    let letters = &case::settled(letters, ink, width);
    let gaps = gaps(letters, ink, width);
    let usual = Usual::of(&gaps, (ink.rows.1 - ink.rows.0) as f32 * line_width);
    let mut words = Vec::new();
    let mut current: Vec<&Letter> = Vec::new();
    let mut left = 0;
    for (letter, gap) in letters.iter().filter(|letter| letter.symbol != " ").zip(gaps.iter().map(Some).chain([None])) {
        current.push(letter);
        let is_end = match gap {
            Some(gap) => gap.is_blank || usual.is_exceeded_by(gap) || is_box(letter.symbol),
            None => true,
        };
        if is_end {
            let (right, next_left) = gap.map_or((width, width), |gap| gap.columns);
            words.push(word(&current, ink, (left, right.max(left))));
            current.clear();
            left = next_left;
        }
    }
    words
}

/// What lies between two neighbouring characters.
struct Gap {
    /// The widest stretch without ink between their middles.
    columns: (usize, usize),
    /// The recogniser read a blank here.
    is_blank: bool,
    /// Heights of ink by which it must be wider than the median gap to be a blank all the same.
    least: f32,
}

impl Gap {
    fn width(&self) -> f32 {
        (self.columns.1 - self.columns.0) as f32
    }
}

/// The gaps between neighbouring characters other than blanks.
fn gaps(letters: &[Letter], ink: &Ink, width: usize) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut before: Option<&Letter> = None;
    let mut is_blank = false;
    for letter in letters {
        if letter.symbol == " " {
            is_blank = true;
            continue;
        }
        if let Some(before) = before {
            let from = centre(before).min(width);
            let columns = ink.widest_gap(from, centre(letter).min(width).max(from));
            gaps.push(Gap { columns, is_blank, least: least_heights(before.symbol, letter.symbol) });
        }
        before = Some(letter);
        is_blank = false;
    }
    gaps
}

fn least_heights(before: &str, after: &str) -> f32 {
    let is_letter = |symbol: &str| symbol.chars().all(char::is_alphabetic);
    if before == ":" || after == "%" {
        AT_COLON_OR_PER_CENT
    } else if is_letter(before) && is_letter(after) {
        BETWEEN_LETTERS
    } else {
        ELSEWHERE
    }
}

/// The widths, in columns, that are usual in a line.
struct Usual {
    /// Height of the ink.
    height: f32,
    /// Median gap between characters.
    gap: f32,
    /// Least width of a blank, going by those that the recogniser found; 1 if it found fewer than two.
    blank: f32,
}

impl Usual {
    fn of(gaps: &[Gap], height: f32) -> Self {
        let widths = |is_blank: bool| {
            let mut widths: Vec<f32> = gaps.iter().filter(|gap| gap.is_blank == is_blank).map(Gap::width).collect();
            widths.sort_by(f32::total_cmp);
            widths
        };
        // Of an even number the lower one: in "19 %" a lost blank must not be measured against itself.
        let median = |widths: &[f32]| widths.get(widths.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        let blanks = widths(true);
        let blank = if blanks.len() >= 2 { BLANK_SHARE * median(&blanks) } else { 0.0 };
        let gap = match gaps {
            [lone] if lone.least == AT_COLON_OR_PER_CENT => LONE_GAP * height,
            _ => median(&widths(false)),
        };
        Self { height, gap, blank: blank.max(1.0) }
    }

    fn is_exceeded_by(&self, gap: &Gap) -> bool {
        gap.width() >= (self.gap + gap.least * self.height).max(self.blank)
    }
}

/// The word of `letters`, whose ink lies within `range`.
fn word(letters: &[&Letter], ink: &Ink, (left, right): (usize, usize)) -> CropWord {
    let columns = (ink.first(left, right), ink.last(left, right));
    CropWord {
        text: letters.iter().map(|letter| letter.symbol).collect(),
        columns: (columns.0, columns.1.max(columns.0 + 1)),
        confidence: letters.iter().map(|letter| letter.glyph.probability).product(),
    }
}

/// A box to tick is a word of its own, however close its label stands.
fn is_box(symbol: &str) -> bool {
    matches!(symbol, "□" | "■" | "☐" | "☑" | "☒")
}

/// The column in the middle of a letter's steps.
pub(super) fn centre(letter: &Letter) -> usize {
    (letter.glyph.first + letter.glyph.last + 1) * STEP_PX / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::ppocr::crop::{Crop, HEIGHT};

    /// A crop in which each of the given stretches of columns is full of ink, from row 10 to row 40.
    fn inked(width: usize, stretches: &[(usize, usize)]) -> Ink {
        let is_ink = |i: usize| {
            let (x, y) = (i % width, i / width);
            (10..40).contains(&y) && stretches.iter().any(|s| (s.0..s.1).contains(&x))
        };
        let pixels = (0..width * HEIGHT).map(|i| if is_ink(i) { 20 } else { 240 }).collect();
        Ink::of(&Crop { width, pixels })
    }

    /// Letters at the given steps.
    fn letters(text: &'static [(&'static str, usize)]) -> Vec<Letter<'static>> {
        let glyph = |step| Glyph { class: 1, first: step, last: step, probability: 0.9 };
        text.iter().map(|&(symbol, step)| Letter { symbol, glyph: glyph(step) }).collect()
    }

    fn texts(words: &[CropWord]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn a_blank_splits_and_the_edges_are_those_of_the_ink() {
        let ink = inked(80, &[(2, 14), (18, 30), (50, 70)]);
        let words = split(&letters(&[("a", 1), ("b", 2), (" ", 4), ("c", 7)]), &ink, 80, 1.0);
        assert_eq!(texts(&words), ["ab", "c"]);
        assert_eq!((words[0].columns, words[1].columns), ((2, 30), (50, 70)));
        assert!((words[0].confidence - 0.81).abs() < 1e-6);
    }

    #[test]
    fn a_wide_gap_is_a_blank_that_was_lost() {
        let ink = inked(120, &[(2, 14), (18, 30), (60, 72), (76, 90)]);
        let words = split(&letters(&[("a", 1), ("1", 2), ("2", 8), ("d", 10)]), &ink, 120, 1.0);
        assert_eq!(texts(&words), ["a1", "2d"]);
    }

    #[test]
    fn the_wide_gaps_of_a_typewriter_face_are_none() {
        let ink = inked(160, &[(4, 12), (28, 36), (52, 60), (76, 84), (124, 132)]);
        let words = split(&letters(&[("1", 0), (".", 3), ("2", 6), ("3", 9), ("4", 15)]), &ink, 160, 1.0);
        assert_eq!(texts(&words), ["1.23", "4"]);
    }

    #[test]
    fn a_per_cent_sign_stands_apart_if_it_is_printed_so_even_in_the_shortest_line() {
        // Rows 10 to 40 hold ink: a blank is at least 6 columns wider than the usual gap.
        let lone =
            |gap: usize| split(&letters(&[("7", 1), ("%", 4)]), &inked(64, &[(4, 16), (16 + gap, 48)]), 64, 1.0).len();
        assert_eq!((lone(4), lone(10)), (1, 2));
        let two = |gap: usize| {
            let ink = inked(80, &[(2, 12), (14, 24), (24 + gap, 56)]);
            texts(&split(&letters(&[("1", 0), ("9", 2), ("%", 5)]), &ink, 80, 1.0)).join(" ")
        };
        assert_eq!((two(3), two(9)), ("19%".into(), "19 %".into()));
    }

    #[test]
    fn a_box_to_tick_stands_alone() {
        let ink = inked(80, &[(2, 20), (22, 40)]);
        assert_eq!(texts(&split(&letters(&[("□", 1), ("J", 3)]), &ink, 80, 1.0)), ["□", "J"]);
    }

    #[test]
    fn without_letters_there_are_no_words() {
        assert!(split(&[], &inked(80, &[]), 80, 1.0).is_empty());
        assert!(split(&letters(&[(" ", 1)]), &inked(80, &[]), 80, 1.0).is_empty());
    }
}
