//! What a crop says: the recogniser and its widths.

use crate::infer::{ModelFolder, Network, NetworkFile};
use crate::ocr::OcrError;

use super::crop::{Crop, HEIGHT};
use super::ctc::{self, Glyph};
use super::ink::Ink;

/// Pixels of a crop to a step of the network.
pub(super) const STEP_PX: usize = 8;
/// Crops up to the second number are padded to a multiple of the first, longer ones of the third: the network prepares
/// itself for each new width, which takes about 15 ms once.
const BUCKETS_PX: (usize, usize, usize) = (64, 512, 128);
/// Longer lines are read in pieces; a line across A4 has up to 1,800.
const LONGEST_PX: usize = 2048;
/// The widest gap in half a line of that length is one between words, unless it is narrower than this.
const MIN_BLANK_PX: usize = 6;

/// Text recognition for crops of any width, by one of the two recognisers.
pub(super) struct Recogniser {
    network: Network,
    alphabet: Vec<String>,
}

impl Recogniser {
    pub(super) fn open(models: &ModelFolder, file: NetworkFile) -> Result<Self, OcrError> {
        let alphabet = models.alphabet().map_err(crate::infer::InferError::from)?;
        // Open width: compiling a network for each of some twenty widths would cost seconds at the start of every
        // worker, and buys a few per cent.
        let network = Network::open(models, file, [Some(1), Some(1), Some(HEIGHT as u32), None])?;
        Ok(Self { network, alphabet })
    }

    /// The character of a glyph's class.
    pub(super) fn symbol(&self, glyph: &Glyph) -> &str {
        self.alphabet.get(glyph.class).map_or("", String::as_str)
    }

    /// The glyphs of each crop, in the order of the crops.
    pub(super) fn read(&mut self, crops: &[Crop]) -> Result<Vec<Vec<Glyph>>, OcrError> {
        let mut pieces: Vec<(usize, Piece)> = Vec::new();
        for (line, crop) in crops.iter().enumerate() {
            pieces.extend(cut_up(crop).into_iter().map(|piece| (line, piece)));
        }
        // Equal widths one after another: a change of width costs about a millisecond.
        pieces.sort_by_key(|(line, piece)| (piece.padded(), *line, piece.first));
        let mut lines = vec![Vec::new(); crops.len()];
        let blank = self.alphabet.iter().position(|symbol| symbol == " ").unwrap_or_default();
        for (line, piece) in pieces {
            if piece.after_blank {
                // Just before the piece's own first step, so that the order by steps keeps it there.
                let step = (piece.first / STEP_PX).saturating_sub(1);
                lines[line].push(Glyph { class: blank, first: step, last: step, probability: 1.0 });
            }
            lines[line].extend(self.read_piece(&crops[line], piece)?);
        }
        for line in &mut lines {
            line.sort_by_key(|glyph: &Glyph| glyph.first);
        }
        Ok(lines)
    }

    fn read_piece(&mut self, crop: &Crop, piece: Piece) -> Result<Vec<Glyph>, OcrError> {
        let padded = piece.padded();
        let output = self.network.run((padded as u32, HEIGHT as u32), |input| {
            // What lies beyond the piece stays 0, middle grey, as in the network's training.
            let rows = crop.pixels.chunks_exact(crop.width.max(1));
            for (values, row) in input.chunks_exact_mut(padded).zip(rows) {
                for (value, &grey) in values.iter_mut().zip(&row[piece.first..piece.end]) {
                    *value = f32::from(grey) / 127.5 - 1.0;
                }
            }
        })?;
        let classes = output.shape().last().copied().unwrap_or_default();
        if classes != self.alphabet.len() {
            return Err(OcrError::Alphabet { classes, symbols: self.alphabet.len() });
        }
        let mut glyphs = ctc::decode(output.values()?, classes);
        glyphs.retain(|glyph| glyph.first * STEP_PX < piece.end - piece.first);
        for glyph in &mut glyphs {
            glyph.first += piece.first / STEP_PX;
            glyph.last += piece.first / STEP_PX;
        }
        Ok(glyphs)
    }
}

/// The columns `first..end` of a crop; `first` is a multiple of [`STEP_PX`].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    first: usize,
    end: usize,
    /// It was cut off in a gap between words, whose blank no piece shows.
    after_blank: bool,
}

impl Piece {
    /// Width with padding.
    fn padded(self) -> usize {
        let (fine, up_to, coarse) = BUCKETS_PX;
        let width = self.end - self.first;
        width.next_multiple_of(if width <= up_to { fine } else { coarse })
    }
}

/// Cuts a crop into pieces of at most [`LONGEST_PX`], each in the widest gap of the ink in its second half: a longer
/// line is not squeezed, and the number of widths that the network prepares itself for has a limit.
fn cut_up(crop: &Crop) -> Vec<Piece> {
    if crop.width <= LONGEST_PX {
        return vec![Piece { first: 0, end: crop.width, after_blank: false }];
    }
    let ink = Ink::of(crop);
    let mut pieces = Vec::new();
    let (mut first, mut after_blank) = (0, false);
    while crop.width - first > LONGEST_PX {
        let gap = ink.widest_gap(first + LONGEST_PX / 2, first + LONGEST_PX);
        let end = gap.0.midpoint(gap.1) / STEP_PX * STEP_PX;
        pieces.push(Piece { first, end, after_blank });
        (first, after_blank) = (end, gap.1 - gap.0 >= MIN_BLANK_PX);
    }
    pieces.push(Piece { first, end: crop.width, after_blank });
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white crop with ink in the columns of which `is_ink` says so, in its middle rows.
    fn crop(width: usize, is_ink: impl Fn(usize) -> bool) -> Crop {
        let is_ink = |i: usize| is_ink(i % width) && (15..30).contains(&(i / width));
        Crop { width, pixels: (0..width * HEIGHT).map(|i| if is_ink(i) { 0 } else { 255 }).collect() }
    }

    #[test]
    fn a_line_of_usual_length_stays_whole() {
        assert_eq!(cut_up(&crop(900, |_| true)), [Piece { first: 0, end: 900, after_blank: false }]);
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        let pieces = cut_up(&crop(3000, |x| x % 100 < 80));
        assert!(pieces.len() >= 2);
        assert!(
            pieces[1..].iter().all(|piece| piece.after_blank && piece.first % 100 >= 72 && piece.first % STEP_PX == 0),
            "{pieces:?}"
        );
    }

    #[test]
    fn pieces_cover_the_line_and_have_a_limit() {
        for width in [LONGEST_PX, LONGEST_PX + 1, 5000, 40_000] {
            let pieces = cut_up(&crop(width, |_| true));
            assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].first));
            assert_eq!((pieces[0].first, pieces[pieces.len() - 1].end), (0, width));
            assert!(pieces.iter().all(|piece| piece.end - piece.first <= LONGEST_PX));
        }
    }
}
