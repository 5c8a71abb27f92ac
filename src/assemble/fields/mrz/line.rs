//! One line of a machine-readable zone: from what OCR made of it to signs in their places.

use unicode_normalization::UnicodeNormalization as _;

use super::super::check::icao;
use super::super::lookalike::{digits_for, letters_for};
use super::super::rows::{Rows, Span};
use super::form::Plan;

/// Signs of a row that may be a line: 30 to 44, and what OCR loses of long fillers, or adds.
const LENGTHS: std::ops::RangeInclusive<usize> = 18..=60;

/// Share of signs that zones have.
const OWN_SIGNS: f32 = 0.85;

/// How much less likely a line, or a number, is for each sign that was put right by its place, or by its check digit alone.
const BY_PLACE: f32 = 0.9;
const BY_CHECK: f32 = 0.5;

/// Lines of a zone are no further apart than so many times their height.
const PITCH: f32 = 5.0;

/// A row that may be a line of a zone.
#[derive(Debug)]
pub(super) struct Line {
    signs: Vec<u8>,
    /// Where each stands in the row's text.
    places: Vec<usize>,
    pub(super) span: Span,
    y: f32,
    size: f32,
}

/// A line in its full length.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) signs: Vec<u8>,
    /// Where each stands in the row's text; one more than there are signs.
    pub(super) places: Vec<usize>,
    pub(super) checked: Vec<Checked>,
    /// How many checks passed that say something.
    pub(super) passed: usize,
    pub(super) sure: f32,
}

/// A part with a check digit.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) from: usize,
    pub(super) passes: bool,
    pub(super) sure: f32,
    /// A sign was put right because the check then passes, and not with any other.
    pub(super) by_check: bool,
    /// It holds a sign whose lookalike has the same sum: 6 and G, 1 and L, 0 and U.
    pub(super) blind: bool,
}

impl Line {
    /// `None` if a row is none.
    pub(super) fn of(rows: &Rows, row: usize) -> Option<Self> {
        let source = rows.rows.get(row)?;
        let text = &source.text;
        let count = text.chars().filter(|c| !c.is_whitespace()).count();
        if !LENGTHS.contains(&count) && !text.contains('«') {
            return None;
        }
        let mut signs: Vec<u8> = Vec::with_capacity(count);
        let mut places = Vec::with_capacity(count);
        let mut strange = 0;
        for (place, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            let mut push = |sign: u8| {
                signs.push(sign);
                places.push(place);
            };
            match c {
                'A'..='Z' | '0'..='9' | '<' => push(c as u8),
                '‹' | '〈' | '＜' | '≤' | '(' | '{' | '[' | '>' => push(b'<'),
                '«' | '《' | '≪' => {
                    push(b'<');
                    push(b'<');
                }
                'a'..='z' => {
                    strange += 1;
                    push(c.to_ascii_uppercase() as u8);
                }
                'ı' | '|' | '!' => push(b'I'),
                _ => strange += 1,
            }
        }
        let fillers = signs.iter().filter(|sign| **sign == b'<').count();
        let digits = signs.iter().filter(|sign| sign.is_ascii_digit()).count();
        let own = signs.len() as f32 >= OWN_SIGNS * (signs.len() + strange) as f32;
        // The name of a line of capitals without any filler or digit is a heading.
        if !LENGTHS.contains(&signs.len()) || !own || fillers + digits / 4 < 2 {
            return None;
        }
        let cell = source.cells.first()?;
        let mut line = Self {
            signs,
            places,
            span: Span { row, start: 0, end: text.len() },
            y: cell.y,
            size: source.cells.iter().map(|cell| cell.size).fold(1.0, f32::max),
        };
        line.clear_fillers();
        Some(line)
    }

    /// Whether another line may follow this one in a zone.
    pub(super) fn near(&self, next: &Self) -> bool {
        let gap = next.y - self.y;
        gap > 0.0 && gap <= PITCH * self.size.max(next.size)
    }

