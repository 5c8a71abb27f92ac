//! Labels on a page: texts as `Rechnungsnummer` that say what stands beside or below them.
//!
//! In: texts of labels, rows of a page. Out: where each label stands, and the parts of rows that may hold its value. Blanks,
//! signs, case, dots on umlauts and letters that OCR mixes up do not count; long labels may have a wrong letter.

use super::rows::{Cell, Rows, Span};

/// Letters of a label that one wrong, lost or added letter may be spent on, as for titles of types.
const LETTERS_PER_EDIT: usize = 8;
const MAX_EDITS: usize = 2;

/// How far below its label a value may stand, in heights of the label.
const BELOW: f32 = 3.2;

/// A label within a sentence counts less than one that begins a cell or ends with a colon.
const IN_A_SENTENCE: f32 = 0.85;
/// So does a value in the next cell, below, or above its label.
const NEXT_CELL: f32 = 0.98;
const UNDERNEATH: f32 = 0.93;
const ABOVE: f32 = 0.85;

/// Between two cells: no label crosses it.
const BORDER: u8 = b' ';

/// A text and what it announces.
#[derive(Clone, Debug)]
struct Label {
    letters: Vec<u8>,
    edits: usize,
    target: usize,
    weight: f32,
}

/// All labels that are looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels(Vec<Label>);

/// A label that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// What it announces, as given to [`Labels::add`].
    pub(super) target: usize,
    /// How sure a value behind it is what it announces, 0 to 1.
    pub(super) weight: f32,
    pub(super) span: Span,
}

/// A part of a row that may begin with the value of a label, and how sure the place is, 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) span: Span,
    pub(super) sure: f32,
    /// In the label's own row.
    pub(super) beside: bool,
}

impl Labels {
    /// Adds a text that announces `target`. Texts without a letter are none.
    pub(super) fn add(&mut self, text: &str, target: usize, weight: f32) {
        let letters: Vec<u8> = text.chars().flat_map(folded).flatten().collect();
        if !letters.is_empty() {
            let edits = (letters.len() / LETTERS_PER_EDIT).min(MAX_EDITS);
            self.0.push(Label { letters, edits, target, weight });
        }
    }

    /// Finds all labels; where several begin or overlap, the longest stands.
    pub(super) fn find(&self, rows: &Rows) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (row, text) in rows.all() {
            let letters = Letters::of(&text.text);
            let mut in_row: Vec<(usize, Hit)> = Vec::new();
            for start in 0..letters.signs.len() {
                if letters.begins_word[start] {
                    in_row.extend(self.0.iter().filter_map(|label| {
                        let (length, edits) = label.matches(letters.signs.get(start..)?)?;
                        let span =
                            letters.span(&text.text, row, (start, start + length), (label.letters.len(), edits))?;
                        let beginning = text.cells.iter().any(|cell| cell.start == span.start);
                        let colon = text.text.get(span.end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
                        let place = if beginning || colon { 1.0 } else { IN_A_SENTENCE };
                        let alike = 1.0 - edits as f32 / label.letters.len() as f32;
                        Some((length, Hit { target: label.target, weight: label.weight * place * alike, span }))
                    }));
                }
            }
            // The longest first; of equally long ones the likelier.
            in_row.sort_by(|(a, x), (b, y)| b.cmp(a).then(y.weight.total_cmp(&x.weight)));
            let mut taken: Vec<Hit> = Vec::new();
            for (_, hit) in in_row {
                if !taken.iter().any(|other| other.span.start < hit.span.end && hit.span.start < other.span.end) {
                    taken.push(hit);
                }
            }
            taken.sort_by_key(|hit| hit.span.start);
            // `Aktenzeichen: AZ 2026/4711`: the short one belongs to the number.
            let mut last: Option<Hit> = None;
            taken.retain(|hit| {
                let belongs = last.is_some_and(|other| {
                    let between = text.text.get(other.span.end..hit.span.start).unwrap_or_default();
                    other.target == hit.target
                        && hit.span.end - hit.span.start < 4
                        && !between.contains(|c: char| c.is_alphanumeric() || c == '\t')
                });
                last = if belongs { last } else { Some(*hit) };
                !belongs
            });
            hits.extend(taken);
        }
        hits
    }
}

