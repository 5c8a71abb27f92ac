//! Where barcodes may be: parts of a page with the texture of bars or of a matrix.
//!
//! Half of a barcode is ink, and edges are close together all over it. Text has as many edges, but less ink; rules and frames
//! have few edges; photos and tints are soft. So the page is cut into cells, each window of 3 by 3 cells is measured against its own
//! darkest and brightest pixel, and windows that pass are joined to regions. Meant to let pass too much rather than too little:
//! what it takes for a barcode wrongly costs time and no more.

use crate::codes::shrink::Reduced;
use crate::raster::Grey;

/// A part of a page that is worth a look, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Region {
    /// The same part of the page after it was reduced.
    pub(super) fn reduced(self, (x, y): (u32, u32)) -> Self {
        let (x, y) = (x.max(1), y.max(1));
        Self { x: self.x / x, y: self.y / y, width: self.width / x, height: self.height / y }
    }
}

/// Side of a cell in pixels, at about 150 and at about 75 dots an inch.
const CELL: usize = 8;
/// Least contrast of a window, in levels of 255, and as a share of what the page has from bright to dark: the grain of
/// paper has as many edges as a matrix.
const MIN_CONTRAST: i32 = 40;
const MIN_CONTRAST_SHARE: f32 = 0.25;
/// Least variance of a window's pixels, for a contrast of 1: bars and modules are dark or bright, grain and photos lie mostly
/// between.
const MIN_VARIANCE: f32 = 0.06;
/// Share of a window's range from brightest to darkest at which the mean of a barcode lies.
const MIN_DARK: f32 = 0.28;
const MAX_DARK: f32 = 0.78;
/// Least mean square of the differences of neighbouring pixels, for a contrast of 1.
const MIN_EDGES: f32 = 0.07;
/// Clear space that goes with a region, in inches: a reader wants ten modules of it beside bars.
const MARGIN_IN: f32 = 0.2;
/// Least number of cells of a region.
const MIN_CELLS: usize = 3;
/// A page of fewer pixels is read whole: that costs no more than looking.
const SMALL_PIXELS: usize = 600_000;
/// So is one of whose area more than this is in regions.
const MOST: f32 = 0.6;

/// The parts of `page` in which a barcode may be; `reduced` is the same page at about 150 dots an inch.
pub(super) fn regions(page: &Grey, reduced: &Reduced<'_>) -> Vec<Region> {
    let whole = Region { x: 0, y: 0, width: page.width(), height: page.height() };
    if page.pixels().len() < SMALL_PIXELS {
        return vec![whole];
    }
    let mut areas = areas(reduced);
    // Large modules, of 1 mm and more.
    areas.extend(self::areas(&reduced.reduced_to(COARSE_DPI)));
    let areas = joined(areas);
    let covered: u64 = areas.iter().map(|a| u64::from(a.width) * u64::from(a.height)).sum();
    if covered as f32 > MOST * page.pixels().len() as f32 {
        return vec![whole];
    }
    areas.into_iter().filter_map(|area| area.within(page.size())).collect()
}

/// Dots per inch of the second look.
const COARSE_DPI: f32 = 75.0;

/// What is measured of a cell, and, added up, of a window.
#[derive(Clone, Copy)]
struct Cell {
    /// Sum of the squares of the differences to the pixels at the right and below.
    edges: u32,
    sum: u32,
    squares: u32,
    low: u8,
    high: u8,
}

/// Cells of a page.
struct Cells {
    columns: usize,
    cells: Vec<Cell>,
}

