//! Where text runs down beside other text.
//!
//! A gutter is a vertical strip that no run crosses, over some height of the page. Rows go on across most gutters, in
//! tables and forms. Two kinds are read down:
//!
//! - columns of prose: on both sides most lines are long and fill their side;
//! - blocks side by side: on both sides a few lines follow each other closely from one left edge, and their rows do not
//!   keep step, as an address and the reference block of a German letter (DIN 5008).

use super::{Span, median};

/// Where a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Before the columns.
    Above,
    /// The left column.
    Left,
    /// The right column.
    Right,
    /// After the columns.
    Below,
}

/// A gutter is at least so wide, in line heights.
const MIN_GUTTER: f32 = 0.8;
/// At most so many places are tried as gutters.
const MAX_CANDIDATES: usize = 48;
/// Prose: at least so many lines, most of them filling this share of their side. Sides whose lines keep step may be
/// cells of a table, unless they are very wide (both widths in line heights).
const PROSE_LINES: usize = 4;
const PROSE_WIDTH: f32 = 9.0;
const PROSE_WIDTH_IN_STEP: f32 = 13.0;
const PROSE_FILL: f32 = 0.75;
/// Lines of prose follow each other with at most this gap, in line heights (a paragraph's); lines of a block with less.
const PROSE_GAP: f32 = 2.5;
const BLOCK_GAP: f32 = 1.0;
/// Lines keep step if their middles differ by less than this share of a line height.
const STEP: f32 = 0.3;
/// Lines of a block; with less, falling out of step may be chance.
const BLOCK_LINES: std::ops::RangeInclusive<usize> = 3..=14;

/// Finds the columns with most runs among `spans`, sorted by their middles; `None` if rows are all there is.
pub(super) fn split(spans: &[Span]) -> Option<Vec<Part>> {
    let height = median(spans.iter().map(Span::height))?;
    candidates(spans, height)
        .into_iter()
        .flat_map(|x| stretches(spans, x).into_iter().map(move |stretch| (x, stretch)))
        .filter_map(|(x, stretch)| Columns::of(spans, x, stretch, height))
        .max_by_key(|columns| columns.left.len() + columns.right.len())
        .map(|columns| columns.labels(spans))
}

/// Places right of a run's end, with nothing beside it for a gutter's width.
fn candidates(spans: &[Span], height: f32) -> Vec<f32> {
    let mut places: Vec<f32> = Vec::new();
    for (i, a) in spans.iter().enumerate() {
        // Neighbours to the right on about the same row; sorted by their middles, they are near in the list.
        let near = &spans[i.saturating_sub(12)..(i + 13).min(spans.len())];
        let next = near
            .iter()
            .filter(|b| b.left >= a.right && (b.middle() - a.middle()).abs() < 1.5 * height)
            .map(|b| b.left)
            .min_by(f32::total_cmp);
        if let Some(next) = next.filter(|next| next - a.right >= MIN_GUTTER * height) {
            places.push((a.right + next) / 2.0);
        }
        // Ragged lines leave more room than the gutter: its middle is better guessed from the right column's edge.
        if let Some(next) = next {
            places.push(next - height / 2.0);
        }
    }
    places.sort_by(f32::total_cmp);
    places.dedup_by(|a, b| (*a - *b).abs() < height / 2.0);
    // Evenly thinned, if there are too many.
    let step = places.len().div_ceil(MAX_CANDIDATES).max(1);
    places.into_iter().step_by(step).collect()
}

/// The stretches of the list that nothing crosses at `x`.
fn stretches(spans: &[Span], x: f32) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (i, span) in spans.iter().enumerate() {
        if span.left < x && span.right > x {
            found.push(start..i);
            start = i + 1;
        }
    }
    found.push(start..spans.len());
    found.retain(|stretch| stretch.len() >= 4);
    found
}

