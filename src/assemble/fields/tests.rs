//! Whole pages: values beside, below and without labels, and what is chosen of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::assemble::CheckDigit;
use crate::assemble::paper::sheet;
use crate::model::{PixelBox, Placement, Quad, QuarterTurn, TextLine, Word};

/// Pixels to a millimetre: 254 dpi.
const MM: f32 = 10.0;

/// A line of print: place of its top left in millimetres, height in millimetres, text. Two bars are a wide gap.
type Print<'t> = (f32, f32, f32, &'t str);

fn word(text: &str, x: f32, y: f32, size: f32) -> Word {
    let width = text.chars().count() as f32 * size * 0.55;
    let bounds = PixelBox { x0: x * MM, y0: y * MM, x1: (x + width) * MM, y1: (y + size) * MM };
    Word { text: text.into(), quad: Quad::from_box(bounds), confidence: 0.97 }
}

fn line(&(x, y, size, text): &Print<'_>) -> TextLine {
    let mut at = x;
    let mut words = Vec::new();
    for part in text.split(' ') {
        if part == "||" {
            at += 6.0 * size;
            continue;
        }
        words.push(word(part, at, y, size));
        at += part.chars().count() as f32 * size * 0.55 + 0.4 * size;
    }
    let bounds = PixelBox { x0: x * MM, y0: y * MM, x1: at * MM, y1: (y + size) * MM };
    TextLine { quad: Quad::from_box(bounds), words, starts_block: false }
}

