//! Sections of a batch: where documents begin and end, which sheet opens them, whose case they belong to.

use std::ops::Range;

use super::content::{Flow, implied};
use super::signs::Sign;
use super::{PageFacts, SheetBack};
use crate::assemble::{AssembleRules, SeparateBy};
use crate::model::SheetLevel;

/// What a page of the batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::assemble) enum Role {
    /// One of a document.
    Page,
    /// A separator sheet.
    Sheet,
    /// The back of the sheet before it.
    Back,
}

/// Consecutive pages that become one document. Positions in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::assemble) struct Section {
    pub(in crate::assemble) pages: Range<usize>,
    /// The sheet right before it.
    pub(in crate::assemble) sheet: Option<usize>,
    /// The first page, if it carries a label that began it.
    pub(in crate::assemble) label: Option<usize>,
    /// The sheet or labelled page that tells its case.
    pub(in crate::assemble) case: Option<usize>,
}

/// A separator sheet and what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) at: usize,
    /// Its back was scanned.
    pub(super) has_back: bool,
    /// Up to the next sheet of its level or above.
    pub(super) scope: Range<usize>,
}

/// A batch, divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::assemble) struct Sections {
    pub(in crate::assemble) roles: Vec<Role>,
    pub(in crate::assemble) sections: Vec<Section>,
    pub(super) sheets: Vec<Sheet>,
}

/// Divides a batch. Held pages and blank ones count as the sides they are; a held sheet still separates.
pub(in crate::assemble) fn sections(pages: &[PageFacts], rules: &AssembleRules<'_>) -> Sections {
    let roles = roles(pages, rules.separators.back);
    let sheets = sheets(pages, &roles);
    let sections = Divider::new(pages, &roles, rules).divide();
    Sections { roles, sections, sheets }
}

fn roles(pages: &[PageFacts], back: SheetBack) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::with_capacity(pages.len());
    for (at, page) in pages.iter().enumerate() {
        let before = at.checked_sub(1).filter(|&before| roles.get(before) == Some(&Role::Sheet));
        let front = before.and_then(|before| pages.get(before)?.marks.sheet());
        roles.push(match (front, page.marks.sheet()) {
            // Printed on both sides.
            (Some(front), Some(sheet)) if sheet.value.is_some() && front == sheet => Role::Back,
            (_, Some(_)) => Role::Sheet,
            (Some(_), None) if page.blank && back != SheetBack::Page => Role::Back,
            _ => Role::Page,
        });
    }
    roles
}

fn sheets(pages: &[PageFacts], roles: &[Role]) -> Vec<Sheet> {
    // Where the next document, case and batch begin, seen from the end.
    let mut next = [pages.len(); 3];
    let mut sheets = Vec::new();
    for (at, page) in pages.iter().enumerate().rev() {
        let is = |at: Option<usize>, role| at.and_then(|at| roles.get(at)) == Some(&role);
        let before = at.checked_sub(1);
        let level = match (page.marks.sheet(), page.marks.label()) {
            (Some(sheet), _) if is(Some(at), Role::Sheet) => {
                let has_back = is(Some(at + 1), Role::Back);
                let begin = at + 1 + usize::from(has_back);
                let end = next[sheet.level as usize].max(begin);
                sheets.push(Sheet { at, has_back, scope: begin..end });
                sheet.level
            }
            // A label on the page right behind a sheet speaks of what that begins.
            (None, Some(label)) if label.level > SheetLevel::Document => {
                if is(before, Role::Sheet) || is(before, Role::Back) || continues(pages, at, label) {
                    continue;
                }
                // No page of a document's sheet goes over it either.
                label.level
            }
            _ => continue,
        };
        next.iter_mut().take(level as usize + 1).for_each(|next| *next = at);
    }
    sheets.reverse();
    sheets
}

/// Whether a label says once more what the page before it says.
fn continues(pages: &[PageFacts], at: usize, label: &Sign) -> bool {
    let before = pages.iter().take(at).rev().find(|page| !page.blank);
    label.every && before.is_some_and(|page| page.marks.label() == Some(label))
}

