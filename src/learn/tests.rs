//! Training on small made-up sets, and what becomes of a model file that is not as it was written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use proptest::prelude::*;

use super::calibrate::{Unseen, calibrate};
use super::*;
use crate::assemble::model::{Model, PageFeatures, fingerprint};
use crate::assemble::{ClassifyRules, Matcher, TypeRule, UNKNOWN_TYPE, Verdict};
use crate::export::{ExportFormat, Exporter};
use crate::model::{Digest, PageRecord, Placement, QuarterTurn};

/// What documents of three types, and of none of them, say. Each word may stand in a document or not.
const TYPES: [(&str, &str, &str); 3] = [
    (
        "Hundesteuer",
        "Anmeldung zur Hundesteuer",
        "Hund Rasse Halter Halterin gehalten Steuermarke Welpe Tierheim Haushalt angemeldet Stockmaß Rüde Hündin Wurftag",
    ),
    (
        "Lieferschein",
        "Lieferschein",
        "Artikel Menge Palette Spedition Empfänger Lieferung Karton Gewicht Ladung Fahrer Rampe Anlieferung Stückzahl",
    ),
    (
        "Sehtest",
        "Bescheinigung über den Sehtest",
        "Sehschärfe Auge Brille Optiker Visus Sehhilfe Führerschein Prüfer rechts links Sehzeichen Tagessehschärfe",
    ),
];
const FOREIGN: &str =
    "Mittagessen Kartoffeln Chorprobe Sonnenblume Wanderung Flöte Nachtisch Gartenfest Tombola Kuchen Zelt Musik";
const COMMON: &str =
    "Sehr geehrte Damen und Herren mit freundlichen Grüßen wir bitten um Kenntnisnahme vom Straße Telefon Datum";

