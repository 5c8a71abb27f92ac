#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::model::PixelBox;

const PAGE: (u32, u32) = (2480, 3508);

/// A run of words at `x`, `y` (middle), 32 high, 16 to a character, on a page skewed by `skew`.
fn run(text: &str, x: f32, y: f32, skew: f32) -> TextLine {
    let level = Level::of(PAGE, Degrees(skew));
    let quad = |left: f32, chars: usize| {
        let at = |v: f32, half: u32| v - half as f32;
        let (left, top) = (at(left, PAGE.0 / 2), at(y - 16.0, PAGE.1 / 2));
        level.quad(&Span { left, top, right: left + 16.0 * chars as f32, bottom: top + 32.0 })
    };
    let mut at = x;
    let words = text.split(' ').map(|word| {
        let quad = quad(at, word.chars().count());
        at += 16.0 * (word.chars().count() + 1) as f32;
        Word { text: word.to_owned(), quad, confidence: 1.0 }
    });
    TextLine { words: words.collect(), quad: quad(x, text.chars().count()), starts_block: false }
}

/// Shuffles the runs (by a fixed stride), orders them, and gives the lines' texts, a block's first after a `*`.
fn read(runs: &[(&str, f32, f32)], skew: f32) -> Vec<String> {
    let mut shuffled: Vec<TextLine> = runs.iter().map(|&(text, x, y)| run(text, x, y, skew)).collect();
    shuffled.rotate_left(runs.len() / 3);
    shuffled.reverse();
    let mark = |line: &TextLine| if line.starts_block { "*" } else { "" };
    order(shuffled, PAGE, Degrees(skew)).iter().map(|line| format!("{}{}", mark(line), line.text())).collect()
}

#[test]
fn a_table_is_read_row_by_row() {
    let mut runs = vec![("Pos", 300.0, 500.0), ("Artikel", 500.0, 500.0), ("Preis", 1900.0, 500.0)];
    let rows = [
        ("1", "Ordner", "2,00"),
        ("2", "Locher für vier Löcher", "17,50"),
        ("3", "Heftklammern", "0,99"),
        ("4", "Stempel", "8,00"),
    ];
    for (i, (pos, item, price)) in rows.into_iter().enumerate() {
        let y = 560.0 + 60.0 * i as f32;
        runs.extend([(pos, 300.0, y), (item, 500.0, y + 3.0), (price, 1900.0, y - 3.0)]);
    }
    for skew in [0.0, 3.0, -4.0] {
        let read = read(&runs, skew);
        assert_eq!(read[0], "*Pos Artikel Preis");
        assert_eq!(read[2], "2 Locher für vier Löcher 17,50");
        assert_eq!(read.len(), 5);
    }
}

#[test]
fn columns_of_prose_are_read_one_after_the_other() {
    let mut runs = vec![("Amtsblatt der Gemeinde – Öffentliche Bekanntmachungen", 300.0, 300.0)];
    let left = [
        "eins zwei drei vier fünf sechs sieben acht",
        "neun zehn elf zwölf dreizehn vierzehn und",
        "fünfzehn sechzehn siebzehn achtzehn neun",
        "zwanzig einundzwanzig und zweiundzwanzig",
        "Ende links",
    ];
    let right = [
        "alpha beta gamma delta epsilon zeta eta th",
        "iota kappa lambda my ny xi omikron pi rho",
        "sigma tau ypsilon phi chi psi omega alpha",
        "Schluss der Spalte rechts, noch eine Zeile",
    ];
    // In step and out of step.
    for shift in [0.0, 21.0] {
        let mut runs_here = runs.clone();
        runs_here.extend(left.iter().enumerate().map(|(i, &t)| (t, 300.0, 420.0 + 50.0 * i as f32)));
        runs_here.extend(right.iter().enumerate().map(|(i, &t)| (t, 1100.0, 420.0 + shift + 50.0 * i as f32)));
        for skew in [0.0, -2.0] {
            let read = read(&runs_here, skew);
            let wanted: Vec<&str> = runs_here.iter().map(|r| r.0).collect();
            let plain: Vec<&str> = read.iter().map(|l| l.trim_start_matches('*')).collect();
            assert_eq!(plain, wanted);
            assert!(read[1].starts_with('*') && read[6].starts_with('*'), "{read:?}");
        }
    }
    runs.clear();
}

