//! Rules alone, and rules beside a model.

use super::*;
use crate::assemble::paper::sheet;
use crate::model::{PixelBox, Quad, QuarterTurn, TextLine, Word};

/// A page of 1000 by 1000 pixels with lines at the given heights; those less than 40 pixels below another belong to
/// its paragraph. A bar is a wide gap.
fn page(lines: &[(f32, &str)]) -> PageRecord {
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
    PageRecord { lines: lines.iter().map(line).collect(), ..sheet(1000, 1000, 100.0) }
}

fn matcher() -> Matcher {
    let rule = |name: &str, titles: &[&str], phrases: &[&str]| TypeRule {
        name: name.into(),
        titles: titles.iter().map(|&t| t.into()).collect(),
        phrases: phrases.iter().map(|&p| p.into()).collect(),
        fallback: false,
    };
    Matcher::new(&[
        rule("Antrag", &["Antrag"], &["hiermit beantrage ich", "Unterschrift des Antragstellers"]),
        rule("Verlängerung", &["Antrag auf Verlängerung"], &[]),
        rule("Bescheid", &["Bescheid"], &["Rechtsbehelfsbelehrung", "ergeht folgender Bescheid"]),
        TypeRule { fallback: true, ..rule("Brief", &[], &["Sehr geehrte", "Mit freundlichen Grüßen"]) },
    ])
}

fn name(pages: &[PageRecord]) -> String {
    let matcher = matcher();
    let evidence: Vec<Evidence> = pages.iter().map(|page| matcher.evidence(page)).collect();
    matcher.classify(evidence.iter()).type_name
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
        (&[(100.0, "Ihr Antrag auf Verlängerung")], UNKNOWN_TYPE),
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

#[test]
fn a_letter_is_what_is_nothing_else() {
    let letter = [(300.0, "Sehr geehrte Frau Beispiel,"), (900.0, "Mit freundlichen Grüßen")];
    for (more, expected) in [
        (&[][..], "Brief"),
        (&[(100.0, "Bescheid")], "Bescheid"),
        (&[(600.0, "Die Rechtsbehelfsbelehrung liegt bei.")], "Brief"),
        (&[(600.0, "Es ergeht folgender Bescheid."), (700.0, "Rechtsbehelfsbelehrung")], "Bescheid"),
    ] {
        let lines: Vec<(f32, &str)> = letter.iter().chain(more).copied().collect();
        assert_eq!(name(&[page(&lines)]), expected, "{lines:?}");
    }
}