/// A document as page JSON: a title, then lines of some of the words. The same number, the same document.
fn document(number: u64, title: &str, words: &str) -> Vec<PageRecord> {
    let mut dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 20) as usize % sides
    };
    let (own, common): (Vec<&str>, Vec<&str>) = (words.split(' ').collect(), COMMON.split(' ').collect());
    let mut texts = vec![title.to_owned(), format!("Az. {} vom {}.{}.2031", roll(9000) + 1000, roll(28), roll(12))];
    for _ in 0..14 {
        let line = (0..5).map(|_| if roll(2) == 0 { own[roll(own.len())] } else { common[roll(common.len())] });
        texts.push(line.collect::<Vec<_>>().join(" "));
    }
    page(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn page(texts: &[&str]) -> Vec<PageRecord> {
    let line = |(row, text): (usize, &&str)| {
        let (y0, mut x) = (100 + 60 * row + if row > 0 { 60 } else { 0 }, 200);
        let words = text.split(' ').map(|word| {
            let x0 = x;
            x += 20 * word.chars().count() + 15;
            serde_json::json!({"text": word, "box": [x0, y0, x - 15, y0 + 40], "confidence": 0.95})
        });
        let words: Vec<_> = words.collect();
        serde_json::json!({"box": [200, y0, x - 15, y0 + 40], "starts_block": row < 3, "words": words})
    };
    let lines: Vec<_> = texts.iter().enumerate().map(line).collect();
    let page = serde_json::json!({
        "file": "x", "page": 1, "width_px": 2480, "height_px": 3508, "dpi": 300.0, "orientation_deg": 0, "skew_deg": 0.0,
        "blank": {"is_blank": false, "ink_share": 0.02}, "barcodes": [], "patch_codes": [], "lines": lines,
    });
    pages_of_json(&serde_json::to_vec(&serde_json::json!({"file": "x", "pages": [page]})).unwrap()).unwrap()
}

fn rules() -> Vec<TypeRule> {
    vec![TypeRule {
        name: "Vollmacht".into(),
        titles: vec!["Vollmacht".into()],
        phrases: vec!["bevollmächtige ich".into()],
        fallback: false,
    }]
}

fn samples(of_each: u64, rules: &Matcher) -> Vec<Sample> {
    let of = |(kind, (name, title, words)): (usize, &(&str, &str, &str))| {
        let read =
            |number| Sample::read(name, None, &document(1000 * kind as u64 + number, title, words), rules).unwrap();
        (0..of_each).map(read).collect::<Vec<_>>()
    };
    TYPES.iter().enumerate().flat_map(of).collect()
}

fn trained(of_each: u64) -> Model {
    let rules = Matcher::new(&rules());
    train(&samples(of_each, &rules), rules.rule_types(), &TrainParams::default()).unwrap().model
}

fn verdict(model: &Model, types: &[TypeRule], pages: &[PageRecord]) -> Verdict {
    let matcher =
        Matcher::with(types, ClassifyRules { model: Some(Arc::new(model.clone())), ..ClassifyRules::default() });
    let evidence: Vec<_> = pages.iter().map(|page| matcher.evidence(page)).collect();
    matcher.classify(evidence.iter())
}

#[test]
fn eight_samples_of_a_type_teach_it_and_foreign_text_is_left_open() {
    let model = trained(8);
    let mut right = 0;
    for (kind, (name, _, words)) in TYPES.iter().enumerate() {
        for number in 500..510 {
            // Under a heading that training has not seen.
            let verdict = verdict(&model, &rules(), &document(1000 * kind as u64 + number, "Schreiben", words));
            assert!(verdict.type_name == *name || verdict.type_name == UNKNOWN_TYPE, "{name}: {verdict:?}");
            right += usize::from(verdict.type_name == *name);
        }
    }
    assert!(right >= 24, "{right} of 30");
    for number in 0..20 {
        let verdict = verdict(&model, &rules(), &document(7000 + number, "Einladung", FOREIGN));
        assert_eq!(verdict.type_name, UNKNOWN_TYPE, "{verdict:?}");
    }
}

#[test]
fn later_pages_speak_for_the_document_and_the_first_one_louder() {
    let model = trained(8);
    let of = |kind: usize, number| document(number, TYPES[kind].1, TYPES[kind].2).remove(0);
    let (dog, delivery) = (of(0, 901), of(1, 902));
    assert_eq!(verdict(&model, &[], &[dog.clone(), of(0, 903)]).type_name, TYPES[0].0);
    let alone = verdict(&model, &[], std::slice::from_ref(&dog)).confidence;
    let mixed = verdict(&model, &[], &[dog, delivery]);
    assert!(mixed.confidence < alone, "{mixed:?} {alone}");
    assert!([TYPES[0].0, UNKNOWN_TYPE].contains(&mixed.type_name.as_str()), "{mixed:?}");
}

#[test]
fn a_type_that_only_rules_tell_stands_beside_the_model() {
    let model = trained(8);
    let text = ["Vollmacht", "Hiermit bevollmächtige ich meine Nachbarin", "Musterhausen"];
    let with = Matcher::with(&rules(), ClassifyRules { model: Some(Arc::new(model)), ..ClassifyRules::default() });
    let evidence: Vec<_> = page(&text).iter().map(|page| with.evidence(page)).collect();
    assert_eq!(with.opinion(evidence.iter()).likeliest, Some("Vollmacht"));
}

#[test]
fn the_same_samples_give_the_same_bytes_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| trained(5).encode())
    };
    assert_eq!(Digest::of(&on(1)), Digest::of(&on(3)));
}

#[test]
fn no_number_becomes_a_feature_but_that_of_a_section() {
    let of = |text: &str| PageFeatures::of(&page(&["Bescheid", text])[0]);
    assert_eq!(of("Az. 4711-08 vom 13.05.2031, DE02 1203"), of("Az. 9054-17 vom 28.11.1999, DE77 8060"));
    assert_ne!(of("Az. 4711-08"), of("Az. 4711-080"), "how long a number is may tell a form");
    assert_ne!(of("nach § 60a AufenthG"), of("nach § 81 AufenthG"));
}

#[test]
fn too_few_samples_are_told() {
    let rules = Matcher::new(&[]);
    let some = |count: usize| train(&samples(5, &rules)[..count], &[], &TrainParams::default()).map(|_| ());
    assert!(matches!(some(0), Err(TrainError::TooFewTypes(0))));
    assert!(matches!(some(5), Err(TrainError::TooFewTypes(1))));
    let Err(TrainError::TooFewSamples { name, count: 1 }) = some(6) else { panic!() };
    assert_eq!(name, "Lieferschein");
}

