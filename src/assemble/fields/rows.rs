//! A page's words as rows of cells, upright and level: labels and values stand beside or below each other here.
//!
//! In: a page record. Out: rows of text; any part of it has a place in the scan and a confidence. Knows no field.

use crate::model::{Affine, PageRecord, PixelBox, Quad, Resolution, TextLine, Word};

/// Gap between two words, in heights of the words, that divides a row into cells. Blanks of justified text are half a
/// height wide, those of typewriters three fifths.
const WIDE_GAP: f32 = 1.2;

/// Two cells stand in one row if their middles are no further apart than this share of the smaller one's height.
const SAME_ROW: f32 = 0.45;

/// Width of an A4 page, for pages that do not tell their resolution.
const A4_WIDTH_MM: f32 = 210.0;
const MM_PER_INCH: f32 = 25.4;

/// A part of a row's text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) row: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All rows of a page, from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// The end of a line with the beginning of the one below it, where text may go on.
    pub(super) joints: Vec<Row>,
    /// Height of the upright page, pixels.
    pub(super) height: f32,
    /// Millimetres to a pixel.
    pub(super) mm: f32,
    scan: (f32, f32),
}

/// Cells at one height.
#[derive(Debug)]
pub(super) struct Row {
    /// Words divided by blanks, cells by tabs.
    pub(super) text: String,
    /// From left to right; at least one.
    pub(super) cells: Vec<Cell>,
    /// Of a joint: where the lower line begins in the text.
    pub(super) border: usize,
    pieces: Vec<Piece>,
}

/// Words without a wide gap between them. Places are upright pixels, made level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// In the row's text.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// Its middle.
    pub(super) y: f32,
    /// Height of its words: the median.
    pub(super) size: f32,
}

/// A word in a row's text.
#[derive(Clone, Debug)]
struct Piece {
    start: usize,
    end: usize,
    quad: Quad,
    confidence: f32,
}

/// A cell before it has a row.
struct Loose<'r> {
    words: Vec<&'r Word>,
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
}

impl Rows {
    /// Sorts the words of a page into rows.
    pub(super) fn of(record: &PageRecord) -> Self {
        let size = (record.width_px, record.height_px);
        let (width, height) = record.placement.upright_size(size);
        let upright = record.placement.to_scan(size).inverse().unwrap_or(Affine::IDENTITY);
        let level = levelled(&upright, &record.lines);
        let mut cells: Vec<Loose<'_>> = record.lines.iter().flat_map(|line| cells_of(line, &level)).collect();
        cells.sort_by(|a, b| a.y.total_cmp(&b.y));
        let mut rows: Vec<Vec<Loose<'_>>> = Vec::new();
        for cell in cells {
            // The last rows only: cells come from top to bottom.
            let near = rows.iter_mut().rev().take(6).find(|row| row.iter().all(|other| stand_together(other, &cell)));
            match near {
                Some(row) => row.push(cell),
                None => rows.push(vec![cell]),
            }
        }
        let rows: Vec<Row> = rows.into_iter().map(Row::of).collect();
        Self {
            joints: joints(&rows),
            rows,
            height: height as f32,
            mm: mm_per_pixel(record.placement.upright_resolution(record.resolution), width, height),
            scan: (record.width_px as f32, record.height_px as f32),
        }
    }

    /// A row; behind the rows their joints.
    pub(super) fn row(&self, index: usize) -> Option<&Row> {
        self.rows.get(index).or_else(|| self.joints.get(index.checked_sub(self.rows.len())?))
    }

