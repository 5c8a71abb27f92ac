//! How well content separates: stacks of letters and forms made up here, and of page JSON made elsewhere.
//!
//! The stacks here are drawn by a generator of fixed seeds, so the figures are the same on every machine. Their documents are
//! plain on purpose; `testdata/make_pages.py` makes better ones, in other words and layouts, and
//! `SCANSTRASSE_PAGES=DIR cargo test --release -- --ignored page_json --nocapture` measures on what it made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use std::path::Path;
use std::time::Instant;

use crate::assemble::Matcher;
use crate::assemble::separate::tests::{assembled, pipeline, record};
use crate::assemble::separate::*;
use crate::learn::pages_of_json;
use crate::model::{PixelBox, Quad, TextLine, Word};
use crate::pipeline::Pipeline;

/// Pixels of a millimetre at 100 dpi.
const MM: f32 = 100.0 / 25.4;

/// Numbers that look like chance: Marsaglia's xorshift, 64 bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

const WORDS: &[&str] = &[
    "die",
    "Unterlagen",
    "wurden",
    "bereits",
    "vorgelegt",
    "und",
    "werden",
    "nach",
    "Prüfung",
    "der",
    "Angaben",
    "mit",
    "gesondertem",
    "Schreiben",
    "beschieden",
    "soweit",
    "keine",
    "weiteren",
    "Nachweise",
    "erforderlich",
    "sind",
    "Kosten",
    "entstehen",
    "nicht",
    "für",
    "das",
    "Verfahren",
    "gilt",
    "Frist",
    "von",
    "vier",
    "Wochen",
    "ab",
    "Zugang",
];

/// A word of running text: two in three from the list, the others as rare as most words of real texts are.
fn word(dice: &mut Dice) -> String {
    const SYLLABLES: &[&str] =
        &["ver", "an", "lei", "stung", "be", "hör", "de", "ge", "richt", "mel", "auf", "ent", "hal"];
    if dice.percent(66) { dice.pick(WORDS).into() } else { (0..4).map(|_| dice.pick(SYLLABLES)).collect() }
}

/// The lines of a page, from the top.
struct Sheet {
    lines: Vec<(f32, f32, String)>,
}

impl Sheet {
    fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// A line at millimetres from left and top.
    fn at(&mut self, x: f32, y: f32, text: impl Into<String>) {
        self.lines.push((x, y, text.into()));
    }

    fn text(&mut self, dice: &mut Dice, from: f32, to: f32, begins: bool) {
        let (mut y, mut first) = (from, begins);
        while y < to {
            let mut line: Vec<String> = (0..9).map(|_| word(dice)).collect();
            if std::mem::take(&mut first) {
                line[0] = "Hiermit".into();
            }
            self.at(25.0, y, line.join(" "));
            y += 5.0;
        }
    }

    /// As OCR reads it: now and then a letter is another.
    fn read(mut self, dice: &mut Dice) -> PageRecord {
        self.lines.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut page = record();
        for (x, y, text) in self.lines {
            let mut left = x * MM;
            let mut word = |text: &str| {
                let right = left + 1.7 * MM * text.chars().count() as f32;
                let quad = Quad::from_box(PixelBox { x0: left, y0: y * MM, x1: right, y1: (y + 3.0) * MM });
                left = right + 1.5 * MM;
                let misread = |c: char| if dice.below(100) == 0 && c.is_alphabetic() { 'x' } else { c };
                Word { text: text.chars().map(misread).collect(), quad, confidence: 0.9 }
            };
            let words: Vec<Word> = text.split(' ').map(&mut word).collect();
            let quad = Quad::from_box(PixelBox { x0: x * MM, y0: y * MM, x1: left, y1: (y + 3.0) * MM });
            page.lines.push(TextLine { quad, words, starts_block: true });
        }
        page
    }
}

/// How a document numbers its pages.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    None,
    PageOf,
    FromTwo,
    Dashes,
    Fraction,
    Bare,
}

const NUMBERS: [Numbers; 6] =
    [Numbers::None, Numbers::PageOf, Numbers::FromTwo, Numbers::Dashes, Numbers::Fraction, Numbers::Bare];

fn number(sheet: &mut Sheet, numbers: Numbers, page: usize, pages: usize) {
    match numbers {
        Numbers::None => {}
        Numbers::PageOf => sheet.at(160.0, 282.0, format!("Seite {page} von {pages}")),
        Numbers::FromTwo if page > 1 => sheet.at(25.0, 15.0, format!("Seite {page}")),
        Numbers::Dashes if page > 1 => sheet.at(100.0, 12.0, format!("- {page} -")),
        Numbers::FromTwo | Numbers::Dashes => {}
        Numbers::Fraction => sheet.at(180.0, 285.0, format!("{page}/{pages}")),
        Numbers::Bare => sheet.at(105.0, 285.0, format!("{page}")),
    }
}

