//! Which samples a model is kept from seeing: whole groups that look alike, and whole types.

use std::collections::BTreeMap;

use super::sample::Sample;

/// Parts of a cross-validation.
pub(super) const FOLDS: usize = 5;

/// Samples of a type that are more alike than this belong to one group: cosine of their features. Two letters of one
/// type by different senders lie below, two copies of one form above.
const ALIKE: f32 = 0.5;

/// Most groups of a type that are told apart.
const MAX_GROUPS: usize = 100;

/// For each sample the fold that does not see it, below [`FOLDS`]. Samples of one group are in one fold, unless their type
/// has one group only: then its samples are dealt out one by one.
pub(super) fn folds(samples: &[Sample], classes: &[usize]) -> Vec<usize> {
    let mut of_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    classes.iter().enumerate().for_each(|(sample, &class)| of_class.entry(class).or_default().push(sample));
    let mut folds = vec![0; samples.len()];
    for (&class, members) in &of_class {
        let mut groups = groups(samples, members);
        if groups.len() == 1 {
            groups = members.iter().map(|&member| vec![member]).collect();
        }
        // Large ones first, each to the fold that has least of this type; types begin at different folds.
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        let mut sizes = [0usize; FOLDS];
        for group in groups {
            let fold =
                (0..FOLDS).map(|fold| (fold + class) % FOLDS).min_by_key(|&fold| sizes[fold]).unwrap_or_default();
            sizes[fold] += group.len();
            group.into_iter().for_each(|member| folds[member] = fold);
        }
    }
    folds
}

/// The samples of a type, those that look alike together.
fn groups(samples: &[Sample], members: &[usize]) -> Vec<Vec<usize>> {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for &member in members {
        if let Some(group) = &samples[member].group {
            named.entry(group).or_default().push(member);
            continue;
        }
        let alike = |group: &&mut Vec<usize>| {
            group.first().is_some_and(|&leader| cosine(&samples[leader], &samples[member]) > ALIKE)
        };
        let full = found.len() >= MAX_GROUPS;
        match found.iter_mut().find(alike) {
            Some(group) => group.push(member),
            None if full => found[member % MAX_GROUPS].push(member),
            None => found.push(vec![member]),
        }
    }
    found.extend(named.into_values());
    found
}

fn cosine(a: &Sample, b: &Sample) -> f32 {
    let length = |sample: &Sample| sample.entries.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    let (mut left, mut right) = (a.entries.iter().peekable(), b.entries.iter().peekable());
    let mut sum = 0.0;
    while let (Some(&&(one, x)), Some(&&(other, y))) = (left.peek(), right.peek()) {
        if one == other {
            sum += x * y;
        }
        if one <= other {
            left.next();
        }
        if other <= one {
            right.next();
        }
    }
    sum / (length(a) * length(b)).max(f32::MIN_POSITIVE)
}