    /// Rows and joints with their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().chain(&self.joints).enumerate()
    }

    /// The text of a span; empty if it is none.
    pub(super) fn text(&self, span: Span) -> &str {
        self.row(span.row).and_then(|row| row.text.get(span.start..span.end)).unwrap_or_default()
    }

    /// How sure its signs were read: the product of the confidences of its words. Of a word of which only a part belongs to
    /// the span, so large a root as that part is of it: as if its signs were read independently and equally well.
    pub(super) fn confidence(&self, span: Span) -> f32 {
        let share = |piece: &Piece| {
            let inside = piece.end.min(span.end) - piece.start.max(span.start);
            inside as f32 / (piece.end - piece.start).max(1) as f32
        };
        self.pieces(span).map(|piece| piece.confidence.clamp(0.0, 1.0).powf(share(piece))).product()
    }

    /// Where a span stands, in scan pixels.
    pub(super) fn bounds(&self, span: Span) -> PixelBox {
        let parts = self.pieces(span).map(|piece| piece.part(span.start, span.end));
        let bounds = parts.reduce(PixelBox::union).unwrap_or_default();
        let (width, height) = self.scan;
        PixelBox {
            x0: bounds.x0.clamp(0.0, width),
            y0: bounds.y0.clamp(0.0, height),
            x1: bounds.x1.clamp(0.0, width),
            y1: bounds.y1.clamp(0.0, height),
        }
    }

    /// All cells with the number of their row.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.rows.iter().enumerate().flat_map(|(index, row)| row.cells.iter().map(move |cell| (index, cell)))
    }

    /// The text of a cell.
    pub(super) fn cell_text(&self, row: usize, cell: &Cell) -> &str {
        self.text(Span { row, start: cell.start, end: cell.end })
    }

    /// How far down the page a row stands, 0 to 1.
    pub(super) fn depth(&self, row: usize) -> f32 {
        let y = self.row(row).and_then(|row| row.cells.first()).map_or(0.0, |cell| cell.y);
        if self.height > 0.0 { y / self.height } else { 0.0 }
    }

    fn pieces(&self, span: Span) -> impl Iterator<Item = &Piece> {
        let pieces = self.row(span.row).map_or(&[][..], |row| &row.pieces);
        pieces.iter().filter(move |piece| piece.start < span.end && span.start < piece.end)
    }
}

impl Row {
    fn of(mut loose: Vec<Loose<'_>>) -> Self {
        loose.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let mut row =
            Self { text: String::new(), cells: Vec::with_capacity(loose.len()), border: 0, pieces: Vec::new() };
        for Loose { words, x0, x1, y, size } in loose {
            if !row.text.is_empty() {
                row.text.push('\t');
            }
            let begin = row.text.len();
            for (index, word) in words.into_iter().enumerate() {
                if index > 0 {
                    row.text.push(' ');
                }
                let start = row.text.len();
                row.text.extend(word.text.chars().map(|c| if c.is_control() { ' ' } else { c }));
                let end = row.text.len();
                row.pieces.push(Piece { start, end, quad: word.quad, confidence: word.confidence });
            }
            row.cells.push(Cell { start: begin, end: row.text.len(), x0, x1, y, size });
        }
        row
    }

    /// The cell that holds a place of the text.
    pub(super) fn cell_at(&self, offset: usize) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.start <= offset && offset <= cell.end)
    }
}

/// Longest part of a line that belongs to a joint, in bytes, and the shortest line that may go on below.
const JOINT: usize = 56;
const LONG_LINE: usize = 30;
/// Lines of a paragraph are no further apart than so many times their height.
const PITCH: f32 = 2.4;

/// Where a paragraph may go on: below a long cell another begins at the same left edge.
fn joints(rows: &[Row]) -> Vec<Row> {
    let mut joints = Vec::new();
    for (index, upper) in rows.iter().enumerate() {
        for cell in upper.cells.iter().filter(|cell| cell.end - cell.start >= LONG_LINE) {
            let below = |other: &&Cell| {
                let gap = other.y - cell.y;
                gap > 0.5 * cell.size && gap <= PITCH * cell.size && (other.x0 - cell.x0).abs() < 2.0 * cell.size
            };
            let next = rows.iter().skip(index + 1).take(4).find_map(|row| Some((row, row.cells.iter().find(below)?)));
            if let Some((lower, other)) = next {
                let tail = upper
                    .pieces
                    .iter()
                    .filter(|p| p.start + JOINT >= cell.end && p.end <= cell.end && p.start >= cell.start);
                let head = lower
                    .pieces
                    .iter()
                    .filter(|p| p.start >= other.start && p.end <= other.start + JOINT && p.end <= other.end);
                joints.push(joint((upper, tail), (lower, head), cell));
            }
        }
    }
    joints
}

