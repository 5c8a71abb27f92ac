//! The pure comparison of the pictures that a PDF shows with those that were recorded, page by page.

use std::collections::{HashMap, VecDeque};

use super::finding::Problem;
use crate::model::Digest;

/// What is wrong with a PDF that shows `found` instead of `recorded`, by page from 1: of the account, or of the PDF for
/// [`Problem::PdfPageUnknown`].
pub(super) fn compare(recorded: &[Digest], found: &[Digest]) -> Vec<(u32, Problem)> {
    let mut places: HashMap<Digest, VecDeque<usize>> = HashMap::new();
    for (at, digest) in found.iter().enumerate() {
        places.entry(*digest).or_default().push_back(at);
    }
    // Where each recorded page stands. Pages of one picture are taken in order.
    let stands: Vec<Option<usize>> =
        recorded.iter().map(|digest| places.get_mut(digest).and_then(VecDeque::pop_front)).collect();
    let mut unknown: Vec<usize> = places.into_values().flatten().collect();
    unknown.sort_unstable();

    let mut problems = Vec::new();
    // Pages that are there keep their order, whatever else is missing or was put in.
    let mut in_order: Vec<usize> = stands.iter().copied().flatten().collect();
    in_order.sort_unstable();
    let mut in_order = in_order.into_iter();
    for (page, stands) in stands.iter().enumerate() {
        match *stands {
            Some(to) if in_order.next() != Some(to) => {
                problems.push((number(page), Problem::PdfPageMoved { to: number(to) }));
            }
            Some(_) => {}
            // As many pages, one picture for another.
            None if recorded.len() == found.len() && unknown.binary_search(&page).is_ok() => {
                unknown.retain(|other| *other != page);
                problems.push((number(page), Problem::PdfPageReplaced));
            }
            None => problems.push((number(page), Problem::PdfPageMissing)),
        }
    }
    problems.extend(unknown.into_iter().map(|at| (number(at), Problem::PdfPageUnknown)));
    problems
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digests(letters: &str) -> Vec<Digest> {
        letters.bytes().map(|letter| Digest::of(&[letter])).collect()
    }

    #[test]
    fn what_was_done_to_the_pages_is_told() {
        use Problem::{PdfPageMissing, PdfPageMoved, PdfPageReplaced, PdfPageUnknown};
        for (recorded, found, problems) in [
            ("abc", "abc", vec![]),
            ("abc", "ac", vec![(2, PdfPageMissing)]),
            ("abc", "ab", vec![(3, PdfPageMissing)]),
            ("abc", "bac", vec![(1, PdfPageMoved { to: 2 }), (2, PdfPageMoved { to: 1 })]),
            ("abc", "axc", vec![(2, PdfPageReplaced)]),
            ("abc", "abxc", vec![(3, PdfPageUnknown)]),
            ("abc", "abca", vec![(4, PdfPageUnknown)]),
            ("ab", "", vec![(1, PdfPageMissing), (2, PdfPageMissing)]),
            ("abc", "cx", vec![(1, PdfPageMissing), (2, PdfPageMissing), (2, PdfPageUnknown)]),
        ] {
            assert_eq!(compare(&digests(recorded), &digests(found)), problems, "{recorded} {found}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_told_exactly_if_they_are_equal(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            prop_assert_eq!(compare(&digests(&a), &digests(&b)).is_empty(), a == b);
        }
    }
}
