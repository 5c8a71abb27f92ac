//! Where a scan lies on its page: the one affine map from scan pixels to page points.
//!
//! Undo the placement (mirror, quarter turn), scale pixels to points, turn about the centre by the skew. Nothing is
//! resampled: the map becomes the picture's matrix, and the words' quads go through the same map.

use crate::model::{Affine, PageRecord, Point, Quad};

/// Points in an inch.
const POINTS: f32 = 72.0;
/// ISO 19005-2, 6.1.13: a page is at least 3 and at most 14,400 units wide and high.
const MIN_SIDE: f32 = 3.0;
const MAX_SIDE: f32 = 14_400.0;
/// The largest `UserUnit` that Acrobat takes; a page longer than that comes from no scanner.
const MAX_UNIT: f32 = 75_000.0;

/// The page box and the map into it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Width of the page box in units of the page; its origin is (0, 0).
    pub(super) width: f32,
    /// Height.
    pub(super) height: f32,
    /// Points (1/72 inch) in a unit: 1, unless the page is longer than 200 inches.
    pub(super) user_unit: f32,
    /// From scan pixels (y down) to page units (y up).
    pub(super) map: Affine,
}

impl Place {
    /// The matrix that puts the unit square of a PDF image, whose top row is at y = 1, onto the page.
    pub(super) fn image_matrix(&self, (width_px, height_px): (u32, u32)) -> [f32; 6] {
        let (w, h) = (width_px as f32, height_px as f32);
        let Affine([a, b, c, d, e, f]) = Affine([w, 0.0, 0.0, 0.0, -h, h]).then(&self.map);
        // Numbers next to nothing are forbidden (ISO 19005-2, 6.1.13), and a millionth of a unit is nothing.
        [a, d, b, e, c, f].map(|v| if v.abs() < 1e-6 { 0.0 } else { v })
    }
}

/// The place of a page: a box of the upright scan's size, grown evenly to both sides where the skew's turn would carry
/// words out of it. `None` if the record names no finite, positive size and finite places.
pub(super) fn place(record: &PageRecord) -> Option<Place> {
    let scan = (record.width_px, record.height_px);
    let (x_dpi, y_dpi) = (record.resolution.x_dpi, record.resolution.y_dpi);
    let positive = |v: f32| v.is_finite() && v > 0.0;
    if scan.0 == 0 || scan.1 == 0 || !positive(x_dpi) || !positive(y_dpi) || !record.skew.0.is_finite() {
        return None;
    }
    let swap = record.placement.turn.swaps_sides();
    let (x_dpi, y_dpi) = if swap { (y_dpi, x_dpi) } else { (x_dpi, y_dpi) };
    let (upright_w, upright_h) = record.placement.upright_size(scan);
    let (x_scale, y_scale) = (POINTS / x_dpi, POINTS / y_dpi);
    let (width, height) = (upright_w as f32 * x_scale, upright_h as f32 * y_scale);

    // y up from here on; text that rises by the skew is turned clockwise by it.
    let points = Affine([x_scale, 0.0, 0.0, 0.0, -y_scale, height]);
    let (sin, cos) = record.skew.0.to_radians().sin_cos();
    let (cx, cy) = (width / 2.0, height / 2.0);
    let deskew = Affine([cos, sin, cx - cos * cx - sin * cy, -sin, cos, cy + sin * cx - cos * cy]);
    let map = record.placement.to_scan(scan).inverse()?.then(&points).then(&deskew);

    let overhang = overhang(record, scan, &map, (width, height))?;
    let (width, height) = (width + 2.0 * overhang.x, height + 2.0 * overhang.y);
    // Units larger than a point keep the true size of a page beyond the limit (ISO 32000-1, 14.11.2).
    let user_unit = (width.max(height) / MAX_SIDE).max(1.0);
    let (w, h) = ((width / user_unit).clamp(MIN_SIDE, MAX_SIDE), (height / user_unit).clamp(MIN_SIDE, MAX_SIDE));
    let (dx, dy) = (w - width / user_unit, h - height / user_unit);
    let scale = 1.0 / user_unit;
    let fit = Affine([scale, 0.0, overhang.x * scale + dx / 2.0, 0.0, scale, overhang.y * scale + dy / 2.0]);
    let place = Place { width: w, height: h, user_unit, map: map.then(&fit) };
    let sound = place.map.0.iter().all(|v| v.is_finite()) && user_unit <= MAX_UNIT;
    sound.then_some(place)
}

