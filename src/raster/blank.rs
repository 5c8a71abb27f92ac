//! How empty a page is.
//!
//! A page that was flagged blank is looked at by a person only in a sample: whoever put two initials or a page number
//! on it must not be overlooked. So the measure counts whatever may be writing, and leaves out only what has a known
//! other cause: the rim, punch holes, streaks of a dirty scanner glass, shadows that come in from the rim, dust, and
//! what shows through from the reverse side.

use super::blobs::{Area, Blob, blobs};
use super::reduce::{Background, box_reduce};
use super::{BlankParams, Grey};
use crate::model::{Blank, Resolution};

/// Resolution of the measure in dots per inch: a pencil stroke of 0.3 mm is nearly two pixels wide.
const MEASURE_DPI: f32 = 150.0;
/// Width of the rim that is left out, in mm: scanners' shadows and the paper's edge.
const RIM_MM: f32 = 8.0;
/// Side of the tiles in which the paper's level is taken, in mm.
const TILE_MM: f32 = 5.0;
/// What is smaller than this in width and height is a speck, in mm. The `1` of a page number is twice as high.
const SPECK_MM: f32 = 1.2;
/// Specks of less ink than this are the grain of the paper, in square mm of black.
const GRAIN_MM2: f32 = 0.02;
/// Side of the cells in which specks are counted, in mm.
const CELL_MM: f32 = 1.5;
/// Specks count as writing (needle printers, broken strokes) where at least so many stand within three by three cells.
const MIN_CROWD: u32 = 6;
/// ISO 838: the centres of filing holes are 80 mm apart and 12 mm from the edge; with play for skew and a shifted sheet.
const HOLE_DISTANCE_MM: std::ops::RangeInclusive<f32> = 78.0..=82.0;
const HOLE_FROM_EDGE_MM: std::ops::RangeInclusive<f32> = 8.0..=19.0;
const HOLE_SIZE_MM: std::ops::RangeInclusive<f32> = 4.5..=8.0;
/// Shapes that are compared with each other as holes; a page with more of them is not blank anyway.
const MAX_HOLES: usize = 1000;
/// A blob must somewhere be darker than the paper by so many levels. Print that shines through stays below 35.
const MIN_DEPTH: u8 = 40;

/// Measures the ink on `page` (upright or not), whose pixels are `resolution` to the inch.
///
/// `ink_share` is the share of the area within the rim that is ink and is not accounted for otherwise; the page is
/// blank when that is at most `params.max_ink_share`.
pub fn blank(page: &Grey, resolution: Resolution, params: &BlankParams) -> Blank {
    let dpi = |dpi: f32| if dpi.is_finite() { dpi.clamp(20.0, 10_000.0) } else { MEASURE_DPI };
    let (x_dpi, y_dpi) = (dpi(resolution.x_dpi), dpi(resolution.y_dpi));
    let factor = ((x_dpi.min(y_dpi) / MEASURE_DPI).round() as u32).max(1);
    let small = box_reduce(page, factor);
    // A page smaller than one cell comes back unreduced; its scale does not matter then.
    let sheet = Sheet {
        x_mm: 25.4 * factor as f32 / x_dpi,
        y_mm: 25.4 * factor as f32 / y_dpi,
        width_px: small.width(),
        height_px: small.height(),
    };
    let inner = sheet.inner();
    let mut paper = Background::of(&small, (TILE_MM / sheet.x_mm) as u32);
    // What is far darker than the rest of the page is no paper; a page that is dark all over is no blank sheet either.
    let typical = paper.typical();
    paper.raise_to(if typical < 64 { 255 } else { typical / 4 * 3 });
    let grain = grain(&small);
    let found = blobs(&small, inner, &paper.sampled(1, small.width() as usize), |level| {
        (level / 9 + 5).max(grain.saturating_mul(6).min(64))
    });
    let ink: u64 = sheet.writing(&found, inner).map(|b| u64::from(b.pixels)).sum();
    let area = u64::from(inner.x1 - inner.x0) * u64::from(inner.y1 - inner.y0);
    let ink_share = (ink as f64 / area.max(1) as f64) as f32;
    Blank { is_blank: ink_share <= params.max_ink_share, ink_share }
}

