//! Page facts in, documents out: a pure function over the ordered pages of a batch.
//!
//! In: facts of pages, in order. Out: documents with types, and what was recorded instead of delivered. No I/O.
//!
//! [`Matcher`] and [`separate::Reader`] read a page once and leave a few numbers ([`Evidence`], [`Marks`]); the text is not
//! kept. [`assemble()`] then sees all pages of a batch at once: it separates, leaves out blank pages if the pipeline wants
//! it, names each document's type, and holds what a person has to look at.

mod check_digits;
mod classify;
pub mod collate;
pub mod fields;
mod matching;
pub mod model;
#[cfg(test)]
mod paper;
mod reading;
pub mod separate;

use crate::model::{Fault, FaultKind, Field, Stage};

pub use check_digits::CheckDigit;
pub use classify::{ClassifyRules, Evidence, Matcher, Opinion, UNKNOWN_TYPE, Verdict};
pub use fields::{FieldReader, FieldRules};
pub use separate::{AlarmRules, CaseList, CaseRules, Marks, Said, SeparateRules};

use separate::{CaseFaults, Role, Section, SheetBack, sections};

/// Where one document ends and the next begins, if nothing on the pages says so.
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
    /// It is what a document is if it is nothing else: its phrases stand in documents of other types as well, and are no
    /// rivals to theirs.
    pub fallback: bool,
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
    /// What it says about separation. Also of pages that are held or went on already, as far as it is known: a sheet does
    /// not lose its meaning.
    pub marks: Marks,
    /// Candidates for index fields. Personal data: never logged.
    pub fields: Vec<Field>,
    /// Alarms about it that a person has looked at: they are raised no more.
    pub confirmed: Vec<FaultKind>,
}

/// How a batch becomes documents.
#[derive(Clone, Copy, Debug)]
pub struct AssembleRules<'a> {
    /// Where documents end.
    pub separate: SeparateBy,
    /// And by which signs and content besides.
    pub separators: &'a SeparateRules,
    /// Whether blank pages are left out of documents.
    pub drop_blanks: bool,
    /// Knows the types.
    pub matcher: &'a Matcher,
    /// Which index fields are wanted.
    pub fields: &'a FieldRules,
    /// What a person has to look at.
    pub alarms: &'a AlarmRules,
    /// All cases that there are; `None`: not known.
    pub cases: Option<&'a CaseList>,
    /// The case of the batch, as intake names it; looked at only if `alarms.cases.folders`.
    pub batch_case: Option<&'a str>,
}

/// A document: consecutive pages of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The case that a separator or label names; `None`: that of the batch.
    pub case: Option<String>,
    /// Position of the separator sheet that opened it, or of its own first page if a label on that did.
    pub separator: Option<usize>,
    /// What that said.
    pub said: Said,
    /// Its type; [`UNKNOWN_TYPE`] if no rule is sure enough.
    pub type_name: String,
    /// 0 to 1: how sure the type is; 1 if a separator said it. Of an unknown type: the confidence that was not enough.
    pub confidence: f32,
    /// The type is in doubt, and the pipeline wants a person to look: a document with this flag that is not held for it was
    /// confirmed by one.
    pub in_doubt: bool,
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
    /// Separator sheets, and their backs.
    pub separators: Vec<usize>,
    /// What a person has to look at.
    pub alarms: Vec<Alarm>,
}

