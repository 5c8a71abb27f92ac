//! Connected areas of ink.

use super::Grey;
use super::reduce::SampledBackground;

/// A part of a raster: columns `x0..x1`, rows `y0..y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x0: u32,
    pub(crate) y0: u32,
    pub(crate) x1: u32,
    pub(crate) y1: u32,
}

/// Pixels darker than the paper that touch each other, diagonally too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Blob {
    /// The smallest area that holds them all.
    pub(crate) area: Area,
    /// Their number.
    pub(crate) pixels: u32,
    /// Their number, each weighed by how much of the paper's level it lacks: black on white is 1.
    pub(crate) mass: f32,
    /// How much darker than the paper the darkest of them is, in levels.
    pub(crate) depth: u8,
}

impl Blob {
    fn join(&mut self, other: &Self) {
        self.area.x0 = self.area.x0.min(other.area.x0);
        self.area.y0 = self.area.y0.min(other.area.y0);
        self.area.x1 = self.area.x1.max(other.area.x1);
        self.area.y1 = self.area.y1.max(other.area.y1);
        self.pixels += other.pixels;
        self.mass += other.mass;
        self.depth = self.depth.max(other.depth);
    }
}

/// Finds the blobs within `area`: pixels darker than `paper` by more than `margin` of its level there.
///
/// One pass over the rows, joining runs with a union-find, so that time and memory follow the ink and not the page.
pub(crate) fn blobs(page: &Grey, area: Area, paper: &SampledBackground, margin: impl Fn(u8) -> u8) -> Vec<Blob> {
    let margins: [u8; 256] = std::array::from_fn(|level| margin(level as u8));
    let (left, right) = (area.x0 as usize, area.x1.min(page.width()) as usize);
    let mut levels = vec![0u8; page.width() as usize];
    let mut darkest = vec![0u8; page.width() as usize];
    let mut found = Forest::default();
    let (mut above, mut runs) = (Vec::<Run>::new(), Vec::<Run>::new());
    for (y, row) in page.rows().enumerate().take(area.y1 as usize).skip(area.y0 as usize) {
        paper.row(y as u32, &mut levels);
        for (darkest, &level) in darkest.iter_mut().zip(&levels) {
            *darkest = level.saturating_sub(margins[usize::from(level)]);
        }
        runs.clear();
        let mut x = left;
        while x < right {
            // Bare paper, 32 pixels at a step.
            let end = (x + 32).min(right);
            if row[x..end].iter().zip(&darkest[x..end]).fold(true, |bare, (&p, &d)| bare & (p >= d)) {
                x = end;
                continue;
            }
            if row[x] >= darkest[x] {
                x += 1;
                continue;
            }
            let start = x;
            let mut blob = Blob {
                area: Area { x0: x as u32, y0: y as u32, x1: 0, y1: y as u32 + 1 },
                pixels: 0,
                mass: 0.0,
                depth: 0,
            };
            while x < right && row[x] < darkest[x] {
                let lack = levels[x].saturating_sub(row[x]);
                blob.mass += f32::from(lack) / f32::from(levels[x].max(1));
                blob.depth = blob.depth.max(lack);
                x += 1;
            }
            blob.pixels = (x - start) as u32;
            blob.area.x1 = x as u32;
            runs.push(Run { x0: start as u32, x1: x as u32, label: found.add(blob) });
        }
        join_rows(&above, &mut runs, &mut found);
        std::mem::swap(&mut above, &mut runs);
    }
    found.into_blobs()
}

#[derive(Clone, Copy)]
struct Run {
    x0: u32,
    x1: u32,
    label: u32,
}

fn join_rows(above: &[Run], runs: &mut [Run], found: &mut Forest) {
    let mut first = 0;
    for run in runs {
        while above.get(first).is_some_and(|a| a.x1 < run.x0) {
            first += 1;
        }
        for a in above[first..].iter().take_while(|a| a.x0 <= run.x1) {
            run.label = found.join(a.label, run.label);
        }
    }
}

/// Union-find: of each tree only the root's blob counts.
#[derive(Default)]
struct Forest {
    parents: Vec<u32>,
    blobs: Vec<Blob>,
}

impl Forest {
    fn add(&mut self, blob: Blob) -> u32 {
        let label = self.parents.len() as u32;
        self.parents.push(label);
        self.blobs.push(blob);
        label
    }

    fn root(&mut self, mut label: u32) -> u32 {
        while self.parents[label as usize] != label {
            let grandparent = self.parents[self.parents[label as usize] as usize];
            self.parents[label as usize] = grandparent;
            label = grandparent;
        }
        label
    }

    fn join(&mut self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return a;
        }
        let (root, child) = (a.min(b), a.max(b));
        self.parents[child as usize] = root;
        let joined = self.blobs[child as usize];
        self.blobs[root as usize].join(&joined);
        root
    }

    fn into_blobs(self) -> Vec<Blob> {
        let is_root = |label: usize| self.parents[label] as usize == label;
        (0..self.blobs.len()).filter(|&label| is_root(label)).map(|label| self.blobs[label]).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::raster::reduce::Background;

    /// Draws `#` as black on white and finds what is connected.
    fn found(picture: &[&str]) -> Vec<Blob> {
        let (w, h) = (picture[0].len() as u32, picture.len() as u32);
        let pixels = picture.iter().flat_map(|r| r.bytes().map(|b| if b == b'#' { 0 } else { 255 })).collect();
        let page = Grey::new(w, h, pixels).unwrap();
        let mut background = Background::of(&page, 64);
        background.raise_to(255);
        let all = Area { x0: 0, y0: 0, x1: w, y1: h };
        blobs(&page, all, &background.sampled(1, w as usize), |_| 30)
    }

    #[test]
    fn shapes_that_close_late_are_one_blob() {
        let blobs = found(&["#..#..#...", "#..#..#..#", "####..#...", "......#..#", "#.....#.#.", "#######..."]);
        let mut sizes: Vec<u32> = blobs.iter().map(|b| b.pixels).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 2, 8, 13], "{blobs:?}");
        let large = blobs.iter().find(|b| b.pixels == 13).unwrap();
        assert_eq!(large.area, Area { x0: 0, y0: 0, x1: 7, y1: 6 });
        assert_eq!((large.mass, large.depth), (13.0, 255));
    }

    #[test]
    fn blobs_touch_diagonally() {
        assert_eq!(found(&["#...", ".#..", "..#.", ".#.#"]).len(), 1);
        assert_eq!(found(&["#.#.", "....", "#.#."]).len(), 4);
        assert!(found(&["....", "...."]).is_empty());
    }
}
