//! The trained model at work: a page's features in, a score for each type out.
//!
//! The model is linear: each bucket that training chose has a weight for each type. What makes it a confidence is in
//! [`Calibration`]. Training is the business of another room; the file's form is in [`file`].

mod calibration;
mod features;
mod file;
mod layout;

use std::fmt;

pub use calibration::{Calibration, Finding, Judgement, Trust};
pub use features::{BUCKETS, PageFeatures};
pub use file::ModelError;

use crate::model::Digest;

/// Share with which the pages behind the first one, all together, speak for a document's type.
pub const LATER_PAGES: f32 = 0.5;

/// Most types of a model.
pub const MAX_TYPES: usize = 500;

/// Most buckets that have weights.
pub const MAX_ROWS: usize = 16_384;

/// What a page says to the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageScores {
    /// For each type of the model, in its order.
    pub scores: Vec<f32>,
    /// Different words of the page, and how many of them training has seen.
    pub words: u16,
    /// At most `words`.
    pub known: u16,
}

/// What training found, as a file holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// Names of the types, ascending, each once; each can be part of a file name.
    pub types: Vec<String>,
    /// For each type what it has without any feature.
    pub bias: Vec<f32>,
    /// For each type how far its rules are to be trusted.
    pub trust: Vec<Trust>,
    /// Buckets that have weights, ascending, each once.
    pub rows: Vec<u32>,
    /// For each row its largest weight.
    pub scales: Vec<f32>,
    /// For each row a weight for each type, in 127ths of the row's scale.
    pub weights: Vec<i8>,
    /// Buckets of words that training has seen, ascending, each once.
    pub known: Vec<u32>,
    /// From scores to confidence, without and with the findings of rules.
    pub alone: Calibration,
    /// As `alone`, with rules.
    pub with_rules: Calibration,
    /// Fingerprints of the samples of training, ascending ([`fingerprint`] of each).
    pub samples: Vec<u64>,
}

/// A model, ready for use.
#[derive(Clone)]
pub struct Model {
    parts: Parts,
    digest: Digest,
    /// For each bucket the number of its row, from 1; 0 is none.
    row_of: Vec<u16>,
    /// For each bucket whether a word of it was seen.
    is_known: Vec<bool>,
}

impl Model {
    /// Checks what training or a file says, and prepares it.
    ///
    /// # Errors
    /// Something in it cannot be.
    pub fn new(parts: Parts) -> Result<Self, ModelError> {
        file::check(&parts)?;
        let mut row_of = vec![0u16; BUCKETS];
        for (row, &bucket) in parts.rows.iter().enumerate() {
            if let Some(place) = row_of.get_mut(bucket as usize) {
                *place = row as u16 + 1;
            }
        }
        let mut is_known = vec![false; BUCKETS];
        for &bucket in &parts.known {
            if let Some(place) = is_known.get_mut(bucket as usize) {
                *place = true;
            }
        }
        let digest = Digest::of(&file::encode(&parts));
        Ok(Self { parts, digest, row_of, is_known })
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// It is no model file, one of another version, or damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::new(file::decode(bytes)?)
    }

    /// The bytes of its file.
    pub fn encode(&self) -> Vec<u8> {
        file::encode(&self.parts)
    }

    /// SHA-256 of its file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Names of the types it knows, ascending.
    pub fn types(&self) -> &[String] {
        &self.parts.types
    }

    /// From scores to confidence, without or with the findings of rules.
    pub fn calibration(&self, with_rules: bool) -> &Calibration {
        if with_rules { &self.parts.with_rules } else { &self.parts.alone }
    }

    /// Whether a document of these pages was a sample of its training.
    pub fn has_seen(&self, fingerprint: u64) -> bool {
        self.parts.samples.binary_search(&fingerprint).is_ok()
    }

    /// For each type how far its rules are to be trusted.
    pub fn trust(&self) -> &[Trust] {
        &self.parts.trust
    }

    /// What it has for each type before it sees a page.
    pub fn bias(&self) -> &[f32] {
        &self.parts.bias
    }

    /// What a page says.
    pub fn scores(&self, page: &PageFeatures) -> PageScores {
        let count = self.parts.types.len();
        let mut scores = vec![0.0f32; count];
        for &(bucket, value) in &page.entries {
            let Some(row) = self.row_of.get(bucket as usize).and_then(|&row| usize::from(row).checked_sub(1)) else {
                continue;
            };
            let weights = self.parts.weights.get(row * count..(row + 1) * count).unwrap_or_default();
            let scale = self.parts.scales.get(row).map_or(0.0, |scale| scale / 127.0) * value;
            for (score, &weight) in scores.iter_mut().zip(weights) {
                *score += scale * f32::from(weight);
            }
        }
        let count = |words: usize| u16::try_from(words).unwrap_or(u16::MAX);
        let known = page.words.iter().filter(|&&word| self.is_known.get(word as usize).copied().unwrap_or_default());
        PageScores { scores, words: count(page.words.len()), known: count(known.count()) }
    }
}

/// Equal models have equal files.
impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({} types, {})", self.parts.types.len(), self.digest)
    }
}

/// Names a document by its features: equal readings of equal pages have equal ones. 64 bits of a SHA-256 over numbers
/// that say nothing of the text by themselves.
pub fn fingerprint<'p>(pages: impl IntoIterator<Item = &'p PageFeatures>) -> u64 {
    let mut bytes = Vec::new();
    for page in pages {
        bytes.extend((page.entries.len() as u64).to_le_bytes());
        for (bucket, value) in &page.entries {
            bytes.extend(bucket.to_le_bytes());
            bytes.extend(value.to_bits().to_le_bytes());
        }
    }
    let Digest([a, b, c, d, e, f, g, h, ..]) = Digest::of(&bytes);
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