/// Standard deviation of the paper's noise, in levels: from the median difference of neighbours on a sparse grid,
/// which ink hardly moves.
fn grain(page: &Grey) -> u8 {
    let mut counts = [0u32; 256];
    for row in page.rows().step_by(16) {
        for pair in row.chunks_exact(2).step_by(4) {
            counts[usize::from(pair[0].abs_diff(pair[1]))] += 1;
        }
    }
    let half = counts.iter().sum::<u32>() / 2;
    let mut below = 0;
    let median = counts.iter().position(|&n| {
        below += n;
        below > half
    });
    // Median of |a - b| for two normal values is 0.954 of their deviation.
    median.unwrap_or(0) as u8
}

/// The reduced raster's place in the world.
struct Sheet {
    x_mm: f32,
    y_mm: f32,
    width_px: u32,
    height_px: u32,
}

impl Sheet {
    /// The sheet without its rim; of slips at least three quarters remain each way.
    fn inner(&self) -> Area {
        let rim = |side: u32, mm: f32| ((RIM_MM / mm) as u32).min(side / 8);
        let (x, y) = (rim(self.width_px, self.x_mm), rim(self.height_px, self.y_mm));
        Area { x0: x, y0: y, x1: self.width_px - x, y1: self.height_px - y }
    }

    /// The blobs that may be writing.
    fn writing<'a>(&'a self, found: &'a [Blob], inner: Area) -> impl Iterator<Item = &'a Blob> {
        let crowds = Crowds::of(self, found);
        let holes: Vec<&Blob> = found.iter().filter(|b| self.may_be_hole(b)).take(MAX_HOLES).collect();
        found.iter().filter(move |blob| {
            blob.depth >= MIN_DEPTH
                && (!self.is_speck(blob) || crowds.hold(self, blob))
                && !self.is_shadow(blob, inner)
                && !self.is_streak(blob, inner)
                && !self.is_disc(blob)
                && !holes.iter().any(|other| self.are_filing_holes(blob, other))
        })
    }

    fn size_mm(&self, blob: &Blob) -> (f32, f32) {
        ((blob.area.x1 - blob.area.x0) as f32 * self.x_mm, (blob.area.y1 - blob.area.y0) as f32 * self.y_mm)
    }

    fn centre_mm(&self, blob: &Blob) -> (f32, f32) {
        let Area { x0, y0, x1, y1 } = blob.area;
        ((x0 + x1) as f32 / 2.0 * self.x_mm, (y0 + y1) as f32 / 2.0 * self.y_mm)
    }

    /// Distance of the blob's centre to the nearest edge along x and along y.
    fn edges_mm(&self, blob: &Blob) -> (f32, f32) {
        let (x, y) = self.centre_mm(blob);
        (x.min(self.width_px as f32 * self.x_mm - x), y.min(self.height_px as f32 * self.y_mm - y))
    }

    fn is_speck(&self, blob: &Blob) -> bool {
        let (w, h) = self.size_mm(blob);
        w.max(h) < SPECK_MM || self.is_grain(blob)
    }

    fn is_grain(&self, blob: &Blob) -> bool {
        blob.mass * self.x_mm * self.y_mm < GRAIN_MM2
    }

    /// A shadow or a dark border that reaches in from the rim: long beside the rim, not deep, or dark in a corner.
    fn is_shadow(&self, blob: &Blob, inner: Area) -> bool {
        let (w, h) = self.size_mm(blob);
        let at_side = blob.area.x0 <= inner.x0 || blob.area.x1 >= inner.x1;
        let at_end = blob.area.y0 <= inner.y0 || blob.area.y1 >= inner.y1;
        let fill = blob.pixels as f32 * self.x_mm * self.y_mm / (w * h);
        (at_side && h > 40.0 && w < 20.0)
            || (at_end && w > 40.0 && h < 20.0)
            || (at_side && at_end && fill > 0.4 && w.max(h) < 40.0)
    }

