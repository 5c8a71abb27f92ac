//! From codes on single lines to bars on the page.

use super::pattern::{Pattern, UNIT_IN, mirrored, pattern};
use super::strips::{Axis, Run, STRIP_IN, Strips};
use crate::codes::shrink::Reduced;
use crate::model::{PatchKind, PixelBox};
use crate::raster::Grey;

/// Sizes at which bars are taken, as shares of the printed size: sheets are scaled to fit a page.
const SCALE: std::ops::RangeInclusive<f32> = 0.7..=1.35;
/// The same where the scan's resolution was assumed.
const SCALE_IF_ASSUMED: std::ops::RangeInclusive<f32> = 0.4..=2.5;
/// Clear space before the first and behind the last bar, in units. 3 are printed; holes and scribbles come close.
const CLEAR: f32 = 2.0;
/// Where a further bar lies within so many units, as long as the four, they are part of a larger pattern.
const ALONE: f32 = 6.0;
/// Least length of the bars in units. 31 are printed.
const MIN_LENGTH: f32 = 18.0;
/// Largest slope of the bars: 10 degrees, and what a measure may err.
const MAX_SLOPE: f32 = 0.21;
/// Strips in a row that may be spoilt: a punch hole, a staple, a stroke of a pen.
const MAX_GAP: usize = 6;
/// Least share of all strips on which the code is found.
const MIN_SHARE: f32 = 0.7;
/// How far, in units, the code on one strip may lie off the line through all.
const MAX_BEND: f32 = 0.5;
/// Behind the last strip on which the code is found, each bar ends within so many strips ...
const MAX_TAIL: usize = 8;
/// ... and all of them on a line across, but for this, in units.
const MAX_RAGGED: f32 = 5.0;
/// Least share of a bar's length that is ink, and most of a space's. Rows of text have more gaps.
const SOLID: f32 = 0.82;

/// Four bars, as they are read down the page or to its right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bars {
    pub(super) kind: PatchKind,
    /// In which direction that was read.
    pub(super) axis: Axis,
    /// In pixels of the reduced page.
    pub(super) bounds: PixelBox,
}

impl Bars {
    /// What is read in the opposite direction.
    pub(super) fn mirrored(&self) -> PatchKind {
        mirrored(self.kind)
    }
}

/// Finds all bars that lie or stand on `page`.
pub(super) fn find(page: &Reduced<'_>) -> Vec<Bars> {
    let scale = if page.assumed { SCALE_IF_ASSUMED } else { SCALE };
    let mut found = Vec::new();
    for axis in [Axis::Down, Axis::Right] {
        let strips = Strips::of(&page.grey, page.dpi, axis);
        found.extend(chains(&strips, &scale).iter().filter_map(|chain| chain.bars(&strips, &page.grey)));
    }
    found
}

/// A code on one strip.
#[derive(Clone, Copy)]
struct Hit {
    strip: usize,
    pattern: Pattern,
    /// Ink beside it, if any is near: how far it is from the middle of the code, before and behind.
    beside: [Option<f32>; 2],
}

/// The same code on strips in a row.
struct Chain {
    hits: Vec<Hit>,
}

/// Joins what is found strip by strip.
fn chains(strips: &Strips, scale: &std::ops::RangeInclusive<f32>) -> Vec<Chain> {
    let (mut open, mut done) = (Vec::<Chain>::new(), Vec::new());
    let mut runs = Vec::new();
    for strip in 0..strips.count() {
        let (live, ended): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|chain| chain.last().is_some_and(|last| strip - last.strip <= MAX_GAP));
        open = live;
        done.extend(ended);
        strips.runs(strip, &mut runs);
        for (pattern, beside) in patterns(&runs, strips, scale) {
            let hit = Hit { strip, pattern, beside };
            match open.iter_mut().find(|chain| chain.takes(&hit, strips)) {
                Some(chain) => chain.hits.push(hit),
                None => open.push(Chain { hits: vec![hit] }),
            }
        }
    }
    done.extend(open);
    done
}

/// The codes on a line, each with clear space around.
fn patterns<'a>(
    runs: &'a [Run],
    strips: &'a Strips,
    scale: &'a std::ops::RangeInclusive<f32>,
) -> impl Iterator<Item = (Pattern, [Option<f32>; 2])> + 'a {
    runs.windows(4).enumerate().filter_map(move |(i, four)| {
        let found = pattern(std::array::from_fn(|e| {
            let run = four[e / 2];
            if e % 2 == 0 { run.start } else { run.end }
        }))?;
        let clear = CLEAR * found.unit;
        let before = i.checked_sub(1).and_then(|i| runs.get(i));
        let behind = runs.get(i + 4);
        let gaps = [before.map(|run| found.edges[0] - run.end), behind.map(|run| run.start - found.edges[7])];
        let sized = scale.contains(&(found.unit / strips.dpi.0 / UNIT_IN));
        let middles = [before, behind].map(|run| run.map(|run| (run.start + run.end) / 2.0 - found.centre()));
        let near = |side: usize| middles[side].filter(|_| gaps[side].is_some_and(|gap| gap <= ALONE * found.unit));
        let is_clear = gaps.iter().flatten().all(|&gap| gap >= clear);
        (is_clear && sized).then(|| (found, [near(0), near(1)]))
    })
}

