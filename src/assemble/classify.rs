//! Types of documents by rules: titles near the top of the first page, phrases anywhere.

use super::TypeRule;
use super::matching::{Phrase, normalise};
use super::reading::{Place, Reading};
use crate::model::PageRecord;

/// The type of a document that no rule is sure of; part of file names, so German.
pub const UNKNOWN_TYPE: &str = "unbekannt";

// How much a finding says by itself; findings of a type add up like independent witnesses. Chosen so that a title in
// its place suffices, one phrase does not, and two phrases on the first page do.
const TITLE_IN_HEAD: f32 = 0.85;
const TITLE_BELOW: f32 = 0.3;
const PHRASE_ON_FIRST_PAGE: f32 = 0.3;
const PHRASE_LATER: f32 = 0.2;

/// A type less sure than this is not named. A tie of two titles stays just below.
const MIN_CONFIDENCE: f32 = 0.45;

/// What a page says about one type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Hit {
    /// Similarity of the best title in the head of the page, 0 to 1, and which title it is.
    head: Option<(f32, u16)>,
    /// A title stands further down.
    below: bool,
    /// Which phrases stand on the page; those from the 65th on share the last bit.
    phrases: u64,
}

/// What a page says about the types: a few bytes for each type that it mentions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence(Vec<(u16, Hit)>);

/// The rules, prepared for searching.
#[derive(Clone, Debug)]
pub struct Matcher {
    types: Vec<Type>,
}

#[derive(Clone, Debug)]
struct Type {
    name: String,
    titles: Vec<Phrase>,
    phrases: Vec<Phrase>,
}

impl Matcher {
    /// Prepares rules; of several equally good types the first in order wins.
    pub fn new(rules: &[TypeRule]) -> Self {
        let prepare = |phrases: &[String]| phrases.iter().filter_map(|phrase| Phrase::new(phrase)).collect();
        let prepare = |rule: &TypeRule| Type {
            name: rule.name.clone(),
            titles: prepare(&rule.titles),
            phrases: prepare(&rule.phrases),
        };
        Self { types: rules.iter().take(usize::from(u16::MAX)).map(prepare).collect() }
    }

    /// Reads a page's text.
    pub fn evidence(&self, record: &PageRecord) -> Evidence {
        if self.types.is_empty() || record.lines.is_empty() {
            return Evidence::default();
        }
        let reading = Reading::of(record);
        let hits = self.types.iter().enumerate().filter_map(|(index, kind)| {
            let hit = kind.read(&reading);
            (hit != Hit::default()).then_some((index as u16, hit))
        });
        Evidence(hits.collect())
    }

    /// Names the type of a document, given what its pages say in order, and how sure it is, 0 to 1.
    pub(super) fn classify<'e>(&self, pages: impl Iterator<Item = &'e Evidence>) -> (String, f32) {
        let mut pages = pages.peekable();
        let first = pages.peek().copied();
        let mut hits = vec![(Hit::default(), 0u64); self.types.len()];
        for (number, page) in pages.enumerate() {
            for &(index, hit) in &page.0 {
                let Some((sum, later)) = hits.get_mut(usize::from(index)) else { continue };
                if number == 0 {
                    *sum = hit;
                } else {
                    *later |= hit.phrases;
                }
            }
        }
        if first.is_none() {
            return (UNKNOWN_TYPE.into(), 0.0);
        }
        for index in 0..hits.len() {
            if self.is_part_of_another_title(index, &hits) {
                hits[index].0.head = None;
            }
        }
        let mut best = (0.0, 0);
        let mut second = 0.0f32;
        for (index, (hit, later)) in hits.iter().enumerate() {
            let score = hit.score(*later);
            if score > best.0 {
                second = best.0;
                best = (score, index);
            } else {
                second = second.max(score);
            }
        }
        // A rival half as likely takes a quarter, an equal one half.
        let confidence = if best.0 > 0.0 { best.0 * (1.0 - 0.5 * second / best.0) } else { 0.0 };
        let named = self.types.get(best.1).filter(|_| confidence >= MIN_CONFIDENCE);
        (named.map_or(UNKNOWN_TYPE, |kind| &kind.name).to_owned(), confidence)
    }

    /// The type that a page by itself begins: it has a title where first pages have theirs. Position among the rules, and
    /// how sure it is, 0 to 1; `None` if no title stands there, or two do.
    pub(super) fn begins(&self, page: &Evidence) -> Option<(usize, f32)> {
        let titled = page.0.iter().filter(|(_, hit)| hit.head.is_some());
        let mut hits = vec![(Hit::default(), 0u64); self.types.len()];
        for &(index, hit) in titled.clone() {
            if let Some((sum, _)) = hits.get_mut(usize::from(index)) {
                *sum = hit;
            }
        }
        let own = |&&(index, _): &&(u16, Hit)| !self.is_part_of_another_title(usize::from(index), &hits);
        let scored = titled.filter(own).map(|&(index, hit)| (usize::from(index), hit.score(0)));
        let (mut best, mut second) = (None, 0.0f32);
        for (index, score) in scored {
            match best {
                Some((_, highest)) if score <= highest => second = second.max(score),
                _ => second = second.max(best.replace((index, score)).map_or(0.0, |(_, lower)| lower)),
            }
        }
        best.map(|(index, score)| (index, score * (1.0 - 0.5 * second / score)))
            .filter(|&(_, sure)| sure >= MIN_CONFIDENCE)
    }

    /// The name of a type as the rules write it, however `name` uses case and blanks.
    pub(super) fn known(&self, name: &str) -> Option<&str> {
        let name = normalise(name);
        self.types.iter().map(|kind| kind.name.as_str()).find(|known| normalise(known) == name)
    }

    /// The title found is only part of a longer one of another type: `Antrag` in `Antrag auf Verlängerung`.
    fn is_part_of_another_title(&self, index: usize, hits: &[(Hit, u64)]) -> bool {
        let title = |index: usize| {
            let (_, title) = hits[index].0.head?;
            self.types[index].titles.get(usize::from(title))
        };
        let Some(own) = title(index) else { return false };
        (0..hits.len()).filter(|&other| other != index).filter_map(title).any(|t| t.contains(own) && !own.contains(t))
    }
}

