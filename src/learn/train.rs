//! From samples to a model.

use rayon::prelude::*;

use crate::assemble::UNKNOWN_TYPE;
use crate::assemble::model::{Finding, Model, ModelError, Parts, Trust};

use super::calibrate::{Unseen, calibrate};
use super::figures::{Answer, Figures};
use super::folds::{FOLDS, folds};
use super::logistic::{FitParams, Row, Weights, fit, logits};
use super::sample::Sample;
use super::select::{MIN_SAMPLES, Selection};

/// Fewest samples of a type: one to learn from, one to measure.
const MIN_OF_TYPE: usize = 2;

/// Parts into which the types are dealt, each of which is kept from one model, to learn how documents of none of the
/// types look to it.
const TYPE_FOLDS: usize = 4;

/// Where samples of no type are given, the part of the foreign documents for which whole types stand that a model was kept
/// from. They are the harder ones: a type often has a sibling (parts I and II of one certificate), which strangers have not.
const SIBLING_SHARE: f32 = 0.2;

/// How much the thinned copy of a sample counts in the fit, the sample itself being 1. With it a model does not lean on few
/// features: on wordings that training had not seen, a third less was left open at the same share of wrong answers.
const THINNED_WEIGHT: f32 = 0.7;

/// How a model is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainParams {
    /// Share of the answers that may be wrong, 0 to 1, as the model believes itself: sets its own threshold.
    pub error_rate: f32,
    /// Share of documents of none of the types that the model is prepared for, 0 to 1.
    pub foreign_share: f32,
}

impl Default for TrainParams {
    fn default() -> Self {
        Self { error_rate: 0.01, foreign_share: 0.05 }
    }
}

/// A model, and what is known of it.
#[derive(Debug)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// Each type with the number of its samples, by name.
    pub types: Vec<(String, usize)>,
    /// Buckets that have weights.
    pub features: usize,
    /// Of the samples, each classified by a model that had not seen it nor what looks like it, with the rules that were
    /// given.
    pub figures: Figures,
}

/// There is no model to be had.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Nothing to tell apart.
    #[error("there must be samples of at least two types, found {0}")]
    TooFewTypes(usize),
    /// A type with too few samples.
    #[error("type \"{name}\" has {count} sample, at least {MIN_OF_TYPE} are needed, 5 to 10 are a good start")]
    TooFewSamples {
        /// Its name.
        name: String,
        /// How many it has.
        count: usize,
    },
    /// Something in the samples cannot be in a model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Trains a model. `rule_types` are the names of the types whose findings the samples hold.
///
/// # Errors
/// Too few samples, or a type whose name cannot be part of a file name.
pub fn train(samples: &[Sample], rule_types: &[String], params: &TrainParams) -> Result<Trained, TrainError> {
    let mut names: Vec<&String> = samples.iter().map(|sample| &sample.type_name).collect();
    names.sort();
    names.dedup();
    let classes: Vec<usize> =
        samples.iter().map(|sample| names.binary_search(&&sample.type_name).unwrap_or_default()).collect();
    let size = |class: usize| classes.iter().filter(|&&other| other == class).count();
    if names.iter().filter(|name| **name != UNKNOWN_TYPE).count() < 2 {
        return Err(TrainError::TooFewTypes(names.len()));
    }
    if let Some(class) = (0..names.len()).find(|&class| size(class) < MIN_OF_TYPE) {
        return Err(TrainError::TooFewSamples { name: names[class].clone(), count: size(class) });
    }
    let school = School { samples, classes: &classes, names: &names, rule_types };
    let (last, asked) = school.teach(params);
    let known = asked.iter().filter(|(_, unseen)| unseen.right.is_some() && !unseen.thinned);
    let unseen: Vec<&Unseen> = asked.iter().map(|(_, unseen)| unseen).collect();
    let with_rules = calibrate(&unseen, true, params.error_rate);
    let alone = calibrate(&unseen, false, params.error_rate);
    let calibration = if rule_types.is_empty() { &alone } else { &with_rules };
    let candidates = school.candidates(&[]);
    let said = known.map(|(sample, unseen)| {
        let judged = calibration.judge(&unseen.types, unseen.known);
        let likeliest = judged.and_then(|judged| candidates.get(judged.best).cloned());
        Answer {
            truth: samples[*sample].type_name.clone(),
            likeliest,
            confidence: judged.map_or(0.0, |judged| judged.confidence),
        }
    });
    let figures = Figures::of(&said.collect::<Vec<_>>(), calibration.threshold);
    let mut fingerprints: Vec<u64> = samples.iter().map(|sample| sample.fingerprint).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let features = last.selection.buckets.len();
    let sizes = (0..names.len()).map(|class| (names[class].clone(), size(class))).collect();
    let (scales, weights) = quantised(&last, last.classes.len());
    let parts = Parts {
        types: last.classes.iter().map(|&class| names[class].clone()).collect(),
        bias: last.weights.bias,
        trust: last.trust,
        rows: last.selection.buckets,
        scales,
        weights,
        known: last.known,
        alone,
        with_rules,
        samples: fingerprints,
    };
    Ok(Trained { model: Model::new(parts)?, types: sizes, features, figures })
}

