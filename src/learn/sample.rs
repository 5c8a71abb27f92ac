//! A document whose type is known, reduced to what training needs.

use crate::assemble::model::{Finding, LATER_PAGES, PageFeatures, fingerprint};
use crate::assemble::{Evidence, Matcher};
use crate::model::PageRecord;

/// Share of its features and findings that a thinned document keeps. With a half, confidence on wordings that training had
/// not seen was what it says; without thinning it was too low, with 0.3 too high (docs/classify.md).
const KEPT: f32 = 0.5;

/// A document whose type is known. Its text is not kept.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its type.
    pub type_name: String,
    /// Samples of equal groups look alike (one form, one sender): they are never on both sides of a cross-validation.
    /// `None`: training finds out.
    pub group: Option<String>,
    /// Bucket and value, as a document: the first page, and the later ones with less weight.
    pub(super) entries: Vec<(u32, f32)>,
    /// Buckets of its different words, ascending, page by page.
    pub(super) words: Vec<u32>,
    /// What rules say of it.
    pub(super) findings: Vec<Finding>,
    /// Names it among the samples of a model.
    pub fingerprint: u64,
}

impl Sample {
    /// Reads a document; `rules` are those of the pipeline, without a model. `None` if it has no page that is not blank.
    pub fn read(type_name: &str, group: Option<String>, pages: &[PageRecord], rules: &Matcher) -> Option<Self> {
        let read: Vec<&PageRecord> = pages.iter().filter(|page| !page.blank.is_blank).collect();
        let features: Vec<PageFeatures> = read.iter().map(|page| PageFeatures::of(page)).collect();
        let (first, later) = features.split_first()?;
        let share = LATER_PAGES / later.len().max(1) as f32;
        let mut entries = first.entries.clone();
        entries.extend(later.iter().flat_map(|page| &page.entries).map(|&(bucket, value)| (bucket, share * value)));
        // A stable sort: sums are made in the order of the pages.
        entries.sort_by_key(|&(bucket, _)| bucket);
        entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        let evidence: Vec<Evidence> = pages.iter().map(|page| rules.evidence(page)).collect();
        Some(Self {
            type_name: type_name.to_owned(),
            group,
            entries,
            words: features.iter().flat_map(|page| page.words.iter().copied()).collect(),
            findings: rules.findings(evidence.iter()),
            fingerprint: fingerprint(&features),
        })
    }

    /// The same document in other words, as far as that can be had without them: a part of its features and findings.
    /// Which ones depends on the sample only.
    pub(super) fn thinned(&self) -> Self {
        let dice = |thing: u64| {
            let mut mixed =
                (self.fingerprint ^ thing.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            mixed ^= mixed >> 33;
            (mixed.wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 40) as f32 / (1u64 << 24) as f32
        };
        let kept = |thing: u64| dice(thing) < KEPT;
        let findings = self.findings.iter().enumerate().map(|(kind, finding)| {
            let base = (1 << 40) + 64 * kind as u64;
            let thin = |count: u32, at: u64| {
                (0..count.min(20)).filter(|&each| kept(base + at + u64::from(each))).count() as u32
            };
            Finding {
                title: if kept(base) { finding.title } else { 0.0 },
                below: finding.below && kept(base + 1),
                phrases: thin(finding.phrases, 2),
                later: thin(finding.later, 32),
            }
        });
        Self {
            findings: findings.collect(),
            entries: self.entries.iter().filter(|(bucket, _)| kept(u64::from(*bucket))).copied().collect(),
            ..self.clone()
        }
    }
}