impl Type {
    fn read(&self, reading: &Reading) -> Hit {
        let mut hit = Hit::default();
        for (index, title) in self.titles.iter().enumerate().take(usize::from(u16::MAX)) {
            match reading.heading(title) {
                Some(Place::Head(similarity)) => {
                    // Of equally similar titles the longer says more.
                    let better = |(best, at): (f32, u16)| {
                        let part = || self.titles.get(usize::from(at)).is_some_and(|other| title.contains(other));
                        similarity > best || (similarity == best && part())
                    };
                    if hit.head.is_none_or(better) {
                        hit.head = Some((similarity, index as u16));
                    }
                }
                Some(Place::Below) => hit.below = true,
                None => {}
            }
        }
        for (index, phrase) in self.phrases.iter().enumerate() {
            if reading.has(phrase) {
                hit.phrases |= 1 << index.min(63);
            }
        }
        hit
    }
}

impl Hit {
    /// The hit of a document's first page, with the phrases of its later pages.
    fn score(&self, later: u64) -> f32 {
        let doubt_of = |share: f32, times: u32| (1.0 - share).powi(times as i32);
        let title = self.head.map_or(0.0, |(similarity, _)| TITLE_IN_HEAD * similarity);
        let doubt = (1.0 - title)
            * doubt_of(TITLE_BELOW, u32::from(self.below))
            * doubt_of(PHRASE_ON_FIRST_PAGE, self.phrases.count_ones())
            * doubt_of(PHRASE_LATER, (later & !self.phrases).count_ones());
        1.0 - doubt
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Blank, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, PixelBox, Placement, Quad, QuarterTurn,
        Resolution, TextLine, Word,
    };

    /// A page of 1000 by 1000 pixels with lines at the given heights; those less than 40 pixels below another belong to
    /// its paragraph. A bar is a wide gap.
    fn page(lines: &[(f32, &str)]) -> PageRecord {
        let digest = Digest::of(b"");
        let starts_block = |y: f32| !lines.iter().any(|&(other, _)| other < y && y < other + 40.0);
        let line = |&(y, text): &(f32, &str)| {
            let quad = Quad::from_box(PixelBox { x0: 100.0, y0: y, x1: 900.0, y1: y + 20.0 });
            let mut x = 100.0;
            let mut word = |text: &str| {
                let width = if text == "|" { 100.0 } else { 10.0 * text.len() as f32 };
                let (x0, x1) = (x, x + width);
                x = x1 + 10.0;
                let quad = Quad::from_box(PixelBox { x0, y0: y, x1, y1: y + 20.0 });
                Word { text: text.into(), quad, confidence: 0.9 }
            };
            let mut words: Vec<Word> = text.split(' ').map(&mut word).collect();
            words.retain(|word| word.text != "|");
            TextLine { quad, words, starts_block: starts_block(y) }
        };
        PageRecord {
            width_px: 1000,
            height_px: 1000,
            resolution: Resolution { x_dpi: 100.0, y_dpi: 100.0, assumed: false },
            colour: ColourMode::Grey,
            placement: Placement::default(),
            skew: Degrees(0.0),
            blank: Blank { is_blank: false, ink_share: 0.1 },
            barcodes: vec![],
            patch_codes: vec![],
            lines: lines.iter().map(line).collect(),
            image: PageImage {
                codec: ImageCodec::Jpeg { components: 1 },
                width_px: 1000,
                height_px: 1000,
                stream: ImageStream::Stored { digest, len: 0 },
                digest,
                original: false,
            },
        }
    }

