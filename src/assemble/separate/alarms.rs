//! Alarms: what a person has to look at before pages go on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::cuts::{Role, Sections, Sheet};
use super::signs::Sign;
use super::{CaseFault, CaseRules, PageFacts};
use crate::assemble::{Alarm, AssembleRules, Document};
use crate::model::{Fault, FaultKind, Stage};

/// How many sides of a sheet of paper the scanner takes; decides what a number of sheets says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// Both, if the back of the separator sheet was scanned; else one.
    #[default]
    Auto,
    /// The front.
    One,
    /// Both; where the back of the separator sheet is missing, the scanner leaves out blank sides.
    Both,
}

/// Which alarms are raised.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmRules {
    /// A sheet tells another number of pages or sheets than follow it.
    pub counts: bool,
    /// For numbers of sheets.
    pub sides: Sides,
    /// The same sheet came before in this batch.
    pub repeated: bool,
    /// A case number cannot be right.
    pub case_numbers: bool,
    /// What case numbers must be.
    pub cases: CaseRules,
    /// Most pages of a document, blank ones not counted.
    pub max_pages: Option<u32>,
    /// The same for documents of a type; goes before `max_pages`.
    pub max_pages_of: Vec<(String, u32)>,
}

impl Default for AlarmRules {
    /// All alarms; no largest number of pages, no rule for case numbers.
    fn default() -> Self {
        Self {
            counts: true,
            sides: Sides::Auto,
            repeated: true,
            case_numbers: true,
            cases: CaseRules::default(),
            max_pages: None,
            max_pages_of: Vec::new(),
        }
    }
}

/// An alarm that may be raised.
struct Candidate {
    /// All that waits.
    pages: Range<usize>,
    kind: FaultKind,
    detail: String,
}

/// Case numbers that cannot be right, by the position of the page that tells them.
pub(in crate::assemble) struct CaseFaults(HashMap<usize, CaseFault>);

impl CaseFaults {
    /// Checks what the signs of a batch tell.
    pub(in crate::assemble) fn of(pages: &[PageFacts], found: &Sections, rules: &AssembleRules<'_>) -> Self {
        let mut faults = HashMap::new();
        if !rules.alarms.case_numbers {
            return Self(faults);
        }
        let case_of = |at: usize| pages.get(at)?.marks.sign.as_deref()?.case.as_deref();
        for (at, sign) in signs(pages, found) {
            let fault = sign.case.as_deref().and_then(|case| rules.alarms.cases.fault(case, rules.cases));
            faults.extend(fault.or(sign.torn.then_some(CaseFault::Torn)).map(|fault| (at, fault)));
        }
        for section in &found.sections {
            // A label right behind a sheet that names another case.
            if let (Some(sheet), Some(label)) = (section.sheet, section.label)
                && let (Some(one), Some(other)) = (case_of(sheet), case_of(label))
                && one != other
            {
                faults.entry(label).or_insert(CaseFault::Torn);
            }
        }
        Self(faults)
    }

    /// Whether nothing is wrong with what the page at `at` tells.
    pub(in crate::assemble) fn sound(&self, at: usize) -> bool {
        !self.0.contains_key(&at)
    }
}

/// Sheets, and the labels that began something.
fn signs<'p>(pages: &'p [PageFacts], found: &'p Sections) -> impl Iterator<Item = (usize, &'p Sign)> {
    let sheets = found.sheets.iter().map(|sheet| sheet.at);
    let labels = found.sections.iter().filter_map(|section| section.label);
    sheets.chain(labels).filter_map(|at| Some((at, pages.get(at)?.marks.sign.as_deref()?)))
}

/// The alarms of a batch, widest first; `documents` are those of its sections, which have one or none each. An alarm
/// within another's pages is raised when that one is decided.
pub(in crate::assemble) fn raise(
    pages: &[PageFacts],
    found: &Sections,
    documents: &[(usize, Document)],
    faults: &CaseFaults,
    rules: &AssembleRules<'_>,
) -> Vec<Alarm> {
    let mut candidates = Vec::new();
    counts(pages, found, rules.alarms, &mut candidates);
    repeated(pages, found, rules.alarms, &mut candidates);
    case_numbers(found, faults, &mut candidates);
    folder(pages, found, rules, &mut candidates);
    too_long(pages, found, documents, rules.alarms, &mut candidates);
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.pages.len()));
    let mut taken = vec![false; pages.len()];
    let mut alarms = Vec::new();
    for Candidate { pages: range, kind, detail } in candidates {
        let within = range.clone().zip(pages.get(range.clone()).unwrap_or_default());
        let waiting: Vec<usize> = within.filter(|(_, page)| !page.held).map(|(at, _)| at).collect();
        let is_confirmed = |at: usize| pages.get(at).is_some_and(|page| page.confirmed.contains(&kind));
        let decided = is_confirmed(range.start) || waiting.first().is_none_or(|&first| is_confirmed(first));
        let overlaps = taken.get(range.clone()).is_none_or(|taken| taken.contains(&true));
        if decided || overlaps {
            continue;
        }
        taken.get_mut(range).into_iter().flatten().for_each(|taken| *taken = true);
        alarms.push(Alarm { fault: Fault::new(Stage::Assemble, kind, detail), pages: waiting });
    }
    alarms.sort_by(|a, b| a.pages.cmp(&b.pages));
    alarms
}