impl Cells {
    /// Of each cell every second row is looked at.
    fn of(page: &Grey) -> Self {
        let width = page.width() as usize;
        let columns = width.saturating_sub(1) / CELL;
        let rows = (page.height() as usize).saturating_sub(1) / CELL;
        let mut cells = Vec::with_capacity(columns * rows);
        for band in page.pixels().chunks(width * CELL).take(rows) {
            let first = cells.len();
            cells.resize(first + columns, Cell { edges: 0, sum: 0, squares: 0, low: 255, high: 0 });
            for pair in band.chunks_exact(2 * width) {
                let (upper, lower) = pair.split_at(width);
                let right = upper.get(1..).unwrap_or_default();
                let places = upper.chunks_exact(CELL).zip(right.chunks_exact(CELL)).zip(lower.chunks_exact(CELL));
                for (cell, ((here, right), below)) in cells[first..].iter_mut().zip(places) {
                    cell.add(here, right, below);
                }
            }
        }
        Self { columns, cells }
    }
}

/// Rows of a cell that are looked at.
const ROWS: usize = CELL / 2;

impl Cell {
    fn add(&mut self, here: &[u8], right: &[u8], below: &[u8]) {
        let (mut edges, mut sum, mut squares) = (0i32, 0u32, 0u32);
        for ((&here, &right), &below) in here.iter().zip(right).zip(below) {
            let (x, y) = (i32::from(right) - i32::from(here), i32::from(below) - i32::from(here));
            edges += x * x + y * y;
            sum += u32::from(here);
            squares += u32::from(here) * u32::from(here);
        }
        self.edges += edges.unsigned_abs();
        self.sum += sum;
        self.squares += squares;
        self.low = here.iter().fold(self.low, |low, &pixel| low.min(pixel));
        self.high = here.iter().fold(self.high, |high, &pixel| high.max(pixel));
    }

