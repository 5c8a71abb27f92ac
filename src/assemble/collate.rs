//! Collation: a stack scanned as all fronts, then turned over and scanned as all backs, put back into sheets.
//!
//! A simplex feeder gives `f1 f2 … fn bn … b2 b1`: the turned stack begins with its last sheet. Read as a book that is
//! `f1 b1 f2 b2 … fn bn`. The unit is the batch: its pages in the order of intake, in one file or in many. Pure; whether
//! the pages of a batch are surely a whole stack is for the caller to know.

/// Where the page scanned at `position` (from 0) of a stack of `pages` pages lies after collation (from 0). `None` if the
/// stack has an odd number of pages, so that some sheet lacks a side, or no page there.
pub fn place(position: usize, pages: usize) -> Option<usize> {
    let sheets = pages / 2;
    if pages % 2 == 1 || position >= pages {
        None
    } else if position < sheets {
        Some(2 * position)
    } else {
        // The backs come from the last sheet to the first.
        Some(2 * (pages - 1 - position) + 1)
    }
}

/// The positions at which the pages of a stack were scanned, in the order of the sheets. `None` for an odd number.
pub fn order(pages: usize) -> Option<Vec<usize>> {
    let sheets = pages / 2;
    pages.is_multiple_of(2).then(|| (0..sheets).flat_map(|sheet| [sheet, pages - 1 - sheet]).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a simplex feeder does with a stack of sheets, each a (front, back): the fronts go through, the person turns
    /// the whole stack over, and it goes through once more.
    fn scanned(sheets: &[(String, String)]) -> Vec<String> {
        let fronts = sheets.iter().map(|(front, _)| front.clone());
        let mut turned = sheets.to_vec();
        turned.reverse();
        fronts.chain(turned.into_iter().map(|(_, back)| back)).collect()
    }

    proptest! {
        #[test]
        fn the_sheets_come_back_as_they_lay(sheets in 0_usize..200) {
            let sheets: Vec<_> = (1..=sheets).map(|n| (format!("front {n}"), format!("back {n}"))).collect();
            let scanned = scanned(&sheets);
            let read: Vec<&String> = order(scanned.len()).unwrap().into_iter().map(|p| &scanned[p]).collect();
            let lay: Vec<&String> = sheets.iter().flat_map(|(front, back)| [front, back]).collect();
            prop_assert_eq!(read, lay);
        }

        #[test]
        fn it_is_a_permutation_and_place_tells_where_each_page_went(pages in 0_usize..400) {
            match order(pages) {
                Some(order) => {
                    let mut sorted = order.clone();
                    sorted.sort_unstable();
                    prop_assert_eq!(sorted, (0..pages).collect::<Vec<_>>());
                    for (rank, &position) in order.iter().enumerate() {
                        prop_assert_eq!(place(position, pages), Some(rank));
                    }
                }
                None => prop_assert!(pages % 2 == 1),
            }
        }

        #[test]
        fn no_number_makes_it_panic(position: usize, pages: usize) {
            let place = place(position, pages);
            prop_assert!(place.is_none_or(|place| place < pages));
        }
    }

    #[test]
    fn three_sheets() {
        // f1 f2 f3 b3 b2 b1
        assert_eq!(order(6).unwrap(), [0, 5, 1, 4, 2, 3]);
        assert_eq!(order(0).unwrap(), [0_usize; 0]);
        assert_eq!((order(5), place(0, 5), place(6, 6)), (None, None, None));
    }
}
