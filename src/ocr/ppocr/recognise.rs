//! What a crop says: the recogniser and its widths.

use crate::infer::{ModelFolder, Network, NetworkFile};
use crate::ocr::OcrError;

use super::crop::{Crop, HEIGHT};
use super::ctc::{self, Glyph};

/// Pixels of a crop to a step of the network.
pub(super) const STEP_PX: usize = 8;
/// Crops are padded to a multiple of this: the network prepares itself for each new width, about 15 ms once.
const BUCKET_PX: usize = 64;

/// Text recognition for crops of any width.
pub(super) struct Recogniser {
    network: Network,
    alphabet: Vec<String>,
}

impl Recogniser {
    pub(super) fn open(models: &ModelFolder) -> Result<Self, OcrError> {
        let alphabet = models.alphabet().map_err(crate::infer::InferError::from)?;
        // Open width: compiling a network for each of some twenty widths would cost seconds at the start of every
        // worker, and buys a few per cent.
        let network = Network::open(models, NetworkFile::Recogniser, [Some(1), Some(1), Some(HEIGHT as u32), None])?;
        Ok(Self { network, alphabet })
    }

    /// The character of a glyph's class.
    pub(super) fn symbol(&self, glyph: &Glyph) -> &str {
        self.alphabet.get(glyph.class).map_or("", String::as_str)
    }

    /// The glyphs of each crop, in the order of the crops.
    pub(super) fn read(&mut self, crops: &[Crop]) -> Result<Vec<Vec<Glyph>>, OcrError> {
        // Equal widths one after another: a change of width costs about a millisecond.
        let mut order: Vec<usize> = (0..crops.len()).collect();
        order.sort_by_key(|&i| crops[i].width);
        let mut lines = vec![Vec::new(); crops.len()];
        for i in order {
            lines[i] = self.read_one(&crops[i])?;
        }
        Ok(lines)
    }

    fn read_one(&mut self, crop: &Crop) -> Result<Vec<Glyph>, OcrError> {
        let padded = crop.width.next_multiple_of(BUCKET_PX);
        let output = self.network.run((padded as u32, HEIGHT as u32), |input| {
            // What lies beyond the crop stays 0, middle grey, as in the network's training.
            let rows = crop.pixels.chunks_exact(crop.width.max(1));
            for (values, row) in input.chunks_exact_mut(padded).zip(rows) {
                for (value, &grey) in values.iter_mut().zip(row) {
                    *value = f32::from(grey) / 127.5 - 1.0;
                }
            }
        })?;
        let classes = output.shape().last().copied().unwrap_or_default();
        if classes != self.alphabet.len() {
            return Err(OcrError::Alphabet { classes, symbols: self.alphabet.len() });
        }
        let mut glyphs = ctc::decode(output.values()?, classes);
        glyphs.retain(|glyph| glyph.first * STEP_PX < crop.width);
        Ok(glyphs)
    }
}
