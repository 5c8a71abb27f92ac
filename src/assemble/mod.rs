//! Page facts in, documents out: a pure function over the ordered pages of a batch.
//!
//! In: facts of pages, in order. Out: documents with types, and what was recorded instead of delivered. No I/O.
//!
//! [`Matcher`] reads a page's text once and leaves a few numbers ([`Evidence`]); the text is not kept. [`assemble()`]
//! then sees all pages of a batch at once: it separates, leaves out blank pages if the pipeline wants it, and names
//! each document's type.

mod classify;
pub mod collate;
pub mod fields;
mod matching;
mod reading;

use crate::model::{Fault, FaultKind, Field};

pub use classify::{Evidence, Matcher, UNKNOWN_TYPE};

/// Where one document ends and the next begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeparateBy {
    /// Every scan file is a document.
    #[default]
    File,
    /// The whole batch is one document.
    Batch,
    /// Every so many pages (at least 1) of the batch.
    Pages(u32),
}

/// A document type and the phrases that tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRule {
    /// Its name, as used in file names and `case.json`.
    pub name: String,
    /// Headings: at the beginning of a paragraph or alone on a line; near the top of a document's first page they weigh
    /// most. Within sentences they do not count.
    pub titles: Vec<String>,
    /// Phrases that speak for the type anywhere; one that ends with a colon is a label, and counts only with it.
    pub phrases: Vec<String>,
}

/// What assembling needs to know of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFacts {
    /// The scan it comes from; equal numbers, same scan.
    pub scan: i64,
    /// It is kept for a person: it takes its place in the count of sheets, and goes into no document.
    pub held: bool,
    /// It counts as blank.
    pub blank: bool,
    /// What its text says about types.
    pub evidence: Evidence,
    /// Alarms about it that a person has looked at: they are raised no more.
    pub confirmed: Vec<FaultKind>,
}

/// How a batch becomes documents.
#[derive(Clone, Copy, Debug)]
pub struct AssembleRules<'a> {
    /// Where documents end.
    pub separate: SeparateBy,
    /// Whether blank pages are left out of documents.
    pub drop_blanks: bool,
    /// Knows the types.
    pub matcher: &'a Matcher,
}

/// A document: consecutive pages of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The case that a separator names; `None`: that of the batch.
    pub case: Option<String>,
    /// Its type; [`UNKNOWN_TYPE`] if no rule is sure enough.
    pub type_name: String,
    /// 0 to 1: how sure the type is. Of an unknown type: the confidence that was not enough.
    pub confidence: f32,
    /// Positions of its pages in the batch, ascending; at least one.
    pub pages: Vec<usize>,
    /// Positions of the held pages that lie where the document lies.
    pub held: Vec<usize>,
    /// Its index fields; their pages count in `pages`.
    pub fields: Vec<Field>,
}

/// Something about pages that a person has to look at before they go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// What. Its stage is [`crate::model::Stage::Assemble`], its detail tells counts, never values.
    pub fault: Fault,
    /// Positions of the pages that wait, ascending; at least one. A person decides about the first one, all others wait for
    /// it. They are in no document.
    pub pages: Vec<usize>,
}

/// Where every page of a batch went, as positions in the batch: each in one list. Held pages are in none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assembly {
    /// The documents in order.
    pub documents: Vec<Document>,
    /// Blank pages left out.
    pub blanks: Vec<usize>,
    /// Separator sheets.
    pub separators: Vec<usize>,
    /// What a person has to look at.
    pub alarms: Vec<Alarm>,
}

/// Makes documents of the pages of a batch.
pub fn assemble(pages: &[PageFacts], rules: &AssembleRules<'_>) -> Assembly {
    let mut assembly = Assembly::default();
    let mut start = 0;
    while start < pages.len() {
        let end = document_end(pages, start, rules.separate);
        let (mut kept, mut held) = (Vec::with_capacity(end - start), Vec::new());
        for (position, page) in pages.iter().enumerate().take(end).skip(start) {
            match (page.held, page.blank && rules.drop_blanks) {
                (true, _) => held.push(position),
                (false, true) => assembly.blanks.push(position),
                (false, false) => kept.push(position),
            }
        }
        if !kept.is_empty() {
            let (type_name, confidence) = rules.matcher.classify(kept.iter().map(|&page| &pages[page].evidence));
            assembly.documents.push(Document {
                case: None,
                type_name,
                confidence,
                pages: kept,
                held,
                fields: Vec::new(),
            });
        }
        start = end;
    }
    assembly
}

/// One past the last page of the document that begins at `start`. Held and blank pages count as the sheets they are.
fn document_end(pages: &[PageFacts], start: usize, separate: SeparateBy) -> usize {
    match separate {
        SeparateBy::Batch => pages.len(),
        SeparateBy::Pages(count) => start.saturating_add((count as usize).max(1)).min(pages.len()),
        SeparateBy::File => {
            let first = &pages[start];
            pages[start..].iter().position(|page| page.scan != first.scan).map_or(pages.len(), |len| start + len)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn separations() -> impl Strategy<Value = SeparateBy> {
        prop_oneof![Just(SeparateBy::File), Just(SeparateBy::Batch), (0u32..9).prop_map(SeparateBy::Pages)]
    }

    proptest! {
        #[test]
        fn every_page_ends_in_exactly_one_place(
            pages in proptest::collection::vec((0i64..4, any::<bool>(), any::<bool>()), 0..60),
            separate in separations(),
            drop_blanks in any::<bool>(),
        ) {
            let mut pages: Vec<PageFacts> = pages
                .into_iter()
                .map(|(scan, held, blank)| PageFacts { scan, held, blank, ..PageFacts::default() })
                .collect();
            pages.sort_by_key(|page| page.scan);
            let matcher = Matcher::new(&[]);
            let assembly = assemble(&pages, &AssembleRules { separate, drop_blanks, matcher: &matcher });
            let held = (0..pages.len()).filter(|&i| pages[i].held);
            let documents = assembly.documents.iter().flat_map(|d| d.pages.iter().copied());
            let mut places: Vec<usize> = documents.chain(assembly.blanks.iter().copied()).chain(held).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..pages.len()).collect::<Vec<_>>());
            let order: Vec<usize> = assembly.documents.iter().flat_map(|d| d.pages.iter().copied()).collect();
            prop_assert!(order.is_sorted(), "documents and their pages keep the order of the batch");
            prop_assert!(assembly.documents.iter().all(|d| !d.pages.is_empty()));
            prop_assert!(drop_blanks || assembly.blanks.is_empty(), "a blank page is left out only if asked for");
            if separate == SeparateBy::File {
                prop_assert!(assembly.documents.iter().all(|d| d.pages.windows(2).all(|p| pages[p[0]].scan == pages[p[1]].scan)));
            }
        }
    }

    #[test]
    fn a_held_sheet_does_not_shift_the_sheets_behind_it() {
        let mut pages = vec![PageFacts::default(); 6];
        pages[0].held = true;
        let rules = AssembleRules { separate: SeparateBy::Pages(2), drop_blanks: false, matcher: &Matcher::new(&[]) };
        let pages: Vec<Vec<usize>> = assemble(&pages, &rules).documents.into_iter().map(|d| d.pages).collect();
        assert_eq!(pages, [vec![1], vec![2, 3], vec![4, 5]]);
    }
}
