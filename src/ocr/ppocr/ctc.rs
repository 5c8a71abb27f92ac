//! From the recogniser's scores to characters with places.
//!
//! Connectionist temporal classification (Graves et al., 2006), best path: at each step the best class; equal
//! neighbours are one character; class 0 separates.

/// A character that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    /// Its class, from 1.
    pub(super) class: usize,
    /// The steps at which it was the best class: `first..=last`.
    pub(super) first: usize,
    /// See `first`.
    pub(super) last: usize,
    /// The highest probability it had at one of them.
    pub(super) probability: f32,
}

/// Decodes rows of `classes` scores, one row a step.
pub(super) fn decode(scores: &[f32], classes: usize) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut open = false;
    for (step, row) in scores.chunks_exact(classes.max(1)).enumerate() {
        let (class, score) = best(row);
        if class == 0 {
            open = false;
            continue;
        }
        let probability = probability(row, score);
        match glyphs.last_mut() {
            Some(glyph) if open && glyph.class == class => {
                glyph.last = step;
                glyph.probability = glyph.probability.max(probability);
            }
            _ => glyphs.push(Glyph { class, first: step, last: step, probability }),
        }
        open = true;
    }
    glyphs
}

fn best(row: &[f32]) -> (usize, f32) {
    row.iter().copied().enumerate().fold(
        (0, f32::MIN),
        |best, (class, score)| {
            if score > best.1 { (class, score) } else { best }
        },
    )
}

/// The share of `score` in the softmax of `row`; `score` is the row's largest.
fn probability(row: &[f32], score: f32) -> f32 {
    1.0 / row.iter().map(|other| (other - score).exp()).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Scores of a path: the given class of each step is certain.
    fn path(classes: &[usize]) -> Vec<f32> {
        classes.iter().flat_map(|&best| (0..4).map(move |class| if class == best { 20.0 } else { 0.0 })).collect()
    }

    #[test]
    fn repeats_are_one_character_unless_separated() {
        let cases: [(&[usize], &[(usize, usize, usize)]); 4] = [
            (&[0, 0, 0], &[]),
            (&[0, 1, 1, 0, 2], &[(1, 1, 2), (2, 4, 4)]),
            (&[3, 0, 3], &[(3, 0, 0), (3, 2, 2)]),
            (&[1, 2, 2, 1], &[(1, 0, 0), (2, 1, 2), (1, 3, 3)]),
        ];
        for (steps, expected) in cases {
            let found: Vec<_> = decode(&path(steps), 4).iter().map(|g| (g.class, g.first, g.last)).collect();
            assert_eq!(found, expected, "{steps:?}");
        }
    }

    #[test]
    fn the_probability_is_that_of_the_softmax() {
        let glyphs = decode(&[0.0, 3.0_f32.ln(), 0.0, 0.0], 4);
        assert!((glyphs[0].probability - 0.5).abs() < 1e-6, "3 of 1 + 3 + 1 + 1");
    }

    proptest! {
        #[test]
        fn any_scores_give_ordered_glyphs(scores in proptest::collection::vec(-50.0_f32..50.0, 0..400), classes in 1_usize..9) {
            let glyphs = decode(&scores, classes);
            prop_assert!(glyphs.iter().all(|g| g.class > 0 && g.first <= g.last));
            prop_assert!(glyphs.iter().all(|g| g.probability > 0.0 && g.probability <= 1.0));
            prop_assert!(glyphs.windows(2).all(|pair| pair[0].last < pair[1].first));
        }
    }
}