    fn and(self, other: &Self) -> Self {
        Self {
            edges: self.edges + other.edges,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// Whether this, of `cells` cells on a page that asks for `min_contrast`, has the texture of a barcode.
    fn is_code(&self, cells: usize, min_contrast: i32) -> bool {
        let contrast = i32::from(self.high) - i32::from(self.low);
        if contrast < min_contrast {
            return false;
        }
        let pixels = (cells * CELL * ROWS) as f32;
        let square = (contrast * contrast) as f32;
        let mean = self.sum as f32 / pixels;
        let edges = self.edges as f32 / pixels / square;
        let dark = (f32::from(self.high) - mean) / contrast as f32;
        let variance = (self.squares as f32 / pixels - mean * mean) / square;
        edges >= MIN_EDGES && (MIN_DARK..=MAX_DARK).contains(&dark) && variance >= MIN_VARIANCE
    }
}

impl Cells {
    /// Least contrast of a window: of the page's own from the bright cells to the darkest.
    fn min_contrast(&self) -> i32 {
        let mut highs: Vec<u8> = self.cells.iter().map(|cell| cell.high).collect();
        let mut lows: Vec<u8> = self.cells.iter().map(|cell| cell.low).collect();
        let bright = highs.len() / 2;
        // Of the darkest, a hundredth may be a rim or dust.
        let dark = lows.len() / 100;
        let at = |levels: &mut Vec<u8>, at: usize| {
            if at < levels.len() { i32::from(*levels.select_nth_unstable(at).1) } else { 0 }
        };
        let contrast = (at(&mut highs, bright) - at(&mut lows, dark)) as f32;
        MIN_CONTRAST.max((MIN_CONTRAST_SHARE * contrast) as i32)
    }
}

/// A region in the page's pixels, with its margin, not yet cut at the page's edges.
#[derive(Clone, Copy)]
struct Area {
    x: i64,
    y: i64,
    width: u32,
    height: u32,
}

/// Regions of a reduced page.
fn areas(reduced: &Reduced<'_>) -> Vec<Area> {
    let measured = Cells::of(&reduced.grey);
    let min_contrast = measured.min_contrast();
    let Cells { columns, cells } = measured;
    let rows = cells.len() / columns.max(1);
    let mut marked = vec![false; cells.len()];
    for y in 1..rows.saturating_sub(1) {
        for x in 1..columns.saturating_sub(1) {
            let row = |y: usize| cells[y * columns + x - 1..=y * columns + x + 1].iter();
            let window = row(y - 1).chain(row(y)).chain(row(y + 1));
            marked[y * columns + x] =
                window.copied().reduce(|a, b| a.and(&b)).is_some_and(|sum| sum.is_code(9, min_contrast));
        }
    }
    let margin = |factor: u32, dpi: f32| i64::from(factor) * (MARGIN_IN * dpi) as i64;
    let (margin_x, margin_y) = (margin(reduced.factor.0, reduced.dpi.0), margin(reduced.factor.1, reduced.dpi.1));
    let (cell_x, cell_y) = (i64::from(reduced.factor.0) * CELL as i64, i64::from(reduced.factor.1) * CELL as i64);
    let mut areas = Vec::new();
    for group in groups(&mut marked, columns) {
        // A window reaches one cell further than its middle.
        let (x0, x1) = (group.x0 as i64 - 1, group.x1 as i64 + 2);
        let (y0, y1) = (group.y0 as i64 - 1, group.y1 as i64 + 2);
        if group.cells >= MIN_CELLS {
            areas.push(Area {
                x: x0 * cell_x - margin_x,
                y: y0 * cell_y - margin_y,
                width: ((x1 - x0) * cell_x + 2 * margin_x) as u32,
                height: ((y1 - y0) * cell_y + 2 * margin_y) as u32,
            });
        }
    }
    areas
}

/// Marked cells that touch, diagonally too: first and last column and row, and their number.
struct Group {
    x0: usize,
    x1: usize,
    y0: usize,
    y1: usize,
    cells: usize,
}

/// Takes the marks away group by group.
fn groups(marked: &mut [bool], columns: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut open = Vec::new();
    for start in 0..marked.len() {
        if !marked[start] {
            continue;
        }
        marked[start] = false;
        open.push(start);
        let (x, y) = (start % columns, start / columns);
        let mut group = Group { x0: x, x1: x, y0: y, y1: y, cells: 0 };
        while let Some(place) = open.pop() {
            let (x, y) = (place % columns, place / columns);
            group.cells += 1;
            group.x0 = group.x0.min(x);
            group.x1 = group.x1.max(x);
            group.y0 = group.y0.min(y);
            group.y1 = group.y1.max(y);
            for near_y in y.saturating_sub(1)..=y + 1 {
                for near_x in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                    if let Some(mark) = marked.get_mut(near_y * columns + near_x).filter(|mark| **mark) {
                        *mark = false;
                        open.push(near_y * columns + near_x);
                    }
                }
            }
        }
        groups.push(group);
    }
    groups
}

/// Areas that overlap become one, until none do.
fn joined(mut areas: Vec<Area>) -> Vec<Area> {
    let mut done: Vec<Area> = Vec::new();
    while let Some(area) = areas.pop() {
        match done.iter().position(|other| other.overlaps(&area)) {
            Some(at) => areas.push(done.swap_remove(at).and(&area)),
            None => done.push(area),
        }
    }
    done.sort_by_key(|area| (area.y, area.x));
    done
}

impl Area {
    fn overlaps(&self, other: &Self) -> bool {
        let (x1, y1) = self.end();
        let (other_x1, other_y1) = other.end();
        self.x < other_x1 && other.x < x1 && self.y < other_y1 && other.y < y1
    }

    fn end(&self) -> (i64, i64) {
        (self.x + i64::from(self.width), self.y + i64::from(self.height))
    }

    fn and(&self, other: &Self) -> Self {
        let ((x1, y1), (other_x1, other_y1)) = (self.end(), other.end());
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self { x, y, width: (x1.max(other_x1) - x) as u32, height: (y1.max(other_y1) - y) as u32 }
    }

    /// What of it lies on a page.
    fn within(self, (width, height): (u32, u32)) -> Option<Region> {
        let (x1, y1) = self.end();
        let (x1, y1) = (x1.clamp(0, i64::from(width)) as u32, y1.clamp(0, i64::from(height)) as u32);
        let (x, y) = (self.x.clamp(0, i64::from(width)) as u32, self.y.clamp(0, i64::from(height)) as u32);
        (x < x1 && y < y1).then_some(Region { x, y, width: x1 - x, height: y1 - y })
    }
}
