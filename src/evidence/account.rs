//! The pure check of a case's account: every page of every scan stands in exactly one place, and the counts say so.

use std::collections::{HashMap, HashSet};

use super::finding::{Findings, Problem};
use crate::assemble::collate;
use crate::deliver::case_read::{AccountDocument, AccountOrder, AccountPage, CaseAccount};
use crate::model::{Digest, PageCounts};

/// A scan as pages name it. Equal files of two inputs are several scans of one name.
type ScanName<'a> = (Option<Digest>, &'a str);

/// Scans of one name.
#[derive(Debug, Default)]
struct Copies {
    /// Positions in the account's list, ascending.
    positions: Vec<usize>,
    /// Pages of those that were counted.
    pages: Vec<u32>,
    /// Those that were not, and of these such as are held.
    uncounted: u64,
    held_whole: u64,
}

impl Copies {
    /// In how many places page `index` has to stand.
    fn expected(&self, index: u32) -> u32 {
        self.pages.iter().filter(|&&pages| index < pages).count() as u32
    }
}

/// Scans that are one stack of fronts and backs.
#[derive(Debug, Default)]
struct StackPages {
    /// Where in the stack the pages of a scan begin, by the scan's position in the account's list.
    begins: HashMap<usize, usize>,
    /// Pages altogether; `None` if one of the scans has no count.
    pages: Option<usize>,
}

/// Where a page lies: its scan and index or, collated, its place among the sheets.
type Place = (usize, u32);

/// Checks an account against itself, and returns what its lists add up to.
pub(super) fn check(account: &CaseAccount, findings: &mut Findings) -> PageCounts {
    let mut desk = Desk { copies: HashMap::new(), stacks: HashMap::new(), places: HashMap::new(), findings };
    let mut counts = PageCounts::default();
    for (position, scan) in account.scans.iter().enumerate() {
        let copies = desk.copies.entry((scan.sha256, &scan.file)).or_default();
        copies.positions.push(position);
        match scan.pages {
            Some(pages) => copies.pages.push(pages),
            None => copies.uncounted += 1,
        }
        if let Some(number) = scan.stack {
            let stack = desk.stacks.entry(number).or_insert(StackPages { pages: Some(0), ..StackPages::default() });
            stack.begins.insert(position, stack.pages.unwrap_or(0));
            let pages = scan.pages.and_then(|pages| usize::try_from(pages).ok());
            stack.pages = stack.pages.zip(pages).map(|(sum, pages)| sum.saturating_add(pages));
        }
        counts.received = counts.received.saturating_add(scan.pages.unwrap_or(0).into());
    }
    for document in &account.documents {
        let run = Run { file: &document.file, order: document.order, stack: document.stack, pages: &document.pages };
        desk.numbers(&run);
        // The pages of others' scans are proved by those others' accounts, and both compared by `elsewhere`.
        if document.from.is_none() {
            counts.delivered = counts.delivered.saturating_add(document.pages.len() as u64);
            desk.places(&run);
        }
    }
    for document in &account.elsewhere {
        let run =
            Run { file: &document.document, order: document.order, stack: document.stack, pages: &document.pages };
        counts.delivered = counts.delivered.saturating_add(document.pages.len() as u64);
        desk.numbers(&run);
        desk.places(&run);
    }
    for page in account.blanks_removed.iter().chain(&account.separators) {
        desk.place((page.scan, &page.file), page.index);
    }
    counts.blanks = account.blanks_removed.len() as u64;
    counts.separators = account.separators.len() as u64;
    for held in &account.held {
        let name = (held.scan, held.file.as_str());
        match (held.index, desk.copies.get_mut(&name)) {
            (Some(index), _) => {
                counts.held += 1;
                desk.place(name, index);
            }
            (None, Some(copies)) => copies.held_whole += 1,
            (None, None) => desk.findings.add(Some(&held.file), None, Problem::PageUnknown),
        }
    }
    desk.scans(account);
    desk.names(&account.documents);
    for (count, told, counted) in [
        ("received", account.balance.received, counts.received),
        ("delivered", account.balance.delivered, counts.delivered),
        ("removed as blank", account.balance.blanks, counts.blanks),
        ("recorded as separators", account.balance.separators, counts.separators),
        ("held", account.balance.held, counts.held),
    ] {
        if told != counted {
            desk.findings.add(None, None, Problem::Count { count, told, counted });
        }
    }
    counts
}

/// The pages of a document.
struct Run<'a> {
    file: &'a str,
    order: AccountOrder,
    stack: Option<i64>,
    pages: &'a [AccountPage],
}