/// Indices of the runs of two columns, each from the top.
struct Columns {
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Columns {
    /// The columns to both sides of `x` within a stretch, if they are such.
    fn of(spans: &[Span], x: f32, stretch: std::ops::Range<usize>, height: f32) -> Option<Self> {
        let (left, right): (Vec<usize>, Vec<usize>) = stretch.partition(|&i| spans[i].right <= x);
        let prose = Self { left: left.clone(), right: right.clone() }.beside(spans, PROSE_GAP * height);
        let prose = prose.filter(|columns| {
            let width = height * if columns.keep_step(spans, height) { PROSE_WIDTH_IN_STEP } else { PROSE_WIDTH };
            let is_prose = |side: &[usize]| is_prose(&lines(spans, side, height), width);
            columns.gutter(spans) >= MIN_GUTTER * height && is_prose(&columns.left) && is_prose(&columns.right)
        });
        if prose.is_some() {
            return prose;
        }
        let columns = Self { left, right }.beside(spans, BLOCK_GAP * height)?;
        let is_block = |side: &[usize]| is_block(&lines(spans, side, height), height);
        let blocks = is_block(&columns.left)
            && is_block(&columns.right)
            && !columns.keep_step(spans, height)
            && columns.gutter(spans) >= 2.0 * MIN_GUTTER * height;
        blocks.then_some(columns)
    }

    /// Keeps of both sides what stands beside the other side, and what follows that closely.
    fn beside(mut self, spans: &[Span], gap: f32) -> Option<Self> {
        let extent = |side: &[usize]| {
            let top = side.iter().map(|&i| spans[i].top).min_by(f32::total_cmp)?;
            let bottom = side.iter().map(|&i| spans[i].bottom).max_by(f32::total_cmp)?;
            Some((top, bottom))
        };
        // Cutting one side off may leave the other beside nothing: twice is enough for what occurs.
        for _ in 0..2 {
            let ((left_top, left_bottom), (right_top, right_bottom)) = (extent(&self.left)?, extent(&self.right)?);
            let (top, bottom) = (left_top.max(right_top), left_bottom.min(right_bottom));
            if top >= bottom {
                return None;
            }
            self.left = connected(spans, &self.left, top, bottom, gap);
            self.right = connected(spans, &self.right, top, bottom, gap);
        }
        (!self.left.is_empty() && !self.right.is_empty()).then_some(self)
    }

    fn gutter(&self, spans: &[Span]) -> f32 {
        let end = self.left.iter().map(|&i| spans[i].right).fold(f32::MIN, f32::max);
        let begin = self.right.iter().map(|&i| spans[i].left).fold(f32::MAX, f32::min);
        begin - end
    }

    /// Whether most lines of the side with fewer stand level with one of the other side.
    fn keep_step(&self, spans: &[Span], height: f32) -> bool {
        let (a, b) = (lines(spans, &self.left, height), lines(spans, &self.right, height));
        let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let level = |line: &Span| many.iter().any(|other| (other.0.middle() - line.middle()).abs() < STEP * height);
        few.iter().filter(|line| level(&line.0)).count() * 10 >= few.len() * 7
    }

    fn labels(&self, spans: &[Span]) -> Vec<Part> {
        let members = || self.left.iter().chain(&self.right);
        let top = members().map(|&i| spans[i].top).fold(f32::MAX, f32::min);
        let bottom = members().map(|&i| spans[i].bottom).fold(f32::MIN, f32::max);
        let halfway = (top + bottom) / 2.0;
        let mut labels: Vec<Part> =
            spans.iter().map(|span| if span.middle() < halfway { Part::Above } else { Part::Below }).collect();
        self.left.iter().for_each(|&i| labels[i] = Part::Left);
        self.right.iter().for_each(|&i| labels[i] = Part::Right);
        labels
    }
}

/// The members of `side` between `top` and `bottom`, and those above and below that follow with at most `gap` between.
fn connected(spans: &[Span], side: &[usize], top: f32, bottom: f32, gap: f32) -> Vec<usize> {
    let (mut top, mut bottom) = (top, bottom);
    for &i in side {
        if spans[i].top < bottom + gap && spans[i].bottom > top {
            bottom = bottom.max(spans[i].bottom);
        }
    }
    for &i in side.iter().rev() {
        if spans[i].bottom > top - gap && spans[i].top < bottom {
            top = top.min(spans[i].top);
        }
    }
    side.iter().copied().filter(|&i| spans[i].middle() >= top && spans[i].middle() <= bottom).collect()
}

/// Whether most lines are at least `width` long, fill their column, and are whole: one run, or runs with no more than a
/// word's gap between them.
fn is_prose(lines: &[(Span, f32)], width: f32) -> bool {
    let left = lines.iter().map(|l| l.0.left).fold(f32::MAX, f32::min);
    let right = lines.iter().map(|l| l.0.right).fold(f32::MIN, f32::max);
    let full = |(line, ink): &&(Span, f32)| *ink >= PROSE_FILL * (right - left) && *ink >= 0.9 * line.width();
    lines.len() >= PROSE_LINES && right - left >= width && lines.iter().filter(full).count() * 2 >= lines.len()
}

/// Whether the lines follow each other closely from one left edge.
fn is_block(lines: &[(Span, f32)], height: f32) -> bool {
    let Some(left) = median(lines.iter().map(|l| l.0.left)) else { return false };
    let aligned = lines.iter().filter(|l| (l.0.left - left).abs() < 0.6 * height).count();
    let close = lines.windows(2).all(|pair| pair[1].0.top - pair[0].0.bottom < BLOCK_GAP * height);
    BLOCK_LINES.contains(&lines.len()) && close && aligned * 5 >= lines.len() * 4
}

/// The visual lines of a side, from the top: their extent, and how much of it runs cover.
fn lines(spans: &[Span], side: &[usize], height: f32) -> Vec<(Span, f32)> {
    let mut lines: Vec<(Span, f32)> = Vec::new();
    for span in side.iter().map(|&i| spans[i]) {
        match lines.last_mut().filter(|(line, _)| (line.middle() - span.middle()).abs() < height / 2.0) {
            Some((line, ink)) => (*line, *ink) = (line.with(&span), *ink + span.width()),
            None => lines.push((span, span.width())),
        }
    }
    lines
}