/// How far words reach out of the page on either side, in points.
fn overhang(record: &PageRecord, scan: (u32, u32), map: &Affine, (width, height): (f32, f32)) -> Option<Point> {
    let mut most = Point::default();
    for word in record.lines.iter().flat_map(|line| &line.words) {
        for p in inside(word.quad, scan)?.map(map).0 {
            most.x = most.x.max(-p.x).max(p.x - width);
            most.y = most.y.max(-p.y).max(p.y - height);
        }
    }
    // A page without skew overhangs by rounding only.
    const NOISE: f32 = 0.01;
    Some(Point { x: if most.x > NOISE { most.x } else { 0.0 }, y: if most.y > NOISE { most.y } else { 0.0 } })
}

/// The quad with its corners pulled into the scan, where engines pad their boxes beyond the rim; `None` if a corner is
/// no finite number.
pub(super) fn inside(quad: Quad, (width, height): (u32, u32)) -> Option<Quad> {
    let finite = quad.0.iter().all(|p| p.x.is_finite() && p.y.is_finite());
    let pull = |p: Point| Point { x: p.x.clamp(0.0, width as f32), y: p.y.clamp(0.0, height as f32) };
    finite.then(|| Quad(quad.0.map(pull)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::model::{
        Blank, ByteRange, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, Placement, QuarterTurn,
        Resolution, TextLine, Word,
    };

    fn record(scan: (u32, u32), dpi: (f32, f32), placement: Placement, skew_deg: f32) -> PageRecord {
        let stream = ImageStream::InScan(ByteRange { offset: 0, len: 0 });
        let codec = ImageCodec::Group4 { inverted: false };
        let (width_px, height_px) = scan;
        let image = PageImage { codec, width_px, height_px, stream, digest: Digest::of(b""), original: true };
        PageRecord {
            width_px,
            height_px,
            resolution: Resolution { x_dpi: dpi.0, y_dpi: dpi.1, assumed: false },
            colour: ColourMode::Bitonal,
            placement,
            skew: Degrees(skew_deg),
            blank: Blank { is_blank: false, ink_share: 0.0 },
            barcodes: vec![],
            patch_codes: vec![],
            lines: vec![],
            image,
        }
    }

    /// Where a point of the straight page, in inches from its top left, lies in the scan: turned by the skew, measured
    /// in pixels, mirrored, turned, one step after another.
    fn in_scan(inch: (f32, f32), record: &PageRecord) -> Point {
        let turn = record.placement.turn;
        let (w, h) = record.placement.upright_size((record.width_px, record.height_px));
        let (w, h) = (w as f32, h as f32);
        let (x_dpi, y_dpi) = (record.resolution.x_dpi, record.resolution.y_dpi);
        let (x_dpi, y_dpi) = if turn.swaps_sides() { (y_dpi, x_dpi) } else { (x_dpi, y_dpi) };
        let (cx, cy) = (w / x_dpi / 2.0, h / y_dpi / 2.0);
        let (sin, cos) = record.skew.0.to_radians().sin_cos();
        let (x, y) = (inch.0 - cx, inch.1 - cy);
        // Text that rises: what lies to the right goes up, which is less y.
        let (x, y) = ((cx + x * cos + y * sin) * x_dpi, (cy - x * sin + y * cos) * y_dpi);
        let x = if record.placement.mirrored { w - x } else { x };
        let (x, y) = match turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Cw90 => (h - y, x),
            QuarterTurn::Half => (w - x, h - y),
            QuarterTurn::Cw270 => (y, w - x),
        };
        Point { x, y }
    }

    proptest! {
        #[test]
        fn the_map_undoes_the_scanner(
            (w, h) in (50_u32..6000, 50_u32..6000), (x_dpi, y_dpi) in (72.0_f32..600.0, 72.0_f32..600.0),
            turn in 0_usize..4, mirrored: bool, skew_deg in -12.0_f32..12.0, (u, v) in (0.2_f32..0.8, 0.2_f32..0.8),
        ) {
            let placement = Placement { mirrored, turn: QuarterTurn::ALL[turn] };
            let record = record((w, h), (x_dpi, y_dpi), placement, skew_deg);
            let place = place(&record).unwrap();
            // The box has the upright scan's size.
            let (uw, uh) = placement.upright_size((w, h));
            let (x_dpi, y_dpi) = if turn % 2 == 1 { (y_dpi, x_dpi) } else { (x_dpi, y_dpi) };
            let (inches_w, inches_h) = (uw as f32 / x_dpi, uh as f32 / y_dpi);
            prop_assert!((place.width - (inches_w * 72.0).max(3.0)).abs() < 0.01);
            prop_assert!((place.height - (inches_h * 72.0).max(3.0)).abs() < 0.01);
            // Any point of the straight page comes back to its place, the centre among them.
            for inch in [(u * inches_w, v * inches_h), (inches_w / 2.0, inches_h / 2.0)] {
                let found = place.map.apply(in_scan(inch, &record));
                let want = (
                    inch.0 * 72.0 + (place.width - inches_w * 72.0) / 2.0,
                    (inches_h - inch.1) * 72.0 + (place.height - inches_h * 72.0) / 2.0,
                );
                prop_assert!((found.x - want.0).abs() < 0.02 && (found.y - want.1).abs() < 0.02, "{found:?} {want:?}");
            }
            // The picture's unit square has the scan's corners.
            let [a, b, c, d, e, f] = place.image_matrix((w, h));
            for (x, y) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
                let corner = place.map.apply(Point { x: x * w as f32, y: (1.0 - y) * h as f32 });
                prop_assert!((a * x + c * y + e - corner.x).abs() < 0.02);
                prop_assert!((b * x + d * y + f - corner.y).abs() < 0.02);
            }
        }

        #[test]
        fn no_word_leaves_the_page_and_a_straight_page_keeps_its_size(
            turn in 0_usize..4, skew_deg in -12.0_f32..12.0, corner in 0_usize..4,
        ) {
            let placement = Placement { mirrored: false, turn: QuarterTurn::ALL[turn] };
            let mut record = record((2480, 3508), (300.0, 300.0), placement, skew_deg);
            // A word in a corner of the scan, its box padded beyond the rim.
            let (x, y) = [(-5.0, -5.0), (2285.0, -5.0), (2285.0, 3453.0), (-5.0, 3453.0)][corner];
            let quad = Quad::from_box([x, y, x + 200.0, y + 60.0].into());
            let words = vec![Word { text: "Rand".into(), quad, confidence: 1.0 }];
            record.lines.push(TextLine { quad, words, starts_block: true });
            let place = place(&record).unwrap();
            for p in inside(quad, (2480, 3508)).unwrap().map(&place.map).0 {
                prop_assert!(p.x > -0.02 && p.x < place.width + 0.02, "{p:?} {place:?}");
                prop_assert!(p.y > -0.02 && p.y < place.height + 0.02, "{p:?} {place:?}");
            }
            // The centre stays the centre, and without skew the box is the scan's.
            let centre = place.map.apply(Point { x: 1240.0, y: 1754.0 });
            prop_assert!((centre.x * 2.0 - place.width).abs() < 0.02 && (centre.y * 2.0 - place.height).abs() < 0.02);
            record.skew.0 = 0.0;
            let straight = super::place(&record).unwrap();
            let (w, h) = placement.upright_size((2480, 3508));
            prop_assert_eq!((straight.width, straight.height), (w as f32 * 72.0 / 300.0, h as f32 * 72.0 / 300.0));
        }
    }
}