/// What lies on the desk during a check.
struct Desk<'a, 'f> {
    copies: HashMap<ScanName<'a>, Copies>,
    stacks: HashMap<i64, StackPages>,
    /// In how many places each page stands.
    places: HashMap<(ScanName<'a>, u32), u32>,
    findings: &'f mut Findings,
}

impl<'a> Desk<'a, '_> {
    /// Notes a page's place. `false` if no scan has such a page.
    fn place(&mut self, name: ScanName<'a>, index: u32) -> bool {
        let known = self.copies.get(&name).is_some_and(|copies| copies.expected(index) > 0);
        if known {
            let places = self.places.entry((name, index)).or_default();
            *places = places.saturating_add(1);
        } else {
            self.findings.add(Some(name.1), Some(index.saturating_add(1)), Problem::PageUnknown);
        }
        known
    }

    /// Pages are numbered from 1, and each has a picture.
    fn numbers(&mut self, run: &Run<'a>) {
        for (page, number) in run.pages.iter().zip(1..) {
            if page.page != Some(number) {
                self.findings.add(Some(run.file), Some(number), Problem::PageNumber { told: page.page });
            }
            if page.image_sha256.is_none() {
                self.findings.add(Some(run.file), Some(number), Problem::NoPicture);
            }
        }
    }

    /// Pages are known, and in the order of the scans, or of the sheets if they are collated.
    fn places(&mut self, run: &Run<'a>) {
        let mut last: Option<Place> = None;
        for (page, number) in run.pages.iter().zip(1..) {
            if !self.place((page.scan, &page.file), page.index) {
                continue;
            }
            let next = self.next_place(run, page, last);
            if next.is_none() {
                self.findings.add(Some(run.file), Some(number), Problem::PageOrder);
            }
            last = next.or(last);
        }
    }

    /// The first place of `page` after `last`, among the scans of its name.
    fn next_place(&self, run: &Run<'_>, page: &AccountPage, last: Option<Place>) -> Option<Place> {
        let positions = &self.copies.get(&(page.scan, page.file.as_str()))?.positions;
        let after = |place: &Place| last.is_none_or(|last| last < *place);
        match run.order {
            AccountOrder::Scanned | AccountOrder::Unknown => {
                positions.iter().map(|&position| (position, page.index)).find(after)
            }
            AccountOrder::FrontsThenBacks => {
                let stack = self.stacks.get(&run.stack?)?;
                let pages = stack.pages?;
                let scanned = |position| stack.begins.get(position)?.checked_add(usize::try_from(page.index).ok()?);
                let places = positions.iter().filter_map(scanned).filter_map(|at| collate::place(at, pages));
                places.map(|place| (place, 0)).filter(after).min()
            }
        }
    }

    /// Every page of every scan stands in as many places as there are scans of the name: one, as a rule.
    fn scans(&mut self, account: &'a CaseAccount) {
        let mut seen = HashSet::new();
        for scan in &account.scans {
            let name = (scan.sha256, scan.file.as_str());
            let Some(copies) = self.copies.get(&name).filter(|_| seen.insert(name)) else { continue };
            if copies.held_whole < copies.uncounted {
                self.findings.add(Some(&scan.file), None, Problem::ScanUncounted);
            }
            for index in 0..copies.pages.iter().copied().max().unwrap_or(0) {
                if self.findings.is_full() {
                    // A forged number of pages must not keep us here.
                    self.findings.add_unlisted(1);
                    break;
                }
                let places = self.places.get(&(name, index)).copied().unwrap_or(0);
                let (file, page) = (Some(scan.file.as_str()), Some(index.saturating_add(1)));
                match copies.expected(index) {
                    expected if places < expected => self.findings.add(file, page, Problem::PageNowhere),
                    expected if places > expected => self.findings.add(file, page, Problem::PageTwice { places }),
                    _ => {}
                }
            }
        }
    }

