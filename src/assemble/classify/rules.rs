//! Types of documents by rules: titles near the top of the first page, phrases anywhere.

use super::super::TypeRule;
use super::super::matching::Phrase;
use super::super::model::Finding;
use super::super::reading::{Place, Reading};

// How much a finding says by itself; findings of a type add up like independent witnesses. Chosen so that a title in
// its place suffices, one phrase does not, and two phrases on the first page do.
const TITLE_IN_HEAD: f32 = 0.85;
const TITLE_BELOW: f32 = 0.3;
const PHRASE_ON_FIRST_PAGE: f32 = 0.3;
const PHRASE_LATER: f32 = 0.2;

/// What one phrase says at most.
const ONE_PHRASE: f32 = PHRASE_ON_FIRST_PAGE + 0.01;

/// By rules alone, a type less sure than this is not named. A tie of two titles stays just below.
pub(super) const MIN_CONFIDENCE: f32 = 0.45;

/// What a page says about one type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hit {
    /// Similarity of the best title in the head of the page, 0 to 1, and which title it is.
    head: Option<(f32, u16)>,
    /// A title stands further down.
    below: bool,
    /// Which phrases stand on the page; those from the 65th on share the last bit.
    phrases: u64,
}

/// What a page says about the types that it mentions, by their number.
pub(super) type Hits = Vec<(u16, Hit)>;

/// The rules, prepared for searching.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    types: Vec<Type>,
}

#[derive(Clone, Debug)]
struct Type {
    fallback: bool,
    titles: Vec<Phrase>,
    phrases: Vec<Phrase>,
}

impl Rules {
    /// Prepares rules.
    pub(super) fn new(rules: &[TypeRule]) -> Self {
        let prepare = |phrases: &[String]| phrases.iter().filter_map(|phrase| Phrase::new(phrase)).collect();
        let prepare = |rule: &TypeRule| Type {
            fallback: rule.fallback,
            titles: prepare(&rule.titles),
            phrases: prepare(&rule.phrases),
        };
        Self { types: rules.iter().take(usize::from(u16::MAX)).map(prepare).collect() }
    }

    /// Reads a page's text.
    pub(super) fn hits(&self, reading: &Reading) -> Hits {
        let hits = self.types.iter().enumerate().filter_map(|(index, kind)| {
            let hit = kind.read(reading);
            (hit != Hit::default()).then_some((index as u16, hit))
        });
        hits.collect()
    }

    /// What the pages of a document say about each type, in order.
    pub(super) fn findings<'h>(&self, pages: impl Iterator<Item = &'h Hits>) -> Vec<Finding> {
        let mut hits = vec![(Hit::default(), 0u64); self.types.len()];
        for (number, page) in pages.enumerate() {
            for &(index, hit) in page {
                let Some((sum, later)) = hits.get_mut(usize::from(index)) else { continue };
                if number == 0 {
                    *sum = hit;
                } else {
                    *later |= hit.phrases;
                }
            }
        }
        for index in 0..hits.len() {
            if self.is_part_of_another_title(index, &hits) {
                hits[index].0.head = None;
            }
        }
        hits.iter()
            .map(|(hit, later)| Finding {
                title: hit.head.map_or(0.0, |(similarity, _)| similarity),
                below: hit.below,
                phrases: hit.phrases.count_ones(),
                later: (later & !hit.phrases).count_ones(),
            })
            .collect()
    }

    /// The type that a page by itself begins, as [`Self::judge`]: only titles in the head of the page count for it.
    pub(super) fn begins(&self, page: &Hits) -> Option<(usize, f32)> {
        let mut findings = self.findings(std::iter::once(page));
        findings.iter_mut().filter(|finding| finding.title == 0.0).for_each(|finding| *finding = Finding::default());
        self.judge(&findings)
    }

    /// The likeliest type by rules alone: its number, and how sure it is, 0 to 1. `None` if nothing speaks for any. Of
    /// several equally good types the first in order wins. One that is what a document is if it is nothing else comes
    /// after all others that are sure enough by themselves.
    pub(super) fn judge(&self, findings: &[Finding]) -> Option<(usize, f32)> {
        let is_fallback = |index: usize| self.types.get(index).is_some_and(|kind| kind.fallback);
        let own = best(findings, |index| !is_fallback(index));
        match own {
            Some((_, sure)) if sure >= MIN_CONFIDENCE => own,
            // A single phrase of another type says too little to speak against it.
            _ => best(findings, |index| {
                is_fallback(index) || findings.get(index).is_some_and(|finding| score(finding) > ONE_PHRASE)
            })
            .or(own),
        }
    }

    /// The title found is only part of a longer one of another type: `Antrag` in `Antrag auf Verlängerung`.
    fn is_part_of_another_title(&self, index: usize, hits: &[(Hit, u64)]) -> bool {
        let title = |index: usize| {
            let (_, title) = hits[index].0.head?;
            self.types[index].titles.get(usize::from(title))
        };
        let Some(own) = title(index) else { return false };
        (0..hits.len()).filter(|&other| other != index).filter_map(title).any(|t| t.contains(own) && !own.contains(t))
    }
}

/// The best of the types that `take` names.
fn best(findings: &[Finding], take: impl Fn(usize) -> bool) -> Option<(usize, f32)> {
    let mut best = (0.0, 0);
    let mut second = 0.0f32;
    for (index, finding) in findings.iter().enumerate().filter(|&(index, _)| take(index)) {
        let score = score(finding);
        if score > best.0 {
            second = best.0;
            best = (score, index);
        } else {
            second = second.max(score);
        }
    }
    // A rival half as likely takes a quarter, an equal one half.
    (best.0 > 0.0).then(|| (best.1, best.0 * (1.0 - 0.5 * second / best.0)))
}

fn score(finding: &Finding) -> f32 {
    let doubt_of = |share: f32, times: u32| (1.0 - share).powi(times as i32);
    let doubt = (1.0 - TITLE_IN_HEAD * finding.title)
        * doubt_of(TITLE_BELOW, u32::from(finding.below))
        * doubt_of(PHRASE_ON_FIRST_PAGE, finding.phrases)
        * doubt_of(PHRASE_LATER, finding.later);
    1.0 - doubt
}

impl Type {
    fn read(&self, reading: &Reading) -> Hit {
        let mut hit = Hit::default();
        for (index, title) in self.titles.iter().enumerate().take(usize::from(u16::MAX)) {
            match reading.heading(title) {
                Some(Place::Head(similarity)) => {
                    // Of equally similar titles the longer says more.
                    let better = |(best, at): (f32, u16)| {
                        let part = || self.titles.get(usize::from(at)).is_some_and(|other| title.contains(other));
                        similarity > best || (similarity == best && part())
                    };
                    if hit.head.is_none_or(better) {
                        hit.head = Some((similarity, index as u16));
                    }
                }
                Some(Place::Below) => hit.below = true,
                None => {}
            }
        }
        for (index, phrase) in self.phrases.iter().enumerate() {
            if reading.has(phrase) {
                hit.phrases |= 1 << index.min(63);
            }
        }
        hit
    }
}
