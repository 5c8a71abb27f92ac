//! Finding phrases in text that OCR read: approximate search without regard to case, accents and signs.

/// Letters of a phrase that one edit may be spent on: one wrong, lost or added letter in eight. An OCR error rate of
/// one in twenty, which is a bad page, stays well below.
const LETTERS_PER_EDIT: usize = 8;

/// Text made comparable: lower case, umlauts without dots, sharp s as `ss`, a colon a word of its own (it tells the label
/// `An:` from the word), everything else but letters and digits a single blank, a blank at both ends.
pub(super) fn normalise(text: &str) -> Vec<char> {
    let mut normal = vec![' '];
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'à' | 'á' | 'â' => normal.push('a'),
            'ö' | 'ó' | 'ô' => normal.push('o'),
            'ü' | 'ú' | 'û' => normal.push('u'),
            'é' | 'è' | 'ê' => normal.push('e'),
            'ß' => normal.extend(['s', 's']),
            // Combining marks: decomposed umlauts come out like composed ones.
            '\u{300}'..='\u{36f}' | '\u{ad}' => {}
            letter if letter.is_alphanumeric() => normal.push(letter),
            ':' if normal.last() == Some(&' ') => normal.extend([':', ' ']),
            ':' => normal.extend([' ', ':', ' ']),
            _ if normal.last() == Some(&' ') => {}
            _ => normal.push(' '),
        }
    }
    if normal.last() != Some(&' ') {
        normal.push(' ');
    }
    normal
}

/// Whether a normalised text begins with `Ihr`, `Ihre`, `Ihrem` ...: the subject of an answer names what it answers.
pub(super) fn speaks_of_yours(text: &[char]) -> bool {
    let Some(rest) = text.strip_prefix(&[' ', 'i', 'h', 'r']) else { return false };
    let ending: &[char] = rest.split(|&letter| letter == ' ').next().unwrap_or_default();
    matches!(ending, [] | ['e'] | ['e', 'm' | 'n' | 'r' | 's'])
}

/// Which groups of three letters a text has: tells most phrases that are not in it without searching.
#[derive(Clone, Debug)]
pub(super) struct Trigrams(Box<[u64; TRIGRAM_BITS / 64]>);

/// Some 2,000 different groups stand on a dense page; a bit in four is set then, and a phrase of which no part is there
/// passes by chance once in hundreds.
const TRIGRAM_BITS: usize = 1 << 13;

impl Trigrams {
    /// Those of a text, which is normalised.
    pub(super) fn of(text: &[char]) -> Self {
        let mut bits = Box::new([0; TRIGRAM_BITS / 64]);
        for place in places_of_trigrams(text) {
            bits[place / 64] |= 1 << (place % 64);
        }
        Self(bits)
    }

    fn has(&self, place: u16) -> bool {
        let place = usize::from(place) % TRIGRAM_BITS;
        self.0[place / 64] >> (place % 64) & 1 == 1
    }
}

/// Nothing is in an empty text.
impl Default for Trigrams {
    fn default() -> Self {
        Self::of(&[])
    }
}

fn places_of_trigrams(text: &[char]) -> impl Iterator<Item = usize> {
    text.windows(3).map(|letters| {
        let mixed = letters
            .iter()
            .fold(0u32, |mixed, &letter| (mixed.rotate_left(5) ^ u32::from(letter)).wrapping_mul(0x9e37_79b9));
        (mixed >> 16) as usize % TRIGRAM_BITS
    })
}

/// A phrase prepared for searching.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    /// With a blank at both ends, so that it matches whole words; at most 128 characters.
    letters: Vec<char>,
    /// For each different letter the places where it stands, as bits.
    places: Vec<(char, u128)>,
    max_edits: u32,
    /// The trigrams of its parts, of which there is one more than edits: however the edits lie, one part is untouched.
    parts: Vec<Vec<u16>>,
}

impl Phrase {
    /// `None` if the phrase has no letter or digit.
    pub(super) fn new(phrase: &str) -> Option<Self> {
        let mut letters = normalise(phrase);
        letters.truncate(u128::BITS as usize);
        let count = letters.iter().filter(|letter| letter.is_alphanumeric()).count();
        if count == 0 {
            return None;
        }
        let mut places: Vec<(char, u128)> = Vec::new();
        for (place, &letter) in letters.iter().enumerate() {
            match places.iter_mut().find(|(other, _)| *other == letter) {
                Some((_, bits)) => *bits |= 1 << place,
                None => places.push((letter, 1 << place)),
            }
        }
        let max_edits = count / LETTERS_PER_EDIT;
        let bound = |part: usize| part * letters.len() / (max_edits + 1);
        let part = |part: usize| letters.get(bound(part)..bound(part + 1)).unwrap_or_default();
        let trigrams = |number: usize| places_of_trigrams(part(number)).map(|place| place as u16).collect();
        let parts = (0..=max_edits).map(trigrams).collect();
        Some(Self { letters, places, max_edits: max_edits as u32, parts })
    }

