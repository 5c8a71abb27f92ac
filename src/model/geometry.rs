//! Points, boxes, turns and affine maps. Units are pixels unless a name says otherwise.

use serde::{Deserialize, Serialize};

/// An angle in degrees, counter-clockwise positive as seen on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Degrees(pub f32);

/// Pixels per inch along x and y of the scan. Never zero, negative or NaN.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// Horizontal dots per inch.
    pub x_dpi: f32,
    /// Vertical dots per inch.
    pub y_dpi: f32,
    /// The scan did not say; a plausible value was assumed.
    pub assumed: bool,
}

/// A position in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// The point that lies `share` of the way to `other`: 0.5 is the middle.
    pub fn towards(self, other: Self, share: f32) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// An axis-parallel box `[x0, y0, x1, y1]` in pixels, `x0 <= x1`, `y0 <= y1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
pub struct PixelBox {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

impl PixelBox {
    /// Width in pixels.
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height in pixels.
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// The smallest box around both.
    pub fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}

impl From<[f32; 4]> for PixelBox {
    fn from([x0, y0, x1, y1]: [f32; 4]) -> Self {
        Self { x0, y0, x1, y1 }
    }
}

impl From<PixelBox> for [f32; 4] {
    fn from(b: PixelBox) -> Self {
        [b.x0, b.y0, b.x1, b.y1]
    }
}

/// A rectangle at any angle: its corners in reading direction, starting at the top left of the text it holds, then
/// top right, bottom right, bottom left (top and bottom as a reader of the text sees them).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// The axis-parallel rectangle of a box whose text reads left to right.
    pub fn from_box(b: PixelBox) -> Self {
        let p = |x, y| Point { x, y };
        Self([p(b.x0, b.y0), p(b.x1, b.y0), p(b.x1, b.y1), p(b.x0, b.y1)])
    }

    /// The smallest axis-parallel box around the corners.
    pub fn bounds(&self) -> PixelBox {
        let fold = |pick: fn(&Point) -> f32, best: fn(f32, f32) -> f32| {
            self.0.iter().map(pick).reduce(best).unwrap_or_default()
        };
        PixelBox {
            x0: fold(|p| p.x, f32::min),
            y0: fold(|p| p.y, f32::min),
            x1: fold(|p| p.x, f32::max),
            y1: fold(|p| p.y, f32::max),
        }
    }

    /// The same rectangle seen through `map`.
    pub fn map(&self, map: &Affine) -> Self {
        Self(self.0.map(|p| map.apply(p)))
    }
}

/// A turn by a multiple of 90 degrees, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub enum QuarterTurn {
    /// Not turned.
    #[default]
    None,
    /// 90 degrees clockwise.
    Cw90,
    /// 180 degrees.
    Half,
    /// 270 degrees clockwise.
    Cw270,
}

impl QuarterTurn {
    /// All four, in order of their angle.
    pub const ALL: [Self; 4] = [Self::None, Self::Cw90, Self::Half, Self::Cw270];

    /// 0, 90, 180 or 270 degrees clockwise.
    pub fn degrees(self) -> u16 {
        self as u16 * 90
    }

    /// This turn followed by `next`.
    pub fn then(self, next: Self) -> Self {
        Self::ALL[(self as usize + next as usize) % 4]
    }

    /// The turn that undoes this one.
    pub fn inverse(self) -> Self {
        Self::ALL[(4 - self as usize) % 4]
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Cw90 | Self::Cw270)
    }
}

impl From<QuarterTurn> for u16 {
    fn from(turn: QuarterTurn) -> Self {
        turn.degrees()
    }
}

impl TryFrom<u16> for QuarterTurn {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Self, String> {
        Self::ALL.into_iter().find(|t| t.degrees() == degrees).ok_or_else(|| format!("{degrees} is no quarter turn"))
    }
}

/// How the page lies in its scan: upright content was first mirrored left to right (rare; TIFF and EXIF orientations
/// 2, 4, 5, 7), then turned clockwise by `turn`, and so became the scan's pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The upright content was mirrored left to right before the turn.
    pub mirrored: bool,
    /// The clockwise turn that is undone to read the page (`orientation_deg` of the command line).
    pub turn: QuarterTurn,
}

impl Placement {
    /// The placement that an EXIF or TIFF `Orientation` value (1 to 8) describes; other values mean upright.
    pub fn from_exif(orientation: u16) -> Self {
        // "The 0th row is the visual right-hand side" (6): the scan must be turned 90 degrees clockwise to be
        // upright, so it lies turned 270 degrees clockwise. TIFF 6.0, page 36.
        let (mirrored, turn) = match orientation {
            2 => (true, QuarterTurn::None),
            3 => (false, QuarterTurn::Half),
            4 => (true, QuarterTurn::Half),
            5 => (true, QuarterTurn::Cw270),
            6 => (false, QuarterTurn::Cw270),
            7 => (true, QuarterTurn::Cw90),
            8 => (false, QuarterTurn::Cw90),
            _ => (false, QuarterTurn::None),
        };
        Self { mirrored, turn }
    }