/// Makes documents of the pages of a batch.
pub fn assemble(pages: &[PageFacts], rules: &AssembleRules<'_>) -> Assembly {
    let found = sections(pages, rules);
    let faults = CaseFaults::of(pages, &found, rules);
    let mut assembly = Assembly::default();
    let mut documents = Vec::new();
    for (index, section) in found.sections.iter().enumerate() {
        let (mut kept, mut held) = (Vec::with_capacity(section.pages.len()), Vec::new());
        for (position, page) in pages.iter().enumerate().take(section.pages.end).skip(section.pages.start) {
            match (page.held, page.blank && rules.drop_blanks) {
                (true, _) => held.push(position),
                (false, true) => assembly.blanks.push(position),
                (false, false) => kept.push(position),
            }
        }
        if !kept.is_empty() {
            documents.push((index, document(pages, section, kept, held, &faults, rules)));
        }
    }
    for (at, role) in found.roles.iter().enumerate().filter(|&(at, _)| !pages[at].held) {
        match (role, rules.separators.back) {
            (Role::Page, _) => {}
            (Role::Back, SheetBack::Blank) if !pages[at].marks.is_sheet() => assembly.blanks.push(at),
            (Role::Sheet | Role::Back, _) => assembly.separators.push(at),
        }
    }
    assembly.alarms = separate::raise(pages, &found, &documents, &faults, rules);
    let mut waits = vec![false; pages.len()];
    assembly.alarms.iter().flat_map(|alarm| &alarm.pages).for_each(|&at| waits[at] = true);
    // An alarm takes whole documents.
    documents.retain(|(_, document)| !document.pages.iter().any(|&at| waits[at]));
    // What waits anyhow is classified anew when it goes on.
    for (_, document) in documents.extract_if(.., |(_, document)| is_to_be_looked_at(document, pages)) {
        let detail = format!("its likeliest type has a confidence of {:.2}", document.confidence);
        let fault = Fault::new(Stage::Assemble, FaultKind::TypeInDoubt, detail);
        assembly.alarms.push(Alarm { fault, pages: document.pages });
    }
    assembly.documents = documents.into_iter().map(|(_, document)| document).collect();
    for document in &mut assembly.documents {
        let candidates: Vec<&[Field]> = document.pages.iter().map(|&at| pages[at].fields.as_slice()).collect();
        document.fields = fields::of_document(&candidates, &document.type_name, rules.fields);
    }
    assembly.blanks.retain(|&at| !waits[at]);
    assembly.blanks.sort_unstable();
    assembly.separators.retain(|&at| !waits[at]);
    assembly
}

/// The type is in doubt, and nobody has looked yet.
fn is_to_be_looked_at(document: &Document, pages: &[PageFacts]) -> bool {
    let first = document.pages.first().and_then(|&first| pages.get(first));
    document.in_doubt && !first.is_some_and(|first| first.confirmed.contains(&FaultKind::TypeInDoubt))
}

/// The document of a section: its type and case as its separator or label tells them, else as its pages do.
fn document(
    pages: &[PageFacts],
    section: &Section,
    kept: Vec<usize>,
    held: Vec<usize>,
    faults: &CaseFaults,
    rules: &AssembleRules<'_>,
) -> Document {
    let case = section.case.filter(|&at| faults.sound(at)).and_then(|at| pages.get(at)?.marks.case());
    let said = |at: Option<usize>| at.and_then(|at| pages.get(at)).map(|page| page.marks.said()).unwrap_or_default();
    let said = said(section.label).or(said(section.sheet));
    let Verdict { type_name, confidence, in_doubt } = match &said.type_name {
        Some(name) => {
            let type_name = rules.matcher.known(name).unwrap_or(name).to_owned();
            Verdict { type_name, confidence: 1.0, in_doubt: false }
        }
        None => rules.matcher.classify(kept.iter().map(|&page| &pages[page].evidence)),
    };
    let separator = section.sheet.or(section.label);
    let case = case.map(str::to_owned);
    Document { case, separator, said, type_name, confidence, in_doubt, pages: kept, held, fields: Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn separations() -> impl Strategy<Value = SeparateBy> {
        prop_oneof![Just(SeparateBy::File), Just(SeparateBy::Batch), (0u32..9).prop_map(SeparateBy::Pages)]
    }

    fn assembled(pages: &[PageFacts], separate: SeparateBy, drop_blanks: bool) -> Assembly {
        let (matcher, separators, alarms) = (Matcher::new(&[]), SeparateRules::default(), AlarmRules::default());
        let fields = FieldRules::default();
        let rules = AssembleRules {
            separate,
            separators: &separators,
            drop_blanks,
            matcher: &matcher,
            fields: &fields,
            alarms: &alarms,
            cases: None,
            batch_case: None,
        };
        assemble(pages, &rules)
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
            let assembly = assembled(&pages, separate, drop_blanks);
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
        let documents = assembled(&pages, SeparateBy::Pages(2), false).documents;
        let pages: Vec<Vec<usize>> = documents.into_iter().map(|d| d.pages).collect();
        assert_eq!(pages, [vec![1], vec![2, 3], vec![4, 5]]);
    }
}