    /// No two documents have one number or one file.
    fn names(&mut self, documents: &[AccountDocument]) {
        let (mut numbers, mut files) = (HashSet::new(), HashSet::new());
        for document in documents {
            if !numbers.insert(document.number) | !files.insert(document.file.as_str()) {
                self.findings.add(Some(&document.file), None, Problem::DocumentTwice);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::finding::Finding;
    use super::*;
    use crate::deliver::case_read::{AccountHeld, AccountScan};
    use proptest::prelude::*;

    /// Where a page went: 0 a document of its own or the one before, 1 blank, 2 separator, 3 held.
    type Plan = Vec<Vec<u8>>;

    fn page(scan: usize, index: usize, number: Option<usize>) -> AccountPage {
        AccountPage {
            page: number.map(|n| n as u32),
            scan: Some(Digest::of(&[scan as u8])),
            file: format!("{scan}.tif"),
            index: index as u32,
            image_sha256: Some(Digest::of(&[scan as u8, index as u8])),
            unread: None,
        }
    }

    /// A sound account: scan `i` has the pages `plan[i]`; a scan's pages in documents make one document.
    fn account(plan: &Plan) -> CaseAccount {
        let mut account = CaseAccount {
            case: "K".into(),
            scans: Vec::new(),
            documents: Vec::new(),
            elsewhere: Vec::new(),
            blanks_removed: Vec::new(),
            separators: Vec::new(),
            held: Vec::new(),
            duplicates: Vec::new(),
            balance: PageCounts::default(),
        };
        for (scan, pages) in plan.iter().enumerate() {
            let sha256 = Some(Digest::of(&[scan as u8]));
            let pages_counted = Some(pages.len() as u32);
            account.scans.push(AccountScan {
                file: format!("{scan}.tif"),
                sha256,
                bytes: 1,
                pages: pages_counted,
                stack: None,
            });
            let mut delivered = Vec::new();
            for (index, place) in pages.iter().enumerate() {
                account.balance.received += 1;
                match place {
                    0 => delivered.push(page(scan, index, Some(delivered.len() + 1))),
                    1 => account.blanks_removed.push(page(scan, index, None)),
                    2 => account.separators.push(page(scan, index, None)),
                    _ => account.held.push(AccountHeld {
                        scan: sha256,
                        file: format!("{scan}.tif"),
                        index: Some(index as u32),
                        discarded: None,
                    }),
                }
            }
            account.balance.delivered += delivered.len() as u64;
            if !delivered.is_empty() {
                account.documents.push(AccountDocument {
                    number: scan as u32 + 1,
                    type_name: "x".into(),
                    confidence: 1.0,
                    file: format!("{:04}_x.pdf", scan + 1),
                    sha256: Digest::of(b""),
                    bytes: 0,
                    created: jiff::Timestamp::default(),
                    order: AccountOrder::Scanned,
                    stack: None,
                    from: None,
                    fields: Vec::new(),
                    pages: delivered,
                });
            }
        }
        account.balance.blanks = account.blanks_removed.len() as u64;
        account.balance.separators = account.separators.len() as u64;
        account.balance.held = account.held.len() as u64;
        account
    }

    fn found(account: &CaseAccount) -> Vec<Finding> {
        let mut findings = Findings::of(Some("K"));
        check(account, &mut findings);
        findings.into_list()
    }

    fn plans() -> impl Strategy<Value = Plan> {
        prop::collection::vec(prop::collection::vec(0_u8..4, 1..6), 1..6)
    }

    fn problems(account: &CaseAccount) -> Vec<Problem> {
        found(account).into_iter().map(|finding| finding.problem).collect()
    }

    proptest! {
        #[test]
        fn a_sound_account_balances(plan in plans()) {
            let account = account(&plan);
            let mut findings = Findings::of(None);
            let counts = check(&account, &mut findings);
            prop_assert_eq!(findings.into_list(), vec![]);
            prop_assert_eq!(counts, account.balance);
            prop_assert!(super::super::balance(&counts).is_ok());
        }

        /// Wherever one page is taken out, exactly that page is told, beside the count that no longer fits.
        #[test]
        fn a_page_taken_out_is_named(plan in plans(), at: prop::sample::Index) {
            let pages: Vec<(usize, usize)> =
                plan.iter().enumerate().flat_map(|(scan, pages)| (0..pages.len()).map(move |index| (scan, index))).collect();
            let (scan, index) = pages[at.index(pages.len())];
            let mut account = account(&plan);
            let is = |file: &str, i: u32| file == format!("{scan}.tif") && i == index as u32;
            account.blanks_removed.retain(|page| !is(&page.file, page.index));
            account.separators.retain(|page| !is(&page.file, page.index));
            account.held.retain(|held| !is(&held.file, held.index.unwrap()));
            for document in &mut account.documents {
                document.pages.retain(|page| !is(&page.file, page.index));
                document.pages.iter_mut().zip(1..).for_each(|(page, number)| page.page = Some(number));
            }
            let list = found(&account);
            prop_assert_eq!(list.len(), 2);
            let lost = Finding {
                case: Some("K".into()),
                file: Some(format!("{scan}.tif")),
                page: Some(index as u32 + 1),
                problem: Problem::PageNowhere,
            };
            prop_assert_eq!(&list[0], &lost);
            let one_too_few = matches!(list[1].problem, Problem::Count { told, counted, .. } if told == counted + 1);
            prop_assert!(one_too_few);
        }

        /// The same for a page that stands in a second place.
        #[test]
        fn a_page_put_in_twice_is_named(plan in plans(), at: prop::sample::Index) {
            let scan = at.index(plan.len());
            let mut account = account(&plan);
            account.blanks_removed.push(page(scan, 0, None));
            let list = found(&account);
            prop_assert_eq!(list.len(), 2);
            prop_assert_eq!(list[0].file.clone(), Some(format!("{scan}.tif")));
            prop_assert_eq!((list[0].page, &list[0].problem), (Some(1), &Problem::PageTwice { places: 2 }));
        }

        /// Any two pages of a document in each other's place break the order of the scans.
        #[test]
        fn swapped_pages_are_told(pages in 2_usize..6, one: prop::sample::Index, other: prop::sample::Index) {
            let (one, other) = (one.index(pages), other.index(pages));
            prop_assume!(one != other);
            let mut account = account(&vec![vec![0; pages]]);
            let list = &mut account.documents[0].pages;
            list.swap(one, other);
            list.iter_mut().zip(1..).for_each(|(page, number)| page.page = Some(number));
            let problems = problems(&account);
            prop_assert!(!problems.is_empty() && problems.iter().all(|problem| *problem == Problem::PageOrder));
        }
    }

    /// A stack in files of so many pages each, collated into one document.
    fn collated(files: &[usize]) -> CaseAccount {
        let plan: Plan = files.iter().map(|&pages| vec![0; pages]).collect();
        let mut account = account(&plan);
        account.scans.iter_mut().for_each(|scan| scan.stack = Some(3));
        let mut pages: Vec<AccountPage> = account.documents.drain(..).flat_map(|document| document.pages).collect();
        // As a person would: a front from the top, a back from the bottom.
        let mut order = Vec::new();
        while !pages.is_empty() {
            order.push(pages.remove(0));
            order.extend(pages.pop());
        }
        order.iter_mut().zip(1..).for_each(|(page, number)| page.page = Some(number));
        account.documents.push(AccountDocument {
            number: 1,
            type_name: "x".into(),
            confidence: 1.0,
            file: "0001_x.pdf".into(),
            sha256: Digest::of(b""),
            bytes: 0,
            created: jiff::Timestamp::default(),
            order: AccountOrder::FrontsThenBacks,
            stack: Some(3),
            from: None,
            fields: Vec::new(),
            pages: order,
        });
        account
    }

    proptest! {
        #[test]
        fn a_collated_stack_is_sound_and_swapped_pages_of_it_are_told(
            files in prop::collection::vec(1_usize..5, 1..5),
            one: prop::sample::Index,
            other: prop::sample::Index,
        ) {
            let pages: usize = files.iter().sum();
            prop_assume!(pages.is_multiple_of(2));
            let mut account = collated(&files);
            prop_assert_eq!(found(&account), vec![]);
            let (one, other) = (one.index(pages), other.index(pages));
            prop_assume!(one != other);
            let list = &mut account.documents[0].pages;
            list.swap(one, other);
            list.iter_mut().zip(1..).for_each(|(page, number)| page.page = Some(number));
            let problems = problems(&account);
            prop_assert!(!problems.is_empty() && problems.iter().all(|problem| *problem == Problem::PageOrder));
        }
    }

    #[test]
    fn a_collated_document_needs_its_stack() {
        assert_eq!(problems(&collated(&[2, 2])), []);
        let altered: [fn(&mut CaseAccount); 5] = [
            |account| account.documents[0].order = AccountOrder::Scanned,
            |account| account.documents[0].order = AccountOrder::Unknown,
            |account| account.documents[0].stack = None,
            |account| account.documents[0].stack = Some(4),
            |account| account.scans[1].stack = None,
        ];
        for alter in altered {
            let mut account = collated(&[2, 2]);
            alter(&mut account);
            assert!(problems(&account).contains(&Problem::PageOrder));
        }
    }

    #[test]
    fn equal_files_of_two_inputs_are_two_scans() {
        let mut account = account(&vec![vec![0, 0], vec![0, 0]]);
        account.scans[1] = account.scans[0].clone();
        for page in &mut account.documents[1].pages {
            (page.scan, page.file) = (account.scans[0].sha256, account.scans[0].file.clone());
        }
        assert_eq!(problems(&account), []);
        account.documents[1].pages.pop();
        account.balance.delivered -= 1;
        assert_eq!(problems(&account), [Problem::PageNowhere]);
    }

    #[test]
    fn a_scan_without_pages_must_be_held_as_a_whole() {
        let mut account = account(&vec![vec![0]]);
        let scan = AccountScan { file: "b.tif".into(), sha256: None, bytes: 0, pages: None, stack: None };
        account.scans.push(scan);
        assert_eq!(problems(&account), [Problem::ScanUncounted]);
        account.held.push(AccountHeld { scan: None, file: "b.tif".into(), index: None, discarded: None });
        assert_eq!(problems(&account), []);
    }

    #[test]
    fn forged_numbers_end_in_time() {
        let mut account = account(&vec![vec![0]]);
        account.scans[0].pages = Some(u32::MAX);
        account.balance.received = u64::from(u32::MAX);
        let list = found(&account);
        assert!(list.len() <= super::super::finding::MAX_LISTED + 1);
        assert!(matches!(list.last().unwrap().problem, Problem::More { .. }));
    }
}