impl Label {
    /// Whether the text begins with the label: with how many of its letters, and how many edits. The fewest edits win.
    ///
    /// The textbook matrix (Wagner and Fischer 1974), a band of it.
    fn matches(&self, text: &[u8]) -> Option<(usize, usize)> {
        let own = &self.letters;
        if self.edits == 0 {
            return text.starts_with(own).then_some((own.len(), 0));
        }
        // Most texts differ at once.
        let (Some(a), Some(b)) = (text.first(), text.get(1)) else { return None };
        if own[0] != *a && own.get(1) != Some(b) && own.get(1) != Some(a) && own[0] != *b {
            return None;
        }
        const WIDTH: usize = 2 * MAX_EDITS + 1;
        let far = own.len() + MAX_EDITS;
        // Column `k` of a row of the matrix is the text's letter `row + k - MAX_EDITS`.
        let mut above = [far; WIDTH];
        for (k, edits) in above.iter_mut().enumerate().skip(MAX_EDITS) {
            *edits = k - MAX_EDITS;
        }
        for (row, letter) in own.iter().enumerate().map(|(index, letter)| (index + 1, letter)) {
            let mut here = [far; WIDTH];
            for k in 0..WIDTH {
                let Some(column) = (row + k).checked_sub(MAX_EDITS) else { continue };
                if column > text.len() {
                    break;
                }
                if column == 0 {
                    here[k] = row;
                    continue;
                }
                let exchanged = above[k] + usize::from(text[column - 1] != *letter);
                let lost = above.get(k + 1).map_or(far, |edits| edits + 1);
                let added = if k > 0 { here[k - 1] + 1 } else { far };
                here[k] = exchanged.min(lost).min(added);
            }
            if here.iter().all(|edits| *edits > self.edits) {
                return None;
            }
            above = here;
        }
        let ends = above.iter().enumerate().filter(|(_, edits)| **edits <= self.edits);
        let (k, edits) = ends.min_by_key(|(k, edits)| (**edits, k.abs_diff(MAX_EDITS)))?;
        Some(((own.len() + k).checked_sub(MAX_EDITS)?, *edits))
    }
}

/// The letters of a row in the form in which labels are compared.
struct Letters {
    signs: Vec<u8>,
    /// Where each stands in the text.
    starts: Vec<usize>,
    begins_word: Vec<bool>,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self { signs: Vec::new(), starts: Vec::new(), begins_word: Vec::new() };
        let mut inside = false;
        let mut was_lower = false;
        for (start, c) in text.char_indices() {
            if c == '\t' {
                letters.push(BORDER, start, false);
                inside = false;
                continue;
            }
            let mut begins = !inside || (was_lower && c.is_uppercase());
            for sign in folded(c).into_iter().flatten() {
                letters.push(sign, start, begins);
                begins = false;
            }
            inside = c.is_alphanumeric();
            was_lower = c.is_lowercase();
        }
        letters
    }

    fn push(&mut self, sign: u8, start: usize, begins: bool) {
        self.signs.push(sign);
        self.starts.push(start);
        self.begins_word.push(begins);
    }

    /// The place of the letters `from..to` in the text, if a label of `length` letters, `edits` of them wrong, can end there:
    /// not within a word, though the blank behind it may be lost.
    fn span(
        &self,
        text: &str,
        row: usize,
        (from, to): (usize, usize),
        (length, edits): (usize, usize),
    ) -> Option<Span> {
        let start = *self.starts.get(from)?;
        let at = *self.starts.get(to.checked_sub(1)?)?;
        let mut rest = text.get(at..)?.chars();
        let last = rest.next()?;
        let end = at + last.len_utf8();
        let torn = match rest.next() {
            Some(next) if next.is_lowercase() => true,
            Some(next) if next.is_alphanumeric() && last.is_alphanumeric() => {
                length < 4 || !(edits == 0 || (last.is_lowercase() && !next.is_lowercase()))
            }
            // `AZ-2026` is a number, `Az: 2026` is none.
            Some('-' | '/' | '–') => length < 4,
            _ => false,
        };
        (!torn && end > start).then_some(Span { row, start, end })
    }
}

/// Small letters without dots; what OCR mixes up is one letter. Signs are nothing.
fn folded(c: char) -> [Option<u8>; 2] {
    let one = |b: u8| [Some(b), None];
    match c {
        'ä' | 'Ä' | 'à' | 'á' | 'â' => one(b'a'),
        'ö' | 'Ö' | 'ó' | 'ô' | '0' => one(b'o'),
        'ü' | 'Ü' | 'ú' | 'û' => one(b'u'),
        'é' | 'è' | 'ê' | 'É' => one(b'e'),
        'ß' => [Some(b's'), Some(b's')],
        '1' | 'l' | 'L' | 'I' | 'i' | 'ı' | '|' => one(b'i'),
        c if c.is_ascii_alphanumeric() => one(c.to_ascii_lowercase() as u8),
        c if c.is_alphanumeric() => one(b'?'),
        _ => [None, None],
    }
}