/// An A4 page.
fn page(lines: &[Print<'_>]) -> PageRecord {
    PageRecord { lines: lines.iter().map(line).collect(), ..sheet(2100, 2970, 254.0) }
}

fn all() -> FieldRules {
    FieldRules { read: Kind::ALL.to_vec(), ..FieldRules::default() }
}

fn fields(lines: &[Print<'_>]) -> Vec<Field> {
    let candidates = FieldReader::new(&all()).page(&page(lines));
    of_document(&[&candidates], "x", &all())
}

/// The value of a field, if it is told as an answer.
fn value<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    fields.iter().find(|field| field.name == name && field.confidence >= 0.5).map(|field| field.value.as_str())
}

const LETTER: &[Print<'_>] = &[
    (120.0, 12.0, 5.0, "Stadt Musterhausen"),
    (20.0, 46.0, 2.2, "Stadt Musterhausen · Rathausplatz 1 · 12345 Musterhausen"),
    (20.0, 55.0, 3.5, "Herrn"),
    (20.0, 60.0, 3.5, "Max Mustermann"),
    (20.0, 65.0, 3.5, "Musterweg 12 a"),
    (20.0, 70.0, 3.5, "12345 Musterhausen"),
    (125.0, 52.0, 3.0, "Mein Zeichen: 33.1-Mu/4711-26"),
    (125.0, 57.0, 3.0, "Telefon: 01234 567-89"),
    (125.0, 62.0, 3.0, "Datum: || 03.03.2026"),
    (20.0, 100.0, 4.0, "Ihr Antrag vom 12.01.2026"),
    (20.0, 110.0, 3.5, "Sehr geehrter Herr Mustermann, Ihr Schreiben vom 20. Februar 2026 liegt vor."),
];

#[test]
fn a_letter_tells_who_to_whom_when_and_about_what() {
    let found = fields(LETTER);
    for (name, expected) in [
        ("Absender", "Stadt Musterhausen"),
        ("Empfänger", "Max Mustermann"),
        ("Datum", "2026-03-03"),
        ("Aktenzeichen", "33.1-Mu/4711-26"),
    ] {
        assert_eq!(value(&found, name), Some(expected), "{name} in {found:#?}");
    }
    let addressee = found.iter().find(|field| field.name == "Empfänger").unwrap();
    assert_eq!(addressee.raw, "Herrn, Max Mustermann, Musterweg 12 a, 12345 Musterhausen");
    assert!((addressee.bounds.y0 - 550.0).abs() < 1.0 && (addressee.bounds.y1 - 735.0).abs() < 1.0);
}

#[test]
fn a_reference_line_of_columns_is_read_downwards() {
    let found = fields(&[
        (20.0, 90.0, 2.5, "Ihr Zeichen || Ihre Nachricht vom || Unser Zeichen || Datum"),
        (20.0, 94.5, 3.0, "AB-12/25"),
        (47.0, 94.5, 3.0, "01.02.2026"),
        (84.0, 94.5, 3.0, "32-4711/26"),
        (119.0, 94.5, 3.0, "09.03.2026"),
    ]);
    assert_eq!(value(&found, "Aktenzeichen"), None, "whose number it is, depends on whose letter it is: {found:#?}");
    assert!(found.iter().any(|field| field.value == "32-4711/26"));
    assert_eq!(value(&found, "Datum"), Some("2026-03-09"));
}

const INVOICE: &[Print<'_>] = &[
    (20.0, 95.0, 5.0, "Rechnung Nr. RE-2026-0815"),
    (20.0, 105.0, 3.0, "Kundennummer: 4711 || Bestellnummer: B-77/1 || Lieferdatum: 28.02.2026"),
    (20.0, 112.0, 3.0, "Rechnungsdatum 02.03.2026"),
    (110.0, 180.0, 3.0, "Nettobetrag || 100,00 €"),
    (110.0, 185.0, 3.0, "zzgl. 19 % MwSt. || 19,00 €"),
    (110.0, 190.0, 3.0, "Gesamtbetrag || 119,00 €"),
    (20.0, 200.0, 3.0, "Zahlbar bis zum 01.04.2026 ohne Abzug."),
    (
        20.0,
        280.0,
        2.2,
        "IBAN DE89 3704 0044 0532 0130 00 BIC MARKDEF1100 USt-IdNr. DE136695976 Steuernummer 21/815/08150",
    ),
];

#[test]
fn an_invoice_tells_its_numbers_and_amounts() {
    let found = fields(INVOICE);
    for (name, expected) in [
        ("Rechnungsnummer", "RE-2026-0815"),
        ("Kundennummer", "4711"),
        ("Bestellnummer", "B-77/1"),
        ("Lieferdatum", "2026-02-28"),
        ("Datum", "2026-03-02"),
        ("Fälligkeit", "2026-04-01"),
        ("Nettobetrag", "100.00"),
        ("Umsatzsteuer", "19.00"),
        ("Betrag", "119.00"),
        ("IBAN", "DE89370400440532013000"),
        ("BIC", "MARKDEF1100"),
        ("USt-IdNr", "DE136695976"),
        ("Steuernummer", "21/815/08150"),
    ] {
        assert_eq!(value(&found, name), Some(expected), "{name} in {found:#?}");
    }
    let sure = |name: &str| found.iter().find(|field| field.name == name).unwrap().confidence;
    assert!(sure("Betrag") > 0.97, "proved by its sum");
    let iban = found.iter().find(|field| field.name == "IBAN").unwrap();
    assert!(iban.bounds.x0 > 250.0 && iban.bounds.x1 < 900.0, "its own box, not the line's: {:?}", iban.bounds);
}

#[test]
fn the_sum_is_told_and_not_a_part_of_it() {
    for (lines, expected) in [
        // The first of a column is one of a list.
        (
            &[
                (20.0, 100.0, 3.0, "Leistung || Betrag mtl."),
                (20.0, 106.0, 3.0, "Regelbedarf"),
                (58.0, 106.0, 3.0, "161,41"),
                (20.0, 112.0, 3.0, "Mehrbedarf"),
                (58.0, 112.0, 3.0, "564,59"),
                (20.0, 118.0, 3.0, "Gesamtleistung || 726,00"),
            ][..],
            Some("726.00"),
        ),
        (
            &[
                (20.0, 100.0, 3.0, "Die Auftragssumme 100,00 € zuzüglich 19 % Steuer,"),
                (20.0, 106.0, 3.0, "insgesamt 119,00 €."),
            ],
            Some("119.00"),
        ),
        (&[(20.0, 100.0, 3.0, "leider kann ich die 676,67 Euro nicht auf einmal zahlen.")], Some("676.67")),
        (&[(20.0, 100.0, 3.0, "statt der 50,00 Euro habe ich 40,00 Euro gezahlt.")], None),
        (&[(20.0, 100.0, 3.0, "im Jahr 2024 waren es 12,50 Prozent")], None),
    ] {
        let found = fields(lines);
        assert_eq!(value(&found, "Betrag"), expected, "{found:#?}");
    }
}

#[test]
fn a_date_that_answers_to_another_label_is_not_that_of_the_letter() {
    let found = fields(&[
        (20.0, 90.0, 2.5, "Ihre Anfrage vom || Kunden-Nr."),
        (20.0, 94.5, 3.0, "10.04.2022"),
        (49.0, 94.5, 3.0, "D271121"),
        (20.0, 250.0, 3.0, "Datum: 08.05.2022"),
    ]);
    assert_eq!(value(&found, "Datum"), Some("2022-05-08"), "{found:#?}");
}

#[test]
fn papers_without_an_address_tell_whose_they_are() {
    for (lines, expected) in [
        (
            &[(20.0, 20.0, 3.0, "Stadt Neuweiler || Druck: 26.11.2015"), (20.0, 30.0, 4.0, "Messprotokoll")][..],
            Some("Stadt Neuweiler"),
        ),
        (&[(20.0, 20.0, 6.0, "Antrag auf Wohngeld"), (80.0, 52.0, 3.0, "(Stadt Neuweiler)")], Some("Stadt Neuweiler")),
        (
            &[(20.0, 20.0, 4.0, "Dr. med. Anton Pfefferkorn"), (20.0, 30.0, 6.0, "Bescheinigung")],
            Some("Dr. med. Anton Pfefferkorn"),
        ),
        (&[(20.0, 20.0, 6.0, "Bescheinigung der Krankenkasse")], None),
        // Whose printer it was stands over a printed mail.
        (
            &[
                (20.0, 20.0, 5.0, "Stadt Neuweiler"),
                (20.0, 40.0, 3.0, "Von: Selma Sonnenschein <sonnenschein@post.example>"),
                (20.0, 45.0, 3.0, "Gesendet: 06.12.2024 19:22"),
                (20.0, 50.0, 3.0, "An: Stadt Neuweiler <post@neuweiler.example>"),
            ],
            Some("Selma Sonnenschein"),
        ),
    ] {
        let found = fields(lines);
        assert_eq!(value(&found, "Absender"), expected, "{found:#?}");
    }
}

#[test]
fn who_writes_to_whom_is_told_wherever_a_paper_says_it() {
    let cases: [(&[Print<'_>], &str, &str); 5] = [
        (
            &[
                (20.0, 20.0, 3.0, "Absender"),
                (20.0, 25.0, 3.5, "Siegfried Igelbrink"),
                (80.0, 20.0, 3.0, "Empfänger"),
                (80.0, 25.0, 3.5, "Frau"),
                (80.0, 30.0, 3.5, "Annegret Trödler, Amtshof 5"),
            ],
            "Siegfried Igelbrink",
            "Annegret Trödler",
        ),
        (
            &[(20.0, 20.0, 3.0, "Von: || Landratsamt Ginstergau"), (20.0, 26.0, 3.0, "An: || Fabian Habermehl")],
            "Landratsamt Ginstergau",
            "Fabian Habermehl",
        ),
        // A column at the left, the address beside it.
        (
            &[
                (10.0, 20.0, 4.0, "Landratsamt"),
                (10.0, 26.0, 4.0, "Ginstergau"),
                (66.0, 40.0, 2.0, "Landratsamt Ginstergau · Amtshof 5 · 99997 Föhrenroda"),
                (66.0, 48.0, 3.2, "Fabian Habermehl"),
                (66.0, 53.0, 3.2, "Töpferstieg 49"),
                (66.0, 58.0, 3.2, "99995 Bad Kupferquell"),
            ],
            "Landratsamt Ginstergau",
            "Fabian Habermehl",
        ),
        (
            &[
                (20.0, 48.0, 3.0, "Nelly Morgenschweiß <nelly@post.example>"),
                (20.0, 53.0, 3.0, "An: Stadt Modellburg <post@modellburg.example>"),
            ],
            "Nelly Morgenschweiß",
            "Stadt Modellburg",
        ),
        (
            &[
                (20.0, 15.0, 3.2, "Seekirch, 17.01.2018"),
                (20.0, 20.0, 3.2, "Ismail Ozturk-Hahn"),
                (20.0, 55.0, 3.2, "Verbandsgemeinde Seekirch"),
                (20.0, 60.0, 3.2, "Am Wehr 8"),
                (20.0, 65.0, 3.2, "24997 Seekirch"),
            ],
            "Ismail Ozturk-Hahn",
            "Verbandsgemeinde Seekirch",
        ),
    ];
    for (lines, from, to) in cases {
        let found = fields(lines);
        let parties = (value(&found, "Absender"), value(&found, "Empfänger"));
        assert_eq!(parties, (Some(from), Some(to)), "{found:#?}");
    }
}

#[test]
fn numbers_of_papers_and_accounts_are_told_apart() {
    let found = fields(&[
        (20.0, 100.0, 3.0, "Ausweis: C01X00T47 || FS-Nr.: B072RRE2I55"),
        (20.0, 110.0, 3.0, "Lahrbank AG DE89 3704 0044 0532 0130 00"),
        (20.0, 120.0, 3.0, "Pass: lag nicht vor"),
    ]);
    assert_eq!(value(&found, "Dokumentennummer"), Some("C01X00T47"));
    assert_eq!(value(&found, "Führerscheinnummer"), Some("B072RRE2I55"));
    assert!(!found.iter().any(|field| field.name == "Kennzeichen"), "{found:#?}");
}

#[test]
fn what_is_in_doubt_is_no_answer() {
    let two = fields(&[(20.0, 100.0, 3.0, "Kundennummer: 4711"), (20.0, 110.0, 3.0, "Kundennummer: 4712")]);
    assert_eq!(value(&two, "Kundennummer"), None);
    assert!(two.iter().any(|field| field.name == "Kundennummer"), "it is told all the same");
    let twice = fields(&[(20.0, 100.0, 3.0, "Kundennummer: 4711"), (20.0, 110.0, 3.0, "Kundennummer: 4711")]);
    assert_eq!(value(&twice, "Kundennummer"), Some("4711"));
    let wrong = fields(&[(20.0, 100.0, 3.0, "IBAN DE89 3704 0044 0532 0130 01")]);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The specimens of ICAO Doc 9303-4, -5 and -7.
const PASSPORT: [&str; 2] =
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
const CARD: [&str; 3] =
    ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];
const VISA: [&str; 2] =
    ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"];

fn zone(lines: &[&str]) -> Vec<Field> {
    let print: Vec<Print<'_>> =
        lines.iter().enumerate().map(|(n, text)| (20.0, 200.0 + 7.0 * n as f32, 3.5, *text)).collect();
    fields(&print)
}

#[test]
fn zones_are_read() {
    let passport = [
        ("Dokumentennummer", "L898902C3"),
        ("Ausstellerstaat", "UTO"),
        ("Name", "ERIKSSON"),
        ("Vornamen", "ANNA MARIA"),
        ("Geburtsdatum", "1974-08-12"),
        ("Geschlecht", "F"),
        ("Gültig bis", "2012-04-15"),
    ];
    for lines in [
        &PASSPORT[..],
        &["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<", "L898902C36UT07408I22F12O4159ZE184226B<<10"],
        &["P<UTO ERIKSSON< <ANNA<MARIA<<<<<<K<<<<<<<<<<<", "L898902C36UTO 7408122F1204159 ZE184226B<<<<<1O"],
        &["P‹UTOERIKSSON«ANNA<MARIA«««««««««", "L898902C36UTO7408122F1204159ZE184226B««<10"],
    ] {
        let found = zone(lines);
        for (name, expected) in passport {
            assert_eq!(value(&found, name), Some(expected), "{name} of {lines:?} in {found:#?}");
        }
    }
    let misread = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10"];
    let guessed = zone(&misread);
    assert_eq!(value(&guessed, "Dokumentennummer"), None, "one check digit is no proof");
    assert!(guessed.iter().any(|field| field.value == "L898902C3"));
    let printed =
        fields(&[(120.0, 40.0, 3.0, "L898902C3"), (20.0, 200.0, 3.5, misread[0]), (20.0, 207.0, 3.5, misread[1])]);
    assert_eq!(value(&printed, "Dokumentennummer"), Some("L898902C3"), "what is printed above is one: {printed:#?}");
    let card = zone(&CARD);
    assert_eq!(value(&card, "Dokumentennummer"), Some("D23145890"), "{card:#?}");
    assert_eq!((value(&card, "Name"), value(&card, "Staatsangehörigkeit")), (Some("ERIKSSON"), Some("UTO")));
    let visa = zone(&VISA);
    assert_eq!(
        (value(&visa, "Dokumentennummer"), value(&visa, "Geburtsdatum")),
        (Some("L8988901C"), Some("1940-09-07")),
        "{visa:#?}"
    );
    let swapped =
        zone(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C46UTO7408132F1204159ZE184226B<<<<<10"]);
    assert_eq!((value(&swapped, "Dokumentennummer"), value(&swapped, "Geburtsdatum")), (None, None), "{swapped:#?}");
    assert!(
        zone(&["PERSONALAUSWEISE UND REISEPAESSE DER STADT", "MUSTERHAUSEN IM JAHRE 2026 NACH MONATEN"]).is_empty()
    );
}

/// What OCR makes of a sign of a zone, besides lookalikes that no check can tell (6 and G, 1 and L, 0 and U).
fn misread(sign: u8, choice: u8) -> u8 {
    let others: &[u8] = match sign {
        b'0' => b"OQD8",
        b'1' => b"I47",
        b'2' => b"Z7",
        b'3' => b"85",
        b'5' => b"S36",
        b'6' => b"58",
        b'8' => b"B30",
        b'9' => b"34",
        b'B' => b"8",
        b'S' => b"5",
        b'Z' => b"2",
        b'O' => b"0",
        b'I' => b"1",
        other => return other,
    };
    others[usize::from(choice) % others.len()]
}

proptest! {
    #[test]
    fn a_misread_sign_never_makes_a_sure_wrong_value(
        line in 0usize..2, place in 0usize..44, choice in any::<u8>(), kind in 0usize..3,
    ) {
        let lines = [&PASSPORT[..], &CARD[..], &VISA[..]][kind];
        let truth = zone(lines);
        let mut read: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        let place = place % read[line].len();
        let sign = misread(read[line].as_bytes()[place], choice);
        read[line].replace_range(place..=place, &char::from(sign).to_string());
        let read: Vec<&str> = read.iter().map(String::as_str).collect();
        for field in zone(&read) {
            let right = truth.iter().find(|other| other.name == field.name).map(|other| other.value.as_str());
            let checked = ["Dokumentennummer", "Geburtsdatum", "Gültig bis"].contains(&field.name.as_str());
            if checked && Some(field.value.as_str()) != right {
                prop_assert!(field.confidence < 0.5, "{} as {} ({})", field.name, field.value, field.confidence);
            }
        }
    }

    #[test]
    fn any_page_is_read(
        lines in prop::collection::vec((0f32..200.0, 0f32..290.0, 1f32..6.0, "[A-Z0-9<]{30,44}|\\PC{1,60}|(IBAN|Datum|Betrag):? ?[0-9., DEO]{1,30}"), 0..25),
        turn in 0usize..4,
    ) {
        let print: Vec<Print<'_>> = lines.iter().map(|(x, y, size, text)| (*x, *y, *size, text.as_str())).collect();
        let mut record = page(&print);
        record.placement.turn = QuarterTurn::ALL[turn];
        let candidates = FieldReader::new(&all()).page(&record);
        prop_assert!(candidates.len() <= MAX_CANDIDATES);
        for field in of_document(&[&candidates, &candidates], "x", &all()) {
            prop_assert!(field.confidence > 0.0 && field.confidence <= 1.0 && field.page < 2);
            prop_assert!(!field.value.is_empty());
        }
    }
}

#[test]
fn a_turned_page_reads_the_same() {
    let upright = fields(LETTER);
    let mut record = page(LETTER);
    (record.width_px, record.height_px) = (record.height_px, record.width_px);
    record.placement = Placement { mirrored: false, turn: QuarterTurn::Cw90 };
    let map = record.placement.to_scan((record.width_px, record.height_px));
    for line in &mut record.lines {
        line.quad = line.quad.map(&map);
        line.words.iter_mut().for_each(|word| word.quad = word.quad.map(&map));
    }
    let turned = of_document(&[&FieldReader::new(&all()).page(&record)], "x", &all());
    let values = |fields: &[Field]| fields.iter().map(|f| (f.name.clone(), f.value.clone())).collect::<Vec<_>>();
    assert_eq!(values(&turned), values(&upright));
    assert!(turned.iter().all(|field| field.bounds.x1 <= 2970.0 && field.bounds.y1 <= 2100.0));
}

#[test]
fn a_pipelines_own_fields() {
    let rule = |name: &str, pattern: Option<&str>, labels: &[&str]| FieldRule {
        name: name.into(),
        pattern: pattern.map(str::to_owned),
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        ..FieldRule::default()
    };
    let rules = FieldRules {
        read: vec![],
        rules: vec![
            rule("BG-Nummer", Some(r"\d{5}//\d{7}"), &["BG-Nummer", "Nummer der Bedarfsgemeinschaft"]),
            rule("Vorgang", Some(r"V-(?<value>\d{4})"), &[]),
            FieldRule { types: vec!["Rechnung".into()], ..rule("IBAN", None, &[]) },
            FieldRule { first_page: true, ..rule("Betreff-Nr", None, &["Betreff-Nr."]) },
            FieldRule { check: Some(Check::Digit(CheckDigit::Mod10)), ..rule("Karte", Some(r"\d{11}"), &[]) },
        ],
        ..FieldRules::default()
    };
    let reader = FieldReader::new(&rules);
    let first = reader.page(&page(&[
        (20.0, 50.0, 3.0, "BG-Nummer: 12345//O001234"),
        (20.0, 60.0, 3.0, "Ihr Vorgang V-4711 vom 03.03.2026"),
        (20.0, 70.0, 3.0, "IBAN DE89 3704 0044 0532 0130 00"),
        (20.0, 80.0, 3.0, "79927398713 und 79927398710"),
    ]));
    let second = reader.page(&page(&[(20.0, 50.0, 3.0, "Betreff-Nr. 99")]));
    let told = |type_name: &str| {
        let fields = of_document(&[&first, &second], type_name, &rules);
        fields.into_iter().map(|field| (field.name, field.value, field.confidence >= 0.5)).collect::<Vec<_>>()
    };
    let expected = |name: &str, value: &str| (name.to_owned(), value.to_owned(), true);
    let invoice = told("Rechnung");
    for field in [
        expected("BG-Nummer", "12345//0001234"),
        expected("Vorgang", "4711"),
        expected("IBAN", "DE89370400440532013000"),
        expected("Karte", "79927398713"),
    ] {
        assert!(invoice.contains(&field), "{field:?} in {invoice:?}");
    }
    assert_eq!(invoice.len(), 4, "{invoice:?}");
    assert!(!told("Brief").iter().any(|(name, ..)| name == "IBAN"));
    let own_form =
        FieldRules { rules: vec![rule("Aktenzeichen", Some(r"\d{2}-\d{4}/\d{2}"), &[])], ..FieldRules::default() };
    let letter = page(&[
        (20.0, 90.0, 2.5, "Ihr Zeichen: AB-12/25"),
        (20.0, 94.5, 2.5, "Unser Zeichen: 32-4711/26"),
        (20.0, 120.0, 2.5, "Sie schrieben zu 32-4711/26 am 3. Mai."),
    ]);
    let told = of_document(&[&FieldReader::new(&own_form).page(&letter)], "x", &own_form);
    assert_eq!(value(&told, "Aktenzeichen"), Some("32-4711/26"), "the office's own form tells: {told:?}");
    assert!(FieldRule::check_pattern("a(b").is_err() && FieldRule::check_pattern("x*").is_err());
    assert!(FieldRule::check_pattern(r"\d+").is_ok());
}