fn letter(dice: &mut Dice) -> Vec<PageRecord> {
    let (pages, numbers) = (1 + dice.below(5), NUMBERS[dice.below(6)]);
    let field = if dice.percent(50) { 32.0 } else { 50.0 };
    let letter = |page: usize, dice: &mut Dice| {
        let mut sheet = Sheet::new();
        if page == 1 {
            sheet.at(140.0, 12.0, "Kreis Seekirch");
            if dice.percent(85) {
                sheet.at(25.0, field, "Frau");
                sheet.at(25.0, field + 5.0, "Anna Beispiel");
                sheet.at(25.0, field + 10.0, "Lindenweg 4");
                sheet.at(25.0, field + 15.0, "12345 Musterhausen");
            }
            if dice.percent(60) {
                for (row, label) in ["Ihr Zeichen: 12", "Unser Zeichen: 3/7", "Telefon: 0123 4567"].iter().enumerate() {
                    sheet.at(130.0, field + 5.0 * row as f32, *label);
                }
            }
            if dice.percent(90) {
                let date = ["Musterhausen, den 3. März 2026", "Datum: 03.03.2026", "03.03.2026"];
                sheet.at(130.0, field + 20.0, dice.pick(&date));
            }
            sheet.at(25.0, 98.0, "Ihr Schreiben vom 1. Februar");
            if dice.percent(85) {
                sheet.at(
                    25.0,
                    110.0,
                    dice.pick(&["Sehr geehrte Frau Beispiel,", "Sehr geehrte Damen und Herren,", "Guten Tag,"]),
                );
            }
            sheet.text(dice, 118.0, if pages == 1 { 220.0 } else { 265.0 }, true);
        } else {
            let begins = dice.percent(30);
            sheet.text(dice, 25.0, if page == pages { 120.0 } else { 265.0 }, begins);
        }
        if page == pages {
            sheet.at(25.0, 230.0, dice.pick(&["Mit freundlichen Grüßen", "Im Auftrag", "Hochachtungsvoll"]));
        }
        number(&mut sheet, numbers, page, pages);
        sheet.read(dice)
    };
    (1..=pages).map(|page| letter(page, dice)).collect()
}

/// What a form asks for, page by page.
const LABELS: [[&str; 4]; 3] = [
    ["Familienname", "Geburtsdatum 1.2.1980", "Anschrift", "Staatsangehörigkeit"],
    ["Arbeitgeber", "Bruttolohn monatlich", "Kaltmiete", "Krankenkasse"],
    ["Vorstrafen", "Aufenthaltsdauer bisher", "Sprachkenntnisse", "Unterschrift"],
];

fn form(dice: &mut Dice) -> Vec<PageRecord> {
    let title = dice.pick(&["Antrag auf Erteilung", "Meldebescheinigung", "Anmeldung"]);
    let (pages, numbers) = (1 + dice.below(3), [Numbers::PageOf, Numbers::None, Numbers::Fraction][dice.below(3)]);
    let running_head = dice.percent(40);
    let page = |page: usize, dice: &mut Dice| {
        let mut sheet = Sheet::new();
        if page == 1 || running_head {
            sheet.at(25.0, if page == 1 { 30.0 } else { 10.0 }, title);
        }
        for (row, label) in LABELS[page - 1].iter().enumerate() {
            sheet.at(25.0, 50.0 + 12.0 * row as f32, format!("{} {label}", 10 * page + row));
            let filled = word(dice);
            sheet.at(110.0, 50.0 + 12.0 * row as f32, filled);
        }
        sheet.text(dice, 120.0, 240.0, true);
        number(&mut sheet, numbers, page, pages);
        sheet.read(dice)
    };
    (1..=pages).map(|at| page(at, dice)).collect()
}

fn mail(dice: &mut Dice) -> Vec<PageRecord> {
    let mut sheet = Sheet::new();
    for (row, line) in ["Von: beispiel@example.org", "An: amt@example.org", "Gesendet: 3. März 2026", "Betreff: Termin"]
        .iter()
        .enumerate()
    {
        sheet.at(25.0, 20.0 + 6.0 * row as f32, *line);
    }
    sheet.text(dice, 60.0, 150.0, true);
    vec![sheet.read(dice)]
}

const TYPES: &str = "[[type]]\nname = \"Antrag\"\ntitles = [\"Antrag auf Erteilung\"]\n[[type]]\nname = \"Melde\"\n\
                     titles = [\"Meldebescheinigung\"]\n[[type]]\nname = \"Anmeldung\"\ntitles = [\"Anmeldung\"]\n";

/// Cuts, without the beginning of each stack.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    there: usize,
    told: usize,
    right: usize,
    pages: usize,
}

