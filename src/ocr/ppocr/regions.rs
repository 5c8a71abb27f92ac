//! From the detector's probability map to strips: connected regions, the smallest rectangle around each.
//!
//! The post-processing of differentiable binarisation (Liao et al., AAAI 2020): the network marks the shrunken core of
//! each line; a region's rectangle is grown again by area times [`GROWTH`] over perimeter.

use crate::model::Point;

use super::strip::Strip;

/// A pixel belongs to a line if its probability is above this.
const THRESHOLD: f32 = 0.3;
/// A region is text if the mean probability of its pixels is at least this.
const MIN_MEAN: f32 = 0.5;
/// Regions lower than this, in pixels of the map between outermost pixel centres, are specks.
const MIN_HEIGHT: f32 = 2.0;
/// PaddleOCR's `unclip_ratio`.
const GROWTH: f32 = 1.5;
/// The direction of a region this many times longer than high is its own; that of a shorter one is the page's.
const OWN_DIRECTION: f32 = 5.0;

/// A horizontal run of pixels above the threshold: `x0..x1` of row `y`.
struct Run {
    y: u32,
    x0: u32,
    x1: u32,
    sum: f32,
}

/// The strips of text lines in a probability map of `width` columns, in pixels of the map.
pub(super) fn find(map: &[f32], width: usize) -> Vec<Strip> {
    let regions: Vec<Region> = regions(map, width).into_iter().filter(|region| region.mean >= MIN_MEAN).collect();
    let boxed: Vec<(&Region, Strip)> =
        regions.iter().filter_map(|region| Some((region, smallest_rectangle(&region.hull)?))).collect();
    let page_angle = weighted_median(
        boxed.iter().map(|(_, s)| s).filter(|s| s.width > OWN_DIRECTION * s.height).map(|s| (s.angle, s.width)),
    );
    let strips = boxed.into_iter().map(|(region, own)| match page_angle {
        Some(angle) if own.width <= OWN_DIRECTION * own.height => rectangle_at(&region.hull, angle),
        _ => own,
    });
    strips
        .filter(|strip| strip.width.min(strip.height) >= MIN_HEIGHT)
        .map(|strip| strip.grown(strip.width * strip.height * GROWTH / (2.0 * (strip.width + strip.height))))
        .collect()
}

/// A connected region: the convex hull of its pixel centres, and the mean of its pixels.
struct Region {
    hull: Vec<Point>,
    mean: f32,
}

fn regions(map: &[f32], width: usize) -> Vec<Region> {
    let runs = runs(map, width);
    let roots = connect(&runs);
    let mut members: Vec<Vec<&Run>> = Vec::new();
    let mut slot_of_root = vec![usize::MAX; runs.len()];
    for (run, &root) in runs.iter().zip(&roots) {
        if slot_of_root[root] == usize::MAX {
            slot_of_root[root] = members.len();
            members.push(Vec::new());
        }
        members[slot_of_root[root]].push(run);
    }
    let region = |runs: Vec<&Run>| {
        let count: u32 = runs.iter().map(|run| run.x1 - run.x0).sum();
        let sum: f32 = runs.iter().map(|run| run.sum).sum();
        let ends = runs.iter().flat_map(|run| [(run.x0, run.y), (run.x1 - 1, run.y)]);
        let centres = ends.map(|(x, y)| Point { x: x as f32 + 0.5, y: y as f32 + 0.5 }).collect();
        Region { hull: convex_hull(centres), mean: sum / count as f32 }
    };
    members.into_iter().map(region).collect()
}

/// The runs of the map, row after row, left to right.
fn runs(map: &[f32], width: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for (y, row) in map.chunks_exact(width.max(1)).enumerate() {
        let mut x = 0;
        while let Some(start) = row[x..].iter().position(|&p| p > THRESHOLD) {
            let x0 = x + start;
            let length = row[x0..].iter().position(|&p| p <= THRESHOLD).unwrap_or(row.len() - x0);
            x = x0 + length;
            runs.push(Run { y: y as u32, x0: x0 as u32, x1: x as u32, sum: row[x0..x].iter().sum() });
        }
    }
    runs
}

/// For each run the index of its region's first run; runs of neighbouring rows that touch, corners included, are one.
fn connect(runs: &[Run]) -> Vec<usize> {
    fn root(parents: &mut [usize], mut i: usize) -> usize {
        while parents[i] != i {
            parents[i] = parents[parents[i]];
            i = parents[i];
        }
        i
    }
    let mut parents: Vec<usize> = (0..runs.len()).collect();
    let mut above = 0;
    for i in 0..runs.len() {
        let run = &runs[i];
        while runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].x1 < run.x0) {
            above += 1;
        }
        let mut j = above;
        while j < i && runs[j].y + 1 == run.y && runs[j].x0 <= run.x1 {
            let (a, b) = (root(&mut parents, i), root(&mut parents, j));
            parents[a.max(b)] = a.min(b);
            j += 1;
        }
    }
    (0..runs.len()).map(|i| root(&mut parents, i)).collect()
}

