//! A page as numbers: words, pairs of words, parts of words, headings and layout, each a bucket of a fixed table.
//!
//! Nothing of the text is kept. Digits become shapes, so that no number, date or case number is a feature; words fall
//! into [`BUCKETS`] buckets, each shared by many words. What only a few samples have is left out in training.

use super::super::reading::Reading;
use super::layout::measures;
use crate::model::PageRecord;

/// Buckets into which features fall. Small enough that several words of the language share each (a model cannot be
/// searched for a name), large enough that the words of a page seldom meet.
pub const BUCKETS: usize = 1 << 18;

/// Letters of the parts of words: long enough to hold a stem, short enough that most survive one wrong letter.
const PART_LETTERS: usize = 4;

/// Longest word in letters; what is longer is no word.
const MAX_WORD: usize = 40;

/// Most letters of a page that are looked at: some five densely printed pages.
const MAX_LETTERS: usize = 30_000;

/// A kind of feature. Each is scaled to a length of its own, so that a long text does not drown its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A word.
    Word,
    /// Two words beside each other.
    Pair,
    /// Four letters of a word.
    Part,
    /// A word of a line that looks like a heading in the head of the page.
    Heading,
    /// Two words beside each other in a heading.
    HeadingPair,
    /// Four letters of a word in a heading.
    HeadingPart,
    /// The number of a section of a law.
    Section,
    /// A measure of the layout.
    Layout,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Word,
        Self::Pair,
        Self::Part,
        Self::Heading,
        Self::HeadingPair,
        Self::HeadingPart,
        Self::Section,
        Self::Layout,
    ];

    /// Length of this kind's part of a page's vector. What other wordings and other forms change first counts least: pairs and
    /// layouts. What they keep counts most: stems, which German hides in compounds. Chosen on wordings that training had not
    /// seen.
    fn length(self) -> f32 {
        match self {
            Self::Part => 1.8,
            Self::Word => 1.0,
            Self::Heading | Self::HeadingPart | Self::Section => 0.8,
            Self::Pair => 0.4,
            Self::HeadingPair => 0.3,
            Self::Layout => 0.1,
        }
    }
}

/// What a page looks like to the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFeatures {
    /// Bucket (below [`BUCKETS`], ascending, each once) and value.
    pub entries: Vec<(u32, f32)>,
    /// Buckets of its different words, ascending: how many of them training has seen tells how foreign it is.
    pub words: Vec<u32>,
}

impl PageFeatures {
    /// The features of a page; none of one without text and picture.
    pub fn of(record: &PageRecord) -> Self {
        Self::read(record, &Reading::of(record))
    }

    /// As [`Self::of`], of a page whose text is read already.
    pub(in super::super) fn read(record: &PageRecord, reading: &Reading) -> Self {
        let mut found = Found::default();
        let mut before: Option<(u64, usize)> = None;
        let mut word = Vec::with_capacity(MAX_WORD);
        let mut budget = MAX_LETTERS;
        for token in reading.tokens() {
            if token.letters.len() > budget {
                break;
            }
            budget -= token.letters.len();
            shape(token.letters, &mut word);
            let whole = hash(&word);
            let is_word = word.len() >= 3 && word.iter().all(|letter| letter.is_alphabetic());
            found.add(Kind::Word, whole);
            if is_word {
                found.words.push(bucket(Kind::Word, whole));
            }
            if let Some((left, _)) = before {
                found.add(Kind::Pair, pair(left, whole));
            }
            if token.in_heading {
                found.add(Kind::Heading, whole);
                if let Some((left, _)) = before.filter(|&(_, line)| line == token.line) {
                    found.add(Kind::HeadingPair, pair(left, whole));
                }
            }
            if is_word {
                let (mut padded, len) = ([' '; MAX_WORD + 2], word.len().min(MAX_WORD));
                padded[1..=len].copy_from_slice(&word[..len]);
                for part in padded[..len + 2].windows(PART_LETTERS) {
                    let part = hash(part);
                    found.add(Kind::Part, part);
                    if token.in_heading {
                        found.add(Kind::HeadingPart, part);
                    }
                }
            }
            before = Some((whole, token.line));
        }
        for section in sections(record) {
            found.add(Kind::Section, section);
        }
        for (name, level) in measures(record, reading) {
            found.add(Kind::Layout, pair(u64::from(name), u64::from(level)));
        }
        found.finish()
    }
}