/// Who is taught, and of what.
struct School<'s> {
    samples: &'s [Sample],
    /// For each sample its type, as a place in `names`.
    classes: &'s [usize],
    names: &'s [&'s String],
    rule_types: &'s [String],
}

/// A model before it is packed.
struct Pupil {
    selection: Selection,
    /// Classes in the order of its weights.
    classes: Vec<usize>,
    weights: Weights,
    /// For each of `classes`.
    trust: Vec<Trust>,
    known: Vec<u32>,
}

/// What one model is kept from.
#[derive(Clone, Copy)]
enum Kept {
    Nothing,
    /// The samples of this fold.
    Fold(usize),
    /// The types of this part.
    Types(usize),
}

impl School<'_> {
    /// Teaches the model that is shipped, and those that tell how far it is to be believed: what they say of each sample
    /// that they were kept from.
    fn teach(&self, params: &TrainParams) -> (Pupil, Vec<(usize, Unseen)>) {
        let folds = folds(self.samples, self.classes);
        let lessons = (0..FOLDS).map(Kept::Fold).chain((0..TYPE_FOLDS).map(Kept::Types)).collect::<Vec<_>>();
        let learn = |kept: &Kept| self.learn(|sample| self.is_kept(sample, kept, &folds));
        let (last, said) = rayon::join(
            || learn(&Kept::Nothing),
            || {
                let said = lessons.par_iter().map(|kept| {
                    let pupil = learn(kept);
                    let asked = (0..self.samples.len()).filter(|&sample| self.is_kept(sample, kept, &folds));
                    asked
                        .flat_map(|sample| {
                            [false, true].map(|thinned| (sample, self.ask(&pupil, sample, kept, thinned)))
                        })
                        .collect::<Vec<_>>()
                });
                said.collect::<Vec<_>>()
            },
        );
        let mut said: Vec<(usize, Unseen)> = said.into_iter().flatten().collect();
        self.weigh_foreign(&mut said, params.foreign_share);
        (last, said)
    }

    /// Gives what is of no type the share of all that the line is expected to have of it: samples of no type, and beside
    /// them the types that a model was kept from.
    fn weigh_foreign(&self, said: &mut [(usize, Unseen)], foreign_share: f32) {
        let is_stranger = |sample: usize| self.names[self.classes[sample]] == UNKNOWN_TYPE;
        let mut counts = [0.0f32; 2];
        let foreign = |(sample, unseen): &(usize, Unseen)| unseen.right.is_none().then(|| is_stranger(*sample));
        said.iter().filter_map(foreign).for_each(|stranger| counts[usize::from(stranger)] += 1.0);
        let whole = foreign_share / (1.0 - foreign_share).max(0.01) * self.samples.len() as f32;
        let of_types = if counts[1] > 0.0 { SIBLING_SHARE } else { 1.0 };
        let weights = [whole * of_types / counts[0].max(1.0), whole * (1.0 - of_types) / counts[1].max(1.0)];
        for one in said {
            if let Some(stranger) = foreign(one) {
                one.1.weight = weights[usize::from(stranger)];
            }
        }
    }

    fn is_kept(&self, sample: usize, kept: &Kept, folds: &[usize]) -> bool {
        match kept {
            Kept::Nothing => false,
            Kept::Fold(fold) => folds[sample] == *fold,
            Kept::Types(part) => self.is_of_part(self.classes[sample], *part),
        }
    }

    /// Documents of no type are foreign to every model; the folds ask about them.
    fn is_of_part(&self, class: usize, part: usize) -> bool {
        class % TYPE_FOLDS == part && self.names[class] != UNKNOWN_TYPE
    }

    /// Fits a model to the samples that it is not kept from. Documents of no type teach it nothing (as a class of their own
    /// they would draw in whatever is worded in a new way), only how far to be believed.
    fn learn(&self, is_kept: impl Fn(usize) -> bool) -> Pupil {
        let is_foreign = |sample: usize| self.names[self.classes[sample]] == UNKNOWN_TYPE;
        let seen: Vec<usize> = (0..self.samples.len()).filter(|&s| !is_kept(s) && !is_foreign(s)).collect();
        let mut classes: Vec<usize> = seen.iter().map(|&sample| self.classes[sample]).collect();
        classes.sort_unstable();
        classes.dedup();
        let place = |sample: usize| classes.binary_search(&self.classes[sample]).unwrap_or_default();
        let samples: Vec<(&Sample, usize)> = seen.iter().map(|&s| (&self.samples[s], place(s))).collect();
        let selection = Selection::of(&samples, classes.len());
        let mut sizes = vec![0usize; classes.len()];
        samples.iter().for_each(|(_, class)| sizes[*class] += 1);
        let rows: Vec<Row> = samples
            .iter()
            .flat_map(|&(sample, class)| {
                // Between counting samples and counting types: a type of few samples is heard, and one of many matters.
                let weight = 1.0 / (sizes[class] as f32).sqrt();
                let whole = Row { entries: selection.row(sample), class, weight };
                [whole, Row { entries: selection.row(&sample.thinned()), class, weight: THINNED_WEIGHT * weight }]
            })
            .collect();
        let weights = fit(&rows, selection.buckets.len(), classes.len(), &FitParams::default());
        let trust = classes.iter().map(|&class| self.trust(class, &samples, &sizes)).collect();
        Pupil { selection, classes, weights, trust, known: known(&samples) }
    }

    /// How far the rules of a class are to be trusted, by what they find in the samples, whose classes have `sizes`.
    fn trust(&self, class: usize, samples: &[(&Sample, usize)], sizes: &[usize]) -> Trust {
        let name = self.names[class];
        let Some(rule) = self.rule_types.iter().position(|other| other == name) else { return Trust::default() };
        // What a document that is of it has of findings, and what those of all other types have, each type one document.
        let share = |found: &dyn Fn(&Finding) -> f32| {
            let (mut own, mut others) = (0.0f32, 0.0f32);
            for (sample, class) in samples {
                let count = sample.findings.get(rule).map_or(0.0, found) / sizes[*class] as f32;
                if sample.type_name == *name { own += count } else { others += count }
            }
            // A rule that finds nothing anywhere is believed.
            (own + 0.1) / (own + others + 0.1)
        };
        Trust { titles: share(&|finding| finding.title), phrases: share(&|finding| finding.phrases.min(4) as f32) }
    }

    /// What a model says of a sample that it was kept from, whole or thinned.
    fn ask(&self, pupil: &Pupil, sample: usize, kept: &Kept, thinned: bool) -> Unseen {
        let foreign = match kept {
            Kept::Types(part) => (0..self.names.len()).filter(|&class| self.is_of_part(class, *part)).collect(),
            Kept::Nothing | Kept::Fold(_) => Vec::new(),
        };
        let mut scores = vec![0.0; pupil.classes.len()];
        let thin;
        let sample = match thinned {
            true => {
                thin = self.samples[sample].thinned();
                &thin
            }
            false => &self.samples[sample],
        };
        logits(&pupil.selection.row(sample), &pupil.weights.weights, &pupil.weights.bias, &mut scores);
        let candidates = self.candidates(&foreign);
        let score = |name: &String| {
            let class = self.names.binary_search(&name).ok()?;
            pupil.classes.binary_search(&class).ok().map(|place| scores[place])
        };
        let finding = |name: &String| {
            let rule = self.rule_types.iter().position(|other| other == name)?;
            let class = self.names.binary_search(&name).ok();
            let trust =
                class.and_then(|class| pupil.classes.binary_search(&class).ok()).map(|place| pupil.trust[place]);
            Some(sample.findings.get(rule)?.terms(&trust.unwrap_or_default()))
        };
        let types: Vec<(f32, [f32; 4])> = candidates
            .iter()
            .map(|name| (score(name).unwrap_or_default(), finding(name).unwrap_or_default()))
            .collect();
        let known = sample.words.iter().filter(|word| pupil.known.binary_search(word).is_ok()).count();
        Unseen {
            types,
            right: candidates.iter().position(|name| *name == sample.type_name),
            known: if sample.words.is_empty() { 1.0 } else { known as f32 / sample.words.len() as f32 },
            weight: 0.5,
            thinned,
        }
    }

    /// All types, of rules and of samples, but those that are kept from the model.
    fn candidates(&self, foreign: &[usize]) -> Vec<String> {
        let mut all: Vec<String> = self.rule_types.to_vec();
        let more = self.names.iter().filter(|name| !self.rule_types.contains(name) && **name != UNKNOWN_TYPE);
        all.extend(more.map(|&name| name.clone()));
        all.retain(|name| !foreign.iter().any(|&class| self.names[class] == name));
        all
    }
}

/// Buckets of words that enough samples have.
fn known(samples: &[(&Sample, usize)]) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    for (sample, _) in samples {
        let mut own = sample.words.clone();
        own.sort_unstable();
        own.dedup();
        all.extend(own);
    }
    all.sort_unstable();
    all.chunk_by(|a, b| a == b).filter(|equal| equal.len() >= MIN_SAMPLES as usize).map(|equal| equal[0]).collect()
}

/// Weights as bytes, with a scale for each row; the rarity of a feature goes into its scale.
fn quantised(pupil: &Pupil, classes: usize) -> (Vec<f32>, Vec<i8>) {
    let mut scales = Vec::with_capacity(pupil.selection.buckets.len());
    let mut weights = Vec::with_capacity(pupil.weights.weights.len());
    for (row, factor) in pupil.weights.weights.chunks_exact(classes).zip(&pupil.selection.factors) {
        let largest = row.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
        let step = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        weights.extend(row.iter().map(|weight| (weight * step).round() as i8));
        scales.push(largest * factor);
    }
    (scales, weights)
}