/// The sheet and all that it speaks of.
fn with_sheet(sheet: &Sheet) -> Range<usize> {
    sheet.at..sheet.scope.end
}

fn counts(pages: &[PageFacts], found: &Sections, rules: &AlarmRules, candidates: &mut Vec<Candidate>) {
    for sheet in found.sheets.iter().filter(|_| rules.counts) {
        // A person who discarded the sheet has decided about its count.
        let Some(page) = pages.get(sheet.at).filter(|page| !page.held) else { continue };
        let Some(sign) = page.marks.sheet() else { continue };
        let is_page = |at: &usize| found.roles.get(*at) == Some(&Role::Page);
        let within = || sheet.scope.clone().filter(is_page).filter_map(|at| pages.get(at));
        let all = within().count();
        let filled = within().filter(|page| !page.blank).count();
        let found = if all == filled { format!("{all}") } else { format!("{all}, {filled} of them not blank") };
        let detail = match (sign.pages, sign.sheets) {
            (Some(pages), _) if !is_one_of(pages, [all, filled]) => format!("{pages} pages expected, found {found}"),
            (_, Some(sheets)) if !sheets_match(sheets, sheet.has_back, all, filled, rules.sides) => {
                format!("{sheets} sheets expected, found {found} sides")
            }
            _ => continue,
        };
        candidates.push(Candidate { pages: with_sheet(sheet), kind: FaultKind::CountDiffers, detail });
    }
}

fn is_one_of(expected: u32, found: [usize; 2]) -> bool {
    found.iter().any(|&found| u64::from(expected) == found as u64)
}

/// Whether so many sides can be those of so many sheets.
fn sheets_match(sheets: u32, has_back: bool, all: usize, filled: usize, sides: Sides) -> bool {
    let (sheets, all, filled) = (u64::from(sheets), all as u64, filled as u64);
    match (sides, has_back) {
        (Sides::One, _) | (Sides::Auto, false) => sheets == all || sheets == filled,
        (Sides::Auto | Sides::Both, true) => 2 * sheets == all,
        // Each sheet gave one side or two.
        (Sides::Both, false) => sheets <= all && filled <= 2 * sheets,
    }
}

fn repeated(pages: &[PageFacts], found: &Sections, rules: &AlarmRules, candidates: &mut Vec<Candidate>) {
    let mut first = HashMap::new();
    for sheet in found.sheets.iter().filter(|_| rules.repeated) {
        let Some(page) = pages.get(sheet.at).filter(|page| !page.held) else { continue };
        let Some(serial) = page.marks.sheet().and_then(|sign| sign.serial.as_deref()) else { continue };
        match first.entry(serial) {
            Entry::Vacant(entry) => {
                entry.insert(sheet.at);
            }
            Entry::Occupied(before) => candidates.push(Candidate {
                pages: with_sheet(sheet),
                kind: FaultKind::RepeatedSheet,
                detail: format!("the sheet is page {} of its batch already", before.get() + 1),
            }),
        }
    }
}

/// A sheet with a case number that cannot be right is told even if it was discarded: its pages would go to another case.
fn case_numbers(found: &Sections, faults: &CaseFaults, candidates: &mut Vec<Candidate>) {
    let mut faults: Vec<_> = faults.0.iter().map(|(&at, &fault)| (at, fault)).collect();
    faults.sort_by_key(|&(at, _)| at);
    let mut ends: HashMap<usize, usize> = found.sheets.iter().map(|sheet| (sheet.at, sheet.scope.start)).collect();
    for section in &found.sections {
        for at in [section.case, section.sheet, section.label].into_iter().flatten() {
            ends.insert(at, section.pages.end);
        }
    }
    for (at, fault) in faults {
        let end = ends.get(&at).copied().unwrap_or(at + 1);
        candidates.push(Candidate { pages: at..end, kind: FaultKind::CaseNumber, detail: fault.words().into() });
    }
}

/// The case that the batch's folder or file names; checked if anything of the batch goes to it.
fn folder(pages: &[PageFacts], found: &Sections, rules: &AssembleRules<'_>, candidates: &mut Vec<Candidate>) {
    let cases = &rules.alarms.cases;
    let needed = found.sections.iter().any(|section| section.case.is_none());
    let Some(case) = rules.batch_case.filter(|_| needed && cases.folders && rules.alarms.case_numbers) else { return };
    let name = case.rsplit('/').next().unwrap_or(case);
    if let Some(fault) = cases.fault(name, rules.cases) {
        candidates.push(Candidate { pages: 0..pages.len(), kind: FaultKind::CaseNumber, detail: fault.words().into() });
    }
}

fn too_long(
    pages: &[PageFacts],
    found: &Sections,
    documents: &[(usize, Document)],
    rules: &AlarmRules,
    candidates: &mut Vec<Candidate>,
) {
    for (section, document) in documents {
        let of_type = rules.max_pages_of.iter().find(|(name, _)| *name == document.type_name).map(|&(_, most)| most);
        let Some(most) = of_type.or(rules.max_pages) else { continue };
        let Some(section) = found.sections.get(*section) else { continue };
        let all = document.pages.iter().chain(&document.held);
        let long = all.filter(|&&at| pages.get(at).is_some_and(|page| !page.blank)).count();
        if long as u64 > u64::from(most) {
            let detail = format!("{long} pages, at most {most} expected");
            candidates.push(Candidate { pages: section.pages.clone(), kind: FaultKind::TooLong, detail });
        }
    }
}
