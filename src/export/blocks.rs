//! What the XML formats share: blocks of lines, boxes around them, the angle of a line.

use crate::model::{PageRecord, PixelBox, Point, Quad, TextLine};

/// The record's lines in blocks; a block starts where a reader sees a gap.
pub(super) fn blocks(record: &PageRecord) -> impl Iterator<Item = &[TextLine]> {
    record.lines.chunk_by(|_, next| !next.starts_block)
}

/// The box around the lines of a block.
pub(super) fn around(lines: &[TextLine]) -> PixelBox {
    lines.iter().map(|line| line.quad.bounds()).reduce(PixelBox::union).unwrap_or_default()
}

/// The angle at which a line reads in the scan, in degrees, counter-clockwise positive, above -180 and up to 180.
pub(super) fn angle_deg(line: &Quad) -> f32 {
    let [Point { x: x0, y: y0 }, Point { x: x1, y: y1 }] = base_line(line);
    (y0 - y1).atan2(x1 - x0).to_degrees()
}

/// The lower edge of a line, in reading direction.
pub(super) fn base_line(line: &Quad) -> [Point; 2] {
    let [_, _, right, left] = line.0;
    [left, right]
}

/// `value` rounded to tenths, without a minus before zero.
pub(super) fn tenths(value: f32) -> f64 {
    rounded(value, 10.0)
}

/// `value` rounded to parts of one; what is no finite number becomes 0, which every format can carry.
pub(super) fn rounded(value: f32, parts: f64) -> f64 {
    if value.is_finite() { (f64::from(value) * parts).round() / parts + 0.0 } else { 0.0 }
}