/// Andrew's monotone chain; counter-clockwise in a y-up frame.
fn convex_hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    let turns_left = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0.0;
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for p in points {
            while chain.len() >= 2 && !turns_left(chain[chain.len() - 2], chain[chain.len() - 1], p) {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    if points.len() < 3 {
        return points;
    }
    let mut hull = half(&mut points.iter().copied());
    hull.extend(half(&mut points.iter().rev().copied()));
    hull
}

/// The rectangle of least area around a convex hull; one of its sides lies on a side of the hull. Its angle is within
/// 45 degrees of the x axis. `None` for a hull without points.
fn smallest_rectangle(hull: &[Point]) -> Option<Strip> {
    let next = hull.iter().cycle().skip(1);
    let sides = hull.iter().zip(next).map(|(a, b)| {
        let quarter = std::f32::consts::FRAC_PI_2;
        let angle = (b.y - a.y).atan2(b.x - a.x);
        rectangle_at(hull, angle - (angle / quarter).round() * quarter)
    });
    sides.min_by(|a, b| (a.width * a.height).total_cmp(&(b.width * b.height)))
}

/// The rectangle around `points` whose width runs at `angle`.
fn rectangle_at(points: &[Point], angle: f32) -> Strip {
    let (sin, cos) = angle.sin_cos();
    let range = |project: &dyn Fn(&Point) -> f32| {
        points.iter().map(project).fold((f32::MAX, f32::MIN), |(low, high), t| (low.min(t), high.max(t)))
    };
    let (u0, u1) = range(&|p| p.x * cos + p.y * sin);
    let (v0, v1) = range(&|p| p.y * cos - p.x * sin);
    let (u, v) = ((u0 + u1) / 2.0, (v0 + v1) / 2.0);
    let centre = Point { x: u * cos - v * sin, y: u * sin + v * cos };
    Strip { centre, angle, width: u1 - u0, height: v1 - v0 }
}

/// The value at which half of the weight is reached; `None` without values.
fn weighted_median(values: impl Iterator<Item = (f32, f32)>) -> Option<f32> {
    let mut values: Vec<(f32, f32)> = values.collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|v| v.1).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    values
        .into_iter()
        .find(|v| {
            sum += v.1;
            sum >= half
        })
        .map(|v| v.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// A map of `size` in which the pixels whose centre lies in one of the strips are certain.
    fn painted(size: (usize, usize), strips: &[Strip]) -> Vec<f32> {
        let inside = |strip: &Strip, x: f32, y: f32| {
            let (sin, cos) = strip.angle.sin_cos();
            let (dx, dy) = (x - strip.centre.x, y - strip.centre.y);
            (dx * cos + dy * sin).abs() <= strip.width / 2.0 && (dy * cos - dx * sin).abs() <= strip.height / 2.0
        };
        let pixel = |i: usize| ((i % size.0) as f32 + 0.5, (i / size.0) as f32 + 0.5);
        (0..size.0 * size.1)
            .map(|i| if strips.iter().any(|s| inside(s, pixel(i).0, pixel(i).1)) { 1.0 } else { 0.0 })
            .collect()
    }

    #[test]
    fn an_empty_map_has_no_lines() {
        assert!(find(&[0.0; 64 * 32], 64).is_empty());
        assert!(find(&[], 64).is_empty());
    }

    #[test]
    fn a_faint_region_and_a_speck_are_no_lines() {
        let faint: Vec<f32> = (0..64 * 32).map(|i| if (640..1280).contains(&i) { 0.4 } else { 0.0 }).collect();
        assert!(find(&faint, 64).is_empty());
        let mut speck = vec![0.0; 64 * 32];
        speck[700] = 1.0;
        assert!(find(&speck, 64).is_empty());
    }

    #[test]
    fn a_short_region_takes_the_direction_of_the_long_ones() {
        let line = |y, width, x| Strip { centre: Point { x, y }, angle: 0.05, width, height: 8.0 };
        let found = find(&painted((400, 120), &[line(40.0, 300.0, 200.0), line(80.0, 9.0, 100.0)]), 400);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|s| (s.angle - 0.05).abs() < 0.01), "{found:?}");
    }

    proptest! {
        #[test]
        fn a_line_is_found_where_it_was_painted(angle in -0.5_f32..0.5, width in 80.0_f32..200.0, height in 5.0_f32..12.0) {
            let line = Strip { centre: Point { x: 150.0, y: 120.0 }, angle, width, height };
            let found = find(&painted((300, 240), &[line]), 300);
            prop_assert_eq!(found.len(), 1);
            prop_assert!((found[0].centre.x - 150.0).abs() < 1.5 && (found[0].centre.y - 120.0).abs() < 1.5);
            prop_assert!((found[0].angle - angle).abs() < 0.03);
            prop_assert!(found[0].width > width && found[0].height > height);
        }

        #[test]
        fn any_map_gives_finite_strips(map in proptest::collection::vec(0.0_f32..1.0, 0..2000), width in 1_usize..60) {
            for strip in find(&map, width) {
                prop_assert!(strip.width.is_finite() && strip.height > 0.0 && strip.angle.is_finite());
            }
        }
    }
}