/// Goes through a batch once.
struct Divider<'a> {
    pages: &'a [PageFacts],
    roles: &'a [Role],
    rules: &'a AssembleRules<'a>,
    implied: Vec<bool>,
    flow: Flow<'a>,
    sections: Vec<Section>,
    open: Option<Section>,
    /// The sheet that was passed last, no page since.
    sheet: Option<usize>,
    /// Who tells the case of all that follows, and of this document alone.
    case: Option<usize>,
    own_case: Option<usize>,
    /// Pages since something other than content began a document.
    count: usize,
    /// A document's own sheet began this: it ends with the next sheet, whatever its pages look like.
    sealed: bool,
}

impl<'a> Divider<'a> {
    fn new(pages: &'a [PageFacts], roles: &'a [Role], rules: &'a AssembleRules<'a>) -> Self {
        let by_numbers = rules.separators.content.numbers;
        let is_page = |at: usize| roles.get(at) == Some(&Role::Page);
        Self {
            pages,
            roles,
            rules,
            implied: if by_numbers { implied(pages, is_page) } else { Vec::new() },
            flow: Flow::default(),
            sections: Vec::new(),
            open: None,
            sheet: None,
            case: None,
            own_case: None,
            count: 0,
            sealed: false,
        }
    }

    fn divide(mut self) -> Vec<Section> {
        for (at, (page, role)) in self.pages.iter().zip(self.roles).enumerate() {
            match (role, page.marks.sheet()) {
                (Role::Sheet, Some(sign)) => {
                    self.close(at);
                    self.sheet = Some(at);
                    self.enter(at, sign);
                }
                (Role::Page, _) => self.page(at, page),
                _ => {}
            }
        }
        self.close(self.pages.len());
        self.sections
    }

    fn page(&mut self, at: usize, page: &'a PageFacts) {
        let label = page.marks.label().filter(|label| !continues(self.pages, at, label));
        let base = self.open.is_some() && self.base_ends(at, page);
        let by_content = || {
            let (content, implied) = (self.rules.separators.content, self.implied.get(at) == Some(&true));
            let readable = !page.held && !page.blank && !self.sealed && content.any();
            readable && self.flow.begins(page, implied, content, self.rules.matcher)
        };
        if self.open.is_none() || label.is_some() || base || by_content() {
            let sheet = self.sheet;
            self.close(at);
            if base {
                self.own_case = None;
            }
            if let Some(label) = label {
                // Right behind a sheet, a label that tells no case of its own adds to what the sheet told.
                if sheet.is_none() || label.case.is_some() {
                    self.enter(at, label);
                }
            }
            if base || sheet.is_some() || label.is_some() || self.sections.is_empty() {
                self.count = 0;
            }
            let level = sheet.and_then(|sheet| self.pages.get(sheet)?.marks.sheet()).map(|sign| sign.level);
            self.sealed = level == Some(SheetLevel::Document);
            self.flow.start();
            let (label, case) = (label.map(|_| at), self.own_case.or(self.case));
            self.open = Some(Section { pages: at..at, sheet, label, case });
        }
        self.count += 1;
        self.flow.pass(page, self.rules.matcher);
    }

    /// Whether file or number of pages end the document before `at`.
    fn base_ends(&self, at: usize, page: &PageFacts) -> bool {
        match self.rules.separate {
            SeparateBy::Batch => false,
            SeparateBy::Pages(pages) => self.count >= (pages as usize).max(1),
            SeparateBy::File => at
                .checked_sub(1)
                .and_then(|before| self.pages.get(before))
                .is_some_and(|before| before.scan != page.scan),
        }
    }

    /// What `sign` says of the case of what follows.
    fn enter(&mut self, at: usize, sign: &Sign) {
        let case = sign.case.as_ref().map(|_| at);
        if sign.level == SheetLevel::Document {
            self.own_case = case;
        } else {
            (self.case, self.own_case) = (case, None);
        }
    }

    fn close(&mut self, end: usize) {
        if let Some(mut section) = self.open.take() {
            section.pages.end = end;
            self.sections.push(section);
        }
        self.sheet = None;
    }
}