/// Features as they are met.
#[derive(Default)]
struct Found {
    /// Kind and bucket.
    met: Vec<(Kind, u32)>,
    words: Vec<u32>,
}

impl Found {
    fn add(&mut self, kind: Kind, hash: u64) {
        self.met.push((kind, bucket(kind, hash)));
    }

    /// Counts, dampens and scales them.
    fn finish(mut self) -> PageFeatures {
        self.met.sort_unstable();
        let mut entries: Vec<(u32, f32)> = Vec::with_capacity(self.met.len());
        for kind in Kind::ALL {
            let of_kind = self.met.chunk_by(|a, b| a == b).filter(|met| met[0].0 == kind);
            let start = entries.len();
            // A word that stands ten times says little more than one that stands three times.
            entries.extend(of_kind.map(|met| (met[0].1, 1.0 + (met.len() as f32).ln())));
            let length = entries[start..].iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
            entries[start..].iter_mut().for_each(|(_, value)| *value *= kind.length() / length);
        }
        entries.sort_by_key(|&(bucket, _)| bucket);
        entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.words.sort_unstable();
        self.words.dedup();
        PageFeatures { entries, words: self.words }
    }
}

/// A word as it becomes a feature: letters stay; a word with a digit becomes its shape, unless it is so short that it
/// can be no one's number (`b1`).
fn shape(letters: &[char], word: &mut Vec<char>) {
    word.clear();
    let numeric = letters.iter().filter(|letter| letter.is_numeric()).count();
    if numeric == 0 || (letters.len() == 2 && numeric == 1) {
        word.extend(letters.iter().take(MAX_WORD));
    } else if numeric == letters.len() {
        word.extend(letters.iter().take(12).map(|_| '0'));
    } else {
        word.extend(letters.iter().take(MAX_WORD).map(|letter| if letter.is_numeric() { '0' } else { 'x' }));
        word.dedup();
    }
}

/// Numbers of sections of laws behind a `§` (`§ 60a`): they name the matter, and nobody.
fn sections(record: &PageRecord) -> impl Iterator<Item = u64> {
    record.lines.iter().flat_map(|line| {
        line.words.iter().enumerate().filter_map(|(place, word)| {
            let own = word.text.strip_prefix('§')?.trim_start_matches('§');
            let text = if own.is_empty() { line.words.get(place + 1)?.text.as_str() } else { own };
            let digits = text.chars().take_while(char::is_ascii_digit).count();
            let number: Vec<char> = text
                .chars()
                .take(digits)
                .chain(text.chars().skip(digits).take(1).filter(char::is_ascii_lowercase))
                .collect();
            (1..=4).contains(&digits).then(|| hash(&number))
        })
    })
}

// Hashing: the rotate, xor and multiply of Firefox's table hash, a murmur finaliser behind it. Part of the file format.

const FACTOR: u64 = 0x517c_c1b7_2722_0a95;

fn step(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(FACTOR)
}

fn hash(letters: &[char]) -> u64 {
    letters.iter().fold(0, |hash, &letter| step(hash, u64::from(u32::from(letter))))
}

fn pair(left: u64, right: u64) -> u64 {
    step(step(FACTOR, left), right)
}

fn bucket(kind: Kind, hash: u64) -> u32 {
    let mut mixed = step(hash, kind as u64 + 1);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((mixed ^ (mixed >> 33)) as usize % BUCKETS) as u32
}
