//! The bars of patch codes (Kodak A-61599), and where they lie on a sheet.
//!
//! The code is printed along all four edges, each time read from that edge inwards, so that a sheet looks the same
//! whichever edge goes first: a scanner's own reader and `scanstrasse` find it in all four positions, and neither has to
//! guess between 3 and T, which are each other upside down.

use crate::model::{PatchKind, SheetLevel};

/// Millimetres in an inch.
const INCH: f32 = 25.4;
/// Width of a wide bar.
const WIDE_MM: f32 = PatchKind::WIDE_IN * INCH;
/// Width of a narrow bar, and between two bars.
const NARROW_MM: f32 = PatchKind::NARROW_IN * INCH;
/// Clear of other print, and here of the paper's edge: office printers leave up to 5 mm white.
const CLEAR_MM: f32 = 0.25 * INCH;
/// From the paper's edge to where other print may begin: clear space, the four bars, clear space.
pub const EDGE_MM: f32 = CLEAR_MM + 0.80 * INCH + CLEAR_MM;
/// Length of the bars, 5.7 inches: as wide as the text between those of the sides. At least 2.5 inches are asked for;
/// longer ones are still found where paper is fed to one side.
const LENGTH_MM: f32 = 210.0 - 2.0 * EDGE_MM;

/// The code of a level: 2 separates documents, 3 batches, as is usual. A case has T ("transfer: separates the next
/// document or batch"): 4 switches the colour of Kodak scanners, 1 and 6 are each other upside down and free for other
/// use, and with 2 a case whose QR code is torn would run on into the next one as a mere document.
pub fn code_of(level: SheetLevel) -> PatchKind {
    match level {
        SheetLevel::Document => PatchKind::Two,
        SheetLevel::Case => PatchKind::T,
        SheetLevel::Batch => PatchKind::Three,
    }
}

/// The four bars of a code, from the leading edge on: where each begins after the start of the first, and its width, mm.
pub fn bars_mm(code: PatchKind) -> [(f32, f32); 4] {
    let mut at = 0.0;
    code.wide_bars().map(|wide| {
        let bar = (at, if wide { WIDE_MM } else { NARROW_MM });
        at += bar.1 + NARROW_MM;
        bar
    })
}

/// The bars of a code along all four edges of a page: left, top, width, height, mm.
pub fn on_all_edges(code: PatchKind, (width_mm, height_mm): (f32, f32)) -> Vec<[f32; 4]> {
    let (across, down) = ((width_mm - LENGTH_MM) / 2.0, (height_mm - LENGTH_MM) / 2.0);
    let of_bar = |(at, width): (f32, f32)| {
        let from_edge = CLEAR_MM + at;
        [
            [across, from_edge, LENGTH_MM, width],
            [width_mm - from_edge - width, down, width, LENGTH_MM],
            [across, height_mm - from_edge - width, LENGTH_MM, width],
            [from_edge, down, width, LENGTH_MM],
        ]
    };
    bars_mm(code).into_iter().flat_map(of_bar).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table of NORMS: bars in inches, W 0.20, N 0.08.
    const NORM: [(PatchKind, &str); 6] = [
        (PatchKind::One, "WWNN"),
        (PatchKind::Two, "WNNW"),
        (PatchKind::Three, "WNWN"),
        (PatchKind::Four, "NWWN"),
        (PatchKind::Six, "NNWW"),
        (PatchKind::T, "NWNW"),
    ];

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-3
    }

    #[test]
    fn bars_are_those_of_the_norm() {
        for (code, norm) in NORM {
            let bars = bars_mm(code);
            for ((_, width), letter) in bars.iter().zip(norm.chars()) {
                let inches = if letter == 'W' { 0.20 } else { 0.08 };
                assert!(near(*width, inches * 25.4), "{code:?}");
            }
            for pair in bars.windows(2) {
                assert!(near(pair[1].0 - pair[0].0 - pair[0].1, 0.08 * 25.4), "{code:?}: a space is 0.08 in");
            }
            assert!(near(bars[3].0 + bars[3].1, 0.80 * 25.4), "{code:?}: 0.80 in in all");
        }
    }

    #[test]
    fn levels_have_codes_of_their_own() {
        let codes = [SheetLevel::Document, SheetLevel::Case, SheetLevel::Batch].map(code_of);
        assert_eq!(codes, [PatchKind::Two, PatchKind::T, PatchKind::Three]);
    }

    proptest! {
        #[test]
        fn every_edge_shows_the_same_code_clear_of_the_others(code in prop::sample::select(NORM.map(|(code, _)| code).to_vec())) {
            let (width, height) = (210.0, 297.0);
            let bars = on_all_edges(code, (width, height));
            prop_assert_eq!(bars.len(), 16);
            // Turned by half, the sheet is the same.
            for [x, y, w, h] in &bars {
                let turned = [width - x - w, height - y - h, *w, *h];
                prop_assert!(bars.iter().any(|bar| bar.iter().zip(turned).all(|(a, b)| near(*a, b))));
                prop_assert!(w.max(*h) >= 2.5 * 25.4, "at least 2.5 in long");
                // Printable, and within the frame that is kept clear of other print.
                prop_assert!(*x >= 5.0 && *y >= 5.0 && x + w <= width - 5.0 && y + h <= height - 5.0);
                let edge = x.min(*y).min(width - x - w).min(height - y - h);
                prop_assert!(edge >= 6.349 && edge + w.min(*h) <= EDGE_MM - 6.349);
            }
            // A line inwards from the middle of each edge crosses the same bars at the same distances.
            let across = |edge: usize| {
                let mut crossed: Vec<(f32, f32)> = bars.iter().filter_map(|&[x, y, w, h]| match edge {
                    0 if w > h && y < 100.0 => Some((y, h)),
                    1 if h > w && x > 100.0 => Some((width - x - w, w)),
                    2 if w > h && y > 100.0 => Some((height - y - h, h)),
                    3 if h > w && x < 100.0 => Some((x, w)),
                    _ => None,
                }).collect();
                crossed.sort_by(|a, b| a.0.total_cmp(&b.0));
                crossed
            };
            for edge in 0..4 {
                let crossed = across(edge);
                prop_assert_eq!(crossed.len(), 4);
                for ((at, w), (offset, bar)) in crossed.iter().zip(bars_mm(code)) {
                    prop_assert!(near(*at, 6.35 + offset) && near(*w, bar));
                }
            }
            // Bars of two edges keep a quarter of an inch from each other.
            for a in &bars {
                for b in bars.iter().filter(|b| (b[2] > b[3]) != (a[2] > a[3])) {
                    let gap = |i: usize| (b[i] - a[i] - a[i + 2]).max(a[i] - b[i] - b[i + 2]);
                    prop_assert!(gap(0).max(gap(1)) >= 6.349);
                }
            }
        }
    }
}