    /// Dust on the glass of a feeder draws a line through the whole sheet.
    fn is_streak(&self, blob: &Blob, inner: Area) -> bool {
        let (w, h) = self.size_mm(blob);
        let (inner_w, inner_h) = ((inner.x1 - inner.x0) as f32 * self.x_mm, (inner.y1 - inner.y0) as f32 * self.y_mm);
        (h > 0.95 * inner_h && w < 1.0) || (w > 0.95 * inner_w && h < 1.0)
    }

    /// A filled disc of a hole's size near an edge: a hole before a dark lid.
    fn is_disc(&self, blob: &Blob) -> bool {
        let (w, h) = self.size_mm(blob);
        let (edge_x, edge_y) = self.edges_mm(blob);
        let fill = blob.pixels as f32 * self.x_mm * self.y_mm / (w * h);
        let round = (w / h - 1.0).abs() < 0.25 && (fill - std::f32::consts::FRAC_PI_4).abs() < 0.08;
        round && HOLE_SIZE_MM.contains(&w) && edge_x.min(edge_y) < 20.0
    }

    /// The rim of a hole before a white lid may show as a ring or a crescent, and the rim of the page may cut it.
    fn may_be_hole(&self, blob: &Blob) -> bool {
        let (w, h) = self.size_mm(blob);
        let (edge_x, edge_y) = self.edges_mm(blob);
        (2.0..=*HOLE_SIZE_MM.end()).contains(&w.max(h))
            && (HOLE_FROM_EDGE_MM.contains(&edge_x) || HOLE_FROM_EDGE_MM.contains(&edge_y))
    }

    /// Two like shapes where a filing punch makes its holes.
    fn are_filing_holes(&self, a: &Blob, b: &Blob) -> bool {
        let ((ax, ay), (bx, by)) = (self.centre_mm(a), self.centre_mm(b));
        let ((aw, ah), (bw, bh)) = (self.size_mm(a), self.size_mm(b));
        let (along, across) = ((ax - bx).abs().max((ay - by).abs()), (ax - bx).abs().min((ay - by).abs()));
        let edge = |blob| {
            let (x, y) = self.edges_mm(blob);
            if (ay - by).abs() > (ax - bx).abs() { x } else { y }
        };
        self.may_be_hole(a)
            && HOLE_DISTANCE_MM.contains(&along)
            && across < 4.0
            && (aw - bw).abs() < 1.5
            && (ah - bh).abs() < 1.5
            && HOLE_FROM_EDGE_MM.contains(&edge(a))
            && HOLE_FROM_EDGE_MM.contains(&edge(b))
    }
}

/// How many specks stand near each other.
struct Crowds {
    columns: usize,
    counts: Vec<u32>,
    enough: u32,
}

impl Crowds {
    fn of(sheet: &Sheet, found: &[Blob]) -> Self {
        let cells = |px: u32, mm: f32| (px as f32 * mm / CELL_MM) as usize + 1;
        let (columns, rows) = (cells(sheet.width_px, sheet.x_mm), cells(sheet.height_px, sheet.y_mm));
        let mut crowds = Self { columns, counts: vec![0; columns * rows], enough: 0 };
        let mut specks = 0u32;
        for blob in found.iter().filter(|b| sheet.is_speck(b) && !sheet.is_grain(b)) {
            specks += 1;
            let (column, row) = crowds.cell(sheet, blob);
            if let Some(count) = crowds.counts.get_mut(row * columns + column) {
                *count += 1;
            }
        }
        // On a sheet strewn with dust some specks meet by chance (Poisson): only a crowd beyond that is writing.
        let chance = specks as f32 * 9.0 / crowds.counts.len() as f32;
        crowds.enough = MIN_CROWD.max((chance + 5.0 * chance.sqrt() + 2.0) as u32);
        crowds
    }

    fn cell(&self, sheet: &Sheet, blob: &Blob) -> (usize, usize) {
        let (x, y) = sheet.centre_mm(blob);
        ((x / CELL_MM) as usize, (y / CELL_MM) as usize)
    }