fn joint<'p>(
    (upper, tail): (&Row, impl Iterator<Item = &'p Piece>),
    (lower, head): (&Row, impl Iterator<Item = &'p Piece>),
    cell: &Cell,
) -> Row {
    let mut row = Row { text: String::new(), cells: Vec::new(), border: 0, pieces: Vec::new() };
    let add = |row: &mut Row, source: &Row, piece: &Piece| {
        if !row.text.is_empty() {
            row.text.push(' ');
        }
        let start = row.text.len();
        row.text.push_str(source.text.get(piece.start..piece.end).unwrap_or_default());
        row.pieces.push(Piece { start, end: row.text.len(), ..piece.clone() });
    };
    tail.for_each(|piece| add(&mut row, upper, piece));
    row.border = row.text.len();
    head.for_each(|piece| add(&mut row, lower, piece));
    row.cells.push(Cell { start: 0, end: row.text.len(), ..*cell });
    row
}

impl Piece {
    /// The box of the letters from `start` to `end` (in the row's text): all letters are taken as equally wide.
    fn part(&self, start: usize, end: usize) -> PixelBox {
        let length = (self.end - self.start).max(1) as f32;
        let from = start.saturating_sub(self.start) as f32 / length;
        let to = (end.min(self.end) - self.start) as f32 / length;
        let [a, b, c, d] = self.quad.0;
        Quad([a.towards(b, from), a.towards(b, to), d.towards(c, to), d.towards(c, from)]).bounds()
    }
}

/// The map from scan pixels to upright pixels whose lines run level, by the median slope of the longer lines.
fn levelled(upright: &Affine, lines: &[TextLine]) -> Affine {
    let mut slopes: Vec<(f32, f32)> = Vec::with_capacity(lines.len());
    for line in lines {
        let [a, b, _, d] = line.quad.map(upright).0;
        let (width, height) = (b.x - a.x, (d.x - a.x).hypot(d.y - a.y));
        if width > 4.0 * height && width.is_finite() {
            slopes.push(((b.y - a.y) / width, width));
        }
    }
    slopes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f32 = slopes.iter().map(|(_, weight)| weight).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    let median = slopes.iter().find(|(_, weight)| {
        passed += weight;
        passed >= half
    });
    let slope = median.map_or(0.0, |(slope, _)| slope.clamp(-0.5, 0.5));
    upright.then(&Affine([1.0, slope, 0.0, -slope, 1.0, 0.0]))
}

fn cells_of<'r>(line: &'r TextLine, level: &Affine) -> Vec<Loose<'r>> {
    let mut cells: Vec<(Loose<'r>, Vec<f32>)> = Vec::new();
    for word in line.words.iter().filter(|word| !word.text.trim().is_empty()) {
        let [a, b, c, d] = word.quad.map(level).0;
        let (x0, x1) = (a.x.min(d.x), b.x.max(c.x));
        let (y, size) = ((a.y + b.y + c.y + d.y) / 4.0, (d.y - a.y).abs().max(1.0));
        if !(x0.is_finite() && x1.is_finite() && y.is_finite() && size.is_finite()) {
            continue;
        }
        match cells.last_mut() {
            Some((cell, sizes)) if x0 - cell.x1 <= WIDE_GAP * size.max(cell.size) => {
                let count = cell.words.len() as f32;
                cell.y = (cell.y * count + y) / (count + 1.0);
                cell.words.push(word);
                cell.x0 = cell.x0.min(x0);
                cell.x1 = cell.x1.max(x1);
                sizes.push(size);
            }
            _ => cells.push((Loose { words: vec![word], x0, x1, y, size }, vec![size])),
        }
    }
    let finish = |(mut cell, mut sizes): (Loose<'r>, Vec<f32>)| {
        sizes.sort_by(f32::total_cmp);
        cell.size = sizes.get(sizes.len() / 2).copied().unwrap_or(cell.size);
        cell
    };
    cells.into_iter().map(finish).collect()
}

fn stand_together(a: &Loose<'_>, b: &Loose<'_>) -> bool {
    let overlap = a.x1.min(b.x1) - a.x0.max(b.x0);
    (a.y - b.y).abs() <= SAME_ROW * a.size.min(b.size) && overlap < 0.5 * a.size.min(b.size)
}

/// By the resolution if the scan tells one. Else the page is taken for A4 if it has its shape, which also holds for what
/// was scaled on the way.
fn mm_per_pixel(resolution: Resolution, width: u32, height: u32) -> f32 {
    let dpi = resolution.x_dpi;
    let shape = height as f32 / width.max(1) as f32;
    let told = (dpi.is_finite() && dpi > 0.0 && !resolution.assumed).then_some(MM_PER_INCH / dpi);
    match told {
        Some(mm) => mm,
        None if (1.3..1.5).contains(&shape) => A4_WIDTH_MM / width.max(1) as f32,
        None => MM_PER_INCH / if dpi.is_finite() && dpi > 0.0 { dpi } else { 300.0 },
    }
}
