//! What OCR reads: lines of words with places and confidences.

use serde::{Deserialize, Serialize};

use super::Quad;

/// A run of characters without a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The characters, NFC.
    pub text: String,
    /// Where the word stands.
    pub quad: Quad,
    /// 0 to 1: the engine's estimate that the word is right.
    pub confidence: f32,
}

/// Words on one base line, in reading direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// Where the line stands.
    pub quad: Quad,
    /// At least one word.
    pub words: Vec<Word>,
    /// This line begins a new block (column, paragraph, table cell group): a reader sees a gap before it.
    pub starts_block: bool,
}

impl TextLine {
    /// The words joined by blanks.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|w| w.text.as_str()).collect();
        words.join(" ")
    }
}