#[test]
fn a_page_teaches_the_same_as_its_json() {
    let mut record = document(1, TYPES[0].1, TYPES[0].2).remove(0);
    for turn in QuarterTurn::ALL {
        record.placement = Placement { mirrored: false, turn };
        let mut export = Exporter::begin(Vec::new(), ExportFormat::Json, "x").unwrap();
        export.page(1, &record).unwrap();
        let read = pages_of_json(&export.end().unwrap()).unwrap();
        assert_eq!(fingerprint([&PageFeatures::of(&read[0])]), fingerprint([&PageFeatures::of(&record)]), "{turn:?}");
    }
}

#[test]
fn page_json_that_no_page_can_be_is_refused() {
    let sound =
        r#"{"pages":[{"width_px":9,"height_px":9,"dpi":300,"blank":{"is_blank":true,"ink_share":0},"lines":[]}]}"#;
    assert_eq!(pages_of_json(sound.as_bytes()).unwrap().len(), 1);
    assert!(matches!(pages_of_json(sound.replace("300", "0").as_bytes()), Err(PageJsonError::Size(1))));
    assert!(matches!(
        pages_of_json(sound.replace("\"width_px\":9", "\"width_px\":0").as_bytes()),
        Err(PageJsonError::Size(1))
    ));
    let secret = sound.replace("300", "\"Federlein\"");
    assert!(!pages_of_json(secret.as_bytes()).unwrap_err().to_string().contains("Federlein"), "no text in messages");
}

/// Documents of two types with scores that are right as often as the odds say, and a tenth as many of no type.
fn unseen(count: u32) -> Vec<Unseen> {
    let one = |number: u32| {
        let odds = (number % 40) as f32 / 8.0;
        let chance = 1.0 / (1.0 + (-odds).exp());
        let rank = (number / 40) as f32 / (count / 40) as f32;
        let types = vec![(odds, [0.0; 4]), (0.0, [0.0; 4])];
        Unseen { types, right: Some(usize::from(rank > chance)), known: 0.9, weight: 1.0, thinned: false }
    };
    (0..count).map(one).collect()
}

#[test]
fn confidence_is_how_often_answers_are_right() {
    let unseen = unseen(4000);
    let calibration = calibrate(&unseen.iter().collect::<Vec<_>>(), true, 0.05);
    for (low, high) in [(0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.0)] {
        let answers: Vec<(f32, bool)> = unseen
            .iter()
            .map(|sample| (calibration.judge(&sample.types, sample.known).unwrap(), sample.right))
            .filter(|(judged, _)| (low..high).contains(&judged.confidence))
            .map(|(judged, right)| (judged.confidence, right == Some(judged.best)))
            .collect();
        let said = answers.iter().map(|(confidence, _)| confidence).sum::<f32>() / answers.len() as f32;
        let right = answers.iter().filter(|(_, right)| *right).count() as f32 / answers.len() as f32;
        assert!((said - right).abs() < 0.04, "from {low}: said {said}, right {right} of {}", answers.len());
    }
}

#[test]
fn a_stricter_error_rate_never_lowers_the_threshold() {
    let unseen = unseen(4000);
    let thresholds =
        [0.2, 0.1, 0.05, 0.02].map(|rate| calibrate(&unseen.iter().collect::<Vec<_>>(), true, rate).threshold);
    assert!(thresholds.is_sorted(), "{thresholds:?}");
}

#[test]
fn the_threshold_is_the_lowest_that_keeps_the_error_rate() {
    let answers = [(0.9, 0.0, 1.0), (0.8, 0.0, 1.0), (0.7, 1.0, 1.0), (0.6, 0.0, 1.0), (0.5, 1.0, 1.0)];
    for (rate, expected) in [(0.0, Some(0.8)), (0.25, Some(0.6)), (0.3, Some(0.6)), (0.4, Some(0.5))] {
        assert_eq!(threshold_for(&answers, rate), expected, "{rate}");
    }
    assert_eq!(threshold_for(&answers[2..3], 0.1), None);
    // What is believed, where the truth is not known.
    let believed = [(0.99, 0.01, 1.0), (0.5, 0.5, 1.0), (0.9, 0.1, 1.0)];
    assert_eq!([0.06, 0.05, 0.001].map(|rate| threshold_for(&believed, rate)), [Some(0.9), Some(0.99), None]);
    assert_eq!(threshold_for(&[], 0.1), None);
}

