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
        [a, d, b, e, c, f]
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
    let (w, h) = ((width / user_unit).max(MIN_SIDE), (height / user_unit).max(MIN_SIDE));
    let (dx, dy) = (w - width / user_unit, h - height / user_unit);
    let scale = 1.0 / user_unit;
    let fit = Affine([scale, 0.0, overhang.x * scale + dx / 2.0, 0.0, scale, overhang.y * scale + dy / 2.0]);
    let place = Place { width: w, height: h, user_unit, map: map.then(&fit) };
    (place.map.0.iter().all(|v| v.is_finite()) && w.is_finite() && h.is_finite()).then_some(place)
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