    /// Whether the speck `blob` stands in a crowd.
    fn hold(&self, sheet: &Sheet, blob: &Blob) -> bool {
        let (column, row) = self.cell(sheet, blob);
        let near = |at: usize| at.saturating_sub(1)..at + 2;
        let crowd: u32 = near(row)
            .flat_map(|y| near(column).map(move |x| (x, y)))
            .filter(|&(x, _)| x < self.columns)
            .filter_map(|(x, y)| self.counts.get(y * self.columns + x))
            .sum();
        !sheet.is_grain(blob) && crowd >= self.enough
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DPI: f32 = 200.0;
    const WIDTH_MM: f32 = 210.0;
    const HEIGHT_MM: f32 = 297.0;

    /// An A4 sheet at 200 dpi that is drawn on in millimetres.
    struct Drawing {
        width: usize,
        height: usize,
        pixels: Vec<u8>,
        noise: u32,
    }

    impl Drawing {
        /// Paper of the level `paper` with noise of up to `grain` levels.
        fn on(paper: u8, grain: u8) -> Self {
            let px = |mm: f32| (mm / 25.4 * DPI) as usize;
            let (width, height) = (px(WIDTH_MM), px(HEIGHT_MM));
            let mut drawing = Self { width, height, pixels: vec![paper; width * height], noise: 1 };
            for i in 0..drawing.pixels.len() {
                let noise = drawing.random() * f32::from(grain) * 2.0 - f32::from(grain);
                drawing.pixels[i] = (f32::from(paper) + noise) as u8;
            }
            drawing
        }

        /// From 0 to 1.
        fn random(&mut self) -> f32 {
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.noise >> 8) as f32 / (1 << 24) as f32
        }

        /// Sets what `ink` gives for a place in mm; `None` leaves the paper.
        fn draw(mut self, ink: impl Fn(f32, f32, u8) -> Option<u8>) -> Self {
            let mm = |px: usize| (px as f32 + 0.5) * 25.4 / DPI;
            for y in 0..self.height {
                for x in 0..self.width {
                    let pixel = &mut self.pixels[y * self.width + x];
                    *pixel = ink(mm(x), mm(y), *pixel).unwrap_or(*pixel);
                }
            }
            self
        }

        fn disc(self, cx: f32, cy: f32, radius: f32, ink: u8) -> Self {
            self.draw(|x, y, _| ((x - cx).hypot(y - cy) < radius).then_some(ink))
        }

        /// A pen of `width` mm from point to point.
        fn stroke(self, points: &[(f32, f32)], width: f32, ink: u8) -> Self {
            self.draw(|x, y, _| {
                points
                    .windows(2)
                    .any(|ends| {
                        let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
                        let t = (((x - ax) * (bx - ax) + (y - ay) * (by - ay))
                            / ((bx - ax).powi(2) + (by - ay).powi(2)))
                        .clamp(0.0, 1.0);
                        (x - ax - t * (bx - ax)).hypot(y - ay - t * (by - ay)) < width / 2.0
                    })
                    .then_some(ink)
            })
        }

        fn specks(mut self, count: usize, radius: f32) -> Self {
            let places: Vec<_> = (0..count).map(|_| (self.random() * WIDTH_MM, self.random() * HEIGHT_MM)).collect();
            self.draw(|x, y, _| places.iter().any(|&(cx, cy)| (x - cx).hypot(y - cy) < radius).then_some(30))
        }

        fn measure(self) -> Blank {
            let page = Grey::new(self.width as u32, self.height as u32, self.pixels).unwrap();
            blank(&page, Resolution { x_dpi: DPI, y_dpi: DPI, assumed: false }, &BlankParams::default())
        }
    }

