//! The type of a document: by the rules of the pipeline, by a trained model, or by both.

mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::TypeRule;
use super::matching::normalise;
use super::model::{Finding, Model, PageFeatures, PageScores, Trust};
use super::reading::Reading;
use crate::model::PageRecord;
use rules::{Hits, MIN_CONFIDENCE, Rules};

/// The type of a document whose type is in doubt; part of file names, so German. A folder of this name among the samples
/// of training holds documents of none of the types.
pub const UNKNOWN_TYPE: &str = "unbekannt";

/// What a page says about the types: a few numbers, no text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    hits: Hits,
    scores: PageScores,
}

/// How documents get their types.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifyRules {
    /// The trained model, if there is one.
    pub model: Option<Arc<Model>>,
    /// A type less sure than this is not named; `None`: the model's own threshold, or that of the rules.
    pub threshold: Option<f32>,
    /// Whether a person has to look at a document whose type is in doubt before it goes on.
    pub hold: bool,
}

/// The type of a document, and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Its name; [`UNKNOWN_TYPE`] if none is sure enough.
    pub type_name: String,
    /// 0 to 1. With a model: the probability that the likeliest type is the right one. Of an unknown type: the confidence
    /// that was not enough.
    pub confidence: f32,
    /// The type is in doubt, and the pipeline wants a person to look.
    pub in_doubt: bool,
}

/// What is behind a [`Verdict`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion<'m> {
    /// The likeliest type, sure or not; `None` if nothing speaks for any, or it belongs to none.
    pub likeliest: Option<&'m str>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
}

/// Knows the types.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Those of the rules in order, then those that only the model knows.
    names: Vec<String>,
    rules: Rules,
    /// How many types have rules.
    with_rules: usize,
    /// For each type its number in the model.
    in_model: Vec<Option<usize>>,
    classify: ClassifyRules,
}

impl Matcher {
    /// Prepares rules; of several equally good types the first in order wins.
    pub fn new(types: &[TypeRule]) -> Self {
        Self::with(types, ClassifyRules::default())
    }

    /// Prepares rules and a model. A type that only one of them knows can be named, too.
    pub fn with(types: &[TypeRule], classify: ClassifyRules) -> Self {
        let types = types.get(..types.len().min(usize::from(u16::MAX))).unwrap_or_default();
        let mut names: Vec<String> = types.iter().map(|rule| rule.name.clone()).collect();
        let known = classify.model.as_ref().map(|model| model.types()).unwrap_or_default();
        names.extend(known.iter().filter(|name| !types.iter().any(|rule| rule.name == **name)).cloned());
        let in_model = names.iter().map(|name| known.binary_search(name).ok()).collect();
        Self { names, rules: Rules::new(types), with_rules: types.len(), in_model, classify }
    }

    /// Names of the types that have rules, in order.
    pub fn rule_types(&self) -> &[String] {
        self.names.get(..self.with_rules).unwrap_or_default()
    }

    /// Reads a page.
    pub fn evidence(&self, record: &PageRecord) -> Evidence {
        let knows_nothing = self.names.is_empty() || (record.lines.is_empty() && self.classify.model.is_none());
        if knows_nothing || record.blank.is_blank {
            return Evidence::default();
        }
        let reading = Reading::of(record);
        let scores = self.classify.model.as_ref().map(|model| model.scores(&PageFeatures::read(record, &reading)));
        Evidence { hits: self.rules.hits(&reading), scores: scores.unwrap_or_default() }
    }

