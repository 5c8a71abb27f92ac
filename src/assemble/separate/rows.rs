//! The text of a page as it stands on upright paper: pieces of lines with their places.

use crate::model::{Affine, PageRecord, Point, TextLine};

/// Gap between two words, in heights of the words, that divides a line into pieces: an address field and the block of
/// references beside it are often read as one line.
const WIDE_GAP: f32 = 2.0;

/// A piece of a line. Places are shares of the upright page's width and height, from the upper left; skew is undone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Middle of its height.
    pub(super) y: f32,
    /// Height of its letters.
    pub(super) height: f32,
}

/// The pieces of all lines, in reading order. Empty for a page without size.
pub(super) fn of(record: &PageRecord) -> Vec<Row> {
    let size = (record.width_px, record.height_px);
    let (width, height) = record.placement.upright_size(size);
    let (width, height) = (width as f32, height as f32);
    let Some(upright) = record.placement.to_scan(size).inverse().filter(|_| width > 0.0 && height > 0.0) else {
        return Vec::new();
    };
    // Text that climbs to the right by the skew is brought down around the middle of the page.
    let (sin, cos) = record.skew.0.to_radians().sin_cos();
    let (x, y) = (width / 2.0, height / 2.0);
    let level = Affine([cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y]);
    let paper = |p: Point| {
        let p = level.apply(upright.apply(p));
        Point { x: p.x / width, y: p.y / height }
    };
    record.lines.iter().flat_map(|line| pieces(line, &paper)).collect()
}

fn pieces(line: &TextLine, paper: &impl Fn(Point) -> Point) -> Vec<Row> {
    let mut pieces: Vec<Row> = Vec::new();
    let mut end: Option<Point> = None;
    for word in &line.words {
        let [a, b, c, d] = word.quad.0;
        let (start, stop) = (a.towards(d, 0.5), b.towards(c, 0.5));
        let tall = (a.x - d.x).hypot(a.y - d.y);
        let is_wide = |end: Point| (start.x - end.x).hypot(start.y - end.y) > WIDE_GAP * tall;
        let (first, last) = (paper(start), paper(stop));
        match pieces.last_mut().filter(|_| !end.is_some_and(is_wide)) {
            Some(piece) => {
                piece.text.push(' ');
                piece.text.push_str(&word.text);
                piece.right = last.x;
            }
            None => pieces.push(Row {
                text: word.text.clone(),
                left: first.x,
                right: last.x,
                y: (first.y + last.y) / 2.0,
                height: (paper(a).y - paper(d).y).abs(),
            }),
        }
        end = Some(stop);
    }
    pieces
}