    /// A sign or two between long fillers is a filler that was misread.
    fn clear_fillers(&mut self) {
        let is_run = |signs: &[u8]| signs.len() == 3 && signs.iter().all(|sign| *sign == b'<');
        for at in 3..self.signs.len() {
            for length in [1, 2] {
                let (Some(before), Some(after)) =
                    (self.signs.get(at - 3..at), self.signs.get(at + length..at + length + 3))
                else {
                    continue;
                };
                let misread = |sign: &u8| matches!(sign, b'<' | b'K' | b'C' | b'E' | b'S' | b'L' | b'X' | b'R');
                if is_run(before)
                    && is_run(after)
                    && self.signs.get(at..at + length).is_some_and(|s| s.iter().all(misread))
                {
                    self.signs.iter_mut().skip(at).take(length).for_each(|sign| *sign = b'<');
                }
            }
        }
    }

    /// The line as one of `length` signs by that plan; of several ways to its length the one that passes most checks.
    pub(super) fn read(&self, plan: &Plan, length: usize) -> Option<Reading> {
        let mut best: Option<Reading> = None;
        for (signs, places) in self.fitted(plan, length) {
            let Some(reading) = reading(signs, places, plan) else { continue };
            let better = best.as_ref().is_none_or(|best| (reading.passed, reading.sure) > (best.passed, best.sure));
            if better {
                best = Some(reading);
            }
        }
        best
    }

    /// The signs brought to `length`, by fillers added to or taken from one run of them, the longest first.
    fn fitted(&self, plan: &Plan, length: usize) -> Vec<(Vec<u8>, Vec<usize>)> {
        let with_end = |signs: Vec<u8>, mut places: Vec<usize>| {
            places.push(self.span.end);
            (signs, places)
        };
        let count = self.signs.len();
        if count == length {
            return vec![with_end(self.signs.clone(), self.places.clone())];
        }
        if plan.names {
            // What is missing, or too much, is filler at the end; names themselves end before it.
            let mut signs = self.signs.clone();
            let mut places = self.places.clone();
            if signs.iter().skip(length).any(|sign| *sign != b'<') || count + 14 < length.min(32) {
                return Vec::new();
            }
            signs.resize(length, b'<');
            places.resize(length, self.span.end);
            return vec![with_end(signs, places)];
        }
        if count.abs_diff(length) > 14 {
            return Vec::new();
        }
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (at, sign) in self.signs.iter().enumerate() {
            match runs.last_mut() {
                Some((_, end)) if *sign == b'<' && *end == at => *end += 1,
                _ if *sign == b'<' => runs.push((at, at + 1)),
                _ => {}
            }
        }
        runs.sort_by_key(|(start, end)| std::cmp::Reverse(end - start));
        let fit = |(start, end): (usize, usize)| {
            let (mut signs, mut places) = (self.signs.clone(), self.places.clone());
            if count < length {
                let place = *places.get(start)?;
                signs.splice(start..start, std::iter::repeat_n(b'<', length - count));
                places.splice(start..start, std::iter::repeat_n(place, length - count));
            } else {
                let too_many = count - length;
                if end - start < too_many {
                    return None;
                }
                signs.drain(start..start + too_many);
                places.drain(start..start + too_many);
            }
            Some(with_end(signs, places))
        };
        runs.into_iter().take(8).filter_map(fit).collect()
    }
}

