//! The invisible text over the picture, word by word.
//!
//! Every word is stretched to exactly its width, blanks fill the gaps, and the words of a line share one base line,
//! angle and size, as set type does: a selection is one even band, and readers find the line again.

use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};

use super::font::{DESCENT, UNITS, UsedText, advance};
use super::place::{Place, inside};
use crate::model::{Affine, PageRecord, Quad, TextLine};

/// The font's name in the page's resources.
pub(super) const FONT: Name<'static> = Name(b"T");
/// Characters in one string: 2 bytes each, at most 32,767 bytes (ISO 19005-2, 6.1.13).
const STRING_CHARS: usize = 8_000;
/// A line whose base line rises by less than this part of its height over its whole length is straight: finding boxes
/// is no more exact, and readers put level lines together best.
const LEVEL_RISE: f32 = 0.15;
/// A line this many times as high as its highest word is a box around a slope: its words keep their own heights.
const LOOSE: f32 = 1.8;
/// Between words that touch or overlap a little, the blank takes this part of the line's height from their edges:
/// poppler runs words together that are less than 0.15 apart, blank or no blank.
const LEAST_BLANK: f32 = 0.16;
/// The least extent of a word or a blank, in page units.
const LEAST: f32 = 0.01;

/// Writes the record's lines into `content`, through the page's map, and notes the characters used. `None` if a place is
/// no finite number.
pub(super) fn write(record: &PageRecord, place: &Place, used: &mut UsedText, content: &mut Content) -> Option<()> {
    let scan = (record.width_px, record.height_px);
    let mut open = false;
    for line in &record.lines {
        let shown = shown_words(line, scan, &place.map, used)?;
        if shown.is_empty() {
            continue;
        }
        // A block is a text object.
        if line.starts_block || !open {
            if open {
                content.end_text();
            }
            content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
            open = true;
        }
        let quad = inside(line.quad, scan)?.map(&place.map);
        show_line(&quad, &shown, used, content);
    }
    if open {
        content.end_text();
    }
    Some(())
}

/// A word as it is shown: codes from left to right, the sum of their widths in ems, and its quad on the page.
struct Shown {
    codes: Vec<u16>,
    ems: f32,
    quad: Quad,
}

fn shown_words(line: &TextLine, scan: (u32, u32), map: &Affine, used: &mut UsedText) -> Option<Vec<Shown>> {
    let mut shown = Vec::with_capacity(line.words.len());
    for word in &line.words {
        let quad = inside(word.quad, scan)?.map(map);
        let pairs = left_to_right(&word.text).into_iter().filter_map(|c| Some((used.code(c)?, advance(c))));
        let (codes, widths): (Vec<u16>, Vec<u16>) = pairs.unzip();
        if !codes.is_empty() {
            let ems = widths.into_iter().map(f32::from).sum::<f32>() / f32::from(UNITS);
            shown.push(Shown { codes, ems, quad });
        }
    }
    Some(shown)
}

/// Where text stands in the frame of its line: `u` along the line, `v` upwards from it.
#[derive(Clone, Copy)]
struct Extent {
    left: f32,
    right: f32,
    bottom: f32,
    top: f32,
}

impl Extent {
    /// The quad's edges in the frame whose `u` axis points to `(x, y)`, a unit vector.
    fn of(quad: &Quad, (x, y): (f32, f32)) -> Self {
        let [tl, tr, br, bl] = quad.0.map(|p| (p.x * x + p.y * y, p.y * x - p.x * y));
        let middle = |a: f32, b: f32| (a + b) / 2.0;
        let (left, right) = (middle(tl.0, bl.0), middle(tr.0, br.0));
        let (bottom, top) = (middle(bl.1, br.1), middle(tl.1, tr.1));
        Self { left: left.min(right), right: left.max(right), bottom: bottom.min(top), top: bottom.max(top) }
    }

    fn height(&self) -> f32 {
        (self.top - self.bottom).max(LEAST)
    }
}

/// The direction of reading, a unit vector: along the quad's middle, made level (or upright) if it nearly is.
fn direction(quad: &Quad) -> (f32, f32) {
    let [tl, tr, br, bl] = quad.0;
    let (x, y) = ((tr.x + br.x - tl.x - bl.x) / 2.0, (tr.y + br.y - tl.y - bl.y) / 2.0);
    let length = x.hypot(y);
    if !length.is_normal() {
        return (1.0, 0.0);
    }
    let height = Extent::of(quad, (x / length, y / length)).height();
    if x.abs().min(y.abs()) >= LEVEL_RISE * height {
        (x / length, y / length)
    } else if x.abs() >= y.abs() {
        (x.signum(), 0.0)
    } else {
        (0.0, y.signum())
    }
}

