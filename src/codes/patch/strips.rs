//! A page cut into strips, each averaged to one line of greys, and the runs of ink on it.

use super::pattern::UNIT_IN;
use crate::raster::Grey;

/// Along which axis of the page lines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Lines run downwards, across bars that lie.
    Down,
    /// Lines run to the right, across bars that stand.
    Right,
}

/// Width of a strip in inches. Averaging over it removes specks; bars that are askew by 10 degrees blur by a fifth of a
/// narrow one.
pub(super) const STRIP_IN: f32 = 0.1;
/// The level of paper and ink around a place is looked for within so many inches to either side, in blocks of a quarter
/// of that: a code is 0.8 in long.
const REACH_IN: f32 = 0.8;
const BLOCKS: usize = 4;
/// Ink is darker than paper by at least so many levels of 255.
const MIN_CONTRAST: u8 = 40;
/// Runs and gaps shorter than this are specks, in inches.
const SPECK_IN: f32 = UNIT_IN * 0.3;

/// The strips of a page along one axis.
pub(super) struct Strips {
    pub(super) axis: Axis,
    /// Pixels of a line.
    pub(super) len: usize,
    /// Pixels of the page that a strip is wide.
    pub(super) pitch: f32,
    /// Dots per inch along the lines, and across them.
    pub(super) dpi: (f32, f32),
    /// Greys, line after line.
    greys: Vec<u8>,
    /// Darker than this is ink, for each grey.
    limits: Vec<u8>,
}

/// A run of ink on a line: where it begins and ends, in pixels with fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) start: f32,
    pub(super) end: f32,
}

impl Strips {
    /// Cuts `page`, of `dpi` dots an inch along x and y.
    pub(super) fn of(page: &Grey, dpi: (f32, f32), axis: Axis) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let (along, across, across_side) = match axis {
            Axis::Down => (dpi.1, dpi.0, width),
            Axis::Right => (dpi.0, dpi.1, height),
        };
        // Of more, sums would not fit; a strip of 0.1 in has 10 of them.
        let pitch = ((STRIP_IN * across).round() as usize).clamp(1, across_side.clamp(1, 256));
        let (greys, len) = match axis {
            Axis::Down => (down(page, pitch), height),
            Axis::Right => (right(page, pitch), width),
        };
        let mut limits = vec![0; greys.len()];
        let block = ((REACH_IN * along / BLOCKS as f32).round() as usize).max(1);
        for (line, limits) in greys.chunks_exact(len.max(1)).zip(limits.chunks_exact_mut(len.max(1))) {
            set_limits(line, block, limits);
        }
        Self { axis, len, pitch: pitch as f32, dpi: (along, across), greys, limits }
    }

    pub(super) fn count(&self) -> usize {
        self.greys.len() / self.len.max(1)
    }

    /// Whether there is ink at `at` on line `index`; `None` off the page.
    pub(super) fn is_ink(&self, index: usize, at: f32) -> Option<bool> {
        if !(0.0..self.len as f32).contains(&at) || index >= self.count() {
            return None;
        }
        let place = index * self.len + at as usize;
        Some(self.greys.get(place)? < self.limits.get(place)?)
    }

    /// The runs of ink on line `index`, without specks, edges where the grey crosses the limit.
    pub(super) fn runs(&self, index: usize, runs: &mut Vec<Run>) {
        runs.clear();
        let range = index * self.len..(index + 1) * self.len;
        let (Some(greys), Some(limits)) = (self.greys.get(range.clone()), self.limits.get(range)) else { return };
        let speck = SPECK_IN * self.dpi.0;
        let above = |i: usize| f32::from(greys[i]) - f32::from(limits[i]);
        let mut start = None;
        for i in 0..=greys.len() {
            let inked = greys.get(i).zip(limits.get(i)).is_some_and(|(grey, limit)| grey < limit);
            // Between the middles of two pixels.
            let crossing = || {
                if i == 0 || i == greys.len() {
                    return i as f32;
                }
                let (before, here) = (above(i - 1), above(i));
                let share = if before == here { 0.5 } else { before / (before - here) };
                i as f32 - 0.5 + share.clamp(0.0, 1.0)
            };
            match (start, inked) {
                (None, true) => start = Some(crossing()),
                (Some(from), false) => {
                    let end = crossing();
                    start = None;
                    match runs.last_mut() {
                        Some(last) if from - last.end < speck => last.end = end,
                        _ => runs.push(Run { start: from, end }),
                    }
                }
                _ => {}
            }
        }
        runs.retain(|run| run.end - run.start >= speck);
    }
}

/// Means of `pitch` columns, turned so that each strip's greys follow one another.
fn down(page: &Grey, pitch: usize) -> Vec<u8> {
    let (count, height) = (page.width() as usize / pitch, page.height() as usize);
    let mut greys = vec![0; count * height];
    for (y, row) in page.rows().enumerate() {
        for (strip, cell) in row.chunks_exact(pitch).enumerate() {
            greys[strip * height + y] = (cell.iter().map(|&p| u32::from(p)).sum::<u32>() / pitch as u32) as u8;
        }
    }
    greys
}

/// Means of `pitch` rows.
fn right(page: &Grey, pitch: usize) -> Vec<u8> {
    let width = page.width() as usize;
    let mut sums = vec![0u16; width];
    let mut greys = Vec::with_capacity(page.pixels().len() / pitch);
    for band in page.pixels().chunks_exact(width * pitch) {
        sums.fill(0);
        for row in band.chunks_exact(width) {
            for (sum, &pixel) in sums.iter_mut().zip(row) {
                *sum += u16::from(pixel);
            }
        }
        greys.extend(sums.iter().map(|&sum| (sum / pitch as u16) as u8));
    }
    greys
}

/// Half way between the darkest and the brightest around each grey; 0 where they hardly differ.
fn set_limits(line: &[u8], block: usize, limits: &mut [u8]) {
    let extremes: Vec<(u8, u8)> = line
        .chunks(block)
        .map(|greys| greys.iter().fold((255, 0), |(low, high), &grey| (grey.min(low), grey.max(high))))
        .collect();
    for (i, limits) in limits.chunks_mut(block).enumerate() {
        let around = extremes.get(i.saturating_sub(BLOCKS)..(i + BLOCKS + 1).min(extremes.len())).unwrap_or_default();
        let (low, high) = around.iter().fold((255, 0), |(low, high), &(l, h)| (l.min(low), h.max(high)));
        let limit = if high.saturating_sub(low) < MIN_CONTRAST { 0 } else { low + (high - low).div_ceil(2) };
        limits.fill(limit);
    }
}