#[test]
fn an_address_is_read_before_the_reference_block_beside_it() {
    let runs = [
        ("Amt für Muster · Beispielweg 1 · 00000 Musterstadt", 300.0, 400.0),
        ("Frau", 300.0, 500.0),
        ("Erika Musterfrau", 300.0, 555.0),
        ("Beispielallee 12", 300.0, 610.0),
        ("00000 Musterstadt", 300.0, 665.0),
        ("Unser Zeichen: X 1/20", 1500.0, 490.0),
        ("Bearbeitung: Muster", 1500.0, 536.0),
        ("Zimmer: 12", 1500.0, 582.0),
        ("Durchwahl: 0000/1", 1500.0, 628.0),
        ("Datum: 1. Mai 2020", 1500.0, 674.0),
        ("Ihr Antrag vom 1. April 2020", 300.0, 860.0),
        ("Sehr geehrte Frau Musterfrau,", 300.0, 960.0),
    ];
    let read = read(&runs, 1.0);
    let plain: Vec<&str> = read.iter().map(|l| l.trim_start_matches('*')).collect();
    assert_eq!(plain, runs.map(|r| r.0));
    assert!(read[5].starts_with('*') && read[10].starts_with('*') && !read[3].starts_with('*'), "{read:?}");
}

#[test]
fn labels_are_read_with_their_values() {
    let runs = [
        ("Name:", 300.0, 500.0),
        ("Erika Musterfrau", 1200.0, 500.0),
        ("Geburtsdatum:", 300.0, 560.0),
        ("1. Januar 1970", 1200.0, 560.0),
        ("Staatsangehörigkeit:", 300.0, 620.0),
        ("deutsch", 1200.0, 620.0),
    ];
    assert_eq!(
        read(&runs, -1.5),
        ["*Name: Erika Musterfrau", "Geburtsdatum: 1. Januar 1970", "Staatsangehörigkeit: deutsch"]
    );
}

#[test]
fn paragraphs_begin_blocks() {
    let runs = [
        ("eins", 300.0, 300.0),
        ("zwei", 300.0, 345.0),
        ("drei", 300.0, 390.0),
        ("neu", 300.0, 480.0),
        ("und", 300.0, 525.0),
    ];
    assert_eq!(read(&runs, 0.0), ["*eins", "zwei", "drei", "*neu", "und"]);
}

#[test]
fn a_joined_line_lies_around_its_words() {
    let lines = vec![run("links", 300.0, 700.0, 5.0), run("rechts", 1900.0, 700.0, 5.0)];
    let joined = order(lines, PAGE, Degrees(5.0));
    assert_eq!(joined.len(), 1);
    let (first, last) = (joined[0].words[0].quad.0[0], joined[0].words[1].quad.0[2]);
    assert!((joined[0].quad.0[0].x - first.x).abs() < 0.1 && (joined[0].quad.0[0].y - first.y).abs() < 0.1);
    assert!((joined[0].quad.0[2].x - last.x).abs() < 0.1 && (joined[0].quad.0[2].y - last.y).abs() < 0.1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Whatever the boxes (also turned inside out, huge, or not numbers), every word comes out once.
    #[test]
    fn no_word_is_lost(
        boxes in prop::collection::vec((prop::num::f32::ANY, -100f32..3000.0, 0f32..900.0, -5f32..60.0, any::<bool>()), 0..80),
        skew in prop::num::f32::ANY,
    ) {
        let lines: Vec<TextLine> = boxes
            .iter()
            .enumerate()
            .map(|(i, &(wild, x, w, h, tame))| {
                let y = if tame { (i * 37 % 700) as f32 } else { wild };
                let quad = Quad::from_box(PixelBox { x0: x, y0: y, x1: x + w, y1: y + h });
                TextLine { quad, words: vec![Word { text: i.to_string(), quad, confidence: 1.0 }], starts_block: false }
            })
            .collect();
        let ordered = order(lines.clone(), PAGE, Degrees(skew));
        let mut words: Vec<Word> = ordered.into_iter().flat_map(|line| line.words).collect();
        words.sort_by_key(|word| word.text.parse::<usize>().unwrap());
        let names = |words: Vec<Word>| words.into_iter().map(|w| w.text).collect::<Vec<_>>();
        prop_assert_eq!(names(words), names(lines.into_iter().flat_map(|line| line.words).collect()));
    }
}