fn show_line(quad: &Quad, words: &[Shown], used: &mut UsedText, content: &mut Content) {
    let (x, y) = direction(quad);
    let band = Extent::of(quad, (x, y));
    let mut extents: Vec<Extent> = words.iter().map(|word| Extent::of(&word.quad, (x, y))).collect();
    let highest = extents.iter().map(Extent::height).fold(0.0, f32::max);
    if band.height() <= LOOSE * highest {
        extents.iter_mut().for_each(|e| (e.bottom, e.top) = (band.bottom, band.top));
    }
    for index in 1..extents.len() {
        if let [.., before, after] = &mut extents[..=index] {
            part(before, after);
        }
    }
    let Some(first) = extents.first() else { return };

    // The pen: where the current text line starts in the line's frame, as the rounded numbers of the file add up.
    let mut pen = (first.left, first.bottom + DESCENT * first.height());
    let origin = (pen.0 * x - pen.1 * y, pen.0 * y + pen.1 * x);
    let [x6, y6] = [x, y].map(|v| round(v, 1e6));
    content.set_text_matrix([x6, y6, -y6, x6, round(origin.0, 1e3), round(origin.1, 1e3)]);
    let mut font_size = 0.0;
    let mut previous: Option<Extent> = None;

    for (word, &extent) in words.iter().zip(&extents) {
        let size = round(extent.height(), 1e2).max(LEAST);
        let base = extent.bottom + DESCENT * extent.height();
        if size != font_size {
            font_size = size;
            content.set_font(FONT, size);
        }
        if let (Some(before), Some(blank)) = (previous, used.code(' ')) {
            let (from, to) = gap(&before, &extent);
            move_to((from, base), &mut pen, content);
            let ems = f32::from(advance(' ')) / f32::from(UNITS);
            stretch(to - from, ems, size, content);
            content.show(Str(&blank.to_be_bytes()));
        }
        move_to((extent.left, base), &mut pen, content);
        stretch(extent.right - extent.left, word.ems, size, content);
        for codes in word.codes.chunks(STRING_CHARS) {
            let bytes: Vec<u8> = codes.iter().flat_map(|code| code.to_be_bytes()).collect();
            content.show(Str(&bytes));
        }
        previous = Some(extent);
    }
}

/// Makes room for a blank between two words of which the second begins before, or hardly after, the first ends.
fn part(before: &mut Extent, after: &mut Extent) {
    let least = LEAST_BLANK * before.height().min(after.height());
    let middle = (before.right + after.left) / 2.0;
    let (end, start) = (middle - least / 2.0, middle + least / 2.0);
    // Words that stand one upon the other, or from right to left, stay where they are.
    let ordered = before.left < end && start < after.right && before.left < after.left && before.right < after.right;
    if after.left - before.right < least && ordered {
        (before.right, after.left) = (end, start);
    }
}

/// Where the blank between two words goes: the gap between them, whichever stands left (right-to-left script), or a
/// sliver after the first where there is none.
fn gap(before: &Extent, after: &Extent) -> (f32, f32) {
    if after.left - before.right > LEAST {
        (before.right, after.left)
    } else if before.left - after.right > LEAST {
        (after.right, before.left)
    } else {
        (before.right, before.right + LEAST)
    }
}

fn move_to(to: (f32, f32), pen: &mut (f32, f32), content: &mut Content) {
    let (du, dv) = (round(to.0 - pen.0, 1e3), round(to.1 - pen.1, 1e3));
    if du != 0.0 || dv != 0.0 {
        content.next_line(du, dv);
        *pen = (pen.0 + du, pen.1 + dv);
    }
}

/// Sets the horizontal scaling that makes text of `ems` at `size` as long as `length`.
fn stretch(length: f32, ems: f32, size: f32, content: &mut Content) {
    let percent = 100.0 * length.max(LEAST) / (ems * size).max(f32::MIN_POSITIVE);
    content.set_horizontal_scaling(round(percent, 1e2).clamp(0.01, 1e6));
}

fn round(value: f32, parts: f32) -> f32 {
    (value * parts).round() / parts
}

/// The characters of a word as they stand on paper from left to right. Readers of PDF expect this order and turn
/// right-to-left script around themselves; numbers in it run left to right.
fn left_to_right(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().collect();
    if !chars.iter().any(|&c| is_right_to_left(c)) {
        return chars;
    }
    chars.reverse();
    for run in chars.chunk_by_mut(|&a, &b| is_number(a) && is_number(b)) {
        if run.first().is_some_and(|&c| is_number(c)) {
            run.reverse();
        }
    }
    chars
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms (bidirectional classes R and AL of Unicode).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{65f}' | '\u{66d}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Digits, and the signs that stand inside numbers.
fn is_number(c: char) -> bool {
    matches!(c, '0'..='9' | '.' | ',' | ':' | '/' | '-' | '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}
