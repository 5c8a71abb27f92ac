//! From characters with steps to words with edges.

use super::ctc::Glyph;
use super::ink::Ink;
use super::recognise::STEP_PX;

/// A word in a crop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CropWord {
    pub(super) text: String,
    /// First column with its ink, and one past the last.
    pub(super) columns: (usize, usize),
    /// The product of its characters' probabilities.
    pub(super) confidence: f32,
}

/// Splits the glyphs of a crop of `width` columns into words; `symbol` names a glyph's character.
pub(super) fn split<'a>(
    glyphs: &[Glyph],
    ink: &Ink,
    width: usize,
    symbol: impl Fn(&Glyph) -> &'a str,
) -> Vec<CropWord> {
    let mut groups: Vec<Vec<&Glyph>> = vec![Vec::new()];
    for glyph in glyphs {
        match groups.last_mut() {
            Some(_) if symbol(glyph) == " " => groups.push(Vec::new()),
            Some(group) => group.push(glyph),
            None => {}
        }
    }
    groups.retain(|group| !group.is_empty());

    // The blank between two words is the widest stretch without ink between their outer characters.
    let mut left = 0;
    let mut words = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let end = group.last().map_or(0, |glyph| centre(glyph)).min(width);
        let (right, next_left) = match groups.get(i + 1).and_then(|next| next.first()) {
            Some(next) => ink.widest_gap(end, centre(next).min(width).max(end)),
            None => (width, width),
        };
        let columns = (ink.first(left, right.max(left)), ink.last(left, right.max(left)));
        words.push(CropWord {
            text: group.iter().map(|glyph| symbol(glyph)).collect(),
            columns: (columns.0, columns.1.max(columns.0 + 1)),
            confidence: group.iter().map(|glyph| glyph.probability).product(),
        });
        left = next_left;
    }
    words
}

/// The column in the middle of a glyph's steps.
fn centre(glyph: &Glyph) -> usize {
    (glyph.first + glyph.last + 1) * STEP_PX / 2
}