    /// Whether the phrase itself speaks of the reader's own paper ([`speaks_of_yours`]).
    pub(super) fn speaks_of_yours(&self) -> bool {
        speaks_of_yours(&self.letters)
    }

    /// Whether the phrase may stand in a text of these trigrams; if not, [`Self::find`] finds nothing in any part of it.
    pub(super) fn may_be_in(&self, text: &Trigrams) -> bool {
        self.parts.iter().any(|part| part.iter().all(|&trigram| text.has(trigram)))
    }

    /// Letters, with the blanks at both ends.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// So many letters of a text can be a match that begins with the text.
    pub(super) fn reach(&self) -> usize {
        self.letters.len() + self.max_edits as usize
    }

    /// Whether this phrase holds the other one.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.letters.windows(other.letters.len()).any(|part| part == other.letters)
    }

    /// Similarity (above 0, 1 for equal) of the best place in `text`, which is normalised; `None` if it is nowhere.
    ///
    /// G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming",
    /// J. ACM 46 (1999), in the form of H. Hyyrö (2003), for a match anywhere in the text.
    pub(super) fn find(&self, text: &[char]) -> Option<f32> {
        let len = self.letters.len();
        let last = 1u128 << (len - 1);
        let (mut plus, mut minus) = (u128::MAX, 0u128);
        let mut edits = len as u32;
        let mut best = edits;
        for &letter in text {
            let equal = self.places.iter().find(|(other, _)| *other == letter).map_or(0, |&(_, bits)| bits);
            let diagonal = (((equal & plus).wrapping_add(plus)) ^ plus) | equal | minus;
            let mut rise = minus | !(diagonal | plus);
            let mut fall = plus & diagonal;
            if rise & last != 0 {
                edits += 1;
            }
            if fall & last != 0 {
                edits -= 1;
            }
            best = best.min(edits);
            rise <<= 1;
            fall <<= 1;
            plus = fall | !(diagonal | rise);
            minus = rise & diagonal;
        }
        (best <= self.max_edits).then(|| 1.0 - best as f32 / len as f32)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook matrix: fewest edits between `phrase` and any part of `text`.
    fn fewest_edits(phrase: &[char], text: &[char]) -> u32 {
        let mut row: Vec<u32> = vec![0; text.len() + 1];
        for (i, p) in phrase.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i as u32 + 1;
            for (j, t) in text.iter().enumerate() {
                let up = row[j + 1];
                row[j + 1] = (diagonal + u32::from(p != t)).min(up + 1).min(row[j] + 1);
                diagonal = up;
            }
        }
        row.into_iter().min().unwrap()
    }

    proptest! {
        #[test]
        fn agrees_with_the_textbook(phrase in "[ab]{1,40}", text in "[ab ]{0,80}") {
            let phrase = Phrase::new(&phrase).unwrap();
            let text = normalise(&text);
            let edits = fewest_edits(&phrase.letters, &text);
            let expected = (edits <= phrase.max_edits).then(|| 1.0 - edits as f32 / phrase.letters.len() as f32);
            prop_assert_eq!(phrase.find(&text), expected);
        }

        #[test]
        fn what_trigrams_rule_out_is_not_there(phrase in "[ab ]{1,40}", text in "[ab ]{0,80}") {
            let text = normalise(&text);
            if let Some(phrase) = Phrase::new(&phrase) {
                prop_assert!(phrase.may_be_in(&Trigrams::of(&text)) || phrase.find(&text).is_none());
            }
        }

        #[test]
        fn normal_text_stays_normal(text in "\\PC{0,80}") {
            let once: String = normalise(&text).into_iter().collect();
            prop_assert_eq!(normalise(&once).into_iter().collect::<String>(), once);
        }
    }

    #[test]
    fn reads_over_what_ocr_gets_wrong_and_not_more() {
        for (phrase, text, found) in [
            ("Antrag", "ANTRAG auf Erteilung", true),
            ("Antrag", "der Beantragung", false),
            ("Antrag", "Anlrag", false),
            ("Aufenthaltserlaubnis", "Erteilung einer Aufenthaltserlauhnis", true),
            ("Aufenthaltserlaubnis", "Aufenthaltsgestattung", false),
            ("Antrag auf Verlängerung", "Antragauf  Verlangerung", true),
            ("Kündigung, Straße", "KUNDIGUNG STRASSE", true),
            ("Bescheid", "", false),
            ("An:", "An : Stadt Musterhausen", true),
            ("An:", "rufen Sie mich bitte an", false),
            ("Vermerk", "Vermerk: Vorsprache", true),
        ] {
            assert_eq!(Phrase::new(phrase).unwrap().find(&normalise(text)).is_some(), found, "{phrase} in {text}");
        }
        assert!(Phrase::new(" -- ").is_none());
    }
}