    fn matcher() -> Matcher {
        let rule = |name: &str, titles: &[&str], phrases: &[&str]| TypeRule {
            name: name.into(),
            titles: titles.iter().map(|&t| t.into()).collect(),
            phrases: phrases.iter().map(|&p| p.into()).collect(),
        };
        Matcher::new(&[
            rule("Antrag", &["Antrag"], &["hiermit beantrage ich", "Unterschrift des Antragstellers"]),
            rule("Verlängerung", &["Antrag auf Verlängerung"], &[]),
            rule("Bescheid", &["Bescheid"], &["Rechtsbehelfsbelehrung", "ergeht folgender Bescheid"]),
        ])
    }

    fn name(pages: &[PageRecord]) -> String {
        let matcher = matcher();
        let evidence: Vec<Evidence> = pages.iter().map(|page| matcher.evidence(page)).collect();
        matcher.classify(evidence.iter()).0
    }

    #[test]
    fn a_title_at_the_top_names_the_type() {
        assert_eq!(name(&[page(&[(80.0, "Stadt Musterhausen"), (300.0, "BESCHEID")])]), "Bescheid");
        assert_eq!(name(&[page(&[(300.0, "Antrag")]), page(&[(300.0, "Rechtsbehelfsbelehrung")])]), "Antrag");
    }

    #[test]
    fn a_longer_title_beats_a_part_of_it() {
        assert_eq!(name(&[page(&[(100.0, "Antrag auf Verlängerung")])]), "Verlängerung");
    }

    #[test]
    fn a_title_is_one_only_where_headings_stand() {
        for (lines, expected) in [
            (&[(100.0, "Bescheid über die Erteilung einer Aufenthaltserlaubnis")][..], "Bescheid"),
            (&[(100.0, "1. Bescheid über die Erteilung einer Aufenthaltserlaubnis")], "Bescheid"),
            (&[(100.0, "Stadt Musterhausen"), (130.0, "– Bescheid –")], "Bescheid"),
            (&[(100.0, "Antrag auf"), (130.0, "Verlängerung der Aufenthaltserlaubnis")], "Verlängerung"),
            (&[(100.0, "Stadt Musterhausen | Bescheid vom 3. Mai")], "Bescheid"),
            (&[(100.0, "Vorgelegt: | Bescheid vom 3. Mai")], UNKNOWN_TYPE),
            (&[(100.0, "3. Mai | Bescheid | 110,00 €")], UNKNOWN_TYPE),
            (&[(100.0, "Ich bitte Sie, den Antrag mit allen Anlagen bald vorzulegen.")], UNKNOWN_TYPE),
            (&[(100.0, "Bitte legen Sie uns den"), (130.0, "Antrag mit allen Anlagen bald vor.")], UNKNOWN_TYPE),
            (&[(100.0, "Bitte legen Sie uns noch vor: den"), (130.0, "Antrag.")], UNKNOWN_TYPE),
        ] {
            assert_eq!(name(&[page(lines)]), expected, "{lines:?}");
        }
    }

    #[test]
    fn weak_or_torn_evidence_names_nothing() {
        assert_eq!(name(&[]), UNKNOWN_TYPE);
        assert_eq!(name(&[page(&[])]), UNKNOWN_TYPE);
        assert_eq!(name(&[page(&[(900.0, "gegen diesen Bescheid")])]), UNKNOWN_TYPE);
        assert_eq!(name(&[page(&[(100.0, "Antrag"), (200.0, "Bescheid")])]), UNKNOWN_TYPE);
    }

    #[test]
    fn phrases_add_up_also_over_a_line_end() {
        let lines = [(500.0, "ergeht folgen-"), (530.0, "der Bescheid"), (800.0, "Rechtsbehelfsbelehrung")];
        assert_eq!(name(&[page(&lines)]), "Bescheid");
    }

    #[test]
    fn the_top_is_that_of_the_upright_page() {
        let mut upside_down = page(&[(800.0, "Bescheid")]);
        assert_eq!(name(&[upside_down.clone()]), UNKNOWN_TYPE);
        upside_down.placement.turn = QuarterTurn::Half;
        assert_eq!(name(&[upside_down]), "Bescheid");
    }
}