    #[test]
    fn blank_sheets_are_blank_whatever_they_went_through() {
        let skewed = |x: f32, y: f32| x - y * 0.05 < 3.0 || y + x * 0.05 < 6.0;
        let letter = |x: f32, y: f32| (x * 3.1).sin() > 0.2 && (y * 1.3).sin() > 0.3;
        let cases = [
            ("white", Drawing::on(255, 0)),
            ("grey, grainy paper", Drawing::on(190, 14)),
            ("dust", Drawing::on(235, 4).specks(40, 0.3)),
            ("two holes before a dark lid", Drawing::on(235, 4).disc(12.0, 108.5, 2.9, 8).disc(12.0, 188.5, 2.9, 8)),
            (
                "two holes before a white lid",
                Drawing::on(235, 4).draw(|x, y, _| {
                    let ring = |cy: f32| (x - 12.5).hypot(y - cy);
                    [108.5, 188.5].into_iter().any(|cy| (2.6..2.9).contains(&ring(cy))).then_some(110)
                }),
            ),
            ("a dark rim, askew", Drawing::on(235, 4).draw(|x, y, _| skewed(x, y).then_some(5))),
            (
                "a streak of the feeder",
                Drawing::on(235, 4).draw(|x, _, p| ((130.0..130.3).contains(&x)).then_some(p - 90)),
            ),
            ("a shadow at the spine", Drawing::on(235, 4).draw(|x, _, p| Some(p - (130.0 * (-x / 7.0).exp()) as u8))),
            ("print on the reverse", Drawing::on(235, 4).draw(|x, y, p| letter(x, y).then(|| p - 24))),
        ];
        for (what, drawing) in cases {
            let found = drawing.measure();
            assert!(found.is_blank, "{what}: {found:?}");
        }
    }

    #[test]
    fn the_least_writing_is_not_blank() {
        let paper = || Drawing::on(225, 6);
        let initials = [(150.0, 250.0), (151.0, 253.5), (152.0, 250.5), (153.0, 254.0), (154.0, 250.5)];
        let cases = [
            ("a page number in 8 point", paper().stroke(&[(104.5, 284.0), (104.5, 286.1)], 0.35, 40)),
            ("initials with a fine pen", paper().stroke(&initials, 0.25, 80)),
            ("initials between the holes", paper().stroke(&initials.map(|(x, y)| (x - 140.0, y - 110.0)), 0.3, 60)),
            ("a faint pencil line", paper().stroke(&[(60.0, 100.0), (75.0, 103.0), (90.0, 99.0)], 0.4, 165)),
            ("a tick", paper().stroke(&[(100.0, 100.0), (101.5, 103.0), (105.0, 95.0)], 0.4, 70)),
            (
                "a faint stamp",
                paper().stroke(&[(90.0, 60.0), (120.0, 60.0), (120.0, 70.0), (90.0, 70.0), (90.0, 60.0)], 0.8, 165),
            ),
            (
                "a row of a needle printer",
                Drawing::on(255, 0).draw(|x, y, _| {
                    let (u, v) = ((x * 2.4).fract() / 2.4, (y * 2.4).fract() / 2.4);
                    ((50.0..62.0).contains(&x) && (70.0..72.0).contains(&y) && u < 0.28 && v < 0.28).then_some(0)
                }),
            ),
            (
                "a photo",
                paper().draw(|x, y, p| ((60.0..120.0).contains(&x) && (90.0..140.0).contains(&y)).then_some(p / 3)),
            ),
            ("a sheet black all over", Drawing::on(8, 4)),
        ];
        for (what, drawing) in cases {
            let found = drawing.measure();
            assert!(!found.is_blank, "{what}: {found:?}");
        }
    }

    #[test]
    fn the_share_is_the_ink_within_the_rim() {
        // A square of 40 mm on the 194 by 281 mm within the rim.
        let square = |x: f32, y: f32| (50.0..90.0).contains(&x) && (50.0..90.0).contains(&y);
        let found = Drawing::on(255, 0).draw(|x, y, _| square(x, y).then_some(0)).measure();
        assert!((found.ink_share / (1600.0 / (194.0 * 281.0)) - 1.0).abs() < 0.03, "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// Whatever the page and its claimed resolution, the share is a share.
        #[test]
        fn the_share_is_a_share(w in 1u32..200, h in 1u32..200, seed: u32, x_dpi in 1f32..3000.0, y_dpi in 1f32..3000.0) {
            let pixels = (0..w * h).map(|i| (i.wrapping_mul(seed) >> 11) as u8).collect();
            let page = Grey::new(w, h, pixels).unwrap();
            let found = blank(&page, Resolution { x_dpi, y_dpi, assumed: true }, &BlankParams::default());
            prop_assert!((0.0..=1.0).contains(&found.ink_share), "{found:?}");
        }
    }
}