#[test]
fn figures_count_what_is_left_open_apart_from_what_is_wrong() {
    let answer =
        |truth: &str, said: &str, confidence| Answer { truth: truth.into(), likeliest: Some(said.into()), confidence };
    let answers = [
        answer("A", "A", 0.9),
        answer("A", "A", 0.9),
        answer("A", "B", 0.9),
        answer("B", "B", 0.9),
        answer("B", "B", 0.2),
        answer(UNKNOWN_TYPE, "A", 0.9),
        answer(UNKNOWN_TYPE, "A", 0.1),
    ];
    let figures = Figures::of(&answers, 0.5);
    assert_eq!(figures.abstention, Share { count: 1, of: 5 });
    assert_eq!(figures.error, Share { count: 2, of: 5 });
    assert_eq!(figures.foreign_answered, Share { count: 1, of: 2 });
    let [a, b] = &figures.types[..] else { panic!() };
    assert_eq!((a.precision, a.recall), (Share { count: 2, of: 3 }, Share { count: 2, of: 3 }));
    assert_eq!((b.precision, b.recall, b.abstained), (Share { count: 1, of: 2 }, Share { count: 1, of: 2 }, 1));
    assert!((figures.macro_f1() - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-9);
    assert!((figures.macro_f1_of_answers() - (2.0 / 3.0 + 2.0 / 3.0) / 2.0).abs() < 1e-9);
}

#[test]
fn intervals_are_those_of_wilson() {
    // R, binom::binom.confint(methods = "wilson").
    for ((count, of), (low, high)) in
        [((0, 10), (0.0, 0.2775)), ((5, 10), (0.2366, 0.7634)), ((10, 10), (0.7225, 1.0)), ((1, 100), (0.0018, 0.0545))]
    {
        let (l, h) = Share { count, of }.interval();
        assert!((l - low).abs() < 1e-4 && (h - high).abs() < 1e-4, "{count} of {of}: {l} to {h}");
    }
}

/// A model file with its digest made right again.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len().saturating_sub(32);
    bytes.truncate(body);
    let Digest(digest) = Digest::of(&bytes);
    bytes.extend(digest);
    bytes
}

#[test]
fn a_model_file_is_read_as_it_was_written() {
    let model = trained(5);
    let bytes = model.encode();
    assert_eq!(Model::parse(&bytes).unwrap(), model);
    assert!(bytes.len() < 2_000_000);
    let told = |bytes: &[u8]| Model::parse(bytes).unwrap_err().to_string();
    assert!(told(b"").contains("no model"));
    assert!(told(b"PK\x03\x04").contains("no model"));
    assert!(told(&bytes[..bytes.len() - 1]).contains("damaged"));
    assert!(told(&sealed([&bytes[..], b"x"].concat())).contains("no sense"));
    let mut newer = bytes.clone();
    newer[18] = 9;
    assert!(told(&newer).contains("version 9"));
    for name in ["../evil", "a/b", " x", "", "x\u{7}"] {
        let padded = format!("{name}{}", "y".repeat("Hundesteuer".len() - name.len()));
        let at = bytes.windows(11).position(|part| part == b"Hundesteuer").unwrap();
        let mut other = bytes.clone();
        other[at..at + 11].copy_from_slice(padded.as_bytes());
        if name.is_empty() {
            other[at - 1] = 0;
        }
        assert!(Model::parse(&sealed(other)).is_err(), "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_mutation_of_a_model_makes_it_panic(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        in_head in any::<bool>(),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
        with_digest in any::<bool>(),
    ) {
        thread_local!(static MODEL: Vec<u8> = trained(5).encode());
        let whole = MODEL.with(Clone::clone);
        let mut bytes = whole.clone();
        for (place, value) in &changes {
            let place = place.index(if in_head { 256 } else { bytes.len() });
            bytes[place] = *value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if with_digest {
            bytes = sealed(bytes);
        }
        match Model::parse(&bytes) {
            Err(_) => prop_assert!(bytes != whole),
            Ok(model) => {
                prop_assert!(with_digest || bytes == whole);
                let verdict = verdict(&model, &rules(), &document(3, TYPES[0].1, TYPES[0].2));
                prop_assert!((0.0..=1.0).contains(&verdict.confidence), "{verdict:?}");
            }
        }
    }
}