impl Chain {
    fn last(&self) -> Option<&Hit> {
        self.hits.last()
    }

    fn takes(&self, hit: &Hit, strips: &Strips) -> bool {
        self.last().is_some_and(|last| {
            let steps = hit.strip.saturating_sub(last.strip) as f32;
            let off = (hit.pattern.centre() - last.pattern.centre()).abs();
            steps > 0.0
                && hit.pattern.kind == last.pattern.kind
                && off <= steps * strips.rise(MAX_SLOPE) + last.pattern.unit * MAX_BEND
        })
    }

    /// What the chain is, if it is a patch code.
    fn bars(&self, strips: &Strips, page: &Grey) -> Option<Bars> {
        let (first, last) = (self.hits.first()?, self.hits.last()?);
        let count = self.hits.len() as f32;
        let span = last.strip - first.strip + 1;
        let unit = self.hits.iter().map(|hit| hit.pattern.unit).sum::<f32>() / count;
        // In inches, as strips and lines may differ in resolution.
        let length = span as f32 * strips.pitch / strips.dpi.1;
        let unit_in = unit / strips.dpi.0;
        if count < 4.0 || count < MIN_SHARE * span as f32 || length < MIN_LENGTH * unit_in {
            return None;
        }
        if first.strip == 0 && last.strip + 1 >= strips.count() {
            // From edge to edge of the page: rules, or what the scanner adds.
            return None;
        }
        let line = Line::through(&self.hits);
        if line.slope.abs() > strips.rise(MAX_SLOPE) || line.bend(&self.hits) > MAX_BEND * unit {
            return None;
        }
        let places = self.places();
        let (from, to) = (ends(strips, &line, &places, first.strip, -1)?, ends(strips, &line, &places, last.strip, 1)?);
        let rise = line.slope * strips.dpi.1 / (strips.pitch * strips.dpi.0);
        if ragged(&from, &places, rise, strips) > MAX_RAGGED * unit_in
            || ragged(&to, &places, rise, strips) > MAX_RAGGED * unit_in
        {
            return None;
        }
        if (0..2).any(|side| self.is_in_pattern(side, strips, &line, unit)) {
            return None;
        }
        if !is_solid(strips, page, &line, &self.spots(), (first.strip, last.strip)) {
            return None;
        }
        Some(Bars { kind: first.pattern.kind, axis: strips.axis, bounds: self.bounds(strips, &line, (&from, &to)) })
    }

    /// Whether another bar lies beside the four all along, and ends where they do: edges of the page and of tables go on,
    /// print has gaps.
    fn is_in_pattern(&self, side: usize, strips: &Strips, line: &Line, unit: f32) -> bool {
        let beside: Vec<f32> = self.hits.iter().filter_map(|hit| hit.beside[side]).collect();
        let count = beside.len().max(1) as f32;
        let mean = beside.iter().sum::<f32>() / count;
        let steady = beside.iter().filter(|place| (*place - mean).abs() <= MAX_BEND * unit).count();
        if steady as f32 <= 0.9 * self.hits.len() as f32 {
            return false;
        }
        let (Some(first), Some(last)) = (self.hits.first(), self.hits.last()) else { return false };
        let places = [mean; 4];
        ends(strips, line, &places, first.strip, -1).is_some() && ends(strips, line, &places, last.strip, 1).is_some()
    }

    /// The middles of the four bars, as they lie from the middle of the code.
    fn places(&self) -> [f32; 4] {
        let mean = |edge: usize| {
            self.hits.iter().map(|hit| hit.pattern.edges[edge] - hit.pattern.centre()).sum::<f32>()
                / self.hits.len().max(1) as f32
        };
        std::array::from_fn(|bar| (mean(2 * bar) + mean(2 * bar + 1)) / 2.0)
    }

    /// The middles of bars and spaces in turns.
    fn spots(&self) -> [f32; 7] {
        let mean = |edge: usize| {
            self.hits.iter().map(|hit| hit.pattern.edges[edge] - hit.pattern.centre()).sum::<f32>()
                / self.hits.len().max(1) as f32
        };
        std::array::from_fn(|i| (mean(i) + mean(i + 1)) / 2.0)
    }

