//! What classification is worth, in figures.

use std::collections::BTreeMap;

use crate::assemble::UNKNOWN_TYPE;

/// What was said of a document whose type is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its type; [`UNKNOWN_TYPE`]: it is of none of the types.
    pub truth: String,
    /// The likeliest type, if any.
    pub likeliest: Option<String>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
}

/// A share of a count, with the interval in which the true share lies with a probability of 95 %.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
}

/// The figures of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeFigures {
    /// Its name.
    pub name: String,
    /// Of the documents that are said to be of this type, those that are.
    pub precision: Share,
    /// Of the documents of this type, those that are said to be.
    pub recall: Share,
    /// Documents of this type without an answer.
    pub abstained: usize,
}

/// The figures of a set of documents at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// An answer less sure than this is none.
    pub threshold: f32,
    /// Of the types that documents have or are said to have, by name.
    pub types: Vec<TypeFigures>,
    /// How often documents of one type (first) got an answer (second; [`UNKNOWN_TYPE`] is none).
    pub confusion: BTreeMap<(String, String), usize>,
    /// Of the documents that have a type, those without an answer.
    pub abstention: Share,
    /// Of the answers, the wrong ones; an answer about a document of no type is wrong.
    pub error: Share,
    /// Of the documents of no type, those that got an answer.
    pub foreign_answered: Share,
}

impl Share {
    /// The share, 0 to 1; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }

    /// The interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    /// (1927), for 95 %.
    pub fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.959_963_984_540_054;
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (self.of as f64, self.count as f64 / self.of as f64);
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
    }
}

impl TypeFigures {
    /// Harmonic mean of precision and recall; 0 if the type was never named rightly.
    pub fn f1(&self) -> f64 {
        let sum = self.precision.of + self.recall.of;
        if sum == 0 { 0.0 } else { 2.0 * self.recall.count as f64 / sum as f64 }
    }
}

impl Figures {
    /// Counts. An answer that is less sure than `threshold` is none.
    pub fn of(answers: &[Answer], threshold: f32) -> Self {
        let mut confusion: BTreeMap<(String, String), usize> = BTreeMap::new();
        for answer in answers {
            let said = answer.likeliest.as_deref().filter(|_| answer.confidence >= threshold);
            let said = said.unwrap_or(UNKNOWN_TYPE).to_owned();
            *confusion.entry((answer.truth.clone(), said)).or_default() += 1;
        }
        let count = |which: &dyn Fn(&str, &str) -> bool| -> usize {
            confusion.iter().filter(|((truth, said), _)| which(truth, said)).map(|(_, count)| count).sum()
        };
        let mut names: Vec<&String> = confusion.keys().flat_map(|(truth, said)| [truth, said]).collect();
        names.sort();
        names.dedup();
        let types = names.into_iter().filter(|name| *name != UNKNOWN_TYPE).map(|name| {
            let right = count(&|truth, said| truth == name && said == name);
            TypeFigures {
                name: name.clone(),
                precision: Share { count: right, of: count(&|_, said| said == name) },
                recall: Share { count: right, of: count(&|truth, _| truth == name) },
                abstained: count(&|truth, said| truth == name && said == UNKNOWN_TYPE),
            }
        });
        Self {
            threshold,
            types: types.collect(),
            abstention: Share {
                count: count(&|truth, said| truth != UNKNOWN_TYPE && said == UNKNOWN_TYPE),
                of: count(&|truth, _| truth != UNKNOWN_TYPE),
            },
            error: Share {
                count: count(&|truth, said| said != UNKNOWN_TYPE && said != truth),
                of: count(&|_, said| said != UNKNOWN_TYPE),
            },
            foreign_answered: Share {
                count: count(&|truth, said| truth == UNKNOWN_TYPE && said != UNKNOWN_TYPE),
                of: count(&|truth, _| truth == UNKNOWN_TYPE),
            },
            confusion,
        }
    }

    /// Mean F1 of the types that documents have. A document without an answer is one that its type has lost.
    pub fn macro_f1(&self) -> f64 {
        mean(self.types.iter().filter(|of| of.recall.of > 0).map(TypeFigures::f1))
    }

    /// As [`Self::macro_f1`], among the answers only.
    pub fn macro_f1_of_answers(&self) -> f64 {
        let answered = self.types.iter().filter(|of| of.recall.of > of.abstained);
        mean(answered.map(|of| {
            let recall = Share { of: of.recall.of - of.abstained, ..of.recall };
            TypeFigures { recall, ..of.clone() }.f1()
        }))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The lowest threshold at which at most the share `error_rate` of the answers is wrong; `None` if there is none. Each
/// answer is its confidence, the chance that it is wrong (0 or 1 where that is known), and how much it counts.
pub fn threshold_for(answers: &[(f32, f32, f32)], error_rate: f32) -> Option<f32> {
    let mut sorted = answers.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut wrong, mut all, mut lowest) = (0.0f64, 0.0f64, None);
    // Answers that are equally sure stand or fall together.
    for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
        for (_, is_wrong, weight) in equal {
            all += f64::from(*weight);
            wrong += f64::from(*is_wrong) * f64::from(*weight);
        }
        if wrong <= f64::from(error_rate) * all {
            lowest = Some(equal[0].0);
        }
    }
    lowest
}