    /// What rules found in a document, given what its pages say in order: for each type of the pipeline.
    pub fn findings<'e>(&self, pages: impl Iterator<Item = &'e Evidence>) -> Vec<Finding> {
        self.rules.findings(pages.map(|page| &page.hits))
    }

    /// Names the type of a document, given what its pages say in order.
    pub fn classify<'e>(&self, pages: impl Iterator<Item = &'e Evidence>) -> Verdict {
        let Opinion { likeliest, confidence } = self.opinion(pages);
        let named = likeliest.filter(|_| confidence >= self.threshold());
        Verdict {
            type_name: named.unwrap_or(UNKNOWN_TYPE).to_owned(),
            confidence,
            in_doubt: named.is_none() && self.classify.hold,
        }
    }

    /// The type that a page by itself begins: it has a title where first pages have theirs. Its number among the rules, and
    /// how sure it is, 0 to 1; `None` if no title stands there, or two do.
    pub(super) fn begins(&self, page: &Evidence) -> Option<(usize, f32)> {
        self.rules.begins(&page.hits).filter(|&(_, sure)| sure >= MIN_CONFIDENCE)
    }

    /// The name of a type as the pipeline writes it, however `name` uses case and blanks.
    pub(super) fn known(&self, name: &str) -> Option<&str> {
        let name = normalise(name);
        self.names.iter().map(String::as_str).find(|known| normalise(known) == name)
    }

    /// A type less sure than this is not named.
    pub fn threshold(&self) -> f32 {
        let of_model = self.classify.model.as_ref().map(|model| model.calibration(self.with_rules > 0).threshold);
        self.classify.threshold.or(of_model).unwrap_or(MIN_CONFIDENCE)
    }

    /// The likeliest type of a document, given what its pages say in order, however sure.
    pub fn opinion<'e>(&self, pages: impl Iterator<Item = &'e Evidence>) -> Opinion<'_> {
        let pages: Vec<&Evidence> = pages.collect();
        let findings = self.rules.findings(pages.iter().map(|page| &page.hits));
        let read = self.classify.model.as_ref().and_then(|model| Some((model, pooled(model, &pages)?)));
        let judged = match read {
            None => self.rules.judge(&findings),
            Some((model, (scores, known))) => {
                // A type that the model does not know has the middle of its scores, which is nothing.
                let score =
                    |number: Option<usize>| number.and_then(|number| scores.get(number)).copied().unwrap_or_default();
                let trust = |number: Option<usize>| number.and_then(|number| model.trust().get(number)).copied();
                let found = |index: usize, number: Option<usize>| {
                    let finding: Finding = findings.get(index).copied().unwrap_or_default();
                    finding.terms(&trust(number).unwrap_or(Trust::default()))
                };
                let types = self.in_model.iter().enumerate();
                let types: Vec<(f32, [f32; 4])> =
                    types.map(|(index, &number)| (score(number), found(index, number))).collect();
                let judged = model.calibration(self.with_rules > 0).judge(&types, known);
                judged.map(|judged| (judged.best, judged.confidence))
            }
        };
        let likeliest = judged.and_then(|(best, _)| self.names.get(best)).map(String::as_str);
        let confidence = judged.map_or(0.0, |(_, confidence)| confidence);
        match likeliest {
            // Surely none of the types: no doubt about that, and no confidence in any.
            Some(UNKNOWN_TYPE) | None => Opinion { likeliest: None, confidence: 0.0 },
            likeliest => Opinion { likeliest, confidence },
        }
    }
}

/// The model's scores of a document and the share of its words that training has seen; `None` if no page was read.
fn pooled(model: &Model, pages: &[&Evidence]) -> Option<(Vec<f32>, f32)> {
    let mut read = pages.iter().map(|page| &page.scores).filter(|page| !page.scores.is_empty());
    let first = read.next()?;
    let later: Vec<&PageScores> = read.collect();
    let share = super::model::LATER_PAGES / later.len().max(1) as f32;
    let mut scores: Vec<f32> = first.scores.iter().zip(model.bias()).map(|(score, bias)| score + bias).collect();
    for page in &later {
        scores.iter_mut().zip(&page.scores).for_each(|(sum, score)| *sum += share * score);
    }
    let sum = |count: fn(&PageScores) -> u16| {
        later.iter().fold(u32::from(count(first)), |sum, page| sum + u32::from(count(page)))
    };
    let (known, words) = (sum(|page| page.known), sum(|page| page.words));
    // Of a page without words nothing is foreign: its layout must tell.
    Some((scores, if words == 0 { 1.0 } else { known as f32 / words as f32 }))
}