    fn bounds(&self, strips: &Strips, line: &Line, (from, to): (&[f32; 4], &[f32; 4])) -> PixelBox {
        let start = from.iter().copied().fold(f32::INFINITY, f32::min);
        let end = to.iter().copied().fold(0.0, f32::max);
        let half = self.hits.iter().map(|hit| hit.pattern.edges[7] - hit.pattern.edges[0]).fold(0.0, f32::max) / 2.0;
        let (a, b) = (line.at(start), line.at(end));
        let (low, high) = ((a.min(b) - half).max(0.0), (a.max(b) + half).min(strips.len as f32));
        let (left, right) = (start.max(0.0) * strips.pitch, (end + 1.0) * strips.pitch);
        match strips.axis {
            Axis::Down => PixelBox { x0: left, y0: low, x1: right, y1: high },
            Axis::Right => PixelBox { x0: low, y0: left, x1: high, y1: right },
        }
    }
}

impl Strips {
    /// How far a line of `slope` climbs from strip to strip, in pixels of a line.
    fn rise(&self, slope: f32) -> f32 {
        slope * self.pitch * self.dpi.0 / self.dpi.1.max(1.0)
    }
}

/// The line through the middles of the codes: `at = start + slope * strip`.
struct Line {
    start: f32,
    slope: f32,
}

impl Line {
    /// By least squares.
    fn through(hits: &[Hit]) -> Self {
        let count = hits.len().max(1) as f32;
        let mean_x = hits.iter().map(|hit| hit.strip as f32).sum::<f32>() / count;
        let mean_y = hits.iter().map(|hit| hit.pattern.centre()).sum::<f32>() / count;
        let (mut xy, mut xx) = (0.0, 0.0);
        for hit in hits {
            let x = hit.strip as f32 - mean_x;
            xy += x * (hit.pattern.centre() - mean_y);
            xx += x * x;
        }
        let slope = if xx > 0.0 { xy / xx } else { 0.0 };
        Self { start: mean_y - slope * mean_x, slope }
    }

    fn at(&self, strip: f32) -> f32 {
        self.start + self.slope * strip
    }

    /// Root of the mean square of what the codes lie off it.
    fn bend(&self, hits: &[Hit]) -> f32 {
        let square = |hit: &Hit| (hit.pattern.centre() - self.at(hit.strip as f32)).powi(2);
        (hits.iter().map(square).sum::<f32>() / hits.len().max(1) as f32).sqrt()
    }
}

/// The strip on which each bar is seen last, going on from `edge` by `step`; `None` if one does not end.
fn ends(strips: &Strips, line: &Line, places: &[f32; 4], edge: usize, step: isize) -> Option<[f32; 4]> {
    let mut ends = [edge as f32; 4];
    for (end, place) in ends.iter_mut().zip(places) {
        let tail = (1..=MAX_TAIL).take_while(|&i| {
            let strip = edge as isize + step * i as isize;
            let at = line.at(strip as f32) + place;
            usize::try_from(strip).ok().and_then(|strip| strips.is_ink(strip, at)).unwrap_or(false)
        });
        let tail = tail.count();
        if tail == MAX_TAIL {
            return None;
        }
        *end += (step * tail as isize) as f32;
    }
    Some(ends)
}

/// How far, in inches, the ends of the bars are from lying on one line across the bars; `rise` is their slope.
fn ragged(ends: &[f32; 4], places: &[f32; 4], rise: f32, strips: &Strips) -> f32 {
    let across = |(end, place): (&f32, &f32)| end * strips.pitch / strips.dpi.1 + place / strips.dpi.0 * rise;
    let all = ends.iter().zip(places).map(across);
    let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), a| (a.min(low), a.max(high)));
    // What strips cannot tell.
    high - low - STRIP_IN
}

/// Whether bars are ink, and the spaces between them paper, all along.
fn is_solid(strips: &Strips, page: &Grey, line: &Line, spots: &[f32; 7], (first, last): (usize, usize)) -> bool {
    let pitch = strips.pitch as usize;
    let (from, to) = (first * pitch, (last + 1) * pitch);
    let width = page.width() as usize;
    let grey = |along: f32, across: usize| {
        let along = along.max(0.0) as usize;
        let (x, y) = match strips.axis {
            Axis::Down => (across, along),
            Axis::Right => (along, across),
        };
        if x < width { page.pixels().get(y * width + x).copied() } else { None }
    };
    let along = |spot: f32, across: usize| line.at((across as f32 + 0.5) / strips.pitch - 0.5) + spot;
    let row = |spot: f32| (from..to).filter_map(move |across| grey(along(spot, across), across));
    let mean = |parity: usize| {
        let greys = spots.iter().enumerate().filter(|(i, _)| i % 2 == parity).flat_map(|(_, &spot)| row(spot));
        let (sum, count) = greys.fold((0u64, 0u64), |(sum, count), grey| (sum + u64::from(grey), count + 1));
        (sum / count.max(1)) as u8
    };
    let (ink, paper) = (mean(0), mean(1));
    let limit = ink + paper.saturating_sub(ink) / 2;
    spots.iter().enumerate().all(|(i, &spot)| {
        let (right, all) = row(spot)
            .fold((0u32, 0u32), |(right, all), grey| (right + u32::from((grey < limit) == (i % 2 == 0)), all + 1));
        right as f32 >= SOLID * all as f32
    })
}
