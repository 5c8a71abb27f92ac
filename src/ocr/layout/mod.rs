//! Reading order.
//!
//! In: runs of words as the detector found them, in any order; one visual row often comes in several runs. Out: lines in
//! the order in which a person reads them, marked where a block begins.
//!
//! Rows are the rule: what stands on one base line is read on, whether it is a sentence, the cells of a table row or a
//! label and its value. The exception is text that runs down beside other text, see [`columns`].

mod columns;

use crate::model::{Degrees, Point, Quad, TextLine, Word};

use columns::{Part, split};

/// Pages with more runs than this are put in rows without a search for columns: they are noise, or drawings.
const MAX_RUNS: usize = 3_000;
/// Columns above columns within columns: deeper is no text.
const MAX_DEPTH: u32 = 24;
/// Runs are on one row if their middles differ by less than this share of the mean of their heights.
const SAME_ROW: f32 = 0.45;
/// Runs that overlap along the row by more than this share of the shorter one are not on one row.
const MAX_OVERLAP: f32 = 0.3;
/// A gap between lines of more than this share of their height begins a block, unless such gaps are usual there.
const BLOCK_GAP: f32 = 0.7;

/// Puts `lines` of a page of `page_size` (width, height, upright pixels), whose text is skewed by `skew`, in reading
/// order, joins what stands on one row, and sets `starts_block`. Words are kept as they are; none is lost.
pub fn order(lines: Vec<TextLine>, page_size: (u32, u32), skew: Degrees) -> Vec<TextLine> {
    let level = Level::of(page_size, skew);
    let runs: Vec<Run> = lines.into_iter().map(|line| Run::of(line, &level)).collect();
    let mut ordered = Vec::with_capacity(runs.len());
    arrange(runs, &mut ordered, MAX_DEPTH);
    ordered
        .into_iter()
        .map(|row| TextLine { quad: level.quad(&row.span), words: row.words, starts_block: row.starts_block })
        .collect()
}

/// Splits off columns for as long as there are any, and puts the rest in rows.
fn arrange(mut runs: Vec<Run>, ordered: &mut Vec<Row>, depth: u32) {
    runs.sort_by(|a, b| a.span.middle().total_cmp(&b.span.middle()));
    let spans: Vec<Span> = runs.iter().map(|run| run.span).collect();
    let labels = if depth == 0 || runs.len() > MAX_RUNS { None } else { split(&spans) };
    let Some(labels) = labels else {
        ordered.extend(rows(runs));
        return;
    };
    let mut parts: [Vec<Run>; 4] = Default::default();
    for (run, label) in runs.into_iter().zip(labels) {
        let part = match label {
            Part::Above => 0,
            Part::Left => 1,
            Part::Right => 2,
            Part::Below => 3,
        };
        parts[part].push(run);
    }
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let first = ordered.len();
        arrange(part, ordered, depth - 1);
        if let Some(row) = ordered.get_mut(first) {
            row.starts_block = true;
        }
    }
}

/// Joins runs, sorted from the top, into rows, and marks blocks.
fn rows(runs: Vec<Run>) -> Vec<Row> {
    let mut rows: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        // Rows begin in order; a run belongs to one of the last few if to any.
        let row = rows.iter_mut().rev().take(8).find(|row| row.iter().all(|other| on_one_row(&run.span, &other.span)));
        match row {
            Some(row) => row.push(run),
            None => rows.push(vec![run]),
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().filter_map(Row::of).collect();
    rows.sort_by(|a, b| a.span.middle().total_cmp(&b.span.middle()));
    let gaps: Vec<f32> = rows.windows(2).map(|pair| pair[1].span.top - pair[0].span.bottom).collect();
    let usual = median(gaps.iter().copied()).unwrap_or_default();
    for (row, gap) in rows.iter_mut().skip(1).zip(gaps) {
        row.starts_block = gap > (BLOCK_GAP * row.span.height()).max(1.6 * usual);
    }
    if let Some(first) = rows.first_mut() {
        first.starts_block = true;
    }
    rows
}

fn on_one_row(a: &Span, b: &Span) -> bool {
    let apart = (a.middle() - b.middle()).abs();
    let overlap = a.right.min(b.right) - a.left.max(b.left);
    apart < SAME_ROW * (a.height() + b.height()) / 2.0 && overlap < MAX_OVERLAP * a.width().min(b.width()).max(1.0)
}

fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// Turns between the page's pixels and level coordinates, in which lines of text run along x.
struct Level {
    sin: f32,
    cos: f32,
    centre: Point,
}

impl Level {
    fn of((width, height): (u32, u32), skew: Degrees) -> Self {
        let angle = if skew.0.is_finite() { skew.0.to_radians() } else { 0.0 };
        let (sin, cos) = angle.sin_cos();
        Self { sin, cos, centre: Point { x: width as f32 / 2.0, y: height as f32 / 2.0 } }
    }

    fn level(&self, p: Point) -> Point {
        let (x, y) = (p.x - self.centre.x, p.y - self.centre.y);
        Point { x: x * self.cos - y * self.sin, y: x * self.sin + y * self.cos }
    }

    /// The corners of a level box, in the page's pixels.
    fn quad(&self, span: &Span) -> Quad {
        let back = |x: f32, y: f32| Point {
            x: x * self.cos + y * self.sin + self.centre.x,
            y: y * self.cos - x * self.sin + self.centre.y,
        };
        Quad([
            back(span.left, span.top),
            back(span.right, span.top),
            back(span.right, span.bottom),
            back(span.left, span.bottom),
        ])
    }
}

/// A box in level coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Span {
    fn of(quad: &Quad, level: &Level) -> Self {
        let b = Quad(quad.0.map(|p| level.level(p))).bounds();
        Self { left: b.x0, top: b.y0, right: b.x1, bottom: b.y1 }
    }

    fn middle(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn height(&self) -> f32 {
        self.bottom - self.top
    }

    fn with(self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// Words that the detector saw as one.
struct Run {
    span: Span,
    words: Vec<Word>,
}

impl Run {
    fn of(line: TextLine, level: &Level) -> Self {
        Self { span: Span::of(&line.quad, level), words: line.words }
    }
}

/// A line of the answer, still in level coordinates.
struct Row {
    span: Span,
    words: Vec<Word>,
    starts_block: bool,
}

impl Row {
    fn of(mut runs: Vec<Run>) -> Option<Self> {
        runs.sort_by(|a, b| a.span.left.total_cmp(&b.span.left));
        let span = runs.iter().map(|run| run.span).reduce(|a, b| a.with(&b))?;
        Some(Self { span, words: runs.into_iter().flat_map(|run| run.words).collect(), starts_block: false })
    }
}

#[cfg(test)]
mod tests;
