//! From scores and findings to the likeliest type and how sure it is.

/// Terms of [`Calibration::confidence`].
pub(super) const TERMS: usize = 6;

/// What rules found for one type in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Finding {
    /// Similarity of a title in the head of the first page, 0 to 1; 0 if there is none.
    pub title: f32,
    /// A title stands further down.
    pub below: bool,
    /// Phrases on the first page.
    pub phrases: u32,
    /// Other phrases on later pages.
    pub later: u32,
}

/// How scores of the model and findings of rules become a confidence. Fitted on documents that the fitted model had not
/// seen, whole layouts and whole types among them (`learn`).
///
/// The scores become odds by two experts that are multiplied (G. Hinton, "Products of experts", ICANN 1999): the logit of
/// a type is `scale · score + Σ weight · finding`. How far the odds can be believed is a second, logistic step (J. Platt,
/// "Probabilistic outputs for support vector machines", 1999) that also sees how foreign the document is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Weight of the model's scores.
    pub scale: f32,
    /// Weights of the findings: title, title below, each phrase of the first page, each later one.
    pub findings: [f32; 4],
    /// Weights of the terms of the confidence.
    pub confidence: [f32; TERMS],
    /// A type less sure than this is not named, unless the pipeline says otherwise.
    pub threshold: f32,
}

impl Default for Calibration {
    /// Before anything is fitted: odds as they are.
    fn default() -> Self {
        Self { scale: 1.0, findings: [0.0; 4], confidence: [0.0, 1.0, 0.0, 0.0, 0.0, 0.0], threshold: 0.8 }
    }
}

/// How far what rules find for a type is to be trusted: of all findings for it, those in documents that are of it, types
/// taken for equally frequent. `Sehr geehrte` stands in letters, and in much else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trust {
    /// In its titles, 0 to 1.
    pub titles: f32,
    /// In its phrases, 0 to 1.
    pub phrases: f32,
}

/// Of a type that training has not seen: its rules are believed.
impl Default for Trust {
    fn default() -> Self {
        Self { titles: 1.0, phrases: 1.0 }
    }
}

/// The likeliest type of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Position in the list of types.
    pub best: usize,
    /// What the confidence is made of.
    pub terms: [f32; TERMS],
    /// 0 to 1.
    pub confidence: f32,
}

/// Phrases of a type that count: a type of many phrases has more chances than one of few.
const MAX_PHRASES: u32 = 4;

impl Finding {
    /// As the terms of a logit: title, title below, phrases of the first page, of later ones.
    pub fn terms(&self, trust: &Trust) -> [f32; 4] {
        let Trust { titles, phrases } = trust;
        let first = self.phrases.min(MAX_PHRASES);
        let later = self.later.min(MAX_PHRASES - first);
        let below = f32::from(u8::from(self.below));
        [titles * self.title, titles * below, phrases * first as f32, phrases * later as f32]
    }
}

impl Calibration {
    /// The logit of a type.
    pub fn logit(&self, score: f32, findings: &[f32; 4]) -> f32 {
        let found: f32 = self.findings.iter().zip(findings).map(|(weight, term)| weight * term).sum();
        self.scale * score + found
    }

    /// The likeliest type. `types` has score and findings ([`Finding::terms`]) of each; `known` is the share of the document's words that
    /// training has seen, 0 to 1. `None` if there are no types.
    pub fn judge(&self, types: &[(f32, [f32; 4])], known: f32) -> Option<Judgement> {
        let logits: Vec<f32> = types.iter().map(|(score, findings)| self.logit(*score, findings)).collect();
        let best = (0..logits.len()).reduce(|best, other| if logits[other] > logits[best] { other } else { best })?;
        let terms = terms(&logits, types, best, known);
        Some(Judgement { best, terms, confidence: self.believe(&terms) })
    }

    /// The confidence that these terms make.
    pub fn believe(&self, terms: &[f32; TERMS]) -> f32 {
        let logit: f32 = self.confidence.iter().zip(terms).map(|(weight, term)| weight * term).sum();
        // Never NaN, whatever a file says: a model's numbers are bounded.
        1.0 / (1.0 + (-logit.clamp(-30.0, 30.0)).exp())
    }
}

/// One; the log odds of the best type; how much speaks for it by itself (the odds tell only that others have less);
/// how foreign the words are; whether its title was found; whether that of another type was.
fn terms(logits: &[f32], types: &[(f32, [f32; 4])], best: usize, known: f32) -> [f32; TERMS] {
    let top = logits[best];
    let others: f32 = (0..logits.len()).filter(|&other| other != best).map(|other| (logits[other] - top).exp()).sum();
    let odds = -others.max(1e-9).ln();
    let middle = logits.iter().sum::<f32>() / logits.len() as f32;
    let title = |index: usize| types[index].1[0];
    let rival = (0..types.len()).filter(|&other| other != best).map(title).fold(0.0, f32::max);
    let alone = (top - middle).clamp(0.0, 20.0) / 4.0;
    [1.0, odds.clamp(-8.0, 12.0), alone, 1.0 - known.clamp(0.0, 1.0), title(best), rival]
}