/// Signs of full length, each as its place can hold it, and checked.
fn reading(mut signs: Vec<u8>, places: Vec<usize>, plan: &Plan) -> Option<Reading> {
    let mut mended = vec![false; signs.len()];
    for (place, sign) in signs.iter_mut().enumerate() {
        let holds = match (plan.class(place), *sign) {
            (_, b'<') => true,
            (b'n' | b'd', sign) => sign.is_ascii_digit(),
            (b'a', sign) => sign.is_ascii_uppercase(),
            (b's', sign) => matches!(sign, b'M' | b'F'),
            _ => true,
        };
        if !holds {
            let options = match plan.class(place) {
                b'n' | b'd' => digits_for(char::from(*sign)),
                b'a' => letters_for(char::from(*sign)),
                _ if matches!(*sign, b'P' | b'E') => b"F",
                _ => b"",
            };
            *sign = *options.first()?;
            mended[place] = true;
        }
    }
    let count = mended.iter().filter(|mended| **mended).count();
    if count * 4 > signs.len()
        || !(plan.begins.is_empty() || signs.first().is_some_and(|sign| plan.begins.contains(sign)))
    {
        return None;
    }
    let mut reading = Reading { signs, places, checked: Vec::new(), passed: 0, sure: BY_PLACE.powi(count as i32) };
    for &(from, to, digit) in plan.checks {
        let mends = mended.get(from..to)?.iter().chain(mended.get(digit)).filter(|mended| **mended).count();
        let mut checked =
            Checked { from, passes: false, sure: BY_PLACE.powi(mends as i32), by_check: false, blind: false };
        let part = reading.signs.get(from..to)?.to_vec();
        let expected = *reading.signs.get(digit)?;
        if passes(&part, expected) {
            checked.passes = true;
        } else if let Some(better) = (plan.class(from) == b'c').then(|| only_reading(&part, expected)).flatten() {
            reading.signs.splice(from..to, better);
            checked.passes = true;
            checked.sure *= BY_CHECK;
            checked.by_check = true;
            reading.sure *= BY_CHECK;
        }
        let part = reading.signs.get(from..to)?;
        checked.blind = plan.class(from) == b'c' && part.iter().any(|sign| b"6G1L0U".contains(sign));
        reading.passed += usize::from(checked.passes && part.iter().any(|sign| *sign != b'<'));
        reading.checked.push(checked);
    }
    Some(reading)
}

/// Of a part without data the digit may be a filler.
fn passes(part: &[u8], digit: u8) -> bool {
    let empty = part.iter().all(|sign| *sign == b'<');
    icao(part.iter().copied()) == digit || (empty && digit == b'<')
}

/// Letters and digits that look most alike; the sums of 6 and G, and of 1 and L, are the same.
const ALIKE: [(char, char); 6] = [('0', 'O'), ('1', 'I'), ('8', 'B'), ('5', 'S'), ('2', 'Z'), ('0', 'D')];

/// The part with the one sign exchanged for its lookalike with which it passes; `None` if there are several such.
fn only_reading(part: &[u8], digit: u8) -> Option<Vec<u8>> {
    let mut found = None;
    for (place, sign) in part.iter().enumerate() {
        let sign = char::from(*sign);
        let others = ALIKE.iter().filter_map(|&(a, b)| if a == sign { Some(b) } else { (b == sign).then_some(a) });
        for other in others {
            let mut better = part.to_vec();
            better[place] = other as u8;
            if passes(&better, digit) && found.replace(better).is_some() {
                return None;
            }
        }
    }
    found
}

/// Names of a zone.
#[derive(Debug, PartialEq)]
pub(super) struct Names {
    pub(super) surname: String,
    pub(super) given: String,
    /// Surname and given names are told apart.
    pub(super) divided: bool,
}

/// `ERIKSSON<<ANNA<MARIA<<<<<` in its parts.
pub(super) fn names(text: &str) -> Names {
    let spaced = |part: &str| part.split('<').filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
    let text = text.trim_matches('<');
    match text.split_once("<<") {
        Some((surname, rest)) => {
            let given = rest.trim_start_matches('<').split("<<").next().unwrap_or_default();
            Names { surname: spaced(surname), given: spaced(given), divided: true }
        }
        None => {
            let (surname, given) = text.split_once('<').unwrap_or((text, ""));
            Names { surname: spaced(surname), given: spaced(given), divided: given.is_empty() }
        }
    }
}

/// A printed name as zones write it: ICAO Doc 9303-3, section 6.
pub(super) fn transcribed(name: &str) -> String {
    let mut signs = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_uppercase) {
        match c {
            'Ä' | 'Æ' => signs.push_str("AE"),
            'Ö' | 'Ø' | 'Œ' => signs.push_str("OE"),
            'Ü' => signs.push_str("UE"),
            'ß' | 'ẞ' => signs.push_str("SS"),
            'Å' => signs.push_str("AA"),
            'Ł' => signs.push('L'),
            'Đ' => signs.push('D'),
            c => signs.extend(std::iter::once(c).nfd().filter(char::is_ascii_alphanumeric)),
        }
    }
    signs
}
