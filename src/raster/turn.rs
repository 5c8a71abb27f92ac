//! From scan pixels to upright pixels.

use std::borrow::Cow;

use super::Grey;
use crate::model::{Placement, QuarterTurn};

/// Side of the square of pixels that is turned at once: 64 rows of 64 bytes stay in the first-level cache.
const BLOCK: usize = 64;

/// Undoes `placement`: scan pixels become upright pixels. Nothing is resampled; an upright page is not copied.
pub fn turned(scan: &Grey, placement: Placement) -> Cow<'_, Grey> {
    if placement == Placement::default() {
        return Cow::Borrowed(scan);
    }
    let (width, height) = placement.upright_size(scan.size());
    let (upright_width, upright_height) = (width as usize, height as usize);
    let (w, h) = (scan.width() as isize, scan.height() as isize);
    // The scan's pixel for upright (u, v) lies at `start + u * step_u + v * step_v`; see `Placement::to_scan`.
    let (mut start, mut step_u, step_v) = match placement.turn {
        QuarterTurn::None => (0, 1, w),
        QuarterTurn::Cw90 => (w - 1, w, -1),
        QuarterTurn::Half => (w * h - 1, -1, -w),
        QuarterTurn::Cw270 => ((h - 1) * w, -w, 1),
    };
    if placement.mirrored {
        start += step_u * (upright_width as isize - 1);
        step_u = -step_u;
    }
    let source = scan.pixels();
    let mut pixels = vec![0; source.len()];
    if !placement.turn.swaps_sides() {
        // Rows stay rows: whole ones are copied or reversed.
        let mut rows: Vec<&[u8]> = scan.rows().collect();
        if step_v < 0 {
            rows.reverse();
        }
        for (target, row) in pixels.chunks_exact_mut(upright_width).zip(rows) {
            target.copy_from_slice(row);
            if step_u < 0 {
                target.reverse();
            }
        }
        return Grey::new(width, height, pixels).map_or(Cow::Borrowed(scan), Cow::Owned);
    }
    for v0 in (0..upright_height).step_by(BLOCK) {
        for u0 in (0..upright_width).step_by(BLOCK) {
            let u1 = (u0 + BLOCK).min(upright_width);
            for v in v0..(v0 + BLOCK).min(upright_height) {
                let mut at = start + u0 as isize * step_u + v as isize * step_v;
                for pixel in &mut pixels[v * upright_width + u0..v * upright_width + u1] {
                    *pixel = source[at as usize];
                    at += step_u;
                }
            }
        }
    }
    Grey::new(width, height, pixels).map_or(Cow::Borrowed(scan), Cow::Owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::model::Point;

    /// Every placement moves the centre of every pixel to where the map of the model says.
    #[test]
    fn agrees_with_the_map_of_the_model() {
        let (w, h) = (70u32, 131u32);
        let pixels = (0..w * h).map(|i| (i * 7 % 251) as u8).collect();
        let scan = Grey::new(w, h, pixels).expect("fits");
        for orientation in 1..=8 {
            let placement = Placement::from_exif(orientation);
            let upright = turned(&scan, placement);
            let map = placement.to_scan((w, h));
            assert_eq!(upright.size(), placement.upright_size((w, h)));
            for v in 0..upright.height() {
                for u in 0..upright.width() {
                    let p = map.apply(Point { x: u as f32 + 0.5, y: v as f32 + 0.5 });
                    let expected = scan.pixels()[(p.y as u32 * w + p.x as u32) as usize];
                    assert_eq!(upright.pixels()[(v * upright.width() + u) as usize], expected, "{orientation} {u} {v}");
                }
            }
        }
    }

    #[test]
    fn an_upright_page_is_not_copied() {
        let scan = Grey::new(1, 1, vec![7]).expect("fits");
        assert!(matches!(turned(&scan, Placement::default()), Cow::Borrowed(_)));
    }
}