impl Counted {
    fn precision(self) -> f32 {
        self.right as f32 / self.told.max(1) as f32
    }

    fn recall(self) -> f32 {
        self.right as f32 / self.there.max(1) as f32
    }
}

/// Separates a stack and compares where its documents begin.
fn measure(documents: &[Vec<PageRecord>], backs: bool, pipeline: &Pipeline, counted: &mut Counted) {
    let (reader, matcher) = (Reader::new(&pipeline.separators), Matcher::new(&pipeline.types));
    let (mut facts, mut begins) = (Vec::new(), Vec::new());
    for document in documents {
        begins.push(facts.len());
        for page in document {
            let (evidence, marks) = (matcher.evidence(page), reader.marks(page));
            facts.push(PageFacts { blank: page.blank.is_blank, evidence, marks, ..PageFacts::default() });
            if backs {
                facts.push(PageFacts { blank: true, ..PageFacts::default() });
            }
        }
    }
    let assembly = assembled(&facts, pipeline, None);
    let told: Vec<usize> = assembly.documents.iter().filter_map(|document| document.pages.first().copied()).collect();
    counted.there += begins.len() - 1;
    counted.told += told.len() - 1;
    counted.right += told.iter().skip(1).filter(|begin| begins.contains(begin)).count();
    counted.pages += facts.len();
}

fn content(rules: &str, types: &str) -> Pipeline {
    pipeline(&format!("[separate]\nby = \"batch\"\ncontent = [{rules}]\n{types}"))
}

#[test]
fn letters_and_forms_are_separated() {
    let all = "\"page_numbers\", \"letters\", \"types\"";
    // Share of cuts that are right, and of those there are that are found.
    for (rules, precision, recall) in
        [(all, 0.99, 0.97), ("\"page_numbers\", \"letters\"", 0.99, 0.9), ("\"page_numbers\"", 0.99, 0.65)]
    {
        let pipeline = content(rules, TYPES);
        let mut counted = Counted::default();
        for seed in 1..60 {
            let mut dice = Dice(seed * 0x9e37_79b9_7f4a_7c15);
            let documents: Vec<_> = (0..20)
                .map(|_| match dice.below(10) {
                    0..6 => letter(&mut dice),
                    6..9 => form(&mut dice),
                    _ => mail(&mut dice),
                })
                .collect();
            let backs = dice.percent(50);
            measure(&documents, backs, &pipeline, &mut counted);
        }
        println!("{rules}: {counted:?}, precision {:.3}, recall {:.3}", counted.precision(), counted.recall());
        assert!(counted.precision() >= precision && counted.recall() >= recall, "{rules}");
    }
}

/// Made-up documents of all pipelines, shuffled into stacks of twenty.
#[test]
#[ignore = "needs page JSON"]
fn page_json_is_separated() {
    let folder =
        std::env::var("SCANSTRASSE_PAGES").expect("SCANSTRASSE_PAGES names a folder of testdata/make_pages.py");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let (mut all, mut spent) = (Counted::default(), 0.0);
    for line in names.iter().filter(|path| path.is_dir()) {
        let name = line.file_name().unwrap().to_string_lossy().into_owned();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pipelines/{name}.toml"));
        let mut pipeline = crate::pipeline::load(&file).unwrap();
        pipeline.separate = crate::assemble::SeparateBy::Batch;
        pipeline.separators.content = ContentRules { letters: true, numbers: true, types: true };
        let mut files: Vec<_> = std::fs::read_dir(line)
            .unwrap()
            .flat_map(|kind| std::fs::read_dir(kind.unwrap().path()).unwrap())
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        let mut dice = Dice(7);
        let mut documents: Vec<_> =
            files.iter().map(|file| pages_of_json(&std::fs::read(file).unwrap()).unwrap()).collect();
        for at in (1..documents.len()).rev() {
            documents.swap(at, dice.below(at + 1));
        }
        let mut counted = Counted::default();
        for stack in documents.chunks(20) {
            measure(stack, dice.percent(50), &pipeline, &mut counted);
        }
        let reader = Reader::new(&pipeline.separators);
        let begun = Instant::now();
        documents.iter().flatten().for_each(|page| drop(reader.marks(page)));
        spent += begun.elapsed().as_secs_f64() * 1e3;
        println!("{name}: {counted:?}, precision {:.3}, recall {:.3}", counted.precision(), counted.recall());
        all = Counted {
            there: all.there + counted.there,
            told: all.told + counted.told,
            right: all.right + counted.right,
            pages: all.pages + documents.iter().flatten().count(),
        };
    }
    println!("all: {all:?}, precision {:.3}, recall {:.3}", all.precision(), all.recall());
    println!("{:.3} ms a page for its marks", spent / all.pages as f64);
}