    /// This placement, corrected by a turn found in the content after this placement was undone: what was taken for
    /// upright lies turned clockwise by `found`.
    pub fn with_content_turn(self, found: QuarterTurn) -> Self {
        // A mirrored page turned clockwise is, seen from the scan, turned counter-clockwise.
        let found = if self.mirrored { found.inverse() } else { found };
        Self { mirrored: self.mirrored, turn: self.turn.then(found) }
    }

    /// Width and height of the upright page for a scan of `width` by `height` pixels.
    pub fn upright_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.turn.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// The resolution along x and y of the upright page, for that of the scan.
    pub fn upright_resolution(self, scan: Resolution) -> Resolution {
        let swapped = Resolution { x_dpi: scan.y_dpi, y_dpi: scan.x_dpi, ..scan };
        if self.turn.swaps_sides() { swapped } else { scan }
    }

    /// The map from upright pixels to scan pixels, for a scan of `scan_size` (width, height) pixels.
    pub fn to_scan(self, scan_size: (u32, u32)) -> Affine {
        let (w, h) = (scan_size.0 as f32, scan_size.1 as f32);
        let (upright_w, _) = self.upright_size(scan_size);
        let turn = match self.turn {
            QuarterTurn::None => Affine([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            QuarterTurn::Cw90 => Affine([0.0, -1.0, w, 1.0, 0.0, 0.0]),
            QuarterTurn::Half => Affine([-1.0, 0.0, w, 0.0, -1.0, h]),
            QuarterTurn::Cw270 => Affine([0.0, 1.0, 0.0, -1.0, 0.0, h]),
        };
        if self.mirrored { Affine([-1.0, 0.0, upright_w as f32, 0.0, 1.0, 0.0]).then(&turn) } else { turn }
    }
}

/// The map `x' = a x + b y + c`, `y' = d x + e y + f`, stored as `[a, b, c, d, e, f]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Affine(pub [f32; 6]);

impl Affine {
    /// The map that changes nothing.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// The image of `p`.
    pub fn apply(&self, p: Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        Point { x: a * p.x + b * p.y + c, y: d * p.x + e * p.y + f }
    }

    /// This map followed by `next`.
    pub fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [na, nb, nc, nd, ne, nf] = next.0;
        Self([
            na * a + nb * d,
            na * b + nb * e,
            na * c + nb * f + nc,
            nd * a + ne * d,
            nd * b + ne * e,
            nd * c + ne * f + nf,
        ])
    }

    /// The map that undoes this one; `None` if it squeezes the plane flat.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let det = a * e - b * d;
        if !det.is_normal() {
            return None;
        }
        Some(Self([e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCAN: (u32, u32) = (200, 300);

    fn placement() -> impl Strategy<Value = Placement> {
        (any::<bool>(), 0..4usize).prop_map(|(mirrored, turn)| Placement { mirrored, turn: QuarterTurn::ALL[turn] })
    }

    /// TIFF 6.0, page 36: where the scan's row 0 and column 0 are seen; hence where its first pixel belongs.
    #[test]
    fn the_first_stored_pixel_goes_where_the_tag_says() {
        // (orientation, is pixel (0, 0) seen at the right?, at the bottom?)
        let seen = [
            (1, false, false),
            (2, true, false),
            (3, true, true),
            (4, false, true),
            (5, false, false),
            (6, true, false),
            (7, true, true),
            (8, false, true),
        ];
        for (tag, right, bottom) in seen {
            let placement = Placement::from_exif(tag);
            let (w, h) = placement.upright_size(SCAN);
            assert_eq!((w, h) == SCAN, tag < 5, "orientation {tag}");
            let corner = Point { x: if right { w as f32 } else { 0.0 }, y: if bottom { h as f32 } else { 0.0 } };
            assert_eq!(placement.to_scan(SCAN).apply(corner), Point { x: 0.0, y: 0.0 }, "orientation {tag}");
        }
        // 5 and 7 have the first pixel at the corners of 1 and 3: what tells them apart is that rows become columns.
        let along_row = Placement::from_exif(5).to_scan(SCAN).apply(Point { x: 0.0, y: 10.0 });
        assert_eq!(along_row, Point { x: 10.0, y: 0.0 });
    }

    proptest! {
        #[test]
        fn a_map_and_its_inverse_cancel(p in placement(), x in 0.0f32..200.0, y in 0.0f32..300.0) {
            let map = p.to_scan(SCAN);
            let back = map.then(&map.inverse().unwrap_or(Affine::IDENTITY)).apply(Point { x, y });
            prop_assert!((back.x - x).abs() < 1e-3 && (back.y - y).abs() < 1e-3);
        }

        #[test]
        fn a_content_turn_is_the_second_of_two_steps(p in placement(), turn in 0..4usize, x in 0.0f32..9.0) {
            let turn = QuarterTurn::ALL[turn];
            let as_tagged = p.upright_size(SCAN);
            let stepwise = Placement { mirrored: false, turn }.to_scan(as_tagged).then(&p.to_scan(SCAN));
            let once = p.with_content_turn(turn).to_scan(SCAN);
            let point = Point { x, y: 2.0 * x + 1.0 };
            prop_assert_eq!(once.apply(point), stepwise.apply(point));
        }
    }
}