/// Where the value of a label may stand, the likeliest first: behind it, up to the next label; then below or above it,
/// whichever is nearer: forms have their labels over the line to write on, or under it.
pub(super) fn windows(rows: &Rows, hits: &[Hit], hit: &Hit) -> Vec<Window> {
    let mut windows = Vec::with_capacity(3);
    let Some(row) = rows.row(hit.span.row) else { return windows };
    let in_row = |other: &&Hit| other.span.row == hit.span.row && other.span.start >= hit.span.end;
    let end = hits.iter().filter(in_row).map(|other| other.span.start).min().unwrap_or(row.text.len());
    let behind = row.text.get(hit.span.end..end).unwrap_or_default();
    let value = behind.trim_start_matches(|c: char| c.is_whitespace() || ":.-–—#°*|_=)".contains(c));
    if !value.is_empty() {
        let start = end - value.len();
        let crossed = behind.get(..behind.len() - value.len()).is_some_and(|gap| gap.contains('\t'));
        let sure = if crossed { NEXT_CELL } else { 1.0 };
        windows.push(Window { span: Span { row: hit.span.row, start, end }, sure, beside: true });
    }
    let Some(cell) = row.cell_at(hit.span.start).filter(|cell| is_heading(hits, hit, cell)) else { return windows };
    let place = label_place(cell, hit);
    let mut others: Vec<(f32, Window)> = Vec::with_capacity(2);
    for down in [true, false] {
        let found = nearest(rows, hit.span.row, cell, place, down);
        others.extend(found.filter(|(_, window)| {
            !hits.iter().any(|hit| hit.span.row == window.span.row && hit.span.start == window.span.start)
        }));
    }
    // Where both are about as far away, below is meant.
    others.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    windows.extend(others.into_iter().map(|(_, window)| window));
    windows
}

/// Whether a cell is labels for the most part, rather than a sentence that mentions one.
fn is_heading(hits: &[Hit], hit: &Hit, cell: &Cell) -> bool {
    let inside =
        |other: &&Hit| other.span.row == hit.span.row && other.span.start >= cell.start && other.span.end <= cell.end;
    let labels: usize = hits.iter().filter(inside).map(|other| other.span.end - other.span.start).sum();
    labels * 2 >= cell.end - cell.start
}

/// The cell right below a label, or above it, and how far away it is: a little is added to what is above.
fn nearest(rows: &Rows, row: usize, cell: &Cell, place: (f32, f32), down: bool) -> Option<(f32, Window)> {
    let look = |index: usize| {
        let row = rows.rows.get(index)?;
        let gap = |other: &Cell| if down { other.y - cell.y } else { cell.y - other.y };
        let under = |other: &&Cell| {
            let gap = gap(other);
            let overlaps = other.x0 <= place.1 && place.0 - 1.5 * cell.size <= other.x1;
            gap > 0.5 * cell.size
                && gap <= BELOW * cell.size.max(other.size)
                && overlaps
                && other.x0 >= place.0 - 6.0 * cell.size
        };
        let found =
            row.cells.iter().filter(under).min_by(|a, b| (a.x0 - place.0).abs().total_cmp(&(b.x0 - place.0).abs()))?;
        let span = Span { row: index, start: found.start, end: found.end };
        let distance = if down { gap(found) } else { 1.2 * gap(found) };
        Some((distance, Window { span, sure: if down { UNDERNEATH } else { ABOVE }, beside: false }))
    };
    if down {
        (row + 1..rows.rows.len()).take(8).find_map(look)
    } else {
        (0..row.min(rows.rows.len())).rev().take(8).find_map(look)
    }
}

/// From where to where a label reaches across its cell: all letters are taken as equally wide.
fn label_place(cell: &Cell, hit: &Hit) -> (f32, f32) {
    let length = (cell.end - cell.start).max(1) as f32;
    let at = |offset: usize| cell.x0 + (cell.x1 - cell.x0) * offset.saturating_sub(cell.start) as f32 / length;
    (at(hit.span.start), at(hit.span.end))
}
