//! The widths of the bars of a patch code, along one line across them.

use crate::model::PatchKind;

/// A wide bar, in narrow widths; so each code is 10 of them long.
const WIDE: f32 = 2.5;
/// The unit that is printed, in inches.
pub(super) const UNIT_IN: f32 = PatchKind::NARROW_IN;
/// How far each distance of like edges may be off, in units. Wide and narrow differ by 1.5; printers and scanners stretch by
/// a few hundredths.
const EDGE_TOLERANCE: f32 = 0.3;
/// How much wider than printed bars may be, and spaces narrower, in units: ink spreads, thresholds differ.
const MAX_SPREAD: f32 = 0.35;
/// How far a bar may be off otherwise.
const BAR_TOLERANCE: f32 = 0.35;

/// A code along one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pattern {
    pub(super) kind: PatchKind,
    /// Where its bars begin and end, in turns.
    pub(super) edges: [f32; 8],
    /// A narrow width.
    pub(super) unit: f32,
}

impl Pattern {
    pub(super) fn centre(&self) -> f32 {
        (self.edges[0] + self.edges[7]) / 2.0
    }
}

/// What code the four bars with these edges are, if any.
///
/// Distances from a beginning to the next beginning, and from an end to the next end, do not change when ink spreads:
/// they decide. The bars' own widths then must be those, all widened by the same.
pub(super) fn pattern(edges: [f32; 8]) -> Option<Pattern> {
    let e = edges;
    let like = [e[2] - e[0], e[4] - e[2], e[6] - e[4], e[3] - e[1], e[5] - e[3], e[7] - e[5]];
    let sum: f32 = like.iter().sum();
    let fits = |kind: PatchKind| {
        let bars = kind.wide_bars().map(|wide| if wide { WIDE } else { 1.0 });
        let expected = [bars[0] + 1.0, bars[1] + 1.0, bars[2] + 1.0, bars[1] + 1.0, bars[2] + 1.0, bars[3] + 1.0];
        let unit = sum / expected.iter().sum::<f32>();
        let off = |found: f32, expected: f32| (found / unit - expected).abs();
        let like_worst = like.iter().zip(expected).map(|(&l, x)| off(l, x)).fold(0.0, f32::max);
        if !unit.is_normal() || like_worst > EDGE_TOLERANCE {
            return None;
        }
        let widths = [e[1] - e[0], e[3] - e[2], e[5] - e[4], e[7] - e[6]];
        let spread = widths.iter().sum::<f32>() / unit - bars.iter().sum::<f32>();
        let each = spread / 4.0;
        let bar_worst = widths.iter().zip(bars).map(|(&w, x)| off(w, x + each)).fold(0.0, f32::max);
        (each.abs() <= MAX_SPREAD && bar_worst <= BAR_TOLERANCE).then_some((like_worst, kind, unit))
    };
    let best = PatchKind::ALL.into_iter().filter_map(fits).min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Pattern { kind: best.1, edges, unit: best.2 })
}

/// What a code is read as from the other side.
pub(super) fn mirrored(kind: PatchKind) -> PatchKind {
    match kind {
        PatchKind::One => PatchKind::Six,
        PatchKind::Six => PatchKind::One,
        PatchKind::Three => PatchKind::T,
        PatchKind::T => PatchKind::Three,
        PatchKind::Two | PatchKind::Four => kind,
    }
}
