//! A straight strip of the page at any angle: the place of a line of text.

use crate::model::{Point, Quad};

/// A rectangle whose longer side usually is a line's direction of reading. Lengths are page pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Strip {
    /// Its middle.
    pub(super) centre: Point,
    /// Angle of the reading direction against the x axis, radians, clockwise on the page (y points down).
    pub(super) angle: f32,
    /// Length in reading direction.
    pub(super) width: f32,
    /// Length across.
    pub(super) height: f32,
}

impl Strip {
    /// The page's point at `u` in reading direction and `v` across, both counted from the strip's top left corner.
    pub(super) fn at(&self, u: f32, v: f32) -> Point {
        let (sin, cos) = self.angle.sin_cos();
        let (u, v) = (u - self.width / 2.0, v - self.height / 2.0);
        Point { x: self.centre.x + u * cos - v * sin, y: self.centre.y + u * sin + v * cos }
    }

    /// The part between `u0` and `u1` in reading direction and `v0` and `v1` across.
    pub(super) fn part(&self, (u0, u1): (f32, f32), (v0, v1): (f32, f32)) -> Quad {
        Quad([self.at(u0, v0), self.at(u1, v0), self.at(u1, v1), self.at(u0, v1)])
    }

    /// The strip seen in a raster `(fx, fy)` times as large. The factors are nearly equal: angles are kept.
    pub(super) fn scaled(&self, (fx, fy): (f32, f32)) -> Self {
        let centre = Point { x: self.centre.x * fx, y: self.centre.y * fy };
        Self { centre, angle: self.angle, width: self.width * fx, height: self.height * fy }
    }

    /// Grown by `by` on all sides.
    pub(super) fn grown(&self, by: f32) -> Self {
        Self { width: self.width + 2.0 * by, height: self.height + 2.0 * by, ..*self }
    }
}
