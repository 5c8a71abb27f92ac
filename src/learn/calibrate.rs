//! How far a model is to be believed, learned from what it said of samples that it had not seen.

use super::figures::threshold_for;
use crate::assemble::model::Calibration;

/// What was said of a sample that the model had not seen.
pub(super) struct Unseen {
    /// Score and terms of the findings of each type that was in question.
    pub(super) types: Vec<(f32, [f32; 4])>,
    /// Which of them is right; `None`: its type was kept from the model, or it has none.
    pub(super) right: Option<usize>,
    /// Share of its words that training had seen.
    pub(super) known: f32,
    /// How much it counts.
    pub(super) weight: f32,
    /// It was asked about with a part of its words only.
    pub(super) thinned: bool,
}

/// What is believed before the samples speak, and how many samples' worth: scores as they are, a title in its place as
/// strong as in the rules.
const PRIOR: [f64; 5] = [1.0, 3.0, 0.5, 0.7, 0.3];
const PRIOR_SAMPLES: f64 = 2.0;

/// As [`PRIOR`], of the terms of the confidence.
const BELIEF: [f64; 6] = [-0.5, 0.8, 0.3, -1.0, 0.5, -0.5];
const BELIEF_SAMPLES: f64 = 2.0;

/// Steps of Newton's method; it needs fewer than ten.
const STEPS: usize = 30;

/// No model of ours names a type that it takes for rather wrong than right, however few errors were seen.
const MIN_THRESHOLD: f32 = 0.5;

/// Fits a calibration. Its threshold is the lowest, but not below [`MIN_THRESHOLD`], at which the answers are wrong at most
/// in the share `error_rate` of cases, as far as they are believed.
pub(super) fn calibrate(unseen: &[&Unseen], with_rules: bool, error_rate: f32) -> Calibration {
    let mut calibration = odds(unseen, with_rules);
    let judged: Vec<([f32; 6], bool, f32)> = unseen
        .iter()
        .filter_map(|sample| {
            let types: Vec<(f32, [f32; 4])> = match with_rules {
                true => sample.types.clone(),
                false => sample.types.iter().map(|(score, _)| (*score, [0.0; 4])).collect(),
            };
            let judged = calibration.judge(&types, sample.known)?;
            Some((judged.terms, sample.right == Some(judged.best), sample.weight))
        })
        .collect();
    calibration.confidence = belief(&judged).map(|weight| weight as f32);
    // By what is believed and not by what was wrong: a single form that stands alone in its type, and is taken for another
    // with confidence as often as it comes, would leave nothing but the threshold 1.
    let believed = judged.iter().map(|(terms, _, weight)| (calibration.believe(terms), *weight));
    let answers: Vec<_> = believed.map(|(confidence, weight)| (confidence, 1.0 - confidence, weight)).collect();
    calibration.threshold = threshold_for(&answers, error_rate).unwrap_or(1.0).max(MIN_THRESHOLD);
    calibration
}

/// Weights of scores and findings that make the right types likeliest: the conditional logit model of D. McFadden (1974),
/// with a normal prior.
fn odds(unseen: &[&Unseen], with_rules: bool) -> Calibration {
    let mut weights = PRIOR;
    let terms = |(score, findings): &(f32, [f32; 4])| {
        let [title, below, first, later] = findings.map(f64::from);
        [f64::from(*score), title, below, first, later]
    };
    for _ in 0..STEPS {
        let mut gradient = [0.0; 5];
        let mut curve = [[0.0; 5]; 5];
        for place in 0..5 {
            gradient[place] = PRIOR_SAMPLES * (weights[place] - PRIOR[place]);
            curve[place][place] = PRIOR_SAMPLES;
        }
        for (sample, right) in unseen.iter().filter_map(|sample| Some((sample, sample.right?))) {
            let types: Vec<[f64; 5]> = sample.types.iter().map(terms).collect();
            let logits: Vec<f64> = types.iter().map(|terms| product(&weights, terms)).collect();
            let top = logits.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = logits.iter().map(|logit| (logit - top).exp()).sum();
            let mut mean = [0.0; 5];
            let weight = f64::from(sample.weight);
            for (terms, logit) in types.iter().zip(&logits) {
                let chance = (logit - top).exp() / sum;
                for a in 0..5 {
                    mean[a] += chance * terms[a];
                    (0..5).for_each(|b| curve[a][b] += weight * chance * terms[a] * terms[b]);
                }
            }
            for a in 0..5 {
                gradient[a] += weight * (mean[a] - types[right][a]);
                (0..5).for_each(|b| curve[a][b] -= weight * mean[a] * mean[b]);
            }
        }
        if !with_rules {
            for place in 1..5 {
                (gradient[place], curve[place]) = (0.0, [0.0; 5]);
                curve[place][place] = 1.0;
                curve[0][place] = 0.0;
            }
        }
        let step = solve(curve, gradient);
        for place in 0..5 {
            // No finding of a type speaks against it.
            weights[place] = (weights[place] - step[place]).max(0.01);
        }
    }
    let [scale, findings @ ..] = weights.map(|weight| weight as f32);
    Calibration { scale, findings: if with_rules { findings } else { [0.0; 4] }, ..Calibration::default() }
}

/// Weights of the terms of the confidence: logistic regression with a normal prior. Each sample is terms, whether the
/// answer was right, and how much it counts.
fn belief(judged: &[([f32; 6], bool, f32)]) -> [f64; 6] {
    let mut weights = BELIEF;
    for _ in 0..STEPS {
        let mut gradient = [0.0; 6];
        let mut curve = [[0.0; 6]; 6];
        for place in 0..6 {
            gradient[place] = BELIEF_SAMPLES * (weights[place] - BELIEF[place]);
            curve[place][place] = BELIEF_SAMPLES;
        }
        for (terms, right, weight) in judged {
            let (terms, weight) = (terms.map(f64::from), f64::from(*weight));
            let chance = 1.0 / (1.0 + (-product(&weights, &terms)).exp());
            for a in 0..6 {
                gradient[a] += weight * (chance - f64::from(u8::from(*right))) * terms[a];
                (0..6).for_each(|b| curve[a][b] += weight * chance * (1.0 - chance) * terms[a] * terms[b]);
            }
        }
        let step = solve(curve, gradient);
        // A step of Newton's may overshoot where the curve is flat.
        let longest = step.iter().map(|s| s.abs()).fold(0.0, f64::max);
        let share = (2.0 / longest.max(2.0)).min(1.0);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= share * step);
    }
    // More odds, fewer foreign words: never less sure.
    for (place, sign) in [(1, 1.0), (2, 1.0), (3, -1.0), (4, 1.0), (5, -1.0)] {
        weights[place] = sign * (sign * weights[place]).max(0.0);
    }
    weights
}

fn product<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `matrix · x = right` for a positive definite matrix, by elimination.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for column in 0..N {
        for row in column + 1..N {
            let times = matrix[row][column] / matrix[column][column];
            let pivot = matrix[column];
            matrix[row].iter_mut().zip(pivot).skip(column).for_each(|(value, pivot)| *value -= times * pivot);
            right[row] -= times * right[column];
        }
    }
    for column in (0..N).rev() {
        let known: f64 = (column + 1..N).map(|place| matrix[column][place] * right[place]).sum();
        right[column] = (right[column] - known) / matrix[column][column];
    }
    right
}
